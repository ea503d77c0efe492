// SPDX-License-Identifier: MIT
//
// The C reader of a price page finds the multipliers, reserves and comparisons that the C++ finds, at any time and for any page.

#include <maxwell/bpf/price_page.h>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/lanes.hpp>
#include <maxwell/thermal/price_page.hpp>

#include "support/dice.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace maxwell::test {
namespace {

constexpr std::size_t lane_count = MAXWELL_LANES;
static_assert(sizeof(maxwell_price_table) == sizeof(price_page<lane_count>));

maxwell_price_table const& as_c(price_page<lane_count> const& page) {
    return *reinterpret_cast<maxwell_price_table const*>(&page);
}

TEST(c_prices, equal_the_schedule_at_any_time) {
    static price_page<lane_count> page;
    price_schedule<lane_count> schedule;
    dice d(1);
    maxwell_lane_prices prices{};
    EXPECT_EQ(maxwell_price_read(&as_c(page), 0, &prices), MAXWELL_PRICE_NOTHING_YET);
    for (int version = 0; version < 2000; ++version) {
        const std::uint64_t start = (std::uint64_t{d()} << 32 | d()) >> d.below(40);
        schedule.begin(start, d() >> d.below(32));
        for (std::size_t lane = 0; lane + 1 < lane_count; ++lane) {  // the last lane is never set
            multiplier_q16 each[MAXWELL_PRICE_STEPS];
            for (auto& m : each) m = 1 + (d() >> (1 + d.below(31)));
            ASSERT_TRUE(schedule.set(lane, each, 1 + (d() >> (1 + d.below(31)))));
        }
        ASSERT_TRUE(page.publish(schedule));
        for (std::uint32_t lane = 0; lane < lane_count; ++lane) {
            ASSERT_EQ(maxwell_price_read(&as_c(page), lane, &prices), MAXWELL_PRICE_OK);
            for (int i = 0; i < 100; ++i) {
                const std::uint64_t now =
                    i < 10 ? std::uint64_t{d()} << 32 | d() : start - price_schedule<1>::step_ns + d.below(50'000'000);
                ASSERT_EQ(maxwell_multiplier(&prices, now), schedule.multiplier(lane, now)) << now - start;
                ASSERT_EQ(maxwell_lane_reserve(&prices, now), schedule.reserve(lane, now));
            }
        }
    }
}

TEST(c_prices, of_a_foreign_page_are_refused_and_leave_the_last_good_ones) {
    static price_page<lane_count> page;
    price_schedule<lane_count> schedule;
    schedule.begin(5, 100);
    ASSERT_TRUE(schedule.set(0, 3 * unit_multiplier, unit_multiplier));
    ASSERT_TRUE(page.publish(schedule));
    maxwell_price_table copy;
    std::memcpy(static_cast<void*>(&copy), static_cast<void const*>(&page), sizeof copy);
    maxwell_lane_prices prices{};
    ASSERT_EQ(maxwell_price_read(&copy, 0, &prices), MAXWELL_PRICE_OK);
    EXPECT_EQ(maxwell_lane_reserve(&prices, 5), 300u);
    copy.page.lanes = MAXWELL_LANES + 1;
    EXPECT_EQ(maxwell_price_read(&copy, 0, &prices), MAXWELL_PRICE_FOREIGN);
    copy.page.lanes = MAXWELL_LANES;
    copy.page.layout = 2;
    EXPECT_EQ(maxwell_price_read(&copy, 0, &prices), MAXWELL_PRICE_FOREIGN);
    copy.page.layout = MAXWELL_PRICE_LAYOUT;
    copy.banks[copy.page.latest & 1].bank.version += 2;  // as if the writer were in this bank again
    EXPECT_EQ(maxwell_price_read(&copy, 0, &prices), MAXWELL_PRICE_TOO_BUSY);
    EXPECT_EQ(maxwell_lane_reserve(&prices, 5), 300u);
}

TEST(c_prices, compare_lanes_as_the_market_does) {
    static lanes<tournament_tree<4>, 2> market;
    dice d(2);
    for (int i = 0; i < 100'000; ++i) {
        const multiplier_q16 multiplier[2] = {d.below(8) == 0 ? 0 : d() >> d.below(32), d() >> d.below(32)};
        for (std::uint32_t lane = 0; lane < 2; ++lane) market.reprice(lane, 0, multiplier[lane]);
        const std::uint32_t a = d.below(2);
        const price mine = d() >> d.below(32);
        const price rival = d.below(4) == 0 ? mine : d() >> d.below(32);
        const bool more = d.below(2) != 0;
        ASSERT_EQ(maxwell_lane_outranks(a, multiplier[a], mine, 1 - a, multiplier[1 - a], rival) != 0,
                  market.outranks(a, mine, 1 - a, rival));
        ASSERT_EQ(maxwell_lane_to_match(multiplier[a], multiplier[1 - a], rival, more),
                  market.to_match(a, 1 - a, rival, more));
    }
}

}  // namespace
}  // namespace maxwell::test
