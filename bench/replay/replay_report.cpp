// SPDX-License-Identifier: MIT

#include "replay/replay_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <ostream>

namespace maxwell::bench {
namespace {

constexpr std::string_view fidelity_name(fidelity f) {
    return f == fidelity::exact ? "exact" : f == fidelity::tier ? "tier" : "sampled";
}

// --- what was read -----------------------------------------------------------------------------------------------------

}  // namespace

void print_trace(replay_options const& o, sim::workload const& w, schedule const& plan) {
    fmt::print("{}: {}\n", o.file, w.format);
    fmt::print("  {} lines = {} records + {} comments + {} other + {} broken: no line lost: {}\n", w.lines, w.records,
               w.comments, w.other, w.broken, w.no_line_lost() ? "yes" : "NO");
    for (sim::broken_line const& b : w.first_broken) fmt::print("    line {}: {}\n", b.number, b.reason);
    if (w.broken > w.first_broken.size()) fmt::print("    and {} more\n", w.broken - w.first_broken.size());
    if (!w.damage.empty()) fmt::print("  the file: {}\n", w.damage);
    if (w.lost_events > 0) fmt::print("  the recorder lost {} events\n", w.lost_events);
    if (w.unseen > 0) fmt::print("  {} times a task left its processor unseen\n", w.unseen);
    if (w.unfinished + w.never_ran > 0) {
        fmt::print("  where the trace ends, {} jobs had run in part (kept), {} not at all (left out)\n", w.unfinished,
                   w.never_ran);
    }
    fmt::print("  {} jobs on {} {}; a job's service is its share of the machine\n", w.job_count, w.processors,
               w.width_unit);
    if (plan.load > 0) {
        fmt::print("  offered load {:.3f} as recorded; arrivals are stretched by {:.4g}, so that it is {:.3f}\n",
                   plan.recorded_load, plan.stretch, plan.load);
    } else {
        fmt::print("  all jobs arrive at once, so there is no load to set\n");
    }
    fmt::print("  quantum {} us; {} waiting agents bid again in each; virtual time {:.1f} s\n\n", plan.quantum_us,
               rebids_per_quantum, static_cast<double>(plan.span_us) / 1e6);
}

namespace {

// --- what came of it ---------------------------------------------------------------------------------------------------

constexpr std::uint32_t percentiles[] = {500'000, 990'000, 999'000};

std::string times(clock_facts const& clock, latency_histogram<> const& h) {
    std::string row;
    for (const auto p : percentiles) row += fmt::format("{:>10.0f}", clock.ns(h.percentile(p)));
    return row + fmt::format("{:>12.0f}", clock.ns(h.maximum()));
}

}  // namespace

void print_times(clock_facts const& clock, std::vector<entry> const& entries) {
    fmt::print("time in ns, of which the timer itself is {:.0f} per operation\n", clock.floor_ns());
    fmt::print("{:<9}{:<24}{:^42}  {:^42}\n", "", "", "the decision", "all market work of a quantum");
    fmt::print("{:<9}{:<24}", "fidelity", "structure");
    for (int i = 0; i < 2; ++i)
        fmt::print("{:>10}{:>10}{:>10}{:>12}{}", "p50", "p99", "p999", "max", i == 0 ? "  " : "\n");
    for (entry const& e : entries) {
        fmt::print("{:<9}{:<24}{}  {}\n", fidelity_name(e.who->order), e.who->name, times(clock, e.result().decide),
                   times(clock, e.result().market));
    }
    fmt::print("\n");
}

namespace {

/// The mean and the median of response ratios: the mean is that of the shortest jobs mostly.
struct ratios {
    double mean = 0;
    double median = 0;  ///< to 1 %

