// SPDX-License-Identifier: MIT
//
// The lotteries that look at bid after bid: the list of Waldspurger and Weihl, the alias table, and the reservoir.

#pragma once

#include "peers/lottery.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

/// A doubly linked list of slots with tickets; who wins, or comes with a new bid after having left, stands in front.
class move_to_front_list {
public:
    static constexpr structure_info info =
        lottery_info("lottery_list", "lottery scheduling: a list, winners move to the front", true);

    explicit move_to_front_list(std::size_t capacity) : node_(capacity + 1) {}

    std::uint64_t total() const noexcept { return total_; }

    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        node& n = node_[slot + 1];
        total_ += weight - n.weight;
        if (n.weight == 0 && weight != 0) push_front(slot + 1);
        if (n.weight != 0 && weight == 0) unlink(slot + 1);
        n.weight = weight;
    }

    std::uint32_t draw(ticket_draw& random) noexcept {
        std::uint64_t ticket = random.below(total_);
        std::uint32_t i = node_[0].next;
        for (; ticket >= node_[i].weight; i = node_[i].next) ticket -= node_[i].weight;
        unlink(i);
        push_front(i);
        return i - 1;
    }

private:
    struct node {
        std::uint32_t next = 0;  ///< node 0 is the list's ends
        std::uint32_t prev = 0;
        std::uint64_t weight = 0;
    };

    void push_front(std::uint32_t i) noexcept {
        node_[i].prev = 0;
        node_[i].next = node_[0].next;
        node_[node_[0].next].prev = i;
        node_[0].next = i;
    }
    void unlink(std::uint32_t i) noexcept {
        node_[node_[i].prev].next = node_[i].next;
        node_[node_[i].next].prev = node_[i].prev;
    }

    std::vector<node> node_;
    std::uint64_t total_ = 0;
};

/// Columns of equal height, each cut between two slots: a draw takes a column and a height in it. In whole numbers, N times every
/// weight, so the law is exact. Built when a draw finds that a weight has changed.
class alias_table {
public:
    static constexpr structure_info info =
        lottery_info("alias_table", "an alias table after Vose, rebuilt when bids have changed", true);

    explicit alias_table(std::size_t capacity) : weight_(capacity), column_(capacity), pending_(capacity) {}

    std::uint64_t total() const noexcept { return total_; }

    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        total_ += weight - weight_[slot];
        weight_[slot] = weight;
        outdated_ = true;
    }

    std::uint32_t draw(ticket_draw& random) noexcept {
        if (outdated_) build();
        const auto i = static_cast<std::uint32_t>(random.below(column_.size()));
        return random.below(total_) < column_[i].cut ? i : column_[i].above;
    }

private:
    struct column {
        std::uint64_t cut = 0;  ///< below it the column's own slot, above it the other
        std::uint32_t above = 0;
    };

    /// Columns that are not full take what they lack from one that overflows; the two kinds wait at either end of pending_.
    void build() noexcept {
        const std::size_t n = column_.size();
        std::size_t small = 0;
        std::size_t large = n;
        const auto file = [&](std::uint32_t i) {
            (column_[i].cut < total_ ? pending_[small++] : pending_[--large]) = i;
        };
        for (std::uint32_t i = 0; i < n; ++i) {
            column_[i] = {weight_[i] * n, i};
            file(i);
        }
        while (small > 0 && large < n) {
            column& lacking = column_[pending_[--small]];
            const std::uint32_t giver = pending_[large++];
            lacking.above = giver;
            column_[giver].cut -= total_ - lacking.cut;
            file(giver);
        }
        outdated_ = false;
    }

    std::vector<std::uint64_t> weight_;
    std::vector<column> column_;
    std::vector<std::uint32_t> pending_;
    std::uint64_t total_ = 0;
    bool outdated_ = true;
};

/// Keeps one bid of the stream: each that comes takes its place with probability weight / total. That law also survives the
/// leaving of any other bid; when the one that is kept leaves, the stream of live bids is read again.
class reservoir {
public:
    static constexpr structure_info info = lottery_info(
        "reservoir", "reservoir sampling over the stream of bids, read again when the sample leaves", true);

    explicit reservoir(std::size_t capacity) : weight_(capacity), place_(capacity) { live_.reserve(capacity); }

    std::uint64_t total() const noexcept { return total_; }

    /// Arrivals since the last draw wait: only a draw has random numbers.
    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        if (sample_ == slot) sample_.reset();
        if (weight_[slot] != 0) leave(slot);
        if (weight != 0) enter(slot, weight);
    }

    std::uint32_t draw(ticket_draw& random) noexcept {
        if (!sample_) {  // all that live are read again
            read_ = 0;
            read_total_ = 0;
        }
        for (; read_ < live_.size(); ++read_) {
            const std::uint64_t weight = weight_[live_[read_]];
            read_total_ += weight;
            if (random.below(read_total_) < weight) sample_ = live_[read_];
        }
        return *sample_;
    }

private:
    void enter(std::uint32_t slot, std::uint64_t weight) noexcept {
        weight_[slot] = weight;
        total_ += weight;
        place_[slot] = static_cast<std::uint32_t>(live_.size());
        live_.push_back(slot);
    }

    /// Those that were read stand before those that were not, so a hole among the former is filled by the last of them first.
    void leave(std::uint32_t slot) noexcept {
        std::uint32_t hole = place_[slot];
        if (hole < read_) {
            read_total_ -= weight_[slot];
            --read_;
            move(static_cast<std::uint32_t>(read_), hole);
            hole = static_cast<std::uint32_t>(read_);
        }
        move(static_cast<std::uint32_t>(live_.size() - 1), hole);
        live_.pop_back();
        total_ -= weight_[slot];
        weight_[slot] = 0;
    }
    void move(std::uint32_t from, std::uint32_t to) noexcept {
        if (from == to) return;  // what stands there may just have been moved away
        live_[to] = live_[from];
        place_[live_[to]] = to;
    }

    std::vector<std::uint64_t> weight_;
    std::vector<std::uint32_t> place_;
    std::vector<std::uint32_t> live_;  ///< slots with a weight: first those that were read, then the others
    std::size_t read_ = 0;
    std::uint64_t read_total_ = 0;
    std::uint64_t total_ = 0;
    std::optional<std::uint32_t> sample_;
};

}  // namespace maxwell::bench
