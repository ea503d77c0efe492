// SPDX-License-Identifier: MIT
//
// roster: which agents a host has, in memory that outlives it, so that a new host can take over after a crash.
//
// A host trusts only its own memory, and loses that when it crashes. From the agents' cells a successor learns at most 8 bits of
// a generation, and agents could have written those. So the host notes its agents in a named region, which no agent can write
// and which its successor opens.
//
//     word_    generation of the slot's agent, 32 bits │ 0: never given out, 1: live, 2: departed
//
//     roster r            in a region of the host's own
//     r.admit(id)         before the agent is admitted to a board or a mailbox
//     r.retire(id)        after it has been retired there
//
//     r.restore(registry)                                     the successor: ids continue where they ended,
//     r.for_each_live([&](agent_id id) { reader.adopt(cells, id); });   agents are adopted with their bids,
//     reader.rescan(cells);                                   and the next drain gives all of those to its auction
//
// A host that crashes between the roster and the board leaves an agent that was not told of its admission, or one that was being
// retired: the successor has both as live agents without a bid, and retires them if they don't bid.
//
// Invariants
//   1. A word is written by one store, so a crash leaves it as it was before or after.
//   2. All zeros is the roster in which no slot was ever given out.
//
//     operation                  cost
//     admit, retire              O(1)
//     restore, for_each_live     O(Agents)

#pragma once

#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Agents>
class roster {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    /// The number of slots: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// Notes that `id` has its slot from now on. Returns `unknown_agent` if the slot is not below capacity(). O(1).
    status admit(agent_id id) noexcept { return note(id, live); }

    /// Notes that `id` has left. Returns `unknown_agent` as admit does, and `stale_agent` if it is not the slot's live agent. O(1).
    status retire(agent_id id) noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        if (word_[slot_of(id)].load(memory_order::relaxed) != word(id, live)) return status::stale_agent;
        return note(id, departed);
    }

    /// Calls f(agent_id) for each live agent, by slot. O(Agents).
    template <class F>
    void for_each_live(F f) const noexcept {
        for (std::uint32_t slot = 0; slot < Agents; ++slot) {
            const std::uint64_t w = word_[slot].load(memory_order::acquire);
            if ((w & state) == live) f(make_agent_id(slot, static_cast<std::uint32_t>(w >> 32)));
        }
    }

    /// Makes an empty registry continue the ids of the crashed host's registry. O(Agents).
    void restore(agent_registry<Agents>& registry) const noexcept {
        for (std::uint32_t slot = 0; slot < Agents; ++slot) {
            const std::uint64_t w = word_[slot].load(memory_order::acquire);
            if ((w & state) == 0) continue;
            registry.restore(make_agent_id(slot, static_cast<std::uint32_t>(w >> 32)), (w & state) == live);
        }
    }

private:
    static constexpr std::uint64_t live = 1;
    static constexpr std::uint64_t departed = 2;
    static constexpr std::uint64_t state = 3;

    static constexpr std::uint64_t word(agent_id id, std::uint64_t is) noexcept {
        return std::uint64_t{generation_of(id)} << 32 | is;
    }

    status note(agent_id id, std::uint64_t is) noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        word_[slot_of(id)].store(word(id, is), memory_order::release);
        return status::ok;
    }

    atomic<std::uint64_t> word_[Agents] = {};
};

static_assert(sizeof(roster<64>) == 512 && std::is_standard_layout_v<roster<64>>);

}  // namespace maxwell
