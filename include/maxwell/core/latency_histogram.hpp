// SPDX-License-Identifier: MIT
//
// latency_histogram: how long single operations took, with the tail kept.
//
// Counts per log-linear cell: a percentile is right to one cell, which is 2^-MantissaBits of the value (0.8 % at 7). The
// unit is the caller's: nanoseconds or cycles. Values of 2^32 and more are counted in the last cell; maximum() is
// exact nevertheless.
//
//     count_  [ 0 3 17 240 1022 ... 2 0 1 ]     one 64-bit counter per log_linear cell, 26 KB at 7 bits
//
// Invariants
//   1. total_ is the sum of count_.
//   2. The all-zero object is the empty histogram.
//
//     operation   cost       why
//     record      O(1)       one counter
//     percentile  O(cells)   one scan, off the measured path
//     merge       O(cells)   cell by cell

#pragma once

#include <maxwell/core/log_linear.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

template <int MantissaBits = 7>
class latency_histogram {
    using cells = log_linear<MantissaBits>;

public:
    /// Counts one operation that took `value`. O(1).
    constexpr void record(std::uint64_t value) noexcept {
        const auto clipped = value > 0xFFFF'FFFFu ? 0xFFFF'FFFFu : static_cast<std::uint32_t>(value);
        ++count_[cells::index(clipped)];
        ++total_;
        sum_ += value;
        if (value > max_) max_ = value;
    }

    /// Operations counted.
    constexpr std::uint64_t count() const noexcept { return total_; }

    /// The sum of all values, modulo 2^64; sum() / count() is the mean.
    constexpr std::uint64_t sum() const noexcept { return sum_; }

    /// The greatest value; 0 when nothing was counted.
    constexpr std::uint64_t maximum() const noexcept { return max_; }

    /// The least value that `per_million` millionths of all operations do not exceed, to the width of a cell: the cell's
    /// greatest value, and never more than maximum(). 500'000 is the median, 999'000 the 99.9th percentile; more than
    /// 1'000'000 counts as 1'000'000. 0 if nothing was counted. O(cells).
    constexpr std::uint64_t percentile(std::uint32_t per_million) const noexcept {
        const std::uint64_t parts = per_million > 1'000'000 ? 1'000'000 : per_million;
        // Rounded up, in two steps, so the product can't overflow: the rank of the operation asked for, from 1 on.
        std::uint64_t rank = total_ / 1'000'000 * parts + (total_ % 1'000'000 * parts + 999'999) / 1'000'000;
        if (rank == 0) rank = 1;
        std::uint64_t seen = 0;
        for (std::uint32_t cell = 0; cell < cells::count; ++cell) {
            seen += count_[cell];
            if (seen < rank) continue;
            const bool clipped = cell + 1 == cells::count;
            return clipped || cells::upper_edge(cell) > max_ ? max_ : cells::upper_edge(cell);
        }
        return max_;
    }

    /// Adds everything that `other` has counted. O(cells).
    constexpr void merge(latency_histogram const& other) noexcept {
        for (std::size_t cell = 0; cell < cells::count; ++cell) count_[cell] += other.count_[cell];
        total_ += other.total_;
        sum_ += other.sum_;
        if (other.max_ > max_) max_ = other.max_;
    }

    /// Does invariant 1 hold? O(cells); for tests.
    constexpr bool check_invariants() const noexcept {
        std::uint64_t total = 0;
        for (const auto n : count_) total += n;
        return total == total_;
    }

private:
    std::uint64_t total_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t max_ = 0;
    std::uint64_t count_[cells::count] = {};
};

static_assert(sizeof(latency_histogram<7>) == (3 + 3328) * sizeof(std::uint64_t));

}  // namespace maxwell
