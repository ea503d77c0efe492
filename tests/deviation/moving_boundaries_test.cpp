// SPDX-License-Identifier: MIT
//
// Misreporting never pays while boundaries move: the deviation search over markets whose bidders arrive between the bids of
// others that come and go, and move the boundaries as they do. Two rules that are known to fail are the controls.

#include "deviation/judge.hpp"
#include "deviation/moving_rules.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace maxwell::test {
namespace {

using namespace moving;

TEST(moving_boundaries, misreporting_never_pays) {
    const auto r = search_histories<moving_market<container>>(scaled(60));
    print("adaptive tiers", r, 2);
    expect_truthful(r);
}

// A winner that nobody is behind pays an edge of its own, not the reserve, which is an edge of the newest boundaries.
TEST(moving_boundaries, misreporting_k_items_or_units_never_pays) {
    expect_truthful(search_histories<moving_places<container>>(scaled(20)));
    expect_truthful(search_histories<moving_units<container>>(scaled(2), 2));
}

TEST(moving_boundaries, misreporting_never_pays_with_a_switching_bonus) {
    expect_truthful(search_histories<moving_quantum<container, 0>>(scaled(10)));
    expect_truthful(search_histories<moving_quantum<container, 2>>(scaled(20)));
}

TEST(moving_boundaries, the_reference_model_agrees) {
    expect_truthful(search_histories<moving_market<oracle<moving_rule::sound>>>(scaled(10)));
}

TEST(moving_boundaries, pricing_by_the_newest_boundaries_rewards_misreporting) {
    const auto r = search_histories<moving_market<oracle<moving_rule::newest_prices>>>(scaled(10) + 2);
    print("priced by the newest boundaries", r, 2);
    EXPECT_GT(r.profitable, 0u) << "a control that passes proves nothing";
}

TEST(moving_boundaries, boundaries_that_depend_on_a_live_bid_reward_misreporting) {
    const auto r = search_histories<moving_market<oracle<moving_rule::sees_own_bid>>>(scaled(10) + 2);
    print("boundaries that see the own bid", r, 2);
    EXPECT_GT(r.profitable, 0u) << "a control that passes proves nothing";
}

// The histories do what they are for: bidders of one market are filed under boundaries of two eras.
TEST(moving_boundaries, histories_move_boundaries_between_the_bidders) {
    int moved = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        const history others(seed);
        container a;
        pass_by(a, others.before);
        std::set<std::vector<price>> eras;
        for (std::uint32_t i = 0; i < bidders; ++i) {
            a.insert({i, i, 1});
            eras.insert({a.lower_edge(1), a.lower_edge(3), a.lower_edge(5)});
            EXPECT_LE(a.lower_edge(1), ticks) << "boundaries lie among the amounts";
            pass_by(a, others.amounts[i]);
        }
        moved += eras.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(moved, 20);
}

}  // namespace
}  // namespace maxwell::test
