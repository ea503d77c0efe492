// SPDX-License-Identifier: MIT
//
// fixed_point: kelvin, shares and exponentials in integers.
//
//     q32   Q32.32, signed: temperatures in kelvin or degrees Celsius, a scale, K/W     [ 32 bits . 32 bits ]
//     q63   a share in [0, 1), 63 bits behind the point: what a stage moves in a step   [ 0 . 63 bits ]
//
// 16 bits behind the point are not enough here: a sink of 22.9 s stepped each millisecond moves by 4.4e-5 of the way,
// which 16 bits round from 2.87 to 3 units, and the sink then settles a third of a kelvin too high (docs/dead_ends.md).
//
// Products have 128 bits, which x86-64 and AArch64 compute in one or two instructions; nothing divides 128 bits, which
// would call a library. Results that don't fit saturate, so a temperature never wraps from hot to cold.
//
//     operation            cost             why
//     mul_q32, part_of    O(1)             one multiplication of 64 x 64 bits and a shift
//     ratio                63 steps         long division, when coefficients are made
//     rise_within          some 90 steps    the series for 1 - e^-x, then doublings, when coefficients are made

#pragma once

#include <maxwell/core/assert.hpp>

#include <cstdint>  // int32_t, int64_t, uint64_t

namespace maxwell {

using q32 = std::int64_t;  ///< Q32.32
using q63 = std::int64_t;  ///< a share in [0, 1), 2^63 is 1

inline constexpr q32 q32_one = q32{1} << 32;
inline constexpr q32 q32_max = INT64_MAX;
inline constexpr q63 q63_max = INT64_MAX;  ///< the greatest share, 1 - 2^-63

namespace detail {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

constexpr std::int64_t saturate(int128 v) noexcept {
    const auto low = static_cast<std::int64_t>(v);
    if (low == v) [[likely]]
        return low;
    return v < 0 ? INT64_MIN : INT64_MAX;
}

}  // namespace detail

/// `thousandths` / 1000: a temperature as Linux gives it. Rounded towards 0, with an error below 2^-32.
constexpr q32 q32_from_milli(std::int32_t thousandths) noexcept { return thousandths * q32_one / 1000; }

/// The nearest thousandths of `v`; saturates.
constexpr std::int32_t milli_from_q32(q32 v) noexcept {
    const detail::int128 thousandths = (detail::int128{v} * 1000 + q32_one / 2) >> 32;
    if (thousandths > INT32_MAX) return INT32_MAX;
    if (thousandths < INT32_MIN) return INT32_MIN;
    return static_cast<std::int32_t>(thousandths);
}

/// a + b; saturates.
constexpr q32 add_sat(q32 a, q32 b) noexcept {
    q32 s = 0;
    if (!__builtin_add_overflow(a, b, &s)) return s;
    return b < 0 ? INT64_MIN : INT64_MAX;  // both have this sign
}

/// a - b; saturates.
constexpr q32 sub_sat(q32 a, q32 b) noexcept {
    q32 d = 0;
    if (!__builtin_sub_overflow(a, b, &d)) return d;
    return a < 0 ? INT64_MIN : INT64_MAX;
}

/// a * b, to the nearest; saturates.
constexpr q32 mul_q32(q32 a, q32 b) noexcept { return detail::saturate((detail::int128{a} * b + q32_one / 2) >> 32); }

/// The share `part` of `whole`, to the nearest.
constexpr q32 part_of(q32 whole, q63 part) noexcept {
    return static_cast<q32>((detail::int128{whole} * part + (detail::int128{1} << 62)) >> 63);
}

constexpr q32 clamped(q32 v, q32 low, q32 high) noexcept { return v < low ? low : v > high ? high : v; }

/// n / d as a share, rounded down; the greatest share where n >= d. d is below 2^63.
constexpr q63 ratio(std::uint64_t n, std::uint64_t d) noexcept {
    MAXWELL_ASSERT(d < std::uint64_t{1} << 63);
    if (n >= d) return q63_max;
    std::uint64_t quotient = 0;
    for (int bit = 0; bit < 63; ++bit) {
        n <<= 1;
        quotient = quotient << 1 | (n >= d ? 1 : 0);
        if (n >= d) n -= d;
    }
    return static_cast<q63>(quotient);
}

/// 1 - e^(-time/tau): how much of the way a first-order stage goes in `time`. Both in one unit; tau is below 2^48. Within
/// 2^-56 of the true share; the greatest share where tau is 0: such a stage follows at once.
constexpr q63 rise_within(std::uint64_t time, std::uint64_t tau) noexcept {
    if (tau == 0 || time / tau >= 44) return q63_max;  // e^-44 < 2^-63
    // For time / tau below a half the series converges fast; beyond it, halve first and double afterwards.
    int doublings = 0;
    while (time >= tau / 2) {
        tau *= 2;
        ++doublings;
    }
    const q63 x = ratio(time, tau);
    q63 rise = x;
    q63 term = x;
    for (int n = 2; term != 0;
         ++n) {  // x - x^2/2! + x^3/3! - ...: at most 18 terms, each less than a quarter of the last
        term = part_of(term, x) / n;
        rise += n % 2 == 0 ? -term : term;
    }
    // After twice the time what is left has shrunk by the same share once more.
    for (; doublings != 0; --doublings) rise += part_of(q63_max - rise, rise);
    return rise;
}

static_assert(q32_from_milli(1500) == q32_one + q32_one / 2 && milli_from_q32(-q32_one) == -1000);
static_assert(ratio(1, 4) == q63{1} << 61);
static_assert(rise_within(0, 1000) == 0 && rise_within(1000, 1) == q63_max);

}  // namespace maxwell
