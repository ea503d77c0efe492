// SPDX-License-Identifier: MIT
//
// What is particular to adaptive tiers: how boundaries are cut, how good the cut is, and what holds while they move. The
// contract that they share with all containers is tested in tests/contract.

#include "deviation/moving_rules.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/detail/equal_depth.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace maxwell::test {
namespace {

// --- layout ------------------------------------------------------------------------------------------------------------

template <std::size_t Capacity>
constexpr std::size_t per_agent = (sizeof(stratified_buckets<2 * Capacity, adaptive_tiers<>>) -
                                   sizeof(stratified_buckets<Capacity, adaptive_tiers<>>)) /
                                  Capacity;
static_assert(per_agent<1000> == 30 && per_agent<16384> == 30);

constinit stratified_buckets<100, adaptive_tiers<>> in_bss;

TEST(adaptive_tiers, works_in_static_storage) {
    EXPECT_EQ(in_bss.insert({99, 5, 1}), status::ok);
    EXPECT_EQ(in_bss.extract_max(), (award{{99, 5, 1}, 0}));
}

constexpr bool a_market_at_compile_time() {
    stratified_buckets<3, adaptive_tiers<8, 16>> a;
    for (price p = 0; p < 300; ++p) {
        a.insert({p % 3, 1000 + p * 37 % 100, 1});
        if (p % 2 == 1 && !a.extract_max()) return false;
        if (!a.check_invariants()) return false;
    }
    return a.lower_edge(1) > 1000 && a.lower_edge(6) < 1100;
}
static_assert(a_market_at_compile_time());

// --- the boundaries it begins with --------------------------------------------------------------------------------------

template <std::uint32_t Count>
void expect_a_tier_map() {
    using tiers = adaptive_tiers<Count>;
    EXPECT_EQ(tiers::lower_edge(0), 0u);
    for (std::uint32_t t = 0; t < Count; ++t) {
        ASSERT_EQ(tiers::index(tiers::lower_edge(t)), t);
        if (t > 0) {
            ASSERT_GT(tiers::lower_edge(t), tiers::lower_edge(t - 1));
            ASSERT_EQ(tiers::index(tiers::lower_edge(t) - 1), t - 1);
        }
    }
    EXPECT_EQ(tiers::index(0xFFFF'FFFFu), Count - 1);
}

TEST(adaptive_tiers, begin_as_a_tier_map_whatever_their_number) {
    expect_a_tier_map<1>();
    expect_a_tier_map<2>();
    expect_a_tier_map<33>();
    expect_a_tier_map<34>();
    expect_a_tier_map<256>();
    expect_a_tier_map<1000>();
    expect_a_tier_map<4096>();
}

// --- the sketch against exact quantiles ----------------------------------------------------------------------------------

/// Amounts of one kind.
using source = price (*)(std::mt19937_64&);
price uniform(std::mt19937_64& random) { return static_cast<price>(random()); }
price lognormal(std::mt19937_64& random) {
    return static_cast<price>(std::min(4e9, std::lognormal_distribution<>(std::log(1e6), 1.0)(random)));
}
price bimodal(std::mt19937_64& random) {
    return static_cast<price>((random() % 2 == 0 ? 1000 : 50'000'000) + random() % 100);
}
price equal(std::mt19937_64&) { return 12345; }

template <std::uint32_t Count, std::uint32_t Period>
struct sketch {
    using first = adaptive_tiers<Count, Period>;
    detail::tier_edges<first> edges[2];
    detail::equal_depth<Count, Period> counted;
    int newest = 0;

    /// Counts these and cuts; how many steps that took.
    std::uint32_t learn(std::vector<price> const& amounts) {
        for (const price p : amounts) counted.record(edges[newest].index(p));
        std::uint32_t steps = 1;
        while (!counted.cut_step(edges[newest], edges[newest ^ 1])) ++steps;
        newest ^= 1;
        return steps;
    }
    auto const& now() const { return edges[newest]; }
};

std::size_t bids_between(std::vector<price> const& sorted, price from, std::uint64_t to) {
    const auto first = std::lower_bound(sorted.begin(), sorted.end(), from);
    return static_cast<std::size_t>(std::lower_bound(first, sorted.end(), to) - first);
}
template <class Edges>
std::uint64_t end_of(Edges const& edges, std::uint32_t tier) {
    return tier + 1 < Edges::count ? edges.lower_edge(tier + 1) : std::uint64_t{1} << 32;
}

// The bound that the header states, against the bids themselves.
TEST(equal_depth, a_tier_holds_two_parts_beside_the_bids_of_the_tiers_its_edges_were_cut_in) {
    constexpr std::uint32_t count = 50;
    constexpr std::uint32_t period = 1000;
    for (const source draw : {uniform, lognormal, bimodal}) {
        std::mt19937_64 random(1);
        auto s = std::make_unique<sketch<count, period>>();
        for (int cut = 0; cut < 8; ++cut) {
            std::vector<price> amounts(period);
            for (price& p : amounts) p = draw(random);
            std::sort(amounts.begin(), amounts.end());
            const auto before = s->now();
            EXPECT_EQ(s->learn(amounts), 2 * count - 1);
            ASSERT_TRUE(s->now().check_invariants() && s->counted.check_invariants());
            for (std::uint32_t t = 0; t < count; ++t) {
                const std::uint64_t end = end_of(s->now(), t);
                const auto cut_in = [&](std::uint32_t edge) {
                    const auto tier = before.index(edge);
                    return bids_between(amounts, before.lower_edge(tier), end_of(before, tier));
                };
                const std::size_t beside = cut_in(s->now().lower_edge(t)) + cut_in(static_cast<price>(end - 1));
                ASSERT_LE(bids_between(amounts, s->now().lower_edge(t), end), 2 * period / count + beside)
                    << "tier " << t << " of cut " << cut;
            }
        }
    }
}

TEST(equal_depth, in_a_few_periods_no_tier_holds_many_more_bids_than_its_part) {
    constexpr std::uint32_t count = 64;
    constexpr std::uint32_t period = 6400;
    for (const source draw : {uniform, lognormal, bimodal}) {
        std::mt19937_64 random(2);
        auto s = std::make_unique<sketch<count, period>>();
        std::vector<price> amounts(period);
        for (int cut = 0; cut < 12; ++cut) {
            for (price& p : amounts) p = draw(random);
            s->learn(amounts);
        }
        std::vector<int> held(count);
        for (int n = 0; n < 64'000; ++n) ++held[s->now().index(draw(random))];
        EXPECT_LT(*std::max_element(held.begin(), held.end()), 4 * 64'000 / static_cast<int>(count));
    }
}

TEST(equal_depth, equal_amounts_leave_edges_that_rise_and_distribution_that_returns_is_learnt_again) {
    auto s = std::make_unique<sketch<16, 160>>();
    std::mt19937_64 random(3);
    for (const source draw : {equal, equal, equal, lognormal, lognormal, lognormal, lognormal}) {
        std::vector<price> amounts(160);
        for (price& p : amounts) p = draw(random);
        s->learn(amounts);
        ASSERT_TRUE(s->now().check_invariants());
    }
    std::vector<int> held(16);
    for (int n = 0; n < 16'000; ++n) ++held[s->now().index(lognormal(random))];
    EXPECT_LT(*std::max_element(held.begin(), held.end()), 4000);
}

TEST(equal_depth, the_ends_of_the_price_range_leave_room_for_every_edge) {
    for (const price p : {0u, 1u, 0xFFFF'FFFEu, 0xFFFF'FFFFu}) {
        auto s = std::make_unique<sketch<16, 16>>();
        for (int cut = 0; cut < 40; ++cut) {
            s->learn(std::vector<price>(16, p));
            ASSERT_TRUE(s->now().check_invariants()) << p;
            ASSERT_LE(s->now().lower_edge(s->now().index(p)), p);
        }
        EXPECT_LT(p - s->now().lower_edge(s->now().index(p)), 512u) << "learnt to 2^-23";
    }
}

TEST(equal_depth, cuts_as_the_example_in_its_header_says) {
    detail::tier_edges<adaptive_tiers<4, 16>> from, to;
    for (const std::uint32_t tier : {1u, 2u, 3u}) from.make(tier, 4u << (2 * tier));  // 0, 16, 64, 256
    from.put_in_force();
    detail::equal_depth<4, 16> counted;
    for (const price p : {3u, 16u, 17u, 20u, 40u, 50u, 63u, 64u, 70u, 80u, 100u, 150u, 200u, 250u, 255u, 9999u}) {
        counted.record(from.index(p));
    }
    int steps = 1;
    while (!counted.cut_step(from, to)) ++steps;
    EXPECT_EQ(steps, 2 * 4 - 1);
    EXPECT_EQ(to.lower_edge(1), 30u);
    EXPECT_EQ(to.lower_edge(2), 80u);
    EXPECT_EQ(to.lower_edge(3), 208u);
}

TEST(tier_edges, edges_at_or_above_and_above) {
    detail::tier_edges<linear_tiers<0, 10, 3>> e;
    EXPECT_EQ(e.at_or_above(0), 0u);
    EXPECT_EQ(e.at_or_above(1), 10u);
    EXPECT_EQ(e.above(10), 20u);
    EXPECT_EQ(e.at_or_above(20), 20u);
    EXPECT_EQ(e.at_or_above(21), 0xFFFF'FFFFu);
    EXPECT_EQ(e.above(20), 0xFFFF'FFFFu);
    EXPECT_TRUE(e.reaches(20));
    EXPECT_FALSE(e.reaches(21));
}

// --- two eras ------------------------------------------------------------------------------------------------------------

using small = stratified_buckets<8, adaptive_tiers<4, 8>>;

/// Lets bids of slot 7 pass: each leaves as a winner's.
template <class A>
void pass_by(A& a, std::vector<price> const& amounts) {
    for (const price p : amounts) {
        a.insert({7, p, 1});
        a.extract(7);
    }
}

std::vector<price> edges_of(small const& a) {
    std::vector<price> all;
    for (std::uint32_t t = 0; t < 4; ++t) all.push_back(a.lower_edge(t));
    return all;
}

TEST(adaptive_tiers, boundaries_move_after_a_period_and_count_inserts_and_not_before) {
    small a;
    const auto begin = edges_of(a);
    pass_by(a, {10, 20, 30, 40, 50, 60, 70, 80});  // the period
    pass_by(a, {1, 1, 1});                         // three inserts: two steps each, and these departures don't count
    EXPECT_EQ(edges_of(a), begin);
    a.insert({0, 1, 1});  // the fourth: in force before this bid is filed
    EXPECT_NE(edges_of(a), begin);
}

TEST(adaptive_tiers, a_bid_stays_filed_and_priced_under_the_boundaries_of_its_arrival) {
    small a;
    a.insert({0, 100, 1});
    const price edge_then = a.critical_price(1, 0);  // slot 1 never bid; asks as the first era does
    a.insert({1, 90, 1});
    pass_by(a, {1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 1, 1, 1, 1});
    EXPECT_GT(a.lower_edge(2), 1000u) << "boundaries have moved";
    EXPECT_EQ(a.critical_price(0, 1), edge_then) << "both are of the first era, and 0 came first";
    EXPECT_EQ(a.top()->winner.agent, 0u);
}

TEST(adaptive_tiers, bids_that_never_leave_do_not_hold_boundaries_up) {
    using A = stratified_buckets<100, adaptive_tiers<4, 8>>;
    A a;
    for (std::uint32_t s = 8; s < 100; ++s) a.insert({s, s, 1});  // 92 of them, for ever
    std::vector<price> seen;
    dice random(4);
    for (int insert = 0; insert < 2000; ++insert) {
        pass_by(a, {static_cast<price>(1 + insert * 10 + static_cast<int>(random.below(10)))});
        ASSERT_TRUE(a.check_invariants());
        if (seen.empty() || seen.back() != a.lower_edge(3)) seen.push_back(a.lower_edge(3));
    }
    // A cut takes 8 departures, 92 inserts for those who stayed, and 4 for its steps.
    EXPECT_GE(seen.size(), 2000u / (8 + 92 + 4));
    EXPECT_EQ(a.size(), 92u);
    std::vector<std::uint32_t> order;
    while (const auto won = a.extract_max()) order.push_back(slot_of(won->winner.agent));
    EXPECT_EQ(order.size(), 92u);
}

// While extract_max decides, a bid that has not left has no part in any boundary.
TEST(adaptive_tiers, no_boundary_depends_on_a_bid_that_has_not_left) {
    dice random(5);
    int compared = 0;  // after boundaries had moved
    for (int round = 0; round < 200; ++round) {
        small one;
        small other;
        const price amount = random.below(2000);
        const price another = random.below(2000);
        for (int i = 0; i < 120; ++i) {
            if (i == 20) one.insert({0, amount, 1});
            if (i == 20) other.insert({0, another, 1});
            const bid b{1 + random.below(7), 100 + random.below(1000), 1};
            one.insert(b);
            other.insert(b);
            if (slot_of(one.top()->winner.agent) == 0 || slot_of(other.top()->winner.agent) == 0) break;  // it leaves
            if (i % 2 == 0) {
                ASSERT_EQ(one.extract_max()->winner, other.extract_max()->winner);
            }
            ASSERT_EQ(edges_of(one), edges_of(other));
            compared += edges_of(one) != edges_of(small{}) ? 1 : 0;
        }
    }
    EXPECT_GT(compared, 1000);
}

// What that needs: a loser's amount that keeps others from winning steers who leaves.
TEST(adaptive_tiers, later_boundaries_can_depend_on_a_loser_that_uses_up_the_probes) {
    int differed = 0;
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto edges_with = [seed](price of_the_loser) {
            dice random(seed);
            small a;
            a.insert({0, of_the_loser, 1});
            for (int i = 0; i < 60; ++i) {
                a.insert({1 + random.below(7), 100 + random.below(1000), 1});
                a.extract_max_if([](std::uint32_t slot) noexcept { return slot != 0; }, 1);
            }
            EXPECT_TRUE(a.find(0)) << "it lost with either amount";
            return edges_of(a);
        };
        differed += edges_with(50) != edges_with(2000) ? 1 : 0;
    }
    EXPECT_GT(differed, 10);
}

TEST(adaptive_tiers, an_agent_that_bids_again_and_again_does_not_steer_boundaries) {
    for (const int rebids : {1, 256}) {
        stratified_buckets<3, adaptive_tiers<>> a;
        EXPECT_EQ(moving::wins_of_the_low_agent(a, rebids, 3000), 0);
    }
}

// Boundaries follow bids that a reserve bars: without that nobody would ever win under one above all edges.
TEST(adaptive_tiers, boundaries_reach_a_reserve_that_was_above_them) {
    stratified_buckets<8, adaptive_tiers<4, 8>> a;
    for (int period = 0; period < 6; ++period) pass_by(a, {10, 20, 30, 40, 50, 60, 70, 80, 1, 1, 1, 1});
    a.update_price(1000);
    ASSERT_LT(a.lower_edge(3), 1000u);
    int quanta = 0;
    for (; !quantum(a, {static_cast<agent_id>(quanta % 8), 2000u + static_cast<price>(quanta) % 100, 1}).winner;
         ++quanta) {
        ASSERT_LT(quanta, 400);
    }
    EXPECT_GE(a.lower_edge(3), 1000u);
}

TEST(adaptive_tiers, the_reserve_is_rounded_again_when_boundaries_move) {
    small a;
    a.update_price(45);
    const price before = a.reserve();
    EXPECT_GE(before, 45u);
    pass_by(a, {10, 20, 30, 40, 50, 60, 70, 80, 1, 1, 1, 1});
    EXPECT_NE(a.reserve(), before);
    EXPECT_GE(a.reserve(), 45u);
    a.insert({0, 0xFFFF'FFFFu, 1});
    EXPECT_EQ(a.top()->payment, a.reserve());
    a.update_price(0xFFFF'FFFFu);
    EXPECT_EQ(a.reserve(), 0xFFFF'FFFFu);
    EXPECT_EQ(a.top(), std::nullopt);
}

// Across eras the higher edge can belong to the lower amount: the rule for a switching bonus has to ask both prices.
TEST(adaptive_tiers, an_incumbent_that_ranks_above_a_higher_amount_pays_no_more_than_it_bid) {
    using A = stratified_buckets<3, adaptive_tiers<2, 2>>;
    dice random(6);
    int crossed = 0;
    for (int market = 0; market < 20'000; ++market) {
        A a;
        const std::uint32_t passing = 4 + random.below(8);
        for (std::uint32_t i = 0; i < passing; ++i) {
            if (i == passing - 4) a.insert({0, 1 + random.below(100'000), 1});
            a.insert({2, 1 + random.below(100'000), 1});
            a.extract(2);
        }
        const bid incumbent{1, 1 + random.below(100'000), 1};
        const price bonus = random.below(3) * 10'000;
        const price other = a.find(0)->amount;
        const auto q = quantum(a, incumbent, bonus);
        ASSERT_TRUE(q.winner);
        ASSERT_LE(q.winner->payment, q.winner->winner.amount);
        crossed += q.winner->winner.agent == 1 && other > incumbent.amount + bonus ? 1 : 0;
    }
    EXPECT_GT(crossed, 10) << "the incumbent ranked first, though the other offered more";
}

TEST(adaptive_tiers, a_reserve_above_the_newest_edges_bars_bids_under_older_edges_too) {
    using A = stratified_buckets<3, adaptive_tiers<2, 2>>;
    A a;
    a.insert({0, 0xFFFF'FFFFu, 1});
    const price old_edge = a.lower_edge(1);
    for (int i = 0; i < 4; ++i) {
        a.insert({1, 10, 1});
        a.extract(1);
    }
    ASSERT_LT(a.lower_edge(1), old_edge);
    a.update_price(old_edge);
    EXPECT_EQ(a.reserve(), old_edge);
    EXPECT_EQ(a.top(), std::nullopt);
    EXPECT_EQ(quantum(a, {1, 0xFFFF'FFFFu, 1}, 5).winner, std::nullopt);
}

TEST(adaptive_tiers, clear_counts_no_departure) {
    small a;
    const auto begin = edges_of(a);
    for (int i = 0; i < 20; ++i) {
        for (std::uint32_t s = 0; s < 8; ++s) a.insert({s, 100 + s, 1});
        a.clear();
    }
    EXPECT_EQ(edges_of(a), begin);
    EXPECT_TRUE(a.empty() && a.check_invariants());
}

}  // namespace
}  // namespace maxwell::test
