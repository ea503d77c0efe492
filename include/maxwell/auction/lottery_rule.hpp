// SPDX-License-Identifier: MIT
//
// lottery_rule: a bid of b has b + 1 tickets, one ticket is drawn. The classic baseline (Waldspurger and Weihl 1994).
//
//     tickets   |---- bid 3 ----|- 0 -|-- bid 2 --|        the tickets of the eligible, end to end
//                        ^ offset 2                        drawn: ticket 2 of the first, which wins
//
// The ticket more lets a bid of 0 win where there is no other.
//
// P(win) rises with the own bid, so there are payments that make honesty the best bid in expectation (Myerson 1981): paying, on
// average, the integral b - (1 / P(b)) sum of P(z), z < b. It is not computed, it is drawn, with the ticket that is drawn anyway:
// with S tickets of others, a winner by ticket `offset` of its b + 1 would have won by this very luck from the amount
//
//     T = ceil((offset + 1) S / (S + b - offset)) - 1,        0 <= T <= b
//
// on, since P(T <= z | it wins) is P(z) / P(b), rounded down to a whole number of its tickets. It pays T, or the reserve where that is
// more. No logarithm: the mean payment is never below Myerson's on the grid of ticks and less than a tick above it, and no payment
// is above the bid. For large bids Myerson's payment, as a mean over all awards, is S ln(1 + b/S) - bS / (b + S).
//
// Truthful in expectation, to a tick: not for each draw, since a higher bid moves the tickets of those behind it.
// P(rank <= k) is the share of the k highest bids. Of uniform values two thirds of the welfare are kept, of heavy tails less.
// Splitting a bid in m parts gains m - 1 tickets in all; bidding in full under m names wins like m agents.
// Who has the share p of all tickets stays unserved for m awards with probability (1 - p)^m: each draw is independent.
// A ticket is drawn by 64 bits: probabilities are off by total / 2^64 of themselves at most.
//
// Invariants
//   1. Live bids at or above the reserve, as of the last award, have their tickets in tickets_ and a key in in_; others a key in out_.
//   2. The all-zero object is empty.
//
//     operation         cost                 why
//     insert, expire    O(log N)             two paths
//     award             O(log N) amortised   one path; three more for each bid that the reserve has crossed since
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

    /// What a bid of `amount` pays that wins by its ticket `offset`, with `others` tickets of others; the reserve aside.
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
    using key = typename tree::key;

public:
    constexpr order() noexcept = default;
    constexpr explicit order(std::uint64_t) noexcept {}  // the order of arrival counts for nothing

    constexpr void redraw(book const&) noexcept {}
    constexpr void forget(std::uint32_t) noexcept {}
    constexpr void reserve_changed(bool) noexcept {}

    /// The book has a new bid of `slot`; `was_live`: in the place of another one.
    constexpr void enter(book const& b, std::uint32_t slot, bool was_live) noexcept {
        if (was_live) leave(b, slot);
        if (b.eligible(slot)) {
            let_in(b, slot);
        } else {
            out_.set(slot, key_of(b.amount(slot), slot));
        }
    }

    /// `slot`, which is in the order, leaves it.
    constexpr void leave(book const&, std::uint32_t slot) noexcept {
        if (tickets_.weight(slot) == 0) {
            out_.set(slot, 0);
            return;
        }
        tickets_.set(slot, 0);
        in_.set(slot, 0);
    }

    /// Who wins, and what it would pay.
    constexpr detail::drawn best(book const& b) noexcept {
        settle(b);
        const std::uint64_t total = tickets_.total();
        if (total == 0) return {};
        const auto [slot, offset] = tickets_.find(share(keyed_hash(b.key(), draws_, 1), total));
        const price asked = payment(b.amount(slot), offset, total - tickets_.weight(slot));
        return {slot + 1, b.at_least_reserve(asked)};
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
    /// The greater the higher the price; 0 is no key.
    static constexpr key key_of(price p, std::uint32_t slot) noexcept { return key{p} << 32 | ~slot; }
    static constexpr price price_of(key k) noexcept { return static_cast<price>(k >> 32); }
    static constexpr std::uint32_t slot_of_key(key k) noexcept { return ~static_cast<std::uint32_t>(k); }

    constexpr void let_in(book const& b, std::uint32_t slot) noexcept {
        tickets_.set(slot, std::uint64_t{b.amount(slot)} + 1);
        in_.set(slot, key_of(~b.amount(slot), slot));
    }

    /// The reserve may have crossed bids since the last award.
    constexpr void settle(book const& b) noexcept {
        while (in_.root() != 0 && ~price_of(in_.root()) < b.reserve()) {
            const std::uint32_t slot = slot_of_key(in_.root());
            leave(b, slot);
            out_.set(slot, key_of(b.amount(slot), slot));
        }
        while (out_.root() != 0 && price_of(out_.root()) >= b.reserve()) {
            const std::uint32_t slot = slot_of_key(out_.root());
            out_.set(slot, 0);
            let_in(b, slot);
        }
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
    detail::sum_tree<Capacity> tickets_;
    tree in_;   ///< by price, the lowest at the root
    tree out_;  ///< by price, the highest at the root
};

}  // namespace maxwell
