// SPDX-License-Identifier: MIT
//
// equal_depth: boundaries between tiers that hold about as many bids each, cut from the bids that were counted.
//
// The quantile sketch is made of the tiers themselves. It counts the bids of a period by tier; the next boundaries divide
// that count into equal parts. A boundary inside a tier is interpolated as if the tier's bids were spread evenly: by price up to
// 2^24, by octaves above, where a tier can span eight. So tiers that held too many bids are narrower after the next cut.
//
// Every tier weighs one part more than its bids. So where there were no bids, every second edge stays. Without that, a tier
// far too wide for its bids would be cut in the wrong spots, its neighbours' edges would be gone, and the next cut would
// err to the other side, without end. Where each tier holds one part, nothing changes.
//
//     tier_edges       0 |         16 |        64 |   256 |         four tiers, parts of 4 bids
//     counted            1             6            8         1     16 bids
//     weight             1+4           6+4          8+4       1+4   32: the next edges have 8, 16, and 24 of it below
//     the next         0 |          30 |   80 |  208 |              3/10 into the second tier, 1/12 and 9/12 into the third
//
// Error. Of the bids counted, a new tier holds at most two parts, and what interpolation misjudged in the two old tiers that
// contain its edges. So once no tier holds more than its part, and bids stay distributed as they are, none will hold many more.
// Where amounts repeat, edges would coincide; instead each is at least one tick above the one before.
//
// Invariants
//   1. Edges rise strictly from 0.
//   2. total_ is the number of bids counted, at most Period; until cutting begins, it is the sum of count_.
//   3. The all-zero tier_edges are those of First, the all-zero equal_depth has counted nothing.
//
//     operation                  cost           why
//     tier_edges::index          O(sqrt Count)  two counts without branches, 16 compares each at 256 tiers
//     record                     O(1)           one counter
//     cut_step                   O(1)           one tier passed or one edge made: 2 Count - 1 of them are a cut
//     memory                     4 B per tier for edges, 2 B for counters (4 from a Period of 65,536 on)
//
// Equi-depth histograms are the database literature's (Piatetsky-Shapiro and Connell, SIGMOD 1984); that the buckets of one
// period are the sketch of the next is what keeps it small enough for a first-level cache.

#pragma once

#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/log_linear.hpp>

#include <bit>          // bit_width
#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <type_traits>  // conditional

namespace maxwell::detail {

/// As many tiers as First has, with First's boundaries until others are in force.
template <tier_map First>
class tier_edges {
public:
    static constexpr std::uint32_t count = First::count;

    /// The tier of `p`. O(sqrt count), in two counts without a branch.
    constexpr std::uint32_t index(price p) const noexcept { return made_ ? search(p) : First::index(p); }

    /// The least price of `tier`, which is below count. O(1).
    constexpr price lower_edge(std::uint32_t tier) const noexcept {
        MAXWELL_ASSERT(tier < count);
        return made_ ? lower_[tier] : First::lower_edge(tier);
    }

    /// The least edge at or above `p`, and the least one above `p`; max_price if there is none. O(log count).
    constexpr price at_or_above(price p) const noexcept {
        const std::uint32_t tier = index(p);
        return lower_edge(tier) == p ? p : edge_after(tier);
    }
    constexpr price above(price p) const noexcept { return edge_after(index(p)); }

    /// The edge after that of `tier`, which is below count; max_price if there is none. O(1).
    constexpr price edge_after(std::uint32_t tier) const noexcept {
        return tier + 1 < count ? lower_edge(tier + 1) : max_price;
    }

    /// Is there an edge at or above `p`?
    constexpr bool reaches(price p) const noexcept { return lower_edge(count - 1) >= p; }

    /// Makes the edge of `tier`, which is not 0: tier 0 begins at 0. Edges come into force together, by put_in_force().
    constexpr void make(std::uint32_t tier, price edge) noexcept {
        lower_[tier] = edge;
        if (tier % width == 0) row_[tier / width] = edge;
    }
    constexpr void put_in_force() noexcept {
        for (std::uint32_t tier = count; tier < rows * width; ++tier) lower_[tier] = max_price;
        made_ = true;
    }

