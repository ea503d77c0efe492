// SPDX-License-Identifier: MIT
//
// mpsc_ring and its parts, one thread at a time, over both kinds of cell: long random sequences with producers that die
// between claim and commit, across the wrap of the lap; identities; the limit of producers.

#include "support/mpsc_lockstep.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/mpsc_ring.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>

namespace maxwell::test {
namespace {

// --- the exchange of 16 bytes ------------------------------------------------------------------------------------------

TEST(atomic16, exchanges_both_words_or_none) {
    if (!has_atomic16) GTEST_SKIP() << "this machine has no exchange of 16 bytes";
    atomic16 shared;
    EXPECT_EQ(shared.load(), (two_words{0, 0}));
    EXPECT_FALSE(shared.compare_exchange({0, 1}, {5, 5}));
    EXPECT_FALSE(shared.compare_exchange({1, 0}, {5, 5}));
    EXPECT_EQ(shared.load(), (two_words{0, 0}));
    EXPECT_TRUE(shared.compare_exchange({0, 0}, {~std::uint64_t{0}, 7}));
    EXPECT_EQ(shared.load(), (two_words{~std::uint64_t{0}, 7}));
}

// --- who holds a slot --------------------------------------------------------------------------------------------------

TEST(slot_holders, knows_the_rest_of_a_generation) {
    slot_holders<100> holders;
    EXPECT_FALSE(holders.find(0, 0)) << "nobody is there at first";
    EXPECT_EQ(holders.retire(0), status::unknown_agent);
    const agent_id id = make_agent_id(70, 0x1234'5678u);
    EXPECT_EQ(holders.admit(id), status::ok);
    EXPECT_EQ(holders.admit(id), status::ok);
    EXPECT_TRUE(holders.holds(id));
    EXPECT_EQ(holders.find(70, 0x78), id);
    EXPECT_FALSE(holders.find(70, 0x77));
    EXPECT_FALSE(holders.find(69, 0x78));
    EXPECT_FALSE(holders.find(100, 0)) << "no such slot";
    EXPECT_FALSE(holders.find(~0u, 0));
}

TEST(slot_holders, a_newer_agent_takes_the_slot_and_an_older_one_does_not) {
    slot_holders<10> holders;
    const agent_id older = make_agent_id(3, 5);
    const agent_id newer = make_agent_id(3, 6);
    EXPECT_EQ(holders.admit(older), status::ok);
    EXPECT_EQ(holders.admit(newer), status::ok);
    EXPECT_FALSE(holders.holds(older));
    EXPECT_EQ(holders.admit(older), status::stale_agent);
    EXPECT_EQ(holders.retire(older), status::stale_agent);
    EXPECT_EQ(holders.find(3, 6), newer);
    EXPECT_EQ(holders.retire(newer), status::ok);
    EXPECT_EQ(holders.retire(newer), status::unknown_agent);
    EXPECT_FALSE(holders.find(3, 6));
    EXPECT_FALSE(holders.holds(newer));
    EXPECT_EQ(holders.admit(10), status::unknown_agent);
    EXPECT_EQ(holders.retire(10), status::unknown_agent);
}

TEST(slot_holders, generations_256_apart_look_the_same) {
    slot_holders<1> holders;
    holders.admit(make_agent_id(0, 300));
    EXPECT_EQ(holders.find(0, 300 - 256), make_agent_id(0, 300)) << "what the header says that it can't tell apart";
}

// --- one place ---------------------------------------------------------------------------------------------------------

template <class Cell>
void settles_once_a_lap() {
    using lap = typename Cell::lap;
    EXPECT_STREQ(every_way_to_settle<Cell>(1), nullptr);
    EXPECT_STREQ(every_way_to_settle<Cell>(static_cast<lap>(-3)), nullptr) << "across the wrap";
    Cell zeroed;
    maxwell_wire_bid found{};
    EXPECT_EQ(zeroed.read(1, found), cell_state::open);
    EXPECT_TRUE(zeroed.abandon(77)) << "a foreign content can be given up, too";
    EXPECT_EQ(zeroed.read(77, found), cell_state::abandoned);
}

TEST(wire_cell, settles_once_a_lap) {
    settles_once_a_lap<wire_cell>();
    settles_once_a_lap<halved_cell>();
}

TEST(wire_cell, has_the_layout_of_the_c_header) {
    if (!has_atomic16) GTEST_SKIP() << "halves have a layout of their own";
    whole_cell cell;
    ASSERT_TRUE(cell.commit(1, {5, 6, maxwell_wire_who(7, 8), 0}));
    maxwell_wire_bid raw;
    std::memcpy(&raw, &cell, sizeof(raw));
    EXPECT_EQ(raw.amount, 5u);
    EXPECT_EQ(raw.units, 6u);
    EXPECT_EQ(maxwell_wire_slot(raw.who), 7u);
    EXPECT_EQ(maxwell_wire_generation(raw.who), 8u);
    EXPECT_EQ(raw.lap, 1u);
}

/// A consumer that dies between the two halves leaves the first one open: its successor closes it.
TEST(wire_cell, halves_are_abandoned_in_two_steps) {
    halved_cell cell;
    ASSERT_TRUE(cell.abandon(1));
    const std::uint64_t open = 0;
    std::memcpy(static_cast<void*>(&cell), &open, sizeof(open));  // only the second half has been given up
    maxwell_wire_bid found{};
    ASSERT_EQ(cell.read(1, found), cell_state::abandoned);
    EXPECT_TRUE(cell.commit(2, {1, 2, 3, 0}));
    EXPECT_EQ(cell.read(2, found), cell_state::bid);
    EXPECT_EQ(found.amount, 1u);
}

// --- the ring ----------------------------------------------------------------------------------------------------------

TEST(mpsc_ring, delivers_all_bids_and_passes_crashed_producers) {
    const std::size_t length = scaled(20'000);
    EXPECT_STREQ(random_claims_everywhere<wire_cell>(length), nullptr);
    EXPECT_STREQ(random_claims_everywhere<halved_cell>(length), nullptr);
}

constexpr bid bid_of(agent_id agent) { return {agent, 10, 20}; }

TEST(mpsc_ring, zeroed_memory_is_the_empty_ring) {
    using ring_type = mpsc_ring<3>;
    alignas(ring_type) static unsigned char zeros[sizeof(ring_type)];
    auto* ring = std::launder(reinterpret_cast<ring_type*>(zeros));
    EXPECT_TRUE(ring->check_invariants());
    EXPECT_EQ(ring->drain(ignore_bids{}, 10), 0u);
    EXPECT_FALSE(ring->try_push(0, bid_of(1))) << "nobody is attached";
    ASSERT_EQ(ring->attach(), 0u);
    ring->admit(1);
    EXPECT_TRUE(ring->try_push(0, bid_of(1)));
    EXPECT_EQ(ring->drain([](bid const& b) { EXPECT_EQ(b, bid_of(1)); }, 10), 1u);
}

TEST(mpsc_ring, holds_exactly_its_capacity) {
    static mpsc_ring<5> ring;
    static_assert(ring.capacity() == 5);
    ring.attach();
    for (std::uint32_t i = 0; i < 5; ++i) ring.admit(i);
    for (int lap = 0; lap < 50; ++lap) {
        for (std::uint32_t i = 0; i < 5; ++i) ASSERT_TRUE(ring.try_push(0, bid_of(i)));
        ASSERT_FALSE(ring.try_push(0, bid_of(0)));
        ASSERT_EQ(ring.drain(ignore_bids{}, 100), 5u);
    }
}

TEST(mpsc_ring, as_many_producers_as_agreed) {
    static mpsc_ring<8, 8, 3> ring;
    EXPECT_EQ(ring.attach(), 0u);
    EXPECT_EQ(ring.attach(), 1u);
    EXPECT_EQ(ring.attach(), 2u);
    EXPECT_FALSE(ring.attach());
    for (std::uint32_t who = 0; who < 3; ++who) EXPECT_TRUE(ring.attached(who));
    EXPECT_FALSE(ring.attached(3) || ring.attached(~0u)) << "no such number";
    EXPECT_TRUE(ring.try_push(2, bid_of(0)));
    EXPECT_TRUE(ring.detach(1));
    EXPECT_FALSE(ring.detach(1));
    EXPECT_FALSE(ring.attached(1)) << "given back";
    EXPECT_FALSE(ring.detach(3));
    EXPECT_FALSE(ring.detach(~0u));
    EXPECT_FALSE(ring.try_push(1, bid_of(0))) << "not attached any more";
    EXPECT_FALSE(ring.try_push(3, bid_of(0))) << "no such producer";
    EXPECT_FALSE(ring.try_push(~0u, bid_of(0)));
    EXPECT_EQ(ring.attach(), 1u);
    EXPECT_TRUE(ring.try_push(1, bid_of(0)));
    EXPECT_TRUE(ring.check_invariants());
    static mpsc_ring<8, 8, 64> wide;
    for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(wide.attach(), i);
    EXPECT_FALSE(wide.attach());
}

TEST(mpsc_ring, returns_the_whole_generation_of_the_slots_holder) {
    static mpsc_ring<8, 100> ring;
    ring.attach();
    const agent_id older = make_agent_id(70, 0xABCD'EF01u);
    const agent_id newer = make_agent_id(70, 0xABCD'EF02u);
    ring.admit(older);
    EXPECT_FALSE(ring.try_push(0, bid_of(100))) << "no such slot";
    ASSERT_TRUE(ring.try_push(0, bid_of(older)));
    ASSERT_TRUE(ring.try_push(0, bid_of(newer)));
    ASSERT_TRUE(ring.try_push(0, bid_of(71)));
    EXPECT_EQ(ring.drain([&](bid const& b) { EXPECT_EQ(b, bid_of(older)); }, 10), 1u);
    EXPECT_EQ(ring.anomalies(), 2u) << "the next holder, too early, and a slot of nobody";
    ring.admit(newer);
    EXPECT_TRUE(ring.holds(newer));
    ASSERT_TRUE(ring.try_push(0, bid_of(older)));
    ASSERT_TRUE(ring.try_push(0, bid_of(newer)));
    EXPECT_EQ(ring.drain([&](bid const& b) { EXPECT_EQ(b, bid_of(newer)); }, 10), 1u);
    EXPECT_EQ(ring.anomalies(), 3u);
    EXPECT_EQ(ring.retire(newer), status::ok);
    ASSERT_TRUE(ring.try_push(0, bid_of(newer)));
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u);
    EXPECT_EQ(ring.anomalies(), 4u);
}

TEST(mpsc_ring, what_is_dropped_counts_towards_the_budget) {
    static mpsc_ring<8> ring;
    ring.attach();
    ring.admit(1);
    for (const agent_id agent : {0, 0, 0, 1}) ASSERT_TRUE(ring.try_push(0, bid_of(agent)));
    EXPECT_EQ(ring.drain(ignore_bids{}, 3), 0u);
    EXPECT_EQ(ring.drain(ignore_bids{}, 3), 1u);
}

/// Producers are trusted, memory is not always: whatever stands in the places, the consumer keeps its budget and goes on.
TEST(mpsc_ring, overwritten_cells_are_passed) {
    using ring_type = mpsc_ring<7, 7, 1, 2>;
    auto ring = std::make_unique<ring_type>();
    ring->attach();
    for (std::uint32_t slot = 0; slot < 7; ++slot) ring->admit(slot);
    dice random(1);
    auto* const cells = reinterpret_cast<unsigned char*>(ring.get()) + sizeof(ring_type) - 8 * 16;
    for (std::size_t n = scaled(50'000); n > 0; --n) {
        if (random.below(3) == 0) cells[random.below(8 * 16)] = static_cast<unsigned char>(random());
        ring->try_push(0, bid_of(random.below(7)));
        const std::size_t budget = random.below(9);
        ASSERT_LE(ring->drain(ignore_bids{}, budget), budget);
    }
    EXPECT_GT(ring->anomalies(), 0u);
    EXPECT_GT(ring->abandoned(), 0u);
    for (int i = 0; i < 100; ++i) ring->drain(ignore_bids{}, 9);
    std::size_t delivered = 0;
    for (std::uint32_t i = 0; i < 64; ++i) {
        while (!ring->try_push(0, bid_of(i % 7))) ring->drain(ignore_bids{}, 9);
        delivered += ring->drain(ignore_bids{}, 9);
    }
    EXPECT_GE(delivered, 56u) << "a lap at the most is lost to what is left";
}

}  // namespace
}  // namespace maxwell::test
