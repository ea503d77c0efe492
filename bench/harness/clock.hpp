// SPDX-License-Identifier: MIT
//
// A clock for single operations: the processor's own counter, fenced so that nothing of an operation leaks over its ends.
//
// On x86 the invariant time stamp counter, on AArch64 the virtual counter, elsewhere steady_clock. A pair of readings costs
// some 10 to 30 ns itself: that floor is measured and stands beside every figure that contains it.

#pragma once

#include <maxwell/core/latency_histogram.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

#if defined(__linux__)
#include <sys/resource.h>
#endif
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace maxwell::bench {

#if defined(__x86_64__)
inline constexpr std::string_view clock_name = "rdtsc, fenced";
/// Everything before has been executed; nothing after has begun.
inline std::uint64_t ticks_begin() noexcept {
    _mm_lfence();
    const std::uint64_t t = __rdtsc();
    _mm_lfence();
    return t;
}
inline std::uint64_t ticks_end() noexcept {
    unsigned core;
    const std::uint64_t t = __rdtscp(&core);  // waits for everything before
    _mm_lfence();
    return t;
}
#elif defined(__aarch64__)
inline constexpr std::string_view clock_name = "cntvct_el0";
inline std::uint64_t ticks_begin() noexcept {
    std::uint64_t t;
    asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(t) : : "memory");
    return t;
}
inline std::uint64_t ticks_end() noexcept { return ticks_begin(); }
#else
inline constexpr std::string_view clock_name = "steady_clock";
inline std::uint64_t ticks_begin() noexcept {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}
inline std::uint64_t ticks_end() noexcept { return ticks_begin(); }
#endif

/// How often the kernel has taken the processor away from this thread. A measurement across which it changes says more about
/// the neighbours than about an auction. 0 where the kernel doesn't tell.
inline long interruptions() noexcept {
#if defined(__linux__)
    rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
#else
    return 0;
#endif
}

/// How long a tick is, and what a pair of readings costs.
struct clock_facts {
    double ns_per_tick;
    std::uint64_t floor_ticks;  ///< the median of an empty pair
    std::uint64_t floor_p99_ticks;

    double ns(std::uint64_t ticks) const noexcept { return static_cast<double>(ticks) * ns_per_tick; }
    double floor_ns() const noexcept { return ns(floor_ticks); }
};

/// Takes 60 ms.
inline clock_facts measure_clock() {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    const std::uint64_t first = ticks_begin();
    while (clock::now() - start < std::chrono::milliseconds(50)) {
    }
    const std::uint64_t last = ticks_end();
    const std::chrono::duration<double, std::nano> elapsed = clock::now() - start;

    static latency_histogram<> empty;
    empty = {};
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t t = ticks_begin();
        asm volatile("" : : : "memory");
        empty.record(ticks_end() - t);
    }
    return {elapsed.count() / static_cast<double>(last - first), empty.percentile(500'000), empty.percentile(990'000)};
}

}  // namespace maxwell::bench
