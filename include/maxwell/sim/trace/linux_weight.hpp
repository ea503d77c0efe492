// SPDX-License-Identifier: MIT
//
// weight_of_priority: what a priority of Linux' scheduler is worth beside the others, as a weight.

#pragma once

#include <maxwell/sim/trace/workload.hpp>

#include <cstdint>  // int32_t, uint32_t, uint64_t

namespace maxwell::sim {

/// The weight of a priority as the kernel prints it. 100 to 139 are nice -20 to 19: 1024 at 120, times 1.25 for each step up
/// and divided by 1.25 for each step down, as the kernel has it but for its rounding. 0 to 99 are real-time priorities, 0
/// the highest, and less than 0 is a deadline task: the kernel lets these run before all others whatever the weights, so
/// they get weights above every nice level, 131,072 for 99 and 1,024 more for each step up. Priorities above 139 count as
/// 139. O(1).
constexpr std::uint32_t weight_of_priority(std::int32_t priority) noexcept {
    if (priority < 100) return 131'072 + 1024 * static_cast<std::uint32_t>(99 - (priority < -1 ? -1 : priority));
    const std::int32_t nice = (priority > 139 ? 139 : priority) - 120;
    std::uint64_t scaled = std::uint64_t{unit_weight} << 24;
    for (std::int32_t step = 0; step < nice; ++step) scaled = scaled * 4 / 5;
    for (std::int32_t step = 0; step > nice; --step) scaled = scaled * 5 / 4;
    return static_cast<std::uint32_t>((scaled + (std::uint64_t{1} << 23)) >> 24);
}

static_assert(weight_of_priority(120) == 1024 && weight_of_priority(119) == 1280 && weight_of_priority(121) == 819);
static_assert(weight_of_priority(139) == 15 && weight_of_priority(100) < weight_of_priority(99));

}  // namespace maxwell::sim
