// SPDX-License-Identifier: MIT
//
// multiset_auction: std::multiset, highest amount first, an iterator per agent.
//
// A red-black tree of nodes from the allocator. Equal keys are inserted after those that are there, so arrival order comes
// for nothing. A replaced bid keeps its node.

#pragma once

#include "peers/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace maxwell::bench {

class multiset_auction {
public:
    static constexpr structure_info info{
        .name = "std_multiset",
        .about = "std::multiset with an iterator per agent",
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = true,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit multiset_auction(std::size_t capacity) : agent_(capacity) {}

    std::size_t size() const noexcept { return set_.size(); }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        agent& a = agent_[slot];
        if (a.live) {
            auto node = set_.extract(a.at);
            node.value() = {b.amount, b.units, slot};
            a.at = set_.insert(std::move(node));
        } else {
            a.at = set_.insert({b.amount, b.units, slot});
            a.live = true;
        }
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (!a.live) return status::no_bid;
        set_.erase(a.at);
        a.live = false;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() const noexcept {
        const auto best = set_.begin();
        if (best == set_.end() || best->amount < reserve_) return std::nullopt;
        const auto next = std::next(best);
        return second_price({best->slot, best->amount, best->units},
                            next == set_.end() ? std::nullopt : std::optional(next->amount), reserve_);
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) {
            agent_[slot_of(won->winner.agent)].live = false;
            set_.erase(set_.begin());
        }
        return won;
    }

private:
    struct entry {
        price amount;
        std::uint32_t units;
        std::uint32_t slot;
        friend bool operator<(entry const& a, entry const& b) noexcept { return a.amount > b.amount; }
    };
    struct agent {
        std::multiset<entry>::iterator at;
        bool live = false;
    };

    std::vector<agent> agent_;
    std::multiset<entry> set_;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
