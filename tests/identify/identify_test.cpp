// SPDX-License-Identifier: MIT
//
// Does the fit find what the plant was made of, and does it say so when it can't?

#include "identify/fit.hpp"
#include "identify/recording.hpp"
#include "identify/verdict.hpp"

#include <maxwell/sim/plant.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

/// A recording of `m` under a load that steps up, down and up again.
std::vector<recorded> record(sim::machine const& m, sim::sensor_settings const& sensor, std::uint64_t seed) {
    sim::plant machine(m, .001);
    sim::sensor eye(sensor, seed);
    machine.settle(60);
    std::vector<recorded> all;
    for (int k = 1; k <= 240'000; ++k) {
        const double t = k * .001;
        const double watts = t <= 20 ? 60 : t <= 140 ? 120 : t <= 180 ? 80 : 140;
        machine.step(watts);
        if (const auto mc = eye.measure(machine.temperature())) all.push_back({t, watts, *mc / 1000.});
    }
    return all;
}

TEST(identify, finds_the_stages_of_the_shipped_recording) {
    const std::vector<recorded> shipped = read_recording(MAXWELL_LOAD_STEP);
    const thermal_fit fit = fit_recording(shipped);
    ASSERT_EQ(fit.stages.size(), 3u);
    EXPECT_NEAR(fit.stages[1].k_per_w, .12, .012);
    EXPECT_NEAR(fit.stages[1].tau_s, 1, .1);
    EXPECT_NEAR(fit.stages[2].k_per_w, .20, .005);
    EXPECT_NEAR(fit.stages[2].tau_s, 22.9, .5);
    EXPECT_NEAR(fit.stages[0].k_per_w, .03, .012);
    EXPECT_GT(fit.stages[0].tau_error, fit.stages[0].tau_s) << "no reading each 100 ms sees 2 ms";
    EXPECT_NEAR(fit.surroundings_c, 40, .3);
    EXPECT_LT(fit.residual_k, .45);
    EXPECT_LT(std::abs(fit.whiteness), .2);
}

TEST(identify, the_shipped_recording_is_of_the_plant) {
    const std::vector<recorded> shipped = read_recording(MAXWELL_LOAD_STEP);
    const auto again = record(sim::server_machine(), {.noise_k = .25, .resolution_k = 1, .period = 100, .delay = 0}, 1);
    ASSERT_EQ(shipped.size(), again.size());
    for (std::size_t i = 0; i < again.size(); ++i) {
        EXPECT_NEAR(shipped[i].time_s, again[i].time_s, .01);
        EXPECT_EQ(shipped[i].watts, again[i].watts);
        // The normal distribution is the library's: with another one only the noise differs.
        EXPECT_NEAR(shipped[i].celsius, again[i].celsius, 2.1);
    }
}

TEST(identify, finds_machines_within_its_own_confidence) {
    for (std::uint64_t seed = 1; seed <= 2; ++seed) {
        sim::machine m{
            {{.05 + .01 * static_cast<double>(seed), .8}, {.3, 15. + 5 * static_cast<double>(seed)}}, 25, 10, 200};
        const auto fit = fit_stages(record(m, {.noise_k = .25, .resolution_k = 1, .period = 100, .delay = 0}, seed), 2);
        ASSERT_TRUE(fit);
        for (std::size_t i = 0; i < 2; ++i) {
            fitted_stage const& s = fit->stages[i];
            EXPECT_NEAR(s.k_per_w, m.stages[i].k_per_w, 4 * s.k_per_w_error) << seed << " " << i;
            EXPECT_NEAR(s.tau_s, m.stages[i].tau_s, 4 * s.tau_error) << seed << " " << i;
            EXPECT_LT(s.k_per_w_error, .05 * s.k_per_w);
            EXPECT_LT(s.tau_error, .1 * s.tau_s);
        }
    }
}

TEST(identify, a_fine_sensor_finds_the_die_too) {
    const auto fit = fit_stages(
        record(sim::server_machine(), {.noise_k = .01, .resolution_k = .001, .period = 1, .delay = 0}, 1), 3);
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->stages[0].k_per_w, .03, .002);
    EXPECT_NEAR(fit->stages[0].tau_s, .002, .0005);
}

TEST(identify, too_few_stages_leave_a_residual_that_is_not_white) {
    const auto fit = fit_stages(read_recording(MAXWELL_LOAD_STEP), 1);
    ASSERT_TRUE(fit);
    EXPECT_GT(fit->whiteness, .5);
}

