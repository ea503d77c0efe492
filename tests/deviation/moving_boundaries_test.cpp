// SPDX-License-Identifier: MIT
//
// Nobody gains by lying while boundaries move: the deviation search over markets whose bidders arrive between the bids of
// others that come and go, and move the boundaries as they do. Two rules that are known to fail are the controls.

#include "support/dice.hpp"
#include "support/reference_adaptive_auction.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/clearing.hpp>
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
using oracle = reference_adaptive_auction<bidders + 1, few, Rule>;

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

/// Lets the bidders arrive one after the other, with their history.
template <class A>
void enter(A& a, market const& m, history const& others) {
    a.update_price(m.reserve);
    pass_by(a, others.before);
    for (std::uint32_t i = 0; i < bidders; ++i) {
        a.insert({m.slots[i], m.amounts[i], m.units[i]});
        pass_by(a, others.amounts[i]);
    }
}

outcome settle(market const& m, view<award> awards) {
    outcome all(bidders);
    for (award const& won : awards) {
        const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won.winner.agent));
        all[static_cast<std::size_t>(slot - m.slots.begin())] = won.payment;
    }
    return all;
}

template <class A>
struct moving_market {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        auto won = a.extract_max();
        return settle(m, won ? view<award>(&*won, 1) : view<award>());
    }
};

template <class A>
struct moving_places {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        award out[2];
        return settle(m, view<award>(out).first(extract_top(a, out)));
    }
};

template <class A>
struct moving_units {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        award out[bidders + 1];
        return settle(m, view<award>(out).first(extract_units(a, m.supply, out, misfit::skip)));
    }
};

template <class Market>
deviation_report search_histories(std::size_t histories, std::uint32_t max_units = 1) {
    deviation_report sum;
    for (std::size_t seed = 0; seed < histories; ++seed) {
        const history others(static_cast<unsigned>(seed));
        const auto r = search_deviations(Market{others}, {.agents = bidders,
                                                          .ticks = ticks,
                                                          .steps = 2,
                                                          .reserves = {0, 3},
                                                          .all_slots = false,
                                                          .max_units = max_units,
                                                          .supplies = {3}});
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
    const auto r = search_histories<moving_market<container>>(scaled(60));
    print("adaptive tiers", r);
    EXPECT_GT(r.cases, 0u);
    EXPECT_EQ(r.profitable, 0u);
    EXPECT_EQ(r.overcharged, 0u);
    EXPECT_EQ(r.worst_regret, 0);
}

// A winner that nobody is behind pays an edge of its own, not the reserve, which is an edge of the newest boundaries.
TEST(moving_boundaries, nor_with_several_places_or_units) {
    const auto places = search_histories<moving_places<container>>(scaled(20));
    EXPECT_GT(places.cases, 0u);
    EXPECT_EQ(places.profitable + places.overcharged, 0u);
    const auto units = search_histories<moving_units<container>>(scaled(2), 2);
    EXPECT_GT(units.cases, 0u);
    EXPECT_EQ(units.profitable + units.overcharged, 0u);
}

TEST(moving_boundaries, the_oracle_agrees) {
    const auto r = search_histories<moving_market<oracle<moving_rule::sound>>>(scaled(10));
    EXPECT_EQ(r.profitable + r.overcharged, 0u);
}

TEST(moving_boundaries, pricing_by_the_newest_boundaries_fails) {
    const auto r = search_histories<moving_market<oracle<moving_rule::newest_prices>>>(scaled(10) + 2);
    print("priced by the newest boundaries", r);
    EXPECT_GT(r.profitable, 0u) << "a control that passes proves nothing";
}

TEST(moving_boundaries, boundaries_that_see_the_own_bid_fail) {
    const auto r = search_histories<moving_market<oracle<moving_rule::sees_own_bid>>>(scaled(10) + 2);
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
