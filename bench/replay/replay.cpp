// SPDX-License-Identifier: MIT
//
// maxwell_replay FILE: feeds a real workload to every container, times the market, and checks that all structures of equal
// fidelity picked the same winners at the same payments.
//
// Exit codes: 0 all went well, 1 two structures of equal fidelity differ or a job was lost, 2 wrong use or a file that
// can't be read.

#include "harness/clock.hpp"
#include "harness/progress.hpp"
#include "peers/d_ary_fifo.hpp"
#include "peers/sorted_auction.hpp"
#include "replay/replay_engine.hpp"
#include "replay/replay_example.hpp"
#include "replay/replay_reference.hpp"
#include "replay/replay_report.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/choices_rule.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/trace/job_store.hpp>
#include <maxwell/sim/trace/read.hpp>

#include <fmt/format.h>
#include <sys/resource.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace maxwell;
using namespace maxwell::bench;

template <class A>
entrant container(std::string_view name, bool compared = true) {
    return {name, A::traits.winner, false, compared, start_replay<A>};
}

template <class P>
entrant peer(bool budgeted = false) {
    return {P::info.name, P::info.order, budgeted, true, start_replay<P>};
}

/// Every structure that is replayed. The first complete one of a fidelity is what the others of it are compared with; the
/// linear scans run to the end on every trace, so in each fidelity at least two do.
std::vector<entrant> entrants() {
    return {
        container<stratified_buckets<replay_capacity>>("stratified_buckets"),
        peer<linear_scan<tier_order<>>>(),
        peer<sorted_auction<tier_order<>>>(true),
        container<stratified_buckets<replay_capacity, adaptive_tiers<>>>("adaptive_buckets", false),
        container<tournament_tree<replay_capacity>>("tournament_tree"),
        container<lazy_heap<replay_capacity>>("lazy_heap"),
        peer<d_ary_fifo>(),
        peer<linear_scan<exact_order>>(),
        peer<sorted_auction<exact_order>>(true),
        container<probabilistic_sampler<replay_capacity>>("sampler_gumbel", false),
        container<probabilistic_sampler<replay_capacity, choices_rule<16>>>("sampler_choices16", false),
    };
}

/// Prints a sentence to stderr and returns the exit code of a wrong use.
int refuse(std::string_view sentence) {
    fmt::print(stderr, "maxwell_replay: {}\n", sentence);
    return 2;
}

// --- one run -----------------------------------------------------------------------------------------------------------

/// Everything that was replayed, and whether it went as it must.
struct replayed {
    std::vector<entry> entries;
    std::vector<comparison> comparisons;
    bool jobs_kept = true;    ///< every structure that came to the end completed every job
    bool well_formed = true;  ///< no structure did what no auction may do
};

/// Leads all structures through the trace side by side, so many quanta at a time: what they decide is compared and forgotten, and
/// a long trace takes no more memory than a short one.
replayed replay_all(std::vector<entrant const*> const& chosen, schedule const& plan, double budget_s) {
    constexpr std::uint64_t stretch = 1 << 14;
    replayed all;
    for (entrant const* who : chosen) all.entries.push_back({who, who->start(plan, who->budgeted ? budget_s : 0)});
    for (entry const& e : all.entries) {
        entry const& first = *std::find_if(all.entries.begin(), all.entries.end(), [&](entry const& x) {
            return x.who->order == e.who->order && x.who->compared;
        });
        if (e.who->compared && &first != &e) all.comparisons.push_back({.left = &first, .right = &e});
    }
    // What a time budget stops would make the rest look nearer than it is.
    const bool only_budgeted =
        std::all_of(chosen.begin(), chosen.end(), [](entrant const* who) { return who->budgeted; });
    const auto counts = [&](entry const& e) { return only_budgeted || !e.who->budgeted; };
    const auto counted = std::count_if(all.entries.begin(), all.entries.end(), counts);
    std::fflush(stdout);
    progress shown("replaying", plan.quanta * static_cast<std::size_t>(counted));
    for (bool more = true; more;) {
        more = false;
        std::uint64_t done = 0;
        for (entry const& e : all.entries) {
            const bool was_over = e.run->over();
            e.run->run(was_over ? 0 : stretch);
            more = more || !e.run->over();
            if (counts(e)) done += std::min(e.result().quanta, plan.quanta);
            shown.at(done, e.who->name);
        }
        for (comparison& c : all.comparisons) c.go_on();
    }
    for (entry const& e : all.entries) {
        replay_result const& r = e.result();
        if (!r.failure.empty()) {
            fmt::print("{}: quantum {}: {}\n", e.who->name, r.quanta, r.failure);
            all.well_formed = false;
        } else if (r.complete && r.completed != plan.jobs->size()) {
            fmt::print("{}: {} jobs came and {} were completed\n", e.who->name, plan.jobs->size(), r.completed);
            all.jobs_kept = false;
        }
    }
    return all;
}

