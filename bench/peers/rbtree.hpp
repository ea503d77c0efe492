// SPDX-License-Identifier: MIT
//
// rbtree_auction: boost::intrusive::rbtree of the agents themselves, with the leftmost node cached.
//
// What the Linux kernel's fair schedulers keep their queues in: CFS and EEVDF sort runnable tasks in a red-black tree whose
// nodes lie in the tasks, and remember the leftmost. Equal bids are inserted after those that are there, so arrival order
// comes for nothing.

#pragma once

#include "peers/peer.hpp"

#include <boost/intrusive/rbtree.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

namespace maxwell::bench {

class rbtree_auction {
public:
    static constexpr structure_info info{
        .name = "boost_rbtree",
        .about = "boost::intrusive::rbtree with cached leftmost, as CFS and EEVDF use",
        .from = origin::third_party,
        .order = fidelity::exact,
        .keeps_fifo = true,
        .keeps_generations = false,
        .critical_payment = false,
    };

    explicit rbtree_auction(std::size_t capacity) : agent_(capacity) {}
    ~rbtree_auction() { tree_.clear(); }

    std::size_t size() const noexcept { return tree_.size(); }

    status insert(bid b) noexcept {
        agent& a = agent_[slot_of(b.agent)];
        if (a.is_linked()) tree_.erase(tree_.iterator_to(a));
        a.amount = b.amount;
        a.units = b.units;
        tree_.insert_equal(a);
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        agent& a = agent_[slot_of(id)];
        if (!a.is_linked()) return status::no_bid;
        tree_.erase(tree_.iterator_to(a));
        return status::ok;
    }

    void update_price(price p) noexcept { reserve_ = p; }

    std::optional<award> top() const noexcept {
        const auto best = tree_.begin();
        if (best == tree_.end() || best->amount < reserve_) return std::nullopt;
        const auto next = std::next(best);
        const auto slot = static_cast<std::uint32_t>(&*best - agent_.data());
        return second_price({slot, best->amount, best->units},
                            next == tree_.end() ? std::nullopt : std::optional(next->amount), reserve_);
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) tree_.erase(tree_.begin());
        return won;
    }

private:
    using hook = boost::intrusive::set_base_hook<boost::intrusive::optimize_size<true>>;
    struct agent : hook {
        price amount = 0;
        std::uint32_t units = 0;
        friend bool operator<(agent const& a, agent const& b) noexcept { return a.amount > b.amount; }
    };

    std::vector<agent> agent_;
    boost::intrusive::rbtree<agent, boost::intrusive::base_hook<hook>> tree_;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
