// SPDX-License-Identifier: MIT
//
// thermal_model: how far a die is above the ambient temperature, from the power that it has drawn. Exact, in integers.
//
// Heat flows from the die through the spreader and the sink into the air: a ladder of thermal resistances and
// capacities. Seen from the die any such ladder is a sum of independent first-order stages (its Foster form;
// docs/thermal.md says how to come from one to the other), each with a resistance and a time constant:
//
//          P watts          die           spreader          sink
//        ────────────▶ ┌─ R0 ─┐       ┌─ R1 ─┐       ┌─ R2 ─┐
//                   o──┤      ├───o───┤      ├───o───┤      ├──o  ambient
//                      └─ C0 ─┘       └─ C1 ─┘       └─ C2 ─┘
//                         x0      +      x1      +      x2       =  rise of the die, tau = R C
//
// With constant power during a step of length h, the solution of a stage's differential equation is exact:
//
//     x := x + (R P - x) (1 - e^(-h/tau))
//
// so a long step is as exact as a short one, and the coefficients depend only on h. They are computed with integers, at
// compile time or when a machine has been measured.
//
// Invariants
//   1. No stage is negative, and none is above R times the greatest power it was given, except for rounding.
//   2. The all-zero object is a model without stages: its rise is always 0.
//
//     operation                  cost        why
//     step                       O(Stages)   two multiplications each
//     advance                    O(64 Stages)  two multiplications for each bit of the number of quanta
//     rise, coasting             O(Stages)   an addition; a multiplication
//     warming, resistance        O(1)        kept
//
// Rounding. A step rounds each stage to the nearest 2^-32 K. What is rounded away decays like everything else, so
// the error of a stage never exceeds 2^-33 K / (1 - e^(-h/tau)), however long it runs: 2.7e-6 K for 22.9 s and 1 ms.
//
// The exact discretisation of a first-order system is textbook; stages and figures as in HotSpot (Skadron et al.,
// 2003).

#pragma once

#include <maxwell/thermal/detail/fixed_point.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// One stage of the ladder in its Foster form.
struct thermal_stage {
    std::uint32_t resistance_uk_per_w;  ///< micro-kelvin per watt, at most 100 K/W
    std::uint32_t tau_us;               ///< resistance times capacity; 0: follows at once
};

template <std::size_t Stages>
class thermal_model {
    static_assert(Stages > 0 && Stages <= 16, "a ladder has a die, a spreader, a sink, perhaps a chassis");

public:
    static constexpr std::uint32_t max_power_mw = (std::uint32_t{1} << 24) - 1;  ///< 16.7 kW; more counts as this
    static constexpr std::uint32_t max_resistance_uk_per_w = 100'000'000;        ///< more counts as this

    /// Has no stages.
    constexpr thermal_model() noexcept = default;

