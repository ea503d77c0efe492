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
    /// What `expire` answers.
    status may_leave(agent_id id) const noexcept {
        const status s = may_enter(id);
        return s != status::ok || find(id) ? s : status::no_bid;
    }
    /// What `retire` answers.
    status may_retire(agent_id id) const noexcept {
        if (slot_of(id) >= capacity()) return status::unknown_agent;
        return generation_of(id) < generation_of(agent_[slot_of(id)].offer.agent) ? status::stale_agent : status::ok;
    }

    /// After may_enter().
    void enter(bid const& b) noexcept { agent_[slot_of(b.agent)] = {b, generation_of(b.agent)}; }
    /// The slot has no bid any more.
    void leave(std::uint32_t slot) noexcept { agent_[slot].offer.units = 0; }
    /// After may_retire(), and after its bid has left.
    void retire(agent_id id) noexcept { agent_[slot_of(id)] = {{id, 0, 0}, std::uint64_t{generation_of(id)} + 1}; }

private:
    struct agent {
        bid offer{};              ///< units 0: none, but agent is still the newest seen
        std::uint64_t least = 0;  ///< generation that is not stale
    };
    std::vector<agent> agent_;
};

}  // namespace maxwell::bench
