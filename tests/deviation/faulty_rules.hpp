// SPDX-License-Identifier: MIT
//
// Faults of payment rules that one makes: the right winner, and the wrong payment.

#pragma once

#include "deviation/item_rules.hpp"

#include <maxwell/sim/deviation.hpp>

#include <optional>

namespace maxwell::test {

/// The winner's award and those of the two best others, as they stand in the container.
struct ranking {
    std::optional<award> won, second, third;
};
template <class A>
ranking rank(sim::market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    ranking r;
    r.won = a.extract_max();
    r.second = a.extract_max();
    r.third = a.extract_max();
    return r;
}

template <class A>
sim::outcome a_tick_too_much(sim::market const& m) {
    ranking r = rank<A>(m);
    if (r.second) r.won->payment = r.second->winner.amount + 1;
    return settle(m, r.won);
}

template <class A>
sim::outcome third_price(sim::market const& m) {
    ranking r = rank<A>(m);
    if (r.won) r.won->payment = r.third ? r.third->winner.amount : m.reserve;
    return settle(m, r.won);
}

template <class A>
sim::outcome reserve_forgotten(sim::market const& m) {
    ranking r = rank<A>(m);
    if (r.won && !r.second) r.won->payment = 0;
    return settle(m, r.won);
}

/// For tiers of two ticks.
template <class A>
sim::outcome upper_edge(sim::market const& m) {
    ranking r = rank<A>(m);
    if (r.second) r.won->payment = r.second->winner.amount / 2 * 2 + 2;
    return settle(m, r.won);
}

}  // namespace maxwell::test
