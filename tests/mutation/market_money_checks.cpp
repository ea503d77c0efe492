// SPDX-License-Identifier: MIT
//
// The checks of the money of market/: in a second or two, whatever finds a fault in it. They pass with the library as it is, and
// one of them must fail with every mutant in market_money.txt. Assertions are off: each sentence is checked from outside.

#define MAXWELL_ASSERT(condition) static_cast<void>(sizeof((condition) ? 1 : 0))

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/patient_market.hpp"
#include "support/reference_account.hpp"
#include "support/reference_payment.hpp"
#include "support/reference_watch.hpp"
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
#include <optional>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::uint64_t greatest = ~std::uint64_t{0};

char const* untouched_objects_are_zero() {
    REQUIRE(begins_as_zero<ledger<3>>() && begins_as_zero<pacer<3>>() && begins_as_zero<watch<3>>());
    REQUIRE((begins_as_zero<deferred_payment<3, 4>>()));
    return nullptr;
}

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

/// Each limit of what open() takes, on both sides; and an account that isn't open.
char const* terms_beyond_a_limit_are_refused() {
    constexpr std::uint64_t fastest = account_terms::max_refill_per_ms;
    static_assert(fastest == std::uint64_t{1} << 40);
    ledger<3> books;
    const auto before = books;
    for (const account_terms& refused :
         {account_terms{fastest + 1, 9, 0}, {greatest, 9, 9}, {0, 9, 10}, {0, 0, 1}, {fastest, 0, greatest}}) {
        REQUIRE(!books.open(0, refused, 0));
    }
    for (const std::uint32_t account : {0u, 2u, 3u, 4u, ~0u}) {
        REQUIRE(!books.is_open(account) && books.balance(account) == 0 && !books.close(account));
        REQUIRE(books.backed(account, {0, 5, 1}, 9) == 0 && books.backed(account, {0, 5, 1}) == 0 &&
                books.debit(account, 1, 1) == 0);
        books.refill(account, 9);
        REQUIRE(account < 3 || !books.open(account, {0, 9, 0}, 0));
    }
    REQUIRE(std::memcmp(&before, &books, sizeof books) == 0);
    REQUIRE(books.open(2, {fastest, 9, 9}, 0) && !books.open(2, {fastest, 9, 9}, 0) && books.opened() == 9 &&
            books.revenue() == 9);
    REQUIRE(books.open(0, {fastest - 1, 9, 0}, 0) && books.is_open(0) && !books.is_open(1) &&
            ledger<3>::capacity() == 3);
    return nullptr;
}

/// Without payments every account is open, backs any bid and keeps no credits.
char const* what_is_free_costs_nothing() {
    free_of_charge f;
    REQUIRE(f.is_open(~0u) && f.open(7, {1, 2, 3}, 4) && f.close(7) && f.check_invariants());
    REQUIRE(f.balance(0) == 0 && f.balances() == 0 && f.opened() == 0 && f.refilled() == 0 && f.revenue() == 0 &&
            f.forfeited() == 0);
    REQUIRE(f.backed(0, {1, ~0u, ~0u}) == ~0u && f.backed(0, {1, 7, 3}, 5) == 7 && f.debit(0, 3, 7) == 0);
    return nullptr;
}

