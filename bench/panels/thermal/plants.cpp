// SPDX-License-Identifier: MIT

#include "panels/thermal/plants.hpp"

#include "panels/thermal/rivals.hpp"
#include "panels/thermal/trials.hpp"

#include <maxwell/sim/thermal/other_plants.hpp>
#include <maxwell/sim/thermal/plane_governor.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::bench {
namespace {

using sim::other_plant;

constexpr double core_w = 6.25;  // 32 dispatches from idle to all

/// What the neighbour draws at a time: up by 125 W and down again, each 20 s.
double neighbour_w(double t) { return t > 20 && std::fmod(t, 40) >= 20 ? 145 : 20; }

/// A plant, and what befalls it while it runs.
struct other_machine {
    std::string_view name;
    std::function<other_plant(sim::placement)> make;
    std::function<std::function<void(other_plant&, double)>()> events;
    thermal_scenario scenario;
    double chart_from_s = -5;
    double chart_to_s = 80;
};

std::function<void(other_plant&, double)> nothing() {
    return [](other_plant&, double) {};
}

std::vector<other_machine> machines(bool full) {
    thermal_scenario usual;
    thermal_scenario longer;
    longer.seconds = 220;
    thermal_scenario day;
    day.seconds = full ? 43'200 : 1'800;
    const double leak_k = 10;
    return {
        {"32 cores side by side", [](sim::placement where) { return sim::lateral_cores(where, core_w); }, nothing,
         usual},
        {"a neighbour that steps by 125 W", [](sim::placement) { return sim::with_neighbour(82.5); },
         [] { return [](other_plant& p, double t) { p.draw(3, neighbour_w(t)); }; }, longer, 10, 140},
        {"leakage, loop gain .33", [leak_k](sim::placement) { return sim::with_leakage(.33, leak_k); }, nothing, usual},
        {"leakage, loop gain 1", [leak_k](sim::placement) { return sim::with_leakage(1, leak_k); }, nothing, usual},
        {"leakage, loop gain 1.5", [leak_k](sim::placement) { return sim::with_leakage(1.5, leak_k); }, nothing, usual},
        {"a fan with three speeds", [](sim::placement) { return sim::single_die(); }, [] { return sim::stepped_fan(); },
         longer, -5, 120},
        {full ? "12 hours of air +-8 K, and dust" : "half an hour of air +-8 K, and dust",
         [](sim::placement) { return sim::single_die(); }, [day] { return sim::air_and_dust(day.seconds); }, day, -20,
         full ? 43'200. : 1'800.},
    };
}

/// A governor that is not told what leaks.
class without_meter final : public sim::governor {
public:
    explicit without_meter(std::unique_ptr<sim::governor> inner) : inner_(std::move(inner)) {}
    std::string_view name() const override { return inner_->name(); }
    double dispatch(double demand_w, double idle_w) override { return watts_ = inner_->dispatch(demand_w, idle_w); }
    void drawn(double) override { inner_->drawn(watts_); }
    void observe(std::int32_t reading_mc) override { inner_->observe(reading_mc); }
    double current_price() const override { return inner_->current_price(); }

private:
    std::unique_ptr<sim::governor> inner_;
    double watts_ = 0;
};

/// The plane knows the neighbour, by the time that its quanta have taken.
std::unique_ptr<sim::governor> plane_for(thermal_scenario const& s) {
    auto settings = sim::shared_sink_settings<1>();
    settings.die[1].max_mw = 220'000;
    return std::make_unique<sim::plane_governor>(settings, core_w,
                                                 [t = -s.warm_up_s]() mutable { return neighbour_w(t += .001); });
}

/// Single dies only where there are several.
sim::placement placement_of(std::string_view name) {
    if (name.ends_with("at random")) return sim::placement::at_random;
    if (name.ends_with("the same cores")) return sim::placement::on_the_first;
    return name.starts_with("auction") ? sim::placement::in_turn : sim::placement::evenly;
}

std::vector<thermal_contender> those_for(std::string_view machine) {
    std::vector<thermal_contender> who{{"auction", auction_with(32), ""}};
    if (machine.starts_with("32 cores")) {
        who.push_back({"auction, on cores at random", auction_with(32), ""});
        who.push_back({"auction, always on the same cores", auction_with(32), ""});
    }
    if (machine.starts_with("a neighbour")) who.push_back({"plane, knows the neighbour's watts", plane_for, ""});
    if (machine.starts_with("leakage")) {
        who.push_back({"auction, leakage not metered",
                       [](thermal_scenario const& s) { return std::make_unique<without_meter>(auction_with(32)(s)); },
                       ""});
    }
    for (thermal_contender const& c : contenders()) {
        if (!c.name.starts_with("auction") && !c.name.starts_with("price") && c.name != "no control") who.push_back(c);
    }
    return who;
}

void judge(panel_result& r, std::string_view machine, std::vector<std::string> const& names,
           std::vector<thermal_outcome> const& outcomes) {
    const auto of = [&](std::string_view name) -> thermal_outcome const& {
        std::size_t i = 0;
        while (names[i] != name) ++i;
        return outcomes[i];
    };
    const auto at_most = [&](std::string text, double figure, double limit, std::string_view unit) {
        r.goals.push_back({"temperature control, other plants", fmt::format("{}: {}", machine, text),
                           fmt::format("{:+.3f} {}", figure, unit), figure <= limit ? verdict::met : verdict::missed});
    };
    if (machine.starts_with("32 cores")) {
        at_most("sigma of the hottest core at most .1 K, cores in turn", of("auction").sigma_k, .1, "K");
        at_most("the same, cores at random", of("auction, on cores at random").sigma_k, .1, "K");
        at_most("the same, always the same cores", of("auction, always on the same cores").sigma_k, .1, "K");
    }
    if (machine.starts_with("a neighbour")) {
        at_most("overshoot at most 1.5 K, neighbour unknown", of("auction").overshoot_k, 1.5, "K");
        at_most("overshoot at most 1.5 K by the plane", of("plane, knows the neighbour's watts").overshoot_k, 1.5, "K");
    }
    if (machine.starts_with("leakage")) {
        at_most("overshoot at most 2 K, leakage metered", of("auction").overshoot_k, 2, "K");
        at_most("overshoot at most 2 K, not metered", of("auction, leakage not metered").overshoot_k, 2, "K");
    }
    if (machine.starts_with("a fan") || machine.find("hour") != std::string_view::npos) {
        at_most("no time over the limit", of("auction").over_limit_s, 0, "s");
    }
}

}  // namespace

