// SPDX-License-Identifier: MIT
//
// What samplers state of a scheduler's loop, measured from outside: by who wins and what it pays, and by nothing else.
//
// The loop: the winner runs, and bids again before the next award. An `adversary` acts after each award, with whatever slots it owns.
// live_cursor_sampler is the negative control: the same noisy scores, but only live bids have turns, counted after the winner has
// left. Its law bends, and an owner of idle identities holds on to lucky noise.

#pragma once

#include "support/batch_mean.hpp"

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

namespace maxwell::test {

/// What was measured in a loop.
struct loop_figures {
    std::vector<batch_mean> wins;  ///< by slot, if they were asked for: 1 where it won an award
    batch_mean owner;              ///< 1 where one of the owner's slots won
    batch_mean gain;               ///< of the owner an award: value less payment where one of its slots won
};

/// An adversary that does nothing.
struct bystander {
    template <class A>
    void operator()(A&, std::uint32_t) const {}
};

/// Runs the loop. The owner has the slots from `owned` on, and an award is worth `value` to it.
template <class A, class Adversary = bystander>
loop_figures run_loop(A& a, std::vector<price> const& amounts, std::size_t awards, std::uint32_t owned, double value,
                      Adversary after_award = {}, bool by_slot = false) {
    loop_figures found{std::vector<batch_mean>(by_slot ? amounts.size() : 0), batch_mean{}, batch_mean{}};
    for (std::uint32_t slot = 0; slot < amounts.size(); ++slot) a.insert({slot, amounts[slot], 1});
    for (std::size_t i = 0; i < 2 * amounts.size(); ++i) a.insert(a.extract_max()->winner);  // all have had a turn
    for (std::size_t i = 0; i < awards; ++i) {
        const award won = *a.extract_max();
        const std::uint32_t winner = slot_of(won.winner.agent);
        for (std::uint32_t slot = 0; slot < found.wins.size(); ++slot) found.wins[slot].add(slot == winner ? 1 : 0);
        found.owner.add(winner >= owned ? 1 : 0);
        found.gain.add(winner >= owned ? value - won.payment : 0);
        a.insert(won.winner);
        after_award(a, winner);
    }
    return found;
}
template <class A>
std::vector<batch_mean> win_shares(A& a, std::vector<price> const& amounts, std::size_t awards) {
    return run_loop(a, amounts, awards, 0, 0, bystander{}, true).wins;
}

/// How often `slot` is unserved, from every award of the loop on: in the next `epochs` epochs of so many awards, and at their
/// first awards only.
struct unserved_figures {
    batch_mean all_awards;
    batch_mean first_awards;
};
template <class A>
unserved_figures unserved(A& a, std::vector<price> const& amounts, std::size_t awards, std::uint32_t slot,
                          std::size_t epochs, std::size_t epoch) {
    unserved_figures found;
    std::vector<bool> served;
    for (std::uint32_t s = 0; s < amounts.size(); ++s) a.insert({s, amounts[s], 1});
    for (std::size_t i = 0; i < 2 * amounts.size(); ++i) a.insert(a.extract_max()->winner);
    for (std::size_t i = 0; i < awards; ++i) {
        const bid won = a.extract_max()->winner;
        served.push_back(slot_of(won.agent) == slot);
        a.insert(won);
    }
    for (std::size_t from = 0; from + epochs * epoch <= awards; ++from) {
        bool ever = false, at_first = false;
        for (std::size_t i = 0; i < epochs * epoch; ++i) {
            ever = ever || served[from + i];
            at_first = at_first || (i % epoch == 0 && served[from + i]);
        }
        found.all_awards.add(ever ? 0 : 1);
        found.first_awards.add(at_first ? 0 : 1);
    }
    return found;
}

/// Proportional to stake * e^(price / tau), for the bids at or above the reserve.
inline std::vector<double> law_of_gumbel(std::vector<price> const& amounts, double tau,
                                         std::vector<std::uint32_t> const& stakes = {}, price reserve = 0) {
    std::vector<double> p(amounts.size());
    const price best = *std::max_element(amounts.begin(), amounts.end());
    for (std::size_t i = 0; i < p.size(); ++i) {
        const double stake = stakes.empty() ? 1 : stakes[i];
        p[i] = amounts[i] < reserve ? 0 : stake * std::exp((double{1} * amounts[i] - best) / tau);
    }
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& x : p) x /= sum;
    return p;
}

/// The negative control.
template <std::size_t Capacity>
class live_cursor_sampler {
public:
    live_cursor_sampler(price tau, std::uint64_t seed) : tau_(tau), random_(seed), agent_(Capacity) {}

    void stake(agent_id id, std::uint32_t weight) { agent_[slot_of(id)].ln_stake = std::log(weight); }
    void insert(bid b) { agent_[slot_of(b.agent)].offer = b; }
    void expire(agent_id id) { agent_[slot_of(id)].offer.units = 0; }

    std::optional<award> extract_max() {
        std::size_t w = Capacity, rival = Capacity;
        for (std::size_t s = 0; s < Capacity; ++s) {
            if (agent_[s].offer.units == 0) continue;
            if (w == Capacity || score(s) > score(w)) {
                rival = w;
                w = s;
            } else if (rival == Capacity || score(s) > score(rival)) {
                rival = s;
            }
        }
        if (w == Capacity) return std::nullopt;
        const bid won = agent_[w].offer;
        const double asked = rival == Capacity ? 0 : score(rival) - (score(w) - won.amount);
        agent_[w].offer.units = 0;  // it leaves, and then the turn is a live agent's
        for (std::size_t i = 0; i < Capacity; ++i) {
            cursor_ = (cursor_ + 1) % Capacity;
            agent_[cursor_].noise = gumbel();
            if (agent_[cursor_].offer.units != 0) break;  // the others are passed for nothing
        }
        return award{won, static_cast<price>(std::clamp(std::ceil(asked), 0.0, double{1} * won.amount))};
    }

private:
    struct agent {
        bid offer{};
        double noise = 0;
        double ln_stake = 0;
    };
    double gumbel() { return -std::log(-std::log(std::uniform_real_distribution<>(1e-12, 1)(random_))); }
    double score(std::size_t s) const { return agent_[s].offer.amount + tau_ * (agent_[s].noise + agent_[s].ln_stake); }

    double tau_;
    std::mt19937_64 random_;
    std::vector<agent> agent_;
    std::size_t cursor_ = 0;
};

}  // namespace maxwell::test
