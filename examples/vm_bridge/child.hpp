// SPDX-License-Identifier: MIT
//
// A process that the host has started, an agent or the emulator of a guest: how it gets its memory, and what it says.

#pragma once

#include "market.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

extern char** environ;

namespace maxwell::bridge {

/// What an agent reports of its bids, in ticks of the processor's counter.
struct report {
    long trips, answered;
    unsigned long long p50, p99, price_versions;
    unsigned multiplier;
};

class child {
public:
    /// Starts `words`; these descriptors stay open in it under their own numbers. It runs on the processors of `on`.
    child(std::vector<std::string> words, std::vector<std::string> settings, std::vector<int> const& descriptors,
          cpu_set_t const& on) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        pid_ = fork();
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);  // a host that is killed leaves no emulator behind
            sched_setaffinity(0, sizeof on, &on);
            dup2(ends[1], 1);
            for (const int d : descriptors) fcntl(d, F_SETFD, 0);
            std::vector<char*> argv, environment;
            for (auto& w : words) argv.push_back(w.data());
            argv.push_back(nullptr);
            for (char** e = environ; *e != nullptr; ++e) environment.push_back(*e);
            for (auto& s : settings) environment.push_back(s.data());
            environment.push_back(nullptr);
            execvpe(argv[0], argv.data(), environment.data());
            std::perror(argv[0]);
            _exit(127);
        }
        close(ends[1]);
        out_ = ends[0];
        fcntl(out_, F_SETFL, O_NONBLOCK);
    }
    child(child const&) = delete;
    child& operator=(child const&) = delete;
    ~child() {
        end();
        if (out_ >= 0) close(out_);
    }

    void end() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

    /// Has it said a line with this in it? Takes in what it has said since, without waiting.
    bool has_said(std::string const& text) {
        char more[4096];
        for (ssize_t n = 0; (n = read(out_, more, sizeof more)) > 0;) said_.append(more, static_cast<std::size_t>(n));
        return said_.find(text) != std::string::npos;
    }
    bool is_running() {
        if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
        return pid_ > 0;
    }
    std::string const& said() const { return said_; }

    /// The numbers behind `AGENT NAME` of a whole line, by this format; false before there is one.
    template <class... N>
    bool find(std::string const& name, char const* format, N*... numbers) {
        has_said("");
        const std::string begins = "AGENT " + name + " ";
        const std::size_t at = said_.find(begins);
        if (at == std::string::npos || said_.find('\n', at) == std::string::npos) return false;
        return std::sscanf(said_.c_str() + at + begins.size(), format, numbers...) == sizeof...(N);
    }
    std::optional<report> find_report(std::string const& name) {
        report r{};
        if (find(name, "trips %ld answered %ld p50 %llu p99 %llu versions %llu multiplier %u", &r.trips, &r.answered,
                 &r.p50, &r.p99, &r.price_versions, &r.multiplier) ||
            find(name, "trips %ld answered %ld p50 %llu p99 %llu", &r.trips, &r.answered, &r.p50, &r.p99)) {
            return r;
        }
        return std::nullopt;
    }

private:
    pid_t pid_ = -1;
    int out_ = -1;
    std::string said_;
};

/// Descriptors of a party, for a process.
inline std::vector<int> descriptors_of(party const& p) {
    return {p.board.descriptor(), p.won.descriptor(), p.shown.descriptor()};
}

/// The emulator's devices for a party: one for each region; what only the host writes is read-only in the emulator, too.
inline void add_devices(std::vector<std::string>& words, party const& p) {
    const auto add = [&](int descriptor, std::size_t length, bool read_only) {
        const std::string id = fmt::format("m{}", descriptor);
        words.insert(words.end(),
                     {"-object", fmt::format("memory-backend-file,id={},share=on,{}mem-path=/proc/self/fd/{},size={}",
                                             id, read_only ? "readonly=on," : "", descriptor, length)});
        words.insert(
            words.end(),
            {"-device", fmt::format("{},memdev={}", p.by == way::pmem ? "virtio-pmem-pci" : "ivshmem-plain", id)});
    };
    add(p.board.descriptor(), p.board.length(), false);
    add(p.won.descriptor(), p.won.length(), true);
    add(p.shown.descriptor(), p.shown.length(), true);
}

}  // namespace maxwell::bridge
