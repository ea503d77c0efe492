// SPDX-License-Identifier: MIT
//
// What the tests inside a guest share: tasks, a scheduler that is attached for a while, and the table of goals met or missed.

#pragma once

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace guest {

inline int missed = 0;

inline double now_s() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

inline void sleep_s(double s) { usleep(static_cast<useconds_t>(s * 1e6)); }

inline std::string read_file(std::string const& path) {
    char text[4096] = {};
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t n = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    std::string s(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!s.empty() && s.back() == '\n') s.pop_back();
    return s;
}

inline void write_file(std::string const& path, std::string const& text) {
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text.data(), text.size()) < 0) fmt::print("  (can't write {})\n", path);
    if (file >= 0) close(file);
}

inline void judge(bool is_met, std::string const& goal, std::string const& figure) {
    missed += !is_met;
    fmt::print("  {:<7} {:<66} {}\n", is_met ? "met" : "MISSED", goal, figure);
    std::fflush(stdout);
}

inline std::string state() { return read_file("/sys/kernel/sched_ext/state"); }

inline bool reaches(std::string const& wanted, double within_s) {
    for (const double end = now_s() + within_s; now_s() < end; sleep_s(0.01)) {
        if (state() == wanted) return true;
    }
    return state() == wanted;
}

// --- tasks -----------------------------------------------------------------------------------------------------------------

/// What a child does, stopped until it is let go: it would slow the verifier.
class task {
public:
    explicit task(std::function<void()> const& work, std::string const& cgroup = "") {
        pid_ = fork();
        if (pid_ == 0) {
            if (!cgroup.empty()) write_file(cgroup + "/cgroup.procs", std::to_string(getpid()));
            raise(SIGSTOP);
            work();
            _exit(0);
        }
        waitpid(pid_, nullptr, WUNTRACED);
        clock_getcpuclockid(pid_, &clock_);
    }
    task(task&& other) noexcept : pid_(other.pid_), clock_(other.clock_) { other.pid_ = -1; }
    task& operator=(task&&) = delete;
    ~task() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    void go() const { kill(pid_, SIGCONT); }
    int pid() const { return pid_; }
    /// From now on the caller waits for it.
    int give_up() { return std::exchange(pid_, -1); }
    double cpu_s() const {
        timespec t{};
        clock_gettime(clock_, &t);
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
    }

private:
    int pid_;
    clockid_t clock_{};
};

inline void spin() {
    for (volatile std::uint64_t x = 0;;) {
        const std::uint64_t next = x + 1;
        x = next;
    }
}

// --- the scheduler ---------------------------------------------------------------------------------------------------------

using words = std::vector<std::string>;

inline int start(words arguments, char const* says_to = nullptr) {
    arguments.insert(arguments.begin(), "/scx_maxwell");
    const int pid = fork();
    if (pid == 0) {
        dup2(open("/tmp/loaders", O_WRONLY | O_CREAT | O_APPEND, 0600), 1);
        if (says_to != nullptr) dup2(open(says_to, O_WRONLY | O_CREAT | O_TRUNC, 0600), 2);
        std::vector<char*> argv;
        for (auto& a : arguments) argv.push_back(a.data());
        argv.push_back(nullptr);
        execv(argv[0], argv.data());
        _exit(127);
    }
    return pid;
}

inline int run(words const& arguments) {
    int status = 0;
    waitpid(start(arguments), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// A scheduler that is attached; init itself outbids everybody, so the test goes on.
class market {
public:
    explicit market(words arguments) {
        arguments.insert(arguments.end(), {"--bid", "1=1000000"});
        pid_ = start(arguments);
        for (const double end = now_s() + 20; now_s() < end && !attached && waitpid(pid_, nullptr, WNOHANG) == 0;) {
            attached = reaches("enabled", 0.1);
        }
    }
    market(market const&) = delete;
    market& operator=(market const&) = delete;
    ~market() { end(SIGTERM); }
    /// Ends the loader; does the kernel's own scheduler have its tasks back?
    bool end(int signal) {
        if (pid_ <= 0) return true;
        kill(pid_, signal);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
        return reaches("disabled", 5);
    }
    bool attached = false;

private:
    int pid_ = -1;
};

/// Shares of the CPU time that these tasks got within `for_s`.
inline std::vector<double> shares(std::vector<task> const& tasks, double for_s) {
    for (auto const& t : tasks) t.go();
    sleep_s(0.3);
    std::vector<double> used;
    for (auto const& t : tasks) used.push_back(-t.cpu_s());
    sleep_s(for_s);
    double all = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) all += used[i] += tasks[i].cpu_s();
    for (double& u : used) u /= all;
    return used;
}

inline std::string bid(task const& t, int price) { return fmt::format("{}={}", t.pid(), price); }

inline std::vector<task> spinners(int count, std::string const& cgroup = "") {
    std::vector<task> all;
    for (int i = 0; i < count; ++i) all.emplace_back(spin, cgroup);
    return all;
}

/// guest_foreign.cpp: workloads that others have written. `rounds` of each comparison.
void test_foreign(int rounds);

/// guest_selftests.cpp: the kernel's own tests of sched_ext.
void test_selftests();

}  // namespace guest
