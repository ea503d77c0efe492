// SPDX-License-Identifier: MIT
//
// The result of a run, as figures with names. docs/simulation.md defines each.

#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

enum class metric : std::uint8_t {
    value,
    over_best,
    over_offline,
    over_bound,
    revenue,
    jain,
    worst_jain,
    gini,
    longest_wait,
    p99_wait,
    slowdown,
    p99_slowdown,
    lag,
    busy,
    finished,
    gave_up,
    mean_temperature,
    sigma,
    overshoot,
    over_limit,
    moved,
    oscillation,
    count
};

struct metric_info {
    std::string_view key;    ///< the column in CSV
    std::string_view title;  ///< with the unit
    std::string_view definition;
    int digits;  ///< after the point, on the page
};

inline constexpr std::size_t metrics = static_cast<std::size_t>(metric::count);
inline constexpr std::array<metric_info, metrics> metric_infos = {{
    {"value", "value served, ticks a microsecond", "true value of the time that was used, over all time", 1},
    {"over_best", "value over the best choice of each decision",
     "what was chosen over the greatest values that waited and might have run there, weighted by time; of a fleet, "
     "over one market for all processors",
     4},
    {"over_offline", "value over the offline optimum",
     "against a planner who knows all arrivals (augmenting paths; exact)", 4},
    {"over_bound", "value of whole jobs over an LP bound",
     "of jobs that ended, over what no plan exceeds if jobs are worth nothing unless they end (CLP); a bound, not an "
     "optimum",
     4},
    {"revenue", "revenue over value", "payments over the true value of the time that was used", 3},
    {"jain", "Jain's index of shares", "(sum x)^2 / (n sum x^2) of owners' time by weight; 1: all equal", 4},
    {"worst_jain", "Jain's index in the worst second", "the same within each whole second; the least of them", 4},
    {"gini", "Gini coefficient of shares",
     "mean difference of owners' time by weight over twice its mean; 0: all equal", 4},
    {"longest_wait_ms", "longest wait, ms", "from runnable to running; counts who still waits at the end", 3},
    {"p99_wait_ms", "99th percentile of waits, ms", "from runnable to running, right to 12.5 %", 3},
    {"slowdown", "mean slowdown of a run", "from wake-up to the end of a run, over the run", 2},
    {"p99_slowdown", "99th percentile of slowdowns", "the same, of the slowest hundredth, right to 12.5 %", 1},
    {"lag_quanta", "worst lag, quanta", "distance of an agent from its weight's part of what all active agents used",
     2},
    {"busy", "share of time in use", "of all processors", 3},
    {"finished_per_s", "runs finished a second", "of virtual time", 0},
    {"gave_up", "share of jobs that gave up", "left at the end of their patience, of all that left", 3},
    {"mean_c", "mean temperature, C", "of the plant after the warm-up", 2},
    {"sigma_k", "its sigma, K", "standard deviation of the plant's temperature after the warm-up", 3},
    {"overshoot_k", "overshoot, K", "the highest temperature less the target, from the beginning", 2},
    {"over_limit_s", "time over the limit, s", "from the beginning", 2},
    {"moved", "share of jobs that moved", "ran on another machine than where they arrived", 3},
    {"oscillation", "swing of a machine's price, share of its mean",
     "standard deviation of a machine's price over time, over the mean price", 3},
}};

/// Of a group: shares of the whole.
struct group_share {
    double time = 0;
    double value = 0;
    double utility = 0;  ///< value less what was paid, over the value of all
};

struct sample {
    double s;
    double c;
};

struct run_result {
    std::array<double, metrics> of;  ///< NaN: doesn't apply
    std::vector<double> lorenz;      ///< of shares, at 0, 5 ... 100 % of agents
    std::vector<double> waits;       ///< percentiles 50, 90, 99, 99.9 and 100 in ms
    std::vector<sample> temperature;
    std::vector<group_share> groups;
    std::uint64_t decisions = 0;
    double ns_per_decision =
        0;                    ///< measured, the median of those that were timed: of this machine, never in results.csv
    double quanta_per_s = 0;  ///< simulated in a second of this machine, with all bookkeeping

    run_result() { of.fill(std::numeric_limits<double>::quiet_NaN()); }
    double& operator[](metric m) { return of[static_cast<std::size_t>(m)]; }
    double operator[](metric m) const { return of[static_cast<std::size_t>(m)]; }
};

}  // namespace maxwell::simulator
