// SPDX-License-Identifier: MIT
//
// What a mechanism is worth, apart from its speed: how good its winners are, whether lying pays, what many identities bring.
//
//     welfare   the winners' amounts over the best amounts, N = 1,000, all bids drawn afresh for each decision; samplers that
//               have a temperature at a hundredth of the highest usual amount
//     truth     deviation search over all markets of four agents and eight ticks, values on quarter ticks; samplers, for
//               each of eight fixed draws, three agents and six ticks
//     Sybil     an agent of the top tenth among 15 others: how often it wins, and what it gains, as one and as 16; where
//               there are stakes also with 1/16 of its stake for each
//
// Seeds and keys are fixed: the same figures come out on every machine.

#pragma once

#include "cases/structures.hpp"
#include "harness/panel.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

namespace maxwell::bench {

/// One row of the matrix, as far as it takes no clock.
struct mechanism {
    structure_info const* what = nullptr;
    double welfare_uniform = 0;  ///< share of the best
    double welfare_lognormal = 0;
    sim::deviation_report truth;
    struct identities {
        double wins = 0;  ///< share of quanta
        double gain = 0;  ///< value less payment per quantum, in ticks
    };
    identities alone;
    identities split;                             ///< into 16
    std::optional<identities> split_with_stakes;  ///< and its stake as well
};

/// Where the auction draws: from this key, noise of this width, drawn anew for all agents at each award.
template <class A>
void draw_from(A& a, std::uint64_t secret, price temperature) {
    if constexpr (requires { a.rekey({}); }) a.rekey({secret, 0x6D61'7877'656C'6Cu});
    if constexpr (requires { a.temperature(temperature); }) {
        a.temperature(temperature);
        a.agents_per_award(static_cast<std::uint32_t>(A::capacity()));
    }
}

/// Every slot has been met, so that nobody is a newcomer; then all bids have left.
template <class A>
void meet_everybody(A& a) {
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t slot = 0; slot < A::capacity(); ++slot) a.insert({slot, 0, 1});
        a.extract_max();
    }
    a.clear();
}

/// The share of the best amount that winners have, over many markets of 1,000 agents with fresh bids.
template <class A, class Draw>
double welfare_of(Draw draw, price temperature) {
    constexpr std::uint32_t agents = 1000;
    constexpr int markets = 400;
    const auto a = std::make_unique<A>();
    draw_from(*a, 1, temperature);
    meet_everybody(*a);
    std::mt19937_64 random(7);
    double won = 0;
    double best = 0;
    for (int market = 0; market < markets; ++market) {
        price highest = 0;
        for (std::uint32_t slot = 0; slot < agents; ++slot) {
            const price amount = draw(random);
            a->insert({slot, amount, 1});
            highest = std::max(highest, amount);
        }
        if (const auto winner = a->extract_max()) won += winner->winner.amount;
        best += highest;
    }
    return won / best;
}

inline price uniform_amount(std::mt19937_64& random) { return static_cast<price>(1 + random() % 0xFFFF'FFFFu); }
inline price lognormal_amount(std::mt19937_64& random) {
    std::lognormal_distribution<double> of(std::log(1e6), 1.0);
    return static_cast<price>(std::clamp(of(random), 1.0, 4294967295.0));
}

/// Amounts around 1,000, where a tick is less than a tier, and a reserve below all of them.
template <class A>
struct one_item {
    static constexpr price lowest = 1000;
    A prepared;

    sim::outcome operator()(sim::market const& m) const {
        A a = prepared;
        for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], lowest + m.amounts[i], 1});
        sim::outcome paid(m.amounts.size());
        if (const auto won = a.extract_max()) {
            const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won->winner.agent));
            paid[static_cast<std::size_t>(slot - m.slots.begin())] = won->payment - lowest;
        }
        return paid;
    }
};

template <class A>
sim::deviation_report truth_of() {
    const bool draws = A::traits.winner == fidelity::sampled;
    const sim::deviation_space space{.agents = draws ? 3u : 4u, .ticks = draws ? 6u : 8u};
    sim::deviation_report all;
    for (std::uint64_t secret = 1; secret <= (draws ? 8 : 1); ++secret) {
        auto rule = std::make_unique<one_item<A>>();
        draw_from(rule->prepared, secret, 32);
        meet_everybody(rule->prepared);
        rule->prepared.update_price(one_item<A>::lowest);
        const sim::deviation_report found = sim::search_deviations(*rule, space);
        all.cases += found.cases;
        all.profitable += found.profitable;
        all.worst_regret = std::max(all.worst_regret, found.worst_regret);
    }
    return all;
}

/// How often an agent wins with `count` equal bids among 15 others, and what that brings it; each quantum anew. `stake`: of
/// each of its bids; the others have 16.
template <class A>
mechanism::identities try_identities(std::size_t count, std::uint32_t stake) {
    constexpr std::size_t others = 15;
    constexpr price value = 1'900'000;
    constexpr int quanta = 20'000;
    std::mt19937_64 random(11);
    std::vector<std::uint32_t> slots(others + count);
    std::iota(slots.begin(), slots.end(), 0u);
    const auto a = std::make_unique<A>();
    draw_from(*a, 1, value / 10);
    if constexpr (requires { a->stake(0, 1); }) {
        for (std::uint32_t slot = 0; slot < A::capacity(); ++slot) a->stake(slot, slot < others ? 16 : stake);
    }
    meet_everybody(*a);
    mechanism::identities found;
    for (int quantum = 0; quantum < quanta; ++quantum) {
        a->clear();
        std::shuffle(slots.begin(), slots.end(), random);
        for (const std::uint32_t slot : slots) {
            a->insert({slot, slot < others ? static_cast<price>(1'000'000 + random() % 1'000'000) : value, 1});
        }
        const auto won = a->extract_max();
        if (!won || slot_of(won->winner.agent) < others) continue;
        found.wins += 1.0 / quanta;
        found.gain += (double{value} - won->payment) / quanta;
    }
    return found;
}

template <class Entry>
mechanism examine() {
    using thousand = typename Entry::template type<1000>;
    using crowd = typename Entry::template type<31>;
    mechanism m;
    m.what = &Entry::info;
    m.welfare_uniform = welfare_of<thousand>(uniform_amount, 42'949'673);
    m.welfare_lognormal = welfare_of<thousand>(lognormal_amount, 250'000);
    m.truth = truth_of<typename Entry::template type<4>>();
    m.alone = try_identities<crowd>(1, 16);
    m.split = try_identities<crowd>(16, 16);
    if constexpr (requires(crowd & a) { a.stake(0, 1); }) m.split_with_stakes = try_identities<crowd>(16, 1);
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
