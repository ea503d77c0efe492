// SPDX-License-Identifier: MIT
//
// bid_queue: makes a source of bids of a queue that you have already.
//
// Any queue of `bid` with `bool push(bid)` and `bool pop(bid&)`, such as boost::lockfree::spsc_queue and
// boost::lockfree::queue, the latter with a fixed capacity. How many threads may push is the queue's affair; one drains.
//
// Identity is in the record: for producers that are trusted. What becomes of the queue when a producer dies in the middle of
// a push is the queue's affair as well; for most of those that several producers share it is the end of them
// (tests/faults has figures).

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

    /// What the queue's own constructor takes.
    template <class... Args>
        requires std::constructible_from<Queue, Args...>
    explicit bid_queue(Args&&... args) : queue_(std::forward<Args>(args)...) {}

    /// False when the queue is full.
    bool try_push(bid const& b) { return queue_.push(b); }

    /// Calls f with waiting bids, `budget` times at most, and returns how often it did.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        std::size_t given = 0;
        for (bid b; given < budget && queue_.pop(b); ++given) f(b);
        return given;
    }

    /// 0: such a queue can't tell.
    std::uint64_t anomalies() const noexcept { return 0; }

    /// The queue itself.
    Queue& queue() noexcept { return queue_; }

private:
    Queue queue_;
};

}  // namespace maxwell
