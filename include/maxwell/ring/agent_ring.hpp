// SPDX-License-Identifier: MIT
//
// agent_ring: a ring that belongs to one agent. Every bid that comes out of it counts as that agent's.
//
//     host's    agent_ │ admitted_             the agent that it belongs to; on a page of its own if Alignment is a page
//     ring_     an spsc_ring of offers: amount and units. A record has no identity that could be forged.
//
// For agents that are not trusted, if each of their bids counts. If only the newest does, bid_board is smaller and never full.
// An agent that floods its ring, corrupts it or crashes delays only itself: see spsc_ring.
//
// To give the memory to another agent, unmap it from the first one, then zero it. `admit` alone drops what is waiting, but
// can't keep a predecessor that still has the mapping from bidding as its successor.
//
// Zeroed memory is the empty ring that belongs to no agent.
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

    /// The empty ring that belongs to no agent.
    constexpr agent_ring() noexcept = default;

    /// The number of bids that fit: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    // --- for the agent -----------------------------------------------------------------------------------------------------

    /// Submits a bid and returns true; ignores b.agent. Returns false, and changes nothing, if the ring is full. O(1), wait-free.
    bool try_push(bid const& b) noexcept { return ring_.try_push({b.amount, b.units}); }

    /// The ring itself: for batches, and for resume().
    ring& offers() noexcept { return ring_; }

    // --- for the host ------------------------------------------------------------------------------------------------------

    /// Gives the ring to the agent, and drops what is waiting in it. O(Capacity).
    void admit(agent_id id) noexcept {
        ring_.release(Capacity);
        agent_ = id;
        admitted_ = true;
    }

    /// Ends the agent, which has left or lost the host's trust: the ring is not read any more. O(1).
    void retire() noexcept { admitted_ = false; }

    /// Calls f with each waiting bid of the agent, oldest first, `budget` times at most, and returns how often. O(budget).
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        if (!admitted_) return 0;
        return ring_.drain([&](offer const& o) noexcept { f(bid{agent_, o.amount, o.units}); }, budget);
    }

    /// Returns what spsc_ring::anomalies does.
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
