// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second, what finds a fault in power_meter or polled_sensor. It passes with the library as it is, and must fail with
// every mutant of it in meters.txt.

#include "mutation/check.hpp"

#include <maxwell/host/polled_sensor.hpp>
#include <maxwell/host/power_meter.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace maxwell::test {
namespace {

using host::power_meter;
using host::quantity;

constexpr std::uint64_t second_ns = 1'000'000'000;

char const* power_is_the_area_under_its_readings() {
    power_meter m(quantity::power_uw);
    m.take({0, 10'000'000});
    m.take({second_ns, 30'000'000});
    m.take({second_ns / 2, 90'000'000});  // not later
    REQUIRE(m.mean()->value == milliwatts(20'000));
    m.take({3 * second_ns, 30'000'000});
    REQUIRE(m.mean()->value == milliwatts(30'000));
    REQUIRE(!m.mean());
    m.take({4 * second_ns, 9'999'999'970'000'000});
    REQUIRE(m.mean()->value == milliwatts(4'294'967'295));
    return nullptr;
}

char const* energy_begins_again_after_a_reset() {
    power_meter m(quantity::energy_uj);
    m.take({second_ns, 9'000'000});
    m.take({2 * second_ns, 1'000'000});
    REQUIRE(!m.mean());
    m.take({3 * second_ns, 61'000'000});
    REQUIRE(m.mean()->value == milliwatts(60'000));
    return nullptr;
}

/// Waits, at most three seconds, until `holds` returns true.
template <class F>
bool comes_true(F holds) {
    for (int i = 0; i < 3'000 && !holds(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return holds();
}

char const* a_failed_and_a_hung_read_are_reported() {
    enum phase { answers, fails, hangs, answers_again };
    const auto now = std::make_shared<std::atomic<phase>>(answers);
    const auto read = [now](std::string& why) -> std::optional<host::sample> {
        if (*now == fails) {
            why = "meter: gone";
            return std::nullopt;
        }
        while (*now == hangs) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return *now == answers_again ? host::sample{3, 3} : host::sample{1, 1};
    };
    const host::polled_sensor s(host::sensor("meter", quantity::power_uw, read), std::chrono::milliseconds(1));
    REQUIRE(s.first(std::chrono::seconds(10)) == host::sample({1, 1}));
    *now = fails;
    const bool gone = comes_true([&] { return !s.newest() && s.trouble() == "meter: gone"; });
    *now = hangs;
    const bool late = comes_true([&] { return s.trouble().find("has not answered") != std::string::npos; });
    *now = answers_again;
    REQUIRE(gone && late);
    REQUIRE(comes_true([&] { return s.newest() == host::sample{3, 3}; }));
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({power_is_the_area_under_its_readings, energy_begins_again_after_a_reset,
                a_failed_and_a_hung_read_are_reported});
}
