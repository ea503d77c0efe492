// SPDX-License-Identifier: MIT
//
// What is particular to stratified_buckets: tiers, the rounding of the reserve, layout, and use at compile time. The
// contract that it shares with all containers is tested in tests/contract.

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace maxwell::test {
namespace {

// --- layout ------------------------------------------------------------------------------------------------------------

template <std::size_t Capacity>
constexpr std::size_t per_agent =
    (sizeof(stratified_buckets<2 * Capacity>) - sizeof(stratified_buckets<Capacity>)) / Capacity;

static_assert(per_agent<1000> == 24 && per_agent<16384> == 24 && per_agent<100'000> == 28);
static_assert(sizeof(stratified_buckets<1>) <= 24 + 7168);
static_assert(sizeof(stratified_buckets<64, linear_tiers<0, 1, 64>>) <= 64 * 24 + 192, "64 tiers take little room");
static_assert(std::is_standard_layout_v<stratified_buckets<1000>>);

// In static storage it needs no code to come into being.
constinit stratified_buckets<100> in_bss;

TEST(stratified_buckets, works_in_static_storage) {
    EXPECT_TRUE(in_bss.empty());
    EXPECT_EQ(in_bss.insert({99, 5, 1}), status::ok);
    EXPECT_EQ(in_bss.extract_max(), (award{{99, 5, 1}, 0}));
}

TEST(stratified_buckets, the_largest_slot_of_each_link_width_works) {
    auto narrow = std::make_unique<stratified_buckets<65534>>();
    auto wide = std::make_unique<stratified_buckets<65536>>();
    for (const std::uint32_t slot : {65533u, 0u, 65532u}) {
        EXPECT_EQ(narrow->insert({slot, 10, 1}), status::ok);
        EXPECT_EQ(wide->insert({slot + 2, 10, 1}), status::ok);
    }
    EXPECT_TRUE(narrow->check_invariants());
    EXPECT_TRUE(wide->check_invariants());
    EXPECT_EQ(narrow->extract_max()->winner.agent, 65533u);
    EXPECT_EQ(wide->extract_max()->winner.agent, 65535u);
}

// --- tiers -------------------------------------------------------------------------------------------------------------

TEST(stratified_buckets, bids_of_a_tier_win_in_arrival_order_whatever_they_offer) {
    stratified_buckets<3, linear_tiers<100, 10, 4>> a;
    a.insert({0, 111, 1});
    a.insert({1, 119, 1});
    a.insert({2, 110, 1});
    EXPECT_EQ(a.extract_max(), (award{{0, 111, 1}, 110}));
    EXPECT_EQ(a.extract_max(), (award{{1, 119, 1}, 110}));
    EXPECT_EQ(a.extract_max(), (award{{2, 110, 1}, 0}));
}

TEST(stratified_buckets, a_winner_that_came_later_must_reach_the_tier_above_its_rival) {
    stratified_buckets<2, linear_tiers<100, 10, 4>> a;
    a.insert({0, 111, 1});
    a.insert({1, 135, 1});
    EXPECT_EQ(a.extract_max(), (award{{1, 135, 1}, 120})) << "in its rival's tier it would come second";
    a.insert({1, 100, 1});
    EXPECT_EQ(a.extract_max(), (award{{0, 111, 1}, 0})) << "it came first: tier 0 would do, which begins at 0";
}

TEST(stratified_buckets, the_reserve_is_rounded_up_to_a_tier) {
    stratified_buckets<2, linear_tiers<100, 10, 4>> a;
    struct {
        price asked, in_force;
    } constexpr table[] = {{0, 0}, {1, 110}, {100, 110}, {110, 110}, {111, 120}, {130, 130}, {131, 131}, {~0u, ~0u}};
    for (auto const& row : table) {
        a.update_price(row.asked);
        EXPECT_EQ(a.reserve(), row.in_force) << row.asked;
        a.insert({0, 0xFFFF'FFFFu, 1});
        EXPECT_EQ(a.top().has_value(), row.asked <= 130) << "no tier begins above 130: nobody can be sure to reach it";
    }
}

TEST(stratified_buckets, a_bid_whose_tier_begins_below_the_reserve_does_not_win) {
    stratified_buckets<2, linear_tiers<100, 10, 4>> a;
    a.update_price(115);
    a.insert({0, 119, 1});
    EXPECT_EQ(a.top(), std::nullopt);
    a.insert({1, 120, 1});
    EXPECT_EQ(a.top(), (award{{1, 120, 1}, 120}));
}

TEST(stratified_buckets, critical_price_of_the_highest_tier_is_out_of_reach_of_later_arrivals) {
    stratified_buckets<2, linear_tiers<100, 10, 4>> a;
    a.insert({0, 500, 1});
    a.insert({1, 600, 1});
    EXPECT_EQ(a.critical_price(1, 0), 0xFFFF'FFFFu);
    EXPECT_EQ(a.critical_price(0, 1), 130u);
}

// --- at compile time ---------------------------------------------------------------------------------------------------

constexpr bool a_market_at_compile_time() {
    stratified_buckets<5, linear_tiers<0, 1, 64>> a;
    a.insert({0, 10, 1});
    a.insert({1, 20, 1});
    a.insert({2, 20, 1});
    a.update_price(5);
    if (a.extract_max() != award{{1, 20, 1}, 20}) return false;
    const auto q = quantum(a, {1, 15, 1});
    if (q.entered != status::ok || q.winner != award{{2, 20, 1}, 15}) return false;
    const auto stays = quantum(a, {2, 14, 1}, 2);
    if (stays.winner != award{{2, 14, 1}, 13}) return false;
    award two[2];
    if (extract_top(a, two) != 2 || two[0] != award{{1, 15, 1}, 5} || two[1] != award{{0, 10, 1}, 5}) return false;
    a.insert({3, 30, 1});
    a.insert({4, 40, 1});
    if (a.extract_max_if([](std::uint32_t s) { return s != 4; }, 8) != award{{3, 30, 1}, 5}) return false;
    return a.retire(4) == status::ok && a.empty() && a.check_invariants();
}
static_assert(a_market_at_compile_time());

static_assert(preempts({0, 10, 1}, {1, 13, 1}, 2) && !preempts({0, 10, 1}, {1, 12, 1}, 2));
static_assert(!preempts({0, 10, 1}, {1, 99, 0}, 0), "a withdrawn bid interrupts nobody");
static_assert(!preempts({0, ~0u, 1}, {1, ~0u, 1}, ~0u), "no overflow");

// --- clearing ----------------------------------------------------------------------------------------------------------

using market = stratified_buckets<8, linear_tiers<0, 1, 1000>>;

TEST(quantum, a_refused_bid_is_reported_and_the_others_are_decided_on) {
    market a;
    a.insert({1, 50, 1});
    const auto q = quantum(a, {8, 99, 1});
    EXPECT_EQ(q.entered, status::unknown_agent);
    EXPECT_EQ(q.winner->winner.agent, 1u);
    a.insert({1, 50, 1});
    const auto with_bonus = quantum(a, {8, 99, 1}, 10);
    EXPECT_EQ(with_bonus.entered, status::unknown_agent);
    EXPECT_EQ(with_bonus.winner->winner.agent, 1u);
}

TEST(quantum, a_blocked_agent_withdraws) {
    market a;
    EXPECT_EQ(quantum(a, {1, 50, 0}).entered, status::no_bid);
    a.insert({1, 50, 1});
    a.insert({2, 40, 1});
    const auto q = quantum(a, {1, 50, 0}, 100);
    EXPECT_EQ(q.entered, status::ok);
    EXPECT_EQ(q.winner, (award{{2, 40, 1}, 0}));
}

TEST(quantum, the_incumbent_wins_ties_with_a_bonus_of_zero_but_not_without_one) {
    for (const bool bonus : {false, true}) {
        market a;
        a.insert({1, 50, 1});
        const auto q = bonus ? quantum(a, {2, 50, 1}, 0) : quantum(a, {2, 50, 1});
        EXPECT_EQ(q.winner->winner.agent, bonus ? 2u : 1u);
    }
}

TEST(quantum, the_bonus_comes_off_the_incumbents_price_and_onto_the_challengers) {
    market a;
    a.insert({1, 50, 1});
    EXPECT_EQ(quantum(a, {2, 45, 1}, 5).winner, (award{{2, 45, 1}, 45}));
    EXPECT_EQ(quantum(a, {2, 90, 1}, 5).winner, (award{{2, 90, 1}, 45}));
    EXPECT_EQ(quantum(a, {2, 90, 1}, 60).winner, (award{{2, 90, 1}, 0})) << "never below 0";
    EXPECT_EQ(quantum(a, {2, 40, 1}, 5).winner, (award{{1, 50, 1}, 46}));
    EXPECT_EQ(a.size(), 1u) << "the loser stays in";
}

TEST(quantum, the_bonus_does_not_lift_the_incumbent_over_the_reserve) {
    market a;
    a.update_price(48);
    a.insert({1, 50, 1});
    EXPECT_EQ(quantum(a, {2, 45, 1}, 20).winner, (award{{1, 50, 1}, 48})) << "and who can't win sets no price";
    EXPECT_EQ(quantum(a, {2, 49, 1}, 20).winner, (award{{2, 49, 1}, 48}));
}

TEST(quantum, the_bonus_reaches_the_end_of_the_price_range_without_overflow) {
    market a;
    a.insert({1, 0xFFFF'FFFFu, 1});
    EXPECT_EQ(quantum(a, {2, 0xFFFF'FFF0u, 1}, 0xFFFF'FFFFu).winner->winner.agent, 2u);
    EXPECT_EQ(quantum(a, {2, 0xFFFF'FFF0u, 1}, 14).winner, (award{{1, 0xFFFF'FFFFu, 1}, 0xFFFF'FFFFu}));
}

TEST(extract_top, awards_the_best_bids_and_charges_each_the_runner_up) {
    market a;
    a.insert({1, 50, 1});
    a.insert({2, 30, 1});
    a.insert({3, 60, 1});
    a.insert({4, 20, 1});
    award out[2];
    EXPECT_EQ(extract_top(a, out), 2u);
    EXPECT_EQ(out[0], (award{{3, 60, 1}, 31})) << "came after the best loser: a tick more";
    EXPECT_EQ(out[1], (award{{1, 50, 1}, 30}));
    EXPECT_EQ(a.size(), 2u);
}

TEST(extract_top, with_items_for_all_charges_the_reserve) {
    market a;
    a.update_price(7);
    a.insert({1, 50, 1});
    a.insert({2, 3, 1});
    award out[5];
    EXPECT_EQ(extract_top(a, out), 1u);
    EXPECT_EQ(out[0], (award{{1, 50, 1}, 7}));
    EXPECT_EQ(extract_top(a, {}), 0u);
}

}  // namespace
}  // namespace maxwell::test
