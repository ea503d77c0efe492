// SPDX-License-Identifier: MIT
//
// The first process of a guest: starts /scx_maxwell as a user would, lets groups of tasks compete, breaks things, and prints a table of
// goals met or missed. Shares are of CPU time that the kernel itself accounts.

#include "scx_maxwell.h"

#include <maxwell/ring/bid_board.hpp>

#include "../../tests/kernel/module/market.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

namespace {

int missed = 0;

double now_s() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

void sleep_s(double s) { usleep(static_cast<useconds_t>(s * 1e6)); }

std::string read_file(std::string const& path) {
    char text[4096] = {};
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const ssize_t n = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    std::string s(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!s.empty() && s.back() == '\n') s.pop_back();
    return s;
}

void write_file(std::string const& path, std::string const& text) {
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, text.data(), text.size()) < 0) fmt::print("  (can't write {})\n", path);
    if (file >= 0) close(file);
}

void judge(bool is_met, std::string const& goal, std::string const& figure) {
    missed += !is_met;
    fmt::print("  {:<7} {:<66} {}\n", is_met ? "met" : "MISSED", goal, figure);
    std::fflush(stdout);
}

std::string state() { return read_file("/sys/kernel/sched_ext/state"); }

bool reaches(std::string const& wanted, double within_s) {
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
    double cpu_s() const {
        timespec t{};
        clock_gettime(clock_, &t);
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
    }

private:
    int pid_;
    clockid_t clock_{};
};

void spin() {
    for (volatile std::uint64_t x = 0;;) {
        const std::uint64_t next = x + 1;
        x = next;
    }
}

// --- the scheduler ---------------------------------------------------------------------------------------------------------

using words = std::vector<std::string>;

