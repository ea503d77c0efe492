// SPDX-License-Identifier: MIT
//
// What Linux tells in /sys about heat and power: hwmon, thermal zones, RAPL energy, frequencies and throttling. Hosted.
//
//     find_hwmon           class/hwmon/hwmonN/tempN_input, powerN_average or powerN_input        hwmon/CHIP.N/LABEL
//     find_thermal_zones   class/thermal/thermal_zoneN/temp                                      thermal/TYPE.N
//     find_rapl            class/powercap/intel-rapl:*/energy_uj (AMD's too)                     rapl/DOMAIN
//     find_cpufreq         devices/system/cpu/cpufreq/policyN/scaling_{cur,max}_freq             cpufreq/policyN/...
//                          devices/system/cpu/cpuN/thermal_throttle/*_throttle_count             throttle/cpuN/...
//
// The kernel lets anybody read all of them but RAPL's energy, which since 5.10 only root may read, because it betrays what
// others compute (CVE-2020-8694). `root` is the folder that stands for /: tests build a tree of their own. Devices come and go, and
// a new one can get the number of one that went. So each read looks whether the device is still the one that was found; if
// not, the reading fails and says so, until somebody finds again.

#pragma once

#include <maxwell/host/sensor.hpp>

#include <algorithm>         // sort, count
#include <cerrno>            // EACCES
#include <cstddef>           // size_t
#include <cstdint>           // int64_t
#include <filesystem>        // directory_iterator
#include <initializer_list>  // parts of a path
#include <memory>            // shared state of a counter
#include <optional>          // a reading that may be missing
#include <set>               // cores seen
#include <string>            // paths
#include <string_view>       // prefixes
#include <system_error>      // error_code
#include <vector>            // names

