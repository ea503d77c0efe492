// SPDX-License-Identifier: MIT
//
// controller_settings: what a controller has to know of its machine, and a check that a machine can be like that.
//
// Most mistakes in settings are mistakes of units: degrees for thousandths, kelvin for micro-kelvin, watts for
// milliwatts. A controller with such settings would run, and not hold the temperature. So `check_settings` refuses settings
// that no machine has, and names the first fault:
//
//     idle power             ambient    max_ambient      target - margin
//     ├─▶ hottest plant ──────────────────────┼─── idle_too_hot ─▶│     idle power alone must leave room to the target
//     ├─▶ nominal plant ─────────┼──▶ never_hot                   │     full power must come a tenth of the way
//
// Invariants
//   1. A fault other than `none` has a sentence that says what to change.
//   2. Zeroed settings are refused.
//
//     operation        cost        why
//     check_settings   O(Stages)   the resistances are added up
//     sentence         O(1)        a table

#pragma once

#include <maxwell/thermal/clearing_price.hpp>
#include <maxwell/thermal/stability_certificate.hpp>
#include <maxwell/thermal/thermal_observer.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // int32_t, uint32_t, uint64_t

namespace maxwell {

/// What a controller has to know of its machine. docs/thermal.md explains the defaults; `stages` and `max_mw` have none.
template <std::size_t Stages>
struct controller_settings {
    thermal_stage stages[Stages];             ///< `./run identify` finds them
    std::uint32_t quantum_ns = 1'000'000;     ///< how often step() is called
    std::uint32_t window_quanta = 10;         ///< how long a cap holds; also the horizon of the prediction
    std::int32_t target_mc = 85'000;          ///< in thousandths of a degree Celsius
    std::int32_t margin_mk = 140;             ///< how far the setpoint is below the target
    std::int32_t error_tolerance_mk = 1'000;  ///< error bound of the observer up to which the setpoint stays there
    std::uint32_t error_gain = 4;             ///< kelvin that the setpoint moves down per kelvin of error beyond that
    std::int32_t max_ambient_mc = 45'000;     ///< the warmest that the ambient air gets
    std::uint32_t idle_mw = 0;                ///< drawn whatever is dispatched
    std::uint32_t max_mw = 0;                 ///< the most that the machine can draw; must be stated
    std::uint32_t reading_age_ms = 100;       ///< how old a reading can be when it arrives
    observer_settings observer = {};
    learning_gains gains = {};
    sensor_limits sensor = {};
    plant_bounds plant = {};
    price_limits prices = {};
};

/// The first setting for which a controller is refused.
enum class settings_fault : std::uint8_t {
    none,
    bad_quantum,
    bad_window,
    bad_resistance,
    bad_power,
    bad_ambient,
    bad_target,
    bad_margin,
    idle_too_hot,
    never_hot,
    bad_sensor_range,
    bad_sensor_rules,
    bad_observer,
    bad_timeouts,
    history_too_short,
    bad_prices,
    bad_plant_bounds,
    no_gain,
    thin_margin,
    unstable,
};

/// What to change, in one sentence; "the settings are accepted" for `none`. O(1).
constexpr char const* sentence(settings_fault fault) noexcept {
    switch (fault) {
        case settings_fault::none:
            return "the settings are accepted";
        case settings_fault::bad_quantum:
            return "quantum_ns is 0";
        case settings_fault::bad_window:
            return "window_quanta is 0, or a window is longer than 10 s";
        case settings_fault::bad_resistance:
            return "the resistances add up to nothing or to more than 100 K/W; they are in micro-kelvin per watt";
        case settings_fault::bad_power:
            return "max_mw is 0, above 16.7 kW, or not above idle_mw; both are in milliwatts";
        case settings_fault::bad_ambient:
            return "ambient_mc is below -100 degrees or above max_ambient_mc; both are in thousandths of a degree";
        case settings_fault::bad_target:
            return "target_mc less margin_mk is not above max_ambient_mc, or target_mc is above 200 degrees; all are "
                   "in "
                   "thousandths";
        case settings_fault::bad_margin:
            return "margin_mk or error_tolerance_mk is negative, or error_gain is above 1,000";
        case settings_fault::idle_too_hot:
            return "idle_mw alone heats the hottest plant within the bounds above the target, so no cap can hold it";
        case settings_fault::never_hot:
            return "max_mw heats the machine by less than a tenth of the way from ambient_mc to the target: "
                   "resistances "
                   "are in micro-kelvin per watt, powers in milliwatts";
        case settings_fault::bad_sensor_range:
            return "the sensor's range min_mc to max_mc is empty or doesn't contain the target and the ambient air";
        case settings_fault::bad_sensor_rules:
            return "the sensor's jump_mk, stuck_mk or confirmations is not positive, or still_mk is not in [0, "
                   "stuck_mk)";
        case settings_fault::bad_observer:
            return "of the observer: resolution_mk, max_offset_mk or drift_uk_per_quantum is negative or above 20 K, "
                   "200 K, "
                   "1 K, or the scale's limits don't contain 1";
        case settings_fault::bad_timeouts:
            return "sensor_timeout_quanta is 0 or above model_timeout_quanta";
        case settings_fault::history_too_short:
            return "a reading can be older than History quanta, so none would count: a larger History, or readings "
                   "that "
                   "arrive sooner (reading_age_ms)";
        case settings_fault::bad_prices:
            return "min_price is above max_price, or safe_price is above max_price";
        case settings_fault::bad_plant_bounds:
            return "the plant's responses are 0 or reversed, or delay_samples is above 16";
        case settings_fault::no_gain:
            return "the learning gains are 0, so readings would teach nothing";
        case settings_fault::thin_margin:
            return "the loop is stable with less than 8 dB or 60 degrees of margin: smaller gains or narrower plant "
                   "bounds";
        case settings_fault::unstable:
            return "the loop is unstable for a plant within the bounds: smaller gains or narrower plant bounds";
    }
    return "not a fault";
}

/// Returns the first fault of `s` for a controller whose observer keeps `history` quanta, or `none`. O(Stages).
template <std::size_t Stages>
constexpr settings_fault check_settings(controller_settings<Stages> const& s, std::size_t history) noexcept {
    using fault = settings_fault;
    constexpr std::uint64_t max_resistance = thermal_model<Stages>::max_resistance_uk_per_w;
    constexpr std::uint32_t max_power_mw = thermal_model<Stages>::max_power_mw;

    if (s.quantum_ns == 0) return fault::bad_quantum;
    if (s.window_quanta == 0 || std::uint64_t{s.quantum_ns} * s.window_quanta > 10'000'000'000)
        return fault::bad_window;
    std::uint64_t resistance = 0;  // micro-kelvin per watt
    for (thermal_stage const& stage : s.stages) resistance += stage.resistance_uk_per_w;
    if (resistance == 0 || resistance > max_resistance) return fault::bad_resistance;
    if (s.max_mw > max_power_mw || s.idle_mw >= s.max_mw) return fault::bad_power;  // no idle_mw is below a max_mw of 0

    const std::int64_t setpoint_mc = std::int64_t{s.target_mc} - s.margin_mk;
    if (s.observer.ambient_mc < -100'000 || s.observer.ambient_mc > s.max_ambient_mc) return fault::bad_ambient;
    if (s.margin_mk < 0 || s.error_tolerance_mk < 0 || s.error_gain > 1'000) return fault::bad_margin;
    if (setpoint_mc <= s.max_ambient_mc || s.target_mc > 200'000) return fault::bad_target;

    const stability loop = certify_learning(s.plant, total_gain_q16(s.gains));
    if (loop == stability::bad_bounds) return fault::bad_plant_bounds;

    // Milli-kelvin from micro-kelvin per watt times milliwatts; 10^8 uK/W, 2^24 mW and a response below 2^16 fit.
    const std::uint64_t idle_rise_mk = resistance * s.idle_mw / 1'000'000;
    const std::uint64_t full_rise_mk = resistance * s.max_mw / 1'000'000;
    const auto room_mk = static_cast<std::uint64_t>(setpoint_mc - s.max_ambient_mc);
    const auto way_mk = static_cast<std::uint64_t>(setpoint_mc - s.observer.ambient_mc);
    if ((idle_rise_mk * s.plant.max_response_q16 >> 16) >= room_mk) return fault::idle_too_hot;
    if (full_rise_mk < way_mk / 10) return fault::never_hot;

    sensor_limits const& sensor = s.sensor;
    const bool in_range = sensor.min_mc < s.observer.ambient_mc && s.target_mc < sensor.max_mc;
    if (!in_range) return fault::bad_sensor_range;
    const bool still = sensor.still_mk >= 0 && sensor.still_mk < sensor.stuck_mk;
    if (sensor.jump_mk <= 0 || !still || sensor.confirmations == 0) return fault::bad_sensor_rules;

    observer_settings const& o = s.observer;
    const bool scale = o.min_scale_q16 > 0 && o.min_scale_q16 <= 65'536 && o.max_scale_q16 >= 65'536;
    const bool resolution = o.resolution_mk >= 0 && o.resolution_mk <= 20'000;
    const bool offset = o.max_offset_mk >= 0 && o.max_offset_mk <= 200'000;
    const bool drift = o.drift_uk_per_quantum >= 0 && o.drift_uk_per_quantum <= 1'000'000;
    if (!scale || !resolution || !offset || !drift) return fault::bad_observer;
    if (o.sensor_timeout_quanta == 0 || o.sensor_timeout_quanta > o.model_timeout_quanta) return fault::bad_timeouts;
    if (std::uint64_t{s.reading_age_ms} * 1'000'000 / s.quantum_ns >= history) return fault::history_too_short;

    if (s.prices.min_price > s.prices.max_price || s.prices.safe_price > s.prices.max_price) return fault::bad_prices;

    switch (loop) {
        case stability::proven:
            return fault::none;
        case stability::no_gain:
            return fault::no_gain;
        case stability::thin_margin:
            return fault::thin_margin;
        default:
            return fault::unstable;
    }
}

}  // namespace maxwell
