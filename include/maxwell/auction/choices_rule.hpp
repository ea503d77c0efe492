// SPDX-License-Identifier: MIT
//
// choices_rule<D>: D bidders are drawn, whatever they bid, and the highest of them wins.
//
//     slot_    live bids, dense    [ 7 2 9 4 | 3 8 ]        drawn from the first open_; the others were found below the reserve
//              0                             open_  live_
//     index_   by slot: its index in slot_ plus one; 0: no live bid
//
// A draw takes D indices below open_, independently, with replacement, and passes over bids below the reserve, so the D are uniform
// over the eligible. The highest amount wins, the first one drawn among equals, and pays the least amount at which it would still
// win among the D. If a draw passes over too many, bids below the reserve move behind open_; when the reserve falls, all are in
// front of it again.
//
// Truthful for every draw: who is drawn depends on the secret key, the number of the draw and the order of slot_, never on an amount
// (except that a bid below the reserve can't win), and among the drawn it is an auction with the critical price (Vickrey 1961).
// insert keeps a live bid's position in slot_. Leaving and returning changes positions, but an agent can't see a draw before it is
// awarded, and each award has a draw of its own: an agent that chooses its moment, or its position, wins no more often.
//
// What holds at every award of a scheduler's loop, with N eligible bidders:
//   - law: the bid of rank k wins with probability ((N - k + 1)^D - (N - k)^D) / N^D, so P(rank <= k) = 1 - (1 - k/N)^D;
//   - welfare: the winner's value is the highest of D: of uniform values D / (D + 1), of heavy tails less;
//   - splitting: an owner of m names with the same bid wins as often as m agents. So allow each owner one name;
//   - waiting: draws are independent, so an agent of probability p is unserved for m awards with probability (1 - p)^m. For
//     the last of N, p is N^-D only.
// An index is drawn from 32 bits, so probabilities have a relative error of N / 2^32 at most.
//
// Invariants
//   1. slot_ holds the live slots, index_ their indices in it; open_ <= live_; bids behind open_ are below the reserve.
//   2. The all-zero object is empty.
//
//     operation         cost            why
//     insert, expire    O(1)            the ends of the two parts change places with the slot
//     award             O(D) amortised  at most 4 D + 16 indices; if more than half of the bids are barred, one pass over all
//                                       moves them, each once for a change of the reserve or a new bid
//     best              O(D)            the same; O(D N) from such a change to the next award
//     memory            16 B per agent (20 from 65,535 slots on)
//
// Power of d choices: Mitzenmacher 2001; as a scheduler, the sampled queues of Sparrow (Ousterhout et al. 2013).

#pragma once

#include <maxwell/auction/detail/sampler_book.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <type_traits>  // conditional

namespace maxwell {

template <std::uint32_t D>
struct choices_rule {
    static_assert(D > 0 && D <= 64, "their slots are kept on the stack");
    static constexpr bool fifo_ties = false;
    static constexpr bool truthful_for_every_draw = true;
    static constexpr bool has_epochs = false;

    template <std::size_t Capacity>
    class order {
        using book = detail::sampler_book<Capacity>;

    public:
        constexpr order() noexcept = default;
        constexpr explicit order(std::uint64_t) noexcept {}  // the order of arrival counts for nothing

        constexpr void redraw(book const&) noexcept {}
        constexpr void forget(std::uint32_t slot) noexcept { MAXWELL_ASSERT(slot < Capacity && index_[slot] == 0); }

        /// The book has a new bid of `slot`; `was_live`: it replaces another one.
        constexpr void enter(book const& b, std::uint32_t slot, bool was_live) noexcept {
            MAXWELL_ASSERT(slot < Capacity && b.live(slot) && was_live == (index_[slot] != 0));
            if (!was_live) put(slot, live_++);
            if (index_[slot] > open_) exchange(index_[slot] - 1u, open_++);
            MAXWELL_ASSERT(open_ <= live_ && live_ <= Capacity);
        }

        /// The live bid of `slot` leaves.
        constexpr void leave(book const&, std::uint32_t slot) noexcept {
            MAXWELL_ASSERT(slot < Capacity && index_[slot] != 0 && index_[slot] <= live_);
            if (index_[slot] <= open_) exchange(index_[slot] - 1u, --open_);
            exchange(index_[slot] - 1u, --live_);
            index_[slot] = 0;
        }

        /// Returns who wins, and what it would pay.
        constexpr detail::drawn best(book const& b) const noexcept {
            std::uint32_t choice[D] = {};
            if (draw(b, choice)) [[likely]]
                return decide(b, choice);
            std::uint32_t eligible = 0;
            for (std::uint32_t i = 0; i < open_; ++i) eligible += b.eligible(slot_[i]) ? 1 : 0;
            return best_of(b, eligible, [&](std::uint32_t nth) noexcept { return nth_eligible(b, nth); });
        }

