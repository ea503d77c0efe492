// SPDX-License-Identifier: MIT
//
// One award of a sampler as a mechanism for the deviation search, rules that are known to fail, and the lottery's expectation over all
// tickets.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test::sampling {

inline constexpr std::size_t agents = 3;

/// At its least temperature noise is as wide as the grid of prices, so it reverses the order often.
using gumbel_sampler = probabilistic_sampler<agents>;

inline const sim::deviation_space space{.agents = agents, .ticks = 6, .steps = 4, .reserves = {0, 2}};

template <class A>
void enter(A& a, sim::market const& m) {
    for (std::size_t i = 0; i < m.amounts.size(); ++i) a.insert({m.slots[i], m.amounts[i], 1});
}

/// A sampler whose agents are all known, whatever they bid later.
inline gumbel_sampler seasoned(hash_key key) {
    gumbel_sampler a;
    a.rekey(key);
    a.temperature(gumbel_rule::min_temperature);
    a.agents_per_award(agents);
    for (int round = 0; round < 3; ++round) {
        for (std::uint32_t s = 0; s < agents; ++s) a.insert({s, 0, 1});
        a.extract_max();
    }
    a.clear();
    return a;
}

/// One award of a prepared sampler: everything but the bids is the same for every market.
template <class A>
struct one_award {
    A prepared;
    sim::outcome operator()(sim::market const& m) const {
        A a = prepared;
        a.update_price(m.reserve);
        enter(a, m);
        return settle(m, a.extract_max());
    }
};

/// The same after a reserve has barred everybody and was asked about: what stood aside meanwhile returns as it was.
struct second_award {
    gumbel_sampler prepared;
    sim::outcome operator()(sim::market const& m) const {
        gumbel_sampler a = prepared;
        enter(a, m);
        a.update_price(7);  // bars everybody
        a.extract_max();
        a.update_price(m.reserve);
        return settle(m, a.extract_max());
    }
};

/// The control: an insert that drew anew would let the agent choose its draw. Here each amount has a draw of its own.
inline sim::outcome redrawing(sim::market const& m) {
    sim::outcome all(m.amounts.size());
    std::size_t winner = 0, rival = 0;
    std::int64_t best = -1, next = -1;
    const auto noise = [&](std::size_t i) {
        const auto bits = keyed_hash({3, 3}, m.slots[i], m.amounts[i]);
        return static_cast<std::int64_t>(detail::gumbel_noise::draw(static_cast<std::uint32_t>(bits >> 32)) / 128);
    };
    for (std::size_t i = 0; i < m.amounts.size(); ++i) {
        const std::int64_t score = m.amounts[i] + noise(i);
        if (score > best) {
            next = best;
            rival = winner;
            best = score;
            winner = i;
        } else if (score > next) {
            next = score;
            rival = i;
        }
    }
    const std::int64_t needed = next - noise(winner) + (winner > rival ? 1 : 0);
    if (m.amounts[winner] >= m.reserve)
        all[winner] = static_cast<price>(std::max<std::int64_t>({needed, m.reserve, 0}));
    return all;
}

/// The control: the winner pays by the runner-up's price and not by its score.
struct second_price_without_noise {
    gumbel_sampler prepared;
    sim::outcome operator()(sim::market const& m) const {
        gumbel_sampler a = prepared;
        enter(a, m);
        auto won = a.extract_max();
        const auto next = a.top();
        if (won && next) won->payment = std::min(next->winner.amount, won->winner.amount);
        return settle(m, won);
    }
};

/// What can be gained by another bid in the lottery, in expectation over all tickets, in ticks for each time that the truthful bid
/// wins; and what can be gained if winners paid their bids, in ticks an award.
struct lottery_gains {
    std::uint64_t cases = 0;
    std::uint64_t gain = 0;  ///< cases of a tick or more
    double worst = 0;
    std::uint64_t gain_at_first_price = 0;
    double worst_at_first_price = 0;
};
inline lottery_gains search_lottery() {
    const auto utility = [](price bid, double value, std::uint64_t others) {
        double sum = 0;
        for (price ticket = 0; ticket <= bid; ++ticket) sum += value - lottery_rule::payment(bid, ticket, others);
        return sum / static_cast<double>(bid + 1 + others);
    };
    const auto first_price = [](price bid, double value, std::uint64_t others) {
        return (value - bid) * (bid + 1.0) / static_cast<double>(bid + 1 + others);
    };
    lottery_gains found;
    for (const std::uint64_t others : {1u, 5u, 20u, 100u, 1000u}) {
        for (price truth = 0; truth < 60; ++truth) {
            for (const double value : {truth + 0.0, truth + .5}) {
                const double p = (truth + 1.0) / static_cast<double>(truth + 1 + others);
                const double honest = utility(truth, value, others);
                for (price other = 0; other < 120; ++other) {
                    ++found.cases;
                    const double gain = (utility(other, value, others) - honest) / p;
                    const double control = first_price(other, value, others) - first_price(truth, value, others);
                    found.gain += gain >= 1 ? 1 : 0;
                    found.worst = std::max(found.worst, gain);
                    found.gain_at_first_price += control >= 1 ? 1 : 0;
                    found.worst_at_first_price = std::max(found.worst_at_first_price, control);
                }
            }
        }
    }
    return found;
}

}  // namespace maxwell::test::sampling
