// SPDX-License-Identifier: MIT
//
// No misreport to a sampler pays: for every draw under rules that say so, and in expectation under the lottery. With rules that are
// known to fail as negative controls.

#include "support/scale.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/sim/deviation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

namespace maxwell::test {
namespace {

using sim::deviation_report;
using sim::deviation_space;
using sim::market;
using sim::outcome;
using sim::search_deviations;

constexpr std::size_t agents = 3;

/// At its least temperature noise is as wide as the grid of prices, so it reverses the order often.
using gumbel_sampler = probabilistic_sampler<agents>;

void enter(auto& a, market const& m) {
    for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], m.amounts[i], 1});
}

void settle(outcome& all, market const& m, std::optional<award> const& won) {
    if (!won) return;
    const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won->winner.agent));
    all[static_cast<std::size_t>(slot - m.slots.begin())] = won->payment;
}

/// A sampler whose agents are all known, whatever they bid later.
gumbel_sampler seasoned(hash_key key) {
    gumbel_sampler a;
    a.rekey(key);
    a.temperature(gumbel_rule::min_temperature);
    a.agents_per_award(agents);
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t s = 0; s < agents; ++s) a.insert({s, 0, 1});
        a.extract_max();
    }
    a.clear();
    return a;
}

/// One award of a prepared sampler: everything but the bids is the same for every market.
template <class A>
struct one_award {
    A prepared;
    outcome operator()(market const& m) const {
        A a = prepared;
        a.update_price(m.reserve);
        enter(a, m);
        outcome all(m.amounts.size());
        settle(all, m, a.extract_max());
        return all;
    }
};

void expect_truthful(deviation_report const& r) {
    EXPECT_GT(r.cases, 0u);
    EXPECT_EQ(r.profitable, 0u) << "of " << r.cases << ", regret " << r.worst_regret << "/4 ticks: bidder "
                                << r.example_bidder << " of " << ::testing::PrintToString(r.example.amounts) << " bids "
                                << r.example_deviation;
    EXPECT_EQ(r.overcharged, 0u);
}

const deviation_space space{.agents = agents, .ticks = 6, .steps = 4, .reserves = {0, 2}};

TEST(sampler_deviation, gumbel_is_truthful_for_every_draw) {
    for (std::uint64_t key = 0; key < scaled(60); ++key)
        expect_truthful(search_deviations(one_award<gumbel_sampler>{seasoned({key, 1})}, space));
}

TEST(sampler_deviation, gumbel_among_newcomers_is_truthful) {
    gumbel_sampler a;
    expect_truthful(search_deviations(one_award<gumbel_sampler>{a}, space));
}

/// The same after a reserve has barred everybody and was asked about: what stood aside meanwhile returns as it was.
TEST(sampler_deviation, gumbel_is_truthful_after_the_reserve_has_fallen) {
    struct second_award {
        gumbel_sampler prepared;
        outcome operator()(market const& m) const {
            gumbel_sampler a = prepared;
            enter(a, m);
            a.update_price(7);  // bars everybody
            a.extract_max();
            a.update_price(m.reserve);
            outcome all(m.amounts.size());
            settle(all, m, a.extract_max());
            return all;
        }
    };
    for (std::uint64_t key = 0; key < scaled(30); ++key)
        expect_truthful(search_deviations(second_award{seasoned({key, 2})}, space));
}

/// Negative control: an insert that drew anew would let the agent choose its draw. Here each amount has a draw of its own.
TEST(sampler_deviation, a_bid_dependent_draw_rewards_misreporting) {
    const auto redrawing = [](market const& m) {
        outcome all(m.amounts.size());
        std::size_t winner = 0, rival = 0;
        std::int64_t best = -1, next = -1;
        const auto noise = [&](std::size_t i) {
            const auto bits = keyed_hash({3, 3}, m.slots[i], m.amounts[i]);
            return static_cast<std::int64_t>(detail::gumbel_noise::draw(static_cast<std::uint32_t>(bits >> 32)) / 128);
        };
        for (std::size_t i = 0; i < m.amounts.size(); ++i) {
            const std::int64_t score = m.amounts[i] + noise(i);
            if (score > best) {
                next = best;
                rival = winner;
                best = score;
                winner = i;
            } else if (score > next) {
                next = score;
                rival = i;
            }
        }
        const std::int64_t needed = next - noise(winner) + (winner > rival ? 1 : 0);
        if (m.amounts[winner] >= m.reserve)
            all[winner] = static_cast<price>(std::max<std::int64_t>({needed, m.reserve, 0}));
        return all;
    };
    const auto r = search_deviations(redrawing, space);
    EXPECT_GT(r.profitable, r.cases / 20) << "a control that passes proves nothing";
}

/// Negative control: the winner pays by the runner-up's price and not by its score.
TEST(sampler_deviation, the_second_price_without_the_noise_rewards_misreporting) {
    std::uint64_t wrong = 0;
    for (std::uint64_t key = 0; key < 20; ++key) {
        const gumbel_sampler prepared = seasoned({key, 1});
        const auto r = search_deviations(
            [&](market const& m) {
                gumbel_sampler a = prepared;
                enter(a, m);
                outcome all(m.amounts.size());
                auto won = a.extract_max();
                const auto next = a.top();
                if (won && next) won->payment = std::min(next->winner.amount, won->winner.amount);
                settle(all, m, won);
                return all;
            },
            {.agents = agents, .ticks = 6, .steps = 4, .reserves = {0}, .all_slots = false});
        wrong += r.profitable + r.overcharged;
    }
    EXPECT_GT(wrong, 0u);
}

template <std::uint32_t D>
void expect_choices_are_truthful() {
    using A = probabilistic_sampler<agents, choices_rule<D>>;
    for (std::uint64_t key = 0; key < scaled(40); ++key) {
        one_award<A> run{A{}};
        run.prepared.rekey({key, D});
        expect_truthful(search_deviations(run, space));
    }
}

TEST(sampler_deviation, choices_are_truthful_for_every_draw) {
    expect_choices_are_truthful<1>();
    expect_choices_are_truthful<2>();
    expect_choices_are_truthful<4>();
}

/// The expectation over all tickets: for each bid the sum of value - payment over the tickets that win, by the total.
TEST(sampler_deviation, the_lottery_is_truthful_in_expectation_to_a_tick) {
    const auto utility = [](price bid, double value, std::uint64_t others) {
        double sum = 0;
        for (price ticket = 0; ticket <= bid; ++ticket) sum += value - lottery_rule::payment(bid, ticket, others);
        return sum / static_cast<double>(bid + 1 + others);
    };
    const auto first_price = [](price bid, double value, std::uint64_t others) {
        return (value - bid) * (bid + 1.0) / static_cast<double>(bid + 1 + others);
    };
    double worst = 0, control = 0;
    for (const std::uint64_t others : {1u, 5u, 20u, 100u, 1000u}) {
        for (price truth = 0; truth < 60; ++truth) {
            for (const double value : {truth + 0.0, truth + .5}) {
                for (price other = 0; other < 120; ++other) {
                    const double p = (truth + 1.0) / static_cast<double>(truth + 1 + others);
                    worst = std::max(worst, (utility(other, value, others) - utility(truth, value, others)) / p);
                    control = std::max(control, first_price(other, value, others) - first_price(truth, value, others));
                }
            }
        }
    }
    EXPECT_LT(worst, 1.0) << "ticks, for each time that the truthful bid wins";
    EXPECT_GT(control, 1.0) << "a control that passes proves nothing";
}

}  // namespace
}  // namespace maxwell::test
