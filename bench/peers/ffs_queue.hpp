// SPDX-License-Identifier: MIT
//
// ffs_queue: a bucket queue with find-first-set, after Eiffel (Saeed et al., NSDI 2019), written for this suite.
//
// 4,096 buckets, each a doubly linked list of agents by pointers, and two levels of words that say which are in use. Buckets
// are log-linear tiers, the same as in stratified_buckets, so both rank bids alike. The peer of equal fidelity: it keeps
// arrival order, but no generations, and the price is the best other bid's bucket without regard to who came first.
//
//     summary_   64 bits           one per word below
//     word_      64 x 64 bits      one per bucket
//     bucket_    4,096 x {first, last}
//     agent_     {next, prev, amount, units, bucket}, 32 bytes on 64-bit machines

#pragma once

#include "peers/peer.hpp"

#include <maxwell/core/log_linear.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::bench {

class ffs_queue {
public:
    static constexpr structure_info info{
        .name = "eiffel_ffs_queue",
        .about = "an FFS bucket queue after Eiffel, 4,096 buckets, written for this suite",
        .from = origin::own,
        .order = fidelity::tier,
        .keeps_fifo = true,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit ffs_queue(std::size_t capacity) : agent_(capacity), bucket_(std::make_unique<list[]>(buckets)) {}

    std::size_t size() const noexcept { return size_; }

    status insert(bid b) noexcept {
        agent& a = agent_[slot_of(b.agent)];
        if (a.units != 0) unlink(a);
        a.amount = b.amount;
        a.units = b.units;
        a.bucket = tiers::index(b.amount);
        append(a);
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (a.units == 0) return status::no_bid;
        unlink(a);
        a.units = 0;
        return status::ok;
    }

    void update_price(price p) noexcept {
        reserve_bucket_ = tiers::index(p);
        if (tiers::lower_edge(reserve_bucket_) < p) ++reserve_bucket_;
        reserve_ = reserve_bucket_ < tiers::count ? tiers::lower_edge(reserve_bucket_) : p;
    }

    std::optional<award> top() const noexcept {
        if (size_ == 0) return std::nullopt;
        const std::uint32_t bucket = highest();
        if (bucket < reserve_bucket_) return std::nullopt;
        agent const* winner = bucket_[bucket].first;
        return priced(*winner, winner->next != nullptr ? bucket : highest_below(bucket));
    }

    std::optional<award> extract_max() noexcept {
        if (size_ == 0) return std::nullopt;
        const std::uint32_t bucket = highest();
        if (bucket < reserve_bucket_) return std::nullopt;
        agent& winner = *bucket_[bucket].first;
        unlink(winner);
        const std::optional<award> won = priced(winner, size_ == 0 ? none : highest());
        winner.units = 0;
        return won;
    }

private:
    using tiers = log_linear<7>;
    static constexpr std::uint32_t buckets = 4096;
    static constexpr std::uint32_t none = buckets;
    static_assert(tiers::count <= buckets);

    struct agent {
        agent* next = nullptr;
        agent* prev = nullptr;
        price amount = 0;
        std::uint32_t units = 0;  ///< 0: no live bid
        std::uint32_t bucket = 0;
    };
    struct list {
        agent* first = nullptr;
        agent* last = nullptr;
    };

    static std::uint64_t bit(std::uint32_t i) noexcept { return std::uint64_t{1} << (i % 64); }
    static std::uint32_t top_bit(std::uint64_t word) noexcept {
        return 63u - static_cast<std::uint32_t>(std::countl_zero(word));
    }
    std::uint32_t highest() const noexcept {
        const std::uint32_t w = top_bit(summary_);
        return w * 64 + top_bit(word_[w]);
    }
    std::uint32_t highest_below(std::uint32_t bucket) const noexcept {
        const std::uint32_t w = bucket / 64;
        if (const std::uint64_t lower = word_[w] & (bit(bucket) - 1); lower != 0) return w * 64 + top_bit(lower);
        const std::uint64_t words = summary_ & (bit(w) - 1);
        if (words == 0) return none;
        return top_bit(words) * 64 + top_bit(word_[top_bit(words)]);
    }

    std::optional<award> priced(agent const& winner, std::uint32_t rival) const noexcept {
        const auto slot = static_cast<std::uint32_t>(&winner - agent_.data());
        return second_price({slot, winner.amount, winner.units},
                            rival == none ? std::nullopt : std::optional(tiers::lower_edge(rival)), reserve_);
    }

    void append(agent& a) noexcept {
        list& l = bucket_[a.bucket];
        a.next = nullptr;
        a.prev = l.last;
        if (l.last != nullptr) {
            l.last->next = &a;
        } else {
            l.first = &a;
            word_[a.bucket / 64] |= bit(a.bucket);
            summary_ |= bit(a.bucket / 64);
        }
        l.last = &a;
        ++size_;
    }

    void unlink(agent& a) noexcept {
        list& l = bucket_[a.bucket];
        (a.prev != nullptr ? a.prev->next : l.first) = a.next;
        (a.next != nullptr ? a.next->prev : l.last) = a.prev;
        if (l.first == nullptr && (word_[a.bucket / 64] &= ~bit(a.bucket)) == 0) summary_ &= ~bit(a.bucket / 64);
        --size_;
    }

    std::vector<agent> agent_;
    std::unique_ptr<list[]> bucket_;
    std::uint64_t summary_ = 0;
    std::uint64_t word_[buckets / 64] = {};
    std::uint32_t reserve_bucket_ = 0;
    std::size_t size_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
