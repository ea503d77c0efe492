// SPDX-License-Identifier: MIT
//
// ranked: bids in the order of the auction. What the baselines that rank bids have in common.
//
// A baseline is a mechanism that others use or that theory knows, written down as plainly as possible, to compare with. It
// takes bids in their order of arrival, at most one of each agent, and may be slow. None of them is kernel-safe.

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <iterator>
#include <vector>

namespace maxwell::sim::baselines {

/// The bids at or above `reserve`, without those of 0 units; the higher amount first, among equals the earlier arrival. O(N log N).
inline std::vector<bid> ranked(std::vector<bid> const& arrived, price reserve) {
    std::vector<bid> order;
    std::copy_if(arrived.begin(), arrived.end(), std::back_inserter(order),
                 [reserve](bid const& b) { return b.amount >= reserve && b.units != 0; });
    std::stable_sort(order.begin(), order.end(), [](bid const& a, bid const& b) { return a.amount > b.amount; });
    return order;
}

}  // namespace maxwell::sim::baselines
