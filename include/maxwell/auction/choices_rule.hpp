// SPDX-License-Identifier: MIT
//
// choices_rule<D>: D bidders are drawn, whatever they bid, and the highest of them wins.
//
//     slot_    live bids, dense    [ 7 2 9 4 | 3 8 ]        drawn from the first open_; the others were found below the reserve
//              0                             open_  live_
//     place_   by slot: its index in slot_ plus one; 0: not in
//
// A draw takes D indices below open_, independently, with replacement. Who comes out below the reserve is moved behind open_ and
// another one is drawn in its place, so the D are uniform over the eligible; when the reserve falls, everybody is in front again.
// The highest amount wins, the first one drawn among equals, and pays what the next highest, or a tie with it, asks for.
//
// Truthful for every draw: who is drawn depends on the secret key, the number of the draw and the order of slot_, never on an amount
// (but that a bid below the reserve can't win), and among the drawn it is an auction with the critical price (Vickrey 1961).
// insert keeps a live bid's place. Leaving and coming back changes places, but nobody can see a draw before it is awarded.
//
// With N eligible bidders, P(rank <= k) = 1 - (1 - k/N)^D. The winner's value is at best the highest of D: of uniform values
// D / (D + 1). Splitting an identity in m parts of the same bid wins as often as m agents. The last of N wins with probability
// N^-D only: who has rank k waits for a time of geometric law, with ((N - k + 1)^D - (N - k)^D) / N^D an award. An index is drawn
// by 32 bits, so that probabilities are off by N / 2^32 of themselves at most.
//
// Invariants
//   1. slot_ holds the live slots, place_ where; open_ <= live_.
//   2. The all-zero object is empty.
//
//     operation         cost            why
//     insert, expire    O(1)            the ends of the two parts change places with the slot
//     award             O(D) amortised  D indices, and one more for each bid that is found below the reserve
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

        constexpr void redraw(book const&) noexcept { found_ = {}; }
        constexpr void forget(std::uint32_t) noexcept {}

        /// The book has a new bid of `slot`; `was_live`: in the place of another one.
        constexpr void enter(book const&, std::uint32_t slot, bool was_live) noexcept {
            found_ = {};
            if (!was_live) put(slot, live_++);
            if (place_[slot] > open_) exchange(place_[slot] - 1u, open_++);
        }

        /// `slot`, which is in the order, leaves it.
        constexpr void leave(book const&, std::uint32_t slot) noexcept {
            found_ = {};
            if (place_[slot] <= open_) exchange(place_[slot] - 1u, --open_);
            exchange(place_[slot] - 1u, --live_);
            place_[slot] = 0;
        }

        /// Who wins, and what it would pay. Kept until something changes.
        constexpr detail::drawn best(book const& b) noexcept {
            if (found_.slot_plus_one == 0) found_ = draw(b);
            return found_;
        }

        constexpr void awarded(book const&) noexcept { ++draws_; }

        constexpr void reserve_changed(bool fell) noexcept {
            found_ = {};
            if (fell) open_ = live_;
        }

        constexpr bool check_invariants(book const& b) const noexcept {
            if (open_ > live_ || live_ != b.size()) return false;
            for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
                if ((place_[slot] != 0) != b.live(slot)) return false;
                if (place_[slot] > live_ || (place_[slot] != 0 && slot_[place_[slot] - 1u] != slot)) return false;
                if (place_[slot] > open_ && b.eligible(slot)) return false;
            }
            return true;
        }

    private:
        using index = std::conditional_t<(Capacity < 65535), std::uint16_t, std::uint32_t>;

        constexpr void put(std::uint32_t slot, std::uint32_t at) noexcept {
            slot_[at] = static_cast<index>(slot);
            place_[slot] = static_cast<index>(at + 1);
        }
        constexpr void exchange(std::uint32_t i, std::uint32_t j) noexcept {
            const std::uint32_t slot = slot_[i];
            put(slot_[j], i);
            put(slot, j);
        }

        /// The generator splitmix64 (Steele, Lea and Flood 2014), from a seed that nobody can foresee.
        static constexpr std::uint32_t next(std::uint64_t& state) noexcept {
            std::uint64_t z = state += 0x9E37'79B9'7F4A'7C15u;
            z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
            z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
            return static_cast<std::uint32_t>(z >> 32);
        }

        constexpr detail::drawn draw(book const& b) noexcept {
            std::uint32_t choice[D] = {};
            std::uint64_t random = keyed_hash(b.key(), draws_, 0);
            std::uint32_t winner = 0;  // its index in choice
            for (std::uint32_t i = 0; i < D;) {
                if (open_ == 0) return {};
                const auto at = static_cast<std::uint32_t>(std::uint64_t{next(random)} * open_ >> 32);
                choice[i] = slot_[at];
                if (!b.eligible(choice[i])) [[unlikely]] {
                    exchange(at, --open_);
                    continue;
                }
                winner = b.amount(choice[i]) > b.amount(choice[winner]) ? i : winner;
                ++i;
            }
            price payment = b.reserve();
            for (std::uint32_t i = 0; i < D; ++i) {
                if (choice[i] == choice[winner]) continue;
                const price needed = b.amount(choice[i]) + (i < winner ? 1 : 0);
                payment = needed > payment ? needed : payment;
            }
            return {choice[winner] + 1, payment};
        }

        std::uint64_t draws_ = 0;
        detail::drawn found_ = {};  ///< by the draw in force; nobody: not looked for yet
        std::uint32_t live_ = 0;
        std::uint32_t open_ = 0;
        index slot_[Capacity] = {};
        index place_[Capacity] = {};
    };
};

}  // namespace maxwell
