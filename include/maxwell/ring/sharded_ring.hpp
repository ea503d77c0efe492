// SPDX-License-Identifier: MIT
//
// sharded_ring: one source for each producer, and one drain over all of them.
//
//     producer 0 ──▶ shard(0) ─┐
//     producer 1 ──▶ shard(1) ─┼──drain(f, budget)──▶ f(bid)
//     producer 2 ──▶ shard(2) ─┘      next_: where the next drain begins
//
// Producers share no cache line, so it is faster than a shared ring, and none can use up another's cells. Bids of one producer
// keep their order; those of several producers have none.
//
// Fairness. Each shard first gets an equal share of the budget, at least one bid. What some shards leave goes to those that have
// more, beginning with another one each time. If the budget is smaller than the number of shards, the next drain begins where
// this one ended. So a shard waits for at most one drain, or Count / budget of them.
//
// Each shard promises what its Source promises: take agent_ring for producers that are not trusted, spsc_ring<bid, ...> for a
// trusted thread that bids for several agents.
//
// Zeroed memory is a ring of zeroed shards.
//
//     operation    cost
//     drain        O(budget + Count)   each shard is drained at most twice
//     anomalies    O(Count)

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/ring/bid_source.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint64_t

namespace maxwell {

template <bid_source Source, std::size_t Count>
class sharded_ring {
    static_assert(Count > 0, "at least one shard");

public:
    static constexpr overflow_policy overflow = Source::overflow;

    constexpr sharded_ring() noexcept = default;

    /// The number of shards.
    static constexpr std::size_t shards() noexcept { return Count; }

    /// The shard of producer `i`, which is below shards().
    Source& shard(std::size_t i) noexcept {
        MAXWELL_ASSERT(i < Count);
        return shard_[i];
    }

    /// Calls f with waiting bids, at most `budget` times, and returns how often it did. O(budget + Count).
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        const std::size_t share = budget < Count ? 1 : budget / Count;
        const std::size_t first = next_;
        std::size_t given = 0;
        bool more = false;
        for (std::size_t i = 0; i < Count && given < budget; ++i) {
            const std::size_t taken = shard_[next_].drain(f, share);
            given += taken;
            more = more || taken == share;
            step();
        }
        if (!more || budget < Count) return given;
        for (std::size_t i = 0; i < Count && given < budget; ++i) {
            given += shard_[next_].drain(f, budget - given);
            step();
        }
        next_ = first;
        step();
        return given;
    }

    /// The sum of all shards' anomalies(). O(Count).
    std::uint64_t anomalies() const noexcept {
        std::uint64_t all = 0;
        for (Source const& s : shard_) all += s.anomalies();
        return all;
    }

private:
    void step() noexcept { next_ = next_ + 1 == Count ? 0 : next_ + 1; }

    std::size_t next_ = 0;
    Source shard_[Count];
};

}  // namespace maxwell
