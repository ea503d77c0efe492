// SPDX-License-Identifier: MIT
//
// maxwell_bench: how fast the auctions are on this machine, against the structures that one would use instead.
//
//     1  the differential test of every structure that is to be timed
//     2  all cases, some ten times each in random order, under Google Benchmark
//     3  instruction and cache-miss counts under callgrind, where the processor's counters are out of reach
//     4  instructions of the most expensive single operations, stepped one by one
//     5  the panels: whatever is measured in its own way
//     6  tables, goals, results.json, index.html

#include "cases/cases.hpp"
#include "harness/callgrind.hpp"
#include "harness/counters.hpp"
#include "harness/panel.hpp"
#include "harness/pinned.hpp"
#include "harness/progress.hpp"
#include "harness/results.hpp"
#include "report/report.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#if defined(__linux__)
#include <malloc.h>
#endif

namespace maxwell::bench {
namespace {

struct options {
    std::string filter;
    bool full = false;
    bool callgrind = false;
    bool list = false;
    bool counted_child = false;  ///< this process runs under callgrind
    bool verbose = false;
    std::string out = "build/report";
    std::string replay;  ///< the report of maxwell_replay, to be shown too
    int repetitions = 9;
};

/// Google Benchmark's own output would be a table of some hundred lines; ours comes at the end.
class silent_reporter : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(Context const&) override { return true; }
    void ReportRuns(std::vector<Run> const&) override {}
};

/// Memory is not handed back to the kernel between cases.
void keep_memory() {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

/// Which structures fail, with what they did wrong.
std::map<std::string_view, std::string> failed_structures(std::vector<case_spec> const& cases) {
    std::map<std::string_view, std::string> failed;
    std::set<std::string_view> seen;
    for (case_spec const& c : cases) {
        if (!seen.insert(c.structure->name).second) continue;
        if (std::string why; !c.differential(why)) failed[c.structure->name] = why;
    }
    return failed;
}

void time_cases(results& r, int repetitions, hardware_counters& counters) {
    instruments with{.clock = r.where.clock, .counters = counters.available() ? &counters : nullptr};
    std::size_t to_time = 0;
    for (case_result const& c : r.cases) to_time += c.failed ? 0 : 1;
    progress shown("timing", to_time * static_cast<std::size_t>(repetitions));
    std::size_t done = 0;
    for (case_result& c : r.cases) {
        if (c.failed) continue;
        benchmark::RegisterBenchmark(c.name.c_str(),
                                     [&](benchmark::State& state) {
                                         for (auto _ : state) {
                                             const outcome o = measure_case(c.spec, with);
                                             state.SetIterationTime(o.mean_ns * 1e-9);
                                             c.repetitions.push_back(o);
                                         }
                                         shown.at(++done, c.name);
                                     })
            ->UseManualTime()
            ->Iterations(1)
            ->Repetitions(repetitions);
    }
    std::string program = "maxwell_bench";
    std::string interleave = "--benchmark_enable_random_interleaving=true";
    char* argv[] = {program.data(), interleave.data(), nullptr};
    int argc = 2;
    benchmark::Initialize(&argc, argv);
    silent_reporter reporter;
    benchmark::RunSpecifiedBenchmarks(&reporter, ".*");
}

void count_cases(results& r, options const& o) {
    std::size_t total = 0;
    for (case_result const& c : r.cases) total += c.timed() && (o.callgrind || is_counted_by_default(c.spec)) ? 1 : 0;
    if (total == 0) return;
    if (const std::string obstacle = callgrind_obstacle(); !obstacle.empty()) {
        r.where.counts_from = fmt::format("Instructions and cache misses were not counted: {}.", obstacle);
        return;
    }
    std::vector<std::string> arguments{"--counted-child"};
    if (!o.filter.empty()) arguments.insert(arguments.end(), {"--filter", o.filter});
    if (o.full) arguments.emplace_back("--full");
    if (o.callgrind) arguments.emplace_back("--cachegrind");
    progress shown("counting instructions", total);
    std::string why;
    const auto counts = count_with_callgrind(
        arguments, [&](std::size_t n) { shown.at(n); }, why);
    if (!why.empty()) {
        r.where.counts_from = fmt::format("Instructions and cache misses were not counted: {}.", why);
        return;
    }
    r.where.callgrind_counts = true;
    r.where.counts_from =
        "Instructions and cache misses are callgrind's (simulated: 32 KB of L1, 8 MB of last level), the harness's own "
        "included; the row `harness` shows those.";
    for (case_result& c : r.cases) {
        const auto found = counts.find(c.name);
        if (found == counts.end()) continue;
        const auto operations = static_cast<double>(counted_operations(c.spec));
        c.median.instructions = found->second.instructions / operations;
        c.median.l1_misses = found->second.l1_misses / operations;
        c.median.last_level_misses = found->second.last_level_misses / operations;
    }
}

void step_worst_cases(results& r, std::vector<worst_spec> const& specs) {
    if (specs.empty()) return;
    progress shown("stepping single operations", specs.size());
    for (worst_spec const& w : specs) {
        r.worst.push_back({w, w.measure(w.amounts)});
        shown.at(r.worst.size(), w.name());
    }
}

void run_panels(results& r, std::vector<panel> const& panels, options const& o) {
    for (panel const& p : panels) {
        progress shown(std::string(p.name), 1000);
        const auto at = [&](double share, std::string_view what) {
            shown.at(static_cast<std::size_t>(share * 1000), what);
        };
        r.panels.push_back({p, p.run({r.where.clock, r, o.full, at})});
    }
}

void add_notes(surroundings& w) {
#if MAXWELL_BENCH_SMOKE
    w.notes.push_back("This program was built for tests (MAXWELL_BENCH_SMOKE): its times mean nothing.");
#endif
    w.notes.push_back(fmt::format("{}, {}", w.cpu, w.kernel));
    w.notes.push_back(fmt::format("{}, {}, commit {}, {}", w.compiler, w.flags, w.commit, w.date));
    w.notes.push_back(fmt::format(
        "Load {} before and {} after. A timer pair alone costs {:.1f} ns (p99 {:.1f}), which p50, p99 and p999 "
        "contain; "
        "means are of whole loops, less one such pair for each loop. What the kernel interrupted is dropped. All "
        "figures are medians of {} repetitions.",
        w.load_before, w.load_after, w.clock.floor_ns(), w.clock.ns(w.clock.floor_p99_ticks), w.repetitions));
    w.notes.push_back(
        "insert, extract_max and expire run between N and N/2 live bids; hold runs for N operations (at least 50) on "
        "freshly drawn bids. @16384: capacity 16,384 with N live agents on "
        "scattered slots. @cold: 1 MB of other memory is worked through before each decision; its mean is of single "
        "operations, timer included.");
    w.notes.push_back(
        "Google Benchmark only schedules the repetitions here: every timed loop and the clock are compiled into this "
        "program, "
        "so a library built as DEBUG and without libpfm (Debian's is) changes no figure.");
}

/// Those whose names the filter matches.
template <class Named, class NameOf>
std::vector<Named> wanted(std::vector<Named> all, options const& o, NameOf name) {
    if (o.filter.empty()) return all;
    const std::regex pattern(o.filter);
    std::erase_if(all, [&](Named const& one) { return !std::regex_search(std::string(name(one)), pattern); });
    return all;
}

int run(options const& o) {
    const auto own_name = [](auto const& one) { return one.name(); };
    const std::vector<case_spec> cases = wanted(all_cases(o.full), o, own_name);
    const std::vector<worst_spec> worst = wanted(all_worst_cases(), o, own_name);
    const std::vector<panel> panels = wanted(all_panels(), o, [](panel const& p) { return p.name; });
    if (cases.empty() && worst.empty() && panels.empty()) {
        fmt::print(stderr, "maxwell_bench: no case matches the filter '{}'; --list shows all names.\n", o.filter);
        return 2;
    }
    if (o.list) {
        for (case_spec const& c : cases) fmt::print("{}\n", c.name());
        for (worst_spec const& w : worst) fmt::print("{}\n", w.name());
        for (panel const& p : panels) fmt::print("{}\n", p.name);
        return 0;
    }
    if (o.counted_child) {
        for (case_spec const& c : cases) {
            if (o.callgrind || is_counted_by_default(c)) count_case(c);
        }
        return 0;
    }
    if (o.out.empty()) {
        fmt::print(stderr, "maxwell_bench: --out takes the name of a folder, not an empty one.\n");
        return 2;
    }
    const std::filesystem::path out(o.out);
    std::error_code error;
    std::filesystem::create_directories(out, error);
    const std::filesystem::path probe = out / "maxwell_bench.probe";
    const bool writable = static_cast<bool>(std::ofstream(probe) << "a report can be written here\n");
    std::filesystem::remove(probe, error);
    if (!writable) {
        fmt::print(stderr, "maxwell_bench: can't write to the folder '{}'.\n", o.out);
        return 2;
    }

    const auto start = std::chrono::steady_clock::now();
    keep_memory();
    results r;
    {
        const pinned to_one_core;
        r.where = look_around();
    }
    r.where.repetitions = o.repetitions;
    const auto failed = failed_structures(cases);
    for (auto const& [structure, why] : failed) {
        fmt::print(stderr, "{} fails the differential test and is not timed: {}.\n", structure, why);
    }
    for (case_spec const& c : cases) r.cases.push_back({c, c.name(), {}, {}, failed.contains(c.structure->name)});

    hardware_counters counters;
    if (counters.available()) {
        r.where.counts_from =
            "Instructions and cache misses are the processor's own counts (perf_event_open), the harness's own "
            "included.";
    }
    {
        const pinned to_one_core;
        if (!r.cases.empty()) time_cases(r, o.repetitions, counters);
        step_worst_cases(r, worst);
    }
    if (o.callgrind || !counters.available()) count_cases(r, o);
    r.merge();
    run_panels(r, panels, o);
    std::ifstream("/proc/loadavg") >> r.where.load_after;
    r.where.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    add_notes(r.where);

    // A filtered run prints its tables; all of them would be a thousand lines.
    if (o.verbose || !o.filter.empty()) {
        print_tables(r, stdout);
    } else {
        print_answer(r, stdout);
    }
    r.replay = o.replay;
    if (!write_json(r, out / "results.json") || !write_page(r, out / "index.html")) {
        fmt::print(stderr, "maxwell_bench: can't write to the folder '{}'.\n", o.out);
        return 2;
    }
    fmt::print("\n{} cases and {} panels in {:.0f} s. Page: {}, data: {}\n", r.cases.size(), r.panels.size(),
               r.where.seconds, (out / "index.html").string(), (out / "results.json").string());
    return failed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace maxwell::bench

int main(int argc, char** argv) {
    maxwell::bench::options o;
    CLI::App app("Measures Maxwell's auctions and the structures that one would use instead, on this machine.",
                 "maxwell_bench");
    app.add_option("--filter", o.filter,
                   "only cases and panels whose name matches this regular expression (--list shows names)")
        ->check([](std::string const& text) -> std::string {
            try {
                std::regex compiled(text);
                return {};
            } catch (std::regex_error const&) {
                return "'" + text + "' is not a regular expression";
            }
        });
    app.add_flag("--full", o.full, "all distributions and all variants");
    app.add_flag("--cachegrind", o.callgrind, "count instructions and cache misses of all cases under valgrind");
    app.add_option("--out", o.out, "folder for results.json and index.html")->capture_default_str();
    app.add_option("--replay", o.replay, "a report of maxwell_replay (its --out) to show on the page");
    app.add_flag("--verbose", o.verbose, "print every table, not the answer alone");
    app.add_option("--repetitions", o.repetitions, "how often each case is timed")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_flag("--list", o.list, "print the names of the cases and panels and stop");
    app.add_flag("--counted-child", o.counted_child)->group("");
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const&) {
        fmt::print("{}", app.help());
        return 0;
    } catch (CLI::ParseError const& e) {
        fmt::print(stderr, "maxwell_bench: {}; --help lists the options.\n", e.what());
        return 2;
    }
    return maxwell::bench::run(o);
}
