// SPDX-License-Identifier: MIT
//
// plane_governor: a plane of two dies on one sink as a governor of the first. It knows what the second draws, and nothing else of it: the
// second has no sensor here and obeys no cap.
//
// Complexity: O(cores) each quantum.

#pragma once

#include <maxwell/sim/thermal/governor.hpp>
#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace maxwell::sim {

class plane_governor final : public governor {
public:
    using plane_type = plane<3, 128, 2, 1>;

    /// Dispatches of `core_w` each; `neighbour_w` is what the second die draws now. Throws std::invalid_argument where the settings are
    /// refused.
    plane_governor(plane_settings<3, 2, 1> const& settings, double core_w, std::function<double()> neighbour_w)
        : core_w_(core_w), neighbour_w_(std::move(neighbour_w)) {
        const auto made = plane_type::create(settings, 0);
        if (!made) throw std::invalid_argument(sentence(made.fault));
        plane_ = *made;
    }

    std::string_view name() const override { return "plane"; }

    double dispatch(double demand_w, double idle_w) override {
        double watts = idle_w;
        while (watts + core_w_ <= demand_w + 1e-6 && plane_->admit(0, milli(core_w_))) watts += core_w_;
        return watts;
    }

    void drawn(double watts) override {
        now_ns_ += 1'000'000;
        const milliwatts both[] = {milliwatts(milli(watts)), milliwatts(milli(neighbour_w_()))};
        plane_->step(now_ns_, both);
    }

    void observe(std::int32_t reading_mc) override {
        constexpr std::uint64_t delay_ns = 100'000'000;
        plane_->observe(0, {milli_celsius(reading_mc), now_ns_ > delay_ns ? now_ns_ - delay_ns : 0});
    }

private:
    static std::uint32_t milli(double watts) { return static_cast<std::uint32_t>(std::lround(watts * 1000)); }

    std::optional<plane_type> plane_;
    double core_w_;
    std::function<double()> neighbour_w_;
    std::uint64_t now_ns_ = 0;
};

}  // namespace maxwell::sim
