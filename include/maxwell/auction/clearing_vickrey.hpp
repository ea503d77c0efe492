// SPDX-License-Identifier: MIT
//
// extract_vickrey: sells a supply of units to bids that take any number of units up to what they ask for.
//
// A bid says what each unit is worth and how many are wanted at most. Units go to the best bids; the last of them can be
// served in part. A winner of q units pays for the bids that it displaced: the amounts of the q best units that lost, other
// agents' only (Vickrey 1961).
//
//     supply 4     amount   9  8  7  5       slot 0 gets 2, slot 1 gets 2 of its 3
//                  units    2  3  1  2       slot 0 pays 8 + 7, the two best units that lost; slot 1 pays 7 + 5
//
// A unit that went to the same agent doesn't count: slot 1 doesn't pay its own third unit.
//
// Truthful: the price of an agent's j-th unit depends on the other bids alone, and a later unit never costs less than an earlier
// one. So the agent wins exactly the units that cost no more than its amount, and does best by bidding its value per unit and
// the number that it can use. Several names of one owner gain nothing either (Yokoo, Sakurai, Matsubara 2004). One bid can't
// express a value that falls from unit to unit: then bid for the units of the highest value.
//
//     operation         cost                       why
//     extract_vickrey   w tops and extractions,    w winners
//                       list_best of q + 1 bids,   q: the greatest number of units that an agent gets
//                       O(supply)                  each winner passes at most one loser for each of its units

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/take.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t, uint64_t
#include <optional>  // the best bid

namespace maxwell {

/// A winner of extract_vickrey.
struct grant {
    bid winner;           ///< as it was entered
    std::uint32_t units;  ///< that it gets: at least 1, at most winner.units
    std::uint64_t total;  ///< what it pays for all of them; no more than winner.amount for each

    friend constexpr bool operator==(grant const&, grant const&) = default;
};

namespace detail {

/// Returns what `won` pays for its units. `losers` are the bids that got nothing, preceded by `last` if that was served in part.
template <class A>
constexpr std::uint64_t displaced_value(A const& a, grant const& won, grant const& last, view<award> losers) noexcept {
    std::uint64_t total = 0;
    std::uint32_t open = won.units;
    for (award const& loser : losers) {
        if (open == 0) break;
        if (loser.winner.agent == won.winner.agent) continue;  // its own units don't compete with it
        const bool in_part = loser.winner.agent == last.winner.agent;
        const std::uint32_t lost = loser.winner.units - (in_part ? last.units : 0);
        const std::uint32_t units = lost < open ? lost : open;
        total += std::uint64_t{a.critical_price(won.winner.agent, loser.winner.agent)} * units;
        open -= units;
    }
    // Units that no other bid asks for cost the reserve: the critical price against no rival.
    return total + std::uint64_t{a.critical_price(won.winner.agent, make_agent_id(~0u, 0))} * open;
}

}  // namespace detail

/// Sells `supply` units, in the units of the bids. Extracts the winners, puts what they get and pay into the front of `out`, best
/// first, and returns their number. `listed` is scratch. With `supply` + 1 or a.size() entries in both, all units can be sold;
/// with fewer, at most as many units as the shorter of them has entries, less one.
template <class A>
    requires multi_unit_auction<A> && listed_auction<A>
constexpr std::size_t extract_vickrey(A& a, std::uint64_t supply, view<award> listed, view<grant> out) noexcept {
    const std::size_t room = listed.size() < out.size() ? listed.size() : out.size();
    std::uint64_t left = room >= a.size() || supply < room ? supply : room == 0 ? 0 : room - 1;
    std::size_t winners = 0;
    std::uint32_t most = 0;  // units of one agent
    while (left > 0) {
        const std::optional<award> next = a.top();
        if (!next) break;
        const std::uint32_t units = next->winner.units < left ? next->winner.units : static_cast<std::uint32_t>(left);
        out[winners++] = {next->winner, units, 0};
        most = units > most ? units : most;
        left -= units;
        if (units < next->winner.units) break;  // served in part: it stays until the others' prices are known
        a.extract_max();
    }
    if (winners == 0) return 0;
    grant const& last = out[winners - 1];
    const view<award> losers = listed.first(a.list_best(listed.first(std::size_t{most} + 1)));
    for (grant& won : out.first(winners)) {
        won.total = detail::displaced_value(a, won, last, losers);
        MAXWELL_ASSERT(won.total <= std::uint64_t{won.winner.amount} * won.units);
    }
    if (last.units < last.winner.units) detail::take(a, last.winner.agent);
    return winners;
}

}  // namespace maxwell
