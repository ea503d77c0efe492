// SPDX-License-Identifier: MIT
//
// Markets under adaptive tiers, as mechanisms for the deviation search: bidders arrive between the bids of others that come and go, and
// move the boundaries as they do.

#pragma once

#include "deviation/outcomes.hpp"
#include "support/dice.hpp"
#include "support/reference_adaptive_auction.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/sim/deviation.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::test::moving {

inline constexpr std::uint32_t bidders = 3;
inline constexpr std::uint32_t passer = bidders;  ///< the slot of those who come and go
inline constexpr price ticks = 8;

using few = adaptive_tiers<6, 5>;
using container = stratified_buckets<bidders + 1, few>;
template <moving_rule Rule>
using oracle = reference_adaptive_auction<bidders + 1, few, Rule>;

/// What the others do: drawn once for each history, the same for every bid that the bidders try.
struct history {
    explicit history(unsigned seed) {
        dice random(seed);
        for (auto& stretch : amounts) {
            stretch.resize(random.below(9));
            for (price& p : stretch) p = random.below(ticks + 1);
        }
        before.resize(40);  // until boundaries lie among the amounts
        for (price& p : before) p = random.below(ticks + 1);
    }
    std::vector<price> before;
    std::vector<price> amounts[bidders];  ///< after each bidder
};

template <class A>
void pass_by(A& a, std::vector<price> const& amounts) {
    for (const price p : amounts) {
        a.insert({passer, p, 1});
        a.extract(passer);
    }
}

/// Lets the bidders, as many as there are, arrive one after the other, with their history.
template <class A>
void enter(A& a, sim::market const& m, history const& others) {
    a.update_price(m.reserve);
    pass_by(a, others.before);
    for (std::size_t i = 0; i < m.amounts.size(); ++i) {
        a.insert({m.slots[i], m.amounts[i], m.units[i]});
        pass_by(a, others.amounts[i]);
    }
}

template <class A>
struct moving_market {
    history others;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, others);
        return settle(m, a.extract_max());
    }
};

/// The last bidder is the running one.
template <class A, price Bonus>
struct moving_quantum {
    history others;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, others);
        const std::size_t last = m.amounts.size() - 1;
        return settle(m, quantum(a, {m.slots[last], m.amounts[last], m.units[last]}, Bonus).winner);
    }
};

template <class A>
struct moving_places {
    history others;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, others);
        award out[2];
        return settle(m, view<award const>(out).first(extract_top(a, out)));
    }
};

template <class A>
struct moving_units {
    history others;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, others);
        award out[bidders + 1];
        return settle(m, view<award const>(out).first(extract_units(a, m.supply, out, misfit::skip)));
    }
};

inline sim::deviation_space space(std::uint32_t max_units = 1) {
    return {.agents = bidders,
            .ticks = ticks,
            .steps = 2,
            .reserves = {0, 3},
            .all_slots = false,
            .max_units = max_units,
            .supplies = {3}};
}

template <class Market>
sim::deviation_report search_histories(std::size_t histories, std::uint32_t max_units = 1) {
    sim::deviation_report sum;
    for (std::size_t seed = 0; seed < histories; ++seed)
        sum += sim::search_deviations(Market{history(static_cast<unsigned>(seed))}, space(max_units));
    return sum;
}

/// How often an agent of value 300 beats a bid of 1,000,000 while slot 2 bids 0 to 255 so many times a quantum and never wins.
template <class A>
int wins_of_the_low_agent(A& a, int rebids, int quanta) {
    int wins = 0;
    std::uint32_t n = 0;
    for (int quantum = 0; quantum < quanta; ++quantum) {
        a.insert({1, 300, 1});
        a.insert({0, 1'000'000, 1});
        for (int i = 0; i < rebids; ++i) a.insert({2, n++ % 256, 1});
        wins += a.extract_max()->winner.agent == 1 ? 1 : 0;
    }
    return wins;
}

}  // namespace maxwell::test::moving
