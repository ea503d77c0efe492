// SPDX-License-Identifier: MIT
//
// The goals, as data: what a container of Maxwell has to reach, and whether this run shows that it does.
//
// A goal names a container, a workload and one limit for each N; 0 asks nothing. A new container adds its lines.

#pragma once

#include "harness/results.hpp"
#include "harness/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

enum class goal_kind : std::uint8_t {
    mean_ns,              ///< at most, uniform bids
    p99_ns,               ///< at most, uniform bids, the clock's floor included
    p999_ns,              ///< the same
    instructions,         ///< at most, the harness's included
    misses,               ///< at most; misses of the first level, so those of all further levels too
    faster_than_exact,    ///< at least so many times as fast as the best exact third-party peer
    faster_than_equals,   ///< at least so many times as fast as the best peer of equal fidelity
    faster_than_tree,     ///< at least so many times as fast as tournament_tree
    growth,               ///< mean at N = 10,000 at most so many times the mean at 10 (limit[0])
    distribution_spread,  ///< mean with any other distribution at most so many times that with uniform bids
    roomy_capacity,       ///< mean in a container of 16,384 at most so many times that in a fitted one
    worst_instructions,   ///< at most, of any single operation with any distribution, across the wrap of arrivals too
    wrap_ratio,           ///< the most expensive operation across the wrap of arrivals at most so many times any other
    bytes_per_agent,      ///< at most (limit[0])
    fixed_bytes,          ///< at most (limit[0])
};

struct goal {
    std::string_view structure;
    std::string_view title;  ///< the workload, with the variant's suffix
    goal_kind kind;
    std::array<double, 4> limit;  ///< for N = 10, 100, 1,000, 10,000
    distribution amounts = distribution::uniform;
};

inline constexpr std::array goals{
    // What every container promises of a decision.
    goal{"stratified_buckets", "quantum", goal_kind::p99_ns, {0, 0, 1000, 0}},
    goal{"stratified_buckets", "quantum", goal_kind::p999_ns, {0, 0, 10000, 0}},
    goal{"stratified_buckets", "quantum@cold", goal_kind::misses, {0, 0, 50, 0}},
    goal{"stratified_buckets", "", goal_kind::wrap_ratio, {0, 0, 0, 2}},
    goal{"tournament_tree", "quantum", goal_kind::p99_ns, {0, 0, 1000, 0}},
    goal{"tournament_tree", "quantum", goal_kind::p999_ns, {0, 0, 10000, 0}},
    goal{"tournament_tree", "quantum@cold", goal_kind::misses, {0, 0, 50, 0}},
    goal{"tournament_tree", "", goal_kind::wrap_ratio, {0, 0, 0, 2}},
    goal{"lazy_heap", "quantum", goal_kind::p99_ns, {0, 0, 1000, 0}},
    goal{"lazy_heap", "quantum", goal_kind::p999_ns, {0, 0, 10000, 0}},
    goal{"lazy_heap", "quantum@cold", goal_kind::misses, {0, 0, 50, 0}},
    goal{"lazy_heap", "", goal_kind::wrap_ratio, {0, 0, 0, 2}},
    // What stratified_buckets aims at.
    goal{"stratified_buckets", "hold", goal_kind::faster_than_exact, {1.8, 4, 4.5, 6}},
    goal{"stratified_buckets", "hold", goal_kind::instructions, {100, 100, 100, 100}},
    goal{"stratified_buckets", "quantum", goal_kind::faster_than_exact, {2.5, 3.5, 3.5, 3.5}},
    goal{"stratified_buckets", "quantum", goal_kind::instructions, {200, 200, 200, 200}},
    goal{"stratified_buckets", "hold", goal_kind::faster_than_equals, {1.7, 1.7, 1.7, 1.7}},
    goal{"stratified_buckets", "quantum", goal_kind::faster_than_equals, {1.7, 1.7, 1.7, 1.7}},
    goal{"stratified_buckets", "incumbent", goal_kind::faster_than_equals, {1, 1, 1, 1}},
    goal{"stratified_buckets", "hold", goal_kind::growth, {1.25}},
    goal{"stratified_buckets", "quantum", goal_kind::growth, {1.25}},
    goal{"stratified_buckets", "hold", goal_kind::distribution_spread, {1.25, 1.25, 1.25, 1.25}},
    goal{"stratified_buckets", "quantum", goal_kind::distribution_spread, {1.25, 1.25, 1.25, 1.25}},
    goal{"stratified_buckets", "hold", goal_kind::roomy_capacity, {2, 2, 2, 2}},
    goal{"stratified_buckets", "quantum", goal_kind::roomy_capacity, {2, 2, 2, 2}},
    goal{"stratified_buckets", "", goal_kind::bytes_per_agent, {24}},
    goal{"stratified_buckets", "", goal_kind::fixed_bytes, {7 * 1024}},
    // What tournament_tree aims at.
    goal{"tournament_tree", "quantum", goal_kind::faster_than_exact, {3.5, 3.5, 4, 2.5}},
    goal{"tournament_tree", "quantum", goal_kind::instructions, {220, 280, 340, 430}},
    goal{"tournament_tree", "quantum", goal_kind::p99_ns, {60, 60, 60, 0}},
    goal{"tournament_tree", "quantum", goal_kind::growth, {2.2}},
    goal{"tournament_tree", "quantum", goal_kind::distribution_spread, {1.25, 1.25, 1.25, 1.25}},
    goal{"tournament_tree", "quantum", goal_kind::roomy_capacity, {1.5, 2, 2, 2}},
    goal{"tournament_tree", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::lognormal},
    goal{"tournament_tree", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::equal},
    goal{"tournament_tree", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::rising},
    goal{"tournament_tree", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::alternating},
    goal{"tournament_tree", "", goal_kind::bytes_per_agent, {30}},
    // What lazy_heap aims at.
    goal{"lazy_heap", "quantum", goal_kind::faster_than_exact, {3.5, 4, 3.5, 2.5}},
    goal{"lazy_heap", "incumbent", goal_kind::faster_than_exact, {3.5, 3, 3, 2}},
    goal{"lazy_heap", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::lognormal},
    goal{"lazy_heap", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::equal},
    goal{"lazy_heap", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::rising},
    goal{"lazy_heap", "quantum", goal_kind::faster_than_exact, {2, 2, 2, 2}, distribution::alternating},
    goal{"lazy_heap", "quantum", goal_kind::faster_than_tree, {1, 1, 0, 0}},
    goal{"lazy_heap", "incumbent", goal_kind::faster_than_tree, {1, 1, 0, 0}},
    goal{"lazy_heap", "quantum", goal_kind::p999_ns, {1000, 1000, 1000, 1000}},
    goal{"lazy_heap", "incumbent", goal_kind::p999_ns, {1000, 1000, 1000, 1000}},
    goal{"lazy_heap", "", goal_kind::worst_instructions, {0, 0, 0, 6000}},
    goal{"lazy_heap", "quantum", goal_kind::roomy_capacity, {2, 2, 2, 2}},
    // What adaptive tiers aim at: flat.
    goal{"adaptive_buckets", "quantum", goal_kind::mean_ns, {60, 60, 60, 0}},
    // What the samplers aim at.
    goal{"sampler_gumbel", "quantum", goal_kind::mean_ns, {40, 40, 40, 40}},
    goal{"sampler_gumbel", "quantum", goal_kind::growth, {1.3}},
    goal{"sampler_choices16", "quantum", goal_kind::mean_ns, {25, 25, 25, 25}},
    goal{"sampler_choices16", "quantum", goal_kind::growth, {1.3}},
};

