// SPDX-License-Identifier: MIT
//
// price_schedule and price_page in one thread: every step, every edge of time, and the layout that C sees.

#include "support/dice.hpp"
#include "support/price_schedules.hpp"
#include "support/scale.hpp"

#include <maxwell/thermal/price_page.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>

namespace maxwell::test {
namespace {

using schedule = price_schedule<3>;
constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t greatest_ns = ~std::uint64_t{0};

constexpr schedule example(std::uint64_t start_ns) {
    constexpr multiplier_q16 rising[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 65536};
    schedule s;
    s.begin(start_ns, 100);
    s.set(0, rising, 8 * unit_multiplier);
    s.set(1, 4 * unit_multiplier, unit_multiplier);
    return s;
}
static_assert(example(1000).multiplier(0, 1000) == 1);
static_assert(example(1000).reserve(1, 1000) == 400);
static_assert(schedule::horizon_ns >= 10 * ms && schedule::safe_after_ns < 38 * ms);

/// What a floating-point reference makes of a line at an age in steps.
double reference_multiplier(maxwell_price_lane const& line, double age_steps) {
    if (age_steps < 0) return line.multiplier_q16[0];
    const double step = std::floor(age_steps);
    if (step < 10) return line.multiplier_q16[static_cast<std::size_t>(step)];
    const double last = line.multiplier_q16[9];
    const double walked = std::clamp((step - 20) / 16, 0.0, 1.0);
    return std::floor(last + (line.safe_q16 - last) * walked);
}

TEST(price_schedule, the_zeroed_one_asks_for_nothing) {
    const schedule s;
    for (std::uint64_t now_ns : {std::uint64_t{0}, 5 * ms, 100 * ms, greatest_ns}) {
        for (std::size_t lane : {0u, 1u, 2u, 3u, 1000u}) {
            EXPECT_EQ(s.multiplier(lane, now_ns), 0u);
            EXPECT_EQ(s.reserve(lane, now_ns), 0u);
        }
    }
    EXPECT_TRUE(s.check_invariants());
}

TEST(price_schedule, each_step_has_its_multiplier_from_its_first_nanosecond_to_its_last) {
    for (std::uint64_t start_ns : {std::uint64_t{0}, 123'456'789 * ms, greatest_ns - 3 * schedule::step_ns}) {
        const schedule s = example(start_ns);
        for (std::size_t step = 0; step < schedule::steps; ++step) {
            const std::uint64_t first_ns = start_ns + step * schedule::step_ns;
            EXPECT_EQ(s.multiplier(0, first_ns), s.line(0).multiplier_q16[step]);
            EXPECT_EQ(s.multiplier(0, first_ns + schedule::step_ns - 1), s.line(0).multiplier_q16[step]);
        }
        EXPECT_EQ(s.end_ns(), start_ns + schedule::horizon_ns);
    }
}

TEST(price_schedule, a_clock_that_is_behind_gets_the_first_step) {
    const schedule s = example(1000 * ms);
    for (std::uint64_t now_ns : {std::uint64_t{0}, 999 * ms, 1000 * ms - 1}) EXPECT_EQ(s.multiplier(0, now_ns), 1u);
    EXPECT_EQ(example(0).multiplier(0, greatest_ns), 1u);  // a nanosecond behind, across the wrap of the clock
}

TEST(price_schedule, a_late_one_holds_then_walks_to_the_safe_multiplier_and_stays_there) {
    const schedule s = example(50 * ms);
    for (std::size_t lane : {0u, 1u}) {
        const maxwell_price_lane& line = s.line(lane);
        for (std::uint64_t step = 0; step < 100; ++step) {
            const std::uint64_t now_ns = s.start_ns() + step * schedule::step_ns + 17;
            EXPECT_EQ(s.multiplier(lane, now_ns), reference_multiplier(line, static_cast<double>(step))) << step;
            if (step >= 10 && step <= 20) {
                EXPECT_EQ(s.multiplier(lane, now_ns), line.multiplier_q16[9]);
            }
        }
        EXPECT_NE(s.multiplier(lane, s.start_ns() + schedule::safe_after_ns - 1), line.safe_q16);
        for (std::uint64_t late_ns : {schedule::safe_after_ns, 3600'000 * ms, (greatest_ns >> 1) - 50 * ms}) {
            EXPECT_EQ(s.multiplier(lane, s.start_ns() + late_ns), line.safe_q16);
        }
    }
}

TEST(price_schedule, any_line_walks_as_the_reference_does_and_never_past_its_ends) {
    dice random(5);
    const auto any = [&] {
        const std::uint32_t kind = random.below(4);
        return kind == 0 ? 1u : kind == 1 ? ~0u : 1 + (static_cast<std::uint32_t>(random()) >> random.below(32)) / 2;
    };
    for (std::size_t n = 0; n < scaled(20'000); ++n) {
        const multiplier_q16 last = any();
        const multiplier_q16 safe = any();
        schedule s;
        ASSERT_TRUE(s.set(0, last, safe));
        multiplier_q16 before = last;
        for (std::uint64_t step = 0; step < 40; ++step) {
            const multiplier_q16 m = s.multiplier(0, step * schedule::step_ns);
            ASSERT_EQ(m, reference_multiplier(s.line(0), static_cast<double>(step)));
            ASSERT_TRUE(last <= safe ? before <= m && m <= safe : before >= m && m >= safe);
            before = m;
        }
    }
}

TEST(price_schedule, a_bad_line_changes_nothing) {
    schedule s = example(0);
    const schedule before = s;
    const multiplier_q16 line[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const multiplier_q16 with_zero[] = {1, 1, 1, 1, 0, 1, 1, 1, 1, 1};
    const multiplier_q16 too_long[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    EXPECT_FALSE(s.set(3, line, 1));
    EXPECT_FALSE(s.set(0, line, 0));
    EXPECT_FALSE(s.set(0, with_zero, 1));
    EXPECT_FALSE(s.set(0, too_long, 1));
    EXPECT_FALSE(s.set(0, view<multiplier_q16 const>(line, 9), 1));
    EXPECT_FALSE(s.set(3, 1, 1));
    EXPECT_FALSE(s.set(0, 0, 1));
    EXPECT_FALSE(s.set(0, 1, 0));
    EXPECT_EQ(std::memcmp(&s.line(0), &before.line(0), sizeof(maxwell_price_lane)), 0);
    EXPECT_TRUE(s.check_invariants());
    s.line(2) = {{1, 1, 1, 1, 1, 1, 1, 1, 1, 0}, 1, {}};  // as it may come from somewhere else
    EXPECT_FALSE(s.check_invariants());
}

TEST(price_schedule, a_scaled_price_is_the_product_rounded_up) {
    static_assert(scaled_price(0, ~0u) == 0 && scaled_price(~0u, 0) == 0);
    static_assert(scaled_price(1, 1) == 1 && scaled_price(65536, 1) == 1 && scaled_price(65537, 1) == 2);
    static_assert(scaled_price(~0u, unit_multiplier) == ~0u && scaled_price(~0u, unit_multiplier + 1) == ~0u);
    dice random(3);
    for (std::size_t n = 0; n < scaled(200'000); ++n) {
        const auto base = static_cast<price>(random()) >> random.below(32);
        const auto m = static_cast<multiplier_q16>(random()) >> random.below(32);
        const long double exact = std::ceil(static_cast<long double>(base) * m / 65536);
        ASSERT_EQ(scaled_price(base, m), std::min(exact, 4294967295.0L)) << base << " * " << m;
        ASSERT_TRUE(base == ~0u || scaled_price(base, m) <= scaled_price(base + 1, m));
        ASSERT_TRUE(m == ~0u || scaled_price(base, m) <= scaled_price(base, m + 1));
    }
}

TEST(price_page, nothing_is_read_before_something_is_published) {
    const price_page<3> page;
    schedule mine = example(7);
    EXPECT_EQ(page.version(), 0u);
    EXPECT_EQ(page.read(mine), price_read::nothing_yet);
    EXPECT_EQ(mine.start_ns(), 7u);
    EXPECT_TRUE(page.check_invariants());
}

TEST(price_page, the_newest_version_is_read) {
    price_page<3> page;
    for (std::uint32_t n = 1; n <= 10; ++n) {
        ASSERT_TRUE(page.publish(numbered_schedule<3>(n)));
        schedule mine;
        ASSERT_EQ(page.read(mine), price_read::ok);
        EXPECT_EQ(page.version(), n);
        EXPECT_EQ(mine.base_price(), n);
        EXPECT_TRUE(is_numbered(mine));
        EXPECT_TRUE(page.check_invariants());
    }
}

TEST(price_page, a_page_of_another_size_is_left_alone) {
    struct memory {
        alignas(64) unsigned char bytes[sizeof(price_page<4>)];
    };
    const auto zeroed = std::make_unique<memory>();
    auto& four = *::new (zeroed->bytes) price_page<4>;
    ASSERT_TRUE(four.publish(numbered_schedule<4>(1)));
    auto& three = *reinterpret_cast<price_page<3>*>(zeroed->bytes);
    schedule mine = example(7);
    EXPECT_FALSE(three.publish(numbered_schedule<3>(2)));
    EXPECT_EQ(three.read(mine), price_read::foreign);
    EXPECT_EQ(mine.start_ns(), 7u);
    EXPECT_FALSE(three.check_invariants());
    price_schedule<4> read;
    EXPECT_EQ(four.read(read), price_read::ok);
    EXPECT_TRUE(is_numbered(read));
}

TEST(price_page, a_reader_that_is_always_overtaken_keeps_what_it_has) {
    struct memory {
        alignas(64) unsigned char bytes[sizeof(price_page<3>)] = {};
    };
    const auto zeroed = std::make_unique<memory>();
    auto& page = *::new (zeroed->bytes) price_page<3>;
    for (std::uint32_t n = 1; n <= 5; ++n) ASSERT_TRUE(page.publish(numbered_schedule<3>(n)));
    const std::uint64_t claimed = 7;  // as if the writer were at it again whenever the reader looks
    std::memcpy(zeroed->bytes + maxwell_price_bank_offset(5, 3), &claimed, sizeof claimed);
    schedule mine = example(7);
    EXPECT_EQ(page.read(mine), price_read::too_busy);
    EXPECT_EQ(mine.start_ns(), 7u);
    const schedule before = example(7);
    EXPECT_EQ(std::memcmp(&mine.line(1), &before.line(1), sizeof(maxwell_price_lane)), 0);
    EXPECT_FALSE(page.check_invariants());
}

TEST(price_page, no_content_leads_a_reader_astray) {
    struct memory {
        alignas(64) unsigned char bytes[sizeof(price_page<3>)];
    };
    const auto filled = std::make_unique<memory>();
    dice random(8);
    for (std::size_t n = 0; n < scaled(10'000); ++n) {
        for (unsigned char& byte : filled->bytes)
            byte = random.below(4) == 0 ? static_cast<unsigned char>(random()) : 0;
        const std::uint32_t ours[] = {MAXWELL_PRICE_LAYOUT, 3};
        if (random.below(4) != 0) std::memcpy(filled->bytes + offsetof(maxwell_price_page, layout), ours, sizeof ours);
        auto& page = *reinterpret_cast<price_page<3>*>(filled->bytes);
        schedule mine;
        if (page.read(mine) != price_read::ok) continue;
        for (std::size_t lane = 0; lane < 4; ++lane) (void)mine.reserve(lane, random());
    }
}

/// What a guest does, in C and without a line of the library.
extern "C" int maxwell_proof_read_price(void const* page, std::uint32_t lanes, std::uint32_t lane,
                                        maxwell_price_bank* bank, maxwell_price_lane* line);

TEST(price_page, a_reader_in_c_finds_the_same) {
    price_page<3> page;
    maxwell_price_bank bank{};
    maxwell_price_lane line{};
    EXPECT_EQ(maxwell_proof_read_price(&page, 3, 0, &bank, &line), 0);
    for (std::uint32_t n = 1; n <= 3; ++n) {
        const auto published = numbered_schedule<3>(n);
        ASSERT_TRUE(page.publish(published));
        for (std::uint32_t lane = 0; lane < 3; ++lane) {
            ASSERT_EQ(maxwell_proof_read_price(&page, 3, lane, &bank, &line), 1);
            EXPECT_EQ(bank.version, n);
            EXPECT_EQ(bank.start_ns, published.start_ns());
            EXPECT_EQ(bank.base_price, n);
            EXPECT_EQ(std::memcmp(&line, &published.line(lane), sizeof line), 0);
        }
        EXPECT_EQ(maxwell_proof_read_price(&page, 3, 3, &bank, &line), 0);
        EXPECT_EQ(maxwell_proof_read_price(&page, 4, 0, &bank, &line), 0);
    }
}

/// What the header of the C layout promises, without a line of the library's reader.
TEST(price_page, it_lies_in_memory_as_the_abi_says) {
    struct memory {
        alignas(64) unsigned char bytes[sizeof(price_page<3>)] = {};
    };
    const auto zeroed = std::make_unique<memory>();
    auto& page = *::new (zeroed->bytes) price_page<3>;
    for (std::uint32_t n = 1; n <= 3; ++n) {
        ASSERT_TRUE(page.publish(numbered_schedule<3>(n)));
        maxwell_price_page header;
        std::memcpy(&header, zeroed->bytes, sizeof header);
        EXPECT_EQ(header.latest, n);
        EXPECT_EQ(header.layout, MAXWELL_PRICE_LAYOUT);
        EXPECT_EQ(header.lanes, 3u);
        maxwell_price_bank bank;
        const unsigned char* at = zeroed->bytes + maxwell_price_bank_offset(header.latest, 3);
        std::memcpy(&bank, at, sizeof bank);
        EXPECT_EQ(bank.version, n);
        const auto published = numbered_schedule<3>(n);
        EXPECT_EQ(bank.start_ns, published.start_ns());
        EXPECT_EQ(bank.end_ns, published.end_ns());
        EXPECT_EQ(bank.base_price, n);
        for (std::size_t lane = 0; lane < 3; ++lane) {
            maxwell_price_lane line;
            std::memcpy(&line, at + sizeof bank + lane * sizeof line, sizeof line);
            EXPECT_EQ(std::memcmp(&line, &published.line(lane), sizeof line), 0);
        }
    }
}

}  // namespace
}  // namespace maxwell::test
