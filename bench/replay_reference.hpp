// SPDX-License-Identifier: MIT
//
// linear_scan: looks at every live bid whenever somebody asks who wins. The reference of the replay.
//
// Obviously right, and cheaper than sorting: with 16,384 live bids a decision takes tens of microseconds, so that it can
// accompany every replay to its end and not only while a time budget lasts.
//
//     live_    [ rank, arrival, slot | ... ]    dense, in no order
//     agent_   slot -> generation, bid, place in live_
//
//     operation            cost     why
//     insert, retire       O(1)     swap with the last of live_
//     extract_max          O(N)     one scan for the best and the best other one

#pragma once

#include "peers/naive_auction.hpp"  // exact_order, tier_order
#include "peers/peer.hpp"

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

template <class Order>
class linear_scan {
public:
    static constexpr structure_info info{
        .name = Order::kind == fidelity::exact ? "linear_scan" : "linear_scan_tiers",
        .about = "every live bid is looked at",
        .from = origin::own,
        .order = Order::kind,
        .keeps_fifo = true,
        .keeps_generations = true,
        .critical_payment = true,
        .linear = true,
    };

    explicit linear_scan(std::size_t capacity) : agent_(capacity) { live_.reserve(capacity); }

    std::size_t size() const noexcept { return live_.size(); }

    status insert(bid b) noexcept {
        if (slot_of(b.agent) >= agent_.size()) return status::unknown_agent;
        agent& a = agent_[slot_of(b.agent)];
        if (generation_of(b.agent) < a.next_generation) return status::stale_agent;
        if (a.live) remove(slot_of(b.agent));
        if (b.units == 0) return status::ok;
        a.offer = b;
        a.live = true;
        a.place = live_.size();
        live_.push_back({Order::rank(b.amount), arrivals_++, slot_of(b.agent)});
        return status::ok;
    }

    status retire(agent_id id) noexcept {
        if (slot_of(id) >= agent_.size()) return status::unknown_agent;
        agent& a = agent_[slot_of(id)];
        if (generation_of(id) < a.next_generation) return status::stale_agent;
        if (a.live) remove(slot_of(id));
        a.next_generation = std::uint64_t{generation_of(id)} + 1;
        return status::ok;
    }

    std::optional<award> extract_max() noexcept {
        if (live_.empty()) return std::nullopt;
        entry const* best = &live_[0];
        entry const* other = nullptr;
        for (std::size_t i = 1; i < live_.size(); ++i) {
            if (before(live_[i], *best)) {
                other = best;
                best = &live_[i];
            } else if (other == nullptr || before(live_[i], *other)) {
                other = &live_[i];
            }
        }
        price payment = 0;
        if (other != nullptr) payment = Order::lower_edge(other->rank + (best->arrival > other->arrival ? 1 : 0));
        const award won{agent_[best->slot].offer, payment};
        remove(best->slot);
        return won;
    }

private:
    struct entry {
        std::uint64_t rank;
        std::uint64_t arrival;
        std::uint32_t slot;
    };
    struct agent {
        bid offer{};
        std::uint64_t next_generation = 0;  ///< the least that is not stale
        std::size_t place = 0;              ///< in live_
        bool live = false;
    };

    static bool before(entry const& a, entry const& b) noexcept {
        return a.rank != b.rank ? a.rank > b.rank : a.arrival < b.arrival;
    }

    void remove(std::uint32_t slot) noexcept {
        agent& a = agent_[slot];
        live_[a.place] = live_.back();
        agent_[live_[a.place].slot].place = a.place;
        live_.pop_back();
        a.live = false;
    }

    std::vector<agent> agent_;
    std::vector<entry> live_;
    std::uint64_t arrivals_ = 0;
};

}  // namespace maxwell::bench
