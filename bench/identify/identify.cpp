// SPDX-License-Identifier: MIT
//
// maxwell_identify: the thermal resistances and time constants of a machine, from a recorded load step.

#include "identify/fit.hpp"
#include "identify/recording.hpp"
#include "identify/verdict.hpp"

#include <maxwell/sim/plant.hpp>
#include <maxwell/thermal/controller_settings.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace maxwell;
using namespace maxwell::bench;

int refuse(std::string const& sentence) {
    fmt::print(stderr, "identify: {}\n", sentence);
    return 2;
}

/// What the shipped recording is: the plant that the tests use, under a load that steps up, down and up again.
void print_recording_of_the_plant() {
    sim::plant machine(sim::server_machine(), .001);
    sim::sensor eye({.noise_k = .25, .resolution_k = 1, .period = 100, .delay = 0}, 1);
    machine.settle(60);
    fmt::print(
        "# Made by maxwell_identify --example: the plant of include/maxwell/sim/plant.hpp, server_machine(), no real "
        "machine.\n");
    fmt::print(
        "# .03 K/W 2 ms, .12 K/W 1 s, .20 K/W 22.9 s, air 40 C; a sensor of 1 K each 100 ms with noise of .25 K.\n");
    fmt::print("time_s,watts,celsius\n");
    for (int k = 1; k <= 240'000; ++k) {
        const double t = k * .001;
        const double watts = t <= 20 ? 60 : t <= 140 ? 120 : t <= 180 ? 80 : 140;
        machine.step(watts);
        if (const auto reading = eye.measure(machine.temperature()))
            fmt::print("{:.1f},{:.0f},{:.0f}\n", t, watts, *reading / 1000.);
    }
}

std::string plus_minus(double value, double error, int digits) {
    return fmt::format("{:.{}f} +- {:.{}f}", value, digits, 2 * error, digits);
}

/// All that a controller has no default for, as it is pasted, and whether `create` would take it. What a recording can't show is
/// marked: the warmest air, and what the machine could draw beyond what it drew here.
void print_settings(std::vector<recorded> const& r, thermal_fit const& fit, double step_s) {
    const auto [low, high] =
        std::minmax_element(r.begin(), r.end(), [](recorded const& a, recorded const& b) { return a.watts < b.watts; });
    controller_settings<3> s{};
    std::string stages;
    for (std::size_t i = 0; i < fit.stages.size() && i < 3; ++i) {
        const auto in_range = [](double v) { return static_cast<std::uint32_t>(std::clamp(std::round(v), 0., 4e9)); };
        s.stages[i] = {in_range(fit.stages[i].k_per_w * 1e6), in_range(fit.stages[i].tau_s * 1e6)};
        stages += fmt::format("{}{{{}, {}}}", i == 0 ? "" : ", ", s.stages[i].resistance_uk_per_w, s.stages[i].tau_us);
    }
    s.observer.ambient_mc = static_cast<std::int32_t>(std::lround(fit.surroundings_c * 1000));
    s.max_ambient_mc = s.observer.ambient_mc + 5'000;
    s.idle_mw = static_cast<std::uint32_t>(std::lround(low->watts * 1000));
    s.max_mw = static_cast<std::uint32_t>(std::lround(high->watts * 1000));
    s.reading_age_ms = static_cast<std::uint32_t>(std::lround(step_s * 1000));
    s.gains = learning_gains{}.scaled_to(s.reading_age_ms);
    fmt::print("\n    maxwell::controller_settings<{}> settings{{{{{}}}}};  // micro-kelvin per watt, microseconds\n",
               fit.stages.size(), stages);
    fmt::print("    settings.observer.ambient_mc = {};\n", s.observer.ambient_mc);
    fmt::print("    settings.max_ambient_mc = {};  // 5 K warmer: state the warmest that your air gets\n",
               s.max_ambient_mc);
    fmt::print("    settings.idle_mw = {};         // the least of this recording\n", s.idle_mw);
    fmt::print("    settings.max_mw = {};         // the most of this recording: state what the machine can draw\n",
               s.max_mw);
    fmt::print("    settings.reading_age_ms = {};\n", s.reading_age_ms);
    fmt::print("    settings.gains = maxwell::learning_gains{{}}.scaled_to({});\n", s.reading_age_ms);
    const settings_fault fault = check_settings(s, s.reading_age_ms + 29);
    fmt::print("    // a target of {} degrees, quanta of 1 ms, a History of {}: {}\n", s.target_mc / 1000,
               s.reading_age_ms + 29, sentence(fault));
}

