// SPDX-License-Identifier: MIT
//
// reference_controller: the controller as its header describes it, by the library's observer and clearing price and plain arithmetic
// between them. A lockstep run compares the two after every call.

#pragma once

#include "support/dice.hpp"

#include <maxwell/thermal/controller.hpp>

#include <algorithm>
#include <cstdint>

namespace maxwell::test {

struct reference_controller {
    controller_settings<3> s;
    thermal_observer<3, 128> observer{thermal_model<3>(s.stages, s.quantum_ns, s.window_quanta), s.observer, s.gains,
                                      s.sensor};
    std::int32_t target_mc = s.target_mc;
    q32 beside = 0, distance = 0;
    std::int64_t cap = 0, safe = safe_at(target_mc), carried = 0, admitted = 0, asked = 0;
    std::uint32_t quanta = 0;
    price in_force = s.prices.min_price;
    power_verdict power = power_verdict::plausible;

    explicit reference_controller(controller_settings<3> const& settings) : s(settings) {
        open();
        admitted += s.idle_mw;
    }

    bool unknown() const { return observer.trust() == trust_level::nothing; }
    q32 setpoint(std::int32_t mc) const { return q32_from_milli(mc) - q32_from_milli(s.margin_mk); }
    q32 response(q32 v) const { return mul_q32(v, q32{s.plant.max_response_q16} << 16); }
    std::int64_t safe_at(std::int32_t mc) const {
        return power_for(setpoint(mc) - q32_from_milli(s.max_ambient_mc) - response(beside),
                         response(observer.model().resistance()));
    }
    std::int64_t allowance() const { return std::clamp<std::int64_t>(carried + cap - admitted, 0, UINT32_MAX); }
    q32 room() const { return unknown() ? 0 : setpoint(target_mc) - distance - observer.temperature(); }

    void open() {
        quanta = 0;
        const q32 error = observer.error_bound() - q32_from_milli(s.error_tolerance_mk);
        distance = observer.excess() + std::max<q32>(error, 0) * s.error_gain;
        cap = power_for(setpoint(target_mc) - distance - observer.coasting(), observer.warming());
        if (unknown()) cap = std::min(cap, safe = safe_at(target_mc));
        cap = std::clamp<std::int64_t>(cap, s.idle_mw, s.max_mw);
    }
    void end_quantum(std::int64_t drawn) {
        carried = std::clamp(carried + cap - std::max(admitted, drawn), -cap * s.window_quanta, asked);
        admitted = asked = 0;
    }
    bool admit(std::uint32_t mw) {
        asked = std::max<std::int64_t>(asked, mw);
        const bool fits = mw <= allowance();
        if (fits) admitted += mw;
        return fits;
    }
    bool step(std::uint32_t mw) {
        power = mw < s.idle_mw / 2             ? power_verdict::below_idle
                : mw > s.max_mw + s.max_mw / 4 ? power_verdict::above_max
                                               : power_verdict::plausible;
        const auto drawn = power == power_verdict::plausible ? mw : static_cast<std::uint32_t>(admitted);
        observer.step(drawn);
        end_quantum(drawn);
        const bool last = ++quanta >= s.window_quanta;
        if (last) open();
        admitted += s.idle_mw;
        return last;
    }
    void sleep(std::uint64_t ns, std::uint32_t mw) {
        if (ns < s.quantum_ns) return;
        observer.sleep(mw, ns / s.quantum_ns);
        end_quantum(0);
        open();
        admitted += s.idle_mw;
    }
    void surround(q32 now, q32 in_the_end) {
        observer.surround(now);
        beside = std::max(now, in_the_end);
    }
    bool retarget(std::int32_t mc) {
        const bool refused = mc > 200'000 || mc >= s.sensor.max_mc ||
                             setpoint(mc) <= q32_from_milli(s.max_ambient_mc) ||
                             (s.idle_mw != 0 && safe_at(mc) <= s.idle_mw);
        if (refused) return false;
        target_mc = mc;
        safe = safe_at(mc);
        return true;
    }
    price reprice(view<power_bid const> bids) {
        const auto left = static_cast<std::uint64_t>(cap - s.idle_mw);
        in_force = next_price(in_force, clearing_price(bids, left).clearing_price, s.prices);
        if (unknown()) in_force = std::max(in_force, s.prices.safe_price);
        return in_force;
    }
    bool is(controller<3, 128> const& c) const {
        return c.cap_mw() == cap && c.allowance_mw() == allowance() && c.safe_mw() == safe && c.room() == room() &&
               c.power() == power && c.current_price() == in_force &&
               c.observer().temperature() == observer.temperature() && c.observer().trust() == observer.trust();
    }
};

/// A machine with short timeouts, whose settings all count; every other one has no idle power.
inline controller_settings<3> any_machine(dice& d) {
    controller_settings<3> s{{{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}}};
    s.window_quanta = 1 + d.below(9);
    s.margin_mk = 140 + static_cast<std::int32_t>(d.below(1'000));
    s.error_tolerance_mk = 200 + static_cast<std::int32_t>(d.below(600));
    s.error_gain = 1 + d.below(5);
    s.idle_mw = d.below(2) * 40'001;
    s.max_mw = 240'003;
    s.sensor.max_mc = 190'000 + static_cast<std::int32_t>(d.below(20'000));
    s.observer.sensor_timeout_quanta = 40;
    s.observer.model_timeout_quanta = 120;
    s.observer.drift_uk_per_quantum = 20'000;
    s.plant.max_response_q16 = 65'536 + d.below(10'000);
    s.prices = {3, 400, 1, 2, 150};
    return s;
}

