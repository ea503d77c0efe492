// SPDX-License-Identifier: MIT
//
// Clearing rules by their definitions, over a reference auction and without the library's clearing.hpp: an allocation, written
// as a sentence, and for each winner the least amount with which it still wins, found by trying amounts.
//
// `amend(slot, amount)` of a reference auction gives a live bid another amount at its place in arrival order; `eligible(slot)`
// says whether the reserve lets it win; `take(id)` extracts a winner that a rule has chosen.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

template <class A>
concept reference_model = requires(A a, std::uint32_t slot, price amount) {
    a.amend(slot, amount);
};

/// The least amount of `slot` for which `wins(market)`. It wins with the amount that it has, and with any amount above one with
/// which it wins.
template <class A, class Wins>
price least_amount(A const& a, std::uint32_t slot, price own, Wins wins) {
    std::uint64_t losing = 0;  // every amount below loses
    std::uint64_t winning = own;
    while (losing < winning) {
        const std::uint64_t middle = (losing + winning) / 2;
        A other = a;
        other.amend(slot, static_cast<price>(middle));
        if (wins(other)) {
            winning = middle;
        } else {
            losing = middle + 1;
        }
    }
    return static_cast<price>(winning);
}

/// Who wins a quantum with a bonus. The incumbent: if it ranks first, or if it is eligible and its amount and the bonus reach
/// the amount of the first of the others. Otherwise that one.
template <class A>
std::optional<std::uint32_t> winner_with_bonus(A a, std::uint32_t incumbent, price bonus) {
    const auto best = a.top();
    if (!best) return std::nullopt;
    const std::uint32_t first = slot_of(best->winner.agent);
    if (first == incumbent || !a.eligible(incumbent)) return first;
    const std::uint64_t with_bonus = std::uint64_t{a.amount(incumbent)} + bonus;
    return with_bonus >= best->winner.amount ? incumbent : first;
}

/// A quantum in which the running agent has a bonus.
template <reference_model A>
auto quantum_by_definition(A& a, bid running, price bonus) {
    struct {
        status entered;
        std::optional<award> winner;
    } result{a.insert(running), std::nullopt};
    if (result.entered != status::ok || running.units == 0) {
        result.winner = a.extract_max();
        return result;
    }
    const std::uint32_t incumbent = slot_of(running.agent);
    const auto won = winner_with_bonus(a, incumbent, bonus);
    if (!won) {
        result.winner = a.extract_max();  // nothing, and a decision nevertheless
        return result;
    }
    const price due = least_amount(a, *won, a.amount(*won),
                                   [&](A const& m) { return winner_with_bonus(m, incumbent, bonus) == won; });
    result.winner = award{a.bid_of(*won), due};
    a.take(result.winner->winner.agent);
    return result;
}

/// Is `slot` among the best `k`?
template <class A>
bool among_the_best(A a, std::uint32_t slot, std::size_t k) {
    for (; k > 0; --k) {
        const auto next = a.extract_max();
        if (!next) return false;
        if (slot_of(next->winner.agent) == slot) return true;
    }
    return false;
}

/// The best out.size() bids; each pays the least amount with which it is still among them.
template <reference_model A>
std::size_t top_by_definition(A& a, view<award> out) {
    const A before = a;
    std::size_t winners = 0;
    for (; winners < out.size(); ++winners) {
        const auto next = a.extract_max();
        if (!next) break;
        const std::uint32_t slot = slot_of(next->winner.agent);
        const price due = least_amount(before, slot, next->winner.amount,
                                       [&](A const& m) { return among_the_best(m, slot, out.size()); });
        out[winners] = {next->winner, due};
    }
    return winners;
}

}  // namespace maxwell::test
