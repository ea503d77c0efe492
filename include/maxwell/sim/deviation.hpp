// SPDX-License-Identifier: MIT
//
// Deviation search: is truthful bidding the best that an agent can do? Tried, not argued.
//
// For every small market (all values, all orders of arrival, all reserves asked for) and every agent in it, each other
// amount that the agent could have bid is tried, everything else being equal. Where one of them leaves it better off, that
// is a profitable deviation, and the gain is the agent's regret. A mechanism that pays critical prices has none; the plain
// second price has, since the earlier arrival wins a tie.
//
//     values     v = tick + k/steps        on the grid of prices (k = 0) and off it
//     truthful   the bid floor(v)
//     utility    v - payment for a winner, else 0
//     regret     max over other bids of utility(other) - utility(truthful)
//
// A value off the grid is what tells a price that is right from one that is a tick too high: both look the same to an
// agent whose value is a whole number of ticks.
//
// Where bids are for several units, all or nothing, an agent can misreport its units too. What its units are worth is one of two
// things: all that it needs or nothing (single-minded), or each by itself up to what it needs.
//
// Cost: (ticks * max_units)^agents * agents! * reserves * supplies * (1 + agents * ticks * max_units) runs of the mechanism.
// Four agents, eight ticks, one unit, one reserve: 3.3 million.
//
// Regret is the measure of Parkes, Kalagnanam and Eso (2001) and of Day and Milgrom (2008).

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace maxwell::sim {

/// One small market. Bidder i is the i-th to arrive.
struct market {
    std::vector<price> amounts;        ///< by bidder
    std::vector<std::uint32_t> slots;  ///< by bidder: the slot it bids from, a permutation of 0 .. amounts.size() - 1
    std::vector<std::uint32_t> units;  ///< by bidder: what it asks for
    price reserve = 0;
    std::uint64_t supply = 1;
};

/// By bidder: what it pays for each of the units that it asked for, or nothing when it doesn't win.
using outcome = std::vector<std::optional<price>>;

/// Which markets to search.
struct deviation_space {
    std::size_t agents = 3;
    price ticks = 6;          ///< truthful bids are in [0, ticks), deviations in [0, ticks]
    std::uint32_t steps = 4;  ///< values per tick: 1 is the grid alone, 4 adds quarters
    std::vector<price> reserves = {0};
    bool all_slots = true;        ///< try every assignment of slots to bidders, or only the identity
    std::uint32_t max_units = 1;  ///< agents need 1 to max_units; from 2 on, a deviation may ask for one more than that
    std::vector<std::uint64_t> supplies = {1};
    bool units_have_value_by_themselves = false;  ///< or only all that are needed together
};

/// What was found. Regret is in steps, 1/deviation_space::steps of a tick, for all units of the agent.
struct deviation_report {
    std::uint64_t cases = 0;        ///< one agent with one value in one market
    std::uint64_t profitable = 0;   ///< cases in which some other bid leaves the agent better off
    std::uint64_t overcharged = 0;  ///< truthful winners that pay more than they offered
    std::int64_t worst_regret = 0;  ///< in steps
    market example;  ///< where the worst regret, or else an overcharge, was found; no amounts if neither was
    std::size_t example_bidder = 0;
    price example_deviation = 0;      ///< its own amount where it is overcharged
    std::uint32_t example_units = 0;  ///< that the deviation asks for

    /// Share of cases without a profitable deviation, in [0, 1]; 1 when nothing was searched.
    double truthful_share() const noexcept {
        return cases == 0 ? 1.0 : 1.0 - static_cast<double>(profitable) / static_cast<double>(cases);
    }
    /// No agent gains by a misreport, and none pays more than it offered.
    bool truthful() const noexcept { return profitable == 0 && overcharged == 0; }

    /// Adds the cases of another search; the example is that of the worse regret.
    deviation_report& operator+=(deviation_report const& other) {
        deviation_report sum = worst_regret >= other.worst_regret && !example.amounts.empty() ? *this : other;
        sum.cases = cases + other.cases;
        sum.profitable = profitable + other.profitable;
        sum.overcharged = overcharged + other.overcharged;
        return *this = std::move(sum);
    }
};

namespace detail {

/// What an agent needs, and what that is worth to it.
struct need {
    std::uint32_t units;
    std::int64_t value;  ///< in steps, per unit
};

/// The utility in steps of an agent that wins `asked` units for `payment` each, or nothing.
inline std::int64_t utility(need const& n, std::optional<price> payment, std::uint32_t asked,
                            deviation_space const& space) {
    if (!payment) return 0;
    const std::uint32_t served = asked >= n.units ? n.units : space.units_have_value_by_themselves ? asked : 0;
    return n.value * served - std::int64_t{*payment} * space.steps * asked;
}

/// Tries all deviations of `bidder` in `honest` and adds its cases to `report`.
template <class Mechanism>
void try_deviations(Mechanism& run, market const& honest, outcome const& truth, std::size_t bidder,
                    deviation_space const& space, deviation_report& report) {
    const price amount = honest.amounts[bidder];
    const std::uint32_t units = honest.units[bidder];
    const auto keep = [&](price deviation, std::uint32_t asked) {
        report.example = honest;
        report.example_bidder = bidder;
        report.example_deviation = deviation;
        report.example_units = asked;
    };
    if (truth[bidder] && *truth[bidder] > amount) {
        ++report.overcharged;
        if (report.example.amounts.empty()) keep(amount, units);
    }

    std::vector<std::int64_t> best_gain(space.steps, 0);
    const auto compare = [&](market const& lying) {
        const std::optional<price> paid = run(lying)[bidder];
        for (std::uint32_t step = 0; step < space.steps; ++step) {
            const need n{units, std::int64_t{amount} * space.steps + step};
            const std::int64_t gain =
                utility(n, paid, lying.units[bidder], space) - utility(n, truth[bidder], units, space);
            best_gain[step] = std::max(best_gain[step], gain);
            if (gain <= report.worst_regret) continue;
            report.worst_regret = gain;
            keep(lying.amounts[bidder], lying.units[bidder]);
        }
    };
    market lying = honest;
    for (std::uint32_t asked = 1; asked <= (space.max_units == 1 ? 1 : space.max_units + 1); ++asked) {
        lying.units[bidder] = asked;
        for (price other = 0; other <= space.ticks; ++other) {
            lying.amounts[bidder] = other;
            if (other != amount || asked != units) compare(lying);
        }
    }
    report.cases += space.steps;
    for (const std::int64_t gain : best_gain) report.profitable += gain > 0 ? 1 : 0;
}

/// The next profile of bids, as an odometer over amounts and units. False after the last one.
inline bool next_profile(market& m, deviation_space const& space) {
    for (price& amount : m.amounts) {
        if (++amount < space.ticks) return true;
        amount = 0;
    }
    for (std::uint32_t& units : m.units) {
        if (++units <= space.max_units) return true;
        units = 1;
    }
    return false;
}

/// Searches one profile of truthful bids: all slots, reserves and supplies.
template <class Mechanism>
void search_profile(Mechanism& run, market& honest, deviation_space const& space, deviation_report& report) {
    std::iota(honest.slots.begin(), honest.slots.end(), 0u);
    do {
        for (const price reserve : space.reserves) {
            for (const std::uint64_t supply : space.supplies) {
                honest.reserve = reserve;
                honest.supply = supply;
                const outcome truth = run(honest);
                for (std::size_t bidder = 0; bidder < space.agents; ++bidder) {
                    try_deviations(run, honest, truth, bidder, space, report);
                }
            }
        }
    } while (space.all_slots && std::next_permutation(honest.slots.begin(), honest.slots.end()));
}

}  // namespace detail

/// Searches every market of `space` for profitable deviations. `run(market const&)` answers an outcome and has no memory:
/// the same market gives the same outcome.
template <class Mechanism>
deviation_report search_deviations(Mechanism&& run, deviation_space const& space) {
    deviation_report report;
    if (space.agents == 0 || space.ticks == 0 || space.max_units == 0) return report;
    market honest;
    honest.amounts.assign(space.agents, 0);
    honest.units.assign(space.agents, 1);
    honest.slots.resize(space.agents);
    do {
        detail::search_profile(run, honest, space, report);
    } while (detail::next_profile(honest, space));
    return report;
}

/// Searches spaces of one agent, two, ... and of one tick, two, ... up to `space`, and returns the first report in which somebody gains
/// or is overcharged, so its example is one of the smallest; the last report if all are truthful. `run` takes any number of agents.
template <class Mechanism>
deviation_report find_smallest_counterexample(Mechanism&& run, deviation_space const& space) {
    deviation_report report;
    deviation_space part = space;
    for (part.agents = 1; part.agents <= space.agents; ++part.agents) {
        for (part.ticks = 1; part.ticks <= space.ticks; ++part.ticks) {
            report = search_deviations(run, part);
            if (!report.truthful()) return report;
        }
    }
    return report;
}

}  // namespace maxwell::sim
