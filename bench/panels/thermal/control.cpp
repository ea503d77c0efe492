// SPDX-License-Identifier: MIT

#include "panels/thermal/control.hpp"

#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/baseline_governors.hpp>
#include <maxwell/sim/thermal/closed_loop.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::bench {
namespace {

using sim::thermal_outcome;
using sim::thermal_scenario;

constexpr std::size_t usual_cores = 64;

/// Makes a governor for a scenario: each run has its own.
using maker = std::function<std::unique_ptr<sim::governor>(thermal_scenario const&)>;

double core_watts(thermal_scenario const& s, std::size_t cores) {
    return (s.makers.most_w - s.makers.idle_w) / static_cast<double>(cores);
}

maker auction_with(std::size_t cores, bool equal_bids = false) {
    return [=](thermal_scenario const& s) {
        std::vector<price> bids;
        for (std::size_t i = 0; i < cores; ++i)
            bids.push_back(static_cast<price>(equal_bids ? 500 : 1'000 - 900 * i / cores));
        return std::make_unique<sim::auction_governor>(sim::settings_for(s.makers, s.target_c), bids,
                                                       core_watts(s, cores), s.watts_error);
    };
}

maker price_alone(bool equal_bids) {
    return [=](thermal_scenario const& s) {
        std::vector<double> bids;  // forty watts an octave, or all alike
        for (std::size_t i = 0; i < usual_cores; ++i) {
            bids.push_back(equal_bids ? 4 : std::exp2(8 - static_cast<double>(i) * core_watts(s, usual_cores) / 40));
        }
        return std::make_unique<sim::price_governor>(s.target_c, bids, core_watts(s, usual_cores));
    };
}

/// A governor of the table.
struct contender {
    std::string_view name;
    maker make;
};

std::vector<contender> contenders() {
    using sim::machine;
    const auto make_allocator = [](thermal_scenario const& s) {
        machine const& m = s.makers;
        const double sustainable = (s.target_c - m.surroundings_c) / m.resistance();
        return std::make_unique<sim::power_allocator>(s.target_c, sustainable, m.most_w);
    };
    const auto make_steps = [](thermal_scenario const& s) {
        return std::make_unique<sim::step_wise>(s.target_c, s.makers.idle_w, s.makers.most_w);
    };
    const auto make_pi = [](thermal_scenario const& s) {
        return std::make_unique<sim::pi_governor>(s.target_c, s.makers.idle_w, s.makers.most_w);
    };
    return {{"auction", auction_with(usual_cores)},
            {"auction, equal bids", auction_with(usual_cores, true)},
            {"power_allocator", make_allocator},
            {"step_wise", make_steps},
            {"PI", make_pi},
            {"price alone", price_alone(false)},
            {"price alone, equal bids", price_alone(true)},
            {"no control", [](thermal_scenario const&) { return std::make_unique<sim::no_control>(); }}};
}

// --- what befalls them -------------------------------------------------------------------------------------------------

/// A group of runs, of which the worst counts.
struct trial {
    std::string_view name;
    std::vector<thermal_scenario> runs;
};

/// Every resistance and every capacity is `low` or `high` times what was stated.
std::vector<thermal_scenario> corners(double low, double high, thermal_scenario const& base = {}, unsigned stride = 1) {
    std::vector<thermal_scenario> all;
    const std::size_t stages = base.makers.stages.size();
    for (unsigned corner = 0; corner < 1u << (2 * stages); corner += stride) {
        thermal_scenario s = base;
        for (std::size_t i = 0; i < stages; ++i) {
            s.resistance_scale.push_back((corner >> i & 1) != 0 ? high : low);
            s.capacity_scale.push_back((corner >> (stages + i) & 1) != 0 ? high : low);
        }
        s.seed = 2 + corner;
        all.push_back(s);
    }
    return all;
}

std::vector<thermal_scenario> seeds(std::size_t count, thermal_scenario const& base = {}) {
    std::vector<thermal_scenario> all(count, base);
    for (std::size_t i = 0; i < count; ++i) all[i].seed = i + 1;
    return all;
}

std::vector<thermal_scenario> cold_corners() {
    std::vector<thermal_scenario> all;
    for (const double kelvin : {-5., 5.}) {
        thermal_scenario base;
        base.warmer_k = kelvin;
        base.warm_up_s = 0;
        for (thermal_scenario const& s : corners(.75, 1.25, base)) all.push_back(s);
    }
    return all;
}

std::vector<thermal_scenario> wrong_watts(unsigned stride) {
    std::vector<thermal_scenario> all;
    for (const double error : {.9, 1.1}) {
        thermal_scenario base;
        base.watts_error = error;
        for (thermal_scenario const& s : corners(.75, 1.25, base, stride)) all.push_back(s);
    }
    return all;
}

std::vector<thermal_scenario> sensor_faults() {
    using sim::sensor_fault;
    std::vector<thermal_scenario> all;
    for (const auto fault : {sensor_fault::missing, sensor_fault::stuck, sensor_fault::colder, sensor_fault::hotter,
                             sensor_fault::wild, sensor_fault::off_scale, sensor_fault::repeating}) {
        for (const double from : {-15., 0., 60.}) {
            for (const double lasts : {20., 1000.}) {
                thermal_scenario s;
                s.seconds = 100;
                s.fault = fault;
                s.fault_from_s = from;
                s.fault_to_s = from + lasts;
                s.seed = all.size() + 1;
                all.push_back(s);
            }
        }
    }
    return all;
}

std::vector<thermal_scenario> bursts() {
    std::vector<thermal_scenario> all;
    for (const double period : {.02, .1, .5, 2., 10.}) {
        thermal_scenario s;
        s.load = [period](double t) { return std::fmod(t, period) < period / 2 ? 1. : .1; };
        all.push_back(s);
    }
    return all;
}

thermal_scenario fan_failure() {
    thermal_scenario s;
    s.fan_fails_s = 80;
    return s;
}

std::vector<trial> trials(bool full) {
    const unsigned some = full ? 1 : 5;  // coprime to 64, so that each scale occurs both ways
    thermal_scenario stress;
    stress.makers = sim::stress_machine();
    thermal_scenario cold;
    cold.warm_up_s = 0;
    std::vector<thermal_scenario> doubled = corners(.5, 2, {}, some);
    for (thermal_scenario const& s : corners(.5, 2, cold, some)) doubled.push_back(s);
    return {{"as stated", seeds(full ? 40 : 8)},
            {"each R and C a quarter off", corners(.75, 1.25)},
            {"and air +-5 K, cold start", cold_corners()},
            {"and watts 10 % off", wrong_watts(some)},
            {"each R and C half or double", doubled},
            {"fan fails: last R x 1.6", corners(.75, 1.25, fan_failure(), some)},
            {"bursts", bursts()},
            {"sensor faults", sensor_faults()},
            {"stress plant as stated", seeds(2, stress)},
            {"stress plant, a quarter off", corners(.75, 1.25, stress)}};
}

/// Rivals run a few of each.
std::vector<trial> fewer(std::vector<trial> all, std::size_t most) {
    for (trial& t : all) {
        std::vector<thermal_scenario> some;
        const std::size_t stride = std::max<std::size_t>(1, t.runs.size() / most);
        for (std::size_t i = 0; i < t.runs.size(); i += stride) some.push_back(t.runs[i]);
        t.runs = some;
    }
    return all;
}

thermal_outcome worst_of(maker const& make, std::vector<thermal_scenario> const& runs) {
    thermal_outcome worst;
    worst.throughput = INFINITY;
    for (thermal_scenario const& s : runs) {
        const auto g = make(s);
        const thermal_outcome o = run_closed_loop(*g, s);
        worst.overshoot_k = std::max(worst.overshoot_k, o.overshoot_k);
        worst.hottest_k = std::max(worst.hottest_k, o.hottest_k);
        worst.settling_s = std::max(worst.settling_s, o.settling_s);
        worst.sigma_k = std::max(worst.sigma_k, o.sigma_k);
        worst.over_limit_s = std::max(worst.over_limit_s, o.over_limit_s);
        worst.throughput = std::min(worst.throughput, o.throughput);
        if (std::abs(o.bias_k) > std::abs(worst.bias_k)) worst.bias_k = o.bias_k;
    }
    return worst;
}

std::vector<std::string> row_of(std::string_view name, std::size_t runs, thermal_outcome const& o) {
    return {std::string(name),
            fmt::format("{}", runs),
            fmt::format("{:+.2f}", o.overshoot_k),
            fmt::format("{:+.2f}", o.bias_k),
            fmt::format("{:.3f}", o.sigma_k),
            fmt::format("{:.1f}", o.settling_s),
            fmt::format("{:.4f}", o.throughput),
            fmt::format("{:.3f}", o.over_limit_s)};
}

const std::vector<std::string> columns{"",         "runs",        "overshoot, K", "bias, K",
                                       "sigma, K", "settling, s", "throughput",   "over the limit, s"};

// --- charts ------------------------------------------------------------------------------------------------------------

panel_chart chart_of(std::string title, std::string y) {
    panel_chart c;
    c.title = std::move(title);
    c.x = "time, s";
    c.y = std::move(y);
    return c;
}

void add_lines(panel_result& r, std::string const& title, thermal_scenario const& s, std::vector<contender> const& who,
               double from_s, double to_s) {
    panel_chart celsius = chart_of(fmt::format("Temperature: {}", title), "degrees Celsius");
    panel_chart watts = chart_of(fmt::format("Power: {}", title), "W");
    panel_chart price = chart_of(fmt::format("Price: {}", title), "ticks");
    for (contender const& c : who) {
        const auto g = c.make(s);
        std::vector<sim::thermal_sample> history;
        run_closed_loop(*g, s, &history, .2);
        panel_line t{std::string(c.name), {}, {}};
        panel_line w = t;
        panel_line p = t;
        for (sim::thermal_sample const& h : history) {
            if (h.time_s < from_s || h.time_s > to_s) continue;
            for (panel_line* line : {&t, &w, &p}) line->x.push_back(h.time_s);
            t.y.push_back(h.celsius);
            w.y.push_back(h.watts);
            p.y.push_back(h.price);
        }
        celsius.lines.push_back(t);
        watts.lines.push_back(w);
        if (c.name.starts_with("auction")) price.lines.push_back(p);
    }
    r.charts.push_back(celsius);
    r.charts.push_back(watts);
    r.charts.push_back(price);
}

// --- goals -------------------------------------------------------------------------------------------------------------

void add_goal(panel_result& r, std::string text, std::string figures, bool met) {
    r.goals.push_back(
        {"temperature control", std::move(text), std::move(figures), met ? verdict::met : verdict::missed});
}

void judge(panel_result& r, std::vector<trial> const& what, std::vector<thermal_outcome> const& own,
           thermal_outcome const& equal_bids, thermal_outcome const& allocator) {
    const auto of = [&](std::string_view name) -> thermal_outcome const& {
        return own[static_cast<std::size_t>(
            std::find_if(what.begin(), what.end(), [&](trial const& t) { return t.name == name; }) - what.begin())];
    };
    const auto at_most = [&](std::string text, double figure, double limit, std::string_view unit) {
        add_goal(r, std::move(text), fmt::format("{:.3f} {}", figure, unit), figure <= limit);
    };
    thermal_outcome const& stated = of("as stated");
    thermal_outcome const& quarter = of("each R and C a quarter off");
    thermal_outcome const& cold = of("and air +-5 K, cold start");
    at_most("as stated: overshoot at most .25 K", stated.overshoot_k, .25, "K");
    at_most("R and C a quarter off: overshoot at most 2 K", quarter.overshoot_k, 2, "K");
    at_most("and air +-5 K, cold start: overshoot at most 3 K", cold.overshoot_k, 3, "K");
    at_most("as stated and a quarter off: within 1 K at most 3 s after first reaching the target less 1 K",
            std::max(stated.settling_s, quarter.settling_s), 3, "s");
    at_most("and air +-5 K, cold start: settled as fast", cold.settling_s, 3, "s");
    at_most("as stated and a quarter off: sigma at most .1 K", std::max(stated.sigma_k, quarter.sigma_k), .1, "K");
    at_most("and air +-5 K, cold start: sigma at most .1 K", cold.sigma_k, .1, "K");
    const double least = std::min({stated.throughput, quarter.throughput, cold.throughput});
    add_goal(r, "as stated, a quarter off, air too: throughput at least .995 of the thermal optimum",
             fmt::format("{:.4f}", least), least >= .995);
    for (const char* fault : {"sensor faults", "fan fails: last R x 1.6", "bursts"}) {
        at_most(fmt::format("{}: no time over the limit, target + 3 K", fault), of(fault).over_limit_s, 0, "s");
    }
    at_most("each R and C half or double: no second over the limit", of("each R and C half or double").over_limit_s,
            .999, "s");
    at_most("equal bids: overshoot at most .25 K", equal_bids.overshoot_k, .25, "K");
    at_most("equal bids: sigma at most .1 K", equal_bids.sigma_k, .1, "K");
    add_goal(
        r, "better than power_allocator on overshoot, sigma and throughput, as stated",
        fmt::format("{:+.2f} / {:+.2f} K, {:.3f} / {:.3f} K, {:.4f} / {:.4f}", stated.overshoot_k,
                    allocator.overshoot_k, stated.sigma_k, allocator.sigma_k, stated.throughput, allocator.throughput),
        stated.overshoot_k < allocator.overshoot_k && stated.sigma_k < allocator.sigma_k &&
            stated.throughput > allocator.throughput);

    // The linear loop that remains is the observer's learning; its margins by the frequency response, not by the certificate.
    const controller_settings<sim::most_stages> s = sim::settings_for(sim::server_machine());
    const double g = (s.gains.scale_q16 + s.gains.offset_q16) / 65536. * s.plant.max_response_q16 / 65536.;
    const double crossing = 2 * std::asin(g / 2);
    const double phase = 90 - (s.plant.delay_samples + .5) * crossing * 180 / M_PI;
    const double gain_db = 20 * std::log10(2 * std::sin(M_PI / (4. * s.plant.delay_samples + 2)) / g);
    add_goal(r, "learning, on the strongest plant within the bounds: at least 8 dB and 60 degrees",
             fmt::format("{:.1f} dB, {:.0f} degrees", gain_db, phase), gain_db >= 8 && phase >= 60);
}

}  // namespace

panel_result compare_temperature_control(panel_context const& context) {
    panel_result r;
    const std::vector<trial> what = trials(context.full);
    const std::vector<trial> less = fewer(what, context.full ? 16 : 4);
    const std::vector<contender> who = contenders();
    const std::vector<std::size_t> cores{1, 2, 4, 8, 10, 16, 32, 64, 128};
    double done = 0;
    const double total = static_cast<double>(what.size() * 4 + who.size() * less.size() + cores.size());
    const auto shown = [&](double more, std::string_view name) { context.progress((done += more) / total, name); };

    panel_table own{"Holding 85 degrees by an auction of 64 cores",
                    columns,
                    {},
                    "The worst of all runs, each figure by itself. Limit: 88 degrees."};
    std::vector<thermal_outcome> outcomes;
    for (trial const& t : what) {
        outcomes.push_back(worst_of(who[0].make, t.runs));
        own.rows.push_back(row_of(t.name, t.runs.size(), outcomes.back()));
        shown(4, t.name);
    }
    r.tables.push_back(own);

    std::vector<thermal_outcome> as_stated;
    for (std::size_t i = 0; i < what.size(); ++i) {
        if (what[i].name == "bursts") continue;
        panel_table rivals{fmt::format("By whom: {}", what[i].name), columns, {}, ""};
        for (contender const& c : who) {
            const thermal_outcome o = worst_of(c.make, less[i].runs);
            if (i == 0) as_stated.push_back(o);
            rivals.rows.push_back(row_of(c.name, less[i].runs.size(), o));
            shown(1, c.name);
        }
        r.tables.push_back(rivals);
    }

    panel_table whole{
        "Dispatches are whole: cores that share the machine, as stated", columns, {}, "A quantum is 1 ms."};
    for (const std::size_t n : cores) {
        const auto runs = seeds(context.full ? 8 : 2);
        whole.rows.push_back(row_of(fmt::format("{}", n), runs.size(), worst_of(auction_with(n), runs)));
        shown(1, "cores");
    }
    r.tables.push_back(whole);

    add_lines(r, "load step from 30 to 100 % at 0", {}, {who[0], who[2], who[3], who[4], who[7]}, -5, 60);
    add_lines(r, "the fan fails at 80 s", fan_failure(), {who[0], who[2], who[3], who[4]}, 60, 140);
    thermal_scenario deaf;
    deaf.fault = sim::sensor_fault::missing;
    add_lines(r, "no reading from 60 to 80 s", deaf, {who[0], who[2], who[4]}, 50, 100);

    judge(r, what, outcomes, as_stated[1], as_stated[2]);
    r.notes.push_back(
        "Plants: .03 K/W 2 ms, .12 K/W 1 s, .20 K/W 22.9 s, air 40 C, 40 to 240 W; stress: .20 K/W 20 ms, .25 K/W 20 "
        "s, air 35 C. "
        "The sensor: noise of .25 K, rounded to 1 K, each 100 ms, 100 ms late. Load: 30 % for 20 s, then 100 %. "
        "Overshoot from the "
        "step on, bias, sigma and throughput from 60 s on; throughput over the thermal optimum of the plant as it is. "
        "Rivals cap "
        "power exactly, the auction dispatches whole cores.");
    return r;
}

}  // namespace maxwell::bench
