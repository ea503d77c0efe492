// SPDX-License-Identifier: MIT
//
// The offline optimum against every plan there is, and Karma against its paper's algorithm, worked by hand.

#include "simulator/every_plan.hpp"
#include "support/scale.hpp"

#include <maxwell/sim/baselines/karma.hpp>
#include <maxwell/sim/optimum.hpp>
#include <maxwell/sim/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::sim {
namespace {

TEST(optimum, of_the_drawing) {
    const std::vector<window_job> jobs = {{0, 2, 1, 9}, {1, 4, 2, 7}, {1, 2, 1, 4}};
    EXPECT_EQ(best_of_windows(jobs, 1), 9 + 14 + 4);
    EXPECT_EQ(best_of_windows({{0, 1, 3, 5}}, 4), 5);  // one processor at a time
    EXPECT_EQ(best_of_windows({}, 1), 0);
}

TEST(optimum, is_the_best_of_every_plan) {
    random_numbers random(1);
    std::size_t plain_greedy_falls_short = 0;
    for (std::size_t round = 0; round < test::scaled(10'000); ++round) {
        const std::vector<window_job> jobs = some_jobs(random, 5, 3);
        const std::uint32_t processors = 1 + random.below(2);
        window_planner planner(jobs, processors);
        const double found = planner.solve();
        ASSERT_EQ(found, every_plan(jobs, processors).best()) << "round " << round;

        // What it says is a plan, and worth as much.
        double sum = 0;
        std::vector<std::uint32_t> busy(8);
        for (std::size_t j = 0; j < jobs.size(); ++j) {
            std::vector<std::uint32_t> slots = planner.slots_of(j);
            std::sort(slots.begin(), slots.end());
            ASSERT_TRUE(std::unique(slots.begin(), slots.end()) == slots.end());
            ASSERT_LE(slots.size(), jobs[j].length);
            for (const std::uint32_t s : slots) {
                ASSERT_TRUE(jobs[j].first <= s && s < jobs[j].last);
                ASSERT_LE(++busy[s], processors);
                sum += jobs[j].value;
            }
        }
        ASSERT_EQ(sum, found);

        // The control: the same order without paths, each in the first free slot.
        std::vector<window_job> order = jobs;
        std::stable_sort(order.begin(), order.end(),
                         [](window_job const& a, window_job const& b) { return a.value > b.value; });
        std::vector<std::uint32_t> taken(8);
        double plain = 0;
        for (window_job const& j : order) {
            std::uint32_t got = 0;
            for (std::uint32_t s = j.first; s < j.last && got < j.length; ++s) {
                if (taken[s] == processors) continue;
                ++taken[s];
                ++got;
                plain += j.value;
            }
        }
        ASSERT_LE(plain, found);
        plain_greedy_falls_short += plain < found ? 1 : 0;
    }
    EXPECT_GT(plain_greedy_falls_short, test::scaled(10'000) / 100);
}

/// 20,000 jobs at four times what can be served: full slots are left out, or this would take hours.
TEST(optimum, takes_a_moment_for_many_jobs) {
    random_numbers random(2);
    std::vector<window_job> jobs(20'000);
    for (window_job& j : jobs) {
        j.first = random.below(5000);
        j.last = j.first + 1 + random.below(40);
        j.length = 1;
        j.value = random.uniform();
    }
    const double best = best_of_windows(jobs, 1);
    EXPECT_GT(best, 3000);
    EXPECT_LE(best, 5040);
}

/// Three users, fair share 2, half of it guaranteed, 6 credits each. By the paper's algorithm 1:
///   demands 3 2 1   all get their guaranteed slice; two of the three shared ones go to A and one to B:      3 2 1, credits 5 6 7
///   demands 0 2 6   A donates; B and C take turns, C first (8), then at 7 : 7 B, then C and C:               0 2 4 (wants 6)
TEST(karma, allocates_as_its_algorithm_says) {
    baselines::karma k(3, 2, .5, 6);
    EXPECT_EQ(k.allocate({3, 2, 1}), (std::vector<std::uint32_t>{3, 2, 1}));
    EXPECT_EQ(k.credits(0), 5);  // 6 + 1 - 2
    EXPECT_EQ(k.credits(1), 6);  // 6 + 1 - 1
    EXPECT_EQ(k.credits(2), 7);  // 6 + 1
    EXPECT_EQ(k.allocate({0, 2, 6}), (std::vector<std::uint32_t>{0, 2, 4}));
    EXPECT_EQ(k.credits(0), 7);  // 5 + 1, and 1 for the slice that it donated
    EXPECT_EQ(k.credits(1), 6);
    EXPECT_EQ(k.credits(2), 5);
}

TEST(karma, no_user_gets_more_than_it_wants_and_no_slice_is_lost) {
    random_numbers random(3);
    baselines::karma k(5, 2, .5, 1000);
    std::vector<double> got(5);
    for (int quantum = 0; quantum < 2000; ++quantum) {
        std::vector<std::uint32_t> demands(5);
        std::uint32_t wanted = 0;
        for (std::uint32_t& d : demands) wanted += d = random.below(6);
        const auto slices = k.allocate(demands);
        std::uint32_t sum = 0;
        for (std::size_t u = 0; u < 5; ++u) {
            ASSERT_LE(slices[u], demands[u]);
            sum += slices[u];
            got[u] += slices[u];
        }
        ASSERT_EQ(sum, std::min(wanted, 10u));
    }
    for (std::size_t u = 0; u < 5; ++u) EXPECT_NEAR(got[u] / got[0], 1, .02);
}

/// A user that wants all it can get in one quantum of ten has as much in the end as one that wants the same steadily.
TEST(karma, bursts_are_made_up_for) {
    baselines::karma k(2, 1, 0, 100);
    std::uint32_t bursty = 0, steady = 0;
    for (int quantum = 0; quantum < 1000; ++quantum) {
        const auto got = k.allocate({quantum % 2 == 0 ? 2u : 0u, 2});
        bursty += got[0];
        steady += got[1];
    }
    EXPECT_NEAR(bursty, steady, 110);  // all but the credits that both began with
}

}  // namespace
}  // namespace maxwell::sim
