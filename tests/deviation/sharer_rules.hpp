// SPDX-License-Identifier: MIT
//
// Agents that pay beside one that doesn't bid (fair_share), as mechanisms for the deviation search, through the calls that a scheduler
// makes.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/market/market.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>

namespace maxwell::test {

/// The sharer has slot 3, was the first to come, and bids `low`.
template <class A>
struct beside_sharers {
    price low;

    std::optional<award> decide(sim::market const& bidders) const {
        const auto owned = std::make_unique<maxwell::market<A>>();
        maxwell::market<A>& m = *owned;
        m.shares({low, 100, 1}, 1);
        m.admit(3, {0, 0, 1, false});
        m.wake(3, 0);
        for (std::size_t i = 0; i < bidders.slots.size(); ++i) {
            m.admit(bidders.slots[i], {0, 0, 1, true});
            m.offer({bidders.slots[i], bidders.amounts[i], 1});
            m.wake(bidders.slots[i], 0);
        }
        price_schedule<1> s;
        s.begin(0, bidders.reserve);
        s.set(0, unit_multiplier, unit_multiplier);
        m.schedule(s);
        const auto won = m.decide(0, 0).run;
        if (!won || slot_of(won->winner.agent) == 3) return std::nullopt;
        return m.charge(0, 1, 0);
    }
    sim::outcome operator()(sim::market const& bidders) const { return settle(bidders, decide(bidders)); }
};

/// The control: the winner pays what it would pay if no sharer waited.
template <class A>
struct sharers_set_no_price {
    price low;
    sim::outcome operator()(sim::market const& bidders) const {
        std::optional<award> won = beside_sharers<A>{low}.decide(bidders);
        A payers;
        payers.update_price(bidders.reserve);
        for (std::size_t i = 0; i < bidders.slots.size(); ++i) payers.insert({bidders.slots[i], bidders.amounts[i], 1});
        if (won) won->payment = std::min(won->payment, payers.top()->payment);
        return settle(bidders, won);
    }
};

}  // namespace maxwell::test
