// SPDX-License-Identifier: MIT
//
// d_ary_fifo: boost::heap::d_ary_heap with everything that the contract asks for: arrival order among equal bids,
// generations, the exact critical payment.
//
// The other exact peers leave one or all of these out, so this one says what they cost a good heap. Arrival is a 64-bit
// number beside the amount, compared only where amounts are equal.
//
//     operation              cost           why
//     insert, expire         O(log N)       sift from where the bid stands
//     extract_max            O(log N)       pop; the next top is the best other bid
//     top                    O(log N)       the same, and the winner is put back: the heap doesn't show its second best
//     update_price, find     O(1)

#pragma once

#include "peers/peer.hpp"

#include <maxwell/core/bid.hpp>

#include <boost/heap/d_ary_heap.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

class d_ary_fifo {
public:
    static constexpr auction_traits traits{fidelity::exact, fidelity::exact, true};
    static constexpr structure_info info{
        .name = "boost_d_ary_fifo",
        .about = "boost::heap::d_ary_heap<mutable, 8> with arrival order, generations and the critical payment",
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = true,
        .keeps_generations = true,
        .critical_payment = true,
    };

    explicit d_ary_fifo(std::size_t capacity) : agent_(capacity) { heap_.reserve(capacity); }

    std::size_t capacity() const noexcept { return agent_.size(); }
    std::size_t size() const noexcept { return heap_.size(); }
    bool empty() const noexcept { return heap_.empty(); }
    price reserve() const noexcept { return reserve_; }

    std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= capacity()) return std::nullopt;
        agent const& a = agent_[slot_of(id)];
        if (!a.live || a.generation != generation_of(id)) return std::nullopt;
        return bid{id, (*a.handle).amount, a.units};
    }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= capacity()) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        agent& a = agent_[slot];
        if (is_stale(a, generation_of(b.agent))) return status::stale_agent;
        const entry e{arrivals_++, b.amount, slot};
        if (a.live) {
            heap_.update(a.handle, e);
        } else {
            a.handle = heap_.push(e);
            a.live = true;
        }
        a.generation = generation_of(b.agent);
        a.units = b.units;
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= capacity()) return status::unknown_agent;
        agent& a = agent_[slot];
        if (is_stale(a, generation_of(id))) return status::stale_agent;
        if (!a.live || a.generation != generation_of(id)) return status::no_bid;
        heap_.erase(a.handle);
        a.live = false;
        return status::ok;
    }

    status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= capacity()) return status::unknown_agent;
        agent& a = agent_[slot];
        if (generation_of(id) < a.generation) return status::stale_agent;
        if (a.live) heap_.erase(a.handle);
        a.live = false;
        a.generation = generation_of(id);
        a.retired_generation = std::uint64_t{a.generation} + 1;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() noexcept {
        const std::optional<award> won = extract_max();
        if (won) {
            agent& a = agent_[slot_of(won->winner.agent)];
            a.handle = heap_.push(last_);
            a.live = true;
        }
        return won;
    }

    std::optional<award> extract_max() noexcept {
        if (heap_.empty() || heap_.top().amount < reserve_) return std::nullopt;
        last_ = heap_.top();
        heap_.pop();
        agent& a = agent_[last_.slot];
        a.live = false;
        price payment = reserve_;
        if (!heap_.empty()) {
            entry const& rival = heap_.top();
            if (rival.amount >= reserve_) payment = rival.amount + (last_.arrival > rival.arrival ? 1 : 0);
        }
        return award{{make_agent_id(last_.slot, a.generation), last_.amount, a.units}, payment};
    }

    void clear() noexcept {
        heap_.clear();
        for (agent& a : agent_) a.live = false;
    }

private:
    struct entry {
        std::uint64_t arrival;
        price amount;
        std::uint32_t slot;

        friend bool operator<(entry const& a, entry const& b) noexcept {
            return a.amount != b.amount ? a.amount < b.amount : a.arrival > b.arrival;
        }
    };
    using heap = boost::heap::d_ary_heap<entry, boost::heap::arity<8>, boost::heap::mutable_<true>>;

    struct agent {
        heap::handle_type handle;
        std::uint64_t retired_generation = 0;  ///< plus one; 0: none has retired
        std::uint32_t generation = 0;
        std::uint32_t units = 0;
        bool live = false;
    };

    static bool is_stale(agent const& a, std::uint32_t generation) noexcept {
        return generation < a.generation || std::uint64_t{generation} + 1 == a.retired_generation;
    }

    std::vector<agent> agent_;
    heap heap_;
    entry last_{};  ///< the bid that was extracted last
    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
