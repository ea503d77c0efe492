// SPDX-License-Identifier: MIT
//
// A market whose agents live in virtual machines. Cells, outcomes and prices are memory that host and guest map; a bid, an award and a
// price need no message and no exit of the guest. An honest guest bids beside a hostile one, which writes rubbish over everything, tries
// to shorten its memory and to write what it may only read, and is killed in the middle of a bid.
//
//     vm_bridge --agent FILE                            processes in place of guests
//     vm_bridge --agent FILE --emulator "qemu ..."      guests whose first process is that agent; ./run kernel --vm does it
//
// Prints goals met or missed; exit code 1 if one is missed.

#include "child.hpp"
#include "market.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace maxwell::bridge;
using maxwell::outcome;
using maxwell::price;
using maxwell::status;

int missed = 0;

void judge(bool is_met, std::string const& goal, std::string const& figure) {
    missed += !is_met;
    fmt::print("  {:<7} {:<72} {}\n", is_met ? "met" : "MISSED", goal, figure);
    std::fflush(stdout);
}

/// An agent's place in the machine: its parties, one for each way, and the process that is it or emulates it.
struct place {
    std::vector<party*> parties;
    std::unique_ptr<child> runs;

    bool waits() const {
        return std::any_of(parties.begin(), parties.end(), [](party const* p) { return p->waits(); });
    }
    void serve(bool on) const {
        for (party* p : parties) p->is_served = on;
    }
};

class scenario {
public:
    scenario(std::string agent, std::string const& emulator, long trips, int seconds)
        : agent_(std::move(agent)), trips_(trips), seconds_(seconds) {
        std::istringstream words(emulator);
        for (std::string w; words >> w;) emulator_.push_back(w);
        // The host keeps a processor to itself, so that it is asked from another one always.
        cpu_set_t all;
        CPU_ZERO(&agents_on_);
        sched_getaffinity(0, sizeof all, &all);
        int first = 0;
        while (!CPU_ISSET(first, &all)) ++first;
        cpu_set_t host;
        CPU_ZERO(&host);
        CPU_SET(first, &host);
        CPU_XOR(&agents_on_, &all, &host);
        if (CPU_COUNT(&agents_on_) == 0) agents_on_ = all;
        sched_setaffinity(0, sizeof host, &host);
        begin_ticks_ = __builtin_ia32_rdtsc();
        begin_ns_ = now_ns();
    }

    void run() {
        if (!emulator_.empty()) fmt::print("guests: {}\n", emulator_[0]);
        honest_ = start("honest", "honest", 1);
        if (!until("the honest agent bids", 120, [&] { return honest_.waits(); })) return;
        const auto ways = honest_.parties;
        for (party* p : ways) measure(*p);
        if (!emulator_.empty()) measure_queue();
        hostile_beside();
        captured();
        killed_and_gone_on();
        judge(market_.whole(), "the auction, all readers, outcomes and prices are whole",
              fmt::format("{} quanta", market_.quanta()));
    }

private:
    std::vector<way> ways() const {
        return emulator_.empty() ? std::vector{way::process} : std::vector{way::ivshmem, way::pmem};
    }

    party& make(std::string const& name, way by, std::uint32_t slot) {
        maxwell::region_error why;
        auto made = party::create(name, by, slot, why);
        if (!made) {
            fmt::print(stderr, "vm_bridge: {}\n", why.what);
            std::exit(2);
        }
        return market_.add(std::move(made));
    }

    std::vector<std::string> settings(std::string const& mode, std::uint32_t slot) const {
        return {"mode=" + mode, fmt::format("slot={}", slot), fmt::format("trips={}", trips_),
                fmt::format("seconds={}", seconds_), fmt::format("agents={}", agents)};
    }

    std::unique_ptr<child> start_process(std::vector<std::string> with, std::vector<int> const& descriptors) {
        std::string regions = "regions=";
        for (const int d : descriptors) regions += fmt::format("{},", d);
        if (descriptors.size() >= 3) with.push_back(regions);
        return std::make_unique<child>(std::vector{agent_}, with, descriptors, agents_on_);
    }

