// SPDX-License-Identifier: MIT

#include "sim/output.hpp"

#include "sim/lp_bound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

namespace maxwell::simulator {

namespace {

run_result const& result_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy,
                            std::uint32_t seed) {
    return *results[(point * e.policies.size() + policy) * e.seeds + seed];
}

/// A field of CSV (RFC 4180).
std::string field(std::string const& text) {
    if (text.find_first_of(",\"\n") == text.npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}
std::string field(double v) { return std::isnan(v) ? "" : fmt::format("{}", v); }

/// The swept keys, or the values of a point, each with a comma behind it.
std::string keys_of(experiment const& e) {
    std::string out;
    for (auto const& [key, value] : e.points.front().at) out += field(key) + ',';
    return out;
}
std::string values_of(point const& p) {
    std::string out;
    for (auto const& [key, value] : p.at) out += field(value) + ',';
    return out;
}

template <class Line>
void for_each_cell(experiment const& e, Line line) {
    for (std::size_t point = 0; point < e.points.size(); ++point) {
        for (std::size_t policy = 0; policy < e.policies.size(); ++policy)
            line(point, policy, values_of(e.points[point]) + field(e.policies[policy]));
    }
}

bool write_file(std::filesystem::path const& file, std::string const& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    return static_cast<bool>(out.flush());
}

}  // namespace

sim::mean_interval summary_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy,
                              metric m) {
    std::vector<double> x;
    for (std::uint32_t seed = 0; seed < e.seeds; ++seed) {
        const double v = result_of(e, results, point, policy, seed)[m];
        if (!std::isnan(v)) x.push_back(v);
    }
    return sim::mean_of(x);
}

double cost_of(experiment const& e, all_results const& results, std::size_t point, std::size_t policy) {
    std::vector<double> ns;
    for (std::uint32_t seed = 0; seed < e.seeds; ++seed)
        ns.push_back(result_of(e, results, point, policy, seed).ns_per_decision);
    std::nth_element(ns.begin(), ns.begin() + static_cast<std::ptrdiff_t>(ns.size() / 2), ns.end());
    return ns[ns.size() / 2];
}

bool write_csv(experiment const& e, all_results const& results, std::filesystem::path const& folder) {
    std::string runs = keys_of(e) + "policy,seed";
    for (metric_info const& m : metric_infos) runs += fmt::format(",{}", m.key);
    std::string means = keys_of(e) + "policy,metric,mean,half_width_95,seeds\n";
    std::string groups = keys_of(e) + "policy,seed,group,time_share,value_share,utility_share\n";
    std::string costs = keys_of(e) + "policy,seed,decisions,ns_per_decision,quanta_per_s\n";
    runs += '\n';
    for_each_cell(e, [&](std::size_t point, std::size_t policy, std::string const& cell) {
        for (std::uint32_t seed = 0; seed < e.seeds; ++seed) {
            run_result const& r = result_of(e, results, point, policy, seed);
            runs += fmt::format("{},{}", cell, seed + 1);
            for (const double v : r.of) runs += ',' + field(v);
            runs += '\n';
            for (std::size_t g = 0; g < r.groups.size(); ++g) {
                groups += fmt::format("{},{},{},{},{},{}\n", cell, seed + 1, field(e.points[point].groups[g].name),
                                      r.groups[g].time, r.groups[g].value, r.groups[g].utility);
            }
            costs +=
                fmt::format("{},{},{},{:.1f},{:.0f}\n", cell, seed + 1, r.decisions, r.ns_per_decision, r.quanta_per_s);
        }
        for (std::size_t m = 0; m < metrics; ++m) {
            const auto of = summary_of(e, results, point, policy, static_cast<metric>(m));
            if (of.count != 0)
                means += fmt::format("{},{},{},{},{}\n", cell, metric_infos[m].key, of.mean, of.half_width, of.count);
        }
    });
    return write_file(folder / "results.csv", runs) && write_file(folder / "summary.csv", means) &&
           write_file(folder / "groups.csv", groups) && write_file(folder / "costs.csv", costs);
}

void print_tables(experiment const& e, all_results const& results) {
    std::vector<std::string> keys = e.show;
    if (keys.empty()) keys = {"value", "over_best", "jain", "p99_wait_ms", "longest_wait_ms", "slowdown", "busy"};
    std::size_t widest = 8;
    for (std::string const& p : e.policies) widest = std::max(widest, p.size());
    for (std::size_t point = 0; point < e.points.size(); ++point) {
        fmt::print("\n{:<{}}", e.points[point].label(), widest);
        for (std::string const& k : keys) fmt::print("  {:>18}", k);
        fmt::print("  {:>11}\n", "ns/decision");
        for (std::size_t policy = 0; policy < e.policies.size(); ++policy) {
            fmt::print("{:<{}}", e.policies[policy], widest);
            for (std::string const& k : keys) {
                const auto info = std::find_if(metric_infos.begin(), metric_infos.end(),
                                               [&](metric_info const& i) { return i.key == k; });
                const auto of = summary_of(e, results, point, policy, static_cast<metric>(info - metric_infos.begin()));
                const std::string missing = k == "over_bound" && !has_clp() ? "not built with CLP" : "-";
                const std::string text = of.count == 0 ? missing
                                                       : fmt::format("{:.{}f} +-{:.{}f}", of.mean, info->digits,
                                                                     of.half_width, info->digits);
                fmt::print("  {:>18}", text);
            }
            fmt::print("  {:>11.0f}\n", cost_of(e, results, point, policy));
        }
    }
}

}  // namespace maxwell::simulator
