// SPDX-License-Identifier: MIT
//
// reference_sensor_monitor: the rules by which a reading is judged, from the whole history of readings. A lockstep run compares the
// library's monitor with it on sensors that fail in every way.

#pragma once

#include "support/dice.hpp"

#include <maxwell/thermal/sensor_monitor.hpp>

#include <cstdint>
#include <cstdlib>
#include <vector>

namespace maxwell::test {

/// In units of 2^-16 K, so that products with a scale in the same units are exact.
class reference_sensor_monitor {
public:
    reference_sensor_monitor(sensor_limits const& limits, std::int64_t coldest) : limits_(limits), coldest_(coldest) {}

    sensor_verdict judge(std::int64_t reading, std::int64_t rise, std::int64_t scale, std::int64_t predicted) {
        const auto units = [](std::int64_t thousandths) { return thousandths * 65'536 / 1'000; };
        if (reading < units(limits_.min_mc) || reading >= units(limits_.max_mc))
            return doubt(sensor_verdict::out_of_range);
        if (reading < coldest_) return doubt(sensor_verdict::impossible);
        const bool first = history_.empty();
        const std::int64_t moved = first ? 0 : reading - history_.back().reading;
        const std::int64_t expected = first ? 0 : scale * (rise - history_.back().rise) / 65'536;
        history_.push_back({reading, rise});
        const std::size_t now = history_.size() - 1;
        if (first || moved != 0) stays_since_ = now, stuck_ = false;
        if (first || std::abs(reading - history_[band_].reading) > units(limits_.still_mk) || ++in_band_ >= 10) {
            band_ = now;
            in_band_ = 0;
        }
        if (std::abs(moved - expected) > units(limits_.jump_mk) + std::abs(expected)) {
            fell_ = fell_ || moved < expected;
            return doubt(sensor_verdict::jumped);
        }
        if (std::abs(scale * (rise - history_[stays_since_].rise) / 65'536) > units(limits_.stuck_mk)) stuck_ = true;
        if (stuck_) return doubt(sensor_verdict::stuck);
        if (reading < predicted && rise - history_[band_].rise > 2 * units(limits_.stuck_mk)) {
            in_band_ = 0;
            return doubt(sensor_verdict::lagging);
        }
        if (trusted_) return sensor_verdict::plausible;
        if (fell_ && reading < predicted - units(limits_.jump_mk)) {
            confirmed_ = 0;
            return sensor_verdict::unconfirmed;
        }
        if (++confirmed_ < limits_.confirmations) return sensor_verdict::unconfirmed;
        trusted_ = true;
        fell_ = false;
        return sensor_verdict::plausible;
    }

    bool trusted() const { return trusted_ && !history_.empty(); }
    bool moved() const { return !history_.empty() && history_[stays_since_].rise == history_.back().rise; }
    void reset() {
        history_.clear();
        trusted_ = true;
        stuck_ = fell_ = false;
    }

private:
    struct sample {
        std::int64_t reading, rise;
    };

    sensor_verdict doubt(sensor_verdict why) {
        trusted_ = false;
        confirmed_ = 0;
        return why;
    }

    sensor_limits limits_;
    std::int64_t coldest_;
    std::vector<sample> history_;
    std::size_t stays_since_ = 0, band_ = 0;
    std::uint32_t in_band_ = 0, confirmed_ = 0;
    bool trusted_ = true, stuck_ = false, fell_ = false;
};

/// A sensor that reads well, sticks, lags, falls, rises or leaves its range, each for a while. Returns what differed, or null.
inline char const* a_monitor_is_its_reference(std::uint64_t seed, int readings) {
    dice d(seed);
    constexpr sensor_limits limits{.min_mc = -8'000,
                                   .max_mc = 100'000,
                                   .jump_mk = 6'000,
                                   .stuck_mk = 4'000,
                                   .still_mk = 1'000,
                                   .confirmations = 3};
    constexpr std::int64_t unit = 65'536, coldest = 15 * unit;
    sensor_monitor m(limits, q32{coldest} << 16);
    reference_sensor_monitor r(limits, coldest);
    std::int64_t rise = 20 * unit, target = rise, off = 0, last = 0;
    const std::int64_t scale = unit / 2 + d.below(2) * unit;
    const std::uint32_t patience = 4 + d.below(30);
    std::uint32_t fault = 0;
    for (int n = 0; n < readings; ++n) {
        if (d.below(10) == 0) target = d.below(50) * unit;
        rise += (target - rise) / static_cast<std::int64_t>(2 + d.below(8)) / (unit / 4) * (unit / 4);
        if (d.below(patience) == 0) fault = d.below(12);
        std::int64_t predicted = 40 * unit + rise * scale / unit;
        const std::int64_t noise = (static_cast<std::int64_t>(d.below(5)) - 2) * unit / 4;
        std::int64_t reading = predicted + noise;
        if (fault == 0) reading = last;
        if (fault == 1) reading = last + noise;
        if (fault == 2) off = -static_cast<std::int64_t>(d.below(14)) * unit;
        if (fault == 3) off = d.below(14) * unit;
        if (fault == 4) reading = (static_cast<std::int64_t>(d.below(40)) - 12) * unit;
        if (fault == 5) reading = (98 + d.below(4)) * unit;
        if (fault > 3) off = fault < 8 ? off : 0;
        if (fault > 1 && fault != 4 && fault != 5) reading += off;
        last = reading;
        if (d.below(8) == 0) predicted = reading + d.below(2) * limits.jump_mk * unit / 1'000 + d.below(3) - 1;
        if (m.judge(reading << 16, rise << 16, scale << 16, predicted << 16) !=
            r.judge(reading, rise, scale, predicted)) {
            return "a verdict differs from the rules'";
        }
        if (m.trusted() != r.trusted() || m.moved() != r.moved()) return "trust differs from the rules'";
        if (d.below(100) == 0) m.reset(), r.reset();
    }
    return nullptr;
}

}  // namespace maxwell::test
