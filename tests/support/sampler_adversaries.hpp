// SPDX-License-Identifier: MIT
//
// Owners that try to choose among a sampler's draws: slot 0 and slot 17 are alike; the slots between belong to slot 17 and bid 0. What
// the owner does after each award must not make it win more often than 1/2, nor gain more than when it does nothing.

#pragma once

#include <maxwell/auction/probabilistic_sampler.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::test {

template <std::size_t Capacity>
std::unique_ptr<probabilistic_sampler<Capacity>> make_sampler(price tau, std::uint32_t turns = 1,
                                                              std::vector<std::uint32_t> const& stakes = {}) {
    auto a = std::make_unique<probabilistic_sampler<Capacity>>();
    a->rekey({Capacity, tau});
    a->temperature(tau);
    a->agents_per_award(turns);
    for (std::uint32_t slot = 0; slot < stakes.size(); ++slot) a->stake(slot, stakes[slot]);
    return a;
}

inline constexpr std::uint32_t owner = 17;
inline constexpr double owner_value = 101'000;

/// Enters the idle identities after an award of one kind, and withdraws them after the other.
struct idle_identities {
    std::uint32_t names;
    bool enter_after_a_win;
    bool in = true;

    template <class A>
    void operator()(A& a, std::uint32_t winner) {
        const bool enter = (winner == owner) == enter_after_a_win;
        if (enter == in) return;
        in = enter;
        for (std::uint32_t slot = 1; slot <= names; ++slot) enter ? void(a.insert({slot, 0, 1})) : void(a.expire(slot));
    }
};
/// Withdraws after a loss for a few awards, and returns.
struct absence {
    std::uint32_t awards;
    std::uint32_t left = 0;

    template <class A>
    void operator()(A& a, std::uint32_t winner) {
        if (left > 0 && --left == 0) a.insert({owner, 100'000, 1});
        if (left == 0 && winner != owner) {
            a.expire(owner);
            left = awards;
        }
    }
};
/// Bids again and again, with one unit more or less.
struct repetition {
    template <class A>
    void operator()(A& a, std::uint32_t winner) const {
        if (winner == owner) return;
        for (std::uint32_t units = 2; units > 0; --units) a.insert({owner, 100'000, units});
    }
};
/// Comes as a new agent after each loss, or takes another stake and its own back.
struct new_draws {
    bool by_stake;
    std::uint32_t generation = 0;

    template <class A>
    void operator()(A& a, std::uint32_t winner) {
        if (winner == owner) return;
        if (by_stake) {
            a.stake(owner, 2);
            a.stake(owner, 1);
        } else {
            a.retire(make_agent_id(owner, generation));
            a.insert({make_agent_id(owner, ++generation), 100'000, 1});
        }
    }
};

inline std::vector<price> owner_and_one_other() {
    std::vector<price> amounts(owner + 1, 0);
    amounts.front() = amounts.back() = 100'000;
    return amounts;
}

/// The one thing that an agent can do to epochs: a slot's first bid ever lengthens them by a turn. Used at the best moment, after a
/// win, `Fresh` of them are worth so many awards once, and nothing afterwards. The awards that it gains of 400, as a mean over trials.
template <std::uint32_t Fresh>
double awards_gained_by_fresh_slots(std::size_t trials) {
    std::size_t won_by_owner = 0;
    for (std::size_t trial = 0; trial < trials; ++trial) {
        const auto a = std::make_unique<probabilistic_sampler<2 + Fresh>>();
        a->rekey({trial, 9});
        a->temperature(1000);
        for (std::uint32_t slot = 0; slot < 2; ++slot) a->insert({slot, 100'000, 1});
        std::uint32_t next = 2;
        for (std::size_t i = 0; i < 400; ++i) {
            const bid won = a->extract_max()->winner;
            a->insert(won);
            won_by_owner += slot_of(won.agent) == 1 ? 1 : 0;
            if (slot_of(won.agent) != 1 || next == 2 + Fresh) continue;
            a->insert({next, 0, 1});
            a->expire(next++);
        }
    }
    return static_cast<double>(won_by_owner) / static_cast<double>(trials) - 200;
}

}  // namespace maxwell::test
