// SPDX-License-Identifier: MIT
//
// spsc_ring, one thread at a time: every short sequence of operations against a queue of the standard library, long random
// ones across the places where positions wrap, and what each side leaves behind when it dies or lies.

#include "support/dice.hpp"
#include "support/scale.hpp"
#include "support/spsc_lockstep.hpp"

#include <maxwell/core/view.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <memory>
#include <new>

namespace maxwell::test {
namespace {

TEST(spsc_ring, every_short_sequence_is_that_of_a_queue) {
    const unsigned length = small_scale() ? 4 : 6;
    EXPECT_STREQ(every_sequence<1>(length), nullptr);
    EXPECT_STREQ(every_sequence<2>(length), nullptr);
    EXPECT_STREQ(every_sequence<3>(length), nullptr);
}

TEST(spsc_ring, long_sequences_are_those_of_a_queue) {
    const std::size_t length = scaled(20'000);
    for (const std::uint64_t first : {std::uint64_t{0}, (std::uint64_t{1} << 32) - 50}) {
        EXPECT_STREQ(random_sequence<1>(first, length), nullptr);
        EXPECT_STREQ(random_sequence<2>(first, length), nullptr);
        EXPECT_STREQ(random_sequence<3>(first, length), nullptr);
        EXPECT_STREQ(random_sequence<7>(first, length), nullptr);
        EXPECT_STREQ(random_sequence<64>(first, length), nullptr);
    }
}

TEST(spsc_ring, positions_wrap_where_the_capacity_is_a_power_of_two) {
    const std::size_t length = scaled(20'000);
    EXPECT_STREQ(random_sequence<1>(~std::uint64_t{0} - 50, length), nullptr);
    EXPECT_STREQ(random_sequence<2>(~std::uint64_t{0} - 50, length), nullptr);
    EXPECT_STREQ(random_sequence<64>(~std::uint64_t{0} - 500, length), nullptr);
}

TEST(spsc_ring, holds_exactly_its_capacity) {
    static spsc_ring<bid, 7> ring;
    static_assert(ring.capacity() == 7);
    for (int lap = 0; lap < 20; ++lap) {
        for (std::uint32_t i = 0; i < 7; ++i) ASSERT_TRUE(ring.try_push(numbered(i)));
        ASSERT_FALSE(ring.try_push(numbered(7)));
        ASSERT_EQ(ring.drain(ignore_bids{}, 100), 7u);
        ASSERT_EQ(ring.drain(ignore_bids{}, 100), 0u);
    }
}

TEST(spsc_ring, zeroed_memory_is_the_empty_ring) {
    using ring_type = spsc_ring<bid, 3>;
    alignas(ring_type) unsigned char zeros[sizeof(ring_type)] = {};
    auto* ring = std::launder(reinterpret_cast<ring_type*>(zeros));
    EXPECT_TRUE(ring->check_invariants());
    EXPECT_FALSE(ring->try_pop());
    EXPECT_TRUE(ring->try_push(numbered(1)));
    EXPECT_EQ(ring->try_pop(), numbered(1));
}

TEST(spsc_ring, works_wherever_it_lies) {
    using ring_type = spsc_ring<bid, 3>;
    alignas(ring_type) static unsigned char here[sizeof(ring_type)], there[sizeof(ring_type)];
    auto* ring = std::launder(reinterpret_cast<ring_type*>(here));
    for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(ring->try_push(numbered(i)));
    ASSERT_EQ(ring->try_pop(), numbered(0));
    std::memcpy(there, here, sizeof(here));
    std::memset(here, 0xFF, sizeof(here));
    ring = std::launder(reinterpret_cast<ring_type*>(there));
    EXPECT_EQ(ring->try_pop(), numbered(1));
    EXPECT_EQ(ring->try_pop(), numbered(2));
    EXPECT_FALSE(ring->try_pop());
}

template <std::size_t Size>
void carries() {
    struct record {
        unsigned char bytes[Size];
    };
    auto ring = std::make_unique<spsc_ring<record, 5>>();
    dice random(Size);
    std::deque<record> queue;
    for (int n = 0; n < 2000; ++n) {
        record r;
        for (auto& byte : r.bytes) byte = static_cast<unsigned char>(random());
        if (ring->try_push(r)) queue.push_back(r);
        if (random.below(2) != 0 || queue.empty()) continue;
        const auto popped = ring->try_pop();
        ASSERT_TRUE(popped && std::memcmp(popped->bytes, queue.front().bytes, Size) == 0);
        queue.pop_front();
    }
}

TEST(spsc_ring, carries_records_of_any_size) {
    carries<1>();
    carries<8>();
    carries<11>();
    carries<100>();
}

TEST(spsc_ring, nothing_staged_is_seen_before_commit) {
    static spsc_ring<bid, 4> ring;
    for (int lap = 0; lap < 5; ++lap) {
        for (std::uint32_t i = 0; i < 4; ++i) ASSERT_TRUE(ring.stage(i, numbered(i)));
        EXPECT_FALSE(ring.stage(4, numbered(4))) << "no fifth place";
        EXPECT_FALSE(ring.stage(~std::size_t{0}, numbered(4)));
        EXPECT_FALSE(ring.peek(0));
        ring.commit(3);
        EXPECT_EQ(ring.peek(2), numbered(2));
        EXPECT_FALSE(ring.peek(3));
        ring.commit(1);
        EXPECT_EQ(ring.peek(3), numbered(3));
        EXPECT_FALSE(ring.peek(4));
        ring.release(100);
        EXPECT_FALSE(ring.peek(0));
    }
    EXPECT_TRUE(ring.check_invariants());
}

TEST(spsc_ring, commit_never_passes_the_room) {
    static spsc_ring<bid, 4> ring;
    ASSERT_TRUE(ring.try_push(numbered(0)));
    ring.commit(100);
    EXPECT_TRUE(ring.check_invariants());
    EXPECT_EQ(ring.drain(ignore_bids{}, 100), 4u);
    EXPECT_EQ(ring.anomalies(), 0u);
}

// --- death -------------------------------------------------------------------------------------------------------------

TEST(spsc_ring, a_producer_that_died_before_noting_a_record_is_resumed) {
    using ring_type = spsc_ring<bid, 4>;
    for (int records = 1; records < 12; ++records) {
        auto ring = std::make_unique<ring_type>();
        std::uint64_t before = 0;
        for (int i = 0; i < records; ++i) {
            while (!ring->try_push(numbered(static_cast<std::uint32_t>(i)))) ring->release(1);
            before = static_cast<std::uint64_t>(i);
        }
        auto* const tail = reinterpret_cast<unsigned char*>(ring.get()) + 64;
        std::memcpy(tail, &before, sizeof(before));  // the state between the two stores
        ring->resume();
        EXPECT_TRUE(ring->check_invariants());
        ring->resume();
        ring->release(4);
        ASSERT_TRUE(ring->try_push(numbered(100)));
        EXPECT_EQ(ring->try_pop(), numbered(100)) << "it must not stand where the consumer has been";
    }
}

TEST(spsc_ring, a_successor_of_a_dead_consumer_reads_the_rest) {
    static spsc_ring<bid, 4> ring;
    for (std::uint32_t i = 0; i < 4; ++i) ASSERT_TRUE(ring.try_push(numbered(i)));
    alignas(decltype(ring)) static unsigned char at_death[sizeof(ring)];
    std::size_t seen = 0;
    ring.drain(
        [&](bid const&) {
            if (++seen == 3) std::memcpy(at_death, &ring, sizeof(ring));
        },
        4);
    auto* left = std::launder(reinterpret_cast<spsc_ring<bid, 4>*>(at_death));
    EXPECT_TRUE(left->check_invariants());
    for (std::uint32_t i = 0; i < 4; ++i) EXPECT_EQ(left->try_pop(), numbered(i));
}

// --- lies --------------------------------------------------------------------------------------------------------------

/// What a producer can write to: all but the consumer's line or page.
template <class Ring>
view<unsigned char> writable(Ring& ring) {
    constexpr std::size_t own = alignof(Ring);
    return {reinterpret_cast<unsigned char*>(&ring) + own, sizeof(ring) - own};
}

template <std::size_t Alignment>
void scribbled() {
    struct neighbours {
        unsigned char before[64];
        spsc_ring<bid, 7, Alignment> ring;
        unsigned char after[64];
    };
    auto memory = std::make_unique<neighbours>();
    std::memset(memory->before, 0xA5, 64);
    std::memset(memory->after, 0xA5, 64);
    auto& ring = memory->ring;
    dice random(Alignment);
    for (std::size_t n = scaled(100'000); n > 0; --n) {
        const auto bytes = writable(ring).first(64 + 7 * 24);  // what lies behind is padding
        switch (random.below(4)) {
            case 0:
                bytes[random.below(bytes.size())] = static_cast<unsigned char>(random());
                break;
            case 1: {  // a likely number in a likely place
                const std::uint64_t number = random.below(40) - std::uint64_t{10};
                std::memcpy(&bytes[random.below(bytes.size() / 8) * 8], &number, 8);
                break;
            }
            case 2:
                ring.try_push(numbered(1));
                break;
            default:
                ring.resume();
                break;
        }
        const std::size_t budget = random.below(10);
        std::size_t calls = 0;
        const std::size_t drained = ring.drain([&](bid const&) { ++calls; }, budget);
        ASSERT_EQ(drained, calls);
        ASSERT_LE(drained, budget);
    }
    EXPECT_GT(ring.anomalies(), 0u);
    for (std::size_t i = 0; i < 64; ++i) ASSERT_TRUE(memory->before[i] == 0xA5 && memory->after[i] == 0xA5);
}

TEST(spsc_ring, whatever_a_producer_writes_a_drain_keeps_its_budget) {
    scribbled<64>();
    scribbled<4096>();
}

TEST(spsc_ring, a_sequence_number_that_no_producer_writes_is_an_anomaly) {
    for (const std::uint64_t stamp : {2u, 5u, 6u, 9u, 1000u}) {  // of slot 0, empty, where 1 would be a record
        auto ring = std::make_unique<spsc_ring<bid, 4>>();
        std::memcpy(&writable(*ring)[64 + 16], &stamp, 8);
        EXPECT_EQ(ring->drain(ignore_bids{}, 10), 0u);
        EXPECT_EQ(ring->anomalies(), 1u) << stamp;
        EXPECT_FALSE(ring->try_pop());
        EXPECT_EQ(ring->anomalies(), 2u) << "counted whenever it is met";
    }
}

TEST(spsc_ring, nothing_of_a_quarantined_ring_is_looked_at) {
    static spsc_ring<bid, 4> ring;
    ASSERT_TRUE(ring.try_push(numbered(1)));
    ring.quarantine();
    EXPECT_TRUE(ring.quarantined());
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u);
    EXPECT_FALSE(ring.try_pop());
    EXPECT_FALSE(ring.peek(0));
    ring.quarantine(false);
    EXPECT_EQ(ring.try_pop(), numbered(1));
}

}  // namespace
}  // namespace maxwell::test
