// SPDX-License-Identifier: MIT
//
// First price and posted price: two rules that look at no other bid to price one.
//
//     first_price    the best bids win and pay what they offered: bidding the value gains nothing, so every agent shades
//     posted_price   a price is announced; the first agents that offer that much are served and pay it
//
// A posted price is truthful, and the only mechanism here that needs no bids at all; what it costs is welfare, when the price is
// too high (items stay unsold) or too low (early agents are served, not those that value it most). First price: Vickrey 1961.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/baselines/ranked.hpp>

#include <cstddef>
#include <vector>

namespace maxwell::sim::baselines {

/// Awards `places` equal items to the best bids at or above `reserve`, best first; each pays its own amount. O(N log N).
inline std::vector<award> first_price(std::vector<bid> const& arrived, std::size_t places, price reserve = 0) {
    std::vector<award> won;
    for (bid const& b : ranked(arrived, reserve)) {
        if (won.size() == places) break;
        won.push_back({b, b.amount});
    }
    return won;
}

/// Awards `places` equal items to the first who offer `posted` or more, in order of arrival; each pays `posted`. O(N).
inline std::vector<award> posted_price(std::vector<bid> const& arrived, std::size_t places, price posted) {
    std::vector<award> won;
    for (bid const& b : arrived) {
        if (won.size() == places) break;
        if (b.amount >= posted && b.units != 0) won.push_back({b, posted});
    }
    return won;
}

}  // namespace maxwell::sim::baselines
