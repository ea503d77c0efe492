// SPDX-License-Identifier: MIT
//
// Misreporting to a market never pays: exhaustive deviation search over lanes with multipliers, reserves, a switching bonus, shut
// lanes and owners with two agents, for exact and tier containers, through the calls that a scheduler makes. Controls: payments
// across lanes as one would write them first.

#include "deviation/lane_rules.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <optional>

namespace maxwell::test {
namespace {

/// All multipliers; `make` makes the rule for given conditions.
template <class Make>
sim::deviation_report search(Make make, std::optional<price> bonus, std::uint32_t shut = 0,
                             std::uint32_t preferred = 0) {
    sim::deviation_report sum;
    for (auto const& multiplier : lane_multipliers)
        sum += sim::search_deviations(make(conditions{multiplier, bonus, shut, preferred}),
                                      lane_space(small_scale() ? 3 : 5));
    return sum;
}

void report(char const* what, sim::deviation_report const& r) {
    std::printf("%-44s %8llu cases, %.1f %% profitable, %llu overcharged\n", what,
                static_cast<unsigned long long>(r.cases), 100 * (1 - r.truthful_share()),
                static_cast<unsigned long long>(r.overcharged));
}

template <class A>
class market_deviation : public ::testing::Test {};
using containers = ::testing::Types<tournament_tree<4>, lazy_heap<4>, tiers_of_two>;
TYPED_TEST_SUITE(market_deviation, containers);

TYPED_TEST(market_deviation, misreporting_across_lanes_never_pays) {
    const auto make = [](conditions const& c) { return one_decision<TypeParam>{c}; };
    for (const std::optional<price> bonus :
         {std::optional<price>{}, std::optional<price>{0u}, std::optional<price>{2u}}) {
        for (const std::uint32_t shut : {0u, 1u}) {
            const sim::deviation_report r = search(make, bonus, shut);
            report(bonus ? (*bonus ? "lanes, bonus 2" : "lanes, bonus 0") : "lanes", r);
            EXPECT_EQ(r.profitable, 0u) << "regret " << r.worst_regret << " "
                                        << ::testing::PrintToString(r.example.amounts);
            EXPECT_EQ(r.overcharged, 0u);
            EXPECT_GT(r.cases, 0u);
        }
        const sim::deviation_report r = search(make, bonus, 0, 2);
        report("lanes, the upper one preferred", r);
        EXPECT_EQ(r.profitable, 0u) << "regret " << r.worst_regret;
        EXPECT_EQ(r.overcharged, 0u);
    }
}

template <class A>
void expect_rewarded(char const* what, mistake made, std::optional<price> bonus = std::nullopt) {
    const sim::deviation_report r = search([made](conditions const& c) { return naive_decision<A>{c, made}; }, bonus);
    report(what, r);
    EXPECT_FALSE(r.truthful()) << what << ": a control that passes proves nothing";
}

TEST(market_deviation_controls, local_payments_across_lanes_reward_misreporting) {
    expect_rewarded<tournament_tree<4>>("control: no tie tick across lanes", mistake::no_tie_tick);
    expect_rewarded<tournament_tree<4>>("control: other lanes set no price", mistake::other_lanes_left_out);
    expect_rewarded<tiers_of_two>("control: rounded down to a tier across lanes", mistake::rounded_to_tiers);
    expect_rewarded<tournament_tree<4>>("control: bonus not taken off", mistake::bonus_not_taken_off, 2);
    expect_rewarded<tiers_of_two>("control: bonus not taken off, tiers", mistake::bonus_not_taken_off, 2);
}

// --- owners: two owners with two agents each ------------------------------------------------------------------------------

void report(char const* what, owner_report const& r) {
    std::printf("%-44s %8llu cases, %.1f %% profitable, %llu overcharged\n", what,
                static_cast<unsigned long long>(r.cases),
                100.0 * static_cast<double>(r.profitable) / static_cast<double>(r.cases),
                static_cast<unsigned long long>(r.overcharged));
}

TEST(market_deviation_owners, an_owner_of_two_agents_never_gains_where_lanes_have_one_multiplier) {
    for (const price base : {0u, 2u}) {
        for (const std::optional<price> bonus : {std::optional<price>{}, std::optional<price>{0u}}) {
            const owner_report r = search_owners<owned_tree>(unit_multiplier, base, bonus);
            report(bonus ? "owners, an incumbent wins ties" : "owners", r);
            EXPECT_EQ(r.profitable, 0u);
            EXPECT_EQ(r.overcharged, 0u);
            EXPECT_GT(r.cases, 0u);
        }
    }
    const owner_report control = search_owners<tournament_tree<4, 2>>(unit_multiplier, 1, std::nullopt);
    report("control: siblings set each other's price", control);
    EXPECT_GT(control.profitable, 0u) << "a control that passes proves nothing";
}

/// The limit of the claim. The sale takes an owner's best effective bid; with agents whose prices differ by more than a tie the owner
/// would rather have the one with the greatest value less price.
TEST(market_deviation_owners, an_owner_across_multipliers_or_with_a_bonus_gains_in_few_cases) {
    for (const std::optional<price> bonus : {std::optional<price>{}, std::optional<price>{1u}}) {
        const owner_report r = search_owners<owned_tree>(bonus ? unit_multiplier : 3u << 15, 1, bonus);
        report(bonus ? "limit: owners with a bonus of 1" : "limit: owners across lanes of 1 and 1.5", r);
        EXPECT_GT(r.profitable, 0u) << "then docs/market.md can promise more";
        EXPECT_LT(r.profitable * 50, r.cases);
        EXPECT_EQ(r.overcharged, 0u);
    }
}

}  // namespace
}  // namespace maxwell::test
