// SPDX-License-Identifier: MIT
//
// boost_heap_auction: Boost's mutable heaps, a handle per agent: d_ary_heap<mutable, 8> and pairing_heap.
//
// A heap shows its best bid but not the one that sets the price. After an extraction that one is the new top; for top()
// alone the winner is taken out and put back.

#pragma once

#include "peers/peer.hpp"

#include <boost/heap/d_ary_heap.hpp>
#include <boost/heap/pairing_heap.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

struct heap_entry {
    price amount;
    std::uint32_t slot;
    friend bool operator<(heap_entry const& a, heap_entry const& b) noexcept { return a.amount < b.amount; }
};

struct d_ary_flavour {
    using heap = boost::heap::d_ary_heap<heap_entry, boost::heap::arity<8>, boost::heap::mutable_<true>>;
    static constexpr std::string_view name = "boost_d_ary_heap";
    static constexpr std::string_view about = "boost::heap::d_ary_heap<mutable, 8> with a handle per agent";
};

struct pairing_flavour {
    using heap = boost::heap::pairing_heap<heap_entry>;
    static constexpr std::string_view name = "boost_pairing_heap";
    static constexpr std::string_view about = "boost::heap::pairing_heap with a handle per agent";
};

template <class Flavour>
class boost_heap_auction {
public:
    static constexpr structure_info info{
        .name = Flavour::name,
        .about = Flavour::about,
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = false,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit boost_heap_auction(std::size_t capacity) : agent_(capacity) {
        if constexpr (heap::has_reserve) heap_.reserve(capacity);
    }

    std::size_t size() const noexcept { return heap_.size(); }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        agent& a = agent_[slot];
        if (a.live) {
            heap_.update(a.handle, {b.amount, slot});
        } else {
            a.handle = heap_.push({b.amount, slot});
            a.live = true;
        }
        a.units = b.units;
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (!a.live) return status::no_bid;
        heap_.erase(a.handle);
        a.live = false;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() noexcept {
        const std::optional<award> won = extract_max();
        if (won) insert(won->winner);
        return won;
    }

    std::optional<award> extract_max() noexcept {
        if (heap_.empty() || heap_.top().amount < reserve_) return std::nullopt;
        const heap_entry e = heap_.top();
        heap_.pop();
        agent_[e.slot].live = false;
        return second_price({e.slot, e.amount, agent_[e.slot].units},
                            heap_.empty() ? std::nullopt : std::optional(heap_.top().amount), reserve_);
    }

private:
    using heap = typename Flavour::heap;
    struct agent {
        typename heap::handle_type handle;
        std::uint32_t units = 0;
        bool live = false;
    };

    std::vector<agent> agent_;
    heap heap_;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
