// SPDX-License-Identifier: MIT
//
// In a second, whatever finds a fault in the plane. It passes with the library as it is, and must fail with every mutant of it in
// plane.txt.

#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <cmath>
#include <cstdint>

namespace maxwell::test {
namespace {

constexpr std::uint64_t ms = 1'000'000;
enum : std::size_t { feeding, ordinary, batch, device, lane_count };
using two_dies = plane<3, 128, 2, lane_count>;
using settings_type = plane_settings<3, 2, lane_count>;

settings_type usual() {
    auto s = sim::shared_sink_settings<lane_count>();
    s.lane[feeding] = {lane_kind::feeding, 0, unit_multiplier};
    s.lane[device] = {lane_kind::device, 1};
    s.chassis = {milli_celsius(35'000), milli_celsius(50'000)};
    return s;
}

double kelvin(q32 v) { return static_cast<double>(v) / static_cast<double>(q32_one); }

char const* what_cannot_be_held_is_refused() {
    const auto fault_of = [](auto change) {
        settings_type s = usual();
        change(s);
        return check_plane(s, 128);
    };
    REQUIRE(fault_of([](settings_type&) {}) == plane_fault::none);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[1][1] = {1, 1'000'000}; }) == plane_fault::bad_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[0][1].resistance_uk_per_w = 349'999; }) !=
            plane_fault::strong_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[0][1].resistance_uk_per_w = 350'000; }) ==
            plane_fault::strong_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[0][1].tau_us = 900'000; }) == plane_fault::strong_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.die[0].gains.scale_q16 = 17'000; }) == plane_fault::unstable);
    REQUIRE(fault_of([](settings_type& s) { s.die[0].idle_mw = s.die[1].idle_mw = 75'000; }) ==
            plane_fault::idle_too_hot);
    return nullptr;
}

/// The accelerator draws 200 W from a second on: what the processor's model makes of that.
char const* dies_share_heat() {
    two_dies p = *two_dies::create(usual(), 0);
    const milliwatts before[] = {milliwatts(40'000), milliwatts(20'000)};
    const milliwatts drawn[] = {milliwatts(40'000), milliwatts(200'000)};
    for (int k = 1; k <= 1'000; ++k) p.step(k * ms, before);
    for (int k = 1'001; k <= 21'000; ++k) {
        p.step(k * ms, drawn);
        if (k % 100 == 0) {  // a sensor that says what the model does
            for (std::size_t d = 0; d < 2; ++d) {
                REQUIRE(p.observe(d, {milli_celsius(milli_from_q32(p.die(d).observer().temperature())), k * ms}) ==
                        sensor_verdict::plausible);
            }
        }
    }
    const auto grown = [](double from, double to, double s, double tau) {
        return to + (from - to) * std::exp(-s / tau);
    };
    const double sink = grown(grown(0, 4, 1, 22.9), 40, 20, 22.9);
    const double own = 40 * (.15 + .2 * -std::expm1(-21 / 22.9));
    REQUIRE(std::abs(kelvin(p.die(0).observer().temperature()) - 40 - own - sink) < .1);
    // The cap leaves what the fast stages warm in a window.
    const double cap = (84.86 - kelvin(p.die(0).observer().coasting())) / kelvin(p.die(0).observer().warming()) * 1000;
    REQUIRE(std::abs(p.die(0).cap_mw() - (cap < 240'000 ? cap : 240'000)) < 1'000);
    REQUIRE(kelvin(p.die(0).observer().coasting()) > 40 + sink + own - 2.5);
    // A reading of ten quanta ago is compared with ten quanta ago, the neighbour's heat included.
    REQUIRE(std::abs(kelvin(p.die(0).observer().scale()) - 1) < 1e-6);
    REQUIRE(p.observe(0, {milli_celsius(80'000), 21'000 * ms - 128 * ms}) == sensor_verdict::out_of_range);
    // Blind: both keep room for each other at their safe caps.
    for (int k = 21'001; k <= 60'000; ++k) {
        const milliwatts at_cap[] = {milliwatts(p.die(0).cap_mw()), milliwatts(p.die(1).cap_mw())};
        p.step(k * ms, at_cap);
    }
    REQUIRE(p.die(0).room() == 0 && p.die(0).observer().trust() == trust_level::nothing);
    const double w0 = p.die(0).cap_mw() / 1000., w1 = p.die(1).cap_mw() / 1000.;
    REQUIRE(1.25 * (.35 * w0 + .2 * w1) < 40 && 1.25 * (.2 * w0 + .27 * w1) < 40);
    return nullptr;
}

char const* short_windows_price_all_lanes() {
    settings_type s = usual();
    s.die[0].window_quanta = s.die[1].window_quanta = 2;
    two_dies p = *two_dies::create(s, 0);
    const milliwatts drawn[] = {milliwatts(40'000), milliwatts(20'000)};
    for (int k = 1; k <= 400; ++k) {
        p.observe_load({{whole_share, whole_share}, k * ms});
        REQUIRE(p.step(k * ms, drawn) == (k % 2 == 0));
    }
    REQUIRE(p.prices().multiplier(ordinary) > unit_multiplier * 6);  // the chassis was never heard of
    return nullptr;
}

char const* multipliers_are_slow_and_headroom_is_filtered() {
    dice d(1);
    for (int round = 0; round < 20; ++round) {
        headroom_prices<2, lane_count> prices(usual(), 0);
        multiplier_q16 last = unit_multiplier;
        double filtered = 1;
        for (std::uint64_t now = 10 * ms; now < 5'000 * ms; now += 10 * ms) {
            const bool forced = d.below(30) == 0;
            const share_q16 share = d.below(2) == 0 ? whole_share : d.below(whole_share);
            prices.observe_load({{whole_share, 0}, now});
            prices.observe_chassis({milli_celsius(20'000), now});
            prices.take_headroom(0, share, forced);
            filtered = forced ? 0 : filtered + (share / 65536. - filtered) / 8;
            REQUIRE(std::abs(prices.headroom(0) / 65536. - filtered) < .001);
            prices.take_headroom(1, whole_share, false);
            prices.take_chassis(now);
            for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
            const multiplier_q16 wanted = scarcity<>.multiplier(whole_share, prices.headroom(0));
            const multiplier_q16 most = last + last / 20, least = last - last / 20;
            const multiplier_q16 due = wanted > most ? (forced ? wanted : most) : wanted < least ? least : wanted;
            REQUIRE(prices.multiplier(ordinary) == due && prices.multiplier(feeding) == unit_multiplier);
            REQUIRE(prices.multiplier(device) == unit_multiplier);
            last = due;
        }
    }
    return nullptr;
}

char const* a_chassis_counts_and_silence_is_scarce() {
    headroom_prices<2, lane_count> prices(usual(), 0);
    std::uint64_t now = 0;
    const auto windows = [&](int count, bool heard, std::int32_t chassis_mc, share_q16 use, share_q16 own) {
        for (int n = 0; n < count; ++n) {
            now += 10 * ms;
            if (heard) prices.observe_load({{use, use}, now});
            if (heard) prices.observe_load({{whole_share - use, whole_share - use}, now - ms});
            if (heard) prices.observe_chassis({milli_celsius(chassis_mc), now});
            prices.take_headroom(0, own, false);
            prices.take_headroom(1, whole_share, false);
            prices.take_chassis(now);
            for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
        }
    };
    windows(300, true, 51'000, whole_share, whole_share);
    REQUIRE(prices.multiplier(ordinary) > unit_multiplier * 7 && prices.feeding_first());
    REQUIRE(prices.multiplier(device) == unit_multiplier);
    windows(300, true, 20'000, whole_share, whole_share);
    REQUIRE(prices.multiplier(ordinary) < unit_multiplier / 10 * 11 && !prices.feeding_first());
    windows(600, false, 0, 0, whole_share);
    REQUIRE(prices.multiplier(ordinary) > unit_multiplier * 7);  // the chassis is silent
    settings_type open = usual();
    open.chassis = {};
    prices = {open, now};
    windows(300, true, 0, 0, 0);
    REQUIRE(prices.multiplier(ordinary) == unit_multiplier);
    windows(600, false, 0, 0, 0);
    REQUIRE(prices.multiplier(ordinary) > unit_multiplier * 7);  // the device is silent
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        what_cannot_be_held_is_refused,
        dies_share_heat,
        short_windows_price_all_lanes,
        multipliers_are_slow_and_headroom_is_filtered,
        a_chassis_counts_and_silence_is_scarce,
    });
}
