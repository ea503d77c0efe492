// SPDX-License-Identifier: MIT
//
// Rings between threads, more of them than there are processors: nothing lost, nothing twice, each producer's bids in order.
// Small rings, so that full and empty are met all the time. Runs under the thread sanitizer as well.

#include "support/dice.hpp"
#include "support/mpsc_lockstep.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/sharded_ring.hpp>
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
    const auto count = static_cast<std::uint32_t>(scaled(10'000));
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
    const auto count = static_cast<std::uint32_t>(scaled(10'000));
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

/// Bids of `producers` threads through one ring. Each of them dies between claim and commit now and then; what it was about
/// to say is said again by its successor.
template <class Cell, std::size_t Capacity>
void many_to_one(std::uint32_t producers) {
    const auto count = static_cast<std::uint32_t>(scaled(10'000)) / producers;
    using ring_type = mpsc_ring<Capacity, 8, 8, 4, Cell>;
    auto ring = std::make_unique<ring_type>();
    for (std::uint32_t slot = 0; slot < producers; ++slot) ring->admit(slot);
    in_order seen(producers);
    std::vector<std::thread> threads;
    for (std::uint32_t self = 0; self < producers; ++self) {
        threads.emplace_back([&ring, self, count] {
            auto number = ring->attach();
            dice random(self);
            for (std::uint32_t n = 0; n < count;) {
                if (random.below(1000) == 0) {
                    claim_and_die(*ring);
                    ring->detach(*number);
                    number = ring->attach();
                }
                if (number && ring->try_push(*number, numbered(self, n))) {
                    ++n;
                } else {
                    std::this_thread::yield();
                }
            }
        });
    }
    while (seen.seen() + seen.wrong() < std::size_t{count} * producers) {
        if (ring->drain([&](bid const& b) { seen(b); }, 10) == 0) std::this_thread::yield();
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(seen.wrong(), 0u);
    EXPECT_EQ(ring->anomalies(), 0u);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(ring->drain(ignore_bids{}, 10), 0u);
    EXPECT_TRUE(ring->check_invariants());
}

TEST(ring_stress, many_producers_one_consumer) {
    for (const std::uint32_t producers : {1u, 2u, 4u, 8u}) {
        many_to_one<wire_cell, 3>(producers);
        many_to_one<wire_cell, 64>(producers);
        many_to_one<halved_cell, 7>(producers);
    }
}

TEST(ring_stress, many_producers_with_a_ring_each) {
    for (const std::uint32_t producers : {1u, 2u, 4u, 8u}) {
        const auto count = static_cast<std::uint32_t>(scaled(20'000)) / producers;
        auto all = std::make_unique<sharded_ring<spsc_ring<bid, 7>, 8>>();
        in_order seen(producers);
        std::vector<std::thread> threads;
        for (std::uint32_t self = 0; self < producers; ++self) {
            threads.emplace_back([&all, self, count] {
                for (std::uint32_t n = 0; n < count;) {
                    if (all->shard(self).try_push(numbered(self, n))) {
                        ++n;
                    } else {
                        std::this_thread::yield();
                    }
                }
            });
        }
        while (seen.seen() + seen.wrong() < std::size_t{count} * producers) {
            if (all->drain([&](bid const& b) { seen(b); }, 20) == 0) std::this_thread::yield();
        }
        for (auto& thread : threads) thread.join();
        EXPECT_EQ(seen.wrong(), 0u);
        EXPECT_EQ(all->anomalies(), 0u);
    }
}

/// The same for the shared ring: what stands beside a place belongs to whoever has claimed it, until the consumer has read it.
template <class Cell>
void beside_a_cell() {
    const auto count = static_cast<std::uint32_t>(scaled(20'000));
    Cell cell;
    atomic<std::uint32_t> read{0};
    std::uint32_t beside = 0;
    std::thread producer([&] {
        for (std::uint32_t n = 1; n <= count; ++n) {
            while (read.load(memory_order::acquire) != n - 1) std::this_thread::yield();
            beside = n;
            cell.commit(static_cast<typename Cell::lap>(n), {n, n, 0, 0});
        }
    });
    std::uint32_t wrong = 0;
    for (std::uint32_t n = 1; n <= count; ++n) {
        maxwell_wire_bid found{};
        while (cell.read(static_cast<typename Cell::lap>(n), found) != cell_state::bid) std::this_thread::yield();
        wrong += found.amount == n && beside == n ? 0 : 1;
        read.store(n, memory_order::release);
    }
    producer.join();
    EXPECT_EQ(wrong, 0u);
}

TEST(ring_stress, a_commit_brings_what_was_written_before_it) {
    beside_a_cell<wire_cell>();
    beside_a_cell<halved_cell>();
}

}  // namespace
}  // namespace maxwell::test
