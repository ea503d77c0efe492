// SPDX-License-Identifier: MIT
//
// sum_tree: weights by slot, laid end to end as intervals; finds the slot whose interval contains a number.
//
// Leaves hold weights, every other node the sum of its two children: the partial sums of a lottery (Waldspurger and Weihl 1994,
// "tree-based lottery"), with the depth fixed at compile time.
//
//     node_[1]              10                 total
//                      .----'----.
//     node_[2], [3]    7         3             find(8): 8 >= 7, so right with 1; 1 < 2, so left: slot 2, offset 1
//                   .--'--.   .--'--.
//     leaves        3     4   2     1          node_[N + slot]
//
// Invariants
//   1. node_[i] is node_[2i] + node_[2i + 1], for 0 < i < N; for N = 1 node_[1] is the leaf.
//   2. The all-zero object has no weight anywhere.
//
//     operation   cost       why
//     total       O(1)       one load
//     set, find   O(log N)   one path

#pragma once

#include <maxwell/core/assert.hpp>

#include <bit>      // bit_ceil
#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell::detail {

template <std::size_t N>
class sum_tree {
    static_assert(N > 0 && N <= (std::size_t{1} << 24), "sums of 2^24 weights of 2^32 fit");

public:
    /// The position of a number: in the interval of `slot`, `offset` above its beginning.
    struct place {
        std::uint32_t slot;
        std::uint64_t offset;
    };

    constexpr std::uint64_t total() const noexcept { return node_[1]; }
    constexpr std::uint64_t weight(std::uint32_t slot) const noexcept { return node_[N + slot]; }

    /// Makes `weight` the weight of `slot`, which is below N. O(log N).
    constexpr void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        const std::uint64_t more = weight - node_[N + slot];  // modulo 2^64
        for (std::size_t i = N + slot; i > 0; i /= 2) node_[i] += more;
    }

    /// The position of `number`, which is below total(). O(log N).
    constexpr place find(std::uint64_t number) const noexcept {
        MAXWELL_ASSERT(number < total());
        std::size_t i = 1;
        while (i < N) {
            const std::uint64_t left = node_[2 * i];
            const bool right = number >= left;
            number -= right ? left : 0;
            i = 2 * i + (right ? 1 : 0);
        }
        return {static_cast<std::uint32_t>(i - N), number};
    }

    /// The slot whose interval is the `i`-th from the left. Leaves of the lower of two levels come first. O(1).
    static constexpr std::uint32_t slot_from_left(std::uint32_t i) noexcept {
        MAXWELL_ASSERT(i < N);
        return static_cast<std::uint32_t>((std::bit_ceil(N) - N + i) % N);
    }

    constexpr bool check_invariants() const noexcept {
        for (std::size_t i = 1; i < N; ++i) {
            if (node_[i] != node_[2 * i] + node_[2 * i + 1]) return false;
        }
        return true;
    }

private:
    std::uint64_t node_[2 * N] = {};
};

}  // namespace maxwell::detail
