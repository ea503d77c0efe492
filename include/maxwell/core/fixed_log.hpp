// SPDX-License-Identifier: MIT
//
// ln_q26: the natural logarithm of an integer in fixed point, without a table and without floating point.
//
// Bit by bit: the mantissa is squared, and whenever it reaches 2 the logarithm has a 1 in that digit. It makes tables at
// compile time, and is called at run time where a hundred cycles don't matter.
//
//     value = 2^e * y, 1 <= y < 2     log2 = e . b1 b2 b3 ...     y := y^2;  b = y >= 2;  y := b ? y/2 : y
//
// A squaring that is rounded down by 2^-31 at digit k lowers the result by 2^-31-k; cutting off behind digit 26, and in the
// product with ln 2, lowers it by 2^-26 each. So the result is never too high, and less than 2^-24 too low.
//
//     operation   cost   why
//     ln_q26      O(1)   26 squarings

#pragma once

#include <maxwell/core/assert.hpp>

#include <bit>      // countl_zero
#include <cstdint>  // uint64_t

namespace maxwell {

/// ln 2 with 26 fraction bits, and with 32.
inline constexpr std::uint64_t ln2_q26 = 46'516'319;
inline constexpr std::uint64_t ln2_q32 = 2'977'044'471;

/// 2^26 * ln(value), for a value that is not 0; less than 4 too low. O(1).
constexpr std::uint64_t ln_q26(std::uint64_t value) noexcept {
    MAXWELL_ASSERT(value != 0);
    const int exponent = 63 - std::countl_zero(value);
    std::uint64_t y = exponent >= 31 ? value >> (exponent - 31) : value << (31 - exponent);
    std::uint64_t log2 = static_cast<std::uint64_t>(exponent);
    for (int place = 0; place < 26; ++place) {
        y = y * y >> 31;
        const std::uint64_t b = y >> 32;
        y >>= b;
        log2 = log2 << 1 | b;
    }
    return log2 * ln2_q32 >> 32;
}

static_assert(ln_q26(1) == 0 && ln2_q26 - ln_q26(2) <= 1);

}  // namespace maxwell
