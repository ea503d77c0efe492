// SPDX-License-Identifier: MIT
//
// Proportional share: everyone pays what it bids and gets that part of the resource (Kelly 1997).
//
//     bids     30   10   60
//     shares   30 % 10 % 60 %
//
// What weights of a fair scheduler are, when they cost something. It serves everybody and needs no order, but honesty is no answer to
// it: an agent bids less than its value, the less the larger its share. With agents that know this the welfare falls to
// three quarters of the optimum at the worst (Johari and Tsitsiklis 2004), and equilibrium() computes where it ends.

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace maxwell::sim::baselines {

/// The part of the resource, in [0, 1], that each bid gets, in the order of the bids. An agent pays its amount in all, and
/// units play no part. All zero when nobody offers anything. O(N).
inline std::vector<double> proportional_share(std::vector<bid> const& bids) {
    const double sum = std::accumulate(bids.begin(), bids.end(), 0.0,
                                       [](double s, bid const& b) { return s + static_cast<double>(b.amount); });
    std::vector<double> shares(bids.size());
    if (sum == 0) return shares;
    std::transform(bids.begin(), bids.end(), shares.begin(),
                   [sum](bid const& b) { return static_cast<double>(b.amount) / sum; });
    return shares;
}

/// Where proportional share ends when nobody gains by another bid.
struct kelly_equilibrium {
    std::vector<double> shares;
    double price = 0;  ///< for the whole resource: agent i bids shares[i] * price
};

/// The Nash equilibrium of agents to whom the whole resource is worth `values[i]` and a part of it that part: share
/// max(0, 1 - price / value), for the price at which shares sum to 1. Nothing is sold to fewer than two agents of positive value: one
/// alone would pay as little as it likes. O(N) for each of 200 halvings.
inline kelly_equilibrium equilibrium(std::vector<double> const& values) {
    kelly_equilibrium result{std::vector<double>(values.size()), 0};
    if (std::count_if(values.begin(), values.end(), [](double v) { return v > 0; }) < 2) return result;
    const auto share = [](double value, double price) { return value > price ? 1 - price / value : 0.0; };
    double low = 0;
    double high = *std::max_element(values.begin(), values.end());
    for (int halving = 0; halving < 200; ++halving) {
        const double middle = low + (high - low) / 2;
        double sum = 0;
        for (const double v : values) sum += share(v, middle);
        (sum > 1 ? low : high) = middle;
    }
    result.price = high;
    std::transform(values.begin(), values.end(), result.shares.begin(), [&](double v) { return share(v, high); });
    return result;
}

}  // namespace maxwell::sim::baselines
