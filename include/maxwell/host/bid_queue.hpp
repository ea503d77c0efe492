// SPDX-License-Identifier: MIT
//
// bid_queue: makes an existing queue a source of bids.
//
// Any queue of `bid` with `bool push(bid)` and `bool pop(bid&)`, such as boost::lockfree::spsc_queue and
// boost::lockfree::queue, the latter with a fixed capacity. The queue decides how many threads may push; one thread drains.
//
// Identity is in the record, so it is for trusted producers. Most queues that several producers share stop working when a
// producer crashes in a push (tests/faults has figures).

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_source.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>  // forward

namespace maxwell {

template <class Queue>
    requires requires(Queue& q, bid b) {
        { q.push(b) } -> std::same_as<bool>;
        { q.pop(b) } -> std::same_as<bool>;
    }
class bid_queue {
public:
    static constexpr overflow_policy overflow = overflow_policy::reject;

    /// Constructs the queue with `args`.
    template <class... Args>
        requires std::constructible_from<Queue, Args...>
    explicit bid_queue(Args&&... args) : queue_(std::forward<Args>(args)...) {}

    /// Enters a bid and returns true; returns false if the queue is full.
    bool try_push(bid const& b) { return queue_.push(b); }

    /// Calls f with waiting bids, `budget` times at most, and returns how often it did.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        std::size_t given = 0;
        for (bid b; given < budget && queue_.pop(b); ++given) f(b);
        return given;
    }

    /// Always 0: such a queue has no way to detect them.
    std::uint64_t anomalies() const noexcept { return 0; }

    /// The queue itself.
    Queue& queue() noexcept { return queue_; }

private:
    Queue queue_;
};

}  // namespace maxwell
