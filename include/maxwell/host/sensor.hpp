// SPDX-License-Identifier: MIT
//
// sensor: something that can be read now: a temperature, a counter of energy, a share. Hosted.
//
//     find_hwmon()   ──┐
//     find_rapl()      │                        sensor.read() ──▶ {time_ns, value}, or nothing and trouble() says why
//     find_nvml()      ├──▶ sensor_list
//     replay_sensors() ┘      sensors            one unit for each kind of quantity, whatever the source counts in
//                             not_available      why there is none, in one sentence
//
// as_celsius() and as_share() turn a reading into what a plane takes, and give nothing for a sensor that measures something else; watts
// come from power_meter.hpp. A source that can hang is read by polled_sensor.hpp.
//
// A sensor that fails once can work again, so keep calling read(). A read costs what its source costs (a file in /sys: a few
// microseconds, some chips a millisecond). So it belongs to the thread that makes prices, never into a quantum. Nothing in this
// file throws, except bad_alloc.

#pragma once

#include <maxwell/core/units.hpp>

#include <cerrno>        // errno
#include <charconv>      // from_chars
#include <chrono>        // steady_clock
#include <cstdint>       // int64_t
#include <cstdio>        // fopen
#include <functional>    // function
#include <memory>        // unique_ptr
#include <optional>      // a reading that may be missing
#include <string>        // names, sentences
#include <string_view>   // units
#include <system_error>  // generic_category
#include <utility>       // move
#include <vector>        // sensor_list

namespace maxwell::host {

/// What a sensor measures; the unit comes last.
enum class quantity : std::uint8_t {
    temperature_mk,   ///< thousandths of a kelvin above absolute zero
    energy_uj,        ///< microjoules since some time in the past; never falls
    power_uw,         ///< microwatts
    frequency_khz,    ///< what a processor runs at
    limit_khz,        ///< the most that it may run at now
    throttle_events,  ///< how often the hardware has slowed down since it started; never falls
    throttled,        ///< 1 while the hardware slows down for heat or power, else 0
    utilisation_q16,  ///< 65536: busy all the time
};

inline constexpr std::string_view quantity_names[] = {"temperature_mk", "energy_uj",      "power_uw",
                                                      "frequency_khz",  "limit_khz",      "throttle_events",
                                                      "throttled",      "utilisation_q16"};

/// The name of the enumerator above.
constexpr std::string_view to_string(quantity q) noexcept { return quantity_names[static_cast<std::size_t>(q)]; }

/// 0 degrees Celsius in thousandths of a kelvin.
inline constexpr std::int64_t celsius_zero_mk = celsius_zero.value;

/// A reading.
struct sample {
    std::uint64_t time_ns;  ///< CLOCK_MONOTONIC; in a replay, the recording's
    std::int64_t value;     ///< in the sensor's unit

    friend constexpr bool operator==(sample const&, sample const&) = default;
};

/// The present time, on the clock of samples.
inline std::uint64_t now_ns() noexcept {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

/// The reading `s` of a sensor that measures `what`, as a temperature; nothing if `s` is empty or `what` is no temperature.
constexpr std::optional<timed<milli_celsius>> as_celsius(quantity what, std::optional<sample> const& s) noexcept {
    if (!s || what != quantity::temperature_mk) return std::nullopt;
    return timed<milli_celsius>{to_celsius(milli_kelvin(s->value)), s->time_ns};
}

/// The reading `s` as a share, clamped to [0, 65536]; nothing if `s` is empty or `what` is no utilisation.
constexpr std::optional<timed<std::uint32_t>> as_share(quantity what, std::optional<sample> const& s) noexcept {
    if (!s || what != quantity::utilisation_q16) return std::nullopt;
    const std::int64_t share = s->value < 0 ? 0 : s->value > 65'536 ? 65'536 : s->value;
    return timed<std::uint32_t>{static_cast<std::uint32_t>(share), s->time_ns};
}

class sensor {
public:
    /// Reads once; where it can't, it writes why into its argument.
    using reader = std::function<std::optional<sample>(std::string& why)>;

    sensor(std::string name, quantity what, reader read)
        : name_(std::move(name)), what_(what), read_(std::move(read)) {}

    /// SOURCE/DEVICE/CHANNEL; unique on one machine while its devices stay.
    std::string const& name() const noexcept { return name_; }

    /// What it measures, and in which unit.
    quantity what() const noexcept { return what_; }

    /// Returns the present value, or nothing: then trouble() says why.
    std::optional<sample> read() {
        trouble_.clear();
        return read_(trouble_);
    }

    /// Why the last read gave nothing, in one sentence; empty when it gave something.
    std::string const& trouble() const noexcept { return trouble_; }

private:
    std::string name_;
    quantity what_;
    reader read_;
    std::string trouble_;
};

/// The sensors of a source. If there are none, `not_available` says in one sentence why.
struct sensor_list {
    std::vector<sensor> sensors;
    std::string not_available;
};

/// The first line of a small file, without its end, at most 4,095 bytes; or nothing and why.
inline std::optional<std::string> read_line(std::string const& path, std::string& why) {
    errno = 0;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
    char line[4096];
    if (!file || std::fgets(line, sizeof line, file.get()) == nullptr) {
        why = path + ": " + (errno != 0 ? std::error_code(errno, std::generic_category()).message() : "it is empty");
        return std::nullopt;
    }
    std::string text(line);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
    return text;
}

/// A number that is the whole of `text`; nothing else, and none that needs more than 64 bits.
inline std::optional<std::int64_t> to_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The number in a small file, as those in /sys; or nothing and why.
inline std::optional<std::int64_t> read_number(std::string const& path, std::string& why) {
    const auto line = read_line(path, why);
    if (!line) return std::nullopt;
    const auto value = to_number(*line);
    if (!value) why = path + ": '" + line->substr(0, 40) + "' is not a number";
    return value;
}

}  // namespace maxwell::host
