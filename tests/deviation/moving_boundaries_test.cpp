// SPDX-License-Identifier: MIT
//
// Nobody gains by lying while boundaries move: the deviation search over markets whose bidders arrive between the bids of
// others that come and go, and move the boundaries as they do. Two rules that are known to fail are the controls.

#include "support/dice.hpp"
#include "support/moving_auction.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <vector>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::market;
using sim::outcome;
using sim::search_deviations;

constexpr std::uint32_t bidders = 3;
constexpr std::uint32_t passer = bidders;  ///< the slot of those who come and go
constexpr price ticks = 8;

using few = adaptive_tiers<6, 5>;
using container = stratified_buckets<bidders + 1, few>;
template <moving_rule Rule>
using oracle = moving_auction<bidders + 1, few, Rule>;

/// What the others do: drawn once for each history, the same for every bid that the bidders try.
struct history {
    explicit history(unsigned seed) {
        dice random(seed);
        for (auto& stretch : amounts) {
            stretch.resize(random.below(9));
            for (price& p : stretch) p = random.below(ticks + 1);
        }
        before.resize(40);  // until boundaries lie among the amounts
        for (price& p : before) p = random.below(ticks + 1);
    }
    std::vector<price> before;
    std::vector<price> amounts[bidders];  ///< after each bidder
};

template <class A>
void pass_by(A& a, std::vector<price> const& amounts) {
    for (const price p : amounts) {
        a.insert({passer, p, 1});
        a.expire(passer);
    }
}

template <class A>
struct moving_market {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        a.update_price(m.reserve);
        pass_by(a, others.before);
        for (std::uint32_t i = 0; i < bidders; ++i) {
            a.insert({m.slots[i], m.amounts[i], 1});
            pass_by(a, others.amounts[i]);
        }
        outcome all(bidders);
        if (const auto won = a.extract_max()) {
            const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won->winner.agent));
            all[static_cast<std::size_t>(slot - m.slots.begin())] = won->payment;
        }
        return all;
    }
};

template <class A>
deviation_report search_histories(std::size_t histories) {
    deviation_report sum;
    for (std::size_t seed = 0; seed < histories; ++seed) {
        const history others(static_cast<unsigned>(seed));
        const auto r =
            search_deviations(moving_market<A>{others},
                              {.agents = bidders, .ticks = ticks, .steps = 2, .reserves = {0, 3}, .all_slots = false});
        sum.cases += r.cases;
        sum.profitable += r.profitable;
        sum.overcharged += r.overcharged;
        sum.worst_regret = std::max(sum.worst_regret, r.worst_regret);
    }
    return sum;
}

void print(char const* rule, deviation_report const& r) {
    std::printf("%s: a lie pays in %llu of %llu cases (%.1f %%), worst regret %.1f ticks, %llu overcharged\n", rule,
                static_cast<unsigned long long>(r.profitable), static_cast<unsigned long long>(r.cases),
                100 * (1 - r.truthful_share()), static_cast<double>(r.worst_regret) / 2,
                static_cast<unsigned long long>(r.overcharged));
}

TEST(moving_boundaries, nobody_gains_by_lying) {
    const auto r = search_histories<container>(scaled(60));
    print("adaptive tiers", r);
    EXPECT_GT(r.cases, 0u);
    EXPECT_EQ(r.profitable, 0u);
    EXPECT_EQ(r.overcharged, 0u);
    EXPECT_EQ(r.worst_regret, 0);
}

TEST(moving_boundaries, the_oracle_agrees) {
    const auto r = search_histories<oracle<moving_rule::sound>>(scaled(10));
    EXPECT_EQ(r.profitable + r.overcharged, 0u);
}

TEST(moving_boundaries, pricing_by_the_newest_boundaries_fails) {
    const auto r = search_histories<oracle<moving_rule::newest_prices>>(scaled(10) + 2);
    print("priced by the newest boundaries", r);
    EXPECT_GT(r.profitable, 0u) << "a control that passes proves nothing";
}

TEST(moving_boundaries, boundaries_that_see_the_own_bid_fail) {
    const auto r = search_histories<oracle<moving_rule::sees_own_bid>>(scaled(10) + 2);
    print("boundaries that see the own bid", r);
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
