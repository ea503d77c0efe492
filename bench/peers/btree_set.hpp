// SPDX-License-Identifier: MIT
//
// btree_set_auction: absl::btree_set of packed keys, inverted amount above slot.
//
// Dense nodes of many keys, few cache misses at large N. The key has no room for an arrival, so the lower slot wins ties.

#pragma once

#include "peers/peer.hpp"

#include <absl/container/btree_set.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace maxwell::bench {

class btree_set_auction {
public:
    static constexpr structure_info info{
        .name = "absl_btree_set",
        .about = "absl::btree_set of packed (amount, slot) keys",
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = false,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit btree_set_auction(std::size_t capacity) : agent_(capacity) {}

    std::size_t size() const noexcept { return set_.size(); }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        agent& a = agent_[slot];
        if (a.units != 0) set_.erase(key(a.amount, slot));
        a = {b.amount, b.units};
        set_.insert(key(b.amount, slot));
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (a.units == 0) return status::no_bid;
        set_.erase(key(a.amount, slot_of(id)));
        a.units = 0;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() const noexcept {
        const auto best = set_.begin();
        if (best == set_.end() || amount_of(*best) < reserve_) return std::nullopt;
        const auto next = std::next(best);
        const auto slot = static_cast<std::uint32_t>(*best);
        return second_price({slot, amount_of(*best), agent_[slot].units},
                            next == set_.end() ? std::nullopt : std::optional(amount_of(*next)), reserve_);
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) {
            set_.erase(set_.begin());
            agent_[slot_of(won->winner.agent)].units = 0;
        }
        return won;
    }

private:
    struct agent {
        price amount = 0;
        std::uint32_t units = 0;  ///< 0: no live bid
    };
    static std::uint64_t key(price amount, std::uint32_t slot) noexcept { return std::uint64_t{~amount} << 32 | slot; }
    static price amount_of(std::uint64_t key) noexcept { return ~static_cast<price>(key >> 32); }

    std::vector<agent> agent_;
    absl::btree_set<std::uint64_t> set_;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
