// SPDX-License-Identifier: MIT
//
// What gumbel_rule states, in the loop that schedulers run, with fixed seeds: the law of winning, waiting, splitting, welfare, and
// that an adversary which enters and withdraws idle identities, renews its generation, or moves its stake gains nothing by it.
// The checkers see who won and what it paid, and nothing of the container. The control is a rule for which some of it fails.

#include "support/dice.hpp"
#include "support/sampler_adversaries.hpp"
#include "support/sampler_loop.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace maxwell::test {
namespace {

void expect_shares(std::vector<batch_mean> const& wins, std::vector<double> const& law) {
    for (std::size_t slot = 0; slot < law.size(); ++slot) {
        EXPECT_TRUE(wins[slot].agrees_with(law[slot])) << "slot " << slot << " wins " << wins[slot].mean() << " +- "
                                                       << wins[slot].standard_error() << ", by law " << law[slot];
    }
}

// --- the law -----------------------------------------------------------------------------------------------------------

template <std::size_t Agents>
void expect_law(std::vector<price> const& amounts, price tau, std::vector<std::uint32_t> const& stakes,
                std::size_t awards) {
    const auto law = law_of_gumbel(amounts, tau, stakes);
    for (const std::uint32_t turns : {1u, 3u}) {
        const auto a = make_sampler<Agents>(tau, turns, stakes);
        expect_shares(win_shares(*a, amounts, scaled(awards)), law);
        EXPECT_TRUE(a->check_invariants());
    }
}

TEST(gumbel_rule, wins_by_the_law_of_the_exponential_mechanism) {
    expect_law<2>({102'000, 100'000}, 1000, {}, 200'000);
    expect_law<4>({102'000, 100'000, 100'000, 100'000}, 1000, {}, 200'000);
    expect_law<8>({102'000, 100'000, 100'000, 100'000, 100'000, 100'000, 100'000, 100'000}, 1000, {}, 200'000);
    expect_law<5>({100, 90'000, 90'000, 120'000, 110'000}, 20'000, {}, 100'000);
    expect_law<5>({7000, 7000, 6000, 8000, 7500}, 777, {1, 5, 65535, 2, 10}, 100'000);
    expect_law<4>({40, 44, 36, 40}, 8, {}, 200'000);                              // the least temperature
    expect_law<4>({1u << 31, 3u << 30, 0xFFFF'FFFFu, 0}, 1u << 31, {}, 100'000);  // the greatest
    expect_law<3>({0xFFFF'FF00u, 0xFFFF'FFFFu, 0xFFFF'FE00u}, 256, {}, 100'000);  // at the highest prices
}

TEST(gumbel_rule, the_law_of_a_cursor_over_live_bids_bends) {
    if (small_scale()) GTEST_SKIP() << "needs all awards";
    const std::vector<price> amounts{102'000, 100'000};
    live_cursor_sampler<2> control(1000, 1);
    const auto wins = win_shares(control, amounts, 200'000);
    EXPECT_FALSE(wins[0].agrees_with(law_of_gumbel(amounts, 1000)[0])) << wins[0].mean();
}

/// A reserve that moves on its own time bars bids and lets them return: at each award the law is that of the eligible.
TEST(gumbel_rule, wins_by_the_law_of_the_eligible_under_a_moving_reserve) {
    const std::vector<price> amounts{99'000, 100'000, 101'000, 100'500};
    const auto a = make_sampler<4>(1000);
    const price reserves[] = {0, 99'500, 100'100, 0, 101'000};
    std::vector<std::vector<batch_mean>> wins(5, std::vector<batch_mean>(4, batch_mean{200}));
    for (std::uint32_t slot = 0; slot < 4; ++slot) a->insert({slot, amounts[slot], 1});
    for (std::size_t i = 0; i < scaled(500'000); ++i) {
        const std::size_t phase = i / 3 % 5;
        a->update_price(reserves[phase]);
        const award won = *a->extract_max();
        ASSERT_GE(won.payment, reserves[phase]);
        ASSERT_LE(won.payment, won.winner.amount);
        for (std::uint32_t slot = 0; slot < 4 && i > 20; ++slot) {
            wins[phase][slot].add(slot_of(won.winner.agent) == slot ? 1 : 0);
        }
        a->insert(won.winner);
    }
    for (std::size_t phase = 0; phase < 5; ++phase)
        expect_shares(wins[phase], law_of_gumbel(amounts, 1000, {}, reserves[phase]));
}

/// P(rank <= k), from the law, for a thousand bids.
TEST(gumbel_rule, the_rank_of_the_winner_follows_from_the_law) {
    constexpr std::size_t n = 1000;
    std::vector<price> amounts(n);
    for (std::size_t i = 0; i < n; ++i) amounts[i] = static_cast<price>(1'000'000 - 1000 * i);  // slot = rank
    const auto a = make_sampler<n>(10'000, n);
    const auto law = law_of_gumbel(amounts, 10'000);
    for (std::uint32_t slot = 0; slot < n; ++slot) a->insert({slot, amounts[slot], 1});
    const std::size_t ranks[] = {1, 10, 50, 100};
    std::vector<batch_mean> within(4, batch_mean{20});
    for (std::size_t i = 0; i < scaled(2000) + 40; ++i) {
        const bid won = a->extract_max()->winner;
        a->insert(won);
        for (std::size_t k = 0; k < 4 && i > 0; ++k) within[k].add(slot_of(won.agent) < ranks[k] ? 1 : 0);
    }
    for (std::size_t k = 0; k < 4; ++k) {
        const double expected = std::accumulate(law.begin(), law.begin() + static_cast<std::ptrdiff_t>(ranks[k]), 0.0);
        EXPECT_TRUE(within[k].agrees_with(expected)) << ranks[k] << ": " << within[k].mean() << ", " << expected;
    }
}

// --- welfare -----------------------------------------------------------------------------------------------------------

/// The mean loss of the loop against the best bid, in ticks.
template <std::size_t Agents>
batch_mean welfare_loss(std::vector<price> const& amounts, price tau, std::vector<std::uint32_t> const& stakes,
                        std::size_t awards) {
    const auto a = make_sampler<Agents>(tau, 1, stakes);
    const auto wins = win_shares(*a, amounts, scaled(awards));
    const price best = *std::max_element(amounts.begin(), amounts.end());
    batch_mean loss(1);
    for (std::uint32_t slot = 0; slot < Agents; ++slot)
        loss.add((double{1} * best - amounts[slot]) * wins[slot].mean() * Agents);
    return loss;
}

TEST(gumbel_rule, loses_at_most_tau_times_the_log_of_the_stakes_over_the_best_ones) {
    EXPECT_LE(
        welfare_loss<8>({100'000, 99'000, 98'000, 97'000, 96'000, 95'000, 94'000, 93'000}, 3200, {}, 50'000).mean(),
        3200 * std::log(8));
    // With unequal stakes the number of agents bounds nothing; the stakes do.
    const double loss = welfare_loss<2>({20'000, 40'000}, 3200, {65535, 1}, 50'000).mean();
    EXPECT_GT(loss, 3200 * std::log(2));
    EXPECT_LE(loss, 3200 * std::log(65536));
    // Prices are told apart however many temperatures they are above each other.
    EXPECT_LE(welfare_loss<2>({10'000, 1'000'000}, 32, {}, 50'000).mean(), 32 * std::log(2));
    EXPECT_LE(welfare_loss<2>({0x8000'0000u, 0xFFFF'FFFFu}, 8, {}, 50'000).mean(), 8 * std::log(2));
}

/// Sum of the winners' values over that of the highest, at a temperature of 1 % of the highest.
template <class Value>
double welfare(Value value) {
    constexpr std::size_t n = 1000;
    double won = 0, best = 0;
    const auto a = make_sampler<n>(10'000'000, n);
    for (std::size_t trial = 0; trial < scaled(100) + 5; ++trial) {
        std::vector<double> values(n);
        for (double& v : values) v = value();
        const double highest = *std::max_element(values.begin(), values.end());
        for (std::uint32_t i = 0; i < n; ++i) a->insert({i, static_cast<price>(values[i] / highest * 1e9), 1});
        for (int award = 0; award < 5; ++award) {
            const bid winner = a->extract_max()->winner;
            a->insert(winner);
            if (trial == 0 && award == 0) continue;  // newcomers only
            won += winner.amount;
            best += 1e9;
        }
    }
    return won / best;
}

TEST(gumbel_rule, keeps_99_per_cent_of_the_welfare_at_a_temperature_of_1_per_cent) {
    std::mt19937_64 random(5);
    EXPECT_GE(welfare([&] { return std::uniform_real_distribution<>(0, 1)(random); }), .989);
    EXPECT_GE(welfare([&] { return std::lognormal_distribution<>(0, 1)(random); }), .99);
}

// --- waiting -----------------------------------------------------------------------------------------------------------

/// Awards that lie an epoch apart share no noise: at m of them an agent is unserved with probability (1 - p)^m, no more and no less.
/// In m whole epochs there are others besides.
template <std::size_t Capacity>
void expect_bounded_waits(std::vector<price> const& amounts, price tau, std::uint32_t turns, std::uint32_t slot) {
    const double p = law_of_gumbel(amounts, tau)[slot];
    const std::size_t epoch = (amounts.size() + turns - 1) / turns;
    for (const std::size_t m : {2u, 5u}) {
        const auto a = make_sampler<Capacity>(tau, turns);
        const auto found = unserved(*a, amounts, scaled(100'000), slot, m, epoch);
        const double bound = std::pow(1 - p, static_cast<double>(m));
        EXPECT_TRUE(found.first_awards.agrees_with(bound))
            << m << " awards an epoch apart: " << found.first_awards.mean() << ", by law " << bound;
        EXPECT_LE(found.all_awards.mean(), found.first_awards.mean()) << m << " epochs";
    }
}

TEST(gumbel_rule, no_agent_waits_longer_than_the_bound) {
    expect_bounded_waits<2>({102'000, 100'000}, 1000, 1, 0);
    expect_bounded_waits<2>({102'000, 100'000}, 1000, 1, 1);
    expect_bounded_waits<16>(std::vector<price>(16, 1'000'000), 10'000, 1, 5);
    expect_bounded_waits<16>(std::vector<price>(16, 1'000'000), 10'000, 3, 5);  // no divisor
}

/// Three agents in a container of 4,096 have epochs of three awards.
TEST(gumbel_rule, few_agents_in_a_large_container_do_not_wait_for_its_capacity) {
    expect_bounded_waits<4096>(std::vector<price>(3, 100'000), 1000, 1, 2);
}

TEST(gumbel_rule, a_cursor_over_live_bids_exceeds_the_bound) {
    if (small_scale()) GTEST_SKIP() << "needs all awards";
    live_cursor_sampler<2> control(1000, 2);
    const std::vector<price> amounts{102'000, 100'000};
    const auto found = unserved(control, amounts, 800'000, 0, 2, 2).first_awards;
    EXPECT_FALSE(found.is_at_most(std::pow(1 - law_of_gumbel(amounts, 1000)[0], 2))) << found.mean();
}

// --- splitting ---------------------------------------------------------------------------------------------------------

/// Slot 0 has a stake of 12; the owner of the others divides a stake of 48 among so many names.
template <class A>
batch_mean owner_wins(A& a, std::uint32_t names, std::size_t awards) {
    a.stake(0, 12);
    for (std::uint32_t slot = 1; slot <= names; ++slot) a.stake(slot, 48 / names);
    return run_loop(a, std::vector<price>(1 + names, 100'000), awards, 1, 0).owner;
}
template <class A>
batch_mean owner_gain(A& a, std::uint32_t names, std::size_t awards) {
    a.stake(0, 12);
    for (std::uint32_t slot = 1; slot <= names; ++slot) a.stake(slot, 48 / names);
    return run_loop(a, std::vector<price>(1 + names, 100'000), awards, 1, 101'000).gain;
}

TEST(gumbel_rule, splitting_an_identity_and_its_stake_gains_nothing) {
    batch_mean whole;
    for (const std::uint32_t names : {1u, 4u, 16u}) {
        const batch_mean share = owner_wins(*make_sampler<17>(1000), names, scaled(200'000));
        EXPECT_TRUE(share.agrees_with(.8)) << names << " names win " << share.mean();
        const batch_mean gain = owner_gain(*make_sampler<17>(1000), names, scaled(100'000));
        if (names == 1) whole = gain;
        EXPECT_LE(gain.mean(), whole.mean() + 5 * (gain.standard_error() + whole.standard_error())) << names;
    }
}

TEST(gumbel_rule, splitting_gains_under_a_cursor_over_live_bids) {
    if (small_scale()) GTEST_SKIP() << "needs all awards";
    live_cursor_sampler<5> whole(1000, 3), split(1000, 4);
    EXPECT_GT(owner_wins(split, 4, 100'000).mean(), owner_wins(whole, 1, 100'000).mean() + .02);
}

TEST(gumbel_rule, names_with_the_default_stake_win_as_so_many_agents) {
    const std::vector<price> amounts(12 + 4, 100'000);
    const auto a = make_sampler<16>(1000);
    const auto found = run_loop(*a, amounts, scaled(100'000), 12, 0);
    EXPECT_TRUE(found.owner.agrees_with(4.0 / 16)) << found.owner.mean();
}

// --- nobody chooses among draws ----------------------------------------------------------------------------------------

template <class Adversary>
loop_figures run_adversary(std::uint32_t turns, Adversary adversary) {
    const auto a = make_sampler<owner + 1>(1000, turns);
    return run_loop(*a, owner_and_one_other(), scaled(200'000), owner, owner_value, adversary);
}
template <class Adversary>
void expect_no_gain(Adversary adversary, char const* what) {
    for (const std::uint32_t turns : {1u, 5u}) {
        const auto plain = run_adversary(turns, bystander{});
        const auto found = run_adversary(turns, adversary);
        EXPECT_TRUE(plain.owner.agrees_with(.5)) << plain.owner.mean();
        EXPECT_TRUE(found.owner.is_at_most(.5)) << what << " wins " << found.owner.mean();
        EXPECT_LE(found.gain.mean(),
                  plain.gain.mean() + 5 * (plain.gain.standard_error() + found.gain.standard_error()))
            << what;
    }
}

TEST(gumbel_rule, idle_identities_gain_nothing) {
    for (const std::uint32_t names : {4u, 16u}) {
        expect_no_gain(idle_identities{names, true}, "idle after a loss");
        expect_no_gain(idle_identities{names, false}, "idle after a win");
    }
}

TEST(gumbel_rule, leaving_returning_and_bidding_again_gain_nothing) {
    expect_no_gain(absence{1}, "absence for an award");
    expect_no_gain(absence{7}, "absence for some awards");
    expect_no_gain(repetition{}, "repetition");
}

TEST(gumbel_rule, new_generations_and_changed_stakes_gain_nothing) {
    expect_no_gain(new_draws{false}, "a new generation");
    expect_no_gain(new_draws{true}, "a changed stake");
}

TEST(gumbel_rule, idle_identities_gain_under_a_cursor_over_live_bids) {
    live_cursor_sampler<owner + 1> control(1000, 5);
    const auto found =
        run_loop(control, owner_and_one_other(), scaled(100'000) + 2000, owner, owner_value, idle_identities{16, true});
    EXPECT_GT(found.owner.mean(), .7) << "a control that passes proves nothing";
}

TEST(gumbel_rule, first_bids_of_fresh_slots_are_worth_an_award_each_and_once) {
    EXPECT_LE(awards_gained_by_fresh_slots<64>(200), 64);
}

TEST(gumbel_rule, insert_never_redraws) {
    const auto a = make_sampler<20>(1000, 20);
    for (std::uint32_t slot = 0; slot < 20; ++slot) a->insert({slot, 100'000, 1});
    a->insert(a->extract_max()->winner);
    const std::uint32_t first = slot_of(a->top()->winner.agent);
    dice random(3);
    for (int i = 0; i < 1000; ++i) {
        a->insert({random.below(20), 100'000, 1 + random.below(5)});
        ASSERT_EQ(slot_of(a->top()->winner.agent), first);
    }
    a->expire(first);
    EXPECT_NE(slot_of(a->top()->winner.agent), first);
    a->insert({first, 100'000, 1});
    EXPECT_EQ(slot_of(a->top()->winner.agent), first) << "who leaves and comes back finds its noise";
}

TEST(gumbel_rule, a_newcomer_and_a_changed_stake_wait_for_their_turn) {
    const auto a = make_sampler<4>(32, 3);
    for (std::uint32_t slot = 0; slot < 3; ++slot) a->insert({slot, 1000, 1});
    a->insert(a->extract_max()->winner);
    const agent_id late = make_agent_id(3, 0);
    a->agents_per_award(1);
    a->insert({late, 0xFFFF'FFFFu, 1});
    EXPECT_NE(a->top()->winner.agent, late) << "however much it bids";
    a->stake(1, 9);
    a->insert({1, 0xFFFF'FFFFu, 1});
    std::vector<agent_id> winners;
    for (int award = 0; award < 8; ++award) {
        const auto won = a->extract_max();
        winners.push_back(won->winner.agent);
        a->insert({won->winner.agent, won->winner.amount > 1000 ? 1u : won->winner.amount, 1});
    }
    EXPECT_NE(winners.front(), 1u);
    EXPECT_EQ(std::count(winners.begin(), winners.end(), late), 1) << "in its turn it wins once";
    EXPECT_EQ(std::count(winners.begin(), winners.end(), 1u), 1);
}

TEST(gumbel_rule, newcomers_win_at_the_second_price_only_if_no_other_agent_can) {
    probabilistic_sampler<4> a;
    a.insert({0, 500, 1});
    a.insert({1, 900, 1});
    a.insert({2, 900, 1});
    EXPECT_EQ(a.extract_max(), (award{{1, 900, 1}, 900}));  // then slot 0 has its turn
    a.update_price(600);
    a.insert({3, 700, 1});
    a.expire(2);
    EXPECT_EQ(a.top(), (award{{3, 700, 1}, 600})) << "slot 0 is below the reserve";
    a.update_price(800);
    EXPECT_EQ(a.top(), std::nullopt);
    EXPECT_EQ(a.size(), 2u);
}

TEST(gumbel_rule, a_temperature_out_of_range_is_the_nearest_in_it) {
    probabilistic_sampler<3> a;
    EXPECT_EQ(a.temperature(), gumbel_rule::default_temperature);
    a.temperature(0);
    EXPECT_EQ(a.temperature(), gumbel_rule::min_temperature);
    a.temperature(0xFFFF'FFFFu);
    EXPECT_EQ(a.temperature(), gumbel_rule::max_temperature);
    EXPECT_EQ(a.stake(3, 1), status::unknown_agent);
    a.insert({make_agent_id(0, 2), 5, 1});
    EXPECT_EQ(a.stake(0, 1), status::stale_agent);
    EXPECT_EQ(a.stake(make_agent_id(0, 3), 7), status::ok) << "a newer agent's stake takes the older one's bid away";
    EXPECT_TRUE(a.empty());
}

TEST(gumbel_rule, lists_its_bids_by_slot) {
    probabilistic_sampler<4> a;
    a.insert({make_agent_id(2, 5), 70, 3});
    EXPECT_EQ(a.find_slot(2), (bid{make_agent_id(2, 5), 70, 3}));
    EXPECT_EQ(a.find_slot(1), std::nullopt);
    EXPECT_EQ(a.find_slot(4), std::nullopt);
}

}  // namespace
}  // namespace maxwell::test
