// SPDX-License-Identifier: MIT
//
// log_linear: a number line cut into cells of equal relative width, by shifts alone.
//
// Each power of two is cut into 2^MantissaBits equal cells, so a cell is at most 2^-MantissaBits of its values wide; below
// 2^(MantissaBits + 1) every integer has its own cell. It files prices into tiers and latencies into a histogram.
//
//     value   0 1 2 3 4 5 6 7 8   10    12    14    16          20          24          28          32
//     cell    0|1|2|3|4|5|6|7| 8  |  9  | 10  | 11  |    12     |    13     |    14     |    15     | ...
//             |-- exact --|--- one octave, 4 cells -|---------- the next octave, 4 cells -----------|  MantissaBits = 2
//
// Invariants
//   1. index() is monotone, onto [0, count), and lower_edge() is its right inverse: lower_edge(index(v)) <= v.
//   2. index(lower_edge(i)) == i for every cell.
//
//     operation    cost   why
//     index        O(1)   one count-leading-zeros, three shifts
//     lower_edge   O(1)   one shift
//
// The scheme is that of HdrHistogram (Tene) and of log-linear buckets in allocators.

#pragma once

#include <maxwell/core/assert.hpp>

#include <bit>          // countl_zero
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_unsigned

namespace maxwell {

template <int MantissaBits, class Value = std::uint32_t>
struct log_linear {
    static_assert(std::is_unsigned_v<Value> && sizeof(Value) >= 4, "32-bit or 64-bit unsigned values");
    static constexpr int value_bits = static_cast<int>(sizeof(Value) * 8);
    static_assert(MantissaBits >= 0 && MantissaBits < 24,
                  "a cell's relative width is 1 to 2^-23: 0 to 23 mantissa bits");

    using index_type = std::uint32_t;

    /// How many cells there are.
    static constexpr index_type count = static_cast<index_type>(value_bits - MantissaBits + 1) << MantissaBits;

    /// The cell of `value`. O(1).
    static constexpr index_type index(Value value) noexcept {
        // The leading MantissaBits + 1 bits, moved to the top and down again, and an octave less for each leading zero. In
        // this order the constant can go into the address of whatever is looked up by the cell.
        constexpr int down = value_bits - 1 - MantissaBits;
        const int zeros = std::countl_zero(static_cast<Value>(value | Value{1} << MantissaBits));
        const auto mantissa = static_cast<index_type>(static_cast<Value>(value << zeros) >> down);
        constexpr index_type highest_octave = index_type{down} << MantissaBits;
        return highest_octave + mantissa - (static_cast<index_type>(zeros) << MantissaBits);
    }

    /// The least value of `cell`, which is below count. O(1).
    static constexpr Value lower_edge(index_type cell) noexcept {
        MAXWELL_ASSERT(cell < count);
        if (cell < index_type{2} << MantissaBits) return cell;
        const index_type mantissa = (cell & ((index_type{1} << MantissaBits) - 1)) | index_type{1} << MantissaBits;
        return Value{mantissa} << ((cell >> MantissaBits) - 1);
    }

    /// The greatest value of `cell`, which is below count. O(1).
    static constexpr Value upper_edge(index_type cell) noexcept {
        return cell + 1 < count ? lower_edge(cell + 1) - 1 : static_cast<Value>(~Value{0});
    }
};

static_assert(log_linear<7>::count == 3328);
static_assert(log_linear<2>::index(16) == 12 && log_linear<2>::lower_edge(12) == 16);
static_assert(log_linear<7>::index(~std::uint32_t{0}) == log_linear<7>::count - 1);

}  // namespace maxwell
