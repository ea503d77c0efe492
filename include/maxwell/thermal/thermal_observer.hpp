// SPDX-License-Identifier: MIT
//
// thermal_observer: the temperature of the die now, from the watts dispatched, corrected by a late and coarse sensor.
//
// A die's temperature changes within milliseconds; a sensor is read ten times a second, late, and in whole kelvin. So each
// quantum a model is stepped on the watts that were dispatched, and a reading is compared with what the model predicted for
// its time:
//
//     watts ──▶ thermal_model ──▶ rise ──┬─▶ past_[age] ──┐
//                                        │                ▼
//                                        │    reading ─▶ innovation e ─▶ sensor_monitor: plausible?
//                                        │                │
//                                        ▼                ▼
//       temperature = ambient + offset + scale * rise             learn: scale += g e rise / (rise^2 + ridge)
//                                                                        offset += h e
//
// `rise` is the model's plus what other dies add (surround): one scale for both, since they share the sink.
//
// Two parameters are learned: a scale, since a machine's resistances differ from its model's, and an offset, since its
// ambient temperature differs too. The scale takes the greater part of an innovation while the die is hot, and none while it
// is cold, so that what was learned at one load holds at another (docs/dead_ends.md has the cost of an offset alone).
//
// A reading says only that the temperature was in a quantisation interval of one resolution. So the innovation is 0 while
// the prediction is inside that interval, and otherwise the distance to its nearer edge: quantisation noise is not learned.
//
// Trust: trust() says what the estimate is based on, error_bound() its uncertainty. Without plausible readings the model
// alone is good for a limited time; then trust() is `nothing`, until a reading is plausible again.
//
//     plausible readings          sensor_timeout_quanta quanta without one        model_timeout_quanta quanta without one
//         sensor ─────────────────────────▶ model ────────────────────────────────▶ nothing
//           ▲                                 │                                        │
//           └─────── a plausible reading ─────┴────────────────────────────────────────┘
//
// Invariants
//   1. scale and offset are within their limits.
//   2. Without a plausible reading trust() is `nothing` after model_timeout_quanta quanta.
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

    /// The gains for the same speed of learning with a reading each `period_ms`; at most these gains themselves.
    constexpr learning_gains scaled_to(std::uint32_t period_ms) const noexcept {
        const std::uint64_t period = period_ms < 100 ? period_ms : 100;
        return {static_cast<std::uint32_t>(scale_q16 * period / 100),
                static_cast<std::uint32_t>(offset_q16 * period / 100), ridge_k2};
    }
};

/// The sum of both gains, for certify_learning. Saturates.
constexpr std::uint32_t total_gain_q16(learning_gains const& gains) noexcept {
    const std::uint64_t sum = std::uint64_t{gains.scale_q16} + gains.offset_q16;
    return static_cast<std::uint32_t>(sum < UINT32_MAX ? sum : UINT32_MAX);
}

/// What the observer has to know beside the model. Temperatures in thousandths of a degree Celsius, durations in
/// quanta.
struct observer_settings {
    std::int32_t ambient_mc = 40'000;            ///< the nominal ambient temperature
    std::int32_t resolution_mk = 1'000;          ///< of the sensor, which rounds to the nearest
    std::uint32_t min_scale_q16 = 19'661;        ///< .3
    std::uint32_t max_scale_q16 = 170'394;       ///< 2.6
    std::int32_t max_offset_mk = 25'000;         ///< how far the ambient temperature can differ from that
    std::uint32_t sensor_timeout_quanta = 250;   ///< without a plausible reading for so long, trust is `model`
    std::uint32_t model_timeout_quanta = 2'000;  ///< without one for so long, trust is `nothing`
    std::int32_t drift_uk_per_quantum = 125;  ///< how fast the model's error can grow without readings, in micro-kelvin
};

/// What an estimate is based on.
enum class trust_level : std::uint8_t {
    nothing,  ///< neither readings nor, by now, the model: use the safe cap
    model,    ///< watts alone, for a bounded time
    sensor,   ///< watts, corrected by readings
};

