// SPDX-License-Identifier: MIT
//
// plane_settings: what a plane has to know of its dies, the heat between them, and its lanes; and a check that control is stable.
//
//     coupling[i][j]: how the watts of die j warm die i, as one stage. A processor and an accelerator on one sink
//     of .2 K/W and 22.9 s:   die[0].stages = {..., {200'000, 22'900'000}}   coupling[0][1] = {200'000, 22'900'000}
//                             die[1].stages = {..., {200'000, 22'900'000}}   coupling[1][0] = {200'000, 22'900'000}
//
// Two conditions make coupled caps stable, and `check_plane` refuses what doesn't meet them (docs/thermal.md has the proofs):
//
//   Sharing.   Each die is held at its setpoint by its own watts. So the watts follow the inverse of the matrix of responses, which
//              must be stable: the resistances of a die's own stages that are at least as fast as its fastest coupling must add up to
//              more than those of all its couplings. Then the matrix is diagonally dominant at every frequency.
//   Learning.  A reading moves one die's watts, and so the others' temperatures if the coupling differs from the settings. The
//              learning is certified with the plant's greatest response plus that leak, which can be at most half of the least
//              response.
//
// Invariants
//   1. A fault other than `none` has a sentence that says what to change.
//   2. Zeroed settings are refused.
//
//     operation     cost                   why
//     check_plane   O(Dies (Dies + Stages) + Lanes)
//     sentence      O(1)                   a table

#pragma once

#include <maxwell/core/units.hpp>
#include <maxwell/thermal/controller_settings.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/price_schedule.hpp>
#include <maxwell/thermal/stability_certificate.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint8_t, uint32_t, uint64_t

