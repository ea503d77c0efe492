// SPDX-License-Identifier: MIT
//
// Clearing rules: what a scheduler does with an auction, as algorithms over the concept.
//
//     quantum(a, running)          a quantum has ended: the running agent bids again, the best bid wins
//     quantum(a, running, bonus)   the same, and switching away has to be worth `bonus` ticks
//     preempts(running, woken, bonus)   does a waking agent interrupt the running one?
//     extract_top(a, out)          out.size() processors at once, each winner with its own critical price
//     extract_allowed(a, allowed, probes)     the best bid that may run here, or why there is none
//     extract_from_groups(a, own, shared)     the same where groups of a tournament_tree say what may run here
//     extract_units(a, supply, out, misfit)   all-or-nothing bids for several units: clearing_units.hpp, included here
//     extract_vickrey(a, supply, listed, out) bids for several units, any number of them: clearing_vickrey.hpp, included here
//
// The running agent's bid was extracted, so it is in no container while the agent runs. It must be entered again before the
// next decision, or the agent loses every second quantum: that is why quantum() takes the running agent's bid.
//
// Each of them is truthful in one decision, for an owner with one bid: the winner is monotone in its amount, and pays the least
// amount at which it still wins (Myerson 1981). With a bonus H, the incumbent i wins against the best other eligible bid c when
// i + H >= c, and pays max(reserve, c - H); a challenger must offer more than i + H, and pays at least i + H + 1. A bonus of 0 is
// not the same as none: with it the incumbent wins ties. Over several decisions a bonus rewards overbidding once, since the
// winner is the next incumbent (docs/clearing.md has the measured case).

#pragma once

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/auction/clearing_vickrey.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/take.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint8_t, uint32_t, uint64_t
#include <optional>  // the award of a quantum

