// SPDX-License-Identifier: MIT
//
// take: the bid of a winner that a clearing rule has chosen leaves.
//
// Most containers don't care how a bid leaves. One that learns from bids that won, as adaptive tiers do, has a member extract(id),
// and must not take a winner for a bid that was withdrawn.

#pragma once

#include <maxwell/core/bid.hpp>

namespace maxwell::detail {

/// The live bid of `winner` leaves `a` as a winner's. Costs an extract or an expire of the container.
template <class A>
constexpr void take(A& a, agent_id winner) noexcept {
    if constexpr (requires { a.extract(winner); }) {
        a.extract(winner);
    } else {
        a.expire(winner);
    }
}

}  // namespace maxwell::detail
