// SPDX-License-Identifier: MIT
//
// reference_observer: what an observer knows, by the library's model and monitor and plain arithmetic between them, to the last bit.
// A lockstep run compares the two after every call.

#pragma once

#include "support/dice.hpp"

#include <maxwell/thermal/thermal_observer.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace maxwell::test {

struct reference_observer {
    static constexpr std::size_t history = 16;
    using observer = thermal_observer<2, history>;

    observer_settings s;
    learning_gains gains;
    thermal_model<2> model;
    sensor_monitor monitor;
    q32 ambient = q32_from_milli(s.ambient_mc), half_cell = q32_from_milli(s.resolution_mk) / 2;
    q32 beside = 0, scale = q32_one, offset = 0, taught_scale = q32_one, taught_offset = 0, hot_error = 0, above = 0;
    std::uint32_t unheard = std::min(s.sensor_timeout_quanta, s.model_timeout_quanta), above_left = 0;
    std::vector<q32> past = std::vector<q32>(history, model.rise());

    q32 rise() const { return model.rise() + beside; }
    q32 estimate(q32 at) const { return ambient + offset + mul_q32(scale, at); }
    bool lost() const { return unheard >= s.model_timeout_quanta; }
    q32 drift() const {
        const std::int64_t late = std::int64_t{unheard} - s.sensor_timeout_quanta;
        return s.drift_uk_per_quantum * q32_one / 1'000'000 * std::max<std::int64_t>(late, 0);
    }

