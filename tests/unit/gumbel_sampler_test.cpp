// SPDX-License-Identifier: MIT
//
// What gumbel_rule states, held to it with fixed seeds: the law of winning, ranks, welfare, stakes and splitting, epochs, waiting.

#include "support/chi_square.hpp"
#include "support/dice.hpp"
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

/// A market in which nobody is a newcomer any more, and a new key draws all noise afresh.
template <std::size_t Agents>
class market {
public:
    using sampler = probabilistic_sampler<Agents>;

    market(std::vector<price> amounts, price tau, std::vector<std::uint32_t> const& stakes = {}) : amounts_(amounts) {
        sampler_->temperature(tau);
        sampler_->agents_per_award(Agents);
        for (std::uint32_t s = 0; s < stakes.size(); ++s) sampler_->stake(s, stakes[s]);
        for (int round = 0; round < 3; ++round) {
            enter();
            sampler_->extract_max();
        }
        enter();
    }
    sampler& operator*() { return *sampler_; }
    sampler* operator->() { return sampler_.get(); }

    void enter() {
        for (std::uint32_t s = 0; s < amounts_.size(); ++s) sampler_->insert({s, amounts_[s], 1});
    }
    /// Who wins under a fresh key.
    std::uint32_t winner() {
        sampler_->rekey({++key_, 0x5EED});
        return slot_of(sampler_->top()->winner.agent);
    }

private:
    std::vector<price> amounts_;
    std::unique_ptr<sampler> sampler_ = std::make_unique<sampler>();
    std::uint64_t key_ = 0;
};

/// Proportional to stake * e^(price / tau).
std::vector<double> law_of(std::vector<price> const& amounts, double tau, std::vector<std::uint32_t> const& stakes) {
    std::vector<double> p(amounts.size());
    const price most = *std::max_element(amounts.begin(), amounts.end());
    for (std::size_t i = 0; i < p.size(); ++i) {
        p[i] = (stakes.empty() ? 1 : stakes[i]) *
               std::exp((static_cast<double>(amounts[i]) - static_cast<double>(most)) / tau);
    }
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x /= sum;
    return p;
}

template <std::size_t Agents>
void expect_law(std::vector<price> const& amounts, price tau, std::vector<std::uint32_t> const& stakes,
                std::size_t draws) {
    market<Agents> m(amounts, tau, stakes);
    std::vector<std::uint64_t> wins(Agents);
    for (std::size_t i = 0; i < draws; ++i) ++wins[m.winner()];
    EXPECT_TRUE(fits(wins, law_of(amounts, tau, stakes))) << ::testing::PrintToString(wins);
}