/// What a quantum takes with `live` bids, rebid and all: the least of three loops, in ticks of the clock.
template <class Structure>
std::uint64_t quantum_ticks(std::uint32_t live) {
    constexpr int quanta = 2000;
    const auto a = bench::detail::make_structure<Structure>();
    std::uint32_t random = 1;
    const auto fresh = [&](std::uint32_t slot) {
        random = random * 1664525 + 1013904223;
        return bid{slot, random, 1};
    };
    for (std::uint32_t slot = 0; slot < live; ++slot) a->insert(fresh(slot));
    std::uint64_t least = ~std::uint64_t{0};
    for (int loop = 0; loop < 3; ++loop) {
        const std::uint64_t begin = ticks_begin();
        for (int i = 0; i < quanta; ++i) {
            a->insert(fresh(random % live));
            if (const auto won = a->extract_max()) a->insert(fresh(slot_of(won->winner.agent)));
        }
        least = std::min(least, ticks_end() - begin);
    }
    return least;
}

/// Where few bids live a scan is as good as anything, and a reader should know: says so, and from how many on it is not.
void print_when_a_container_pays(std::vector<entry> const& entries) {
    const auto median = [&](std::string_view name) -> std::optional<std::uint64_t> {
        for (entry const& e : entries) {
            if (e.who->name == name) return e.result().market.percentile(500'000);
        }
        return std::nullopt;
    };
    const auto scan = median("linear_scan");
    const auto tree = median("tournament_tree");
    if (!scan || !tree || *scan * 10 > *tree * 11) return;
    std::uint32_t live = 2;
    while (live < 1024 &&
           quantum_ticks<linear_scan<exact_order>>(live) <= quantum_ticks<tournament_tree<replay_capacity>>(live)) {
        live *= 2;
    }
    fmt::print(
        "with so few live bids linear_scan is as fast as tournament_tree; from about {} live bids on it is not\n\n",
        live);
}

/// What the replay needed: of a trace that doesn't fit in memory the jobs stood in a file.
void print_memory(sim::job_store const& jobs) {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    fmt::print("memory: {} MB at the most", used.ru_maxrss / 1024);
    if (jobs.bytes_on_disk() > 0) fmt::print("; {} MB of jobs stood in a file", jobs.bytes_on_disk() >> 20);
    fmt::print("\n\n");
}

/// Creates the folders above `file` and opens it; an empty name is no file and no failure.
bool open_report(std::ofstream& out, std::string const& file) {
    if (file.empty()) return true;
    std::error_code ignored;
    const std::filesystem::path parent = std::filesystem::path(file).parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, ignored);
    out.open(file);
    return out.is_open();
}

/// Reads the trace into `jobs`, and shows how far it is.
sim::reading read_jobs(std::string const& file, sim::job_store& jobs) {
    std::error_code unknown;
    const auto bytes = std::filesystem::file_size(file, unknown);
    progress shown("reading " + file, unknown ? 0 : bytes);
    return sim::read_trace(
        file, [&](sim::job const& j) { jobs.add(j); },
        [&](std::uint64_t done, std::uint64_t) { shown.at(static_cast<std::size_t>(done)); });
}

