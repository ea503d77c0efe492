// SPDX-License-Identifier: MIT
//
// lottery_rule: a bid of b has b + 1 tickets, and the bid whose ticket is drawn wins (Waldspurger and Weihl 1994).
//
//     tickets   |---- bid 3 ----|- 0 -|-- bid 2 --|        the tickets of the eligible, end to end
//                        ^ offset 2                        drawn: ticket 2 of the first, which wins
//
// With the one ticket more, a bid of 0 wins if it is alone.
//
// P(win) rises with an agent's own bid, so there are payments that make truthful bidding best in expectation (Myerson 1981): on
// average, the integral b - (1 / P(b)) sum of P(z), z < b. The rule doesn't compute it but samples it with the drawn ticket:
// with S tickets of others, a winner by ticket `offset` of its b + 1 would have won with the same draw from the amount
//
//     T = ceil((offset + 1) S / (S + b - offset)) - 1,        0 <= T <= b
//
// on, since P(T <= z | it wins) is P(z) / P(b), rounded down to a whole number of its tickets. It pays T, or the reserve where that is
// more. No logarithm: the mean payment is never below Myerson's on the grid of ticks and less than a tick above it, and no payment
// is above the bid. For large bids Myerson's payment, as a mean over all awards, is S ln(1 + b/S) - bS / (b + S).
//
// What holds at every award of a scheduler's loop, of independent draws:
//   - law: an eligible bid of b wins with probability (b + 1) / (all tickets of the eligible);
//   - truth: in expectation, to a tick, for an owner of one name. Not for each draw: a higher bid moves the tickets behind it;
//   - welfare: P(rank <= k) is the share of the k highest bids. Of uniform values two thirds are kept, of heavy tails less;
//   - waiting: an agent with the share p of all tickets is unserved for m awards with probability (1 - p)^m.
// What doesn't hold: **names must be scarce**. An owner that divides its bid among m names wins as often as before, but each
// name's payment is Myerson's for its small bid: 1,000 tickets against 1,000 pay 386 an award under one name, 31 under 16 names
// and 7.5 under 64. So register one bidder per owner; where that can't be held, take gumbel_rule with stakes.
// A ticket is drawn from 64 bits: probabilities have a relative error of total / 2^64 at most.
//
// Invariants
//   1. A live slot has tickets and a key in in_, or a key in out_. After an award those in in_ are the bids at or above the reserve.
//   2. The all-zero object is empty.
//
//     operation         cost                 why
//     insert, expire    O(log N)             two paths
//     award             O(log N) amortised   one path; three more for each bid that the reserve has crossed since the last award
//     best              O(log N)             one path; O(N) from a change of the reserve that crosses a bid to the next award
//     memory            60 B per agent

#pragma once

#include <maxwell/auction/detail/sampler_book.hpp>
#include <maxwell/auction/detail/sum_tree.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

struct lottery_rule {
    static constexpr bool fifo_ties = false;
    static constexpr bool truthful_for_every_draw = false;
    static constexpr bool has_epochs = false;

    template <std::size_t Capacity>
    class order;

    /// Returns what a bid of `amount` pays if it wins by its ticket `offset` and others have `others` tickets, before the reserve.
    static constexpr price payment(price amount, std::uint64_t offset, std::uint64_t others) noexcept {
        MAXWELL_ASSERT(offset <= amount);
        if (others == 0) return 0;
        // (offset + 1) S / (S + rest) without a product of more than 64 bits: the product below is at most 2^62.
        const std::uint64_t rest = amount - offset;
        return static_cast<price>(offset - (offset + 1) * rest / (others + rest));
    }
};

template <std::size_t Capacity>
class lottery_rule::order {
    using book = detail::sampler_book<Capacity>;
    using tree = detail::winner_tree<Capacity>;
    using tickets = detail::sum_tree<Capacity>;
    using by_price = detail::price_key;

public:
    constexpr order() noexcept = default;
    constexpr explicit order(std::uint64_t) noexcept {}  // the rule ignores the order of arrival

    constexpr void redraw(book const&) noexcept {}
    constexpr void forget(std::uint32_t) noexcept {}
    constexpr void reserve_changed(bool) noexcept {}

    /// The book has a new bid of `slot`; `was_live`: it replaces another one.
    constexpr void enter(book const& b, std::uint32_t slot, bool was_live) noexcept {
        MAXWELL_ASSERT(slot < Capacity && b.live(slot));
        if (was_live) leave(b, slot);
        if (b.eligible(slot)) {
            let_in(b, slot);
        } else {
            out_.set(slot, by_price::of(b.amount(slot), slot));
        }
    }

