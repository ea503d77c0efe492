// SPDX-License-Identifier: MIT
//
// The types that every part uses: price, agent, bid, award, status.
//
//     agent   a bidder for the resource: a thread, a vCPU, a kernel launch
//     slot    the agent's index in every table, in [0, capacity); slots are used again when their agent has left
//     generation   how often a slot has been given out before; so a late bid never counts as the slot's next agent's
//     bid     an agent's newest offer: `amount` ticks for each of `units` resource units
//     award   the winner's bid, and the critical price that it pays per unit

#pragma once

#include <maxwell/abi/bid.h>
#include <maxwell/core/cxx20.hpp>

#include <cstddef>      // offsetof
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

using agent_id = std::uint64_t;  ///< low 32 bits: slot; high 32 bits: generation of that slot
using price = std::uint32_t;  ///< fixed-point ticks per resource unit; every value is a legal bid, 0 and max_price too

inline constexpr price max_price = 0xFFFF'FFFFu;  ///< the highest price

/// The slot of an agent. An id from outside can hold any value: compare the slot with a capacity before using it as an index.
constexpr std::uint32_t slot_of(agent_id id) noexcept { return static_cast<std::uint32_t>(id); }

/// The generation of an agent's slot.
constexpr std::uint32_t generation_of(agent_id id) noexcept { return static_cast<std::uint32_t>(id >> 32); }

/// The id of the agent that holds `slot` in `generation`.
constexpr agent_id make_agent_id(std::uint32_t slot, std::uint32_t generation) noexcept {
    return agent_id{generation} << 32 | slot;
}

/// An agent's newest offer. 16 bytes, four to a cache line; the layout is abi/bid.h.
struct bid {
    agent_id agent;
    price amount;         ///< offered per unit
    std::uint32_t units;  ///< resource units wanted (CPU microseconds, GPU milliseconds); 0 withdraws the bid

    friend constexpr bool operator==(bid const&, bid const&) = default;
};

/// The outcome of a decision.
struct award {
    bid winner;
    price payment;  ///< per unit: the critical price, the least amount at which this bid still wins

    /// The payment for all units. 32 bits times 32 bits: a product of the members themselves would overflow.
    constexpr std::uint64_t total() const noexcept { return std::uint64_t{payment} * winner.units; }

    friend constexpr bool operator==(award const&, award const&) = default;
};

/// The result of a request. Only a request that returns `ok` has an effect.
enum class status : std::uint8_t {
    ok,
    unknown_agent,    ///< the slot is not below capacity
    stale_agent,      ///< the agent has retired, or its slot has since been given to a newer generation
    no_bid,           ///< nothing to withdraw
    unknown_lane,     ///< of a market: there is no such lane
    unknown_account,  ///< of a market: there is no such account, or it isn't open
    too_many_units,   ///< more resource units than this source of bids can carry
    busy,             ///< another thread held the cell at every attempt; try again
};

static_assert(sizeof(bid) == sizeof(maxwell_bid) && alignof(bid) == alignof(maxwell_bid));
static_assert(offsetof(bid, agent) == offsetof(maxwell_bid, agent));
static_assert(offsetof(bid, amount) == offsetof(maxwell_bid, amount));
static_assert(offsetof(bid, units) == offsetof(maxwell_bid, units));
static_assert(std::is_trivially_copyable_v<bid> && std::is_standard_layout_v<bid>);
static_assert(std::is_trivially_copyable_v<award> && std::is_standard_layout_v<award>);

}  // namespace maxwell