    explicit ratios(replay_result const& r) {
        if (r.completed == 0) return;
        mean = r.ratio_sum / static_cast<double>(r.completed);
        median = static_cast<double>(r.response_ratios.percentile(500'000)) / ratio_parts;
    }
};

double mean_live(replay_result const& r) {
    return static_cast<double>(r.live_sum) / static_cast<double>(std::max<std::uint64_t>(1, r.quanta));
}

}  // namespace

void print_outcomes(std::vector<entry> const& entries, std::uint64_t jobs) {
    fmt::print("what came of it: live bids, response ratios (from arrival to completion, over service), payments\n");
    fmt::print("{:<9}{:<24}{:>12}{:>12}{:>11}{:>9}{:>7}{:>11}{:>10}{:>10}{:>12}  {}\n", "fidelity", "structure",
               "quanta", "awards", "jobs", "live", "most", "backlog", "median", "mean", "payments", "digest");
    for (entry const& e : entries) {
        replay_result const& r = e.result();
        const ratios response(r);
        fmt::print("{:<9}{:<24}{:>12}{:>12}{:>11}{:>9.1f}{:>7}{:>11}{:>10.4g}{:>10.4g}{:>12.3e}  {:016x}\n",
                   fidelity_name(e.who->order), e.who->name, r.quanta, r.awards, r.completed, mean_live(r), r.live_max,
                   r.backlogged, response.median, response.mean, r.payments, r.digest);
        if (!r.complete) {
            fmt::print("{:<9}  stopped by its time budget after {:.0f} s, {} of {} jobs done\n", "", r.seconds,
                       r.completed, jobs);
        }
    }
    fmt::print("\n");
}

void comparison::go_on() {
    auto const& a = left->run->outcomes();
    auto const& b = right->run->outcomes();
    if (!identical) return;
    const auto common = static_cast<std::ptrdiff_t>(std::min(a.size(), b.size()));
    const auto [at, other] = std::mismatch(a.begin(), a.begin() + common, b.begin());
    if (at != a.begin() + common) {
        identical = false;
        const auto text = [](entry const& e, outcome const& o) {
            return fmt::format("{} gives it to slot {} generation {} for {}", e.who->name, slot_of(o.winner),
                               generation_of(o.winner), o.payment);
        };
        difference = fmt::format("quantum {}: {}, {}", quanta + static_cast<std::uint64_t>(at - a.begin()) + 1,
                                 text(*left, *at), text(*right, *other));
    } else if (a.size() != b.size() && left->result().complete && right->result().complete) {
        identical = false;
        difference = fmt::format("{} has {} awards, {} has {}", left->who->name, left->result().awards,
                                 right->who->name, right->result().awards);
    }
    quanta += static_cast<std::uint64_t>(common);
    whole = left->result().complete && right->result().complete;
}

bool print_comparisons(std::vector<comparison> const& comparisons) {
    bool good = true;
    for (const fidelity f : {fidelity::exact, fidelity::tier}) {
        bool identical = true;
        std::uint64_t whole = 0;
        std::string names;
        for (comparison const& c : comparisons) {
            if (c.left->who->order != f) continue;
            identical = identical && c.identical;
            whole += c.whole ? 1 : 0;
            if (names.empty()) names = c.left->who->name;
            names +=
                fmt::format(", {}{}", c.right->who->name, c.whole ? "" : fmt::format(" (for {} quanta)", c.quanta));
            if (!c.identical) fmt::print("{}: first difference at {}\n", fidelity_name(f), c.difference);
        }
        if (names.empty()) {
            fmt::print("{}: fewer than two structures, nothing to compare\n", fidelity_name(f));
            continue;
        }
        fmt::print("{}: identical winners and payments: {}{}  [{}]\n", fidelity_name(f), identical ? "yes" : "NO",
                   whole > 0 ? "" : ", but no pair to the end", names);
        good = good && identical;
    }
    return good;
}

namespace {

// --- the same as JSON --------------------------------------------------------------------------------------------------

nlohmann::json json_of(clock_facts const& clock, latency_histogram<> const& h) {
    const auto count = static_cast<double>(std::max<std::uint64_t>(1, h.count()));
    return {{"count", h.count()},
            {"mean_ns", clock.ns(h.sum()) / count},
            {"p50_ns", clock.ns(h.percentile(500'000))},
            {"p99_ns", clock.ns(h.percentile(990'000))},
            {"p999_ns", clock.ns(h.percentile(999'000))},
            {"max_ns", clock.ns(h.maximum())}};
}

nlohmann::json json_of(replay_options const& o, sim::workload const& w, schedule const& plan) {
    nlohmann::json broken = nlohmann::json::array();
    for (sim::broken_line const& b : w.first_broken) broken.push_back({{"line", b.number}, {"reason", b.reason}});
    return {{"file", o.file},
            {"format", w.format},
            {"lines", w.lines},
            {"records", w.records},
            {"comments", w.comments},
            {"other", w.other},
            {"broken", w.broken},
            {"first_broken", broken},
            {"no_line_lost", w.no_line_lost()},
            {"damage", w.damage},
            {"lost_events", w.lost_events},
            {"unseen", w.unseen},
            {"unfinished", w.unfinished},
            {"never_ran", w.never_ran},
            {"jobs", w.job_count},
            {"processors", w.processors},
            {"width_unit", w.width_unit},
            {"recorded_load", plan.recorded_load},
            {"stretch", plan.stretch},
            {"load", plan.load},
            {"quantum_us", plan.quantum_us},
            {"rebids_per_quantum", rebids_per_quantum},
            {"span_us", plan.span_us},
            {"service_us", plan.service_us}};
}

nlohmann::json json_of(clock_facts const& clock, entry const& e) {
    replay_result const& r = e.result();
    const ratios response(r);
    return {{"name", e.who->name},
            {"fidelity", fidelity_name(e.who->order)},
            {"complete", r.complete},
            {"failure", r.failure},
            {"decision", json_of(clock, r.decide)},
            {"submit", json_of(clock, r.submit)},
            {"market", json_of(clock, r.market)},
            {"quanta", r.quanta},
            {"awards", r.awards},
            {"jobs_completed", r.completed},
            {"jobs_backlogged", r.backlogged},
            {"mean_live", mean_live(r)},
            {"max_live", r.live_max},
            {"median_response_ratio", response.median},
            {"mean_response_ratio", response.mean},
            {"payments", r.payments},
            {"digest", fmt::format("{:016x}", r.digest)},
            {"seconds", r.seconds}};
}

nlohmann::json json_of(comparison const& c) {
    return {{"fidelity", fidelity_name(c.left->who->order)},
            {"structures", {c.left->who->name, c.right->who->name}},
            {"identical", c.identical},
            {"quanta", c.quanta},
            {"whole_replay", c.whole},
            {"difference", c.difference}};
}

}  // namespace

void write_report(std::ostream& out, replay_options const& o, sim::workload const& w, schedule const& plan,
                  clock_facts const& clock, std::vector<entry> const& entries,
                  std::vector<comparison> const& comparisons, bool passed) {
    nlohmann::json report = {{"trace", json_of(o, w, plan)},
                             {"timer_floor_ns", clock.floor_ns()},
                             {"structures", nlohmann::json::array()},
                             {"identity", nlohmann::json::array()},
                             {"passed", passed}};
    for (entry const& e : entries) report["structures"].push_back(json_of(clock, e));
    for (comparison const& c : comparisons) report["identity"].push_back(json_of(c));
    // A file name need not be UTF-8.
    out << report.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace maxwell::bench
