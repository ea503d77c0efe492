// SPDX-License-Identifier: MIT
//
// Stride and EEVDF against their papers: the example of each, and the bound that it proves, with clients that come and go.

#include <maxwell/sim/baselines/eevdf.hpp>
#include <maxwell/sim/baselines/stride.hpp>
#include <maxwell/sim/metrics.hpp>
#include <maxwell/sim/random.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::sim::baselines {
namespace {

constexpr auto anybody = [](std::size_t) { return true; };

/// The example of Waldspurger and Weihl 1995: tickets 3, 2, 1 are strides 2, 3, 6 of a common 6.
TEST(stride, serves_as_in_its_paper) {
    stride s;
    s.join(0, 3);
    s.join(1, 2);
    s.join(2, 1);
    std::string served;
    for (int quantum = 0; quantum < 6; ++quantum) {
        const std::size_t who = *s.next(anybody);
        served += "ABC"[who];
        s.used(who, 1);
    }
    EXPECT_EQ(served, "ABAABC");
}

/// "The relative error for any pair of clients is never greater than one": each has its part of what both have had, to a quantum.
TEST(stride, any_two_clients_are_within_a_quantum_of_their_ratio) {
    const std::vector<double> tickets = {1, 2, 4, 8, 3};
    stride s;
    for (std::size_t i = 0; i < tickets.size(); ++i) s.join(i, tickets[i]);
    std::vector<double> got(tickets.size());
    for (int quantum = 0; quantum < 10'000; ++quantum) {
        const std::size_t who = *s.next(anybody);
        s.used(who, 1);
        ++got[who];
        for (std::size_t i = 0; i < tickets.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const double due = (got[i] + got[j]) * tickets[i] / (tickets[i] + tickets[j]);
                ASSERT_LE(std::abs(got[i] - due), 1 + 1e-9) << "quantum " << quantum;
            }
        }
    }
}

/// Two clients of weights 1 and 3 with requests of one quantum, worked by hand from the equations of Stoica and Abdel-Wahab 1995.
TEST(eevdf, serves_as_its_equations_say) {
    eevdf s(1);
    s.join(0, 1);
    s.join(1, 3);
    // Deadlines at V = 0: 1 and 1/3. V grows by 1/4 a quantum; eligible times by 1 and 1/3.
    //   V     eligible 0, 1   deadlines     served
    //   0     0    0          1    1/3      1
    //   1/4   0    1/3        1    -        0
    //   1/2   1    1/3        -    2/3      1
    //   3/4   1    2/3        -    1        1
    std::string served;
    for (int quantum = 0; quantum < 8; ++quantum) {
        const std::size_t who = *s.next(anybody);
        served += std::to_string(who);
        s.used(who, 1);
    }
    EXPECT_EQ(served, "10111011");
}

/// Each client's lag against a fluid scheduler, kept by a checker that knows weights and service alone.
template <class Shares>
double worst_lag(Shares& s, std::vector<double> const& weights, int quanta) {
    fluid_lag lag(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        s.join(i, weights[i]);
        lag.enter(i, weights[i]);
    }
    for (int quantum = 0; quantum < quanta; ++quantum) {
        const std::size_t who = *s.next(anybody);
        lag.note(who);
        lag.used(who, 1);
        s.used(who, 1);
        for (std::size_t i = 0; i < weights.size(); ++i) lag.note(i);
    }
    return lag.worst();
}

TEST(eevdf, no_task_is_ever_a_quantum_from_its_share) {
    eevdf s(1);
    EXPECT_LE(worst_lag(s, {1, 2, 4, 8}, 100'000), 1 + 1e-6);
    std::vector<double> zipf(100);
    for (std::size_t i = 0; i < zipf.size(); ++i) zipf[i] = 1000. / static_cast<double>(i + 1);
    eevdf many(1);
    EXPECT_LE(worst_lag(many, zipf, 100'000), 1 + 1e-6);
}

/// Of the whole a client's part is off by more than a quantum: that is what EEVDF is better at.
TEST(stride, a_share_of_the_whole_is_off_by_more_than_a_quantum) {
    stride s;
    const double worst = worst_lag(s, {1, 2, 4, 8}, 100'000);
    EXPECT_GT(worst, 1);
    EXPECT_LE(worst, 2);  // half as many as there are clients
}

/// Rounding has no part in that: with whole passes the worst client of weights 1, 2, 4 and 8 is 17 fifteenths of a quantum off, and its
/// schedule is the one above. The paper's bound of one quantum is for two clients.
TEST(stride, in_whole_numbers_is_off_by_as_much) {
    const std::vector<double> tickets = {1, 2, 4, 8};
    stride s;
    for (std::size_t i = 0; i < 4; ++i) s.join(i, tickets[i]);
    std::vector<long> pass = {8, 4, 2, 1}, got(4);
    const std::vector<long> strides = pass, weights = {1, 2, 4, 8};
    long worst = 0;
    for (long quanta = 1; quanta <= 15'000; ++quanta) {
        const auto who = static_cast<std::size_t>(std::min_element(pass.begin(), pass.end()) - pass.begin());
        ASSERT_EQ(*s.next(anybody), who) << "quantum " << quanta;
        s.used(who, 1);
        pass[who] += strides[who];
        ++got[who];
        for (std::size_t i = 0; i < 4; ++i) worst = std::max(worst, std::abs(15 * got[i] - weights[i] * quanta));
    }
    EXPECT_EQ(worst, 17);
}

/// The control: turns in order are no shares.
struct turns {
    std::size_t n = 0, at = 0;
    void join(std::size_t, double) { ++n; }
    template <class Allowed>
    std::optional<std::size_t> next(Allowed) {
        return at++ % n;
    }
    void used(std::size_t, double) {}
};
TEST(shares, round_robin_is_far_from_shares) {
    turns s;
    EXPECT_GT(worst_lag(s, {1, 2, 4, 8}, 1000), 100);
}

/// An agent that sleeps half of the time at random has no more than its share while it is there, and the others have theirs.
template <class Shares>
void come_and_go(Shares s) {
    random_numbers random(5);
    for (std::size_t i = 0; i < 4; ++i) s.join(i, 1);
    std::vector<double> got(4), due(4);
    bool there = true;
    for (int quantum = 0; quantum < 100'000; ++quantum) {
        if (random.below(4) == 0) {
            there ? s.leave(3) : s.enter(3);
            there = !there;
        }
        for (std::size_t i = 0; i < 4; ++i) due[i] += i < 3 || there ? 1. / (there ? 4 : 3) : 0;
        const std::size_t who = *s.next(anybody);
        ASSERT_TRUE(who != 3 || there);
        ++got[who];
        s.used(who, 1);
    }
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(got[i] / due[i], 1, .01) << i;
}
TEST(stride, leaving_and_coming_back_gains_nothing) { come_and_go(stride()); }
TEST(eevdf, leaving_and_coming_back_gains_nothing) { come_and_go(eevdf(1)); }

}  // namespace
}  // namespace maxwell::sim::baselines
