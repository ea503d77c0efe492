// SPDX-License-Identifier: MIT
//
// Rules that sell one item or several equal ones, as mechanisms for the deviation search, and payment rules that are known to fail.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

inline constexpr std::size_t max_agents = 4;

using narrow_tiers = stratified_buckets<max_agents, linear_tiers<0, 1, 8>>;
using wide_tiers = stratified_buckets<max_agents, linear_tiers<0, 2, 4>>;
using offset_tiers = stratified_buckets<max_agents, linear_tiers<3, 2, 3>>;
using relative_tiers = stratified_buckets<max_agents, log_linear_tiers<1>>;
using exact_tree = tournament_tree<max_agents>;
using grouped_tree = tournament_tree<max_agents, 2>;
using eager_heap = lazy_heap<max_agents, true>;

/// Enters the first `count` bidders of `m`, in their order of arrival.
template <class A>
void enter(A& a, sim::market const& m, std::size_t count) {
    a.update_price(m.reserve);
    for (std::size_t i = 0; i < count; ++i) a.insert({m.slots[i], m.amounts[i], 1});
}

template <class A>
sim::outcome one_item(sim::market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    return settle(m, a.extract_max());
}

/// The control: the winner pays the runner-up's amount, whoever came first.
template <class A>
sim::outcome plain_second_price(sim::market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    auto won = a.extract_max();
    if (won) {
        const auto second = a.top();
        won->payment = second ? second->winner.amount : a.reserve();
    }
    return settle(m, won);
}

template <class A>
sim::outcome first_price(sim::market const& m) {
    A a;
    enter(a, m, m.amounts.size());
    auto won = a.extract_max();
    if (won) won->payment = won->winner.amount;
    return settle(m, won);
}

/// The last bidder is the running one.
template <class A>
struct with_bonus {
    price bonus;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        return settle(m, quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner);
    }
};

/// The control: the incumbent keeps its bonus in rank, but pays as if it had none.
template <class A>
struct with_bonus_not_taken_off {
    price bonus;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, m.amounts.size() - 1);
        const auto best = a.top();
        auto won = quantum(a, {m.slots.back(), m.amounts.back(), 1}, bonus).winner;
        if (won && won->winner.agent == m.slots.back() && best)
            won->payment = std::max(a.reserve(), best->winner.amount);
        return settle(m, won);
    }
};

template <class A>
struct several_items {
    std::size_t places;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        std::array<award, max_agents> out;
        const std::size_t winners = extract_top(a, view<award>{out}.first(places));
        return settle(m, view<award const>{out}.first(winners));
    }
};

/// The control: all winners pay the same, the amount of the best bid that got nothing, whoever came first.
template <class A>
struct several_items_at_one_price {
    std::size_t places;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        std::array<award, max_agents> out;
        const std::size_t winners = extract_top(a, view<award>{out}.first(places));
        const auto loser = a.top();
        for (award& won : view<award>{out}.first(winners)) won.payment = loser ? loser->winner.amount : a.reserve();
        return settle(m, view<award const>{out}.first(winners));
    }
};

/// Two groups of slots, both of which can run here.
inline sim::outcome two_groups(sim::market const& m) {
    grouped_tree a;
    enter(a, m, m.amounts.size());
    return settle(m, extract_from_groups(a, 0, 1));
}

/// The control: the winner pays what outranks the other group, and forgets its own.
inline sim::outcome price_of_the_other_group_only(sim::market const& m) {
    grouped_tree a;
    enter(a, m, m.amounts.size());
    auto won = extract_from_groups(a, 0, 1);
    if (won) {
        const auto other = a.group_top(1 - grouped_tree::group_of(slot_of(won->winner.agent)));
        won->payment = other ? a.critical_price(won->winner.agent, other->winner.agent) : a.reserve();
    }
    return settle(m, won);
}

/// The control: the runner-up is remembered from before the newest bid came.
template <class A>
sim::outcome stale_threshold(sim::market const& m) {
    A a;
    enter(a, m, m.amounts.size() - 1);
    A before = a;
    const auto best = before.extract_max();
    const auto second = before.top();
    a.insert({m.slots.back(), m.amounts.back(), 1});
    auto won = a.extract_max();
    if (won) {
        const auto& rival = best && best->winner.agent == won->winner.agent ? second : best;
        const auto& stale = won->winner.agent == m.slots.back() ? second : rival;
        won->payment = stale ? std::min(won->payment, stale->winner.amount) : a.reserve();
    }
    return settle(m, won);
}

template <class A>
struct with_affinity {
    std::uint32_t forbidden;
    std::uint32_t probes;
    sim::outcome operator()(sim::market const& m) const {
        A a;
        enter(a, m, m.amounts.size());
        const auto allowed = [this](std::uint32_t slot) noexcept { return slot != forbidden; };
        return settle(m, a.extract_max_if(allowed, probes));
    }
};

/// The control: where none of a few is allowed, more are looked at. The first price then limits what needs no limit.
inline sim::outcome with_a_second_search(sim::market const& m) {
    tournament_tree<max_agents> a;
    enter(a, m, m.amounts.size());
    const auto allowed = [](std::uint32_t slot) noexcept { return slot != 0; };
    auto won = a.extract_max_if(allowed, 1);
    if (!won) won = a.extract_max_if(allowed, max_agents);
    return settle(m, won);
}

}  // namespace maxwell::test
