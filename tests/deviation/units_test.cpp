// SPDX-License-Identifier: MIT
//
// Bids for several units, all or nothing: misreporting the price or the units never pays where all units are needed.
// Controls: the same where each unit has a value by itself, one price for all winners, and what each offered.

#include "deviation/judge.hpp"
#include "support/reference_auction.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::deviation_space;
using sim::market;
using sim::outcome;
using sim::search_deviations;

constexpr std::size_t max_agents = 4;

/// What extract_units does with a market; `places` of them for awards.
template <class A>
struct sale {
    misfit rule;
    std::size_t places = max_agents + 1;

    outcome operator()(market const& m) const {
        A a;
        a.update_price(m.reserve);
        for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], m.amounts[i], m.units[i]});
        std::array<award, max_agents + 1> out;
        const std::size_t winners = extract_units(a, m.supply, view<award>{out}.first(places), rule);
        return settle(m, view<award const>{out}.first(winners));
    }
};

/// A sale with other payments: `due(market, outcome, bidder)` for each winner.
template <class Sale, class Due>
auto with_payments(Sale sell, Due due) {
    return [=](market const& m) {
        const outcome sold = sell(m);
        outcome all(sold.size());
        for (std::size_t i = 0; i < sold.size(); ++i) {
            if (sold[i]) all[i] = due(m, sold, i);
        }
        return all;
    };
}

/// One price for all: the best density that got nothing.
price best_that_lost(market const& m, outcome const& sold, std::size_t) {
    price best = m.reserve;
    for (std::size_t i = 0; i < sold.size(); ++i) {
        if (!sold[i] && m.units[i] <= m.supply) best = std::max(best, m.amounts[i]);
    }
    return best;
}

price what_was_offered(market const& m, outcome const&, std::size_t i) { return m.amounts[i]; }

void expect_refuted(char const* what, deviation_report const& r) {
    test::expect_refuted(r);
    print(what, r, 4);
}

deviation_space three_agents() {
    deviation_space space{.agents = 3,
                          .ticks = 4,
                          .steps = 4,
                          .reserves = {0, 2},
                          .all_slots = false,
                          .max_units = 3,
                          .supplies = {2, 3, 4, 5}};
    if (small_scale()) {
        space.ticks = 3;
        space.max_units = 2;
        space.supplies = {3};
    }
    return space;
}

template <class A>
class units_deviation : public ::testing::Test {};

using containers = ::testing::Types<stratified_buckets<max_agents, linear_tiers<0, 1, 8>>,
                                    stratified_buckets<max_agents, linear_tiers<0, 2, 4>>, tournament_tree<max_agents>,
                                    lazy_heap<max_agents, true>>;
TYPED_TEST_SUITE(units_deviation, containers);

TYPED_TEST(units_deviation, misreporting_price_or_units_never_pays) {
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        expect_truthful(search_deviations(sale<TypeParam>{rule}, three_agents()));
        deviation_space four{.agents = 4, .ticks = 3, .all_slots = false, .max_units = 2, .supplies = {3, 5}};
        expect_truthful(search_deviations(sale<TypeParam>{rule}, four));
    }
}

TYPED_TEST(units_deviation, misreporting_never_pays_where_few_bids_are_considered) {
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        for (std::size_t places = 1; places <= 3; ++places) {
            SCOPED_TRACE(places);
            expect_truthful(search_deviations(sale<TypeParam>{rule, places}, three_agents()));
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
    deviation_space space = three_agents();
    space.units_have_value_by_themselves = true;
    expect_refuted("skip, value per unit:", search_deviations(sale<exact>{misfit::skip}, space));
    expect_refuted("stop, value per unit:", search_deviations(sale<exact>{misfit::stop}, space));
}

TEST(units_controls, one_price_for_all_rewards_misreporting) {
    const deviation_space space = three_agents();
    const auto skip = with_payments(sale<exact>{misfit::skip}, best_that_lost);
    expect_refuted("skip, one price for all:", search_deviations(skip, space));
    const auto stop = with_payments(sale<exact>{misfit::stop}, best_that_lost);
    expect_refuted("stop, the misfit's price without a tick:", search_deviations(stop, space));
}

TEST(units_controls, paying_what_was_offered_rewards_misreporting) {
    const auto rule = with_payments(sale<exact>{misfit::skip}, what_was_offered);
    expect_refuted("skip, first price:", search_deviations(rule, three_agents()));
}

TEST(units_controls, counts_every_amount_unit_and_supply) {
    const deviation_space space{.agents = 2, .ticks = 3, .steps = 4, .max_units = 2, .supplies = {1, 2, 3}};
    EXPECT_EQ(search_deviations(sale<exact>{misfit::skip}, space).cases, 3u * 3 * 2 * 2 * 2 * 3 * 2 * 4);
    EXPECT_EQ(search_deviations(sale<exact>{misfit::skip}, {.max_units = 0}).cases, 0u);
}

}  // namespace
}  // namespace maxwell::test
