// SPDX-License-Identifier: MIT
//
// The lotteries in O(log N): trees of partial sums of tickets, descended by the ticket that was drawn.

#pragma once

#include "peers/lottery.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::bench {

/// A complete binary tree: leaves are slots, a node holds the sum of its children, so node 1 is the total.
class ticket_tree {
public:
    static constexpr structure_info info =
        lottery_info("lottery_tree", "lottery scheduling: a tree of partial ticket sums", false);

    explicit ticket_tree(std::size_t capacity) : leaves_(std::bit_ceil(capacity)), sum_(2 * leaves_) {}

    std::uint64_t total() const noexcept { return sum_[1]; }

    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        const std::uint64_t change = weight - sum_[leaves_ + slot];  // modulo 2^64: sums come out right
        for (std::size_t i = leaves_ + slot; i != 0; i /= 2) sum_[i] += change;
    }

    std::uint32_t draw(ticket_draw& random) const noexcept {
        std::uint64_t ticket = random.below(total());
        std::size_t i = 1;
        while (i < leaves_) {
            i *= 2;
            if (ticket >= sum_[i]) ticket -= sum_[i++];
        }
        return static_cast<std::uint32_t>(i - leaves_);
    }

private:
    std::size_t leaves_;
    std::vector<std::uint64_t> sum_;
};

/// Entry i (from 1) holds the sum of the 2^k slots up to it, 2^k being the lowest bit of i.
class fenwick_tree {
public:
    static constexpr structure_info info = lottery_info("fenwick_lottery", "a lottery on a Fenwick tree", false);

    explicit fenwick_tree(std::size_t capacity) : weight_(capacity), sum_(capacity + 1) {}

    std::uint64_t total() const noexcept { return total_; }

    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        const std::uint64_t change = weight - weight_[slot];
        weight_[slot] = weight;
        total_ += change;
        for (std::size_t i = slot + 1; i < sum_.size(); i += i & (0 - i)) sum_[i] += change;
    }

    std::uint32_t draw(ticket_draw& random) const noexcept {
        std::uint64_t ticket = random.below(total_);
        std::size_t passed = 0;
        for (std::size_t step = std::bit_floor(weight_.size()); step != 0; step /= 2) {
            if (passed + step >= sum_.size() || sum_[passed + step] > ticket) continue;
            passed += step;
            ticket -= sum_[passed];
        }
        return static_cast<std::uint32_t>(passed);
    }

private:
    std::vector<std::uint64_t> weight_;
    std::vector<std::uint64_t> sum_;
    std::uint64_t total_ = 0;
};

}  // namespace maxwell::bench
