// SPDX-License-Identifier: MIT
//
// The types between a scheduler and a market: the terms on which an agent is admitted, and a decision.

#pragma once

#include <maxwell/core/bid.hpp>

#include <cstdint>   // uint8_t, uint32_t
#include <optional>  // optional

namespace maxwell {

/// The terms on which an agent is admitted.
struct standing {
    std::uint32_t lane = 0;
    std::uint32_t account = 0;  ///< debited for it
    std::uint32_t weight = 1;   ///< of its share; counts only for an agent that doesn't pay
    bool pays = true;  ///< false: it bids by its share (fair_share.hpp), and its offers count for their units alone
};

/// Why no agent runs.
enum class quiet : std::uint8_t {
    nothing,  ///< an agent runs
    idle,     ///< there are no bids
    reserve,  ///< all bids are below their lane's reserve
    power,    ///< bids that reach the reserve are in lanes whose watts don't fit the allowance
    closed,   ///< the host has closed the market
};

/// The agent that runs on a core until the core's next decision, or the reason why none does.
struct decision {
    std::optional<award> run;  ///< with the critical price per unit
    std::uint32_t lane;        ///< of the winner
    quiet why;                 ///< why no agent runs
};

}  // namespace maxwell
