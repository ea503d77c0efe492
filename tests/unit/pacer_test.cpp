// SPDX-License-Identifier: MIT
//
// pacer: its step against the formula in floating point, its limits, and markets of paced tenants over time, judged by what was
// spent and by the best constant factor in hindsight.

#include "support/dice.hpp"
#include "support/paced_market.hpp"
#include "support/scale.hpp"

#include <maxwell/market/pacer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace maxwell::test {
namespace {

using budgets4 = std::uint64_t[4];
constexpr std::uint64_t max_budget = ~std::uint64_t{0};

TEST(pacer, the_zeroed_one_leaves_bids_as_they_are) {
    pacer<4> p;
    std::memset(static_cast<void*>(&p), 0, sizeof p);
    for (std::uint32_t t : {0u, 3u, 4u, ~0u}) {
        EXPECT_EQ(p.factor_q16(t), 65536u);
        for (price amount : {0u, 1u, 900u, ~0u}) EXPECT_EQ(paced(amount, p.factor_q16(t)), amount);
    }
    EXPECT_TRUE(p.check_invariants());
}

TEST(pacer, a_paced_amount_is_rounded_down) {
    EXPECT_EQ(paced(1001, 32768), 500u);
    EXPECT_EQ(paced(~0u, 64), (~0u >> 10));
    EXPECT_EQ(paced(1, 65535), 0u);
}

TEST(pacer, each_factor_moves_by_its_tenants_error) {
    dice any(4);
    for (std::size_t n = 0; n < scaled(20'000); ++n) {
        pacer<1> p;
        double expected = 1;
        for (int period = 0; period < 20; ++period) {
            const std::uint64_t budget = (std::uint64_t{any()} << 32 | any()) >> any.below(64);
            const std::uint64_t spent = any.below(2) == 0
                                            ? budget - budget / (1 + any.below(50))
                                            : budget + std::min(budget, max_budget - budget) / (1 + any.below(9));
            p.spent(0, spent);
            const std::uint64_t each[] = {budget};
            ASSERT_TRUE(p.end_period(each));
            const double off = static_cast<double>(budget) - static_cast<double>(spent);
            const double error =
                budget == 0 ? (spent == 0 ? 0 : -1) : std::clamp(off / static_cast<double>(budget), -1.0, 1.0);
            expected =
                std::clamp(error > 0 ? expected * (1 + .375 * error) : expected / (1 - .375 * error), 1 / 1024.0, 1.0);
            ASSERT_NEAR(p.factor_q16(0), 65536 * expected, 65536 * expected * 1e-3 + 1);
            ASSERT_TRUE(p.check_invariants());
        }
    }
}

TEST(pacer, a_factor_stays_within_its_limits_whatever_is_spent) {
    pacer<4> p;
    const budgets4 budgets = {0, 1, 1000, max_budget};
    for (int period = 0; period < 100; ++period) {
        for (std::uint32_t t = 0; t < 4; ++t) p.spent(t, max_budget);
        p.spent(0, 1);  // a sum that no word holds is the highest, and not 0
        ASSERT_TRUE(p.end_period(budgets) && p.check_invariants());
    }
    EXPECT_EQ(p.factor_q16(0), 64u);
    EXPECT_EQ(p.factor_q16(1), 64u);
    EXPECT_EQ(p.factor_q16(2), 64u);
    EXPECT_EQ(p.factor_q16(3), 65536u) << "it has spent just its budget";
    for (int period = 0; period < 100; ++period) ASSERT_TRUE(p.end_period(budgets) && p.check_invariants());
    EXPECT_EQ(p.factor_q16(0), 64u) << "no budget, nothing spent: nothing is known";
    EXPECT_EQ(p.factor_q16(1), 65536u);
}

TEST(pacer, tenants_and_budgets_that_are_not_there_change_nothing) {
    pacer<4> p;
    const auto before = p;
    p.spent(4, 1);
    p.spent(~0u, max_budget);
    const budgets4 budgets = {1, 1, 1, 1};
    EXPECT_FALSE(p.end_period(view<std::uint64_t const>(budgets, 3)));
    EXPECT_FALSE(p.end_period({}));
    EXPECT_EQ(std::memcmp(&before, &p, sizeof p), 0);
}

TEST(pacer, a_budget_that_binds_is_spent_and_not_exceeded) {
    for (std::uint64_t seed : {1u, 2u, 3u}) {
        const paced_market market(seed, /*periods*/ 600, /*budget, in shares of what truth would spend*/ .3);
        const auto run = market.paced_from_truth();
        EXPECT_NEAR(run.spent_in_the_second_half / run.budget_of_the_second_half, 1, .05) << seed;
    }
}

TEST(pacer, a_budget_that_does_not_bind_leaves_bids_as_they_are) {
    const paced_market market(4, 600, 1.5);
    EXPECT_EQ(market.paced_from_truth().last_factor_q16, 65536u);
}

TEST(pacer, a_paced_tenant_gets_nearly_what_the_best_constant_factor_gets) {
    for (std::uint64_t seed : {5u, 6u, 7u}) {
        for (double share : {.1, .3, .6}) {
            const paced_market market(seed, 600, share);
            EXPECT_GT(market.paced_from_truth().value, .95 * market.value_of_the_best_constant_factor())
                << seed << ' ' << share;
            EXPECT_LT(market.value_of_truth_while_the_budget_lasts(), .9 * market.value_of_the_best_constant_factor())
                << "a budget that binds makes truth costly, or there would be no need to pace";
        }
    }
}

}  // namespace
}  // namespace maxwell::test
