// SPDX-License-Identifier: MIT
//
// Processes on a market: each bids through sealed shared memory of its own, and the host lets one run at a time (process_switch.hpp).
// Three never bid: they have shares, 1 : 1 : 2. The others do what agents do: one is killed, one floods the host with bids, one writes
// rubbish over all the memory that it can write, one bids the highest price for everything. The three keep their shares.
//
//     process_market [--seconds N] [--trace FILE] [--cgroup FOLDER]
//
//     --trace     the decisions, for ui.perfetto.dev
//     --cgroup    stops processes by cgroup.freeze in groups that it makes in FOLDER; `none`: by SIGSTOP. Left out, it tries its own
//                 cgroup, and takes SIGSTOP where it can't.
//
// What a quantum cost is the process's own CPU time, and the market's clock is the CPU time sold so far, by which credits are
// refilled: other work on the machine changes neither. Rubbish spoils the bids of its writer alone: in each region the host reads
// the cell of one agent, and counts whatever else is marked there as an anomaly.

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/host/decision_trace.hpp>
#include <maxwell/host/mapped_source.hpp>
#include <maxwell/host/market_probes.hpp>
#include <maxwell/host/shared_region.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/sharded_ring.hpp>

#include "process_switch.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>

extern char** environ;

namespace {

using namespace std::chrono_literals;
using maxwell::agent_id;

constexpr std::size_t slots = 16;
using cells = maxwell::bid_cells<slots>;

// --- the agents --------------------------------------------------------------------------------------------------------

[[noreturn]] void work() {
    for (;;) asm volatile("");
}

int agent(std::string const& role, int descriptor, agent_id self) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a host that is killed leaves no stopped processes
    if (role == "honest" || role == "killed") work();
    maxwell::region_error why;
    const auto region = maxwell::shared_region::open<cells>(descriptor, maxwell::access::read_write, why);
    if (!region) return std::fprintf(stderr, "agent: %s\n", why.what.c_str()), 1;
    cells& board = *region->get<cells>();
    std::uint32_t noise = 1;
    board.submit({self, ~0u, 1000});
    if (role == "misreports") work();
    if (role != "floods") ::raise(SIGSTOP);  // until it is run for its bid: then it spoils its own as well
    for (;;) {
        noise = noise * 1664525 + 1013904223;
        if (role == "floods") {
            board.submit({self, noise, noise % 5000});
        } else {  // writes rubbish: anywhere, a word at a time
            volatile auto* words = reinterpret_cast<volatile std::uint32_t*>(&board);
            const std::uint32_t rubbish = noise * 2654435761u;
            words[(noise >> 8) % (sizeof(board) / 4)] = rubbish;
        }
    }
}

// --- the host ----------------------------------------------------------------------------------------------------------

struct process {
    char const* role;
    std::uint32_t weight;
    bool pays;
    pid_t pid = 0;
    agent_id id = 0;
    std::uint64_t counted_us = 0;  ///< of its CPU time: what came before the sale, and what has been charged
    std::uint64_t charged_us = 0;
    std::optional<maxwell::shared_region> region{};  ///< what it bids through, if it pays
};

/// CPU time of a process, in microseconds; what it was when the process has ended.
std::uint64_t cpu_us(pid_t pid, std::uint64_t otherwise) {
    clockid_t clock{};
    timespec t{};
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return otherwise;
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(t.tv_nsec) / 1000;
}

