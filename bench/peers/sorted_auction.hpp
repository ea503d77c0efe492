// SPDX-License-Identifier: MIT
//
// sorted_auction: the live bids in a vector that is sorted whenever somebody asks who wins.
//
// What one writes first, and the yardstick for what an auction at every quantum costs without a structure made for it. It
// keeps the whole contract of the concept, generations, arrival order and critical payments included, so it also serves as
// the reference that other structures are compared with on real input.
//
//     live_    [ 4 | 9 | 2 ]        slots with a live bid, sorted by rank when asked
//     agents_  slot -> bid, generation
//     rank_    slot -> rank, arrival, place in live_
//
// The order is a parameter: exact_order ranks by amount, tier_order<Tiers> by tier of amounts, as stratified_buckets does.
//
//     operation                        cost           why
//     insert, expire, retire           O(1)           swap with the last of live_
//     top, extract_max                 O(N log N)     a sort, nothing when already sorted
//     update_price, find, reserve      O(1)

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
class sorted_auction {
public:
    static constexpr auction_traits traits{Order::kind, Order::kind, true};
    static constexpr structure_info info{
        .name = Order::kind == fidelity::exact ? "sort_every_quantum" : "sort_every_quantum_tiers",
        .about = "a vector of bids, sorted at every decision",
        .from = origin::own,
        .order = Order::kind,
        .keeps_fifo = true,
        .keeps_generations = true,
        .critical_payment = true,
        .linear = true,
    };

    explicit sorted_auction(std::size_t capacity) : agents_(capacity), rank_(capacity) { live_.reserve(capacity); }

    std::size_t capacity() const noexcept { return agents_.capacity(); }
    std::size_t size() const noexcept { return live_.size(); }
    bool empty() const noexcept { return live_.empty(); }
    price reserve() const noexcept { return reserve_; }
    std::optional<bid> find(agent_id id) const noexcept { return agents_.find(id); }

    status insert(bid b) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (const status s = agents_.may_enter(b.agent); s != status::ok) return s;
        const std::uint32_t slot = slot_of(b.agent);
        if (!agents_.is_live(slot)) {
            rank_[slot].place = static_cast<std::uint32_t>(live_.size());
            live_.push_back(slot);
        }
        rank_[slot] = {arrivals_++, Order::rank(b.amount), rank_[slot].place};
        agents_.enter(b);
        sorted_ = false;
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        return agents_.expire(id, [this](std::uint32_t slot) { remove(slot); });
    }
    status retire(agent_id id) noexcept {
        return agents_.retire(id, [this](std::uint32_t slot) { remove(slot); });
    }

    void update_price(price p) noexcept {
        reserve_rank_ = Order::reserve_rank(p);
        reserve_ = Order::reserve(p);
    }

    std::optional<award> top() noexcept {
        if (live_.empty()) return std::nullopt;
        sort();
        ranked const& winner = rank_[live_[0]];
        if (winner.rank < reserve_rank_) return std::nullopt;
        price payment = reserve_;
        if (live_.size() > 1) {
            ranked const& rival = rank_[live_[1]];
            if (rival.rank >= reserve_rank_) {
                const std::uint64_t critical = rival.rank + (winner.arrival > rival.arrival ? 1 : 0);
                payment = std::max(payment, Order::lower_edge(critical));
            }
        }
        return award{agents_[live_[0]], payment};
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) remove(slot_of(won->winner.agent));
        return won;
    }

    void clear() noexcept {
        while (!live_.empty()) remove(live_.back());
    }

private:
    struct ranked {
        std::uint64_t arrival = 0;
        std::uint64_t rank = 0;
        std::uint32_t place = 0;  ///< in live_
    };

    void sort() noexcept {
        if (sorted_) return;
        std::sort(live_.begin(), live_.end(), [this](std::uint32_t left, std::uint32_t right) {
            ranked const& l = rank_[left];
            ranked const& r = rank_[right];
            return l.rank != r.rank ? l.rank > r.rank : l.arrival < r.arrival;
        });
        for (std::size_t i = 0; i < live_.size(); ++i) rank_[live_[i]].place = static_cast<std::uint32_t>(i);
        sorted_ = true;
    }

    void remove(std::uint32_t slot) noexcept {
        const std::uint32_t last = live_.back();
        if (last != slot) sorted_ = false;
        live_[rank_[slot].place] = last;
        rank_[last].place = rank_[slot].place;
        live_.pop_back();
        agents_.leave(slot);
    }

    agent_table agents_;
    std::vector<ranked> rank_;  ///< by slot
    std::vector<std::uint32_t> live_;
    std::uint64_t arrivals_ = 0;
    std::uint64_t reserve_rank_ = 0;
    price reserve_ = 0;
    bool sorted_ = true;
};

}  // namespace maxwell::bench