    /// A guest, or a process where there is no emulator.
    place start(std::string const& name, std::string const& mode, std::uint32_t slot) {
        place made;
        auto with = settings(mode, slot);
        if (mode == "honest") with.emplace_back("beside=2");
        for (const way by : ways()) {
            made.parties.push_back(&make(name, by, slot + static_cast<std::uint32_t>(made.parties.size())));
            made.parties.back()->is_served = false;
        }
        if (emulator_.empty()) {
            made.runs = start_process(with, descriptors_of(*made.parties[0]));
            return made;
        }
        auto words = emulator_;
        std::vector<int> descriptors;
        for (party const* p : made.parties) {
            add_devices(words, *p);
            for (const int d : descriptors_of(*p)) descriptors.push_back(d);
        }
        int ends[2] = {-1, -1};
        if (mode == "honest" && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
            words.insert(words.end(),
                         {"-device", "virtio-serial-pci", "-chardev", fmt::format("socket,id=queue,fd={}", ends[1]),
                          "-device", "virtserialport,chardev=queue"});
            descriptors.push_back(ends[1]);
            queue_ = ends[0];
        }
        std::string line = "console=ttyS0 panic=-1 quiet rdinit=/init";
        for (auto const& s : with) line += " " + s;
        words.insert(words.end(), {"-append", line});
        made.runs = std::make_unique<child>(words, std::vector<std::string>{}, descriptors, agents_on_);
        if (ends[1] >= 0) close(ends[1]);
        return made;
    }

    /// Serves those whose turn it is until `done`. False, and a missed goal, where that takes longer than `within_s`.
    template <class F>
    bool until(std::string const& what, double within_s, F&& done) {
        const std::uint64_t end = now_ns() + static_cast<std::uint64_t>(within_s * 1e9);
        do {
            for (int i = 0; i < 1000; ++i) market_.serve();
            if (done()) return true;
        } while (now_ns() < end);
        judge(false, what, fmt::format("not within {} s; it has said: {}", within_s, honest_.runs->said()));
        return false;
    }

    /// Round trips of a party beside those of a native process, 500 by turns until both have reported.
    void measure(party& p) {
        const std::string name = p.by == way::process ? "native" : p.by == way::ivshmem ? "ivshmem" : "pmem";
        if (!until(fmt::format("a bid through {}", name_of(p.by)), 30, [&] { return p.waits(); })) return;
        party& beside = make("native", way::process, next_native_++);
        beside.is_served = false;
        const auto process = start_process(settings("honest", maxwell::slot_of(beside.id)), descriptors_of(beside));
        if (!until("the native process bids", 30, [&] { return beside.waits(); })) return;
        std::optional<report> a, b;
        for (const std::uint64_t end = now_ns() + 120'000'000'000u; now_ns() < end && !(a && b);) {
            for (party* turn : {&p, &beside}) {
                turn->is_served = true;
                const std::uint64_t until_awards = turn->expected.awards + 500;
                for (std::uint64_t idle_since = now_ns(), seen = 0; turn->expected.awards < until_awards;) {
                    for (int i = 0; i < 64; ++i) market_.serve();
                    if (seen != turn->expected.awards) idle_since = now_ns();
                    seen = turn->expected.awards;
                    if (now_ns() - idle_since > 20'000'000) break;
                }
                turn->is_served = false;
            }
            if (!a) a = honest_.runs->find_report(name);
            if (!b) b = process->find_report("native");
        }
        const std::string by = name_of(p.by);
        if (!a || !b) {
            judge(false, fmt::format("round trips through {}", by), fmt::format("no report: {}", honest_.runs->said()));
            return;
        }
        judge(a->answered == trips_ && b->answered == trips_,
              fmt::format("{}: every bid is answered once, by the best bid's award", by),
              fmt::format("{} of {}, the process's {}", a->answered, a->trips, b->answered));
        judge(a->price_versions > 0 && a->multiplier == 2 * maxwell::unit_multiplier,
              fmt::format("{}: prices are read whole, and go on", by), fmt::format("{} versions", a->price_versions));
        const double ratio = static_cast<double>(a->p50) / static_cast<double>(b->p50);
        const std::string goal = fmt::format("{}: round trip p50 at most 1.5 times a native process's", by);
        const std::string figure = fmt::format("{:.2f}: p50 {:.2f} us, p99 {:.1f}; process {:.2f}, {:.1f}", ratio,
                                               us(a->p50), us(a->p99), us(b->p50), us(b->p99));
        if (p.by == way::process) {
            fmt::print("  {:<7} {:<72} {}\n", "beside", "round trips of two processes", figure);
        } else {
            judge(ratio <= 1.5, goal, figure);
        }
    }

