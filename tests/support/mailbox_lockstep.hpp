// SPDX-License-Identifier: MIT
//
// mailbox_lockstep: a mailbox and a plain account of which agents have bid since their last bid was read, fed the same steps and
// compared after each. By one thread. It reports by a sentence: the mutation checks have no test framework.

#pragma once

#include <maxwell/ring/mailbox.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace maxwell::test {

template <std::uint64_t Lap>
class mailbox_lockstep {
public:
    /// Does one of nine things, by `choice`, to a cell; what is wrong afterwards, or null.
    char const* step(std::uint32_t choice, std::uint32_t cell, std::uint32_t amount) {
        char const* why = nullptr;
        if (choice < 4) {
            why = submit(cell, amount % 3);
        } else if (choice == 4) {  // as often as it takes to go round
            for (std::uint64_t n = 0; n < Lap && why == nullptr; ++n) why = submit(cell, 7);
        } else if (choice < 7) {
            why = drain(choice == 5 ? amount % 5 : 64);
        } else if (choice == 7) {
            why = holder_.count(cell) != 0 ? retire(cell) : admit(cell);
        } else if (amount % 4 == 0) {
            why = new_host();
        } else {
            writer_ = {};
            writer_.resume(box_.cells());
        }
        if (why != nullptr) return why;
        if (box_.anomalies() != 0) return "an honest producer was taken for another";
        return !box_.pending() && !unread_.empty() ? "a bid waits, and the mailbox says that none does" : nullptr;
    }

private:
    char const* submit(std::uint32_t cell, price amount) {
        if (writer_.submit(box_.cells(), cell, amount, amount + 1) != status::ok) return "a bid was refused";
        if (holder_.count(cell) == 0) return nullptr;
        newest_[cell] = {holder_[cell], amount, amount + 1};
        unread_.insert(cell);
        return nullptr;
    }

    char const* admit(std::uint32_t cell) {
        holder_[cell] = make_agent_id(cell, generation_++);
        return box_.admit(cell, holder_[cell]) != status::ok ? "an agent was not admitted" : nullptr;
    }

    char const* retire(std::uint32_t cell) {
        const agent_id id = holder_[cell];
        if (!box_.holds(cell, id) || box_.retire(cell, id + 1) != status::stale_agent) return "another's cell";
        if (box_.retire(cell, id) != status::ok || box_.holds(cell, id)) return "an agent was not retired";
        holder_.erase(cell);
        newest_.erase(cell);
        unread_.erase(cell);
        return nullptr;
    }

    /// One whose predecessor has crashed: each agent's newest bid is to be read again.
    char const* new_host() {
        box_.rescan();
        for (auto const& [cell, b] : newest_) unread_.insert(cell);
        return nullptr;
    }

    char const* drain(std::size_t budget) {
        std::vector<bid> bids;
        const std::size_t given = box_.drain([&](bid const& b) { bids.push_back(b); }, budget);
        if (given != bids.size()) return "drain returns another number than it gave";
        if (given != std::min(budget, unread_.size())) return "not as many bids as there are, or as the budget allows";
        for (bid const& b : bids) {
            if (unread_.erase(slot_of(b.agent)) == 0) return "a bid that was read before, or that nobody made";
            if (newest_[slot_of(b.agent)] != b) return "not the newest bid of its agent";
        }
        return nullptr;
    }

    mailbox<Lap> box_;
    mailbox_writer<Lap> writer_;
    std::uint32_t generation_ = 0;
    std::map<std::uint32_t, agent_id> holder_;
    std::map<std::uint32_t, bid> newest_;
    std::set<std::uint32_t> unread_;
};

}  // namespace maxwell::test
