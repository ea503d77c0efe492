// SPDX-License-Identifier: MIT
//
// fair_share in the loop that a scheduler runs: how far agents are from their shares over time, while some sleep and others pay;
// and steal between two markets.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/explain.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/market/steal.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <numeric>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::uint32_t quantum_units = 1000;
constexpr std::uint64_t quantum_ns = 1'000'000;

struct share_errors {
    double worst_lag_quanta = 0;
    double worst_window = 0;  ///< of the machine, over any 1,000 quanta
};

/// All agents want the core all the time. Their time against their weights, both counted here.
template <class A>
share_errors run_sharers(std::vector<std::uint32_t> const& weights, std::uint32_t renewals, std::size_t quanta) {
    const auto owned = std::make_unique<market<A>>();
    market<A>& m = *owned;
    m.shares({1000, 1u << 24, 1}, renewals);
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::uint32_t slot = 0; slot < weights.size(); ++slot) {
        m.admit(slot, {0, 0, weights[slot], false});
        m.wake(slot, 0);
    }
    std::vector<std::vector<std::uint32_t>> had(weights.size(), std::vector<std::uint32_t>(1, 0));
    std::vector<std::uint32_t> ran(weights.size());
    share_errors e;
    for (std::size_t q = 1; q <= quanta; ++q) {
        m.charge(0, quantum_units, 0);
        const decision d = m.decide(0, q * quantum_ns);
        if (d.run) ++ran[slot_of(d.run->winner.agent)];
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const double entitled = static_cast<double>(q) * weights[i] / all;
            e.worst_lag_quanta = std::max(e.worst_lag_quanta, std::abs(entitled - ran[i]));
            had[i].push_back(ran[i]);
            if (q < 1000) continue;
            const double share = (ran[i] - had[i][q - 1000]) / 1000.0;
            e.worst_window = std::max(e.worst_window, std::abs(share - weights[i] / all));
        }
    }
    return e;
}

std::vector<std::uint32_t> zipf(std::uint32_t n) {
    std::vector<std::uint32_t> w;
    for (std::uint32_t i = 1; i <= n; ++i) w.push_back(60000 / i);
    return w;
}

