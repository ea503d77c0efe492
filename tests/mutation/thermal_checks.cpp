// SPDX-License-Identifier: MIT
//
// The killer of thermal/: in a second or two, whatever finds a fault in prices. It passes with the library as it is, and must
// fail with every mutant of it in thermal.txt. Those of the price page only show while another process is stepped, so they
// live where ptrace is forbidden.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/price_page_faults.hpp"
#include "support/price_schedules.hpp"

#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/price_page.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace maxwell::test {
namespace {

/// Before, in, after the horizon, across the wrap of the clock, against what the header draws.
char const* a_schedule_is_looked_up_by_time() {
    constexpr multiplier_q16 line[] = {9, 2, 3, 4, 5, 6, 7, 8, 9, 1000};
    for (std::uint64_t start_ns : {std::uint64_t{0}, std::uint64_t{5'000'000'000}, ~std::uint64_t{0} - 4'000'000}) {
        price_schedule<2> s;
        s.begin(start_ns, 3);
        for (multiplier_q16 safe : {100u, 5000u}) {
            REQUIRE(s.set(1, line, safe) && s.multiplier(0, start_ns) == 0);
            REQUIRE(s.multiplier(1, start_ns - 1) == 9 && s.multiplier(2, start_ns) == 0);
            for (std::uint64_t step = 0; step < 60; ++step) {
                const std::uint64_t now_ns = start_ns + step * price_schedule<2>::step_ns;
                const double walked = std::clamp((static_cast<double>(step) - 20) / 16, 0.0, 1.0);
                const double late = std::floor(1000 + (static_cast<double>(safe) - 1000) * walked);
                const double expected = step < 10 ? line[step] : late;
                REQUIRE(s.multiplier(1, now_ns) == expected);
                REQUIRE(s.multiplier(1, now_ns + price_schedule<2>::step_ns - 1) == expected);
                REQUIRE(s.reserve(1, now_ns) == std::ceil(3 * expected / 65536));
            }
        }
    }
    REQUIRE(scaled_price(~0u, unit_multiplier + 1) == ~0u);
    price_schedule<2> refused;
    REQUIRE(!refused.set(0, line, 0) && !refused.set(2, line, 1) && !refused.set(0, 0, 1) &&
            refused.line(0).safe_q16 == 0);
    return nullptr;
}

char const* a_page_is_read_as_published() {
    price_page<3> page;
    price_schedule<3> mine;
    REQUIRE(page.read(mine) == price_read::nothing_yet);
    for (std::uint32_t n = 1; n < 5; ++n) {
        REQUIRE(page.publish(numbered_schedule<3>(n)) && page.read(mine) == price_read::ok);
        REQUIRE(mine.base_price() == n && is_numbered(mine) && page.check_invariants());
    }
    return nullptr;
}

char const* a_surface_is_followed() {
    constexpr auto& table = scarcity<>;
    REQUIRE(table.multiplier(whole_share / 16 * 15, 0) == 8 * unit_multiplier);
    multiplier_q16 before = 0;
    for (share_q16 use = 0; use <= whole_share; use += 64) {
        for (share_q16 headroom = 0; headroom <= whole_share; headroom += 64) {
            const double scarce = std::clamp((use / 65536.0 - 0.5) / 0.4375, 0.0, 1.0) * (1 - headroom / 65536.0);
            const double exact = std::exp2(3 * scarce);
            REQUIRE(std::abs(table.multiplier(use, headroom) / 65536.0 - exact) <= 0.0035 * exact);
        }
        REQUIRE(table.multiplier(use, 0) >= before);
        before = table.multiplier(use, 0);
    }
    coupling_table<2, 3> steep;
    steep.set(0, 1, 1);
    steep.set(1, 2, ~0u);
    REQUIRE(steep.multiplier(0, whole_share / 4) == 1 && steep.multiplier(0, whole_share / 4 - 1) == 0);
    REQUIRE(steep.multiplier(~0u, ~0u) == ~0u && !steep.is_monotone());
    const plane_state now = {whole_share, 0, whole_share, 0};
    const plane_multipliers m = couple(table, table, now);
    REQUIRE(m.cpu == 8 * unit_multiplier && m.feeding == unit_multiplier && m.gpu == unit_multiplier);
    return nullptr;
}

char const* readers_and_writers_of_a_page_may_stop_anywhere() {
#if MAXWELL_CAN_TRACE
    for (char const* why : {the_writer_dies_at_any_instruction(), a_reader_sleeps_at_any_instruction(10'000)}) {
        if (why != nullptr && why != cannot_trace) return why;
    }
#endif
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        a_schedule_is_looked_up_by_time,
        a_page_is_read_as_published,
        a_surface_is_followed,
        readers_and_writers_of_a_page_may_stop_anywhere,
    });
}
