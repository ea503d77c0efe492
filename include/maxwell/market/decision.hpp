// SPDX-License-Identifier: MIT
//
// The words between a scheduler and a market: as what an agent is admitted, and what was decided.

#pragma once

#include <maxwell/core/bid.hpp>

#include <cstdint>   // uint8_t, uint32_t
#include <optional>  // nobody runs

namespace maxwell {

/// What an agent is admitted as.
struct standing {
    std::uint32_t lane = 0;
    std::uint32_t account = 0;  ///< debited for it
    std::uint32_t weight = 1;   ///< of its share; counts only for an agent that doesn't pay
    bool pays = true;  ///< false: it bids by its share (fair_share.hpp), and its offers count for their units alone
};

/// Why nobody runs.
enum class quiet : std::uint8_t {
    nothing,  ///< somebody does
    idle,     ///< nobody bids
    reserve,  ///< all bids are below their lane's reserve
    power,    ///< bids that reach the reserve are in lanes whose watts don't fit the allowance
    closed,   ///< the host has closed the market
};

/// Who runs on a core until its next decision.
struct decision {
    std::optional<award> run;  ///< with the critical price per unit
    std::uint32_t lane;        ///< of the winner
    quiet why;                 ///< why nobody runs
};

}  // namespace maxwell
