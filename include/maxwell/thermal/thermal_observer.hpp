// SPDX-License-Identifier: MIT
//
// thermal_observer: the temperature of the die now, from the watts dispatched, corrected by a late and coarse sensor.
//
// A die moves within milliseconds, a sensor speaks ten times a second, in whole kelvin, about the past. So each quantum
// a model is stepped on the watts that were dispatched, and when a reading comes it is compared with what the model
// said then:
//
//     watts ──▶ thermal_model ──▶ rise ──┬─▶ past_[age] ──┐
//                                        │                ▼
//                                        │    reading ─▶ innovation e ─▶ sensor_monitor: to be believed?
//                                        │                │
//                                        ▼                ▼
//       temperature = surroundings + offset + scale * rise        learn: scale += g e rise / (rise^2 + ridge)
//                                                                        offset += h e
//
// `rise` is the model's and what other dies add (surround): one scale for both, since they share the sink that it is off by.
//
// Two things are learned: a scale, since a machine's resistances are never quite those of its model, and an offset,
// since neither is the air. The scale takes the greater part of an innovation where the die is hot, and nothing of it
// where the die is cold, so that what was learned at one load holds at another (docs/dead_ends.md says what an offset
// alone costs).
//
// A reading says no more than that the temperature was within its cell of one resolution. The innovation is therefore 0
// while the prediction lies inside that cell, and the distance to the nearer edge outside: quantisation is no noise to
// follow.
//
// How far it trusts itself: trust() says what the estimate rests on, error_bound() how far off it may be. Without a
// reading that can be believed the model alone is good for a while only; then trust() is `nothing`, for as long as it
// lasts.
//
//     reading believed            sensor_timeout_quanta quanta without one        model_timeout_quanta quanta without one
//         sensor ─────────────────────────▶ model ────────────────────────────────▶ nothing
//           ▲                                 │                                        │
//           └─────── a reading believed ──────┴────────────────────────────────────────┘
//
// Invariants
//   1. scale and offset are within their limits.
//   2. Without a believed reading trust() is `nothing` after model_timeout_quanta quanta.
//   3. The all-zero object has no model and trusts nothing.
//
//     operation                      cost        why
//     step                           O(Stages)   the model's, and a store
//     observe                        O(1)        a division, when a reading comes
//     temperature, error_bound       O(Stages)   additions and a multiplication

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/thermal/detail/fixed_point.hpp>
#include <maxwell/thermal/sensor_monitor.hpp>
#include <maxwell/thermal/thermal_model.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int32_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// How much is learned from one reading. The defaults are for a reading each 100 ms; `scaled_to` is for other periods.
struct learning_gains {
    std::uint32_t scale_q16 = 10'617;  ///< share of an innovation that a hot die's scale takes over, .162
    std::uint32_t offset_q16 = 328;    ///< share that the offset takes over, .005
    std::uint32_t ridge_k2 = 80;  ///< square kelvin: the square of the rise at which the scale takes half of its share

    /// The same speed of learning with a reading each `period_ms`; never above what a reading each 100 ms may take.
    constexpr learning_gains scaled_to(std::uint32_t period_ms) const noexcept {
        const std::uint64_t period = period_ms < 100 ? period_ms : 100;
        return {static_cast<std::uint32_t>(scale_q16 * period / 100),
                static_cast<std::uint32_t>(offset_q16 * period / 100), ridge_k2};
    }
};

/// What a loop through these gains feeds back in all, for certify_learning. Saturates.
constexpr std::uint32_t total_gain_q16(learning_gains const& gains) noexcept {
    const std::uint64_t sum = std::uint64_t{gains.scale_q16} + gains.offset_q16;
    return static_cast<std::uint32_t>(sum < UINT32_MAX ? sum : UINT32_MAX);
}

