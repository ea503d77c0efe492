// SPDX-License-Identifier: MIT
//
// board_lockstep: a board and a plain account of who has bid since its last bid was read, fed the same steps and compared after
// each. By one thread. It reports by a sentence and not through a test framework: the mutation checks have none.

#pragma once

#include <maxwell/ring/bid_board.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace maxwell::test {

template <std::size_t Agents>
class board_lockstep {
public:
    /// Does one of ten things, by `choice`, to an agent; what is wrong afterwards, or null.
    char const* step(std::uint32_t choice, std::uint32_t slot, std::uint32_t amount) {
        const std::optional<agent_id> holder = holder_of(slot);
        char const* why = nullptr;
        if (choice < 6 && holder) {
            why = submit({*holder, amount, amount % 3});
        } else if (choice < 8) {
            why = drain(amount % 5);
        } else if (choice == 8 && holder) {
            why = retire(*holder, amount);
        } else if (!holder) {
            why = admit(make_agent_id(slot, generations_[slot]));
            generations_[slot] += 131;  // soon above 255, and never the generation that retire() leaves in the cell
        } else {
            why = drain(Agents);
        }
        if (why != nullptr) return why;
        if (!board_.check_invariants()) return "an invariant is broken";
        if (board_.anomalies() != 0) return "an honest agent was taken for another";
        return !board_.pending() && !unread_.empty() ? "a bid waits, and the board says that none does" : nullptr;
    }

private:
    char const* submit(bid b) {
        if (board_.submit(b) != status::ok) return "a bid was refused";
        newest_[slot_of(b.agent)] = b;
        unread_.insert(slot_of(b.agent));
        return nullptr;
    }

    char const* admit(agent_id id) {
        if (board_.admit(id) != status::ok) return "an agent was not admitted";
        holder_[slot_of(id)] = id;
        unread_.erase(slot_of(id));
        return nullptr;
    }

    char const* retire(agent_id id, price amount) {
        if (board_.retire(id) != status::ok) return "an agent was not retired";
        holder_.erase(slot_of(id));
        unread_.erase(slot_of(id));
        return board_.submit({id, amount, 1}) != status::stale_agent ? "a late bid was taken" : nullptr;
    }

    char const* drain(std::size_t budget) {
        std::vector<bid> bids;
        const std::size_t given = board_.drain([&](bid const& b) { bids.push_back(b); }, budget);
        if (given != bids.size()) return "drain returns another number than it gave";
        if (given != std::min(budget, unread_.size())) return "not as many bids as there are, or as the budget allows";
        for (bid const& b : bids) {
            if (unread_.erase(slot_of(b.agent)) == 0) return "a bid that was read before, or that nobody made";
            if (newest_[slot_of(b.agent)] != b) return "not the newest bid of its agent";
        }
        return nullptr;
    }

    std::optional<agent_id> holder_of(std::uint32_t slot) const {
        const auto found = holder_.find(slot);
        return found == holder_.end() ? std::nullopt : std::optional(found->second);
    }

    bid_board<Agents> board_;
    std::map<std::uint32_t, agent_id> holder_;
    std::map<std::uint32_t, bid> newest_;
    std::set<std::uint32_t> unread_;
    std::map<std::uint32_t, std::uint32_t> generations_;
};

}  // namespace maxwell::test
