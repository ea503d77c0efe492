// SPDX-License-Identifier: MIT
//
// Each metric against a case worked by hand, and each distribution against its mean and its median.

#include <maxwell/sim/distribution.hpp>
#include <maxwell/sim/metrics.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace maxwell::sim {
namespace {

TEST(metrics, jain_of_cases_worked_by_hand) {
    EXPECT_DOUBLE_EQ(jain({1, 1, 1, 1}), 1);
    EXPECT_DOUBLE_EQ(jain({0, 0, 0, 5}), .25);
    EXPECT_DOUBLE_EQ(jain({1, 2, 3}), 36. / 42);  // 6^2 / (3 * 14)
    EXPECT_DOUBLE_EQ(jain({}), 1);
    EXPECT_DOUBLE_EQ(jain({0, 0}), 1);
}

TEST(metrics, gini_of_cases_worked_by_hand) {
    EXPECT_DOUBLE_EQ(gini({7, 7, 7}), 0);
    EXPECT_DOUBLE_EQ(gini({0, 0, 0, 9}), .75);
    EXPECT_NEAR(gini({3, 1, 2}), 2. / 9, 1e-15);  // mean |x - y| = 8 / 9, mean x = 2
    EXPECT_DOUBLE_EQ(gini({}), 0);
    EXPECT_DOUBLE_EQ(gini({0, 0}), 0);
}

TEST(metrics, gini_is_the_mean_difference_over_twice_the_mean) {
    random_numbers random(3);
    for (int round = 0; round < 100; ++round) {
        std::vector<double> x(1 + random.below(20));
        for (double& v : x) v = random.uniform();
        double differences = 0, sum = 0;
        for (const double a : x) {
            sum += a;
            for (const double b : x) differences += std::abs(a - b);
        }
        const auto n = static_cast<double>(x.size());
        EXPECT_NEAR(gini(x), differences / (n * n) / (2 * sum / n), 1e-12);
    }
}

TEST(metrics, lorenz_of_a_case_worked_by_hand) {
    const std::vector<double> curve = lorenz({6, 1, 3}, 6);  // sorted 1 3 6 of 10
    const std::vector<double> expected = {0, .05, .1, .25, .4, .7, 1};
    for (std::size_t i = 0; i < curve.size(); ++i) EXPECT_NEAR(curve[i], expected[i], 1e-15) << i;
    EXPECT_EQ(lorenz({}, 2), (std::vector<double>{0, .5, 1}));
}

TEST(metrics, interval_of_a_case_worked_by_hand) {
    const mean_interval m = mean_of({2, 4, 6});  // s = 2, t(.975, 2) = 4.303
    EXPECT_DOUBLE_EQ(m.mean, 4);
    EXPECT_NEAR(m.half_width, 4.303 * 2 / std::sqrt(3), 1e-12);
    EXPECT_EQ(m.count, 3u);
    EXPECT_EQ(mean_of({5}).half_width, 0);
    EXPECT_EQ(mean_of({}).count, 0u);
}

/// 95 of 100 intervals contain the mean, at few and at many figures.
TEST(metrics, intervals_contain_the_mean_as_often_as_they_say) {
    random_numbers random(7);
    for (const std::size_t n : {2u, 5u, 40u}) {
        int inside = 0;
        constexpr int rounds = 4000;
        for (int round = 0; round < rounds; ++round) {
            std::vector<double> x(n);
            for (double& v : x) v = 10 + random.normal();
            const mean_interval m = mean_of(x);
            inside += std::abs(m.mean - 10) <= m.half_width ? 1 : 0;
        }
        EXPECT_NEAR(inside / static_cast<double>(rounds), .95, .012) << n;
    }
}

TEST(metrics, fluid_lag_of_a_case_worked_by_hand) {
    fluid_lag lag(3);
    lag.enter(0, 1);
    lag.enter(1, 3);
    lag.used(0, 8);  // entitled to 2 and 6
    EXPECT_DOUBLE_EQ(lag.lag(0), -6);
    EXPECT_DOUBLE_EQ(lag.lag(1), 6);
    EXPECT_DOUBLE_EQ(lag.worst(), 6);
    lag.enter(2, 4);
    lag.used(1, 8);  // 1, 3 and 4 more
    EXPECT_DOUBLE_EQ(lag.lag(0), -5);
    EXPECT_DOUBLE_EQ(lag.lag(1), 1);
    EXPECT_DOUBLE_EQ(lag.lag(2), 4);
    lag.leave(2);
    lag.used(0, 4);
    EXPECT_DOUBLE_EQ(lag.lag(0), -8);
    EXPECT_DOUBLE_EQ(lag.lag(1), 4);
}

void expect_mean_and_median(distribution const& d, double median) {
    random_numbers random(11);
    std::vector<double> x(200'000);
    double sum = 0;
    for (double& v : x) sum += v = d(random);
    std::nth_element(x.begin(), x.begin() + 100'000, x.end());
    EXPECT_NEAR(sum / 200'000 / d.mean(), 1, .02);
    EXPECT_NEAR(x[100'000] / median, 1, .02);
    EXPECT_NEAR(d.at_normal(0) / median, 1, 1e-9);
}

TEST(distributions, have_the_mean_and_the_median_that_they_say) {
    using kind = distribution_kind;
    expect_mean_and_median({kind::constant, 5, 0, 0}, 5);
    expect_mean_and_median({kind::uniform, 10, 30, 0}, 20);
    expect_mean_and_median({kind::exponential, 100, 0, 0}, 100 * std::log(2));
    expect_mean_and_median({kind::lognormal, 40, 1, 0}, 40);
    // P(x > m) = 1/2: 1 - (1/2) (1 - 1/1000) at alpha 1 between 1 and 1,000 is 1/m
    expect_mean_and_median({kind::pareto, 1, 1, 1000}, 1 / (1 - .5 * .999));
    expect_mean_and_median({kind::pareto, 1.5, 2, 2e4}, 2 / std::pow(1 - .5 * (1 - std::pow(1e-4, 1.5)), 1 / 1.5));
}

TEST(distributions, correlated_draws_have_the_correlation_and_keep_their_spread) {
    const distribution d{distribution_kind::lognormal, 1, 1, 0};
    random_numbers random(13);
    double sum = 0, squares = 0, products = 0;
    constexpr int pairs = 100'000;
    for (int i = 0; i < pairs; ++i) {
        const double common = random.normal();
        const double a = std::log(correlated(d, .6, common, random)), b = std::log(correlated(d, .6, common, random));
        sum += a, squares += a * a, products += a * b;
    }
    EXPECT_NEAR(sum / pairs, 0, .02);
    EXPECT_NEAR(squares / pairs, 1, .02);
    EXPECT_NEAR(products / pairs, .6, .02);
}

/// How often a second has an arrival, and how uneven seconds are: 1 for Poisson, more for what comes in bursts.
TEST(distributions, arrivals_come_at_their_rate_and_in_bursts_where_they_should) {
    arrival_settings poisson, bursts, heavy;
    poisson.per_s = 50;
    bursts = {arrival_kind::mmpp, 10, 200, 3, 1, {}};
    heavy = {arrival_kind::pareto, 1, 1, 1, 1, {distribution_kind::pareto, 1.2, .002, 10}};
    for (auto const& [settings, least, most] : {std::tuple{poisson, .9, 1.1}, {bursts, 5., 1e3}, {heavy, 2., 1e3}}) {
        random_numbers random(17);
        arrivals next(settings);
        constexpr int seconds = 20'000;
        std::vector<double> count(seconds);
        for (double at = next.next(random); at < seconds; at += next.next(random))
            ++count[static_cast<std::size_t>(at)];
        double sum = 0, squares = 0;
        for (const double c : count) sum += c, squares += c * c;
        const double mean = sum / seconds, spread = (squares / seconds - mean * mean) / mean;
        EXPECT_NEAR(mean / settings.rate(), 1, .05);
        EXPECT_GT(spread, least);
        EXPECT_LT(spread, most);
    }
}

}  // namespace
}  // namespace maxwell::sim
