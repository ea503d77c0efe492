// SPDX-License-Identifier: MIT
//
// How often watch.hpp raises an alarm where no ring is: on replayed traces. There values drift, and successive awards are alike: a job that
// waits bids more each quantum, one that runs goes on winning. An award drawn anew each time, which the promise is about, is not like that.

#include "audit/claim.hpp"
#include "replay/replay_engine.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/watch.hpp>
#include <maxwell/sim/trace/job_store.hpp>
#include <maxwell/sim/trace/read.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace maxwell::audit {
namespace {

using replayed_market = tournament_tree<bench::replay_capacity>;
using trace_watch = watch<bench::replay_capacity>;

struct trace {
    sim::job_store jobs;
    std::uint32_t processors = 1;
};

std::shared_ptr<trace> read(std::string const& file) {
    const auto t = std::make_shared<trace>();
    const sim::reading found = sim::read_trace(file, [&](sim::job const& j) { t->jobs.add(j); });
    if (!found) throw std::runtime_error(found.error);
    if (!t->jobs.finish()) throw std::runtime_error(t->jobs.error());
    if (t->jobs.size() == 0) throw std::runtime_error(fmt::format("{} is without a single job", file));
    t->processors = found.work->processors;
    return t;
}

/// Replays the trace at a load of .9, with quanta so short that its jobs take about `awards` of them.
finding count_alarms(trace const& t, std::size_t awards) {
    constexpr double load = .9;
    const std::uint64_t service_us = bench::make_schedule(t.jobs, t.processors, load, 0).service_us;
    const auto quantum_us = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(service_us / awards, 1, 0xFFFF'FFFFu));
    const bench::schedule plan = bench::make_schedule(t.jobs, t.processors, load, quantum_us);
    const auto w = std::make_unique<trace_watch>();
    const auto run = bench::start_replay<replayed_market>(plan, 0);
    while (!run->over()) {
        run->run(1 << 16);
        for (bench::outcome const& o : run->outcomes()) w->observe({{o.winner, o.amount, 1}, o.payment});
    }
    const std::uint64_t learnt = std::min(w->awards(), trace_watch::awards_to_learn);
    const std::uint64_t alarms = w->price_gap_alarms() + w->rotation_alarms();
    finding found{w->awards() - learnt, alarms, 0, {}};
    if (found.cases != 0) found.worst = 1e6 * static_cast<double>(alarms) / static_cast<double>(found.cases);
    found.example = fmt::format("quanta of {} us: {} alarms of the gap and {} of rotation in {} awards after learning",
                                quantum_us, w->price_gap_alarms(), w->rotation_alarms(), found.cases);
    return found;
}

/// The file's name as a part of a claim's: up to its first dot, words joined by `_`.
std::string word_of(std::string const& file) {
    std::string name = std::filesystem::path(file).filename().string();
    name.resize(std::min(name.size(), name.find('.')));
    std::replace_if(
        name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

claim alarms_on(std::string const& file, bool shipped) {
    return {
        "rings",
        "alarms_on_" + word_of(file),
        "On a replayed trace, where values drift and successive awards are alike, the watch raises alarms without a "
        "ring.",
        fmt::format("{} at a load of 0.9; tournament_tree, both alarms, after learning",
                    std::filesystem::path(file).filename().string()),
        {},
        "alarms in 10^6 awards",
        [t = read(file)](effort e) { return count_alarms(*t, pick(e, 1 << 18, 1 << 20, 1 << 22)); },
        {},
        !shipped};
}

}  // namespace

std::vector<claim> claims_on_traces(std::vector<std::string> const& files) {
    std::vector<claim> all;
    for (char const* shipped : {MAXWELL_TRACES "/build.trace.gz", MAXWELL_TRACES "/bursts.csv.gz"})
        all.push_back(alarms_on(shipped, true));
    for (std::string const& file : files) all.push_back(alarms_on(file, false));
    return all;
}

}  // namespace maxwell::audit
