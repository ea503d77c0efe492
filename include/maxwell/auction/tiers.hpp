// SPDX-License-Identifier: MIT
//
// Tier maps: how prices are cut into tiers for stratified_buckets.
//
// A tier map is a type with `count`, `index(price)` and `lower_edge(tier)`. Both are monotone, index(lower_edge(t)) == t,
// and tier 0 begins at 0: a bid in a tier that began above it would pay more than it offered.
//
//     log_linear_tiers<M>             relative width 2^-M everywhere; 7 bits: 3,328 tiers, at most 0.8 % wide
//     linear_tiers<Low, Step, Count>  Count tiers, Step ticks each from Low on; the first reaches down to 0, the last up
//                                     to the highest price
//
//     linear_tiers<100, 10, 4>   price   0 ........ 109 | 110..119 | 120..129 | 130 .......... 2^32 - 1
//                                tier          0              1          2               3

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/log_linear.hpp>

#include <concepts>  // same_as
#include <cstdint>   // uint32_t

namespace maxwell {

// Laid out by hand: clang-format 14 does not know requirements yet.
// clang-format off
/// What stratified_buckets asks of a tier map.
template <class T>
concept tier_map = requires(price p, std::uint32_t tier) {
    { T::count } -> std::same_as<std::uint32_t const&>;
    { T::index(p) } noexcept -> std::same_as<std::uint32_t>;
    { T::lower_edge(tier) } noexcept -> std::same_as<price>;
    requires T::lower_edge(0) == 0;
};
// clang-format on

/// Tiers of equal relative width, 2^-MantissaBits: for prices whose scale is not known beforehand.
template <int MantissaBits>
using log_linear_tiers = log_linear<MantissaBits, price>;

/// `Count` tiers of `Step` ticks from `Low` on: for prices of a known range, and exact in it when Step is 1.
template <price Low, price Step, std::uint32_t Count>
struct linear_tiers {
    static_assert(Step > 0 && Count > 0, "linear tiers are one tick wide at least, and one at least");
    static_assert(Low + std::uint64_t{Count - 1} * Step <= max_price, "the last lower edge is a price");

    static constexpr std::uint32_t count = Count;

    /// The tier of `p`. O(1), a division by a constant.
    static constexpr std::uint32_t index(price p) noexcept {
        const std::uint32_t steps = p < Low ? 0 : (p - Low) / Step;
        return steps < Count ? steps : Count - 1;
    }

    /// The least price of `tier`, which is below count. O(1).
    static constexpr price lower_edge(std::uint32_t tier) noexcept {
        MAXWELL_ASSERT(tier < Count);
        return tier == 0 ? 0 : Low + tier * Step;
    }
};

static_assert(tier_map<log_linear_tiers<7>> && tier_map<linear_tiers<100, 10, 4>>);

}  // namespace maxwell