/// The figure that a goal is about, at agent_counts[i]; negative: not measured.
inline double figure_for(results const& r, goal const& g, std::size_t i) {
    const std::size_t n = agent_counts[i];
    case_result const* own = r.find(g.title, g.structure, g.amounts, n);
    const auto over = [&](case_result const* other) {
        return own != nullptr && other != nullptr ? other->median.mean_ns / own->median.mean_ns : -1.0;
    };
    switch (g.kind) {
        case goal_kind::mean_ns:
            return own != nullptr ? own->median.mean_ns : -1;
        case goal_kind::p99_ns:
            return own != nullptr ? std::round(own->median.p99_ns) : -1;  // the clock's steps are coarser
        case goal_kind::p999_ns:
            return own != nullptr ? std::round(own->median.p999_ns) : -1;
        case goal_kind::instructions:
            return own != nullptr ? own->median.instructions : -1;
        case goal_kind::misses:
            return own != nullptr ? own->median.l1_misses : -1;
        case goal_kind::faster_than_exact:
            return over(r.best_peer(g.title, g.amounts, n, is_third_party_exact));
        case goal_kind::faster_than_equals:
            return own == nullptr ? -1
                                  : over(r.best_peer(g.title, distribution::uniform, n, [&](structure_info const& s) {
                                        return s.order == own->spec.structure->order;
                                    }));
        case goal_kind::faster_than_tree:
            return over(r.find(g.title, "tournament_tree", g.amounts, n));
        case goal_kind::growth:
            return over(r.find(g.title, g.structure, distribution::uniform, agent_counts.back()));
        case goal_kind::distribution_spread: {
            double worst = -1;
            for (std::size_t d = 1; d < distribution_names.size(); ++d) {
                worst = std::max(worst, over(r.find(g.title, g.structure, static_cast<distribution>(d), n)));
            }
            return worst;
        }
        case goal_kind::roomy_capacity:
            return over(r.find(fmt::format("{}@16384", g.title), g.structure, distribution::uniform, n));
        case goal_kind::worst_instructions:
        case goal_kind::wrap_ratio: {
            double worst = -1;
            for (worst_result const& w : r.worst) {
                if (w.spec.structure->name != g.structure || w.spec.agents != n || !w.counted()) continue;
                const long most = std::max(w.greatest(w.costs.away), w.greatest(w.costs.across));
                worst = std::max(worst, g.kind == goal_kind::wrap_ratio ? w.ratio() : static_cast<double>(most));
            }
            return worst;
        }
        case goal_kind::bytes_per_agent: {
            const auto m = r.memory_of(g.structure);
            return m ? m->bytes_per_agent : -1;
        }
        case goal_kind::fixed_bytes: {
            const auto m = r.memory_of(g.structure);
            return m ? m->fixed_bytes : -1;
        }
    }
    return -1;
}

