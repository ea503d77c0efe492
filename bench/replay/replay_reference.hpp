// SPDX-License-Identifier: MIT
//
// linear_scan: looks at every live bid whenever somebody asks who wins. The reference of the replay.
//
// Obviously right, and cheaper than sorting: with 16,384 live bids a decision takes tens of microseconds, so that it can
// accompany every replay to its end and not only while a time budget lasts.
//
//     live_    [ rank, arrival, slot | ... ]    dense, in no order
//     agents_  slot -> bid, generation
//     place_   slot -> place in live_
//
//     operation            cost     why
//     insert, retire       O(1)     swap with the last of live_
//     extract_max          O(N)     one scan for the best and the best other one

#pragma once

#include "peers/agent_table.hpp"
#include "peers/amount_order.hpp"
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

    explicit linear_scan(std::size_t capacity) : agents_(capacity), place_(capacity) { live_.reserve(capacity); }

    std::size_t size() const noexcept { return live_.size(); }

    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (const status s = agents_.may_enter(b.agent); s != status::ok) return s;
        const std::uint32_t slot = slot_of(b.agent);
        if (!agents_.is_live(slot)) {
            place_[slot] = live_.size();
            live_.emplace_back();
        }
        live_[place_[slot]] = {Order::rank(b.amount), arrivals_++, slot};
        agents_.enter(b);
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        return agents_.expire(id, [this](std::uint32_t slot) { remove(slot); });
    }
    status retire(agent_id id) noexcept {
        return agents_.retire(id, [this](std::uint32_t slot) { remove(slot); });
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
        const award won{agents_[best->slot], payment};
        remove(best->slot);
        return won;
    }

private:
    struct entry {
        std::uint64_t rank;
        std::uint64_t arrival;
        std::uint32_t slot;
    };

    static bool before(entry const& a, entry const& b) noexcept {
        return a.rank != b.rank ? a.rank > b.rank : a.arrival < b.arrival;
    }

    void remove(std::uint32_t slot) noexcept {
        live_[place_[slot]] = live_.back();
        place_[live_.back().slot] = place_[slot];
        live_.pop_back();
        agents_.leave(slot);
    }

    agent_table agents_;
    std::vector<std::size_t> place_;  ///< by slot, in live_
    std::vector<entry> live_;
    std::uint64_t arrivals_ = 0;
};

}  // namespace maxwell::bench
