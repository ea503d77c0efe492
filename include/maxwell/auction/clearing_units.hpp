// SPDX-License-Identifier: MIT
//
// extract_units: sells a supply of units to all-or-nothing (single-minded) bids.
//
// Bids are taken in the order of the auction, by price per unit, while they fit into what is left (greedy by density; Lehmann,
// O'Callaghan, Shoham 2002). A bid that doesn't fit is a misfit, and there are two rules for it:
//
//     supply 10     density   9  8  7  6          skip: 4 + 5 are sold, 3 doesn't fit, 1 does
//                   units     4  5  3  1          stop: 4 + 5 are sold, the misfit ends the sale
//
//     misfit::skip    goes on with the next. Sells more; each winner has a critical price of its own.
//     misfit::stop    ends. The misfit sets the price of all, so prices differ by at most a tick; but a misfit keeps every bid
//                     behind it from being served, and never pays for that.
//
// Under both, a bid for more units than `supply` is left out.
//
// Truthful for an owner with one name. With skip an owner of two names can gain: each name is priced without the other's bid,
// and both pay less than one would. With stop it can't (docs/clearing.md has the figures).
//
// What a winner of q units pays per unit, everything else being equal:
//
//     skip   sell to the bids behind the winner, without the winner, in their order. As long as q units are left, the winner would
//            still win if it ranked there. It has to outrank the first bid that leaves fewer than q.
//     stop   it has to outrank the misfit. If it ranked after the misfit, either the misfit would fit in its stead and leave fewer
//            than q, or the misfit wouldn't fit and the sale would end there.
//
// If there is no such bid a winner pays the reserve. A bid that wins with an amount wins with a greater one, and with fewer units
// too. So an agent that needs all its units does best by bidding its value per unit and asking for what it needs. Where each unit
// has a value by itself, asking for fewer can pay under any price per unit; extract_vickrey is the rule for that.
//
//     operation   cost                     why
//     skip        list_best, O(m * w)      m bids considered, w winners: each winner looks from the next misfit on until fewer
//                                          than q units are left, which is soon where bids are small
//     stop        list_best, O(m)
//     both        w critical prices and w withdrawals besides; no memory but `out`

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/take.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint8_t, uint64_t

namespace maxwell {

/// What the sale does at a bid for more units than are left.
enum class misfit : std::uint8_t {
    skip,  ///< the bid is passed over
    stop,  ///< the sale ends
};

namespace detail {

/// Returns the index of the first of `later` that, in a sale of `left` units to them alone, leaves fewer than `units`; their number
/// if none does.
constexpr std::size_t first_in_the_way(view<award> later, std::uint64_t left, std::uint64_t units) noexcept {
    for (std::size_t i = 0; i < later.size(); ++i) {
        if (later[i].winner.units > left) continue;
        left -= later[i].winner.units;
        if (left < units) return i;
    }
    return later.size();
}

}  // namespace detail

/// Sells `supply` units, in the units of the bids, by `rule`. Extracts the winners, puts their awards into the front of `out`,
/// best first, and returns their number. Payments are per unit and never below the reserve.
///
/// The rule uses the rest of `out` as scratch. With a.size() entries or more all bids are considered, so a.capacity() always suffice.
/// With fewer, the best out.size() - 1 are considered, and a winner has to outrank the bid after them.
template <class A>
    requires multi_unit_auction<A> && listed_auction<A>
constexpr std::size_t extract_units(A& a, std::uint64_t supply, view<award> out, misfit rule) noexcept {
    const std::size_t listed = a.list_best(out);
    const bool all_listed = listed < out.size() || listed == a.size();
    const std::size_t considered = all_listed || listed == 0 ? listed : listed - 1;
    std::uint64_t left = supply;
    std::size_t winners = 0;  // in front of out: what comes after the bid at i is still there to be looked at
    std::size_t priced = 0;   // of these
    for (std::size_t i = 0; i <= considered; ++i) {
        const std::uint64_t wanted = i < considered ? out[i].winner.units : 0;
        if (i < considered && wanted <= left) {
            left -= wanted;
            out[winners++] = out[i];  // at what it would pay alone
            continue;
        }
        if (rule == misfit::stop && wanted > supply) continue;
        // Without one of the winners since the last misfit, the other bids up to here are served too, and its units are left over.
        for (; priced < winners; ++priced) {
            award& won = out[priced];
            std::size_t rival = i;
            if (rule == misfit::skip) {
                const view<award> later(out.data() + i, considered - i);
                rival += detail::first_in_the_way(later, left + won.winner.units, won.winner.units);
            }
            if (rival < listed) won.payment = a.critical_price(won.winner.agent, out[rival].winner.agent);
        }
        if (rule == misfit::stop) break;
    }
    for (award const& won : out.first(winners)) {
        MAXWELL_ASSERT(won.payment <= won.winner.amount);
        detail::take(a, won.winner.agent);
    }
    return winners;
}

}  // namespace maxwell