inline std::string_view description(goal_kind kind) {
    switch (kind) {
        case goal_kind::mean_ns:
            return "mean at most {} ns";
        case goal_kind::p99_ns:
            return "p99 at most {} ns";
        case goal_kind::p999_ns:
            return "p999 at most {} ns";
        case goal_kind::instructions:
            return "at most {} instructions, the harness's included";
        case goal_kind::misses:
            return "at most {} cache misses";
        case goal_kind::faster_than_exact:
            return "at least {} x the best exact third-party peer";
        case goal_kind::faster_than_equals:
            return "at least {} x the best peer of equal fidelity";
        case goal_kind::faster_than_tree:
            return "at least {} x tournament_tree";
        case goal_kind::growth:
            return "mean from N = 10 to 10,000 grows at most {} x";
        case goal_kind::distribution_spread:
            return "any distribution at most {} x uniform";
        case goal_kind::roomy_capacity:
            return "in a container of 16,384 at most {} x the fitted one";
        case goal_kind::worst_instructions:
            return "no single operation above {} instructions, any distribution";
        case goal_kind::wrap_ratio:
            return "where arrival numbers wrap, no operation above {} x any other";
        case goal_kind::bytes_per_agent:
            return "at most {} bytes per agent";
        case goal_kind::fixed_bytes:
            return "at most {} fixed bytes";
    }
    return {};
}

/// Met when every N that was asked for was measured and keeps the limit.
inline judged_goal judge(results const& r, goal const& g) {
    const bool at_least = g.kind == goal_kind::faster_than_exact || g.kind == goal_kind::faster_than_equals ||
                          g.kind == goal_kind::faster_than_tree;
    std::string limits;
    std::string figures;
    std::string where;
    bool missing = false;
    bool missed = false;
    const bool same = std::all_of(g.limit.begin(), g.limit.end(), [&](double l) { return l == g.limit[0]; });
    for (std::size_t i = 0; i < agent_counts.size(); ++i) {
        if (g.limit[i] == 0) continue;
        const double figure = figure_for(r, g, i);
        if (limits.empty() || !same) limits += fmt::format("{}{}", limits.empty() ? "" : "/", g.limit[i]);
        where += fmt::format("{}{}", where.empty() ? "" : "/", agent_counts[i]);
        figures += figures.empty() ? "" : " / ";
        if (figure < 0) {
            figures += "-";
            missing = true;
            continue;
        }
        figures += fmt::format("{:.{}f}", figure, figure < 20 ? 2 : 0);
        missed = missed || (at_least ? figure < g.limit[i] : figure > g.limit[i]);
    }
    const bool one_figure =
        g.kind == goal_kind::growth || g.kind == goal_kind::bytes_per_agent || g.kind == goal_kind::fixed_bytes;
    std::string text = fmt::format(fmt::runtime(description(g.kind)), limits);
    if (g.amounts != distribution::uniform) text = fmt::format("{} amounts, {}", name_of(g.amounts), text);
    if (!g.title.empty()) text = fmt::format("{}: {}", g.title, text);
    if (!one_figure) text += fmt::format(", N = {}", where);
    if (g.kind == goal_kind::instructions) {
        if (case_result const* own = r.find(g.title, "harness", distribution::uniform, agent_counts[0])) {
            if (own->median.instructions >= 0) figures += fmt::format(" (harness: {:.0f})", own->median.instructions);
        }
    }
    return {std::string(g.structure), text, figures,
            missed    ? verdict::missed
            : missing ? verdict::not_measured
                      : verdict::met};
}

inline std::vector<judged_goal> judge_all(results const& r) {
    std::vector<judged_goal> judged;
    for (goal const& g : goals) judged.push_back(judge(r, g));
    for (panel_outcome const& p : r.panels) judged.insert(judged.end(), p.found.goals.begin(), p.found.goals.end());
    return judged;
}

}  // namespace maxwell::bench
