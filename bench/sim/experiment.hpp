// SPDX-License-Identifier: MIT
//
// An experiment: agents and what they want, a machine, policies. One JSON file, read into these words.
//
//     file ──json, with the line of each key──▶ points: the file once for each combination of its sweeps ──▶ plan
//
// Whatever the file gets wrong is one sentence that names the file and the line.

#pragma once

#include <maxwell/sim/distribution.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maxwell::simulator {

/// What each owner of a group may spend, in ticks: a price times microseconds.
struct budget_settings {
    double per_ms = 0;
    double cap = 0;
    bool paced = false;  ///< the owner lowers its bids by a factor with which the budget lasts
};

/// Agents of one kind. They are there all the time, or they arrive.
struct group {
    std::string name;
    std::uint32_t agents = 0;  ///< that are there all the time; 0: they arrive
    std::uint32_t owners = 0;  ///< that they are dealt to in turn; 0: one together if they arrive, else each its own
    std::uint32_t weight = 1;  ///< of a share
    sim::distribution value = {};
    double correlation = 0;
    double bids = 1;                          ///< what an agent bids, over its value
    std::uint32_t lane = 0;                   ///< of the machine's
    std::optional<budget_settings> budget;    ///< nothing: the machine's
    bool pinned = false;                      ///< each agent to one processor, dealt in turn
    double revalue_ms = 0;                    ///< mean time until an agent's value is drawn again; 0: it stays
    std::optional<sim::distribution> run_us;  ///< how long an agent runs until it blocks or is done; nothing: for ever
    std::optional<sim::distribution> sleep_us;  ///< until it wakes again
    std::optional<sim::arrival_settings> arrive;
    std::optional<sim::distribution> patience_us;
    std::string trace;  ///< a file whose jobs arrive
    double load = 0;    ///< arrivals come as much faster or slower as gives this load; 0: as they are
};

struct thermal_settings {
    std::string plant = "server";
    std::string governor = "maxwell";
    double target_c = 85;
    double limit_c = 88;
    double publish_ms = 10;  ///< from one schedule on the price page to the next; a window of the controller is as long
    double safe = 8;         ///< how much dearer lanes get when no schedule has come for 38 ms
    double crash_s = 1e9;    ///< nothing is published from then on, warm-up included
};

struct machine_settings {
    std::uint32_t processors = 1;
    double quantum_us = 1000;
    bool together = true;    ///< all quanta begin at one time, or each processor goes its own way
    bool per_core = false;   ///< a market for each processor, with stealing, or one for all
    double decision_ns = 0;  ///< that a decision holds the lock of its market; likewise the others
    double wake_ns = 0;
    double steal_ns = 0;
    std::vector<double> lanes;              ///< their multipliers; empty: one lane
    std::optional<budget_settings> budget;  ///< of each owner whose group has none; nothing: one that never binds
    std::uint32_t from_board =
        0;  ///< bids that a decision takes from a board at the most; 0: markets are told each bid at once
    std::vector<double> speeds;  ///< of the processors, fastest first; empty: all 1
    std::optional<thermal_settings> thermal;
};

/// Many machines with a market each, and a price signal of the whole.
struct fleet_settings {
    std::uint32_t machines = 1000;
    std::uint32_t processors = 64;
    double epoch_ms = 1;
    double signal_age_ms = 1;
    double run_ms = 50;        ///< mean
    double patience_ms = 500;  ///< from arrival on
    double load = .9;          ///< of the whole, on average
    double swing = .3;         ///< each machine's load goes up and down by this share, one machine after the other
    double swing_s = 2;        ///< in this time
    double move_ms = 1;        ///< that a job which moves loses
    sim::distribution value = {};
};

/// An accelerator that sells its units batch by batch.
struct device_settings {
    std::uint32_t capacity = 256;  ///< units of a batch
    double batch_ms = 20;
    double load = .9;
    sim::distribution units = {};  ///< that a job wants, all or none
    sim::distribution run_ms = {};
    sim::distribution patience_ms = {};  ///< from arrival on
    sim::distribution value = {};        ///< of a unit for a microsecond
};

struct point {
    std::vector<std::pair<std::string, std::string>> at;  ///< swept key and its value, as text
    machine_settings machine;
    std::optional<fleet_settings> fleet;
    std::optional<device_settings> device;
    std::vector<group> groups;

    /// "processors 4, load 0.8"; "" without a sweep.
    std::string label() const;
};

struct experiment {
    std::string name;
    std::string about;
    double seconds = 1;
    double warm_up_s = 0;
    std::uint32_t seeds = 5;
    std::vector<std::string> policies;
    std::vector<std::string> show;  ///< keys of the metrics that the terminal shows; empty: a usual choice
    std::vector<point> points;
    std::string text;  ///< of the file: results of another text are not continued
};

/// The experiment, or one sentence that says what is wrong.
struct reading {
    std::optional<experiment> found;
    std::string error;
};

/// Reads `file`. Trace files are looked for beside it, too.
reading read_experiment(std::string const& file);

}  // namespace maxwell::simulator
