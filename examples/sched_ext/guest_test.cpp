// SPDX-License-Identifier: MIT
//
// The first process of a guest: starts /scx_maxwell as a user would, lets groups of tasks compete, breaks things, and prints a table of
// goals met or missed. Shares are of CPU time that the kernel itself accounts.

#include "guest.hpp"
#include "scx_maxwell.h"

#include <maxwell/host/shared_region.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/thermal/price_page.hpp>

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
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace guest;

/// Is it refused with exit code 2 and this sentence?
void refuses(std::string const& goal, words const& arguments, std::string const& sentence) {
    int status = 0;
    waitpid(start(arguments, "/tmp/said"), &status, 0);
    const std::string said = read_file("/tmp/said");
    judge(WIFEXITED(status) && WEXITSTATUS(status) == 2 && said.find(sentence) != std::string::npos,
          goal + " is refused", said);
}

constexpr double period_s = 2;

/// The share of the first of two tasks that bid `a` and `b` from now on; 0: it doesn't bid.
double share_at(std::vector<task> const& tasks, int a, int b) {
    if (run({"--set", bid(tasks[0], a), "--set", bid(tasks[1], b)}) != 0) return -1;
    return shares(tasks, period_s)[0];
}

void judge_share(std::string const& goal, double share, double least, double most) {
    judge(share >= least && share <= most, goal, fmt::format("{:.3f} (from {:.3f} to {:.3f})", share, least, most));
}

/// Publishes lane 1's multiplier every 10 ms, as ./run thermal does; 3 is the safe one.
class price_daemon {
public:
    price_daemon()
        : region_(maxwell::shared_region::create_anonymous<page_type>("prices", maxwell::sharing::read_only, why_)) {
        if (region_) thread_ = std::thread([this] { publish(); });
    }
    price_daemon(price_daemon const&) = delete;
    price_daemon& operator=(price_daemon const&) = delete;
    ~price_daemon() { stop(); }
    void stop() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
    }
    std::string page() const { return fmt::format("/proc/1/fd/{}", region_ ? region_->descriptor() : -1); }
    std::atomic<std::uint32_t> multiplier = maxwell::unit_multiplier;

private:
    using page_type = maxwell::price_page<4>;
    void publish() {
        while (!over_) {
            maxwell::price_schedule<4> next;
            next.begin(static_cast<std::uint64_t>(now_s() * 1e9), 1);
            for (std::size_t lane = 0; lane < 4; ++lane)
                next.set(lane, maxwell::unit_multiplier, maxwell::unit_multiplier);
            next.set(1, multiplier, 3 * maxwell::unit_multiplier);
            region_->get<page_type>()->publish(next);
            usleep(10'000);
        }
    }
    maxwell::region_error why_;
    std::optional<maxwell::shared_region> region_;
    std::atomic<bool> over_ = false;
    std::thread thread_;
};

