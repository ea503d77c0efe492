// SPDX-License-Identifier: MIT
//
// What all rules under search share: who bids from a slot, and outcomes made of awards.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

/// The bidder of `m` that has this slot.
inline std::size_t bidder_of(sim::market const& m, std::uint32_t slot) {
    return static_cast<std::size_t>(std::find(m.slots.begin(), m.slots.end(), slot) - m.slots.begin());
}

/// The outcome in which these win.
inline sim::outcome settle(sim::market const& m, view<award const> awards) {
    sim::outcome all(m.amounts.size());
    for (award const& won : awards) all[bidder_of(m, slot_of(won.winner.agent))] = won.payment;
    return all;
}
inline sim::outcome settle(sim::market const& m, std::optional<award> const& won) {
    return settle(m, won ? view<award const>(&*won, 1) : view<award const>());
}

}  // namespace maxwell::test
