// SPDX-License-Identifier: MIT
//
// gumbel_noise: standard Gumbel noise in fixed point, from 32 uniform bits and one small table.
//
// The greatest of p_i / tau + G_i, with G_i independent and Gumbel distributed, is bidder i with probability proportional to
// e^(p_i / tau): the exponential mechanism (McSherry and Talwar 2007; Huang and Kannan 2012) as a highest-bid auction.
//
//     G = -ln(-ln U), U uniform in (0, 1)
//
//     U    0 |--- v -->          1/2          <-- v ---| 1      one bit says from which end, 31 bits are v = a / 2^32
//     G    -3.10 ............... 0.37 ............. 22.18       both tails are equally fine: cells of v are log-linear
//
// In a cell the table is interpolated linearly. With 16 cells to an octave that is at most 2^-11 off, the table's own rounding
// 2^-11, the interpolation's 2^-10: together less than 2^-9. The law is cut at v = 2^-32: G is at least -3.10 and at
// most 22.18; what lies beyond has probability 2^-32 on either side. Below v = 2^-27 the noise takes steps: each v is one.
//
//     operation   cost   why
//     draw        O(1)   one count-leading-zeros, two entries of a table of 1.8 KB (gumbel_table.hpp), one multiplication

#pragma once

#include <maxwell/auction/detail/gumbel_table.hpp>
#include <maxwell/core/log_linear.hpp>

#include <bit>      // bit_width
#include <cstdint>  // int64_t, uint16_t, uint32_t, uint64_t

namespace maxwell::detail {

class gumbel_noise {
public:
    /// The noise is in units of 2^-fraction_bits, and this much higher than a standard Gumbel variable: never negative.
    static constexpr int fraction_bits = 10;
    static constexpr std::uint32_t offset = 3200;

    /// The greatest possible noise.
    static constexpr std::uint32_t greatest = offset + 22'713;

    /// Noise from 32 uniform bits. O(1).
    static constexpr std::uint32_t draw(std::uint32_t bits) noexcept {
        const std::uint32_t a = (bits >> 1) + 1;                   // 1 to 2^31
        const std::uint16_t* const side = gumbel_table[bits & 1];  // U = 1 - v, or U = v
        const std::uint32_t cell = cells::index(a);
        const int width = static_cast<int>(std::bit_width(a | 16u)) - 5;  // log2 of the cell's
        const std::int64_t step = std::int64_t{side[cell + 1]} - side[cell];
        const std::int64_t into = a & ((std::uint32_t{1} << width) - 1);
        return static_cast<std::uint32_t>(side[cell] + (step * into >> width));
    }

private:
    using cells = log_linear<4>;
    static_assert(sizeof(gumbel_table[0]) / sizeof(std::uint16_t) == cells::index(std::uint32_t{1} << 31) + 2);
};

static_assert(gumbel_noise::draw(0) == gumbel_noise::greatest);

}  // namespace maxwell::detail
