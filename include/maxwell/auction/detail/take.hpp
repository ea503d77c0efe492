// SPDX-License-Identifier: MIT
//
// take: removes the bid of a winner that a clearing rule has chosen.
//
// For most containers that is expire(). A container that learns from bids that won, as adaptive tiers do, has a member
// extract(id), so that it can tell a winner from a withdrawal.

#pragma once

#include <maxwell/core/bid.hpp>

namespace maxwell::detail {

/// Removes the live bid of `winner` from `a`, as a winner's. Costs an extract or an expire of the container.
template <class A>
constexpr void take(A& a, agent_id winner) noexcept {
    if constexpr (requires { a.extract(winner); }) {
        a.extract(winner);
    } else {
        a.expire(winner);
    }
}

}  // namespace maxwell::detail