namespace maxwell {

/// The result of a quantum.
struct quantum_result {
    status entered;               ///< the result of entering the running agent's bid
    std::optional<award> winner;  ///< nothing: idle, or the reserve bars every bid
};

namespace detail {

/// Asserts that an award charges no more than its bid, and returns it.
constexpr std::optional<award> within_its_bid(std::optional<award> const& won) noexcept {
    MAXWELL_ASSERT(!won || won->payment <= won->winner.amount);
    return won;
}

}  // namespace detail

/// Enters the running agent's new bid and extracts the best bid. If the new bid is refused, `entered` says why, and the others
/// are decided on without it. A bid of 0 units withdraws: the agent has blocked. Costs an insert and an extract_max.
template <auction A>
constexpr quantum_result quantum(A& a, bid running) noexcept {
    const status entered = a.insert(running);
    return {entered, detail::within_its_bid(a.extract_max())};
}

/// The same where a switch has a cost. The incumbent wins if it ranks first, or if its amount + bonus is at least the runner-up's
/// amount; exact amounts are compared, and the bonus is not rounded to a tier. It pays the lesser of the critical prices of these
/// two ways to win. Its amount without the bonus has to reach the reserve. `bonus` is in ticks per unit. Costs an insert, an
/// extract_max and at most two tops.
template <auction A>
    requires(A::traits.winner != fidelity::sampled)
constexpr quantum_result quantum(A& a, bid running, price bonus) noexcept {
    const status entered = a.insert(running);
    const std::optional<award> best = a.top();
    if (entered != status::ok || running.units == 0 || !best || running.amount < a.reserve())
        return {entered, detail::within_its_bid(a.extract_max())};

    const std::uint64_t incumbent = std::uint64_t{running.amount} + bonus;
    const auto discounted = [&](price rival) noexcept {
        const price p = rival > bonus ? rival - bonus : 0;
        return p > a.reserve() ? p : a.reserve();
    };
    std::optional<award> won;
    if (best->winner.agent == running.agent) {
        won = a.extract_max();
        // Where tiers move, the runner-up can be in a lower tier and still offer more: both prices have to be computed.
        const std::optional<award> rival = a.top();
        if (rival && discounted(rival->winner.amount) < won->payment) won->payment = discounted(rival->winner.amount);
    } else if (incumbent >= best->winner.amount) {
        detail::take(a, running.agent);
        won = award{running, discounted(best->winner.amount)};
    } else {
        won = a.extract_max();
        MAXWELL_ASSERT(won && won->winner == best->winner);
        if (won->payment < incumbent + 1) won->payment = static_cast<price>(incumbent + 1);
    }
    return {entered, detail::within_its_bid(won)};
}

/// Should an agent that wakes with bid `candidate` interrupt `running`? Yes if it would win the next quantum against it with
/// this bonus; the reserve is not considered. O(1).
constexpr bool preempts(bid const& running, bid const& candidate, price bonus) noexcept {
    return candidate.units != 0 && candidate.amount > std::uint64_t{running.amount} + bonus;
}

/// Why a search for an allowed bid has no winner.
enum class selection : std::uint8_t {
    won,             ///< it has one
    empty,           ///< no bid is live
    barred,          ///< the reserve bars every bid
    none_allowed,    ///< every eligible bid was looked at
    probes_ran_out,  ///< `probes` bids were looked at; there can be an allowed one behind them
};

/// The result of extract_allowed.
struct selected {
    selection why;
    std::optional<award> winner;
};

/// Returns a.extract_max_if(allowed, probes) and, if it has no winner, the reason. Costs that call, and a top if no bid was looked
/// at.
template <selective_auction A, class Allowed>
constexpr selected extract_allowed(A& a, Allowed allowed, std::uint32_t probes) noexcept {
    std::uint32_t looked_at = 0;
    const auto counted = [&](std::uint32_t slot) noexcept {
        ++looked_at;
        return allowed(slot);
    };
    const std::optional<award> won = detail::within_its_bid(a.extract_max_if(counted, probes));
    if (won) return {selection::won, won};
    if (a.empty()) return {selection::empty, won};
    if (looked_at == 0 && !a.top()) return {selection::barred, won};
    return {looked_at < probes || looked_at == a.size() ? selection::none_allowed : selection::probes_ran_out, won};
}

/// Extracts the better of the best bids of two groups, at its critical price among the bids of both: for a core whose pinned
/// tasks are the group `own`, and the tasks that run anywhere the group `shared`. However many bids of other cores are higher,
/// none of them is looked at. Returns nothing if neither group has a bid at or above the reserve. O(log N).
template <multi_unit_auction A>
    requires requires(A& a, std::size_t group) { a.extract_group_max(group), a.group_top(group); }
constexpr std::optional<award> extract_from_groups(A& a, std::size_t own, std::size_t shared) noexcept {
    const std::optional<award> here = a.group_top(own);
    const std::optional<award> anywhere = a.group_top(shared);
    if (own == shared || !here || !anywhere) return detail::within_its_bid(a.extract_group_max(here ? own : shared));
    const price needed = a.critical_price(here->winner.agent, anywhere->winner.agent);
    const bool own_wins = here->winner.amount >= needed;
    award won = own_wins ? *here : *anywhere;
    const price other = own_wins ? needed : a.critical_price(anywhere->winner.agent, here->winner.agent);
    if (won.payment < other) won.payment = other;
    a.extract_group_max(own_wins ? own : shared);
    return detail::within_its_bid(won);
}

/// Extracts the best out.size() bids, best first, puts their awards into `out`, and returns their number. For unit demand: all
/// winners have the same runner-up, the best losing bid, so payments differ by at most a tick, or a tier. An owner that enters
/// several bids pays less if it withholds some of them; use extract_vickrey for owners of several units. O(out.size()) extractions.
template <multi_unit_auction A>
constexpr std::size_t extract_top(A& a, view<award> out) noexcept {
    std::size_t winners = 0;
    while (winners < out.size()) {
        const std::optional<award> next = a.extract_max();
        if (!next) break;
        out[winners++] = *next;
    }
    const std::optional<award> loser = a.top();
    for (award& won : out.first(winners)) {
        const agent_id rival = loser ? loser->winner.agent : won.winner.agent;  // which has no bid any more
        won.payment = a.critical_price(won.winner.agent, rival);
        MAXWELL_ASSERT(won.payment <= won.winner.amount);
    }
    return winners;
}

}  // namespace maxwell
