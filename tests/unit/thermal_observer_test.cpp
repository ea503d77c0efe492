// SPDX-License-Identifier: MIT
//
// sensor_monitor and thermal_observer: the learning rule against floating point, every way in which a sensor fails, and how
// long it is trusted without one.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/sim/plant.hpp>
#include <maxwell/thermal/thermal_observer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace maxwell {
namespace {

constexpr thermal_stage server[] = {{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}};
constexpr std::uint32_t millisecond = 1'000'000;
using observer = thermal_observer<3, 128>;

observer make(observer_settings const& settings = {}, learning_gains const& gains = {},
              sensor_limits const& limits = {}) {
    return {thermal_model<3>(server, millisecond, 10), settings, gains, limits};
}

double kelvin(q32 v) { return static_cast<double>(v) / static_cast<double>(q32_one); }
q32 celsius(double c) { return static_cast<q32>(std::llround(c * static_cast<double>(q32_one))); }

// --- sensor_monitor ----------------------------------------------------------------------------------------------------

/// A monitor of a sensor that has said `reading` of a model with so much rise.
sensor_monitor watching(double reading, double rise, sensor_limits const& limits = {}) {
    sensor_monitor m(limits, celsius(15));
    EXPECT_EQ(m.judge(celsius(reading), celsius(rise), q32_one, celsius(reading)), sensor_verdict::plausible);
    return m;
}

sensor_verdict say(sensor_monitor& m, double reading, double rise, double predicted) {
    return m.judge(celsius(reading), celsius(rise), q32_one, celsius(predicted));
}

TEST(sensor_monitor, a_reading_out_of_range_is_told_to_the_millikelvin) {
    for (const std::int32_t mc : {-20'001, 125'000, 200'000, INT32_MAX, INT32_MIN}) {
        sensor_monitor m(sensor_limits{}, celsius(-20));
        EXPECT_EQ(m.judge(q32_from_milli(mc), 0, q32_one, 0), sensor_verdict::out_of_range) << mc;
        EXPECT_FALSE(m.trusted());
    }
    for (const std::int32_t mc : {-20'000, 0, 124'999}) {
        sensor_monitor m(sensor_limits{}, celsius(-20));
        EXPECT_EQ(m.judge(q32_from_milli(mc), 0, q32_one, 0), sensor_verdict::plausible) << mc;
    }
}

TEST(sensor_monitor, a_jump_is_what_the_model_does_not_explain) {
    for (int moved = -20; moved <= 20; ++moved) {
        for (int expected = -20; expected <= 20; ++expected) {
            sensor_monitor m = watching(60, 20);
            const bool jumped = std::abs(moved - expected) > 6 + std::abs(expected);
            const bool stuck = moved == 0 && std::abs(expected) > 4;
            const bool lagging = std::abs(moved) <= 1 && expected > 8;
            const sensor_verdict wanted = jumped    ? sensor_verdict::jumped
                                          : stuck   ? sensor_verdict::stuck
                                          : lagging ? sensor_verdict::lagging
                                                    : sensor_verdict::plausible;
            EXPECT_EQ(say(m, 60 + moved, 20 + expected, 60 + expected), wanted) << moved << " " << expected;
        }
    }
}

TEST(sensor_monitor, a_sensor_is_stuck_once_the_model_has_moved_on) {
    for (const double direction : {1., -1.}) {
        sensor_monitor m = watching(60, 20);
        for (int step = 1; step <= 40; ++step) {
            const double rise = 20 + direction * step * .125;
            EXPECT_EQ(say(m, 60, rise, 60), step <= 32 ? sensor_verdict::plausible : sensor_verdict::stuck) << step;
        }
        // It stays stuck when the model comes back to where the reading was right, and until it moves.
        EXPECT_EQ(say(m, 60, 20, 60), sensor_verdict::stuck);
        EXPECT_EQ(say(m, 61, 20.5, 60), sensor_verdict::unconfirmed);
        EXPECT_EQ(say(m, 61, 20.5, 60), sensor_verdict::unconfirmed);
        EXPECT_EQ(say(m, 61, 20.5, 60), sensor_verdict::plausible);
    }
}

TEST(sensor_monitor, a_reading_that_alternates_within_a_band_lags_once_the_model_rises_fast) {
    sensor_monitor m = watching(40, 0);
    int refused = 0;
    for (int n = 1; n <= 100; ++n)
        refused += say(m, 40 + n % 2, n * .5, 40 + n * .5) == sensor_verdict::lagging ? 1 : 0;
    EXPECT_EQ(refused, 0) << "five kelvin in ten readings are what a die does that is held while its sink warms up";
    for (int n = 1; n <= 20; ++n) refused += say(m, 40 + n % 2, 50 + n, 90 + n) == sensor_verdict::lagging ? 1 : 0;
    EXPECT_GE(refused, 10) << "ten kelvin in ten readings are not";
    EXPECT_FALSE(m.trusted());
    for (int n = 1; n <= 20; ++n)
        EXPECT_NE(say(m, 40 + n % 2, 70, 39), sensor_verdict::lagging) << "hotter than predicted";
}

TEST(sensor_monitor, a_reading_colder_than_the_ambient_air_can_be_is_impossible) {
    sensor_monitor m(sensor_limits{}, celsius(15));
    EXPECT_EQ(say(m, 14.999, 0, 40), sensor_verdict::impossible);
    EXPECT_FALSE(m.trusted());
    EXPECT_EQ(say(m, 15, 0, 40), sensor_verdict::unconfirmed) << "after an impossible reading";
    sensor_monitor fresh(sensor_limits{}, celsius(15));
    EXPECT_EQ(say(fresh, 15, 0, 40), sensor_verdict::plausible);
}

TEST(sensor_monitor, a_sensor_that_fell_stays_suspect_until_it_agrees_or_is_reset) {
    sensor_monitor m = watching(80, 40);
    EXPECT_EQ(say(m, 60, 40, 80), sensor_verdict::jumped);
    for (int n = 0; n < 100; ++n) EXPECT_EQ(say(m, 60, 40, 80), sensor_verdict::unconfirmed);
    sensor_monitor repaired = m;
    repaired.reset();
    EXPECT_EQ(say(repaired, 60, 40, 80), sensor_verdict::plausible);
    EXPECT_EQ(say(m, 79, 40, 80), sensor_verdict::jumped);
    EXPECT_EQ(say(m, 79, 40, 80), sensor_verdict::unconfirmed);
    EXPECT_EQ(say(m, 79, 40, 80), sensor_verdict::unconfirmed);
    EXPECT_EQ(say(m, 79, 40, 80), sensor_verdict::plausible);
}

TEST(sensor_monitor, a_sensor_that_rose_is_trusted_again_after_its_confirmations) {
    for (std::uint32_t confirmations = 1; confirmations < 6; ++confirmations) {
        sensor_limits limits;
        limits.confirmations = confirmations;
        sensor_monitor m = watching(60, 20, limits);
        EXPECT_EQ(say(m, 80, 20, 60), sensor_verdict::jumped);
        for (std::uint32_t n = 1; n < confirmations; ++n) EXPECT_EQ(say(m, 80, 20, 60), sensor_verdict::unconfirmed);
        EXPECT_EQ(say(m, 80, 20, 60), sensor_verdict::plausible);
    }
}

TEST(sensor_monitor, zeroed_memory_trusts_no_reading) {
    sensor_monitor m;
    EXPECT_EQ(m.judge(0, 0, 0, 0), sensor_verdict::out_of_range);
    EXPECT_FALSE(m.trusted());
}

// --- what is learned ---------------------------------------------------------------------------------------------------

/// The rule of the header, in floating point.
struct reference {
    double scale = 1, offset = 0, surprise = 0;
    void observe(double reading, double rise) {
        const double predicted = 40 + offset + scale * rise;
        const double e = predicted < reading - .5   ? reading - .5 - predicted
                         : predicted > reading + .5 ? reading + .5 - predicted
                                                    : 0;
        scale += 10'617 / 65536. * e * rise / (rise * rise + 80);
        scale = std::clamp(scale, 19'661 / 65536., 170'394 / 65536.);
        offset = std::clamp(offset + 328 / 65536. * e, -25., 25.);
        surprise += (std::max(0., e) - surprise) / 4;
    }
};

TEST(thermal_observer, learns_what_floating_point_learns) {
    for (const double wrong : {.5, .8, 1., 1.3, 1.9}) {
        sim::plant machine(sim::server_machine(), .001);
        for (std::size_t i = 0; i < 3; ++i) machine.scale(i, wrong, 1 / wrong);
        sim::sensor eye({}, 1);
        test::dice random(1);
        observer o = make();
        reference r;
        std::vector<double> past(101, 0.);
        std::uint32_t mw = 40'000;
        for (std::size_t k = 0; k < test::scaled(200'000); ++k) {
            if (random.below(1000) == 0) mw = 40'000 + random.below(80'000);
            machine.step(mw / 1000.);
            o.step(mw);
            past[k % 101] = kelvin(o.model().rise());
            const auto reading = eye.measure(machine.temperature());
            if (!reading) continue;
            if (o.observe(*reading, 100) != sensor_verdict::plausible) continue;
            r.observe(*reading / 1000., past[(k + 1) % 101]);
            ASSERT_NEAR(kelvin(o.scale()), r.scale, 2e-4) << k;
            ASSERT_NEAR(kelvin(o.offset()), r.offset, 2e-4);
            ASSERT_NEAR(kelvin(o.error_bound()), .5 + r.surprise, 1e-2);
            ASSERT_NEAR(kelvin(o.temperature()), 40 + r.offset + r.scale * kelvin(o.model().rise()), 2e-2);
        }
        EXPECT_TRUE(o.check_invariants());
    }
}

TEST(thermal_observer, honest_readings_of_machines_within_a_quarter_are_always_believed) {
    for (int corner = 0; corner < 64; ++corner) {
        sim::plant machine(sim::server_machine(), .001);
        for (int i = 0; i < 3; ++i) {
            machine.scale(static_cast<std::size_t>(i), (corner >> i & 1) != 0 ? 1.25 : .75,
                          (corner >> (3 + i) & 1) != 0 ? 1.25 : .75);
        }
        sim::sensor eye({}, static_cast<std::uint64_t>(corner));
        test::dice random(static_cast<std::uint64_t>(corner));
        observer o = make();
        std::uint32_t mw = 40'000;
        for (std::size_t k = 0; k < test::scaled(60'000); ++k) {
            if (random.below(3000) == 0) mw = random.below(2) == 0 ? 40'000 : 150'000;
            machine.step(mw / 1000.);
            o.step(mw);
            const auto reading = eye.measure(machine.temperature());
            if (reading) {
                ASSERT_EQ(o.observe(*reading, 100), sensor_verdict::plausible) << corner << " " << k;
            }
        }
        if (!test::small_scale()) {
            EXPECT_NEAR(kelvin(o.temperature()), machine.temperature(), 4) << corner;
        }
    }
}

TEST(thermal_observer, an_innovation_is_the_distance_to_the_nearer_edge_of_the_cell) {
    // All of an innovation goes to the offset, which then is the innovation.
    const learning_gains all_to_offset{.scale_q16 = 0, .offset_q16 = 65'536};
    for (std::int32_t mc = 30'000; mc <= 50'000; mc += 250) {
        observer o = make({}, all_to_offset);
        EXPECT_EQ(o.observe(mc, 0), sensor_verdict::plausible);
        const std::int32_t e = mc > 40'500 ? mc - 40'500 : mc < 39'500 ? mc - 39'500 : 0;
        EXPECT_NEAR(kelvin(o.offset()), e / 1000., 1e-9) << mc;
    }
}

TEST(thermal_observer, a_hotter_reading_never_cools_the_estimate) {
    test::dice random(4);
    observer o = make();
    for (std::size_t n = test::scaled(20'000); n != 0; --n) {
        for (int k = 0; k < 20; ++k) o.step(random.below(240'000));
        const auto colder = static_cast<std::int32_t>(20'000 + random.below(84'000));
        const auto hotter =
            colder + static_cast<std::int32_t>(random.below(20) == 0 ? random.below(20'000) : random.below(2'000));
        observer a = o;
        observer b = o;
        const bool believed = a.observe(colder, 10) == sensor_verdict::plausible;
        b.observe(hotter, 10);
        // The estimate and the excess of what is not believed together are what a power cap sees. Readings that are too cold
        // to be believed change nothing at all.
        if (believed || a.excess() != 0) {
            ASSERT_LE(a.temperature() + a.excess(), b.temperature() + b.excess()) << colder << " " << hotter;
        } else {
            ASSERT_EQ(a.temperature(), o.temperature());
        }
        o.observe(milli_from_q32(o.temperature()) + static_cast<std::int32_t>(random.below(3'000)) - 1'500, 0);
    }
}

// --- what is trusted ---------------------------------------------------------------------------------------------------

TEST(thermal_observer, trust_without_a_reading_is_bounded_in_time) {
    observer_settings settings;
    settings.sensor_timeout_quanta = 7;
    settings.model_timeout_quanta = 20;
    observer o = make(settings);
    EXPECT_EQ(o.trust(), trust_level::model);
    for (int n = 0; n < 30; ++n) o.step(0);
    EXPECT_EQ(o.trust(), trust_level::nothing);
    EXPECT_EQ(o.observe(40'000, 0), sensor_verdict::plausible);
    for (int n = 0; n < 30; ++n) {
        EXPECT_EQ(o.trust(), n < 7 ? trust_level::sensor : n < 20 ? trust_level::model : trust_level::nothing) << n;
        EXPECT_NEAR(kelvin(o.drift()), 125e-6 * std::clamp(n - 7, 0, 13), 1e-8) << n;
        EXPECT_TRUE(o.check_invariants());
        o.step(0);
    }
    for (int n = 0; n < 1000; ++n) {
        EXPECT_EQ(o.observe(-273'000, 0), sensor_verdict::out_of_range);
        o.step(0);
        EXPECT_EQ(o.trust(), trust_level::nothing);
    }
}

TEST(thermal_observer, a_stuck_sensor_teaches_nothing) {
    observer o = make();
    sim::plant machine(sim::server_machine(), .001);
    sim::sensor eye({.noise_k = 0}, 1);
    double scale_before = 0;
    for (int k = 0; k < 30'000; ++k) {
        const std::uint32_t mw = k < 10'000 ? 60'000 : 130'000;
        machine.step(mw / 1000.);
        o.step(mw);
        if (k == 10'100) scale_before = kelvin(o.scale());
        const auto reading =
            eye.measure(machine.temperature(), k > 10'000 ? sim::sensor_fault::stuck : sim::sensor_fault::none);
        if (reading) o.observe(*reading, 100);
    }
    EXPECT_EQ(o.trust(), trust_level::nothing);
    EXPECT_NEAR(kelvin(o.scale()), scale_before, 1e-9);
    EXPECT_NEAR(kelvin(o.temperature()), machine.temperature(), 1);
}

TEST(thermal_observer, a_reading_that_is_not_believed_counts_as_excess_when_hotter) {
    observer o = make();
    for (int n = 0; n < 1000; ++n) o.step(100'000);
    EXPECT_EQ(o.observe(milli_from_q32(o.temperature()), 0), sensor_verdict::plausible);
    const double was = kelvin(o.temperature());
    EXPECT_EQ(o.observe(90'000, 0), sensor_verdict::jumped);
    EXPECT_NEAR(kelvin(o.temperature()), was, 1e-9);
    EXPECT_NEAR(kelvin(o.excess()), 90 - was, 1e-3);
    EXPECT_EQ(o.observe(200'000, 0), sensor_verdict::out_of_range);
    EXPECT_EQ(o.excess(), 0);
}

TEST(thermal_observer, a_reading_is_compared_with_its_own_time) {
    test::dice random(5);
    for (std::uint32_t age = 0; age < 130; ++age) {
        observer o = make({}, {.scale_q16 = 0, .offset_q16 = 65'536});
        std::vector<q32> past;
        for (int n = 0; n < 300; ++n) {
            o.step(random.below(240'000));
            past.push_back(o.model().rise());
        }
        const sensor_verdict verdict = o.observe(95'000, age);
        if (age >= 128) {
            EXPECT_EQ(verdict, sensor_verdict::out_of_range);
            EXPECT_EQ(o.offset(), 0);
            continue;
        }
        const double e = 94.5 - 40 - kelvin(past[past.size() - 1 - age]);
        EXPECT_NEAR(kelvin(o.offset()), std::clamp(e, -25., 25.), 1e-8) << age;
    }
}

TEST(thermal_observer, a_warm_start_is_where_the_reading_says) {
    observer o = make();
    o.warm_start(75'000);
    EXPECT_NEAR(kelvin(o.temperature()), 75, 1e-3);
    EXPECT_EQ(o.observe(75'000, 100), sensor_verdict::plausible);
    EXPECT_EQ(o.offset(), 0);
    observer cold = make();
    cold.warm_start(20'000);
    EXPECT_NEAR(kelvin(cold.temperature()), 40, 1e-9) << "nothing is colder than its surroundings";
    o.warm_start(39'000);
    EXPECT_NEAR(kelvin(o.temperature()), 40, 1e-9) << "a second start forgets the first";
}

TEST(thermal_observer, zeroed_memory_trusts_nothing) {
    static constinit observer o;  // static: its padding is zero, too
    observer zeroed;
    std::memset(static_cast<void*>(&zeroed), 0, sizeof(zeroed));
    EXPECT_EQ(std::memcmp(&o, &zeroed, sizeof(o)), 0);
    o.step(1'000);
    EXPECT_EQ(o.trust(), trust_level::nothing);
    EXPECT_EQ(o.observe(40'000, 0), sensor_verdict::out_of_range);
    EXPECT_EQ(o.temperature(), 0);
    EXPECT_EQ(o.warming(), 0);
}

TEST(thermal_observer, gains_follow_the_period_of_the_sensor) {
    const learning_gains usual;
    const learning_gains fast = usual.scaled_to(10);
    EXPECT_EQ(fast.scale_q16, usual.scale_q16 / 10);
    EXPECT_EQ(fast.offset_q16, usual.offset_q16 / 10);
    EXPECT_EQ(fast.ridge_k2, usual.ridge_k2);
    EXPECT_EQ(usual.scaled_to(100).scale_q16, usual.scale_q16);
    EXPECT_EQ(usual.scaled_to(~std::uint32_t{0}).scale_q16, usual.scale_q16) << "a slow sensor is not followed faster";
}

}  // namespace
}  // namespace maxwell
