// SPDX-License-Identifier: MIT
//
// take_together: reads bids from a source a few at a time, so that what they need comes from memory at the same time.
//
//     read      b1  b2  b3  b4       glance(b): ask for what says where b belongs
//     approach  b1  b2  b3  b4       that has come by now: ask for what it leads to
//     enter     b1  b2  b3  b4       f(b)
//
// On a machine that had other work to do since the last quantum, the seat of an agent, its account and its place in the auction
// are each in memory only. Entered one after the other, each bid would wait for three of them in turn.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_source.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint64_t
#include <type_traits>  // is_constant_evaluated

namespace maxwell {

/// Calls f(bid) for each bid that waits in `source`, in the source's order, and returns how many there were; drains no more than
/// `budget` steps of it. Before the first f of each sixteen, glance(bid) and then approach(bid) were called for all of them, but
/// approach not for one that came alone; they must change nothing, and a constant expression leaves them out. O(budget) calls of each.
template <bid_source S, class Glance, class Approach, class F>
constexpr std::size_t take_together(S& source, std::size_t budget, Glance glance, Approach approach, F f) noexcept {
    constexpr std::size_t most_at_a_time = 16;
    std::size_t taken = 0;
    for (std::size_t left = budget; left > 0;) {
        const std::size_t steps = left < most_at_a_time ? left : most_at_a_time;
        left -= steps;
        const std::uint64_t before = source.anomalies();
        bid came[most_at_a_time];
        std::size_t count = 0;
        source.drain(
            [&](bid const& b) noexcept {
                if (!std::is_constant_evaluated()) glance(b);
                came[count++] = b;
            },
            steps);
        if (!std::is_constant_evaluated() && count > 1) {
            for (std::size_t i = 0; i < count; ++i) approach(came[i]);
        }
        for (std::size_t i = 0; i < count; ++i) f(came[i]);
        taken += count;
        if (count == 0 && source.anomalies() == before) break;  // nothing waits; what was dropped isn't nothing
    }
    return taken;
}

}  // namespace maxwell
