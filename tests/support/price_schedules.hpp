// SPDX-License-Identifier: MIT
//
// Schedules in which every word follows from one number, so that a mixture of two is seen.

#pragma once

#include <maxwell/thermal/price_schedule.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

template <std::size_t Lanes>
price_schedule<Lanes> numbered_schedule(std::uint32_t number) {
    price_schedule<Lanes> schedule;
    schedule.begin(std::uint64_t{number} << 32 | number, number);
    for (std::uint32_t lane = 0; lane < Lanes; ++lane) {
        multiplier_q16 line[price_schedule<Lanes>::steps];
        for (std::uint32_t step = 0; step < price_schedule<Lanes>::steps; ++step) {
            line[step] = number * 1000 + lane * 16 + step + 1;
        }
        schedule.set(lane, line, number * 1000 + lane * 16 + 15);
    }
    return schedule;
}

/// Is it the schedule of its own base price, word for word?
template <std::size_t Lanes>
bool is_numbered(price_schedule<Lanes> const& schedule) {
    const auto whole = numbered_schedule<Lanes>(schedule.base_price());
    if (schedule.start_ns() != whole.start_ns()) return false;
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
        for (std::size_t step = 0; step < price_schedule<Lanes>::steps; ++step) {
            if (schedule.line(lane).multiplier_q16[step] != whole.line(lane).multiplier_q16[step]) return false;
        }
        if (schedule.line(lane).safe_q16 != whole.line(lane).safe_q16) return false;
    }
    return true;
}

}  // namespace maxwell::test
