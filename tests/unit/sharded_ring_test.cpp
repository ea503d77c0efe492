// SPDX-License-Identifier: MIT
//
// Rings of single agents, many of them behind one drain, and queues of others: who a bid is from, and whose turn it is.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/host/bid_queue.hpp>
#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/sharded_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <gtest/gtest.h>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace maxwell::test {
namespace {

// --- agent_ring --------------------------------------------------------------------------------------------------------

TEST(agent_ring, a_bid_counts_as_the_rings_agents) {
    static agent_ring<4> ring;
    const agent_id holder = make_agent_id(7, 9);
    ring.admit(holder);
    ASSERT_TRUE(ring.try_push({make_agent_id(1, 1), 10, 20}));
    EXPECT_EQ(ring.drain([&](bid const& b) { EXPECT_EQ(b, (bid{holder, 10, 20})); }, 10), 1u);
}

TEST(agent_ring, belongs_to_no_agent_at_first_and_after_retirement) {
    static agent_ring<4> ring;
    ASSERT_TRUE(ring.try_push({0, 1, 1}));
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u);
    ring.admit(5);
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u) << "what was waiting is nobody's";
    ASSERT_TRUE(ring.try_push({0, 2, 2}));
    ring.retire();
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u);
    ring.admit(6);
    EXPECT_EQ(ring.drain(ignore_bids{}, 10), 0u) << "nor the successor's";
    ASSERT_TRUE(ring.try_push({0, 3, 3}));
    EXPECT_EQ(ring.drain([](bid const& b) { EXPECT_EQ(b, (bid{6, 3, 3})); }, 10), 1u);
}

TEST(agent_ring, rejects_when_full_and_takes_batches) {
    static agent_ring<3> ring;
    ring.admit(1);
    for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(ring.offers().stage(i, {i, i + 1}));
    ring.offers().commit(3);
    EXPECT_FALSE(ring.try_push({1, 9, 9}));
    std::uint32_t next = 0;
    const auto in_order = [&](bid const& b) {
        EXPECT_EQ(b, (bid{1, next, next + 1}));
        ++next;
    };
    EXPECT_EQ(ring.drain(in_order, 10), 3u);
}

// --- sharded_ring ------------------------------------------------------------------------------------------------------

template <std::size_t Count>
using shards = sharded_ring<agent_ring<16>, Count>;

template <std::size_t Count>
std::unique_ptr<shards<Count>> admitted() {
    auto all = std::make_unique<shards<Count>>();
    for (std::size_t i = 0; i < Count; ++i) all->shard(i).admit(i);
    return all;
}

/// Bids of each shard that a drain gives.
template <std::size_t Count>
std::vector<std::size_t> shares(shards<Count>& all, std::size_t budget) {
    std::vector<std::size_t> got(Count, 0);
    std::size_t calls = 0;
    const std::size_t given = all.drain([&](bid const& b) { ++got[slot_of(b.agent)], ++calls; }, budget);
    EXPECT_EQ(given, calls);
    EXPECT_LE(given, budget);
    return got;
}

TEST(sharded_ring, everybody_has_an_equal_share_and_takes_what_is_left) {
    const auto all = admitted<3>();
    for (int i = 0; i < 16; ++i) ASSERT_TRUE(all->shard(0).try_push({}) && all->shard(2).try_push({}));
    ASSERT_TRUE(all->shard(1).try_push({}));
    EXPECT_EQ(shares(*all, 0), (std::vector<std::size_t>{0, 0, 0}));
    const auto got = shares(*all, 12);
    EXPECT_EQ(got[0] + got[2], 11u);
    EXPECT_GE(got[0], 4u);
    EXPECT_GE(got[2], 4u);
    EXPECT_EQ(got[1], 1u);
    EXPECT_EQ(shares(*all, 100), (std::vector<std::size_t>{16 - got[0], 0, 16 - got[2]}));
    EXPECT_EQ(shares(*all, 100), (std::vector<std::size_t>{0, 0, 0}));
}

