// SPDX-License-Identifier: MIT
//
// winner_tree: the greatest of N keys, kept by replaying one path; the part that exact containers share.
//
// Leaves hold keys, 0 for none; every other node holds the greater of its two children. A change of one leaf replays the
// matches on its path to the root. The depth is a compile-time constant and every match is a compare and a conditional move,
// so loads don't wait for compares, nothing is mispredicted, and adversarial keys cost what random ones do.
//
//     node_[1]                   9              the root: the greatest key
//                          .-----'-----.
//     node_[2], [3]        9           6        parent of i: i / 2; its sibling: i ^ 1
//                       .--'--.     .--'--.
//     node_[4] .. [7]   4     9     6     2
//                          .--'--.
//     node_[8], [9]        9     7
//
// Leaves are node_[N + slot]. For an N that is no power of two they are on two levels: here N = 5, leaves 5 to 9. The first match
// of a leaf on the upper level is against node_[0], which is always 0, and stays on that level: so all paths have the same length.
//
// Invariants
//   1. node_[i] is the greater of node_[2i] and node_[2i + 1], for 0 < i < N.
//   2. node_[0] is 0.
//   3. The all-zero object is the tree without keys.
//
//     operation        cost         why
//     root, leaf       O(1)         one load
//     is_ahead         O(1)         two loads
//     set              O(log N)     depth = ceil(log2 N) matches
//     rebuild          O(N)         after many set_leaf: every match once
//     rival            O(log N)     the same path, read only
//     greatest_below   O(m log N)   subtrees whose greatest key is below are not entered
//     rename           O(log N)     upward while the node still holds the old key: 2 nodes on average over all leaves
//
// Tournament trees: Knuth, The Art of Computer Programming, volume 3, 5.4.1.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/prefetch.hpp>

#include <bit>          // bit_width
#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_constant_evaluated

namespace maxwell::detail {

template <std::size_t N>
class winner_tree {
    static_assert(N > 0 && N <= (std::size_t{1} << 24), "a tree has 1 to 2^24 leaves");

public:
    using key = std::uint64_t;

    /// The greatest key; 0 when there is none. O(1).
    constexpr key root() const noexcept { return node_[1]; }

    /// The key of `slot`, which is below N. O(1).
    constexpr key leaf(std::uint32_t slot) const noexcept { return node_[N + slot]; }

    /// Prefetches, for a set(slot) soon, the cache lines of its path that few other paths share. O(1).
    void prefetch(std::uint32_t slot) const noexcept {
        std::size_t node = N + slot;
        for (int level = 0; level < depth && level < 4; ++level, node /= 2) maxwell::prefetch_for_write(&node_[node]);
    }

    /// Makes `k` the key of `slot`; returns the new root. O(log N).
    constexpr key set(std::uint32_t slot, key k) noexcept {
        std::size_t i = N + slot;
        node_[i] = k;
        if constexpr (two_levels) {
            const std::size_t step = i >> depth;  // 1 from the lower level; 0: stays on its level, against node_[0]
            const key other = node_[(i ^ 1) & (0 - step)];
            k = other > k ? other : k;
            i >>= step;
            node_[i] = k;
        }
#ifndef __NVCC__  // has no such pragma
#pragma GCC unroll 24
#endif
        for (int level = two_levels ? 1 : 0; level < depth; ++level) {
            const std::size_t sibling = sibling_of(i);
            const key other = node_[sibling];
            k = other > k ? other : k;
            i = sibling / 2;
            node_[i] = k;
        }
        return k;
    }

    /// Makes `k` the key of `slot` without the matches above it: rebuild() must follow. O(1).
    constexpr void set_leaf(std::uint32_t slot, key k) noexcept { node_[N + slot] = k; }

    /// Plays all matches, from the leaves up. O(N).
    constexpr void rebuild() noexcept {
        for (std::size_t i = N - 1; i > 0; --i) {
            const key left = node_[2 * i];
            const key right = node_[2 * i + 1];
            node_[i] = left > right ? left : right;
        }
    }

    /// The greatest key of all but `slot`; 0 when there is none. O(log N).
    constexpr key rival(std::uint32_t slot) const noexcept {
        std::size_t i = N + slot;
        key k = 0;
        if constexpr (two_levels) {
            const std::size_t step = i >> depth;
            k = node_[(i ^ 1) & (0 - step)];
            i >>= step;
        }
#ifndef __NVCC__  // has no such pragma
#pragma GCC unroll 24
#endif
        for (int match = two_levels ? 1 : 0; match < depth; ++match) {
            const std::size_t sibling = sibling_of(i);
            const key other = node_[sibling];
            k = other > k ? other : k;
            i = sibling / 2;
        }
        return k;
    }

    /// Has `slot`, which has a key, won its first two matches? O(1).
    constexpr bool is_ahead(std::uint32_t slot) const noexcept { return node_[(N + slot) / 4] == node_[N + slot]; }

    /// Replaces the key of `slot`, which has one, by `k`, if that changes the outcome of no match. Stops at node_[0], which
    /// holds no key, if not before. O(log N), two nodes on average over all leaves.
    constexpr void rename(std::uint32_t slot, key k) noexcept {
        std::size_t i = N + slot;
        const key old = node_[i];
        MAXWELL_ASSERT(old != 0);
        do {
            node_[i] = k;
            i /= 2;
        } while (node_[i] == old);
    }

    /// Returns the greatest key below `bound`, 0 if there is none. A leaf at or above `bound` counts as `at_leaf(slot)` instead.
    /// O(m log N) for m keys at or above `bound`, and never more than O(N).
    template <class AtLeaf>
    constexpr key greatest_below(key bound, AtLeaf at_leaf) const noexcept {
        key best = 0;
        std::uint32_t open[depth + 1] = {1};
        for (int n = 1; n > 0;) {
            const std::uint32_t i = open[--n];
            key k = node_[i];
            if (k >= bound && i < N) {
                open[n++] = 2 * i;
                open[n++] = 2 * i + 1;
                continue;
            }
            if (k >= bound) k = at_leaf(i - static_cast<std::uint32_t>(N));
            best = k > best ? k : best;
        }
        return best;
    }

    /// Do the invariants hold? O(N).
    constexpr bool check_invariants() const noexcept {
        if (node_[0] != 0) return false;
        for (std::size_t i = 1; i < N; ++i) {
            const key left = node_[2 * i];
            const key right = node_[2 * i + 1];
            if (node_[i] != (left > right ? left : right)) return false;
        }
        return true;
    }

private:
    /// i ^ 1, hidden from the optimiser, which would compute each level's indices from the leaf's, at a copy more per level. The
    /// parent of the sibling is the parent of i, so one register goes all the way up.
    static constexpr std::size_t sibling_of(std::size_t i) noexcept {
        i ^= 1;
        if (!std::is_constant_evaluated()) asm("" : "+r"(i));  // no instruction
        return i;
    }

    static constexpr int depth = static_cast<int>(std::bit_width(2 * N - 1)) - 1;
    static constexpr bool two_levels = (N & (N - 1)) != 0;

    key node_[2 * N] = {};
};

}  // namespace maxwell::detail
