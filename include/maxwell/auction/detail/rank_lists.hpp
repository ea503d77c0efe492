// SPDX-License-Identifier: MIT
//
// rank_lists: slots filed by rank, each rank a ring in the order of joining; the best rank, and the next, in O(1).
//
//     used_    bitmap of ranks       [ 0 1 0 0 1 0 0 0 ]        the lowest rank is the best
//     head_    rank -> first slot    [ . 2 . . 4 . . . ]
//     rings_   the slots of a rank       2     4
//                                        7
//
// Invariants
//   1. A rank's bit in used_ is set exactly when its head_ is not 0.
//   2. The all-zero object has no slot in any ring.
//
//     operation                       cost   why
//     join, leave, best, next_after   O(1)   a ring by index, a bitmap of constant depth
//     memory                          4 B per slot and 2 B per rank (8 and 4 from 65,535 slots on)

#pragma once

#include <maxwell/auction/detail/slot_lists.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t

namespace maxwell::detail {

template <std::size_t Slots, std::uint32_t Ranks>
class rank_lists {
    using rings = slot_lists<Slots>;
    using link = typename rings::link;

public:
    /// No slot.
    static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(Slots);

    /// The first slot of the best rank, or nobody.
    constexpr std::uint32_t best() const noexcept {
        return used_.empty() ? no_slot : rings::slot_at(head_[used_.lowest()]);
    }

    /// The slot after `slot`, which is in the ring of `rank`: in its ring, or the first one of the next rank, or nobody.
    constexpr std::uint32_t next_after(std::uint32_t slot, std::uint32_t rank) const noexcept {
        const link next = rings_.next(slot);
        if (next != head_[rank]) return rings::slot_at(next);
        const std::uint32_t next_rank = used_.lowest_above(rank);
        return next_rank == used_.none ? no_slot : rings::slot_at(head_[next_rank]);
    }

    /// `slot`, which is in no ring, becomes the last of `rank`.
    constexpr void join(std::uint32_t slot, std::uint32_t rank) noexcept {
        MAXWELL_ASSERT(slot < Slots && rank < Ranks && !rings_.contains(slot));
        rings_.join_back(slot, head_[rank]);
        used_.set(rank);
    }

    /// `slot`, which is in the ring of `rank`, leaves it.
    constexpr void leave(std::uint32_t slot, std::uint32_t rank) noexcept {
        MAXWELL_ASSERT(rings_.contains(slot));
        if (rings_.leave(slot, head_[rank])) used_.clear(rank);
        rings_.forget(slot);
    }

    /// Is `slot` in a ring?
    constexpr bool holds(std::uint32_t slot) const noexcept { return rings_.contains(slot); }

    /// Do the invariants hold, is every slot in the ring of rank_of(slot), and do `later(a, b)`, for b behind a, hold in all of
    /// them? O(Slots + Ranks).
    template <class RankOf, class Later>
    constexpr bool check_invariants(RankOf rank_of, Later later) const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t rank = 0; rank < Ranks; ++rank) {
            if (used_.contains(rank) != (head_[rank] != 0)) return false;
            const std::size_t before = linked;
            std::uint32_t last = 0;
            const bool in_order = rings_.visits_all(head_[rank], Slots, [&](std::uint32_t slot) noexcept {
                const bool behind = linked++ == before || later(last, slot);
                last = slot;
                return behind && rank_of(slot) == rank;
            });
            if (!in_order) return false;
        }
        for (std::uint32_t slot = 0; slot < Slots; ++slot) linked -= rings_.contains(slot) ? 1 : 0;
        return linked == 0 && used_.check_invariants();
    }

private:
    hierarchical_bitmap<Ranks> used_;
    link head_[Ranks] = {};
    rings rings_;
};

}  // namespace maxwell::detail
