// SPDX-License-Identifier: MIT
//
// spsc_lockstep: an spsc_ring and the queue of the standard library that it has to equal, driven together.
//
// Every function answers nothing, or what was wrong.

#pragma once

#include "support/dice.hpp"

#include <maxwell/ring/spsc_ring.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::test {

/// A bid that no other number gives.
constexpr bid numbered(std::uint32_t n) { return {make_agent_id(n, ~n), n * 3, n * 5}; }

template <std::size_t Capacity>
class spsc_lockstep {
public:
    explicit spsc_lockstep(std::uint64_t first) : ring_(std::make_unique<spsc_ring<bid, Capacity>>(first)) {}

    static constexpr unsigned operations = 7;

    /// Does one operation, of size `n` where it has one.
    char const* run(unsigned operation, std::uint32_t n) {
        char const* why = nullptr;
        switch (operation) {
            case 0:
                why = push();
                break;
            case 1:
                why = pop();
                break;
            case 2:
                why = stage(n);
                break;
            case 3:
                why = commit(n);
                break;
            case 4:
                why = drain(n);
                break;
            case 5:
                why = peek(n);
                break;
            default:
                why = release(n);
                break;
        }
        if (why != nullptr) return why;
        if (!ring_->check_invariants()) return "an invariant is broken";
        return ring_->anomalies() == 0 ? nullptr : "an honest producer counts as an anomaly";
    }

    /// Takes out what is left.
    char const* finish() {
        if (char const* why = drain(Capacity + 1)) return why;
        return ring_->try_pop() ? "there is more than was pushed" : nullptr;
    }

private:
    bid next() { return numbered(count_++); }

    char const* push() {
        const bool room = queue_.size() < Capacity;
        const bid b = next();
        if (ring_->try_push(b) != room) return "try_push is wrong about room";
        if (!room) return nullptr;
        queue_.push_back(b);
        staged_.clear();  // the first of them has been overwritten
        return nullptr;
    }

    char const* pop() {
        const std::optional<bid> popped = ring_->try_pop();
        if (popped.has_value() == queue_.empty()) return "try_pop is wrong about emptiness";
        return popped ? front_is(*popped) : nullptr;
    }

    char const* stage(std::uint32_t n) {
        for (std::uint32_t i = 0; i < n; ++i) {
            const bid b = next();
            const bool room = queue_.size() + staged_.size() < Capacity;
            if (ring_->stage(staged_.size(), b) != room) return "stage is wrong about room";
            if (room) staged_.push_back(b);
        }
        return nullptr;
    }

    char const* commit(std::uint32_t n) {
        const std::size_t count = std::min<std::size_t>(n, staged_.size());
        const auto end = staged_.begin() + static_cast<std::ptrdiff_t>(count);
        ring_->commit(count);
        queue_.insert(queue_.end(), staged_.begin(), end);
        staged_.erase(staged_.begin(), end);
        return nullptr;
    }

    char const* drain(std::uint32_t budget) {
        std::vector<bid> seen;
        const std::size_t drained = ring_->drain([&](bid const& b) { seen.push_back(b); }, budget);
        if (drained != seen.size()) return "drain miscounts";
        if (drained != std::min<std::size_t>(budget, queue_.size())) return "drain stops too early or too late";
        for (bid const& b : seen) {
            if (char const* why = front_is(b)) return why;
        }
        return nullptr;
    }

    char const* peek(std::uint32_t n) {
        const std::optional<bid> seen = ring_->peek(n);
        if (seen.has_value() != (n < queue_.size())) return "peek is wrong about what is there";
        return !seen || *seen == queue_[n] ? nullptr : "peek sees another record";
    }

    char const* release(std::uint32_t n) {
        ring_->release(n);
        for (std::uint32_t i = 0; i < n && !queue_.empty(); ++i) queue_.pop_front();
        return nullptr;
    }

    char const* front_is(bid const& b) {
        if (b != queue_.front()) return "a record is lost, doubled or changed";
        queue_.pop_front();
        return nullptr;
    }

    std::unique_ptr<spsc_ring<bid, Capacity>> ring_;
    std::deque<bid> queue_;
    std::vector<bid> staged_;  ///< written and not yet published
    std::uint32_t count_ = 1;
};

/// Every sequence of `length` operations, each of size 2.
template <std::size_t Capacity>
char const* every_sequence(unsigned length) {
    std::vector<unsigned> digits(length, 0);
    for (;;) {
        spsc_lockstep<Capacity> twin(0);
        for (const unsigned operation : digits) {
            if (char const* why = twin.run(operation, 2)) return why;
        }
        if (char const* why = twin.finish()) return why;
        std::size_t place = 0;
        while (place < length && ++digits[place] == spsc_lockstep<Capacity>::operations) digits[place++] = 0;
        if (place == length) return nullptr;
    }
}

/// `length` operations of any size, the first record in position `first`.
template <std::size_t Capacity>
char const* random_sequence(std::uint64_t first, std::size_t length) {
    dice random(Capacity + first);
    spsc_lockstep<Capacity> twin(first);
    for (; length > 0; --length) {
        const std::uint64_t most = random.below(4) == 0 ? Capacity + 2 : 4;
        if (char const* why = twin.run(random.below(twin.operations), random.below(most))) return why;
    }
    return twin.finish();
}

}  // namespace maxwell::test
