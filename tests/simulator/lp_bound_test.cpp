// SPDX-License-Identifier: MIT
//
// The bound for jobs that are worth nothing unless they end, against every plan there is.

#include "sim/lp_bound.hpp"
#include "simulator/every_plan.hpp"

#include <maxwell/sim/random.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::simulator {
namespace {

using sim::some_jobs;
using sim::window_job;

double best_plan(std::vector<window_job> const& jobs, std::uint32_t processors) {
    return sim::every_plan(jobs, processors, sim::counted::whole_jobs).best();
}

TEST(lp_bound, no_plan_of_whole_jobs_exceeds_it) {
    if (!has_clp()) GTEST_SKIP() << "not built with CLP (Debian: coinor-libclp-dev)";
    sim::random_numbers random(1);
    int reached = 0, below_divisible = 0;
    constexpr int rounds = 10'000;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<window_job> jobs = some_jobs(random, 4, 3);
        const std::uint32_t processors = 1 + random.below(2);
        const double bound = *bound_of_whole_jobs(jobs, processors);
        const double best = best_plan(jobs, processors);
        const double divisible = sim::best_of_windows(jobs, processors);
        ASSERT_GE(bound, best - 1e-6) << "round " << round;
        ASSERT_LE(bound, divisible + 1e-6) << "round " << round;
        reached += bound < best + 1e-6 ? 1 : 0;
        below_divisible += bound < divisible - 1e-6 ? 1 : 0;
    }
    EXPECT_GT(reached, rounds / 2);           // a bound far above every plan would pass, too
    EXPECT_GT(below_divisible, rounds / 10);  // and so would the optimum of divisible jobs
}

TEST(lp_bound, of_jobs_of_one_slot_it_is_the_optimum) {
    if (!has_clp()) GTEST_SKIP() << "not built with CLP (Debian: coinor-libclp-dev)";
    sim::random_numbers random(2);
    for (int round = 0; round < 10'000; ++round) {
        const std::vector<window_job> jobs = some_jobs(random, 4, 1);
        const std::uint32_t processors = 1 + random.below(2);
        ASSERT_NEAR(*bound_of_whole_jobs(jobs, processors), best_plan(jobs, processors), 1e-6) << "round " << round;
    }
}

/// Two jobs of two slots in a window of three, one processor: one of them ends, or three quarters of each: x <= z leaves half a slot.
TEST(lp_bound, of_a_case_worked_by_hand) {
    if (!has_clp()) GTEST_SKIP() << "not built with CLP (Debian: coinor-libclp-dev)";
    const std::vector<window_job> jobs = {{0, 3, 2, 5}, {0, 3, 2, 5}};
    EXPECT_NEAR(*bound_of_whole_jobs(jobs, 1), 15, 1e-6);  // 3 slots of 5
    EXPECT_EQ(best_plan(jobs, 1), 10);
    EXPECT_NEAR(*bound_of_whole_jobs({{0, 2, 2, 5}, {0, 1, 1, 4}}, 1), 10, 1e-6);  // divisible jobs: 5 + 5
    EXPECT_NEAR(*bound_of_whole_jobs({{0, 2, 2, 1}, {0, 1, 1, 4}}, 1), 4, 1e-6);   // divisible jobs: 5
    EXPECT_EQ(*bound_of_whole_jobs({}, 1), 0);
    EXPECT_EQ(*bound_of_whole_jobs({{0, 1, 2, 5}}, 1), 0);
}

}  // namespace
}  // namespace maxwell::simulator
