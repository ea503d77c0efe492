// SPDX-License-Identifier: MIT
//
// outcome_board: sums, whose they are, and that readers in other threads never see half of a post, also of a host that has
// died in the middle of one.

#include "support/scale.hpp"

#include <maxwell/ring/outcome_board.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

award won(agent_id id, std::uint32_t units, price payment) { return {{id, payment + 1, units}, payment}; }

TEST(outcome_board, adds_up_what_an_agent_has_won) {
    outcome_board<4> board;
    EXPECT_EQ(board.read(2), (outcome{0, 0, 0, 0}));
    EXPECT_EQ(board.post(won(2, 500, 30)), status::ok);
    EXPECT_EQ(board.read(2), (outcome{1, 500, 15'000, 30}));
    EXPECT_EQ(board.post(won(2, 0xFFFF'FFFFu, 0xFFFF'FFFFu)), status::ok);
    const std::uint64_t all = std::uint64_t{0xFFFF'FFFFu} * 0xFFFF'FFFFu;
    EXPECT_EQ(board.read(2), (outcome{2, 500 + std::uint64_t{0xFFFF'FFFFu}, 15'000 + all, 0xFFFF'FFFFu}));
    EXPECT_EQ(board.read(1), (outcome{0, 0, 0, 0}));
}

TEST(outcome_board, an_outcome_is_its_agents_and_nobody_elses) {
    outcome_board<4> board;
    const agent_id next = make_agent_id(2, 9);
    board.post(won(2, 1, 1));
    EXPECT_EQ(board.read(next), std::nullopt);
    outcome seen{7, 7, 7, 7};
    EXPECT_EQ(board.read(next, seen), status::stale_agent);
    EXPECT_EQ(board.read(99, seen), status::unknown_agent);
    EXPECT_EQ(seen, (outcome{7, 7, 7, 7})) << "left alone";
    EXPECT_EQ(board.post(won(next, 1, 1)), status::stale_agent);
    EXPECT_EQ(board.begin(next), status::ok);
    EXPECT_EQ(board.read(next), (outcome{0, 0, 0, 0}));
    EXPECT_EQ(board.read(2), std::nullopt);
    EXPECT_EQ(board.post(won(2, 1, 1)), status::stale_agent);
    EXPECT_EQ(board.post(won(next, 1, 7)), status::ok);
    EXPECT_EQ(board.read(next), (outcome{1, 1, 7, 7}));
    EXPECT_EQ(board.begin(4), status::unknown_agent);
    EXPECT_EQ(board.post(won(4, 1, 1)), status::unknown_agent);
    EXPECT_EQ(board.read(4), std::nullopt);
}

TEST(outcome_board, has_the_layout_of_the_c_header) {
    outcome_board<2> board;
    const agent_id id = make_agent_id(1, 3);
    board.begin(id);
    board.post(won(id, 10, 20));
    maxwell_outcome c[2];
    static_assert(sizeof(c) == sizeof(board));
    std::memcpy(c, &board, sizeof(c));
    EXPECT_EQ(c[1].sequence, 2u);
    EXPECT_EQ(c[1].even.awards, 1u);
    EXPECT_EQ(c[1].even.units, 10u);
    EXPECT_EQ(c[1].even.payments, 200u);
    EXPECT_EQ(c[1].even.last, std::uint64_t{3} << 32 | 20);
    EXPECT_EQ(c[1].odd.last, std::uint64_t{3} << 32);
}

/// A host that dies in a post leaves the first few of its five stores, in that order.
TEST(outcome_board, a_host_that_died_in_a_post_leaves_the_outcome_before_it_or_after_it) {
    for (std::uint64_t posts = 0; posts < 4; ++posts) {
        outcome_board<1> before;
        for (std::uint64_t n = 0; n < posts; ++n) before.post(won(0, 10, static_cast<price>(n + 1)));
        outcome_board<1> after;
        std::memcpy(static_cast<void*>(&after), &before, sizeof(after));
        after.post(won(0, 10, 100));
        const std::size_t copy = posts % 2 == 0 ? offsetof(maxwell_outcome, odd) : offsetof(maxwell_outcome, even);
        const std::size_t stores[5] = {copy, copy + 8, copy + 16, copy + 24, offsetof(maxwell_outcome, sequence)};
        for (std::size_t done = 0; done <= 5; ++done) {
            outcome_board<1> torn;
            std::memcpy(static_cast<void*>(&torn), &before, sizeof(torn));
            for (std::size_t i = 0; i < done; ++i) {
                std::memcpy(reinterpret_cast<char*>(&torn) + stores[i], reinterpret_cast<char*>(&after) + stores[i], 8);
            }
            EXPECT_EQ(torn.read(0), done < 5 ? before.read(0) : after.read(0));
            torn.post(won(0, 10, 100));  // the next host
            EXPECT_EQ(torn.read(0)->awards, posts + (done < 5 ? 1 : 2));
            if (done < 5) {
                EXPECT_EQ(torn.read(0), after.read(0));
            }
        }
    }
}

TEST(outcome_board, readers_see_whole_posts_only_and_never_go_back) {
    const std::size_t enough = scaled(20'000);
    outcome_board<2> board;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> looks{0};
    std::atomic<std::uint64_t> wrong{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 3; ++r) {
        readers.emplace_back([&] {
            std::uint64_t last = 0;
            while (!done) {
                outcome seen{};
                const status answer = board.read(1, seen);
                if (answer != status::ok) {  // two posts in each of eight looks: this host does nothing else
                    if (answer != status::busy) ++wrong;
                    continue;
                }
                const std::uint64_t n = seen.awards;
                // The n-th post is of 3 units at a price of n.
                const bool whole =
                    seen.units == 3 * n && seen.payments == 3 * (n * (n + 1) / 2) && seen.last_price == n;
                if (!whole || n < last) ++wrong;
                last = n;
                ++looks;
            }
        });
    }
    price posts = 0;
    while (looks < enough || posts < enough) {
        board.post(won(1, 3, ++posts));
        if (posts % 1024 == 0) std::this_thread::yield();
    }
    done = true;
    for (auto& reader : readers) reader.join();
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(board.read(1)->awards, posts);
}

}  // namespace
}  // namespace maxwell::test
