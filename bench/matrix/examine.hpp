// SPDX-License-Identifier: MIT
//
// What a mechanism is worth, apart from its speed: how good its winners are, whether lying pays, what many identities bring.
//
//     welfare   the winners' amounts over the best amounts that were eligible, N = 1,000, each quantum with a fresh bid
//     truth     deviation search over all markets of four agents and eight ticks, values on quarter ticks
//     Sybil     an agent of the top tenth among 15 others: how often it wins, and what it gains, as one and as 16
//
// Seeds are fixed: the same figures come out on every machine.

#pragma once

#include "panel.hpp"
#include "structures.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace maxwell::bench {

/// One row of the matrix, as far as it takes no clock.
struct mechanism {
    structure_info const* what = nullptr;
    double welfare_uniform = 0;  ///< share of the best
    double welfare_lognormal = 0;
    sim::deviation_report truth;
    double wins_alone = 0;  ///< share of quanta
    double wins_split = 0;  ///< with 16 identities
    double gain_alone = 0;  ///< value less payment per quantum, in ticks
    double gain_split = 0;
};

/// The share of the best eligible amount that winners have, over many quanta at N = 1,000.
template <class A, class Draw>
double welfare_of(Draw draw) {
    constexpr std::size_t agents = 1000;
    const auto a = std::make_unique<A>();
    std::mt19937_64 random(7);
    std::vector<price> amount(agents);
    const auto bid_again = [&](std::size_t slot) {
        amount[slot] = draw(random);
        a->insert({slot, amount[slot], 1});
    };
    for (std::size_t slot = 0; slot < agents; ++slot) bid_again(slot);
    double won = 0;
    double best = 0;
    constexpr int warm_up = 2000;
    for (int quantum = 0; quantum < warm_up + 4000; ++quantum) {
        bid_again(random() % agents);
        const price highest = *std::max_element(amount.begin(), amount.end());
        const auto winner = a->extract_max();
        if (!winner) continue;
        if (quantum >= warm_up) {
            won += winner->winner.amount;
            best += highest;
        }
        bid_again(slot_of(winner->winner.agent));
    }
    return best > 0 ? won / best : 0;
}

inline price uniform_amount(std::mt19937_64& random) { return static_cast<price>(1 + random() % 0xFFFF'FFFFu); }
inline price lognormal_amount(std::mt19937_64& random) {
    std::lognormal_distribution<double> of(std::log(1e6), 1.0);
    return static_cast<price>(std::clamp(of(random), 1.0, 4294967295.0));
}

/// Amounts around 1,000, where a tick is less than a tier, and a reserve below all of them.
template <class A>
sim::outcome settle_one_item(sim::market const& m) {
    constexpr price lowest = 1000;
    A a;
    a.update_price(lowest);
    for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], lowest + m.amounts[i], 1});
    sim::outcome paid(m.amounts.size());
    if (const auto won = a.extract_max()) {
        const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won->winner.agent));
        paid[static_cast<std::size_t>(slot - m.slots.begin())] = won->payment - lowest;
    }
    return paid;
}

/// How often an agent wins with `identities` equal bids among 15 others, and what that brings it; each quantum anew.
template <class A>
void try_identities(std::size_t identities, double& wins, double& gain) {
    constexpr std::size_t others = 15;
    constexpr price value = 1'900'000;
    constexpr int quanta = 20'000;
    std::mt19937_64 random(11);
    std::vector<std::uint32_t> slots(others + identities);
    std::iota(slots.begin(), slots.end(), 0u);
    wins = gain = 0;
    const auto a = std::make_unique<A>();
    for (int quantum = 0; quantum < quanta; ++quantum) {
        a->clear();
        std::shuffle(slots.begin(), slots.end(), random);
        for (const std::uint32_t slot : slots) {
            a->insert({slot, slot < others ? static_cast<price>(1'000'000 + random() % 1'000'000) : value, 1});
        }
        const auto won = a->extract_max();
        if (!won || slot_of(won->winner.agent) < others) continue;
        wins += 1.0 / quanta;
        gain += (double{value} - won->payment) / quanta;
    }
}

template <class Entry>
mechanism examine() {
    mechanism m;
    m.what = &Entry::info;
    m.welfare_uniform = welfare_of<typename Entry::template type<1000>>(uniform_amount);
    m.welfare_lognormal = welfare_of<typename Entry::template type<1000>>(lognormal_amount);
    m.truth = sim::search_deviations(settle_one_item<typename Entry::template type<4>>, {.agents = 4, .ticks = 8});
    try_identities<typename Entry::template type<31>>(1, m.wins_alone, m.gain_alone);
    try_identities<typename Entry::template type<31>>(16, m.wins_split, m.gain_split);
    return m;
}

template <class... Entries>
std::vector<mechanism> examine_all(structure_list<Entries...>, panel_context const& at) {
    std::vector<mechanism> all;
    const auto one = [&]<class Entry>(Entry) {
        at.progress(static_cast<double>(all.size()) / sizeof...(Entries), Entry::info.name);
        all.push_back(examine<Entry>());
    };
    (one(Entries{}), ...);
    return all;
}

}  // namespace maxwell::bench
