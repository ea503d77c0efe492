// SPDX-License-Identifier: MIT

#pragma once

#include "harness/panel.hpp"
#include "panels/thermal/trials.hpp"

#include <string>
#include <vector>

namespace maxwell::bench {

/// A governor of a table: how it is made, and how it was tuned.
struct thermal_contender {
    std::string name;
    maker make;
    std::string tuning;
};

/// The auction first, then its rivals as documented and as tuned; those are searched for once, on the machine as stated.
std::vector<thermal_contender> const& contenders();

/// Temperature, power and price of some of them in one run, as three charts.
void add_charts(panel_result& r, std::string const& title, std::vector<std::string> const& names,
                std::vector<std::vector<sim::thermal_sample>> const& runs, double from_s, double to_s);

/// Who holds a temperature best: rivals as documented and tuned, the same runs for all.
panel_result compare_rivals(panel_context const& context);

}  // namespace maxwell::bench
