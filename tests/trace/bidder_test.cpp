// SPDX-License-Identifier: MIT
//
// to_bid: the response ratio in ticks, monotone in waiting, saturating, exact where it can be.

#include <maxwell/sim/trace/bidder.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace maxwell::test {
namespace {

using sim::job;
using sim::to_bid;

constexpr std::uint64_t most = ~std::uint64_t{0};
constexpr price dearest = 0xFFFF'FFFFu;

constexpr job work(std::uint64_t arrival_us, std::uint64_t service_us, std::uint32_t weight = 1024) {
    return {arrival_us, service_us, weight, 1, 0, 1};
}

TEST(bidder, is_the_weighted_response_ratio) {
    EXPECT_EQ(to_bid(work(100, 50), 7, 0, 100, 10), (bid{7, 1024, 10}));
    EXPECT_EQ(to_bid(work(100, 50), 7, 0, 150, 10).amount, 2048u);
    EXPECT_EQ(to_bid(work(100, 50), 7, 0, 125, 10).amount, 1536u);
    EXPECT_EQ(to_bid(work(100, 50, 3), 7, 0, 600, 10).amount, 33u);
    static_assert(to_bid(work(0, 1), 7, 0, 3, 1).amount == 4096);
}

TEST(bidder, service_is_not_waiting) {
    EXPECT_EQ(to_bid(work(100, 50), 7, 30, 130, 10).amount, 1024u);
    EXPECT_EQ(to_bid(work(100, 50), 7, 30, 155, 10).amount, 1024u + 512u);
}

TEST(bidder, units_are_what_is_left_of_a_quantum) {
    EXPECT_EQ(to_bid(work(0, 50), 7, 0, 0, 20).units, 20u);
    EXPECT_EQ(to_bid(work(0, 50), 7, 40, 0, 20).units, 10u);
    EXPECT_EQ(to_bid(work(0, 50), 7, 50, 60, 20).units, 0u);
    EXPECT_EQ(to_bid(work(0, 50), 7, 60, 60, 20).units, 0u);
    EXPECT_EQ(to_bid(work(0, 50), 7, 0, 60, 0).units, 1u);
    EXPECT_EQ(to_bid(work(0, most), 7, 0, 60, dearest).units, dearest);
    EXPECT_EQ(to_bid(work(0, 0), 7, 0, 60, 10).units, 1u);  // a job without service is one of 1 us
}

TEST(bidder, before_arrival_it_is_worth_its_weight) {
    EXPECT_EQ(to_bid(work(100, 50), 7, 0, 0, 10).amount, 1024u);
    EXPECT_EQ(to_bid(work(100, 50), 7, 90, 120, 10).amount, 1024u);
}

TEST(bidder, monotone_in_waiting_and_saturating) {
    for (const std::uint64_t service :
         {std::uint64_t{1}, std::uint64_t{3}, std::uint64_t{1000}, std::uint64_t{0xFFFF'FFFF},
          std::uint64_t{0x1'0000'0001}, std::uint64_t{20'711'500'000}, most / 3, most}) {
        for (const std::uint32_t weight : {0u, 1u, 15u, 1024u, 233'472u, dearest}) {
            price before = 0;
            for (std::uint64_t waited = 0; waited < most / 2; waited += waited / 8 + 1) {
                const price now = to_bid(work(0, service, weight), 7, 0, waited, 1).amount;
                ASSERT_GE(now, before) << service << " " << weight << " " << waited;
                ASSERT_GE(now, weight);
                before = now;
            }
            // One microsecond after another across the point where a whole service has been waited.
            for (std::uint64_t waited = service < 100 ? 0 : service - 100, i = 0; i < 200 && waited < most;
                 ++i, ++waited) {
                const price now = to_bid(work(0, service, weight), 7, 0, waited, 1).amount;
                const price next = to_bid(work(0, service, weight), 7, 0, waited + 1, 1).amount;
                ASSERT_GE(next, now) << service << " " << weight << " " << waited;
            }
        }
    }
    EXPECT_EQ(to_bid(work(0, 1, 1024), 7, 0, most, 1).amount, dearest);
    EXPECT_EQ(to_bid(work(0, 1, 1), 7, 0, dearest - 2, 1).amount, dearest - 1);
    EXPECT_EQ(to_bid(work(0, 1, 1), 7, 0, dearest - 1, 1).amount, dearest);
    EXPECT_EQ(to_bid(work(0, 1, 1), 7, 0, dearest, 1).amount, dearest);
    EXPECT_EQ(to_bid(work(0, 1, 1), 7, 0, std::uint64_t{dearest} + 1, 1).amount, dearest);
    EXPECT_EQ(to_bid(work(0, most, dearest), 7, 0, most, 1).amount, dearest);
}

TEST(bidder, shorter_and_heavier_bid_more) {
    EXPECT_GT(to_bid(work(0, 10), 7, 0, 100, 1).amount, to_bid(work(0, 20), 7, 0, 100, 1).amount);
    EXPECT_GT(to_bid(work(0, 10, 1280), 7, 0, 100, 1).amount, to_bid(work(0, 10, 1024), 7, 0, 100, 1).amount);
}

/// The same in 128 bits.
TEST(bidder, agrees_with_wide_arithmetic) {
    __extension__ using wide = unsigned __int128;
    std::uint64_t state = 1;
    const auto random = [&](int bits) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return (state >> 11) & ((std::uint64_t{1} << bits) - 1);
    };
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t service = random(1 + i % 32) + 1;
        const std::uint64_t waited = random(1 + i % 50);
        const auto weight = static_cast<std::uint32_t>(random(1 + i % 20));
        const wide exact = wide{weight} * (wide{waited} + service) / service;
        const price want = exact > dearest ? dearest : static_cast<price>(exact);
        ASSERT_EQ(to_bid(work(0, service, weight), 7, 0, waited, 1).amount, want)
            << service << " " << waited << " " << weight;
    }
}

}  // namespace
}  // namespace maxwell::test
