// SPDX-License-Identifier: MIT
//
// controller: holds a die at its target temperature by limiting the power that is admitted, and makes the clearing price.
//
//                    ┌───────────────── learned scale and offset ────────────────┐
//                    │                                                           │
//     target ──▶ feed-forward ──cap──▶ energy_budget ──admits──▶ dispatch ──┬──▶ plant ──▶ sensor ──▶ observer
//              each window of 10 ms         │                             watts                        ▲
//                                           ▼                               └──────────────────────────┘
//                         clearing_price(bids, cap) ──▶ limits ──▶ price
//
// The controlled quantity is power. Each window the observer predicts how warm the die will be a window later without
// power, and what each watt adds to that: the rest to the target is a power cap, without any feedback gain. The cap
// becomes an energy budget, from which dispatched watts are deducted. The price is what clears that budget at the present
// bids. It tells bidders what heat costs, but doesn't hold the temperature: if all bids are equal, a price admits all of
// them or none.
//
// The only feedback is the observer's learning, which has to be stable: `create` refuses gains that
// stability_certificate.hpp doesn't certify for the plant's bounds.
//
// When the sensor fails, the observer continues on its model alone for a bounded time, with a margin that grows with its
// drift. After that the cap is what keeps the hottest plant within the bounds below the target for ever, and the price the
// safe price.
//
// Invariants
//   1. A controller with a model was certified.
//   2. The cap is within [idle power, max power], and at most the safe cap while the observer trusts nothing.
//   3. The all-zero object admits nothing.
//
//     operation            cost              why
//     step                 O(Stages)         the model's; each window another division
//     observe              O(1)              the observer's
//     admit, price         O(1)              a comparison
//     reprice              O(bids)           clearing_price
//     create               O(100 Stages)     coefficients
//
// A price made in a window from bids of that window is a critical price; clearing_price.hpp says what follows if it is
// used later, and how to make one that doesn't depend on a bidder's own bid.

#pragma once

#include <maxwell/core/view.hpp>
#include <maxwell/thermal/clearing_price.hpp>
#include <maxwell/thermal/controller_settings.hpp>
#include <maxwell/thermal/energy_budget.hpp>
#include <maxwell/thermal/thermal_observer.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int32_t, uint32_t
#include <optional>     // create
#include <type_traits>  // is_trivially_copyable
#include <utility>      // in_place

namespace maxwell {

/// Whether the reported watts of a quantum are plausible.
enum class power_verdict : std::uint8_t {
    plausible,
    below_idle,  ///< less than half the idle power
    above_max,   ///< more than the greatest power and a quarter
};

template <std::size_t Stages, std::size_t History>
class controller {
public:
    using settings = controller_settings<Stages>;
    using observer_type = thermal_observer<Stages, History>;

    /// Admits nothing.
    constexpr controller() noexcept = default;

    /// A controller, or the reason for which there is none.
    struct created : std::optional<controller> {
        using std::optional<controller>::optional;
        settings_fault fault = settings_fault::none;  ///< `sentence` says what to change
    };

    /// Returns a controller of a machine that is as cold as its ambient air. Where `check_settings` names a fault, the
    /// result is empty and has that fault. O(100 Stages).
    static constexpr created create(settings const& s) noexcept {
        created result;
        result.fault = check_settings(s, History);
        if (result.fault == settings_fault::none) result.emplace(certified{}, s);
        return result;
    }

    /// Returns whether something that draws `mw` until the end of this quantum may be dispatched, and if so deducts it. O(1).
    constexpr bool admit(std::uint32_t mw) noexcept { return budget_.admit(mw); }

    /// What may still be admitted in this quantum, in milliwatts. O(1).
    constexpr std::uint32_t allowance_mw() const noexcept { return budget_.allowance_mw(); }

    /// Ends a quantum in which the machine drew `reported_mw`, the idle power included. If the machine can't draw that,
    /// power() says so, and the model is stepped on what was admitted instead. Returns true if a new window has begun:
    /// time to reprice. O(Stages).
    constexpr bool step(std::uint32_t reported_mw) noexcept {
        power_ = judge_power(reported_mw);
        const std::uint32_t drawn_mw = power_ == power_verdict::plausible ? reported_mw : budget_.admitted_mw();
        observer_.step(drawn_mw);
        budget_.next_quantum(drawn_mw);
        const bool opened = ++quanta_ >= window_quanta_;
        if (opened) open_window();
        budget_.debit(idle_mw_);
        return opened;
    }

    /// Whether step() found the watts of the last quantum plausible. O(1).
    constexpr power_verdict power() const noexcept { return power_; }