/// The verdict and what is left over say the same.
TEST(identify, what_is_not_explained_is_never_good) {
    thermal_fit fit = *fit_stages(read_recording(MAXWELL_LOAD_STEP), 1);
    EXPECT_EQ(verdict(fit, false), "doubtful: something is not explained, another stage or moving air");
    fit.whiteness = .1;
    EXPECT_EQ(verdict(fit, false), "good");
    EXPECT_EQ(verdict(fit, true), "usable; look at the stages that are marked");
    fit.explained = .5;
    EXPECT_EQ(verdict(fit, false), "poor: don't use it");
}

/// The shipped recording in other units: each is noticed, before the fit or after it, and in the right units nothing is.
TEST(identify, other_units_are_noticed_and_named) {
    const std::vector<recorded> shipped = read_recording(MAXWELL_LOAD_STEP);
    const auto in_units = [&](double time, double power, double temperature) {
        std::vector<recorded> r = shipped;
        for (recorded& line : r) line = {line.time_s * time, line.watts * power, line.celsius * temperature};
        std::string why = impossible_readings(r);
        if (why.empty()) why = impossible_machine(r, fit_stages(r, 2).value());
        return why;
    };
    EXPECT_EQ(in_units(1, 1, 1), "");
    EXPECT_EQ(in_units(1, 10, 1), "");
    const auto names = [](std::string const& why, char const* unit) { return why.find(unit) != std::string::npos; };
    EXPECT_TRUE(names(in_units(1, 1, 1000), "look like millidegrees"));
    EXPECT_TRUE(names(in_units(1, 1000, 1), "looks like milliwatts"));
    EXPECT_TRUE(names(in_units(1, 1'000'000, 1), "looks like microwatts"));
    EXPECT_TRUE(names(in_units(1000, 1, 1), "looks like milliseconds"));
    EXPECT_TRUE(names(in_units(1'000'000, 1, 1), "looks like microseconds"));
    EXPECT_TRUE(names(in_units(1, 1, 5), "degrees Celsius hot"));
    EXPECT_TRUE(names(in_units(1, 1, -5), "degrees Celsius cold"));
}

TEST(identify, machines_that_cannot_be_are_named) {
    const std::vector<recorded> r = {{0, 60, 50}, {1, 100, 60}};
    thermal_fit fit;
    fit.stages = {{335, 1, 10, 1}};
    fit.surroundings_c = 25;
    EXPECT_EQ(impossible_machine(r, fit).find("335 K/W would make 33500 K of the 100 W recorded"), 0u);
    fit.stages[0].k_per_w = .3;
    EXPECT_EQ(impossible_machine(r, fit), "");
    for (const double air : {29'883., 101., -61.}) {
        fit.surroundings_c = air;
        EXPECT_EQ(impossible_machine(r, fit).find("the air would have"), 0u) << air;
    }
}

TEST(identify, a_step_is_needed) {
    std::vector<recorded> flat;
    for (int i = 0; i < 100; ++i) flat.push_back({i * .1, 60, 61});
    EXPECT_THROW(fit_recording(flat), std::runtime_error);
}

std::vector<recorded> read(std::string const& text) {
    std::string padded = text;
    for (int i = 0; i < 60; ++i) padded += std::to_string(100 + i) + ",60,61\n";
    std::istringstream in(padded);
    return read_recording(in, "x.csv");
}

TEST(identify, a_recording_is_read_with_its_comments_and_words) {
    EXPECT_EQ(read("# made by hand\ntime,watts,celsius\n\n 1 , 2.5e1 ,\t61.5 # hot\r\n").front().watts, 25);
    EXPECT_EQ(read("1,60,61\n").size(), 61u);
}

TEST(identify, broken_lines_are_named) {
    const auto refuses = [](std::string const& text, std::string const& sentence) {
        try {
            read(text);
        } catch (std::runtime_error const& e) {
            return std::string(e.what()).find(sentence) != std::string::npos;
        }
        return false;
    };
    for (const char* line : {"2;60;61", "2,60", "2,60,61,5", "2,60,", "2,nan,61", "2,60,inf", ",60,61", "2 60 61"}) {
        EXPECT_TRUE(refuses(std::string("1,60,61\n") + line + "\n", "line 2: three numbers")) << line;
    }
    EXPECT_TRUE(refuses("1,60,61\n1,60,61\n", "line 2: time has to go forwards"));
    EXPECT_TRUE(refuses("1,-1,61\n", "line 1: power can't be negative"));
}

}  // namespace
}  // namespace maxwell::bench
