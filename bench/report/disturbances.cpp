// SPDX-License-Identifier: MIT

#include "report/disturbances.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

/// The first line of a file, or nothing.
std::string first_line(std::filesystem::path const& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

std::size_t processors(std::filesystem::path const& root) {
    std::ifstream in(root / "proc/cpuinfo");
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) count += line.starts_with("processor") ? 1 : 0;
    return std::max<std::size_t>(count, 1);
}

bool is_virtual(std::filesystem::path const& root) {
    std::ifstream in(root / "proc/cpuinfo");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("flags") && line.find(" hypervisor") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> disturbances(std::filesystem::path const& root) {
    const std::filesystem::path cpu = root / "sys/devices/system/cpu";
    std::vector<std::string> found;

    const std::string governor = first_line(cpu / "cpu0/cpufreq/scaling_governor");
    if (!governor.empty() && governor != "performance") {
        found.push_back(fmt::format(
            "The frequency governor is '{}': `cpupower frequency-set -g performance` keeps the clock up.", governor));
    }
    if (first_line(cpu / "intel_pstate/no_turbo") == "0") {
        found.push_back("Turbo is on: `echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo` makes runs alike.");
    } else if (first_line(cpu / "cpufreq/boost") == "1") {
        found.push_back("Turbo is on: `echo 0 > /sys/devices/system/cpu/cpufreq/boost` makes runs alike.");
    }
    if (first_line(cpu / "smt/active") == "1") {
        found.push_back(
            "Cores are shared by two threads (SMT): `echo off > /sys/devices/system/cpu/smt/control` gives each its "
            "own.");
    }
    if (std::filesystem::exists(cpu / "isolated") && first_line(cpu / "isolated").empty() && processors(root) > 1) {
        found.push_back(
            "No processor is isolated: `isolcpus=1 nohz_full=1` on the kernel's command line and `taskset -c 1 ./run "
            "bench` keep other tasks away.");
    }
    const std::string load = first_line(root / "proc/loadavg");
    const double busy = load.empty() ? 0 : std::strtod(load.c_str(), nullptr);
    if (busy > .5) {
        found.push_back(fmt::format("The load is {:.2f} on {} processors: wait, or stop what runs beside this.", busy,
                                    processors(root)));
    }
    if (is_virtual(root)) {
        found.push_back(
            "This is a virtual machine: its processors can move between cores and wait for others' turns, which no "
            "setting here changes; trust ratios of one run and instruction counts.");
    }
    return found;
}

}  // namespace maxwell::bench
