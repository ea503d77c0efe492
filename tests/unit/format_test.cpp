// SPDX-License-Identifier: MIT

#include <maxwell/host/format.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace maxwell {
namespace {

constexpr bid offer{make_agent_id(3, 1), 100, 5000};
constexpr award won{offer, 42};

TEST(format, a_bid_an_award_and_a_decision_read_as_sentences) {
    EXPECT_EQ(fmt::format("{}", offer), "agent 3 (generation 1): 100 a unit for 5000");
    EXPECT_EQ(fmt::format("{}", bid{7, 0, 0}), "agent 7: 0 a unit for 0");
    EXPECT_EQ(fmt::format("{}", won), "agent 3 (generation 1): 100 a unit for 5000, pays 42 a unit");
    EXPECT_EQ(fmt::format("{}", decision{won, 1, quiet::nothing}),
              "lane 1: agent 3 (generation 1): 100 a unit for 5000, pays 42 a unit");
    EXPECT_EQ(fmt::format("{}", decision{{}, 0, quiet::power}), "nobody runs: power");
}

TEST(format, results_take_the_options_of_a_string) {
    EXPECT_EQ(fmt::format("{:>12}|", status::stale_agent), " stale_agent|");
    EXPECT_EQ(fmt::format("{:.2}", quiet::closed), "cl");
}

TEST(format, every_result_has_its_name_and_no_other_value_has_one) {
    EXPECT_EQ(to_text(status::ok), "ok");
    EXPECT_EQ(to_text(status::busy), "busy");
    EXPECT_EQ(to_text(static_cast<status>(static_cast<int>(status::busy) + 1)), "unknown");
    EXPECT_EQ(to_text(quiet::closed), "closed");
    EXPECT_EQ(to_text(static_cast<quiet>(static_cast<int>(quiet::closed) + 1)), "unknown");
}

#if defined(__cpp_lib_format)
TEST(format, std_format_says_the_same) {
    EXPECT_EQ(std::format("{}", won), fmt::format("{}", won));
    EXPECT_EQ(std::format("{:>12}|", status::stale_agent), " stale_agent|");
}
#endif

}  // namespace
}  // namespace maxwell
