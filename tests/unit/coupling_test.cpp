// SPDX-License-Identifier: MIT
//
// coupling_table against floating point: knots, cells, edges, and what must never happen to a price.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/thermal/coupling_table.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>

namespace maxwell::test {
namespace {

constexpr share_q16 dear = whole_share / 16 * 15;  // .9375

/// The surface itself.
double surface(double use, double headroom) {
    return std::exp2(3 * std::clamp((use - 0.5) / 0.4375, 0.0, 1.0) * (1 - headroom));
}
double share(share_q16 s) { return s / 65536.0; }

/// The greatest relative error on every `step`th point of both axes, ends included.
template <std::size_t Rows, std::size_t Cols>
double worst_error(share_q16 step) {
    double worst = 0;
    for (share_q16 use = 0; use <= whole_share; use += step) {
        for (share_q16 headroom = 0; headroom <= whole_share; headroom += step) {
            const double exact = surface(share(use), share(headroom));
            const double found = scarcity<Rows, Cols>.multiplier(use, headroom) / 65536.0;
            worst = std::max(worst, std::abs(found - exact) / exact);
        }
    }
    return worst;
}

/// Any table, not of any shape.
template <std::size_t Rows, std::size_t Cols>
coupling_table<Rows, Cols> any_table(dice& random) {
    coupling_table<Rows, Cols> table;
    for (std::size_t row = 0; row < Rows; ++row) {
        for (std::size_t col = 0; col < Cols; ++col) {
            const auto value = static_cast<multiplier_q16>(random());
            table.set(row, col, random.below(3) == 0 ? ~multiplier_q16{0} : value >> random.below(32));
        }
    }
    return table;
}

/// What bilinear interpolation is, rounded to the nearest.
template <std::size_t Rows, std::size_t Cols>
double interpolated(coupling_table<Rows, Cols> const& table, share_q16 use, share_q16 headroom) {
    const double y = share(use) * (Rows - 1);
    const double x = share(headroom) * (Cols - 1);
    const auto row = std::min(static_cast<std::size_t>(y), Rows - 2);
    const auto col = std::min(static_cast<std::size_t>(x), Cols - 2);
    const double v = y - static_cast<double>(row);
    const double w = x - static_cast<double>(col);
    const double low = table.knot(row, col) * (1 - w) + table.knot(row, col + 1) * w;
    const double high = table.knot(row + 1, col) * (1 - w) + table.knot(row + 1, col + 1) * w;
    return low * (1 - v) + high * v;
}

TEST(exp2_q16, is_the_nearest_of_floating_point) {
    for (std::uint64_t octaves = 0; octaves < std::uint64_t{4} << 32; octaves += 123'457) {
        const double exact = std::exp2(static_cast<double>(octaves) / 4294967296.0) * 65536;
        ASSERT_NEAR(detail::exp2_q16(octaves), exact, 0.51) << octaves;
    }
    for (std::uint64_t n = 0; n < 4; ++n) ASSERT_EQ(detail::exp2_q16(n << 32), unit_multiplier << n);
}

TEST(coupling, knots_are_the_surface_to_the_last_bit) {
    for (std::size_t row = 0; row < 33; ++row) {
        for (std::size_t col = 0; col < 33; ++col) {
            const auto& table = scarcity<33, 33>;
            const double exact = surface(share(table.use_at(row)), share(table.headroom_at(col)));
            ASSERT_EQ(table.knot(row, col), std::lround(exact * 65536)) << row << ' ' << col;
            ASSERT_EQ(table.multiplier(table.use_at(row), table.headroom_at(col)), table.knot(row, col));
        }
    }
}

TEST(coupling, the_error_between_knots_is_bounded) {
    const double worst = worst_error<33, 33>(small_scale() ? 256 : 16);
    RecordProperty("worst_ppm", static_cast<int>(worst * 1e6));
    EXPECT_LE(worst, 0.0035);
    EXPECT_GE(worst, 0.0025);  // the bound is not far off either
    EXPECT_LE((worst_error<17, 17>(256)), 0.0130);
    EXPECT_LE((worst_error<65, 65>(256)), 0.0010);
}

TEST(coupling, the_worst_cell_is_bounded_at_each_of_its_points) {
    double worst = 0;
    const share_q16 step = small_scale() ? 64 : 2;
    for (share_q16 use = whole_share / 32 * 29; use <= dear; use += step) {
        for (share_q16 headroom = 0; headroom <= whole_share / 32; headroom += step) {
            const double exact = surface(share(use), share(headroom));
            worst = std::max(worst, std::abs(scarcity<>.multiplier(use, headroom) / 65536.0 - exact) / exact);
        }
    }
    EXPECT_LE(worst, 0.0035);
}

TEST(coupling, a_scarce_machine_costs_exactly_eight_and_a_relaxed_one_exactly_one) {
    for (share_q16 use = dear; use <= whole_share; ++use) ASSERT_EQ(scarcity<>.multiplier(use, 0), 8 * unit_multiplier);
    for (share_q16 other = 0; other <= whole_share; other += 7) {
        for (share_q16 use = 0; use <= whole_share / 2; use += 4096) {
            ASSERT_EQ(scarcity<>.multiplier(use, other), unit_multiplier);
        }
        ASSERT_EQ(scarcity<>.multiplier(other, whole_share), unit_multiplier);
    }
    EXPECT_LT(scarcity<>.multiplier(dear - 1, 0), 8 * unit_multiplier);
    EXPECT_LT(scarcity<>.multiplier(dear, 1), 8 * unit_multiplier);
}

TEST(coupling, shares_above_one_count_as_one) {
    dice random(1);
    const auto table = any_table<5, 9>(random);
    for (share_q16 above : {whole_share + 1, whole_share * 2, ~share_q16{0}}) {
        for (share_q16 other = 0; other <= whole_share; other += 999) {
            EXPECT_EQ(table.multiplier(above, other), table.multiplier(whole_share, other));
            EXPECT_EQ(table.multiplier(other, above), table.multiplier(other, whole_share));
        }
        EXPECT_EQ(table.multiplier(above, above), table.knot(4, 8));
    }
}

template <std::size_t Rows, std::size_t Cols>
void any_table_is_interpolated(std::uint32_t seed) {
    dice random(seed);
    for (std::size_t n = 0; n < scaled(200); ++n) {
        const auto table = any_table<Rows, Cols>(random);
        for (int lookups = 0; lookups < 100; ++lookups) {
            const auto any_share = [&] { return random.below(8) == 0 ? whole_share : random.below(whole_share + 1); };
            const share_q16 use = any_share();
            const share_q16 headroom = any_share();
            // A double has 53 bits, a sum up to 64: half a unit, and what doubles round.
            ASSERT_NEAR(table.multiplier(use, headroom), interpolated(table, use, headroom), 0.500001);
        }
    }
}
TEST(coupling, any_table_of_any_size_is_interpolated_without_overflow) {
    any_table_is_interpolated<2, 2>(1);
    any_table_is_interpolated<33, 33>(2);
    any_table_is_interpolated<3, 257>(3);
    any_table_is_interpolated<257, 2>(4);
    coupling_table<2, 2> full;
    for (std::size_t n = 0; n < 4; ++n) full.set(n / 2, n % 2, ~multiplier_q16{0});
    EXPECT_EQ(full.multiplier(whole_share / 2, whole_share / 2), ~multiplier_q16{0});
    EXPECT_FALSE(full.set(2, 0, 1));
    EXPECT_FALSE(full.set(0, 2, 1));
    EXPECT_EQ((coupling_table<2, 2>{}).multiplier(1, 1), 0u);
}

TEST(coupling, more_use_never_lowers_a_price_and_more_headroom_never_raises_it) {
    const share_q16 lines = small_scale() ? 8192 : 512;
    for (share_q16 fixed = 0; fixed <= whole_share; fixed += lines) {
        multiplier_q16 by_use = 0;
        multiplier_q16 by_headroom = ~multiplier_q16{0};
        for (share_q16 s = 0; s <= whole_share; ++s) {
            const multiplier_q16 at_use = scarcity<>.multiplier(s, fixed);
            const multiplier_q16 at_headroom = scarcity<>.multiplier(fixed, s);
            ASSERT_GE(at_use, by_use);
            ASSERT_LE(at_headroom, by_headroom);
            by_use = at_use;
            by_headroom = at_headroom;
        }
    }
}

TEST(coupling, a_table_that_is_not_monotone_says_so) {
    auto table = scarcity<5, 5>;
    EXPECT_TRUE(table.is_monotone());
    table.set(4, 0, table.knot(3, 0) - 1);
    EXPECT_FALSE(table.is_monotone());
    table = scarcity<5, 5>;
    table.set(4, 1, table.knot(4, 0) + 1);
    EXPECT_FALSE(table.is_monotone());
}

TEST(coupling, the_feeding_lane_stays_at_one_and_the_gpu_heeds_only_itself) {
    dice random(9);
    for (std::size_t n = 0; n < scaled(10'000); ++n) {
        const auto any_share = [&] { return random.below(whole_share + 1); };
        plane_state now = {any_share(), any_share(), any_share(), any_share()};
        const plane_multipliers before = couple(scarcity<>, scarcity<>, now);
        ASSERT_EQ(before.feeding, unit_multiplier);
        ASSERT_EQ(before.gpu, scarcity<>.multiplier(now.gpu_demand, now.gpu_headroom));
        ASSERT_EQ(before.cpu, scarcity<>.multiplier(now.gpu_utilisation, now.cpu_headroom));
        now.cpu_headroom = any_share();
        now.gpu_utilisation = any_share();
        ASSERT_EQ(couple(scarcity<>, scarcity<>, now).gpu, before.gpu);
    }
    const plane_multipliers hot = couple(scarcity<>, scarcity<>, {62'259, 0, whole_share, 0});  // the GPU at 95 %
    EXPECT_EQ(hot.cpu, 8 * unit_multiplier);
    EXPECT_EQ(hot.gpu, unit_multiplier);
}

}  // namespace
}  // namespace maxwell::test
