// SPDX-License-Identifier: MIT
//
// Prices of a stay and of a window: agents that wait, and the price at which watts fit under a cap.

#include "audit/deviations.hpp"
#include "deviation/patient_reports.hpp"
#include "deviation/power_rules.hpp"

#include <maxwell/thermal/clearing_price.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

finding search_patience(std::size_t markets, bool deferred) {
    const patient_gains g = search_patient_reports(markets, deferred);
    finding found{g.agents, g.gain, g.worst / 2.0, {}};
    if (g.worst == 0) return found;
    patient_agent const& truth = g.example.agents[g.mine];
    found.example = fmt::format(
        "of {} agents the one that is there from {} to {} and bids {} does better as one from {} to {} that bids {}",
        g.example.agents.size(), truth.arrival, truth.departure, truth.amount, g.report.arrival, g.report.departure,
        g.report.amount);
    return found;
}

/// Two windows: the price of the first is that of the truthful bids, the price of the second is made from the bids of the first. One
/// bidder misreports in the first window and bids its value in the second.
finding search_next_window(effort e) {
    constexpr std::uint64_t cap_mw = 2000;
    const auto ticks = static_cast<price>(pick(e, 5, 6, 8));
    const auto price_of = [](std::vector<power_bid> const& bids) {
        return clearing_price({bids.data(), bids.size()}, cap_mw).clearing_price;
    };
    const auto earns = [](price value, price bid, price due) { return bid >= due ? std::int64_t{value} - due : 0; };
    finding found;
    std::vector<power_bid> truth(4, {0, 1000});
    for (unsigned profile = 0; profile < ticks * ticks * ticks * ticks; ++profile) {
        for (unsigned i = 0, rest = profile; i < 4; ++i, rest /= ticks) truth[i].amount = rest % ticks;
        const price now = price_of(truth);
        for (std::size_t who = 0; who < 4; ++who) {
            const price value = truth[who].amount;
            const std::int64_t honest = 2 * earns(value, value, now);
            std::int64_t best = 0;
            price lie = 0;
            for (price other = 0; other <= ticks; ++other) {
                std::vector<power_bid> bids = truth;
                bids[who].amount = other;
                const std::int64_t gain = earns(value, other, now) + earns(value, value, price_of(bids)) - honest;
                if (gain <= best) continue;
                best = gain;
                lie = other;
            }
            ++found.cases;
            found.against += best > 0 ? 1 : 0;
            if (static_cast<double>(best) <= found.worst) continue;
            found.worst = static_cast<double>(best);
            found.example =
                fmt::format("bids {}, {}, {}, {} of 1 W each, cap 2 W: bidder {} bids {} in the first window",
                            truth[0].amount, truth[1].amount, truth[2].amount, truth[3].amount, who, lie);
        }
    }
    return found;
}

}  // namespace

std::vector<claim> claims_over_time() {
    const sim::deviation_space watts{.agents = 4, .ticks = 5, .all_slots = false};
    const char* over_time = "over time";
    return {
        {over_time,
         "deferred_payment",
         "An agent that wants one slot and can wait does best by its true value, arrival and departure.",
         "drawn markets of up to 5 agents, 4 to 11 slots, patience up to 5, half with reserves: all later arrivals, "
         "earlier departures "
         "and amounts of each agent; a case is an agent",
         0,
         "ticks",
         [](effort e) { return search_patience(pick(e, 400, 5'000, 25'000), true); },
         {{"critical price of the slot", [](effort) { return search_patience(400, false); }}}},
        {over_time,
         "price_of_watts",
         "Where a bidder pays the price at which the others leave room for its watts, bidding its value is best.",
         "clearing_price(bids, cap, except): 4 bidders of 1 or 2 W, 5 prices, caps of 1 to 5 W",
         0,
         "ticks",
         [](effort) {
             finding found;
             for (std::uint32_t cap = 1; cap <= 5; ++cap) {
                 found += search_rule({fmt::format("price_of_watts{{{}}}", cap), price_of_watts{cap}},
                                      {.agents = 4, .ticks = 5, .all_slots = false});
             }
             return found;
         },
         {{"no room left for the own watts", searching(MAXWELL_AUDIT_RULE(price_without_room{2}), watts)},
          {"the price that clears all bids, admission in the order of bids",
           searching(MAXWELL_AUDIT_RULE(price_of_all_bids{2}), watts)}}},
        {over_time,
         "next_window_price",
         "A price made from this window's bids is paid in the next: bidding less now lowers it.",
         "4 bidders of 1 W, 5 prices, a cap of 2 W, the same values in both windows; every bid in the first, truth in "
         "the second",
         {},
         "ticks",
         search_next_window,
         {}},
    };
}

}  // namespace maxwell::audit
