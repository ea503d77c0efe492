// SPDX-License-Identifier: MIT
//
// agent_ring: a ring that belongs to one agent. What comes out of it is that agent's, whatever the records say.
//
//     host's    agent_ │ admitted_             who it belongs to; on a page of its own where Alignment is one
//     ring_     an spsc_ring of offers: amount and units. There is no identity in it that could be forged.
//
// For agents that are not trusted, where each of their bids counts; where only the newest does, bid_board is smaller and never
// full. An agent that floods its ring, lies in it or dies can hold up nothing but itself: see spsc_ring.
//
// Give the memory to another agent by zeroing it, after the first one's mapping is gone. `admit` alone throws away what is
// waiting, but can't keep a predecessor that still has the mapping from bidding as its successor.
//
// Zeroed memory is the empty ring that belongs to nobody.
//
//     operation          cost
//     try_push           O(1)        wait-free
//     drain              O(budget)   whatever the agent does
//     admit              O(Capacity) what is waiting is dropped
//     retire             O(1)

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// A bid without its agent. 8 bytes.
struct offer {
    price amount;
    std::uint32_t units;
};

template <std::size_t Capacity, std::size_t Alignment = 64>
class agent_ring {
public:
    using ring = spsc_ring<offer, Capacity, Alignment>;
    static constexpr overflow_policy overflow = overflow_policy::reject;

    /// Empty, and nobody's.
    constexpr agent_ring() noexcept = default;

    /// Bids that fit. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    // --- for the agent -----------------------------------------------------------------------------------------------------

    /// Submits a bid; b.agent is not looked at. False, and nothing changes, when the ring is full. O(1), wait-free.
    bool try_push(bid const& b) noexcept { return ring_.try_push({b.amount, b.units}); }

    /// The ring itself: for batches, and for resume().
    ring& offers() noexcept { return ring_; }

    // --- for the host ------------------------------------------------------------------------------------------------------

    /// From now on the ring is the agent's. What is waiting in it is dropped. O(Capacity).
    void admit(agent_id id) noexcept {
        ring_.release(Capacity);
        agent_ = id;
        admitted_ = true;
    }

    /// The agent has left, or has lost the host's trust: nothing of the ring is looked at any more. O(1).
    void retire() noexcept { admitted_ = false; }

    /// Calls f with each waiting bid of the agent, oldest first, `budget` times at most, and returns how often. O(budget).
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        if (!admitted_) return 0;
        return ring_.drain([&](offer const& o) noexcept { f(bid{agent_, o.amount, o.units}); }, budget);
    }

    /// As in spsc_ring.
    std::uint64_t anomalies() const noexcept { return ring_.anomalies(); }

private:
    alignas(Alignment) agent_id agent_ = 0;
    bool admitted_ = false;
    ring ring_;
};

static_assert(bid_source<agent_ring<8>>);
static_assert(sizeof(agent_ring<8>) == 64 + sizeof(spsc_ring<offer, 8>) && sizeof(spsc_ring<offer, 8>) == 256);
static_assert(std::is_standard_layout_v<agent_ring<8, 4096>>);

}  // namespace maxwell
