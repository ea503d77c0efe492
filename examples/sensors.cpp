// SPDX-License-Identifier: MIT
//
// ./run sensors: which sensors this machine has, and what each of them reads now; or a recording, of all of them for a
// replay, or of a load step for ./run identify.

#include <maxwell/host/nvml_sensors.hpp>
#include <maxwell/host/polled_sensor.hpp>
#include <maxwell/host/power_meter.hpp>
#include <maxwell/host/replay_sensors.hpp>
#include <maxwell/host/sysfs_sensors.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace maxwell::host;

/// As people read it.
std::string shown(quantity what, std::int64_t value) {
    const auto v = static_cast<double>(value);
    switch (what) {
        case quantity::temperature_mk:
            return fmt::format("{:.1f} C", (v - celsius_zero_mk) / 1e3);
        case quantity::energy_uj:
            return fmt::format("{:.3f} J", v / 1e6);
        case quantity::power_uw:
            return fmt::format("{:.3f} W", v / 1e6);
        case quantity::frequency_khz:
        case quantity::limit_khz:
            return fmt::format("{:.0f} MHz", v / 1e3);
        case quantity::throttle_events:
            return fmt::format("{} times", value);
        case quantity::throttled:
            return value != 0 ? "yes" : "no";
        case quantity::utilisation_q16:
            return fmt::format("{:.0f} %", v / 655.36);
    }
    return {};
}

/// All sources, each with its sensors or its sentence.
struct source {
    std::string name;
    sensor_list list;
};

/// Reads each once, all of them at the same time, so that one that hangs costs a second in all. 0 when one of them at least gave
/// something, else 1.
int list_sensors(std::vector<source>& sources) {
    std::size_t read = 0;
    for (source& s : sources) {
        if (s.list.sensors.empty()) fmt::print("{}: not available: {}\n", s.name, s.list.not_available);
        std::vector<polled_sensor> all;
        for (sensor& one : s.list.sensors) all.emplace_back(std::move(one), std::chrono::hours(1));
        const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(1);
        for (polled_sensor const& one : all) {
            const auto left = patience - std::chrono::steady_clock::now();
            const auto now = one.first(std::chrono::duration_cast<std::chrono::milliseconds>(left));
            read += now ? 1 : 0;
            fmt::print("{:<44} {:<16} {}\n", one.name(), to_string(one.what()),
                       now ? shown(one.what(), now->value) : "not available: " + one.trouble());
        }
    }
    if (read == 0) fmt::print("No sensor of this machine can be read.\n");
    return read == 0 ? 1 : 0;
}

/// A line each `every_ms` for `seconds`, as replay_sensors.hpp reads it.
int record(std::vector<source>& sources, std::string const& file, int seconds, int every_ms) {
    std::vector<sensor*> columns;
    for (source& s : sources) {
        for (sensor& one : s.list.sensors) {
            if (one.read()) columns.push_back(&one);
        }
    }
    if (columns.empty()) {
        fmt::print(stderr, "sensors: no sensor of this machine can be read, so there is nothing to record.\n");
        return 1;
    }
    std::ofstream out(file);
    out << "time_ns";
    for (sensor const* one : columns) {
        std::string name = one->name();
        for (char& c : name) c = c == ',' || c == ':' ? '_' : c;
        out << ',' << name << ':' << to_string(one->what());
    }
    out << '\n';
    const auto start = std::chrono::steady_clock::now();
    std::size_t lines = 0;
    for (auto next = start; out && next - start < std::chrono::seconds(seconds); ++lines) {
        out << now_ns();
        for (sensor* one : columns) {
            const auto now = one->read();
            out << ',' << (now ? std::to_string(now->value) : std::string());
        }
        out << '\n';
        next += std::chrono::milliseconds(every_ms);
        std::this_thread::sleep_until(next);
    }
    if (!out.flush()) {
        fmt::print(stderr, "sensors: can't write to '{}'.\n", file);
        return 2;
    }
    fmt::print("{} readings of {} sensors are in {}.\n", lines, columns.size(), file);
    return 0;
}

/// The sensor of that name that measures one of `wanted`; null, and a sentence on stderr, where there is none.
sensor* find(std::vector<source>& sources, std::string const& name, std::initializer_list<quantity> wanted) {
    for (source& s : sources) {
        for (sensor& one : s.list.sensors) {
            if (one.name() != name) continue;
            if (std::find(wanted.begin(), wanted.end(), one.what()) != wanted.end()) return &one;
            fmt::print(stderr, "sensors: '{}' measures {}, which is not what is wanted here.\n", name,
                       to_string(one.what()));
            return nullptr;
        }
    }
    fmt::print(stderr, "sensors: there is no sensor '{}'; without options all of them are listed.\n", name);
    return nullptr;
}

