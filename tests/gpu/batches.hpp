// SPDX-License-Identifier: MIT
//
// Batches of bids for tests.

#pragma once

#include "support/dice.hpp"

#include <maxwell/core/bid.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::test {

enum class rule : std::uint8_t { items, stop, skip };

struct batch {
    std::vector<bid> bids;  ///< the slot of each is its index
    std::uint64_t supply = 0;
    price reserve = 0;
    rule how = rule::items;
};

/// Amounts as markets have them, and as no market has: few different ones, all equal, close together, at both ends, over all octaves.
inline price draw_amount(dice& random, std::uint32_t kind) {
    switch (kind) {
        case 0:
            return random.below(6);
        case 1:
            return 77;
        case 2:
            return max_price - random.below(3);
        case 3:
            return 1'000'000 + random.below(5000);
        case 4:
            return random() >> random.below(32);
        case 5:
            return random.below(2) == 0 ? 0 : max_price;
        default:
            return random();
    }
}
constexpr std::uint32_t amount_kinds = 7;

/// A batch of up to `most` bids for up to `most_units` each, some of them withdrawn.
inline batch draw_batch(dice& random, std::size_t most, std::uint32_t most_units) {
    batch m;
    const std::size_t n = random.below(most + 1);
    const std::uint32_t kind = random.below(amount_kinds);
    const std::uint32_t few = 1 + random.below(most_units);
    for (std::size_t i = 0; i < n; ++i) {
        const bool withdrawn = random.below(8) == 0;
        m.bids.push_back({i, draw_amount(random, kind), withdrawn ? 0 : 1 + random.below(few)});
    }
    m.how = static_cast<rule>(random.below(3));
    m.supply = random.below(m.how == rule::items ? n + 2 : few * (n + 1) + 1);
    if (n > 0 && random.below(3) == 0) m.reserve = m.bids[random.below(n)].amount;
    return m;
}

}  // namespace maxwell::test
