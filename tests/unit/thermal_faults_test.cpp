// SPDX-License-Identifier: MIT
//
// What a controller must not be taken in by: settings that no machine has, units that slipped, a sensor or a meter that
// says what can't be, silence, a suspend.

#include "support/scale.hpp"

#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/thermal/controller.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>

namespace maxwell {
namespace {

using regulator = controller<3, 128>;

controller_settings<3> usual() { return sim::settings_for(sim::server_machine()); }

struct absurdity {
    char const* what;
    void (*make)(controller_settings<3>&);
    settings_fault fault;
};

void scale_resistances(controller_settings<3>& s, std::uint64_t numerator, std::uint64_t denominator) {
    for (thermal_stage& stage : s.stages) {
        stage.resistance_uk_per_w = static_cast<std::uint32_t>(stage.resistance_uk_per_w * numerator / denominator);
    }
}

using settings3 = controller_settings<3>;
using fault = settings_fault;
constexpr absurdity absurdities[] = {
    {"no quantum", [](settings3& s) { s.quantum_ns = 0; }, fault::bad_quantum},
    {"no window", [](settings3& s) { s.window_quanta = 0; }, fault::bad_window},
    {"a window of an hour", [](settings3& s) { s.window_quanta = 3'600'000; }, fault::bad_window},
    {"no resistance", [](settings3& s) { scale_resistances(s, 0, 1); }, fault::bad_resistance},
    {"resistances in nano-kelvin", [](settings3& s) { scale_resistances(s, 1'000, 1); }, fault::bad_resistance},
    {"resistances in milli-kelvin", [](settings3& s) { scale_resistances(s, 1, 1'000); }, fault::never_hot},
    {"no greatest power", [](settings3& s) { s.max_mw = 0; }, fault::bad_power},
    {"powers in microwatts", [](settings3& s) { s.max_mw *= 1'000; }, fault::bad_power},
    {"powers in watts", [](settings3& s) { s.idle_mw = 40, s.max_mw = 240; }, fault::never_hot},
    {"more idle than at most", [](settings3& s) { s.idle_mw = s.max_mw + 1; }, fault::bad_power},
    {"idle at most", [](settings3& s) { s.idle_mw = s.max_mw; }, fault::bad_power},
    {"idle at 200 W of 240", [](settings3& s) { s.idle_mw = 200'000; }, fault::idle_too_hot},
    {"a target in degrees", [](settings3& s) { s.target_mc = 85; }, fault::bad_target},
    {"a target in micro-degrees", [](settings3& s) { s.target_mc = 85'000'000; }, fault::bad_target},
    {"a target below zero", [](settings3& s) { s.target_mc = INT32_MIN; }, fault::bad_target},
    {"a target in the warmest air", [](settings3& s) { s.target_mc = s.max_ambient_mc; }, fault::bad_target},
    {"a margin beyond the air", [](settings3& s) { s.margin_mk = s.target_mc - s.max_ambient_mc; }, fault::bad_target},
    {"a negative margin", [](settings3& s) { s.margin_mk = -1; }, fault::bad_margin},
    {"a negative tolerance", [](settings3& s) { s.error_tolerance_mk = -1; }, fault::bad_margin},
    {"an error gain of a million", [](settings3& s) { s.error_gain = 1'000'000; }, fault::bad_margin},
    {"warmest air below the air", [](settings3& s) { s.max_ambient_mc = s.observer.ambient_mc - 1; },
     fault::bad_ambient},
    {"air in kelvin", [](settings3& s) { s.observer.ambient_mc = 313'150; }, fault::bad_ambient},
    {"air at absolute zero", [](settings3& s) { s.observer.ambient_mc = -273'150; }, fault::bad_ambient},
    {"sensor range upside down", [](settings3& s) { s.sensor.min_mc = 125'000, s.sensor.max_mc = -20'000; },
     fault::bad_sensor_range},
    {"sensor range in degrees", [](settings3& s) { s.sensor.min_mc = -20, s.sensor.max_mc = 125; },
     fault::bad_sensor_range},
    {"a sensor that ends below the target", [](settings3& s) { s.sensor.max_mc = s.target_mc; },
     fault::bad_sensor_range},
    {"no jump", [](settings3& s) { s.sensor.jump_mk = 0; }, fault::bad_sensor_rules},
    {"never stuck", [](settings3& s) { s.sensor.stuck_mk = -1; }, fault::bad_sensor_rules},
    {"a band as wide as the span", [](settings3& s) { s.sensor.still_mk = s.sensor.stuck_mk; },
     fault::bad_sensor_rules},
    {"no confirmations", [](settings3& s) { s.sensor.confirmations = 0; }, fault::bad_sensor_rules},
    {"a negative drift", [](settings3& s) { s.observer.drift_uk_per_quantum = -1; }, fault::bad_observer},
    {"a drift of kelvins a quantum", [](settings3& s) { s.observer.drift_uk_per_quantum = INT32_MAX; },
     fault::bad_observer},
    {"a negative resolution", [](settings3& s) { s.observer.resolution_mk = -1; }, fault::bad_observer},
    {"a negative offset", [](settings3& s) { s.observer.max_offset_mk = -1; }, fault::bad_observer},
    {"an offset of 300 K", [](settings3& s) { s.observer.max_offset_mk = 300'000; }, fault::bad_observer},
    {"no least scale", [](settings3& s) { s.observer.min_scale_q16 = 0; }, fault::bad_observer},
    {"scales without 1", [](settings3& s) { s.observer.max_scale_q16 = 65'535; }, fault::bad_observer},
    {"no time for the sensor", [](settings3& s) { s.observer.sensor_timeout_quanta = 0; }, fault::bad_timeouts},
    {"blind before the sensor is late", [](settings3& s) { s.observer.model_timeout_quanta = 249; },
     fault::bad_timeouts},
    {"quanta of 100 us, readings of 100 ms", [](settings3& s) { s.quantum_ns = 100'000; }, fault::history_too_short},
    {"prices upside down",
     [](settings3& s) {
         s.prices = {2, 1, 0, 0, 0};
     },
     fault::bad_prices},
    {"a safe price above the highest",
     [](settings3& s) {
         s.prices = {1, 2, 0, 0, 3};
     },
     fault::bad_prices},
    {"no response", [](settings3& s) { s.plant.min_response_q16 = 0; }, fault::bad_plant_bounds},
    {"a late sensor beyond the table", [](settings3& s) { s.plant.delay_samples = 17; }, fault::bad_plant_bounds},
    {"no gain", [](settings3& s) { s.gains.scale_q16 = s.gains.offset_q16 = 0; }, fault::no_gain},
    {"a gain without margin", [](settings3& s) { s.gains.scale_q16 = 30'000; }, fault::thin_margin},
    {"a gain that wraps", [](settings3& s) { s.gains.scale_q16 = ~std::uint32_t{0} - 300; }, fault::unstable},
    {"a plant twice as hot", [](settings3& s) { s.plant.max_response_q16 = 130'000, s.gains.scale_q16 = 40'000; },
     fault::unstable},
    {"a sensor that is late", [](settings3& s) { s.plant.delay_samples = 5; }, fault::thin_margin},
    {"zeroed memory", [](settings3& s) { std::memset(static_cast<void*>(&s), 0, sizeof s); }, fault::bad_quantum},
};

TEST(controller, create_refuses_every_setting_that_no_machine_has_and_says_why) {
    const auto good = regulator::create(usual());
    ASSERT_TRUE(good) << sentence(good.fault);
    EXPECT_EQ(good.fault, fault::none);
    for (absurdity const& a : absurdities) {
        settings3 s = usual();
        a.make(s);
        const auto c = regulator::create(s);
        EXPECT_FALSE(c) << a.what;
        EXPECT_EQ(c.fault, a.fault) << a.what << ": " << sentence(c.fault);
    }
}

TEST(controller, create_accepts_what_lies_just_within_the_bounds) {
    const auto accepted = [](auto change) {
        settings3 s = usual();
        change(s);
        const auto c = regulator::create(s);
        return c ? std::string() : std::string(sentence(c.fault));
    };
    EXPECT_EQ(accepted([](auto& s) { s.window_quanta = 10'000; }), "");
    EXPECT_EQ(accepted([](auto& s) { s.margin_mk = s.target_mc - s.max_ambient_mc - 30'000; }), "");
    EXPECT_EQ(accepted([](auto& s) { s.max_ambient_mc = s.observer.ambient_mc; }), "");
    EXPECT_EQ(accepted([](auto& s) { s.idle_mw = 91'000; }), "") << "the hottest plant stays below the target";
    EXPECT_EQ(accepted([](auto& s) { s.idle_mw = 0; }), "");
    EXPECT_EQ(accepted([](auto& s) { scale_resistances(s, 1, 15); }), "") << "a tenth of the way is enough";
    EXPECT_EQ(accepted([](auto& s) { s.quantum_ns = 800'000; }), "") << "a history of 102 ms";
    EXPECT_EQ(accepted([](auto& s) { s.quantum_ns = 100'000, s.reading_age_ms = 10; }), "");
    EXPECT_EQ(accepted([](auto& s) { s.sensor.max_mc = s.target_mc + 1; }), "");
    EXPECT_EQ(accepted([](auto& s) { s.prices = {5, 5, 0, 0, 5}; }), "");
}

// --- faults of units, silence, suspend -----------------------------------------------------------------------------------

/// Runs the stated machine for `seconds` under a sensor that says what `wrong` makes of the true temperature; returns the
/// hottest temperature of the last half. Everything is wanted all the time.
double hottest_under(std::int32_t (*wrong)(double celsius, int n), double seconds, int* believed = nullptr) {
    sim::plant machine(sim::server_machine(), .001);
    auto c = regulator::create(usual());
    double hottest = 0;
    const int quanta = static_cast<int>(seconds * 1000);
    for (int k = 0; k < quanta; ++k) {
        std::uint32_t mw = 40'000;
        while (c->admit(3'125) && mw < 240'000) mw += 3'125;
        machine.step(mw / 1000.);
        c->step(mw);
        if (k % 100 == 99) {
            const auto verdict = c->observe(wrong(machine.temperature(), k / 100), 0);
            if (believed != nullptr && verdict == sensor_verdict::plausible) ++*believed;
        }
        if (k > quanta / 2) hottest = std::max(hottest, machine.temperature());
    }
    return hottest;
}

TEST(controller, a_sensor_in_the_wrong_unit_is_suspect_and_overheats_nothing) {
    const double seconds = test::small_scale() ? 20 : 150;
    int believed = 0;
    EXPECT_LE(hottest_under([](double t, int) { return static_cast<std::int32_t>(t); }, seconds, &believed), 88);
    EXPECT_EQ(believed, 0) << "degrees for thousandths of a degree";
    EXPECT_LE(hottest_under([](double, int n) { return n % 2 * 1'000; }, seconds, &believed), 88);
    EXPECT_EQ(believed, 0) << "0 and 1 degrees in turn";
    EXPECT_LE(hottest_under([](double, int n) { return 40'000 + n % 2 * 1'000; }, seconds), 88) << "a stuck last bit";
}

TEST(controller, watts_that_the_machine_cannot_draw_are_ignored) {
    auto c = regulator::create(usual());
    auto reference = regulator::create(usual());
    for (int n = 0; n < 20'000; ++n) {
        std::uint32_t mw = 40'000;
        while (mw < 100'000 && c->admit(3'125)) {
            mw += 3'125;
            reference->admit(3'125);
        }
        c->step(n % 2 == 0 ? 3'700'000'000u : 0);
        EXPECT_EQ(c->power(), n % 2 == 0 ? power_verdict::above_max : power_verdict::below_idle);
        reference->step(mw);
        EXPECT_EQ(reference->power(), power_verdict::plausible);
        ASSERT_EQ(c->cap_mw(), reference->cap_mw()) << n;
    }
    c->step(20'000);
    EXPECT_EQ(c->power(), power_verdict::plausible) << "half of the idle power";
    c->step(300'000);
    EXPECT_EQ(c->power(), power_verdict::plausible) << "a quarter above the greatest power";
    c->step(300'001);
    EXPECT_EQ(c->power(), power_verdict::above_max);
}

/// A controller whose machine draws 125 W for a minute, read each 100 ms by a sensor that agrees.
regulator warm() {
    auto c = regulator::create(usual());
    for (int n = 0; n < 60'000; ++n) {
        c->step(125'000);
        if (n % 100 == 99) c->observe(milli_from_q32(c->observer().temperature()), 0);
    }
    return *c;
}

TEST(controller, one_spike_and_then_silence_leaves_the_safe_cap) {
    for (const std::int32_t spike_mk : {5'000, 30'000}) {
        regulator c = warm();
        regulator quiet = c;
        c.observe(milli_from_q32(c.observer().temperature()) + spike_mk, 0);
        for (int n = 0; n < 10; ++n) c.step(125'000), quiet.step(125'000);
        EXPECT_LT(c.cap_mw(), quiet.cap_mw()) << "the spike counts at first";
        for (int n = 0; n < 60'000; ++n) c.step(40'000);
        EXPECT_EQ(c.observer().trust(), trust_level::nothing);
        EXPECT_EQ(c.cap_mw(), c.safe_mw()) << spike_mk;
    }
}

TEST(controller, a_reset_sensor_keeps_the_setpoint_away_no_longer) {
    regulator c = warm();
    regulator quiet = c;
    c.observe(milli_from_q32(c.observer().temperature()) + 20'000, 0);
    EXPECT_GT(c.observer().excess(), 0);
    c.reset_sensor();
    EXPECT_EQ(c.observer().excess(), 0);
    for (int n = 0; n < 10; ++n) c.step(125'000), quiet.step(125'000);
    EXPECT_EQ(c.cap_mw(), quiet.cap_mw());
}

TEST(controller, a_bidders_heat_moves_the_next_cap) {
    regulator more = warm();
    regulator less = more;
    for (int n = 0; n < 10; ++n) more.step(112'500), less.step(100'000);
    const double share = 1 - static_cast<double>(more.cap_mw()) / less.cap_mw();
    std::printf("a window of 12.5 W more: the next cap is %.2f %% lower, %u instead of %u mW\n", 100 * share,
                more.cap_mw(), less.cap_mw());
    EXPECT_GT(share, 0) << "so a price made without a bidder's bid still depends on whether it ran";
    EXPECT_LT(share, .02);
}

TEST(controller, a_controller_without_a_sensor_admits_the_safe_power_at_a_clearing_price) {
    auto c = regulator::create(usual());
    const power_bid bids[] = {{100, 40'000}, {50, 40'000}};
    price p = 0;
    for (int n = 0; n < 10'000; ++n) {
        if (c->step(40'000)) p = c->reprice(bids);
    }
    EXPECT_EQ(c->observer().trust(), trust_level::nothing);
    EXPECT_EQ(p, 51u) << "the safe cap of 91 W has room for one of the two beside 40 W of idle power";
}

TEST(controller, a_suspended_machine_has_cooled_by_as_much_as_if_it_had_been_stepped) {
    for (const std::uint64_t ms : {1u, 10u, 999u, 60'000u}) {
        auto asleep = regulator::create(usual());
        for (int n = 0; n < 30'000; ++n) asleep->step(120'000);
        auto stepped = asleep;
        asleep->sleep(ms * 1'000'000);
        thermal_model<3> model = stepped->observer().model();
        for (std::uint64_t n = 0; n < ms; ++n) model.step(0);
        EXPECT_NEAR(static_cast<double>(asleep->observer().model().rise()), static_cast<double>(model.rise()),
                    1e-5 * static_cast<double>(q32_one))
            << ms;
        EXPECT_TRUE(asleep->check_invariants());
    }
    auto c = regulator::create(usual());
    for (int n = 0; n < 30'000; ++n) c->step(120'000);
    const auto before = c->observer().temperature();
    c->sleep(999'999);
    EXPECT_EQ(c->observer().temperature(), before) << "less than a quantum";
    c->sleep(~std::uint64_t{0});
    EXPECT_NEAR(static_cast<double>(c->observer().model().rise()), 0, 16) << "584 years later it is cold";
    EXPECT_EQ(c->observer().trust(), trust_level::nothing) << "and nothing was read meanwhile";
    EXPECT_EQ(c->cap_mw(), c->safe_mw());
    EXPECT_EQ(c->observe(40'000, 0), sensor_verdict::plausible);
    regulator none;
    none.sleep(~std::uint64_t{0});
    EXPECT_EQ(none.cap_mw(), 0u);
}

TEST(controller, the_target_can_be_moved_and_only_to_where_a_machine_can_be_held) {
    auto c = regulator::create(usual());
    EXPECT_TRUE(c->retarget(75'000));
    EXPECT_NEAR(c->safe_mw(), (75 - .14 - 45) / (.35 * 1.25) * 1000, 1);
    sim::plant machine(sim::server_machine(), .001);
    double sum = 0;
    const int quanta = test::small_scale() ? 60'000 : 100'000;
    for (int k = 0; k < quanta; ++k) {
        std::uint32_t mw = 40'000;
        while (mw < 240'000 && c->admit(3'125)) mw += 3'125;
        machine.step(mw / 1000.);
        c->step(mw);
        if (k % 100 == 99) c->observe(static_cast<std::int32_t>(std::lround(machine.temperature()) * 1000), 0);
        if (k >= quanta - 10'000) sum += machine.temperature();
    }
    EXPECT_NEAR(sum / 10'000, 75, 1);
    const regulator held = *c;
    for (const std::int32_t target : {45'140, 45, 0, INT32_MIN, INT32_MAX, 125'000, 200'001}) {
        EXPECT_FALSE(c->retarget(target)) << target;
        EXPECT_EQ(c->safe_mw(), held.safe_mw());
    }
    EXPECT_FALSE(c->retarget(60'000)) << "40 W of idle power heat the hottest plant to 62.5 degrees in air of 45";
    EXPECT_FALSE(regulator().retarget(85'000));
}

TEST(thermal_observer, drift_saturates_at_absurd_settings) {
    observer_settings s;
    s.drift_uk_per_quantum = INT32_MAX;
    s.sensor_timeout_quanta = 1;
    s.model_timeout_quanta = ~std::uint32_t{0};
    thermal_observer<3, 128> o(thermal_model<3>(usual().stages, 1'000'000, 10), s, {}, {});
    o.sleep(0, ~std::uint64_t{0});
    EXPECT_GT(o.drift(), 1'000'000 * q32_one);
    EXPECT_EQ(o.error_bound() > 0, true);
}

}  // namespace
}  // namespace maxwell
