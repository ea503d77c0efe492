// SPDX-License-Identifier: MIT
//
// index_order: the order in which a drain reads marked indices, so that no index wins ties by its number.
//
// A bid that is drained first arrives first, and wins a tie. In ascending order the lowest index would win every tie. Here index
// s comes before index t if (s ^ turn) < (t ^ turn): that is decided by the highest bit in which s and t differ, so each of
// two indices comes first for half of all values of `turn`, whatever other indices there are. Turns are multiples of the golden
// ratio, so each of their bits is balanced after a few drains.
//
//     bits        1 0 0 1  0 0 1 0      indices 1, 4, 7
//     turn        5
//     reordered   ...                   bit i ^ 5 stands for index i: read 4, 7, 1
//
// An agent that counts drains can foresee the order: it is fair, not secret.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <bit>      // countr_zero
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

/// Moves bit i to bit i ^ by; `by` counts modulo 64. O(1): one step for one bit, as when few agents have bid; otherwise six,
/// whose branches go the same way for a whole drain.
constexpr std::uint64_t reordered(std::uint64_t bits, std::uint32_t by) noexcept {
    if ((bits & (bits - 1)) == 0) {
        return bits == 0 ? 0 : std::uint64_t{1} << (static_cast<std::uint32_t>(std::countr_zero(bits)) ^ (by & 63));
    }
    const auto exchange = [&bits](int distance, std::uint64_t lower) noexcept {
        bits = (bits >> distance & lower) | (bits & lower) << distance;
    };
    if ((by & 1) != 0) exchange(1, 0x5555'5555'5555'5555u);
    if ((by & 2) != 0) exchange(2, 0x3333'3333'3333'3333u);
    if ((by & 4) != 0) exchange(4, 0x0F0F'0F0F'0F0F'0F0Fu);
    if ((by & 8) != 0) exchange(8, 0x00FF'00FF'00FF'00FFu);
    if ((by & 16) != 0) exchange(16, 0x0000'FFFF'0000'FFFFu);
    if ((by & 32) != 0) exchange(32, 0x0000'0000'FFFF'FFFFu);
    return bits;
}

/// Counts `turns` up and returns the upper `Bits` bits of that count times 2^32 divided by the golden ratio.
template <unsigned Bits = 6>
constexpr std::uint32_t next_turn(std::uint32_t& turns) noexcept {
    static_assert(Bits > 0 && Bits <= 32);
    return (turns++ * 2654435769u) >> (32 - Bits);
}

static_assert(reordered(0b1001'0010u, 5) == (1u << 1 | 1u << 2 | 1u << 4));
static_assert(reordered(0b1'0000u, 5) == 1u << 1 && reordered(1u, 64 + 63) == std::uint64_t{1} << 63 &&
              reordered(0, 5) == 0);

}  // namespace maxwell
