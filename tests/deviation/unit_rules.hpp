// SPDX-License-Identifier: MIT
//
// Sales of several units, all or nothing, as mechanisms for the deviation search, and payments that are known to fail.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace maxwell::test {

/// What extract_units does with a market; `places` of them for awards.
template <class A>
struct sale {
    static constexpr std::size_t capacity = A::capacity();
    misfit rule;
    std::size_t places = capacity + 1;

    sim::outcome operator()(sim::market const& m) const {
        A a;
        a.update_price(m.reserve);
        for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], m.amounts[i], m.units[i]});
        std::array<award, capacity + 1> out;
        const std::size_t winners = extract_units(a, m.supply, view<award>{out}.first(places), rule);
        return settle(m, view<award const>{out}.first(winners));
    }
};

/// A sale with other payments: `due(market, outcome, bidder)` for each winner.
template <class Sale, class Due>
auto with_payments(Sale sell, Due due) {
    return [=](sim::market const& m) {
        const sim::outcome sold = sell(m);
        sim::outcome all(sold.size());
        for (std::size_t i = 0; i < sold.size(); ++i) {
            if (sold[i]) all[i] = due(m, sold, i);
        }
        return all;
    };
}

/// One price for all: the best density that got nothing.
inline price best_that_lost(sim::market const& m, sim::outcome const& sold, std::size_t) {
    price best = m.reserve;
    for (std::size_t i = 0; i < sold.size(); ++i) {
        if (!sold[i] && m.units[i] <= m.supply) best = std::max(best, m.amounts[i]);
    }
    return best;
}

inline price what_was_offered(sim::market const& m, sim::outcome const&, std::size_t i) { return m.amounts[i]; }

/// Three agents that need 1 to 3 units, or a small part of that.
inline sim::deviation_space units_of_three_agents(bool few) {
    sim::deviation_space space{.agents = 3,
                               .ticks = 4,
                               .steps = 4,
                               .reserves = {0, 2},
                               .all_slots = false,
                               .max_units = 3,
                               .supplies = {2, 3, 4, 5}};
    if (few) {
        space.ticks = 3;
        space.max_units = 2;
        space.supplies = {3};
    }
    return space;
}

}  // namespace maxwell::test
