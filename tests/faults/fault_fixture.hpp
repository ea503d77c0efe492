// SPDX-License-Identifier: MIT
//
// workshop: a region of shared memory, and the processes that work on one subject in it.

#pragma once

#include "faults.hpp"

#include <support/traced_process.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace maxwell::test {

class workshop {
public:
    /// `program` is fault_process.
    workshop(std::string program, std::string_view subject) : program_(std::move(program)), subject_(subject) {}
    workshop(workshop const&) = delete;
    workshop& operator=(workshop const&) = delete;
    ~workshop() { close(region_); }

    /// A process on an empty region, held before it does what its role says. False where none can be traced.
    traced_process start(std::string role, state const& s) const {
        if (ftruncate(region_, 0) != 0 || ftruncate(region_, region_bytes) != 0) std::abort();
        return traced_process::start(arguments(*this, std::move(role), s).list.data());
    }

    /// Lets it do so many instructions. False if it has come to its end.
    bool step(traced_process& process, long instructions) const {
        for (long i = 0; i < instructions; ++i) {
            if (process.step() != traced_process::at::instruction) return false;
        }
        return true;
    }

    /// A process on the region as it is; its exit code, or -1 where it was killed by a signal.
    int run(std::string role, state const& s) const {
        const arguments a(*this, std::move(role), s);
        const pid_t child = vfork();
        if (child == 0) {
            execv(a.list[0], const_cast<char* const*>(a.list.data()));
            _exit(code(outcome::not_run));
        }
        int status = 0;
        return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    struct arguments {
        arguments(workshop const& w, std::string role, state const& s)
            : words{w.program_,
                    w.subject_,
                    std::move(role),
                    std::to_string(s.offset),
                    std::to_string(s.fill),
                    std::to_string(w.region_)} {
            for (std::size_t i = 0; i < words.size(); ++i) list[i] = words[i].c_str();
        }
        std::array<std::string, 6> words;
        std::array<char const*, 7> list{};
    };

    std::string program_, subject_;
    int region_ = memfd_create("maxwell_faults", 0);
};

}  // namespace maxwell::test
