// SPDX-License-Identifier: MIT
//
// A campaign: all runs of an experiment, on all cores, kept as they come.
//
//     unit i = (point, policy, seed)  ──▶  a thread runs it  ──▶  a line of the journal
//     journal.jsonl, or shard-1-of-4.jsonl ... shard-4-of-4.jsonl  ──merge──▶  results of all units, in their order
//
// A unit depends on nothing but the experiment and its number, so neither threads nor shards nor interruptions can be seen in the results. A
// journal whose process was killed may end in half a line; what is whole counts, and the rest is run again.

#pragma once

#include "sim/experiment.hpp"
#include "sim/results.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::simulator {

struct unit {
    std::size_t point;
    std::size_t policy;
    std::uint32_t seed;  ///< from 1 on
};

/// How many units there are, and which one has number `i`.
std::size_t units(experiment const& e);
unit unit_of(experiment const& e, std::size_t i);

struct shard {
    std::uint32_t index = 1;  ///< from 1 to count
    std::uint32_t count = 1;
};

/// By unit; nothing for those that are missing.
using all_results = std::vector<std::optional<run_result>>;

struct campaign_outcome {
    all_results results;      ///< of the shard's units
    std::size_t missing = 0;  ///< of those: not zero after an interruption
    std::size_t kept = 0;     ///< that an earlier call had left
    std::string error;        ///< one sentence, or empty
};

/// Runs what the journal in `folder` lacks of the shard's units. Stops early, and keeps what is done, once `stop` is set.
campaign_outcome run_campaign(experiment const& e, std::filesystem::path const& folder, shard s, unsigned threads,
                              std::atomic<bool> const& stop);

/// Reads the journals of all shards in `folder`. The error names the shard that has to be run again.
campaign_outcome merge_campaign(experiment const& e, std::filesystem::path const& folder);

}  // namespace maxwell::simulator
