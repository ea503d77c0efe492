// SPDX-License-Identifier: MIT
//
// The baselines do what their literature says: published examples, closed results, optima by trying everything, and how often an
// agent gains by lying to each. `ctest -R baselines_test -V` prints the shares.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/baselines/gsp.hpp>
#include <maxwell/sim/baselines/plain_prices.hpp>
#include <maxwell/sim/baselines/proportional_share.hpp>
#include <maxwell/sim/baselines/vcg.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <vector>

namespace maxwell::test {
namespace {

using namespace maxwell::sim::baselines;
using bids = std::vector<bid>;

/// Utility of the agent at place `who`, which needs `truth`, when the market is `all`.
using utility = double (*)(bids const& all, std::size_t who, bid const& truth);

struct lies {
    std::uint64_t cases = 0;
    std::uint64_t profitable = 0;
    double worst = 0;
};

/// All markets of amounts below `ticks` and units up to `max_units`, and for each agent all other bids. On the grid of prices.
lies try_all_lies(std::size_t agents, price ticks, std::uint32_t max_units, utility of) {
    lies found;
    const std::uint64_t choices = std::uint64_t{ticks} * max_units;
    const auto choice = [&](std::uint64_t n, std::size_t who) {
        return bid{who, static_cast<price>(n % ticks), static_cast<std::uint32_t>(1 + n / ticks)};
    };
    std::uint64_t profiles = 1;
    for (std::size_t i = 0; i < agents; ++i) profiles *= choices;
    for (std::uint64_t profile = 0; profile < profiles; ++profile) {
        bids honest;
        for (std::uint64_t i = 0, rest = profile; i < agents; ++i, rest /= choices) {
            honest.push_back(choice(rest % choices, i));
        }
        for (std::size_t who = 0; who < agents; ++who) {
            const double truthful = of(honest, who, honest[who]);
            double best = 0;
            bids lying = honest;
            for (std::uint64_t n = 0; n < choices; ++n) {
                lying[who] = choice(n, who);
                best = std::max(best, of(lying, who, honest[who]) - truthful);
            }
            ++found.cases;
            found.profitable += best > 1e-9 ? 1 : 0;
            found.worst = std::max(found.worst, best);
        }
    }
    return found;
}

void print(char const* what, lies const& l) {
    std::printf("%-24s %5.1f %% of %llu cases gain by lying, worst gain %.2f\n", what,
                100.0 * static_cast<double>(l.profitable) / static_cast<double>(l.cases),
                static_cast<unsigned long long>(l.cases), l.worst);
}

/// The element of `won` that is of agent `who`; null when there is none.
template <class Award>
Award const* find_winner(std::vector<Award> const& won, std::size_t who) {
    const auto found =
        std::find_if(won.begin(), won.end(), [who](Award const& a) { return slot_of(a.winner.agent) == who; });
    return found == won.end() ? nullptr : &*found;
}

std::vector<agent_id> winners(std::vector<vcg_award> const& won) {
    std::vector<agent_id> all;
    for (vcg_award const& w : won) all.push_back(w.winner.agent);
    std::sort(all.begin(), all.end());
    return all;
}

bids random_bids(dice& random, std::size_t count, price ticks, std::uint32_t max_units) {
    bids all;
    for (std::size_t i = 0; i < count; ++i) all.push_back({i, random.below(ticks), 1 + random.below(max_units)});
    return all;
}

const bids three{{0, 4, 1}, {1, 10, 1}, {2, 2, 1}};  // in order of arrival

TEST(first_price, the_best_win_and_pay_what_they_offered) {
    EXPECT_EQ(first_price(three, 2), (std::vector<award>{{three[1], 10}, {three[0], 4}}));
    EXPECT_EQ(first_price(three, 2, 5), (std::vector<award>{{three[1], 10}}));
    EXPECT_TRUE(first_price(three, 0).empty());
    EXPECT_TRUE(first_price({}, 3).empty());
    EXPECT_TRUE(first_price({{0, 9, 0}}, 1).empty()) << "0 units are no bid";
}

TEST(first_price, shading_pays) {
    const lies l = try_all_lies(3, 6, 1, [](bids const& all, std::size_t who, bid const& truth) {
        const auto won = first_price(all, 1);
        award const* mine = find_winner(won, who);
        return mine ? double(truth.amount) - mine->payment : 0.0;
    });
    print("first price", l);
    EXPECT_GT(l.profitable, 0u);
}

TEST(posted_price, the_first_who_offer_it_win_and_pay_it) {
    EXPECT_EQ(posted_price(three, 1, 3), (std::vector<award>{{three[0], 3}}));
    EXPECT_EQ(posted_price(three, 3, 4), (std::vector<award>{{three[0], 4}, {three[1], 4}}));
    EXPECT_TRUE(posted_price(three, 3, 11).empty());
    EXPECT_TRUE(posted_price({{0, 9, 0}}, 1, 0).empty()) << "0 units are no bid";
}

TEST(posted_price, no_misreport_is_profitable) {
    const lies l = try_all_lies(3, 6, 1, [](bids const& all, std::size_t who, bid const& truth) {
        const auto won = posted_price(all, 2, 3);
        award const* mine = find_winner(won, who);
        return mine ? double(truth.amount) - mine->payment : 0.0;
    });
    print("posted price", l);
    EXPECT_EQ(l.profitable, 0u);
}

// Edelman, Ostrovsky, Schwarz 2007: values 10, 4, 2 and 200 and 100 clicks. GSP takes 800 and 200, VCG 600 and 200.
TEST(gsp, the_example_of_edelman_ostrovsky_schwarz) {
    const auto won = gsp(three, {200, 100});
    EXPECT_EQ(won, (std::vector<position_award>{{three[1], 200, 4}, {three[0], 100, 2}}));
    EXPECT_EQ(vcg_positions(three, {200, 100}), (std::vector<vcg_award>{{three[1], 600}, {three[0], 200}}));
}

TEST(gsp, one_position_is_the_second_price) {
    EXPECT_EQ(gsp(three, {1}), (std::vector<position_award>{{three[1], 1, 4}}));
    EXPECT_EQ(gsp(three, {1}, 7), (std::vector<position_award>{{three[1], 1, 7}}));
    EXPECT_TRUE(gsp(three, {}).empty());
}

double utility_of_position(bids const& all, std::size_t who, bid const& truth) {
    const auto won = gsp(all, {10, 8});
    position_award const* mine = find_winner(won, who);
    return mine ? mine->weight * (double(truth.amount) - mine->payment) : 0.0;
}

TEST(gsp, a_good_position_is_not_worth_a_truthful_bid) {
    const lies l = try_all_lies(3, 6, 1, utility_of_position);
    print("GSP, positions 10 and 8", l);
    EXPECT_GT(l.profitable, 0u);
}

TEST(vcg, positions_are_truthful) {
    const lies l = try_all_lies(3, 6, 1, [](bids const& all, std::size_t who, bid const& truth) {
        const auto won = vcg_positions(all, {10, 8});
        vcg_award const* mine = find_winner(won, who);
        if (!mine) return 0.0;
        const double weight = mine == won.data() ? 10 : 8;
        return weight * truth.amount - static_cast<double>(mine->total);
    });
    print("VCG, positions 10 and 8", l);
    EXPECT_EQ(l.profitable, 0u);
}

// For unit demand the externality is the best bid that got nothing: extract_top's critical price without its tick.
TEST(vcg, equal_items_cost_the_critical_price_without_its_tick) {
    dice random(1);
    for (std::size_t n = scaled(2000); n > 0; --n) {
        const bids all = random_bids(random, 8, 10, 1);
        const std::size_t items = random.below(9);
        tournament_tree<8> market;
        for (bid const& b : all) market.insert(b);
        std::array<award, 8> out;
        const std::size_t sold = extract_top(market, view<award>{out}.first(items));
        const auto loser = market.top();
        const auto won = vcg_positions(all, std::vector<std::uint32_t>(items, 1));
        ASSERT_EQ(won.size(), sold);
        for (std::size_t i = 0; i < sold; ++i) {
            EXPECT_EQ(won[i].winner, out[i].winner);
            const bool later = loser && out[i].winner.agent > loser->winner.agent;  // agents arrive by number
            EXPECT_EQ(won[i].total + (later ? 1 : 0), out[i].payment);
        }
    }
}

TEST(vcg, the_choice_of_units_is_the_best_of_all_subsets) {
    dice random(2);
    for (std::size_t n = scaled(2000); n > 0; --n) {
        const bids all = random_bids(random, 8, 10, 5);
        const std::size_t supply = random.below(15);
        const auto best_without = [&](std::size_t left_out) {
            std::uint64_t best = 0;
            for (unsigned subset = 0; subset < 256; ++subset) {
                if (subset >> left_out & 1) continue;
                std::uint64_t units = 0;
                std::uint64_t value = 0;
                for (std::size_t i = 0; i < 8; ++i) {
                    if ((subset >> i & 1) == 0) continue;
                    units += all[i].units;
                    value += std::uint64_t{all[i].amount} * all[i].units;
                }
                if (units <= supply) best = std::max(best, value);
            }
            return best;
        };
        const knapsack chosen = best_choice(all, supply, all.size());
        ASSERT_EQ(chosen.value, best_without(all.size()));
        std::uint64_t units = 0;
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            if (!chosen.served[i]) continue;
            units += all[i].units;
            value += std::uint64_t{all[i].amount} * all[i].units;
        }
        ASSERT_LE(units, supply);
        ASSERT_EQ(value, chosen.value);
        for (vcg_award const& w : vcg_units(all, supply)) {
            const std::uint64_t own = std::uint64_t{w.winner.amount} * w.winner.units;
            ASSERT_EQ(w.total, best_without(slot_of(w.winner.agent)) - (chosen.value - own));
            ASSERT_LE(w.total, own);
        }
    }
}

TEST(vcg, units_take_the_best_pair_over_the_densest_bid) {
    const bids all{{0, 5, 3}, {1, 4, 2}, {2, 4, 2}};  // density first would sell 3 of 4 units
    const auto won = vcg_units(all, 4);
    EXPECT_EQ(winners(won), (std::vector<agent_id>{1, 2}));
    for (vcg_award const& w : won) EXPECT_EQ(w.total, 15u - 8u);
    EXPECT_TRUE(vcg_units(all, 0).empty());
    EXPECT_TRUE(vcg_units({}, 4).empty());
}

double utility_of_units(bids const& all, std::size_t who, bid const& truth) {
    const auto won = vcg_units(all, 4);
    vcg_award const* mine = find_winner(won, who);
    if (!mine) return 0;
    const double served = mine->winner.units >= truth.units ? truth.units : 0;
    return served * truth.amount - static_cast<double>(mine->total);
}

TEST(vcg, units_are_truthful_for_those_who_need_all_of_them) {
    const lies l = try_all_lies(3, 4, 3, utility_of_units);
    print("VCG, units", l);
    EXPECT_EQ(l.profitable, 0u);
}

/// What the shares are worth together, over what the best single agent would have made of the whole.
double welfare_share(std::vector<double> const& values, std::vector<double> const& shares) {
    const double best = *std::max_element(values.begin(), values.end());
    return std::inner_product(values.begin(), values.end(), shares.begin(), 0.0) / best;
}

TEST(proportional_share, shares_are_what_is_paid) {
    EXPECT_EQ(proportional_share({{0, 30, 1}, {1, 10, 1}, {2, 60, 1}}), (std::vector<double>{0.3, 0.1, 0.6}));
    EXPECT_EQ(proportional_share({{0, 0, 1}, {1, 0, 1}}), (std::vector<double>{0, 0}));
    EXPECT_TRUE(proportional_share({}).empty());
}

TEST(proportional_share, honesty_hardly_ever_pays) {
    const lies l = try_all_lies(3, 6, 1, [](bids const& all, std::size_t who, bid const& truth) {
        return proportional_share(all)[who] * truth.amount - all[who].amount;
    });
    print("proportional share", l);
    EXPECT_GT(2 * l.profitable, l.cases);
}

// Johari and Tsitsiklis 2004: one agent of value 1 and many of value 1/2. The first gets half, and welfare nears 3/4.
TEST(proportional_share, the_price_of_anarchy_nears_three_quarters) {
    for (const std::size_t others : {1u, 9u, 99u, 9999u}) {
        std::vector<double> values(others + 1, 0.5);
        values[0] = 1;
        const kelly_equilibrium e = equilibrium(values);
        const double n = static_cast<double>(others);
        EXPECT_NEAR(e.price, n / (2 * n + 1), 1e-9);
        EXPECT_NEAR(e.shares[0], 1 - n / (2 * n + 1), 1e-9);
        EXPECT_GT(welfare_share(values, e.shares), 0.75);
        EXPECT_NEAR(welfare_share(values, e.shares), 0.75, 0.25 / (n + 1));
    }
}

TEST(proportional_share, in_equilibrium_nobody_gains_and_welfare_is_three_quarters_at_least) {
    dice random(3);
    for (std::size_t n = scaled(500); n > 0; --n) {
        std::vector<double> values(2 + random.below(6));
        for (double& v : values) v = 1 + random.below(1000);
        const kelly_equilibrium e = equilibrium(values);
        ASSERT_NEAR(std::accumulate(e.shares.begin(), e.shares.end(), 0.0), 1, 1e-9);
        ASSERT_GE(welfare_share(values, e.shares), 0.75);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double rest = e.price * (1 - e.shares[i]);
            const double own = e.price * e.shares[i];
            const double now = values[i] * e.shares[i] - own;
            for (const double other : {0.0, own * 0.5, own * 0.9, own * 1.1, own * 2, 1.0, values[i]}) {
                ASSERT_LE(values[i] * other / std::max(rest + other, 1e-12) - other, now + 1e-6);
            }
        }
    }
    EXPECT_EQ(equilibrium({5}).shares, (std::vector<double>{0}));
    EXPECT_EQ(equilibrium({}).price, 0);
}

}  // namespace
}  // namespace maxwell::test
