// SPDX-License-Identifier: MIT
//
// In a second, whatever finds a fault in the plane. It passes with the library as it is, and must fail with every mutant of it in
// plane.txt.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/reference_plane.hpp"

#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
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
        double filtered = 1, chassis = 1;
        for (std::uint64_t now = 10 * ms; now < 5'000 * ms; now += 10 * ms) {
            const bool forced = d.below(30) == 0;
            const share_q16 share = d.below(2) == 0 ? whole_share : d.below(whole_share);
            prices.observe_load({{whole_share, 0}, now});
            const auto chassis_mc = round % 2 == 0 ? 20'000 : static_cast<std::int32_t>(30'000 + d.below(25'000));
            prices.observe_chassis({milli_celsius(chassis_mc), now});
            prices.take_headroom(0, share, forced);
            filtered = forced ? 0 : filtered + (share / 65536. - filtered) / 8;
            REQUIRE(std::abs(prices.headroom(0) / 65536. - filtered) < .001);
            prices.take_headroom(1, whole_share, false);
            prices.take_chassis(now);
            chassis += (std::clamp((50'000 - chassis_mc) / 15'000., 0., 1.) - chassis) / 8;
            REQUIRE(std::abs(prices.chassis_headroom() / 65536. - chassis) < .001);
            for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
            const share_q16 left = std::min(prices.headroom(0), prices.chassis_headroom());
            const multiplier_q16 wanted = scarcity<>.multiplier(whole_share, left);
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

/// How many bytes of the object that nobody has touched are not zero?
template <class T>
std::ptrdiff_t set_bytes() {
    static T const object{};
    auto const* first = reinterpret_cast<unsigned char const*>(&object);
    return std::count_if(first, first + sizeof(T), [](unsigned char byte) { return byte != 0; });
}

char const* untouched_objects_are_zero() {
    REQUIRE((begins_as_zero<controller<3, 128>>()));
    REQUIRE((begins_as_zero<thermal_observer<3, 128>>()) && begins_as_zero<thermal_model<3>>());
    REQUIRE(begins_as_zero<energy_budget>() && begins_as_zero<sensor_monitor>());
    // But for the lanes' safe multipliers, of one bit each.
    REQUIRE((set_bytes<headroom_prices<2, lane_count>>()) == lane_count && set_bytes<two_dies>() == lane_count);
    REQUIRE(begins_as_zero<price_schedule<4>>() && (begins_as_zero<coupling_table<3, 5>>()));
    two_dies nothing;
    nothing.sleep(5'000 * ms, {});
    const milli_celsius warm[] = {milli_celsius(60'000), milli_celsius(60'000)};
    nothing.warm_start(warm);
    REQUIRE(nothing.observe(0, {warm[0], 0}) == sensor_verdict::out_of_range);
    REQUIRE(!nothing.step(6'000 * ms, {}) && !nothing.admit(0, 1) && nothing.check_invariants());
    controller<3, 128> none;
    none.sleep(5'000 * ms);
    none.advance_window(3);
    REQUIRE(!none.retarget(80'000) && !none.admit(1));
    return nullptr;
}

char const* settings_are_refused_from_their_limits_on() {
    const auto fault_of = [](auto change) {
        settings_type s = usual();
        change(s);
        return check_plane(s, 128);
    };
    constexpr auto none = plane_fault::none;
    REQUIRE(fault_of([](settings_type& s) { s.forced_above_mk = 0; }) == none);
    REQUIRE(fault_of([](settings_type& s) { s.forced_above_mk = -1; }) == plane_fault::bad_filter);
    REQUIRE(fault_of([](settings_type& s) { s.filter_shift = 10; }) == none);
    REQUIRE(fault_of([](settings_type& s) { s.filter_shift = 11; }) == plane_fault::bad_filter);
    REQUIRE(fault_of([](settings_type& s) { s.sample_timeout_ms = 1; }) == none);
    REQUIRE(fault_of([](settings_type& s) { s.sample_timeout_ms = 0; }) == plane_fault::bad_filter);
    REQUIRE(fault_of([](settings_type& s) { s.device = 2; }) == plane_fault::bad_lane);
    REQUIRE(fault_of([](settings_type& s) { s.lane[2].die = 2; }) == plane_fault::bad_lane);
    REQUIRE(fault_of([](settings_type& s) { s.lane[3].safe_q16 = 0; }) == plane_fault::bad_lane);
    REQUIRE(fault_of([](settings_type& s) { s.lane[3].safe_q16 = 1; }) == none);
    REQUIRE(fault_of([](settings_type& s) { s.chassis.cool = s.chassis.hot; }) == none);
    REQUIRE(fault_of([](settings_type& s) { s.chassis.cool.value = s.chassis.hot.value + 1; }) ==
            plane_fault::bad_chassis);
    REQUIRE(fault_of([](settings_type& s) { s.die[1].window_quanta = 9; }) == plane_fault::unequal_dies);
    REQUIRE(fault_of([](settings_type& s) { s.die[1].quantum_ns += 1'000; }) == plane_fault::unequal_dies);
    REQUIRE(fault_of([](settings_type& s) { s.die[1].max_mw = 0; }) == plane_fault::bad_die);
    // Ten windows of 2.29 s are as slow as the coupling; a millisecond more is too much.
    const auto windows_of = [&](std::uint32_t quanta) {
        return fault_of([=](settings_type& s) { s.die[0].window_quanta = s.die[1].window_quanta = quanta; });
    };
    REQUIRE(windows_of(2'290) != plane_fault::fast_coupling && windows_of(2'291) == plane_fault::fast_coupling);
    const auto alone = [&](std::uint32_t quanta) {
        return fault_of([=](settings_type& s) {
            s.coupling[0][1] = s.coupling[1][0] = {};
            s.die[0].window_quanta = s.die[1].window_quanta = quanta;
        });
    };
    REQUIRE(alone(4'000) == none && alone(4'001) == plane_fault::unequal_dies);
    // The idle watts of both: 1.25 (.35 x + .2 * 80) reaches the 39.86 K to the setpoint between these.
    const auto idle = [&](std::uint32_t mw) {
        return fault_of([=](settings_type& s) { s.die[0].idle_mw = mw, s.die[1].idle_mw = 80'000; });
    };
    REQUIRE(idle(45'394) == none && idle(45'395) == plane_fault::idle_too_hot);
    // The neighbour's .2 / .27 of the spread of responses, plus a unit, is half of the least response.
    const auto response = [&](std::uint32_t most) {
        return fault_of([=](settings_type& s) {
            s.die[0].gains = {100, 10, 80}, s.die[0].plant.max_response_q16 = most;
        });
    };
    REQUIRE(response(82'329) == none && response(82'330) == plane_fault::unstable);
    // With it the greatest response is 106,193 of 65,536, and the gain has to be below 22,760 * 65,536 / 106,193.
    const auto gain = [&](std::uint32_t scale_q16) {
        return fault_of([=](settings_type& s) { s.die[0].gains.scale_q16 = scale_q16; });
    };
    REQUIRE(gain(14'046 - 328) == none && gain(14'047 - 328) == plane_fault::unstable);
    const auto coupling = [&](std::uint32_t resistance) {
        return fault_of([=](settings_type& s) { s.coupling[0][1].resistance_uk_per_w = resistance; });
    };
    REQUIRE(coupling(100'000'000) == plane_fault::strong_coupling &&
            coupling(100'000'001) == plane_fault::bad_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[0][0].tau_us = 1; }) == plane_fault::bad_coupling);
    REQUIRE(fault_of([](settings_type& s) { s.coupling[1][1].resistance_uk_per_w = 1; }) == plane_fault::bad_coupling);
    // A plant that is known exactly, and a neighbour whose watts warm it 16 times as much as the neighbour.
    const auto leaks = [&](std::uint32_t resistance) {
        return fault_of([=](settings_type& s) {
            for (auto& d : s.die) d.plant.min_response_q16 = d.plant.max_response_q16 = 65'536, d.idle_mw = 100;
            s.die[0].stages[2].resistance_uk_per_w = 9'000'000;
            s.coupling[0][1].resistance_uk_per_w = resistance;
        });
    };
    REQUIRE(leaks(16 * 270'000 - 1) == none && leaks(16 * 270'000) == plane_fault::unstable);
    // The weakest of all couplings, of a die without any stage that is as fast.
    REQUIRE(fault_of([](settings_type& s) {
                for (auto& stage : s.die[0].stages) stage.tau_us = 1'000'001;
                s.coupling[0][1] = {1, 1'000'000};
            }) == plane_fault::strong_coupling);
    // Couplings and a stage as slow as can be said count as equally fast.
    REQUIRE(fault_of([](settings_type& s) {
                s.coupling[0][1].tau_us = s.coupling[1][0].tau_us = s.die[0].stages[2].tau_us = ~0u;
                s.coupling[0][1].resistance_uk_per_w = 200'000;
            }) == none);
    return nullptr;
}

char const* lanes_are_known_by_kind() {
    settings_type s = usual();
    headroom_prices<2, lane_count> prices(s, 5'000 * ms);
    REQUIRE(prices.feeding_lanes() == 1 && !prices.feeding_first());
    for (std::size_t l = 0; l < lane_count; ++l) {
        REQUIRE(prices.schedule().multiplier(l, 5'000 * ms) == unit_multiplier);
        REQUIRE(prices.multiplier(l) == unit_multiplier);
    }
    REQUIRE(prices.headroom(0) == whole_share && prices.chassis_headroom() == whole_share);
    s.lane[batch] = {lane_kind::feeding, 0, unit_multiplier};
    REQUIRE((headroom_prices<2, lane_count>(s, 0).feeding_lanes()) == 5);
    // A device that is dear, beside a processor that isn't: nobody has to make room.
    std::uint64_t now = 5'000 * ms;
    for (int n = 0; n < 300; ++n) {
        now += 10 * ms;
        prices.observe_load({{0, whole_share}, now});
        prices.observe_chassis({milli_celsius(60'000), now});
        prices.take_headroom(0, whole_share, false);
        prices.take_headroom(1, 0, false);
        prices.take_chassis(now);
        for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
    }
    REQUIRE(prices.multiplier(device) > unit_multiplier * 7 && prices.multiplier(ordinary) == unit_multiplier);
    REQUIRE(!prices.feeding_first() && prices.headroom(1) == 0 && prices.chassis_headroom() == 0);
    return nullptr;
}

/// The filter to the bit, the slowest too.
char const* headroom_is_filtered_to_the_bit() {
    dice d(4);
    for (const std::uint32_t shift : {0u, 3u, 10u}) {
        settings_type s = usual();
        s.filter_shift = shift;
        headroom_prices<2, lane_count> prices(s, 0);
        std::int64_t filtered = std::int64_t{whole_share} << 12;
        for (int n = 0; n < 4'000; ++n) {
            const share_q16 share = n / 1'000 % 2 == 0 ? d.below(whole_share) : whole_share;
            prices.take_headroom(0, share, false);
            filtered += ((std::int64_t{share} << 12) - filtered) >> shift;
            REQUIRE(prices.headroom(0) == filtered >> 12);
        }
    }
    return nullptr;
}

/// A lane as dear as the limit has feeding lanes go first, and so does one that stays as dear as the lower limit.
char const* feeding_goes_first_from_a_limit_on() {
    using limits = headroom_prices<2, lane_count>;
    static constexpr coupling_table<2, 2> to_the_limits = [] {
        coupling_table<2, 2> t;
        t.set(0, 0, limits::first_until);
        t.set(1, 0, limits::first_from);
        t.set(0, 1, limits::first_until - 1);
        t.set(1, 1, limits::first_from - 1);
        return t;
    }();
    settings_type s = usual();
    s.chassis = {};
    s.lane[feeding] = {lane_kind::feeding, 0, unit_multiplier};
    headroom_prices<2, lane_count, to_the_limits> prices(s, 0);
    std::uint64_t now = 0;
    const auto first = [&](share_q16 use, share_q16 left) {
        for (int n = 0; n < 500; ++n) {
            now += 10 * ms;
            prices.observe_load({{use, use}, now});
            prices.take_headroom(0, left, left == 0);
            prices.take_headroom(1, left, false);
            prices.take_chassis(now);
            for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
        }
        return prices.feeding_first();
    };
    REQUIRE(!first(whole_share, whole_share) && first(whole_share, 0));  // a tick below, at the upper limit
    REQUIRE(first(0, 0) && !first(0, whole_share) && !first(0, 0));      // at the lower limit, below, from below
    return nullptr;
}

/// What the neighbour adds to a die's rise, by a stage of its own.
double beside(two_dies const& p, std::size_t d) {
    auto const& o = p.die(d).observer();
    return kelvin(o.temperature()) - 40 - kelvin(o.model().rise());
}

char const* windows_take_turns() {
    two_dies p = *two_dies::create(usual(), 0);
    const milliwatts idle[] = {milliwatts(40'000), milliwatts(20'000)};
    for (int k = 1; k <= 200; ++k) {
        p.step(k * ms, {});  // the idle power
        const double windows = k / 10 + (k % 10 >= 4 ? 1 : 0), other = k / 10 + (k % 10 >= 3 ? 1 : 0);
        REQUIRE(std::abs(beside(p, 0) - 4 * -std::expm1(-windows * .01 / 22.9)) < 1e-6);
        REQUIRE(std::abs(beside(p, 1) - 8 * -std::expm1(-other * .01 / 22.9)) < 1e-6);
    }
    const milliwatts much[] = {milliwatts(115'000), milliwatts(165'000)};
    std::uint64_t now = 200 * ms;
    for (int sleeps = 0; sleeps < 2; ++sleeps) {
        std::uint32_t cap[2] = {p.die(0).cap_mw(), p.die(1).cap_mw()};
        int moved[2] = {};
        for (int k = 0; k < 20'000; ++k) {
            const bool whole = p.step(now += ms, much);
            REQUIRE(whole == (k % 10 == 9));
            for (std::size_t d = 0; d < 2 && k % 100 == 0; ++d) {
                p.observe(d, {milli_celsius(milli_from_q32(p.die(d).observer().temperature())), now});
            }
            for (int d = 0; d < 2; ++d) {
                if (p.die(d).cap_mw() == cap[d]) continue;
                REQUIRE(k % 10 == d);
                cap[d] = p.die(d).cap_mw();
                ++moved[d];
            }
        }
        REQUIRE(moved[0] > 20 && moved[1] > 20);
        const double warm = beside(p, 0);
        const std::uint64_t before = now;
        now += 3'000 * ms + 300'000 * sleeps;
        p.sleep(now, idle);
        const double to = 4, left = std::exp(-3 / 22.9);
        REQUIRE(std::abs(beside(p, 0) - (to + (warm - to) * left)) < .01);
        REQUIRE(p.observe(0, {milli_celsius(60'000), before}) == sensor_verdict::out_of_range);
        const two_dies rested = p;
        p.sleep(now + ms - 1, idle);
        REQUIRE(kelvin(p.die(0).observer().temperature()) == kelvin(rested.die(0).observer().temperature()));
    }
    return nullptr;
}

/// A plane of one die is its controller.
char const* one_die_is_its_controller() {
    plane_settings<3, 1, 1> s{};
    s.die[0] = usual().die[0];
    auto p = *plane<3, 128, 1, 1>::create(s, 0);
    auto c = *controller<3, 128>::create(s.die[0]);
    p.base_price(7);
    for (int k = 1; k <= 300; ++k) {
        const milliwatts drawn[] = {milliwatts(40'000 + 100 * static_cast<std::uint32_t>(k))};
        REQUIRE(p.step(k * ms, drawn) == (k % 10 == 0));
        REQUIRE(p.prices().schedule().base_price() == (k < 10 ? 0 : 7));
        c.step(drawn[0].value);
        REQUIRE(p.die(0).observer().model().rise() == c.observer().model().rise());
    }
    return nullptr;
}

/// Above its setpoint, by less than forces prices, a die has no headroom; a plane that starts warm stays as it is.
char const* a_warm_start_stays_warm() {
    settings_type s = usual();
    s.forced_above_mk = 50'000;
    two_dies p = *two_dies::create(s, 0);
    const milli_celsius hot[] = {milli_celsius(90'000), milli_celsius(80'000)};
    const two_dies cold = p;
    p.warm_start({hot, 1});
    REQUIRE(kelvin(p.die(0).observer().temperature()) == kelvin(cold.die(0).observer().temperature()));
    p.warm_start(hot);
    for (std::size_t d = 0; d < 2; ++d) {
        REQUIRE(std::abs(kelvin(p.die(d).observer().temperature()) - hot[d].value / 1000.) < .01);
    }
    milliwatts same[2];
    for (std::size_t d = 0; d < 2; ++d) {
        auto const& m = p.die(d).observer().model();
        same[d] = milliwatts(power_for(m.rise(), m.resistance()));
    }
    for (int k = 1; k <= 1'700; ++k) {  // as long as the model alone is trusted
        p.step(k * ms, same);
        for (std::size_t d = 0; d < 2; ++d) {
            REQUIRE(std::abs(kelvin(p.die(d).observer().temperature()) - hot[d].value / 1000.) < .01);
        }
    }
    REQUIRE(p.prices().headroom(0) == 0);
    const double idle_rise = .27 * 20;
    const double whole = (s.die[1].target_mc - s.die[1].margin_mk - 40'000) / 1000. - idle_rise;
    REQUIRE(std::abs(p.prices().headroom(1) / 65536. * whole / kelvin(p.die(1).room()) - 1) < .003);
    return nullptr;
}

char const* a_controller_moves_its_target_and_its_window() {
    auto s = usual().die[0];
    s.idle_mw = 0;
    auto c = *controller<3, 128>::create(s);
    const double room = kelvin(c.room());
    REQUIRE(!c.retarget(45'000) && !c.retarget(s.sensor.max_mc) && !c.retarget(200'001) && kelvin(c.room()) == room);
    REQUIRE(c.retarget(75'000) && std::abs(room - kelvin(c.room()) - (s.target_mc - 75'000) / 1000.) < 1e-6);
    for (int k = 0; k < 10; ++k) c.step(0);
    c.advance_window(3);
    for (int k = 1; k <= 7; ++k) REQUIRE(c.step(50'000) == (k == 7));
    auto silent = c, stated = c, short_nap = c;
    silent.sleep(30 * ms);
    stated.sleep(30 * ms, 0);
    short_nap.sleep(ms - 1);
    REQUIRE(silent.observer().model().rise() == stated.observer().model().rise());
    REQUIRE(short_nap.observer().model().rise() == c.observer().model().rise());
    REQUIRE(silent.observer().model().rise() < c.observer().model().rise());
    return nullptr;
}

/// The watts at which each die stays as warm as it is.
void steady(two_dies const& p, milliwatts (&watts)[2]) {
    for (std::size_t d = 0; d < 2; ++d) {
        auto const& m = p.die(d).observer().model();
        watts[d] = milliwatts(power_for(m.rise(), m.resistance()));
    }
}

/// Headroom is taken and each lane priced once a window, however few quanta that has; so is what dies warm each other.
char const* windows_of_any_length_do_all_parts() {
    constexpr int windows = 12;
    std::uint32_t expected[4] = {};
    for (std::uint32_t quanta = 14; quanta != 0; --quanta) {
        settings_type s = usual();
        s.forced_above_mk = 50'000;
        s.die[0].window_quanta = s.die[1].window_quanta = quanta;
        two_dies p = *two_dies::create(s, 0), idle = p;
        const milli_celsius hot[] = {milli_celsius(92'000), milli_celsius(91'000)};
        p.warm_start(hot);
        milliwatts watts[2];
        steady(p, watts);
        std::uint64_t now = 0;
        for (std::uint32_t k = 1; k <= windows * quanta; ++k) {
            now += ms;
            REQUIRE(p.step(now, watts) == (k % quanta == 0));
            idle.step(now, {});
            for (std::size_t d = 0; d < 2; ++d) {
                REQUIRE(std::abs(kelvin(p.die(d).observer().temperature()) - hot[d].value / 1000.) < .01);
                const double sink = (d == 0 ? 4 : 8) * -std::expm1(-static_cast<double>(now) / 22.9e9);
                REQUIRE(std::abs(beside(idle, d) - sink) < .0051);
            }
        }
        const std::uint32_t found[] = {p.prices().headroom(0), p.prices().headroom(1), p.prices().chassis_headroom(),
                                       p.prices().multiplier(ordinary)};
        for (std::size_t i = 0; i < 4; ++i) {
            if (quanta == 14) expected[i] = found[i];
            REQUIRE(found[i] == expected[i]);
        }
        REQUIRE(std::abs(found[0] / 65536. - std::pow(.875, windows)) < .001 && found[2] == found[0]);
        REQUIRE(p.prices().multiplier(batch) == found[3] && found[3] > unit_multiplier);
        REQUIRE(p.prices().multiplier(device) > unit_multiplier);
        // A sleep in the middle of a window begins a new one.
        p.step(now += ms, watts);
        p.sleep(now += ms, watts);
        for (std::uint32_t k = 1; k <= quanta; ++k) REQUIRE(p.step(now += ms, watts) == (k == quanta));
        for (std::uint32_t k = 1; k < quanta; ++k) p.step(now += ms, watts);
        p.warm_start(hot);
        for (std::uint32_t k = 1; k <= quanta; ++k) REQUIRE(p.step(now += ms, watts) == (k == quanta));
    }
    return nullptr;
}

/// From the limit above its target on, to the last bit, a die raises its lanes at once.
char const* a_die_is_too_hot_from_a_limit_on() {
    for (const std::int32_t mc : {85'999, 86'000}) {
        settings_type s = usual();
        s.chassis = {};
        for (auto& d : s.die) d.idle_mw = d.margin_mk = 0;
        two_dies p = *two_dies::create(s, 0);
        const milliwatts idle[] = {milliwatts(0), milliwatts(0)};
        REQUIRE(p.observe(0, {milli_celsius(40'000), 0}) == sensor_verdict::plausible);
        REQUIRE(p.observe(0, {milli_celsius(mc), 0}) == sensor_verdict::jumped);  // the setpoint is lowered by the rest
        for (int k = 1; k <= 10; ++k) p.step(k * ms, idle);
        REQUIRE((p.prices().multiplier(ordinary) == 8 * unit_multiplier) == (mc == 86'000));
    }
    return nullptr;
}

/// Multipliers so small that a twentieth is less than one move by one, and end above 0.
constexpr coupling_table<2, 2> small_surface = [] {
    coupling_table<2, 2> t;
    t.set(1, 0, 45);
    return t;
}();

char const* small_multipliers_move_by_one() {
    settings_type s = usual();
    s.lane[feeding] = {lane_kind::ordinary, 0};
    s.lane[batch] = {lane_kind::feeding, 0, unit_multiplier};
    s.chassis = {};  // no sensor
    headroom_prices<2, lane_count, small_surface> prices(s, 0);
    REQUIRE(prices.feeding_lanes() == 4);
    multiplier_q16 expected = unit_multiplier;
    for (std::uint64_t k = 1; k < 800; ++k) {
        const std::uint64_t now = k * 10 * ms;
        const share_q16 use = k < 400 || k / 100 % 2 == 0 ? 0 : whole_share;
        prices.observe_load({{whole_share - use, 0}, now});
        prices.observe_load({{use, 0}, now});  // as new as the other: it counts
        prices.take_headroom(0, 0, true);
        prices.take_headroom(1, whole_share, false);
        prices.take_chassis(now);
        for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
        prices.begin(now, 1);
        const multiplier_q16 most = expected < 20 ? 1 : expected / 20;
        if (use != 0) expected = 45;  // forced, so at once
        if (use == 0) expected = expected <= most + 1 ? 1 : expected - most;
        for (const std::size_t l : {std::size_t{feeding}, std::size_t{ordinary}}) {
            REQUIRE(prices.multiplier(l) == expected && prices.schedule().multiplier(l, now) == expected);
        }
        REQUIRE(prices.multiplier(batch) == unit_multiplier && prices.chassis_headroom() == whole_share);
    }
    return nullptr;
}

/// A sample counts for exactly its time; the lanes' dearest is known when the last of them is priced.
char const* samples_count_until_they_are_too_old() {
    settings_type s = usual();
    s.lane[feeding] = {lane_kind::ordinary, 0};
    s.lane[ordinary] = {lane_kind::feeding, 0, unit_multiplier};
    s.filter_shift = 0;
    headroom_prices<2, lane_count> prices(s, 0);
    const auto window = [&](std::uint64_t now) {
        prices.take_headroom(0, whole_share, true);
        prices.take_headroom(1, whole_share, false);
        prices.take_chassis(now);
        for (std::size_t l = 0; l < lane_count; ++l) {
            const bool before = prices.feeding_first();
            prices.price_lane(l, now);
            if (l + 1 < lane_count && before != prices.feeding_first()) return false;
        }
        return true;
    };
    prices.observe_load({{0, 0}, 10 * ms});
    prices.observe_chassis({milli_celsius(20'000), 10 * ms});
    REQUIRE(window(5 * ms) && prices.chassis_headroom() == whole_share);  // a host's clock can be behind
    REQUIRE(window(2'010 * ms) && prices.chassis_headroom() == whole_share);
    REQUIRE(prices.multiplier(feeding) == unit_multiplier && !prices.feeding_first());
    REQUIRE(window(2'010 * ms + 1) && prices.chassis_headroom() == 0);
    REQUIRE(prices.multiplier(feeding) == 8 * unit_multiplier && prices.feeding_first());
    prices.observe_load({{0, 0}, 2'020 * ms});
    for (int n = 0; n < 60; ++n) REQUIRE(window(2'020 * ms));
    REQUIRE(prices.multiplier(feeding) == unit_multiplier && !prices.feeding_first());
    return nullptr;
}

char const* a_plane_hears_its_sensors_and_no_other() {
    settings_type s = usual();
    s.device = 2;
    REQUIRE(!two_dies::create(s, 0) && two_dies::create(s, 0).fault == plane_fault::bad_lane);
    two_dies p = *two_dies::create(usual(), 0);
    REQUIRE(two_dies::create(usual(), 0).fault == plane_fault::none);
    REQUIRE(!p.admit(2, 0) && !p.admit(3, 0) && p.admit(1, 1));
    REQUIRE(p.observe(2, {milli_celsius(40'000), 0}) == sensor_verdict::out_of_range);
    const milliwatts busy[] = {milliwatts(160'000), milliwatts(20'000)};
    std::int32_t was[128] = {};
    for (std::uint64_t k = 1; k <= 4'000; ++k) {
        p.step(k * ms, busy);
        p.observe_load({{0, 0}, k * ms});
        p.observe_chassis({milli_celsius(20'000), k * ms});
        was[k % 128] = milli_from_q32(p.die(0).observer().temperature());
        if (k % 50 != 0) continue;
        REQUIRE(p.observe(0, {milli_celsius(was[(k - 40) % 128]), (k - 40) * ms}) == sensor_verdict::plausible);
        REQUIRE(p.die(0).observer().scale() == q32_one);  // the reading was right, 40 quanta ago
    }
    REQUIRE(p.prices().multiplier(ordinary) == unit_multiplier && p.prices().chassis_headroom() == whole_share);
    const power_bid bids[] = {{900, 300'000}, {500, 1'000}};
    p.reprice(0, bids);
    auto alone = p.die(0);
    const price made = p.die(0).current_price();
    REQUIRE(made > 0 && alone.current_price() == made);
    p.reprice(2, bids);
    for (std::uint64_t k = 4'001; k <= 4'010; ++k) p.step(k * ms, busy);
    REQUIRE(p.prices().schedule().base_price() == made);
    // Neither die has heard of its sensor for too long: prices rise at once.
    for (std::uint64_t k = 4'011; k <= 8'000; ++k) p.step(k * ms, {});
    p.observe_chassis({milli_celsius(20'000), 8'000 * ms});
    p.observe_load({{whole_share, whole_share}, 8'000 * ms});
    for (std::uint64_t k = 8'001; k <= 8'010; ++k) p.step(k * ms, {});
    REQUIRE(p.prices().headroom(0) == 0 && p.prices().multiplier(ordinary) == 8 * unit_multiplier);
    return nullptr;
}

char const* a_plane_does_what_its_headers_say() {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        if (char const* why = a_plane_is_its_reference(seed, 400)) return why;
    }
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
        headroom_is_filtered_to_the_bit,
        feeding_goes_first_from_a_limit_on,
        a_chassis_counts_and_silence_is_scarce,
        untouched_objects_are_zero,
        settings_are_refused_from_their_limits_on,
        lanes_are_known_by_kind,
        windows_take_turns,
        one_die_is_its_controller,
        a_warm_start_stays_warm,
        windows_of_any_length_do_all_parts,
        a_die_is_too_hot_from_a_limit_on,
        small_multipliers_move_by_one,
        samples_count_until_they_are_too_old,
        a_plane_hears_its_sensors_and_no_other,
        a_controller_moves_its_target_and_its_window,
        a_plane_does_what_its_headers_say,
    });
}
