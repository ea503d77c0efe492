// SPDX-License-Identifier: MIT
//
// The plane: what it refuses, the heat that its dies share, prices that don't swing, and the loop with the lanes of a market, two dies
// on one sink and a chassis, as a scheduler runs it. The plant is sim/thermal/shared_sink.hpp, which is none of its model.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/lanes.hpp>
#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/closed_loop.hpp>
#include <maxwell/sim/thermal/other_plants.hpp>
#include <maxwell/sim/thermal/plane_governor.hpp>
#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maxwell {
namespace {

constexpr std::uint64_t ms = 1'000'000;
enum : std::size_t { feeding, ordinary, batch, device, lane_count };
enum : std::size_t { processor, accelerator };
using two_dies = plane<3, 128, 2, lane_count>;

plane_settings<3, 2, lane_count> usual(bool coupled = true) {
    auto s = sim::shared_sink_settings<lane_count>(coupled);
    s.lane[feeding] = {lane_kind::feeding, processor, unit_multiplier};
    s.lane[device] = {lane_kind::device, accelerator};
    return s;
}

// --- units --------------------------------------------------------------------------------------------------------------

TEST(units, a_temperature_survives_the_way_there_and_back) {
    for (const std::int32_t mc : {INT32_MIN, -273'150, -1, 0, 1, 85'000, INT32_MAX}) {
        EXPECT_EQ(to_celsius(to_kelvin(milli_celsius(mc))), milli_celsius(mc));
    }
    EXPECT_EQ(to_celsius(milli_kelvin(INT64_MAX)), milli_celsius(INT32_MAX));
    EXPECT_EQ(to_celsius(milli_kelvin(INT64_MIN)), milli_celsius(INT32_MIN));
}

// --- heat_network, against the ladder's own solution ----------------------------------------------------------------------

TEST(heat_network, a_single_lump_is_a_first_order_stage) {
    sim::heat_network lump({{40, .5}}, {}, 20, .1);
    for (int k = 1; k <= 2'000; ++k) {
        lump.step({10});
        ASSERT_NEAR(lump.temperature(0), 20 + 20 * -std::expm1(-k * .1 * .5 / 40), 1e-9);
    }
}

TEST(heat_network, what_goes_in_is_stored_or_leaves) {
    sim::shared_sink m(.01);
    double in = 0;
    double out = 0;
    for (int k = 0; k < 5'000; ++k) {
        const double before = m.sink();
        m.step(100, 50);
        in += 150 * .01;
        out += ((before + m.sink()) / 2 - 40) / .2 * .01;
    }
    const double stored = (m.processor() - 40) * .002 / .03 + (m.network().temperature(1) - 40) / .12 +
                          (m.sink() - 40) * 22.9 / .2 + (m.accelerator() - 40) * .005 / .02 +
                          (m.network().temperature(4) - 40) * 10;
    EXPECT_NEAR(stored + out, in, in * 1e-4);
}

TEST(heat_network, settles_where_it_would_get_and_refuses_what_is_no_network) {
    sim::shared_sink far;
    sim::shared_sink settled;
    settled.settle(60, 100);
    far.settle(30, 20);
    for (int k = 0; k < 400'000; ++k) far.step(60, 100);
    EXPECT_NEAR(far.processor(), settled.processor(), 1e-4);
    EXPECT_NEAR(far.accelerator(), settled.accelerator(), 1e-4);
    EXPECT_NEAR(settled.processor(), 40 + .35 * 60 + .2 * 100, 1e-9);
    EXPECT_THROW(sim::heat_network({{1}, {1, .5}}, {}, 20, 1).settle({1, 1}), std::domain_error);
    EXPECT_THROW(sim::heat_network({{1}}, {{0, 1, 1}}, 20, 1), std::invalid_argument);
    EXPECT_THROW(sim::heat_network({{0}}, {}, 20, 1), std::invalid_argument);
}

TEST(other_plants, what_they_say_they_can_draw_for_ever_is_what_holds_them) {
    const auto settles_at = [](sim::other_plant p, double watts, auto befall) {
        for (int k = 0; k < 40'000; ++k) {
            befall(p, k * .005);
            p.step(watts);
        }
        return p.temperature();
    };
    const auto nothing = [](sim::other_plant&, double) {};
    const double slow = .005;
    sim::other_plant cores = sim::lateral_cores(sim::placement::evenly, 6.25, slow);
    EXPECT_NEAR(settles_at(cores, cores.sustainable_w(85), nothing), 85, .05);
    sim::other_plant leaky = sim::with_leakage(.33, 10, slow);
    EXPECT_NEAR(settles_at(leaky, leaky.sustainable_w(85), nothing), 85, .15);
    EXPECT_GT(settles_at(leaky, leaky.sustainable_w(85) + 1, nothing), 85.4)
        << "heat makes heat: 1 W is more than .35 K";
    sim::other_plant beside = sim::with_neighbour(100, slow);
    beside.draw(3, 100);
    EXPECT_NEAR(settles_at(beside, beside.sustainable_w(85), nothing), 85, .05);
    sim::other_plant aired = sim::single_die(slow);
    sim::stepped_fan fan;
    EXPECT_LT(settles_at(aired, 130, fan), 40 + 130 * .35 - 3) << "the fan has sped up";
    // Whole dispatches: as many watts, on dies in turn.
    sim::other_plant whole = sim::lateral_cores(sim::placement::in_turn, 6.25, slow);
    EXPECT_NEAR(settles_at(whole, 40 + 16 * 6.25, nothing), settles_at(cores, 40 + 16 * 6.25, nothing), 3);
}

TEST(other_plants, the_hottest_of_cores_at_random_wanders_at_constant_watts) {
    // 12 of 32 cores run in each millisecond, so no controller of watts could hold it better.
    const auto sigma = [](sim::placement where) {
        sim::other_plant p = sim::lateral_cores(where, 6.25);
        double sum = 0, squares = 0;
        constexpr int before = 5'000, measured = 10'000;
        p.heat().settle(std::vector<double>(p.heat().size() - 2, (40 + 12 * 6.25) / 32));
        for (int k = 0; k < before + measured; ++k) {
            p.step(40 + 12 * 6.25);
            if (k < before) continue;
            sum += p.temperature();
            squares += p.temperature() * p.temperature();
        }
        const double mean = sum / measured;
        return std::sqrt(std::max(0., squares / measured - mean * mean));
    };
    const double at_random = sigma(sim::placement::at_random);
    const double the_same = sigma(sim::placement::on_the_first);
    std::printf("sigma of the hottest core at constant watts: %.3f K at random, %.3f K always the same\n", at_random,
                the_same);
    EXPECT_GT(at_random, .2);
    EXPECT_LT(the_same, .05);
}

TEST(other_plants, heat_that_makes_heat_and_a_neighbour_are_held) {
    sim::thermal_scenario s;
    s.seconds = 100;
    std::vector<price> bids(32);
    for (price i = 0; i < 32; ++i) bids[i] = 1'000 - i;
    for (const double gain : {.33, 1., 1.5}) {
        sim::auction_governor g(sim::settings_for(s.makers), bids, 6.25);
        sim::other_plant p = sim::with_leakage(gain, 10);
        const sim::thermal_outcome o = run_on(g, p, s, [](sim::other_plant&, double) {});
        EXPECT_LT(o.overshoot_k, 1) << gain;
        EXPECT_GT(o.throughput, .99) << gain;
        // A control: the watts that would hold it, and 4 more. From a gain of 1 on the die runs away.
        sim::other_plant alone = sim::with_leakage(gain, 10, .005);
        alone.heat().settle({(85. - 40) / .35});
        const double watts = alone.sustainable_w(85) + 4;
        for (int k = 0; k < 100'000 && alone.temperature() < 200; ++k) alone.step(watts);
        EXPECT_EQ(alone.temperature() >= 200, gain >= 1) << gain;
    }
    double watts = 20;
    sim::plane_governor g(sim::shared_sink_settings<1>(), 6.25, [&] { return watts; });
    sim::other_plant p = sim::with_neighbour(82.5);
    const sim::thermal_outcome o = run_on(g, p, s, [&](sim::other_plant& it, double t) {
        watts = t > 20 && std::fmod(t, 40) >= 20 ? 145 : 20;
        it.draw(3, watts);
    });
    EXPECT_LT(o.overshoot_k, 1.5);
}

// --- settings -----------------------------------------------------------------------------------------------------------

TEST(plane, create_refuses_what_it_cannot_hold_and_says_why) {
    using settings = plane_settings<3, 2, lane_count>;
    struct absurdity {
        char const* what;
        void (*make)(settings&);
        plane_fault fault;
    };
    const absurdity absurdities[] = {
        {"a die in degrees", [](settings& s) { s.die[1].target_mc = 85; }, plane_fault::bad_die},
        {"two quanta", [](settings& s) { s.die[1].quantum_ns = 2'000'000; }, plane_fault::unequal_dies},
        {"two windows", [](settings& s) { s.die[1].window_quanta = 11; }, plane_fault::unequal_dies},
        {"a window of 5 s", [](settings& s) { s.die[0].window_quanta = s.die[1].window_quanta = 5'000; },
         plane_fault::unequal_dies},
        {"a third die", [](settings& s) { s.device = 2; }, plane_fault::bad_lane},
        {"a lane of a third die", [](settings& s) { s.lane[2].die = 2; }, plane_fault::bad_lane},
        {"a lane that is safe for nothing", [](settings& s) { s.lane[2].safe_q16 = 0; }, plane_fault::bad_lane},
        {"a chassis upside down",
         [](settings& s) {
             s.chassis = {milli_celsius(50'000), milli_celsius(30'000)};
         },
         plane_fault::bad_chassis},
        {"a filter that stands still", [](settings& s) { s.filter_shift = 11; }, plane_fault::bad_filter},
        {"no time for samples", [](settings& s) { s.sample_timeout_ms = 0; }, plane_fault::bad_filter},
        {"forced below", [](settings& s) { s.forced_above_mk = -1; }, plane_fault::bad_filter},
        {"a die that warms itself", [](settings& s) { s.coupling[1][1].resistance_uk_per_w = 1; },
         plane_fault::bad_coupling},
        {"a coupling in nano-kelvin", [](settings& s) { s.coupling[0][1].resistance_uk_per_w = 200'000'000; },
         plane_fault::bad_coupling},
        {"a coupling of a window", [](settings& s) { s.coupling[0][1].tau_us = 99'999; }, plane_fault::fast_coupling},
        {"a neighbour that warms more than its own watts",
         [](settings& s) { s.coupling[0][1].resistance_uk_per_w = 350'000; }, plane_fault::strong_coupling},
        {"a coupling faster than the sink", [](settings& s) { s.coupling[0][1].tau_us = 900'000; },
         plane_fault::strong_coupling},
        {"idle dies that are too hot together", [](settings& s) { s.die[0].idle_mw = s.die[1].idle_mw = 75'000; },
         plane_fault::idle_too_hot},
        {"a plant between a tenth and twice", [](settings& s) { s.die[0].plant.min_response_q16 = 6'553; },
         plane_fault::unstable},
        {"gains without room for the coupling", [](settings& s) { s.die[0].gains.scale_q16 = 17'000; },
         plane_fault::unstable},
        {"zeroed memory", [](settings& s) { std::memset(static_cast<void*>(&s), 0, sizeof s); }, plane_fault::bad_die},
    };
    const auto good = two_dies::create(usual(), 0);
    ASSERT_TRUE(good) << sentence(good.fault);
    for (absurdity const& a : absurdities) {
        settings s = usual();
        a.make(s);
        const auto made = two_dies::create(s, 0);
        EXPECT_FALSE(made) << a.what;
        EXPECT_EQ(made.fault, a.fault) << a.what << ": " << sentence(made.fault);
        EXPECT_STRNE(sentence(made.fault), "not a fault");
    }
    settings uncoupled = usual(false);
    uncoupled.die[0].gains.scale_q16 = 17'000;
    EXPECT_TRUE(two_dies::create(uncoupled, 0)) << "the same gains without a coupling";
}

TEST(plane, zeroed_memory_admits_nothing_and_prices_nothing) {
    static two_dies p;  // in .bss
    const milliwatts drawn[] = {milliwatts(1), milliwatts(1)};
    for (int k = 1; k < 100; ++k) EXPECT_FALSE(p.step(k * ms, drawn));
    EXPECT_FALSE(p.admit(0, 1));
    EXPECT_EQ(p.observe(0, {milli_celsius(40'000), 0}), sensor_verdict::out_of_range);
    p.sleep(1'000 * ms, drawn);
    const milli_celsius warm[] = {milli_celsius(50'000), milli_celsius(50'000)};
    p.warm_start(warm);
    EXPECT_EQ(p.prices().schedule().multiplier(0, 0), 0u);
    EXPECT_FALSE(p.prices().feeding_first());
    EXPECT_TRUE(p.check_invariants());
}

// --- shared heat ----------------------------------------------------------------------------------------------------------

/// The plant and the plane, driven as far as watts and readings go; `want` watts of each die in steps of `whole` watts.
struct machine_room {
    two_dies p;
    sim::shared_sink plant;
    sim::sensor eyes[2] = {{{}, 1}, {{}, 2}};
    double want[2] = {0, 0};
    double watts[2] = {0, 0};
    std::uint64_t now_ns = 0;
    bool deaf[2] = {false, false};

    explicit machine_room(plane_settings<3, 2, lane_count> const& s) : p(*two_dies::create(s, 0)) {}

    /// What the plant does in a quantum in which `watts` were drawn; returns whether there are new prices.
    bool end_quantum() {
        now_ns += ms;
        plant.step(watts[0], watts[1]);
        const milliwatts drawn[] = {milliwatts(static_cast<std::uint32_t>(watts[0] * 1000)),
                                    milliwatts(static_cast<std::uint32_t>(watts[1] * 1000))};
        const bool priced = p.step(now_ns, drawn);
        for (std::size_t d = 0; d < 2; ++d) {
            const auto reading = eyes[d].measure(d == 0 ? plant.processor() : plant.accelerator());
            if (reading && !deaf[d]) p.observe(d, {milli_celsius(*reading), now_ns - 100 * ms});
        }
        EXPECT_TRUE(p.check_invariants()) << now_ns;
        return priced;
    }

    void admit(std::size_t die, double idle, double whole) {
        watts[die] = idle;
        while (watts[die] + whole <= want[die] && p.admit(die, static_cast<std::uint32_t>(whole * 1000)))
            watts[die] += whole;
    }

    void quantum() {
        admit(0, 40, 4);
        admit(1, 20, 5);
        end_quantum();
    }
};

struct worst {
    double hottest[2] = {-1e9, -1e9};
    double sum[2] = {0, 0};
    double squares[2] = {0, 0};
    int samples = 0;

    void take(machine_room const& m) {
        const double t[] = {m.plant.processor() - 85, m.plant.accelerator() - 85};
        for (std::size_t d = 0; d < 2; ++d) {
            hottest[d] = std::max(hottest[d], t[d]);
            sum[d] += t[d];
            squares[d] += t[d] * t[d];
        }
        ++samples;
    }
    double sigma(std::size_t d) const {
        const double mean = sum[d] / samples;
        return std::sqrt(std::max(0., squares[d] / samples - mean * mean));
    }
};

/// The processor wants all it can get while the accelerator steps up and down by 120 W each 20 s.
double overshoot_while_the_neighbour_steps(bool coupled) {
    machine_room m(usual(coupled));
    m.want[0] = 240;
    worst seen;
    for (int k = 0; k < 140'000; ++k) {
        m.want[1] = k / 20'000 % 2 == 0 ? 20 : 140;
        m.quantum();
        if (k >= 60'000) seen.take(m);
    }
    return seen.hottest[0];
}

TEST(plane, a_neighbour_that_steps_by_120_watts_is_no_surprise) {
    const double with = overshoot_while_the_neighbour_steps(true);
    const double without = overshoot_while_the_neighbour_steps(false);
    std::printf("the accelerator steps by 120 W: overshoot %+.2f K with its heat in the model, %+.2f K without\n", with,
                without);
    EXPECT_LT(with, .9);
    EXPECT_GT(without, with + .15) << "a control that holds as well proves nothing";
}

TEST(plane, two_dies_at_their_limits_share_the_sink_without_swinging) {
    machine_room m(usual());
    m.want[0] = 240;
    m.want[1] = 220;
    worst late;
    for (int k = 0; k < 160'000; ++k) {
        m.quantum();
        ASSERT_LT(m.plant.processor(), 86) << k;
        ASSERT_LT(m.plant.accelerator(), 86) << k;
        if (k >= 100'000) late.take(m);
    }
    std::printf("both at their limits: sigma %.3f and %.3f K\n", late.sigma(0), late.sigma(1));
    for (std::size_t d = 0; d < 2; ++d) {
        EXPECT_LT(late.sigma(d), .12);
        EXPECT_GT(late.sum[d] / late.samples, -.5) << "no heat that it could have is left";
    }
}

TEST(plane, two_dies_without_sensors_stay_below_the_limit_for_ever) {
    machine_room m(usual());
    m.want[0] = 240;
    m.want[1] = 220;
    m.deaf[0] = m.deaf[1] = true;
    m.plant.network().air(45);                      // the warmest
    m.plant.network().node(2).air_w_per_k /= 1.25;  // and a sink that is a quarter worse
    double hottest = 0;
    for (int k = 0; k < 300'000; ++k) {
        m.quantum();
        hottest = std::max({hottest, m.plant.processor(), m.plant.accelerator()});
    }
    std::printf("two blind dies, the sink a quarter worse, the warmest air: %.1f degrees at the most\n", hottest);
    EXPECT_LT(hottest, 88);
    EXPECT_GT(hottest, 70) << "safe by admitting next to nothing";
}

TEST(plane, warm_start_explains_all_temperatures_together) {
    machine_room m(usual());
    m.plant.settle(60, 100);
    const milli_celsius readings[] = {milli_celsius(static_cast<std::int32_t>(m.plant.processor() * 1000)),
                                      milli_celsius(static_cast<std::int32_t>(m.plant.accelerator() * 1000))};
    m.p.warm_start(view<milli_celsius const>(readings, 1));
    EXPECT_LT(m.p.die(0).observer().temperature(), q32_from_milli(41'000)) << "one reading for two dies";
    m.p.warm_start(readings);
    for (std::size_t d = 0; d < 2; ++d) {
        EXPECT_NEAR(milli_from_q32(m.p.die(d).observer().temperature()), readings[d].value, 2);
        EXPECT_NEAR(milli_from_q32(m.p.die(d).observer().model().rise()) / 1000., d == 0 ? 60 * .35 : 100 * .27, .1);
    }
    m.want[0] = 60;
    m.want[1] = 100;
    for (int k = 0; k < 60'000; ++k) {
        m.quantum();
        ASSERT_NEAR(milli_from_q32(m.p.die(0).observer().temperature()) / 1000., m.plant.processor(), .6) << k;
    }
}

TEST(plane, sleep_is_as_many_quanta_at_those_watts) {
    machine_room awake(usual());
    awake.want[0] = awake.want[1] = 120;
    for (int k = 0; k < 30'000; ++k) awake.quantum();
    two_dies asleep = awake.p;
    const milliwatts little[] = {milliwatts(40'000), milliwatts(20'000)};
    asleep.sleep(awake.now_ns + ms / 2, little);
    EXPECT_EQ(std::memcmp(&asleep, &awake.p, sizeof asleep), 0) << "less than a quantum";
    for (int k = 1; k <= 30'000; ++k) awake.p.step(awake.now_ns + k * ms, little);
    asleep.sleep(awake.now_ns + 30'000 * ms, little);
    for (std::size_t d = 0; d < 2; ++d) {
        EXPECT_NEAR(milli_from_q32(asleep.die(d).observer().temperature()),
                    milli_from_q32(awake.p.die(d).observer().temperature()), 30);
    }
    asleep.sleep(awake.now_ns, little);  // a clock that goes back
    EXPECT_TRUE(asleep.check_invariants());
}

TEST(plane, a_reading_counts_for_the_time_at_which_it_was_taken) {
    machine_room m(usual());
    m.want[0] = 200;
    for (int k = 0; k < 5'000; ++k) m.quantum();
    two_dies late = m.p;
    const auto mc = [](double c) { return milli_celsius(static_cast<std::int32_t>(c * 1000)); };
    EXPECT_EQ(late.observe(0, {mc(70), m.now_ns - 128 * ms}), sensor_verdict::out_of_range) << "older than History";
    EXPECT_EQ(late.observe(2, {mc(70), m.now_ns}), sensor_verdict::out_of_range) << "no such die";
    EXPECT_NE(late.observe(0, {mc(70), m.now_ns + 9 * ms}), sensor_verdict::out_of_range) << "taken after the step";
    EXPECT_NE(late.observe(0, {mc(70), m.now_ns - 127 * ms}), sensor_verdict::out_of_range);
}

// --- prices ---------------------------------------------------------------------------------------------------------------

TEST(headroom_prices, no_multiplier_moves_by_more_than_a_twentieth_but_up_when_forced) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        test::dice d(seed);
        plane_settings<3, 2, lane_count> s = usual();
        s.chassis = {milli_celsius(30'000), milli_celsius(50'000)};
        s.filter_shift = d.below(4);
        headroom_prices<2, lane_count> prices(s, 0);
        std::uint64_t now = 0;
        multiplier_q16 before[lane_count] = {unit_multiplier, unit_multiplier, unit_multiplier, unit_multiplier};
        for (int window = 0; window < 1'000; ++window) {
            now += 10 * ms;
            if (d.below(3) == 0) prices.observe_load({{d.below(whole_share + 1), d.below(whole_share + 1)}, now});
            if (d.below(3) == 0)
                prices.observe_chassis({milli_celsius(20'000 + static_cast<std::int32_t>(d.below(50'000))), now});
            bool forced[2];
            for (std::size_t die = 0; die < 2; ++die) {
                forced[die] = d.below(20) == 0;
                prices.take_headroom(die, d.below(2) == 0 ? whole_share : 0, forced[die]);
                EXPECT_TRUE(!forced[die] || prices.headroom(die) == 0);
            }
            prices.take_chassis(now);
            for (std::size_t l = 0; l < lane_count; ++l) {
                prices.price_lane(l, now);
                const multiplier_q16 m = prices.multiplier(l);
                ASSERT_GE(m, unit_multiplier);
                ASSERT_LE(m, 8 * unit_multiplier);
                ASSERT_TRUE(l != feeding || m == unit_multiplier);
                ASSERT_GE(m, before[l] - before[l] / 20);
                ASSERT_TRUE(forced[l == device ? 1 : 0] || m <= before[l] + before[l] / 20);
                before[l] = m;
            }
            prices.begin(now, 100);
            ASSERT_TRUE(prices.check_invariants());
            ASSERT_EQ(prices.schedule().multiplier(ordinary, now), prices.multiplier(ordinary));
        }
    }
}

/// Windows until `done`, at most 300.
template <class Prices, class Done>
int windows_until(Prices& prices, std::uint64_t& now, share_q16 own, bool forced, device_load load, Done done) {
    for (int window = 0; window < 300; ++window) {
        if (done()) return window;
        now += 10 * ms;
        prices.observe_load({load, now});
        for (std::size_t die = 0; die < 2; ++die) prices.take_headroom(die, own, forced);
        prices.take_chassis(now);
        for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
    }
    return 300;
}

constexpr device_load busy{whole_share / 100 * 95, whole_share / 100 * 95};

TEST(headroom_prices, feeding_goes_first_while_scarce_and_no_longer_than_seven_windows_after) {
    headroom_prices<2, lane_count> prices(usual(), 0);
    std::uint64_t now = 0;
    EXPECT_EQ(prices.feeding_lanes(), 1u << feeding);
    const auto first = [&] { return prices.feeding_first(); };
    const int up = windows_until(prices, now, 0, false, busy, first);
    EXPECT_GT(up, 20) << "a twentieth a window";
    EXPECT_LT(up, 80);
    EXPECT_EQ(windows_until(prices, now, 0, false, busy, [&] { return !first(); }), 300) << "as long as it is scarce";
    EXPECT_EQ(prices.multiplier(ordinary), 8 * unit_multiplier);
    EXPECT_LE(windows_until(prices, now, whole_share / 8, false, busy, [&] { return !first(); }), 7);
    const auto cheap = [&] { return prices.multiplier(ordinary) < unit_multiplier / 100 * 105; };
    EXPECT_LE(windows_until(prices, now, whole_share, false, busy, cheap), 75) << "all of it is back";
    EXPECT_LE(windows_until(prices, now, 0, true, busy, first), 1) << "too hot: at once";
}

TEST(headroom_prices, a_hot_chassis_makes_ordinary_work_dear_beside_a_cold_die) {
    auto s = usual();
    s.chassis = {milli_celsius(35'000), milli_celsius(50'000)};
    headroom_prices<2, lane_count> prices(s, 0);
    std::uint64_t now = 0;
    const auto dear = [&] { return prices.multiplier(ordinary) >= unit_multiplier / 100 * 795; };
    for (const std::int32_t mc : {35'000, 50'000, 35'000}) {
        for (int k = 0; k < 200; ++k) {
            prices.observe_chassis({milli_celsius(mc), now});
            windows_until(prices, now, whole_share, false, busy, [n = 0]() mutable { return n++ == 1; });
        }
        EXPECT_EQ(dear(), mc == 50'000);
        EXPECT_EQ(prices.multiplier(device), unit_multiplier) << "the device goes by its own die";
        EXPECT_EQ(prices.chassis_headroom() < whole_share / 100, mc == 50'000);
    }
    // Nothing is heard of the chassis for two seconds: it counts as hot.
    EXPECT_LT(windows_until(prices, now, whole_share, false, busy, dear), 300);
    EXPECT_GT(now, 2'000 * ms);
}

TEST(headroom_prices, a_load_that_is_not_heard_of_counts_as_busy) {
    headroom_prices<2, lane_count> prices(usual(), 0);
    const auto run = [&](std::uint64_t from, std::uint64_t to) {
        for (std::uint64_t now = from; now < to; now += 10 * ms) {
            for (std::size_t die = 0; die < 2; ++die) prices.take_headroom(die, 0, false);
            for (std::size_t l = 0; l < lane_count; ++l) prices.price_lane(l, now);
        }
    };
    prices.observe_load({{0, 0}, ms});
    prices.observe_load({{whole_share, whole_share}, 0});  // older: left out
    run(0, 2'000 * ms);
    EXPECT_EQ(prices.multiplier(ordinary), unit_multiplier);
    run(2'010 * ms, 4'000 * ms);
    EXPECT_EQ(prices.multiplier(ordinary), 8 * unit_multiplier);
}

// --- the loop: a market's lanes, a plane, a plant -----------------------------------------------------------------------------

/// Who bids for the processor: 4 W each.
struct bidder {
    std::uint32_t lane;
    price amount;
};

struct shop : machine_room {
    using auction = lanes<tournament_tree<64>, 3>;  // the processor's; what runs on the accelerator is given
    std::unique_ptr<auction> sale = std::make_unique<auction>();
    std::vector<bidder> bidders;
    double accelerator_w = 20;
    share_q16 use = 0;
    std::optional<std::int32_t> chassis_mc;
    bool naive = false;                           ///< prices straight from what the cap leaves, without a filter
    bool priorities = true;                       ///< the scheduler does as feeding_first() asks
    std::vector<bool> ran;                        ///< by bidder, in this quantum
    multiplier_q16 multiplier = unit_multiplier;  ///< of the ordinary lane, in force

    shop(plane_settings<3, 2, lane_count> const& s, std::vector<bidder> who)
        : machine_room(s), bidders(std::move(who)) {
        for (std::uint32_t i = 0; i < bidders.size(); ++i)
            sale->lane(bidders[i].lane).insert({i, bidders[i].amount, 1});
        p.base_price(100);
    }

    void quantum() {
        want[1] = accelerator_w;
        admit(1, 20, 5);
        sale->prefer(priorities && p.prices().feeding_first() ? p.prices().feeding_lanes() : 0);
        ran.assign(bidders.size(), false);
        watts[0] = 40;
        std::vector<std::uint32_t> running;
        while (p.die(0).allowance_mw() >= 4'000) {
            const auto won = sale->extract_max();
            if (!won || !p.admit(0, 4'000)) break;
            running.push_back(slot_of(won->won.winner.agent));
            watts[0] += 4;
        }
        if (running.empty() && sale->empty()) ADD_FAILURE() << "bids were lost";
        for (const std::uint32_t i : running) {
            ran[i] = true;
            sale->lane(bidders[i].lane).insert({i, bidders[i].amount, 1});
        }
        const double left = (p.die(0).cap_mw() / 1000. - watts[0]) / 200;
        p.observe_load({{use, use}, now_ns});
        if (chassis_mc) p.observe_chassis({milli_celsius(*chassis_mc), now_ns});
        if (!end_quantum()) return;
        multiplier = p.prices().multiplier(ordinary);
        if (naive) multiplier = scarcity<>.multiplier(use, static_cast<share_q16>(std::clamp(left, 0., 1.) * 65536));
        sale->reprice(feeding, 100, unit_multiplier);
        sale->reprice(ordinary, 100, multiplier);
        sale->reprice(batch, 100, multiplier);
    }
};

std::vector<bidder> sixty(bool equal) {
    std::vector<bidder> all;
    for (std::uint32_t i = 0; i < 60; ++i) all.push_back({ordinary, equal ? 400 : 100 + i * 11});
    return all;
}

struct swing {
    double greatest_move = 0;  ///< of the multiplier from one window to the next, as a factor
    double least = 100;
    double most = 0;
    worst heat;
};

/// Sixty bidders, room for some twelve, a busy accelerator; from 60 s on.
swing swing_of(bool equal, bool naive, int seconds) {
    shop s(usual(), sixty(equal));
    s.use = busy.utilisation;
    s.accelerator_w = 80;
    s.naive = naive;
    swing seen;
    for (int k = 0; k < seconds * 1'000; ++k) {
        const double before = s.multiplier;
        s.quantum();
        if (k < 60'000) continue;
        const double now = s.multiplier;
        seen.greatest_move = std::max(seen.greatest_move, now > before ? now / before : before / now);
        seen.least = std::min(seen.least, now / 65536);
        seen.most = std::max(seen.most, now / 65536);
        seen.heat.take(s);
    }
    std::printf(
        "%s bids%s: multiplier %.2f to %.2f, moves by up to %.1f %% a window; processor %+.2f K at most, sigma %.3f\n",
        equal ? "equal" : "different", naive ? ", unfiltered" : "", seen.least, seen.most,
        100 * (seen.greatest_move - 1), seen.heat.hottest[0], seen.heat.sigma(0));
    return seen;
}

TEST(plane_loop, sixty_bidders_and_room_for_twelve_do_not_make_the_multiplier_swing) {
    const int seconds = test::small_scale() ? 70 : 120;
    for (const bool equal : {false, true}) {
        const swing filtered = swing_of(equal, false, seconds);
        EXPECT_LE(filtered.greatest_move, 1.0501);
        EXPECT_LT(filtered.most / filtered.least, 1.25);
        EXPECT_LT(filtered.heat.hottest[0], .75);
        const swing naive = swing_of(equal, true, seconds);
        EXPECT_GT(naive.greatest_move, 2) << "a control that doesn't swing proves nothing";
    }
}

/// Ten that feed the device for little, thirty others for much.
std::vector<bidder> forty() {
    std::vector<bidder> all;
    for (std::uint32_t i = 0; i < 40; ++i)
        all.push_back(i < 10 ? bidder{feeding, 100 + i} : bidder{i % 2 + 1, 900 + 100 * i});
    return all;
}

struct share_of_lanes {
    int feeding_waited = 0;  ///< quanta in which ordinary work ran while a feeding bidder didn't
    int ordinary_ran = 0;
    int first = 0;  ///< quanta in which feeding went first
};

share_of_lanes share_while_scarce(bool priorities) {
    auto settings = usual();
    settings.chassis = {milli_celsius(35'000), milli_celsius(50'000)};
    shop s(settings, forty());
    s.use = busy.utilisation;
    s.accelerator_w = 90;
    s.chassis_mc = 52'000;
    s.priorities = priorities;
    share_of_lanes seen;
    for (int k = 0; k < 20'000; ++k) {
        const bool first = s.p.prices().feeding_first();
        s.quantum();
        if (!first) continue;
        ++seen.first;
        const bool all_feeding = std::all_of(s.ran.begin(), s.ran.begin() + 10, [](bool r) { return r; });
        const bool others = std::any_of(s.ran.begin() + 10, s.ran.end(), [](bool r) { return r; });
        seen.ordinary_ran += others ? 1 : 0;
        seen.feeding_waited += others && !all_feeding ? 1 : 0;
    }
    return seen;
}

TEST(plane_loop, while_scarce_feeding_gets_all_it_asks_for_before_ordinary_work_runs) {
    const share_of_lanes with = share_while_scarce(true);
    EXPECT_GT(with.first, 15'000) << "a hot chassis and a busy device";
    EXPECT_EQ(with.feeding_waited, 0);
    EXPECT_GT(with.ordinary_ran, 10'000) << "what feeding leaves is sold";
    const share_of_lanes without = share_while_scarce(false);
    EXPECT_GT(without.feeding_waited, 1'000) << "by price alone high bids run first: a control";
}

TEST(plane_loop, ordinary_work_waits_at_most_seven_windows_once_headroom_returns) {
    auto settings = usual();
    settings.chassis = {milli_celsius(35'000), milli_celsius(50'000)};
    std::vector<bidder> who;
    for (std::uint32_t i = 0; i < 60; ++i)
        who.push_back(i < 50 ? bidder{feeding, 100 + i} : bidder{ordinary, 900 + 100 * i});
    for (const std::uint64_t phase : {0u, 3u, 7u}) {
        shop s(settings, who);
        s.use = busy.utilisation;
        s.chassis_mc = 52'000;
        s.accelerator_w = 60;
        const auto ordinary_ran = [&] {
            return std::any_of(s.ran.begin() + 50, s.ran.end(), [](bool r) { return r; });
        };
        for (std::uint64_t k = 0; k < 1'200 + phase; ++k) {  // the die is still cool: it is the chassis that is hot
            s.quantum();
            ASSERT_FALSE(k >= 900 && ordinary_ran()) << "fifty that feed take all there is";
        }
        ASSERT_TRUE(s.p.prices().feeding_first());
        s.chassis_mc = 37'500;
        int waited = 0;
        for (; waited < 1'000 && !ordinary_ran(); ++waited) s.quantum();
        EXPECT_LE(waited, 80) << "seven windows and the one that has begun";
        EXPECT_GT(waited, 10) << "it is the filter that takes time";
    }
}

}  // namespace
}  // namespace maxwell
