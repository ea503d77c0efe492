// SPDX-License-Identifier: MIT
//
// What a replay came to, on the terminal and as JSON.

#pragma once

#include "harness/clock.hpp"
#include "replay/replay_engine.hpp"

#include <maxwell/auction/concept.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

struct replay_options {
    std::string file;
    double load = 0.9;
    std::uint32_t quantum_us = 0;
    double budget_s = 10;
    std::string out;
    std::string filter;
};

/// A structure of the replay, by name and fidelity.
struct entrant {
    std::string_view name;
    fidelity order;
    bool budgeted;  ///< can be stopped by the time budget; only for what sorts
    bool compared;  ///< decides as all others of its fidelity do; boundaries that adapt, and draws, don't
    std::unique_ptr<replay_run> (*start)(schedule const&, double);
};

struct entry {
    entrant const* who;
    std::unique_ptr<replay_run> run;

    replay_result const& result() const { return run->result(); }
};

/// How two structures of one fidelity compare, as far as both have been led.
struct comparison {
    entry const* left = nullptr;
    entry const* right = nullptr;
    bool identical = true;
    std::uint64_t quanta = 0;  ///< compared
    bool whole = false;        ///< both came to the end
    std::string difference = {};

    /// Compares the outcomes of the last run() of both.
    void go_on();
};

void print_trace(replay_options const& o, sim::workload const& w, schedule const& plan);
void print_times(clock_facts const& clock, std::vector<entry> const& entries);
void print_outcomes(std::vector<entry> const& entries, std::uint64_t jobs);

/// Prints the verdict of each fidelity; false when two structures differ.
bool print_comparisons(std::vector<comparison> const& comparisons);

/// All of it as JSON.
void write_report(std::ostream& out, replay_options const& o, sim::workload const& w, schedule const& plan,
                  clock_facts const& clock, std::vector<entry> const& entries,
                  std::vector<comparison> const& comparisons, bool passed);

}  // namespace maxwell::bench
