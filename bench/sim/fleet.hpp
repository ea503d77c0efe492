// SPDX-License-Identifier: MIT
//
// A fleet: many machines with a market each, coarse-grained, and price signals that are old. How far does the design carry beyond one machine?
//
//     jobs ──home──▶ machine m: the best `processors` of its jobs run in an epoch; its price is the least of their values, 0 with room
//                      │ prices, every signal_age_ms
//                      ▼
//     signal: each machine's price, and the price at which the whole fleet would clear       read by jobs that arrive or wait
//
//     stay at home          no signal
//     cheaper of two        an arriving job looks at its home and at one other machine
//     cheapest of all       an arriving job goes where the signal is lowest
//     leave if dear         a job that its home's price bars, and that the whole's price does not, moves to a machine drawn at random
//     one market            all processors in one: what there is to be had
//
// Load moves through the fleet as day and night do. A move takes a while, and patience ends. One number for the whole is enough for `leave if
// dear`; the two others read a number for each machine.

#pragma once

#include "sim/experiment.hpp"
#include "sim/results.hpp"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

enum class fleet_policy : std::uint8_t { stay, two, cheapest, leave, one };

struct fleet_policy_info {
    std::string_view name;
    std::string_view about;
    fleet_policy kind;
};
std::vector<fleet_policy_info> const& fleet_policies();

/// One run; nothing if `stop` was set meanwhile.
std::optional<run_result> run_fleet(experiment const& e, point const& p, fleet_policy with, std::uint64_t seed,
                                    std::atomic<bool> const& stop);

}  // namespace maxwell::simulator
