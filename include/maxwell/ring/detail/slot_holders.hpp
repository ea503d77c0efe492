// SPDX-License-Identifier: MIT
//
// slot_holders: which agent holds a slot, for a source whose records carry only a part of the agent's id.
//
// A wire bid has room for 8 bits of a generation. The host keeps the whole generation: it accepts a record only from the agent
// that holds the slot now.
//
//     slot        0      1      2      3   ...
//     holder_     0.7    -      2.1    -          generation of the agent that holds it, or held it last
//     held_       x      .      x      .          bitmap
//
// Limit of 8-bit generations. Two agents that hold a slot 256 generations, or a multiple, apart have the same 8 bits, so a
// record of the first that is read while the second holds the slot counts as the second's. For that the record, or its
// producer, has to be delayed while the slot is given away 255 times.
//
// Invariants
//   1. The generation of a slot never falls.
//   2. The all-zero object is the table in which no slot is held.
//
//     operation              cost
//     all                    O(1)

#pragma once

#include <maxwell/abi/wire_bid.h>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // optional
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

template <std::size_t Agents>
class slot_holders {
    static_assert(Agents > 0 && Agents <= MAXWELL_WIRE_SLOTS, "a slot is 24 bits in the wire format");

public:
    /// The table in which no slot is held.
    constexpr slot_holders() noexcept = default;

    /// Does `id` hold its slot? O(1).
    constexpr bool holds(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        return slot < Agents && is_held(slot) && holder_[slot] == generation_of(id);
    }

    /// Gives the slot of `id` to that agent, and retires an older agent of the slot. Returns `unknown_agent` if the slot is not
    /// below Agents, `stale_agent` if it has seen a newer generation. O(1).
    constexpr status admit(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Agents) return status::unknown_agent;
        if (generation_of(id) < holder_[slot]) return status::stale_agent;
        holder_[slot] = generation_of(id);
        held_[slot / 64] |= bit(slot);
        return status::ok;
    }

    /// Ends the agent: its records are not accepted any more. Returns `unknown_agent` if the slot is not below Agents or no
    /// agent holds it, `stale_agent` if another agent does. O(1).
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Agents || !is_held(slot)) return status::unknown_agent;
        if (holder_[slot] != generation_of(id)) return status::stale_agent;
        held_[slot / 64] &= ~bit(slot);
        return status::ok;
    }

    /// Returns the agent that holds `slot`, if the low 8 bits of its generation are `generation`; otherwise nothing, also if the
    /// slot is not below Agents. O(1).
    constexpr std::optional<agent_id> find(std::uint32_t slot, std::uint32_t generation) const noexcept {
        if (slot >= Agents || !is_held(slot) || (holder_[slot] & 0xFFu) != generation) return std::nullopt;
        return make_agent_id(slot, holder_[slot]);
    }

    /// The generation of the agent that holds `slot`, which is below Agents, or has held it last. O(1).
    constexpr std::uint32_t generation(std::uint32_t slot) const noexcept { return holder_[slot]; }

    /// Which of the 64 slots from 64 * `i` on are held; `i` is below the words that Agents bits take. O(1).
    constexpr std::uint64_t held(std::size_t i) const noexcept { return held_[i]; }

private:
    static constexpr std::uint64_t bit(std::size_t i) noexcept { return std::uint64_t{1} << (i % 64); }
    constexpr bool is_held(std::uint32_t slot) const noexcept { return (held_[slot / 64] & bit(slot)) != 0; }

    std::uint64_t held_[(Agents + 63) / 64] = {};
    std::uint32_t holder_[Agents] = {};
};

static_assert(std::is_trivially_copyable_v<slot_holders<100>> && std::is_standard_layout_v<slot_holders<100>>);

}  // namespace maxwell
