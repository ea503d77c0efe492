// SPDX-License-Identifier: MIT
//
// The bound for jobs that are worth nothing unless they end, against every plan there is.

#include "sim/lp_bound.hpp"

#include <maxwell/sim/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace maxwell::simulator {
namespace {

using sim::window_job;

/// Tries, slot by slot, every set of jobs that fits the processors; a job counts when it has all of its length.
class every_plan_of_whole_jobs {
public:
    every_plan_of_whole_jobs(std::vector<window_job> const& jobs, std::uint32_t processors)
        : jobs_(jobs), processors_(processors) {
        for (window_job const& j : jobs) {
            left_.push_back(j.length);
            end_ = std::max(end_, j.last);
        }
    }
    double best(std::uint32_t slot = 0) {
        if (slot == end_) {
            double value = 0;
            for (std::size_t j = 0; j < jobs_.size(); ++j)
                value += left_[j] == 0 ? jobs_[j].value * jobs_[j].length : 0;
            return value;
        }
        const auto key = std::pair(slot, left_);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        double most = 0;
        for (std::uint32_t set = 0; set < 1u << jobs_.size(); ++set) {
            bool possible = static_cast<std::uint32_t>(std::popcount(set)) <= processors_;
            for (std::size_t j = 0; j < jobs_.size() && possible; ++j) {
                if ((set >> j & 1) != 0) possible = left_[j] > 0 && jobs_[j].first <= slot && slot < jobs_[j].last;
            }
            if (!possible) continue;
            for (std::size_t j = 0; j < jobs_.size(); ++j) left_[j] -= set >> j & 1;
            most = std::max(most, best(slot + 1));
            for (std::size_t j = 0; j < jobs_.size(); ++j) left_[j] += set >> j & 1;
        }
        return known_[key] = most;
    }

private:
    std::vector<window_job> const& jobs_;
    std::uint32_t processors_;
    std::uint32_t end_ = 0;
    std::vector<std::uint32_t> left_;
    std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, double> known_;
};

std::vector<window_job> some_jobs(sim::random_numbers& random, std::uint32_t longest) {
    std::vector<window_job> jobs(1 + random.below(4));
    for (window_job& j : jobs) {
        j.first = random.below(5);
        j.last = j.first + random.below(6 - j.first);  // some can't be served at all
        j.length = 1 + random.below(longest);
        j.value = random.below(10);
    }
    return jobs;
}

TEST(lp_bound, no_plan_of_whole_jobs_exceeds_it) {
    if (!has_clp()) GTEST_SKIP() << "not built with CLP (Debian: coinor-libclp-dev)";
    sim::random_numbers random(1);
    int reached = 0, below_divisible = 0;
    constexpr int rounds = 10'000;
    for (int round = 0; round < rounds; ++round) {
        const std::vector<window_job> jobs = some_jobs(random, 3);
        const std::uint32_t processors = 1 + random.below(2);
        const double bound = *bound_of_whole_jobs(jobs, processors);
        const double best = every_plan_of_whole_jobs(jobs, processors).best();
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
        const std::vector<window_job> jobs = some_jobs(random, 1);
        const std::uint32_t processors = 1 + random.below(2);
        ASSERT_NEAR(*bound_of_whole_jobs(jobs, processors), every_plan_of_whole_jobs(jobs, processors).best(), 1e-6)
            << "round " << round;
    }
}

/// Two jobs of two slots in a window of three, one processor: one of them ends, or three quarters of each: x <= z leaves half a slot.
TEST(lp_bound, of_a_case_worked_by_hand) {
    if (!has_clp()) GTEST_SKIP() << "not built with CLP (Debian: coinor-libclp-dev)";
    const std::vector<window_job> jobs = {{0, 3, 2, 5}, {0, 3, 2, 5}};
    EXPECT_NEAR(*bound_of_whole_jobs(jobs, 1), 15, 1e-6);  // 3 slots of 5
    EXPECT_EQ(every_plan_of_whole_jobs(jobs, 1).best(), 10);
    EXPECT_NEAR(*bound_of_whole_jobs({{0, 2, 2, 5}, {0, 1, 1, 4}}, 1), 10, 1e-6);  // divisible jobs: 5 + 5
    EXPECT_NEAR(*bound_of_whole_jobs({{0, 2, 2, 1}, {0, 1, 1, 4}}, 1), 4, 1e-6);   // divisible jobs: 5
    EXPECT_EQ(*bound_of_whole_jobs({}, 1), 0);
    EXPECT_EQ(*bound_of_whole_jobs({{0, 1, 2, 5}}, 1), 0);
}

}  // namespace
}  // namespace maxwell::simulator
