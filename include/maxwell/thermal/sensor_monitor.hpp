// SPDX-License-Identifier: MIT
//
// sensor_monitor: is this reading to be believed?
//
// A thermal sensor fails in four ways, and each is told by comparing what it says with what the model says, change by
// change, since a model that is a few kelvin off still knows how fast a die can move:
//
//     out of range   below or above what the sensor can measure
//     jumped         between two readings it moved otherwise than the model, by more than a jump and the model's own move
//     stuck          it says the same, to the millikelvin, while the model has moved by more than a span
//     missing        nothing is said: the observer counts that, since time passes there
//
//                   out of range, jumped, stuck
//         ┌─────────┐ ─────────────────────▶ ┌─────────┐ ─┐ any of these: from the start
//         │ trusted │                        │ suspect │  │
//         └─────────┘ ◀───────────────────── └─────────┘ ◀┘
//                   so many readings in a row that follow the model and are not much colder than it
//
// Hotter readings are taken back into trust sooner than colder ones: to believe a sensor that says too much costs work,
// to believe one that says too little costs the machine. A sensor that came back too cold stays suspect until it is
// reset. What no comparison can tell is a sensor that is wrong from the start, or drifts slower than the air might.
//
// Invariants
//   1. A reading is `plausible` only when the sensor is trusted after it.
//   2. The all-zero object trusts nobody: its range is empty.
//
//     operation   cost   why
//     judge       O(1)   three multiplications

#pragma once

#include <maxwell/thermal/detail/fixed_point.hpp>

#include <cstdint>      // int32_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// What a sensor can say, and how far it may stray from the model before it is suspect.
struct sensor_limits {
    std::int32_t lowest_mc = -20'000;   ///< readings below are out of range, in thousandths of a degree Celsius
    std::int32_t highest_mc = 125'000;  ///< readings above are
    std::int32_t jump_mk = 6'000;       ///< between two readings, beside the model's move
    std::int32_t stuck_mk = 4'000;      ///< how far the model may move while the reading doesn't
    std::uint32_t confirmations = 3;    ///< plausible readings in a row until a suspect is trusted again
};

enum class sensor_verdict : std::uint8_t {
    plausible,
    out_of_range,
    jumped,
    stuck,
    unconfirmed,  ///< nothing wrong with it, but too early, or too cold, to trust the sensor again
};

class sensor_monitor {
public:
    /// Trusts nobody.
    constexpr sensor_monitor() noexcept = default;

    /// Trusts the sensor until it gives reason not to.
    constexpr explicit sensor_monitor(sensor_limits const& limits) noexcept
        : lowest_(q32_from_milli(limits.lowest_mc)),
          highest_(q32_from_milli(limits.highest_mc)),
          jump_(q32_from_milli(limits.jump_mk)),
          stuck_(q32_from_milli(limits.stuck_mk)),
          confirmations_(limits.confirmations) {}

    /// Judges `reading`. `rise` is the model's rise at the time of the reading, `scale` what it is multiplied with to
    /// be in kelvin, `predicted` the temperature expected. O(1).
    constexpr sensor_verdict judge(q32 reading, q32 rise, q32 scale, q32 predicted) noexcept {
        if (reading < lowest_ || reading >= highest_) return suspect(sensor_verdict::out_of_range);
        const bool first = !seen_;
        const q32 moved = first ? 0 : reading - reading_;
        const q32 expected = first ? 0 : mul_q32(scale, rise - rise_);
        if (first || moved != 0) {
            changed_at_ = rise;
            frozen_ = false;
        }
        seen_ = true;
        reading_ = reading;
        rise_ = rise;

        if (magnitude(sub_sat(moved, expected)) > add_sat(jump_, magnitude(expected))) {
            if (moved < expected) colder_ = true;
            return suspect(sensor_verdict::jumped);
        }
        if (frozen_ || magnitude(mul_q32(scale, rise - changed_at_)) > stuck_) {
            frozen_ = true;  // until it moves: the model may come by the same temperature again
            return suspect(sensor_verdict::stuck);
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

    /// Is the newest reading one to believe?
    constexpr bool trusted() const noexcept { return seen_ && !suspect_; }

    /// Has the reading just changed, so that what was learned so far comes from a sensor that moved?
    constexpr bool moved() const noexcept { return seen_ && changed_at_ == rise_; }

    /// The sensor was replaced or repaired: trust it from its next reading on.
    constexpr void reset() noexcept {
        seen_ = false;
        suspect_ = false;
        frozen_ = false;
        colder_ = false;
    }

private:
    static constexpr q32 magnitude(q32 v) noexcept { return v < 0 ? sub_sat(0, v) : v; }

    constexpr sensor_verdict suspect(sensor_verdict why) noexcept {
        suspect_ = true;
        confirmed_ = 0;
        return why;
    }

    q32 lowest_ = 0;
    q32 highest_ = 0;
    q32 jump_ = 0;
    q32 stuck_ = 0;
    q32 reading_ = 0;     ///< the last one in range
    q32 rise_ = 0;        ///< of the model, then
    q32 changed_at_ = 0;  ///< of the model, when the reading last changed
    std::uint32_t confirmations_ = 0;
    std::uint32_t confirmed_ = 0;
    bool seen_ = false;
    bool suspect_ = false;
    bool frozen_ = false;  ///< stuck, and not moved since
    bool colder_ = false;  ///< it jumped down, and has not been trusted since
};

static_assert(std::is_trivially_copyable_v<sensor_monitor> && std::is_standard_layout_v<sensor_monitor>);

}  // namespace maxwell
