// SPDX-License-Identifier: MIT
//
// What a goal came to: met, missed, or not measured in this run.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace maxwell::bench {

enum class verdict : std::uint8_t { met, missed, not_measured };
inline constexpr std::array<std::string_view, 3> verdict_names{"met", "MISSED", "not measured"};
inline std::string_view name_of(verdict v) { return verdict_names[static_cast<std::size_t>(v)]; }

struct judged_goal {
    std::string subject;  ///< what has to reach it: a structure, a controller
    std::string text;     ///< what is asked
    std::string figures;  ///< what was measured
    verdict outcome = verdict::not_measured;
};

}  // namespace maxwell::bench