/// Any calls in any order. Returns what differed, or null.
inline char const* a_controller_is_its_reference(std::uint64_t seed, int quanta) {
    dice d(seed);
    const controller_settings<3> s = any_machine(d);
    auto made = controller<3, 128>::create(s);
    if (!made) return "settings that count are refused";
    controller<3, 128>& c = *made;
    reference_controller r(s);
    if (!r.is(c)) return "a new controller differs";
    std::uint32_t load = 100'000;
    for (int n = 0; n < quanta; ++n) {
        const std::uint32_t what = d.below(40);
        if (d.below(60) == 0) load = s.idle_mw + d.below(260'000);
        for (std::uint32_t asks = d.below(4); asks != 0; --asks) {
            const std::uint32_t mw = d.below(d.below(4) == 0 ? 400'000 : 120'000);
            if (c.admit(mw) != r.admit(mw)) return "a dispatch differs";
        }
        if (what < 6) {
            const auto off = static_cast<std::int32_t>(d.below(n % 1'000 < 600 ? 3'000 : 30'000)) - 1'000;
            const std::int32_t mc = milli_from_q32(r.observer.temperature()) + off;
            if (c.observe(mc, what) != r.observer.observe(mc, what)) return "a verdict differs";
        } else if (what == 6) {
            power_bid bids[8];
            for (power_bid& b : bids) b = {d.below(500), d.below(3) == 0 ? 1 : d.below(60'000)};
            if (c.reprice(bids) != r.reprice(bids)) return "a price differs";
        } else if (what == 7 && d.below(8) == 0) {
            const std::uint64_t ns = d.below(2) == 0 ? s.quantum_ns - d.below(2) : d.below(4'000'000'000);
            const std::uint32_t mw = d.below(100'000);
            c.sleep(ns, mw);
            r.sleep(ns, mw);
        } else if (what == 8) {
            std::int32_t least = s.max_ambient_mc;  // the last target that idle power alone reaches
            while (s.idle_mw != 0 && r.safe_at(least + 1) <= s.idle_mw) ++least;
            const std::int32_t edges[] = {s.sensor.max_mc, 200'001, s.max_ambient_mc + s.margin_mk + 1, least + 1};
            const std::int32_t mc = d.below(2) == 0 ? edges[d.below(4)] - static_cast<std::int32_t>(d.below(2))
                                                    : 75'000 + static_cast<std::int32_t>(d.below(20'000));
            if (c.retarget(mc) != r.retarget(mc)) return "a target differs";
        } else if (what == 9) {
            const q32 now = q32{d.below(8)} << 30, in_the_end = q32{d.below(8)} << 31;
            c.surround(now, in_the_end);
            r.surround(now, in_the_end);
        } else if (what == 10 && d.below(8) == 0) {
            c.warm_start(60'000);
            r.observer.warm_start(60'000);
            r.open();
        } else if (what == 11) {
            const std::uint32_t sooner = d.below(30);
            c.advance_window(sooner);
            r.quanta = (r.quanta + sooner) % s.window_quanta;
        } else if (what == 12) {
            c.reset_sensor();
            r.observer.reset_sensor();
        }
        if (!r.is(c)) return "a call differs";
        const std::uint32_t odd[] = {
            0, s.idle_mw / 2 - 1, s.idle_mw / 2, s.max_mw + s.max_mw / 4, s.max_mw + s.max_mw / 4 + 1, ~0u};
        const std::uint32_t mw = what >= 34 ? odd[what - 34] : std::min<std::uint32_t>(load, c.cap_mw() + 30'000);
        if (c.step(mw) != r.step(mw)) return "a window differs";
        if (!r.is(c) || !c.check_invariants()) return "a cap, an allowance, a price or an estimate differs";
    }
    return nullptr;
}

}  // namespace maxwell::test
