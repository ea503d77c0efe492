// SPDX-License-Identifier: MIT
//
// A bounded queue in the manner of D. Vyukov (1024cores.net, "Bounded MPMC queue"): sequence numbers in the cells,
// claimed by a compare-and-swap. Fast, widely copied, and a control here: a producer that dies between claim and
// publication stops it for ever, which the fault tests must notice.

#pragma once

#include <maxwell/core/atomic.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::test {

template <class T, std::size_t Capacity>
class vyukov_queue {
public:
    vyukov_queue() noexcept {
        for (std::size_t i = 0; i < Capacity; ++i) cell_[i].sequence.store(i, memory_order::relaxed);
    }

    bool try_push(T const& value) noexcept {
        std::uint64_t at = tail_.load(memory_order::relaxed);
        for (;;) {
            cell& c = cell_[at % Capacity];
            const std::uint64_t sequence = c.sequence.load(memory_order::acquire);
            if (sequence < at) return false;
            if (sequence > at) {
                at = tail_.load(memory_order::relaxed);
            } else if (tail_.compare_exchange(at, at + 1, memory_order::relaxed, memory_order::relaxed)) {
                c.value = value;
                c.sequence.store(at + 1, memory_order::release);
                return true;
            }
        }
    }

    bool try_pop(T& value) noexcept {
        std::uint64_t at = head_.load(memory_order::relaxed);
        for (;;) {
            cell& c = cell_[at % Capacity];
            const std::uint64_t sequence = c.sequence.load(memory_order::acquire);
            if (sequence < at + 1) return false;
            if (sequence > at + 1) {
                at = head_.load(memory_order::relaxed);
            } else if (head_.compare_exchange(at, at + 1, memory_order::relaxed, memory_order::relaxed)) {
                value = c.value;
                c.sequence.store(at + Capacity, memory_order::release);
                return true;
            }
        }
    }

private:
    struct cell {
        atomic<std::uint64_t> sequence;
        T value;
    };
    alignas(64) atomic<std::uint64_t> tail_;
    alignas(64) atomic<std::uint64_t> head_;
    alignas(64) cell cell_[Capacity];
};

}  // namespace maxwell::test
