// SPDX-License-Identifier: MIT
//
// Agents in threads of their own bid on a board that a host drains meanwhile: nothing is lost, nothing comes out older than
// what came out before, and nobody bids for a successor. With 1 to 8 threads, which is more than most machines that run it have
// processors for.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/bid_board.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::size_t agents = 130;  // three words of marks, and neighbours in each belong to different threads

class with_threads : public testing::TestWithParam<std::uint32_t> {
protected:
    std::uint32_t threads() const { return GetParam(); }
    std::unique_ptr<bid_board<agents>> board_ = std::make_unique<bid_board<agents>>();
    std::atomic<std::uint32_t> at_work_{0};

    /// Starts a thread for each number below threads(), and drains until they are done, and once more.
    template <class Work, class Read, class Meanwhile>
    void run(Work work, Read read, Meanwhile meanwhile) {
        std::vector<std::thread> workers;
        at_work_ = threads();
        for (std::uint32_t t = 0; t < threads(); ++t) {
            workers.emplace_back([this, work, t] {
                work(t);
                --at_work_;
            });
        }
        dice random(threads());
        while (at_work_ != 0) {
            board_->drain(read, random.below(40));
            meanwhile();
        }
        for (auto& worker : workers) worker.join();
        board_->drain(read, agents);
    }
};

INSTANTIATE_TEST_SUITE_P(bid_board, with_threads, testing::Values(1u, 2u, 4u, 8u));

TEST_P(with_threads, the_last_bid_of_everybody_comes_out_and_none_comes_out_of_order) {
    const auto bids = static_cast<std::uint32_t>(scaled(200'000));
    for (std::uint32_t slot = 0; slot < agents; ++slot) board_->admit(slot);
    std::vector<price> submitted(agents, 0);
    std::vector<price> read(agents, 0);
    std::uint64_t older = 0;
    std::uint64_t drained = 0;
    run(
        [&](std::uint32_t t) {
            dice random(100 + t);
            for (price amount = 1; amount <= bids / threads(); ++amount) {
                const std::uint32_t slot = random.below(agents / threads()) * threads() + t;  // neighbours are others'
                if (board_->submit({slot, amount, 1}) == status::ok) submitted[slot] = amount;
            }
        },
        [&](bid const& b) {
            ++drained;
            if (b.amount < read[slot_of(b.agent)]) ++older;
            read[slot_of(b.agent)] = b.amount;
        },
        [] {});
    EXPECT_EQ(older, 0u);
    EXPECT_EQ(read, submitted);
    EXPECT_GT(drained, 0u);
    EXPECT_EQ(board_->anomalies(), 0u);
    EXPECT_FALSE(board_->pending());
}

TEST_P(with_threads, several_threads_of_one_agent_leave_a_bid_of_one_of_them) {
    const auto bids = static_cast<std::uint32_t>(scaled(50'000));
    board_->admit(0);
    bool strange = false;
    price last = 0;
    run(
        [&](std::uint32_t t) {
            for (std::uint32_t n = 1; n <= bids; ++n) {
                EXPECT_EQ(board_->submit({0, t << 24 | n, n}), status::ok);
            }
        },
        [&](bid const& b) {
            strange = strange || (b.amount & 0xFF'FFFFu) != b.units || b.amount >> 24 >= threads();
            last = b.amount;
        },
        [] {});
    EXPECT_FALSE(strange) << "a bid that nobody made";
    EXPECT_EQ(last & 0xFF'FFFFu, bids) << "the newest is somebody's last one";
}

TEST_P(with_threads, nobody_bids_for_a_successor) {
    // The host gives slots to new agents under the threads' feet. The amount says for which generation a bid was meant.
    const auto bids = static_cast<std::uint32_t>(scaled(100'000));
    std::vector<std::atomic<agent_id>> id(agents);
    for (std::uint32_t slot = 0; slot < agents; ++slot) {
        board_->admit(slot);
        id[slot] = slot;
    }
    std::atomic<std::uint64_t> refused{0};
    std::uint64_t for_another = 0;
    std::uint64_t drained = 0;
    dice random(1);
    run(
        [&](std::uint32_t t) {
            dice choice(200 + t);
            for (std::uint32_t n = 0; n < bids; ++n) {
                const agent_id self = id[choice.below(agents)].load();
                if (board_->submit({self, generation_of(self), 1}) != status::ok) ++refused;
            }
        },
        [&](bid const& b) {
            ++drained;
            if (b.units != 0 && b.amount != generation_of(b.agent)) ++for_another;
        },
        [&] {
            const std::uint32_t slot = random.below(agents);
            const agent_id old = id[slot];
            if (generation_of(old) == 250) return;
            EXPECT_EQ(board_->retire(old), status::ok);
            const agent_id next = make_agent_id(slot, generation_of(old) + 1);
            EXPECT_EQ(board_->admit(next), status::ok);
            id[slot] = next;
        });
    EXPECT_EQ(for_another, 0u);
    EXPECT_GT(drained, 0u);
    EXPECT_EQ(board_->anomalies(), 0u);
}

}  // namespace
}  // namespace maxwell::test