namespace maxwell {

/// What the bidders of a lane use, as the host has observed it.
enum class lane_kind : std::uint8_t {
    ordinary,  ///< a die's time, not to feed the device: expensive while the device is busy and its die or the chassis is hot
    feeding,  ///< a die's time, to feed the device: its multiplier is always 1
    device,   ///< the device's time: expensive while it is in demand and hot, whatever the other dies do
};

struct plane_lane {
    lane_kind kind = lane_kind::ordinary;
    std::uint8_t die = 0;                           ///< whose time is sold
    multiplier_q16 safe_q16 = 8 * unit_multiplier;  ///< its multiplier when prices are no longer made
};

/// Headroom of the chassis by its own sensor: full at `cool` and below, none at `hot` and above. If both are equal there is no such
/// sensor.
struct chassis_range {
    milli_celsius cool;
    milli_celsius hot;
};

template <std::size_t Stages, std::size_t Dies, std::size_t Lanes>
struct plane_settings {
    controller_settings<Stages> die[Dies];    ///< quanta and windows are the same for all
    thermal_stage coupling[Dies][Dies] = {};  ///< [i][j]: of die i to the watts of die j; [i][i] stays zero
    plane_lane lane[Lanes] = {};
    std::uint8_t device = Dies - 1;  ///< the die that feeding lanes feed; if it is the only one, none
    chassis_range chassis = {};
    std::uint32_t filter_shift = 3;        ///< headroom moves by a 2^-shift part of the way each window
    std::int32_t forced_above_mk = 1'000;  ///< from so far above its target on, a die's price can rise without a limit
    std::uint32_t sample_timeout_ms =
        2'000;  ///< without a sample for so long, the chassis counts as hot and the device as busy
};

/// The first setting for which a plane is refused.
enum class plane_fault : std::uint8_t {
    none,
    bad_die,
    unequal_dies,
    bad_lane,
    bad_chassis,
    bad_filter,
    bad_coupling,
    fast_coupling,
    strong_coupling,
    idle_too_hot,
    unstable,
};

/// What to change, in one sentence; "the settings are accepted" for `none`. O(1).
constexpr char const* sentence(plane_fault fault) noexcept {
    switch (fault) {
        case plane_fault::none:
            return "the settings are accepted";
        case plane_fault::bad_die:
            return "a die's own settings are refused; check_settings says why";
        case plane_fault::unequal_dies:
            return "quantum_ns or window_quanta is not the same for all dies, or a window is longer than 4 s";
        case plane_fault::bad_lane:
            return "device or a lane's die is not below the number of dies, or a lane's safe multiplier is 0";
        case plane_fault::bad_chassis:
            return "the chassis' cool is above its hot; both are in thousandths of a degree";
        case plane_fault::bad_filter:
            return "filter_shift is above 10, sample_timeout_ms is 0, or forced_above_mk is negative";
        case plane_fault::bad_coupling:
            return "a die is coupled to itself, or a coupling is above 100 K/W; they are in micro-kelvin per watt";
        case plane_fault::fast_coupling:
            return "a coupling's time constant is below ten windows: dies that close are one die to a controller";
        case plane_fault::strong_coupling:
            return "a die's stages that are as fast as its couplings don't add up to more than the couplings do";
        case plane_fault::idle_too_hot:
            return "the idle power of all dies heats one of them above its target, so no cap can hold it";
        case plane_fault::unstable:
            return "learning is not provably stable with these couplings: smaller gains, narrower plant bounds, or "
                   "weaker couplings";
    }
    return "not a fault";
}

namespace detail {

/// Checks die i with all its couplings: that they are slow and weak enough, and that idle power leaves headroom.
template <std::size_t Stages, std::size_t Dies, std::size_t Lanes>
constexpr plane_fault check_coupling(plane_settings<Stages, Dies, Lanes> const& s, std::size_t i) noexcept {
    controller_settings<Stages> const& own = s.die[i];
    const std::uint64_t window_us = std::uint64_t{own.quantum_ns} * own.window_quanta / 1'000;
    std::uint64_t coupled = 0;       // micro-kelvin per watt, as below
    std::uint64_t idle_rise_nk = 0;  // micro-kelvin per watt times milliwatts
    std::uint64_t leak_q16 = 0;      // couplings over the other die's own resistance
    std::uint32_t fastest_us = ~std::uint32_t{0};
    for (std::size_t j = 0; j < Dies; ++j) {
        std::uint64_t own_resistance = 0;
        for (thermal_stage const& stage : s.die[j].stages) own_resistance += stage.resistance_uk_per_w;
        thermal_stage const& c = s.coupling[i][j];
        if (c.resistance_uk_per_w > thermal_model<1>::max_resistance_uk_per_w) return plane_fault::bad_coupling;
        if (i == j && (c.resistance_uk_per_w != 0 || c.tau_us != 0)) return plane_fault::bad_coupling;
        idle_rise_nk += (i == j ? own_resistance : c.resistance_uk_per_w) * s.die[j].idle_mw;
        if (c.resistance_uk_per_w == 0) continue;
        if (c.tau_us < 10 * window_us) return plane_fault::fast_coupling;
        if (c.tau_us < fastest_us) fastest_us = c.tau_us;
        coupled += c.resistance_uk_per_w;
        leak_q16 += (std::uint64_t{c.resistance_uk_per_w} << 16) / own_resistance;
    }
    if (coupled == 0) return plane_fault::none;
    std::uint64_t as_fast = 0;
    for (thermal_stage const& stage : own.stages) {
        if (stage.tau_us <= fastest_us) as_fast += stage.resistance_uk_per_w;
    }
    if (as_fast <= coupled) return plane_fault::strong_coupling;

    const std::int64_t room_mk = std::int64_t{own.target_mc} - own.margin_mk - own.max_ambient_mc;
    const std::uint64_t idle_mk = (idle_rise_nk / 1'000'000) * own.plant.max_response_q16 >> 16;
    if (idle_mk >= static_cast<std::uint64_t>(room_mk)) return plane_fault::idle_too_hot;

    plant_bounds wider = own.plant;
    const std::uint64_t spread_q16 = wider.max_response_q16 - wider.min_response_q16;
    if (leak_q16 >> 20 != 0) return plane_fault::unstable;
    const std::uint64_t extra_q16 = (spread_q16 * leak_q16 >> 16) + 1;
    if (extra_q16 > wider.min_response_q16 / 2) return plane_fault::unstable;
    const std::uint64_t greatest_q16 = wider.max_response_q16 + extra_q16;
    if (greatest_q16 > ~std::uint32_t{0}) return plane_fault::unstable;
    wider.max_response_q16 = static_cast<std::uint32_t>(greatest_q16);
    const bool proven = certify_learning(wider, total_gain_q16(own.gains)) == stability::proven;
    return proven ? plane_fault::none : plane_fault::unstable;
}

}  // namespace detail

/// Returns the first fault of `s` for a plane whose observers keep `history` quanta, or `none`.
template <std::size_t Stages, std::size_t Dies, std::size_t Lanes>
constexpr plane_fault check_plane(plane_settings<Stages, Dies, Lanes> const& s, std::size_t history) noexcept {
    for (controller_settings<Stages> const& die : s.die) {
        if (check_settings(die, history) != settings_fault::none) return plane_fault::bad_die;
        const std::uint64_t window_ns = std::uint64_t{die.quantum_ns} * die.window_quanta;
        const bool same = die.quantum_ns == s.die[0].quantum_ns && die.window_quanta == s.die[0].window_quanta;
        if (!same || window_ns > 4'000'000'000) return plane_fault::unequal_dies;
    }
    if (s.device >= Dies) return plane_fault::bad_lane;
    for (plane_lane const& lane : s.lane) {
        if (lane.die >= Dies || lane.safe_q16 == 0) return plane_fault::bad_lane;
    }
    if (s.chassis.cool.value > s.chassis.hot.value) return plane_fault::bad_chassis;
    if (s.filter_shift > 10 || s.sample_timeout_ms == 0 || s.forced_above_mk < 0) return plane_fault::bad_filter;
    for (std::size_t i = 0; i < Dies; ++i) {
        const plane_fault fault = detail::check_coupling(s, i);
        if (fault != plane_fault::none) return fault;
    }
    return plane_fault::none;
}

}  // namespace maxwell
