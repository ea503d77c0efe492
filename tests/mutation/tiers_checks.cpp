// SPDX-License-Identifier: MIT
//
// Finds a fault in adaptive tiers in a second: against the oracle, with boundaries that move all the time. It passes with the
// library as it is, and must fail with every mutant of it in tiers.txt.

#include "fuzz/moving_targets.hpp"
#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::test {
namespace {

char const* random_operations() {
    dice random(7);
    for (std::size_t input = 0; input < 4000; ++input) {
        std::vector<std::uint8_t> bytes(1 + 8 * (40 + input % 160));
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        if (char const* why = run_moving_targets(bytes.data(), bytes.size())) return why;
    }
    return nullptr;
}

/// All boundaries are driven towards one amount, which random ones never do; many of them to where prices end.
template <class Tiers>
char const* equal_amounts() {
    for (const price amount : {0u, 1000u, 0xFFFF'FFFFu}) {
        twin<stratified_buckets<4, Tiers>, reference_adaptive_auction<4, Tiers>> both;
        for (std::uint32_t n = 0; n < 10'000; ++n) {
            if (char const* why = both.apply({n % 2 == 0 ? op::insert : op::quantum, 0, n % 4, amount, 1}, n % 64 == 0))
                return why;
        }
    }
    return nullptr;
}

/// One loser between two winners is counted, whatever chose the winners.
char const* one_loser_is_counted_a_decision() {
    twin<stratified_buckets<4, adaptive_tiers<8, 16>>, reference_adaptive_auction<4, adaptive_tiers<8, 16>>> both;
    dice random(3);
    for (std::uint32_t n = 0; n < 20'000; ++n) {
        const std::uint32_t slot = n % 4;
        const op what = n % 8 < 4 ? op::insert : n % 8 < 6 ? op::expire : n % 8 == 6 ? op::extract_max_if : op::expire;
        if (char const* why = both.apply({what, 8, slot, random.below(1u << random.below(20)), 1}, n % 64 == 0))
            return why;
    }
    return nullptr;
}

/// Rows of edges that the tiers don't fill.
template <std::uint32_t Count>
char const* edges_are_found() {
    detail::tier_edges<adaptive_tiers<Count>> edges;
    for (std::uint32_t tier = 1; tier < Count; ++tier) edges.make(tier, 3 * tier);
    edges.put_in_force();
    for (std::uint32_t tier = 0; tier < Count; ++tier) {
        REQUIRE(edges.index(3 * tier) == tier && edges.index(3 * tier + 2) == tier &&
                edges.lower_edge(tier) == 3 * tier);
        REQUIRE(edges.above(3 * tier) == (tier + 1 < Count ? 3 * tier + 3 : max_price));
    }
    REQUIRE(edges.index(max_price) == Count - 1 && edges.check_invariants());
    return nullptr;
}

/// Alone, a bid pays the reserve, which is an edge.
char const* a_bid_without_a_rival_pays_the_reserve() {
    using adaptive = stratified_buckets<4, adaptive_tiers<33>>;
    REQUIRE(adaptive::traits == (auction_traits{fidelity::tier, fidelity::tier, true}));
    for (const price reserve : {0u, 1u, 2u, 3u, 5u}) {
        adaptive a;
        a.update_price(reserve);
        a.insert({0, 1000, 1});
        const price edge = reserve == 3 ? 4 : reserve == 5 ? 8 : reserve;  // 33 tiers: an octave each
        REQUIRE(a.reserve() == edge && a.critical_price(0, 1) == edge && a.extract_max()->payment == edge);
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({equal_amounts<maxwell::adaptive_tiers<8, 16>>, equal_amounts<maxwell::adaptive_tiers<600, 100>>,
                one_loser_is_counted_a_decision, edges_are_found<5>, edges_are_found<33>, edges_are_found<600>,
                a_bid_without_a_rival_pays_the_reserve, random_operations});
}
