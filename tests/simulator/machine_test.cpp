// SPDX-License-Identifier: MIT
//
// Runs of the simulator whose result is known without it.

#include "sim/machine.hpp"
#include "sim/policy.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <string>
#include <vector>

namespace maxwell::simulator {
namespace {

using sim::distribution;
using sim::distribution_kind;

distribution constant(double v) { return {distribution_kind::constant, v, 0, 0}; }
distribution uniform(double from, double to) { return {distribution_kind::uniform, from, to, 0}; }

group standing(std::uint32_t agents, distribution value) {
    group g;
    g.agents = agents;
    g.value = value;
    return g;
}

run_result run(point const& p, std::string const& policy, double seconds, std::uint64_t seed = 1,
               double warm_up_s = 0) {
    experiment e;
    e.seconds = seconds;
    e.warm_up_s = warm_up_s;
    std::atomic<bool> stop = false;
    const std::vector<std::vector<sim::job>> no_traces(p.groups.size());
    return *run_machine(e, p, *find_policy(policy), seed, no_traces, stop);
}

std::vector<std::string> exact_markets() { return {"market/tournament_tree", "market/lazy_heap", "first price"}; }

/// Two agents worth 7 and 3 on one processor: the better one always runs, and pays 4, since it bids again each quantum and at 3 the other
/// came first.
TEST(machine, the_better_of_two_runs_and_pays_the_other) {
    point p;
    p.groups = {standing(1, constant(7)), standing(1, constant(3))};
    const run_result r = run(p, "market/tournament_tree", 1);
    EXPECT_DOUBLE_EQ(r[metric::value], 7);
    EXPECT_DOUBLE_EQ(r[metric::over_best], 1);
    EXPECT_NEAR(r[metric::revenue], 4. / 7, .001);  // the first time it pays 3
    EXPECT_DOUBLE_EQ(r[metric::jain], .5);
    EXPECT_DOUBLE_EQ(r[metric::gini], .5);
    EXPECT_NEAR(r[metric::longest_wait], 1000, 1e-6);  // the other waits for all of the second
    EXPECT_NEAR(r.groups[0].utility, 3. / 7, .001);
    EXPECT_NEAR(run(p, "first price", 1)[metric::revenue], 1, 1e-12);
    EXPECT_NEAR(run(p, "round robin", 1)[metric::value], 5, 1e-12);
    EXPECT_NEAR(run(p, "round robin", 1)[metric::over_best], 5. / 7, 1e-12);
}

/// One agent runs for 300 us and sleeps for 700: by itself, whatever the quantum, it has 30 % of the time.
TEST(machine, an_agent_alone_has_what_it_asks_for) {
    point p;
    p.groups = {standing(1, constant(5))};
    p.groups[0].run_us = constant(300);
    p.groups[0].sleep_us = constant(700);
    p.machine.together = false;
    for (const double quantum_us : {100., 250., 1000.}) {
        p.machine.quantum_us = quantum_us;
        for (policy_info const& with : all_policies()) {
            if (with.together_only || with.name == "gumbel") continue;  // a newcomer of gumbel has an epoch to wait
            const run_result r = run(p, std::string(with.name), 1);
            EXPECT_NEAR(r[metric::busy], .3, .001) << with.name;
            EXPECT_NEAR(r[metric::finished], 1000, 1) << with.name;
            EXPECT_NEAR(r[metric::slowdown], 1, 1e-9) << with.name;
            EXPECT_EQ(r[metric::longest_wait], 0) << with.name;
        }
    }
}

/// Exact containers choose the best waiting agent at every decision; tiers nearly; a draw at random doesn't, which is the control.
TEST(machine, exact_markets_take_the_best_at_every_decision) {
    point p;
    p.groups = {standing(60, uniform(100, 10'000)), standing(20, {distribution_kind::lognormal, 3000, 1, 0})};
    p.groups[0].run_us = distribution{distribution_kind::exponential, 900, 0, 0};
    p.groups[0].sleep_us = distribution{distribution_kind::exponential, 20'000, 0, 0};
    p.groups[1].revalue_ms = 30;
    for (const std::uint32_t processors : {1u, 3u}) {
        for (const bool together : {true, false}) {
            p.machine.processors = processors;
            p.machine.together = together;
            for (std::string const& name : exact_markets())
                EXPECT_NEAR(run(p, name, 2)[metric::over_best], 1, 1e-12) << name;
            const double tiers = run(p, "market/stratified_buckets", 2)[metric::over_best];
            EXPECT_GT(tiers, .992);
            EXPECT_LT(run(p, "random", 2)[metric::over_best], .9);
        }
    }
}

/// Worth 7 in a lane of multiplier 1 and 10 in one of 2: the first ranks at 7 and the second at 5. Without lanes it is the other way round.
TEST(machine, a_dearer_lane_has_to_bid_more) {
    point p;
    p.groups = {standing(1, constant(7)), standing(1, constant(10))};
    EXPECT_DOUBLE_EQ(run(p, "market/tournament_tree", 1)[metric::value], 10);
    p.machine.lanes = {1, 2};
    p.groups[1].lane = 1;
    for (char const* name : {"market/tournament_tree", "market/lazy_heap", "market/stratified_buckets"}) {
        const run_result r = run(p, name, 1);
        EXPECT_DOUBLE_EQ(r[metric::value], 7) << name;
        EXPECT_DOUBLE_EQ(r[metric::revenue], 5. / 7) << name;  // 10 / 2, and the lower lane wins a tie
    }
    EXPECT_DOUBLE_EQ(run(p, "first price", 1)[metric::value], 10);  // it has no lanes
}

/// What an owner pays is at most what its account had and got. A budget that never binds changes nothing.
TEST(machine, nobody_pays_more_than_its_account_had) {
    point p;
    p.groups = {standing(4, uniform(100, 1000)), standing(4, uniform(100, 1000))};
    for (group& g : p.groups) g.owners = 1, g.revalue_ms = 5;
    p.machine.processors = 2;
    const run_result free = run(p, "market/tournament_tree", 2);
    p.machine.budget = budget_settings{1e9, 1e12};
    const run_result rich = run(p, "market/tournament_tree", 2);
    EXPECT_DOUBLE_EQ(rich[metric::value], free[metric::value]);
    EXPECT_DOUBLE_EQ(rich[metric::revenue], free[metric::revenue]);
    p.groups[0].budget = budget_settings{100'000, 1'000'000};  // a tenth of what it would pay
    const run_result poor = run(p, "market/tournament_tree", 2);
    const double ticks = (poor.groups[0].value - poor.groups[0].utility) * poor[metric::value] * 2e6;
    EXPECT_LE(ticks, 1'000'000 + 2'000 * 100'000);
    EXPECT_GT(ticks, .9 * 2'000 * 100'000);
    EXPECT_LT(poor.groups[0].time, .8 * rich.groups[0].time);
    EXPECT_GT((rich.groups[0].value - rich.groups[0].utility) * rich[metric::value] * 2e6, 5 * ticks);
}

/// Budgets of two fifths of what truth would pay. Without pacers empty accounts bid what they have just got, whatever the value; with pacers
/// all bids are lower and in the order of values, so nearly nothing is lost, and nobody pays more than before. Pacers of budgets that don't
/// bind change nothing.
TEST(machine, pacers_keep_most_of_the_value_that_empty_accounts_lose) {
    point p;
    p.groups = {standing(10, uniform(100, 1000)), standing(10, uniform(100, 1000))};
    for (group& g : p.groups) g.owners = 1, g.revalue_ms = 20;
    const auto measure = [&p](double per_ms, bool paced) {
        p.machine.budget = budget_settings{per_ms, 50 * per_ms, paced};
        return run(p, "market/tournament_tree", 3, 1, 6);
    };
    const run_result rich = measure(1e6, false), poor = measure(150'000, false), thrifty = measure(150'000, true);
    EXPECT_EQ(measure(1e6, true)[metric::value], rich[metric::value]);
    EXPECT_LT(poor[metric::value], .8 * rich[metric::value]);
    EXPECT_GT(thrifty[metric::value], .95 * rich[metric::value]);
    EXPECT_LE(thrifty[metric::value] * thrifty[metric::revenue], 1.001 * poor[metric::value] * poor[metric::revenue]);
}

/// Bids that are left on a board are known one decision later; if a decision takes few of them, they get old.
TEST(machine, a_board_brings_the_newest_bids_as_far_as_they_are_taken) {
    point p;
    p.groups = {standing(100, uniform(1, 100'000))};
    p.groups[0].revalue_ms = 20;
    p.machine.from_board = 4096;
    EXPECT_NEAR(run(p, "market/tournament_tree", 2)[metric::over_best], 1, 1e-12);
    p.machine.from_board = 5;  // as many as are drawn anew in a quantum
    const double few = run(p, "market/tournament_tree", 2)[metric::over_best];
    p.machine.from_board = 1;
    const double one = run(p, "market/tournament_tree", 2)[metric::over_best];
    EXPECT_GT(few, .95);
    EXPECT_LT(one, few - .05);
}

/// Policies are compared on the same events: what agents want doesn't depend on who runs.
TEST(machine, what_arrives_is_the_same_under_every_policy) {
    point p;
    group g;
    g.arrive = sim::arrival_settings{sim::arrival_kind::poisson, 300, 1, 1, 1, {}};
    g.run_us = distribution{distribution_kind::exponential, 1000, 0, 0};
    g.value = uniform(1, 100);
    p.groups = {g};
    p.machine.together = false;
    const run_result a = run(p, "market/tournament_tree", 20), b = run(p, "random", 20);
    EXPECT_NEAR(a[metric::finished], 300, 10);
    EXPECT_NEAR(a[metric::busy], b[metric::busy], .002);  // what is unfinished at the end differs
    EXPECT_NEAR(a[metric::value], b[metric::value], .002 * a[metric::value]);
}

/// M/M/1 at a load of .5, first come first served: the mean slowdown isn't finite on paper, but the mean time in the system is
/// 1 / (mu - lambda). Served in turn by a quantum that no run exceeds.
TEST(machine, a_queue_waits_as_long_as_theory_says) {
    point p;
    group g;
    g.arrive = sim::arrival_settings{sim::arrival_kind::poisson, 500, 1, 1, 1, {}};
    g.run_us = constant(1000);
    g.value = constant(1);
    p.groups = {g};
    p.machine.together = false;
    p.machine.quantum_us = 1000;
    // M/D/1 at .5: waiting is rho / (2 (1 - rho)) = .5 services, so the mean slowdown is 1.5 (Pollaczek 1930, Khinchin 1932).
    EXPECT_NEAR(run(p, "round robin", 200)[metric::slowdown], 1.5, .03);
}

/// A sharer of weight 3 beside one of weight 1 has three quarters, under everything that has weights.
TEST(machine, weights_are_shares) {
    point p;
    p.groups = {standing(1, constant(1)), standing(1, constant(1))};
    p.groups[0].weight = 3;
    for (char const* name : {"market/fair_share", "stride", "eevdf"}) {
        const run_result r = run(p, name, 2, 1, .1);
        EXPECT_NEAR(r.groups[0].time, .75, .001) << name;
        EXPECT_NEAR(r[metric::jain], 1, 1e-4) << name;
        EXPECT_LE(r[metric::lag], 1.5) << name;
    }
    EXPECT_NEAR(run(p, "lottery", 20).groups[0].time, .75, .01);
    EXPECT_NEAR(run(p, "round robin", 2).groups[0].time, .5, .001);  // the control
}

/// Pinned agents run where they are pinned: with all of them on one of two processors the other stays idle.
TEST(machine, pinned_agents_stay_where_they_are) {
    point p;
    p.groups = {standing(2, constant(5)), standing(2, constant(9))};
    p.groups[0].pinned = p.groups[1].pinned = true;  // each group has one on either processor
    p.machine.processors = 2;
    p.machine.together = false;
    p.machine.per_core = true;
    const run_result r = run(p, "market/tournament_tree", 1);
    EXPECT_NEAR(r.groups[1].time, 1, .01);
    EXPECT_NEAR(r[metric::busy], 1, .01);
    p.groups = {standing(1, constant(5)), standing(1, constant(9))};
    p.groups[0].pinned = p.groups[1].pinned = true;  // both on the first
    EXPECT_NEAR(run(p, "market/tournament_tree", 1)[metric::busy], .5, .01);
    p.groups[0].pinned = false;  // the other one takes what is free: stolen
    EXPECT_NEAR(run(p, "market/tournament_tree", 1)[metric::busy], 1, .01);
}

/// A lock that a decision holds for as long as half a run lets one processor of two wait: three quarters are left of each.
TEST(machine, a_decision_that_takes_time_takes_it_from_the_processor) {
    point p;
    p.groups = {standing(8, constant(5))};
    p.machine.processors = 1;
    p.machine.together = false;
    p.machine.quantum_us = 100;
    p.machine.decision_ns = 25'000;
    EXPECT_NEAR(run(p, "market/tournament_tree", 1)[metric::busy], .8, .001);
    p.machine.processors = 8;  // one lock: a decision each 25 us, eight quanta of 100 us take 200 us
    EXPECT_NEAR(run(p, "market/tournament_tree", 1)[metric::busy], .5, .01);
    p.machine.per_core = true;
    EXPECT_NEAR(run(p, "market/tournament_tree", 1)[metric::busy], .8, .01);
}

/// Who can't wait leaves: of jobs that need the whole quantum and come two at a time, one gives up.
TEST(machine, jobs_give_up_when_their_patience_ends) {
    point p;
    group g;
    g.arrive = sim::arrival_settings{sim::arrival_kind::poisson, 2000, 1, 1, 1, {}};
    g.run_us = constant(1000);
    g.patience_us = constant(4000);
    g.value = uniform(1, 1000);
    p.groups = {g};
    const run_result r = run(p, "market/tournament_tree", 20);
    EXPECT_NEAR(r[metric::busy], 1, .01);
    EXPECT_NEAR(r[metric::gave_up], .5, .02);
    EXPECT_LE(r[metric::longest_wait], 5);
}

group waiting_jobs(distribution value, double per_second) {
    group g;
    g.arrive = sim::arrival_settings{sim::arrival_kind::poisson, per_second, 1, 1, 1, {}};
    g.run_us = constant(1000);
    g.patience_us = uniform(1000, 30'000);
    g.value = value;
    return g;
}

/// Jobs of one quantum and equal values: the earliest deadline first serves as many as can be served (Horn 1974). Turns serve fewer.
TEST(machine, earliest_deadlines_reach_the_offline_optimum_where_they_must) {
    point p;
    p.groups = {waiting_jobs(constant(5), 1000)};
    for (const std::uint32_t processors : {1u, 2u}) {
        p.machine.processors = processors;
        p.groups[0].load = 1;
        EXPECT_EQ(run(p, "earliest deadline", 5)[metric::over_offline], 1);
        const double turns = run(p, "round robin", 5)[metric::over_offline];
        EXPECT_LT(turns, 1);
        EXPECT_GT(turns, .8);
    }
}

/// Nobody beats it, whatever the load, the values and the lengths.
TEST(machine, no_policy_beats_the_offline_optimum) {
    point p;
    p.groups = {waiting_jobs({distribution_kind::pareto, 1.2, 10, 1e5}, 1000)};
    p.groups[0].run_us = uniform(500, 3500);
    p.machine.processors = 2;
    for (const double load : {.5, 1., 3.}) {
        p.groups[0].load = load;
        for (policy_info const& with : all_policies()) {
            if (with.unit_jobs) continue;
            const double share = run(p, std::string(with.name), 1)[metric::over_offline];
            EXPECT_LE(share, 1 + 1e-12) << with.name;
            EXPECT_GT(share, .02) << with.name;
        }
    }
}

/// Deferred payments serve whom the market serves, and charge less: the cheapest slot in the agent's time.
TEST(machine, deferred_payment_serves_the_same_for_less) {
    point p;
    p.groups = {waiting_jobs({distribution_kind::lognormal, 1000, 1, 0}, 1500)};
    const run_result slots = run(p, "market/tournament_tree", 5), deferred = run(p, "market/deferred", 5);
    EXPECT_EQ(slots[metric::value], deferred[metric::value]);
    EXPECT_GT(deferred[metric::revenue], .1);
    EXPECT_LT(deferred[metric::revenue], .8 * slots[metric::revenue]);
    EXPECT_NEAR(deferred.groups[0].utility, 1 - deferred[metric::revenue], 1e-12);
}

/// Two processors, of speeds 2 and 1, and agents worth 100, 10 and 4: Edelman, Ostrovsky and Schwarz's example in other words.
TEST(machine, positions_are_sold_as_their_rules_say) {
    point p;
    p.groups = {standing(1, constant(100)), standing(1, constant(10)), standing(1, constant(4))};
    p.machine.processors = 2;
    p.machine.speeds = {2, 1};
    const double value = 2 * 100 + 10;
    const run_result gsp = run(p, "gsp", 1), vcg = run(p, "vcg", 1);
    EXPECT_NEAR(gsp[metric::value], value, 1e-9);
    EXPECT_NEAR(gsp[metric::revenue], (2 * 10 + 1 * 4) / value, 1e-9);
    EXPECT_NEAR(vcg[metric::value], value, 1e-9);
    EXPECT_NEAR(vcg[metric::revenue], ((10 + 4) + 4) / value,
                1e-9);  // the first keeps 10 from moving up by 1, and 4 from running
}

TEST(machine, proportional_share_gives_time_by_bids_and_takes_them) {
    point p;
    p.groups = {standing(1, constant(30)), standing(1, constant(10)), standing(1, constant(60))};
    const run_result r = run(p, "proportional share", 4);
    EXPECT_NEAR(r.groups[0].time, .3, .001);
    EXPECT_NEAR(r.groups[1].time, .1, .001);
    EXPECT_NEAR(r[metric::value], .3 * 30 + .1 * 10 + .6 * 60, .05);
    EXPECT_NEAR(r[metric::revenue], 100 / 46.,
                .002);  // all bids, served or not: above the value, so truth is no answer to it
}

/// An owner with twice the agents has no more than the other under Karma; turns give it twice as much.
TEST(machine, karma_shares_by_owner) {
    point p;
    p.groups = {standing(8, constant(1)), standing(4, constant(1))};
    p.groups[0].owners = p.groups[1].owners = 1;
    p.machine.processors = 2;
    EXPECT_NEAR(run(p, "karma", 2).groups[0].time, .5, .001);
    EXPECT_NEAR(run(p, "round robin", 2).groups[0].time, 2. / 3, .001);
}

/// Agents that block, leave and give up all the time: nobody is picked who doesn't wait (the machine throws), no processor stays idle that
/// could serve, and shares of groups add up.
TEST(machine, every_policy_picks_agents_that_wait_and_leaves_no_processor_idle) {
    point p;
    p.groups = {standing(40, uniform(1, 1000)), standing(6, uniform(1, 1000)), waiting_jobs(uniform(1, 1000), 500)};
    p.groups[0].run_us = distribution{distribution_kind::exponential, 3000, 0, 0};
    p.groups[0].sleep_us = distribution{distribution_kind::exponential, 20'000, 0, 0};
    p.groups[0].owners = 3;
    p.groups[1].revalue_ms = 7;
    for (const std::uint32_t processors : {1u, 4u}) {
        p.machine.processors = processors;
        for (policy_info const& with : all_policies()) {
            if (with.unit_jobs) continue;
            const run_result r = run(p, std::string(with.name), 2, 1, .5);
            EXPECT_TRUE(std::isfinite(r[metric::lag])) << with.name;
            EXPECT_NEAR(r.groups[0].time + r.groups[1].time + r.groups[2].time, 1, 1e-9) << with.name;
            // Ends of runs within a quantum are unused; posted price and newcomers of gumbel leave more.
            if (with.name == "posted price" || with.name == "gumbel") continue;
            EXPECT_GT(r[metric::busy], .7) << with.name << " on " << processors;
        }
    }
}

TEST(machine, same_seed_same_result_and_another_seed_another) {
    point p;
    p.groups = {standing(50, uniform(1, 1000))};
    p.groups[0].revalue_ms = 5;
    const run_result a = run(p, "gumbel", 1, 7), b = run(p, "gumbel", 1, 7), c = run(p, "gumbel", 1, 8);
    EXPECT_EQ(a[metric::value], b[metric::value]);
    EXPECT_EQ(a.lorenz, b.lorenz);
    EXPECT_NE(a[metric::value], c[metric::value]);
}

TEST(machine, stops_when_it_is_told_to) {
    point p;
    p.groups = {standing(5, uniform(1, 1000))};
    experiment e;
    e.seconds = 1e6;
    std::atomic<bool> stop = true;
    for (const bool together : {true, false}) {
        p.machine.together = together;
        EXPECT_FALSE(run_machine(e, p, *find_policy("random"), 1, {{}}, stop));
    }
}

}  // namespace
}  // namespace maxwell::simulator