class host {
public:
    host() { market_->shares({10'000, 1u << 30, 1}, 4); }
    host(host const&) = delete;
    ~host() {
        for (process& p : all_) {
            if (p.pid <= 0) continue;
            ::kill(p.pid, SIGKILL);
            ::waitpid(p.pid, nullptr, 0);
        }
    }

    /// How processes are stopped: by `cgroup` as on the command line, empty if it was left out. False: not as was asked, and why.
    bool choose(std::string const& cgroup, std::string& why) {
        namespace fs = maxwell::processes::fs;
        const bool asked = !cgroup.empty();
        const fs::path parent = asked ? fs::path(cgroup) : maxwell::processes::own_cgroup();
        if (cgroup == "none") {
            std::printf("processes are stopped by SIGSTOP\n");
        } else if (switch_.open_groups(parent, processes, why)) {
            std::printf("processes are stopped by cgroup.freeze below %s\n", parent.c_str());
        } else if (asked) {
            return false;
        } else {
            std::printf("processes are stopped by SIGSTOP, since no cgroup can be had: %s\n", why.c_str());
        }
        return true;
    }

    bool start(maxwell::region_error& why) {
        for (std::size_t i = 0; i < processes; ++i) {
            process& p = all_[i];
            p.id = ids_.acquire().value();
            const std::uint32_t slot = maxwell::slot_of(p.id);
            if (p.pays) {  // a tenth of a processor at the price of a sharer, at most
                market_->accounts().open(slot, {1'000'000, 100'000'000, 0}, sold_us_ * 1000);
                p.region = maxwell::shared_region::create_anonymous<cells>("bids", maxwell::sharing::read_write, why);
                if (!p.region) return false;
                bids_.shard(i).map(p.region->get<cells>());
                bids_.shard(i).reader().admit(*bids_.shard(i).mapped(), p.id);
            }
            market_->admit(p.id, {0, slot, p.weight, p.pays});
            // A copy without close-on-exec, which the new process alone keeps.
            const int inherited = p.region ? ::fcntl(p.region->descriptor(), F_DUPFD, 0) : -1;
            std::string words[] = {"process_market", "agent", p.role, std::to_string(inherited), std::to_string(p.id)};
            char* arguments[6] = {};
            for (std::size_t w = 0; w < 5; ++w) arguments[w] = words[w].data();
            const int failure = ::posix_spawn(&p.pid, "/proc/self/exe", nullptr, nullptr, arguments, environ);
            if (inherited >= 0) ::close(inherited);
            if (failure != 0) {
                why.what = std::string("no process can be started: ") + std::strerror(failure);
                return p.pid = 0, false;
            }
            if (!switch_.add(i, p.pid, why.what)) return false;
            // One that bids is let run until its first bid is there, or it would never be run.
            auto& own = bids_.shard(i);
            for (int tries = 0; p.pays && !own.reader().pending(*own.mapped()) && tries < 3000; ++tries)
                std::this_thread::sleep_for(1ms);
            switch_.stop(i, p.pid);
            p.counted_us = cpu_us(p.pid, 0);
            market_->wake(p.id, sold_us_ * 1000);
            market_->take(bids_, 16);
        }
        return true;
    }

    void run(std::chrono::milliseconds time) {
        const auto end = std::chrono::steady_clock::now() + time;
        const auto half = std::chrono::steady_clock::now() + time / 2;
        process* running = nullptr;
        std::uint64_t began_us = 0;
        while (std::chrono::steady_clock::now() < end) {
            if (running != nullptr) {
                // Since it was charged last, so what it ran until its stop took effect is charged with its next quantum.
                const std::uint64_t now_us = cpu_us(running->pid, began_us);
                const std::uint64_t used = now_us - running->counted_us;
                late_us_ += began_us - running->counted_us;
                longest_us_ = std::max(longest_us_, now_us - began_us);
                running->counted_us = now_us;
                running->charged_us += used;
                sold_us_ += used;
                if (const auto paid = market_->charge(0, used, 0)) maxwell::host::probe_charged(0, *paid);
            }
            if (std::chrono::steady_clock::now() > half && all_[3].pid > 0) ::kill(all_[3].pid, SIGKILL);
            reap();
            market_->take(bids_, 16);
            const maxwell::decision d = market_->decide(0, sold_us_ * 1000);
            d.run ? maxwell::host::probe_decided(0, d) : maxwell::host::probe_unsold(0, d);
            lost_ += trace_.take_from(market_->counts());
            process* next = d.run ? &all_[maxwell::slot_of(d.run->winner.agent)] : nullptr;
            if (next == running) {
                if (next != nullptr) began_us = next->counted_us;
            } else {
                if (running != nullptr && running->pid > 0) switch_.stop(number(*running), running->pid);
                if (next != nullptr) began_us = cpu_us(next->pid, next->counted_us);
                if (next != nullptr) switch_.run(number(*next), next->pid);
            }
            running = next;
            std::this_thread::sleep_for(2ms);
        }
        if (running != nullptr && running->pid > 0) switch_.stop(number(*running), running->pid);
    }

    bool report() const {
        std::uint64_t sharers = 0;
        std::uint64_t all = 0;
        for (process const& p : all_) {
            all += p.charged_us;
            if (std::strcmp(p.role, "honest") == 0) sharers += p.charged_us;
        }
        std::printf("%llu ms of processor time in %llu decisions\n", static_cast<unsigned long long>(all / 1000),
                    static_cast<unsigned long long>(market_->counts().decisions()));
        bool fair = true;
        for (process const& p : all_) {
            const bool honest = std::strcmp(p.role, "honest") == 0;
            std::printf("  %-15s %5.1f %% of all", p.role,
                        100.0 * static_cast<double>(p.charged_us) / static_cast<double>(all));
            if (honest) {
                const double share = p.weight / 4.0;
                const double off = static_cast<double>(p.charged_us) - share * static_cast<double>(sharers);
                fair = fair && std::abs(off) <= 4.0 * static_cast<double>(longest_us_);
                std::printf("   %5.1f %% of what honest ones had; asked for %4.1f %%",
                            100.0 * static_cast<double>(p.charged_us) / static_cast<double>(sharers), 100 * share);
            }
            std::printf("\n");
        }
        std::printf("  anomalies on the board: %llu\n", static_cast<unsigned long long>(bids_.anomalies()));
        std::printf("  within four of the longest quanta (%.1f ms) of its share: %s\n",
                    static_cast<double>(longest_us_) / 1000, fair ? "every honest one" : "not every honest one");
        const bool stopped = late_us_ * 2 < all;  // a signal that stops nothing lets them run on for more than 80 %
        std::printf("  ran on when its quantum was over: %.1f %% of all, half at most: %s\n",
                    100.0 * static_cast<double>(late_us_) / static_cast<double>(all), stopped ? "yes" : "no");
        const bool bought = all_[6].charged_us > 0;
        std::printf("  the one that misreports has run, as far as its credits went: %s\n", bought ? "yes" : "no");
        return fair && stopped && sharers > 0 && bought;
    }

    void write_trace(std::ostream& out) const { trace_.write(out); }

private:
    using market = maxwell::market<maxwell::stratified_buckets<slots>, 1, maxwell::ledger<slots>>;

    static constexpr std::size_t processes = 7;

    std::size_t number(process const& p) const noexcept { return static_cast<std::size_t>(&p - all_); }

    void reap() {
        for (std::size_t i = 0; i < processes; ++i) {
            process& p = all_[i];
            if (p.pid <= 0 || ::waitpid(p.pid, nullptr, WNOHANG) != p.pid) continue;
            std::printf("the process \"%s\" has ended\n", p.role);
            market_->retire(p.id);
            bids_.shard(i).map(nullptr);
            ids_.release(p.id);
            p.pid = 0;
        }
    }

    maxwell::processes::process_switch switch_;
    maxwell::agent_registry<slots> ids_;
    maxwell::sharded_ring<maxwell::mapped_source<maxwell::board_reader<slots>>, processes> bids_;
    std::unique_ptr<market> market_ = std::make_unique<market>();
    maxwell::host::decision_trace trace_;
    std::uint64_t lost_ = 0;
    std::uint64_t longest_us_ = 0;
    std::uint64_t late_us_ = 0;
    std::uint64_t sold_us_ = 0;
    process all_[processes] = {{"honest", 1, false},   {"honest", 1, false}, {"honest", 2, false},
                               {"killed", 1, false},   {"floods", 1, true},  {"writes rubbish", 1, true},
                               {"misreports", 1, true}};
};

int refuse() {
    std::fprintf(
        stderr,
        "process_market takes --seconds N, a number from 1 to 3600, --trace FILE, and --cgroup FOLDER or none.\n");
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 5 && std::strcmp(argv[1], "agent") == 0) {
        return agent(argv[2], std::atoi(argv[3]), std::strtoull(argv[4], nullptr, 10));
    }
    long seconds = 3;
    std::string trace;
    std::string cgroup;
    for (int i = 1; i < argc; i += 2) {
        const std::string option = argv[i];
        const std::string value = i + 1 < argc ? argv[i + 1] : "";
        if (value.empty()) return refuse();
        char* end = nullptr;
        if (option == "--trace")
            trace = value;
        else if (option == "--cgroup")
            cgroup = value;
        else if (option == "--seconds")
            seconds = std::strtol(value.c_str(), &end, 10);
        else
            return refuse();
        if (end != nullptr && (*end != 0 || seconds < 1 || seconds > 3600)) return refuse();
    }
    const auto no_trace = [&trace] {
        std::fprintf(stderr, "process_market can't write the trace to %s.\n", trace.c_str());
        return 2;
    };
    std::ofstream out;
    if (!trace.empty()) out.open(trace);
    if (!out) return no_trace();
    maxwell::region_error why;
    host h;
    if (!h.choose(cgroup, why.what)) return std::fprintf(stderr, "process_market: %s.\n", why.what.c_str()), 2;
    if (!h.start(why)) return std::fprintf(stderr, "process_market: %s.\n", why.what.c_str()), 1;
    h.run(std::chrono::seconds(seconds));
    const bool fair = h.report();
    if (!trace.empty()) h.write_trace(out);
    if (!out.flush()) return no_trace();
    return fair ? 0 : 1;
}
