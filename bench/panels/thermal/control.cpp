// SPDX-License-Identifier: MIT

#include "panels/thermal/control.hpp"

#include "panels/thermal/trials.hpp"

#include <maxwell/sim/thermal/auction_governor.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::bench {
namespace {

// --- goals -------------------------------------------------------------------------------------------------------------

void add_goal(panel_result& r, std::string text, std::string figures, bool met) {
    r.goals.push_back(
        {"temperature control", std::move(text), std::move(figures), met ? verdict::met : verdict::missed});
}

void judge(panel_result& r, std::vector<trial> const& what, std::vector<thermal_outcome> const& own,
           thermal_outcome const& equal_bids) {
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
    const std::vector<std::size_t> cores{1, 2, 4, 8, 10, 16, 32, 64, 128};
    double done = 0;
    const double total = static_cast<double>(what.size() * 4 + cores.size());
    const auto shown = [&](double more, std::string_view name) { context.progress((done += more) / total, name); };

    panel_table own{"Holding 85 degrees by an auction of 64 cores",
                    thermal_columns,
                    {},
                    "The worst of all runs, each figure by itself. Limit: 88 degrees."};
    std::vector<thermal_outcome> outcomes;
    for (trial const& t : what) {
        outcomes.push_back(worst_of(auction_with(usual_cores), t.runs));
        own.rows.push_back(row_of(t.name, t.runs.size(), outcomes.back()));
        shown(4, t.name);
    }
    r.tables.push_back(own);

    panel_table whole{
        "Dispatches are whole: cores that share the machine, as stated", thermal_columns, {}, "A quantum is 1 ms."};
    for (const std::size_t n : cores) {
        const auto runs = seeds(context.full ? 8 : 2);
        whole.rows.push_back(row_of(fmt::format("{}", n), runs.size(), worst_of(auction_with(n), runs)));
        shown(1, "cores");
    }
    r.tables.push_back(whole);

    judge(r, what, outcomes, worst_of(auction_with(usual_cores, true), seeds(context.full ? 40 : 8)));
    r.notes.push_back(
        "Plants: .03 K/W 2 ms, .12 K/W 1 s, .20 K/W 22.9 s, air 40 C, 40 to 240 W; stress: .20 K/W 20 ms, .25 K/W 20 "
        "s, air 35 C. "
        "The sensor: noise of .25 K, rounded to 1 K, each 100 ms, 100 ms late. Load: 30 % for 20 s, then 100 %. "
        "Overshoot from the "
        "step on, bias, sigma and throughput from 60 s on; throughput over the thermal optimum of the plant as it is.");
    return r;
}

}  // namespace maxwell::bench
