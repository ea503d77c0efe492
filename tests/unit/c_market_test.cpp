// SPDX-License-Identifier: MIT

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/host/c_market.hpp>
#include <maxwell/market/ledger.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

MAXWELL_C_MARKET_DEFINE(two_lanes, maxwell::market<maxwell::tournament_tree<8>, 2, maxwell::ledger<4>>);

namespace maxwell {
namespace {

struct free_memory {
    void operator()(void* memory) const noexcept { std::free(memory); }
};

class c_market_test : public testing::Test {
protected:
    static void* zeroed(std::size_t bytes) {
        return std::memset(std::aligned_alloc(64, (bytes + 63) / 64 * 64), 0, bytes);
    }
    static constexpr std::uint64_t ms = 1'000'000;

    std::unique_ptr<void, free_memory> memory{zeroed(two_lanes_size())};
    std::unique_ptr<void, free_memory> board{zeroed(two_lanes_board_size())};
    std::unique_ptr<void, free_memory> outcomes{zeroed(two_lanes_outcomes_size())};
    two_lanes* m = static_cast<two_lanes*>(memory.get());
    maxwell_award award{};
};

TEST_F(c_market_test, a_request_that_cant_be_met_has_its_reason_and_no_effect) {
    EXPECT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), 1, 0, 0), maxwell_unknown_account);
    EXPECT_EQ(two_lanes_open_account(m, 4, 1, 100, 0), maxwell_unknown_account);
    EXPECT_EQ(two_lanes_open_account(m, 0, 1, 100, 0), maxwell_ok);
    EXPECT_EQ(two_lanes_open_account(m, 0, 1, 100, 0), maxwell_unknown_account) << "it is open";
    EXPECT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), 8, 0, 0), maxwell_unknown_agent);
    EXPECT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), 1, 2, 0), maxwell_unknown_lane);
    EXPECT_EQ(two_lanes_wake(m, 1, 0), maxwell_unknown_agent);
    EXPECT_EQ(two_lanes_decide(m, 0, ms, &award), maxwell_idle);
    EXPECT_EQ(two_lanes_decide(m, 7, ms, &award), maxwell_idle) << "no such core";
    EXPECT_EQ(two_lanes_charge(m, outcomes.get(), 0, 1, 0, &award), 0);
    EXPECT_EQ(two_lanes_take(m, board.get(), 16), 0u);
}

TEST_F(c_market_test, bids_by_call_and_by_board_are_sold_and_charged) {
    for (std::uint32_t a = 0; a < 2; ++a) {
        ASSERT_EQ(two_lanes_open_account(m, a, 0, 1000, 0), maxwell_ok);
        ASSERT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), a, a, a), maxwell_ok);
        ASSERT_EQ(two_lanes_wake(m, a, 0), maxwell_ok);
    }
    const maxwell_bid by_call{0, 30, 10};
    EXPECT_EQ(two_lanes_offer(m, &by_call), maxwell_ok);
    static_cast<bid_cells<8>*>(board.get())->submit({1, 50, 10});
    EXPECT_EQ(two_lanes_take(m, board.get(), 16), 1u);
    ASSERT_EQ(two_lanes_decide(m, 0, ms, &award), maxwell_runs);
    EXPECT_EQ(award.winner.agent, 1u);
    EXPECT_EQ(award.winner.amount, 50u);
    EXPECT_EQ(award.payment, 31u) << "what outranks the lower lane's 30";
    ASSERT_EQ(two_lanes_charge(m, outcomes.get(), 0, 4, 0, &award), 1);
    EXPECT_EQ(award.winner.units, 4u);
    EXPECT_EQ(two_lanes_balance(m, 1), 1000u - 4 * 31);
    EXPECT_EQ(static_cast<outcome_board<8>*>(outcomes.get())->read(1)->payments, 4u * 31);

    const std::uint32_t prices[] = {1 << 16, 4 << 16};
    EXPECT_EQ(two_lanes_schedule(m, 20, prices, ms), maxwell_ok);
    ASSERT_EQ(two_lanes_decide(m, 0, 2 * ms, &award), maxwell_runs);
    EXPECT_EQ(award.winner.agent, 0u) << "50 in a lane that costs four times as much is below its reserve";
    const std::uint32_t dear[] = {4 << 16, 4 << 16};
    EXPECT_EQ(two_lanes_schedule(m, 20, dear, 2 * ms), maxwell_ok);
    EXPECT_EQ(two_lanes_decide(m, 0, 3 * ms, &award), maxwell_reserve);
}

TEST_F(c_market_test, an_agent_that_has_left_cant_bid_and_its_successor_can) {
    ASSERT_EQ(two_lanes_open_account(m, 0, 0, 1000, 0), maxwell_ok);
    ASSERT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), 3, 0, 0), maxwell_ok);
    EXPECT_EQ(two_lanes_retire(m, board.get(), 3), maxwell_ok);
    EXPECT_EQ(static_cast<bid_cells<8>*>(board.get())->submit({3, 50, 10}), status::stale_agent);
    EXPECT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), 3, 0, 0), maxwell_stale_agent);
    const agent_id next = make_agent_id(3, 1);
    EXPECT_EQ(two_lanes_admit(m, board.get(), outcomes.get(), next, 0, 0), maxwell_ok);
    EXPECT_EQ(static_cast<bid_cells<8>*>(board.get())->submit({next, 50, 10}), status::ok);
    EXPECT_EQ(two_lanes_take(m, board.get(), 16), 1u);
    EXPECT_EQ(two_lanes_block(m, 3), maxwell_stale_agent);
}

}  // namespace
}  // namespace maxwell
