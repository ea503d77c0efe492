// SPDX-License-Identifier: MIT
//
// power_meter: mean watts from readings of power or of energy, with none lost in between. Hosted.
//
//     power    ─x────x──────x───      the trapezia between readings           mean() = energy since the last mean()
//     energy   ─x────x──────x───      the differences of the counter                   ────────────────────────────
//                                                                                      time since then
//
// A reading that fails leaves a longer interval, not a gap. A counter that falls was reset: what it counted before is lost, and the meter
// starts again.
//
// Complexity: O(1).

#pragma once

#include <maxwell/core/units.hpp>
#include <maxwell/host/sensor.hpp>

#include <cstdint>   // int64_t, uint64_t
#include <optional>  // a mean that is not there yet

namespace maxwell::host {

class power_meter {
public:
    /// Can the meter make watts from this quantity?
    static constexpr bool measures(quantity what) noexcept {
        return what == quantity::power_uw || what == quantity::energy_uj;
    }

    /// A meter for readings of `what`; if measures(what) is false, mean() is always empty.
    constexpr explicit power_meter(quantity what) noexcept : what_(what) {}

    /// Takes in a reading; ignores one that is not later than the one before.
    constexpr void take(sample const& s) noexcept {
        if (!measures(what_) || (seen_ && s.time_ns <= last_.time_ns)) return;
        const bool reset = what_ == quantity::energy_uj && s.value < last_.value;
        if (!seen_ || reset) {
            uj_ = 0;
            begin_ns_ = s.time_ns;
        } else if (what_ == quantity::energy_uj) {
            uj_ += static_cast<double>(s.value - last_.value);
        } else {
            const double uw = (static_cast<double>(s.value) + static_cast<double>(last_.value)) / 2;
            uj_ += uw * static_cast<double>(s.time_ns - last_.time_ns) / 1e9;
        }
        last_ = s;
        seen_ = true;
    }

    /// Returns the mean power from the last mean(), or the first reading, to the newest, clamped to [0, 4.29 MW]; nothing while no
    /// time has passed.
    constexpr std::optional<timed<milliwatts>> mean() noexcept {
        if (!seen_ || last_.time_ns == begin_ns_) return std::nullopt;
        const double mw = uj_ * 1e6 / static_cast<double>(last_.time_ns - begin_ns_);
        uj_ = 0;
        begin_ns_ = last_.time_ns;
        const double most = 4'294'967'295.;
        return timed<milliwatts>{milliwatts(static_cast<std::uint32_t>(mw < 0      ? 0
                                                                       : mw > most ? most
                                                                                   : mw + .5)),
                                 begin_ns_};
    }

private:
    quantity what_;
    sample last_{0, 0};
    bool seen_ = false;
    double uj_ = 0;
    std::uint64_t begin_ns_ = 0;
};

}  // namespace maxwell::host
