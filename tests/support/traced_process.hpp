// SPDX-License-Identifier: MIT
//
// traced_process: a child that runs one instruction at a time, and can be killed or left asleep between any two.
//
//     child     ... stop()     a  b  c  d  ...     stop() ...
//     parent    run()      step() step() kill()
//
// The child says by stop() where it becomes interesting. Linux on x86-64 and AArch64; elsewhere, and where ptrace is
// forbidden, no child can be started.

#pragma once

#include <csignal>
#include <utility>

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
#define MAXWELL_CAN_TRACE 1
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#else
#define MAXWELL_CAN_TRACE 0
using pid_t = int;
#endif

namespace maxwell::test {

class traced_process {
public:
    /// After an instruction; at a stop() of its own; or dead, by its own doing or another's.
    enum class at { instruction, stop, end };

    traced_process() noexcept = default;
    traced_process(traced_process&& other) noexcept : pid_(std::exchange(other.pid_, 0)), status_(other.status_) {}
    traced_process& operator=(traced_process other) noexcept {
        std::swap(pid_, other.pid_);
        std::swap(status_, other.status_);
        return *this;
    }
    ~traced_process() { kill(); }

    /// Is there a child to be traced?
    explicit operator bool() const noexcept { return pid_ > 0; }

    /// What the child exited with; -1 when it did not.
    int exit_code() const noexcept {
#if MAXWELL_CAN_TRACE
        if (pid_ == 0 && WIFEXITED(status_)) return WEXITSTATUS(status_);
#endif
        return -1;
    }

#if MAXWELL_CAN_TRACE
    /// Forks a child that runs `work()` and exits with what that returns, held at its first stop().
    template <class Work>
    static traced_process fork_and_run(Work work) {
        traced_process child;
        child.pid_ = fork();
        if (child.pid_ == 0) _exit(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? work() : 127);
        if (child.pid_ > 0 && child.wait() == at::stop) child.end_with_us();
        return child;
    }

    /// Starts a program, held at its first stop().
    static traced_process start(char const* const* arguments) {
        traced_process child;
        child.pid_ = fork();
        if (child.pid_ == 0) {
            if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0)
                execv(arguments[0], const_cast<char* const*>(arguments));
            _exit(127);
        }
        if (child.pid_ > 0 && child.wait() == at::instruction) {  // execv has stopped it
            child.end_with_us();
            child.run();
        }
        return child;
    }

    /// In the child: here.
    static void stop() noexcept { ::kill(getpid(), SIGSTOP); }

    /// One instruction.
    at step() noexcept { return go(PTRACE_SINGLESTEP); }

    /// Until its next stop(), or its end.
    at run() noexcept { return go(PTRACE_CONT); }

    void kill() noexcept {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        while (waitpid(pid_, &status_, 0) == pid_ && !WIFSIGNALED(status_) && !WIFEXITED(status_)) {
        }
        pid_ = 0;
    }

private:
    template <class Request>
    at go(Request request) noexcept {
        if (pid_ <= 0 || ptrace(request, pid_, nullptr, nullptr) != 0) return at::end;
        return wait();
    }

    at wait() noexcept {
        if (waitpid(pid_, &status_, 0) != pid_ || !WIFSTOPPED(status_)) {
            pid_ = 0;
            return at::end;
        }
        if (WSTOPSIG(status_) == SIGTRAP) return at::instruction;
        if (WSTOPSIG(status_) == SIGSTOP) return at::stop;
        kill();  // a crash of its own
        return at::end;
    }

    void end_with_us() noexcept { ptrace(PTRACE_SETOPTIONS, pid_, nullptr, PTRACE_O_EXITKILL); }
#else
    template <class Work>
    static traced_process fork_and_run(Work) {
        return {};
    }
    static traced_process start(char const* const*) { return {}; }
    static void stop() noexcept {}
    at step() noexcept { return at::end; }
    at run() noexcept { return at::end; }
    void kill() noexcept {}

private:
#endif
    pid_t pid_ = 0;
    int status_ = -1;
};

}  // namespace maxwell::test
