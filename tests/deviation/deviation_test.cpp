// SPDX-License-Identifier: MIT
//
// Misreporting never pays: exhaustive deviation search over small markets, for every container and clearing rule, with
// payment rules that are known to fail as controls.

#include "deviation/judge.hpp"
#include "support/reference_auction.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <array>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::deviation_space;
using sim::market;
using sim::outcome;
using sim::search_deviations;

constexpr std::size_t max_agents = 4;

/// Enters the first `count` bidders of `m`, in their order of arrival.
template <class A>
void enter(A& a, market const& m, std::size_t count) {
    a.update_price(m.reserve);
    for (std::size_t i = 0; i < count; ++i) a.insert({m.slots[i], m.amounts[i], 1});
}

template <class A>
outcome one_item(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    return settle(m, a.extract_max());
}

/// The control: the winner pays the runner-up's amount, whoever came first.
template <class A>
outcome plain_second_price(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    auto won = a.extract_max();
    if (won) {
        const auto second = a.top();
        won->payment = second ? second->winner.amount : a.reserve();
    }
    return settle(m, won);
}

template <class A>
outcome first_price(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    auto won = a.extract_max();
    if (won) won->payment = won->winner.amount;
    return settle(m, won);
}

/// The last bidder is the running one.
template <class A>
struct with_bonus {
    price bonus;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        return settle(m, quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner);
    }
};

/// The control: the incumbent keeps its bonus in rank, but pays as if it had none.
template <class A>
struct with_bonus_not_taken_off {
    price bonus;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        const auto best = a.top();
        auto won = quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner;
        if (won && won->winner.agent == m.slots.back() && best)
            won->payment = std::max(a.reserve(), best->winner.amount);
        return settle(m, won);
    }
};

template <class A>
struct several_items {
    std::size_t places;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        std::array<award, max_agents> out;
        const std::size_t winners = extract_top(a, view<award>{out}.first(places));
        return settle(m, view<award const>{out}.first(winners));
    }
};

template <class A>
struct with_affinity {
    std::uint32_t forbidden;
    std::uint32_t probes;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        const auto allowed = [this](std::uint32_t slot) noexcept { return slot != forbidden; };
        return settle(m, a.extract_max_if(allowed, probes));
    }
};

/// The control: where none of a few is allowed, more are looked at. The first price then limits what needs no limit.
outcome with_a_second_search(market const& m) {
    tournament_tree<max_agents> a;
    enter(a, m, m.amounts.size());
    const auto allowed = [](std::uint32_t slot) noexcept { return slot != 0; };
    auto won = a.extract_max_if(allowed, 1);
    if (!won) won = a.extract_max_if(allowed, max_agents);
    return settle(m, won);
}

template <class A>
class deviation : public ::testing::Test {};

using containers = ::testing::Types<
    stratified_buckets<max_agents, linear_tiers<0, 1, 8>>, stratified_buckets<max_agents, linear_tiers<0, 2, 4>>,
    stratified_buckets<max_agents, linear_tiers<3, 2, 3>>, stratified_buckets<max_agents, log_linear_tiers<1>>,
    tournament_tree<max_agents>, tournament_tree<max_agents, 2>, lazy_heap<max_agents, true>,
    reference_auction<max_agents, exact_order>>;
TYPED_TEST_SUITE(deviation, containers);

TYPED_TEST(deviation, one_item_is_truthful) {
    expect_truthful(search_deviations(one_item<TypeParam>, {.agents = 4, .ticks = 8, .reserves = {0}}));
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
    for (std::size_t places = 0; places <= 4; ++places) {
        SCOPED_TRACE(places);
        expect_truthful(
            search_deviations(several_items<TypeParam>{places}, {.agents = 4, .ticks = 5, .reserves = {0, 3}}));
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
