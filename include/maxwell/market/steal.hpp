// SPDX-License-Identifier: MIT
//
// steal: a core that has nothing to run takes the best agent that waits in another core's market and may run here.
//
//     from   lane 0 [ 90 70 30 ]   lane 1 [ 80 x 60 ]      x: not allowed to run at `to`
//     to     lane 0 [ ]            lane 1 [ ]              gets the agent of 90, with its offer, lane, account and weight
//
// For one market per core. An agent's id is its slot in every market, so markets that steal from each other have the same capacity and
// one agent_registry. An agent that is pinned to a core belongs in that core's market: if it waited in a common one, a decision
// with few probes could leave its core idle beside its bid.
//
// The best is meant by effective bid across lanes that aren't shut, among the first `probes` of each lane. A theft moves a bid and
// sets no price, so it needs no rule of payment; `allowed` must not depend on amounts.
//
//     operation   cost
//     steal       O(Lanes * probes) bids listed, two moves of an agent

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // optional

namespace maxwell {

/// Bids of a lane that steal() looks at, at most.
inline constexpr std::uint32_t max_steal_probes = 16;

/// Moves the best waiting agent whose slot is allowed from `from` to `to`, and returns its id. Nothing, and nothing changes, if none of
/// the first `probes` bids of each lane, at most max_steal_probes, is allowed, or `to` refuses it, its account not being open
/// there. The caller holds both markets, which must not be the same.
template <class Market, class Allowed>
constexpr std::optional<agent_id> steal(Market& from, Market& to, Allowed allowed, std::uint32_t probes) noexcept {
    std::optional<bid> best;
    std::uint32_t best_lane = 0;
    for (std::uint32_t l = 0; l < Market::lane_count(); ++l) {
        if ((from.auctions().shut() >> l & 1u) != 0) continue;
        award listed[max_steal_probes];
        const std::size_t count = from.list_best(l, view<award>{listed}.first(probes));
        for (std::size_t i = 0; i < count; ++i) {
            bid const& b = listed[i].winner;
            if (!allowed(slot_of(b.agent))) continue;
            if (!best || from.auctions().outranks(l, b.amount, best_lane, best->amount)) {
                best = b;
                best_lane = l;
            }
            break;
        }
    }
    if (!best || to.adopt(from, best->agent) != status::ok) return std::nullopt;
    return best->agent;
}

}  // namespace maxwell
