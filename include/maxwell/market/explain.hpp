// SPDX-License-Identifier: MIT
//
// explain: why an agent runs or doesn't; and what all agents bid, for the controller that makes prices.
//
//     explain(m, agent)     one word for one agent, now
//     power_bids(m, out)    every agent that may run: what it bids and the watts of its lane, for controller::reprice
//
// Neither changes what a market decides.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/thermal/clearing_price.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint8_t, uint32_t
#include <optional>  // the best bid

namespace maxwell {

/// Whether an agent would run, or why not.
enum class verdict : std::uint8_t {
    running,
    next,           ///< it wins if a core decides now
    outbid,         ///< another bid ranks before it
    below_reserve,  ///< its bid is below its lane's reserve
    lane_shut,      ///< the watts of its lane did not fit in the last decision
    no_credit,      ///< its offer reaches the reserve; what its account can pay does not, or is nothing
    no_offer,       ///< it may run, and has not asked to
    blocked,        ///< the host has said that it may not run
    stale,          ///< it has no seat
};

/// Returns why the agent runs, or doesn't. Costs a top in each lane.
template <class Market>
constexpr verdict explain(Market const& m, agent_id id) noexcept {
    if (m.table().holds(id) != status::ok) return verdict::stale;
    const std::uint32_t slot = slot_of(id);
    seat const& s = m.table()[slot];
    if (s.state == seat_state::running) return verdict::running;
    if (s.state == seat_state::blocked) return verdict::blocked;
    if (s.units == 0) return verdict::no_offer;
    const price reserve = m.auctions().lane(s.lane).reserve();
    const price amount = m.amount(slot);
    const bool lowered = s.pays && amount < s.amount;
    if (lowered && s.amount >= reserve && (amount < reserve || amount == 0)) return verdict::no_credit;
    if (amount < reserve) return verdict::below_reserve;
    if ((m.auctions().shut() >> s.lane & 1u) != 0) return verdict::lane_shut;
    const std::optional<lane_award> best = m.auctions().top();
    return best && best->won.winner.agent == id ? verdict::next : verdict::outbid;
}

/// Puts the bid of every agent that may run, and the watts of its lane, into `out`, as many as fit, and returns their number.
/// O(agents).
template <class Market>
constexpr std::size_t power_bids(Market const& m, view<power_bid> out) noexcept {
    std::size_t n = 0;
    for (std::uint32_t slot = 0; slot < Market::capacity() && n < out.size(); ++slot) {
        seat const& s = m.table()[slot];
        const bool may_run = s.state == seat_state::waiting || s.state == seat_state::running;
        if (may_run && s.units != 0) out[n++] = {m.amount(slot), m.gate().lane_mw(s.lane)};
    }
    return n;
}

}  // namespace maxwell
