// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in prices. It passes with the library as it is, and must
// fail with every mutant of it in thermal.txt. Those of the price page only show while another process is stepped, so they
// live where ptrace is forbidden.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/price_schedules.hpp"

#include <maxwell/core/atomic.hpp>

#include <cstdint>
#include <cstring>

// The writer of a page, who takes a step whenever a reader begins a copy. The reader can't be stopped there.
static struct {
    unsigned char* bank_version = nullptr;
    int stays = 0;  ///< so many copies that it is in their bank
    std::uint64_t step() {
        const std::uint64_t version = stays-- > 0 ? 3 : 1;
        if (bank_version != nullptr) std::memcpy(bank_version, &version, sizeof version);
        return 0;
    }
} the_writer;

#define begin(start, base) begin((start) + the_writer.step(), base)
#include <maxwell/thermal/price_page.hpp>
#undef begin

#include "support/price_page_faults.hpp"

#include <maxwell/thermal/clearing_price.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/energy_budget.hpp>
#include <maxwell/thermal/plane.hpp>
#include <maxwell/thermal/price_schedule.hpp>
#include <maxwell/thermal/stability_certificate.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <new>

namespace maxwell::test {
namespace {

/// Before, in, after the horizon, across the wrap of the clock, against what the header draws.
char const* a_schedule_is_looked_up_by_time() {
    constexpr multiplier_q16 line[] = {9, 2, 3, 4, 5, 6, 7, 8, 9, 1000};
    for (std::uint64_t start_ns : {std::uint64_t{0}, std::uint64_t{5'000'000'000}, ~std::uint64_t{0} - 4'000'000}) {
        price_schedule<2> s;
        s.begin(start_ns, 3);
        REQUIRE(s.start_ns() == start_ns && s.end_ns() == start_ns + 10 * price_schedule<2>::step_ns);
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
    REQUIRE(scaled_price(~0u, unit_multiplier + 1) == ~0u && scaled_price(0, ~0u) == 0 && scaled_price(1, 1) == 1);
    REQUIRE(scaled_price(2, unit_multiplier) == 2 && scaled_price(unit_multiplier + 1, 1) == 2);
    price_schedule<2> old;
    REQUIRE(old.set(1, 7, 5) && !old.set(2, 7, 5));
    constexpr std::uint64_t behind = std::uint64_t{1} << 63;  // from there on it is a clock that is behind
    REQUIRE(old.multiplier(1, behind / 2) == 5 && old.multiplier(1, behind - 1) == 5 && old.multiplier(1, behind) == 7);
    price_schedule<2> refused;
    REQUIRE(!refused.set(0, line, 0) && !refused.set(2, line, 1) && !refused.set(0, 0, 1) &&
            refused.line(0).safe_q16 == 0);
    for (std::size_t step = 0; step < 10; ++step) {
        multiplier_q16 ones[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        ones[step] = 0;
        REQUIRE(!refused.set(0, ones, 1) && refused.line(0).safe_q16 == 0);
        ones[step] = 1;
        REQUIRE(!refused.set(0, {ones, 9}, 1) && !refused.set(2, ones, 1) && refused.set(1, ones, 1));
    }
    REQUIRE(refused.set(0, 1, 1) && refused.multiplier(0, 0) == 1);
    return nullptr;
}

/// Copies until the writer is no longer there: four at most.
char const* a_busy_writer_is_waited_for() {
    for (int busy = 0; busy < 6; ++busy) {
        struct {
            alignas(64) unsigned char bytes[sizeof(price_page<3>)];
        } memory = {};
        auto& page = *::new (memory.bytes) price_page<3>;
        REQUIRE(page.publish(numbered_schedule<3>(7)));
        the_writer = {memory.bytes + maxwell_price_bank_offset(1, 3), busy};
        price_schedule<3> mine;
        REQUIRE(page.read(mine) == (busy < 4 ? price_read::ok : price_read::too_busy));
        REQUIRE(mine.base_price() == (busy < 4 ? 7 : 0) && the_writer.stays == std::max(busy - 4, -1));
    }
    the_writer = {};
    return nullptr;
}

char const* a_page_is_read_as_published() {
    price_page<3> page;
    price_schedule<3> mine;
    REQUIRE(page.read(mine) == price_read::nothing_yet);
    for (std::uint32_t n = 1; n < 5; ++n) {
        REQUIRE(page.publish(numbered_schedule<3>(n)) && page.read(mine) == price_read::ok);
        REQUIRE(mine.base_price() == n && is_numbered(mine) && page.check_invariants());
        REQUIRE(maxwell_price_bank_offset(n, 3) == (n % 2 == 0 ? 64u : 64u + 64 + 3 * 64));
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
    // At run time too the surface is what the compiler has made of it, and any one knot that is out of order is found.
    const auto made = detail::make_scarcity<5, 9>();
    for (std::size_t row = 0; row < 5; ++row) {
        for (std::size_t col = 0; col < 9; ++col) {
            REQUIRE(made.knot(row, col) == (scarcity<5, 9>.knot(row, col)));
            coupling_table<5, 9> odd;
            for (std::size_t n = 0; n < 45; ++n) REQUIRE(odd.set(n / 9, n % 9, 100));
            REQUIRE(odd.is_monotone());
            odd.set(row, col, 99);
            REQUIRE(odd.is_monotone() == (row == 0 && col == 8));
            odd.set(row, col, 101);
            REQUIRE(odd.is_monotone() == (row == 4 && col == 0));
        }
    }
    auto full = made;
    REQUIRE(!full.set(5, 0, 1) && !full.set(0, 9, 1) && !full.set(6, 0, 1) && !full.set(0, 10, 1) &&
            full.is_monotone());
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

/// The tables that the certificate looks gains up in, by their formulas; and where it changes its mind.
char const* certificates_are_as_computed() {
    const long double pi = std::acos(-1.0L);
    REQUIRE(std::size(detail::stable_below_q16) == 17 && std::size(detail::margins_below_q16) == 17);
    for (std::uint32_t d = 0; d <= max_delay_samples; ++d) {
        const long double stable = 65536 * 2 * std::sin(pi / (4 * d + 2));
        const long double margins = std::fmin(65536 * 2 * std::sin(pi / (12 * d + 6)), stable * std::pow(10.0L, -0.4L));
        REQUIRE(detail::stable_below_q16[d] == std::floor(stable + 1e-9L));
        REQUIRE(detail::margins_below_q16[d] == std::floor(margins + 1e-9L));
        const plant_bounds exact{65'536, 65'536, d};
        REQUIRE(certify_learning(exact, detail::margins_below_q16[d] - 1) == stability::proven);
        REQUIRE(certify_learning(exact, detail::margins_below_q16[d]) == stability::thin_margin);
        REQUIRE(certify_learning(exact, detail::stable_below_q16[d]) == stability::unstable);
        REQUIRE(certify_learning({65'536, 131'072, d}, detail::margins_below_q16[d] / 2 + 1) != stability::proven);
    }
    REQUIRE(certify_learning({0, 1, 1}, 1) == stability::bad_bounds &&
            certify_learning({2, 1, 1}, 1) == stability::bad_bounds);
    REQUIRE(certify_learning({1, 1, 17}, 1) == stability::bad_bounds &&
            certify_learning({1, 1, 1}, 0) == stability::no_gain);
    // A plant whose products are exact: 1 + ki < (1 - x)(1 - a + x - 2) - 1 in units of 2^-32.
    const auto pi_plant = [](q32 b, q32 a) { return pi_plant_bounds{b, b, a, a}; };
    REQUIRE(certify_pi(pi_plant(q32_one, 0), 0, q32_one - 5) == stability::proven);
    REQUIRE(certify_pi(pi_plant(q32_one, 0), 0, q32_one - 4) == stability::unstable);
    REQUIRE(certify_pi(pi_plant(q32_one, 0), q32_one / 2, q32_one / 4 * 3 - 5) == stability::proven);
    REQUIRE(certify_pi(pi_plant(q32_one, 0), q32_one / 2, q32_one / 4 * 3 - 4) == stability::unstable);
    constexpr q32 most = q32{1} << 47;
    REQUIRE(certify_pi(pi_plant(most, 0), 0, 1) != stability::bad_bounds);
    REQUIRE(certify_pi(pi_plant(most + 1, 0), 0, 1) == stability::bad_bounds);
    REQUIRE(certify_pi(pi_plant(1, 0), most, 1) == stability::proven);
    REQUIRE(certify_pi(pi_plant(1, 0), 0, most) == stability::proven);
    REQUIRE(certify_pi(pi_plant(1, 0), 0, most + 1) == stability::unstable);
    REQUIRE(certify_pi(pi_plant(1, 0), most + 1, 1) == stability::unstable);
    REQUIRE(certify_pi(pi_plant(1, q32_one), 0, 1) == stability::bad_bounds);
    REQUIRE(certify_pi(pi_plant(1, -1), 0, 1) == stability::bad_bounds);
    REQUIRE(certify_pi(pi_plant(0, 0), 0, 1) == stability::bad_bounds);
    REQUIRE(certify_pi(pi_plant(1, 0), -1, 1) == stability::no_gain &&
            certify_pi(pi_plant(1, 0), 0, 0) == stability::no_gain);
    for (q32 b = 1; b < q32_one; b = b * 5 / 2 + 1) {  // each of the four corners alone can refuse
        for (const q32 a : {q32{0}, q32_one / 3, q32_one / 10 * 9}) {
            for (q32 ki = q32_one / 64; ki < q32_one * 4; ki = ki * 3 / 2) {
                const double B = b / 4294967296., A = a / 4294967296., K = ki / 4294967296., kp = .25;
                const bool stable = B * kp < 1 && B * K < (1 - B * kp) * (1 - A + B * kp);
                if (std::abs(B * K - (1 - B * kp) * (1 - A + B * kp)) < 1e-6) continue;
                const auto found = certify_pi({1, b, 0, a}, q32_one / 4, ki);
                REQUIRE(found == (stable ? stability::proven : stability::unstable) || A == 0);
            }
        }
    }
    return nullptr;
}

/// Against one price after the other: the least at which demand fits, and which bidders fit beside another.
char const* bids_are_cleared() {
    dice d(3);
    for (int round = 0; round < 3'000; ++round) {
        power_bid bids[6];
        const std::size_t count = d.below(7);
        std::uint64_t cap = d.below(30);
        for (power_bid& b : bids) {
            b = {d.below(8), d.below(9)};
            if (round % 3 == 0) b.amount <<= 4 * d.below(8);
            if (round % 7 == 0) b.amount = d() >> d.below(32);
            if (round % 5 == 0 && d.below(2) == 0) b.amount = ~price{0};
        }
        const std::size_t except = d.below(9);
        const bool left_out = except < count;
        const clearing found = clearing_price({bids, count}, cap, except);
        if (left_out && bids[except].mw > cap) {
            REQUIRE(found.scarce && found.uncleared && found.demand_mw == 0);
            REQUIRE(found.marginal_price == ~price{0} && found.clearing_price == ~price{0});
            continue;
        }
        if (left_out) cap -= bids[except].mw;
        const auto demand = [&](std::uint64_t least) {
            std::uint64_t mw = 0;
            for (std::size_t i = 0; i < count; ++i) mw += i != except && bids[i].amount >= least ? bids[i].mw : 0;
            return mw;
        };
        std::uint64_t clears = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint64_t above = std::uint64_t{bids[i].amount} + 1;
            if (i != except && demand(bids[i].amount) > cap && above > clears) clears = above;
        }
        if (clears > ~price{0}) {
            REQUIRE(found.scarce && found.uncleared && found.marginal_price == ~price{0} && found.demand_mw == 0);
            continue;
        }
        REQUIRE(!found.uncleared && found.scarce == (clears != 0) && found.clearing_price == clears);
        REQUIRE(found.marginal_price == (clears != 0 ? clears - 1 : 0) && found.demand_mw == demand(clears));
    }
    for (const price last : {0u, 1u, 7u, 1'000u, 3'000'000'000u, ~0u}) {
        for (const price wanted : {0u, 1u, 6u, 999u, 1'500u, 5'000u, ~0u}) {
            for (const std::uint32_t shift : {0u, 2u, 31u, 32u}) {
                const double step = std::floor(std::ldexp(last, -static_cast<int>(shift))) + 1;
                const double moved = std::clamp(double{1} * wanted, std::fmax(0, last - step), last + step);
                REQUIRE(next_price(last, wanted, {5, 4'000'000'000, shift, shift, 0}) == std::clamp(moved, 5.0, 4e9));
                REQUIRE(next_price(last, wanted, {0, ~0u, shift, shift, 0}) == std::fmin(moved, ~0u));
            }
        }
    }
    return nullptr;
}

/// The settings that a user gets without asking, as docs/thermal.md and the headers give them.
char const* defaults_are_as_documented() {
    constexpr plane_settings<3, 2, 4> s{};
    REQUIRE(s.lane[3].kind == lane_kind::ordinary && s.lane[3].die == 0 && s.lane[3].safe_q16 == 524'288);
    REQUIRE(s.device == 1 && s.filter_shift == 3 && s.forced_above_mk == 1'000 && s.sample_timeout_ms == 2'000);
    constexpr controller_settings<2> c{};
    REQUIRE(c.quantum_ns == 1'000'000 && c.window_quanta == 10 && c.target_mc == 85'000 && c.margin_mk == 140);
    REQUIRE(c.error_tolerance_mk == 1'000 && c.error_gain == 4 && c.max_ambient_mc == 45'000 && c.idle_mw == 0);
    REQUIRE(c.max_mw == 0 && c.reading_age_ms == 100);
    constexpr sensor_limits m{};
    REQUIRE(m.min_mc == -20'000 && m.max_mc == 125'000 && m.jump_mk == 6'000 && m.stuck_mk == 4'000);
    REQUIRE(m.still_mk == 1'000 && m.confirmations == 3);
    constexpr plant_bounds bounds{};
    REQUIRE(bounds.min_response_q16 == 49'152 && bounds.max_response_q16 == 81'920 && bounds.delay_samples == 1);
    constexpr observer_settings o{};
    REQUIRE(o.ambient_mc == 40'000 && o.resolution_mk == 1'000 && o.max_offset_mk == 25'000);
    REQUIRE(o.min_scale_q16 == 19'661 && o.max_scale_q16 == 170'394);
    REQUIRE(o.sensor_timeout_quanta == 250 && o.model_timeout_quanta == 2'000 && o.drift_uk_per_quantum == 125);
    constexpr learning_gains g{};
    REQUIRE(g.scale_q16 == 10'617 && g.offset_q16 == 328 && g.ridge_k2 == 80);
    constexpr price_limits p{};
    REQUIRE(p.min_price == 0 && p.max_price == ~price{0} && p.rise_shift == 0 && p.fall_shift == 2 &&
            p.safe_price == 0);
    REQUIRE(price_page<3>::attempts == 4);
    using prices = headroom_prices<2, 4>;
    REQUIRE(prices::first_from == 491'520 && prices::first_until == 458'752);
    return nullptr;
}

char const* a_budget_saturates() {
    energy_budget b(~0u);
    b.open(~0u);
    REQUIRE(b.allowance_mw() == ~0u && b.admitted_mw() == 0 && b.admit(~0u) && b.allowance_mw() == 0 && !b.admit(1));
    b.debit(~0u);
    REQUIRE(b.admitted_mw() == ~0u && b.cap_mw() == ~0u);
    b.next_quantum(0);
    REQUIRE(b.allowance_mw() == 0 && b.admitted_mw() == 0);
    b.next_quantum(0);
    REQUIRE(b.allowance_mw() == ~0u);

    energy_budget longest(~0u);  // a window of 2^30 quanta is owed, of a milliwatt each
    longest.open(1);
    longest.next_quantum(~0u);
    longest.open(3u << 29);
    REQUIRE(longest.allowance_mw() == 1u << 29);
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
        a_busy_writer_is_waited_for,
        a_surface_is_followed,
        certificates_are_as_computed,
        bids_are_cleared,
        a_budget_saturates,
        defaults_are_as_documented,
        readers_and_writers_of_a_page_may_stop_anywhere,
    });
}
