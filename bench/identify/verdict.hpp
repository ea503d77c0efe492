// SPDX-License-Identifier: MIT
//
// What a fit is worth, and what no machine can have recorded. Units are the usual mistake, so each sentence names the column and the unit
// that it looks like. The limits are far beyond any machine: 300 C, 100 kW, an hour, 300 K above the air, air from -60 to 100 C.

#pragma once

#include "identify/fit.hpp"
#include "identify/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace maxwell::bench {

/// What is impossible about the recording itself; empty where nothing is.
inline std::string impossible_readings(std::vector<recorded> const& r) {
    const auto hottest = std::max_element(r.begin(), r.end(), [](auto& a, auto& b) { return a.celsius < b.celsius; });
    const auto coldest = std::min_element(r.begin(), r.end(), [](auto& a, auto& b) { return a.celsius < b.celsius; });
    const auto most = std::max_element(r.begin(), r.end(), [](auto& a, auto& b) { return a.watts < b.watts; });
    if (hottest->celsius > 1000 && coldest->celsius > 1000) {
        return fmt::format(
            "temperatures of {:.0f} degrees Celsius look like millidegrees: divide the third column by 1,000",
            hottest->celsius);
    }
    if (hottest->celsius > 300) return fmt::format("no machine is {:.0f} degrees Celsius hot", hottest->celsius);
    if (coldest->celsius < -100) return fmt::format("no machine is {:.0f} degrees Celsius cold", coldest->celsius);
    if (most->watts > 1e8)
        return fmt::format("a power of {:.0f} W looks like microwatts: divide the second column by 1,000,000",
                           most->watts);
    if (most->watts > 1e5)
        return fmt::format("a power of {:.0f} W looks like milliwatts: divide the second column by 1,000", most->watts);
    return {};
}

/// What is impossible about the machine that was fitted; empty where nothing is.
inline std::string impossible_machine(std::vector<recorded> const& r, thermal_fit const& fit) {
    const double slowest = fit.stages.back().tau_s;
    if (slowest > 3.6e6)
        return fmt::format("a time constant of {:.0f} s looks like microseconds: divide the first column by 1,000,000",
                           slowest);
    if (slowest > 3600)
        return fmt::format("a time constant of {:.0f} s looks like milliseconds: divide the first column by 1,000",
                           slowest);
    double total = 0;
    double most = 0;
    for (fitted_stage const& s : fit.stages) total += s.k_per_w;
    for (recorded const& line : r) most = std::max(most, line.watts);
    if (total * most > 300) {
        return fmt::format(
            "{:.4g} K/W would make {:.0f} K of the {:.0f} W recorded, and no machine is so hot: are the columns "
            "seconds, watts, degrees Celsius?",
            total, total * most, most);
    }
    if (fit.surroundings_c < -60 || fit.surroundings_c > 100) {
        return fmt::format(
            "the air would have {:.0f} C: are the columns seconds, watts, degrees Celsius, and does the recording "
            "begin "
            "in a steady state?",
            fit.surroundings_c);
    }
    return {};
}

/// Is something left in the residuals that another stage would explain?
inline bool is_unexplained(thermal_fit const& fit) { return fit.whiteness > .5; }

/// How far the fit is to be trusted; `marked` is whether one of its stages is.
inline std::string verdict(thermal_fit const& fit, bool marked) {
    if (fit.explained < .9) return "poor: don't use it";
    if (is_unexplained(fit)) return "doubtful: something is not explained, another stage or moving air";
    return marked ? "usable; look at the stages that are marked" : "good";
}

}  // namespace maxwell::bench