    /// The slow path: a message through a virtio queue, and one through a socket between processes.
    void measure_queue() {
        answer_messages(queue_, *honest_.runs, "virtio-serial");
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return;
        auto with = settings("honest", 900);
        with.push_back(fmt::format("queue={}", ends[1]));
        const auto process = start_process(with, {ends[1]});
        answer_messages(ends[0], *process, "socket");
    }

    void answer_messages(int queue, child& asker, std::string const& name) {
        std::optional<report> r;
        const timeval patience{0, 100'000};
        setsockopt(queue, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        for (const std::uint64_t end = now_ns() + 60'000'000'000u; now_ns() < end && !r; r = asker.find_report(name)) {
            std::uint32_t bid[4];
            for (std::size_t got = 0; got < sizeof bid;) {
                const ssize_t n = recv(queue, reinterpret_cast<char*>(bid) + got, sizeof bid - got, 0);
                if (n <= 0 && got == 0) break;
                if (n > 0) got += static_cast<std::size_t>(n);
                if (got < sizeof bid) continue;
                const auto paid = market_.sell({maxwell::make_agent_id(bid[2] % agents, 1), bid[0], bid[1]});
                bid[0] = paid.value_or(~0u);
                if (send(queue, bid, sizeof bid, MSG_NOSIGNAL) < 0) return;
                got = 0;
            }
        }
        if (!r || r->answered != r->trips) {
            judge(false, fmt::format("messages through {} are answered", name), asker.said());
            return;
        }
        fmt::print("  {:<7} {:<72} p50 {:.1f} us, p99 {:.1f}\n", "beside",
                   fmt::format("a message each way through {}", name), us(r->p50), us(r->p99));
    }

    void hostile_beside() {
        hostile_ = start("hostile", "hostile", 500);
        hostile_.serve(true);
        const auto anomalies = [&] {
            std::uint64_t all = 0;
            for (party const* p : hostile_.parties) all += p->reader.anomalies();
            return all;
        };
        if (!until("the hostile agent begins", 120, [&] { return anomalies() > 0; })) return;
        honest_.serve(true);
        market_.forget_pause();
        std::vector<std::string> names;
        for (const way by : ways()) names.emplace_back(agent_name(by) + "-beside");
        until("answers beside rubbish", 120, [&] {
            return std::all_of(names.begin(), names.end(), [&](auto const& n) { return honest_.runs->find_report(n); });
        });
        honest_.serve(false);
        for (auto const& n : names) {
            const auto r = honest_.runs->find_report(n).value_or(report{});
            judge(r.answered == trips_, fmt::format("{}: every bid beside the rubbish is answered", n),
                  fmt::format("{} of {}, p50 {:.2f} us", r.answered, r.trips, us(r.p50)));
        }
        unsigned long long words = 0;
        until("the rubbish ends", 60, [&] { return hostile_.runs->find("rubbish", "%llu", &words); });
        judge(words > 100'000 && market_.whole(), "rubbish over all of its memory: the host runs on, invariants hold",
              fmt::format("{:.1f} million words, {} anomalies, longest 256 quanta {:.1f} ms",
                          static_cast<double>(words) * 1e-6, anomalies(),
                          static_cast<double>(market_.longest_pause_ns()) * 1e-6));
        for (party const* p : hostile_.parties)
            judge_attempts(*hostile_.runs, *p, name_of(p->by), p->by != way::process);
    }

    /// What it has tried against files and read-only memory.
    static void judge_attempts(child& by, party const& p, std::string const& what, bool is_guest) {
        const std::string name = is_guest ? agent_name(p.by) : "native";
        int regions = 0, changed = 1, shortened = -1, punched_own = 1, punched_read_only = 1;
        by.find("readonly-" + name, "regions %d changed %d", &regions, &changed);
        by.find("shorten-" + name, "worked %d punch own %d punch readonly %d", &shortened, &punched_own,
                &punched_read_only);
        judge(regions == 2 && changed == 0, fmt::format("{}: writes to outcomes and prices change nothing", what),
              fmt::format("{} regions, {} words changed", regions, changed));
        // A guest's own file system can say yes to a new length; only the length of the file behind it counts.
        const bool as_long = p.board.is_as_long() && p.won.is_as_long() && p.shown.is_as_long();
        judge(as_long && punched_read_only == 0 && shortened >= 0 && (!is_guest || punched_own == 0),
              fmt::format("{}: nothing is shortened{}", what,
                          is_guest ? " or punched" : ", holes are in its own bids alone"),
              fmt::format("{} calls said yes; holes: {} in outcomes and prices, {} in its cells", shortened,
                          punched_read_only, punched_own));
    }

    /// A process with the descriptors that an emulator has: a virtual machine monitor that was taken over.
    void captured() {
        party& its = make("captured", emulator_.empty() ? way::process : way::ivshmem, 600);
        const auto process = start_process(settings("captured", 600), descriptors_of(its));
        until("the captured process ends", 30, [&] { return process->has_said("AGENT ends"); });
        judge_attempts(*process, its, "descriptors of an emulator", false);
    }

    void killed_and_gone_on() {
        if (hostile_.parties.empty()) return;
        const std::uint64_t before = hostile_.parties[0]->bids;
        until("the hostile agent bids on", 20, [&] { return hostile_.parties[0]->bids > before + 1000; });
        hostile_.runs->end();
        const std::uint64_t at_its_end = hostile_.parties[0]->bids;
        honest_.serve(true);
        std::vector<std::string> names;
        for (const way by : ways()) names.emplace_back(agent_name(by) + "-after");
        until("answers after that", 120, [&] {
            return std::all_of(names.begin(), names.end(), [&](auto const& n) { return honest_.runs->find_report(n); });
        });
        for (auto const& n : names) {
            const auto r = honest_.runs->find_report(n).value_or(report{});
            judge(r.answered == trips_, fmt::format("{}: every bid is answered once the other was killed in a bid", n),
                  fmt::format("{} of {}; it had bid {} times", r.answered, r.trips, at_its_end));
        }
        // Each of its cells may still hold a bid. An emulator that outlives the process which was killed goes on bidding.
        const std::uint64_t since = hostile_.parties[0]->bids - at_its_end;
        judge(since <= agents, "the other, once killed, bids no more", fmt::format("{} bids were left", since));
    }

    static std::string agent_name(way by) {
        return by == way::process ? "native" : by == way::ivshmem ? "ivshmem" : "pmem";
    }

    double us(unsigned long long ticks) const {
        const double per_us = static_cast<double>(__builtin_ia32_rdtsc() - begin_ticks_) * 1e3 /
                              static_cast<double>(now_ns() - begin_ns_);
        return static_cast<double>(ticks) / per_us;
    }

    std::string agent_;
    std::vector<std::string> emulator_;
    long trips_;
    int seconds_;
    cpu_set_t agents_on_{};
    market market_;
    place honest_, hostile_;
    int queue_ = -1;
    std::uint32_t next_native_ = 100;
    std::uint64_t begin_ticks_ = 0;
    std::uint64_t begin_ns_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"A market whose agents live in virtual machines, or in processes where no emulator is given."};
    std::string agent, emulator;
    long trips = 20'000;
    int seconds = 2;
    app.add_option("--agent", agent, "the agent's program")->required();
    app.add_option("--emulator", emulator, "command line of QEMU, without -append; words are separated by spaces");
    app.add_option("--trips", trips, "bids of an honest agent at a stretch")->check(CLI::Range(100l, 100'000l));
    app.add_option("--seconds", seconds, "how long rubbish is written")->check(CLI::Range(1, 60));
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    scenario(agent, emulator, trips, seconds).run();
    fmt::print("RESULT {} missed\n", missed);
    return missed == 0 ? 0 : 1;
}