/// `History`: a reading's age is less than so many quanta.
template <std::size_t Stages, std::size_t History>
class thermal_observer {
    static_assert(History > 0 && History <= 65'536, "a history is 1 to 65,536 quanta");

public:
    /// Has no model: its temperature is 0, its trust is `nothing`.
    constexpr thermal_observer() noexcept = default;

    /// Begins with the state of `model`, a scale of 1, and no reading: its trust is `model`, until the timeout.
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
          unheard_(settings.sensor_timeout_quanta < settings.model_timeout_quanta ? settings.sensor_timeout_quanta
                                                                                  : settings.model_timeout_quanta) {
        fill_past();
    }

    /// Advances by a quantum in which `power_mw` were drawn. O(Stages).
    constexpr void step(std::uint32_t power_mw) noexcept {
        model_.step(power_mw);
        newest_ = newest_ + 1 < History ? newest_ + 1 : 0;
        past_[newest_] = rise();
        if (unheard_ < model_timeout_) ++unheard_;
        if (excess_left_ != 0) --excess_left_;
    }

    /// Sets by how many kelvin other dies on the same sink or in the same air warm this one, as modelled; 0 at first. The value
    /// holds until the next call. O(1).
    constexpr void surround(q32 kelvin) noexcept { beside_ = kelvin; }

    /// Advances by `quanta` quanta in which step() wasn't called and `power_mw` were drawn. Readings from before count as so
    /// much older. O(64 Stages + History).
    constexpr void sleep(std::uint32_t power_mw, std::uint64_t quanta) noexcept {
        model_.advance(power_mw, quanta);
        fill_past();
        unheard_ = quanta < model_timeout_ - unheard_ ? unheard_ + static_cast<std::uint32_t>(quanta) : model_timeout_;
        excess_left_ = 0;
    }

    /// Takes in the sensor's reading of `age` quanta ago, in thousandths of a degree Celsius, and returns whether it is
    /// plausible; only then is it learned from. An age of History or more is `out_of_range`. O(1).
    constexpr sensor_verdict observe(std::int32_t reading_mc, std::uint32_t age) noexcept {
        if (age >= History) return sensor_verdict::out_of_range;
        const q32 rise = past_[newest_ >= age ? newest_ - age : newest_ + History - age];
        const q32 reading = q32_from_milli(reading_mc);
        const q32 predicted = estimate(rise);
        const sensor_verdict verdict = monitor_.judge(reading, rise, scale_, predicted);
        excess_left_ = 0;
        if (verdict == sensor_verdict::plausible) {
            unheard_ = 0;
            learn(innovation(reading, predicted), rise);
        } else if (verdict == sensor_verdict::stuck) {
            scale_ = scale_before_;  // what was learned since the reading last moved came from a stuck sensor
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

    /// The die's estimated temperature now, in degrees Celsius. O(Stages).
    constexpr q32 temperature() const noexcept { return estimate(rise()); }

    /// The estimated temperature at the end of the model's horizon if no power is drawn until then. O(Stages).
    constexpr q32 coasting() const noexcept { return estimate(add_sat(model_.coasting(), beside_)); }

    /// What each watt drawn through the horizon adds to coasting(), in K/W. O(1).
    constexpr q32 warming() const noexcept { return mul_q32(scale_, model_.warming()); }

    /// Kelvin by which the newest reading, if it is implausible, is above the estimate: lower the setpoint by as much. 0 once
    /// no reading has confirmed it for sensor_timeout_quanta. O(1).
    constexpr q32 excess() const noexcept { return excess_left_ != 0 ? excess_ : 0; }

    /// What the estimate is based on. O(1).
    constexpr trust_level trust() const noexcept {
        if (unheard_ >= model_timeout_) return trust_level::nothing;
        return unheard_ >= sensor_timeout_ ? trust_level::model : trust_level::sensor;
    }

    /// How much the estimate can have drifted since the last plausible reading, in kelvin. O(1).
    constexpr q32 drift() const noexcept {
        return unheard_ <= sensor_timeout_
                   ? 0
                   : detail::saturate(detail::int128{drift_per_quantum_} * (unheard_ - sensor_timeout_));
    }

    /// By how much the die can be hotter than the estimate, in kelvin: half the resolution, the mean by which recent readings
    /// were hotter than predicted, and the drift. The mean no longer counts once trust() is `nothing`. O(1).
    constexpr q32 error_bound() const noexcept {
        const q32 lately = trust() == trust_level::nothing ? 0 : hot_error_;
        return add_sat(add_sat(half_cell_, lately), drift());
    }

    /// The learned scale of the model's rise, in Q32.32. O(1).
    constexpr q32 scale() const noexcept { return scale_; }

    /// The learned offset of the ambient temperature, in kelvin. O(1).
    constexpr q32 offset() const noexcept { return offset_; }

    /// The model in its present state.
    constexpr thermal_model<Stages> const& model() const noexcept { return model_; }

    /// Begins as a machine that has run for a while and whose sensor reads `reading_mc`: the model starts in the steady state
    /// at that temperature. For a scheduler that starts late. O(Stages + History).
    constexpr void warm_start(std::int32_t reading_mc) noexcept {
        const q32 own = sub_sat(q32_from_milli(reading_mc), estimate(beside_));
        model_.settle(power_for(own, mul_q32(scale_, model_.resistance())));
        fill_past();
    }

    /// Call it when the sensor was replaced or repaired: it is trusted from its next reading on. O(1).
    constexpr void reset_sensor() noexcept {
        monitor_.reset();
        excess_left_ = 0;
        hot_error_ = 0;
    }

    /// Do invariants 1 and 2 hold? O(Stages); for tests.
    constexpr bool check_invariants() const noexcept {
        return scale_ >= min_scale_ && scale_ <= max_scale_ && offset_ >= -max_offset_ && offset_ <= max_offset_ &&
               unheard_ <= model_timeout_ && newest_ < History && model_.check_invariants();
    }

private:
    constexpr q32 rise() const noexcept { return add_sat(model_.rise(), beside_); }

    constexpr q32 estimate(q32 rise) const noexcept {
        return add_sat(add_sat(ambient_, offset_), mul_q32(scale_, rise));
    }

    /// How far `predicted` is outside the quantisation interval of `reading`; positive if the reading is hotter.
    constexpr q32 innovation(q32 reading, q32 predicted) const noexcept {
        if (predicted < reading - half_cell_) return sub_sat(reading - half_cell_, predicted);
        if (predicted > reading + half_cell_) return sub_sat(reading + half_cell_, predicted);
        return 0;
    }

    constexpr void learn(q32 e, q32 rise) noexcept {
        const q32 to_scale = mul_q32(mul_q32(scale_gain_, e), scale_per_kelvin(rise));
        scale_ = clamped(add_sat(scale_, to_scale), min_scale_, max_scale_);
        offset_ = clamped(add_sat(offset_, mul_q32(offset_gain_, e)), -max_offset_, max_offset_);
        hot_error_ += ((e > 0 ? e : 0) - hot_error_) / 4;
    }

    /// rise / (rise^2 + ridge): the change of scale that explains a kelvin, damped while the die is cold.
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
    q32 hot_error_ = 0;              ///< mean of recent positive innovations
    std::uint32_t excess_left_ = 0;  ///< quanta for which excess_ still counts
    std::uint32_t sensor_timeout_ = 0;
    std::uint32_t model_timeout_ = 0;
    std::uint32_t unheard_ = 0;  ///< quanta since the last plausible reading, at most model_timeout_
    std::uint32_t newest_ = 0;
    q32 past_[History] = {};  ///< rise of the model, a ring
};

static_assert(std::is_trivially_copyable_v<thermal_observer<3, 128>>);
static_assert(std::is_standard_layout_v<thermal_observer<3, 128>>);

}  // namespace maxwell
