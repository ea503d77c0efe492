// SPDX-License-Identifier: MIT
//
// rank_rings: slots filed by rank, each rank a ring in the order of joining; the best rank, and the next, in O(1).
//
//     used_    bitmap of ranks       [ 0 1 0 0 1 0 0 0 ]        the lowest rank is the best
//     head_    rank -> first slot    [ . 2 . . 4 . . . ]
//     ring_    next and previous         2     4                the head's `prev` is the tail
//              of a slot                 7
//
// A link is a slot plus one; a slot that is in no ring has `next` 0.
//
// Invariants
//   1. A rank's bit in used_ is set exactly when its head_ is not 0.
//   2. Rings are linked both ways, and each slot is in one of them at most.
//   3. The all-zero object has no slot in any ring.
//
//     operation                       cost   why
//     join, leave, best, next_after   O(1)   a ring by index, a bitmap of constant depth
//     memory                          4 B per slot and 2 B per rank (8 and 4 from 65,535 slots on)

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t
#include <type_traits>  // conditional

namespace maxwell::detail {

template <std::size_t Slots, std::uint32_t Ranks>
class rank_rings {
public:
    /// No slot.
    static constexpr std::uint32_t nobody = static_cast<std::uint32_t>(Slots);

    /// The first slot of the best rank, or nobody.
    constexpr std::uint32_t best() const noexcept { return used_.empty() ? nobody : slot_at(head_[used_.lowest()]); }

    /// The slot after `slot`, which is in the ring of `rank`: in its ring, or the first one of the next rank, or nobody.
    constexpr std::uint32_t next_after(std::uint32_t slot, std::uint32_t rank) const noexcept {
        if (ring_[slot].next != head_[rank]) return slot_at(ring_[slot].next);
        const std::uint32_t next = used_.lowest_above(rank);
        return next == used_.none ? nobody : slot_at(head_[next]);
    }

    /// `slot`, which is in no ring, becomes the last of `rank`. An empty ring first becomes one of itself: no branch.
    constexpr void join(std::uint32_t slot, std::uint32_t rank) noexcept {
        MAXWELL_ASSERT(slot < Slots && rank < Ranks && ring_[slot].next == 0);
        const link self = static_cast<link>(slot + 1);
        ring_[slot].prev = self;
        const link head = head_[rank] != 0 ? head_[rank] : self;
        const link tail = ring_[slot_at(head)].prev;
        head_[rank] = head;
        ring_[slot].next = head;
        ring_[slot].prev = tail;
        ring_[slot_at(tail)].next = self;
        ring_[slot_at(head)].prev = self;
        used_.set(rank);
    }

    /// `slot`, which is in the ring of `rank`, leaves it.
    constexpr void leave(std::uint32_t slot, std::uint32_t rank) noexcept {
        const link self = static_cast<link>(slot + 1);
        const link next = ring_[slot].next;
        MAXWELL_ASSERT(next != 0);
        if (next == self) {
            head_[rank] = 0;
            used_.clear(rank);
        } else {
            const link prev = ring_[slot].prev;
            ring_[slot_at(prev)].next = next;
            ring_[slot_at(next)].prev = prev;
            if (head_[rank] == self) head_[rank] = next;
        }
        ring_[slot].next = 0;
    }

    /// Is `slot` in a ring?
    constexpr bool holds(std::uint32_t slot) const noexcept { return ring_[slot].next != 0; }

    /// Do the invariants hold, is every slot in the ring of rank_of(slot), and do `later(a, b)`, for b behind a, hold in all of
    /// them? O(Slots + Ranks).
    template <class RankOf, class Later>
    constexpr bool check_invariants(RankOf rank_of, Later later) const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t rank = 0; rank < Ranks; ++rank) {
            if (used_.contains(rank) != (head_[rank] != 0)) return false;
            if (head_[rank] == 0) continue;
            std::uint32_t slot = slot_at(head_[rank]);
            do {
                if (++linked > Slots || rank_of(slot) != rank) return false;
                const link next = ring_[slot].next;
                if (next == 0 || next > Slots || slot_at(ring_[slot_at(next)].prev) != slot) return false;
                if (next != head_[rank] && !later(slot, slot_at(next))) return false;
                slot = slot_at(next);
            } while (slot != slot_at(head_[rank]));
        }
        for (links const& r : ring_) linked -= r.next != 0 ? 1 : 0;
        return linked == 0 && used_.check_invariants();
    }

private:
    using link = std::conditional_t<(Slots < 65535), std::uint16_t, std::uint32_t>;
    struct links {
        link next;
        link prev;
    };
    static constexpr std::uint32_t slot_at(link l) noexcept { return l - 1u; }

    hierarchical_bitmap<Ranks> used_;
    link head_[Ranks] = {};
    links ring_[Slots] = {};
};

}  // namespace maxwell::detail