void report(std::vector<recorded> const& r, thermal_fit const& fit) {
    const double step = (r.back().time_s - r.front().time_s) / static_cast<double>(r.size() - 1);
    fmt::print("{} readings, {:.0f} s, one each {:.0f} ms\n\n", r.size(), r.back().time_s - r.front().time_s,
               step * 1000);
    fmt::print("{:<8}{:>22}{:>24}{:>14}\n", "stage", "resistance, K/W", "time constant, s", "C, J/K");
    double total = 0;
    bool doubtful = false;
    for (std::size_t i = 0; i < fit.stages.size(); ++i) {
        fitted_stage const& s = fit.stages[i];
        total += s.k_per_w;
        const bool too_fast = s.tau_s < step;
        const bool vague = 2 * s.k_per_w_error > .5 * s.k_per_w || 2 * s.tau_error > .5 * s.tau_s;
        doubtful = doubtful || vague || too_fast;
        fmt::print("{:<8}{:>22}{:>24}{:>14.3g}{}\n", i, plus_minus(s.k_per_w, s.k_per_w_error, 4),
                   plus_minus(s.tau_s, s.tau_error, 3), s.tau_s / s.k_per_w,
                   too_fast ? "   faster than the readings: its time constant is a guess"
                   : vague  ? "   not found to within a half"
                            : "");
    }
    fmt::print("\nall in all  {:.4f} K/W; air {} C\n", total,
               plus_minus(fit.surroundings_c, fit.surroundings_error, 2));
    fmt::print("residual    {:.3f} K (root mean square), {:.2f} K at the worst; {:.2f} % of the variance explained\n",
               fit.residual_k, fit.worst_k, fit.explained * 100);
    fmt::print("left over   a residual and the next correlate by {:.2f}\n", fit.whiteness);
    fmt::print("verdict     {}\n", verdict(fit, doubtful));

    print_settings(r, fit, step);
}

}  // namespace

int main(int argc, char** argv) {
    std::string file;
    int stages = 0;
    bool example = false;
    CLI::App app(
        "Fits the thermal resistances and time constants of a machine to a recorded load step: lines of time in "
        "seconds, watts, "
        "degrees Celsius. The recording begins in a steady state, and is good for stages slower than its readings.");
    app.add_option("FILE", file, "the recording");
    app.add_option("--stages", stages, "1 to 3; 0: what explains it best")
        ->check(CLI::Range(0, 3))
        ->capture_default_str();
    app.add_flag("--example", example, "print a recording of the simulated plant instead");
    try {
        app.parse(argc, argv);
        if (example && file.empty()) {
            print_recording_of_the_plant();
            return 0;
        }
        if (example) return refuse("--example takes no file.");
        if (file.empty()) return refuse("FILE is required (--help tells more)");
        const std::vector<recorded> recording = read_recording(file);
        const auto of_no_machine = [&](std::string const& why) {
            return refuse(fmt::format("{} is of no machine: {}", file, why));
        };
        if (const std::string why = impossible_readings(recording); !why.empty()) return of_no_machine(why);
        const thermal_fit fit = fit_recording(recording, stages);
        if (const std::string why = impossible_machine(recording, fit); !why.empty()) return of_no_machine(why);
        report(recording, fit);
        return 0;
    } catch (CLI::ParseError const& e) {
        if (e.get_exit_code() == 0) return app.exit(e);
        return refuse(fmt::format("{} (--help tells more)", e.what()));
    } catch (std::bad_alloc const&) {
        return refuse(file + " needs more memory than there is.");
    } catch (std::exception const& e) {
        return refuse(e.what());
    }
}
