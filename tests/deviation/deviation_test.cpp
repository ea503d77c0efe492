// SPDX-License-Identifier: MIT
//
// Nobody gains by lying: exhaustive deviation search over small markets, for every container and clearing rule, with
// payment rules that are known to fail as controls.

#include "support/reference_auction.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <array>
#include <ostream>

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

/// Who of `m` has this slot.
std::size_t bidder_of(market const& m, std::uint32_t slot) {
    return static_cast<std::size_t>(std::find(m.slots.begin(), m.slots.end(), slot) - m.slots.begin());
}

void settle(outcome& all, market const& m, std::optional<award> const& won) {
    if (won) all[bidder_of(m, slot_of(won->winner.agent))] = won->payment;
}

template <class A>
outcome one_item(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    outcome all(m.amounts.size());
    settle(all, m, a.extract_max());
    return all;
}

/// The control: the winner pays the runner-up's amount, whoever came first.
template <class A>
outcome plain_second_price(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    outcome all(m.amounts.size());
    auto won = a.extract_max();
    if (won) {
        const auto second = a.top();
        won->payment = second ? second->winner.amount : a.reserve();
    }
    settle(all, m, won);
    return all;
}

template <class A>
outcome first_price(market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    outcome all(m.amounts.size());
    auto won = a.extract_max();
    if (won) won->payment = won->winner.amount;
    settle(all, m, won);
    return all;
}

/// The last bidder is the running one.
template <class A>
struct with_bonus {
    price bonus;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        outcome all(m.amounts.size());
        settle(all, m, quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner);
        return all;
    }
};

/// The control: the incumbent keeps its bonus in rank, but pays as if it had none.
template <class A>
struct with_bonus_not_taken_off {
    price bonus;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        outcome all(m.amounts.size());
        const auto best = a.top();
        auto won = quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner;
        if (won && won->winner.agent == m.slots.back() && best)
            won->payment = std::max(a.reserve(), best->winner.amount);
        settle(all, m, won);
        return all;
    }
};

template <class A>
struct several_items {
    std::size_t places;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        outcome all(m.amounts.size());
        std::array<award, max_agents> out;
        const std::size_t winners = extract_top(a, view<award>{out}.first(places));
        for (std::size_t i = 0; i < winners; ++i) settle(all, m, out[i]);
        return all;
    }
};

template <class A>
struct with_affinity {
    std::uint32_t forbidden;
    std::uint32_t probes;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        outcome all(m.amounts.size());
        const auto allowed = [this](std::uint32_t slot) noexcept { return slot != forbidden; };
        settle(all, m, a.extract_max_if(allowed, probes));
        return all;
    }
};

void expect_truthful(deviation_report const& r) {
    EXPECT_GT(r.cases, 0u);
    EXPECT_EQ(r.profitable, 0u) << "of " << r.cases << ", regret " << r.worst_regret << "/4 ticks: bidder "
                                << r.example_bidder << " of " << ::testing::PrintToString(r.example.amounts)
                                << " in slots " << ::testing::PrintToString(r.example.slots) << " bids "
                                << r.example_deviation << ", reserve " << r.example.reserve;
    EXPECT_EQ(r.overcharged, 0u);
}

void expect_profitable_lies(deviation_report const& r) {
    EXPECT_GT(r.profitable, 0u) << "a control that passes proves nothing";
    EXPECT_GT(r.worst_regret, 0);
    EXPECT_LT(r.truthful_share(), 1.0);
}

template <class A>
class deviation : public ::testing::Test {};

using containers =
    ::testing::Types<stratified_buckets<max_agents, linear_tiers<0, 1, 8>>,
                     stratified_buckets<max_agents, linear_tiers<0, 2, 4>>,
                     stratified_buckets<max_agents, linear_tiers<3, 2, 3>>,
                     stratified_buckets<max_agents, log_linear_tiers<1>>, tournament_tree<max_agents>,
                     tournament_tree<max_agents, 2>, lazy_heap<max_agents>, reference_auction<max_agents, exact_order>>;
TYPED_TEST_SUITE(deviation, containers);

TYPED_TEST(deviation, one_item_is_truthful) {
    expect_truthful(search_deviations(one_item<TypeParam>, {.agents = 4, .ticks = 8, .reserves = {0}}));
    expect_truthful(search_deviations(one_item<TypeParam>, {.agents = 3, .ticks = 8, .reserves = {1, 3, 4, 7, 9}}));
}

TYPED_TEST(deviation, plain_second_price_is_not) {
    expect_profitable_lies(search_deviations(plain_second_price<TypeParam>, {.agents = 3, .ticks = 8}));
}

TYPED_TEST(deviation, first_price_is_not) {
    expect_profitable_lies(search_deviations(first_price<TypeParam>, {.agents = 3, .ticks = 8}));
}

TYPED_TEST(deviation, an_incumbency_bonus_is_truthful) {
    for (const price bonus : {0u, 1u, 2u, 3u, 20u}) {
        SCOPED_TRACE(bonus);
        expect_truthful(
            search_deviations(with_bonus<TypeParam>{bonus}, {.agents = 3, .ticks = 8, .reserves = {0, 2, 5}}));
    }
}

TYPED_TEST(deviation, a_bonus_that_is_not_taken_off_the_price_is_not) {
    const with_bonus_not_taken_off<TypeParam> rule{2};
    const auto r = search_deviations(rule, {.agents = 3, .ticks = 8});
    EXPECT_GT(r.profitable + r.overcharged, 0u);
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
