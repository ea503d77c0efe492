// SPDX-License-Identifier: MIT
//
// exact_book: the agents that bid, their arrival and generation: what exact containers keep beside their order.
//
// The whole order of bids stands in one number each, the key: price above, then the earlier arrival. The book gives keys out
// and reads them, and it knows which agents may bid. The container keeps the keys and knows the greatest.
//
//     key     63 ........ 32 | 31 ............................ 0
//                 price      | not (arrival number, slot)             the earlier arrival is the greater; 0: no bid
//
//     arrivals_       live slots in arrival order: renumbers them before the numbers run out
//     generation_     by slot: the newest seen
//     units_or_trace_ by slot: the units of the live bid. Without one, what is left of the last: `retired`, or the lower half of
//                     the key of the bid that was extracted, which critical_price may still ask for, or 0
//
// Invariants
//   1. arrivals_ holds exactly the slots with a live bid, in the order of their keys' numbers.
//   2. units_or_trace_ of a slot with a live bid is not 0; size_ is their number.
//   3. barred_ is one less than the least key of a bid at reserve_, and 0 for a reserve of 0.
//   4. The all-zero object is the empty book.
//
//     operation                     cost   why
//     enter, leave, retire, bid_of  O(1)   a list entry and two words of the slot
//     memory                        12 B per agent

#pragma once

#include <maxwell/auction/detail/arrival_order.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>
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
        return {make_agent_id(slot, generation_[slot]), static_cast<price>(k >> 32), units_or_trace_[slot]};
    }
    constexpr std::uint32_t generation(std::uint32_t slot) const noexcept { return generation_[slot]; }

    /// May the bid with this key win? The key 0 is of none.
    constexpr bool eligible(key k) const noexcept { return k > barred_; }

    /// Returns the critical price of the bid whose key `leader` is the greatest, against the next one: the least price, not below
    /// the reserve, that makes a key with the leader's lower half greater than `runner_up`. A runner-up of 0, or one below the
    /// reserve, asks for the reserve alone.
    constexpr price critical_price_of_leader(key leader, key runner_up) const noexcept {
        // The sum carries into the price exactly if the lower half of the runner-up is the greater: if it came first.
        const auto p = static_cast<price>((runner_up + ~low_half(leader)) >> 32);
        return p > reserve_ ? p : reserve_;
    }

    /// Returns the critical price of `winner` against any key `rival`; max_price if no price is enough.
    constexpr price critical_price(key winner, key rival) const noexcept {
        const bool out_of_reach = rival >> 32 == max_price && low_half(winner) < low_half(rival);
        return out_of_reach ? max_price : critical_price_of_leader(winner, rival);
    }

    /// Returns the key of the bid that `slot` made last: `live`, its key now, or the trace of the one extracted since.
    constexpr key last_key(std::uint32_t slot, key live) const noexcept {
        return live != 0 ? live : units_or_trace_[slot];
    }

    /// Has the newest agent of `slot`, which has no live bid, left?
    constexpr bool has_retired(std::uint32_t slot) const noexcept { return units_or_trace_[slot] == retired; }

    /// Makes `units`, which is not 0, the units of the live bid of `slot`.
    constexpr void set_units(std::uint32_t slot, std::uint32_t units) noexcept {
        MAXWELL_ASSERT(units != 0);
        units_or_trace_[slot] = units;
    }

    /// A bid of `slot` will be entered soon: asks for what is kept by slot.
    void prefetch(std::uint32_t slot) const noexcept {
        arrivals_.prefetch(slot);
        maxwell::prefetch_for_write(&generation_[slot]);
        maxwell::prefetch_for_write(&units_or_trace_[slot]);
    }

    /// Enters an admitted bid as the newest arrival and returns its key. `live` is the slot's present key, 0 if it has none. O(1).
    constexpr key enter(bid b, key live) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        MAXWELL_ASSERT(slot < Capacity && b.units != 0);
        if (live != 0) {
            arrivals_.leave(slot);
        } else {
            ++size_;
        }
        generation_[slot] = generation_of(b.agent);
        units_or_trace_[slot] = b.units;
        return key{b.amount} << 32 | ~arrivals_.join(slot);
    }

    /// The bid of `slot`, which has one, leaves; `extracted` is its key, or 0 if it was withdrawn. O(1).
    constexpr void leave(std::uint32_t slot, key extracted) noexcept {
        MAXWELL_ASSERT(size_ > 0);
        arrivals_.leave(slot);
        units_or_trace_[slot] = low_half(extracted);
        --size_;
    }

    /// The agent of `slot`, which has no live bid, has left in this generation. O(1).
    constexpr void retire(agent_id id) noexcept {
        generation_[slot_of(id)] = generation_of(id);
        units_or_trace_[slot_of(id)] = retired;
    }

    /// Puts the bids of the best keys into `out`, best first, as many as are eligible and fit; returns how many. `best()` is the
    /// greatest key, `set_key(slot, old, k)` changes a slot's: each is taken out in turn, then all are put back.
    /// O(out.size()) calls of each.
    template <class Best, class SetKey>
    constexpr std::size_t list_best(view<award> out, Best best, SetKey set_key) const noexcept {
        // Meanwhile a payment keeps the half of the key that the bid doesn't say.
        std::size_t listed = 0;
        for (key k = best(); listed < out.size() && eligible(k); k = best()) {
            out[listed++] = {bid_of(k), low_half(k)};
            set_key(slot_of_key(k), k, key{0});
        }
        for (award& a : out.first(listed)) {
            const std::uint32_t low = a.payment;
            set_key(slot_of(a.winner.agent), key{0}, key{a.winner.amount} << 32 | low);
            a.payment = reserve_;
        }
        return listed;
    }

    /// Must renumber() be called before the next enter()?
    constexpr bool renumber_due() const noexcept { return arrivals_.sweep_due(); }

    /// Must it be called before one of the next `bids` calls of enter()?
    constexpr bool renumber_due_within(std::size_t bids) const noexcept { return arrivals_.sweep_due_within(bids); }

    /// Gives one or two bids new arrival numbers: calls `rename(slot, low)`, which makes `low` the lower half of the slot's key.
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
            if (slot_of_key(k) != slot || units_or_trace_[slot] == 0) return false;
            ++live;
        }
        return live == size_ &&
               arrivals_.check_invariants(live, [&](std::uint32_t slot) noexcept { return ~low_half(key_of(slot)); });
    }

private:
    /// The trace of an agent that has left. No lower half of a key is 1 or 0: a ticket's number is never the last.
    static constexpr std::uint32_t retired = 1;

    static constexpr std::uint32_t low_half(key k) noexcept { return static_cast<std::uint32_t>(k); }

    arrivals arrivals_;
    key barred_ = 0;  ///< the greatest key that is not eligible
    price reserve_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t generation_[Capacity] = {};
    std::uint32_t units_or_trace_[Capacity] = {};
};

}  // namespace maxwell::detail
