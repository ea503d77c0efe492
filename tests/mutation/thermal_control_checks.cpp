// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in the model, the observer or the
// controller. It passes with the library as it is, and must fail with every mutant of it in thermal_control.txt.

#include "mutation/check.hpp"
#include "support/reference_controller.hpp"
#include "support/reference_observer.hpp"
#include "support/reference_sensor_monitor.hpp"

#include <maxwell/thermal/controller.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace maxwell::test {
namespace {

constexpr thermal_stage server[] = {{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}};
using observer = thermal_observer<3, 128>;
using regulator = controller<3, 128>;

double kelvin(q32 v) { return static_cast<double>(v) / static_cast<double>(q32_one); }
bool near(double a, double b, double within) { return std::abs(a - b) <= within; }
q32 whole(int k) { return static_cast<q32>(k) << 32; }

observer make(learning_gains const& gains = {}, observer_settings const& settings = {}) {
    return {thermal_model<3>(server, 1'000'000, 10), settings, gains, sensor_limits{}};
}
constexpr learning_gains all_to_offset{.scale_q16 = 0, .offset_q16 = 65'536};

char const* arithmetic() {
    for (std::uint64_t tau = 1; tau < 60; ++tau) {
        for (std::uint64_t time = 0; time < 60; ++time) {
            const double exact = -std::expm1(-static_cast<double>(time) / static_cast<double>(tau));
            REQUIRE(near(std::ldexp(static_cast<double>(rise_within(time, tau)), -63), exact, 1e-15));
        }
    }
    for (const q32 a : {INT64_MIN, q32{-1}, q32{0}, q32{1}, INT64_MAX}) {
        for (const q32 b : {INT64_MIN, q32{-1}, q32{0}, q32{1}, INT64_MAX}) {
            REQUIRE(add_sat(a, b) == detail::saturate(detail::int128{a} + b));
            REQUIRE(sub_sat(a, b) == detail::saturate(detail::int128{a} - b));
        }
    }
    for (std::int32_t m = -3'000; m <= 3'000; ++m) {
        const q32 v = q32_from_milli(m), most_of_half = q32_one * 49 / 100'000;
        REQUIRE(milli_from_q32(v) == m && milli_from_q32(v + most_of_half) == m &&
                milli_from_q32(v - most_of_half) == m);
    }
    REQUIRE(milli_from_q32(q32_max) == INT32_MAX && milli_from_q32(INT64_MIN) == INT32_MIN);
    REQUIRE(mul_q32(1, q32_one / 2) == 1 && mul_q32(1, q32_one / 2 - 1) == 0);
    REQUIRE(ratio(5, 5) == q63_max && ratio(7, 5) == q63_max && ratio(1, 0) == q63_max && ratio(2, 4) == q63{1} << 62);
    REQUIRE(rise_within(0, 0) == q63_max && rise_within(7, 0) == q63_max);
    REQUIRE(power_for(q32_max, 1) == thermal_model<1>::max_power_mw &&
            power_for(whole(18'000), q32_one) == thermal_model<1>::max_power_mw &&
            power_for(whole(45), q32_one) == 45'000);
    for (int w = 1; w < 1 << 30; w *= 3) REQUIRE(power_for(whole(1 << 30), whole(w)) <= thermal_model<1>::max_power_mw);
    REQUIRE(power_for(whole(1 << 30), 1) == thermal_model<1>::max_power_mw && power_for(1, q32_max) == 0);
    return nullptr;
}

/// To the last milliwatt, and by the shorter division from 2^53 / 1000 K/W on.
char const* power_for_a_rise_is_rounded_down() {
    constexpr std::int64_t most = thermal_model<1>::max_power_mw;
    dice d(8);
    for (int n = 0; n < 20'000; ++n) {
        const auto any = [&d](std::uint32_t bits) {
            return static_cast<q32>((std::uint64_t{d()} << 32 | d()) >> (1 + d.below(bits))) - 1;
        };
        const q32 k = n % 4 == 0 ? q32_max / 1000 - 1 + d.below(3) : any(62);
        const q32 rise =
            n % 5 == 0 ? static_cast<q32>(detail::saturate(detail::int128{k} * (16'776 + d.below(3)))) : any(62);
        detail::int128 expected = k < q32_max / 1000 ? detail::int128{rise} * 1000 / std::max<q32>(k, 1)
                                                     : rise / k * 1000 + rise % k / (k / 1000);
        if (k <= 0) expected = most;
        if (rise <= 0) expected = 0;
        REQUIRE(power_for(rise, k) == (expected < most ? expected : most));
    }
    for (int n = 0; n < 1'000; ++n) {  // just below a whole milliwatt, up to where the shorter division begins
        const q32 k = q32_max / 1'000 - 1 - static_cast<q32>(std::uint64_t{d()} << (n % 2 == 0 ? 11 : 21));
        const std::int64_t mw = 1 + d.below(999);
        REQUIRE(power_for(static_cast<q32>((detail::int128{k} * mw - 1) / 1'000), k) == mw - 1);
    }
    REQUIRE(power_for(0, 0) == 0 && power_for(1, 0) == most && power_for(1, -1) == most && power_for(-1, -1) == 0);
    REQUIRE(power_for(1, 1) == 1'000 && power_for(1, 2) == 500);
    return nullptr;
}

char const* a_model_settles_where_it_should() {
    for (const std::uint32_t start : {99'900u, 100'100u}) {
        thermal_model<3> model(server, 1'000'000, 10);
        model.settle(start);
        REQUIRE(near(kelvin(model.rise()), .35 * start / 1000, 1e-6));
        for (int n = 0; n < 300'000; ++n) model.step(100'000);
        REQUIRE(near(kelvin(model.rise()), 35, 3.2e-6));
    }
    thermal_model<3> model(server, 1'000'000, 10);
    for (int n = 0; n < 500; ++n) model.step(200'000);
    double exact = 0;
    for (thermal_stage const& s : server) exact += s.resistance_uk_per_w * 2e-4 * -std::expm1(-.5e6 / s.tau_us);
    REQUIRE(near(kelvin(model.rise()), exact, 1e-5));
    return nullptr;
}

char const* readings_teach_what_they_say() {
    for (std::int32_t mc = 30'000; mc <= 50'000; mc += 250) {
        observer o = make(all_to_offset);
        o.observe(mc, 0);
        const std::int32_t e = mc > 40'500 ? mc - 40'500 : mc < 39'500 ? mc - 39'500 : 0;
        REQUIRE(near(kelvin(o.offset()), e / 1000., 1e-9));
    }
    observer cold = make({.scale_q16 = 65'536, .offset_q16 = 0, .ridge_k2 = 0});
    cold.observe(60'000, 0);
    REQUIRE(cold.scale() == q32_one);  // a die that is as cold as the air says nothing of its resistance
    observer o = make(all_to_offset);
    q32 past = 0;
    for (int n = 0; n < 300; ++n) {
        o.step(n % 100 < 50 ? 0 : 240'000);
        if (n == 229) past = o.model().rise();
    }
    o.observe(60'000, 70);
    REQUIRE(near(kelvin(o.offset()), 59.5 - 40 - kelvin(past), 1e-8));

    for (const std::uint32_t mw : {3'000u, 30'000u, 120'000u}) {
        observer taught = make();
        for (int n = 0; n < 100'000; ++n) taught.step(mw);
        const double rise = kelvin(taught.model().rise());
        const double e = 4.5;
        taught.observe(milli_from_q32(taught.temperature()) + 5'000, 0);
        REQUIRE(near(kelvin(taught.scale()) - 1, .162 * e * rise / (rise * rise + 80), 1e-4));
        REQUIRE(near(kelvin(taught.offset()), .005 * e, 1e-3));
    }
    return nullptr;
}

char const* gains_follow_the_period_of_the_sensor() {
    constexpr learning_gains g{10'000, 500, 80};
    for (const std::uint32_t ms : {0u, 1u, 10u, 99u, 100u, 101u, ~0u}) {
        const learning_gains scaled = g.scaled_to(ms);
        const std::uint32_t period = ms < 100 ? ms : 100;
        REQUIRE(scaled.scale_q16 == 100 * period && scaled.offset_q16 == 5 * period && scaled.ridge_k2 == 80);
    }
    REQUIRE(total_gain_q16(g) == 10'500 && total_gain_q16({~0u, 1, 0}) == ~0u &&
            total_gain_q16({~0u - 1, 0, 0}) == ~0u - 1);
    return nullptr;
}

char const* sensors_are_suspected_and_trusted() {
    const auto say = [](sensor_monitor& m, int reading, int rise) {
        return m.judge(whole(reading), whole(rise), q32_one, whole(60));
    };
    sensor_monitor stepped{sensor_limits{}, whole(15)};
    REQUIRE(say(stepped, 60, 20) == sensor_verdict::plausible && say(stepped, 75, 35) == sensor_verdict::plausible);
    REQUIRE(say(stepped, 50, 35) == sensor_verdict::jumped);
    for (int n = 0; n < 10; ++n) REQUIRE(say(stepped, 50, 35) == sensor_verdict::unconfirmed);
    sensor_monitor cold{sensor_limits{}, whole(15)};
    REQUIRE(say(cold, 14, 0) == sensor_verdict::impossible && say(cold, 15, 0) == sensor_verdict::unconfirmed);
    sensor_monitor lagging{sensor_limits{}, whole(15)};
    for (int n = 0; n < 8; ++n) REQUIRE(say(lagging, 40 + n % 2, n) == sensor_verdict::plausible);
    REQUIRE(say(lagging, 40, 9) == sensor_verdict::lagging);
    sensor_monitor stuck{sensor_limits{}, whole(15)};
    REQUIRE(say(stuck, 60, 20) == sensor_verdict::plausible && say(stuck, 60, 25) == sensor_verdict::stuck);
    for (int n = 0; n < 10; ++n) REQUIRE(say(stuck, 60, 20) == sensor_verdict::stuck);
    REQUIRE(say(stuck, 61, 21) == sensor_verdict::unconfirmed);

    // A reading that stands still while the die warms up teaches the observer, until it is found out.
    observer o = make();
    for (int n = 0; n < 20'000; ++n) o.step(60'000);
    std::int32_t reading = milli_from_q32(o.temperature());
    o.observe(reading, 0);
    const q32 scale = o.scale();
    for (int n = 0; n < 100; ++n) {
        for (int k = 0; k < 100; ++k) o.step(110'000);
        o.observe(reading, 0);
    }
    REQUIRE(o.scale() == scale && o.trust() == trust_level::nothing);
    return nullptr;
}

/// Trust returns after so many readings in a row without a reason for doubt, and a replaced sensor begins anew.
char const* confirmations_are_counted_from_the_last_suspicion() {
    sensor_limits limits;
    limits.confirmations = 3;
    const auto say = [](sensor_monitor& m, int reading, int predicted) {
        return m.judge(whole(reading), whole(20), q32_one, whole(predicted));
    };
    const auto takes_three = [say](sensor_monitor m, int reading) {
        for (int n = 0; n < 2; ++n) {
            if (say(m, reading, reading) != sensor_verdict::unconfirmed) return false;
        }
        return say(m, reading, reading) == sensor_verdict::plausible;
    };
    sensor_monitor m{limits, whole(15)};
    REQUIRE(say(m, 60, 60) == sensor_verdict::plausible);
    for (int doubts = 0; doubts < 2; ++doubts) {
        REQUIRE(say(m, 10, 60) == sensor_verdict::impossible && takes_three(m, 60));
        for (int n = 0; n < 2; ++n) REQUIRE(say(m, 60, 60) == sensor_verdict::unconfirmed);
    }
    sensor_monitor fell{limits, whole(15)};
    REQUIRE(say(fell, 80, 80) == sensor_verdict::plausible && say(fell, 30, 80) == sensor_verdict::jumped);
    for (int n = 0; n < 2; ++n) REQUIRE(say(fell, 30, 30) == sensor_verdict::unconfirmed);
    REQUIRE(say(fell, 30, 80) == sensor_verdict::unconfirmed && takes_three(fell, 30));
    fell.reset();
    REQUIRE(say(fell, 30, 80) == sensor_verdict::plausible && say(fell, 10, 80) == sensor_verdict::impossible);
    for (int n = 0; n < 2; ++n) REQUIRE(say(fell, 30, 80) == sensor_verdict::unconfirmed);
    REQUIRE(say(fell, 30, 80) == sensor_verdict::plausible);
    return nullptr;
}

/// What a sensor taught up to its last movement stays; what it taught while it stood still goes.
char const* a_stuck_sensor_leaves_what_it_taught_before() {
    observer o = make();
    for (int n = 0; n < 20'000; ++n) o.step(60'000);
    for (int n = 0; n < 50; ++n) {
        for (int k = 0; k < 10; ++k) o.step(60'000);
        o.observe(milli_from_q32(o.temperature()) + 1'500, 0);
    }
    const q32 scale = o.scale();
    const q32 offset = o.offset();
    const std::int32_t reading = milli_from_q32(o.temperature()) + 1'500;
    REQUIRE(scale > q32_one && offset > 0);
    o.observe(reading, 0);
    const q32 last_scale = o.scale();
    const q32 last_offset = o.offset();
    sensor_verdict verdict = sensor_verdict::plausible;
    for (int n = 0; n < 100 && verdict != sensor_verdict::stuck; ++n) {
        for (int k = 0; k < 100; ++k) o.step(110'000);
        verdict = o.observe(reading, 0);
    }
    REQUIRE(verdict == sensor_verdict::stuck && o.scale() == last_scale && o.offset() == last_offset);
    o.observe(milli_from_q32(o.temperature()) + 30'000, 0);
    REQUIRE(o.excess() > 0);
    o.reset_sensor();
    REQUIRE(o.excess() == 0);
    return nullptr;
}

char const* loops_are_certified() {
    const auto learning = [](std::uint32_t least, std::uint32_t most, std::uint32_t delay, std::uint32_t gain) {
        return certify_learning({least, most, delay}, gain);
    };
    REQUIRE(learning(65'536, 65'536, 1, 22'700) == stability::proven);
    REQUIRE(learning(65'536, 65'536, 1, 22'800) == stability::thin_margin);
    REQUIRE(learning(65'536, 65'536, 1, 65'600) == stability::unstable);
    REQUIRE(learning(65'536, 65'536, 3, 29'100) == stability::thin_margin &&
            learning(65'536, 65'536, 3, 29'200) == stability::unstable);
    REQUIRE(learning(6'554, 4 * 65'536, 1, 20'000) == stability::unstable);
    const pi_plant_bounds plant{q32_one / 2, q32_one / 2, q32_one / 2,
                                q32_one / 2};  // (1 - x)(1 - a + x) = .5625 at x = .25
    REQUIRE(certify_pi(plant, q32_one / 2, q32_one * 112 / 100) == stability::proven);
    REQUIRE(certify_pi(plant, q32_one / 2, q32_one * 113 / 100) == stability::unstable);
    return nullptr;
}

char const* a_budget_is_kept() {
    energy_budget one(1);
    one.open(1);
    REQUIRE(one.allowance_mw() == 1 && one.admit(1) && one.allowance_mw() == 0);
    energy_budget asked(10);
    energy_budget idle(10);
    std::uint32_t burnt = 0;
    for (int n = 0; n < 100; ++n) {
        asked.open(100);
        const std::uint32_t now = asked.admit(150) ? 150 : 0;
        burnt += now;
        asked.next_quantum(now);
        idle.open(100);
        REQUIRE(idle.allowance_mw() == 100);
        idle.next_quantum(0);
    }
    REQUIRE(burnt > 9'600 && burnt <= 10'000);
    idle.next_quantum(250);
    REQUIRE(idle.allowance_mw() == 0);
    return nullptr;
}

char const* a_price_clears() {
    for (std::uint32_t code = 0; code < 1728; ++code) {
        power_bid bids[3];
        for (std::uint32_t rest = code, i = 0; i < 3; ++i, rest /= 12) bids[i] = {rest % 4, 1 + rest / 4 % 3};
        for (std::uint32_t cap = 0; cap < 10; ++cap) {
            for (std::size_t except : {no_bidder, std::size_t{1}}) {
                const auto demand = [&](price p) {
                    std::uint32_t mw = 0;
                    for (std::size_t i = 0; i < 3; ++i) mw += i != except && bids[i].amount >= p ? bids[i].mw : 0;
                    return mw;
                };
                price least = 0;
                const std::uint32_t taken = except < 3 ? bids[except].mw : 0;  // beside the others
                if (taken > cap) {
                    REQUIRE(clearing_price(bids, cap, except).uncleared);
                    continue;
                }
                while (demand(least) + taken > cap) ++least;
                REQUIRE(clearing_price(bids, cap, except).clearing_price == least);
            }
        }
    }
    REQUIRE(next_price(100, 10, {.min_price = 90}) == 90 && next_price(100, 150, {.max_price = 130}) == 130);
    REQUIRE(next_price(100, 150, {.rise_shift = 32}) == 101 && next_price(100, 0, {.fall_shift = 32}) == 99);
    REQUIRE(next_price(100, 1'000, {}) == 201 && next_price(100, 0, {}) == 74 && next_price(100, 150, {}) == 150);
    return nullptr;
}

char const* a_model_advances_as_it_steps() {
    for (const int quanta : {1, 2, 3, 5, 64, 1'000}) {
        thermal_model<3> stepped(server, 1'000'000, 10);
        REQUIRE(stepped.rise() == 0 && stepped.coasting() == 0);
        stepped.settle(150'000);
        thermal_model<3> advanced = stepped;
        for (int n = 0; n < quanta; ++n) stepped.step(60'000);
        advanced.advance(60'000, static_cast<std::uint64_t>(quanta));
        REQUIRE(near(kelvin(stepped.rise()), kelvin(advanced.rise()), 1e-6));
        const double foreseen = kelvin(stepped.coasting()) + kelvin(stepped.warming()) * 200;
        for (int n = 0; n < 10; ++n) stepped.step(200'000);
        REQUIRE(near(kelvin(stepped.rise()), foreseen, 1e-6));
    }
    return nullptr;
}

char const* a_price_is_safe_while_the_temperature_is_unknown() {
    controller_settings<3> s{{server[0], server[1], server[2]}};
    s.idle_mw = 40'000;
    s.max_mw = 240'000;
    s.prices.safe_price = 500;
    auto c = regulator::create(s);
    REQUIRE(c);
    c->observe(40'000, 0);
    REQUIRE(c->observer().trust() != trust_level::nothing && c->reprice({}) == 0);
    for (int n = 0; n < 3'000; ++n) c->step(40'000);
    REQUIRE(c->observer().trust() == trust_level::nothing && c->reprice({}) == 500);
    const std::uint32_t safe = c->safe_mw();
    REQUIRE(!c->retarget(46'000) && c->safe_mw() == safe);  // reached by the idle power alone
    REQUIRE(c->retarget(90'000) && c->safe_mw() > safe);
    return nullptr;
}

/// A setting at its last accepted and at its first refused value.
struct limit {
    void (*set)(controller_settings<3>&, std::int64_t);
    std::int64_t accepted, refused;
    settings_fault fault;
};
#define LIMIT(member, accepted, refused, fault)                                                                     \
    limit {                                                                                                         \
        [](controller_settings<3>& s, std::int64_t v) { s.member = static_cast<decltype(s.member)>(v); }, accepted, \
            refused, settings_fault::fault                                                                          \
    }

char const* settings_are_refused_from_their_limits_on() {
    controller_settings<3> base{{server[0], server[1], server[2]}};
    base.max_mw = 240'000;
    base.plant.max_response_q16 = 65'536;
    base.prices.max_price = 10;
    constexpr limit limits[] = {
        LIMIT(quantum_ns, 1'000'000, 0, bad_quantum),
        LIMIT(window_quanta, 1, 0, bad_window),
        LIMIT(window_quanta, 10'000, 10'001, bad_window),
        LIMIT(max_mw, 240'000, 0, bad_power),
        LIMIT(max_mw, 16'777'215, 16'777'216, bad_power),
        LIMIT(idle_mw, 0, 240'000, bad_power),
        LIMIT(stages[2].resistance_uk_per_w, 99'850'000, 99'850'001, bad_resistance),
        LIMIT(plant.min_response_q16, 1, 0, bad_plant_bounds),
        LIMIT(observer.ambient_mc, 45'000, 45'001, bad_ambient),
        LIMIT(target_mc, 45'141, 45'140, bad_target),
        LIMIT(margin_mk, 0, -1, bad_margin),
        LIMIT(error_tolerance_mk, 0, -1, bad_margin),
        LIMIT(error_gain, 1'000, 1'001, bad_margin),
        LIMIT(idle_mw, 113'885, 113'886, idle_too_hot),
        LIMIT(max_mw, 12'818, 12'817, never_hot),
        LIMIT(sensor.min_mc, 39'999, 40'000, bad_sensor_range),
        LIMIT(sensor.max_mc, 85'001, 85'000, bad_sensor_range),
        LIMIT(sensor.jump_mk, 1, 0, bad_sensor_rules),
        LIMIT(sensor.still_mk, 0, -1, bad_sensor_rules),
        LIMIT(sensor.still_mk, 3'999, 4'000, bad_sensor_rules),
        LIMIT(sensor.confirmations, 1, 0, bad_sensor_rules),
        LIMIT(observer.min_scale_q16, 1, 0, bad_observer),
        LIMIT(observer.min_scale_q16, 65'536, 65'537, bad_observer),
        LIMIT(observer.max_scale_q16, 65'536, 65'535, bad_observer),
        LIMIT(observer.resolution_mk, 0, -1, bad_observer),
        LIMIT(observer.resolution_mk, 20'000, 20'001, bad_observer),
        LIMIT(observer.max_offset_mk, 0, -1, bad_observer),
        LIMIT(observer.max_offset_mk, 200'000, 200'001, bad_observer),
        LIMIT(observer.drift_uk_per_quantum, 0, -1, bad_observer),
        LIMIT(observer.drift_uk_per_quantum, 1'000'000, 1'000'001, bad_observer),
        LIMIT(observer.sensor_timeout_quanta, 1, 0, bad_timeouts),
        LIMIT(observer.sensor_timeout_quanta, 2'000, 2'001, bad_timeouts),
        LIMIT(reading_age_ms, 127, 128, history_too_short),
        LIMIT(prices.min_price, 10, 11, bad_prices),
        LIMIT(prices.safe_price, 10, 11, bad_prices),
    };
    for (limit const& l : limits) {
        auto s = base;
        l.set(s, l.accepted);
        REQUIRE(check_settings(s, 128) == settings_fault::none);
        l.set(s, l.refused);
        REQUIRE(check_settings(s, 128) == l.fault);
    }
    const auto fault_of = [&base](auto change) {
        auto s = base;
        change(s);
        return check_settings(s, 128);
    };
    REQUIRE(fault_of([](auto& s) {
                for (auto& stage : s.stages) stage = {};
            }) == settings_fault::bad_resistance);
    REQUIRE(fault_of([](auto& s) { s.observer.ambient_mc = -100'001; }) == settings_fault::bad_ambient);
    REQUIRE(fault_of([](auto& s) { s.observer.ambient_mc = -100'000; }) != settings_fault::bad_ambient);
    REQUIRE(fault_of([](auto& s) { s.target_mc = 200'001, s.sensor.max_mc = 250'000; }) == settings_fault::bad_target);
    REQUIRE(fault_of([](auto& s) { s.target_mc = 200'000, s.sensor.max_mc = 250'000; }) == settings_fault::none);
    return nullptr;
}

char const* a_cap_is_what_the_model_allows() {
    controller_settings<3> s{{server[0], server[1], server[2]}};
    s.idle_mw = 40'000;
    s.max_mw = 240'000;
    auto c = regulator::create(s);
    REQUIRE(c && c->allowance_mw() == c->cap_mw() - 40'000);
    s.gains.scale_q16 = 60'000;
    REQUIRE(!regulator::create(s));
    for (int n = 0; n < 60'000; ++n) {
        const bool opened = c->step(n % 3'000 < 2'000 ? 130'000 : 60'000);
        REQUIRE(opened == (n % 10 == 9));
        if (n % 100 == 0) c->observe(milli_from_q32(c->observer().temperature()), 0);
        if (!opened) continue;
        observer const& o = c->observer();
        const double cap = (84.86 - kelvin(o.coasting())) / kelvin(o.warming()) * 1000;
        REQUIRE(near(c->cap_mw(), cap < 40'000 ? 40'000 : cap > 240'000 ? 240'000 : cap, 2));
    }
    regulator slipped = *c;
    regulator silent = *c;
    for (int n = 0; n < 10; ++n) slipped.step(3'000'000'000u), silent.step(40'000);
    REQUIRE(slipped.power() == power_verdict::above_max && slipped.cap_mw() == silent.cap_mw());
    regulator asleep = *c;
    asleep.sleep(60'000'000'000);
    REQUIRE(asleep.observer().model().rise() < c->observer().model().rise() / 8);
    REQUIRE(!c->retarget(40'000) && c->retarget(85'000));
    regulator hot = *c;
    hot.observe(milli_from_q32(hot.observer().temperature()) + 30'000, 0);
    for (int n = 0; n < 10; ++n) hot.step(100'000);
    REQUIRE(hot.cap_mw() == 40'000);
    for (int n = 0; n < 400; ++n) hot.step(40'000);
    REQUIRE(hot.cap_mw() > 40'000);
    for (int n = 0; n < 3'000; ++n) c->step(40'000);
    REQUIRE(c->cap_mw() == c->safe_mw());
    return nullptr;
}

char const* an_observer_knows_what_its_header_says() {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        if (char const* why = an_observer_is_its_reference(seed, 3'000)) return why;
    }
    return nullptr;
}

char const* a_monitor_judges_by_its_rules() {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        if (char const* why = a_monitor_is_its_reference(seed, 2'000)) return why;
    }
    return nullptr;
}

char const* a_controller_does_what_its_header_says() {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        if (char const* why = a_controller_is_its_reference(seed, 600)) return why;
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        arithmetic,
        power_for_a_rise_is_rounded_down,
        a_model_settles_where_it_should,
        readings_teach_what_they_say,
        gains_follow_the_period_of_the_sensor,
        sensors_are_suspected_and_trusted,
        confirmations_are_counted_from_the_last_suspicion,
        a_stuck_sensor_leaves_what_it_taught_before,
        loops_are_certified,
        a_budget_is_kept,
        a_price_clears,
        settings_are_refused_from_their_limits_on,
        a_model_advances_as_it_steps,
        a_price_is_safe_while_the_temperature_is_unknown,
        a_cap_is_what_the_model_allows,
        a_controller_does_what_its_header_says,
        an_observer_knows_what_its_header_says,
        a_monitor_judges_by_its_rules,
    });
}
