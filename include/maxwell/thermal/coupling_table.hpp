// SPDX-License-Identifier: MIT
//
// coupling_table: the multiplier of one plane's price as a function of another plane's use and of headroom, as a table.
//
// By the default, when the GPU is at 95 % and the chassis is hot, CPU time costs eight times as much, and only work that feeds the
// GPU is exempt. The function differs between machines, so it is a table: measured, drawn by hand, or the default below. Between
// its knots it is bilinear: one weighted sum of four knots, shifted once.
//
//     use   1 +----+----+----+----+        scarcity, the default: 2^(3 s),
//             |    |  8 |    |    |  1       s = clamp((use - .5) / .4375, 0, 1) * (1 - headroom)
//        .9375+----+----+----+----+
//             |    | t2 | t3 |    |        1 up to a use of .5 or at full headroom; exactly 8 from a use of .9375 on
//             +----+----x----+----+        without any headroom; in between each step towards scarcity is a factor
//             |    | t0 | t1 |    |
//             +----+----+----+----+
//             0       headroom    1        Rows knots of use, Cols knots of headroom, both ends included
//
// Invariant: a lookup is between the least and the greatest of the four knots around it, and is a knot's value at the knot. So if
// knots only rise towards more use, or only fall towards more headroom, lookups do too. The all-zero object is the unfilled table:
// its multipliers are 0, which a schedule refuses.
//
//     operation     cost   why
//     multiplier    O(1)   four loads in two rows, six multiplications, no division; no branch but the clamps
//     is_monotone   O(Rows * Cols)
//     memory        4 B a knot: 4,356 B for 33 x 33
//
// Error of the default with 33 x 33 knots: below .35 % of the multiplier everywhere, since the surface's kinks are at knots. Where
// the surface is smooth the error is h^2/8 (|f_uu| + |f_hh|), so a grid twice as coarse has four times the error.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <bit>          // has_single_bit, countr_zero
#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

using share_q16 = std::uint32_t;  ///< a share of 1 in Q16.16: 65536 is all of it, and more counts as that

/// A share of 1.
inline constexpr share_q16 whole_share = share_q16{1} << 16;

template <std::size_t Rows, std::size_t Cols>
class coupling_table {
    static_assert(std::has_single_bit(Rows - 1) && std::has_single_bit(Cols - 1) && Rows <= 257 && Cols <= 257,
                  "2, 3, 5, 9 ... 257 knots: so that a cell's width is a power of two");

public:
    /// The use of a row's knots and the headroom of a column's. O(1).
    static constexpr share_q16 use_at(std::size_t row) noexcept { return static_cast<share_q16>(row << use_shift); }
    static constexpr share_q16 headroom_at(std::size_t col) noexcept {
        return static_cast<share_q16>(col << headroom_shift);
    }

    /// The multiplier between the knots, rounded to the nearest. Shares above 1 count as 1. O(1).
    constexpr multiplier_q16 multiplier(share_q16 use, share_q16 headroom) const noexcept {
        if (use > whole_share) use = whole_share;
        if (headroom > whole_share) headroom = whole_share;
        // The last knot belongs to the last cell.
        const std::size_t row = (use - (use >> 16)) >> use_shift;
        const std::size_t col = (headroom - (headroom >> 16)) >> headroom_shift;
        const std::uint64_t x = headroom - headroom_at(col);
        const std::uint64_t y = use - use_at(row);
        const std::uint64_t low = knot_[row][col] * (cell_width - x) + knot_[row][col + 1] * x;
        const std::uint64_t high = knot_[row + 1][col] * (cell_width - x) + knot_[row + 1][col + 1] * x;
        const std::uint64_t sum = low * (cell_height - y) + high * y;  // below 2^64 for all knots
        return static_cast<multiplier_q16>((sum + (std::uint64_t{1} << (shift - 1))) >> shift);
    }

    /// The value of a knot; `row` is below Rows, `col` below Cols. O(1).
    constexpr multiplier_q16 knot(std::size_t row, std::size_t col) const noexcept {
        MAXWELL_ASSERT(row < Rows && col < Cols);
        return knot_[row][col];
    }

    /// Sets a knot and returns true; returns false, and changes nothing, if there is no such knot. O(1).
    constexpr bool set(std::size_t row, std::size_t col, multiplier_q16 value) noexcept {
        if (row >= Rows || col >= Cols) return false;
        knot_[row][col] = value;
        return true;
    }

