// SPDX-License-Identifier: MIT
//
// The rules of a batch auction, one bid at a time: who takes part, who ranks first, what a winner pays, where a sale ends. The
// clearing on the CPU and the kernels on the GPU are loops around these functions, so that their awards are the same bit for bit.
//
//     bid 3, amount 90     order_key  | 90 | ~3 |     greater key, higher rank: the higher amount, then the earlier arrival
//
// A sale is a search for its bar, the first bid in rank order that the supply doesn't reach. The search goes through digits of the amount
// from the highest down, and at each through a histogram to the digit where the supply ends:
//
//     amount   |-- cell of log_linear<7>, 3,328 --|-- 12 bits --|-- 12 bits --|
//
// The first digit is of equal relative width, since amounts are spread over octaves: a cell is a 128th of an octave wide.
//
// Plain integer code without memory of its own; nvcc compiles it for the device with --expt-relaxed-constexpr.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/log_linear.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell::gpu::detail {

/// The rank of a bid in its batch: amount in the high half, the complement of its index in the low half. No two are equal.
using order_key = std::uint64_t;

/// No bid: a batch has fewer than 2^32 bids, so 0 is no bid's key.
inline constexpr order_key no_key = 0;

constexpr order_key key_of(price amount, std::uint32_t index) noexcept {
    return order_key{amount} << 32 | (0xFFFF'FFFFu - index);
}
constexpr price amount_of(order_key key) noexcept { return static_cast<price>(key >> 32); }
constexpr std::uint32_t index_of(order_key key) noexcept { return 0xFFFF'FFFFu - static_cast<std::uint32_t>(key); }

/// Of what is there how much, and who takes part in the sale.
struct sale {
    std::uint64_t supply;     ///< items, or units
    price reserve;            ///< bids below it don't take part
    std::uint32_t max_units;  ///< bids for more don't take part
    bool by_units;            ///< a bid uses up its units; otherwise one item
};

constexpr sale sale_of_items(std::uint64_t k, price reserve) noexcept { return {k, reserve, 0xFFFF'FFFFu, false}; }
constexpr sale sale_of_units(std::uint64_t supply, price reserve) noexcept {
    return {supply, reserve, supply < 0xFFFF'FFFFu ? static_cast<std::uint32_t>(supply) : 0xFFFF'FFFFu, true};
}

/// Does `b` take part? A bid of 0 units is none. Without a branch: a random half of all bids would be mispredicted.
constexpr bool takes_part(sale const& s, bid const& b) noexcept {
    const unsigned fits = b.units - 1 < s.max_units ? 1 : 0;  // 0 units wrap to the greatest number
    const unsigned reaches = b.amount >= s.reserve ? 1 : 0;
    return (fits & reaches) != 0;
}

/// What `b`, which takes part, uses up.
constexpr std::uint32_t weight_of(sale const& s, bid const& b) noexcept { return s.by_units ? b.units : 1; }

/// The critical price of a winner that ranks above `bar`: the bar's amount, and a tick more if the winner came later; the reserve if there is
/// no bar. A bar takes part, so its amount is not below the reserve.
constexpr price payment_above(order_key winner, order_key bar, price reserve) noexcept {
    return bar == no_key ? reserve : amount_of(bar) + (index_of(winner) > index_of(bar) ? 1 : 0);
}

using first_digit = log_linear<7>;
inline constexpr std::uint32_t later_digit_bits = 12;
inline constexpr std::uint32_t later_digits = 1u << later_digit_bits;
inline constexpr std::uint32_t most_digits = later_digits > first_digit::count ? later_digits : first_digit::count;

/// A range of amounts [low, low + span], which doesn't wrap, that holds the bar, and what is left for the bids in it.
struct bracket {
    price low;
    price span;
    std::uint64_t left;
};

/// Is `amount` in the range?
constexpr bool within(bracket const& r, price amount) noexcept { return amount - r.low <= r.span; }

/// Where a histogram, read from the highest digit down, uses up more than there is.
struct crossing {
    std::uint32_t digit;
    std::uint64_t left;  ///< for the bids of that digit
};

/// Finds the digit. The sum of `weight(digit)` over all digits below `count` has to exceed `left`.
template <class Weight>
constexpr crossing find_crossing(std::uint32_t count, std::uint64_t left, Weight weight) noexcept {
    for (std::uint32_t digit = count - 1;; --digit) {
        const std::uint64_t here = weight(digit);
        if (here > left || digit == 0) return {digit, left};
        left -= here;
    }
}

/// The range of a cell of the first digit.
constexpr bracket bracket_of_cell(crossing const& at) noexcept {
    const price low = first_digit::lower_edge(at.digit);
    return {low, first_digit::upper_edge(at.digit) - low, at.left};
}

/// The digit of an amount in the range, `shift` bits from the end.
constexpr std::uint32_t later_digit(bracket const& r, price amount, std::uint32_t shift) noexcept {
    return (amount - r.low) >> shift;
}

/// The part of the range that has this digit.
constexpr bracket narrowed(bracket const& r, crossing const& at, std::uint32_t shift) noexcept {
    return {r.low + (at.digit << shift), (price{1} << shift) - 1, at.left};
}

static_assert(first_digit::upper_edge(first_digit::count - 1) - first_digit::lower_edge(first_digit::count - 1) <
                  (price{1} << 2 * later_digit_bits),
              "two later digits tell all amounts of a cell apart");

}  // namespace maxwell::gpu::detail
