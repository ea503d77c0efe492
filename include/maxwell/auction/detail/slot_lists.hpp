// SPDX-License-Identifier: MIT
//
// slot_lists: queues of slots, any number of them, in one pair of links per slot.
//
// A queue is a circular list. The `prev` of its head is its tail, so the owner of a queue keeps one link for both ends. A slot
// is in one list at a time.
//
//     head --> 9 <-> 2 <-> 7        next: 9 -> 2 -> 7 -> 9
//              ^-----------^        prev: 9 -> 7, the tail
//
// A link is a slot plus one, so in the all-zero object no slot is in a list.
//
// Invariants
//   1. A slot is in a list exactly if its `next` is not 0; a head of 0 is the empty list.
//   2. at(at(l).next).prev == l for each link l in a list.
//   3. The `prev` of a slot in no list holds a note of the owner's.
//
//     operation                          cost   why
//     join_back, join_front, leave       O(1)   two neighbours
//     memory                             4 B per slot (8 from a Capacity of 65,535 on)
//
// Speed: links are an array of their own, 4 bytes a slot, so neighbours come from the first-level cache. Joining has no branch
// on whether the list was empty: for spread-out bids half of such branches are mispredicted, which costs more than the few
// instructions they save (docs/dead_ends.md has the figures).

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/prefetch.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t
#include <type_traits>  // conditional

namespace maxwell::detail {

template <std::size_t Capacity>
class slot_lists {
public:
    using link = std::conditional_t<(Capacity < 65535), std::uint16_t, std::uint32_t>;  ///< a slot plus one; 0: none

    static constexpr link link_to(std::uint32_t slot) noexcept { return static_cast<link>(slot + 1); }
    static constexpr std::uint32_t slot_at(link l) noexcept { return l - 1u; }

    /// Is `slot` in a list?
    constexpr bool contains(std::uint32_t slot) const noexcept { return links_[slot].next != 0; }

    /// The neighbours of `slot`, which is in a list; its own link if it is alone.
    constexpr link next(std::uint32_t slot) const noexcept { return links_[slot].next; }
    constexpr link prev(std::uint32_t slot) const noexcept { return links_[slot].prev; }

    /// The note of `slot`, which is in no list; 0 after it has left one.
    constexpr link note(std::uint32_t slot) const noexcept { return links_[slot].prev; }
    constexpr void set_note(std::uint32_t slot, link n) noexcept {
        MAXWELL_ASSERT(!contains(slot));
        links_[slot].prev = n;
    }

    /// The links of `slot` will be written soon.
    void prefetch(std::uint32_t slot) const noexcept { maxwell::prefetch_for_write(&links_[slot]); }

    /// `slot`, which is in no list or has just left one, becomes the tail of the list of `head`. An empty list first becomes one
    /// of the slot itself, so nothing branches. O(1).
    constexpr void join_back(std::uint32_t slot, link& head) noexcept {
        const link self = link_to(slot);
        MAXWELL_ASSERT(slot < Capacity && head != self);
        links_[slot].prev = self;
        const link first = head != 0 ? head : self;
        const link tail = at(first).prev;
        head = first;
        links_[slot].next = first;
        links_[slot].prev = tail;
        at(tail).next = self;
        at(first).prev = self;
    }

    /// The same, and it becomes the head: a circular list begins where its owner says. O(1).
    constexpr void join_front(std::uint32_t slot, link& head) noexcept {
        join_back(slot, head);
        head = link_to(slot);
    }

    /// Takes `slot` out of the list of `head`, which it is in, and returns whether it was the last. Its own links stay as they are
    /// until forget(). O(1).
    constexpr bool leave(std::uint32_t slot, link& head) noexcept {
        const link self = link_to(slot);
        MAXWELL_ASSERT(contains(slot) && head != 0);
        if (Capacity == 1 || links_[slot].next == self) {
            head = 0;
            return true;
        }
        bypass(slot);
        if (head == self) head = links_[slot].next;
        return false;
    }

    /// Closes the list, which has others, over `slot`; the head and the slot's own links stay as they are. O(1).
    constexpr void bypass(std::uint32_t slot) noexcept {
        // Reads each link separately: they were stored separately, and one wider load would wait until both stores reach the cache.
        const link next = links_[slot].next;
        const link prev = links_[slot].prev;
        MAXWELL_ASSERT(at(prev).next == link_to(slot) && at(next).prev == link_to(slot));
        at(prev).next = next;
        at(next).prev = prev;
    }

    /// Clears the links and the note of `slot`, which has left its list. O(1).
    constexpr void forget(std::uint32_t slot) noexcept { links_[slot] = {}; }

    /// Calls `visit(slot)` for each slot in the list of `head`, from there on, while it returns true. Were all visited, none
    /// linked wrongly, and are they at most `most`? O(slots in the list).
    template <class Visit>
    constexpr bool visits_all(link head, std::size_t most, Visit visit) const noexcept {
        std::size_t seen = 0;
        for (link l = head; l != 0;) {
            if (l > Capacity || ++seen > most || !visit(slot_at(l))) return false;
            const link following = next(slot_at(l));
            if (following == 0 || following > Capacity || prev(slot_at(following)) != l) return false;
            l = following != head ? following : link{0};
        }
        return true;
    }

private:
    struct pair {
        link next;  ///< in the list, the tail's is the head; 0: in none
        link prev;
    };

    constexpr pair& at(link l) noexcept { return links_[std::size_t{l} - 1]; }

    pair links_[Capacity] = {};
};

static_assert(sizeof(slot_lists<1000>) == 4000 && sizeof(slot_lists<65534>) == 4 * std::size_t{65534});
static_assert(sizeof(slot_lists<65535>) == 8 * std::size_t{65535});

}  // namespace maxwell::detail
