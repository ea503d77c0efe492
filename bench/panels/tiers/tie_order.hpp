// SPDX-License-Identifier: MIT
//
// Who is first within a tier: the earliest, or anyone?
//
// A draw of its own for every bid, whatever it offers, keeps the price critical as arrival does: "anyone" is arrival order with
// arrivals drawn at random. What differs is what an agent that has a bid in may gain by leaving it there though its value has
// changed, and how long a bid waits among equals.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace maxwell::bench {

struct keeping_figures {
    std::uint64_t cases = 0;
    std::uint64_t gains = 0;  ///< in which leaving the outdated bid in is better than bidding the value
    double worst_gain = 0;    ///< in ticks
};

/// All markets of three agents and 16 prices in tiers of four: agent 0 has a bid in and now another value.
inline keeping_figures keeping_an_outdated_bid(bool random_order) {
    using market = stratified_buckets<3, linear_tiers<0, 4, 4>>;
    constexpr price prices = 16;
    // What agent 0 gains on average with `offer` over the orders in which the three may queue.
    const auto utility = [&](price value, std::array<price, 3> offer, bool bids_again) {
        std::array<std::uint32_t, 3> order{0, 1, 2};
        double sum = 0;
        int orders = 0;
        do {
            // By arrival there is one order: the old bid came first, a new one comes last.
            if (!random_order && order != (bids_again ? std::array{1u, 2u, 0u} : std::array{0u, 1u, 2u})) continue;
            market a;
            for (const std::uint32_t slot : order) a.insert({slot, offer[slot], 1});
            const auto won = a.extract_max();
            if (won->winner.agent == 0) sum += static_cast<double>(value) - won->payment;
            ++orders;
        } while (std::next_permutation(order.begin(), order.end()));
        return sum / orders;
    };
    keeping_figures f;
    for (price value = 0; value < prices; ++value) {
        for (price old = 0; old < prices; ++old) {
            for (price b = 0; b < prices; ++b) {
                for (price c = 0; c < prices; ++c) {
                    const double gain = utility(value, {old, b, c}, false) - utility(value, {value, b, c}, true);
                    ++f.cases;
                    f.gains += gain > 1e-9 ? 1 : 0;
                    f.worst_gain = std::max(f.worst_gain, gain);
                }
            }
        }
    }
    return f;
}

/// The longest time, in quanta, that one of `agents` equal bidders waits; each winner bids again at once.
inline std::uint64_t longest_wait_among_equals(std::size_t agents, std::uint64_t quanta, bool random_order) {
    std::mt19937_64 random(3);
    std::vector<std::uint64_t> since(agents, 0);
    std::uint64_t longest = 0;
    for (std::uint64_t now = 1; now <= quanta; ++now) {
        const std::size_t winner = random_order ? random() % agents : now % agents;
        longest = std::max(longest, now - since[winner]);
        since[winner] = now;
    }
    return longest;
}

}  // namespace maxwell::bench
