// SPDX-License-Identifier: MIT
//
// units: types for temperatures and powers, so that a caller can't pass one for the other.
//
//     hwmon 46000 ──▶ milli_celsius ◀──to_celsius── milli_kelvin ◀── host/sensor.hpp 319150      milliwatts 12500
//
// A number becomes one of them only by an explicit constructor, and one becomes another only by a named conversion: a caller
// that passed degrees for thousandths, or kelvin for Celsius, would disable the thermal limit or stop the machine. Inside,
// thermal/ counts in plain integers whose names end in the unit.
//
// Complexity: each is an integer; nothing here costs more than an addition. The all-zero objects are 0 degrees Celsius, 0 K and
// 0 W.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstdint>      // int32_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// Thousandths of a degree Celsius, as Linux's hwmon and thermal zones give them.
struct milli_celsius {
    std::int32_t value = 0;

    constexpr milli_celsius() noexcept = default;
    constexpr explicit milli_celsius(std::int32_t thousandths) noexcept : value(thousandths) {}
    friend constexpr bool operator==(milli_celsius, milli_celsius) noexcept = default;
};

/// Thousandths of a kelvin above absolute zero.
struct milli_kelvin {
    std::int64_t value = 0;

    constexpr milli_kelvin() noexcept = default;
    constexpr explicit milli_kelvin(std::int64_t thousandths) noexcept : value(thousandths) {}
    friend constexpr bool operator==(milli_kelvin, milli_kelvin) noexcept = default;
};

/// Thousandths of a watt.
struct milliwatts {
    std::uint32_t value = 0;

    constexpr milliwatts() noexcept = default;
    constexpr explicit milliwatts(std::uint32_t thousandths) noexcept : value(thousandths) {}
    friend constexpr bool operator==(milliwatts, milliwatts) noexcept = default;
};

/// 0 degrees Celsius.
inline constexpr milli_kelvin celsius_zero{273'150};

/// The same temperature, clamped to the range of 32 bits. O(1).
constexpr milli_celsius to_celsius(milli_kelvin t) noexcept {
    constexpr std::int64_t coldest = INT32_MIN + celsius_zero.value;
    constexpr std::int64_t hottest = INT32_MAX + celsius_zero.value;
    const std::int64_t within = t.value < coldest ? coldest : t.value > hottest ? hottest : t.value;
    return milli_celsius(static_cast<std::int32_t>(within - celsius_zero.value));
}

/// The same temperature. O(1).
constexpr milli_kelvin to_kelvin(milli_celsius t) noexcept { return milli_kelvin(t.value + celsius_zero.value); }

/// A measured quantity and the time at which it was read, in nanoseconds on the clock of the sensor's host.
template <class Quantity>
struct timed {
    Quantity value;
    std::uint64_t time_ns;
};

static_assert(to_celsius(milli_kelvin(319'150)) == milli_celsius(46'000));
static_assert(to_kelvin(milli_celsius(-273'150)) == milli_kelvin(0));
static_assert(std::is_trivially_copyable_v<timed<milli_celsius>> && sizeof(milliwatts) == 4);

}  // namespace maxwell
