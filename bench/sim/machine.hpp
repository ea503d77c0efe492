// SPDX-License-Identifier: MIT
//
// One run: a machine, its agents, a policy, a seed. Virtual time only, and the same result for the same seed.
//
//     together   |== quantum ==|== quantum ==|      all processors decide at once, a job's rest of a quantum stays unused
//     apart      |== core 0 ====|== core 0 =|       each when its agent's quantum or run is over; a decision, a wake-up and a theft
//                |= core 1 =|wait|== core 1 ==|     take time under the lock of their market, and others wait for it

#pragma once

#include "sim/experiment.hpp"
#include "sim/policy.hpp"
#include "sim/results.hpp"

#include <maxwell/sim/trace/workload.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::simulator {

/// The result; nothing if `stop` was set meanwhile. `traces`: by group, the jobs of its trace.
std::optional<run_result> run_machine(experiment const& e, point const& p, policy_info const& with, std::uint64_t seed,
                                      std::vector<std::vector<sim::job>> const& traces, std::atomic<bool> const& stop);

}  // namespace maxwell::simulator