    /// Does more use never lower a lookup, and more headroom never raise it? O(Rows * Cols).
    constexpr bool is_monotone() const noexcept {
        for (std::size_t row = 0; row < Rows; ++row) {
            for (std::size_t col = 0; col < Cols; ++col) {
                if (row > 0 && knot_[row][col] < knot_[row - 1][col]) return false;
                if (col > 0 && knot_[row][col] > knot_[row][col - 1]) return false;
            }
        }
        return true;
    }

private:
    static constexpr int use_shift = 16 - std::countr_zero(Rows - 1);
    static constexpr int headroom_shift = 16 - std::countr_zero(Cols - 1);
    static constexpr int shift = use_shift + headroom_shift;
    static constexpr std::uint64_t cell_height = std::uint64_t{1} << use_shift;
    static constexpr std::uint64_t cell_width = std::uint64_t{1} << headroom_shift;

    multiplier_q16 knot_[Rows][Cols] = {};
};

namespace detail {

/// 2^octaves in Q16.16, rounded to the nearest; `octaves_q32` is Q32.32 and below 4. By the exponential series in Q32, whose
/// truncations stay below a hundredth of the result's last bit; for tables, not for quanta.
constexpr multiplier_q16 exp2_q16(std::uint64_t octaves_q32) noexcept {
    MAXWELL_ASSERT(octaves_q32 < std::uint64_t{4} << 32);
    constexpr std::uint64_t ln2_q32 = 2'977'044'472;
    const std::uint64_t fraction = octaves_q32 & 0xffff'ffffu;
    const std::uint64_t x = fraction * ln2_q32 >> 32;
    std::uint64_t sum = 0;
    std::uint64_t term = std::uint64_t{1} << 32;
    for (std::uint64_t n = 1; n < 20; ++n) {  // the terms after are 0
        sum += term;
        term = (term * x >> 32) / n;
    }
    const int down = 16 - static_cast<int>(octaves_q32 >> 32);
    return static_cast<multiplier_q16>((sum + (std::uint64_t{1} << (down - 1))) >> down);
}

template <std::size_t Rows, std::size_t Cols>
constexpr coupling_table<Rows, Cols> make_scarcity() noexcept {
    constexpr std::uint64_t begins = whole_share / 2;
    constexpr std::uint64_t width = std::uint64_t{whole_share} * 7 / 16;
    coupling_table<Rows, Cols> table;
    for (std::size_t row = 0; row < Rows; ++row) {
        const std::uint64_t use = table.use_at(row);
        const std::uint64_t above = use <= begins ? 0 : use - begins < width ? use - begins : width;
        for (std::size_t col = 0; col < Cols; ++col) {
            const std::uint64_t scarce = whole_share - table.headroom_at(col);
            table.set(row, col, exp2_q16((3 * above * scarce << 16) / width));
        }
    }
    return table;
}

}  // namespace detail

/// The default surface, 2^(3 s) as drawn above, made by the compiler in integers.
template <std::size_t Rows = 33, std::size_t Cols = 33>
inline constexpr coupling_table<Rows, Cols> scarcity = detail::make_scarcity<Rows, Cols>();

/// The state of both planes; each a share.
struct plane_state {
    share_q16 gpu_utilisation;  ///< how much of the GPU's time was used
    share_q16 gpu_demand;       ///< how much of it is demanded
    share_q16 gpu_headroom;     ///< how much of the GPU's thermal budget is left
    share_q16 cpu_headroom;     ///< how much of the CPU's is left
};

/// The multipliers of the three kinds of lanes.
struct plane_multipliers {
    multiplier_q16 cpu;      ///< bidders for the CPU that don't feed the GPU
    multiplier_q16 feeding;  ///< bidders that feed the GPU: always 1, so an expensive GPU is never short of work
    multiplier_q16 gpu;      ///< bidders for the GPU
};

/// Looks up the multipliers of both planes: the CPU's by GPU utilisation and CPU headroom, the GPU's by its own demand and headroom
/// alone. O(1).
template <std::size_t Rows, std::size_t Cols, std::size_t GpuRows, std::size_t GpuCols>
constexpr plane_multipliers couple(coupling_table<Rows, Cols> const& cpu, coupling_table<GpuRows, GpuCols> const& gpu,
                                   plane_state const& now) noexcept {
    return {cpu.multiplier(now.gpu_utilisation, now.cpu_headroom), unit_multiplier,
            gpu.multiplier(now.gpu_demand, now.gpu_headroom)};
}

static_assert(sizeof(coupling_table<33, 33>) == 4356);
static_assert(std::is_trivially_copyable_v<coupling_table<33, 33>> &&
              std::is_standard_layout_v<coupling_table<33, 33>>);
static_assert(scarcity<>.is_monotone());
static_assert(scarcity<>.multiplier(whole_share / 16 * 15, 0) == 8 * unit_multiplier);
static_assert(scarcity<>.multiplier(whole_share, whole_share) == unit_multiplier);

}  // namespace maxwell
