// SPDX-License-Identifier: MIT
//
// The clearing rules where a scheduler uses them: why a search for an allowed bid has no winner, pinned tasks, a switching bonus
// over many quanta, and totals of 64 bits. Their payments are held to their definitions in tests/contract and tests/deviation.

#include "deviation/repeated_rules.hpp"
#include "support/dice.hpp"
#include "support/reference_auction.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace maxwell::test {
namespace {

TEST(award, total_is_the_payment_for_all_units_in_64_bits) {
    constexpr award greatest{{0, 0xFFFF'FFFFu, 0xFFFF'FFFFu}, 0xFFFF'FFFFu};
    static_assert(greatest.total() == 0xFFFF'FFFEu * (std::uint64_t{1} << 32) + 1);
    static_assert(award{{0, 9, 3}, 7}.total() == 21);
}

TEST(reserve_of_tiers, a_bid_between_the_reserve_and_the_next_edge_does_not_win) {
    stratified_buckets<4> a;
    a.update_price(1001);
    EXPECT_EQ(a.reserve(), 1004u);
    a.insert({0, 1002, 1});
    EXPECT_EQ(a.top(), std::nullopt) << "eligible is a tier whose lower edge is at or above the reserve";
    a.insert({1, 1004, 1});
    EXPECT_EQ(a.top()->payment, 1004u);
}

// --- why there is no winner ----------------------------------------------------------------------------------------------

template <class A>
class selection_of : public ::testing::Test {};
using selective = ::testing::Types<stratified_buckets<128>, tournament_tree<128>, lazy_heap<128>>;
TYPED_TEST_SUITE(selection_of, selective);

TYPED_TEST(selection_of, tells_why_there_is_no_winner) {
    TypeParam a;
    const auto only = [](std::uint32_t slot) { return [slot](std::uint32_t s) noexcept { return s == slot; }; };
    EXPECT_EQ(extract_allowed(a, only(0), 4).why, selection::empty);
    for (std::uint32_t slot = 0; slot < 8; ++slot) a.insert({slot, 1000u - slot, 1});
    EXPECT_EQ(extract_allowed(a, only(7), 4).why, selection::probes_ran_out);
    EXPECT_EQ(extract_allowed(a, only(7), 0).why, selection::probes_ran_out);
    EXPECT_EQ(extract_allowed(a, only(9), 8).why, selection::none_allowed) << "all eight were looked at";
    EXPECT_EQ(extract_allowed(a, only(9), 100).why, selection::none_allowed);
    a.update_price(2000);
    EXPECT_EQ(extract_allowed(a, only(7), 8).why, selection::barred);
    EXPECT_EQ(extract_allowed(a, only(7), 0).why, selection::barred);
    a.update_price(0);
    const selected found = extract_allowed(a, only(7), 8);
    EXPECT_EQ(found.why, selection::won);
    EXPECT_EQ(found.winner->winner.agent, 7u);
}

// A task that only core 0 may run, behind a hundred higher bids of tasks that are pinned elsewhere.
TYPED_TEST(selection_of, a_pinned_bid_behind_more_than_probes_bids_is_never_seen) {
    TypeParam a;
    for (std::uint32_t slot = 1; slot <= 100; ++slot) a.insert({slot, 1'000'000u + slot, 1});
    a.insert({0, 10, 1});
    const auto here = [](std::uint32_t slot) noexcept { return slot == 0; };
    for (int quantum = 0; quantum < 1000; ++quantum) {
        ASSERT_EQ(extract_allowed(a, here, 64).why, selection::probes_ran_out);
    }
    EXPECT_EQ(extract_allowed(a, here, 128).why, selection::won);
}

// --- pinned tasks as groups ----------------------------------------------------------------------------------------------

TEST(extract_from_groups, is_the_best_allowed_bid_however_many_are_higher_elsewhere) {
    constexpr std::size_t slots = 12;
    using A = tournament_tree<slots, 4>;
    dice random(8);
    A a;
    reference_auction<slots, exact_order> reference;
    int won_by_own = 0;
    for (int n = 0; n < 20'000; ++n) {
        const bid b{random.below(slots), random.below(9), 1};
        a.insert(b);
        reference.insert(b);
        if (n % 16 == 0) {
            const price reserve = random.below(2) * random.below(6);
            a.update_price(reserve);
            reference.update_price(reserve);
        }
        const std::uint32_t own = random.below(5);  // 4: no such group
        const std::uint32_t shared = random.below(4);
        const auto won = extract_from_groups(a, own, shared);
        const auto allowed = [&](std::uint32_t s) noexcept {
            return A::group_of(s) == own || A::group_of(s) == shared;
        };
        ASSERT_EQ(won, reference.extract_max_if(allowed, slots));
        ASSERT_TRUE(a.check_invariants());
        won_by_own += won && own != shared && A::group_of(slot_of(won->winner.agent)) == own ? 1 : 0;
    }
    EXPECT_GT(won_by_own, 1000);
}

// --- a switching bonus over time -----------------------------------------------------------------------------------------

// A bonus is truthful in one decision: whoever wins is the next incumbent, and that is worth something.
TEST(switching_bonus, rewards_overbidding_once_over_several_quanta) {
    EXPECT_EQ(earned_by_challenger(105, 105, 100), 0);
    EXPECT_EQ(earned_by_challenger(111, 105, 100), (105 - 111) + 99 * (105 - 90));
}

}  // namespace
}  // namespace maxwell::test
