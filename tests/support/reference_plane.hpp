// SPDX-License-Identifier: MIT
//
// reference_plane: caps and prices of two dies as the headers of plane and headroom_prices describe them, by the library's controllers,
// heat stages and surface, and plain arithmetic between them. A lockstep run compares the two after every call.

#pragma once

#include "support/dice.hpp"

#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <initializer_list>

namespace maxwell::test {

constexpr std::size_t plane_lanes = 4;
using plane_of_two = plane<3, 128, 2, plane_lanes>;
using settings_of_two = plane_settings<3, 2, plane_lanes>;

/// Multipliers of the lanes. Shares have 16 bits behind the point, filtered ones 28.
struct reference_prices {
    settings_of_two s;
    std::uint64_t start_ns;
    price base = 0;
    std::int64_t headroom[3] = {std::int64_t{1} << 28, std::int64_t{1} << 28, std::int64_t{1} << 28};
    bool forced[2] = {};
    timed<milli_celsius> chassis{s.chassis.hot, start_ns};
    timed<device_load> load{{whole_share, whole_share}, start_ns};
    std::int64_t multiplier[plane_lanes] = {65'536, 65'536, 65'536, 65'536};
    bool feeding_first = false;

    bool silent(std::uint64_t now_ns, std::uint64_t heard_ns) const {
        return now_ns > heard_ns && (now_ns - heard_ns) > std::uint64_t{s.sample_timeout_ms} * 1'000'000;
    }
    std::int64_t left(std::size_t i) const { return headroom[i] / 4'096; }
    void filter(std::size_t i, std::int64_t share) {
        const std::int64_t way = share * 4'096 - headroom[i], parts = std::int64_t{1} << s.filter_shift;
        headroom[i] += way >= 0 ? way / parts : -((-way + parts - 1) / parts);  // rounded down
    }
    void take_headroom(std::size_t d, std::int64_t share, bool is_forced) {
        filter(d, share);
        if (is_forced) headroom[d] = 0;
        forced[d] = is_forced;
    }
    void take_chassis(std::uint64_t now_ns) {
        const std::int64_t hot = s.chassis.hot.value, range = hot - s.chassis.cool.value;
        std::int64_t share = 65'536;
        if (range != 0) share = std::clamp<std::int64_t>((hot - chassis.value.value) * 65'536 / range, 0, 65'536);
        if (range != 0 && silent(now_ns, chassis.time_ns)) share = 0;
        filter(2, share);
    }
    void price_lane(std::size_t l, std::uint64_t now_ns) {
        const plane_lane lane = s.lane[l];
        const bool unheard = silent(now_ns, load.time_ns);
        std::int64_t use = unheard ? 65'536 : load.value.utilisation, own = left(lane.die);
        if (lane.kind == lane_kind::device) use = unheard ? 65'536 : load.value.demand;
        if (lane.kind == lane_kind::ordinary) {
            if (lane.die == s.device) use = 0;
            own = std::min(own, left(2));
        }
        std::int64_t& m = multiplier[l];
        const std::int64_t most = std::max<std::int64_t>(m / 20, 1);
        const std::int64_t wanted = scarcity<>.multiplier(static_cast<share_q16>(use), static_cast<share_q16>(own));
        const bool at_once = forced[lane.die] && wanted > m;
        if (lane.kind != lane_kind::feeding)
            m = std::max<std::int64_t>(at_once ? wanted : std::clamp(wanted, m - most, m + most), 1);
        if (l != plane_lanes - 1) return;
        std::int64_t dearest = 0;
        for (std::size_t k = 0; k < plane_lanes; ++k) {
            if (s.lane[k].kind == lane_kind::ordinary) dearest = std::max(dearest, multiplier[k]);
        }
        feeding_first = dearest >= 65'536 * (feeding_first ? 14 : 15) / 2;
    }
    bool is(headroom_prices<2, plane_lanes> const& p) const {
        bool same = p.headroom(0) == left(0) && p.headroom(1) == left(1) && p.chassis_headroom() == left(2) &&
                    p.feeding_first() == feeding_first && p.schedule().base_price() == base &&
                    p.schedule().start_ns() == start_ns;
        for (std::size_t l = 0; l < plane_lanes; ++l) {
            maxwell_price_lane const& line = p.schedule().line(l);
            same = same && p.multiplier(l) == multiplier[l] && line.multiplier_q16[0] == multiplier[l] &&
                   line.multiplier_q16[9] == multiplier[l] && line.safe_q16 == s.lane[l].safe_q16 &&
                   (p.feeding_lanes() >> l & 1) == (s.lane[l].kind == lane_kind::feeding);
        }
        return same && p.check_invariants();
    }
};

struct reference_plane {
    using regulator = controller<3, 128>;

