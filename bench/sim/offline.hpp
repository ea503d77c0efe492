// SPDX-License-Identifier: MIT
//
// best_plan: what jobs that can wait would have been worth to a planner that knows all arrivals.
//
// Complexity: optimum.hpp's, and a linear program where jobs are longer than a slot.

#pragma once

#include "sim/lp_bound.hpp"
#include "sim/population.hpp"

#include <maxwell/sim/optimum.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace maxwell::simulator {

struct planned {
    double divisible = 0;  ///< each slot that a job gets is worth its value: the optimum
    double whole = 0;      ///< a job is worth nothing unless it ends: a bound, where that differs and CLP is there
};

/// In ticks, of all `jobs` that arrived until `end_ns`. 0 where that isn't known exactly: unless every agent is a job that can wait, all
/// processors are equally fast and decide together, and everything counts from the beginning.
inline planned best_plan(experiment const& e, point const& p, std::vector<arrival> const& jobs, std::uint64_t end_ns) {
    auto const& speeds = p.machine.speeds;
    const bool all_wait =
        std::all_of(p.groups.begin(), p.groups.end(), [](group const& g) { return g.patience_us.has_value(); });
    const bool equal = std::all_of(speeds.begin(), speeds.end(), [](double s) { return s == 1; });
    if (!all_wait || !equal || !p.machine.together || e.warm_up_s > 0 || p.machine.thermal) return {};
    const std::uint64_t quantum_ns = as_ns(p.machine.quantum_us);
    const auto slot_at = [quantum_ns](std::uint64_t ns) {
        return static_cast<std::uint32_t>((ns + quantum_ns - 1) / quantum_ns);
    };
    std::vector<sim::window_job> windows;
    for (arrival const& a : jobs) {
        const std::uint32_t last =
            std::min(static_cast<std::uint32_t>((a.at_ns + a.patience_ns) / quantum_ns), slot_at(end_ns));
        windows.push_back(
            {slot_at(a.at_ns), last, static_cast<std::uint32_t>(a.run_ns / quantum_ns), static_cast<double>(a.value)});
    }
    const double slot_us = static_cast<double>(quantum_ns) * 1e-3;
    planned best{sim::best_of_windows(windows, p.machine.processors) * slot_us, 0};
    if (std::any_of(windows.begin(), windows.end(), [](sim::window_job const& j) { return j.length > 1; }))
        best.whole = bound_of_whole_jobs(windows, p.machine.processors).value_or(0) * slot_us;
    return best;
}

}  // namespace maxwell::simulator
