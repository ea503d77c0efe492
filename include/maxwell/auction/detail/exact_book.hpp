// SPDX-License-Identifier: MIT
//
// exact_book: who bids, since when and in which generation; what exact containers keep beside their order.
//
// The whole order of bids stands in one number each, the key: price above, then the earlier arrival. The book gives keys out
// and reads them, and it knows which agents may bid. Where keys are kept, and which one is the greatest, is the container's.
//
//     key     63 ........ 32 | 31 ............................ 0
//                 price      | not (arrival number, slot)             the earlier arrival is the greater; 0: no bid
//
//     arrivals_       live slots in arrival order: numbers them anew before the numbers run out
//     generation_     by slot: the newest seen
//     units_          by slot: of the live bid. Without one: `retired`, or the lower half of the key of the bid that was
//                     extracted, which critical_price may still ask for, or 0
//
// Invariants
//   1. arrivals_ holds exactly the slots with a live bid, in the order of their keys' numbers.
//   2. units_ of a slot with a live bid is not 0; size_ is their number.
//   3. barred_ is one less than the least key of a bid at reserve_, and 0 for a reserve of 0.
//   4. The all-zero object is the empty book.
//
//     operation                     cost   why
//     enter, leave, admits, bid_of  O(1)   a list entry and two words of the slot; an enter renumbers two bids at most
//     memory                        12 B per agent

#pragma once

#include <maxwell/auction/detail/arrival_order.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell::detail {

template <std::size_t Capacity>
class exact_book {
    using arrivals = arrival_order<Capacity>;

public:
    using key = std::uint64_t;

    constexpr exact_book() noexcept = default;
    constexpr explicit exact_book(std::uint64_t first_arrival) noexcept : arrivals_(first_arrival) {}

    constexpr std::size_t size() const noexcept { return size_; }
    constexpr price reserve() const noexcept { return reserve_; }
    constexpr void update_price(price p) noexcept {
        reserve_ = p;
        barred_ = p == 0 ? 0 : (key{p} << 32) - 1;
    }

    static constexpr std::uint32_t slot_of_key(key k) noexcept { return arrivals::slot_of_ticket(~low_half(k)); }

    /// The bid whose key is `k`, which is live.
    constexpr bid bid_of(key k) const noexcept {
        const std::uint32_t slot = slot_of_key(k);
        return {make_agent_id(slot, generation_[slot]), static_cast<price>(k >> 32), units_[slot]};
    }
    constexpr std::uint32_t generation(std::uint32_t slot) const noexcept { return generation_[slot]; }

    /// May the bid with this key win? The key 0 is of none.
    constexpr bool eligible(key k) const noexcept { return k > barred_; }

    /// The least price that makes a key with the lower half of `winner` greater than `rival`, which it is now, and not below the
    /// reserve. A rival of 0, or one below the reserve, asks for nothing more than the reserve.
    constexpr price price_to_beat(key winner, key rival) const noexcept {
        // The sum carries into the price exactly when the lower half of the rival is the greater: when it came first.
        const auto p = static_cast<price>((rival + ~low_half(winner)) >> 32);
        return p > reserve_ ? p : reserve_;
    }

    /// The same against any `rival`; the highest price where none does.
    constexpr price price_to_beat_any(key winner, key rival) const noexcept {
        const bool out_of_reach = rival >> 32 == 0xFFFF'FFFFu && low_half(winner) < low_half(rival);
        return out_of_reach ? 0xFFFF'FFFFu : price_to_beat(winner, rival);
    }

    /// The key of the bid that `slot` made last: `live`, its key now, or what is left of the one extracted since.
    constexpr key last_key(std::uint32_t slot, key live) const noexcept { return live != 0 ? live : units_[slot]; }

    /// May this agent, whose slot is below Capacity, bid? `live` is the slot's key. O(1).
    constexpr bool admits(agent_id id, key live) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (generation_of(id) < generation_[slot]) return false;
        return live != 0 || units_[slot] != retired || generation_of(id) != generation_[slot];
    }

    /// Enters a bid that is admitted, `live` being its slot's key, as the newest arrival; its key. O(1).
    constexpr key enter(bid b, key live) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (live != 0) {
            arrivals_.leave(slot);
        } else {
            ++size_;
        }
        generation_[slot] = generation_of(b.agent);
        units_[slot] = b.units;
        return key{b.amount} << 32 | ~arrivals_.join(slot);
    }

    /// The bid of `slot`, which has one, leaves; `extracted`: its key, or 0 when it was withdrawn. O(1).
    constexpr void leave(std::uint32_t slot, key extracted) noexcept {
        MAXWELL_ASSERT(size_ > 0);
        arrivals_.leave(slot);
        units_[slot] = low_half(extracted);
        --size_;
    }

    /// The agent of `slot`, which has no live bid, has left in this generation. O(1).
    constexpr void retire(agent_id id) noexcept {
        generation_[slot_of(id)] = generation_of(id);
        units_[slot_of(id)] = retired;
    }

    /// Puts the bids of the best keys into `out`, best first, as many as are eligible and fit; returns how many. `root()` is the
    /// greatest key and `set(slot, k)` makes `k` a slot's: each is taken out in its turn, then all are put back. O(out.size())
    /// calls of each.
    template <class Root, class Set>
    constexpr std::size_t list_best(view<award> out, Root root, Set set) const noexcept {
        std::size_t listed = 0;
        for (key k = root(); listed < out.size() && eligible(k); k = root()) {
            out[listed++] = {bid_of(k), low_half(k)};  // the payment keeps what the bid doesn't say of its key
            set(slot_of_key(k), key{0});
        }
        for (award& a : out.first(listed)) {
            set(slot_of(a.winner.agent), key{a.winner.amount} << 32 | a.payment);
            a.payment = reserve_;
        }
        return listed;
    }

    /// Must renumber() be called before the next enter()?
    constexpr bool renumber_due() const noexcept { return arrivals_.sweep_due(); }

    /// Gives a bid or two new arrival numbers: calls `rename(slot, low)`, which makes `low` the lower half of the slot's key.
    /// `is_dear(slot)`: does that take many steps? O(1) calls of each.
    template <class Rename, class IsDear>
    constexpr void renumber(Rename rename, IsDear is_dear) noexcept {
        arrivals_.sweep([&](std::uint32_t slot, std::uint32_t ticket) noexcept { rename(slot, ~ticket); }, is_dear);
    }

    /// Do the invariants hold? `key_of(slot)` is the slot's key, 0 without a bid. O(Capacity).
    template <class KeyOf>
    constexpr bool check_invariants(KeyOf key_of) const noexcept {
        std::size_t live = 0;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            const key k = key_of(slot);
            if (k == 0) continue;
            if (slot_of_key(k) != slot || units_[slot] == 0) return false;
            ++live;
        }
        return live == size_ &&
               arrivals_.check_invariants(live, [&](std::uint32_t slot) noexcept { return ~low_half(key_of(slot)); });
    }

private:
    /// In units_ of a slot without a bid. No lower half of a key is 1 or 0: a ticket's number is never the last.
    static constexpr std::uint32_t retired = 1;

    static constexpr std::uint32_t low_half(key k) noexcept { return static_cast<std::uint32_t>(k); }

    arrivals arrivals_;
    key barred_ = 0;  ///< the greatest key that is not eligible
    price reserve_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t generation_[Capacity] = {};
    std::uint32_t units_[Capacity] = {};
};

}  // namespace maxwell::detail
