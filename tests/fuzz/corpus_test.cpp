// SPDX-License-Identifier: MIT
//
// Replays the fuzzer's corpus, and random byte strings beside it, through the fuzzer's body.

#include "fuzz/moving_targets.hpp"
#include "fuzz/sampler_targets.hpp"
#include "fuzz/targets.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace maxwell::test {
namespace {

TEST(corpus, every_input_found_so_far_passes) {
    std::size_t files = 0;
    for (auto const& entry : std::filesystem::directory_iterator(MAXWELL_CORPUS)) {
        std::ifstream in(entry.path(), std::ios::binary);
        const std::vector<char> raw{std::istreambuf_iterator<char>(in), {}};
        const std::vector<std::uint8_t> bytes(raw.begin(), raw.end());
        EXPECT_EQ(run_all_targets(bytes.data(), bytes.size()), nullptr) << entry.path();
        EXPECT_EQ(run_moving_targets(bytes.data(), bytes.size()), nullptr) << entry.path();
        EXPECT_EQ(run_sampler_targets(bytes.data(), bytes.size()), nullptr) << entry.path();
        ++files;
    }
    EXPECT_GT(files, 0u) << "no corpus in " << MAXWELL_CORPUS;
}

TEST(corpus, random_inputs_pass) {
    dice random(5);
    const std::size_t inputs = scaled(5000);
    for (std::size_t n = 0; n < inputs; ++n) {
        std::vector<std::uint8_t> bytes(1 + 8 * random.below(64));
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        ASSERT_EQ(run_all_targets(bytes.data(), bytes.size()), nullptr) << "input " << n;
        ASSERT_EQ(run_moving_targets(bytes.data(), bytes.size()), nullptr) << "input " << n;
        ASSERT_EQ(run_sampler_targets(bytes.data(), bytes.size()), nullptr) << "input " << n;
    }
}

TEST(corpus, tiny_and_empty_inputs_are_no_operations) {
    const std::uint8_t byte[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    EXPECT_EQ(run_all_targets(nullptr, 0), nullptr);
    for (std::size_t size = 0; size < 8; ++size) EXPECT_EQ(run_all_targets(byte, size), nullptr);
}

}  // namespace
}  // namespace maxwell::test
