// SPDX-License-Identifier: MIT
//
// bid_lifetimes: withdraws the bids of agents that crashed while bidding, a fixed number of slots per quantum.
//
// An agent that crashes leaves its last bid in, and a high bid would win for ever. So each bid has a lifetime, and an agent renews
// its bid by bidding again. The host notes the time of each bid; a hand goes round the slots and withdraws bids that are too old.
//
//     renewed_    by slot: the quantum of its newest bid     [ 90 | 97 | 12 | 95 | 96 | 40 | .. ]   now 100, lifetime 50
//                                                                        ^ hand: too old, withdrawn
//
// Time is a counter of the caller's, of quanta or of anything else, and can wrap. A crashed agent's bid leaves after `lifetime`
// and before lifetime + Capacity / slots further calls of withdraw_old(slots). What is withdrawn depends on time alone and never
// on an amount, so truthful bidding stays dominant.
//
// Invariant: hand_ is below Capacity. The all-zero object has noted nothing.
//
//     operation       cost       why
//     insert, renew   O(1)       one store beside the container's insert
//     withdraw_old    O(slots)   one look at each, and the container's expire for a bid that is too old
//     memory          4 B per slot

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // a slot's bid

namespace maxwell {

template <std::size_t Capacity>
class bid_lifetimes {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    /// Enters `b` into `a` and, if that returns `ok`, notes `now` as the bid's time. Returns what a.insert(b) returns and costs as
    /// much.
    template <browsable_auction A>
    constexpr status insert(A& a, bid const& b, std::uint32_t now) noexcept {
        const status s = a.insert(b);
        if (s == status::ok) renew(b.agent, now);
        return s;
    }

    /// Notes `now` as the time at which the bid of `id` was made or confirmed. Ignores a slot that is not below Capacity. O(1).
    constexpr void renew(agent_id id, std::uint32_t now) noexcept {
        if (slot_of(id) < Capacity) renewed_[slot_of(id)] = now;
    }

    /// Looks at the next `slots` slots, at most Capacity, and withdraws each live bid that was renewed more than `lifetime` ago;
    /// `lifetime` is below 2^31. Returns how many. Bids that entered `a` without insert() or renew() have the time 0. O(slots).
    template <browsable_auction A>
    constexpr std::size_t withdraw_old(A& a, std::uint32_t now, std::uint32_t lifetime,
                                       std::size_t slots = 2) noexcept {
        static_assert(A::capacity() <= Capacity, "every slot of the container has a lifetime");
        MAXWELL_ASSERT(hand_ < Capacity && lifetime < 0x8000'0000u);
        std::size_t withdrawn = 0;
        for (std::size_t n = slots < Capacity ? slots : Capacity; n > 0; --n) {
            const std::uint32_t slot = hand_;
            hand_ = slot + 1 < Capacity ? slot + 1 : 0;
            const std::optional<bid> live = a.find_slot(slot);
            if (live && now - renewed_[slot] > lifetime && a.expire(live->agent) == status::ok) ++withdrawn;
        }
        return withdrawn;
    }

private:
    std::uint32_t hand_ = 0;
    std::uint32_t renewed_[Capacity] = {};
};

static_assert(sizeof(bid_lifetimes<1000>) == 4004);

}  // namespace maxwell
