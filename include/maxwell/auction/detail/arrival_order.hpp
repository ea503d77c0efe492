// SPDX-License-Identifier: MIT
//
// arrival_order: short arrival numbers that never run out; the part that exact containers share.
//
// A key of 64 bits has room for a price, a slot and an arrival number of 32 - log2(Slots) bits, which is used up within
// minutes or seconds. So live slots are also in a list, oldest first. When the numbers come near their end, a sweep walks
// that list and renumbers it from 0, one or two slots for each arrival, until it has caught up. The order never changes, and
// no operation renumbers more than two slots, nor, until numbers are about to run out, more than one of the costlier kind.
//
//     list     end <-> 7 <-> 2 <-> mark <-> 9 <-> 4 <-> end       circular; end is entry 0
//     number           0     1             803   811              before the mark: renumbered
//
// The mark is an entry of the list itself, so a slot that leaves beside it moves nothing else. A link is a slot plus one.
//
//     ticket   31 ......... bits | bits-1 .... 0     greater for the later arrival
//                 number         |     slot
//
// Invariants
//   1. The list holds exactly the live slots, in the order of their numbers.
//   2. Numbers given out by a sweep are below those not yet swept, and those below the numbers of new arrivals.
//   3. No number reaches the last one, so a ticket is never all ones.
//   4. The all-zero object has no live slots and begins at number 0.
//
//     operation     cost   why
//     join, leave   O(1)   a doubly linked list by index
//     sweep         O(1)   two entries of the list at most
//     memory        4 B per slot

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/prefetch.hpp>

#include <bit>      // bit_width
#include <cstddef>  // size_t
#include <cstdint>  // uint16_t, uint32_t, uint64_t

namespace maxwell::detail {

/// `Bits` is a ticket's width; less than 32 is for tests of what happens when its numbers run out again and again.
template <std::size_t Slots, int Bits = 32>
class arrival_order {
public:
    /// Bits of a ticket that hold the slot.
    static constexpr int slot_bits = Slots > 1 ? static_cast<int>(std::bit_width(Slots - 1)) : 1;
    static constexpr std::uint32_t slot_mask = (std::uint32_t{1} << slot_bits) - 1;

private:
    static constexpr std::uint64_t numbers = std::uint64_t{1} << (Bits - slot_bits);
    static_assert(Bits <= 32 && numbers >= 8 * Slots,
                  "numbers of this width would be swept all the time: 16,384 slots at most");

    /// A sweep begins `reserved` numbers before the last one. From `urgent` numbers before the last one on it takes two steps for
    /// each arrival, whatever a step costs. Then it ends after Slots + 1 more arrivals: each adds a slot and renumbers two.
    static constexpr std::uint64_t urgent = Slots + 4;
    static constexpr std::uint64_t reserved = 2 * Slots + 4 + urgent;
    static constexpr std::uint32_t due = static_cast<std::uint32_t>(numbers - reserved) << slot_bits;
    static constexpr std::uint32_t overdue = static_cast<std::uint32_t>(numbers - urgent) << slot_bits;

public:
    constexpr arrival_order() noexcept = default;

    /// Begins at number `first`, modulo the numbers that are not reserved, so that a `first` just below that many comes just
    /// before a sweep.
    constexpr explicit arrival_order(std::uint64_t first) noexcept
        : next_(static_cast<std::uint32_t>(first % numbers - (first % numbers > reserved ? reserved : 0))
                << slot_bits) {}

    static constexpr std::uint32_t slot_of_ticket(std::uint32_t ticket) noexcept { return ticket & slot_mask; }

    /// Must sweep() be called before the next join()?
    constexpr bool sweep_due() const noexcept { return next_ >= due; }

    /// Must it be called before one of the next `arrivals` calls of join()?
    constexpr bool sweep_due_within(std::size_t arrivals) const noexcept {
        return arrivals > (due - next_) >> slot_bits || sweep_due();
    }

    /// Renumbers the next slot or two, by `renumber(slot, ticket)`, which replaces the slot's old ticket by the new one.
    /// `is_dear(slot)`: is that the costlier kind? While there are enough numbers only one of those is done in a call. O(1).
    template <class Renumber, class IsDear>
    constexpr void sweep(Renumber renumber, IsDear is_dear) noexcept {
        if (!sweeping_) {
            sweeping_ = true;
            swept_ = 0;
            insert_after(mark, 0);
            return;
        }
        const bool hurry = next_ >= overdue;
        link reached = mark;
        for (int step = 0; step < 2; ++step) {
            const link l = link_[reached].next;
            if (l == 0) {  // caught up with the newest: numbers go on from here
                next_ = swept_;
                remove(mark);
                sweeping_ = false;
                return;
            }
            const bool dear = !hurry && is_dear(l - 1u);
            if (dear && step == 1) break;
            renumber(l - 1u, swept_ | (l - 1u));
            swept_ += std::uint32_t{1} << slot_bits;
            reached = l;
            if (dear) break;
        }
        remove(mark);
        insert_after(mark, reached);
    }

    /// The links of `slot` will be written soon.
    void prefetch(std::uint32_t slot) const noexcept { maxwell::prefetch_for_write(&link_[slot + 1]); }

    /// Appends `slot`, which is not in the list, and returns its ticket. O(1).
    constexpr std::uint32_t join(std::uint32_t slot) noexcept {
        const std::uint32_t ticket = next_ | slot;
        next_ += std::uint32_t{1} << slot_bits;
        const link self = static_cast<link>(slot + 1);
        const link last = link_[0].prev;
        link_[self].next = 0;
        link_[self].prev = last;
        link_[last].next = self;
        link_[0].prev = self;
        return ticket;
    }

    /// Removes `slot`, which is in the list. O(1).
    constexpr void leave(std::uint32_t slot) noexcept { remove(static_cast<link>(slot + 1)); }

    /// Is the list linked both ways, does it hold `live` slots, and do their tickets rise? `ticket(slot)` is the slot's. O(Slots).
    template <class Ticket>
    constexpr bool check_invariants(std::size_t live, Ticket ticket) const noexcept {
        std::size_t found = 0;
        std::uint64_t least = 0;  // the next ticket is at or above
        for (link l = link_[0].next, before = 0; l != 0; before = l, l = link_[l].next) {
            if (l > mark || link_[l].prev != before || found > live) return false;
            if (l == mark) continue;
            const std::uint32_t t = ticket(l - 1u);
            if (t < least || slot_of_ticket(t) != l - 1u || t >= next_) return false;
            least = std::uint64_t{t} + 1;
            ++found;
        }
        return found == live;
    }

private:
    using link = std::uint16_t;
    static constexpr link mark = static_cast<link>(Slots + 1);

    struct links {
        link next;
        link prev;
    };

    constexpr void remove(link l) noexcept {
        const link next = link_[l].next;
        const link prev = link_[l].prev;
        link_[prev].next = next;
        link_[next].prev = prev;
    }
    constexpr void insert_after(link l, link where) noexcept {
        const link next = link_[where].next;
        link_[l].next = next;
        link_[l].prev = where;
        link_[where].next = l;
        link_[next].prev = l;
    }

    std::uint32_t next_ = 0;   ///< the next arrival's ticket, its slot left out
    std::uint32_t swept_ = 0;  ///< the next ticket of the sweep
    bool sweeping_ = false;    ///< is the mark in the list?
    links link_[Slots + 2] = {};
};

}  // namespace maxwell::detail
