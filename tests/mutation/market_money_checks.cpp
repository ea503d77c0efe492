// SPDX-License-Identifier: MIT
//
// The checks of the money of market/: in a second or two, whatever finds a fault in it. They pass with the library as it is, and
// one of them must fail with every mutant in market_money.txt. Assertions are off: each sentence is checked from outside.

#define MAXWELL_ASSERT(condition) static_cast<void>(sizeof((condition) ? 1 : 0))

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/patient_market.hpp"
#include "support/reference_account.hpp"
#include "support/ring_market.hpp"

#include <maxwell/market/deferred_payment.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/pacer.hpp>
#include <maxwell/market/watch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>

namespace maxwell::test {
namespace {

constexpr std::uint64_t greatest = ~std::uint64_t{0};

char const* credits_are_as_in_the_reference() {
    constexpr std::uint32_t accounts = 3;
    dice any(12);
    for (int life = 0; life < 300; ++life) {
        ledger<accounts> books;
        reference_account expected[accounts];
        std::uint64_t now_ns = any(), opened = 0, paid = 0;
        for (int step = 0; step < 100; ++step) {
            const std::uint32_t account = any.below(accounts);
            reference_account& mine = expected[account];
            now_ns += std::uint64_t{any()} >> any.below(32) << any.below(12);
            const std::uint64_t random = any() >> any.below(32);
            if (const std::uint32_t what = any.below(8); what == 0 && mine.open) {
                REQUIRE(books.close(account));
                mine = {};
            } else if (!mine.open) {
                REQUIRE(!books.close(account) && !books.is_open(account));
                const std::uint64_t cap = std::uint64_t{any()} >> any.below(32) << any.below(33);
                const std::uint64_t fee = cap / (1 + any.below(4)), rate = random << any.below(9);
                REQUIRE(books.open(account, {rate, cap, fee}, now_ns));
                mine = {true, reference_account::wide{cap - fee} * reference_account::whole, rate, cap, now_ns};
                opened += cap;
                paid += fee;
            } else if (what < 4) {
                const bid offer = {0, any() >> any.below(32), any() >> any.below(32)};
                mine.refill(now_ns);
                const std::uint64_t most = offer.units == 0 ? offer.amount : mine.balance() / offer.units;
                REQUIRE(books.backed(account, offer, now_ns) == std::min<std::uint64_t>(offer.amount, most));
            } else if (what == 4) {
                books.refill(account, mine.at_ns - (any() >> any.below(32)));
            } else {
                const price each = any() >> any.below(32);
                const std::uint64_t due = std::min(random * each, mine.balance());
                REQUIRE(books.debit(account, random, each) == due);
                mine.pay(due);
                paid += due;
            }
            std::uint64_t balances = 0;
            for (std::uint32_t a = 0; a < accounts; ++a) {
                REQUIRE(books.balance(a) == expected[a].balance());
                balances += expected[a].balance();
            }
            REQUIRE(books.opened() == opened && books.revenue() == paid && books.balances() == balances);
            REQUIRE(opened + books.refilled() == balances + paid + books.forfeited());
        }
    }
    return nullptr;
}

char const* the_greatest_numbers_saturate() {
    ledger<1> books;
    REQUIRE(books.open(0, {account_terms::max_refill_per_ms, greatest, 1}, 0));
    REQUIRE(books.debit(0, greatest, ~0u) == greatest - 1 && books.balance(0) == 0);
    books.refill(0, greatest / 2);
    REQUIRE(books.balance(0) == greatest);
    REQUIRE(books.debit(0, ~0u, ~0u) == std::uint64_t{~0u} * ~0u);
    return nullptr;
}

/// A rate whose product with the time just fits into 64 bits, and no longer with the parts of a credit kept from before.
char const* parts_of_a_credit_overflow() {
    constexpr std::uint64_t rate = 42'007'935, time_ns = 439'125'228'929;
    static_assert(rate * time_ns == greatest && greatest / rate == time_ns);
    ledger<1> books;
    REQUIRE(books.open(0, {rate, greatest, greatest}, 0));
    books.refill(0, 1);
    REQUIRE(books.balance(0) == 42);  // and 7,935 parts
    books.refill(0, 1 + time_ns);
    REQUIRE(books.balance(0) == 42 + 18'446'744'073'709);
    return nullptr;
}

char const* an_empty_account_withdraws() {
    ledger<1> books;
    REQUIRE(books.open(0, {0, 0, 0}, 0) && books.backed(0, {0, 5, 0}, 0) == 5 && books.backed(0, {0, 5, 1}, 0) == 0);
    return nullptr;
}

char const* factors_follow_the_formula() {
    dice any(4);
    for (int n = 0; n < 3'000; ++n) {
        pacer<2> p;
        double expected = 1;
        for (int period = 0; period < 20; ++period) {
            const std::uint64_t budget = (std::uint64_t{any()} << 32 | any()) >> any.below(64);
            const std::uint64_t spent = any.below(3) != 0
                                            ? budget - budget / (1 + any.below(500))
                                            : budget + std::min(budget, greatest - budget) / (1 + any.below(9));
            p.spent(1, spent / 2);
            p.spent(1, spent - spent / 2);
            const std::uint64_t each[] = {0, budget};
            REQUIRE(!p.end_period(view<std::uint64_t const>(each, 1)) && p.end_period(each));
            const double off = static_cast<double>(budget) - static_cast<double>(spent);
            const double error = budget == 0 ? 0 : std::clamp(off / static_cast<double>(budget), -1.0, 1.0);
            expected =
                std::clamp(error > 0 ? expected * (1 + .375 * error) : expected / (1 - .375 * error), 1 / 1024.0, 1.0);
            REQUIRE(std::abs(p.factor_q16(1) - 65536 * expected) <= 65.536 * expected + 1);
            REQUIRE(p.factor_q16(0) == 65536 && p.check_invariants());
        }
    }
    return nullptr;
}

/// Shares of budgets below 2^32 are exact; above, the budget counts without its low 16 bits.
char const* a_factor_is_exact_to_the_bit() {
    dice any(8);
    for (const std::uint64_t budget : {std::uint64_t{1000}, std::uint64_t{0x7FFF'FFFF}, std::uint64_t{0xFFFF'FFFF},
                                       std::uint64_t{0x1'0000'FFFF}, std::uint64_t{0x1'FFFF'FFFF}}) {
        const std::uint64_t of = budget >> 32 == 0 ? budget : budget >> 16 << 16;
        for (int n = 0; n < 200; ++n) {
            const std::uint64_t beyond = budget / 200 * static_cast<std::uint64_t>(n) + any.below(200);
            const std::uint64_t share = std::min<std::uint64_t>((beyond << 16) / of, 65536);
            pacer<1> p;
            p.spent(0, budget + beyond);
            REQUIRE(p.end_period(view<std::uint64_t const>(&budget, 1)));
            REQUIRE(p.factor_q16(0) == (std::uint64_t{1} << 48) / (65536 + share * 3 / 8) >> 16);
        }
    }
    return nullptr;
}

char const* the_greatest_spender_gets_the_lowest_factor() {
    pacer<1> p;
    const std::uint64_t each[] = {1};
    for (int period = 0; period < 40; ++period) {
        p.spent(0, greatest);
        p.spent(0, 1);
        p.spent(1, greatest);
        REQUIRE(p.end_period(each));
    }
    REQUIRE(p.factor_q16(0) == 64);
    for (int period = 0; period < 40; ++period) {
        p.spent(0, 0);
        REQUIRE(p.end_period(each));
    }
    REQUIRE(p.factor_q16(0) == 65536 && paced(~0u, 65536) == ~0u && paced(3, 32768) == 1);
    // Errors of a tenth of a per cent, too small to move a factor of 64 in Q16 by one.
    for (int period = 0; period < 40; ++period) p.spent(0, greatest), p.end_period(each);
    const std::uint64_t thousand[] = {1000};
    for (int period = 0; period < 10'000; ++period) p.spent(0, 999), p.end_period(thousand);
    REQUIRE(p.factor_q16(0) > 1000);
    return nullptr;
}

char const* dues_are_those_of_brute_force() {
    dice any(7);
    auto payments = std::make_unique<deferred_payment<10, 8>>();
    for (std::uint32_t n = 0; n < 4'000; ++n) {
        if (n >= 2'000)
            *payments = deferred_payment<10, 8>(((n % 2 + 1) << 29) - any.below(8));  // the count of arrivals wraps
        const patient_market m = draw_patient_market(any, n % 2 != 0);
        const auto served = run_patient_market(m, *payments, n);
        REQUIRE(served.size() == m.agents.size() && payments->check_invariants());
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            REQUIRE(!served[i] || served[i]->due == due_by_brute_force(m, i));
        }
    }
    return nullptr;
}

/// A ring as long as the longest patience, in which agents are displaced again and again.
char const* chains_are_as_long_as_the_ring() {
    dice any(9);
    const auto payments = std::make_unique<deferred_payment<64, 16>>();
    for (std::uint32_t n = 0; n < 150; ++n) {
        patient_market m;
        for (std::uint32_t t = 0; t < 40; ++t) {
            m.reserves.push_back(0);
            if (t < 24 && any.below(6) != 0) m.agents.push_back({t, t + any.below(16), any.below(30)});
            if (t < 24 && any.below(3) == 0) m.agents.push_back({t, t + 15, any.below(30)});
        }
        const auto served = run_patient_market(m, *payments, n);
        REQUIRE(served.size() == m.agents.size() && payments->check_invariants());
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            REQUIRE(!served[i] || served[i]->due == due_by_brute_force(m, i));
        }
    }
    return nullptr;
}

char const* an_agent_that_stays_too_long_owes_the_price_of_its_slot() {
    deferred_payment<3, 8> p;
    REQUIRE(p.enter(make_agent_id(0, 1)) == status::ok && p.enter(1) == status::ok);
    REQUIRE(p.enter(make_agent_id(0, 1)) == status::stale_agent && p.enter(0) == status::stale_agent);
    REQUIRE(p.enter(3) == status::unknown_agent && p.enter(4) == status::unknown_agent && !p.leave(3));
    REQUIRE(p.sold({}, bid{1, 7, 1}, 0) == status::no_bid);
    const bid first = {make_agent_id(0, 1), 9, 1}, second = {1, 7, 1};
    REQUIRE(p.sold(second, first, 0) == status::no_bid && p.sold(first, second, 10) == status::no_bid);
    REQUIRE(p.sold(first, second, 0) == status::ok && p.sold(first, {}, 0) == status::no_bid);
    for (int n = 0; n < 7; ++n) REQUIRE(p.sold({}, {}, 3) == status::ok && p.check_invariants());
    auto late = p;
    REQUIRE(p.leave(first.agent) == price{3});
    REQUIRE(late.sold({}, {}, 3) == status::ok && late.leave(first.agent) == price{7} && !late.leave(first.agent));
    REQUIRE(late.enter(2) == status::ok && late.sold(bid{2, 9, 1}, second, 9) == status::ok && late.check_invariants());
    REQUIRE(late.leave(2) == price{9} && !late.leave(1));
    // The slot that the second agent was displaced in is overwritten: what it meets later is nothing to its successor in the ring.
    const bid third = {2, 9, 1}, fourth = {make_agent_id(0, 2), 2, 1};
    REQUIRE(p.enter(2) == status::ok && p.sold(third, {}, 5) == status::ok && p.enter(fourth.agent) == status::ok);
    REQUIRE(p.sold(second, fourth, 0) == status::ok && p.leave(1) == price{2} && p.leave(2) == price{5} &&
            !p.leave(fourth.agent));
    return nullptr;
}

/// Two agents that arrive as far apart as agents inside may: the earlier one wins a tie.
char const* arrivals_far_apart_are_ordered() {
    using payments = deferred_payment<2, 8>;
    constexpr std::uint32_t apart = (1u << 29) - 1;
    for (const std::uint32_t first : {0u, (1u << 30) - 5, ~0u}) {
        payments p(first);
        REQUIRE(p.enter(0) == status::ok);
        const payments none(0), later(first + apart), all(~0u);
        for (std::size_t i = 0; i < sizeof p; ++i) {  // sets the count of arrivals, in which alone they differ
            const auto byte = [i](payments const& of) { return reinterpret_cast<char const*>(&of) + i; };
            if (*byte(none) != *byte(all)) std::memcpy(const_cast<char*>(byte(p)), byte(later), 1);
        }
        REQUIRE(p.enter(1) == status::ok);
        payments q = p;
        REQUIRE(p.sold(bid{1, 7, 1}, bid{0, 7, 1}, 0) == status::no_bid);
        REQUIRE(p.sold(bid{0, 7, 1}, bid{1, 7, 1}, 0) == status::ok && p.leave(0) == price{7});
        REQUIRE(q.sold(bid{1, 8, 1}, bid{0, 7, 1}, 0) == status::ok && q.leave(1) == price{8});
    }
    return nullptr;
}

/// Alarms of the gap in so many quanta, after an honest market has been learnt.
std::uint64_t alarms_of_the_gap(values of, std::uint32_t members, int quanta) {
    watch<64> w;
    honest_gaps honest(1, of);
    for (int n = 0; n < 150'000; ++n) w.observe(honest.quantum());
    ring_market market(3, of);
    for (int n = 0; n < quanta; ++n) w.observe(*market.quantum(members));
    return w.check_invariants() ? w.price_gap_alarms() : ~std::uint64_t{0};
}

char const* rings_are_seen_and_nothing_else() {
    for (const values of : {values::uniform, values::lognormal}) {
        const std::uint64_t seen = alarms_of_the_gap(of, 32, 6'000);
        REQUIRE(seen >= (of == values::uniform ? 30 : 8) && seen <= 60);
        REQUIRE(alarms_of_the_gap(of, 0, 10'000) == 0);
    }
    watch<64> w;
    honest_gaps honest(5, values::uniform);
    for (int n = 0; n < 300'000; ++n) REQUIRE(!w.observe(honest.quantum()).any());
    ring_market market(4, values::uniform);
    for (int n = 0; n < 10'000; ++n) w.observe(*market.quantum(32, ring::takes_turns));
    REQUIRE(w.rotation_alarms() >= 32 && w.rotation_alarms() <= 64);
    return nullptr;
}

char const* a_watch_needs_evidence() {
    watch<2> w;
    for (std::uint64_t n = 0; n < watch<2>::awards_to_learn; ++n) {
        REQUIRE(!w.observe({{0, 1000, 1}, static_cast<price>(n < 1000 ? 900 + n % 50 : 100)}).price_gap);
    }
    watch<2> equal;
    for (int n = 0; n < 200'000; ++n) REQUIRE(!equal.observe({{0, 1'000'000, 1}, 900'000}).price_gap);
    for (int n = 0; n < 1'000; ++n) REQUIRE(!equal.observe({{0, 1'000'000, 1}, 899'980}).price_gap);
    const watch<2> before = equal;
    for (award const& none : {award{{0, 0, 1}, 0}, award{{0, 10, 1}, 11}, award{{2, 10, 1}, 5}}) equal.observe(none);
    REQUIRE(std::memcmp(&before, &equal, sizeof equal) == 0);
    equal.observe({{0, 10, 1}, 10});
    REQUIRE(std::memcmp(&before, &equal, sizeof equal) != 0);
    return nullptr;
}

/// Two agents that win in turn: an alarm for each at its 65th win, and again after 64 more.
char const* each_rotation_is_seen_again() {
    constexpr std::uint32_t judged = watch<2>::wins_to_judge;
    watch<2> w;
    for (std::uint32_t n = 0; n < 8 * judged; ++n) {
        const std::uint32_t wins = n / 2 + 1;
        REQUIRE(w.observe({{n % 2, 1000, 1}, 900}).rotation == (wins > 1 && (wins - 1) % judged == 0));
    }
    return nullptr;
}

/// To the award: a gap 37 steps above the mean, of which 30 are allowed, so that 49 deviations of 256 steps are passed by the
/// 1,793rd; and a gap that is normal from the moment at which the deviation is renewed, the next multiple of 1,024 awards.
char const* alarms_come_when_they_should() {
    constexpr auto of_gap = [](price gap) { return award{{0, 1u << 20, 1}, (1u << 20) - gap}; };
    watch<1> calm;
    for (std::uint64_t n = 0; n < watch<1>::awards_to_learn; ++n) calm.observe(of_gap(500'000));
    watch<1> w = calm;
    for (int n = 1; n < 2 * 1793; ++n) REQUIRE(w.observe(of_gap(500'037)).price_gap == (n == 1793));
    REQUIRE(w.observe(of_gap(500'037)).price_gap);

    w = calm;
    for (int n = 0; n < 1024 - 100; ++n) REQUIRE(!w.observe(of_gap(500'000)).price_gap);
    for (int n = 1; n < 100; ++n) REQUIRE(w.observe(of_gap(1'000'000)).price_gap);
    REQUIRE(!w.observe(of_gap(1'000'000)).price_gap && w.check_invariants());
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({credits_are_as_in_the_reference, the_greatest_numbers_saturate, an_empty_account_withdraws,
                factors_follow_the_formula, the_greatest_spender_gets_the_lowest_factor, dues_are_those_of_brute_force,
                chains_are_as_long_as_the_ring, an_agent_that_stays_too_long_owes_the_price_of_its_slot,
                rings_are_seen_and_nothing_else, a_watch_needs_evidence, parts_of_a_credit_overflow,
                a_factor_is_exact_to_the_bit, arrivals_far_apart_are_ordered, each_rotation_is_seen_again,
                alarms_come_when_they_should});
}
