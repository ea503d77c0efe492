// SPDX-License-Identifier: MIT
//
// trials: what befalls machines whose temperature is to be held, and how a governor's runs become a row of a table. What the panels of
// thermal/ share.

#pragma once

#include "harness/panel.hpp"

#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/closed_loop.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

using sim::thermal_outcome;
using sim::thermal_scenario;

inline constexpr std::size_t usual_cores = 64;

/// Makes a governor for a scenario: each run has its own.
using maker = std::function<std::unique_ptr<sim::governor>(thermal_scenario const&)>;

inline double core_watts(thermal_scenario const& s, std::size_t cores) {
    return (s.makers.most_w - s.makers.idle_w) / static_cast<double>(cores);
}

inline maker auction_with(std::size_t cores, bool equal_bids = false) {
    return [=](thermal_scenario const& s) {
        std::vector<price> bids;
        for (std::size_t i = 0; i < cores; ++i)
            bids.push_back(static_cast<price>(equal_bids ? 500 : 1'000 - 900 * i / cores));
        return std::make_unique<sim::auction_governor>(sim::settings_for(s.makers, s.target_c), bids,
                                                       core_watts(s, cores), s.watts_error);
    };
}

/// A group of runs, of which the worst counts.
struct trial {
    std::string_view name;
    std::vector<thermal_scenario> runs;
};

/// Every resistance and every capacity is `low` or `high` times what was stated.
inline std::vector<thermal_scenario> corners(double low, double high, thermal_scenario const& base = {},
                                             unsigned stride = 1) {
    std::vector<thermal_scenario> all;
    const std::size_t stages = base.makers.stages.size();
    for (unsigned corner = 0; corner < 1u << (2 * stages); corner += stride) {
        thermal_scenario s = base;
        for (std::size_t i = 0; i < stages; ++i) {
            s.resistance_scale.push_back((corner >> i & 1) != 0 ? high : low);
            s.capacity_scale.push_back((corner >> (stages + i) & 1) != 0 ? high : low);
        }
        s.seed = 2 + corner;
        all.push_back(s);
    }
    return all;
}

inline std::vector<thermal_scenario> seeds(std::size_t count, thermal_scenario const& base = {}) {
    std::vector<thermal_scenario> all(count, base);
    for (std::size_t i = 0; i < count; ++i) all[i].seed = i + 1;
    return all;
}

inline std::vector<thermal_scenario> cold_corners() {
    std::vector<thermal_scenario> all;
    for (const double kelvin : {-5., 5.}) {
        thermal_scenario base;
        base.warmer_k = kelvin;
        base.warm_up_s = 0;
        for (thermal_scenario const& s : corners(.75, 1.25, base)) all.push_back(s);
    }
    return all;
}

inline std::vector<thermal_scenario> wrong_watts(unsigned stride) {
    std::vector<thermal_scenario> all;
    for (const double error : {.9, 1.1}) {
        thermal_scenario base;
        base.watts_error = error;
        for (thermal_scenario const& s : corners(.75, 1.25, base, stride)) all.push_back(s);
    }
    return all;
}

inline std::vector<thermal_scenario> sensor_faults() {
    using sim::sensor_fault;
    std::vector<thermal_scenario> all;
    for (const auto fault : {sensor_fault::missing, sensor_fault::stuck, sensor_fault::colder, sensor_fault::hotter,
                             sensor_fault::wild, sensor_fault::off_scale, sensor_fault::repeating}) {
        for (const double from : {-15., 0., 60.}) {
            for (const double lasts : {20., 1000.}) {
                thermal_scenario s;
                s.seconds = 100;
                s.fault = fault;
                s.fault_from_s = from;
                s.fault_to_s = from + lasts;
                s.seed = all.size() + 1;
                all.push_back(s);
            }
        }
    }
    return all;
}

inline std::vector<thermal_scenario> bursts() {
    std::vector<thermal_scenario> all;
    for (const double period : {.02, .1, .5, 2., 10.}) {
        thermal_scenario s;
        s.load = [period](double t) { return std::fmod(t, period) < period / 2 ? 1. : .1; };
        all.push_back(s);
    }
    return all;
}

inline thermal_scenario fan_failure() {
    thermal_scenario s;
    s.fan_fails_s = 80;
    return s;
}

inline std::vector<trial> trials(bool full) {
    const unsigned some = full ? 1 : 5;  // coprime to 64, so that each scale occurs both ways
    thermal_scenario stress;
    stress.makers = sim::stress_machine();
    thermal_scenario cold;
    cold.warm_up_s = 0;
    std::vector<thermal_scenario> doubled = corners(.5, 2, {}, some);
    for (thermal_scenario const& s : corners(.5, 2, cold, some)) doubled.push_back(s);
    return {{"as stated", seeds(full ? 40 : 8)},
            {"each R and C a quarter off", corners(.75, 1.25)},
            {"and air +-5 K, cold start", cold_corners()},
            {"and watts 10 % off", wrong_watts(some)},
            {"each R and C half or double", doubled},
            {"fan fails: last R x 1.6", corners(.75, 1.25, fan_failure(), some)},
            {"bursts", bursts()},
            {"sensor faults", sensor_faults()},
            {"stress plant as stated", seeds(2, stress)},
            {"stress plant, a quarter off", corners(.75, 1.25, stress)}};
}

inline thermal_outcome worst_of(maker const& make, std::vector<thermal_scenario> const& runs) {
    thermal_outcome worst;
    worst.throughput = INFINITY;
    for (thermal_scenario const& s : runs) {
        const auto g = make(s);
        const thermal_outcome o = run_closed_loop(*g, s);
        worst.overshoot_k = std::max(worst.overshoot_k, o.overshoot_k);
        worst.hottest_k = std::max(worst.hottest_k, o.hottest_k);
        worst.settling_s = std::max(worst.settling_s, o.settling_s);
        worst.sigma_k = std::max(worst.sigma_k, o.sigma_k);
        worst.over_limit_s = std::max(worst.over_limit_s, o.over_limit_s);
        worst.throughput = std::min(worst.throughput, o.throughput);
        if (std::abs(o.bias_k) > std::abs(worst.bias_k)) worst.bias_k = o.bias_k;
    }
    return worst;
}

inline std::vector<std::string> row_of(std::string_view name, std::size_t runs, thermal_outcome const& o) {
    return {std::string(name),
            fmt::format("{}", runs),
            fmt::format("{:+.2f}", o.overshoot_k),
            fmt::format("{:+.2f}", o.bias_k),
            fmt::format("{:.3f}", o.sigma_k),
            fmt::format("{:.1f}", o.settling_s),
            fmt::format("{:.4f}", o.throughput),
            fmt::format("{:.3f}", o.over_limit_s)};
}

inline const std::vector<std::string> thermal_columns{"",         "runs",        "overshoot, K", "bias, K",
                                                      "sigma, K", "settling, s", "throughput",   "over the limit, s"};

/// Some of a trial's runs, evenly.
inline trial fewer(trial t, std::size_t most) {
    std::vector<thermal_scenario> some;
    const std::size_t stride = std::max<std::size_t>(1, t.runs.size() / most);
    for (std::size_t i = 0; i < t.runs.size(); i += stride) some.push_back(t.runs[i]);
    t.runs = some;
    return t;
}

}  // namespace maxwell::bench
