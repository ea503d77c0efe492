// SPDX-License-Identifier: MIT
//
// auction_governor: the controller of thermal/ as a governor: whole dispatches onto cores, a price from the bidders'
// watts.
//
// Each core that is wanted holds one bid. In a quantum cores are dispatched in the order of their bids, as long as the
// controller admits them; at each window's beginning the price is made anew.
//
// Complexity: O(cores) each quantum.

#pragma once

#include <maxwell/core/view.hpp>
#include <maxwell/sim/plant.hpp>
#include <maxwell/sim/thermal/governor.hpp>
#include <maxwell/thermal/controller.hpp>

#include <cmath>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace maxwell::sim {

inline constexpr std::size_t most_stages = 3;

/// Settings for the machine as its makers describe it; stages that it doesn't have are without resistance.
inline controller_settings<most_stages> settings_for(machine const& m, double target_c = 85) {
    controller_settings<most_stages> s{};
    for (std::size_t i = 0; i < m.stages.size() && i < most_stages; ++i) {
        s.stages[i] = {static_cast<std::uint32_t>(std::lround(m.stages[i].k_per_w * 1e6)),
                       static_cast<std::uint32_t>(std::lround(m.stages[i].tau_s * 1e6))};
    }
    s.target_mc = static_cast<std::int32_t>(std::lround(target_c * 1000));
    s.observer.ambient_mc = static_cast<std::int32_t>(std::lround(m.surroundings_c * 1000));
    s.max_ambient_mc = s.observer.ambient_mc + 5'000;
    s.idle_mw = static_cast<std::uint32_t>(std::lround(m.idle_w * 1000));
    s.max_mw = static_cast<std::uint32_t>(std::lround(m.most_w * 1000));
    return s;
}

class auction_governor final : public governor {
public:
    using controller_type = controller<most_stages, 128>;

    /// `bids[i]` is what core i offers, highest first; each burns `core_w` when it runs. What the governor is told of
    /// the watts is `watts_error` times what is burnt. Throws std::invalid_argument where the settings are refused.
    auction_governor(controller_settings<most_stages> const& settings, std::vector<price> const& bids, double core_w,
                     double watts_error = 1)
        : watts_error_(watts_error), core_w_(core_w) {
        const auto made = controller_type::create(settings);
        if (!made) throw std::invalid_argument(sentence(made.fault));
        controller_ = *made;
        for (const price amount : bids) bids_.push_back({amount, believed_mw(core_w)});
    }

    std::string_view name() const override { return "auction"; }

    double dispatch(double demand_w, double idle_w) override {
        const auto wanted = static_cast<std::size_t>(std::lround((demand_w - idle_w) / core_w_));
        if (priced_)
            controller_->reprice(view<power_bid const>(bids_.data(), wanted < bids_.size() ? wanted : bids_.size()));
        double watts = idle_w;
        for (std::size_t core = 0; core < wanted && core < bids_.size(); ++core) {
            if (!controller_->admit(bids_[core].mw)) break;
            watts += core_w_;
        }
        return watts;
    }

    void drawn(double watts) override { priced_ = controller_->step(believed_mw(watts)); }

    void observe(std::int32_t reading_mc) override { controller_->observe(reading_mc, delay_quanta); }

    double current_price() const override { return controller_->current_price(); }

    controller_type const& inner() const { return *controller_; }

private:
    static constexpr std::uint32_t delay_quanta = 100;

    std::uint32_t believed_mw(double watts) const {
        return static_cast<std::uint32_t>(std::lround(watts * watts_error_ * 1000));
    }

    std::optional<controller_type> controller_;
    std::vector<power_bid> bids_;
    double watts_error_;
    double core_w_;
    bool priced_ = true;
};

}  // namespace maxwell::sim
