// SPDX-License-Identifier: MIT
//
// arrival_order against a list of the standard library, with tickets so short that their numbers run out every few arrivals.

#pragma once

#include "support/dice.hpp"

#include <maxwell/auction/detail/arrival_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

namespace maxwell::test {

/// Null, or a sentence. `Bits` is the width of a ticket; one slot in `dear_in` is the costlier kind, 1: all, 0: none.
template <std::size_t Slots, int Bits>
char const* arrivals_keep_their_order(int operations, std::uint32_t dear_in) {
    using order = detail::arrival_order<Slots, Bits>;
    constexpr std::uint64_t last_number = (std::uint64_t{1} << (Bits - order::slot_bits)) - 1;
    dice random(Slots);
    order arrivals;
    std::vector<std::uint32_t> ticket(Slots, 0);
    std::list<std::uint32_t> expected;
    int sweeps = 0;
    for (int n = 0; n < operations; ++n) {
        // Phases in which slots arrive in turn: then the sweep has the most to do, every slot being behind it.
        const auto in_turn = static_cast<std::uint32_t>(static_cast<std::size_t>(n) % Slots);
        const std::uint32_t slot = n / 300 % 2 == 0 ? random.below(Slots) : in_turn;
        if (random.below(n / 200 % 2 == 0 ? 8 : 2) != 0) {  // full and sparse phases
            if (arrivals.sweep_due()) {
                ++sweeps;
                int renumbered = 0;
                arrivals.sweep(
                    [&](std::uint32_t who, std::uint32_t now) noexcept {
                        ticket[who] = now;
                        ++renumbered;
                    },
                    [&](std::uint32_t) noexcept { return dear_in != 0 && random.below(dear_in) == 0; });
                if (renumbered > 2) return "a sweep renumbered more than two slots at once";
            }
            const auto found = std::find(expected.begin(), expected.end(), slot);
            if (found != expected.end()) {
                expected.erase(found);
                arrivals.leave(slot);
            }
            ticket[slot] = arrivals.join(slot);
            expected.push_back(slot);
        } else if (const auto found = std::find(expected.begin(), expected.end(), slot); found != expected.end()) {
            expected.erase(found);
            arrivals.leave(slot);
        }
        if (!arrivals.check_invariants(expected.size(), [&](std::uint32_t s) noexcept { return ticket[s]; })) {
            return "an invariant of the arrival order is broken";
        }
        std::uint64_t least = 0;
        for (const std::uint32_t s : expected) {
            if (ticket[s] < least) return "tickets are not in the order of arrival";
            if (order::slot_of_ticket(ticket[s]) != s) return "a ticket is another slot's";
            if (ticket[s] >> order::slot_bits >= last_number) return "the last number was given out";
            least = std::uint64_t{ticket[s]} + 1;
        }
    }
    return sweeps > 100 ? nullptr : "the numbers never ran out: this run proves nothing";
}

}  // namespace maxwell::test
