// SPDX-License-Identifier: MIT
//
// VCG, the Vickrey-Clarke-Groves mechanism, exactly: the allocation of greatest value, and each pays what its presence costs
// the others (Vickrey 1961, Clarke 1971, Groves 1973).
//
//     payment(i) = (greatest value of the others without i) - (their value in the allocation chosen)
//
//     vcg_units       units, all or nothing, of a supply: a knapsack by dynamic programming; the optimum that extract_units is
//                     compared with
//     vcg_positions   positions of different weight, one each: what GSP should charge. Of equal weight they are equal items, at the
//                     critical price of the auction, up to the tick of a tie
//
// Payments are totals and not per unit: an externality needn't be a multiple of the units. Truthful on the grid of prices; a value
// between two ticks can't be told, and where units multiply what a tick is worth, that can matter.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/baselines/ranked.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::sim::baselines {

/// A winner and what it pays in all, in ticks.
struct vcg_award {
    bid winner;
    std::uint64_t total;

    friend bool operator==(vcg_award const&, vcg_award const&) = default;
};

/// Which bids to serve, by place in the list, and what they are worth together, in ticks.
struct knapsack {
    std::vector<bool> served;
    std::uint64_t value = 0;
};

/// The choice of greatest value whose units fit into `supply`, without the bid at place `left_out`, if there is one there. Among choices
/// of equal value one that leaves out later arrivals. O(N * supply) time and bits.
inline knapsack best_choice(std::vector<bid> const& bids, std::size_t supply, std::size_t left_out) {
    std::vector<std::uint64_t> best(supply + 1);
    std::vector<std::vector<bool>> taken(bids.size(), std::vector<bool>(supply + 1));
    for (std::size_t i = 0; i < bids.size(); ++i) {
        if (i == left_out || bids[i].units == 0) continue;
        const std::size_t units = bids[i].units;
        for (std::size_t room = supply; room >= units; --room) {
            const std::uint64_t with = best[room - units] + std::uint64_t{bids[i].amount} * units;
            if (with <= best[room]) continue;
            best[room] = with;
            taken[i][room] = true;
        }
    }
    knapsack chosen{std::vector<bool>(bids.size()), best[supply]};
    std::size_t room = supply;
    for (std::size_t i = bids.size(); i-- > 0;) {
        if (!taken[i][room]) continue;
        chosen.served[i] = true;
        room -= bids[i].units;
    }
    return chosen;
}

/// Sells `supply` units to bids that want all of their units or nothing, for the greatest sum of amount * units.
/// O(N * winners * supply).
inline std::vector<vcg_award> vcg_units(std::vector<bid> const& arrived, std::size_t supply) {
    const knapsack all = best_choice(arrived, supply, arrived.size());
    std::vector<vcg_award> won;
    for (std::size_t i = 0; i < arrived.size(); ++i) {
        if (!all.served[i]) continue;
        const std::uint64_t own = std::uint64_t{arrived[i].amount} * arrived[i].units;
        won.push_back({arrived[i], best_choice(arrived, supply, i).value - (all.value - own)});
    }
    return won;
}

/// Gives positions, the best first, one each. Whoever holds position i keeps all below from moving up by one, so it pays
/// the sum over them of (weight above - own weight) * amount. `weights` are not rising. O(N log N + positions^2).
inline std::vector<vcg_award> vcg_positions(std::vector<bid> const& arrived,
                                            std::vector<std::uint32_t> const& weights) {
    const std::vector<bid> order = ranked(arrived, 0);
    std::vector<vcg_award> won;
    for (std::size_t i = 0; i < std::min(order.size(), weights.size()); ++i) {
        std::uint64_t total = 0;
        for (std::size_t j = i + 1; j < order.size() && j <= weights.size(); ++j) {
            const std::uint32_t own = j < weights.size() ? weights[j] : 0;
            total += std::uint64_t{weights[j - 1] - own} * order[j].amount;
        }
        won.push_back({order[i], total});
    }
    return won;
}

}  // namespace maxwell::sim::baselines
