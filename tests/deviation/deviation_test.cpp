// SPDX-License-Identifier: MIT
//
// Misreporting never pays: exhaustive deviation search over small markets, for every container and clearing rule, with
// payment rules that are known to fail as controls.

#include "deviation/item_rules.hpp"
#include "deviation/judge.hpp"
#include "support/reference_auction.hpp"
#include "support/scale.hpp"

#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::search_deviations;

template <class A>
class deviation : public ::testing::Test {};

using containers = ::testing::Types<narrow_tiers, wide_tiers, offset_tiers, relative_tiers, exact_tree, grouped_tree,
                                    eager_heap, reference_auction<max_agents, exact_order>>;
TYPED_TEST_SUITE(deviation, containers);

TYPED_TEST(deviation, one_item_is_truthful) {
    const unsigned ticks = small_scale() ? 5 : 8;
    expect_truthful(search_deviations(one_item<TypeParam>, {.agents = 4, .ticks = ticks, .reserves = {0}}));
    expect_truthful(search_deviations(one_item<TypeParam>, {.agents = 3, .ticks = 8, .reserves = {1, 3, 4, 7, 9}}));
}

TYPED_TEST(deviation, plain_second_price_rewards_misreporting) {
    expect_refuted(search_deviations(plain_second_price<TypeParam>, {.agents = 3, .ticks = 8}));
}

TYPED_TEST(deviation, first_price_rewards_misreporting) {
    expect_refuted(search_deviations(first_price<TypeParam>, {.agents = 3, .ticks = 8}));
}

TYPED_TEST(deviation, an_incumbency_bonus_is_truthful) {
    for (const price bonus : {0u, 1u, 2u, 3u, 20u}) {
        SCOPED_TRACE(bonus);
        expect_truthful(
            search_deviations(with_bonus<TypeParam>{bonus}, {.agents = 3, .ticks = 8, .reserves = {0, 2, 5}}));
    }
}

TYPED_TEST(deviation, a_bonus_not_taken_off_the_price_rewards_misreporting) {
    const with_bonus_not_taken_off<TypeParam> rule{2};
    expect_refuted(search_deviations(rule, {.agents = 3, .ticks = 8}));
}

TYPED_TEST(deviation, several_items_are_truthful) {
    const unsigned ticks = small_scale() ? 4 : 5;
    for (std::size_t places = 0; places <= 4; ++places) {
        SCOPED_TRACE(places);
        expect_truthful(
            search_deviations(several_items<TypeParam>{places}, {.agents = 4, .ticks = ticks, .reserves = {0, 3}}));
    }
}

TYPED_TEST(deviation, affinity_is_truthful_also_when_the_probes_run_out) {
    for (std::uint32_t forbidden = 0; forbidden < 4; ++forbidden) {
        for (std::uint32_t probes = 1; probes <= 4; ++probes) {
            SCOPED_TRACE(probes);
            expect_truthful(search_deviations(with_affinity<TypeParam>{forbidden, probes},
                                              {.agents = 4, .ticks = 5, .reserves = {0, 2}, .all_slots = false}));
        }
    }
}

TEST(deviation_of_two_searches, a_second_search_with_more_probes_rewards_misreporting) {
    expect_refuted(search_deviations(with_a_second_search, {.agents = 3, .ticks = 5}));
}

TEST(deviation_search, nothing_to_search_is_reported_as_such) {
    using A = reference_auction<max_agents, exact_order>;
    EXPECT_EQ(search_deviations(one_item<A>, {.agents = 0}).cases, 0u);
    EXPECT_EQ(search_deviations(one_item<A>, {.ticks = 0}).cases, 0u);
    EXPECT_EQ(deviation_report{}.truthful_share(), 1.0);
}

TEST(deviation_search, counts_every_agent_value_order_and_reserve) {
    using A = reference_auction<max_agents, exact_order>;
    const auto r = search_deviations(one_item<A>, {.agents = 3, .ticks = 5, .steps = 4, .reserves = {0, 1}});
    EXPECT_EQ(r.cases, 5u * 5 * 5 * 6 * 2 * 3 * 4);
}

// On the grid alone a price that is a tick too low can't be told from the right one: that is why values off it are tried.
TEST(deviation_search, needs_values_off_the_grid) {
    using A = reference_auction<max_agents, exact_order>;
    EXPECT_EQ(search_deviations(plain_second_price<A>, {.agents = 3, .ticks = 6, .steps = 1}).profitable, 0u);
    EXPECT_GT(search_deviations(plain_second_price<A>, {.agents = 3, .ticks = 6, .steps = 2}).profitable, 0u);
}

}  // namespace
}  // namespace maxwell::test
