// SPDX-License-Identifier: MIT
//
// The workloads: what one measured operation does.
//
//     insert         an agent without a bid enters
//     extract_max    the best bid leaves, with its payment
//     hold           the best bid leaves, and its agent bids again
//     rebid          a random agent replaces its bid, and who wins now is asked
//     quantum        a random agent replaces its bid, the best leaves with its payment, and its agent bids again
//     incumbent      four other agents replace their bids, low ones; the best leaves with its payment and bids high again
//     expire         a random agent withdraws
//     update_price   a new reserve
//
// Some run in rounds, and what brings the population back after one is not measured. insert, extract_max and expire change
// the number of live bids: a round is half of the agents, and figures hold for N/2 to N live bids. hold runs for N steps and
// then all bids are drawn afresh: left alone, low bids sink to the bottom and the newest bid always wins, which measures the
// upper end of a structure and nothing else. An incumbent bids in the upper half of all prices and the others in the lower
// half and a 64th of the upper one, so that it is beaten once in some hundred quanta. Where N is small a round is long enough for the clock, and that has to be borne.

#pragma once

#include "cases/distributions.hpp"

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace maxwell::bench {

enum class workload : std::uint8_t { insert, extract_max, hold, rebid, quantum, incumbent, expire, update_price };

inline constexpr std::array<std::string_view, 8> workload_names{"insert",  "extract_max", "hold",   "rebid",
                                                                "quantum", "incumbent",   "expire", "update_price"};
inline std::string_view name_of(workload w) { return workload_names[static_cast<std::size_t>(w)]; }

/// Makes the compiler compute `value`, and write to memory whatever others could see there.
template <class T>
void keep(T const& value) noexcept {
    asm volatile("" : : "r"(value) : "memory");
}

inline void keep(std::optional<award> const& won) noexcept {
    if (!won) return;
    keep(won->payment);
    keep(won->winner.agent);
    keep(won->winner.units);
}

/// Enters a fresh bid of each of the next `count` agents.
template <class A>
void enter_next(A& a, feed& bids, std::size_t count) {
    bid_stream s = bids.open();
    for (std::size_t i = 0; i < count; ++i) a.insert({s.next_agent(), s.amount(), 1});
    bids.close(s);
}

inline std::size_t half_of(std::size_t agents) { return std::clamp<std::size_t>(agents / 2, 1, 500); }

/// What most workloads share: how many bids a step makes at the most, and who lives when the first one begins.
struct any_workload {
    static constexpr std::size_t bids_in_a_step = 2;
    template <class A>
    static void populate(A& a, feed& bids) {
        enter_next(a, bids, bids.agents());
    }
};

/// A workload that leaves as many live bids as it finds.
struct steady_workload : any_workload {
    static constexpr bool in_rounds = false;
    static std::size_t round(std::size_t) { return 100; }
    template <class A>
    static void prepare(A&, feed&, std::size_t) {}
    template <class A>
    static void restore(A&, feed&, std::size_t) {}
};

struct hold_workload : any_workload {
    static constexpr workload name = workload::hold;
    static constexpr bool in_rounds = true;
    static std::size_t round(std::size_t agents) { return std::max<std::size_t>(agents, 50); }
    template <class A>
    static void prepare(A&, feed&, std::size_t) {}
    template <class A>
    static void restore(A& a, feed& bids, std::size_t) {
        enter_next(a, bids, bids.agents());
    }
    template <class A>
    static void step(A& a, bid_stream& s) {
        const std::optional<award> won = a.extract_max();
        if (!won) return;
        keep(won);
        keep(a.insert({won->winner.agent, s.amount(), 1}));
    }
};

struct rebid_workload : steady_workload {
    static constexpr workload name = workload::rebid;
    template <class A>
    static void step(A& a, bid_stream& s) {
        keep(a.insert({s.any_agent(), s.amount(), 1}));
        keep(a.top());
    }
};

struct quantum_workload : steady_workload {
    static constexpr workload name = workload::quantum;
    template <class A>
    static void step(A& a, bid_stream& s) {
        keep(a.insert({s.any_agent(), s.amount(), 1}));
        const std::optional<award> won = a.extract_max();
        if (!won) return;
        keep(won);
        keep(a.insert({won->winner.agent, s.amount(), 1}));
    }
};

struct incumbent_workload : steady_workload {
    static constexpr workload name = workload::incumbent;
    static constexpr std::size_t bids_in_a_step = 5;
    static constexpr price high(price p) noexcept { return p >> 1 | 0x8000'0000u; }
    static constexpr price low(price p) noexcept { return (p >> 1) + (p >> 7); }

    template <class A>
    static void populate(A& a, feed& bids) {
        bid_stream s = bids.open();
        for (std::size_t i = 0; i < bids.agents(); ++i) a.insert({s.next_agent(), low(s.amount()), 1});
        bids.close(s);
    }
    template <class A>
    static void step(A& a, bid_stream& s) {
        for (int i = 0; i < 4; ++i) keep(a.insert({s.other_agent(), low(s.amount()), 1}));
        const std::optional<award> won = a.extract_max();
        if (!won) return;
        keep(won);
        s.incumbent = slot_of(won->winner.agent);
        keep(a.insert({won->winner.agent, high(s.amount()), 1}));
    }
};

struct update_price_workload : steady_workload {
    static constexpr workload name = workload::update_price;
    template <class A>
    static void step(A& a, bid_stream& s) {
        a.update_price(s.amount());
        keep(&a);
    }
};

struct insert_workload : any_workload {
    static constexpr workload name = workload::insert;
    static constexpr bool in_rounds = true;
    static std::size_t round(std::size_t agents) { return half_of(agents); }
    template <class A>
    static void prepare(A& a, feed& bids, std::size_t steps) {
        bid_stream s = bids.open();
        for (std::size_t i = 0; i < steps; ++i) a.expire(*(s.turns + i));
    }
    template <class A>
    static void step(A& a, bid_stream& s) {
        keep(a.insert({s.next_agent(), s.amount(), 1}));
    }
    template <class A>
    static void restore(A&, feed&, std::size_t) {}
};

struct expire_workload : any_workload {
    static constexpr workload name = workload::expire;
    static constexpr bool in_rounds = true;
    static std::size_t round(std::size_t agents) { return half_of(agents); }
    template <class A>
    static void prepare(A&, feed&, std::size_t) {}
    template <class A>
    static void step(A& a, bid_stream& s) {
        keep(a.expire(s.next_agent()));
    }
    template <class A>
    static void restore(A& a, feed& bids, std::size_t steps) {
        bids.go_back(steps);
        enter_next(a, bids, steps);
    }
};

struct extract_max_workload : any_workload {
    static constexpr workload name = workload::extract_max;
    static constexpr bool in_rounds = true;
    static std::size_t round(std::size_t agents) { return half_of(agents); }
    template <class A>
    static void prepare(A&, feed&, std::size_t) {}
    template <class A>
    static void step(A& a, bid_stream& s) {
        const std::optional<award> won = a.extract_max();
        if (!won) return;
        keep(won);
        *s.gone++ = won->winner.agent;
    }
    template <class A>
    static void restore(A& a, feed& bids, std::size_t) {
        bid_stream s = bids.open();
        for (std::size_t i = 0; i < bids.gone_count(); ++i) a.insert({bids.gone(i), s.amount(), 1});
        bids.close(s);
        bids.forget_gone();
    }
};

/// Calls f with the workload that `w` names.
template <class F>
auto with_workload(workload w, F f) {
    switch (w) {
        case workload::insert:
            return f(insert_workload{});
        case workload::extract_max:
            return f(extract_max_workload{});
        case workload::hold:
            return f(hold_workload{});
        case workload::rebid:
            return f(rebid_workload{});
        case workload::expire:
            return f(expire_workload{});
        case workload::incumbent:
            return f(incumbent_workload{});
        case workload::update_price:
            return f(update_price_workload{});
        case workload::quantum:
            break;
    }
    return f(quantum_workload{});
}

}  // namespace maxwell::bench