/// What the observer has to know beside the model. Temperatures in thousandths of a degree Celsius, durations in
/// quanta.
struct observer_settings {
    std::int32_t ambient_mc = 40'000;            ///< of the air, as far as known
    std::int32_t resolution_mk = 1'000;          ///< of the sensor, which rounds to the nearest
    std::uint32_t min_scale_q16 = 19'661;        ///< .3
    std::uint32_t max_scale_q16 = 170'394;       ///< 2.6
    std::int32_t max_offset_mk = 25'000;         ///< how far the surroundings may differ from what is known
    std::uint32_t sensor_timeout_quanta = 250;   ///< without a reading for so long, it rests on the model
    std::uint32_t model_timeout_quanta = 2'000;  ///< and for so long, on nothing
    std::int32_t drift_uk_per_quantum = 125;     ///< how fast the model alone may go wrong, in micro-kelvin
};

/// What an estimate rests on.
enum class trust_level : std::uint8_t {
    nothing,  ///< neither sensor nor, by now, the model: be safe
    model,    ///< watts alone, for a bounded time
    sensor,   ///< watts, corrected by readings
};

/// `History`: quanta that a reading may be old.
template <std::size_t Stages, std::size_t History>
class thermal_observer {
    static_assert(History > 0 && History <= 65'536, "a history is 1 to 65,536 quanta");

public:
    /// Knows nothing: its temperature is 0, its trust is `nothing`.
    constexpr thermal_observer() noexcept = default;

    /// Begins with `model` as it is, a scale of 1, and no reading yet: its trust is `model`, for a while.
    constexpr thermal_observer(thermal_model<Stages> const& model, observer_settings const& settings,
                               learning_gains const& gains, sensor_limits const& limits) noexcept
        : model_(model),
          monitor_(limits, q32_from_milli(settings.ambient_mc) - q32_from_milli(settings.max_offset_mk)),
          scale_gain_(q32{gains.scale_q16} << 16),
          offset_gain_(q32{gains.offset_q16} << 16),
          ridge_q16_(std::uint64_t{gains.ridge_k2} << 16),
          ambient_(q32_from_milli(settings.ambient_mc)),
          half_cell_(q32_from_milli(settings.resolution_mk) / 2),
          min_scale_(q32{settings.min_scale_q16} << 16),
          max_scale_(q32{settings.max_scale_q16} << 16),
          max_offset_(q32_from_milli(settings.max_offset_mk)),
          drift_per_quantum_(settings.drift_uk_per_quantum * q32_one / 1'000'000),
          scale_(clamped(q32_one, min_scale_, max_scale_)),
          scale_before_(scale_),
          sensor_timeout_(settings.sensor_timeout_quanta),
          model_timeout_(settings.model_timeout_quanta),
          blind_(settings.sensor_timeout_quanta < settings.model_timeout_quanta ? settings.sensor_timeout_quanta
                                                                                : settings.model_timeout_quanta) {
        fill_past();
    }

    /// A quantum during which `power_mw` were burnt has passed. O(Stages).
    constexpr void step(std::uint32_t power_mw) noexcept {
        model_.step(power_mw);
        newest_ = newest_ + 1 < History ? newest_ + 1 : 0;
        past_[newest_] = rise();
        if (blind_ < model_timeout_) ++blind_;
        if (excess_left_ != 0) --excess_left_;
    }

    /// Other dies on the same sink or in the same air warm this one by `kelvin` from now on, as modelled; 0 at first. The
    /// value holds until the next call. O(1).
    constexpr void surround(q32 kelvin) noexcept { beside_ = kelvin; }

    /// `quanta` quanta have passed in which nobody stepped and `power_mw` were drawn. Readings from before don't say
    /// anything about now: they count as so much older. O(64 Stages + History).
    constexpr void sleep(std::uint32_t power_mw, std::uint64_t quanta) noexcept {
        model_.advance(power_mw, quanta);
        fill_past();
        blind_ = quanta < model_timeout_ - blind_ ? blind_ + static_cast<std::uint32_t>(quanta) : model_timeout_;
        excess_left_ = 0;
    }

    /// The sensor read `reading_mc` `age` quanta ago. Whatever is not `plausible` teaches nothing; an age of History or
    /// more is out of range. O(1).
    constexpr sensor_verdict observe(std::int32_t reading_mc, std::uint32_t age) noexcept {
        if (age >= History) return sensor_verdict::out_of_range;
        const q32 rise = past_[newest_ >= age ? newest_ - age : newest_ + History - age];
        const q32 reading = q32_from_milli(reading_mc);
        const q32 predicted = estimate(rise);
        const sensor_verdict verdict = monitor_.judge(reading, rise, scale_, predicted);
        excess_left_ = 0;
        if (verdict == sensor_verdict::plausible) {
            blind_ = 0;
            learn(innovation(reading, predicted), rise);
        } else if (verdict == sensor_verdict::stuck) {
            scale_ = scale_before_;  // what was learned since the reading last moved came from a dead sensor
            offset_ = offset_before_;
        } else if (verdict != sensor_verdict::out_of_range && reading > predicted) {
            excess_ = reading - predicted;
            excess_left_ = sensor_timeout_;
        }
        if (monitor_.moved()) {
            scale_before_ = scale_;
            offset_before_ = offset_;
        }
        return verdict;
    }

    /// Of the die, now, in degrees Celsius. O(Stages).
    constexpr q32 temperature() const noexcept { return estimate(rise()); }

    /// What it will be at the end of the model's horizon if nothing is burnt until then. O(Stages).
    constexpr q32 coasting() const noexcept { return estimate(add_sat(model_.coasting(), beside_)); }

    /// What each watt burnt through the horizon adds to that, in K/W. O(1).
    constexpr q32 warming() const noexcept { return mul_q32(scale_, model_.warming()); }

    /// Kelvin by which the newest reading, if it is not believed, is above the estimate: keep the setpoint down by as
    /// much. 0 once no reading has confirmed it for sensor_timeout_quanta. O(1).
    constexpr q32 excess() const noexcept { return excess_left_ != 0 ? excess_ : 0; }

    /// What the estimate rests on. O(1).
    constexpr trust_level trust() const noexcept {
        if (blind_ >= model_timeout_) return trust_level::nothing;
        return blind_ >= sensor_timeout_ ? trust_level::model : trust_level::sensor;
    }

    /// How much the estimate may have drifted since it last rested on the sensor, in kelvin. O(1).
    constexpr q32 drift() const noexcept {
        return blind_ <= sensor_timeout_
                   ? 0
                   : detail::saturate(detail::int128{drift_per_quantum_} * (blind_ - sensor_timeout_));
    }

    /// By how much the die can be hotter than the estimate, in kelvin: half the resolution, the mean by which readings
    /// were lately hotter than predicted, and the drift. The mean no longer counts once trust() is `nothing`. O(1).
    constexpr q32 error_bound() const noexcept {
        const q32 lately = trust() == trust_level::nothing ? 0 : surprise_;
        return add_sat(add_sat(half_cell_, lately), drift());
    }

    /// The learned scale of the model's rise, in Q32.32. O(1).
    constexpr q32 scale() const noexcept { return scale_; }

    /// The learned offset of the surroundings, in kelvin. O(1).
    constexpr q32 offset() const noexcept { return offset_; }

    /// The model as it stands.
    constexpr thermal_model<Stages> const& model() const noexcept { return model_; }

    /// The machine has run for a while and reads `reading_mc`: the model begins in the state in which it would have
    /// that temperature for good. For a scheduler that starts late. O(Stages + History).
    constexpr void warm_start(std::int32_t reading_mc) noexcept {
        const q32 own = sub_sat(q32_from_milli(reading_mc), estimate(beside_));
        const q32 k_per_w = mul_q32(scale_, model_.resistance());
        if (own <= 0 || k_per_w <= 0) return;
        model_.settle(power_for(own, k_per_w));
        fill_past();
    }

    /// The sensor was replaced or repaired: it is trusted from its next reading on. O(1).
    constexpr void reset_sensor() noexcept {
        monitor_.reset();
        excess_left_ = 0;
        surprise_ = 0;
    }

    /// Do invariants 1 and 2 hold? O(Stages); for tests.
    constexpr bool check_invariants() const noexcept {
        return scale_ >= min_scale_ && scale_ <= max_scale_ && offset_ >= -max_offset_ && offset_ <= max_offset_ &&
               blind_ <= model_timeout_ && newest_ < History && model_.check_invariants();
    }

private:
    constexpr q32 rise() const noexcept { return add_sat(model_.rise(), beside_); }

    constexpr q32 estimate(q32 rise) const noexcept {
        return add_sat(add_sat(ambient_, offset_), mul_q32(scale_, rise));
    }

    /// How far `predicted` lies outside the cell of `reading`; positive where the reading is hotter.
    constexpr q32 innovation(q32 reading, q32 predicted) const noexcept {
        if (predicted < reading - half_cell_) return sub_sat(reading - half_cell_, predicted);
        if (predicted > reading + half_cell_) return sub_sat(reading + half_cell_, predicted);
        return 0;
    }

    constexpr void learn(q32 e, q32 rise) noexcept {
        const q32 to_scale = mul_q32(mul_q32(scale_gain_, e), scale_per_kelvin(rise));
        scale_ = clamped(add_sat(scale_, to_scale), min_scale_, max_scale_);
        offset_ = clamped(add_sat(offset_, mul_q32(offset_gain_, e)), -max_offset_, max_offset_);
        surprise_ += ((e > 0 ? e : 0) - surprise_) / 4;
    }

    /// rise / (rise^2 + ridge): the scale that explains a kelvin, damped where the die is cold.
    constexpr q32 scale_per_kelvin(q32 rise) const noexcept {
        constexpr q32 most = q32{1} << 46;  // 16,384 K, so that its square has room
        const auto rise_q16 = static_cast<std::uint64_t>(clamped(rise, 0, most)) >> 16;
        const std::uint64_t divisor = (rise_q16 * rise_q16 >> 16) + ridge_q16_;
        return divisor == 0 ? 0 : static_cast<q32>((rise_q16 << 32) / divisor);
    }

    constexpr void fill_past() noexcept {
        for (q32& past : past_) past = rise();
    }

    thermal_model<Stages> model_;
    sensor_monitor monitor_;
    q32 scale_gain_ = 0;
    q32 offset_gain_ = 0;
    std::uint64_t ridge_q16_ = 0;
    q32 ambient_ = 0;
    q32 half_cell_ = 0;  ///< of the sensor's resolution
    q32 min_scale_ = 0;
    q32 max_scale_ = 0;
    q32 max_offset_ = 0;
    q32 drift_per_quantum_ = 0;
    q32 beside_ = 0;  ///< rise that other dies cause
    q32 scale_ = 0;
    q32 offset_ = 0;
    q32 scale_before_ = 0;  ///< when the reading last moved
    q32 offset_before_ = 0;
    q32 excess_ = 0;
    q32 surprise_ = 0;               ///< mean of the innovations of late, as far as they were hot
    std::uint32_t excess_left_ = 0;  ///< quanta for which excess_ still counts
    std::uint32_t sensor_timeout_ = 0;
    std::uint32_t model_timeout_ = 0;
    std::uint32_t blind_ = 0;  ///< quanta since a reading was believed, at most model_timeout_
    std::uint32_t newest_ = 0;
    q32 past_[History] = {};  ///< rise of the model, a ring
};

static_assert(std::is_trivially_copyable_v<thermal_observer<3, 128>>);
static_assert(std::is_standard_layout_v<thermal_observer<3, 128>>);

}  // namespace maxwell
