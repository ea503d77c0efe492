// SPDX-License-Identifier: MIT
//
// What noise is made of: the logarithm, the keyed hash and the Gumbel table, against floating point and the laws they claim.

#include "support/chi_square.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/detail/gumbel_noise.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/keyed_hash.hpp>
#include <maxwell/core/log_linear.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace maxwell::test {
namespace {

using detail::gumbel_noise;

TEST(ln_q26, is_never_too_high_and_less_than_a_2_24th_too_low) {
    dice random(1);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t value =
            i < 5000 ? i + 1u : (std::uint64_t{random()} << 32 | random()) >> random.below(63) | 1u;
        const long double exact = std::log(static_cast<long double>(value)) * (1 << 26);
        const auto found = static_cast<long double>(ln_q26(value));
        ASSERT_LE(found, exact) << value;
        ASSERT_GT(found, exact - 4) << value;
    }
}

/// Uniform over 256 cells, for words, tails and keys that differ in little.
TEST(keyed_hash, is_uniform_over_neighbours) {
    for (const int byte : {0, 3, 4, 7}) {
        std::vector<std::uint64_t> of_words(256), of_tails(256), of_keys(256);
        const std::size_t draws = scaled(200'000);
        for (std::uint64_t i = 0; i < draws; ++i) {
            ++of_words[keyed_hash({1, 2}, i, 0) >> (8 * byte) & 255];
            ++of_tails[keyed_hash({1, 2}, 7, i) >> (8 * byte) & 255];
            ++of_keys[keyed_hash({i, 0}, 7, 0) >> (8 * byte) & 255];
        }
        for (auto const& seen : {of_words, of_tails, of_keys}) {
            EXPECT_TRUE(fits(seen, std::vector<double>(256, 1.0 / 256)));
        }
    }
}

/// Each bit of word, tail and key moves about half of the result's.
TEST(keyed_hash, every_bit_counts) {
    dice random(2);
    for (int bit = 0; bit < 64; ++bit) {
        int changed[3] = {};
        constexpr int trials = 400;
        for (int i = 0; i < trials; ++i) {
            const std::uint64_t word = random(), tail = random();
            const hash_key key{random(), random()};
            const std::uint64_t flip = std::uint64_t{1} << bit;
            const std::uint64_t h = keyed_hash(key, word, tail);
            changed[0] += std::popcount(h ^ keyed_hash(key, word ^ flip, tail));
            changed[1] += std::popcount(h ^ keyed_hash({key.low ^ flip, key.high}, word, tail));
            changed[2] += std::popcount(h ^ keyed_hash({key.low, key.high ^ flip}, word, tail));
        }
        for (const int c : changed) EXPECT_NEAR(c / double{trials}, 32.0, 1.5) << "bit " << bit;
    }
}

/// Each entry of the table is the nearest integer.
TEST(gumbel_noise, stands_in_its_table_as_it_should) {
    using cells = log_linear<4>;
    for (std::uint32_t cell = 1; cells::lower_edge(cell) <= 1u << 31; ++cell) {
        const std::uint32_t a = cells::lower_edge(cell);
        const long double v = a / 4294967296.0L;
        ASSERT_EQ(gumbel_noise::draw((a - 1) << 1), 3200 + std::llround(-std::log(-std::log1p(-v)) * 1024)) << cell;
        ASSERT_EQ(gumbel_noise::draw((a - 1) << 1 | 1), 3200 + std::llround(-std::log(-std::log(v)) * 1024)) << cell;
    }
}

TEST(gumbel_noise, is_a_2_9th_off_at_the_most) {
    const double unit = 1 << gumbel_noise::fraction_bits;
    double worst = 0;
    const auto look = [&](std::uint32_t a, std::uint32_t end) {
        const double v = a / 4294967296.0;
        const double exact = end == 1 ? -std::log(-std::log(v)) : -std::log(-std::log1p(-v));
        const double found = (gumbel_noise::draw((a - 1) << 1 | end) - double{gumbel_noise::offset}) / unit;
        worst = std::max(worst, std::abs(found - exact));
    };
    for (const std::uint32_t end : {0u, 1u}) {
        for (std::uint32_t a = 1; a < 10'000; ++a) look(a, end);
        for (double a = 10'000; a < 2147483648.0; a *= 1.0001) look(static_cast<std::uint32_t>(a), end);
        look(1u << 31, end);
    }
    EXPECT_LT(worst, 1.0 / 512);
    EXPECT_EQ(gumbel_noise::draw(0), gumbel_noise::greatest);
}

/// More than v at one end and less than v at the other: monotone in a.
TEST(gumbel_noise, is_monotone) {
    for (std::uint32_t a = 1; a < 200'000; ++a) {
        ASSERT_GE(gumbel_noise::draw((a - 1) << 1), gumbel_noise::draw(a << 1));
        ASSERT_LE(gumbel_noise::draw((a - 1) << 1 | 1), gumbel_noise::draw(a << 1 | 1));
    }
}

TEST(gumbel_noise, has_the_gumbel_law) {
    constexpr int cells = 40;
    std::vector<double> law(cells);
    std::vector<std::uint64_t> seen(cells);
    const auto below = [](double x) { return std::exp(-std::exp(-x)); };
    const auto edge = [](int cell) { return -2.0 + 0.25 * cell; };
    for (int c = 0; c < cells; ++c) law[c] = (c + 1 < cells ? below(edge(c + 1)) : 1) - (c > 0 ? below(edge(c)) : 0);
    const std::size_t draws = scaled(400'000);
    for (std::uint64_t i = 0; i < draws; ++i) {
        const double g = (gumbel_noise::draw(static_cast<std::uint32_t>(keyed_hash({3, 4}, i, 0))) - 3200.0) / 1024;
        ++seen[static_cast<std::size_t>(std::min(cells - 1.0, std::max(0.0, (g + 2.0) / 0.25)))];
    }
    EXPECT_TRUE(fits(seen, law));
    EXPECT_FALSE(fits(seen, std::vector<double>(cells, 1.0 / cells))) << "a test that fits everything proves nothing";
}

}  // namespace
}  // namespace maxwell::test
