// SPDX-License-Identifier: MIT
//
// reference_market: what a market decides, from its sentences alone. The oracle of the fault test.
//
// A flat table of agents and a scan for every question. A bid is not kept anywhere: it is made up from the table at the moment of a
// decision, for every agent that waits and asks for something. It shares no bookkeeping with the market. Two things it is told, each
// of which has a reference of its own: an account's balance, and what a sharer's lag makes it bid.

#pragma once

#include "support/reference_lanes.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/market/decision.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace maxwell::test {

template <class Order, std::uint32_t Lanes, std::uint32_t Cores>
class reference_market {
public:
    struct agent {
        standing as;
        price offered = 0;
        std::uint32_t units = 0;
        bool may_run = false;
        std::optional<std::uint32_t> core;
        price entered = 0;          ///< its bid as it ranks
        std::uint64_t arrival = 0;  ///< of that bid
        double lag = 0;             ///< entitled less used
        bool active = false;        ///< entitled to its share now
    };
    struct core {
        std::optional<award> won;
        std::uint32_t lane = 0;
        bool pays = true;
        std::int64_t carried_mw = 0;
        std::int64_t dispatched_mw = 0;
        std::int64_t drawn_mw = 0;
        std::int64_t asked_mw = 0;
    };

    std::map<agent_id, agent> agents;
    core cores[Cores];
    price_schedule<Lanes> prices;
    std::uint32_t cap_mw = 0;
    std::uint32_t lane_mw[Lanes] = {};
    bool capped = false;
    bool closed = false;
    bool by_owner = false;
    std::uint32_t owner_size = 1;
    std::uint32_t renewals = 0;

    /// The first cap: nothing has been released, dispatched or drawn before.
    void begin_power() {
        capped = true;
        for (core& k : cores) k.carried_mw = k.dispatched_mw = k.drawn_mw = k.asked_mw = 0;
    }

    bool waits(agent const& a) const { return a.may_run && !a.core && a.units != 0; }

    void admit(agent_id id, standing const& as) {
        for (auto it = agents.begin(); it != agents.end(); ++it) {
            if (slot_of(it->first) != slot_of(id)) continue;
            retire(it->first);
            break;
        }
        agents[id] = {as, 0, as.pays ? 0u : 1u, false, std::nullopt, 0, 0, 0, false};
    }
    void retire(agent_id id) {
        share_ends(id);
        agents.erase(id);
    }

    /// After any change of an agent: is it entitled to a share?
    void follow_share(agent_id id) {
        agent& a = agents.at(id);
        const bool wants = !a.as.pays && a.may_run && a.units != 0;
        if (wants && !a.active) {
            if (weights() == 0) a.lag = 0;
            deal_out(-a.lag);
            a.active = true;
        } else if (!wants) {
            share_ends(id);
        }
    }

    /// The agent's bid becomes the newest arrival, for what it is worth.
    void enter(agent_id id, price worth) {
        agents.at(id).entered = worth;
        agents.at(id).arrival = arrivals_++;
    }

    /// Its quantum is over: a core's agent waits again if it may. Whose bid has to be entered again?
    std::optional<agent_id> end_quantum(std::uint32_t c) {
        std::optional<agent_id> again;
        if (cores[c].won) {
            const auto it = agents.find(cores[c].won->winner.agent);
            if (it != agents.end() && it->second.core == c) {
                it->second.core = std::nullopt;
                if (waits(it->second)) again = it->first;
            }
        }
        cores[c].won = std::nullopt;
        return again;
    }

    /// Which sharers a decision renews: active ones in turn of their slots.
    std::vector<agent_id> rotation() {
        std::vector<agent_id> turn;
        std::vector<agent_id> active;
        for (auto const& [id, a] : agents) {
            if (a.active) active.push_back(id);
        }
        std::sort(active.begin(), active.end(), [](agent_id a, agent_id b) { return slot_of(a) < slot_of(b); });
        for (std::uint32_t n = 0; n < renewals && !active.empty(); ++n) {
            auto next = std::find_if(active.begin(), active.end(), [&](agent_id id) { return slot_of(id) > hand_; });
            if (next == active.end()) next = active.begin();
            hand_ = slot_of(*next);
            turn.push_back(*next);
        }
        return turn;
    }