    /// A die at ambient temperature; step() is called each `quantum_ns`, and coasting() predicts `horizon_quanta` ahead.
    /// O(100 Stages).
    constexpr thermal_model(thermal_stage const (&stages)[Stages], std::uint32_t quantum_ns,
                            std::uint32_t horizon_quanta) noexcept {
        const std::uint64_t horizon_ns = std::uint64_t{quantum_ns} * horizon_quanta;
        for (std::size_t i = 0; i < Stages; ++i) {
            const std::uint32_t r = stages[i].resistance_uk_per_w;
            const std::uint64_t resistance = r < max_resistance_uk_per_w ? r : max_resistance_uk_per_w;
            const std::uint64_t tau_ns = std::uint64_t{stages[i].tau_us} * 1000;
            stage_[i] = {ratio(resistance, 1'000'000'000), rise_within(quantum_ns, tau_ns),
                         rise_within(horizon_ns, tau_ns)};
            const auto k_per_w = static_cast<q32>(resistance * static_cast<std::uint64_t>(q32_one) / 1'000'000);
            resistance_ += k_per_w;
            warming_ += part_of(k_per_w, stage_[i].horizon);
        }
    }

    /// Advances by a quantum in which `power_mw` were drawn. O(Stages).
    constexpr void step(std::uint32_t power_mw) noexcept {
        const std::uint32_t power = power_mw < max_power_mw ? power_mw : max_power_mw;
        for (std::size_t i = 0; i < Stages; ++i) {
            const auto end = end_of(i, power);
            rise_[i] += part_of(end - rise_[i], stage_[i].quantum);
        }
    }

    /// Advances by `quanta` quanta in which `power_mw` were drawn: the same as so many steps, within rounding. For time in
    /// which step() wasn't called, a suspend for instance. O(64 Stages).
    constexpr void advance(std::uint32_t power_mw, std::uint64_t quanta) noexcept {
        const std::uint32_t power = power_mw < max_power_mw ? power_mw : max_power_mw;
        for (std::size_t i = 0; i < Stages; ++i) {
            // The share of the distance to the steady state that is left after so many quanta, by repeated squaring.
            q63 left = q63_max;
            q63 power_of_two = q63_max - stage_[i].quantum;
            for (std::uint64_t n = quanta; n != 0; n >>= 1) {
                if ((n & 1) != 0) left = part_of(left, power_of_two);
                power_of_two = part_of(power_of_two, power_of_two);
            }
            const auto end = end_of(i, power);
            rise_[i] = end + part_of(rise_[i] - end, left);
        }
    }

    /// Kelvin above the ambient temperature now. O(Stages).
    constexpr q32 rise() const noexcept {
        q32 total = 0;
        for (const q32 x : rise_) total += x;
        return total;
    }

    /// The part of one stage in it; `stage` is below Stages.
    constexpr q32 rise_of(std::size_t stage) const noexcept {
        MAXWELL_ASSERT(stage < Stages);
        return rise_[stage];
    }

    /// Kelvin above the ambient temperature at the end of the horizon if no power is drawn until then. O(Stages).
    constexpr q32 coasting() const noexcept {
        q32 total = 0;
        for (std::size_t i = 0; i < Stages; ++i) total += rise_[i] - part_of(rise_[i], stage_[i].horizon);
        return total;
    }

    /// What each watt, drawn all through the horizon, adds to coasting(), in K/W. O(1).
    constexpr q32 warming() const noexcept { return warming_; }

    /// What each watt adds in the steady state, in K/W. O(1).
    constexpr q32 resistance() const noexcept { return resistance_; }

    /// Sets the steady state at a power of `power_mw`. O(Stages).
    constexpr void settle(std::uint32_t power_mw) noexcept {
        const std::uint32_t power = power_mw < max_power_mw ? power_mw : max_power_mw;
        for (std::size_t i = 0; i < Stages; ++i) {
            rise_[i] = end_of(i, power);
        }
    }

    /// Does invariant 1 hold? O(Stages); for tests.
    constexpr bool check_invariants() const noexcept {
        for (std::size_t i = 0; i < Stages; ++i) {
            const auto hottest = end_of(i, max_power_mw);
            if (rise_[i] < 0 || rise_[i] > hottest) return false;
        }
        return true;
    }

private:
    struct coefficients {
        q63 k_per_mw;  ///< resistance
        q63 quantum;   ///< share of the way in a quantum
        q63 horizon;   ///< share of the way in the horizon
    };

    /// The steady state of stage i at `power` mW. No share is negative, and an unsigned product is cheaper.
    constexpr q32 end_of(std::size_t i, std::uint32_t power) const noexcept {
        const auto k_per_mw = static_cast<std::uint64_t>(stage_[i].k_per_mw);
        return static_cast<q32>((detail::uint128{k_per_mw} * power) >> 31);
    }

    coefficients stage_[Stages] = {};
    q32 rise_[Stages] = {};
    q32 warming_ = 0;
    q32 resistance_ = 0;
};

/// The power, in milliwatts, that makes a rise of `rise` at `k_per_w`: rounded down, 0 if `rise` is not positive, and the
/// greatest power of a model if `k_per_w` is not positive. O(1), two divisions.
constexpr std::uint32_t power_for(q32 rise, q32 k_per_w) noexcept {
    constexpr std::uint32_t most = thermal_model<1>::max_power_mw;
    if (rise <= 0) return 0;
    if (k_per_w <= 0) return most;
    const q32 watts = rise / k_per_w;
    if (watts > most / 1000) return most;
    const q32 rest = rise % k_per_w;  // of a watt
    const q32 rest_mw = k_per_w < q32_max / 1000 ? rest * 1000 / k_per_w : rest / (k_per_w / 1000);
    const q32 power_mw = watts * 1000 + rest_mw;
    return power_mw < most ? static_cast<std::uint32_t>(power_mw) : most;
}

static_assert(std::is_trivially_copyable_v<thermal_model<3>> && std::is_standard_layout_v<thermal_model<3>>);
static_assert(sizeof(thermal_model<3>) == 112);

}  // namespace maxwell
