// SPDX-License-Identifier: MIT
//
// baseline_governors: what the auction's controller is compared with. Written from documentation and papers.
//
//     constant_cap      the same cap for ever: calculated for the nominal plant
//     power_allocator   Linux's, by its documentation: PID on the reading, integrating over-temperature only, 10 bits
//     step_wise         Linux's, by its documentation: one cooling state up while it is hot and rises, one down while it falls
//     pi_governor       proportional and integral on power, with back-calculation against windup
//     price_governor    the same on the logarithm of a price: every bid of at least that runs; quantity has no say
//
// All act when a reading comes, and cap power exactly, which is kinder to them than whole dispatches.
//
// Complexity: O(1) a reading; price_governor O(bids).
//
// Documentation/driver-api/thermal/power_allocator.rst and sysfs-api.rst of Linux; Astrom and Hagglund, Advanced PID
// Control, 2006.

#pragma once

#include <maxwell/sim/thermal/governor.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::sim {

/// A cap, and nothing else.
class constant_cap final : public capping_governor {
public:
    explicit constant_cap(double cap_w) : capping_governor(cap_w) {}
    std::string_view name() const override { return "constant cap"; }
    void observe(std::int32_t) override {}
};

/// How power_allocator is tuned: factors on the gains that it estimates, k_po = S/dT above the target and k_pu = 2 S/dT below; k_i over
/// that k_pu; and up to which error below the target it integrates.
struct allocator_tuning {
    double above = 1;
    double below = 1;
    double integral = .1;
    std::int64_t cutoff_mk = 0;

    /// Integrates on both sides.
    static constexpr std::int64_t both_sides = std::int64_t{1} << 40;
};

class power_allocator final : public capping_governor {
public:
    /// `sustainable_w`: what the device tree says that the machine can burn for ever at the target. `switch_on_k` below
    /// the target it begins to control.
    power_allocator(double target_c, double sustainable_w, double most_w, allocator_tuning const& tuned = {},
                    double switch_on_k = 15)
        : capping_governor(most_w),
          target_mc_(std::llround(target_c * 1000)),
          switch_on_mc_(target_mc_ - std::llround(switch_on_k * 1000)),
          sustainable_mw_(std::llround(sustainable_w * 1000)),
          above_(scaled(fraction(sustainable_mw_) / std::llround(switch_on_k * 1000), tuned.above)),
          below_(scaled(2 * (fraction(sustainable_mw_) / std::llround(switch_on_k * 1000)), tuned.below)),
          integral_(scaled(2 * (fraction(sustainable_mw_) / std::llround(switch_on_k * 1000)), tuned.integral)),
          cutoff_(tuned.cutoff_mk) {}

    std::string_view name() const override { return "power_allocator"; }

    void observe(std::int32_t reading_mc) override {
        if (reading_mc < switch_on_mc_) {
            error_sum_ = 0;
            cap_w_ = most_w_;
            return;
        }
        const std::int64_t error = fraction(target_mc_ - reading_mc);
        const std::int64_t p = product(error < 0 ? above_ : below_, error);
        std::int64_t i = product(integral_, error_sum_);
        if (error < fraction(cutoff_)) {  // 0 unless it is tuned
            const std::int64_t next = i + product(integral_, error);
            if (std::abs(next) < fraction(std::llround(most_w_ * 1000))) {
                i = next;
                error_sum_ += error;
            }
        }
        const double mw = static_cast<double>(sustainable_mw_ + ((p + i) >> bits));
        cap_w_ = std::clamp(mw / 1000, 0., most_w_);
    }

private:
    static constexpr int bits = 10;
    static std::int64_t fraction(std::int64_t v) { return v << bits; }
    static std::int64_t scaled(std::int64_t gain, double factor) {
        return std::llround(static_cast<double>(gain) * factor);
    }
    static std::int64_t product(std::int64_t a, std::int64_t b) { return (a * b) >> bits; }

    std::int64_t target_mc_;
    std::int64_t switch_on_mc_;
    std::int64_t sustainable_mw_;
    std::int64_t above_;  ///< gains in 10-bit fractions of a milliwatt per thousandth of a degree
    std::int64_t below_;
    std::int64_t integral_;
    std::int64_t cutoff_;  ///< in thousandths of a kelvin
    std::int64_t error_sum_ = 0;
};

/// Linux's step_wise on a device of `states` frequencies.
class step_wise final : public capping_governor {
public:
    step_wise(double target_c, double idle_w, double most_w, int states = 20)
        : capping_governor(most_w), trip_mc_(std::llround(target_c * 1000)), idle_w_(idle_w), states_(states) {}

    std::string_view name() const override { return "step_wise"; }

    void observe(std::int32_t reading_mc) override {
        const bool hot = reading_mc >= trip_mc_;
        if (hot && reading_mc > last_mc_) state_ = std::min(state_ + 1, states_);
        if (!hot && reading_mc < last_mc_) state_ = std::max(state_ - 1, 0);
        last_mc_ = reading_mc;
        cap_w_ = most_w_ - (most_w_ - idle_w_) * state_ / states_;
    }

private:
    std::int64_t trip_mc_;
    double idle_w_;
    int states_;
    int state_ = 0;
    std::int64_t last_mc_ = 0;
};

/// u = kp e + integral; what saturation cuts off is fed back into the integral.
class pi_governor final : public capping_governor {
public:
    pi_governor(double target_c, double idle_w, double most_w, double kp_w_per_k = 2.5, double ki_w_per_k_s = 2.5,
                double period_s = .1)
        : capping_governor(most_w),
          target_c_(target_c),
          idle_w_(idle_w),
          kp_(kp_w_per_k),
          ki_(ki_w_per_k_s * period_s),
          sum_w_(most_w) {}

    std::string_view name() const override { return "PI"; }

    void observe(std::int32_t reading_mc) override {
        const double e = target_c_ - reading_mc / 1000.;
        const double wanted = kp_ * e + sum_w_;
        cap_w_ = std::clamp(wanted, idle_w_, most_w_);
        sum_w_ += ki_ * e + (cap_w_ - wanted) * .3;
    }

private:
    double target_c_;
    double idle_w_;
    double kp_;
    double ki_;
    double sum_w_;
};

/// Octaves of price by PI; every bid of at least the price runs.
class price_governor final : public governor {
public:
    price_governor(double target_c, std::vector<double> bids, double core_w, double kp_per_k = .008,
                   double ki_per_k_s = .4, double period_s = .1)
        : target_c_(target_c), bids_(std::move(bids)), core_w_(core_w), kp_(kp_per_k), ki_(ki_per_k_s * period_s) {}

    std::string_view name() const override { return "price alone"; }

    double dispatch(double demand_w, double idle_w) override {
        const auto wanted = static_cast<std::size_t>(std::lround((demand_w - idle_w) / core_w_));
        double watts = idle_w;
        for (std::size_t i = 0; i < bids_.size() && i < wanted; ++i) watts += bids_[i] >= price_ ? core_w_ : 0;
        return watts;
    }

    void observe(std::int32_t reading_mc) override {
        const double e = reading_mc / 1000. - target_c_;
        sum_ = std::clamp(sum_ + ki_ * e, 0., 16.);
        price_ = std::exp2(std::clamp(kp_ * e + sum_, 0., 16.));
    }

    double current_price() const override { return price_; }

private:
    double target_c_;
    std::vector<double> bids_;
    double core_w_;
    double kp_;
    double ki_;
    double sum_ = 0;
    double price_ = 1;
};

}  // namespace maxwell::sim
