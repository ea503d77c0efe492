// SPDX-License-Identifier: MIT
//
// watch: honest markets raise no alarm, rings do and how soon, and bad input. The markets are decided by an auction; the checkers know
// who is in the ring and nothing of the watch.

#include "support/ring_market.hpp"
#include "support/scale.hpp"

#include <maxwell/market/watch.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace maxwell::test {
namespace {

using watch64 = watch<ring_market::bidders>;

/// A watch that has learnt an honest market.
watch64 learnt(values of) {
    watch64 w;
    honest_gaps market(9, of);
    for (int n = 0; n < 200'000; ++n) w.observe(market.quantum());
    return w;
}

/// In how many of `runs` an alarm of the gap is raised within `quanta`.
std::size_t runs_with_an_alarm(values of, std::uint32_t members, std::size_t runs, int quanta) {
    const watch64 before = learnt(of);
    ring_market market(3, of);
    std::size_t seen = 0;
    for (std::size_t run = 0; run < runs; ++run) {
        watch64 w = before;
        for (int n = 0; n < quanta && w.price_gap_alarms() == 0; ++n) w.observe(*market.quantum(members));
        seen += w.price_gap_alarms() != 0 ? 1 : 0;
        EXPECT_TRUE(w.check_invariants());
    }
    return seen;
}

TEST(watch, an_honest_market_raises_at_most_one_alarm_in_a_million) {
    for (const values of : {values::uniform, values::lognormal}) {
        watch64 w;
        honest_gaps market(1, of);
        for (std::size_t n = scaled(4'000'000); n > 0; --n) w.observe(market.quantum());
        EXPECT_LE(w.price_gap_alarms(), 4u);
        EXPECT_EQ(w.rotation_alarms(), 0u);
        EXPECT_TRUE(w.check_invariants());
    }
}

TEST(watch, a_ring_of_half_the_market_is_seen) {
    const std::size_t runs = scaled(300);
    EXPECT_GE(100 * runs_with_an_alarm(values::uniform, 32, runs, 400), 98 * runs);
    EXPECT_GE(100 * runs_with_an_alarm(values::lognormal, 32, runs, 1000), 97 * runs);
}

TEST(watch, what_is_no_ring_is_not_seen_as_one) {
    EXPECT_EQ(runs_with_an_alarm(values::uniform, 0, scaled(100), 400), 0u);
    EXPECT_EQ(runs_with_an_alarm(values::lognormal, 0, scaled(100), 1000), 0u);
}

TEST(watch, members_that_take_turns_are_seen) {
    for (const values of : {values::uniform, values::lognormal}) {
        for (const ring how : {ring::takes_turns, ring::best_bids}) {
            watch64 w = learnt(of);
            ring_market market(4, of);
            for (int n = 0; n < 20'000; ++n) w.observe(*market.quantum(32, how));
            EXPECT_EQ(w.rotation_alarms() != 0, how == ring::takes_turns);
        }
    }
}

TEST(watch, raises_no_alarm_of_the_gap_before_it_has_learnt) {
    watch<2> w;
    for (std::uint64_t n = 0; n < watch<2>::awards_to_learn; ++n) {
        const bool second_half = n > watch<2>::awards_to_learn / 2;
        ASSERT_FALSE(
            w.observe({{0, 1000, 1}, second_half ? price{100} : price{900 + static_cast<price>(n % 50)}}).price_gap);
    }
}

TEST(watch, equal_gaps_are_no_proof_and_a_greater_gap_is) {
    watch<2> w;
    const auto sell = [&](price payment) { return w.observe({{0, 1'000'000, 1}, payment}).price_gap; };
    for (int n = 0; n < 200'000; ++n) ASSERT_FALSE(sell(900'000));
    for (int n = 0; n < 1'000; ++n) ASSERT_FALSE(sell(899'980)) << "below a 2^-12 part of the bid";
    int quanta = 1;
    while (!sell(800'000)) ++quanta;
    EXPECT_LE(quanta, 2);
    EXPECT_TRUE(w.check_invariants());
}

TEST(watch, collects_evidence_anew_after_an_alarm) {
    watch64 w = learnt(values::uniform);
    ring_market market(5, values::uniform);
    for (int n = 0; n < 2'000; ++n) w.observe(*market.quantum(32));
    EXPECT_GE(w.price_gap_alarms(), 4u);
    EXPECT_LE(w.price_gap_alarms(), 40u);
}

TEST(watch, a_price_rise_is_no_ring) {
    watch64 w = learnt(values::uniform);
    ring_market market(6, values::uniform);
    for (int n = 0; n < 20'000; ++n) {
        award won = *market.quantum(0);
        won.winner.amount *= 7;
        won.payment *= 7;
        EXPECT_FALSE(w.observe(won).any());
    }
}

TEST(watch, awards_that_cannot_be_meant_change_nothing) {
    watch<4> w;
    w.observe({{1, 10, 1}, 5});
    const watch<4> before = w;
    EXPECT_FALSE(w.observe({{1, 0, 1}, 0}).any());
    EXPECT_FALSE(w.observe({{1, 10, 1}, 11}).any());
    EXPECT_FALSE(w.observe({{4, 10, 1}, 5}).any());
    EXPECT_FALSE(w.observe({{~agent_id{0}, 10, 1}, 5}).any());
    EXPECT_EQ(std::memcmp(&before, &w, sizeof w), 0);
    EXPECT_EQ(w.awards(), 1u);
    EXPECT_EQ(watch<4>::capacity(), 4u);
}

TEST(watch, zeroed_memory_has_seen_nothing) {
    alignas(watch<4>) unsigned char memory[sizeof(watch<4>)] = {};
    watch<4> w;
    std::memcpy(static_cast<void*>(&w), memory, sizeof w);
    EXPECT_EQ(w.awards() + w.price_gap_alarms() + w.rotation_alarms(), 0u);
    EXPECT_FALSE(w.observe({{3, max_price, 1}, 0}).any());
    EXPECT_TRUE(w.check_invariants());
}

}  // namespace
}  // namespace maxwell::test
