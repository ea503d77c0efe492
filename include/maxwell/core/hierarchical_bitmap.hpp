// SPDX-License-Identifier: MIT
//
// hierarchical_bitmap: a set of small integers that finds its lowest member in one load per level.
//
// A 64-ary tree of bits: a bit of one level says that its word on the level below is not zero. Two levels hold 4,096
// members, three 262,144, four 16.7 million, so the depth is a constant and no operation scans. It looks for the lowest
// member because counting trailing zeros gives that index without a subtraction.
//
//     level 1 (root)   [ 1 0 0 ... 1 ]                      1 word
//                        |         |
//     level 0   [ 0110.. ][ 0 ] ... [ 1000.. ]              1 bit per member
//
// Invariants
//   1. A bit above level 0 is set exactly if its word below is not zero.
//   2. Bits at or above Size are never set.
//   3. The all-zero object is the empty set.
//
//     operation                   cost        why
//     set, clear, lowest          O(levels)   one word per level, levels = ceil(log64 Size), at most 4
//     lowest_above, drop_lowest   O(levels)   up until a word has a higher bit, then down
//     contains, empty             O(1)        one word
//
// The idea is van Emde Boas' cut to the machine's word; schedulers know it as find-first-set queues (Linux O(1), Eiffel).

#pragma once

#include <maxwell/core/assert.hpp>

#include <bit>      // countr_zero
#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

template <std::size_t Size>
class hierarchical_bitmap {
    static_assert(Size > 0 && Size <= (std::size_t{1} << 24), "four levels of 64");

public:
    using index_type = std::uint32_t;

    /// Returned if there is no such member: no member has this value.
    static constexpr index_type none = static_cast<index_type>(Size);

    /// Members are below this. Exactly what was asked for.
    static constexpr std::size_t size() noexcept { return Size; }

    constexpr bool empty() const noexcept { return word_[offset(levels - 1)] == 0; }

    /// Is `i` a member? False for an `i` at or above size(). O(1).
    constexpr bool contains(index_type i) const noexcept { return i < Size && (word_[i / 64] >> (i % 64) & 1u) != 0; }

    /// Makes `i`, which is below size(), a member. O(levels).
    constexpr void set(index_type i) noexcept {
        MAXWELL_ASSERT(i < Size);
        for (int level = 0; level < levels; ++level, i /= 64) word_[word_of(level, i)] |= bit(i);
    }

    /// Takes `i`, which is below size(), out of the set, whether or not it was in. O(levels).
    constexpr void clear(index_type i) noexcept {
        MAXWELL_ASSERT(i < Size);
        for (int level = 0; level < levels; ++level, i /= 64) {
            if ((word_[word_of(level, i)] &= ~bit(i)) != 0) return;
        }
    }

    /// The least member. The set must not be empty. O(levels).
    constexpr index_type lowest() const noexcept {
        MAXWELL_ASSERT(!empty());
        return descend(levels, 0);
    }

    /// The least member greater than `i`, which is below size(), or `none`. O(levels).
    constexpr index_type lowest_above(index_type i) const noexcept {
        MAXWELL_ASSERT(i < Size);
        for (int level = 0; level < levels; ++level, i /= 64) {
            const std::uint64_t higher = word_[word_of(level, i)] & (~std::uint64_t{1} << (i % 64));
            if (higher != 0) return descend(level, i / 64 * 64 + low_bit(higher));
        }
        return none;
    }

    /// Takes `lowest`, which is the least member, out of the set and returns the new least member, or `none`. Cheaper than
    /// clear() and lowest(), which starts from the root. O(levels).
    constexpr index_type drop_lowest(index_type lowest) noexcept {
        MAXWELL_ASSERT(!empty() && lowest == this->lowest());
        for (int level = 0; level < levels; ++level, lowest /= 64) {
            const std::uint64_t rest = word_[word_of(level, lowest)] &= ~bit(lowest);
            if (rest != 0) return descend(level, lowest / 64 * 64 + low_bit(rest));
        }
        return none;
    }

    /// Do invariants 1 and 2 hold? O(Size/64); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        for (int level = 0; level < levels; ++level) {
            const std::size_t members = level == 0 ? Size : words(level - 1);
            for (std::size_t i = 0; i < words(level) * 64; ++i) {
                const bool is_set = (word_[offset(level) + i / 64] >> (i % 64) & 1u) != 0;
                if (i >= members ? is_set : level > 0 && is_set != (word_[offset(level - 1) + i] != 0)) return false;
            }
        }
        return true;
    }

private:
    /// Words on `level`.
    static constexpr std::size_t words(int level) noexcept {
        std::size_t n = (Size + 63) / 64;
        for (; level > 0; --level) n = (n + 63) / 64;
        return n;
    }
    /// Where `level` begins in word_.
    static constexpr std::size_t offset(int level) noexcept {
        std::size_t n = 0;
        for (int below = 0; below < level; ++below) n += words(below);
        return n;
    }
    static constexpr int levels = Size <= 64 ? 1 : Size <= 4096 ? 2 : Size <= 262144 ? 3 : 4;

    /// The word of bit `i` of `level`. The root is one word, which saves a shift.
    static constexpr std::size_t word_of(int level, index_type i) noexcept {
        return offset(level) + (level == levels - 1 ? 0 : i / 64);
    }
    static constexpr std::uint64_t bit(index_type i) noexcept { return std::uint64_t{1} << (i % 64); }

    /// The lowest set bit of `word`, which is not 0. Without assertions the compiler has to be told so: otherwise it follows
    /// bit 64 of an empty word into the next level, and warns of an access out of bounds.
    static constexpr index_type low_bit(std::uint64_t word) noexcept {
        MAXWELL_ASSERT(word != 0);
        if (word == 0) __builtin_unreachable();
        return static_cast<index_type>(std::countr_zero(word));
    }

    /// The least member under bit `i` of `level`, which is set; `level` may be one above the root, with i = 0.
    constexpr index_type descend(int level, index_type i) const noexcept {
        while (level-- > 0) i = i * 64 + low_bit(word_[offset(level) + i]);
        return i;
    }

    std::uint64_t word_[offset(levels)] = {};
};

static_assert(sizeof(hierarchical_bitmap<64>) == 8);
static_assert(sizeof(hierarchical_bitmap<4096>) == 65 * sizeof(std::uint64_t));

}  // namespace maxwell