int run(replay_options const& o) {
    if (!(o.load >= 0.01 && o.load <= 100)) return refuse("--load has to be from 0.01 to 100");
    if (!(o.budget_s >= 0 && o.budget_s <= 86'400)) return refuse("--budget has to be from 0 to 86400 seconds");
    const std::vector<entrant> known = entrants();
    std::vector<entrant const*> chosen;
    for (entrant const& e : known) {
        if (e.name.find(o.filter) != std::string_view::npos) chosen.push_back(&e);
    }
    if (chosen.empty()) return refuse(fmt::format("no structure has '{}' in its name", o.filter));
    sim::job_store jobs;
    const sim::reading read = read_jobs(o.file, jobs);
    if (!read) return refuse(read.error);
    sim::workload const& work = *read.work;
    if (!jobs.finish()) return refuse(jobs.error());
    if (jobs.size() == 0)
        return refuse(fmt::format("{} is a {} without a single job: {}", o.file, work.format, work.missing));
    std::ofstream out;
    if (!open_report(out, o.out)) return refuse(o.out + " can't be written");

    const clock_facts clock = measure_clock();
    const schedule plan = make_schedule(jobs, work.processors, o.load, o.quantum_us);
    if (plan.quanta > max_quanta + jobs.size()) {
        return refuse(
            fmt::format("with a quantum of {} us the jobs of {} take {} quanta, more than one for each and {}; "
                        "--quantum {} is long "
                        "enough",
                        plan.quantum_us, o.file, plan.quanta, max_quanta, plan.service_us / max_quanta + 1));
    }
    print_trace(o, work, plan);
    const replayed all = replay_all(chosen, plan, o.budget_s);
    print_times(clock, all.entries);
    print_outcomes(all.entries, jobs.size());
    print_when_a_container_pays(all.entries);
    print_memory(jobs);
    const bool identical = print_comparisons(all.comparisons);
    fmt::print("jobs in == jobs completed: {}\n", all.jobs_kept ? "yes" : "NO");
    const bool passed = work.no_line_lost() && all.well_formed && all.jobs_kept && identical;

    if (out.is_open()) {
        write_report(out, o, work, plan, clock, all.entries, all.comparisons, passed);
        if (!out.flush()) return refuse(o.out + " can't be written to its end");
    }
    return passed ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    replay_options o;
    CLI::App app(
        "Replays a workload trace on every auction container: times, and a check that equal fidelity gives equal "
        "winners and payments. Reads Standard Workload Format logs, LLM traces of Azure, BurstGPT and Mooncake, "
        "cluster "
        "traces of Google and Alibaba, and Linux scheduler traces (tracefs, trace-cmd report, perf script, Perfetto's "
        "JSON), also compressed with gzip, xz or zstd.");
    std::uint64_t example = 0;
    app.add_option("FILE", o.file, "the trace");
    app.add_option("--load", o.load, "offered load; arrivals are stretched to it, bursts are kept")
        ->capture_default_str();
    app.add_option("--quantum", o.quantum_us,
                   "microseconds; 0: a 32nd of the 99th percentile of service, longer where that is more than two "
                   "million quanta")
        ->capture_default_str();
    app.add_option("--budget", o.budget_s, "seconds for each structure that sorts; 0: no end")->capture_default_str();
    app.add_option("--out", o.out, "the same figures as JSON, to this file");
    app.add_option("--filter", o.filter, "only structures with this in their name");
    app.add_option("--example", example, "print a generated trace of so many requests instead, in which queues form");
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        if (e.get_exit_code() == 0) return app.exit(e);
        return refuse(fmt::format("{} (--help tells more)", e.what()));
    }
    try {
        if (example > 0 && !o.file.empty()) return refuse("--example takes no FILE");
        if (example > 0) {
            print_example(example);
            return std::fflush(stdout) == 0 ? 0 : refuse("the example can't be written to its end");
        }
        if (o.file.empty()) return refuse("FILE is required (--help tells more)");
        return run(o);
    } catch (std::bad_alloc const&) {
        return refuse(o.file + " needs more memory than there is");
    } catch (std::exception const&) {
        return refuse(o.file + " can't be replayed, for a reason that this program doesn't know: a fault of its own");
    }
}
