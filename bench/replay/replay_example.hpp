// SPDX-License-Identifier: MIT
//
// print_example(requests): a trace in which queues form, as long as one likes. No machine's: drawn, the same for everybody.
//
// Requests to a language model in the format of Azure's traces. They come in bursts: for a minute on average two a second, then for a
// quarter of one twelve a second. Tokens are log-normal. At a load of .9 the bursts bring three times what can be served, so some
// hundred requests wait at their end.

#pragma once

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <numbers>
#include <random>

namespace maxwell::bench {

inline void print_example(std::uint64_t requests) {
    constexpr std::time_t start_s = 1'767'225'600;  // 2026-01-01
    std::mt19937_64 engine(1);
    const auto uniform = [&] { return static_cast<double>(engine() >> 11) * 0x1p-53; };
    const auto exponential = [&](double mean) { return -mean * std::log(1 - uniform()); };
    const auto log_normal = [&](double median, double spread) {
        const double normal = std::sqrt(-2 * std::log(1 - uniform())) * std::cos(2 * std::numbers::pi * uniform());
        return std::clamp(median * std::exp(spread * normal), 1., 16'000.);
    };
    fmt::print("TIMESTAMP,ContextTokens,GeneratedTokens\n");
    double at_s = 0;
    double changes_s = exponential(60);
    bool burst = false;
    for (std::uint64_t i = 0; i < requests; ++i) {
        at_s += exponential(burst ? 1. / 12 : 1. / 2);
        if (at_s > changes_s) {
            burst = !burst;
            changes_s = at_s + exponential(burst ? 15 : 60);
        }
        const auto us = static_cast<std::int64_t>(at_s * 1e6);
        fmt::print("{:%Y-%m-%d %H:%M:%S}.{:06},{:.0f},{:.0f}\n", fmt::gmtime(start_s + us / 1'000'000), us % 1'000'000,
                   log_normal(900, .8), log_normal(130, .9));
    }
}

}  // namespace maxwell::bench