/// Shards that are always full, and a budget of any size: over time each gets the same.
TEST(sharded_ring, nobody_starves) {
    for (const std::size_t budget : {1u, 2u, 3u, 4u, 5u, 6u, 7u, 11u}) {
        const auto all = admitted<5>();
        std::vector<std::size_t> got(5, 0);
        constexpr std::size_t drains = 1000;
        for (std::size_t n = 0; n < drains; ++n) {
            for (std::size_t i = 0; i < 5; ++i) {
                while (all->shard(i).try_push({})) {
                }
            }
            const auto now = shares(*all, budget);
            for (std::size_t i = 0; i < 5; ++i) got[i] += now[i];
        }
        for (const std::size_t n : got)
            EXPECT_NEAR(static_cast<double>(n), drains * static_cast<double>(budget) / 5, 12);
    }
}

/// One that floods its ring does not keep another's single bid waiting.
TEST(sharded_ring, a_flood_delays_nobody) {
    const auto all = admitted<5>();
    for (int n = 0; n < 100; ++n) {
        while (all->shard(0).try_push({})) {
        }
        const auto quiet = static_cast<std::size_t>(1 + n % 4);
        ASSERT_TRUE(all->shard(quiet).try_push({}));
        EXPECT_EQ(shares(*all, 5)[quiet], 1u);
    }
}

TEST(sharded_ring, bids_of_one_producer_keep_their_order) {
    const auto all = admitted<4>();
    dice random(1);
    std::uint32_t pushed[4] = {};
    std::uint32_t seen[4] = {};
    for (std::size_t n = scaled(50'000); n > 0; --n) {
        const std::uint32_t i = random.below(4);
        if (all->shard(i).try_push({0, pushed[i], i})) ++pushed[i];
        if (random.below(3) != 0) continue;
        all->drain(
            [&](bid const& b) {
                EXPECT_EQ(b, (bid{b.agent, seen[b.agent]++, slot_of(b.agent)}));
            },
            random.below(9));
    }
    all->drain([&](bid const& b) { ++seen[b.agent]; }, 1000);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(seen[i], pushed[i]);
}

TEST(sharded_ring, counts_the_anomalies_of_all) {
    const auto all = admitted<3>();
    for (const std::size_t i : {0u, 2u}) {
        const std::uint64_t lie = 99;  // the first stamp, two lines and a word into the spsc_ring
        std::memcpy(reinterpret_cast<unsigned char*>(&all->shard(i).offers()) + 128 + 8, &lie, sizeof(lie));
    }
    EXPECT_EQ(all->drain(ignore_bids{}, 3), 0u);
    EXPECT_EQ(all->anomalies(), 2u);
}

// --- queues of others --------------------------------------------------------------------------------------------------

template <class Source>
void is_a_source(Source& source) {
    static_assert(bid_source<Source> && Source::overflow == overflow_policy::reject);
    std::uint32_t pushed = 0;
    while (source.try_push({1, pushed, 2})) ++pushed;
    EXPECT_EQ(pushed, 8u);
    std::uint32_t seen = 0;
    const auto in_order = [&](bid const& b) { EXPECT_EQ(b, (bid{1, seen++, 2})); };
    EXPECT_EQ(source.drain(in_order, 3), 3u);
    EXPECT_EQ(source.drain(in_order, 100), 5u);
    EXPECT_EQ(source.drain(in_order, 100), 0u);
    EXPECT_EQ(source.anomalies(), 0u);
}

TEST(bid_queue, makes_a_source_of_a_queue) {
    bid_queue<boost::lockfree::spsc_queue<bid>> one(std::size_t{8});
    is_a_source(one);
    bid_queue<boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<8>>> fixed;
    is_a_source(fixed);
    bid_queue<boost::lockfree::queue<bid, boost::lockfree::capacity<8>>> many;
    is_a_source(many);
    sharded_ring<bid_queue<boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<8>>>, 2> all;
    ASSERT_TRUE(all.shard(1).queue().push({3, 4, 5}));
    EXPECT_EQ(all.drain(ignore_bids{}, 2), 1u);
}

}  // namespace
}  // namespace maxwell::test
