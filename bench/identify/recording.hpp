// SPDX-License-Identifier: MIT
//
// A recording of a load step: time, power and temperature of a machine, as comma-separated values.
//
//     # whatever stands behind a hash is skipped, and so is a first line of words
//     time_s,watts,celsius
//     0.0,60.2,61
//     0.1,60.1,61
//
// `watts` is what was burnt from the line before to this one, `celsius` what the sensor said at its end.

#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <istream>
#include <stdexcept>
#include <string>
#include <vector>

namespace maxwell::bench {

struct recorded {
    double time_s;
    double watts;
    double celsius;
};

/// Reads a recording. Throws std::runtime_error with a sentence that names the line where it is broken, or says what it
/// lacks.
inline std::vector<recorded> read_recording(std::istream& in, std::string const& name) {
    std::vector<recorded> lines;
    std::string text;
    for (std::size_t number = 1; std::getline(in, text); ++number) {
        text.erase(std::find(text.begin(), text.end(), '#'), text.end());
        if (text.find_first_not_of(" \t\r,") == std::string::npos) continue;
        double field[3];
        char const* at = text.c_str();
        bool broken = false;
        for (int i = 0; i < 3 && !broken; ++i) {
            char* end = nullptr;
            field[i] = std::strtod(at, &end);
            broken = end == at || !std::isfinite(field[i]);
            at = end;
            while (*at == ' ' || *at == '\t' || *at == '\r') ++at;
            if (i < 2) broken = broken || *at++ != ',';
        }
        if (broken || *at != 0) {
            if (lines.empty() && std::isalpha(static_cast<unsigned char>(text[text.find_first_not_of(" \t\"")])) != 0)
                continue;
            throw std::runtime_error(fmt::format(
                "{}, line {}: three numbers are needed, time in seconds, watts, degrees Celsius.", name, number));
        }
        if (field[1] < 0) throw std::runtime_error(fmt::format("{}, line {}: power can't be negative.", name, number));
        if (!lines.empty() && field[0] <= lines.back().time_s) {
            throw std::runtime_error(fmt::format("{}, line {}: time has to go forwards.", name, number));
        }
        lines.push_back({field[0], field[1], field[2]});
    }
    if (lines.size() < 50) {
        throw std::runtime_error(
            fmt::format("{} has {} readings; 50 are the least that says anything.", name, lines.size()));
    }
    return lines;
}

/// The same, from a file.
inline std::vector<recorded> read_recording(std::string const& path) {
    std::ifstream in(path);
    if (!in) throw std::runtime_error(fmt::format("{} can't be read.", path));
    return read_recording(in, path);
}

}  // namespace maxwell::bench
