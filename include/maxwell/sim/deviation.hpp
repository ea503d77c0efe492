// SPDX-License-Identifier: MIT
//
// Deviation search: is honest bidding really the best that an agent can do? Tried, not argued.
//
// For every small market (all values, all orders of arrival, all reserves asked for) and every agent in it, each other
// amount that the agent could have bid is tried, everything else being equal. Where one of them leaves it better off, that
// is a profitable deviation, and the gain is the agent's regret. A mechanism that pays critical prices has none; the plain
// second price has, since the earlier arrival wins a tie.
//
//     values     v = tick + k/steps        on the grid of prices (k = 0) and off it
//     honest     the bid floor(v)
//     utility    v - payment for a winner, else 0
//     regret     max over other bids of utility(other) - utility(honest)
//
// A value off the grid is what tells a price that is right from one that is a tick too high: both look the same to an
// agent whose value is a whole number of ticks.
//
// Cost: ticks^agents * agents! * reserves * (1 + agents * ticks) runs of the mechanism. Four agents, eight ticks, one
// reserve: 3.3 million.
//
// Regret is the measure of Parkes, Kalagnanam and Eso (2001) and of Day and Milgrom (2008).

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

namespace maxwell::sim {

/// One small market. Bidder i is the i-th to arrive.
struct market {
    std::vector<price> amounts;        ///< by bidder
    std::vector<std::uint32_t> slots;  ///< by bidder: the slot it bids from, a permutation of 0 .. amounts.size() - 1
    price reserve = 0;
};

/// By bidder: what it pays per unit, or nothing when it doesn't win.
using outcome = std::vector<std::optional<price>>;

/// Which markets to search.
struct deviation_space {
    std::size_t agents = 3;
    price ticks = 6;          ///< honest bids are in [0, ticks), deviations in [0, ticks]
    std::uint32_t steps = 4;  ///< values per tick: 1 is the grid alone, 4 adds quarters
    std::vector<price> reserves = {0};
    bool all_slots = true;  ///< try every assignment of slots to bidders, or only the identity
};

/// What was found. Regret is in steps, 1/deviation_space::steps of a tick.
struct deviation_report {
    std::uint64_t cases = 0;        ///< one agent with one value in one market
    std::uint64_t profitable = 0;   ///< cases in which some other bid leaves the agent better off
    std::uint64_t overcharged = 0;  ///< honest winners who pay more than they offered
    std::int64_t worst_regret = 0;  ///< in steps
    market example;                 ///< where the worst regret was found; no amounts when there is none
    std::size_t example_bidder = 0;
    price example_deviation = 0;

    /// Share of cases without a profitable deviation, in [0, 1]; 1 when nothing was searched.
    double truthful_share() const noexcept {
        return cases == 0 ? 1.0 : 1.0 - static_cast<double>(profitable) / static_cast<double>(cases);
    }
    /// Nobody gains by lying, and nobody pays more than it offered.
    bool truthful() const noexcept { return profitable == 0 && overcharged == 0; }
};

namespace detail {

/// The utility in steps of a bidder that pays `payment`, if it wins, for something worth `value` steps.
inline std::int64_t utility(std::optional<price> payment, std::int64_t value, std::uint32_t steps) {
    return payment ? value - std::int64_t{*payment} * steps : 0;
}

/// Tries all deviations of `bidder` in `honest` and adds its cases to `report`.
template <class Mechanism>
void try_deviations(Mechanism& run, market const& honest, outcome const& truth, std::size_t bidder,
                    deviation_space const& space, deviation_report& report) {
    const price amount = honest.amounts[bidder];
    if (truth[bidder] && *truth[bidder] > amount) ++report.overcharged;

    std::vector<std::int64_t> best_gain(space.steps, 0);
    market lying = honest;
    for (price other = 0; other <= space.ticks; ++other) {
        if (other == amount) continue;
        lying.amounts[bidder] = other;
        const std::optional<price> paid = run(lying)[bidder];
        for (std::uint32_t step = 0; step < space.steps; ++step) {
            const std::int64_t value = std::int64_t{amount} * space.steps + step;
            const std::int64_t gain = utility(paid, value, space.steps) - utility(truth[bidder], value, space.steps);
            best_gain[step] = std::max(best_gain[step], gain);
            if (gain <= report.worst_regret) continue;
            report.worst_regret = gain;
            report.example = honest;
            report.example_bidder = bidder;
            report.example_deviation = other;
        }
    }
    report.cases += space.steps;
    for (const std::int64_t gain : best_gain) report.profitable += gain > 0 ? 1 : 0;
}

}  // namespace detail

/// Searches every market of `space` for profitable deviations. `run(market const&)` answers an outcome and has no memory:
/// the same market gives the same outcome.
template <class Mechanism>
deviation_report search_deviations(Mechanism&& run, deviation_space const& space) {
    deviation_report report;
    market honest;
    honest.amounts.assign(space.agents, 0);
    honest.slots.resize(space.agents);
    if (space.agents == 0 || space.ticks == 0) return report;

    for (;;) {  // all profiles of honest bids, as an odometer
        std::iota(honest.slots.begin(), honest.slots.end(), 0u);
        do {
            for (const price reserve : space.reserves) {
                honest.reserve = reserve;
                const outcome truth = run(honest);
                for (std::size_t bidder = 0; bidder < space.agents; ++bidder) {
                    detail::try_deviations(run, honest, truth, bidder, space, report);
                }
            }
        } while (space.all_slots && std::next_permutation(honest.slots.begin(), honest.slots.end()));

        std::size_t digit = 0;
        while (digit < space.agents && ++honest.amounts[digit] == space.ticks) honest.amounts[digit++] = 0;
        if (digit == space.agents) return report;
    }
}

}  // namespace maxwell::sim