    /// Does invariant 1 hold? O(count); for tests.
    constexpr bool check_invariants() const noexcept {
        for (std::uint32_t tier = 1; tier < count; ++tier) {
            if (lower_edge(tier) <= lower_edge(tier - 1)) return false;
        }
        return lower_edge(0) == 0;
    }

private:
    /// Counts the rows that begin at or below `p`, then the edges of the last of them. Only the load between the two loops waits
    /// for a compare, and the compiler vectorises both loops where the target allows it.
    constexpr std::uint32_t search(price p) const noexcept {
        std::uint32_t begun = 0;  // rows and edges at or below p, the first of them always, since it is 0
        for (std::size_t r = 0; r < rows; ++r) begun += row_[r] <= p ? 1 : 0;
        price const* const edge = lower_ + std::size_t{begun - 1} * width;
        std::uint32_t passed = 0;
        for (std::size_t t = 0; t < width; ++t) passed += edge[t] <= p ? 1 : 0;
        const std::uint32_t tier = (begun - 1) * width + passed - 1;
        return tier < count ? tier : count - 1;  // edges beyond the last one are the highest price
    }
    /// Edges in a row: the least power of two with which there are no more rows than that.
    static constexpr std::uint32_t width = std::uint32_t{1} << (std::bit_width(count - 1) + 1) / 2;
    static constexpr std::uint32_t rows = (count + width - 1) / width;

    bool made_ = false;
    price row_[rows] = {};  ///< the first edge of each row of lower_
    price lower_[rows * width] = {};
};

/// Counts the bids of a period by the tiers of a tier_edges, and cuts the next edges.
template <std::uint32_t Count, std::uint32_t Period>
class equal_depth {
    static_assert(Count > 0 && Count <= 4096 && Period > 0 && Period <= (1u << 20), "products fit 64 bits");

public:
    /// Is the period's count complete? Then no more bids are counted until a cut is complete.
    constexpr bool is_full() const noexcept { return total_ == Period; }

    /// Counts a bid in `tier`; the period is not full. O(1).
    constexpr void record(std::uint32_t tier) noexcept {
        MAXWELL_ASSERT(tier < Count && !is_full());
        ++count_[tier];
        ++total_;
    }

    /// Takes a step of cutting `to` from `from`, whose tiers the bids were counted by; the period is full. Returns true if the cut
    /// is complete: then `to` is in force, and a new period has begun. O(1).
    template <class Edges>
    constexpr bool cut_step(Edges const& from, Edges& to) noexcept {
        MAXWELL_ASSERT(is_full());
        const std::uint32_t next = made_ + 1;
        const std::uint64_t below_next = std::uint64_t{2} * Period * next;
        if (next < Count && below_next < passed_ + weight()) {
            make(to, next, between(from, below_next - passed_));
            return false;
        }
        passed_ += weight();
        count_[tier_] = 0;
        if (++tier_ < Count) return false;
        tier_ = made_ = total_ = last_ = 0;
        passed_ = 0;
        to.put_in_force();
        return true;
    }

    /// Does invariant 2 hold? O(Count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::uint64_t sum = passed_ - std::uint64_t{Period} * tier_;
        for (auto const n : count_) sum += std::uint64_t{n} * Count;
        return sum == std::uint64_t{total_} * Count && total_ <= Period && tier_ < Count && made_ < Count;
    }

private:
    using counter = std::conditional_t<(Period < 65536), std::uint16_t, std::uint32_t>;
    using scale = log_linear<23>;  ///< ticks up to 2^24, 2^23 steps an octave above

    /// The weight of tier_, in units in which a part is Period and all tiers together are 2 * Period * Count.
    constexpr std::uint64_t weight() const noexcept { return std::uint64_t{count_[tier_]} * Count + Period; }

    /// The edge in tier_ that has `below` of the tier's weight below it.
    template <class Edges>
    constexpr price between(Edges const& from, std::uint64_t below) const noexcept {
        const price lower = from.lower_edge(tier_);
        const std::uint64_t begin = scale::index(lower);
        const std::uint64_t end = tier_ + 1 < Count ? scale::index(from.lower_edge(tier_ + 1)) : scale::count;
        const std::uint64_t cell = begin + (end - begin) * below / weight();
        const price edge = scale::lower_edge(static_cast<std::uint32_t>(cell));
        return edge > lower ? edge : lower;
    }

    /// Makes the edge of `tier`, above the last one and with room for those to come.
    template <class Edges>
    constexpr void make(Edges& to, std::uint32_t tier, price edge) noexcept {
        const price highest = max_price - (Count - 1 - tier);
        if (edge <= last_) edge = last_ + 1;
        if (edge > highest) edge = highest;
        to.make(tier, edge);
        last_ = edge;
        made_ = tier;
    }

    std::uint32_t total_ = 0;
    std::uint32_t tier_ = 0;    ///< while cutting: the tier looked at
    std::uint32_t made_ = 0;    ///< edges made, but for that of tier 0
    price last_ = 0;            ///< the last of them
    std::uint64_t passed_ = 0;  ///< the weight of the tiers below tier_
    counter count_[Count] = {};
};

}  // namespace maxwell::detail
