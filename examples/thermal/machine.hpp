// SPDX-License-Identifier: MIT
//
// What ./run thermal has to know of its machine, from a file:
//
//     {"dies": [{"stages": [[30000, 2000], [120000, 1000000], [200000, 22900000]], "idle_mw": 40000, "max_mw": 240000},
//               {"stages": [[20000, 5000], [50000, 500000], [200000, 22900000]], "idle_mw": 20000, "max_mw": 220000}],
//      "coupling": [200000, 22900000], "chassis": {"cool_mc": 35000, "hot_mc": 50000}}
//
// Stages and the coupling are micro-kelvin per watt and microseconds, as ./run identify prints them. A die may also have target_mc,
// ambient_mc and max_ambient_mc. Without "coupling" the dies don't warm each other, without "chassis" there is no such sensor.

#pragma once

#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace maxwell::examples {

enum lane : std::size_t { feeding, ordinary, batch, device, lane_count };
inline constexpr char const* lane_names[] = {"feeding", "ordinary", "batch", "device"};
inline constexpr std::uint64_t quantum_ns = 1'000'000;

using machine = plane_settings<3, 2, lane_count>;
using two_dies = plane<3, 256, 2, lane_count>;

inline void read_die(nlohmann::json const& from, controller_settings<3>& die) {
    auto const& stages = from.at("stages");
    if (stages.size() > 3) throw std::runtime_error("a die has three stages at the most");
    for (std::size_t i = 0; i < 3; ++i) {
        die.stages[i] = i < stages.size() ? thermal_stage{stages.at(i).at(0), stages.at(i).at(1)} : thermal_stage{0, 0};
    }
    die.idle_mw = from.at("idle_mw");
    die.max_mw = from.at("max_mw");
    die.target_mc = from.value("target_mc", die.target_mc);
    die.observer.ambient_mc = from.value("ambient_mc", die.observer.ambient_mc);
    die.max_ambient_mc = from.value("max_ambient_mc", die.max_ambient_mc);
}

/// The machine of `file`, that of the shipped recording where it is empty; or nothing, and why in one sentence.
inline std::optional<machine> read_machine(std::string const& file, std::string& why) {
    machine m = sim::shared_sink_settings<lane_count>();
    m.lane[feeding] = {lane_kind::feeding, 0, unit_multiplier};
    m.lane[device] = {lane_kind::device, 1};
    if (file.empty()) {
        m.chassis = {milli_celsius(50'000), milli_celsius(70'000)};  // its recording has the sink's sensor there
        return m;
    }
    std::ifstream in(file);
    if (!in) {
        why = fmt::format("{} can't be read.", file);
        return std::nullopt;
    }
    try {
        const nlohmann::json j = nlohmann::json::parse(in);
        for (std::size_t d = 0; d < 2; ++d) read_die(j.at("dies").at(d), m.die[d]);
        m.coupling[0][1] = m.coupling[1][0] = {0, 0};
        if (j.contains("coupling")) m.coupling[0][1] = m.coupling[1][0] = {j["coupling"].at(0), j["coupling"].at(1)};
        if (j.contains("chassis")) {
            m.chassis = {milli_celsius(j["chassis"].at("cool_mc")), milli_celsius(j["chassis"].at("hot_mc"))};
        }
    } catch (std::exception const& e) {
        why = fmt::format("{}: {}.", file, e.what());
        return std::nullopt;
    }
    return m;
}

/// Why the plane was refused; where a die is at fault, which and why.
inline std::string explain(machine const& m, plane_fault fault) {
    for (std::size_t d = 0; fault == plane_fault::bad_die && d < 2; ++d) {
        const settings_fault of_die = check_settings(m.die[d], 256);
        if (of_die != settings_fault::none) return fmt::format("die {}: {}", d, sentence(of_die));
    }
    return sentence(fault);
}

/// Two dies on one sink: the accelerator works from 20 to 70 s. It is a recording, so nobody obeys a cap.
inline void print_recording() {
    sim::shared_sink plant;
    sim::sensor eyes[] = {{{.delay = 0}, 1}, {{.delay = 0}, 2}, {{.delay = 0}, 3}};
    plant.settle(50, 20);
    fmt::print(
        "time_ns,processor:temperature_mk,processor:power_uw,accelerator:temperature_mk,accelerator:power_uw,"
        "accelerator:utilisation_q16,chassis:temperature_mk\n");
    for (int k = 1; k <= 90'000; ++k) {
        const bool busy = k > 20'000 && k <= 70'000;
        plant.step(50, busy ? 140 : 20);
        const auto a = eyes[0].measure(plant.processor());
        const auto b = eyes[1].measure(plant.accelerator());
        const auto c = eyes[2].measure(plant.sink());
        if (!a || !b || !c || k % 200 != 0) continue;
        fmt::print("{},{},50000000,{},{},{},{}\n", k * 1'000'000LL, *a + celsius_zero.value, *b + celsius_zero.value,
                   busy ? 140'000'000 : 20'000'000, busy ? 62'259 : 3'277, *c + celsius_zero.value);
    }
}

}  // namespace maxwell::examples
