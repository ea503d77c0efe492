// SPDX-License-Identifier: MIT
//
// Finds a fault in adaptive tiers in a second: against the oracle, with boundaries that move all the time. It passes with the
// library as it is, and must fail with every mutant of it in tiers.txt.

#include "fuzz/moving_targets.hpp"
#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
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
    REQUIRE(edges.reaches(3 * Count - 3) && !edges.reaches(3 * Count - 2) &&
            edges.at_or_above(3 * Count - 2) == max_price);
    return nullptr;
}

/// The first boundaries: each price is in the tier whose edge is the greatest at or below it. As many tiers as there are cells of a
/// relative width have the cells' own edges.
template <std::uint32_t... Count>
char const* first_edges_are_of_their_tiers() {
    char const* why = nullptr;
    const auto look = [&]<std::uint32_t C>() {
        using tiers = adaptive_tiers<C>;
        for (std::uint32_t tier = 0; tier < C; ++tier) {
            const price edge = tiers::lower_edge(tier);
            if (tiers::index(edge) != tier || (tier == 0 ? edge != 0 : tiers::index(edge - 1) != tier - 1))
                why = "an edge is not where its tier begins";
        }
        if (tiers::index(max_price) != C - 1) why = "the highest price is not in the last tier";
    };
    (look.template operator()<Count>(), ...);
    return why;
}
template <std::uint32_t Count, int MantissaBits>
char const* first_edges_are_of_equal_relative_width() {
    static_assert(Count == log_linear<MantissaBits>::count);
    for (std::uint32_t tier = 0; tier < Count; ++tier)
        REQUIRE(adaptive_tiers<Count>::lower_edge(tier) == log_linear<MantissaBits>::lower_edge(tier));
    return nullptr;
}

/// Rows of edges: of the least power of two with which there are no more rows than edges in a row.
template <std::uint32_t Count>
bool edges_take_as_much_as_stated() {
    std::uint32_t width = 1;
    while ((Count + width - 1) / width > width) width *= 2;
    const std::uint32_t rows = (Count + width - 1) / width;
    return sizeof(detail::tier_edges<adaptive_tiers<Count>>) == 4 + 4 * rows + 4 * std::size_t{rows} * width;
}
char const* memory_is_as_stated() {
    REQUIRE(edges_take_as_much_as_stated<1>() && edges_take_as_much_as_stated<2>() &&
            edges_take_as_much_as_stated<3>());
    REQUIRE(edges_take_as_much_as_stated<4>() && edges_take_as_much_as_stated<5>() &&
            edges_take_as_much_as_stated<8>());
    REQUIRE(edges_take_as_much_as_stated<9>() && edges_take_as_much_as_stated<16>());
    REQUIRE(edges_take_as_much_as_stated<17>() && edges_take_as_much_as_stated<64>());
    REQUIRE(edges_take_as_much_as_stated<65>() && edges_take_as_much_as_stated<256>());
    REQUIRE(edges_take_as_much_as_stated<257>() && edges_take_as_much_as_stated<4096>());
    constexpr std::size_t fixed = sizeof(detail::equal_depth<8, 16>) - 8 * 2;
    REQUIRE(sizeof(detail::equal_depth<8, 65535>) == fixed + 8 * 2 &&
            sizeof(detail::equal_depth<8, 65536>) == fixed + 8 * 4);
    REQUIRE((begins_as_zero<stratified_buckets<4, adaptive_tiers<8, 16>>>()));
    return nullptr;
}

/// The critical price of each pair while boundaries move.
char const* critical_prices_are_as_defined() {
    using tiers = adaptive_tiers<8, 5>;
    stratified_buckets<4, tiers> a;
    reference_adaptive_auction<4, tiers> reference;
    dice random(5);
    for (int n = 0; n < 6000; ++n) {
        const std::uint32_t slot = random.below(4);
        const bid b{slot, random() >> random.below(32), random.below(9) == 0 ? 0u : 1u};
        if (n % 16 == 0) {
            const price reserve = random.below(2) == 0 ? 0 : random() >> random.below(32);
            a.update_price(reserve);
            reference.update_price(reserve);
        }
        REQUIRE(a.insert(b) == reference.insert(b));
        if (n % 3 == 0) REQUIRE(a.extract_max() == reference.extract_max());
        for (std::uint32_t w = 0; w <= 4; ++w) {
            if (w < 4 && !a.find_slot(w)) continue;
            for (std::uint32_t r = 0; r <= 4; ++r)
                REQUIRE(w == r || a.critical_price(w, r) == reference.critical_price(w, r));
        }
    }
    return nullptr;
}

/// Three bids of a tier, whose arrival numbers are then exchanged in memory: the check of invariants notices each exchange.
char const* a_wrong_order_of_arrival_is_noticed() {
    using adaptive = stratified_buckets<4, adaptive_tiers<8, 16>>;
    constexpr std::uint64_t first = 0x1234'5678'9ABC'DEF0u;
    adaptive a(first);
    for (const std::uint32_t slot : {2u, 0u, 3u}) a.insert({slot, 100, 1});
    REQUIRE(a.check_invariants());
    auto* const bytes = reinterpret_cast<unsigned char*>(&a);
    const auto find = [&](std::uint64_t arrival) {
        std::size_t at = 8;  // behind the counter of arrivals
        while (at + 8 <= sizeof(a) && std::memcmp(bytes + at, &arrival, 8) != 0) at += 8;
        return bytes + at;
    };
    unsigned char* const arrivals[] = {find(first), find(first + 1), find(first + 2)};
    for (int i = 0; i < 3; ++i) {
        unsigned char* const one = arrivals[i];
        unsigned char* const other = arrivals[(i + 1) % 3];
        std::swap_ranges(one, one + 8, other);
        REQUIRE(!a.check_invariants());
        std::swap_ranges(one, one + 8, other);
        REQUIRE(a.check_invariants());
    }
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
    adaptive high;
    high.update_price(0x8000'0000u);
    high.insert({0, max_price, 1});
    REQUIRE(high.reserve() == 0x8000'0000u && high.top()->payment == 0x8000'0000u);
    high.update_price(0x8000'0001u);  // no edge is as high: nobody wins
    REQUIRE(high.reserve() == 0x8000'0001u && !high.top());
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({equal_amounts<maxwell::adaptive_tiers<8, 16>>, equal_amounts<maxwell::adaptive_tiers<600, 100>>,
                one_loser_is_counted_a_decision, edges_are_found<5>, edges_are_found<7>, edges_are_found<33>,
                edges_are_found<600>, first_edges_are_of_their_tiers<1, 2, 3, 7, 33, 34, 65, 100, 125, 241, 600, 4096>,
                first_edges_are_of_equal_relative_width<33, 0>, first_edges_are_of_equal_relative_width<64, 1>,
                first_edges_are_of_equal_relative_width<124, 2>, memory_is_as_stated, critical_prices_are_as_defined,
                a_wrong_order_of_arrival_is_noticed, a_bid_without_a_rival_pays_the_reserve, random_operations});
}