template <class A>
void expect_shares(char const* container) {
    const share_errors four = run_sharers<A>({1, 2, 4, 8}, 1, scaled(20'000) + 2000);
    const share_errors hundred = run_sharers<A>(zipf(100), 4, scaled(20'000) + 2000);
    std::printf("%-20s weights 1:2:4:8  worst lag %.2f quanta, over 1,000 quanta off by %.2f %% of the machine\n",
                container, four.worst_lag_quanta, 100 * four.worst_window);
    std::printf("%-20s 100 Zipf weights worst lag %.2f quanta, over 1,000 quanta off by %.2f %% of the machine\n",
                container, hundred.worst_lag_quanta, 100 * hundred.worst_window);
    EXPECT_LE(four.worst_lag_quanta, 2);
    EXPECT_LE(hundred.worst_lag_quanta, 8);
    EXPECT_LE(four.worst_window, 0.01);
    EXPECT_LE(hundred.worst_window, 0.01);
}

TEST(fair_share, time_follows_weights) {
    expect_shares<tournament_tree<100>>("tournament_tree");
    expect_shares<stratified_buckets<100>>("stratified_buckets");
}

/// The control: lags without renewal grow stale in the auction.
TEST(fair_share, without_renewals_time_does_not_follow_weights) {
    EXPECT_GT(run_sharers<tournament_tree<100>>(zipf(100), 0, scaled(20'000) + 2000).worst_lag_quanta, 8);
}

/// One of two equals sleeps every other millisecond and uses less of its quantum than the other: asleep or awake, blocking must not
/// get anybody more than an equal share of the time in which both want to run.
TEST(fair_share, an_agent_that_blocks_often_gets_no_more_than_its_share) {
    const auto m = std::make_unique<market<tournament_tree<4>>>();
    m->shares({10, 1u << 24, 1}, 2);
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        m->admit(slot, {0, 0, 5, false});
        m->wake(slot, 0);
    }
    dice d(3);
    double both = 0;
    double mine = 0;
    bool awake = true;
    for (std::uint64_t q = 0; q < 20'000; ++q) {
        if (d.below(2) == 0) {
            awake = !awake;
            awake ? m->wake(0, q) : m->block(0);
        }
        const decision run = m->decide(0, q);
        ASSERT_TRUE(run.run);
        const std::uint32_t used = run.run->winner.agent == 0 ? 1 + d.below(999) : 1000;
        m->charge(0, used, 0);
        if (!awake) continue;
        both += used;
        if (run.run->winner.agent == 0) mine += used;
        ASSERT_LE(std::abs(m->sharers().lag(0)), 2000);
    }
    EXPECT_LE(mine, both / 2 + 2000);
    EXPECT_GE(mine, both * 0.45);
}

/// Agents that pay bid as high as they can; their credits, and nothing else, bound what they take from a sharer.
TEST(fair_share, payers_use_no_more_time_than_their_credits_buy) {
    constexpr price low = 1000;
    constexpr std::uint64_t refill = 300'000;  // credits a millisecond; a millisecond of units costs 1,000,000 at low
    const auto m = std::make_unique<market<tournament_tree<8>, 1, ledger<2>>>();
    m->shares({low, 1u << 20, 1}, 2);
    ASSERT_TRUE(m->accounts().open(0, {refill / 2, 5'000'000, 0}, 0));
    ASSERT_TRUE(m->accounts().open(1, {refill / 2, 5'000'000, 0}, 0));
    for (std::uint32_t slot = 0; slot < 4; ++slot) {
        m->admit(slot, {0, slot % 2, 1, slot < 2});
        m->offer({slot, ~price{0}, quantum_units});
        m->wake(slot, 0);
    }
    const std::size_t quanta = scaled(20'000) + 2000;
    std::uint64_t paid_time = 0;
    for (std::size_t q = 1; q <= quanta; ++q) {
        const decision d = m->decide(0, q * quantum_ns);
        ASSERT_TRUE(d.run);
        for (std::uint32_t slot = 0; slot < 2; ++slot) m->offer({slot, ~price{0}, quantum_units});
        if (d.run->winner.agent < 2) {
            ASSERT_GE(d.run->payment, low);
            paid_time += quantum_units;
        }
        m->charge(0, quantum_units, 0);
    }
    const std::uint32_t bound = fair_share<8>::max_paid_share_q16(refill, quantum_units, low);
    EXPECT_EQ(bound, 65536u * 3 / 10);
    const double share = static_cast<double>(paid_time) / (static_cast<double>(quanta) * quantum_units);
    const double begun_with = 10'000'000.0 / (low * static_cast<double>(quanta) * quantum_units);
    std::printf("payers had %.4f of the machine; the bound is %.4f, and %.4f that they began with\n", share,
                bound / 65536.0, begun_with);
    EXPECT_LE(share, bound / 65536.0 + begun_with);
    EXPECT_GT(share, 0.1) << "or the bound was never near";
    EXPECT_EQ(fair_share<8>::max_paid_share_q16(~std::uint64_t{0}, 1000, 1000), 65536u);
    EXPECT_EQ(fair_share<8>::max_paid_share_q16(1, 0, 0), 65536u);
}

TEST(steal, moves_the_best_that_may_run_there_and_nothing_else) {
    using per_core = market<stratified_buckets<8>, 2, ledger<2>>;
    const auto from = std::make_unique<per_core>();
    const auto to = std::make_unique<per_core>();
    ASSERT_TRUE(from->accounts().open(0, {0, 1'000'000, 0}, 0));
    for (std::uint32_t slot = 0; slot < 4; ++slot) {
        from->admit(slot, {slot % 2, 0, 1, slot != 0});
        from->offer({slot, 100 * slot, 5});
        from->wake(slot, 0);
    }
    const auto pinned = [](std::uint32_t slot) noexcept { return slot != 3; };
    EXPECT_EQ(steal(*from, *to, every_slot{}, 4), std::nullopt) << "its account isn't open there";
    EXPECT_EQ(from->table().state(3), seat_state::waiting);
    ASSERT_TRUE(to->accounts().open(0, {0, 1'000'000, 0}, 0));
    EXPECT_EQ(steal(*from, *to, pinned, 0), std::nullopt);
    EXPECT_EQ(steal(*from, *to, pinned, 1), agent_id{2}) << "one probe in each lane";
    EXPECT_EQ(to->table().offered(2), (bid{2, 200, 5}));
    EXPECT_EQ(explain(*from, 2), verdict::stale);
    EXPECT_EQ(to->adopt(*from, 2), status::no_bid);
    EXPECT_EQ(steal(*from, *to, pinned, 8), agent_id{1});
    EXPECT_EQ(steal(*from, *to, pinned, 8), agent_id{0}) << "a sharer";
    EXPECT_EQ(steal(*from, *to, pinned, 8), std::nullopt);
    EXPECT_EQ(steal(*to, *from, every_slot{}, 8), agent_id{2}) << "it may go back";
    ASSERT_TRUE(to->decide(0, 0).run);
    EXPECT_EQ(steal(*to, *from, every_slot{}, 8), agent_id{0});
    EXPECT_EQ(steal(*to, *from, every_slot{}, 8), std::nullopt) << "what runs can't be stolen";
    EXPECT_TRUE(from->check_invariants() && to->check_invariants());
}

}  // namespace
}  // namespace maxwell::test
