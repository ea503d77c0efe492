// SPDX-License-Identifier: MIT
//
// price_daemon: the process that publishes prices, as ./run thermal does, in virtual time.
//
//     controller ──price──▶ take ──run, each period──▶ price_page ──▶ policies, each with its own copy of the newest schedule
//
// A schedule begins when it is published and holds for its horizon of 10.5 ms. A daemon that is late or has crashed leaves the rest to
// price_schedule.hpp: the price holds for as long again, and then walks to the safe one.

#pragma once

#include "sim/experiment.hpp"
#include "sim/policy.hpp"

#include <cstdint>
#include <vector>

namespace maxwell::simulator {

class price_daemon {
public:
    price_daemon(price_page<max_lanes>& page, thermal_settings const& s, std::vector<double> const& lanes)
        : page_(page),
          lanes_(lanes),
          safe_(s.safe),
          period_ns_(static_cast<std::uint64_t>(s.publish_ms * 1e6)),
          crash_ns_(static_cast<std::uint64_t>(s.crash_s * 1e9)) {}

    /// The controller's newest price.
    void take(price p) { newest_ = p; }

    /// Publishes the newest price if it is time to.
    void run(std::uint64_t now_ns) {
        if (now_ns < next_ns_ || now_ns >= crash_ns_) return;
        next_ns_ += period_ns_;
        page_.publish(flat_prices(lanes_, safe_, newest_, now_ns));
    }

private:
    price_page<max_lanes>& page_;
    std::vector<double> const& lanes_;
    double safe_;
    std::uint64_t period_ns_, crash_ns_;
    std::uint64_t next_ns_ = 0;
    price newest_ = 0;
};

}  // namespace maxwell::simulator
