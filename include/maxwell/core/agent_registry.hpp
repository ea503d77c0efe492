// SPDX-License-Identifier: MIT
//
// agent_registry: gives agent ids out and takes them back; a slot's next id has the next generation.
//
// A slot is used again, an id never: a late bid of an agent that has left names an old generation, and every container
// refuses it as stale. The lowest free slot is given out first, so live agents stay dense and tables indexed by slot use few
// cache lines. A slot whose 2^32 generations are used up is not given out again.
//
//     slot         0     1     2     3     4     5  ...
//     generation_  0     3     0     1     0     0        of the agent that has the slot, or gets it next
//                  live  free  live  free  |---- fresh: never given out
//     released_    .     x     .     x     .     .        bitmap; the lowest member is given out next
//
// Invariants
//   1. Members of released_ are below fresh_, which is at most Capacity.
//   2. live_ + members of released_ + exhausted slots == fresh_.
//   3. The all-zero object is the registry that has given nothing out.
//
//     operation            cost   why
//     acquire, release     O(1)   one bitmap of constant depth
//     is_live              O(1)   one compare, one bit
//     restore              O(1)   per slot

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // acquire's "none left"

namespace maxwell {

template <std::size_t Capacity>
class agent_registry {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    /// The registry without agents.
    constexpr agent_registry() noexcept = default;

    /// The same, but every slot begins in `first_generation`: for tests of what happens when generations run out.
    constexpr explicit agent_registry(std::uint32_t first_generation) noexcept {
        for (auto& generation : generation_) generation = first_generation;
    }

    /// The number of agents that can be live at a time: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// The number of live agents.
    constexpr std::size_t size() const noexcept { return live_; }

    /// Has `id` been given out and not taken back? O(1).
    constexpr bool is_live(agent_id id) const noexcept {
        const auto slot = slot_of(id);
        return slot < Capacity && slot < fresh_ && !released_.contains(slot) &&
               generation_[slot] == generation_of(id) && !exhausted(slot);
    }

    /// Returns an id that was never given out before, in the lowest free slot; nothing if no slot is free. O(1).
    constexpr std::optional<agent_id> acquire() noexcept {
        std::uint32_t slot = fresh_;
        if (!released_.empty()) {
            slot = released_.lowest();
            released_.clear(slot);
        } else if (fresh_ < Capacity) {
            ++fresh_;
        } else {
            return std::nullopt;
        }
        ++live_;
        return make_agent_id(slot, generation_[slot]);
    }

    /// Takes an id back: its slot will be given out again under the next generation. Returns `unknown_agent` if the id was
    /// never given out, `stale_agent` if it was taken back before. Call the auction's `retire` with the same id too:
    /// otherwise the agent's last bid stays in and can win. O(1).
    constexpr status release(agent_id id) noexcept {
        const auto slot = slot_of(id);
        if (slot >= Capacity || slot >= fresh_) return status::unknown_agent;
        if (generation_of(id) > generation_[slot]) return status::unknown_agent;
        if (generation_of(id) < generation_[slot] || exhausted(slot)) return status::stale_agent;
        if (released_.contains(slot)) return status::unknown_agent;  // the id that this slot gets next
        --live_;
        if (generation_[slot] == last_generation) {
            exhausted_.set(slot);
        } else {
            ++generation_[slot];
            released_.set(slot);
        }
        return status::ok;
    }

    /// Rebuilds a lost registry, slot by slot: notes that `id` was given out last in its slot and, unless it is `live`, taken
    /// back. Call it in ascending order of slots, before the first acquire. Returns `unknown_agent` if the slot is not below
    /// capacity(), or not above every slot restored before. O(1) for each slot passed.
    constexpr status restore(agent_id id, bool live) noexcept {
        const auto slot = slot_of(id);
        if (slot >= Capacity || slot < fresh_) return status::unknown_agent;
        for (; fresh_ < slot; ++fresh_) released_.set(fresh_);
        ++fresh_;
        ++live_;
        generation_[slot] = generation_of(id);
        return live ? status::ok : release(id);
    }

    /// Do the invariants hold? O(Capacity); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        if (!released_.check_invariants() || !exhausted_.check_invariants() || fresh_ > Capacity) return false;
        std::size_t idle = 0;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (!released_.contains(slot) && !exhausted(slot)) continue;
            if (slot >= fresh_ || (released_.contains(slot) && exhausted(slot))) return false;
            ++idle;
        }
        return live_ + idle == fresh_;
    }

private:
    static constexpr std::uint32_t last_generation = ~std::uint32_t{0};

    constexpr bool exhausted(std::uint32_t slot) const noexcept { return exhausted_.contains(slot); }

    hierarchical_bitmap<Capacity> released_;   ///< free slots below fresh_
    hierarchical_bitmap<Capacity> exhausted_;  ///< slots that are out of generations
    std::uint32_t fresh_ = 0;                  ///< slots at or above were never given out
    std::uint32_t live_ = 0;
    std::uint32_t generation_[Capacity] = {};
};

}  // namespace maxwell
