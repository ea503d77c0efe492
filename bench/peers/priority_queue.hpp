// SPDX-License-Identifier: MIT
//
// lazy_priority_queue: std::priority_queue with lazy deletion.
//
// A binary heap that can't change what is inside, so every new bid pushes an entry and a version number per agent says
// which entry counts; outdated ones are dropped when they reach the top. When they outnumber the live ones the heap is
// rebuilt, or it would grow for ever: that is its tail.

#pragma once

#include "peers/peer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

namespace maxwell::bench {

class lazy_priority_queue {
public:
    static constexpr structure_info info{
        .name = "std_priority_queue",
        .about = "std::priority_queue with lazy deletion",
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = false,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit lazy_priority_queue(std::size_t capacity) : agent_(capacity) { heap_.reserve(2 * capacity + slack); }

    std::size_t size() const noexcept { return live_; }

    status insert(bid b) noexcept {
        agent& a = agent_[slot_of(b.agent)];
        if (!a.live) ++live_;
        a = {b.amount, b.units, a.version + 1, true};
        if (heap_.size() >= 2 * live_ + slack) heap_.keep_if([this](entry const& e) { return is_live(e); });
        heap_.push({b.amount, slot_of(b.agent), a.version});
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (!a.live) return status::no_bid;
        a.live = false;
        --live_;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() noexcept {
        const std::optional<award> won = extract_max();
        if (won) {
            agent& a = agent_[slot_of(won->winner.agent)];
            a.live = true;
            ++live_;
            heap_.push({a.amount, slot_of(won->winner.agent), a.version});
        }
        return won;
    }

    std::optional<award> extract_max() noexcept {
        drop_outdated();
        if (heap_.empty() || heap_.top().amount < reserve_) return std::nullopt;
        const entry e = heap_.top();
        heap_.pop();
        agent_[e.slot].live = false;
        --live_;
        drop_outdated();
        const bid winner{e.slot, e.amount, agent_[e.slot].units};
        return second_price(winner, heap_.empty() ? std::nullopt : std::optional(heap_.top().amount), reserve_);
    }

private:
    static constexpr std::size_t slack = 64;  ///< so that a handful of agents does not rebuild all the time

    struct agent {
        price amount = 0;
        std::uint32_t units = 0;
        std::uint32_t version = 0;
        bool live = false;
    };
    struct entry {
        price amount;
        std::uint32_t slot;
        std::uint32_t version;
        friend bool operator<(entry const& a, entry const& b) noexcept { return a.amount < b.amount; }
    };
    struct heap : std::priority_queue<entry> {
        void reserve(std::size_t n) { c.reserve(n); }
        template <class Keep>
        void keep_if(Keep keep) {
            std::erase_if(c, [&](entry const& e) { return !keep(e); });
            std::make_heap(c.begin(), c.end());
        }
    };

    bool is_live(entry const& e) const noexcept { return agent_[e.slot].live && agent_[e.slot].version == e.version; }
    void drop_outdated() noexcept {
        while (!heap_.empty() && !is_live(heap_.top())) heap_.pop();
    }

    std::vector<agent> agent_;
    heap heap_;
    std::size_t live_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