    /// Accounts for `ns` nanoseconds in which the machine was suspended, or step() wasn't called, and in which it drew `mw`:
    /// the model cools or heats accordingly, readings from before no longer count as recent, and a new window begins. Call it
    /// in place of the missed steps. Less than a quantum changes nothing. O(64 Stages + History).
    constexpr void sleep(std::uint64_t ns, std::uint32_t mw = 0) noexcept {
        if (quantum_ns_ == 0 || ns < quantum_ns_) return;
        observer_.sleep(mw, ns / quantum_ns_);
        budget_.next_quantum(0);
        open_window();
        budget_.debit(idle_mw_);
    }

    /// Sets by how many kelvin other dies on the same sink warm this one: `now`, and `in_the_end` if they continue to draw what
    /// they draw. Caps use the first, the safe cap the greater of both, times the plant's greatest response. Both are 0 at
    /// first and hold until the next call (plane.hpp makes them). O(1).
    constexpr void surround(q32 now, q32 in_the_end) noexcept {
        observer_.surround(now);
        beside_ = now > in_the_end ? now : in_the_end;
    }

    /// Makes the next window begin `quanta` quanta sooner, once, so the windows of several dies can begin in turn. O(1).
    constexpr void advance_window(std::uint32_t quanta) noexcept {
        if (window_quanta_ != 0) quanta_ = (quanta_ + quanta) % window_quanta_;
    }

