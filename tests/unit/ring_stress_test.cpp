// SPDX-License-Identifier: MIT
//
// Rings between threads, more of them than there are processors: nothing lost, nothing twice, each producer's bids in order.
// Small rings, so that full and empty are met all the time. Runs under the thread sanitizer as well.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/spsc_ring.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

/// The n-th bid of a producer. Every word depends on n: a record made of two is noticed.
constexpr bid numbered(std::uint32_t producer, std::uint32_t n) { return {make_agent_id(producer, 0), n, ~n | 1u}; }

/// Sees that each producer's bids come in order, whole, and all of them.
class in_order {
public:
    explicit in_order(std::uint32_t producers) : next_(producers, 0) {}

    void operator()(bid const& b) {
        const std::uint32_t producer = slot_of(b.agent);
        if (producer < next_.size() && b == numbered(producer, next_[producer])) {
            ++next_[producer];
            ++seen_;
        } else {
            ++wrong_;
        }
    }

    std::size_t seen() const { return seen_; }
    std::size_t wrong() const { return wrong_; }

private:
    std::vector<std::uint32_t> next_;
    std::size_t seen_ = 0;
    std::size_t wrong_ = 0;
};

/// Publishes `count` bids, one by one and in batches.
template <class Ring>
void produce(Ring& ring, std::uint32_t count) {
    dice random(count);
    for (std::uint32_t n = 0; n < count;) {
        std::uint32_t batch = 0;
        if (random.below(2) == 0) {
            batch = ring.try_push(numbered(0, n)) ? 1 : 0;
        } else {
            const std::uint32_t most = std::min(random.below(10), count - n);
            while (batch < most && ring.stage(batch, numbered(0, n + batch))) ++batch;
            ring.commit(batch);
        }
        n += batch;
        if (batch == 0) std::this_thread::yield();
    }
}

/// Takes what is there by one of the consumer's three ways.
template <class Ring>
std::size_t consume(Ring& ring, in_order& seen, dice& random) {
    std::size_t count = 0;
    switch (random.below(3)) {
        case 0:
            return ring.drain([&](bid const& b) { seen(b); }, random.below(10));
        case 1:
            if (const auto b = ring.try_pop()) {
                seen(*b);
                ++count;
            }
            return count;
        default:
            for (auto b = ring.peek(0); b; b = ring.peek(count)) {
                seen(*b);
                ++count;
            }
            ring.release(count);
            return count;
    }
}

template <std::size_t Capacity>
void one_to_one() {
    const auto count = static_cast<std::uint32_t>(scaled(40'000));
    auto ring = std::make_unique<spsc_ring<bid, Capacity>>();
    in_order seen(1);
    std::thread producer([&] { produce(*ring, count); });
    dice random(Capacity);
    while (seen.seen() + seen.wrong() < count) {
        if (consume(*ring, seen, random) == 0) std::this_thread::yield();
    }
    producer.join();
    EXPECT_EQ(seen.wrong(), 0u);
    EXPECT_FALSE(ring->try_pop());
    EXPECT_EQ(ring->anomalies(), 0u);
    EXPECT_TRUE(ring->check_invariants());
}

TEST(ring_stress, one_producer_one_consumer) {
    one_to_one<1>();
    one_to_one<2>();
    one_to_one<7>();
    one_to_one<64>();
}

/// The ring's words are atomic, so the thread sanitizer sees nothing of their order. What is written beside them is not:
/// it belongs to the producer from stage to commit and to the consumer from peek to release.
TEST(ring_stress, a_record_brings_what_was_written_before_it) {
    constexpr std::size_t capacity = 3;
    const auto count = static_cast<std::uint32_t>(scaled(30'000));
    auto ring = std::make_unique<spsc_ring<std::uint32_t, capacity>>();
    std::uint32_t beside[capacity] = {};
    std::thread producer([&] {
        for (std::uint32_t n = 0; n < count;) {
            if (ring->stage(0, n)) {
                beside[n % capacity] = n;
                ring->commit(1);
                ++n;
            } else {
                std::this_thread::yield();
            }
        }
    });
    std::uint32_t wrong = 0;
    for (std::uint32_t n = 0; n < count;) {
        if (const auto record = ring->peek(0)) {
            wrong += *record == n && beside[n % capacity] == n ? 0 : 1;
            ring->release(1);
            ++n;
        } else {
            std::this_thread::yield();
        }
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace maxwell::test
