// SPDX-License-Identifier: MIT
//
// bpf_object: a BPF program of the tests, loaded into the kernel that runs them; or one sentence that says why it can't be.

#pragma once

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace maxwell::test {

class bpf_program_file {
public:
    /// Where an arena lies in this process.
    static constexpr std::uint64_t arena_address = std::uint64_t{1} << 44;

    /// Loads `path`. Where that fails, why() is not empty.
    explicit bpf_program_file(std::string const& path) {
        libbpf_set_print([](libbpf_print_level, char const*, va_list) { return 0; });
        object_.reset(bpf_object__open_file(path.c_str(), nullptr));
        if (!object_) {
            why_ = path + " is no BPF object";
            return;
        }
        bpf_map* map = nullptr;
        bpf_object__for_each_map(map, object_.get()) {
            if (static_cast<int>(bpf_map__type(map)) == 33) bpf_map__set_map_extra(map, arena_address);
        }
        if (bpf_object__load(object_.get()) != 0) {
            why_ = errno == EPERM || errno == EACCES
                       ? "loading a BPF program needs root"
                       : "this kernel does not load " + path + ": " + std::strerror(errno);
        }
    }

    std::string const& why() const { return why_; }

    /// The memory of a map of one element, shared with the kernel; null if it can't be.
    void* map_memory(char const* name, std::size_t bytes) {
        const int descriptor = bpf_object__find_map_fd_by_name(object_.get(), name);
        void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        return at == MAP_FAILED ? nullptr : at;
    }

    /// The whole of an arena, at arena_address; null if it can't be.
    void* map_arena(char const* name) {
        const bpf_map* map = bpf_object__find_map_by_name(object_.get(), name);
        const std::size_t bytes = bpf_map__max_entries(map) * std::size_t{4096};
        const int descriptor = bpf_map__fd(map);
        void* at = mmap(reinterpret_cast<void*>(arena_address), bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                        descriptor, 0);
        return at == MAP_FAILED ? nullptr : at;
    }

    /// Runs a program `times` times; nanoseconds each, or -1 where the kernel refuses.
    double run(char const* name, int times) const {
        char packet[64] = {};
        LIBBPF_OPTS(bpf_test_run_opts, options);
        if (times > 0) {
            options.data_in = packet;
            options.data_size_in = sizeof packet;
            options.repeat = times;
        }
        const int failed = bpf_prog_test_run_opts(descriptor_of(name), &options);
        return failed != 0 || (times == 0 && options.retval != 0) ? -1.0 : options.duration;
    }

    /// How many instructions the verifier has looked at.
    std::uint32_t verified_instructions(char const* name) const {
        bpf_prog_info info{};
        std::uint32_t length = sizeof info;
        if (bpf_obj_get_info_by_fd(descriptor_of(name), &info, &length) != 0) return 0;
        return info.verified_insns;
    }

private:
    int descriptor_of(char const* name) const {
        return bpf_program__fd(bpf_object__find_program_by_name(object_.get(), name));
    }

    struct closes {
        void operator()(bpf_object* o) const { bpf_object__close(o); }
    };
    std::unique_ptr<bpf_object, closes> object_;
    std::string why_;
};

}  // namespace maxwell::test