    /// Moves the target to `target_mc`, in thousandths of a degree Celsius, from the next window on. Returns false and
    /// changes nothing if create() would refuse it: not above the warmest ambient air, out of the sensor's range, or
    /// reached by the idle power alone. O(1).
    constexpr bool retarget(std::int32_t target_mc) noexcept {
        const q32 target = q32_from_milli(target_mc);
        const q32 setpoint = sub_sat(target, margin_);
        // A zeroed controller has no range: each target is at or above it, or at or below the air.
        if (target_mc > 200'000 || target >= max_reading_ || setpoint <= max_ambient_) return false;
        const std::uint32_t safe = safe_power(setpoint);
        if (idle_mw_ != 0 && safe <= idle_mw_) return false;
        setpoint_ = setpoint;
        safe_mw_ = safe;
        return true;
    }

    /// Takes in the sensor's reading of `age` quanta ago, in thousandths of a degree Celsius. O(1).
    constexpr sensor_verdict observe(std::int32_t reading_mc, std::uint32_t age) noexcept {
        return observer_.observe(reading_mc, age);
    }

    /// Makes the price of this window from its bids: the price that clears the cap less the idle power, within the limits of
    /// its range and speed. While the temperature is unknown the cap is the safe one, and the price at least the safe price.
    /// O(bids).
    constexpr price reprice(view<power_bid const> bids) noexcept {
        const clearing c = clearing_price(bids, cap_mw() > idle_mw_ ? cap_mw() - idle_mw_ : 0);
        price_ = next_price(price_, c.clearing_price, prices_);
        if (observer_.trust() == trust_level::nothing && price_ < prices_.safe_price) price_ = prices_.safe_price;
        return price_;
    }

    /// The price in force. O(1).
    constexpr price current_price() const noexcept { return price_; }

    /// The power cap in force, in milliwatts. O(1).
    constexpr std::uint32_t cap_mw() const noexcept { return budget_.cap_mw(); }

    /// The power that keeps the hottest plant within the bounds below the target for ever, in milliwatts, as of the last
    /// window in which the observer trusted nothing, or of the target's last move. O(1).
    constexpr std::uint32_t safe_mw() const noexcept { return safe_mw_; }

    /// Kelvin left to the setpoint in force, which the uncertainty margin lowers; negative above it. 0 while the observer trusts
    /// nothing. O(Stages).
    constexpr q32 room() const noexcept {
        if (observer_.trust() == trust_level::nothing) return 0;
        return sub_sat(sub_sat(setpoint_, distance_), observer_.temperature());
    }

    /// The observer: the estimate of the temperature, and its uncertainty.
    constexpr observer_type const& observer() const noexcept { return observer_; }

    /// Begins as a machine that has run for a while and whose sensor reads `reading_mc`. O(Stages + History).
    constexpr void warm_start(std::int32_t reading_mc) noexcept {
        observer_.warm_start(reading_mc);
        open_window();
    }

    /// Call it when the sensor was replaced or repaired: it is trusted from its next reading on. O(1).
    constexpr void reset_sensor() noexcept { observer_.reset_sensor(); }

    /// Do the invariants hold? O(Stages); for tests.
    constexpr bool check_invariants() const noexcept {
        if (window_quanta_ == 0) return cap_mw() == 0;
        const bool above_safe_cap = observer_.trust() == trust_level::nothing && quanta_ == 0 && cap_mw() > floor_mw();
        return cap_mw() >= idle_mw_ && cap_mw() <= max_mw_ && !above_safe_cap && observer_.check_invariants();
    }

private:
    struct certified {
        explicit certified() = default;
    };
    template <std::size_t, std::size_t, std::size_t, std::size_t, auto const&>
    friend class plane;

public:
    /// For `create` and plane.hpp, which construct in place: no other code can name the first argument's type.
    constexpr controller(certified, settings const& s) noexcept
        : observer_(thermal_model<Stages>(s.stages, s.quantum_ns, s.window_quanta), s.observer, s.gains, s.sensor),
          budget_(s.window_quanta),
          prices_(s.prices),
          setpoint_(q32_from_milli(s.target_mc) - q32_from_milli(s.margin_mk)),
          margin_(q32_from_milli(s.margin_mk)),
          max_ambient_(q32_from_milli(s.max_ambient_mc)),
          max_reading_(q32_from_milli(s.sensor.max_mc)),
          max_response_(q32{s.plant.max_response_q16} << 16),
          hottest_k_per_w_(mul_q32(observer_.model().resistance(), max_response_)),
          error_tolerance_(q32_from_milli(s.error_tolerance_mk)),
          error_gain_(q32{s.error_gain} << 32),
          quantum_ns_(s.quantum_ns),
          window_quanta_(s.window_quanta),
          idle_mw_(s.idle_mw),
          max_mw_(s.max_mw),
          min_drawn_mw_(s.idle_mw / 2),
          max_drawn_mw_(s.max_mw + s.max_mw / 4),
          price_(s.prices.min_price) {
        safe_mw_ = safe_power(setpoint_);
        open_window();
        budget_.debit(idle_mw_);
    }

private:
    constexpr power_verdict judge_power(std::uint32_t mw) const noexcept {
        if (mw < min_drawn_mw_) return power_verdict::below_idle;
        return mw > max_drawn_mw_ ? power_verdict::above_max : power_verdict::plausible;
    }

    /// The power that keeps the hottest plant within the bounds below `setpoint` for ever in the warmest ambient air.
    constexpr std::uint32_t safe_power(q32 setpoint) const noexcept {
        return power_for(sub_sat(setpoint - max_ambient_, mul_q32(max_response_, beside_)), hottest_k_per_w_);
    }

    constexpr std::uint32_t floor_mw() const noexcept { return safe_mw_ > idle_mw_ ? safe_mw_ : idle_mw_; }

    constexpr void open_window() noexcept {
        quanta_ = 0;
        const q32 beyond_tolerance = sub_sat(observer_.error_bound(), error_tolerance_);
        distance_ = add_sat(observer_.excess(), beyond_tolerance > 0 ? mul_q32(error_gain_, beyond_tolerance) : 0);
        const q32 headroom = sub_sat(sub_sat(setpoint_, distance_), observer_.coasting());
        std::uint32_t cap = power_for(headroom, observer_.warming());
        if (observer_.trust() == trust_level::nothing) {
            safe_mw_ = safe_power(setpoint_);
            if (cap > safe_mw_) cap = safe_mw_;
        }
        if (cap > max_mw_) cap = max_mw_;
        budget_.open(cap < idle_mw_ ? idle_mw_ : cap);
    }

    observer_type observer_;
    energy_budget budget_;
    price_limits prices_{0, 0, 0, 0, 0};
    q32 setpoint_ = 0;
    q32 margin_ = 0;
    q32 max_ambient_ = 0;
    q32 max_reading_ = 0;
    q32 max_response_ = 0;
    q32 hottest_k_per_w_ = 0;  ///< of the hottest plant within the bounds
    q32 error_tolerance_ = 0;
    q32 error_gain_ = 0;
    q32 beside_ = 0;    ///< kelvin that other dies add, the greater of now and in the end
    q32 distance_ = 0;  ///< from the setpoint to that in force, as of the window's beginning
    std::uint32_t quantum_ns_ = 0;
    std::uint32_t window_quanta_ = 0;
    std::uint32_t quanta_ = 0;
    std::uint32_t idle_mw_ = 0;
    std::uint32_t max_mw_ = 0;
    std::uint32_t min_drawn_mw_ = 0;  ///< less is implausible
    std::uint32_t max_drawn_mw_ = 0;  ///< more is implausible
    std::uint32_t safe_mw_ = 0;
    price price_ = 0;
    power_verdict power_ = power_verdict::plausible;
};

static_assert(std::is_trivially_copyable_v<controller<3, 128>> && std::is_standard_layout_v<controller<3, 128>>);

}  // namespace maxwell
