// SPDX-License-Identifier: MIT
//
// wakeup: a host that sleeps between bids misses none of them. Each bid is made when the host is about to sleep, sleeps, or has
// just woken up, whichever it is; a bid that slept with the host would show as a wait that ends by its time limit.

#include "support/scale.hpp"

#include <maxwell/host/wakeup.hpp>
#include <maxwell/ring/bid_board.hpp>

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

using namespace std::chrono_literals;

constexpr auto for_ever = 20s;

TEST(wakeup, does_not_sleep_where_something_is_waiting) {
    wakeup bell;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(bell.wait([] { return true; }, for_ever));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, for_ever / 2);
}

TEST(wakeup, sleeps_no_longer_than_its_limit) {
    wakeup bell;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(bell.wait([] { return false; }, 20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
}

TEST(wakeup, an_agent_wakes_only_a_host_that_sleeps_and_every_agent_does) {
    wakeup bell;
    std::uint32_t left = 0;
    EXPECT_FALSE(bell.should_wake(left));
    bool first = false;
    bool second = false;
    bell.wait([] { return false; },
              [&](std::uint32_t) {
                  first = bell.should_wake(left);  // and dies before it has woken the host
                  second = bell.should_wake(left);
              });
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(bell.should_wake(left));
}

TEST(wakeup, a_notification_between_looking_and_sleeping_is_not_lost) {
    wakeup bell;
    const auto begin = std::chrono::steady_clock::now();
    int asked = 0;
    // The first answer is "nothing", and right afterwards an agent bids.
    EXPECT_TRUE(bell.wait(
        [&] {
            if (asked++ == 0) {
                bell.notify();
                return false;
            }
            return true;
        },
        for_ever));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, for_ever / 2);
}

/// Agents bid in turns with a host that calls `wait` when it has nothing to do, and `ring` afterwards.
template <class Ring, class Wait>
void no_bid_sleeps_with_the_host(std::uint32_t agents, std::uint32_t bids, Ring ring, Wait wait) {
    bid_board<8> board;
    for (std::uint32_t slot = 0; slot < agents; ++slot) board.admit(slot);
    std::vector<std::atomic<price>> read(agents);
    std::atomic<bool> given_up{false};
    std::vector<std::thread> threads;
    for (std::uint32_t slot = 0; slot < agents; ++slot) {
        threads.emplace_back([&, slot] {
            for (price amount = 1; amount <= bids; ++amount) {
                board.submit({slot, amount, 1});
                ring();
                while (read[slot] != amount && !given_up) std::this_thread::yield();
            }
        });
    }
    std::uint32_t left = agents * bids;
    const auto begin = std::chrono::steady_clock::now();
    while (left != 0) {
        wait([&board] { return board.pending(); });
        std::uint32_t given = 0;
        board.drain(
            [&](bid const& b) {
                if (b.amount == read[slot_of(b.agent)]) return;  // read twice, between cell and mark
                read[slot_of(b.agent)] = b.amount;
                ++given;
            },
            8);
        left -= given;
        if (std::chrono::steady_clock::now() - begin > for_ever) break;
    }
    EXPECT_EQ(left, 0u) << "the host slept while a bid was waiting";
    given_up = true;
    for (auto& thread : threads) thread.join();
}

TEST(wakeup, no_bid_sleeps_with_a_host_on_a_futex) {
    for (const std::uint32_t agents : {1u, 3u}) {
        wakeup bell;
        no_bid_sleeps_with_the_host(
            agents, static_cast<std::uint32_t>(scaled(5'000)), [&] { bell.notify(); },
            [&](auto pending) { bell.wait(pending, for_ever); });
    }
}

TEST(wakeup, no_bid_sleeps_with_a_host_on_an_eventfd) {
    wakeup bell;
    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    ASSERT_GE(event, 0);
    const auto ring = [&] {
        std::uint32_t left = 0;
        if (!bell.should_wake(left)) return;
        ::eventfd_write(event, 1);
        bell.woken(left);
    };
    const auto sleep = [&](std::uint32_t) {
        ::pollfd waiting{event, POLLIN, 0};
        ::poll(&waiting, 1, 20'000);
        ::eventfd_t count = 0;
        ::eventfd_read(event, &count);
    };
    no_bid_sleeps_with_the_host(2, static_cast<std::uint32_t>(scaled(5'000)), ring,
                                [&](auto pending) { bell.wait(pending, sleep); });
    ::close(event);
}

}  // namespace
}  // namespace maxwell::test
