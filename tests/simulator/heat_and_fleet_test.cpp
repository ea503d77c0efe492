// SPDX-License-Identifier: MIT
//
// A machine that heats up, a fleet of machines, and a device that sells batches: what physics and theory say of them, and controls.

#include "sim/device.hpp"
#include "sim/fleet.hpp"
#include "sim/machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace maxwell::simulator {
namespace {

run_result run_hot(std::string const& governor, std::string const& policy, double seconds, double warm_up_s,
                   double publish_ms = 10, double crash_s = 1e9) {
    point p;
    group g;
    g.agents = 24;
    g.value = {sim::distribution_kind::uniform, 100, 1000, 0};
    p.groups = {g};
    p.machine.processors = 16;
    p.machine.thermal = thermal_settings{"server", governor, 85, 88, publish_ms, 8, crash_s};
    experiment e;
    e.seconds = seconds;
    e.warm_up_s = warm_up_s;
    std::atomic<bool> stop = false;
    return *run_machine(e, p, *find_policy(policy), 1, {{}}, stop);
}

/// 240 W for ever: 40 C and .35 K a watt are 124 C. Its slowest time constant is 22.9 s.
TEST(heat, without_control_a_die_is_as_hot_as_its_resistance_implies) {
    const run_result r = run_hot("none", "round robin", 20, 230);
    EXPECT_NEAR(r[metric::mean_temperature], 124, .02);
    EXPECT_GT(r[metric::over_limit], 200);
    EXPECT_NEAR(r[metric::busy], 1, 1e-9);
}

/// At 85 C the plant can lose 45 / .35 = 128.6 W; 88.6 of them are work, of 200 W at full speed: 44.3 %.
TEST(heat, the_controller_holds_the_target_and_the_best_bids_have_what_is_left) {
    for (std::string const policy : {"market/tournament_tree", "vcg", "round robin"}) {
        const run_result r = run_hot("maxwell", policy, 60, 60);
        EXPECT_NEAR(r[metric::mean_temperature], 84.8, .4) << policy;
        EXPECT_LT(r[metric::sigma], .2) << policy;
        EXPECT_LT(r[metric::overshoot], 1) << policy;
        EXPECT_EQ(r[metric::over_limit], 0) << policy;
        EXPECT_NEAR(r[metric::busy], .443, .012) << policy;
    }
    // Slowing all processors down, as a frequency does, burns as much and serves the low bids as well.
    const double chosen = run_hot("maxwell", "market/tournament_tree", 30, 60)[metric::value];
    const double slowed = run_hot("power_allocator", "market/tournament_tree", 30, 60)[metric::value];
    EXPECT_GT(chosen, 1.05 * slowed);
}

/// What docs/prices.md says of a page that nobody publishes on any more, worked out once more: steps of 2^20 ns, of which the price holds
/// for 20 and is the safe one, eight times as high, from the 36th on, in a straight line between.
double price_without_a_successor(std::uint64_t age_ns) {
    const double step = std::floor(static_cast<double>(age_ns) / 1048576);
    return std::ceil(100 * std::clamp(1 + 7 * (step - 20) / 16, 1., 8.));
}

/// An agent that bids more than the safe price pays what the page asks; one that bids 150 is barred as soon as that is more.
TEST(heat, a_page_that_is_never_published_again_walks_to_the_safe_price) {
    const std::vector<double> with_accounts = {1}, plain;
    for (std::string const name : {"market/tournament_tree", "market/lazy_heap", "choices", "first price"}) {
        for (std::vector<double> const& lanes : {plain, with_accounts}) {
            for (const price amount : {price{900}, price{150}}) {
                const auto page = std::make_unique<price_page<max_lanes>>();
                const std::vector<agent_view> agents = {{0, amount}};
                const auto with = find_policy(name)->make(
                    {1, false, 1'000'000, 1, 1000, 500, {1}, &agents, 1, 1, {lanes, {}, 0}, page.get()});
                with->admit(0);
                with->wake(0, 0);
                ASSERT_TRUE(page->publish(flat_prices(lanes, 8, 100, 3'000'000)));
                std::uint64_t start_ns = 3'000'000;
                for (std::uint64_t now_ns = start_ns; now_ns < 150'000'000; now_ns += 1'000'000) {
                    if (now_ns == 80'000'000) page->publish(flat_prices(lanes, 8, 100, start_ns = now_ns));
                    with->look_at_page(now_ns);
                    const pick p = with->decide(0, now_ns);
                    const double due = price_without_a_successor(now_ns - start_ns);
                    ASSERT_EQ(p.slot != no_slot, amount >= due) << name << ", " << now_ns;
                    if (p.slot == no_slot) continue;
                    ASSERT_EQ(p.payment, name == "first price" ? amount : due) << name << ", " << now_ns;
                    with->ended(0, 0, 1'000'000, true);
                }
            }
        }
    }
}

/// Up to its horizon and as long again an old price costs no work, and a crash all of it but that of bids of eight times the price.
TEST(heat, an_old_page_costs_nothing_until_its_hold_ends) {
    const auto busy = [](double publish_ms, double crash_s) {
        return run_hot("maxwell", "market/tournament_tree", 4, 40, publish_ms, crash_s)[metric::busy];
    };
    const double fresh = busy(10, 1e9);
    EXPECT_NEAR(fresh, .443, .012);
    EXPECT_NEAR(busy(20, 1e9), fresh, .01);
    EXPECT_LT(busy(200, 1e9), .6 * fresh);
    EXPECT_LT(busy(10, 39.95), 1e-9);
}

run_result run_small_fleet(fleet_policy with, double signal_age_ms, double load = .9) {
    point p;
    fleet_settings f;
    f.machines = 40;
    f.processors = 16;
    f.epoch_ms = 10;
    f.run_ms = 200;
    f.patience_ms = 1000;
    f.signal_age_ms = signal_age_ms;
    f.load = load;
    f.swing = .4;
    f.swing_s = 10;
    f.move_ms = 10;
    f.value = {sim::distribution_kind::lognormal, 1000, 1, 0};
    p.fleet = f;
    experiment e;
    e.seconds = 20;
    e.warm_up_s = 2;
    std::atomic<bool> stop = false;
    return *run_fleet(e, p, with, 1, stop);
}

TEST(fleet, one_market_is_what_the_others_are_compared_with) {
    EXPECT_EQ(run_small_fleet(fleet_policy::one, 10)[metric::over_best], 1);
    for (const fleet_policy with :
         {fleet_policy::stay, fleet_policy::two, fleet_policy::cheapest, fleet_policy::leave}) {
        const run_result r = run_small_fleet(with, 10);
        EXPECT_LT(r[metric::over_best], 1.001);
        EXPECT_GT(r[metric::over_best], .9);
    }
}

/// Jobs a second: 40 machines, 16 processors, 200 ms, load .5: 1,600. Only those give up that need more than their patience, e^-5 of all.
TEST(fleet, serves_what_arrives) {
    const run_result r = run_small_fleet(fleet_policy::one, 10, .5);
    EXPECT_NEAR(r[metric::finished], 1590, 25);
    EXPECT_NEAR(r[metric::gave_up], .0067, .0025);
}

/// A fresh signal is worth having. An old one sends everybody to where it was cheap: worse than none.
TEST(fleet, an_old_signal_is_worse_than_none) {
    const double none = run_small_fleet(fleet_policy::stay, 10)[metric::over_best];
    EXPECT_GT(run_small_fleet(fleet_policy::two, 10)[metric::over_best], none);
    EXPECT_LT(run_small_fleet(fleet_policy::cheapest, 5000)[metric::over_best], none);
    EXPECT_EQ(run_small_fleet(fleet_policy::stay, 5000)[metric::over_best], none);  // it doesn't look
}

sim::distribution fixed(double v) { return {sim::distribution_kind::constant, v, 0, 0}; }

run_result run_small_device(device_policy with, double load, sim::distribution units, double seconds = 50) {
    point p;
    p.device.emplace();
    p.device->capacity = 40;
    p.device->load = load;
    p.device->units = units;
    p.device->run_ms = fixed(20);
    p.device->patience_ms = fixed(200);
    p.device->value = {sim::distribution_kind::uniform, 100, 1000, 0};
    experiment e;
    e.seconds = seconds;
    std::atomic<bool> stop = false;
    return *run_device(e, p, with, 1, stop);
}

/// Jobs of a quarter of the units, a batch long, at half the load: 100 a second, all of them served, and nobody else's bid to pay.
TEST(device, serves_what_arrives) {
    for (device_policy_info const& with : device_policies()) {
        const run_result r = run_small_device(with.kind, .5, fixed(10));
        EXPECT_NEAR(r[metric::finished], 100, 4) << with.name;
        EXPECT_NEAR(r[metric::busy], .5, .02) << with.name;
        EXPECT_LT(r[metric::gave_up], .001) << with.name;
        EXPECT_LT(r[metric::revenue], .25) << with.name;
    }
}

/// One job of 30 units fits into 40. With more than enough of them 30 are in use, and the best is served: no more than 30 / 40 of what
/// divisible units could be worth, and no less if the next best is worth nearly as much.
TEST(device, what_does_not_fit_stays_unsold) {
    for (const device_policy with : {device_policy::skip, device_policy::stop}) {
        const run_result r = run_small_device(with, 3, fixed(30));
        EXPECT_NEAR(r[metric::busy], .75, .01);
        EXPECT_GT(r[metric::over_best], .75);
        EXPECT_LT(r[metric::over_best], .85);
        EXPECT_GT(r[metric::revenue], .7);
        EXPECT_LT(r[metric::revenue], 1);
    }
}

/// Passing over what doesn't fit sells more than ending the sale there. Not to look at bids is worth less, which is the control.
TEST(device, skipping_sells_more_units) {
    const sim::distribution units{sim::distribution_kind::uniform, 1, 20, 0};
    const run_result skip = run_small_device(device_policy::skip, 2, units);
    const run_result stop = run_small_device(device_policy::stop, 2, units);
    EXPECT_GT(skip[metric::busy], stop[metric::busy] + .02);
    EXPECT_GT(skip[metric::over_best], .93);
    EXPECT_LE(skip[metric::over_best], 1);
    EXPECT_GT(stop[metric::over_best], .75);
    for (const device_policy blind : {device_policy::first_come, device_policy::random_order}) {
        const run_result r = run_small_device(blind, 2, units);
        EXPECT_LT(r[metric::over_best], .85);
        EXPECT_EQ(r[metric::revenue], 0);
    }
}

TEST(device, same_seed_same_result) {
    const sim::distribution units{sim::distribution_kind::uniform, 1, 20, 0};
    EXPECT_EQ(run_small_device(device_policy::skip, 2, units, 5)[metric::value],
              run_small_device(device_policy::skip, 2, units, 5)[metric::value]);
}

}  // namespace
}  // namespace maxwell::simulator
