// SPDX-License-Identifier: MIT
//
// heat: the plant of a machine, its sensor, and the governor that keeps it cool.
//
//     waiting bids ──▶ allow(wanted) ──▶ so many processors may run ──▶ decisions ──▶ burn(running) ──▶ plant ──▶ sensor ──┐
//          ▲                ▲                                                │                                         │
//          │                └──────────────── governor ◀─────────────────────┴──────────── readings ◀───────────────────┘
//          └── price page ◀── price_daemon ◀── price ┘
//
// `maxwell` is thermal/controller.hpp: it admits whole processors within a power cap and makes the price that clears it. The others cap power as
// a frequency does: all processors run, more slowly. One quantum is a millisecond, as the controller's.

#pragma once

#include "sim/experiment.hpp"
#include "sim/results.hpp"

#include <maxwell/core/view.hpp>
#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/baseline_governors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {

class heat {
public:
    heat(thermal_settings const& s, std::uint32_t processors, std::uint64_t seed)
        : settings_(s),
          makers_(s.plant == "stress" ? sim::stress_machine() : sim::server_machine()),
          core_w_((makers_.most_w - makers_.idle_w) / processors),
          plant_(makers_, .001),
          eye_({}, seed) {
        const double sustainable_w = (s.target_c - makers_.surroundings_c) / makers_.resistance();
        if (s.governor == "maxwell") {
            controller_ = *sim::auction_governor::controller_type::create(sim::settings_for(makers_, s.target_c));
        } else if (s.governor == "power_allocator") {
            governor_ = std::make_unique<sim::power_allocator>(s.target_c, sustainable_w, makers_.most_w);
        } else if (s.governor == "step_wise") {
            governor_ = std::make_unique<sim::step_wise>(s.target_c, makers_.idle_w, makers_.most_w);
        } else if (s.governor == "PI") {
            governor_ = std::make_unique<sim::pi_governor>(s.target_c, makers_.idle_w, makers_.most_w);
        } else {
            governor_ = std::make_unique<sim::no_control>();
        }
    }

    bool makes_prices() const { return controller_.has_value(); }

    /// Is it time to make a price from the bids?
    bool prices_now() const { return controller_ && new_window_; }

    /// The price of the window that begins, from the bids of all that want a processor.
    price reprice(std::vector<price> const& bids) {
        std::vector<power_bid> all;
        for (const price p : bids) all.push_back({p, milliwatts(core_w_)});
        return controller_->reprice(view<power_bid const>(all.data(), all.size()));
    }

    /// How many of `wanted` processors may run in this quantum.
    std::uint32_t allow(std::uint32_t wanted) {
        if (!controller_) return wanted;
        std::uint32_t n = 0;
        while (n < wanted && controller_->admit(milliwatts(core_w_))) ++n;
        return n;
    }

    /// So many run for this quantum. Returns at what part of their speed.
    double burn(std::uint32_t running, bool counts) {
        const double demand_w = makers_.idle_w + running * core_w_;
        const double watts = controller_ ? demand_w : governor_->dispatch(demand_w, makers_.idle_w);
        plant_.step(watts);
        if (controller_) new_window_ = controller_->step(milliwatts(watts));
        const double c = plant_.temperature();
        if (const auto reading = eye_.measure(c)) {
            if (controller_)
                controller_->observe(*reading, 100);
            else
                governor_->observe(*reading);
        }
        overshoot_k_ = std::max(overshoot_k_, c - settings_.target_c);
        if (c > settings_.limit_c) over_limit_s_ += .001;
        if (counts) {
            ++count_;
            sum_ += c - settings_.target_c;
            squares_ += (c - settings_.target_c) * (c - settings_.target_c);
        }
        if (steps_ % 500 == 0) history_.push_back({static_cast<double>(steps_) * .001, c});
        ++steps_;
        return running == 0 ? 1 : (watts - makers_.idle_w) / (demand_w - makers_.idle_w);
    }

    void into(run_result& r) const {
        const auto n = static_cast<double>(std::max<std::uint64_t>(1, count_));
        r[metric::mean_temperature] = settings_.target_c + sum_ / n;
        r[metric::sigma] = std::sqrt(std::max(0., squares_ / n - sum_ / n * (sum_ / n)));
        r[metric::overshoot] = overshoot_k_;
        r[metric::over_limit] = over_limit_s_;
        r.temperature = history_;
    }

private:
    static std::uint32_t milliwatts(double watts) { return static_cast<std::uint32_t>(std::lround(watts * 1000)); }

    thermal_settings settings_;
    sim::machine makers_;
    double core_w_;
    sim::plant plant_;
    sim::sensor eye_;
    std::optional<sim::auction_governor::controller_type> controller_;
    std::unique_ptr<sim::governor> governor_;  ///< where there is no controller
    bool new_window_ = true;
    std::vector<sample> history_;
    double sum_ = 0, squares_ = 0, over_limit_s_ = 0;
    double overshoot_k_ = -std::numeric_limits<double>::infinity();
    std::uint64_t count_ = 0, steps_ = 0;
};

}  // namespace maxwell::simulator
