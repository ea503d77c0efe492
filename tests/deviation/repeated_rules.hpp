// SPDX-License-Identifier: MIT
//
// Several quanta in a row: what an agent earns by its bids in each of them, against rivals that don't react.

#pragma once

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

/// What a challenger of value 105 earns in so many quanta against an incumbent that bids 100, under a bonus of 10, by its first bid and
/// by those after.
inline std::int64_t earned_by_challenger(price first, price later, int quanta) {
    tournament_tree<2> a;
    std::int64_t earned = 0;
    a.insert({1, first, 1});
    bid running{0, 100, 1};
    for (int n = 0; n < quanta; ++n) {
        const auto q = quantum(a, running, 10);
        const bool won = q.winner->winner.agent == 1;
        if (won) earned += 105 - std::int64_t{q.winner->payment};
        if (!won && n == 0) a.insert({1, later, 1});
        running = {q.winner->winner.agent, won ? later : 100u, 1};
    }
    return earned;
}

/// One agent, slot 0, and two rivals over some quanta. Everything but what the agent says is given.
template <std::size_t Quanta>
struct repeated_game {
    std::array<price, Quanta> values;                 ///< of a quantum, to the agent
    std::array<std::array<price, 2>, Quanta> rivals;  ///< what the others bid
    bool
        all_bid_anew;  ///< in each quantum, in the order of slots; else rivals only when they have run, as in quantum()
    std::optional<price> bonus;  ///< of a switch
};

/// What the agent says in a quantum: an amount, or nothing new.
inline constexpr price keep = ~price{0};

/// What the agent earns by saying `said`.
template <class A, std::size_t Quanta>
std::int64_t earned(repeated_game<Quanta> const& game, std::array<price, Quanta> const& said) {
    A a;
    std::int64_t sum = 0;
    std::optional<bid> running;
    for (std::size_t q = 0; q < Quanta; ++q) {
        std::optional<bid> again;  // entered by quantum(), as the last
        for (std::uint32_t slot = 0; slot < 3; ++slot) {
            const bool ran = running && running->agent == slot;
            price amount = slot == 0 ? said[q] : game.rivals[q][slot - 1];
            if (amount == keep && ran) amount = running->amount;
            if (amount == keep || (q != 0 && slot != 0 && !ran && !game.all_bid_anew)) continue;
            if (ran && (game.bonus || !game.all_bid_anew))
                again = bid{slot, amount, 1};
            else
                a.insert({slot, amount, 1});
        }
        const std::optional<award> won = !again       ? a.extract_max()
                                         : game.bonus ? quantum(a, *again, *game.bonus).winner
                                                      : quantum(a, *again).winner;
        running = won ? std::optional(won->winner) : std::nullopt;
        if (won && won->winner.agent == 0) sum += std::int64_t{game.values[q]} - won->payment;
    }
    return sum;
}

struct repeated_gains {
    std::uint64_t games = 0;
    std::uint64_t gain = 0;
    std::int64_t worst = 0;
};

/// All games of values and bids below `ticks`, and in each all that the agent can say. Saying one's value anew in each quantum is truth;
/// where others keep their bid and their place until they have run (not `all_bid_anew`), so is saying it when it has changed.
template <class A, std::size_t Quanta>
repeated_gains search_repeated(price ticks, bool all_bid_anew, bool may_keep, std::optional<price> bonus) {
    repeated_gains found;
    repeated_game<Quanta> game{{}, {}, all_bid_anew, bonus};
    std::uint64_t profiles = 1, sayings = 1;
    for (std::size_t q = 0; q < Quanta; ++q) {
        profiles *= std::uint64_t{ticks} * ticks * ticks;
        sayings *= ticks + (may_keep ? 2 : 1);
    }
    for (std::uint64_t p = 0; p < profiles; ++p) {
        std::uint64_t rest = p;
        const auto digit = [&](std::uint64_t base) {
            const auto d = static_cast<price>(rest % base);
            rest /= base;
            return d;
        };
        for (std::size_t q = 0; q < Quanta; ++q) {
            game.values[q] = digit(ticks);
            game.rivals[q] = {digit(ticks), digit(ticks)};
            if (!all_bid_anew) game.rivals[q] = game.rivals[0];
        }
        std::array<price, Quanta> said = game.values;
        for (std::size_t q = 1; q < Quanta && !all_bid_anew; ++q) {
            if (game.values[q] == game.values[q - 1]) said[q] = keep;
        }
        const std::int64_t truth = earned<A>(game, said);
        std::int64_t best = 0;
        for (std::uint64_t s = 0; s < sayings; ++s) {
            rest = s;
            for (price& word : said) {
                word = digit(ticks + (may_keep ? 2 : 1));
                if (word > ticks) word = keep;
            }
            best = std::max(best, earned<A>(game, said) - truth);
        }
        ++found.games;
        found.gain += best > 0 ? 1 : 0;
        found.worst = std::max(found.worst, best);
    }
    return found;
}

}  // namespace maxwell::test
