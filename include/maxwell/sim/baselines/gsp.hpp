// SPDX-License-Identifier: MIT
//
// GSP, the generalised second price: several positions of different worth, each sold at the next bid.
//
//     position   weight   bid   pays per unit of weight
//        1         200     10      4     the next bid
//        2         100      4      2
//        -           -      2            gets none
//
// What advertising uses, and what one writes first for a machine whose cores differ in speed. With one position it is the second
// price. With more it is not truthful: the holder of a good position may gain by a lower bid, for a position that is nearly as
// good at a lower price. Edelman, Ostrovsky, Schwarz 2007, whose example this is. With complete information
// its welfare is at least 1/1.282 of the optimum in pure equilibria, and 1/2.310 in mixed ones (Caragiannis et al. 2011).

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/baselines/ranked.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::sim::baselines {

/// Who holds a position, and what it pays per unit of the position's weight.
struct position_award {
    bid winner;
    std::uint32_t weight;
    price payment;

    friend bool operator==(position_award const&, position_award const&) = default;
};

/// Gives the positions, the best first, to the best bids at or above `reserve`. Each pays the next bid's amount, and never less than
/// the reserve; the units of bids play no part. `weights` are not rising. O(N log N).
inline std::vector<position_award> gsp(std::vector<bid> const& arrived, std::vector<std::uint32_t> const& weights,
                                       price reserve = 0) {
    const std::vector<bid> order = ranked(arrived, reserve);
    std::vector<position_award> won;
    for (std::size_t i = 0; i < std::min(order.size(), weights.size()); ++i) {
        won.push_back({order[i], weights[i], i + 1 < order.size() ? order[i + 1].amount : reserve});
    }
    return won;
}

}  // namespace maxwell::sim::baselines