TEST(gumbel_rule, wins_by_the_law_of_the_exponential_mechanism) {
    const std::size_t draws = scaled(40'000);
    expect_law<2>({5000, 5000}, 1000, {}, draws);
    expect_law<2>({5000, 6500}, 1000, {}, draws);
    expect_law<5>({100, 90'000, 90'000, 120'000, 110'000}, 20'000, {}, draws);
    expect_law<8>(
        {1u << 31, 3u << 30, 0xF000'0000u, 0xF800'0000u, 0xFF00'0000u, 0xFFFF'FFFFu, 0xF400'0000u, 0xE000'0000u},
        1u << 27, {}, draws);
    expect_law<5>({7000, 7000, 6000, 8000, 7500}, 777, {1, 5, 65535, 2, 10}, draws);
}

/// P(rank <= k), from the law, for a thousand bids.
TEST(gumbel_rule, the_rank_of_the_winner_follows_from_the_law) {
    constexpr std::size_t n = 1000;
    std::vector<price> amounts(n);
    for (std::size_t i = 0; i < n; ++i) amounts[i] = static_cast<price>(1'000'000 - 1000 * i);  // slot = rank
    constexpr price tau = 10'000;
    market<n> m(amounts, tau);
    const std::vector<double> p = law_of(amounts, tau, {});
    const std::size_t draws = scaled(4000);
    std::vector<double> share(n);
    for (std::size_t i = 0; i < draws; ++i) share[m.winner()] += 1.0 / static_cast<double>(draws);
    double seen = 0, expected = 0;
    std::size_t k = 0;
    for (const std::size_t rank : {1u, 10u, 50u, 100u}) {
        for (; k < rank; ++k) {
            seen += share[k];
            expected += p[k];
        }
        EXPECT_NEAR(seen, expected, 4 * std::sqrt(expected * (1 - expected) / static_cast<double>(draws)) + .003)
            << rank;
    }
}

/// Sum of the winners' values over that of the highest, at a temperature of 1 % of the highest.
template <class Value>
double welfare(Value value) {
    constexpr std::size_t n = 1000;
    double won = 0, best = 0;
    for (std::size_t trial = 0; trial < scaled(200) + 3; ++trial) {
        std::vector<double> values(n);
        for (double& v : values) v = value();
        const double most = *std::max_element(values.begin(), values.end());
        std::vector<price> amounts(n);
        for (std::size_t i = 0; i < n; ++i) amounts[i] = static_cast<price>(values[i] / most * 1e9);
        market<n> m(amounts, 10'000'000);
        for (int draw = 0; draw < 5; ++draw) {
            won += amounts[m.winner()];
            best += 1e9;
        }
    }
    return won / best;
}

TEST(gumbel_rule, keeps_99_per_cent_of_the_welfare_at_a_temperature_of_1_per_cent) {
    std::mt19937_64 random(5);
    EXPECT_GE(welfare([&] { return std::uniform_real_distribution<>(0, 1)(random); }), .99);
    EXPECT_GE(welfare([&] { return std::lognormal_distribution<>(0, 1)(random); }), .99);
}

/// One owner among twelve that are alike; its identities share its stake, or count in full each.
double owner_wins(std::size_t identities, bool by_stake) {
    constexpr std::size_t others = 11, n = 27;
    std::vector<price> amounts(n, 0);
    std::vector<std::uint32_t> stakes(n, 1);
    for (std::size_t i = 0; i < others + identities; ++i) {
        amounts[i] = 100'000;
        stakes[i] = i < others ? 16 : by_stake ? static_cast<std::uint32_t>(16 / identities) : 16;
    }
    market<n> m(amounts, 1000, stakes);
    m->update_price(1);
    const std::size_t draws = scaled(400'000);
    std::size_t wins = 0;
    for (std::size_t i = 0; i < draws; ++i) wins += m.winner() >= others ? 1 : 0;
    return static_cast<double>(wins) / static_cast<double>(draws);
}

TEST(gumbel_rule, splitting_an_identity_and_its_stake_gains_nothing) {
    const double tolerance = small_scale() ? .02 : .002;
    for (const std::size_t identities : {1u, 4u, 16u}) {
        EXPECT_NEAR(owner_wins(identities, true), 1.0 / 12, tolerance) << identities;
        const auto m = static_cast<double>(identities);
        EXPECT_NEAR(owner_wins(identities, false), m / (11 + m), tolerance) << "without stakes it does: " << identities;
    }
}

// --- epochs ------------------------------------------------------------------------------------------------------------

TEST(gumbel_rule, insert_never_redraws) {
    std::vector<price> amounts(20, 100'000);
    market<20> m(amounts, 1000);
    const std::uint32_t first = m.winner();
    dice random(3);
    for (int i = 0; i < 1000; ++i) {
        m->insert({random.below(20), 100'000, 1 + random.below(5)});
        ASSERT_EQ(slot_of(m->top()->winner.agent), first);
    }
    m->expire(first);
    EXPECT_NE(slot_of(m->top()->winner.agent), first);
    m->insert({first, 100'000, 1});
    EXPECT_EQ(slot_of(m->top()->winner.agent), first) << "who leaves and comes back finds its noise";
}

/// What that is good for: an agent that could draw 16 times and keep the best would win nine times as often.
TEST(gumbel_rule, who_could_redraw_would_gain) {
    constexpr std::size_t others = 19;
    dice random(4);
    const std::size_t draws = scaled(40'000);
    std::size_t honest = 0, choosy = 0;
    for (std::size_t i = 0; i < draws; ++i) {
        std::uint32_t rival = 0, best = 0;
        for (std::size_t k = 0; k < others; ++k) rival = std::max(rival, detail::gumbel_noise::draw(random()));
        const std::uint32_t first = detail::gumbel_noise::draw(random());
        best = first;
        for (int k = 1; k < 16; ++k) best = std::max(best, detail::gumbel_noise::draw(random()));
        honest += first > rival ? 1 : 0;
        choosy += best > rival ? 1 : 0;
    }
    const auto n = static_cast<double>(draws);
    EXPECT_NEAR(static_cast<double>(honest) / n, .050, small_scale() ? .03 : .004);
    EXPECT_NEAR(static_cast<double>(choosy) / n, .459, small_scale() ? .06 : .01);
}

TEST(gumbel_rule, a_newcomer_and_a_changed_stake_wait_for_their_epoch) {
    market<4> m({1000, 1000, 1000}, 32);
    const agent_id late = make_agent_id(3, 0);
    m->agents_per_award(1);
    m->insert({late, 0xFFFF'FFFFu, 1});
    EXPECT_NE(m->top()->winner.agent, late) << "however much it bids";
    m->stake(1, 9);
    m->insert({1, 0xFFFF'FFFFu, 1});
    std::vector<agent_id> winners;
    for (int award = 0; award < 8; ++award) {
        const auto won = m->extract_max();
        winners.push_back(won->winner.agent);
        m->insert({won->winner.agent, won->winner.amount > 1000 ? 1u : won->winner.amount, 1});
    }
    EXPECT_NE(winners.front(), 1u);
    EXPECT_EQ(std::count(winners.begin(), winners.end(), late), 1) << "in its turn it wins once";
    EXPECT_EQ(std::count(winners.begin(), winners.end(), 1u), 1);
}

TEST(gumbel_rule, newcomers_win_where_nobody_else_may_at_the_second_price) {
    probabilistic_sampler<4> a;
    a.insert({0, 500, 1});
    a.insert({1, 900, 1});
    a.insert({2, 900, 1});
    EXPECT_EQ(a.extract_max(), (award{{1, 900, 1}, 900}));  // then slots 0 and 2 are in turn
    a.agents_per_award(4);
    a.update_price(600);
    a.insert({3, 700, 1});
    a.expire(2);
    EXPECT_EQ(a.top(), (award{{3, 700, 1}, 600})) << "slot 0 is below the reserve";
    a.update_price(800);
    EXPECT_EQ(a.top(), std::nullopt);
    EXPECT_EQ(a.size(), 2u);
}

TEST(gumbel_rule, every_live_agent_has_new_noise_after_an_epoch) {
    constexpr std::size_t n = 64;
    for (const std::uint32_t turns : {1u, 4u, 7u}) {
        market<n> m(std::vector<price>(n, 1'000'000), 10'000);
        m->agents_per_award(turns);
        std::vector<int> wins(n);
        const std::size_t awards = scaled(100'000);
        for (std::size_t i = 0; i < awards; ++i) {
            const auto won = m->extract_max();
            ++wins[slot_of(won->winner.agent)];
            m->insert(won->winner);
        }
        if (!small_scale()) {
            EXPECT_EQ(std::count(wins.begin(), wins.end(), 0), 0);
        }
        EXPECT_TRUE(m->check_invariants());
    }
}

/// The bound on waiting: in each of m epochs that follow each other all noise is drawn anew, so an agent of probability p stays
/// without for all of them with probability (1 - p)^m at most.
TEST(gumbel_rule, nobody_waits_longer_than_the_bound) {
    constexpr std::size_t n = 16;
    constexpr std::uint32_t turns = 4;
    constexpr std::size_t epoch = n / turns;
    market<n> m(std::vector<price>(n, 1'000'000), 10'000);
    m->agents_per_award(turns);
    std::vector<std::size_t> last(n, 0);
    std::vector<double> longer(
        200);  // waits of at least so many whole epochs, weighted by the awards they were seen from
    const std::size_t awards = scaled(400'000);
    for (std::size_t t = 1; t <= awards; ++t) {
        const auto won = m->extract_max();
        const std::uint32_t slot = slot_of(won->winner.agent);
        const std::size_t wait = t - last[slot];
        last[slot] = t;
        m->insert(won->winner);
        for (std::size_t e = 1; e < longer.size() && (e + 1) * epoch < wait; ++e) {
            longer[e] += static_cast<double>(wait - (e + 1) * epoch) / static_cast<double>(awards * n);
        }
    }
    for (std::size_t e = 1; e < 60; ++e) {
        const double bound = std::pow(1 - 1.0 / n, static_cast<double>(e));
        EXPECT_LE(longer[e], bound * 1.03 + .002) << e;
    }
}

TEST(gumbel_rule, a_temperature_out_of_range_is_the_nearest_in_it) {
    probabilistic_sampler<3> a;
    EXPECT_EQ(a.temperature(), gumbel_rule::default_temperature);
    a.temperature(0);
    EXPECT_EQ(a.temperature(), 32u);
    a.temperature(0xFFFF'FFFFu);
    EXPECT_EQ(a.temperature(), 1u << 31);
    EXPECT_EQ(a.stake(3, 1), status::unknown_agent);
    a.insert({make_agent_id(0, 2), 5, 1});
    EXPECT_EQ(a.stake(0, 1), status::stale_agent);
    EXPECT_EQ(a.stake(make_agent_id(0, 3), 7), status::ok) << "a newer agent's stake takes the older one's bid away";
    EXPECT_TRUE(a.empty());
}

}  // namespace
}  // namespace maxwell::test
