// SPDX-License-Identifier: MIT
//
// rotation: a set of small integers whose members are returned in turn, in ascending order, round after round.
//
//     members 1 4 6      next() 1, 4, 6, 1, 4, ...      a member that joins has its turn in this round or the next
//
// For work on many agents of which each quantum does a small part.
//
// Invariant: the hand is the member, or the former member, that next() returned last; 0 at first.
//
//     operation           cost
//     set, clear, next    O(levels of the bitmap), 1 to 4

#pragma once

#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t

namespace maxwell {

template <std::size_t Size>
class rotation {
public:
    /// Is `i`, any number, a member? O(1).
    constexpr bool contains(std::uint32_t i) const noexcept { return members_.contains(i); }
    constexpr bool empty() const noexcept { return members_.empty(); }

    /// Makes `i`, which is below Size, a member, or no longer one. O(1).
    constexpr void set(std::uint32_t i) noexcept { members_.set(i); }
    constexpr void clear(std::uint32_t i) noexcept {
        if (!empty()) members_.clear(i);  // most rotations are empty, and that is one word
    }

    /// Returns the next member above the one returned last or, if none is above it, the least member; Size if there are no
    /// members. O(1).
    constexpr std::uint32_t next() noexcept {
        if (members_.empty()) return static_cast<std::uint32_t>(Size);
        const std::uint32_t above = members_.lowest_above(hand_);
        hand_ = above != members_.none ? above : members_.lowest();
        return hand_;
    }

    /// Does the invariant hold? O(Size / 64); for tests.
    constexpr bool check_invariants() const noexcept { return members_.check_invariants() && hand_ < Size; }

private:
    std::uint32_t hand_ = 0;
    hierarchical_bitmap<Size> members_;
};

}  // namespace maxwell
