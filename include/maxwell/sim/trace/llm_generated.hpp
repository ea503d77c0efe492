// SPDX-License-Identifier: MIT
//
// generated_trace(seed): requests like those of the Azure LLM inference trace, for where that is not at hand.
//
// Complexity: O(requests), some 20,000.

#pragma once

#include <maxwell/sim/random.hpp>
#include <maxwell/sim/trace/llm_format.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace maxwell::sim {

/// A generated trace that resembles the conversation trace, for where that is not at hand: as many requests in the same time, log-normal tokens with
/// its medians, and a rate that changes each minute.
inline std::vector<llm_request> generated_trace(std::uint64_t seed) {
    random_numbers random(seed);
    std::vector<llm_request> out;
    double at_s = 0;
    double rate = 5.5;
    double changes_s = 60;
    while (at_s < 3500) {
        at_s += -std::log(1 - random.uniform()) / rate;
        if (at_s > changes_s) {
            rate = 5.5 * std::exp(.25 * random.normal() - .03);
            changes_s += 60;
        }
        const double context = std::clamp(1020 * std::exp(.85 * random.normal() - .2), 2.0, 14'000.0);
        const double generated = std::clamp(130 * std::exp(.95 * random.normal()), 1.0, 1'000.0);
        out.push_back({static_cast<std::uint64_t>(at_s * 1e6), static_cast<std::uint32_t>(context),
                       static_cast<std::uint32_t>(generated)});
    }
    return out;
}

}  // namespace maxwell::sim
