// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second, what finds a fault in sensors. It passes with the library as it is, and must fail with every mutant of
// it in sensors.txt.

#include "mutation/check.hpp"

#include <maxwell/host/replay_sensors.hpp>
#include <maxwell/host/sysfs_sensors.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace maxwell::test {
namespace {

/// A folder for a tree of files, which goes with it.
struct temporary_folder {
    std::string path =
        (std::filesystem::temp_directory_path() / "maxwell_host_checks.").string() + std::to_string(getpid());
    ~temporary_folder() { std::filesystem::remove_all(path); }
    void write(std::string const& file, std::string const& text) const {
        const std::filesystem::path at = path + '/' + file;
        std::filesystem::create_directories(at.parent_path());
        std::ofstream(at, std::ios::binary) << text;
    }
};

char const* sensors_read_what_is_there() {
    const temporary_folder root;
    root.write("sys/class/thermal/thermal_zone0/temp", "45000\n");
    auto zones = host::find_thermal_zones(root.path).sensors;
    REQUIRE(zones.size() == 1 && zones[0].read()->value == 318'150);
    root.write("sys/class/thermal/thermal_zone0/temp", "45000 and more\n");
    REQUIRE(!zones[0].read() && !zones[0].trouble().empty());
    root.write("sys/class/thermal/thermal_zone0/temp", "-274000");
    REQUIRE(!zones[0].read());
    root.write("sys/class/hwmon/hwmon0/name", "cpu");
    root.write("sys/class/hwmon/hwmon0/temp1_input", "45000");
    auto chips = host::find_hwmon(root.path).sensors;
    REQUIRE(chips.size() == 1 && chips[0].read());
    root.write("sys/class/hwmon/hwmon0/name", "disk");
    REQUIRE(!chips[0].read());
    root.write("sys/class/powercap/intel-rapl:0/max_energy_range_uj", "999");
    auto energy = host::find_rapl(root.path).sensors;
    for (const auto& [raw, counted] : {std::pair{"900", 900}, {"50", 1'050}, {"60", 1'060}, {"10", 1'070}}) {
        root.write("sys/class/powercap/intel-rapl:0/energy_uj", raw);
        REQUIRE(energy.size() == 1 && energy[0].read()->value == counted);
    }
    return nullptr;
}

char const* a_recording_says_what_it_lacks() {
    const temporary_folder folder;
    folder.write("step.csv", "time_ns,power_uw\n10,1\n20,\n30,3\n25,4\n40,5\n");
    auto recorded = host::replay_sensors(folder.path + "/step.csv").sensors;
    REQUIRE(recorded.size() == 1);
    for (const bool there : {true, false, true, false, true, false, false}) {
        REQUIRE(recorded[0].read().has_value() == there);
        REQUIRE(recorded[0].trouble().empty() == there);
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({sensors_read_what_is_there, a_recording_says_what_it_lacks});
}
