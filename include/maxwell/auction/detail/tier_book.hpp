// SPDX-License-Identifier: MIT
//
// tier_book: who bids, since when and in which generation; what containers of tiers keep beside their tiers.
//
// The book admits agents, remembers their bids, and holds the links of the rings in which the bids of a tier queue. Which ring
// a bid stands in, and which ring is the highest, is the container's.
//
//     rings()        by slot: links of the ring of its tier. Without a live bid: noted whether the agent has retired
//     generation_    by slot: the newest seen
//     offer_         by slot: arrival, amount and units, kept after the bid has left: critical_price may still ask for them
//
// Invariants
//   1. A slot stands in a ring exactly when it has a live bid; size_ is their number.
//   2. The all-zero object is the empty book.
//
//     operation                               cost   why
//     admits, admits_expiry, admits_retiring  O(1)   a few compares
//     enter, leave, retire, find              O(1)   one slot
//     memory                                  24 B per agent (28 from a Capacity of 65,535 on)

#pragma once

#include <maxwell/auction/detail/slot_lists.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // int64_t, uint32_t, uint64_t
#include <optional>  // find

namespace maxwell::detail {

template <std::size_t Capacity>
class tier_book {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    using rings_type = slot_lists<Capacity>;
    using link = typename rings_type::link;

    constexpr tier_book() noexcept = default;
    constexpr explicit tier_book(std::uint64_t first_arrival) noexcept : arrivals_(first_arrival) {}

    constexpr rings_type& rings() noexcept { return rings_; }
    constexpr rings_type const& rings() const noexcept { return rings_; }

    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool is_live(std::uint32_t slot) const noexcept { return rings_.contains(slot); }

    /// The amount, and the whole bid, that `slot` has now or had last.
    constexpr price amount(std::uint32_t slot) const noexcept { return offer_[slot].amount; }
    constexpr bid bid_of(std::uint32_t slot) const noexcept {
        return {make_agent_id(slot, generation_[slot]), offer_[slot].amount, offer_[slot].units};
    }

    /// The live bid of `id`; nothing when it has none, also when its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity || !is_live(slot) || generation_[slot] != generation_of(id)) return std::nullopt;
        return bid_of(slot);
    }

    /// Did the bid of `a` come after that of `b`? Modulo 2^64: right for bids that lie up to 2^63 arrivals apart, three
    /// centuries of one each nanosecond.
    constexpr bool arrived_after(std::uint32_t a, std::uint32_t b) const noexcept {
        return static_cast<std::int64_t>(offer_[a].arrival - offer_[b].arrival) > 0;
    }

    /// May this agent bid? `ok`, `unknown_agent` or `stale_agent`. O(1).
    constexpr status admits(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < generation_[slot]) return status::stale_agent;
        return !is_live(slot) && has_retired(slot, generation_of(id)) ? status::stale_agent : status::ok;
    }

    /// Has this agent a bid to withdraw? The same, or `no_bid`. O(1).
    constexpr status admits_expiry(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < generation_[slot]) return status::stale_agent;
        if (!is_live(slot)) return has_retired(slot, generation_of(id)) ? status::stale_agent : status::no_bid;
        return generation_[slot] == generation_of(id) ? status::ok : status::no_bid;
    }

    /// May this agent retire? `ok`, also where it has before, `unknown_agent` or `stale_agent`. O(1).
    constexpr status admits_retiring(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        return generation_of(id) < generation_[slot_of(id)] ? status::stale_agent : status::ok;
    }

    /// Remembers a bid that is admitted as the newest arrival. Its slot stands in no ring, or has just left one. O(1).
    constexpr void enter(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        generation_[slot] = generation_of(b.agent);
        offer_[slot] = {arrivals_++, b.amount, b.units};
    }

    /// One bid more: its slot stood in no ring.
    constexpr void count_in() noexcept { ++size_; }

    /// The bid of `slot`, which has just left its ring, has left. O(1).
    constexpr void leave(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(is_live(slot) && size_ > 0);
        rings_.forget(slot);
        --size_;
    }

    /// The agent, whose slot has no live bid, has left in this generation. O(1).
    constexpr void retire(agent_id id) noexcept {
        generation_[slot_of(id)] = generation_of(id);
        rings_.set_note(slot_of(id), retired);
    }

    /// Does invariant 1 hold, of `linked` bids that were found in rings? O(Capacity); for tests.
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

    /// Has the agent of this generation left? Only asked of a slot without a live bid.
    constexpr bool has_retired(std::uint32_t slot, std::uint32_t generation) const noexcept {
        return rings_.note(slot) == retired && generation == generation_[slot];
    }

    std::uint64_t arrivals_ = 0;
    std::uint32_t size_ = 0;
    rings_type rings_;
    std::uint32_t generation_[Capacity] = {};
    offer offer_[Capacity] = {};
};

}  // namespace maxwell::detail
