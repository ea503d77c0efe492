// SPDX-License-Identifier: MIT
//
// tier_book: the agents that bid, their arrival and generation: what containers of tiers keep beside their tiers.
//
// The book remembers agents and their bids, and holds the links of the tier lists, in which the bids of a tier queue. The
// container decides which tier list a bid joins and tracks the highest list.
//
//     lists()        by slot: links of its tier list. Without a live bid: noted whether the agent has retired
//     generation_    by slot: the newest seen
//     offer_         by slot: arrival, amount and units, kept after the bid has left: critical_price may still ask for them
//
// Invariants
//   1. A slot is in a list exactly if it has a live bid; size_ is their number.
//   2. The all-zero object is the empty book.
//
//     operation               cost   why
//     enter, leave, retire    O(1)   one slot
//     memory                  24 B per agent (28 from a Capacity of 65,535 on)

#pragma once

#include <maxwell/auction/detail/slot_lists.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // int64_t, uint32_t, uint64_t

namespace maxwell::detail {

template <std::size_t Capacity>
class tier_book {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    using lists_type = slot_lists<Capacity>;
    using link = typename lists_type::link;

    constexpr tier_book() noexcept = default;
    constexpr explicit tier_book(std::uint64_t first_arrival) noexcept : arrivals_(first_arrival) {}

    constexpr lists_type& lists() noexcept { return lists_; }
    constexpr lists_type const& lists() const noexcept { return lists_; }

    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool is_live(std::uint32_t slot) const noexcept { return lists_.contains(slot); }

    /// The amount, and the whole bid, that `slot` has now or had last.
    constexpr price amount(std::uint32_t slot) const noexcept { return offer_[slot].amount; }
    constexpr bid bid_of(std::uint32_t slot) const noexcept {
        return {make_agent_id(slot, generation_[slot]), offer_[slot].amount, offer_[slot].units};
    }

    /// The newest generation that `slot` has seen.
    constexpr std::uint32_t generation(std::uint32_t slot) const noexcept { return generation_[slot]; }

    /// Has the newest agent of `slot`, which has no live bid, left?
    constexpr bool has_retired(std::uint32_t slot) const noexcept { return lists_.note(slot) == retired; }

    /// Did the bid of `a` come after that of `b`? Modulo 2^64: correct for bids up to 2^63 arrivals apart, three centuries at
    /// one each nanosecond.
    constexpr bool arrived_after(std::uint32_t a, std::uint32_t b) const noexcept {
        return static_cast<std::int64_t>(offer_[a].arrival - offer_[b].arrival) > 0;
    }

    /// Prefetches what is kept by slot: a bid of `slot` will be entered soon.
    void prefetch(std::uint32_t slot) const noexcept {
        lists_.prefetch(slot);
        maxwell::prefetch_for_write(&generation_[slot]);
        maxwell::prefetch_for_write(&offer_[slot]);
    }

    /// Enters an admitted bid as the newest arrival. Its slot then joins a list: `was_live` says that it has just left one. O(1).
    constexpr void enter(bid const& b, bool was_live) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        MAXWELL_ASSERT(slot < Capacity && b.units != 0);
        if (!was_live) ++size_;
        generation_[slot] = generation_of(b.agent);
        offer_[slot] = {arrivals_++, b.amount, b.units};
    }

    /// Makes `units`, which is not 0, the units of the live bid of `slot`.
    constexpr void set_units(std::uint32_t slot, std::uint32_t units) noexcept {
        MAXWELL_ASSERT(is_live(slot) && units != 0);
        offer_[slot].units = units;
    }

    /// The bid of `slot`, which has just left its list, leaves. O(1).
    constexpr void leave(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(is_live(slot) && size_ > 0);
        lists_.forget(slot);
        --size_;
    }

    /// The agent, whose slot has no live bid, has left in this generation. O(1).
    constexpr void retire(agent_id id) noexcept {
        generation_[slot_of(id)] = generation_of(id);
        lists_.set_note(slot_of(id), retired);
    }

    /// Does invariant 1 hold, of `linked` bids that were found in lists? O(Capacity); for tests.
    constexpr bool check_invariants(std::size_t linked) const noexcept {
        std::size_t live = 0;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (!is_live(slot)) continue;
            if (offer_[slot].units == 0) return false;
            ++live;
        }
        return live == size_ && linked == size_;
    }

private:
    struct offer {
        std::uint64_t arrival;
        price amount;
        std::uint32_t units;
    };
    static constexpr link retired = 1;

    std::uint64_t arrivals_ = 0;
    std::uint32_t size_ = 0;
    lists_type lists_;
    std::uint32_t generation_[Capacity] = {};
    offer offer_[Capacity] = {};
};

}  // namespace maxwell::detail