/// What ./run identify reads: time, mean power since the line before, temperature.
int record_step(std::string const& file, sensor& temperature, sensor& power, int seconds, int every_ms) {
    std::ofstream out(file);
    out << "time_s,watts,celsius\n";
    const auto start = std::chrono::steady_clock::now();
    std::optional<std::uint64_t> first_ns;
    power_meter meter(power.what());
    std::size_t lines = 0;
    for (auto next = start; out && next - start < std::chrono::seconds(seconds);) {
        // A temperature that is missing leaves its watts to the next line, and a power that is missing its time.
        const auto heat = as_celsius(temperature.what(), temperature.read());
        if (const auto now = power.read()) {
            meter.take(*now);
            if (!first_ns) first_ns = now->time_ns;
            const auto mean = heat ? meter.mean() : std::nullopt;
            if (mean) {
                out << fmt::format("{:.3f},{:.3f},{:.3f}\n", static_cast<double>(mean->time_ns - *first_ns) / 1e9,
                                   mean->value.value / 1e3, heat->value.value / 1e3);
                ++lines;
            }
        }
        next += std::chrono::milliseconds(every_ms);
        std::this_thread::sleep_until(next);
    }
    if (!out.flush()) {
        fmt::print(stderr, "sensors: can't write to '{}'.\n", file);
        return 2;
    }
    if (lines == 0) {
        fmt::print(stderr, "sensors: {}.\n", temperature.trouble().empty() ? power.trouble() : temperature.trouble());
        return 1;
    }
    fmt::print("{} lines for ./run identify are in {}.\n", lines, file);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::string root;
    std::string nvml = "libnvidia-ml.so.1";
    std::string replay;
    std::string record_to;
    std::string step_to;
    std::string temperature;
    std::string power;
    int seconds = 60;
    int every_ms = 100;
    CLI::App app("Lists this machine's sensors of heat and power and reads each once.", "sensors");
    app.add_option("--root", root, "the folder that stands for /");
    app.add_option("--nvml", nvml, "NVIDIA's management library")->capture_default_str();
    app.add_option("--replay", replay, "list the sensors of this recording instead");
    app.add_option("--record", record_to, "record what can be read to this CSV file, which --replay lists");
    auto* step = app.add_option("--step", step_to, "record a load step to this CSV file, which ./run identify reads");
    app.add_option("--temperature", temperature, "the sensor of temperature for --step")->needs(step);
    app.add_option("--power", power, "the sensor of power or energy for --step")->needs(step);
    app.add_option("--seconds", seconds, "how long to record")->check(CLI::Range(1, 86'400))->capture_default_str();
    app.add_option("--every-ms", every_ms, "how often to record")->check(CLI::Range(1, 60'000))->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const&) {
        fmt::print("{}", app.help());
        return 0;
    } catch (CLI::ParseError const& e) {
        fmt::print(stderr, "sensors: {}; --help lists the options.\n", e.what());
        return 2;
    }
    std::vector<source> sources;
    if (!replay.empty()) {
        sources.push_back({"replay", replay_sensors(replay)});
        if (sources[0].list.sensors.empty()) {
            fmt::print(stderr, "sensors: {}.\n", sources[0].list.not_available);
            return 2;
        }
    } else {
        sources.push_back({"hwmon", find_hwmon(root)});
        sources.push_back({"thermal zones", find_thermal_zones(root)});
        sources.push_back({"RAPL", find_rapl(root)});
        sources.push_back({"cpufreq", find_cpufreq(root)});
        sources.push_back({"NVML", find_nvml(nvml)});
    }
    // While something is recorded, a source that hangs leaves empty cells. A recording can't hang, and is read line by line.
    for (source& s : sources) {
        for (sensor& one : s.list.sensors) {
            if (replay.empty() && !(step_to.empty() && record_to.empty())) {
                one = unblocked(std::move(one), std::chrono::milliseconds(every_ms));
            }
        }
    }
    if (!step_to.empty()) {
        sensor* of_heat = find(sources, temperature, {quantity::temperature_mk});
        sensor* of_power =
            of_heat == nullptr ? nullptr : find(sources, power, {quantity::power_uw, quantity::energy_uj});
        return of_power == nullptr ? 2 : record_step(step_to, *of_heat, *of_power, seconds, every_ms);
    }
    return record_to.empty() ? list_sensors(sources) : record(sources, record_to, seconds, every_ms);
}