namespace maxwell::host {
namespace detail {

/// All of them, one after the other.
inline std::string joined(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (std::string_view part : parts) text += part;
    return text;
}

/// The entries of a folder whose names begin with `prefix`, in order: short names first, so that 2 comes before 10.
inline std::vector<std::string> entries(std::string const& folder, std::string_view prefix) {
    std::vector<std::string> names;
    std::error_code error;
    std::filesystem::directory_iterator at(folder, error);
    for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
        std::string name = at->path().filename().string();
        if (name.starts_with(prefix)) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end(), [](std::string const& a, std::string const& b) {
        return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    return names;
}

/// The line in a file, or `otherwise` where there is none.
inline std::string line_or(std::string const& path, std::string const& otherwise) {
    std::string why;
    const auto line = read_line(path, why);
    return line && !line->empty() ? *line : otherwise;
}

/// What tells a device from another one that got its folder: where the folder leads to, and the name in it.
inline std::string identity(std::string const& folder) {
    std::error_code error;
    return std::filesystem::canonical(folder, error).string() + '\n' + line_or(folder + "name", "");
}

/// A file with a number; the reading is that plus `offset`, where 64 bits can hold it and no temperature is below absolute zero.
/// `device` is the folder of a device that has to stay the same, or empty.
inline sensor file_sensor(std::string name, quantity what, std::string const& path, std::int64_t offset,
                          std::string const& device = "") {
    return {
        std::move(name), what,
        [=, found = device.empty() ? "" : identity(device)](std::string& why) -> std::optional<sample> {
            auto value = read_number(path, why);
            if (!value) return std::nullopt;
            if (!device.empty() && identity(device) != found) {
                why = path + ": not available, another device has this number now";
                return std::nullopt;
            }
            if (__builtin_add_overflow(*value, offset, &*value) || (what == quantity::temperature_mk && *value < 0)) {
                why = path + ": the number is out of range";
                return std::nullopt;
            }
            return sample{now_ns(), *value};
        }};
}

inline bool exists(std::string const& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// Either the sensors, or the sentence.
inline sensor_list found_or(std::vector<sensor> sensors, std::string why_not) {
    sensor_list list;
    if (sensors.empty()) list.not_available = std::move(why_not);
    list.sensors = std::move(sensors);
    return list;
}

}  // namespace detail

/// Chips of the hardware monitor: temperatures and powers, by their labels where they have some.
inline sensor_list find_hwmon(std::string const& root = "") {
    using namespace detail;
    const std::string folder = root + "/sys/class/hwmon";
    std::vector<sensor> sensors;
    for (std::string const& chip : entries(folder, "hwmon")) {
        const std::string at = joined({folder, "/", chip, "/"});
        const std::string name = joined({"hwmon/", line_or(at + "name", "unnamed"), ".", chip.substr(5), "/"});
        const auto label_of = [&](std::string const& channel) {
            return line_or(joined({at, channel, "_label"}), channel);
        };
        std::vector<std::string> labels;
        for (std::string const& file : entries(at, "")) {
            if (file.ends_with("_label")) labels.push_back(line_or(at + file, ""));
        }
        const auto label = [&](std::string const& channel) {
            const std::string l = label_of(channel);
            const bool shared = std::count(labels.begin(), labels.end(), l) > 1;  // then the channel tells them apart
            return shared ? joined({name, l, ".", channel}) : name + l;
        };
        for (std::string const& file : entries(at, "temp")) {
            if (!file.ends_with("_input")) continue;
            const std::string channel = file.substr(0, file.size() - 6);
            sensors.push_back(file_sensor(label(channel), quantity::temperature_mk, at + file, celsius_zero_mk, at));
        }
        for (std::string const& file : entries(at, "power")) {
            const bool average = file.ends_with("_average");
            if (!average && !file.ends_with("_input")) continue;
            const std::string channel = file.substr(0, file.find('_'));
            if (!average && exists(joined({at, channel, "_average"}))) continue;  // one of both is enough
            sensors.push_back(file_sensor(label(channel), quantity::power_uw, at + file, 0, at));
        }
    }
    return found_or(std::move(sensors), folder + " has no chip with temperatures or powers");
}

/// The kernel's thermal zones.
inline sensor_list find_thermal_zones(std::string const& root = "") {
    using namespace detail;
    const std::string folder = root + "/sys/class/thermal";
    std::vector<sensor> sensors;
    for (std::string const& zone : entries(folder, "thermal_zone")) {
        const std::string at = joined({folder, "/", zone, "/"});
        const std::string name = joined({"thermal/", line_or(at + "type", "unnamed"), ".", zone.substr(12)});
        sensors.push_back(file_sensor(name, quantity::temperature_mk, at + "temp", celsius_zero_mk, at));
    }
    return found_or(std::move(sensors), folder + " has no thermal zone");
}

/// RAPL's counters of energy. The hardware's counter wraps after minutes to hours; a sensor counts on, provided that it is read
/// at least twice in between. A counter that falls by less than half of its range has been reset: it counts on from 0.
inline sensor_list find_rapl(std::string const& root = "") {
    using namespace detail;
    struct counter {
        bool started = false;
        std::int64_t last = 0;
        std::int64_t sum = 0;
    };
    const std::string folder = root + "/sys/class/powercap";
    std::vector<sensor> sensors;
    for (std::string const& zone : entries(folder, "intel-rapl:")) {
        const std::string at = joined({folder, "/", zone, "/"});
        const std::string name = joined({"rapl/", line_or(at + "name", "unnamed"), ".", zone.substr(11)});
        const auto state = std::make_shared<counter>();
        const auto read = [=](std::string& why) -> std::optional<sample> {
            const auto now = read_number(at + "energy_uj", why);
            if (!now) {
                const bool denied = why.ends_with(std::generic_category().message(EACCES));
                if (denied) why += " (since Linux 5.10 only root may read energy, unless root allows it)";
                return std::nullopt;
            }
            const auto range = read_number(at + "max_energy_range_uj", why);
            if (!range) return std::nullopt;
            if (*now < 0 || *now > *range) {
                why = at + "energy_uj: " + std::to_string(*now) + " is out of range";
                return std::nullopt;
            }
            const std::int64_t step = *now - state->last;
            const bool reset = step < 0 && step >= -(*range / 2);
            const std::int64_t more = !state->started || reset ? *now : step >= 0 ? step : step + *range + 1;
            if (__builtin_add_overflow(state->sum, more, &state->sum)) state->sum = 0;  // after 292 years at a kilowatt
            state->started = true;
            state->last = *now;
            return sample{now_ns(), state->sum};
        };
        sensors.emplace_back(name, quantity::energy_uj, read);
    }
    return found_or(std::move(sensors), folder + " has no RAPL domain");
}

/// What each frequency policy runs at and may run at, and how often the hardware has throttled each processor and package.
inline sensor_list find_cpufreq(std::string const& root = "") {
    using namespace detail;
    const std::string folder = root + "/sys/devices/system/cpu";
    std::vector<sensor> sensors;
    const auto add = [&](std::string const& file, std::string name, quantity what) {
        const std::string path = joined({folder, "/", file});
        if (exists(path)) sensors.push_back(file_sensor(std::move(name), what, path, 0));
    };
    for (std::string const& policy : entries(folder + "/cpufreq", "policy")) {
        const std::string at = joined({"cpufreq/", policy, "/"});
        add(at + "scaling_cur_freq", at + "current", quantity::frequency_khz);
        add(at + "scaling_max_freq", at + "limit", quantity::limit_khz);
    }
    // The threads of a core, and the cores of a package, show copies of one counter: the first of them stands for all.
    std::set<std::string> seen;
    for (std::string const& cpu : entries(folder, "cpu")) {
        const std::string at = cpu + "/thermal_throttle/";
        const std::string topology = joined({folder, "/", cpu, "/topology/"});
        const std::string package = line_or(topology + "physical_package_id", cpu);
        const std::string core = joined({package, "/", line_or(topology + "core_id", cpu)});
        if (!exists(joined({folder, "/", at}))) continue;
        if (seen.insert(core).second)
            add(at + "core_throttle_count", joined({"throttle/", cpu, "/core"}), quantity::throttle_events);
        if (seen.insert(package).second)
            add(at + "package_throttle_count", joined({"throttle/", cpu, "/package"}), quantity::throttle_events);
    }
    return found_or(std::move(sensors), folder + " has neither frequency policies nor counters of throttling");
}

}  // namespace maxwell::host
