// SPDX-License-Identifier: MIT
//
// closed_loop: runs a governor on a plant through a load step and whatever else befalls them, and measures how it went.
//
//     time        -warm_up        0                        measured from                      seconds
//     load        before          after, or bursts
//                 |───────────────|─────────────────────────|───────────────────────────────────|
//     overshoot                   |------------------------------------------------------------>|
//     settling                    |.... first within a kelvin ....> last outside one            |
//     bias, sigma, throughput                               |---------------------------------->|
//
// Throughput is what was burnt above the idle power, over what the plant could burn for ever at the target: the thermal
// optimum. Time over the limit counts from the beginning, the warm-up included.
//
// Complexity: O(steps), some 100 ns each.

#pragma once

#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/governor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace maxwell::sim {

/// One run.
struct thermal_scenario {
    machine makers = server_machine();          ///< what the governor was told
    std::vector<double> resistance_scale = {};  ///< by stage; 1 where left out
    std::vector<double> capacity_scale = {};
    double warmer_k = 0;  ///< the air, above what the governor was told
    double target_c = 85;
    double limit_c = 88;
    double warm_up_s = 20;
    double seconds = 140;  ///< after the warm-up
    double measured_from_s = 60;
    double load_before = .3;
    std::function<double(double)> load = [](double) { return 1.; };  ///< share of the work that is wanted, by time
    double watts_error = 1;  ///< what the governor believes is burnt, over what is
    sensor_settings sensor = {};
    sensor_fault fault = sensor_fault::none;
    double fault_from_s = 60;
    double fault_to_s = 80;
    double fan_fails_s = INFINITY;  ///< from then on the last stage's resistance is fan_scale times as great
    double fan_scale = 1.6;
    std::uint64_t seed = 1;
    double step_s = .001;
};

/// How it went. Kelvin are above the target.
struct thermal_outcome {
    double overshoot_k = -INFINITY;
    double settling_s = 0;  ///< from first reaching target - 1 K to last being more than 1 K off, before measured_from
    double bias_k = 0;
    double sigma_k = 0;
    double throughput = 0;  ///< over the thermal optimum
    double over_limit_s = 0;
    double hottest_k = -INFINITY;  ///< the warm-up included
};

/// One point of a run's history.
struct thermal_sample {
    double time_s;
    double celsius;
    double watts;
    double price;
};

/// Runs `g` on `p` through the load and the sensor of `s`. `p` has step(watts), temperature(), leakage_w() and sustainable_w(celsius),
/// and `befall(p, t)` does to it what happens before the step at `t` seconds. Where `history` is given, it gets a sample each `sample_s`.
template <class Plant, class Befall>
thermal_outcome run_on(governor& g, Plant& p, thermal_scenario const& s, Befall befall,
                       std::vector<thermal_sample>* history = nullptr, double sample_s = .1) {
    sensor eye(s.sensor, s.seed);
    thermal_outcome out;
    const auto steps = static_cast<std::int64_t>(std::lround((s.warm_up_s + s.seconds) / s.step_s));
    const auto every = std::max<std::int64_t>(1, std::lround(sample_s / s.step_s));
    double total = 0, squares = 0, work = 0, optimum = 0, reached = INFINITY;
    std::int64_t measured = 0;
    for (std::int64_t k = 0; k < steps; ++k) {
        const double t = static_cast<double>(k) * s.step_s - s.warm_up_s;
        befall(p, t);
        const double demand =
            s.makers.idle_w + (s.makers.most_w - s.makers.idle_w) * (t < 0 ? s.load_before : s.load(t));
        const double watts = g.dispatch(demand, s.makers.idle_w);
        const double leaks_w = p.leakage_w();
        p.step(watts);
        g.drawn(watts + leaks_w);
        const double off = p.temperature() - s.target_c;
        out.hottest_k = std::max(out.hottest_k, off);
        if (p.temperature() > s.limit_c) out.over_limit_s += s.step_s;
        if (t >= 0) {
            out.overshoot_k = std::max(out.overshoot_k, off);
            if (off > -1) reached = std::min(reached, t);
            if (t < s.measured_from_s && t > reached && std::abs(off) > 1) out.settling_s = t - reached;
        }
        if (t >= s.measured_from_s) {
            ++measured;
            total += off;
            squares += off * off;
            work += watts - s.makers.idle_w;
            optimum += std::min(p.sustainable_w(s.target_c), demand) - s.makers.idle_w;
        }
        const bool faulty = t >= s.fault_from_s && t < s.fault_to_s;
        if (const auto reading = eye.measure(p.temperature(), faulty ? s.fault : sensor_fault::none))
            g.observe(*reading);
        if (history != nullptr && k % every == 0) history->push_back({t, p.temperature(), watts, g.current_price()});
    }
    if (measured != 0) {
        out.bias_k = total / static_cast<double>(measured);
        out.sigma_k = std::sqrt(std::max(0., squares / static_cast<double>(measured) - out.bias_k * out.bias_k));
        out.throughput = optimum > 0 ? work / optimum : 1;
    }
    return out;
}

/// Runs `g` through `s` on a ladder of the makers' numbers, scaled as `s` says.
inline thermal_outcome run_closed_loop(governor& g, thermal_scenario const& s,
                                       std::vector<thermal_sample>* history = nullptr, double sample_s = .1) {
    plant p(s.makers, s.step_s);
    const std::size_t stages = s.makers.stages.size();
    for (std::size_t i = 0; i < stages; ++i) {
        p.scale(i, i < s.resistance_scale.size() ? s.resistance_scale[i] : 1,
                i < s.capacity_scale.size() ? s.capacity_scale[i] : 1);
    }
    p.warm_air(s.warmer_k);
    bool fan_failed = false;
    const auto befall = [&](plant& it, double t) {
        if (fan_failed || t < s.fan_fails_s) return;
        it.scale(stages - 1, s.fan_scale, 1);
        fan_failed = true;
    };
    return run_on(g, p, s, befall, history, sample_s);
}

}  // namespace maxwell::sim
