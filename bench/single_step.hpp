// SPDX-License-Identifier: MIT
//
// Instructions of single operations, exactly: a forked child runs them, and the parent steps it one instruction at a time.
//
//     child     ... stop  operation  stop ...  stop  operation  stop ...
//     parent    runs on   | counts |  runs on        | counts |
//
// Means hide the one operation in ten thousand that has more to do, and a clock can't tell it from a page fault. Stepping costs
// some microseconds per instruction, so this is for a few hundred operations. Linux on x86-64 and AArch64; elsewhere, and where
// ptrace is forbidden, there are no counts.

#pragma once

#include <csignal>
#include <cstddef>
#include <vector>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define MAXWELL_BENCH_SINGLE_STEP 1
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#else
#define MAXWELL_BENCH_SINGLE_STEP 0
#endif

namespace maxwell::bench {

struct stepped_operation {
    int kind;  ///< what the child called it
    long instructions;
};

/// Given to the child: marks what is to be counted.
class single_stepper {
public:
    /// Counted under the name `kind`, 0 or more.
    template <class F>
    [[gnu::noinline]] void count(int kind, F f) const noexcept {
        *kind_ = kind;
        stop();
        f();
        stop();
    }

#if MAXWELL_BENCH_SINGLE_STEP
    /// Runs `work(stepper)` in a child; what it counted, in order. Empty where that is impossible or the child has died.
    template <class Work>
    static std::vector<stepped_operation> run(Work work) {
        void* shared = mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (shared == MAP_FAILED) return {};
        auto* kind = static_cast<int volatile*>(shared);
        std::vector<stepped_operation> counted;
        const pid_t child = fork();
        if (child == 0) {
            if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
            const single_stepper self(kind, getpid());
            for (int i = 0; i < 3; ++i) self.count(empty, [] {});
            work(self);
            _exit(0);
        }
        if (child > 0 && !follow(child, kind, counted)) counted.clear();
        munmap(shared, sizeof(int));
        return without_stops(counted);
    }

private:
    static constexpr int empty = -1;

    single_stepper(int volatile* kind, pid_t self) noexcept : kind_(kind), self_(self) {}
    void stop() const noexcept { kill(self_, SIGSTOP); }

    /// Until the child has ended; did it end well?
    static bool follow(pid_t child, int volatile const* kind, std::vector<stepped_operation>& counted) {
        int status = 0;
        if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) return false;
        ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
        while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP) {
            long steps = 0;
            do {
                if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) break;
                ++steps;
                waitpid(child, &status, 0);
            } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
            if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGSTOP) break;
            counted.push_back({*kind, steps});
            ptrace(PTRACE_CONT, child, nullptr, nullptr);
            waitpid(child, &status, 0);
        }
        if (WIFSTOPPED(status)) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
        }
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

    /// What stopping costs by itself comes off: the last of the empty operations, when everything has been linked.
    static std::vector<stepped_operation> without_stops(std::vector<stepped_operation> const& counted) {
        std::vector<stepped_operation> net;
        long stops = 0;
        for (stepped_operation const& o : counted) {
            if (o.kind == empty) {
                stops = o.instructions;
            } else {
                net.push_back({o.kind, o.instructions - stops});
            }
        }
        return net;
    }

    int volatile* kind_;
    pid_t self_;
#else
    template <class Work>
    static std::vector<stepped_operation> run(Work) {
        return {};
    }

private:
    void stop() const noexcept {}
    int volatile* kind_ = nullptr;
#endif
};

}  // namespace maxwell::bench