    void step(std::uint32_t mw) {
        model.step(mw);
        past.push_back(rise());
        unheard = std::min(unheard + 1, s.model_timeout_quanta);
        above_left -= above_left != 0;
    }
    void sleep(std::uint32_t mw, std::uint64_t quanta) {
        model.advance(mw, quanta);
        past.assign(history, rise());
        unheard = static_cast<std::uint32_t>(std::min<std::uint64_t>(unheard + quanta, s.model_timeout_quanta));
        above_left = 0;
    }
    void learn(q32 e, q32 at) {
        const auto k = static_cast<std::uint64_t>(std::clamp<q32>(at, 0, q32{16'384} << 32)) >> 16;
        const std::uint64_t divisor = (k * k >> 16) + (std::uint64_t{gains.ridge_k2} << 16);
        const q32 per_kelvin = divisor == 0 ? 0 : static_cast<q32>((k << 32) / divisor);
        scale = std::clamp(scale + mul_q32(mul_q32(q32{gains.scale_q16} << 16, e), per_kelvin),
                           q32{s.min_scale_q16} << 16, q32{s.max_scale_q16} << 16);
        const q32 most = q32_from_milli(s.max_offset_mk);
        offset = std::clamp(offset + mul_q32(q32{gains.offset_q16} << 16, e), -most, most);
        hot_error += (std::max<q32>(e, 0) - hot_error) / 4;
    }
    sensor_verdict observe(std::int32_t mc, std::uint32_t age) {
        if (age >= history) return sensor_verdict::out_of_range;
        const q32 then = past[past.size() - 1 - age], reading = q32_from_milli(mc), predicted = estimate(then);
        const sensor_verdict verdict = monitor.judge(reading, then, scale, predicted);
        above_left = 0;
        if (verdict == sensor_verdict::plausible) {
            unheard = 0;
            learn(std::clamp(predicted, reading - half_cell, reading + half_cell) - predicted, then);
        } else if (verdict == sensor_verdict::stuck) {
            scale = taught_scale;
            offset = taught_offset;
        } else if (verdict != sensor_verdict::out_of_range && reading > predicted) {
            above = reading - predicted;
            above_left = s.sensor_timeout_quanta;
        }
        if (monitor.moved()) taught_scale = scale, taught_offset = offset;
        return verdict;
    }
    void warm_start(std::int32_t mc) {
        const q32 own = std::max<q32>(q32_from_milli(mc) - estimate(beside), 0);
        model.settle(power_for(own, mul_q32(scale, model.resistance())));
        past.assign(history, rise());
    }
    void reset_sensor() {
        monitor.reset();
        above_left = 0;
        hot_error = 0;
    }
    bool is(observer const& o) const {
        const trust_level trust = lost()                               ? trust_level::nothing
                                  : unheard >= s.sensor_timeout_quanta ? trust_level::model
                                                                       : trust_level::sensor;
        return o.temperature() == estimate(rise()) && o.coasting() == estimate(model.coasting() + beside) &&
               o.warming() == mul_q32(scale, model.warming()) && o.excess() == (above_left != 0 ? above : 0) &&
               o.trust() == trust && o.drift() == drift() && o.scale() == scale && o.offset() == offset &&
               o.error_bound() == half_cell + (lost() ? 0 : hot_error) + drift() && o.check_invariants();
    }
};

/// Any calls in any order: a machine as usual, one that stays cold, and one far hotter than any sensor. Returns what differed, or null.
inline char const* an_observer_is_its_reference(std::uint64_t seed, int quanta) {
    dice d(seed);
    const std::uint32_t kind = d.below(4);
    const thermal_stage stages[2] = {{kind == 2 ? 100'000'000u : 100'000u, 20'000}, {200'000, 900'000}};
    const std::uint32_t most_mw = kind == 1 ? 30 : 240'000;
    const observer_settings s{
        .sensor_timeout_quanta = 30, .model_timeout_quanta = 20 + 70 * d.below(2), .drift_uk_per_quantum = 15'000};
    const learning_gains gains{10'617, 328, 80 * d.below(2)};
    sensor_limits limits;
    if (kind == 2) limits = {.max_mc = INT32_MAX, .jump_mk = INT32_MAX, .stuck_mk = INT32_MAX};
    thermal_model<2> model(stages, 1'000'000, 10);
    model.settle(d.below(2) * most_mw / 2);
    reference_observer::observer o(model, s, gains, limits);
    reference_observer r{s, gains, model, sensor_monitor(limits, q32{15} << 32)};
    std::uint32_t load = 0;
    std::int32_t off = 0;
    for (int n = 0; n < quanta; ++n) {
        if (!r.is(o)) return "an estimate differs";
        const std::uint32_t what = d.below(24);
        if (d.below(40) == 0) load = d.below(most_mw);
        if (d.below(60) == 0)
            off = static_cast<std::int32_t>(d.below(3) == 0 ? d.below(24'000) : 12'000 + d.below(800)) - 12'000;
        if (what < 4) {
            const std::uint32_t age = d.below(4) == 0 ? d.below(18) : d.below(3);
            const std::int32_t mc = milli_from_q32(r.estimate(r.past[r.past.size() - 1 - age % 16])) + off;
            const std::int32_t reading = d.below(60) == 0 ? 10'000 : d.below(3) == 0 ? mc : (mc + 500) / 1'000 * 1'000;
            if (o.observe(reading, age) != r.observe(reading, age)) return "a verdict differs";
        } else if (what == 4 && d.below(6) == 0) {
            const std::uint64_t asleep = d.below(120);
            o.sleep(load / 2, asleep);
            r.sleep(load / 2, asleep);
        } else if (what == 5 && d.below(6) == 0) {
            const q32 beside = q32{d.below(3)} << 31;
            o.surround(beside);
            r.beside = beside;
        } else if (what == 6 && d.below(6) == 0) {
            const auto mc = static_cast<std::int32_t>(39'000 + d.below(4) * 1'000);
            o.warm_start(mc);
            r.warm_start(mc);
        } else if (what == 7 && d.below(6) == 0) {
            o.reset_sensor();
            r.reset_sensor();
        } else {
            o.step(load);
            r.step(load);
        }
    }
    return nullptr;
}

}  // namespace maxwell::test