        /// The same. If many are barred, they move behind the others.
        constexpr detail::drawn take(book const& b) noexcept {
            std::uint32_t choice[D] = {};
            if (draw(b, choice)) [[likely]]
                return decide(b, choice);
            settle(b);
            return best_of(b, open_, [&](std::uint32_t nth) noexcept { return slot_[nth]; });
        }

        constexpr void awarded(book const&) noexcept { ++draws_; }

        constexpr void reserve_changed(bool fell) noexcept {
            if (fell) open_ = live_;
        }

        constexpr bool check_invariants(book const& b) const noexcept {
            if (open_ > live_ || live_ != b.size()) return false;
            for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
                if ((index_[slot] != 0) != b.live(slot)) return false;
                if (index_[slot] > live_ || (index_[slot] != 0 && slot_[index_[slot] - 1u] != slot)) return false;
                if (index_[slot] > open_ && b.eligible(slot)) return false;
            }
            return true;
        }

    private:
        using index = std::conditional_t<(Capacity < 65535), std::uint16_t, std::uint32_t>;

        constexpr void put(std::uint32_t slot, std::uint32_t at) noexcept {
            slot_[at] = static_cast<index>(slot);
            index_[slot] = static_cast<index>(at + 1);
        }
        constexpr void exchange(std::uint32_t i, std::uint32_t j) noexcept {
            const std::uint32_t slot = slot_[i];
            put(slot_[j], i);
            put(slot, j);
        }

        /// The generator splitmix64 (Steele, Lea and Flood 2014), from a seed that agents can't foresee.
        static constexpr std::uint32_t next(std::uint64_t& state) noexcept {
            std::uint64_t z = state += 0x9E37'79B9'7F4A'7C15u;
            z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
            z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
            return static_cast<std::uint32_t>(z >> 32);
        }

        static constexpr std::uint32_t max_tries = 4 * D + 16;

        /// Two streams of indices for each award: the second is for when the first had to pass over too many.
        constexpr std::uint64_t stream(book const& b, std::uint64_t number) const noexcept {
            return keyed_hash(b.key(), draws_, number);
        }
        static constexpr std::uint32_t below(std::uint64_t& state, std::uint32_t n) noexcept {
            return static_cast<std::uint32_t>(std::uint64_t{next(state)} * n >> 32);
        }

        /// Draws D bids from the first open_, passing over barred ones. False if it had to pass over too many.
        constexpr bool draw(book const& b, std::uint32_t (&choice)[D]) const noexcept {
            if (open_ == 0) return false;
            std::uint64_t state = stream(b, 0);
            std::uint32_t drawn = 0;
            for (std::uint32_t tries = 0; drawn < D && tries < max_tries; ++tries) {
                choice[drawn] = slot_[below(state, open_)];
                drawn += b.eligible(choice[drawn]) ? 1 : 0;
            }
            return drawn == D;
        }
        /// The best of D drawn by number from `eligible` bids; `slot_at` says which slot has a number.
        template <class SlotAt>
        constexpr detail::drawn best_of(book const& b, std::uint32_t eligible, SlotAt slot_at) const noexcept {
            if (eligible == 0) return {};
            std::uint32_t choice[D] = {};
            std::uint64_t state = stream(b, 1);
            for (std::uint32_t& c : choice) c = slot_at(below(state, eligible));
            return decide(b, choice);
        }
        constexpr std::uint32_t nth_eligible(book const& b, std::uint32_t nth) const noexcept {
            std::uint32_t i = 0;
            for (; !b.eligible(slot_[i]) || nth-- != 0; ++i) MAXWELL_ASSERT(i < open_);
            return slot_[i];
        }
        /// Moves all that are barred behind open_; the others keep their order.
        constexpr void settle(book const& b) noexcept {
            std::uint32_t kept = 0;
            for (std::uint32_t i = 0; i < open_; ++i) {
                if (b.eligible(slot_[i])) exchange(kept++, i);
            }
            open_ = kept;
        }

        constexpr detail::drawn decide(book const& b, std::uint32_t const (&choice)[D]) const noexcept {
            std::uint32_t winner = 0;  // its index in choice
            for (std::uint32_t i = 1; i < D; ++i) winner = b.amount(choice[i]) > b.amount(choice[winner]) ? i : winner;
            price payment = b.reserve();
            for (std::uint32_t i = 0; i < D; ++i) {
                if (choice[i] == choice[winner]) continue;
                const price needed = b.amount(choice[i]) + (i < winner ? 1 : 0);
                payment = needed > payment ? needed : payment;
            }
            MAXWELL_ASSERT(b.live(choice[winner]) && payment <= b.amount(choice[winner]));
            return {choice[winner] + 1, payment};
        }

        std::uint64_t draws_ = 0;
        std::uint32_t live_ = 0;
        std::uint32_t open_ = 0;
        index slot_[Capacity] = {};
        index index_[Capacity] = {};
    };
};

}  // namespace maxwell
