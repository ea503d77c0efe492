// SPDX-License-Identifier: MIT
//
// bound_of_whole_jobs: no plan is worth more, of jobs that are worth nothing unless they get their whole length. A bound, not an optimum:
// finding that is NP-hard. A linear program, solved by CLP (COIN-OR).
//
//     z_j      the part of job j that counts, 0 .. 1           greatest   sum of value_j length_j z_j
//     x_js     what it gets of slot s of its window            with       sum over s of x_js = length_j z_j
//                                                                         sum over j of x_js <= processors
//                                                                         x_js <= z_j
//
// The last line is what whole jobs have over divisible ones, whose optimum best_of_windows finds: half a job may fill half a slot, not
// a whole one. With lengths of 1 the bound is the optimum, as bipartite matchings are integral.

#pragma once

#include <maxwell/sim/optimum.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::simulator {

/// Slots of all windows together, for which the program is solved in seconds.
inline constexpr std::size_t most_bound_slots = 10'000;

/// Is this program built with CLP?
bool has_clp();

/// Nothing without CLP, or with more than most_bound_slots.
std::optional<double> bound_of_whole_jobs(std::vector<sim::window_job> const& jobs, std::uint32_t processors);

}  // namespace maxwell::simulator
