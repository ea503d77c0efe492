// SPDX-License-Identifier: MIT
//
// What holds the temperature: the certificate against simulated loops, the energy budget, the clearing price against its
// definition, and the controller on plants that are not as stated, with sensors that fail. `./run bench --filter thermal`
// runs the whole matrix; here is enough of it to notice when something breaks.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/closed_loop.hpp>
#include <maxwell/thermal/controller.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <vector>

namespace maxwell {
namespace {

using regulator = controller<3, 128>;

// --- stability_certificate ---------------------------------------------------------------------------------------------

/// Does e[k+1] = e[k] - gain e[k-delay] die out?
bool learning_dies_out(double gain, std::size_t delay) {
    std::vector<double> e(delay + 1, 1.);  // the newest is last
    double early = 0;
    double late = 0;
    constexpr int steps = 20'000;
    for (int k = 0; k < steps; ++k) {
        const double next = e.back() - gain * e.front();
        e.erase(e.begin());
        e.push_back(next);
        if (std::abs(next) > 1e100) return false;
        if (k >= 2'000 && k < 4'000) early = std::max(early, std::abs(next));
        if (k >= steps - 2'000) late = std::max(late, std::abs(next));
    }
    return late < early || late == 0;
}

constexpr plant_bounds exactly(std::uint32_t response_q16, std::uint32_t delay) {
    return {response_q16, response_q16, delay};
}

TEST(stability_certificate, learning_is_refused_exactly_where_it_would_not_die_out) {
    for (std::uint32_t delay = 0; delay <= max_delay_samples; ++delay) {
        const double limit = 2 * std::sin(std::numbers::pi / (4. * delay + 2));
        for (const double side : {.5, .99, 1.01, 1.5}) {
            const double gain = limit * side;
            const auto gain_q16 = static_cast<std::uint32_t>(gain * 65536);
            const stability got = certify_learning(exactly(65'536, delay), gain_q16);
            EXPECT_EQ(got == stability::unstable, side > 1) << delay << " " << side;
            EXPECT_EQ(learning_dies_out(gain_q16 / 65536., delay), side < 1) << delay << " " << side;
        }
    }
}

TEST(stability_certificate, the_margins_of_learning_are_what_the_frequency_response_says) {
    for (std::uint32_t delay = 0; delay <= max_delay_samples; ++delay) {
        for (std::uint32_t gain_q16 = 200; gain_q16 < 60'000; gain_q16 += 331) {
            const stability got = certify_learning(exactly(65'536, delay), gain_q16);
            if (got == stability::unstable) continue;
            // L = g z^-delay / (z - 1): |L| = g / (2 sin(w/2)), its phase -90 degrees - (delay + 1/2) w.
            const double g = gain_q16 / 65536.;
            const double crossing = 2 * std::asin(g / 2);
            const double phase_margin = 90 - (delay + .5) * crossing * 180 / std::numbers::pi;
            const double gain_margin_db = 20 * std::log10(2 * std::sin(std::numbers::pi / (4. * delay + 2)) / g);
            const bool kept = phase_margin >= 60 && gain_margin_db >= 8;
            const bool on_the_edge = std::abs(phase_margin - 60) < .01 || std::abs(gain_margin_db - 8) < .01;
            if (!on_the_edge) {
                EXPECT_EQ(got == stability::proven, kept) << delay << " " << gain_q16;
            }
        }
    }
}

TEST(stability_certificate, the_strongest_plant_within_the_bounds_decides) {
    const std::uint32_t gain = 20'000;  // .305, below .347
    EXPECT_EQ(certify_learning({32'768, 65'536, 1}, gain), stability::proven);
    EXPECT_EQ(certify_learning({32'768, 2 * 65'536, 1}, gain), stability::thin_margin);
    EXPECT_EQ(certify_learning({32'768, 4 * 65'536, 1}, gain), stability::unstable);
    EXPECT_EQ(certify_learning({}, ~std::uint32_t{0}), stability::unstable);
    EXPECT_EQ(certify_learning({1, ~std::uint32_t{0}, 1}, ~std::uint32_t{0}), stability::unstable);
}

TEST(stability_certificate, senseless_bounds_and_gains_are_named) {
    EXPECT_EQ(certify_learning({0, 65'536, 1}, 1), stability::bad_bounds);
    EXPECT_EQ(certify_learning({65'537, 65'536, 1}, 1), stability::bad_bounds);
    EXPECT_EQ(certify_learning({1, 65'536, max_delay_samples + 1}, 1), stability::bad_bounds);
    EXPECT_EQ(certify_learning({}, 0), stability::no_gain);
    const pi_plant_bounds good{q32_one / 8, q32_one / 4, q32_one / 4, q32_one / 2};
    EXPECT_EQ(certify_pi(good, q32_one / 8, q32_one / 8), stability::proven);
    EXPECT_EQ(certify_pi(good, -1, q32_one / 8), stability::no_gain);
    EXPECT_EQ(certify_pi(good, q32_one / 8, 0), stability::no_gain);
    EXPECT_EQ(certify_pi({0, 1, 0, 1}, 1, 1), stability::bad_bounds);
    EXPECT_EQ(certify_pi({2, 1, 0, 1}, 1, 1), stability::bad_bounds);
    EXPECT_EQ(certify_pi({1, 2, 0, q32_one}, 1, 1), stability::bad_bounds);
    EXPECT_EQ(certify_pi({1, q32_max, 0, 1}, q32_max, q32_max), stability::bad_bounds);
    EXPECT_EQ(certify_pi(good, q32_max, q32_max), stability::unstable);
}

/// How much the loop of plant b/(z-a), one sample of delay, u = kp e + sum of ki e shrinks in 400 steps.
double pi_growth(double a, double b, double kp, double ki) {
    double y = 1, delayed = 1, integral = 0, early = 0, late = 0;
    for (int k = 0; k < 4'000; ++k) {
        const double e = -delayed;
        integral += ki * e;
        const double u = kp * e + integral;
        delayed = y;
        y = a * y + b * u;
        if (!(std::abs(y) < 1e100)) return INFINITY;
        if (k >= 1'000 && k < 1'400) early = std::max(early, std::abs(y));
        if (k >= 3'600) late = std::max(late, std::abs(y));
    }
    return early == 0 ? 0 : late / early;
}

TEST(stability_certificate, pi_is_certified_exactly_where_it_dies_out) {
    test::dice random(1);
    int proven = 0;
    int refused = 0;
    for (std::size_t n = test::small_scale() ? 800 : 4'000; n != 0; --n) {
        const double a = random.below(1000) / 1000.;
        const double b = (1 + random.below(2000)) / 1000.;
        const double kp = random.below(1500) / 1000. / b;
        const double ki = (1 + random.below(2000)) / 1000. / b;
        const auto q = [](double v) { return static_cast<q32>(v * static_cast<double>(q32_one)); };
        const stability got = certify_pi({q(b), q(b), q(a), q(a)}, q(kp), q(ki));
        const double growth = pi_growth(a, b, kp, ki);
        if (got == stability::proven) {
            ++proven;
            EXPECT_LT(growth, 1.01) << a << " " << b << " " << kp << " " << ki;
        } else {
            ++refused;
            EXPECT_GT(growth, .99) << a << " " << b << " " << kp << " " << ki;
        }
    }
    EXPECT_GT(proven, 20);
    EXPECT_GT(refused, 20);
}

TEST(stability_certificate, pi_bounds_are_certified_only_if_every_plant_in_them_is) {
    test::dice random(2);
    for (std::size_t n = test::scaled(500); n != 0; --n) {
        const auto q = [&random](std::uint32_t most) { return q32{random.below(most)} << 22; };
        pi_plant_bounds bounds{q(500) + 1, 0, q(1000), 0};
        bounds.max_b = bounds.min_b + q(500);
        bounds.max_a = std::min(bounds.min_a + q(300), q32_one - 1);
        const q32 kp = q(1500);
        const q32 ki = q(1500) + 1;
        if (bounds.min_a > bounds.max_a || certify_pi(bounds, kp, ki) != stability::proven) continue;
        for (int i = 0; i <= 4; ++i) {
            for (int j = 0; j <= 4; ++j) {
                const q32 b = bounds.min_b + (bounds.max_b - bounds.min_b) / 4 * i;
                const q32 a = bounds.min_a + (bounds.max_a - bounds.min_a) / 4 * j;
                EXPECT_EQ(certify_pi({b, b, a, a}, kp, ki), stability::proven);
            }
        }
    }
}

// --- energy_budget -----------------------------------------------------------------------------------------------------

TEST(energy_budget, never_admits_more_than_is_released_and_one_dispatch) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        test::dice random(seed);
        energy_budget budget(10);
        std::uint32_t cap = 0;
        std::int64_t ahead = 0;  // the most that was ever admitted beyond what was released since some quantum
        for (int quantum = 0; quantum < 400; ++quantum) {
            if (quantum % 10 == 0) budget.open(cap = random.below(200'000));
            std::uint32_t burnt = 0;
            for (std::uint32_t asks = random.below(30); asks != 0; --asks) {
                const std::uint32_t mw = 1 + random.below(20'000);
                const std::uint32_t before = budget.allowance_mw();
                ASSERT_EQ(budget.admit(mw), mw <= before);
                if (mw <= before) burnt += mw;
            }
            ahead = std::max<std::int64_t>(ahead, 0) + burnt - cap;
            ASSERT_LE(ahead, 20'000) << seed << " " << quantum;
            budget.next_quantum(burnt);
        }
    }
}

TEST(energy_budget, meets_a_cap_between_two_whole_dispatches_on_average) {
    for (std::uint32_t cap = 1'000; cap < 300'000; cap += 7'777) {
        energy_budget budget(10);
        std::uint64_t burnt = 0;
        for (int quantum = 0; quantum < 1'000; ++quantum) {
            budget.open(cap);
            std::uint32_t now = 0;
            if (budget.admit(50'000)) now = 50'000;  // a single core, and it asks once
            burnt += now;
            budget.next_quantum(now);
        }
        EXPECT_NEAR(static_cast<double>(burnt) / 1000, std::min(cap, 50'000u), 101) << cap;
        burnt = 0;
        for (int quantum = 0; quantum < 1'000; ++quantum) {
            std::uint32_t now = 0;
            while (budget.admit(200'000)) now += 200'000;
            burnt += now;
            budget.next_quantum(now);
        }
        EXPECT_NEAR(static_cast<double>(burnt) / 1000, cap, 401) << "a dispatch takes longer than a quantum's part";
    }
}

TEST(energy_budget, energy_not_asked_for_lapses) {
    energy_budget budget(10);
    budget.open(100);
    for (int quantum = 0; quantum < 50; ++quantum) {
        EXPECT_EQ(budget.allowance_mw(), quantum == 0 ? 100u : 120u) << "a dispatch more than the quantum's part";
        EXPECT_TRUE(budget.admit(20));
        budget.next_quantum(20);
    }
    for (int quantum = 0; quantum < 50; ++quantum) budget.next_quantum(0);
    EXPECT_EQ(budget.allowance_mw(), 100u);
}

TEST(energy_budget, energy_beyond_the_cap_is_owed_up_to_a_window) {
    energy_budget budget(4);
    budget.open(100);
    budget.next_quantum(250);
    EXPECT_EQ(budget.allowance_mw(), 0u);
    budget.next_quantum(0);
    EXPECT_EQ(budget.allowance_mw(), 50u);
    budget.next_quantum(1'000'000);
    for (int quantum = 0; quantum < 4; ++quantum) {
        EXPECT_EQ(budget.allowance_mw(), 0u) << quantum;
        budget.next_quantum(0);
    }
    EXPECT_EQ(budget.allowance_mw(), 100u);
}

TEST(energy_budget, extremes_do_not_wrap) {
    energy_budget budget(~std::uint32_t{0});
    EXPECT_TRUE(budget.admit(0));
    EXPECT_FALSE(budget.admit(1));
    budget.open(~std::uint32_t{0});
    EXPECT_TRUE(budget.admit(~std::uint32_t{0}));
    EXPECT_FALSE(budget.admit(1));
    for (int quantum = 0; quantum < 100; ++quantum) {
        budget.debit(~std::uint32_t{0});
        budget.next_quantum(~std::uint32_t{0});
        ASSERT_EQ(budget.allowance_mw(), 0u);
    }
}

// --- clearing_price ----------------------------------------------------------------------------------------------------

std::uint64_t demand_at(std::vector<power_bid> const& bids, std::uint64_t p) {
    std::uint64_t mw = 0;
    for (power_bid const& b : bids) mw += b.amount >= p ? b.mw : 0;
    return mw;
}

void expect_clears(std::vector<power_bid> const& bids, std::uint64_t cap) {
    const clearing c = clearing_price(bids, cap);
    EXPECT_EQ(c.scarce, demand_at(bids, 0) > cap);
    EXPECT_EQ(c.uncleared, demand_at(bids, ~price{0}) > cap);
    if (!c.scarce) {
        EXPECT_EQ(c.clearing_price, 0u);
        EXPECT_EQ(c.demand_mw, demand_at(bids, 0));
        return;
    }
    EXPECT_GT(demand_at(bids, c.marginal_price), cap);
    if (c.uncleared) {
        EXPECT_EQ(c.clearing_price, ~price{0});
        EXPECT_EQ(c.demand_mw, 0u);
        return;
    }
    EXPECT_EQ(c.clearing_price, c.marginal_price + 1);
    EXPECT_LE(demand_at(bids, c.clearing_price), cap);
    EXPECT_EQ(c.demand_mw, demand_at(bids, c.clearing_price));
}

TEST(clearing_price, is_the_least_at_which_demand_fits) {
    for (std::uint32_t code = 0; code < 4 * 4 * 4 * 27; ++code) {  // all markets of three bidders
        std::vector<power_bid> bids;
        for (std::uint32_t rest = code, i = 0; i < 3; ++i, rest /= 12) bids.push_back({rest % 4, 1 + rest / 4 % 3});
        for (std::uint64_t cap = 0; cap < 11; ++cap) expect_clears(bids, cap);
    }
    test::dice random(3);
    for (std::size_t n = test::scaled(5'000); n != 0; --n) {
        std::vector<power_bid> bids(random.below(40));
        const std::uint32_t spread = random.below(32);
        for (power_bid& b : bids) b = {random() >> spread << random.below(spread + 1), random() >> random.below(32)};
        if (!bids.empty() && random.below(4) == 0) bids[0].amount = ~price{0};
        expect_clears(bids, random.below(2) == 0 ? random() : demand_at(bids, 0));
    }
}

TEST(clearing_price, without_one_bidder_is_what_that_bidder_has_to_bid_to_run) {
    test::dice random(4);
    for (int n = 0; n < 2'000; ++n) {
        std::vector<power_bid> bids(1 + random.below(8));
        for (power_bid& b : bids) b = {random.below(10), 1 + random.below(10)};
        const std::size_t except = random.below(bids.size());
        const std::uint64_t cap = random.below(30);
        const clearing without = clearing_price(bids, cap, except);
        for (price amount = 0; amount < 12; ++amount) {
            std::vector<power_bid> with = bids;
            with[except].amount = amount;
            const clearing all = clearing_price(with, cap);
            EXPECT_EQ(amount >= all.clearing_price && !all.uncleared,
                      !without.uncleared && amount >= without.clearing_price);
        }
        EXPECT_EQ(without.uncleared, bids[except].mw > cap) << "no price makes room for watts above the cap";
    }
    const power_bid three[] = {{5, 1}, {4, 1}, {3, 1}};
    EXPECT_EQ(clearing_price(three, 2, 2).clearing_price, 5u)
        << "two milliwatts for the others leave none for the third";
    EXPECT_EQ(clearing_price(three, 2, 7).clearing_price, clearing_price(three, 2).clearing_price);
}

/// Share of all small markets in which somebody gains by another bid: everybody at or above the price runs and pays it.
double profitable_share(bool next_window, bool from_the_others) {
    constexpr price ticks = 6;
    constexpr int agents = 3;
    std::uint64_t cases = 0;
    std::uint64_t profitable = 0;
    for (std::uint32_t code = 0; code < ticks * ticks * ticks * 8; ++code) {
        std::vector<power_bid> honest;
        std::uint32_t rest = code;
        for (int i = 0; i < agents; ++i, rest /= ticks) honest.push_back({rest % ticks, 0});
        for (int i = 0; i < agents; ++i) honest[static_cast<std::size_t>(i)].mw = 1 + (rest >> i & 1);
        for (std::uint64_t cap = 1; cap <= 4; ++cap) {
            for (std::size_t who = 0; who < agents; ++who) {
                const std::int64_t value =
                    2 * std::int64_t{honest[who].amount} + 1;  // half a tick above the honest bid
                const auto utility = [&](price amount) {
                    std::vector<power_bid> bids = honest;
                    bids[who].amount = amount;
                    std::int64_t total = 0;
                    const auto window = [&](price p) {
                        if (bids[who].amount >= p) total += value - 2 * std::int64_t{p};
                    };
                    if (!next_window) window(clearing_price(bids, cap).clearing_price);
                    if (next_window) {
                        // The price of the second window is made from the bids of the first; there it bids its value again.
                        const price later = clearing_price(bids, cap, from_the_others ? who : no_bidder).clearing_price;
                        window(clearing_price(bids, cap).clearing_price);
                        bids[who].amount = honest[who].amount;
                        window(later);
                    }
                    return total;
                };
                ++cases;
                bool gains = false;
                for (price other = 0; other <= ticks; ++other)
                    gains = gains || utility(other) > utility(honest[who].amount);
                profitable += gains ? 1 : 0;
            }
        }
    }
    return static_cast<double>(profitable) / static_cast<double>(cases);
}

TEST(clearing_price, no_misreport_pays_in_the_window_it_is_made_for) { EXPECT_EQ(profitable_share(false, false), 0); }

TEST(clearing_price, a_misreport_can_pay_in_the_next_window_unless_the_price_is_made_from_the_others) {
    EXPECT_GT(profitable_share(true, false), .02);
    EXPECT_EQ(profitable_share(true, true), 0);
}

TEST(next_price, moves_within_limits_and_slew_and_never_falls_when_more_is_wanted) {
    test::dice random(5);
    for (int n = 0; n < 100'000; ++n) {
        const auto any = [&random] { return random() >> random.below(32); };
        price_limits limits{any(), any(), random.below(40), random.below(40), 0};
        if (limits.min_price > limits.max_price) std::swap(limits.min_price, limits.max_price);
        const price last = any();
        price less = any();
        price more = any();
        if (less > more) std::swap(less, more);
        const price p = next_price(last, less, limits);
        ASSERT_LE(p, next_price(last, more, limits));
        ASSERT_TRUE(p >= limits.min_price && p <= limits.max_price);
        const double up = 1 + std::floor(last * std::exp2(-static_cast<double>(limits.rise_shift)));
        const double down = 1 + std::floor(last * std::exp2(-static_cast<double>(limits.fall_shift)));
        const double expected = std::clamp<double>(less, std::max(0., last - down), last + up);
        ASSERT_EQ(p, std::clamp<double>(expected, limits.min_price, limits.max_price));
    }
}

// --- controller --------------------------------------------------------------------------------------------------------

controller_settings<3> usual() { return sim::settings_for(sim::server_machine()); }

std::vector<price> bids_of(std::size_t cores, bool equal) {
    std::vector<price> bids;
    for (std::size_t i = 0; i < cores; ++i) bids.push_back(static_cast<price>(equal ? 100 : 1'000 - 900 * i / cores));
    return bids;
}

sim::thermal_outcome run(sim::thermal_scenario const& s, bool equal = false) {
    sim::auction_governor g(sim::settings_for(s.makers, s.target_c), bids_of(64, equal),
                            (s.makers.most_w - s.makers.idle_w) / 64, s.watts_error);
    const sim::thermal_outcome out = run_closed_loop(g, s);
    EXPECT_TRUE(g.inner().check_invariants());
    return out;
}

TEST(controller, caps_power_as_the_formula_says) {
    test::dice random(6);
    auto c = regulator::create(usual());
    ASSERT_TRUE(c);
    for (int n = 0; n < 20'000; ++n) {
        const bool opened = c->step(40'000 + random.below(200'000));
        if (n % 100 == 99) c->observe(static_cast<std::int32_t>(50'000 + random.below(20'000)), 99);
        if (!opened) continue;
        const auto& o = c->observer();
        if (n % 100 == 99) continue;  // the reading came after the cap
        const double one = static_cast<double>(q32_one);
        const double doubt = std::max(0., static_cast<double>(o.error_bound()) / one - 1);
        const double aim = 85 - .14 - 4 * doubt - static_cast<double>(o.excess()) / one;
        double cap = (aim - static_cast<double>(o.coasting()) / one) / (static_cast<double>(o.warming()) / one) * 1000;
        if (o.trust() == trust_level::nothing) cap = std::min<double>(cap, c->safe_mw());
        ASSERT_NEAR(c->cap_mw(), std::clamp(cap, 40'000., 240'000.), 2);
    }
}

TEST(controller, the_first_quantum_too_admits_what_the_idle_power_leaves) {
    const auto c = regulator::create(usual());
    ASSERT_TRUE(c);
    EXPECT_GT(c->cap_mw(), 40'000u);
    EXPECT_EQ(c->allowance_mw(), c->cap_mw() - 40'000);
}

TEST(controller, the_safe_cap_is_what_the_hottest_plant_survives) {
    const auto c = regulator::create(usual());
    EXPECT_NEAR(c->safe_mw(), (85 - .14 - 45) / (.35 * 1.25) * 1000, 1);
}

TEST(controller, zeroed_memory_admits_nothing) {
    regulator c;
    for (int n = 0; n < 100; ++n) {
        EXPECT_FALSE(c.admit(1));
        c.step(0);
        EXPECT_EQ(c.cap_mw(), 0u);
        EXPECT_TRUE(c.check_invariants());
    }
}

TEST(controller, more_heat_never_lowers_the_price) {
    test::dice random(7);
    std::vector<power_bid> bids;
    for (std::uint32_t i = 0; i < 64; ++i) bids.push_back({1'000 - 10 * i, 3'125});
    auto c = regulator::create(usual());
    for (std::size_t n = test::scaled(4'000); n != 0; --n) {
        regulator colder = *c;
        regulator hotter = *c;
        const std::int32_t predicted = milli_from_q32(c->observer().temperature());
        const std::int32_t reading = predicted + static_cast<std::int32_t>(random.below(8'000)) - 4'000;
        colder.observe(reading, 0);
        hotter.observe(reading + static_cast<std::int32_t>(random.below(20'000)), 0);
        for (int quantum = 0; quantum < 20; ++quantum) {
            const std::uint32_t mw = 40'000 + random.below(100'000);
            const bool opened = colder.step(mw);
            ASSERT_EQ(opened, hotter.step(mw));
            if (!opened) continue;
            ASSERT_GE(colder.cap_mw(), hotter.cap_mw());
            ASSERT_LE(colder.reprice(bids), hotter.reprice(bids));
        }
        for (int quantum = 0; quantum < 100; ++quantum) c->step(std::min(c->cap_mw(), 40'000 + random.below(200'000)));
        c->observe(milli_from_q32(c->observer().temperature()) + static_cast<std::int32_t>(random.below(2'000)) - 1'000,
                   0);
        c->reprice(bids);
    }
}

TEST(controller, the_price_is_the_safe_one_while_nothing_is_known) {
    controller_settings<3> s = usual();
    s.prices.safe_price = 5'000;
    s.observer.model_timeout_quanta = 500;
    auto c = regulator::create(s);
    const power_bid bids[] = {{100, 1'000}};
    for (int n = 0; n < 1'000; ++n) {
        if (!c->step(40'000)) continue;
        const price p = c->reprice(bids);
        if (c->observer().trust() == trust_level::nothing) {
            EXPECT_EQ(p, 5'000u);
            EXPECT_LE(c->cap_mw(), c->safe_mw());
        } else {
            EXPECT_EQ(p, 0u) << "everything fits";
        }
        EXPECT_TRUE(c->check_invariants());
    }
}

TEST(controller, holds_the_target_on_the_plant_as_stated) {
    for (std::uint64_t seed = 1; seed <= (test::small_scale() ? 1u : 3u); ++seed) {
        for (const bool equal : {false, true}) {
            sim::thermal_scenario s;
            s.seed = seed;
            const auto out = run(s, equal);
            EXPECT_LE(out.overshoot_k, .25);
            EXPECT_LE(out.settling_s, 3);
            EXPECT_LE(out.sigma_k, .1);
            EXPECT_GE(out.throughput, .995);
            EXPECT_EQ(out.over_limit_s, 0);
        }
    }
}

TEST(controller, holds_the_target_on_plants_that_are_a_quarter_off) {
    for (int corner = 0; corner < 64; corner += test::small_scale() ? 32 : 7) {
        sim::thermal_scenario s;
        for (int i = 0; i < 3; ++i) {
            s.resistance_scale.push_back((corner >> i & 1) != 0 ? 1.25 : .75);
            s.capacity_scale.push_back((corner >> (3 + i) & 1) != 0 ? 1.25 : .75);
        }
        const auto out = run(s);
        EXPECT_LE(out.overshoot_k, 2) << corner;
        EXPECT_LE(out.settling_s, 3) << corner;
        EXPECT_LE(out.sigma_k, .1) << corner;
        s.warmer_k = corner % 2 == 0 ? 5 : -5;
        s.warm_up_s = 0;
        EXPECT_LE(run(s).overshoot_k, 3) << corner;
    }
}

TEST(controller, stays_below_the_limit_whatever_the_sensor_says) {
    using sim::sensor_fault;
    for (const auto fault : {sensor_fault::missing, sensor_fault::stuck, sensor_fault::colder, sensor_fault::hotter,
                             sensor_fault::wild, sensor_fault::off_scale, sensor_fault::repeating}) {
        for (const double from : {-15., 0., 60.}) {
            sim::thermal_scenario s;
            s.seconds = 100;
            s.fault = fault;
            s.fault_from_s = from;
            s.fault_to_s = from + (test::small_scale() ? 5 : 200);
            EXPECT_EQ(run(s).over_limit_s, 0) << static_cast<int>(fault) << " from " << from;
            if (test::small_scale()) break;
        }
    }
}

TEST(controller, stays_below_the_limit_when_the_fan_fails) {
    sim::thermal_scenario s;
    s.fan_fails_s = 70;
    const auto out = run(s);
    EXPECT_EQ(out.over_limit_s, 0);
    EXPECT_LE(out.overshoot_k, 1);
}

}  // namespace
}  // namespace maxwell
