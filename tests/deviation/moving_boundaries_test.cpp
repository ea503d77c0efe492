// SPDX-License-Identifier: MIT
//
// Misreporting never pays while boundaries move: the deviation search over markets whose bidders arrive between the bids of
// others that come and go, and move the boundaries as they do. Two rules that are known to fail are the controls.

#include "deviation/judge.hpp"
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
        a.extract(passer);
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

template <class A>
struct moving_market {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        return settle(m, a.extract_max());
    }
};

/// The last bidder is the running one.
template <class A, price Bonus>
struct moving_quantum {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        const std::size_t last = bidders - 1;
        return settle(m, quantum(a, {m.slots[last], m.amounts[last], m.units[last]}, Bonus).winner);
    }
};

template <class A>
struct moving_places {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        award out[2];
        return settle(m, view<award const>(out).first(extract_top(a, out)));
    }
};

template <class A>
struct moving_units {
    history const& others;
    outcome operator()(market const& m) const {
        A a;
        enter(a, m, others);
        award out[bidders + 1];
        return settle(m, view<award const>(out).first(extract_units(a, m.supply, out, misfit::skip)));
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

TEST(moving_boundaries, boundaries_that_see_the_own_bid_reward_misreporting) {
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
