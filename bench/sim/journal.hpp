// SPDX-License-Identifier: MIT
//
// journal: a line of JSON for each unit that is done. Doubles are written so that they are read as they were.

#pragma once

#include "sim/campaign.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

inline nlohmann::json to_json(std::size_t unit, run_result const& r) {
    nlohmann::json of = nlohmann::json::array(), heat = nlohmann::json::array(), groups = nlohmann::json::array();
    for (const double v : r.of) of.push_back(std::isnan(v) ? nlohmann::json() : nlohmann::json(v));
    for (sample const& s : r.temperature) heat.push_back({s.s, s.c});
    for (group_share const& g : r.groups) groups.push_back({g.time, g.value, g.utility});
    return {{"unit", unit},
            {"of", of},
            {"lorenz", r.lorenz},
            {"waits", r.waits},
            {"temperature", heat},
            {"groups", groups},
            {"decisions", r.decisions},
            {"ns", r.ns_per_decision},
            {"quanta_per_s", r.quanta_per_s}};
}

inline run_result from_json(nlohmann::json const& j) {
    run_result r;
    nlohmann::json const& of = j.at("of");
    for (std::size_t m = 0; m < metrics; ++m) {
        if (!of.at(m).is_null()) r.of[m] = of.at(m).get<double>();
    }
    r.lorenz = j.at("lorenz").get<std::vector<double>>();
    r.waits = j.at("waits").get<std::vector<double>>();
    for (auto const& s : j.at("temperature")) r.temperature.push_back({s.at(0).get<double>(), s.at(1).get<double>()});
    for (auto const& g : j.at("groups"))
        r.groups.push_back({g.at(0).get<double>(), g.at(1).get<double>(), g.at(2).get<double>()});
    r.decisions = j.at("decisions").get<std::uint64_t>();
    r.ns_per_decision = j.at("ns").get<double>();
    r.quanta_per_s = j.at("quanta_per_s").get<double>();
    return r;
}

/// What a journal is of: a change of the experiment, of how it was called, or of this program begins a new one.
inline std::string key_of(experiment const& e) {
    std::uint64_t hash = 0xCBF2'9CE4'8422'2325u;  // FNV-1a
    std::ostringstream program;
    program << std::ifstream("/proc/self/exe", std::ios::binary).rdbuf();  // nothing where there is no such file
    const std::string all = e.text + '\n' + std::to_string(e.seeds) + ' ' + nlohmann::json(e.seconds).dump() + ' ' +
                            nlohmann::json(e.warm_up_s).dump() + program.str();
    for (const char c : all) hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3u;
    return e.name + ' ' + std::to_string(hash);
}

/// Reads what is whole in the journal `file` into `into`; false if it is not there or is of something else.
inline bool read_journal(std::filesystem::path const& file, std::string const& key, all_results& into) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line)) return false;
    const auto head = nlohmann::json::parse(line, nullptr, false);
    if (!head.is_object() || head.value("key", "") != key) return false;
    while (std::getline(in, line)) {
        const auto j = nlohmann::json::parse(line, nullptr, false);
        if (in.eof() || j.is_discarded()) break;  // half a line
        try {
            const auto unit = j.at("unit").get<std::size_t>();
            if (unit < into.size()) into[unit] = from_json(j);
        } catch (nlohmann::json::exception const&) {
            break;
        }
    }
    return true;
}

}  // namespace maxwell::simulator
