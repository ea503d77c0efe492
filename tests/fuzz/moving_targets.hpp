// SPDX-License-Identifier: MIT
//
// What is fuzzed of adaptive tiers: so few tiers and so short periods that boundaries move all the time, and as many tiers as
// don't fit a word.

#pragma once

#include "support/lockstep.hpp"
#include "support/reference_adaptive_auction.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

template <std::size_t Capacity, class Tiers>
char const* fuzz_moving(std::uint8_t const* data, std::size_t size) {
    return run_bytes<stratified_buckets<Capacity, Tiers>, reference_adaptive_auction<Capacity, Tiers>>(data, size);
}

/// Null, or a sentence on the first container that differs from its oracle.
inline char const* run_moving_targets(std::uint8_t const* data, std::size_t size) {
    if (char const* why = fuzz_moving<4, adaptive_tiers<3, 2>>(data, size)) return why;
    if (char const* why = fuzz_moving<9, adaptive_tiers<70, 5>>(data, size)) return why;
    return nullptr;
}

}  // namespace maxwell::test
