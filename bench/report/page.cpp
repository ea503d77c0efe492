// SPDX-License-Identifier: MIT
//
// results.json, and the page that shows the same.

#include "report/embed.hpp"
#include "report/report.hpp"
#include "report/words.hpp"

#include "report_page.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace maxwell::bench {
namespace {

using nlohmann::json;

json to_json(panel_outcome const& p) {
    json tables = json::array();
    for (panel_table const& t : p.found.tables) {
        tables.push_back({{"title", t.title}, {"head", t.head}, {"rows", t.rows}, {"note", t.note}});
    }
    json charts = json::array();
    for (panel_chart const& c : p.found.charts) {
        json lines = json::array();
        for (panel_line const& l : c.lines)
            lines.push_back({{"name", l.name}, {"x", l.x}, {"y", l.y}, {"labels", l.labels}});
        charts.push_back({{"title", c.title},
                          {"x", c.x},
                          {"y", c.y},
                          {"logarithmic_x", c.logarithmic_x},
                          {"logarithmic_y", c.logarithmic_y},
                          {"points", c.points},
                          {"lines", lines}});
    }
    return {{"name", p.what.name},
            {"about", p.what.about},
            {"tables", tables},
            {"charts", charts},
            {"notes", p.found.notes}};
}

json counters_of(outcome const& o) {
    json j{{"mean_ns", o.mean_ns},
           {"p50_ns", o.p50_ns},
           {"p99_ns", o.p99_ns},
           {"p999_ns", o.p999_ns},
           {"samples", o.samples}};
    if (o.instructions >= 0) {
        j["instructions"] = o.instructions;
        j["l1_misses"] = o.l1_misses;
        j["last_level_misses"] = o.last_level_misses;
    }
    return j;
}

/// What maxwell_replay wrote, or null.
json replayed(std::filesystem::path const& file) {
    if (file.empty()) return nullptr;
    std::ifstream in(file);
    json found = json::parse(in, nullptr, false);
    return found.is_discarded() ? nullptr : found;
}

json to_json(results const& r) {
    surroundings const& w = r.where;
    json context{{"date", w.date},
                 {"host_name", w.host},
                 {"executable", "maxwell_bench"},
                 {"num_cpus", std::thread::hardware_concurrency()},
                 {"cpu", w.cpu},
                 {"kernel", w.kernel},
                 {"compiler", w.compiler},
                 {"compile_flags", w.flags},
                 {"git_commit", w.commit},
                 {"load_before", w.load_before},
                 {"load_after", w.load_after},
                 {"clock", clock_name},
                 {"timer_floor_ns", w.clock.floor_ns()},
                 {"timer_floor_p99_ns", w.clock.ns(w.clock.floor_p99_ticks)},
                 {"counts_from", w.counts_from},
                 {"notes", w.notes},
                 {"disturbances", w.disturbances},
                 {"seconds", w.seconds}};
    json benchmarks = json::array();
    json all_structures = json::array();
    std::vector<structure_info const*> seen;
    for (case_result const& c : r.cases) {
        structure_info const* s = c.spec.structure;
        const auto memory = r.memory_of(s->name);
        if (std::find(seen.begin(), seen.end(), s) == seen.end()) {
            seen.push_back(s);
            json j{{"name", s->name},
                   {"about", s->about},
                   {"from", static_cast<int>(s->from)},
                   {"order", s->from == origin::harness ? "none" : order_name(s->order)},
                   {"fifo", s->keeps_fifo},
                   {"generations", s->keeps_generations},
                   {"critical_payment", s->critical_payment},
                   {"passed_differential_test", !c.failed}};
            if (memory) j.update({{"bytes_per_agent", memory->bytes_per_agent}, {"fixed_bytes", memory->fixed_bytes}});
            all_structures.push_back(j);
        }
        if (!c.timed()) continue;
        json entry{{"name", fmt::format("{}_median", c.name)},
                   {"run_name", c.name},
                   {"run_type", "aggregate"},
                   {"aggregate_name", "median"},
                   {"aggregate_unit", "time"},
                   {"repetitions", c.repetitions.size()},
                   {"threads", 1},
                   {"iterations", c.repetitions.size()},
                   {"real_time", c.median.mean_ns},
                   {"cpu_time", c.median.mean_ns},
                   {"time_unit", "ns"},
                   {"workload", c.spec.title()},
                   {"structure", s->name},
                   {"distribution", name_of(c.spec.amounts)},
                   {"agents", c.spec.agents},
                   {"capacity", c.spec.capacity()}};
        entry.update(counters_of(c.median));
        if (memory) entry.update({{"bytes_per_agent", memory->bytes_per_agent}, {"fixed_bytes", memory->fixed_bytes}});
        json means = json::array();
        for (outcome const& o : c.repetitions) means.push_back(o.mean_ns);
        entry["mean_ns_of_repetitions"] = means;
        benchmarks.push_back(entry);
    }
    json judged = json::array();
    for (judged_goal const& g : judge_all(r)) {
        judged.push_back(
            {{"structure", g.subject}, {"goal", g.text}, {"measured", g.figures}, {"verdict", name_of(g.outcome)}});
    }
    json worst = json::array();
    for (worst_result const& one : r.worst) {
        if (!one.counted()) continue;
        worst.push_back({{"name", one.spec.name()},
                         {"structure", one.spec.structure->name},
                         {"distribution", name_of(one.spec.amounts)},
                         {"usually", worst_text(one.costs.away)},
                         {"at_the_wrap", worst_text(one.costs.across)},
                         {"ratio", one.ratio()}});
    }
    json panels = json::array();
    for (panel_outcome const& p : r.panels) panels.push_back(to_json(p));
    return {{"context", context},          {"benchmarks", benchmarks}, {"structures", all_structures},
            {"worst_operations", worst},   {"panels", panels},         {"goals", judged},
            {"replay", replayed(r.replay)}};
}

}  // namespace

bool write_json(results const& r, std::filesystem::path const& file) {
    std::ofstream out(file);
    out << to_json(r).dump(1) << '\n';
    return static_cast<bool>(out.flush());
}

bool write_page(results const& r, std::filesystem::path const& file) {
    std::ofstream out(file);
    out << embed(report_page, to_json(r).dump(), MAXWELL_BENCH_CHART_JS);
    return static_cast<bool>(out.flush());
}

}  // namespace maxwell::bench