int start(words arguments, char const* says_to = nullptr) {
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

int run(words const& arguments) {
    int status = 0;
    waitpid(start(arguments), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Is it refused with exit code 2 and this sentence?
void refuses(std::string const& goal, words const& arguments, std::string const& sentence) {
    int status = 0;
    waitpid(start(arguments, "/tmp/said"), &status, 0);
    const std::string said = read_file("/tmp/said");
    judge(WIFEXITED(status) && WEXITSTATUS(status) == 2 && said.find(sentence) != std::string::npos,
          goal + " is refused", said);
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
std::vector<double> shares(std::vector<task> const& tasks, double for_s) {
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

std::string bid(task const& t, int price) { return fmt::format("{}={}", t.pid(), price); }

std::vector<task> spinners(int count, std::string const& cgroup = "") {
    std::vector<task> all;
    for (int i = 0; i < count; ++i) all.emplace_back(spin, cgroup);
    return all;
}

constexpr double period_s = 3;

void two_bids(std::string const& goal, int a, int b, words arguments, double least, double most) {
    auto tasks = spinners(2);
    words all{"--bid", bid(tasks[0], a), "--bid", bid(tasks[1], b)};
    all.insert(all.end(), arguments.begin(), arguments.end());
    market m(all);
    const double share = m.attached ? shares(tasks, period_s)[0] : -1;
    judge(share >= least && share <= most, goal, fmt::format("{:.3f} (from {:.3f} to {:.3f})", share, least, most));
}

void test_shares() {
    fmt::print("Shares of the first group, over {} s of two endless loops\n", period_s);
    {
        auto tasks = spinners(2);
        const double share = shares(tasks, period_s)[0];
        judge(share > 0.45 && share < 0.55, "the kernel's own scheduler", fmt::format("{:.3f}", share));
    }
    two_bids("strict, 5,000 against 2,000: the higher bid runs", 5000, 2000, {}, 0.95, 1);
    two_bids("strict, equal bids take turns", 3000, 3000, {}, 0.45, 0.55);
    for (const auto& [a, b] : {std::pair{48, 16}, {56, 8}, {60, 4}, {30, 20}}) {
        const double ideal = static_cast<double>(a) / (a + b);
        two_bids(fmt::format("paced, {} against {}: within 2 points of its part", a, b), a, b, {"--paced"},
                 ideal - 0.02, ideal + 0.02);
    }
    {
        auto tasks = spinners(2);
        market m({"--bid", bid(tasks[0], 48), "--bid", bid(tasks[1], 16), "--paced", "--lane",
                  fmt::format("{}=1", tasks[0].pid()), "--multiplier", "1=200"});
        const double share = m.attached ? shares(tasks, period_s)[0] : -1;
        judge(share > 0.57 && share < 0.63, "paced, 48 in a lane at twice the price against 16: 0.6",
              fmt::format("{:.3f}", share));
    }
    {
        auto tasks = spinners(2);
        market m({});
        const double share = m.attached ? shares(tasks, period_s)[0] : -1;
        judge(share > 0.45 && share < 0.55, "two tasks that don't bid share fairly", fmt::format("{:.3f}", share));
    }
}

void test_cgroups() {
    mkdir("/cg", 0755);
    if (mount("cgroup2", "/cg", "cgroup2", 0, nullptr) != 0) {
        judge(false, "cgroups", "cgroup2 can't be mounted");
        return;
    }
    words arguments;
    std::vector<task> tasks;
    const int weight[3] = {100, 400, 1000};
    const int count[3] = {1, 3, 2};
    for (int g = 0; g < 3; ++g) {
        const std::string folder = fmt::format("/cg/g{}", g);
        mkdir(folder.c_str(), 0755);
        for (auto& t : spinners(count[g], folder)) tasks.push_back(std::move(t));
        arguments.insert(arguments.end(), {"--weight", fmt::format("{}={}", folder, weight[g])});
    }
    market m(arguments);
    double part[3] = {-1, -1, -1};
    if (m.attached) {
        const auto s = shares(tasks, 3 * period_s);
        part[0] = s[0];
        part[1] = s[1] + s[2] + s[3];
        part[2] = s[4] + s[5];
    }
    bool near = true;
    for (int g = 0; g < 3; ++g)
        near = near && part[g] > weight[g] / 1500.0 - 0.03 && part[g] < weight[g] / 1500.0 + 0.03;
    judge(near, "cgroups of 1, 3 and 2 tasks at weights 100:400:1000",
          fmt::format("{:.3f} {:.3f} {:.3f} (.067 .267 .667)", part[0], part[1], part[2]));
}

/// How long until the task that was outbid runs, once its bid has been raised by `raise`.
double until_it_runs(task const& t, std::function<void()> const& raise) {
    const double before = t.cpu_s();
    raise();
    const double start = now_s();
    while (t.cpu_s() < before + 0.001 && now_s() < start + 2) usleep(500);
    return (now_s() - start) * 1e3;
}

void test_bid_changes() {
    auto tasks = spinners(2);
    market m({"--bid", bid(tasks[0], 5000), "--bid", bid(tasks[1], 2000)});
    for (auto const& t : tasks) t.go();
    sleep_s(0.5);
    // Medians of some changes to and fro: the emulator itself may be put aside for a while.
    const auto median_ms = [&](std::function<void(std::size_t, std::uint32_t)> const& raise) {
        std::vector<double> each;
        for (std::uint32_t i = 0; i < 5; ++i) {
            const std::size_t to = 1 - i % 2;
            each.push_back(until_it_runs(tasks[to], [&] { raise(to, 9000 + 1000 * i); }));
            sleep_s(0.1);
        }
        std::sort(each.begin(), each.end());
        return each[2];
    };
    const double by_call = median_ms([&](std::size_t to, std::uint32_t price) {
        run({"--set", bid(tasks[to], static_cast<int>(price))});
    });
    judge(by_call < 20, "a bid raised by --set runs within a slice and two ticks, 20 ms",
          fmt::format("{:.1f} ms", by_call));
    const double by_call_share = shares(tasks, 1)[1];
    judge(by_call_share > 0.9, "and has the CPU from then on", fmt::format("{:.3f}", by_call_share));
    // Accounts are numbered in the order of the command line: the first task's is 1.
    using cells = maxwell::bid_cells<4096>;
    const int map = bpf_obj_get("/sys/fs/bpf/maxwell/cells");
    void* at = mmap(nullptr, sizeof(cells), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (at == MAP_FAILED) {
        judge(false, "the board of bids can be mapped", "");
        return;
    }
    auto* board = static_cast<cells*>(at);
    const double by_store = median_ms([&](std::size_t to, std::uint32_t price) {
        board->submit({maxwell::make_agent_id(1 + static_cast<std::uint32_t>(to), 0), 10 * price, 1});
    });
    judge(by_store < 20, "a bid raised by a store into the board: the same", fmt::format("{:.1f} ms", by_store));
    const double by_store_share = shares(tasks, 1)[1];
    judge(by_store_share > 0.9, "and has the CPU from then on", fmt::format("{:.3f}", by_store_share));
    // 200,000 bids of an agent without an account of its own, and of all the others that nobody has admitted.
    const double start = now_s();
    for (std::uint32_t i = 0; i < 200'000; ++i) board->submit({maxwell::make_agent_id(i % 4096, 0), i, 1 + i % 7});
    board->submit({maxwell::make_agent_id(3, 0), 1'000'000, 1});  // init's own bid, which the flood has overwritten
    judge(state() == "enabled", "200,000 bids at a stretch stop nothing", fmt::format("{:.1f} s", now_s() - start));
}

void test_wake_up() {
    const auto latency_ms = [](std::vector<task> const& hogs) {
        for (auto const& t : hogs) t.go();
        std::vector<double> late;
        for (int i = 0; i < 300; ++i) {
            const double due = now_s() + 0.002;
            usleep(2000);
            late.push_back((now_s() - due) * 1e3);
        }
        std::sort(late.begin(), late.end());
        return std::pair{late[late.size() / 2], late.back()};
    };
    auto fair = latency_ms(spinners(2));
    auto hogs = spinners(2);
    market m({});
    auto ours = latency_ms(hogs);
    judge(ours.second <= fair.second * 1.1 + 0.5,
          "wake-up beside two hogs, with the higher bid: no later than the fair class's",
          fmt::format("median {:.2f} max {:.2f} ms, fair class {:.2f} and {:.2f}", ours.first, ours.second, fair.first,
                      fair.second));
}

void test_starvation() {
    auto tasks = spinners(2);
    market m({"--bid", bid(tasks[0], 5000), "--bid", bid(tasks[1], 10), "--starvation-ms", "500"});
    for (auto const& t : tasks) t.go();
    double longest = 0;
    double used = tasks[1].cpu_s();
    double since = now_s();
    for (const double end = now_s() + 4; now_s() < end; usleep(5000)) {
        if (tasks[1].cpu_s() > used) {
            used = tasks[1].cpu_s();
            longest = std::max(longest, now_s() - since);
            since = now_s();
        }
    }
    longest = std::max(longest, now_s() - since);
    judge(longest < 0.75 && state() == "enabled", "a bid of 10 beside one of 5,000 waits .5 s and a quarter at most",
          fmt::format("{:.2f} s", longest));
}

void test_faults() {
    const auto falls_back = [](std::string const& goal, words const& arguments, int signal) {
        auto tasks = spinners(2);
        words all{"--bid", bid(tasks[0], 500), "--bid", bid(tasks[1], 400)};
        all.insert(all.end(), arguments.begin(), arguments.end());
        market m(all);
        const double start = now_s();
        for (auto const& t : tasks) t.go();
        if (signal != 0) m.end(signal);
        const bool back = m.attached && reaches("disabled", 6);
        const double after = now_s() - start;
        const double before = tasks[0].cpu_s() + tasks[1].cpu_s();
        sleep_s(0.5);
        const double went_on = tasks[0].cpu_s() + tasks[1].cpu_s() - before;
        judge(back && after <= 3 && went_on > 0.2, goal, fmt::format("after {:.2f} s", after));
    };
    falls_back("the loader is killed: the kernel's own scheduler, within 3 s", {}, SIGKILL);
    falls_back("a scheduler that drops tasks: the same", {"--misbehave", "1"}, 0);
    falls_back("one that dispatches to a queue that isn't there: the same", {"--misbehave", "2"}, 0);
    falls_back("one that never serves some bids: the same", {"--misbehave", "3"}, 0);
}

struct storm {
    int made = 0;
    int lost = 0;
};

/// Forks 16 children at a time for so long, every fourth of which executes another program.
storm fork_for(double seconds) {
    storm s;
    for (const double end = now_s() + seconds; now_s() < end;) {
        int child[16];
        for (int& c : child) {
            c = fork();
            if (c == 0) {
                char* const argv[] = {const_cast<char*>("/scx_maxwell"), const_cast<char*>("--help"), nullptr};
                const int null = open("/dev/null", O_WRONLY);
                dup2(null, 1);
                if (s.made % 4 == 0) execv(argv[0], argv);
                _exit(0);
            }
            ++s.made;
        }
        for (const int c : child) s.lost += waitpid(c, nullptr, 0) != c;
    }
    return s;
}

void test_many_tasks() {
    {
        constexpr double for_s = 2;
        const storm fair = fork_for(for_s);
        market m({"--dump"});
        const storm ours = fork_for(for_s);
        judge(ours.lost == 0 && state() == "enabled", "fork, and exec of every fourth, for 2 s: none is lost",
              fmt::format("{:.0f} a second", ours.made / for_s));
        const double ratio = static_cast<double>(ours.made) / fair.made;
        judge(ratio >= 0.7, "as many as .7 of what the fair class makes in the same boot",
              fmt::format("{:.2f}: the fair class {:.0f} a second", ratio, fair.made / for_s));
    }
    int good = 0;
    const double start = now_s();
    for (int i = 0; i < 10; ++i) {
        market m({});
        good += m.attached && m.end(SIGTERM);
    }
    judge(good == 10, "10 times loaded and unloaded", fmt::format("{:.2f} s each", (now_s() - start) / 10));
}

void test_refusals() {
    refuses("a bid for a process that isn't there", {"--bid", "999999=5"}, "there is no process 999999");
    refuses("a bid for a cgroup that isn't there", {"--bid", "/nowhere=5"}, "there is no cgroup");
    refuses("--set without a scheduler", {"--set", "1=5"}, "no scheduler has pinned");
    market m({});
    refuses("a second scheduler", {"--pin", "/sys/fs/bpf/second"}, "another one is running");
    auto other = spinners(1);
    refuses("--set for a group without an account", {"--set", bid(other[0], 5)}, "has no account for");
}

/// The C++ headers inside the kernel: a module that runs them from an hrtimer in interrupt context.
void test_module() {
    static maxwell::test::module_market market;
    std::uint64_t seed = 88172645463325252u;
    maxwell::test::fill(market, seed);
    const std::uint64_t expected = maxwell::test::run(market, maxwell::test::module_quanta, seed);
    const int file = open("/maxwell_market.ko", O_RDONLY | O_CLOEXEC);
    const bool loaded = syscall(SYS_finit_module, file, "", 0) == 0;
    judge(loaded, "a module of the C++ headers is loaded", loaded ? "" : std::strerror(errno));
    if (!loaded) return;
    const std::string parameters = "/sys/module/maxwell_market/parameters/";
    const std::string found = read_file(parameters + "checksum");
    judge(found == std::to_string(expected), "after 10^6 quanta its checksum is that of user space", found);
    const int before = std::atoi(read_file(parameters + "ticks").c_str());
    sleep_s(2);
    const int ticks = std::atoi(read_file(parameters + "ticks").c_str()) - before;
    judge(ticks > 600 && read_file(parameters + "whole") == "1",
          "a quantum in each tick of a 1 kHz hrtimer, invariants hold", fmt::format("{} ticks in 2 s", ticks));
    judge(syscall(SYS_delete_module, "maxwell_market", 0) == 0, "it is unloaded", "");
}

/// 2 CPUs: work is stolen, pinned tasks stay where they belong, a CPU goes and comes back.
void test_two_cpus() {
    auto tasks = spinners(4);
    for (int i = 0; i < 2; ++i) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(1, &one);
        sched_setaffinity(tasks[static_cast<std::size_t>(i)].pid(), sizeof one, &one);
    }
    market m({});
    const auto s = shares(tasks, period_s);
    const double pinned = s[0] + s[1];
    judge(m.attached && pinned > 0.3 && pinned < 0.55, "2 CPUs: two of four tasks pinned to one of them",
          fmt::format("{:.3f} of all", pinned));
    write_file("/sys/devices/system/cpu/cpu1/online", "0");
    sleep_s(1);
    const double before = tasks[2].cpu_s() + tasks[3].cpu_s();
    sleep_s(1);
    const double went_on = tasks[2].cpu_s() + tasks[3].cpu_s() - before;
    write_file("/sys/devices/system/cpu/cpu1/online", "1");
    sleep_s(0.5);
    judge(went_on > 0.2 && state() == "enabled", "a CPU goes and comes back: everybody runs on",
          fmt::format("{:.2f} s of CPU in 1 s, then {}", went_on, state()));
}

}  // namespace

int main() {
    for (char const* folder : {"/dev", "/proc", "/sys", "/tmp"}) mkdir(folder, 0755);
    mount("d", "/dev", "devtmpfs", 0, nullptr);
    mount("p", "/proc", "proc", 0, nullptr);
    mount("s", "/sys", "sysfs", 0, nullptr);
    mount("b", "/sys/fs/bpf", "bpf", 0, nullptr);
    const int console = open("/dev/console", O_RDWR);
    for (const int to : {0, 1, 2}) dup2(console, to);
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    utsname u{};
    uname(&u);
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    const std::string asked = read_file("/proc/cmdline");
    fmt::print("GUEST kernel {}, {} CPUs, up {} s, {}\n", u.release, cpus, read_file("/proc/uptime"), state());
    if (asked.find("maxwell=load") != std::string::npos) {
        const bool attached = market({}).attached;
        judge(attached, "the scheduler can be attached", "");
        fmt::print("RESULT {} missed, after {} s\n", missed, read_file("/proc/uptime"));
        sync();
        reboot(RB_POWER_OFF);
    }
    if (access("/maxwell_market.ko", R_OK) == 0) test_module();
    if (asked.find("maxwell=many") != std::string::npos) {
        test_many_tasks();
        fmt::print("RESULT {} missed, after {} s\n", missed, read_file("/proc/uptime"));
        sync();
        reboot(RB_POWER_OFF);
    }
    test_refusals();
    if (cpus > 1) {
        test_two_cpus();
    } else {
        test_shares();
        test_bid_changes();
        test_starvation();
        test_faults();
        if (asked.find("maxwell=all") != std::string::npos) {
            test_cgroups();
            test_wake_up();
            test_many_tasks();
        }
    }
    fmt::print("\nWhat the loaders said:\n{}\n\n", read_file("/tmp/loaders"));
    fmt::print("RESULT {} missed, after {} s\n", missed, read_file("/proc/uptime"));
    sync();
    reboot(RB_POWER_OFF);
    for (;;) pause();
}
