// SPDX-License-Identifier: MIT

#include "report/embed.hpp"
#include "sim/lp_bound.hpp"
#include "sim/output.hpp"

#include "sim_page.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace maxwell::simulator {
namespace {

using nlohmann::json;

/// Means over seeds of what isn't a metric.
json means_of(std::vector<run_result const*> const& runs, std::vector<double> run_result::*of) {
    std::vector<double> mean;
    for (run_result const* r : runs) {
        if ((r->*of).size() > mean.size()) mean.resize((r->*of).size());
        for (std::size_t i = 0; i < (r->*of).size(); ++i) mean[i] += (r->*of)[i] / static_cast<double>(runs.size());
    }
    return mean;
}

json groups_of(std::vector<run_result const*> const& runs) {
    json out = json::array();
    for (std::size_t g = 0; g < runs.front()->groups.size(); ++g) {
        group_share mean;
        for (run_result const* r : runs) {
            const auto n = static_cast<double>(runs.size());
            mean.time += r->groups[g].time / n;
            mean.value += r->groups[g].value / n;
            mean.utility += r->groups[g].utility / n;
        }
        out.push_back({mean.time, mean.value, mean.utility});
    }
    return out;
}

json cell_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy) {
    std::vector<run_result const*> runs;
    for (std::uint32_t seed = 0; seed < e.seeds; ++seed)
        runs.push_back(&*results[(point * e.policies.size() + policy) * e.seeds + seed]);
    json of = json::object(), heat = json::array();
    for (std::size_t m = 0; m < metrics; ++m) {
        const auto s = summary_of(e, results, point, policy, static_cast<metric>(m));
        if (s.count != 0) of[std::string(metric_infos[m].key)] = {{"mean", s.mean}, {"half_width", s.half_width}};
    }
    for (sample const& s : runs.front()->temperature) heat.push_back({s.s, s.c});  // of the first seed
    return {{"of", of},
            {"ns", cost_of(e, results, point, policy)},
            {"waits", means_of(runs, &run_result::waits)},
            {"lorenz", means_of(runs, &run_result::lorenz)},
            {"temperature", heat},
            {"groups", groups_of(runs)}};
}

}  // namespace

bool write_page(experiment const& e, all_results const& results, std::string const& command,
                std::filesystem::path const& file) {
    json infos = json::array(), points = json::array();
    for (metric_info const& m : metric_infos)
        infos.push_back({{"key", m.key}, {"title", m.title}, {"digits", m.digits}, {"definition", m.definition}});
    for (std::size_t p = 0; p < e.points.size(); ++p) {
        json cells = json::array(), names = json::array();
        for (std::size_t i = 0; i < e.policies.size(); ++i) cells.push_back(cell_of(e, results, p, i));
        for (group const& g : e.points[p].groups) names.push_back(g.name);
        points.push_back({{"label", e.points[p].label()}, {"policies", cells}, {"groups", names}});
    }
    const json data = {{"structures", json::array()},  // of the benchmark's page, whose parts this one shares
                       {"benchmarks", json::array()},
                       {"name", e.name},
                       {"about", e.about},
                       {"seconds", e.seconds},
                       {"seeds", e.seeds},
                       {"policies", e.policies},
                       {"percentiles", {"50", "90", "99", "99.9", "longest"}},
                       {"metrics", infos},
                       {"points", points},
                       {"bounds", has_clp() ? "" : "not built with CLP"},
                       {"command", command},
                       {"text", e.text}};
    std::ofstream out(file);
    out << bench::embed(sim_page, data.dump(), MAXWELL_BENCH_CHART_JS);
    return static_cast<bool>(out.flush());
}

}  // namespace maxwell::simulator
