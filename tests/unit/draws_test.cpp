// SPDX-License-Identifier: MIT
//
// What choices_rule and lottery_rule state, in the loop that schedulers run, with fixed seeds: the law of winning, also under a
// reserve that moves, ranks, welfare, payments, splitting, waiting, and that leaving and returning at chosen moments gains nothing.
// The checkers see who won and what it paid, and nothing of the container.

#include "support/chi_square.hpp"
#include "support/dice.hpp"
#include "support/sampler_loop.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace maxwell::test {
namespace {

template <class A>
void enter(A& a, std::vector<price> const& amounts) {
    for (std::uint32_t s = 0; s < amounts.size(); ++s) a.insert({s, amounts[s], 1});
}

/// How often each slot wins in `awards`, every winner coming back as it was.
template <class Rule, std::size_t N>
std::vector<std::uint64_t> wins(std::vector<price> const& amounts, std::size_t awards, price reserve = 0) {
    auto a = std::make_unique<probabilistic_sampler<N, Rule>>();
    a->rekey({11, 22});
    a->update_price(reserve);
    enter(*a, amounts);
    std::vector<std::uint64_t> seen(amounts.size());
    for (std::size_t i = 0; i < awards; ++i) {
        const auto won = a->extract_max();
        ++seen[slot_of(won->winner.agent)];
        a->insert(won->winner);
    }
    EXPECT_TRUE(a->check_invariants());
    return seen;
}

/// The bidder of rank k of n, from 1, wins by ((n - k + 1)^d - (n - k)^d) / n^d.
std::vector<double> law_of_choices(std::vector<price> const& amounts, int d, price reserve = 0) {
    std::vector<double> p(amounts.size());
    const auto n =
        static_cast<double>(std::count_if(amounts.begin(), amounts.end(), [&](price b) { return b >= reserve; }));
    for (std::size_t i = 0; i < p.size(); ++i) {
        const auto k = 1.0 + static_cast<double>(std::count_if(amounts.begin(), amounts.end(),
                                                               [&](price b) { return b > amounts[i]; }));
        p[i] = amounts[i] < reserve ? 0 : std::pow((n - k + 1) / n, d) - std::pow((n - k) / n, d);
    }
    return p;
}

std::vector<double> law_of_lottery(std::vector<price> const& amounts, price reserve = 0) {
    std::vector<double> p(amounts.size());
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = amounts[i] < reserve ? 0 : static_cast<double>(amounts[i]) + 1;
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x /= sum;
    return p;
}

TEST(choices_rule, wins_by_rank_as_d_draws_do) {
    const std::vector<price> amounts{50, 10, 40, 30, 20, 60, 80, 70};
    const std::size_t awards = scaled(60'000);
    EXPECT_TRUE(fits(wins<choices_rule<1>, 8>(amounts, awards), law_of_choices(amounts, 1)));
    EXPECT_TRUE(fits(wins<choices_rule<2>, 8>(amounts, awards), law_of_choices(amounts, 2)));
    EXPECT_TRUE(fits(wins<choices_rule<5>, 8>(amounts, awards), law_of_choices(amounts, 5)));
    EXPECT_TRUE(fits(wins<choices_rule<2>, 8>(amounts, awards, 35), law_of_choices(amounts, 2, 35)))
        << "the reserve bars four";
    EXPECT_FALSE(fits(wins<choices_rule<2>, 8>(amounts, awards), law_of_choices(amounts, 3))) << "a control";
}

/// P(rank <= k) = 1 - (1 - k/N)^D for a thousand bids, and the welfare of uniform values, D / (D + 1).
TEST(choices_rule, ranks_and_welfare_of_a_thousand) {
    constexpr std::size_t n = 1000;
    constexpr int d = 16;
    std::vector<price> amounts(n);
    for (std::size_t i = 0; i < n; ++i) amounts[i] = static_cast<price>(n - i);  // slot = rank - 1
    const std::size_t awards = scaled(40'000);
    const auto seen = wins<choices_rule<d>, n>(amounts, awards);
    double sum = 0, welfare = 0;
    std::size_t k = 0;
    const double slack = small_scale() ? .05 : .01;
    for (const std::size_t rank : {10u, 50u, 100u, 200u, 1000u}) {
        for (; k < rank; ++k) {
            sum += static_cast<double>(seen[k]) / static_cast<double>(awards);
            welfare += static_cast<double>(seen[k]) / static_cast<double>(awards) * static_cast<double>(amounts[k]) / n;
        }
        EXPECT_NEAR(sum, 1 - std::pow(1 - static_cast<double>(rank) / n, d), slack) << rank;
    }
    EXPECT_NEAR(welfare, d / (d + 1.0), slack);
}

TEST(choices_rule, splitting_an_identity_wins_as_often_as_so_many_agents) {
    for (const std::size_t identities : {1u, 4u}) {
        const std::vector<price> amounts(11 + identities, 100);
        const std::size_t awards = scaled(60'000);
        const auto seen = wins<choices_rule<2>, 16>(amounts, awards);
        const auto own = static_cast<double>(std::accumulate(seen.begin() + 11, seen.end(), std::uint64_t{0}));
        const auto m = static_cast<double>(identities);
        EXPECT_NEAR(own / static_cast<double>(awards), m / (11 + m), small_scale() ? .05 : .008);
    }
}

TEST(choices_rule, a_draw_stays_until_something_changes) {
    probabilistic_sampler<64, choices_rule<4>> a;
    a.rekey({1, 2});
    dice random(1);
    for (int i = 0; i < 2000; ++i) {
        a.insert({random.below(64), 100 + random.below(100), 1});
        a.update_price(random.below(150));
        const auto first = a.top();
        ASSERT_EQ(a.top(), first);
        a.update_price(a.reserve());
        ASSERT_EQ(a.extract_max(), first);
        ASSERT_TRUE(a.check_invariants());
    }
}

TEST(lottery_rule, wins_by_tickets) {
    const std::vector<price> amounts{0, 4, 9, 9, 19, 49, 1, 3};
    const std::size_t awards = scaled(60'000);
    EXPECT_TRUE(fits(wins<lottery_rule, 8>(amounts, awards), law_of_lottery(amounts)));
    EXPECT_TRUE(fits(wins<lottery_rule, 8>(amounts, awards, 9), law_of_lottery(amounts, 9)));
    const std::vector<price> large{0xFFFF'FFFFu, 0xFFFF'FFFEu, 0x8000'0000u, 1, 0};
    EXPECT_TRUE(fits(wins<lottery_rule, 5>(large, awards), law_of_lottery(large)));
    EXPECT_FALSE(fits(wins<lottery_rule, 8>(amounts, awards), std::vector<double>(8, .125))) << "a control";
}

/// Paying T_o for ticket o = 0 .. b is, as a mean and to a tick, Myerson's payment on the grid: b - (1 / P(b)) sum over z < b of P(z).
TEST(lottery_rule, the_payment_is_myersons_in_expectation_to_a_tick) {
    for (const std::uint64_t others : {1u, 2u, 7u, 100u, 5000u}) {
        for (price b = 0; b <= 60; ++b) {
            double mean = 0;
            for (price o = 0; o <= b; ++o) {
                const price t = lottery_rule::payment(b, o, others);
                ASSERT_LE(t, b);
                mean += t / (b + 1.0);
            }
            const auto p = [&](price z) { return (z + 1.0) / (z + 1.0 + static_cast<double>(others)); };
            double myerson = b;
            for (price z = 0; z < b; ++z) myerson -= p(z) / p(b);
            ASSERT_GE(mean, myerson - 1e-9) << b << " against " << others;
            ASSERT_LT(mean, myerson + 1) << b << " against " << others;
        }
    }
    // For large bids the closed form, S ln(1 + x) (1 + x) / x - S with x = b / S.
    constexpr price b = 3'000'000;
    constexpr double s = 7'000'000;
    double mean = 0;
    for (int i = 0; i < 10'000; ++i)
        mean += lottery_rule::payment(b, static_cast<std::uint64_t>((i + .5) / 10'000 * (b + 1)), 7'000'000) / 1e4;
    EXPECT_NEAR(mean, s * (1 + b / s) / (b / s) * std::log1p(b / s) - s, 30);
}

TEST(lottery_rule, the_payment_fits_64_bits_at_the_ends) {
    constexpr std::uint64_t most = (std::uint64_t{1} << 56);
    for (const std::uint64_t others : {std::uint64_t{1}, std::uint64_t{0xFFFF'FFFF}, most}) {
        EXPECT_EQ(lottery_rule::payment(0xFFFF'FFFFu, 0xFFFF'FFFFu, others), 0xFFFF'FFFFu);
        EXPECT_LE(lottery_rule::payment(0xFFFF'FFFFu, 0x8000'0000u, others), 0x8000'0000u);
        EXPECT_EQ(lottery_rule::payment(0xFFFF'FFFFu, 0, others), 0u);
    }
    EXPECT_EQ(lottery_rule::payment(7, 3, 0), 0u) << "alone";
}

TEST(lottery_rule, keeps_two_thirds_of_uniform_welfare) {
    std::mt19937_64 random(3);
    std::vector<price> amounts(1000);
    for (price& p : amounts) p = static_cast<price>(random() % 1'000'000);
    const std::size_t awards = scaled(40'000);
    const auto seen = wins<lottery_rule, 1000>(amounts, awards);
    double welfare = 0;
    for (std::size_t i = 0; i < 1000; ++i) welfare += static_cast<double>(seen[i]) * amounts[i];
    EXPECT_NEAR(welfare / static_cast<double>(awards) / 1e6, 2.0 / 3, .02);
}

/// Draws are independent, so waits are geometric: longer than m awards with probability (1 - p)^m.
template <class Rule>
void expect_geometric_waits(double p) {
    auto a = std::make_unique<probabilistic_sampler<10, Rule>>();
    a->rekey({5, 6});
    enter(*a, std::vector<price>(10, 100));
    std::vector<std::uint64_t> waits(41);
    std::size_t last = 0;
    const std::size_t awards = scaled(100'000);
    for (std::size_t t = 1; t <= awards; ++t) {
        const auto won = a->extract_max();
        a->insert(won->winner);
        if (slot_of(won->winner.agent) != 3) continue;
        ++waits[std::min<std::size_t>(t - last - 1, 40)];
        last = t;
    }
    std::vector<double> law(41);
    for (int m = 0; m < 40; ++m) law[static_cast<std::size_t>(m)] = p * std::pow(1 - p, m);
    law[40] = std::pow(1 - p, 40);
    EXPECT_TRUE(fits(waits, law));
}
TEST(choices_rule, waits_are_geometric) { expect_geometric_waits<choices_rule<2>>(.1); }
TEST(lottery_rule, waits_are_geometric) { expect_geometric_waits<lottery_rule>(.1); }

TEST(lottery_rule, a_divided_bid_wins_as_often_and_names_in_full_win_as_so_many) {
    const auto share = [](std::vector<price> const& amounts) {
        const std::size_t awards = scaled(60'000);
        const auto seen = wins<lottery_rule, 32>(amounts, awards);
        return static_cast<double>(std::accumulate(seen.begin() + 8, seen.end(), std::uint64_t{0})) /
               static_cast<double>(awards);
    };
    const double slack = small_scale() ? .05 : .008;
    std::vector<price> amounts(8, 1599);
    auto split = amounts, doubled = amounts;
    amounts.push_back(1599);
    split.insert(split.end(), 16, 99);
    doubled.insert(doubled.end(), 2, 1599);
    EXPECT_NEAR(share(amounts), 1.0 / 9, slack);
    EXPECT_NEAR(share(split), 1.0 / 9, slack);
    EXPECT_NEAR(share(doubled), 2.0 / 10, slack);
}

/// The attack that the header warns of: 1,000 tickets against 1,000, under so many names. What an award costs the owner.
TEST(lottery_rule, dividing_a_bid_among_names_lowers_its_payment) {
    const auto figures = [](std::uint32_t names) {
        probabilistic_sampler<65, lottery_rule> a;
        a.rekey({1, names});
        std::vector<price> amounts(1 + names, 999 / names);
        amounts[0] = 999;
        return run_loop(a, amounts, scaled(100'000), 1, 1000);  // gain = value - payment, where it wins
    };
    const auto paid = [&](std::uint32_t names) {
        const auto f = figures(names);
        return 1000 - f.gain.mean() / f.owner.mean();
    };
    const double slack = small_scale() ? 4 : 1;
    EXPECT_NEAR(paid(1), 386.6, 8 * slack);
    EXPECT_NEAR(paid(16), 31, 1.5 * slack);
    EXPECT_NEAR(paid(64), 7.5, .5 * slack);
    EXPECT_TRUE(figures(16).owner.agrees_with(16 * 63.0 / (16 * 63 + 1000)));
}

// --- the reserve, and what an agent can do in between --------------------------------------------------------------------

/// The reserve moves on its own time and bars up to all but one of ten. At each award the law is that of the eligible.
template <class Rule, class Law>
void expect_law_under_a_moving_reserve(Law law) {
    const std::vector<price> amounts{50, 10, 40, 30, 20, 60, 80, 70, 90, 100};
    const price reserves[] = {0, 95, 35, 0, 65, 15};
    auto a = std::make_unique<probabilistic_sampler<10, Rule>>();
    a->rekey({3, 4});
    enter(*a, amounts);
    std::vector<std::vector<std::uint64_t>> seen(6, std::vector<std::uint64_t>(10));
    for (std::size_t i = 0; i < scaled(240'000); ++i) {
        const std::size_t phase = i / 2 % 6;
        a->update_price(reserves[phase]);
        const auto asked = a->top();
        const auto won = a->extract_max();
        ASSERT_EQ(asked, won);
        ASSERT_GE(won->payment, reserves[phase]);
        ASSERT_LE(won->payment, won->winner.amount);
        ++seen[phase][slot_of(won->winner.agent)];
        a->insert(won->winner);
    }
    EXPECT_TRUE(a->check_invariants());
    for (std::size_t phase = 0; phase < 6; ++phase) {
        if (phase == 1) {
            EXPECT_EQ(seen[1][9], std::accumulate(seen[1].begin(), seen[1].end(), std::uint64_t{0})) << "is alone";
            continue;
        }
        EXPECT_TRUE(fits(seen[phase], law(amounts, reserves[phase])))
            << phase << ": " << ::testing::PrintToString(seen[phase]);
    }
}
TEST(choices_rule, keeps_its_law_under_a_moving_reserve) {
    expect_law_under_a_moving_reserve<choices_rule<1>>(
        [](auto const& amounts, price reserve) { return law_of_choices(amounts, 1, reserve); });
    expect_law_under_a_moving_reserve<choices_rule<3>>(
        [](auto const& amounts, price reserve) { return law_of_choices(amounts, 3, reserve); });
}
TEST(lottery_rule, keeps_its_law_under_a_moving_reserve) {
    expect_law_under_a_moving_reserve<lottery_rule>(
        [](auto const& amounts, price reserve) { return law_of_lottery(amounts, reserve); });
}

/// Slots 0 and 9 are alike. The owner of slot 9, and of idle identities between, withdraws some of them after a loss and enters them
/// after a win, and changes its own place in the order by leaving and returning. It must not win more often than slot 0.
template <class Rule>
void expect_no_gain_by_idle_identities(bool after_a_win) {
    probabilistic_sampler<10, Rule> a;
    a.rekey({8, 9});
    a.insert({0, 1000, 1});
    a.insert({9, 1000, 1});
    std::size_t alike = 0, own = 0;
    dice random(6);
    for (std::size_t i = 0; i < scaled(200'000); ++i) {
        const bid won = a.extract_max()->winner;
        a.insert(won);
        const std::uint32_t winner = slot_of(won.agent);
        alike += winner == 0 || winner == 9 ? 1 : 0;
        own += winner == 9 ? 1 : 0;
        const bool enter = (winner == 9) == after_a_win;
        for (std::uint32_t slot = 1; slot < 9; ++slot) {
            if (random.below(3) == 0) continue;
            enter ? void(a.insert({slot, 0, 1})) : void(a.expire(slot));
        }
        if (enter) {
            a.expire(9);
            a.insert({9, 1000, 1});
        }
    }
    const auto n = static_cast<double>(alike);
    EXPECT_LE(static_cast<double>(own) / n, .5 + 5 * .5 / std::sqrt(n));
}
TEST(choices_rule, idle_identities_gain_nothing) {
    for (const bool after_a_win : {false, true}) expect_no_gain_by_idle_identities<choices_rule<2>>(after_a_win);
}
TEST(lottery_rule, idle_identities_gain_nothing) {
    for (const bool after_a_win : {false, true}) expect_no_gain_by_idle_identities<lottery_rule>(after_a_win);
}

}  // namespace
}  // namespace maxwell::test
