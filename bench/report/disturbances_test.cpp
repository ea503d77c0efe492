// SPDX-License-Identifier: MIT
//
// Lays down machines below a folder and asks what disturbs a measurement there.

#include "report/disturbances.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace {

using files = std::initializer_list<std::pair<std::string_view, std::string_view>>;

int faults = 0;

void expect(files machine, std::initializer_list<std::string_view> sentences) {
    const std::filesystem::path root = std::filesystem::temp_directory_path() / "maxwell_disturbances_test";
    std::filesystem::remove_all(root);
    std::filesystem::create_directories(root);
    for (auto const& [name, text] : machine) {
        std::filesystem::create_directories((root / name).parent_path());
        std::ofstream(root / name) << text << '\n';
    }
    const auto found = maxwell::bench::disturbances(root);
    bool as_expected = found.size() == sentences.size();
    std::size_t i = 0;
    for (std::string_view sentence : sentences) {
        as_expected = as_expected && found[i++].find(sentence) != std::string::npos;
    }
    if (!as_expected) {
        ++faults;
        fmt::print("expected {} sentences, got:\n", sentences.size());
        for (std::string const& f : found) fmt::print("  {}\n", f);
    }
    std::filesystem::remove_all(root);
}

}  // namespace

int main() {
    constexpr std::string_view cpu = "sys/devices/system/cpu/";
    const auto at = [&](std::string_view name) { return std::string(cpu) + std::string(name); };
    const std::string governor = at("cpu0/cpufreq/scaling_governor");
    const std::string turbo = at("intel_pstate/no_turbo");
    const std::string boost = at("cpufreq/boost");
    const std::string smt = at("smt/active");
    const std::string isolated = at("isolated");
    constexpr std::string_view two = "processor : 0\nflags : fpu\nprocessor : 1\nflags : fpu";

    expect({}, {});  // nothing is known, so nothing is claimed
    expect({{governor, "performance"},
            {turbo, "1"},
            {boost, "0"},
            {smt, "0"},
            {isolated, "1"},
            {"proc/loadavg", "0.10 0.2 0.3 1/100 5"},
            {"proc/cpuinfo", two}},
           {});
    expect({{governor, "powersave"},
            {turbo, "0"},
            {boost, "1"},
            {smt, "1"},
            {isolated, ""},
            {"proc/loadavg", "3.25 0.2 0.3 1/100 5"},
            {"proc/cpuinfo", "processor : 0\nflags : fpu hypervisor\nprocessor : 1"}},
           {"'powersave': `cpupower", "no_turbo", "SMT", "isolcpus", "3.25 on 2 processors", "virtual machine"});
    expect({{boost, "1"}}, {"cpufreq/boost"});
    expect({{"proc/loadavg", "garbage"}, {isolated, ""}, {"proc/cpuinfo", "processor : 0"}}, {});
    return faults == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
