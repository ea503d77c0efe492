// SPDX-License-Identifier: MIT
//
// decision_trace: a market's decisions as a Chrome trace, the JSON that Perfetto (ui.perfetto.dev) and chrome://tracing open.
//
//     take_from(m.counts())   each 1,024 decisions at the latest: what was decided since the last call
//     write(out)              one track for each core, one slice for each quantum, from its decision to the core's next one
//
//     { "traceEvents": [ { "name": "agent 3", "ph": "X", "pid": 0, "tid": 1, "ts": 1200.5, "dur": 100.0,
//                          "args": { "lane": 0, "amount": 900, "payment": 870, "waited_us": 340.2, "generation": 0 } }, ... ] }
//
// Times are microseconds, as the format requires. A quantum in which no agent runs is a slice named after its reason.

#pragma once

#include <maxwell/market/tally.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace maxwell::host {

/// The reason why no agent runs, in one word; "running" if one does.
inline char const* name_of(quiet why) noexcept {
    switch (why) {
        case quiet::nothing:
            return "running";
        case quiet::idle:
            return "idle";
        case quiet::reserve:
            return "below the reserve";
        case quiet::power:
            return "power cap";
        case quiet::closed:
            return "closed";
    }
    return "unknown";
}

class decision_trace {
public:
    /// Takes in the decisions that `counts` has recorded since the last call, and returns how many were lost: the oldest, if there
    /// were more than it keeps.
    template <std::size_t Lanes>
    std::uint64_t take_from(tally<Lanes> const& counts) {
        std::uint64_t fresh = counts.decisions() - taken_;
        taken_ = counts.decisions();
        const std::uint64_t lost = fresh > tally<Lanes>::remembered ? fresh - tally<Lanes>::remembered : 0;
        for (std::uint64_t ago = fresh - lost; ago-- > 0;)
            records_.push_back(counts.last(static_cast<std::size_t>(ago)));
        return lost;
    }

    std::size_t size() const noexcept { return records_.size(); }

    /// The trace as JSON. A core's last decision has no end yet and is left out.
    nlohmann::json json() const {
        nlohmann::json events = nlohmann::json::array();
        std::map<std::uint8_t, decision_record> open;  // by core
        for (decision_record const& r : records_) {
            const auto before = open.find(r.core);
            if (before != open.end()) events.push_back(slice(before->second, r.at_ns));
            open[r.core] = r;
        }
        return {{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}};
    }
    void write(std::ostream& out) const { out << json().dump() << '\n'; }

private:
    static double us(std::uint64_t ns) { return static_cast<double>(ns) / 1000; }

    static nlohmann::json slice(decision_record const& r, std::uint64_t end_ns) {
        nlohmann::json e = {{"ph", "X"},         {"cat", "quantum"},
                            {"pid", 0},          {"tid", r.core},
                            {"ts", us(r.at_ns)}, {"dur", end_ns > r.at_ns ? us(end_ns - r.at_ns) : 0.0}};
        if (r.why != quiet::nothing) {
            e["name"] = name_of(r.why);
            return e;
        }
        e["name"] = "agent " + std::to_string(slot_of(r.agent));
        e["args"] = {{"lane", r.lane},
                     {"amount", r.amount},
                     {"payment", r.payment},
                     {"waited_us", us(r.waited_ns)},
                     {"generation", generation_of(r.agent)}};
        return e;
    }

    std::vector<decision_record> records_;
    std::uint64_t taken_ = 0;
};

}  // namespace maxwell::host
