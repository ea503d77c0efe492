// SPDX-License-Identifier: MIT
//
// sensor_monitor: decides whether a sensor's reading is plausible.
//
// A thermal sensor fails in six ways. Each shows in a comparison of the changes of readings with the changes of the model,
// since a model that is a few kelvin off still predicts how fast a die's temperature can change:
//
//     out of range   below or above what the sensor can measure
//     impossible     colder than the ambient air can be: degrees that were taken for thousandths, for instance
//     jumped         between two readings it moved otherwise than the model, by more than a jump and the model's own move
//     stuck          it stays the same, to the millikelvin, while the model moves by more than a span
//     lagging        it stays in a small band below the prediction while the model rises by more than two spans within
//                    ten readings: stuck except for its last bit
//     missing        no reading arrives: the observer detects that, since it counts quanta
//
//                 out of range, impossible, jumped, stuck, lagging
//         ┌─────────┐ ─────────────────────▶ ┌─────────┐ ─┐ any of these, and at the start
//         │ trusted │                        │ suspect │  │
//         └─────────┘ ◀───────────────────── └─────────┘ ◀┘
//             a number of readings in a row that follow the model and are not much colder than it
//
// A sensor that reads too hot is trusted again sooner than one that reads too cold: trusting the first costs work, trusting the
// second can overheat the machine. A sensor that came back too cold stays suspect until it is reset. The comparison doesn't
// detect a sensor that is wrong by a constant from the start, or that drifts more slowly than the ambient air does.
//
// Invariants
//   1. A reading is `plausible` only when the sensor is trusted after it.
//   2. The all-zero object trusts no reading: its range is empty.
//
//     operation   cost   why
//     judge       O(1)   three multiplications

#pragma once

#include <maxwell/thermal/detail/fixed_point.hpp>

#include <cstdint>      // int32_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// What a sensor can measure, and how far it can stray from the model before it is suspect. Temperatures in thousandths
/// of a degree Celsius, differences in thousandths of a kelvin.
struct sensor_limits {
    std::int32_t min_mc = -20'000;    ///< readings below this are out of range
    std::int32_t max_mc = 125'000;    ///< readings at or above this are out of range
    std::int32_t jump_mk = 6'000;     ///< a greater move between two readings, beyond the model's, is a jump
    std::int32_t stuck_mk = 4'000;    ///< a greater move of the model while the reading stays means stuck
    std::int32_t still_mk = 1'000;    ///< half the width of the band in which a reading has not moved
    std::uint32_t confirmations = 3;  ///< plausible readings in a row until a suspect sensor is trusted again
};

enum class sensor_verdict : std::uint8_t {
    plausible,
    out_of_range,
    impossible,  ///< colder than the machine's ambient air can be
    jumped,
    stuck,
    lagging,
    unconfirmed,  ///< it contradicts nothing, but it is too early, or it is too cold, to trust the sensor again
};

class sensor_monitor {
public:
    /// Trusts no reading.
    constexpr sensor_monitor() noexcept = default;

    /// Trusts the sensor until a reading is implausible. `coldest` is the lowest temperature that the machine can have, in
    /// degrees Celsius.
    constexpr sensor_monitor(sensor_limits const& limits, q32 coldest) noexcept
        : min_(q32_from_milli(limits.min_mc)),
          max_(q32_from_milli(limits.max_mc)),
          coldest_(coldest),
          jump_(q32_from_milli(limits.jump_mk)),
          stuck_(q32_from_milli(limits.stuck_mk)),
          still_(q32_from_milli(limits.still_mk)),
          confirmations_(limits.confirmations) {}

    /// Judges `reading`, in degrees Celsius. `rise` is the model's rise at the time of the reading, `scale` the factor that
    /// converts it to the die's kelvin, `predicted` the expected temperature. O(1).
    constexpr sensor_verdict judge(q32 reading, q32 rise, q32 scale, q32 predicted) noexcept {
        if (reading < min_ || reading >= max_) return suspect(sensor_verdict::out_of_range);
        if (reading < coldest_) return suspect(sensor_verdict::impossible);
        const bool first = !seen_;
        if (first) {  // nothing has moved
            reading_ = reading;
            rise_ = rise;
        }
        const q32 moved = reading - reading_;
        const q32 expected = mul_q32(scale, rise - rise_);
        if (first || moved != 0) {
            changed_at_ = rise;
            frozen_ = false;
        }
        if (first || magnitude(sub_sat(reading, held_)) > still_ || ++held_for_ >= band_readings) {
            held_ = reading;
            held_at_ = rise;
            held_for_ = 0;
        }
        seen_ = true;
        reading_ = reading;
        rise_ = rise;

        if (magnitude(sub_sat(moved, expected)) > add_sat(jump_, magnitude(expected))) {
            if (moved < expected) colder_ = true;
            return suspect(sensor_verdict::jumped);
        }
        if (frozen_ || magnitude(mul_q32(scale, rise - changed_at_)) > stuck_) {
            frozen_ = true;  // until it moves: the model can pass the same temperature again
            return suspect(sensor_verdict::stuck);
        }
        // Without the scale, which a lagging sensor would have made small.
        if (reading < predicted && rise - held_at_ > 2 * stuck_) {
            held_for_ = 0;  // the band stays until the reading leaves it
            return suspect(sensor_verdict::lagging);
        }
        if (!suspect_) return sensor_verdict::plausible;
        if (colder_ && reading < sub_sat(predicted, jump_)) {
            confirmed_ = 0;
            return sensor_verdict::unconfirmed;
        }
        if (++confirmed_ < confirmations_) return sensor_verdict::unconfirmed;
        suspect_ = false;
        colder_ = false;
        return sensor_verdict::plausible;
    }

    /// Is the sensor trusted after the newest reading?
    constexpr bool trusted() const noexcept { return seen_ && !suspect_; }

    /// Did the newest reading differ from the one before? Then what was learned so far comes from a sensor that is not stuck.
    constexpr bool moved() const noexcept { return seen_ && changed_at_ == rise_; }

    /// Call it when the sensor was replaced or repaired: it is trusted from its next reading on.
    constexpr void reset() noexcept {
        seen_ = false;
        suspect_ = false;
        colder_ = false;
    }

private:
    static constexpr std::uint32_t band_readings = 10;

    static constexpr q32 magnitude(q32 v) noexcept { return v < 0 ? sub_sat(0, v) : v; }

    constexpr sensor_verdict suspect(sensor_verdict why) noexcept {
        suspect_ = true;
        confirmed_ = 0;
        return why;
    }

    q32 min_ = 0;
    q32 max_ = 0;
    q32 coldest_ = 0;
    q32 jump_ = 0;
    q32 stuck_ = 0;
    q32 still_ = 0;
    q32 reading_ = 0;     ///< the last possible one
    q32 rise_ = 0;        ///< the model's rise at reading_
    q32 changed_at_ = 0;  ///< the model's rise when the reading last changed
    q32 held_ = 0;        ///< the reading at the middle of the band
    q32 held_at_ = 0;     ///< the model's rise at held_
    std::uint32_t confirmations_ = 0;
    std::uint32_t confirmed_ = 0;
    std::uint32_t held_for_ = 0;  ///< readings since held_
    bool seen_ = false;
    bool suspect_ = false;
    bool frozen_ = false;  ///< stuck, and the reading has not moved since
    bool colder_ = false;  ///< the reading jumped down, and the sensor has not been trusted since
};

static_assert(std::is_trivially_copyable_v<sensor_monitor> && std::is_standard_layout_v<sensor_monitor>);

}  // namespace maxwell