    /// Which bid that its account couldn't back a decision renews: the next that waits, in turn of their slots.
    std::optional<agent_id> next_lowered() {
        std::vector<agent_id> lowered;
        for (auto const& [id, a] : agents) {
            if (waits(a) && a.as.pays && a.entered < a.offered) lowered.push_back(id);
        }
        if (lowered.empty()) return std::nullopt;
        std::sort(lowered.begin(), lowered.end(), [](agent_id a, agent_id b) { return slot_of(a) < slot_of(b); });
        auto next =
            std::find_if(lowered.begin(), lowered.end(), [&](agent_id id) { return slot_of(id) > backed_hand_; });
        if (next == lowered.end()) next = lowered.begin();
        backed_hand_ = slot_of(*next);
        return *next;
    }

    struct expectation {
        std::optional<lane_award> won;
        quiet why = quiet::nothing;
    };

    /// Who wins core `c`, whose last quantum has ended; all bids have been entered.
    expectation decide(std::uint32_t c, std::uint64_t now_ns, std::optional<incumbent_with_bonus> incumbent) {
        reference_lanes<Order> sale;
        sale.rules.by_owner = by_owner;
        sale.rules.shut = lanes_too_hot(c);
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            const multiplier_q16 m = prices.multiplier(l, now_ns);
            sale.rules.multiplier.push_back(m == 0 ? unit_multiplier : m);
            sale.rules.reserve.push_back(Order::reserve(scaled_price(prices.base_price(), m)));
        }
        for (auto const& [id, a] : agents) {
            if (waits(a))
                sale.bids.push_back({{id, a.entered, a.units}, a.as.lane, a.arrival, slot_of(id) / owner_size});
        }
        expectation e;
        if (!closed) e.won = sale.winner(incumbent);
        if (!e.won) {
            e.why = closed                      ? quiet::closed
                    : sale.bids.empty()         ? quiet::idle
                    : sale.would_sell_if_open() ? quiet::power
                                                : quiet::reserve;
            return e;
        }
        agent& a = agents.at(e.won->won.winner.agent);
        a.core = c;
        cores[c].won = e.won->won;
        cores[c].lane = e.won->lane;
        cores[c].pays = a.as.pays;
        cores[c].dispatched_mw = lane_mw[e.won->lane];
        cores[c].asked_mw = std::max(cores[c].asked_mw, cores[c].dispatched_mw);
        return e;
    }

    /// A sharer on core `c` has used `units`.
    void use(std::uint32_t c, double units) {
        const auto it = agents.find(cores[c].won->winner.agent);
        if (cores[c].pays || it == agents.end()) return;
        it->second.lag -= units;
        if (it->second.active) deal_out(units);
    }

private:
    double weights() const {
        double sum = 0;
        for (auto const& [id, a] : agents) sum += a.active ? a.as.weight : 0;
        return sum;
    }
    void deal_out(double units) {
        const double all = weights();
        for (auto& [id, a] : agents) {
            if (a.active) a.lag += units * a.as.weight / all;
        }
    }
    void share_ends(agent_id id) {
        agent& a = agents.at(id);
        if (!a.active) return;
        a.active = false;
        if (weights() > 0) deal_out(a.lag);
    }

    /// Energy is released each quantum; what is left over is kept for the largest dispatch that was asked for, and what was drawn beyond
    /// it is owed, up to ten quanta.
    std::uint32_t lanes_too_hot(std::uint32_t c) {
        if (!capped) return 0;
        core& k = cores[c];
        const std::int64_t cap = cap_mw / Cores;
        const std::int64_t left = k.carried_mw + cap - std::max(k.dispatched_mw, k.drawn_mw);
        k.carried_mw = std::clamp(left, -10 * cap, std::max(k.asked_mw, -10 * cap));
        k.asked_mw = k.dispatched_mw = k.drawn_mw = 0;
        std::uint32_t shut = 0;
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            if (lane_mw[l] <= std::max<std::int64_t>(k.carried_mw + cap, 0)) continue;
            shut |= 1u << l;
            k.asked_mw = std::max<std::int64_t>(k.asked_mw, lane_mw[l]);
        }
        return shut;
    }

    std::uint64_t arrivals_ = 0;
    std::uint32_t hand_ = 0;
    std::uint32_t backed_hand_ = 0;
};

}  // namespace maxwell::test