/// A rate whose product with the time just fits into 64 bits, and no longer with the parts of a credit kept from before.
char const* parts_of_a_credit_overflow() {
    constexpr std::uint64_t rate = 42'007'935, time_ns = 439'125'228'929;
    static_assert(rate * time_ns == greatest && greatest / rate == time_ns);
    ledger<1> books;
    ledger<1> slow;
    REQUIRE(slow.open(0, {999'999, 9, 9}, 0));
    slow.refill(0, 1);
    REQUIRE(slow.balance(0) == 0);  // a millionth is missing
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

/// Factors in Q32, moved as the header says: shares of budgets in Q16, rounded down.
char const* factors_are_those_of_the_reference() {
    __extension__ using wide = unsigned __int128;
    constexpr wide one = wide{1} << 32;
    dice any(10);
    pacer<3> p;
    wide expected[] = {one, one, one};
    for (int period = 0; period < 20'000; ++period) {
        std::uint64_t budgets[3];
        for (std::uint32_t t = 0; t < 3; ++t) {
            const std::uint64_t budget = budgets[t] =
                any.below(20) == 0 ? any.below(2) : (std::uint64_t{any()} << 32 | any()) >> any.below(64);
            std::uint64_t spent = any.below(8) == 0 ? std::uint64_t{any()} << any.below(33) : budget;
            const std::uint64_t nearly_all = budget - (budget >> any.below(18) >> 1);
            const std::uint64_t by = any.below(3) == 0 ? nearly_all : budget >> any.below(14);
            if (any.below(2) == 0)
                spent -= std::min(spent, by);
            else if (__builtin_add_overflow(spent, by, &spent))
                spent = greatest;
            p.spent(t, spent);
            const wide off = spent > budget ? spent - budget : budget - spent;
            const wide of = budget < one ? budget : budget >> 16 << 16;
            const wide share = off == 0 ? 0 : off >= budget ? 65536 : std::min<wide>(65536, (off << 16) / of);
            const wide step = 65536 + 3 * share / 8;
            const wide next = spent > budget ? (expected[t] << 16) / step : expected[t] * step >> 16;
            expected[t] = std::clamp<wide>(next, one / 1024, one);
        }
        REQUIRE(p.end_period(budgets) && p.check_invariants());
        for (std::uint32_t t = 0; t < 3; ++t) REQUIRE(p.factor_q16(t) == static_cast<std::uint32_t>(expected[t] >> 16));
    }
    REQUIRE(p.factor_q16(3) == 65536 && p.factor_q16(~0u) == 65536 && pacer<3>::capacity() == 3);
    const pacer<3> before = p;
    p.spent(3, 1);
    REQUIRE(std::memcmp(&before, &p, sizeof p) == 0);
    return nullptr;
}

/// A sum that saturates is 2^64 - 1 to the credit: with this budget one credit less would be another share.
char const* the_greatest_sum_is_exact() {
    constexpr std::uint64_t budget = 9'224'498'074'217'353'215u;
    pacer<1> p;
    p.spent(0, greatest - 1);
    p.spent(0, 7);
    REQUIRE(p.end_period(view<std::uint64_t const>(&budget, 1)) && p.factor_q16(0) == 47'665);
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

/// Any requests, most of them of the best two that wait: the answers and the prices of the reference, and a refusal changes nothing.
char const* requests_are_judged_as_in_the_reference() {
    using payments = deferred_payment<5, 8>;
    for (std::uint64_t seed = 0; seed < 120; ++seed) {
        dice any(seed);
        payments p(seed % 2 == 0 ? 0 : 0u - any.below(40));
        reference_payment expected(5, 8);
        const price highest = seed % 3 == 0 ? ~price{0} : 12;
        const auto any_id = [&] { return make_agent_id(any.below(6), any.below(2) + any.below(40) / 8); };
        const auto bid_of = [&](agent_id id) { return bid{id, highest - static_cast<price>(id * 7 % 5 + id % 7), 1}; };
        std::vector<bid> waiting;
        for (int n = 0; n < 150; ++n) {
            const payments before = p;
            if (const std::uint32_t what = any.below(8); what < 2) {
                const agent_id id = any_id();
                const status got = p.enter(id);
                REQUIRE(got == expected.enter(id) && p.is_inside(id) == expected.is_inside(id));
                if (got == status::ok) waiting.push_back(bid_of(id));
            } else if (what < 3) {
                const agent_id id = any_id();
                REQUIRE(p.is_inside(id) == expected.is_inside(id) && p.leave(id) == expected.leave(id) &&
                        !p.is_inside(id));
            } else {
                std::stable_sort(waiting.begin(), waiting.end(),
                                 [](bid const& a, bid const& b) { return a.amount > b.amount; });
                std::optional<bid> won, next;
                if (!waiting.empty()) won = waiting[any.below(8) == 0 ? any.below(waiting.size()) : 0];
                if (waiting.size() > 1) next = waiting[any.below(8) == 0 ? any.below(waiting.size()) : 1];
                if (any.below(20) == 0) won = std::nullopt;
                if (any.below(20) == 0) next = bid_of(any_id());
                const price reserve = any.below(2) == 0 ? 0 : highest - any.below(12);
                const status got = p.sold(won, next, reserve);
                REQUIRE(got == expected.sold(won, next, reserve) && p.slots() == expected.slots());
                REQUIRE(got == status::ok || std::memcmp(&before, &p, sizeof p) == 0);
                std::erase_if(waiting, [&](bid const& b) {
                    return !expected.is_inside(b.agent) || (got == status::ok && won == b && any.below(4) != 0);
                });
            }
            REQUIRE(p.check_invariants());
        }
    }
    return nullptr;
}

/// An agent that was displaced is followed for as many slots as the ring has, and then no longer.
char const* displaced_agents_are_followed_through_the_ring() {
    constexpr std::uint32_t horizon = 8;
    for (const std::uint32_t later : {1u, 2u, horizon - 2, horizon - 1, horizon, horizon + 1}) {
        deferred_payment<3, horizon> p;
        for (agent_id id = 0; id < 3; ++id) REQUIRE(p.enter(id) == status::ok);
        REQUIRE(p.sold(bid{0, 9, 1}, bid{1, 7, 1}, 0) == status::ok);
        for (std::uint32_t n = 1; n < later; ++n) REQUIRE(p.sold({}, {}, 100) == status::ok);
        REQUIRE(p.sold(bid{1, 7, 1}, bid{2, 4, 1}, 0) == status::ok && p.check_invariants());
        REQUIRE(p.leave(0) == price{later < horizon ? 4u : 7u} && p.leave(1) == price{4} && !p.leave(2));
    }
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
    for (award const& none : {award{{0, 0, 1}, 0}, award{{0, 10, 1}, 11}, award{{2, 10, 1}, 5}})
        REQUIRE(!equal.observe(none).any());
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
    for (std::uint64_t n = 0; n < watch<1>::awards_to_learn - 1; ++n) calm.observe(of_gap(500'000));
    watch<1> w = calm;
    REQUIRE(!w.observe(of_gap(1'000'000)).price_gap &&
            w.observe(of_gap(1'000'000)).price_gap);  // the last that is learnt
    for (int n = 0; n < 2; ++n) REQUIRE(!calm.observe(of_gap(500'000)).price_gap);
    w = calm;
    for (int n = 1; n < 2 * 1793; ++n) REQUIRE(w.observe(of_gap(500'037)).price_gap == (n == 1793));
    REQUIRE(w.observe(of_gap(500'037)).price_gap);

    w = calm;
    for (int n = 1; n < 1024 - 100; ++n) REQUIRE(!w.observe(of_gap(500'000)).price_gap);
    for (int n = 1; n < 100; ++n) REQUIRE(w.observe(of_gap(1'000'000)).price_gap);
    REQUIRE(!w.observe(of_gap(1'000'000)).price_gap && w.check_invariants());
    return nullptr;
}

/// Awards of 24 agents: for a while by chance, then in turn but for every n-th; the gap lies higher for a while, then as before.
class varied_awards {
public:
    award next() {
        if (n_++ % 4096 == 0) {
            by_chance_ = any_.below(4) == 0 ? 1 : 8u << any_.below(8);
            raised_ = n_ % 8192 == 1 ? 0 : any_.below(1'000);
        }
        if (any_.below(by_chance_) == 0) turn_ += any_.below(24);
        const price amount = std::max<price>(any_() >> any_.below(20), 64);
        const std::uint64_t gap = any_.below(1u << 11) + raised_;
        return {{++turn_ % 24, amount, 1}, amount - static_cast<price>(amount * gap >> 20)};
    }

private:
    dice any_{21};
    std::uint32_t n_ = 0, turn_ = 0, by_chance_ = 1, raised_ = 0;
};

/// Writes the count of awards into a watch, where it stands among its words. There is no other way to let 2^32 of them pass.
template <std::size_t Agents>
bool set_awards(watch<Agents>& w, std::uint64_t to) {
    std::uint64_t words[sizeof w / 8];
    std::memcpy(words, &w, sizeof w);
    const auto at = std::find(std::begin(words), std::end(words), w.awards());
    if (at == std::end(words)) return false;
    *at = to;
    std::memcpy(static_cast<void*>(&w), words, sizeof w);
    return w.awards() == to;
}

char const* alarms_are_those_of_the_reference() {
    varied_awards stream;
    watch<24> w;
    reference_watch expected;
    std::uint64_t gaps = 0, turns = 0;
    for (std::uint64_t n = 1; n <= watch<24>::awards_to_learn + 40'000; ++n) {
        const award won = stream.next();
        const suspicion found = w.observe(won);
        REQUIRE(found == expected.observe(won) && found.any() == (found.price_gap || found.rotation));
        gaps += found.price_gap;
        turns += found.rotation;
        REQUIRE(w.awards() == n && w.price_gap_alarms() == gaps && w.rotation_alarms() == turns);
    }
    return gaps > 50 && turns > 100 ? nullptr : "there was too little to see";
}

/// An agent that stays away for 2^26 awards begins again, and the count of awards may pass 2^32.
char const* absences_are_told_from_intervals() {
    constexpr std::uint64_t long_ago = std::uint64_t{1} << 26;
    for (const std::uint64_t absence : {long_ago - 1, long_ago, long_ago + 1, 2 * long_ago, 100 * long_ago}) {
        watch<2> w;
        reference_watch expected;
        for (int n = 0; n < 60; ++n) w.observe({{0, 1'000'000, 1}, 1}), expected.observe({{0, 1'000'000, 1}, 1});
        for (std::uint32_t n = 0; n < 200; ++n) {
            if (n % 100 == 0) {
                REQUIRE(set_awards(w, w.awards() + absence - 1));
                expected.pass(absence - 1);
            }
            const award won = {{n < 100 ? 0 : n % 2, 1'000'000, 1}, 1};
            REQUIRE(w.observe(won).rotation == expected.observe(won).rotation);
        }
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({untouched_objects_are_zero,
                credits_are_as_in_the_reference,
                the_greatest_numbers_saturate,
                an_empty_account_withdraws,
                factors_follow_the_formula,
                factors_are_those_of_the_reference,
                the_greatest_sum_is_exact,
                the_greatest_spender_gets_the_lowest_factor,
                dues_are_those_of_brute_force,
                requests_are_judged_as_in_the_reference,
                displaced_agents_are_followed_through_the_ring,
                chains_are_as_long_as_the_ring,
                an_agent_that_stays_too_long_owes_the_price_of_its_slot,
                rings_are_seen_and_nothing_else,
                a_watch_needs_evidence,
                parts_of_a_credit_overflow,
                terms_beyond_a_limit_are_refused,
                what_is_free_costs_nothing,
                a_factor_is_exact_to_the_bit,
                arrivals_far_apart_are_ordered,
                each_rotation_is_seen_again,
                alarms_come_when_they_should,
                alarms_are_those_of_the_reference,
                absences_are_told_from_intervals});
}
