// SPDX-License-Identifier: MIT
//
// For command lines: a number from `low` to `high`. CLI::Range alone lets "nan" pass, which is neither below nor above.

#pragma once

#include <CLI/CLI.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

namespace maxwell::bench {

inline CLI::Validator number_range(double low, double high) {
    const auto is_number = [](std::string& text) {
        return std::isnan(std::strtod(text.c_str(), nullptr)) ? text + " is not a number" : std::string();
    };
    return CLI::Range(low, high) & CLI::Validator(is_number, "");
}

}  // namespace maxwell::bench
