// SPDX-License-Identifier: MIT
//
// A price page between processes of which one dies or sleeps at any instruction, or is killed at full speed.

#include "support/price_page_faults.hpp"
#include "support/scale.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdint>

namespace maxwell::test {
namespace {

#if MAXWELL_CAN_TRACE

void expect_nothing_wrong(char const* why) {
    if (why == cannot_trace) GTEST_SKIP() << why;
    EXPECT_EQ(why, nullptr) << why;
}

TEST(price_page, the_writer_may_die_at_any_instruction) { expect_nothing_wrong(the_writer_dies_at_any_instruction()); }

TEST(price_page, a_successor_may_die_too) { expect_nothing_wrong(successors_die_too(30)); }

TEST(price_page, a_reader_may_sleep_at_any_instruction) {
    expect_nothing_wrong(a_reader_sleeps_at_any_instruction(scaled(40'000)));
}

TEST(price_page, a_writer_that_is_killed_at_full_speed_leaves_a_page_for_the_next) {
    auto* page = shared_with_children<fault_page>();
    ASSERT_NE(page, nullptr);
    dice random(2);
    for (std::size_t death = 0; death < scaled(100); ++death) {
        const pid_t writer = fork();
        ASSERT_GE(writer, 0);
        if (writer == 0) {
            for (;;) page->publish(numbered_schedule<fault_lanes>(static_cast<std::uint32_t>(page->version() + 1)));
        }
        std::uint32_t last = 0;
        price_schedule<fault_lanes> mine;
        for (std::uint32_t looks = 100 + random.below(2'000); looks > 0; --looks) {
            if (page->read(mine) != price_read::ok) continue;
            EXPECT_TRUE(is_numbered(mine));
            EXPECT_GE(mine.base_price(), last);
            last = mine.base_price();
        }
        kill(writer, SIGKILL);
        waitpid(writer, nullptr, 0);
        ASSERT_EQ(is_whole(*page, last), nullptr);
        ASSERT_TRUE(page->check_invariants());
    }
    ASSERT_EQ(a_successor_succeeds(*page), nullptr);
}

#else

TEST(price_page, the_writer_may_die_at_any_instruction) { GTEST_SKIP() << "instructions can't be stepped here"; }

#endif

}  // namespace
}  // namespace maxwell::test
