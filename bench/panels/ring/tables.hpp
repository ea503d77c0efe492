// SPDX-License-Identifier: MIT
//
// From figures by regime to tables and goals.

#pragma once

#include "harness/panel.hpp"
#include "panels/ring/two_cores.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

/// Fewer samples of a contender in a regime say nothing.
inline constexpr std::size_t fewest_samples = 3;

inline double percentile_ns(latency_histogram<> const& h, std::uint32_t per_million, clock_facts const& clock) {
    return clock.ns(h.percentile(per_million));
}

inline std::string percentiles(latency_histogram<> const& h, clock_facts const& clock) {
    return fmt::format("{:.0f} / {:.0f} / {:.0f}", percentile_ns(h, 500'000, clock), percentile_ns(h, 990'000, clock),
                       percentile_ns(h, 999'000, clock));
}

/// Fewer single pushes than this have no 99th percentile to speak of.
inline constexpr std::uint64_t fewest_pushes = 1000;

/// Which contenders have too few samples in a regime, and how many; empty: none.
inline std::string left_out(std::vector<contender> const& all, std::size_t regime) {
    std::string names;
    for (contender const& c : all) {
        const std::size_t samples = c.by_regime[regime].samples();
        if (samples < fewest_samples) names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", c.name, samples);
    }
    return names;
}

/// What to say of contenders that no table has.
inline std::string why_no_table(std::vector<contender> const& all) {
    for (std::size_t r = 0; r < regimes; ++r) {
        for (contender const& c : all) {
            if (c.by_regime[r].samples() >= fewest_samples) return "";
        }
    }
    return fmt::format(
        "No table: no contender has {} samples that nothing disturbed, in any regime. Other programs keep the "
        "processors "
        "busy; measure again when they don't, or longer (--full).",
        fewest_samples);
}

/// A table for each regime in which a contender was measured, a row for each of those; the others are named below it.
inline std::vector<panel_table> tables_by_regime(std::vector<contender> const& all,
                                                 std::vector<std::string> const& head,
                                                 std::function<std::vector<std::string>(figures const&)> const& cells) {
    std::vector<panel_table> tables;
    for (std::size_t r = 0; r < regimes; ++r) {
        const std::string missing = left_out(all, r);
        panel_table t{
            fmt::format("Cores that are {}; {} samples each or more", regime_names[r], fewest_samples), head, {}, ""};
        if (!missing.empty()) t.note = fmt::format("Left out, with too few undisturbed samples: {}.", missing);
        for (contender const& c : all) {
            if (c.by_regime[r].samples() < fewest_samples) continue;
            std::vector<std::string> row{std::string(c.name)};
            for (auto& cell : cells(c.by_regime[r])) row.push_back(std::move(cell));
            t.rows.push_back(std::move(row));
        }
        if (!t.rows.empty()) tables.push_back(std::move(t));
    }
    return tables;
}

inline contender const* find(std::vector<contender> const& all, std::string_view name) {
    for (contender const& c : all) {
        if (c.name == name) return &c;
    }
    return nullptr;
}

/// A figure of one contender over the same of another, in each regime where both were measured: met where it is so in all.
inline judged_goal judge_ratio(std::vector<contender> const& all, std::string_view subject, std::string_view peer,
                               std::string text, std::function<double(figures const&)> const& figure, double bound,
                               bool at_least) {
    judged_goal goal{std::string(subject), std::move(text), "", verdict::not_measured};
    contender const* a = find(all, subject);
    contender const* b = find(all, peer);
    if (a == nullptr || b == nullptr) {
        goal.figures = fmt::format("{} is not here (MAXWELL_PEERS)", peer);
        return goal;
    }
    for (std::size_t r = 0; r < regimes; ++r) {
        figures const& mine = a->by_regime[r];
        figures const& other = b->by_regime[r];
        if (mine.samples() < fewest_samples || other.samples() < fewest_samples) continue;
        const double ratio = figure(mine) / figure(other);
        const bool met = at_least ? ratio >= bound : ratio <= bound;
        if (goal.outcome != verdict::missed) goal.outcome = met ? verdict::met : verdict::missed;
        goal.figures += fmt::format("{}{} {:.2f}", goal.figures.empty() ? "" : ", ", regime_names[r], ratio);
    }
    if (goal.figures.empty()) goal.figures = "too few undisturbed samples of both at one distance";
    return goal;
}

/// A percentile of single pushes, at most `bound_ns`, in each regime where there are enough: met where it is so in all.
inline judged_goal judge_percentile(contender const& c, std::size_t which, std::uint32_t per_million, double bound_ns,
                                    std::string text, clock_facts const& clock) {
    judged_goal goal{std::string(c.name), std::move(text), "", verdict::not_measured};
    for (std::size_t r = 0; r < regimes; ++r) {
        latency_histogram<> const& h = c.by_regime[r].single[which];
        if (h.count() < fewest_pushes) continue;
        const double ns = percentile_ns(h, per_million, clock);
        if (goal.outcome != verdict::missed) goal.outcome = ns <= bound_ns + .5 ? verdict::met : verdict::missed;
        goal.figures += fmt::format("{}{} {:.0f} ns", goal.figures.empty() ? "" : ", ", regime_names[r], ns);
    }
    if (goal.figures.empty()) goal.figures = "too few undisturbed samples";
    return goal;
}

/// Single pushes below 100 ns at the 99th percentile, near and mid, the timer included.
inline judged_goal judge_submission(contender const& c, std::size_t which, std::string text, clock_facts const& clock) {
    judged_goal goal{std::string(c.name), std::move(text), "", verdict::not_measured};
    for (std::size_t r = 0; r < 2; ++r) {
        if (c.by_regime[r].single[which].count() < fewest_pushes) continue;
        const double p99 = percentile_ns(c.by_regime[r].single[which], 990'000, clock);
        if (goal.outcome != verdict::missed) goal.outcome = p99 < 100 ? verdict::met : verdict::missed;
        goal.figures += fmt::format("{}{} {:.0f} ns", goal.figures.empty() ? "" : ", ", regime_names[r], p99);
    }
    if (goal.figures.empty()) goal.figures = "too few undisturbed samples near or mid";
    return goal;
}

/// What a panel answers where there is one processor only.
inline panel_result needs_two_cores() {
    panel_result r;
    r.notes.push_back("Not measured: this needs two processors.");
    return r;
}

inline std::string how_it_went(comparison_facts const& facts, clock_facts const& clock) {
    return fmt::format(
        "Samples: {} near (a cache line takes less than 80 ns to the other core), {} mid (less than 250), {} far; {} "
        "dropped, "
        "because the cores moved. What the kernel interrupted is left out. The timer's {:.0f} ns are in single pushes.",
        facts.kept[0], facts.kept[1], facts.kept[2], facts.dropped, clock.floor_ns());
}

}  // namespace maxwell::bench