    /// The live bid of `slot` leaves.
    constexpr void leave(book const&, std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(slot < Capacity && (in_.leaf(slot) != 0) != (out_.leaf(slot) != 0));
        if (tickets_.weight(slot) == 0) {
            out_.set(slot, 0);
            return;
        }
        tickets_.set(slot, 0);
        in_.set(slot, 0);
    }

    /// Returns who wins, and what it would pay.
    constexpr detail::drawn best(book const& b) const noexcept {
        if (must_leave(b) || may_return(b)) [[unlikely]]
            return best_by_scan(b);
        if (tickets_.total() == 0) return {};
        const auto [slot, offset] = tickets_.find(ticket_of(b, tickets_.total()));
        return decide(b, slot, offset, tickets_.total());
    }

    /// The same. Bids that the reserve has crossed get tickets, or lose them.
    constexpr detail::drawn take(book const& b) noexcept {
        while (must_leave(b)) {
            const std::uint32_t slot = by_price::slot_of(in_.root());
            leave(b, slot);
            out_.set(slot, by_price::of(b.amount(slot), slot));
        }
        while (may_return(b)) {
            const std::uint32_t slot = by_price::slot_of(out_.root());
            out_.set(slot, 0);
            let_in(b, slot);
        }
        return best(b);
    }

    constexpr void awarded(book const&) noexcept { ++draws_; }

    constexpr bool check_invariants(book const& b) const noexcept {
        if (!tickets_.check_invariants() || !in_.check_invariants() || !out_.check_invariants()) return false;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            const bool in = tickets_.weight(slot) != 0;
            if (in && tickets_.weight(slot) != std::uint64_t{b.amount(slot)} + 1) return false;
            if ((in_.leaf(slot) != 0) != in || (in || out_.leaf(slot) != 0) != b.live(slot)) return false;
            if (in && out_.leaf(slot) != 0) return false;
        }
        return true;
    }

private:
    constexpr void let_in(book const& b, std::uint32_t slot) noexcept {
        tickets_.set(slot, std::uint64_t{b.amount(slot)} + 1);
        in_.set(slot, by_price::of(~b.amount(slot), slot));
    }

    /// Is the lowest bid that has tickets below the reserve? Without one the root counts as the highest price.
    constexpr bool must_leave(book const& b) const noexcept { return ~by_price::price_of(in_.root()) < b.reserve(); }
    /// Is the highest bid without tickets at or above the reserve?
    constexpr bool may_return(book const& b) const noexcept {
        return out_.root() != 0 && by_price::price_of(out_.root()) >= b.reserve();
    }

    constexpr std::uint64_t ticket_of(book const& b, std::uint64_t total) const noexcept {
        return share(keyed_hash(b.key(), draws_, 1), total);
    }
    constexpr detail::drawn decide(book const& b, std::uint32_t slot, std::uint64_t offset,
                                   std::uint64_t total) const noexcept {
        const price asked = payment(b.amount(slot), offset, total - b.amount(slot) - 1);
        MAXWELL_ASSERT(b.live(slot) && asked <= b.amount(slot));
        return {slot + 1, b.at_least_reserve(asked)};
    }

    /// Returns what best() would after moving all bids that the reserve has crossed: the same ticket of the same row.
    [[gnu::__noinline__]] constexpr detail::drawn best_by_scan(book const& b) const noexcept {
        const auto weight = [&](std::uint32_t slot) noexcept {
            return b.live(slot) && b.eligible(slot) ? std::uint64_t{b.amount(slot)} + 1 : 0;
        };
        std::uint64_t total = 0;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) total += weight(slot);
        if (total == 0) return {};
        std::uint64_t ticket = ticket_of(b, total);
        std::uint32_t i = 0;
        for (; ticket >= weight(tickets::slot_from_left(i)); ++i) ticket -= weight(tickets::slot_from_left(i));
        return decide(b, tickets::slot_from_left(i), ticket, total);
    }

    /// floor(random / 2^64 * total), for a total below 2^57: two products of 32 by 57 bits, the lower one cut.
    static constexpr std::uint64_t share(std::uint64_t random, std::uint64_t total) noexcept {
        const std::uint64_t high = random >> 32;
        const std::uint64_t low = random & 0xFFFF'FFFFu;
        const std::uint64_t total_high = total >> 32;
        const std::uint64_t total_low = total & 0xFFFF'FFFFu;
        const std::uint64_t middle = high * total_low + (low * total_low >> 32);
        return high * total_high + (middle >> 32) + ((low * total_high + (middle & 0xFFFF'FFFFu)) >> 32);
    }

    std::uint64_t draws_ = 0;
    tickets tickets_;
    tree in_;   ///< by price, the lowest at the root
    tree out_;  ///< by price, the highest at the root
};

}  // namespace maxwell
