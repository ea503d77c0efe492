// SPDX-License-Identifier: MIT
//
// patient_market: agents that arrive, wait and leave, one slot at a time. The same market twice: by brute force from the sentence "the
// least amount with which it would have been served", and as a scheduler runs it, a container and a deferred_payment in one loop.

#pragma once

#include "support/dice.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/deferred_payment.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::test {

struct patient_agent {
    std::uint32_t arrival;    ///< the first slot that it can win
    std::uint32_t departure;  ///< the last one
    price amount;
};

struct patient_market {
    std::vector<patient_agent>
        agents;                   ///< of those that arrive in one slot, the earlier in this list is the earlier arrival
    std::vector<price> reserves;  ///< by slot
};

struct served_agent {
    std::uint32_t slot;
    price slot_price;  ///< the critical price of the slot alone
    price due;         ///< of the whole stay
};

/// 3 to 10 agents that wait up to 5 slots, 4 to 11 slots; few prices, so that many are equal.
inline patient_market draw_patient_market(dice& any, bool with_reserves) {
    patient_market m;
    const std::uint32_t slots = 4 + any.below(8);
    const price prices = 3 + any.below(10);
    for (std::uint32_t n = 3 + any.below(8); n != 0; --n) {
        const std::uint32_t arrival = any.below(slots);
        m.agents.push_back({arrival, std::min(slots - 1, arrival + any.below(5)), 1 + any.below(prices)});
    }
    for (std::uint32_t t = 0; t < slots; ++t) m.reserves.push_back(with_reserves ? any.below(prices / 2) : 0);
    return m;
}

/// In which slot agent `mine` is served, by looking at everybody in every slot.
inline std::optional<std::uint32_t> slot_by_brute_force(patient_market const& m, std::size_t mine) {
    std::vector<bool> gone(m.agents.size());
    for (std::uint32_t t = 0; t < m.reserves.size(); ++t) {
        std::size_t best = m.agents.size();
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            patient_agent const& a = m.agents[i];
            if (gone[i] || a.arrival > t || a.departure < t || a.amount < m.reserves[t]) continue;
            if (best == m.agents.size() || a.amount > m.agents[best].amount ||
                (a.amount == m.agents[best].amount && a.arrival < m.agents[best].arrival)) {
                best = i;
            }
        }
        if (best == mine) return t;
        if (best != m.agents.size()) gone[best] = true;
    }
    return std::nullopt;
}

/// The least amount with which agent `mine` would have been served.
inline price due_by_brute_force(patient_market m, std::size_t mine) {
    for (m.agents[mine].amount = 0; !slot_by_brute_force(m, mine); ++m.agents[mine].amount) {
    }
    return m.agents[mine].amount;
}

/// The loop of a scheduler. `generation` goes up with each call, so one `payments` takes market after market.
template <std::size_t Agents, std::size_t Horizon>
std::vector<std::optional<served_agent>> run_patient_market(patient_market const& m,
                                                            deferred_payment<Agents, Horizon>& payments,
                                                            std::uint32_t generation) {
    const auto auction = std::make_unique<tournament_tree<Agents>>();
    std::vector<std::optional<served_agent>> served(m.agents.size());
    const auto id_of = [&](std::size_t i) { return make_agent_id(static_cast<std::uint32_t>(i), generation); };
    for (std::uint32_t t = 0; t < m.reserves.size(); ++t) {
        auction->update_price(m.reserves[t]);
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            if (m.agents[i].arrival != t) continue;
            auction->insert({id_of(i), m.agents[i].amount, 1});
            payments.enter(id_of(i));
        }
        const std::optional<award> won = auction->extract_max();
        const std::optional<award> next = auction->top();
        payments.sold(won ? std::optional(won->winner) : std::nullopt,
                      won && next ? std::optional(next->winner) : std::nullopt, m.reserves[t]);
        if (won) served[slot_of(won->winner.agent)] = served_agent{t, won->payment, 0};
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            if (m.agents[i].departure != t) continue;
            auction->expire(id_of(i));
            const std::optional<price> due = payments.leave(id_of(i));
            if (due.has_value() != served[i].has_value()) return {};  // the checker finds nobody served
            if (due) served[i]->due = *due;
        }
    }
    return served;
}

}  // namespace maxwell::test
