// SPDX-License-Identifier: MIT
//
// skip_list: Pugh's skip list (1990), written for this suite.
//
// A node per slot, links are slots plus one, a quarter of the nodes reaches the next level. Nodes never move and nothing is
// allocated, so it shows what the idea costs rather than what an allocator costs. Keys are (amount, arrival), so equal
// amounts stand in arrival order.
//
//     level 2   head ------------------> 7 -----------------> end
//     level 1   head ------> 3 --------> 7 ------> 1 -------> end
//     level 0   head -> 5 -> 3 -> 0 ---> 7 -> 2 -> 1 -> 4 --> end

#pragma once

#include "peers/peer.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::bench {

class skip_list {
public:
    static constexpr structure_info info{
        .name = "skip_list",
        .about = "a skip list of slots, written for this suite",
        .from = origin::own,
        .order = fidelity::exact,
        .keeps_fifo = true,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit skip_list(std::size_t capacity) : node_(capacity + 1) {}

    std::size_t size() const noexcept { return size_; }

    status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        node& n = node_[slot + 1];
        if (n.units != 0) unlink(slot + 1);
        n.amount = b.amount;
        n.units = b.units;
        n.arrival = arrivals_++;
        link(slot + 1);
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        const std::uint32_t l = slot_of(id) + 1;
        if (node_[l].units == 0) return status::no_bid;
        unlink(l);
        node_[l].units = 0;
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() const noexcept {
        const std::uint32_t l = head().next[0];
        if (l == 0 || node_[l].amount < reserve_) return std::nullopt;
        const std::uint32_t rival = node_[l].next[0];
        return second_price({l - 1, node_[l].amount, node_[l].units},
                            rival == 0 ? std::nullopt : std::optional(node_[rival].amount), reserve_);
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) {
            node& n = node_[head().next[0]];  // first on each of its levels: nothing to search
            for (std::uint32_t level = 0; level < n.levels; ++level) node_[0].next[level] = n.next[level];
            n.units = 0;
            --size_;
        }
        return won;
    }

private:
    static constexpr std::uint32_t max_levels = 8;  ///< 4^8 agents before the top level gets crowded

    struct node {
        std::uint64_t arrival = 0;
        price amount = 0;
        std::uint32_t units = 0;  ///< 0: no live bid
        std::uint32_t levels = 0;
        std::uint32_t next[max_levels] = {};  ///< a slot plus one; 0: the end. node_[0] is the head
    };

    node const& head() const noexcept { return node_[0]; }

    static bool ranks_before(node const& a, node const& b) noexcept {
        return a.amount != b.amount ? a.amount > b.amount : a.arrival < b.arrival;
    }

    /// Calls visit(level, last link that ranks before n) from the top level down.
    template <class Visit>
    void search(node const& n, Visit visit) noexcept {
        std::uint32_t at = 0;
        for (std::uint32_t level = max_levels; level-- > 0;) {
            for (std::uint32_t next = node_[at].next[level]; next != 0 && ranks_before(node_[next], n);
                 next = node_[at].next[level]) {
                at = next;
            }
            visit(level, at);
        }
    }

    void link(std::uint32_t l) noexcept {
        node& n = node_[l];
        random_ ^= random_ << 13, random_ ^= random_ >> 7, random_ ^= random_ << 17;  // xorshift64, Marsaglia 2003
        n.levels =
            1 + static_cast<std::uint32_t>(std::countr_zero(random_ | std::uint64_t{1} << (2 * max_levels - 2))) / 2;
        search(n, [&](std::uint32_t level, std::uint32_t before) {
            if (level >= n.levels) return;
            n.next[level] = node_[before].next[level];
            node_[before].next[level] = l;
        });
        ++size_;
    }

    void unlink(std::uint32_t l) noexcept {
        node const& n = node_[l];
        search(n, [&](std::uint32_t level, std::uint32_t before) {
            if (level < n.levels) node_[before].next[level] = n.next[level];
        });
        --size_;
    }

    std::vector<node> node_;
    std::uint64_t arrivals_ = 0;
    std::uint64_t random_ = 0x9E37'79B9'7F4A'7C15u;
    std::size_t size_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
