// SPDX-License-Identifier: MIT
//
// What a campaign writes: CSV, the terminal's tables, and the page.

#pragma once

#include "sim/campaign.hpp"

#include <maxwell/sim/metrics.hpp>

#include <filesystem>
#include <string>

namespace maxwell::simulator {

/// results.csv, a line for each run; summary.csv, means with intervals; groups.csv, shares of groups: the same bytes for the same experiment.
/// costs.csv has what was measured on this machine. False if a file can't be written. All units have results.
bool write_csv(experiment const& e, all_results const& results, std::filesystem::path const& folder);

/// One page that needs no network; `command` is what made it. False if the file can't be written.
bool write_page(experiment const& e, all_results const& results, std::string const& command,
                std::filesystem::path const& file);

/// A table for each point.
void print_tables(experiment const& e, all_results const& results);

/// A metric of a policy at a point, over seeds; of no count if it doesn't apply.
sim::mean_interval summary_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy,
                              metric m);

/// The median over seeds of what a decision took, in nanoseconds.
double cost_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy);

}  // namespace maxwell::simulator
