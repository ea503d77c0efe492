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

#include "peers/agent_table.hpp"
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

    explicit d_ary_fifo(std::size_t capacity) : agents_(capacity), handle_(capacity) { heap_.reserve(capacity); }

    std::size_t capacity() const noexcept { return agents_.capacity(); }
    std::size_t size() const noexcept { return heap_.size(); }
    bool empty() const noexcept { return heap_.empty(); }
    price reserve() const noexcept { return reserve_; }

    std::optional<bid> find(agent_id id) const noexcept { return agents_.find(id); }

    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (const status s = agents_.may_enter(b.agent); s != status::ok) return s;
        const std::uint32_t slot = slot_of(b.agent);
        const entry e{arrivals_++, b.amount, slot};
        if (agents_.is_live(slot)) {
            heap_.update(handle_[slot], e);
        } else {
            handle_[slot] = heap_.push(e);
        }
        agents_.enter(b);
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        return agents_.expire(id, [this](std::uint32_t slot) { remove(slot); });
    }
    status retire(agent_id id) noexcept {
        return agents_.retire(id, [this](std::uint32_t slot) { remove(slot); });
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() noexcept {
        const std::optional<award> won = extract_max();
        if (won) {
            handle_[last_.slot] = heap_.push(last_);
            agents_.enter(won->winner);
        }
        return won;
    }

    std::optional<award> extract_max() noexcept {
        if (heap_.empty() || heap_.top().amount < reserve_) return std::nullopt;
        last_ = heap_.top();
        heap_.pop();
        const bid winner = agents_[last_.slot];
        agents_.leave(last_.slot);
        price payment = reserve_;
        if (!heap_.empty()) {
            entry const& rival = heap_.top();
            if (rival.amount >= reserve_) payment = rival.amount + (last_.arrival > rival.arrival ? 1 : 0);
        }
        return award{winner, payment};
    }

    void clear() noexcept {
        for (entry const& e : heap_) agents_.leave(e.slot);
        heap_.clear();
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

    void remove(std::uint32_t slot) noexcept {
        heap_.erase(handle_[slot]);
        agents_.leave(slot);
    }

    agent_table agents_;
    std::vector<heap::handle_type> handle_;  ///< by slot, of live ones
    heap heap_;
    entry last_{};  ///< the bid that was extracted last
    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
