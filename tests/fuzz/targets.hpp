// SPDX-License-Identifier: MIT
//
// What is fuzzed: every container, at a capacity where bids meet and at one where slots and tiers don't fit a word.

#pragma once

#include "support/lockstep.hpp"
#include "support/reference_auction.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

template <std::size_t Capacity, class Tiers>
char const* fuzz_buckets(std::uint8_t const* data, std::size_t size) {
    return run_bytes<stratified_buckets<Capacity, Tiers>, reference_auction<Capacity, tier_order<Tiers>>>(data, size);
}

template <class Container>
char const* fuzz_exact(std::uint8_t const* data, std::size_t size) {
    return run_bytes<Container, reference_auction<Container::capacity(), exact_order>>(data, size);
}

/// Null, or a sentence on the first container that differs from its oracle.
inline char const* run_all_targets(std::uint8_t const* data, std::size_t size) {
    if (char const* why = fuzz_buckets<4, log_linear_tiers<7>>(data, size)) return why;
    if (char const* why = fuzz_buckets<4, linear_tiers<2, 2, 5>>(data, size)) return why;
    if (char const* why = fuzz_buckets<70, log_linear_tiers<1>>(data, size)) return why;
    if (char const* why = fuzz_exact<tournament_tree<5>>(data, size)) return why;
    if (char const* why = fuzz_exact<tournament_tree<70, 9>>(data, size)) return why;
    if (char const* why = fuzz_exact<lazy_heap<5, true>>(data, size)) return why;
    if (char const* why = fuzz_exact<lazy_heap<6>>(data, size)) return why;
    return nullptr;
}

}  // namespace maxwell::test
