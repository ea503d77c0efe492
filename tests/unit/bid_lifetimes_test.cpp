// SPDX-License-Identifier: MIT
//
// bid_lifetimes in the loop of a scheduler: agents die, rest and come back, and a list of last words judges what is still in.

#include "support/dice.hpp"

#include <maxwell/auction/bid_lifetimes.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::test {
namespace {

/// Quanta from `begin` on. A bid must be in while its agent renewed it within the lifetime, and be gone when the hand has been
/// everywhere since.
template <class A>
void a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays(std::uint32_t begin, std::size_t slots) {
    constexpr std::size_t capacity = A::capacity();
    constexpr std::uint32_t lifetime = 40;
    const auto round = static_cast<std::uint32_t>((capacity + slots - 1) / slots);
    A market;
    bid_lifetimes<capacity> lifetimes;
    std::vector<std::uint64_t> last_word(capacity, 0);  // counted from 1; 0: has no bid in
    dice random(11);
    std::size_t withdrawn = 0;
    for (std::uint64_t n = 1; n < 3000; ++n) {
        const auto now = static_cast<std::uint32_t>(begin + n);
        const auto slot = static_cast<std::uint32_t>(random.below(capacity));
        const bool sleeps = n / 500 % 2 == 1 && slot % 2 == 0;  // half of them say nothing for 500 quanta
        if (!sleeps && random.below(3) == 0) {
            ASSERT_EQ(lifetimes.insert(market, {slot, random.below(1000), 1}, now), status::ok);
            last_word[slot] = n;
        }
        if (random.below(8) == 0) {
            if (const auto won = market.extract_max()) last_word[slot_of(won->winner.agent)] = 0;
        }
        withdrawn += lifetimes.withdraw_old(market, now, lifetime, slots);
        for (std::uint32_t s = 0; s < capacity; ++s) {
            if (last_word[s] == 0) continue;
            if (n - last_word[s] <= lifetime) {
                ASSERT_TRUE(market.find_slot(s)) << "withdrawn too early";
            }
            if (n - last_word[s] > lifetime + round) {
                ASSERT_FALSE(market.find_slot(s)) << "a dead agent's bid is still in";
            }
        }
    }
    EXPECT_GT(withdrawn, 0u);
    EXPECT_TRUE(market.check_invariants());
}

TEST(bid_lifetimes, a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays) {
    a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays<tournament_tree<37>>(0, 2);
    a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays<stratified_buckets<64>>(0, 1);
}

TEST(bid_lifetimes, time_may_wrap) {
    a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays<tournament_tree<37>>(0xFFFF'FFFFu - 700, 2);
    a_crashed_agents_bid_leaves_in_time_and_a_renewed_one_stays<tournament_tree<37>>(0x7FFF'FFFFu - 700, 100);
}

TEST(bid_lifetimes, a_call_withdraws_no_more_bids_than_it_looks_at_slots) {
    tournament_tree<8> market;
    bid_lifetimes<8> lifetimes;
    for (std::uint32_t s = 0; s < 8; ++s) lifetimes.insert(market, {s, 5, 1}, 1);
    EXPECT_EQ(lifetimes.withdraw_old(market, 100, 10, 3), 3u);
    EXPECT_EQ(market.size(), 5u);
    EXPECT_EQ(lifetimes.withdraw_old(market, 100, 10, 0), 0u);
    EXPECT_EQ(lifetimes.withdraw_old(market, 100, 10, 1000), 5u) << "once round at the most";
}

TEST(bid_lifetimes, a_refused_bid_renews_nothing) {
    tournament_tree<2> market;
    bid_lifetimes<2> lifetimes;
    lifetimes.insert(market, {make_agent_id(0, 5), 5, 1}, 1);
    EXPECT_EQ(lifetimes.insert(market, {make_agent_id(0, 4), 9, 1}, 90), status::stale_agent);
    EXPECT_EQ(lifetimes.insert(market, {2, 9, 1}, 90), status::unknown_agent);
    lifetimes.renew(77, 90);
    EXPECT_EQ(lifetimes.withdraw_old(market, 100, 50), 1u);
}

TEST(bid_lifetimes, a_bid_of_exactly_its_lifetime_stays) {
    tournament_tree<2> market;
    bid_lifetimes<2> lifetimes;
    lifetimes.insert(market, {1, 5, 1}, 10);
    EXPECT_EQ(lifetimes.withdraw_old(market, 60, 50), 0u);
    EXPECT_EQ(lifetimes.withdraw_old(market, 61, 50), 1u);
}

}  // namespace
}  // namespace maxwell::test