panel_result hold_other_plants(panel_context const& context) {
    panel_result r;
    context.progress(0, "tuning");
    const std::vector<other_machine> all = machines(context.full);
    double done = 0;
    for (other_machine const& m : all) {
        panel_table table{fmt::format("By whom: {}", m.name), thermal_columns, {}, ""};
        std::vector<std::string> names, charted;
        std::vector<thermal_outcome> outcomes;
        std::vector<std::vector<sim::thermal_sample>> histories;
        for (thermal_contender const& c : those_for(m.name)) {
            std::vector<sim::thermal_sample> history;
            const bool drawn =
                c.name.ends_with("tuned") || c.name.starts_with("auction") || c.name.starts_with("plane");
            const auto g = c.make(m.scenario);
            other_plant p = m.make(placement_of(c.name));
            outcomes.push_back(run_on(*g, p, m.scenario, m.events(), drawn ? &history : nullptr, m.chart_to_s / 400));
            names.push_back(c.name);
            table.rows.push_back(row_of(c.name, 1, outcomes.back()));
            if (!drawn) continue;
            charted.push_back(c.name);
            histories.push_back(std::move(history));
        }
        add_charts(r, std::string(m.name), charted, histories, m.chart_from_s, m.chart_to_s);
        judge(r, m.name, names, outcomes);
        r.tables.push_back(std::move(table));
        context.progress(++done / static_cast<double>(all.size()), m.name);
    }
    r.notes.push_back(
        "Each is the server of the other tables with something that its ladder leaves out; nobody's settings know of "
        "it. Rivals "
        "are tuned on the server as stated. Watts that cap governors allow are spread evenly over the cores, the "
        "auction's are "
        "whole dispatches on cores in turn. Leakage is e-fold in 10 K; its loop gain is the kelvin that the watts of "
        "one more "
        "kelvin add in the end. Throughput is over what the plant could do for ever; with a neighbour, over what its "
        "mean watts "
        "leave. The price is 0 where there is none.");
    return r;
}

}  // namespace maxwell::bench
