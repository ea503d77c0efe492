// SPDX-License-Identifier: MIT
//
// agent_table: who may bid and who does, for peers that keep the whole contract and not only its order.
//
//     slot   0        1        2        3
//            live     -        retired  live       the newest generation seen, and its bid as it was entered
//
// The answers are those of docs/concepts.md. What a peer keeps of a slot for itself, a handle or a place, lies beside this.

#pragma once

#include <maxwell/core/bid.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

class agent_table {
public:
    explicit agent_table(std::size_t capacity) : agent_(capacity) {}

    std::size_t capacity() const noexcept { return agent_.size(); }

    bool is_live(std::uint32_t slot) const noexcept { return agent_[slot].offer.units != 0; }
    /// The bid of a slot that is live, or was until leave().
    bid const& operator[](std::uint32_t slot) const noexcept { return agent_[slot].offer; }

    std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= capacity() || !is_live(slot_of(id)) || agent_[slot_of(id)].offer.agent != id) return {};
        return agent_[slot_of(id)].offer;
    }

    /// What `insert` of a bid with units answers.
    status may_enter(agent_id id) const noexcept {
        if (slot_of(id) >= capacity()) return status::unknown_agent;
        return generation_of(id) < agent_[slot_of(id)].least ? status::stale_agent : status::ok;
    }
    /// `expire`: calls remove(slot), which ends in leave(slot), where the bid of `id` is live, and returns what docs/concepts.md
    /// says.
    template <class Remove>
    status expire(agent_id id, Remove remove) noexcept {
        const status s = may_enter(id);
        if (s != status::ok) return s;
        if (!find(id)) return status::no_bid;
        remove(slot_of(id));
        return status::ok;
    }
    /// `retire`: the same with any bid of the slot, and from now on the generation is stale.
    template <class Remove>
    status retire(agent_id id, Remove remove) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= capacity()) return status::unknown_agent;
        if (generation_of(id) < generation_of(agent_[slot].offer.agent)) return status::stale_agent;
        if (is_live(slot)) remove(slot);
        agent_[slot] = {{id, 0, 0}, std::uint64_t{generation_of(id)} + 1};
        return status::ok;
    }

    /// After may_enter().
    void enter(bid const& b) noexcept { agent_[slot_of(b.agent)] = {b, generation_of(b.agent)}; }
    /// The slot has no bid any more.
    void leave(std::uint32_t slot) noexcept { agent_[slot].offer.units = 0; }

private:
    struct agent {
        bid offer{};              ///< units 0: none, but agent is still the newest seen
        std::uint64_t least = 0;  ///< generation that is not stale
    };
    std::vector<agent> agent_;
};

}  // namespace maxwell::bench
