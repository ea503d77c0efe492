// SPDX-License-Identifier: MIT
//
// Workloads that others have written, beside the kernel's own scheduler and a peer: stress-ng, hackbench and cyclictest, as packages
// have them. What is compared ran in turn in one boot; the median of some rounds counts.

#include "guest.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <sstream>

// The compiled peer, a part of this program.
extern "C" const unsigned char scx_plain_object[], scx_plain_object_end[];
asm(".pushsection .rodata\n.balign 8\n.globl scx_plain_object, scx_plain_object_end\n"
    "scx_plain_object:\n.incbin \"" SCX_PLAIN_OBJECT "\"\nscx_plain_object_end:\n.popsection");

namespace guest {
namespace {

/// The peer of scx_plain.bpf.c, attached as long as the object lives.
class plain_scheduler {
public:
    explicit plain_scheduler(bool in_order_of_arrival) {
        object_ = bpf_object__open_mem(scx_plain_object,
                                       static_cast<std::size_t>(scx_plain_object_end - scx_plain_object), nullptr);
        if (object_ == nullptr) return;
        std::size_t size = 0;
        auto* choice =
            static_cast<bool*>(bpf_map__initial_value(bpf_object__find_map_by_name(object_, ".rodata"), &size));
        if (choice != nullptr && size == sizeof(bool)) *choice = in_order_of_arrival;
        if (bpf_object__load(object_) != 0) return;
        link_ = bpf_map__attach_struct_ops(bpf_object__find_map_by_name(object_, "plain_ops"));
        attached = link_ != nullptr && reaches("enabled", 5);
    }
    plain_scheduler(plain_scheduler const&) = delete;
    plain_scheduler& operator=(plain_scheduler const&) = delete;
    ~plain_scheduler() {
        bpf_link__destroy(link_);
        bpf_object__close(object_);
        reaches("disabled", 5);
    }
    bool attached = false;

private:
    bpf_object* object_ = nullptr;
    bpf_link* link_ = nullptr;
};

/// What a program of the guest's wrote, and its exit code.
struct outcome {
    int code = -1;
    std::string said;
};

/// Becomes the program `arguments` of this process; what it writes goes to /tmp/said.
[[noreturn]] void become(words arguments) {
    const int to = open("/tmp/said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    for (const int descriptor : {1, 2}) dup2(to, descriptor);
    std::vector<char*> argv;
    for (auto& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
}

outcome wait_for(int pid) {
    int status = 0;
    waitpid(pid, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file("/tmp/said")};
}

outcome call(words const& arguments) {
    const int pid = fork();
    if (pid == 0) become(arguments);
    return wait_for(pid);
}

/// The number behind `label`; nothing if there is none.
std::optional<double> number_after(std::string const& text, std::string const& label) {
    const std::size_t at = text.rfind(label);
    if (at == std::string::npos) return std::nullopt;
    char* end = nullptr;
    char const* begin = text.c_str() + at + label.size();
    const double value = std::strtod(begin, &end);
    return end != begin ? std::optional(value) : std::nullopt;
}

double median(std::vector<double> values) {
    if (values.empty()) return -1;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Seconds that 20 tasks take to pass messages through pipes.
double hackbench_s() {
    return number_after(call({"/usr/bin/hackbench", "--pipe", "--groups", "1", "--fds", "10", "--loops", "60"}).said,
                        "Time:")
        .value_or(-1);
}

/// Switches per second between two processes.
double switches_per_s() {
    const outcome o = call({"/usr/bin/stress-ng", "--switch", "1", "--timeout", "1", "--metrics-brief"});
    // "... switch  24213  1.24  0.04  0.25  19505.62 ...": operations, seconds of three kinds, operations a second. Once more, of something
    // else, below.
    const std::size_t at = o.said.find("] switch ");
    if (o.code != 0 || at == std::string::npos) return -1;
    std::istringstream figures(o.said.substr(at + 9));
    double each[5] = {};
    for (double& f : each) figures >> f;
    return figures ? each[4] : -1;
}

/// The latest wake-up of a thread that sleeps 2 ms at a time, beside two endless loops, in us. With `price`, it bids that in an auction.
double cyclictest_us(int price) {
    task sleeper([] {
        become({"/usr/bin/cyclictest", "--policy=other", "--threads=1", "--interval=2000", "--loops=500", "--quiet"});
    });
    auto hogs = spinners(2);
    std::optional<market> m;
    if (price != 0) m.emplace(words{"--bid", bid(sleeper, price)});
    if (m && !m->attached) return -1;
    for (auto const& t : hogs) t.go();
    sleep_s(0.2);
    sleeper.go();
    const outcome o = wait_for(sleeper.give_up());
    return number_after(o.said, "Max:").value_or(-1);
}

enum scheduler { fair, simple, fifo, ours, scheduler_count };

void compare(int rounds) {
    std::array<std::vector<double>, scheduler_count> hackbench, switches;
    for (int round = 0; round < rounds; ++round) {
        for (int s = 0; s < scheduler_count; ++s) {
            std::optional<market> m;
            std::optional<plain_scheduler> p;
            if (s == ours) m.emplace(words{});
            if (s == simple || s == fifo) p.emplace(s == fifo);
            const bool is_there = s == fair || (m && m->attached) || (p && p->attached);
            hackbench[static_cast<std::size_t>(s)].push_back(is_there ? hackbench_s() : -1);
            switches[static_cast<std::size_t>(s)].push_back(is_there ? switches_per_s() : -1);
        }
    }
    const auto judge_by = [](char const* what, std::array<double, scheduler_count> speed, char const* unit) {
        const bool whole = *std::min_element(speed.begin(), speed.end()) > 0;
        const std::string figures = fmt::format("{:.3g}, {:.3g}, {:.3g}, {:.3g} {}", speed[fair], speed[simple],
                                                speed[fifo], speed[ours], unit);
        judge(whole && speed[ours] >= .7 * speed[fair], fmt::format("{}: .7 of the fair class", what),
              fmt::format("{:.2f}: fair, simple, FIFO, ours {}", speed[ours] / speed[fair], figures));
        judge(whole && speed[ours] >= speed[simple], fmt::format("{}: as scx_simple", what),
              fmt::format("{:.2f}", speed[ours] / speed[simple]));
        judge(whole && speed[ours] >= speed[fifo], fmt::format("{}: as scx_simple --fifo", what),
              fmt::format("{:.2f}", speed[ours] / speed[fifo]));
    };
    std::array<double, scheduler_count> runs{}, rate{};
    for (std::size_t s = 0; s < scheduler_count; ++s) {
        runs[s] = 1 / median(hackbench[s]);
        rate[s] = median(switches[s]);
    }
    judge_by("hackbench", runs, "runs a second");
    judge_by("stress-ng's switches", rate, "a second");
}

}  // namespace

void test_foreign(int rounds) {
    mkdir("/dev/shm", 0777);
    {
        market m({});
        const outcome o = call({"/usr/bin/stress-ng", "--cpu", "2", "--fork", "2", "--switch", "2", "--affinity", "2",
                                "--timeout", "4", "--verify", "--temp-path", "/tmp"});
        judge(m.attached && o.code == 0 && state() == "enabled",
              "stress-ng: cpu, fork, switch, affinity, without a failure",
              fmt::format("exit code {}, then {}", o.code, state()));
        if (o.code != 0) fmt::print("{}\n", o.said);
    }
    compare(rounds);
    std::vector<double> fair_us, ours_us;
    for (int round = 0; round < rounds; ++round) {
        fair_us.push_back(cyclictest_us(0));
        ours_us.push_back(cyclictest_us(5000));
    }
    judge(median(ours_us) > 0 && median(ours_us) <= median(fair_us),
          "cyclictest beside two hogs, with the higher bid: the fair class's maximum",
          fmt::format("{:.0f} us against {:.0f}", median(ours_us), median(fair_us)));
}

}  // namespace guest
