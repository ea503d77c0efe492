// SPDX-License-Identifier: MIT
//
// What exact containers are made of, the winner tree and the arrival order, each against the plainest thing that does the
// same; and what is particular to each of them: groups, and the front bid.

#include "support/arrivals.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace maxwell::test {
namespace {

// --- layout ------------------------------------------------------------------------------------------------------------

static_assert(sizeof(tournament_tree<10000>) <= 10000 * 28 + 64 && sizeof(lazy_heap<10000>) <= 10000 * 28 + 96);
static_assert(sizeof(tournament_tree<16384>) <= 16384 * 30);
constinit tournament_tree<100, 10> tree_in_bss;
constinit lazy_heap<100, true> heap_in_bss;

TEST(exact_containers, work_in_static_storage) {
    EXPECT_EQ(tree_in_bss.insert({99, 5, 1}), status::ok);
    EXPECT_EQ(heap_in_bss.insert({99, 5, 1}), status::ok);
    EXPECT_EQ(tree_in_bss.extract_max(), heap_in_bss.extract_max());
}

// --- arrival_order -----------------------------------------------------------------------------------------------------

TEST(arrival_order, keeps_order_while_its_numbers_run_out_again_and_again) {
    for (const std::uint32_t dear_in : {0u, 1u, 3u}) {
        SCOPED_TRACE(dear_in);
        for (char const* why :
             {arrivals_keep_their_order<1, 5>(5000, dear_in), arrivals_keep_their_order<2, 7>(9000, dear_in),
              arrivals_keep_their_order<3, 8>(9000, dear_in), arrivals_keep_their_order<16, 11>(30'000, dear_in),
              arrivals_keep_their_order<60, 15>(90'000, dear_in)}) {
            EXPECT_EQ(why, nullptr) << why;
        }
    }
}

// --- winner_tree -------------------------------------------------------------------------------------------------------

template <std::size_t N>
void agrees_with_an_array() {
    auto owned = std::make_unique<detail::winner_tree<N>>();
    auto& tree = *owned;
    std::vector<std::uint64_t> keys(N, 0);
    dice random(N);
    const auto price_is_unique = [&](std::uint64_t key) {
        return std::count_if(keys.begin(), keys.end(), [=](std::uint64_t k) { return k >> 32 == key >> 32; }) == 1;
    };
    for (int i = 0; i < 3000; ++i) {
        // Distinct keys, as those of bids are: a random price above, the slot below.
        const std::uint32_t slot = random.below(N);
        keys[slot] = random.below(4) == 0 ? 0 : std::uint64_t{random.below(100)} << 32 | (slot + 1);
        const std::uint64_t best = *std::max_element(keys.begin(), keys.end());
        ASSERT_EQ(tree.set(slot, keys[slot]), best);
        ASSERT_EQ(tree.root(), best);
        ASSERT_EQ(tree.leaf(slot), keys[slot]);

        auto others = keys;
        others[slot] = 0;
        ASSERT_EQ(tree.rival(slot), *std::max_element(others.begin(), others.end()));

        const std::uint64_t bound = keys[random.below(N)] + random.below(2);
        std::uint64_t below = 0;
        for (const auto k : keys) below = k < bound ? std::max(below, k) : below;
        ASSERT_EQ(tree.greatest_below(bound, [](std::uint32_t) { return std::uint64_t{0}; }), below);

        // Where no other key has its price, the lower half may change without any match ending otherwise.
        if (keys[slot] != 0 && price_is_unique(keys[slot])) {
            keys[slot] += 1u << 20;
            tree.rename(slot, keys[slot]);
        }
        ASSERT_TRUE(tree.check_invariants());
    }
}

TEST(winner_tree, agrees_with_an_array_for_every_shape) {
    agrees_with_an_array<1>();
    agrees_with_an_array<2>();
    agrees_with_an_array<3>();
    agrees_with_an_array<5>();
    agrees_with_an_array<6>();
    agrees_with_an_array<7>();
    agrees_with_an_array<8>();
    agrees_with_an_array<33>();
    agrees_with_an_array<100>();
}

// --- tournament_tree: groups -------------------------------------------------------------------------------------------

TEST(tournament_tree, groups_divide_the_slots_in_order) {
    using tree = tournament_tree<10, 4>;  // 3, 3, 3 and 1
    EXPECT_EQ(tree::groups(), 4u);
    EXPECT_EQ(tree::group_of(0), 0u);
    EXPECT_EQ(tree::group_of(2), 0u);
    EXPECT_EQ(tree::group_of(3), 1u);
    EXPECT_EQ(tree::group_of(9), 3u);
}

TEST(tournament_tree, a_group_is_an_auction_of_its_own) {
    tournament_tree<6, 2> a;
    a.insert({0, 10, 1});
    a.insert({1, 20, 1});
    a.insert({3, 50, 1});
    a.insert({4, 40, 1});
    EXPECT_EQ(a.group_top(0), (award{{1, 20, 1}, 11})) << "its runner-up is slot 0, which came first";
    EXPECT_EQ(a.group_top(1), (award{{3, 50, 1}, 40}));
    EXPECT_EQ(a.group_top(2), std::nullopt) << "no such group";
    EXPECT_EQ(a.extract_group_max(0), (award{{1, 20, 1}, 11}));
    EXPECT_EQ(a.extract_group_max(0), (award{{0, 10, 1}, 0}));
    EXPECT_EQ(a.extract_group_max(0), std::nullopt);
    EXPECT_EQ(a.size(), 2u);
    EXPECT_EQ(a.top(), (award{{3, 50, 1}, 40}));
    EXPECT_TRUE(a.check_invariants());
}

TEST(tournament_tree, the_global_price_comes_from_whichever_group_has_the_runner_up) {
    tournament_tree<6, 2> a;
    a.insert({0, 10, 1});
    a.insert({3, 50, 1});
    a.insert({4, 40, 1});
    EXPECT_EQ(a.top()->payment, 40u) << "in the winner's own group";
    a.insert({1, 45, 1});
    EXPECT_EQ(a.top()->payment, 45u) << "in the other";
}

TEST(tournament_tree, the_reserve_holds_in_groups_too) {
    tournament_tree<6, 2> a;
    a.insert({0, 10, 1});
    a.update_price(15);
    EXPECT_EQ(a.group_top(0), std::nullopt);
    a.insert({1, 20, 1});
    EXPECT_EQ(a.group_top(0), (award{{1, 20, 1}, 15}));
}

// --- lazy_heap ---------------------------------------------------------------------------------------------------------

TEST(lazy_heap, refile_after_awards_changes_no_award) {
    dice random(3);
    auto never = std::make_unique<lazy_heap<50, true>>();
    auto at_once = std::make_unique<lazy_heap<50, true>>();
    auto sometimes = std::make_unique<lazy_heap<50, true>>();
    at_once->refile_after_awards(1);
    sometimes->refile_after_awards(3);
    for (int i = 0; i < 20'000; ++i) {
        const bid rebid{random.below(50), random.below(1000), 1};
        const price fresh = 900 + random.below(200);  // the winner bids high again, mostly
        std::optional<award> won[3];
        int n = 0;
        for (auto* a : {never.get(), at_once.get(), sometimes.get()}) {
            a->insert(rebid);
            won[n] = a->extract_max();
            a->insert({won[n]->winner.agent, fresh, 1});
            ASSERT_TRUE(a->check_invariants());
            ++n;
        }
        ASSERT_EQ(won[0], won[1]);
        ASSERT_EQ(won[0], won[2]);
    }
}

// Bit-identical to each other over a long run: the same winners and payments, whatever the structure.
TEST(exact_containers, are_identical_to_each_other_over_ten_million_operations) {
    dice random(4);
    auto tree = std::make_unique<tournament_tree<500>>(~std::uint64_t{0} - 1000);
    auto grouped = std::make_unique<tournament_tree<500, 22>>();
    auto lazy = std::make_unique<lazy_heap<500>>(~std::uint64_t{0} - 77);
    const std::size_t rounds = scaled(3'800'000);  // two or three operations each
    for (std::size_t i = 0; i < rounds; ++i) {
        const bid rebid{random.below(500), random() >> random.below(32), random.below(16)};
        const auto entered = tree->insert(rebid);
        ASSERT_EQ(entered, grouped->insert(rebid));
        ASSERT_EQ(entered, lazy->insert(rebid));
        if (i % 1000 == 0) {
            const price reserve = random() >> 8;
            tree->update_price(reserve);
            grouped->update_price(reserve);
            lazy->update_price(reserve);
        }
        const auto won = tree->extract_max();
        ASSERT_EQ(won, grouped->extract_max());
        ASSERT_EQ(won, lazy->extract_max());
        if (!won || i % 3 == 0) continue;
        const bid fresh{won->winner.agent, won->winner.amount - won->winner.amount / 8, 1};
        tree->insert(fresh);
        grouped->insert(fresh);
        lazy->insert(fresh);
    }
}

}  // namespace
}  // namespace maxwell::test
