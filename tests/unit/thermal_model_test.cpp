// SPDX-License-Identifier: MIT
//
// fixed_point and thermal_model against floating point: every formula, every corner, and a week without drift.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/thermal/thermal_model.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>

namespace maxwell {
namespace {

using wide = detail::int128;

constexpr std::int64_t corners[] = {
    INT64_MIN, INT64_MIN + 1, -q32_one - 1,           -q32_one,      -1,       0, 1, q32_one / 2,
    q32_one,   q32_one + 1,   std::int64_t{45} << 32, INT64_MAX - 1, INT64_MAX};

std::int64_t saturated(wide v) {
    return v > INT64_MAX ? INT64_MAX : v < INT64_MIN ? INT64_MIN : static_cast<std::int64_t>(v);
}

long double kelvin(q32 v) { return static_cast<long double>(v) / q32_one; }
long double share(q63 v) { return static_cast<long double>(v) / 0x1p63L; }

TEST(fixed_point, sums_and_differences_saturate_at_every_corner) {
    for (const q32 a : corners) {
        for (const q32 b : corners) {
            EXPECT_EQ(add_sat(a, b), saturated(wide{a} + b));
            EXPECT_EQ(sub_sat(a, b), saturated(wide{a} - b));
        }
    }
}

TEST(fixed_point, products_are_the_nearest_and_saturate) {
    test::dice random(1);
    const auto expect_nearest = [](q32 a, q32 b) {
        const wide exact = wide{a} * b;  // in units of 2^-64
        const q32 got = mul_q32(a, b);
        if (exact > (wide{INT64_MAX} << 32) || exact < (wide{INT64_MIN} << 32)) {
            EXPECT_EQ(got, exact > 0 ? INT64_MAX : INT64_MIN);
        } else {
            const wide off = exact - (wide{got} << 32);
            EXPECT_TRUE(off >= -(wide{1} << 31) && off <= (wide{1} << 31)) << a << " * " << b;
        }
    };
    for (const q32 a : corners) {
        for (const q32 b : corners) expect_nearest(a, b);
    }
    for (std::size_t n = test::scaled(200'000); n != 0; --n) {
        const auto any = [&random] {
            return static_cast<q32>(std::uint64_t{random()} << 32 | random()) >> random.below(63);
        };
        expect_nearest(any(), any());
    }
}

TEST(fixed_point, a_part_is_the_nearest_and_never_more_than_the_whole) {
    test::dice random(2);
    const auto expect_nearest = [](q32 whole, q63 part) {
        const q32 got = part_of(whole, part);
        const wide off = wide{whole} * part - (wide{got} << 63);
        EXPECT_TRUE(off >= -(wide{1} << 62) && off <= (wide{1} << 62)) << whole << " " << part;
        EXPECT_TRUE(whole >= 0 ? got >= 0 && got <= whole : got <= 0 && got >= whole) << whole << " " << part;
    };
    for (const q32 whole : corners) {
        for (const q63 part : corners) {
            if (part >= 0) expect_nearest(whole, part);
        }
    }
    for (std::size_t n = test::scaled(200'000); n != 0; --n) {
        const auto any = [&random] {
            return static_cast<q32>(std::uint64_t{random()} << 32 | random()) >> random.below(63);
        };
        expect_nearest(any(), any() & INT64_MAX);
    }
}

TEST(fixed_point, thousandths_survive_the_way_there_and_back) {
    test::dice random(3);
    const auto expect_same = [](std::int32_t m) {
        EXPECT_EQ(milli_from_q32(q32_from_milli(m)), m);
        EXPECT_NEAR(static_cast<double>(kelvin(q32_from_milli(m)) - m / 1000.L), 0, 0x1p-32);
    };
    for (std::int32_t m = -130'000; m <= 130'000; ++m) expect_same(m);
    for (const std::int32_t m : {INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX}) expect_same(m);
    for (int n = 0; n < 10'000; ++n) expect_same(static_cast<std::int32_t>(random()));
    EXPECT_EQ(milli_from_q32(q32_max), INT32_MAX);
    EXPECT_EQ(milli_from_q32(INT64_MIN), INT32_MIN);
}

TEST(fixed_point, a_ratio_is_rounded_down_to_63_bits) {
    test::dice random(4);
    const auto expect_floor = [](std::uint64_t n, std::uint64_t d) {
        const auto exact = static_cast<q63>((wide{static_cast<std::int64_t>(n)} << 63) / static_cast<std::int64_t>(d));
        EXPECT_EQ(ratio(n, d), exact) << n << "/" << d;
    };
    for (std::uint64_t d = 1; d <= 40; ++d) {
        for (std::uint64_t n = 0; n < d; ++n) expect_floor(n, d);
        EXPECT_EQ(ratio(d, d), q63_max);
        EXPECT_EQ(ratio(~std::uint64_t{0}, d), q63_max);
    }
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t d = (std::uint64_t{random()} << 31 | random()) + 1;
        expect_floor((std::uint64_t{random()} << 32 | random()) % d, d);
    }
    EXPECT_EQ(ratio(1, 0), q63_max);
}

TEST(fixed_point, the_rise_of_a_stage_is_the_exponential) {
    const auto expect_exact = [](std::uint64_t time, std::uint64_t tau) {
        const long double exact = -std::expm1(-static_cast<long double>(time) / static_cast<long double>(tau));
        EXPECT_NEAR(static_cast<double>(share(rise_within(time, tau)) - exact), 0, 0x1p-56) << time << "/" << tau;
    };
    test::dice random(5);
    for (std::uint64_t tau = 1; tau < 300; ++tau) {
        for (std::uint64_t time = 0; time < 300; ++time) expect_exact(time, tau);
    }
    for (int time = 0; time < 48; ++time) {
        for (int tau = 0; tau < 48; ++tau) expect_exact(std::uint64_t{1} << time, std::uint64_t{1} << tau);
    }
    for (std::size_t n = test::scaled(50'000); n != 0; --n) {
        const auto any = [&random] {
            return (std::uint64_t{random()} << 16 | random.below(65536)) >> random.below(47);
        };
        expect_exact(any(), any() + 1);
    }
    EXPECT_EQ(rise_within(0, 0), q63_max);
    EXPECT_EQ(rise_within((std::uint64_t{1} << 48) - 1, 1), q63_max);
}

TEST(fixed_point, longer_is_never_less_and_slower_is_never_more) {
    for (std::uint64_t tau = 1; tau < 2'000; ++tau) {
        EXPECT_LE(rise_within(tau - 1, 500), rise_within(tau, 500));
        EXPECT_GE(rise_within(500, tau), rise_within(500, tau + 1));
    }
}

// --- the model ---------------------------------------------------------------------------------------------------------

constexpr thermal_stage server[] = {{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}};
constexpr std::uint32_t millisecond = 1'000'000;

/// The same, in floating point.
struct reference {
    explicit reference(thermal_stage const (&stages)[3], long double step_s = .001L) {
        for (std::size_t i = 0; i < 3; ++i) {
            resistance[i] = stages[i].resistance_uk_per_w * 1e-6L;
            tau[i] = stages[i].tau_us * 1e-6L;
            shared[i] = tau[i] == 0 ? 1 : -std::expm1(-step_s / tau[i]);
        }
    }
    void step(std::uint32_t mw) {
        for (std::size_t i = 0; i < 3; ++i) x[i] += (resistance[i] * mw * 1e-3L - x[i]) * shared[i];
    }
    /// Of constant power, at once.
    void steps(std::uint32_t mw, long double seconds) {
        for (std::size_t i = 0; i < 3; ++i) {
            x[i] += (resistance[i] * mw * 1e-3L - x[i]) * -std::expm1(-seconds / tau[i]);
        }
    }
    long double rise() const { return x[0] + x[1] + x[2]; }
    std::array<long double, 3> resistance{}, tau{}, shared{}, x{};
};

/// What rounding may add up to: half a unit each step, forgotten as fast as everything else, and a target half a unit off.
long double rounding(reference const& r) {
    long double bound = 0;
    for (const long double s : r.shared) bound += (.5L / s + 2) * 0x1p-32L;
    return bound + 1e-9L;  // the reference itself
}

TEST(thermal_model, follows_floating_point_under_any_load) {
    test::dice random(6);
    thermal_model<3> model(server, millisecond, 10);
    reference exact(server);
    const double bound = static_cast<double>(rounding(exact));
    EXPECT_LT(bound, 3e-6);
    std::uint32_t mw = 0;
    for (std::size_t n = test::scaled(300'000); n != 0; --n) {
        if (random.below(50) == 0) mw = random.below(240'000);
        model.step(mw);
        exact.step(mw);
        ASSERT_NEAR(static_cast<double>(kelvin(model.rise()) - exact.rise()), 0, bound);
        for (std::size_t i = 0; i < 3; ++i) ASSERT_GE(model.rise_of(i), 0);
    }
    EXPECT_TRUE(model.check_invariants());
}

TEST(thermal_model, a_week_of_quanta_does_not_drift) {
    // 605 million steps of a millisecond, in blocks of a second of one load, for which the solution is known at once.
    thermal_model<3> model(server, millisecond, 10);
    reference exact(server);
    const double bound = static_cast<double>(rounding(exact));
    std::uint64_t load = 1;
    double worst = 0;
    for (std::size_t second = test::scaled(7 * 24 * 3600); second != 0; --second) {
        load = load * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
        const auto mw = static_cast<std::uint32_t>((load >> 40) % 240'000);
        for (int n = 0; n < 1000; ++n) model.step(mw);
        exact.steps(mw, 1);
        worst = std::max(worst, static_cast<double>(std::abs(kelvin(model.rise()) - exact.rise())));
    }
    EXPECT_LT(worst, bound);
}

TEST(thermal_model, a_dead_zone_is_no_wider_than_its_bound) {
    // From above and from below, until nothing moves any more.
    thermal_model<3> from_below(server, millisecond, 10);
    thermal_model<3> from_above(server, millisecond, 10);
    from_above.settle(240'000);
    for (std::size_t n = 0; n < 700'000; ++n) {
        from_below.step(100'000);
        from_above.step(100'000);
    }
    const double bound = static_cast<double>(rounding(reference(server)));
    EXPECT_NEAR(static_cast<double>(kelvin(from_below.rise())), 35, bound);
    EXPECT_NEAR(static_cast<double>(kelvin(from_above.rise())), 35, bound);
    EXPECT_LE(from_below.rise(), from_above.rise());
}

TEST(thermal_model, ten_steps_are_one_of_ten_times_the_length) {
    thermal_model<3> fine(server, millisecond, 10);
    thermal_model<3> coarse(server, 10 * millisecond, 1);
    for (int n = 0; n < 1000; ++n) {
        const std::uint32_t mw = n % 3 == 0 ? 240'000 : 40'000;
        for (int k = 0; k < 10; ++k) fine.step(mw);
        coarse.step(mw);
        ASSERT_NEAR(static_cast<double>(kelvin(fine.rise() - coarse.rise())), 0, 1e-5);
    }
}

TEST(thermal_model, the_horizon_is_what_stepping_there_gives) {
    test::dice random(7);
    thermal_model<3> model(server, millisecond, 10);
    for (int n = 0; n < 500; ++n) {
        for (int k = 0; k < 37; ++k) model.step(random.below(240'000));
        const std::uint32_t mw = random.below(240'000);
        thermal_model<3> later = model;
        for (int k = 0; k < 10; ++k) later.step(mw);
        const long double foreseen = kelvin(model.coasting()) + kelvin(model.warming()) * mw / 1000;
        ASSERT_NEAR(static_cast<double>(foreseen - kelvin(later.rise())), 0, 1e-6);
    }
}

TEST(thermal_model, more_power_is_never_cooler) {
    test::dice random(8);
    thermal_model<3> less(server, millisecond, 10);
    thermal_model<3> more(server, millisecond, 10);
    for (std::size_t n = test::scaled(100'000); n != 0; --n) {
        const std::uint32_t mw = random.below(240'000);
        less.step(mw);
        more.step(mw + random.below(3) * random.below(1000));
        for (std::size_t i = 0; i < 3; ++i) ASSERT_LE(less.rise_of(i), more.rise_of(i));
        ASSERT_LE(less.coasting(), more.coasting());
    }
}

TEST(thermal_model, extremes_saturate_and_stay_in_range) {
    constexpr std::uint32_t any = ~std::uint32_t{0};
    thermal_model<2> hot({{any, any}, {any, 0}}, any, any);
    for (int n = 0; n < 1000; ++n) hot.step(any);
    EXPECT_TRUE(hot.check_invariants());
    // 100 K/W and 16.7 kW, at once.
    EXPECT_NEAR(static_cast<double>(kelvin(hot.rise_of(1))), 1'677'721.5, .01);
    EXPECT_LE(hot.rise_of(0), hot.rise_of(1));
    EXPECT_NEAR(static_cast<double>(kelvin(hot.resistance())), 200, 1e-6);
    hot.settle(any);
    EXPECT_TRUE(hot.check_invariants());
    for (int n = 0; n < 1000; ++n) hot.step(0);
    EXPECT_EQ(hot.rise_of(1), 0);
    EXPECT_TRUE(hot.check_invariants());
}

TEST(thermal_model, zeroed_memory_has_no_stages) {
    thermal_model<3> none;
    none.step(240'000);
    EXPECT_EQ(none.rise(), 0);
    EXPECT_EQ(none.warming(), 0);
    EXPECT_TRUE(none.check_invariants());
}

TEST(thermal_model, power_for_a_rise_is_rounded_down_and_saturates) {
    test::dice random(9);
    for (int n = 0; n < 100'000; ++n) {
        const q32 rise = static_cast<q32>(std::uint64_t{random()} << 32 | random()) >> (1 + random.below(40));
        const q32 k_per_w = static_cast<q32>(random()) >> random.below(20);
        const long double exact = rise <= 0 ? 0 : k_per_w <= 0 ? 1e9L : kelvin(rise) / kelvin(k_per_w) * 1000;
        const long double most = thermal_model<1>::max_power_mw;
        const long double expected = std::min(std::floor(exact), most);
        ASSERT_NEAR(static_cast<double>(power_for(rise, k_per_w)), static_cast<double>(expected), 1)
            << rise << " " << k_per_w;
    }
    EXPECT_EQ(power_for(0, 0), 0u);
    EXPECT_EQ(power_for(-1, 1), 0u);
    EXPECT_EQ(power_for(1, 0), thermal_model<1>::max_power_mw);
    EXPECT_EQ(power_for(q32_max, 1), thermal_model<1>::max_power_mw);
    EXPECT_EQ(power_for(q32{45} << 32, q32_one), 45'000u);
}

TEST(thermal_model, coefficients_are_made_at_compile_time) {
    static constexpr thermal_model<3> model(server, millisecond, 10);
    static_assert(model.warming() > 0 && model.rise() == 0);
    EXPECT_NEAR(static_cast<double>(kelvin(model.resistance())), .35, 1e-9);
}

}  // namespace
}  // namespace maxwell
