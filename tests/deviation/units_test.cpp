// SPDX-License-Identifier: MIT
//
// Bids for several units, all or nothing: misreporting the price or the units never pays where all units are needed.
// Controls: the same where each unit has a value by itself, one price for all winners, and what each offered.

#include "deviation/item_rules.hpp"
#include "deviation/judge.hpp"
#include "deviation/unit_rules.hpp"
#include "support/reference_auction.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <cstddef>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::deviation_space;
using sim::search_deviations;

void expect_refuted(char const* what, deviation_report const& r) {
    test::expect_refuted(r);
    print(what, r, 4);
}

template <class A>
class units_deviation : public ::testing::Test {};

using containers = ::testing::Types<narrow_tiers, wide_tiers, exact_tree, eager_heap>;
TYPED_TEST_SUITE(units_deviation, containers);

TYPED_TEST(units_deviation, misreporting_price_or_units_never_pays) {
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        expect_truthful(search_deviations(sale<TypeParam>{rule}, units_of_three_agents(small_scale())));
        deviation_space four{.agents = 4, .ticks = 3, .all_slots = false, .max_units = 2, .supplies = {3, 5}};
        expect_truthful(search_deviations(sale<TypeParam>{rule}, four));
    }
}

TYPED_TEST(units_deviation, misreporting_never_pays_where_few_bids_are_considered) {
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        for (std::size_t places = 1; places <= 3; ++places) {
            SCOPED_TRACE(places);
            expect_truthful(search_deviations(sale<TypeParam>{rule, places}, units_of_three_agents(small_scale())));
        }
    }
}

TYPED_TEST(units_deviation, orders_of_slots_make_no_difference) {
    const deviation_space space{.agents = 3, .ticks = 3, .max_units = 2, .supplies = {2, 3}};
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        expect_truthful(search_deviations(sale<TypeParam>{rule}, space));
    }
}

using exact = reference_auction<max_agents, exact_order>;

TEST(units_controls, asking_for_less_pays_where_each_unit_has_value) {
    deviation_space space = units_of_three_agents(small_scale());
    space.units_have_value_by_themselves = true;
    expect_refuted("skip, value per unit:", search_deviations(sale<exact>{misfit::skip}, space));
    expect_refuted("stop, value per unit:", search_deviations(sale<exact>{misfit::stop}, space));
}

TEST(units_controls, one_price_for_all_rewards_misreporting) {
    const deviation_space space = units_of_three_agents(small_scale());
    const auto skip = with_payments(sale<exact>{misfit::skip}, best_that_lost);
    expect_refuted("skip, one price for all:", search_deviations(skip, space));
    const auto stop = with_payments(sale<exact>{misfit::stop}, best_that_lost);
    expect_refuted("stop, the misfit's price without a tick:", search_deviations(stop, space));
}

TEST(units_controls, paying_what_was_offered_rewards_misreporting) {
    const auto rule = with_payments(sale<exact>{misfit::skip}, what_was_offered);
    expect_refuted("skip, first price:", search_deviations(rule, units_of_three_agents(small_scale())));
}

TEST(units_controls, counts_every_amount_unit_and_supply) {
    const deviation_space space{.agents = 2, .ticks = 3, .steps = 4, .max_units = 2, .supplies = {1, 2, 3}};
    EXPECT_EQ(search_deviations(sale<exact>{misfit::skip}, space).cases, 3u * 3 * 2 * 2 * 2 * 3 * 2 * 4);
    EXPECT_EQ(search_deviations(sale<exact>{misfit::skip}, {.max_units = 0}).cases, 0u);
}

}  // namespace
}  // namespace maxwell::test