    settings_of_two s;
    std::uint64_t now_ns;
    reference_prices prices{s, now_ns};
    regulator die[2] = {*regulator::create(s.die[0]), *regulator::create(s.die[1])};
    std::uint32_t quanta = s.die[0].window_quanta, quantum = 0;
    thermal_model<1> heat[2] = {stage(0), stage(1)};  ///< of each die, from the other
    std::deque<std::uint32_t> drawn[2] = {};          ///< in each quantum of the last window
    std::uint32_t mean[2] = {s.die[0].idle_mw, s.die[1].idle_mw};
    price base = 0;

    reference_plane(settings_of_two const& settings, std::uint64_t now) : s(settings), now_ns(now) { begin_windows(); }

    thermal_model<1> stage(std::size_t d) const {
        return {{s.coupling[d][1 - d]}, s.die[0].quantum_ns * s.die[0].window_quanta, 1};
    }
    void surround() {
        for (std::size_t d = 0; d < 2; ++d) {
            const q32 watts = q32_from_milli(static_cast<std::int32_t>(mean[1 - d]));
            die[d].surround(heat[d].rise(), mul_q32(heat[d].resistance(), watts));
        }
    }
    /// The window of die d opens in quantum d, or where windows are shorter in that modulo their length.
    void begin_windows() {
        quantum = 0;
        for (std::uint32_t d = 0; d < 2; ++d) {
            die[d].advance_window((quanta - (d + 1) % quanta) % quanta);
            drawn[d].assign(quanta, mean[d]);
        }
    }
    q32 whole_room(std::size_t d) const {
        controller_settings<3> const& c = s.die[d];
        const q32 idle =
            mul_q32(die[d].observer().model().resistance(), q32_from_milli(static_cast<std::int32_t>(c.idle_mw)));
        const q32 room =
            q32_from_milli(c.target_mc) - q32_from_milli(c.margin_mk) - q32_from_milli(c.observer.ambient_mc);
        return std::max<q32>(room - idle, 1);
    }
    void end_window_of(std::size_t d) {
        std::uint64_t sum = 0;
        for (const std::uint32_t mw : drawn[d]) sum += mw;
        mean[d] = static_cast<std::uint32_t>(sum / quanta);
        heat[1 - d].step(mean[d]);
        surround();
        const q32 room = die[d].room();
        const bool unknown = die[d].observer().trust() == trust_level::nothing;
        const auto share = static_cast<std::int64_t>(detail::int128{room} * 65'536 / whole_room(d));
        prices.take_headroom(d, std::clamp<std::int64_t>(share, 0, 65'536),
                             unknown || room <= -q32_from_milli(s.forced_above_mk));
    }
    void do_part(std::uint32_t part) {
        if (part < 4) end_window_of(part - 2);
        if (part == 4) prices.take_chassis(now_ns);
        if (part > 4) prices.price_lane(part - 5, now_ns);
    }
    bool step(std::uint64_t now, view<milliwatts const> watts) {
        now_ns = now;
        for (std::size_t d = 0; d < 2; ++d) {
            const std::uint32_t mw = d < watts.size() ? watts[d].value : s.die[d].idle_mw;
            die[d].step(mw);
            drawn[d].push_back(die[d].power() == power_verdict::plausible ? mw : die[d].cap_mw());
            drawn[d].pop_front();
        }
        const bool last = quantum == quanta - 1;
        for (std::uint32_t part = 2; part < 5 + plane_lanes; ++part) {
            if (std::min(part, quanta - 1) == quantum) do_part(part);
        }
        if (last) prices.start_ns = now, prices.base = base;
        quantum = (quantum + 1) % quanta;
        return last;
    }
    void sleep(std::uint64_t now, view<milliwatts const> watts) {
        if (now < now_ns || now - now_ns < s.die[0].quantum_ns) return;
        const std::uint64_t ns = now - now_ns;
        now_ns = now;
        for (std::size_t d = 0; d < 2; ++d) {
            mean[d] = d < watts.size() ? std::min(watts[d].value, thermal_model<1>::max_power_mw) : 0;
            heat[1 - d].advance(mean[d], ns / s.die[0].quantum_ns / quanta);
        }
        surround();
        for (std::size_t d = 0; d < 2; ++d) die[d].sleep(ns, mean[d]);
        begin_windows();
    }
    /// The watts at which each die is as warm as it reads, each found again until both explain both.
    void warm_start(view<milli_celsius const> readings) {
        if (readings.size() != 2) return;
        for (int n = 0; n < 50; ++n) {
            for (std::size_t d = 0; d < 2; ++d) {
                surround();
                die[d].warm_start(readings[d].value);
                mean[d] = power_for(die[d].observer().model().rise(), die[d].observer().model().resistance());
                heat[1 - d].settle(mean[d]);
            }
        }
        begin_windows();
    }
    sensor_verdict observe(std::size_t d, timed<milli_celsius> reading) {
        if (d >= 2) return sensor_verdict::out_of_range;
        const std::uint64_t late_ns = now_ns - std::min(now_ns, reading.time_ns), age = late_ns / s.die[0].quantum_ns;
        return age < 128 ? die[d].observe(reading.value.value, static_cast<std::uint32_t>(age))
                         : sensor_verdict::out_of_range;
    }
    bool is(plane_of_two const& p) const {
        for (std::size_t d = 0; d < 2; ++d) {
            regulator const& a = p.die(d);
            regulator const& b = die[d];
            if (a.cap_mw() != b.cap_mw() || a.allowance_mw() != b.allowance_mw() || a.room() != b.room()) return false;
            if (a.safe_mw() != b.safe_mw() || a.observer().temperature() != b.observer().temperature()) return false;
            if (a.observer().coasting() != b.observer().coasting() || a.current_price() != b.current_price())
                return false;
        }
        return prices.is(p.prices()) && p.check_invariants();
    }
};

/// Two dies whose settings all count, with windows from one quantum to longer than all parts of their work.
inline settings_of_two any_two_dies(dice& d) {
    settings_of_two s = sim::shared_sink_settings<plane_lanes>();
    const auto below = [&d](std::uint32_t n) { return static_cast<std::int32_t>(d.below(n)); };
    const std::uint32_t quanta = 1 + d.below(13), quantum_ns = d.below(8) == 0 ? 1 : 1'000'000;
    for (controller_settings<3>& die : s.die) {
        die.window_quanta = quanta;
        die.quantum_ns = quantum_ns;
        if (quantum_ns == 1) die.reading_age_ms = 0;
        die.margin_mk = 140 + below(1'000);
        die.idle_mw += d.below(100);
        die.observer.sensor_timeout_quanta = 10 + d.below(30);
        die.observer.model_timeout_quanta = 40 + d.below(30);
        die.prices = {3, 400, 1, 2, 150};
    }
    s.coupling[0][1].resistance_uk_per_w -= d.below(100'000);
    s.device = static_cast<std::uint8_t>(d.below(2));
    for (plane_lane& lane : s.lane) {
        lane = {static_cast<lane_kind>(d.below(3)), static_cast<std::uint8_t>(d.below(2)), 1 + d.below(1u << 20)};
        if (lane.kind == lane_kind::feeding) lane.safe_q16 = unit_multiplier;
    }
    if (d.below(4) != 0)
        s.chassis = {milli_celsius(d.below(3) == 0 ? 49'990 : 35'000), milli_celsius(50'000 + below(50))};
    s.filter_shift = d.below(4);
    s.forced_above_mk = below(3) * 1'000;
    s.sample_timeout_ms = 1 + d.below(40);
    return s;
}

/// Any calls in any order. Returns what differed, or null.
inline char const* a_plane_is_its_reference(std::uint64_t seed, int steps) {
    dice d(seed);
    const settings_of_two s = any_two_dies(d);
    std::uint64_t now = d.below(2) * 5'000'000;
    auto made = plane_of_two::create(s, now);
    if (!made) return "settings that count are refused";
    plane_of_two& p = *made;
    const std::uint64_t quantum_ns = s.die[0].quantum_ns;
    reference_plane r(s, now);
    std::uint32_t load[2] = {100'000, 100'000};
    for (int n = 0; n < steps; ++n) {
        if (!r.is(p)) return "a plane differs";
        const std::uint32_t what = d.below(48);
        const std::size_t i = d.below(2 + d.below(12) / 11);
        if (d.below(30) == 0) load[i % 2] = 20'000 + d.below(230'000);
        const std::uint64_t late = d.below(20) == 0 ? d.below(132) : d.below(4),
                            then = now - std::min(now, late * quantum_ns) + d.below(2);
        if (what < 8) {
            const auto off = static_cast<std::int32_t>(d.below(n % 500 < 400 ? 1'000 : 9'000));
            const milli_celsius mc(milli_from_q32(r.die[i % 2].observer().temperature()) + off);
            if (p.observe(i, {mc, then}) != r.observe(i, {mc, then})) return "a verdict differs";
        } else if (what < 12) {
            const timed<device_load> sample{{d.below(80'000), d.below(80'000)}, then};
            p.observe_load(sample);
            if (sample.time_ns >= r.prices.load.time_ns) r.prices.load = sample;
        } else if (what < 16) {
            const auto span = static_cast<std::uint32_t>(s.chassis.hot.value - s.chassis.cool.value);
            const auto mc = s.chassis.hot.value + 2 - static_cast<std::int32_t>(d.below(span + span / 4 + 5));
            const timed<milli_celsius> sample{milli_celsius(mc), then};
            p.observe_chassis(sample);
            if (sample.time_ns >= r.prices.chassis.time_ns) r.prices.chassis = sample;
        } else if (what < 18) {
            const std::uint32_t mw = d.below(120'000);
            if (p.admit(i, mw) != (i < 2 && r.die[i].admit(mw))) return "a dispatch differs";
        } else if (what == 18) {
            power_bid bids[4];
            for (power_bid& b : bids) b = {d.below(500), d.below(90'000)};
            p.reprice(i, bids);
            if (i < 2) r.base = r.die[i].reprice(bids);
        } else if (what == 19) {
            const price base = d.below(1'000);
            p.base_price(base);
            r.base = base;
        } else if (what == 20 && d.below(6) == 0) {
            const milliwatts watts[] = {milliwatts(d.below(50'000)),
                                        milliwatts(d.below(3) == 0 ? ~0u : d.below(50'000))};
            const std::uint64_t ns[] = {quantum_ns - 1, quantum_ns, d.below(9) * quantum_ns,
                                        d.below(2'000) * quantum_ns};
            const std::uint64_t until = d.below(20) == 0 ? now - std::min(now, 5 * quantum_ns) : now + ns[d.below(4)];
            const view<milliwatts const> some = view<milliwatts const>(watts).first(d.below(3));
            p.sleep(until, some);
            r.sleep(until, some);
            now = r.now_ns;
        } else if (what == 21 && d.below(6) == 0) {
            const milli_celsius mc[] = {milli_celsius(50'000 + 1'000 * static_cast<std::int32_t>(d.below(40))),
                                        milli_celsius(55'000 + 1'000 * static_cast<std::int32_t>(d.below(35)))};
            const view<milli_celsius const> some = view<milli_celsius const>(mc).first(d.below(8) == 0 ? 1 : 2);
            p.warm_start(some);
            r.warm_start(some);
        }
        if (!r.is(p)) return "a call differs";
        const milliwatts watts[] = {milliwatts(d.below(40) == 0 ? ~0u : load[0]),
                                    milliwatts(d.below(40) == 0 ? 0 : load[1])};
        const view<milliwatts const> some = view<milliwatts const>(watts).first(d.below(8) == 0 ? d.below(2) : 2);
        now += quantum_ns + d.below(2);
        if (p.step(now, some) != r.step(now, some)) return "a window differs";
    }
    return nullptr;
}

}  // namespace maxwell::test
