// SPDX-License-Identifier: MIT
//
// A bid of the first tier would pay more than it offered.

#include <maxwell/auction/stratified_buckets.hpp>

struct tiers {
    static constexpr std::uint32_t count = 2;
    static constexpr std::uint32_t index(maxwell::price p) noexcept { return p < 100 ? 0 : 1; }
#ifdef CONTROL
    static constexpr maxwell::price lower_edge(std::uint32_t tier) noexcept { return tier * 100; }
#else
    static constexpr maxwell::price lower_edge(std::uint32_t tier) noexcept { return tier * 100 + 1; }
#endif
};

maxwell::stratified_buckets<4, tiers> auction;