void test_shares() {
    fmt::print("Shares of the first group, over {} s of two endless loops\n", period_s);
    judge_share("the kernel's own scheduler", shares(spinners(2), period_s)[0], .45, .55);
    {
        auto tasks = spinners(2);
        market m({"--bid", bid(tasks[0], 1), "--bid", bid(tasks[1], 1)});
        judge_share("strict, 5,000 against 2,000: the higher bid runs", share_at(tasks, 5000, 2000), .95, 1);
        judge_share("strict, equal bids take turns", share_at(tasks, 3000, 3000), .45, .55);
        judge_share("two tasks that don't bid share fairly", share_at(tasks, 0, 0), .45, .55);
    }
    price_daemon daemon;
    auto tasks = spinners(2);
    market m({"--bid", bid(tasks[0], 1), "--bid", bid(tasks[1], 1), "--paced", "--lane",
              fmt::format("{}=1", tasks[0].pid()), "--prices", daemon.page()});
    for (const auto& [a, b] : {std::pair{48, 16}, {56, 8}, {60, 4}, {30, 20}}) {
        const double ideal = static_cast<double>(a) / (a + b);
        judge_share(fmt::format("paced, {} against {}: within 2 points of its part", a, b), share_at(tasks, a, b),
                    ideal - .02, ideal + .02);
    }
    // A step of the temperature: 48 at twice the price counts 24, and once nobody reads the sensors any more, at three times the price, 16.
    daemon.multiplier = 2 * maxwell::unit_multiplier;
    judge_share("paced, 48 in a lane whose price a daemon has doubled against 16", share_at(tasks, 48, 16), .58, .62);
    daemon.stop();
    judge_share("the daemon is dead: at the safe price, three times", share_at(tasks, 48, 16), .48, .52);
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

/// Nobody bids and no weight is given to the loader: what the files of the cgroups say counts, below another cgroup too.
void test_cpu_weight() {
    write_file("/cg/cgroup.subtree_control", "+cpu");
    const auto make = [](std::string const& folder, int weight) {
        mkdir(folder.c_str(), 0755);
        write_file(folder + "/cpu.weight", std::to_string(weight));
    };
    make("/cg/one", 100);
    make("/cg/two", 400);
    write_file("/cg/two/cgroup.subtree_control", "+cpu");
    make("/cg/two/a", 100);
    make("/cg/two/b", 300);
    make("/cg/three", 1000);
    std::vector<task> tasks;
    for (char const* folder : {"/cg/one", "/cg/two/a", "/cg/two/a", "/cg/two/b", "/cg/three", "/cg/three"}) {
        tasks.emplace_back(spin, folder);
    }
    market m({});
    const auto judge_parts = [&](std::string const& goal, std::vector<double> const& ideal) {
        const auto s = m.attached ? shares(tasks, 3 * period_s) : std::vector<double>(6, -1.);
        const std::vector<double> part{s[0], s[1] + s[2], s[3], s[4] + s[5]};
        bool near = true;
        for (std::size_t i = 0; i < part.size(); ++i) near = near && std::abs(part[i] - ideal[i]) < .03;
        judge(near, goal,
              fmt::format("{:.3f} {:.3f} {:.3f} {:.3f} ({:.3f})", part[0], part[1], part[2], part[3],
                          fmt::join(ideal, " ")));
    };
    judge_parts("cpu.weight 100, 400 (below: 100, 300), 1000", {1. / 15, 1. / 15, 3. / 15, 10. / 15});
    write_file("/cg/three/cpu.weight", "100");
    judge_parts("the last one's is set to 100", {1. / 6, 1. / 6, 3. / 6, 1. / 6});
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

void test_many_tasks(int loads) {
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
    for (int i = 0; i < loads; ++i) {
        market m({});
        good += m.attached && m.end(SIGTERM);
    }
    judge(good == loads, fmt::format("{} times loaded and unloaded", loads),
          fmt::format("{:.2f} s each", (now_s() - start) / loads));
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
    for (auto const& t : tasks) t.go();
    sleep_s(5);  // until who lacks most has caught up
    const auto s = shares(tasks, 2 * period_s);
    const auto [least, most] = std::minmax_element(s.begin(), s.end());
    // .5 and three times .167 where busy CPUs don't look at each other's books.
    judge(m.attached && *least > .18 && *most < .36, "2 CPUs: four tasks, two of them pinned to one CPU, share alike",
          fmt::format("{:.3f}", fmt::join(s, " ")));
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
    const auto is = [&](char const* name) { return asked.find(std::string("maxwell=") + name) != std::string::npos; };
    if (access("/maxwell_market.ko", R_OK) == 0) test_module();
    if (is("load")) {
        const bool attached = market({}).attached;
        judge(attached, "the scheduler can be attached", "");
    } else if (is("many")) {
        test_many_tasks(10);
    } else if (is("foreign")) {
        test_foreign(1);
    } else if (is("selftests")) {
        test_selftests();
    } else if (is("rest")) {
        test_cgroups();
        test_cpu_weight();
        test_wake_up();
        test_many_tasks(2);
    } else if (is("two")) {
        test_two_cpus();
    } else if (is("quick")) {
        test_refusals();
        test_shares();
        test_bid_changes();
        test_starvation();
        test_faults();
    } else if (!is("module")) {
        judge(false, "the kernel's command line names a test", asked);
    }
    fmt::print("\nWhat the loaders said:\n{}\n\n", read_file("/tmp/loaders"));
    fmt::print("RESULT {} missed, after {} s\n", missed, read_file("/proc/uptime"));
    sync();
    reboot(RB_POWER_OFF);
    for (;;) pause();
}
