// SPDX-License-Identifier: MIT
//
// What the simulator has to reach, each goal met or missed: bench/sim/goals has the experiments that say so.

#pragma once

#include <filesystem>
#include <string>

namespace maxwell::simulator {

struct goal_settings {
    std::filesystem::path experiments;  ///< folder of the goals' experiments
    std::filesystem::path work;         ///< folder for their results
    unsigned threads;
    std::string other;  ///< this program as another compiler made it; empty: not at hand
};

/// Runs what the goals ask for and prints a line for each. Returns a sentence if that can't be done, else an empty one.
std::string print_goals(goal_settings const& s);

}  // namespace maxwell::simulator
