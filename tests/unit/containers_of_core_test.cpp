// SPDX-License-Identifier: MIT
//
// hierarchical_bitmap, rotation, agent_registry and latency_histogram, each against the plainest thing that does the same.

#include "support/dice.hpp"

#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/core/rotation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace maxwell::test {
namespace {

// --- hierarchical_bitmap -----------------------------------------------------------------------------------------------

template <std::size_t Size>
void agrees_with_a_set() {
    auto owned = std::make_unique<hierarchical_bitmap<Size>>();
    auto& bits = *owned;
    std::set<std::uint32_t> set;
    dice random(Size);
    const auto above = [&](std::uint32_t i) {
        const auto it = set.upper_bound(i);
        return it == set.end() ? bits.none : *it;
    };
    for (int i = 0; i < 4000; ++i) {
        // Sparse and dense phases, and members close to a word's edge.
        std::uint32_t member = random.below(Size);
        if (random.below(4) == 0) member = member / 64 * 64;
        if (random.below(i / 500 % 2 == 0 ? 4 : 2) != 0) {
            bits.set(member);
            set.insert(member);
        } else {
            bits.clear(member);
            set.erase(member);
        }
        ASSERT_EQ(bits.empty(), set.empty());
        ASSERT_EQ(bits.contains(member), set.count(member) != 0);
        if (!set.empty()) {
            ASSERT_EQ(bits.lowest(), *set.begin());
        }
        for (const std::uint32_t i_above : {member, random.below(Size), static_cast<std::uint32_t>(Size - 1), 0u}) {
            ASSERT_EQ(bits.lowest_above(i_above), above(i_above));
        }
        if (random.below(8) == 0 && !set.empty()) {
            const auto lowest = *set.begin();
            set.erase(lowest);
            ASSERT_EQ(bits.drop_lowest(lowest), set.empty() ? bits.none : *set.begin());
        }
        if (i % 97 == 0) {
            ASSERT_TRUE(bits.check_invariants());
        }
    }
    while (!set.empty()) {
        bits.clear(*set.begin());
        set.erase(set.begin());
    }
    EXPECT_TRUE(bits.empty());
    EXPECT_TRUE(bits.check_invariants());
}

TEST(hierarchical_bitmap, agrees_with_a_set_at_every_depth) {
    agrees_with_a_set<1>();
    agrees_with_a_set<63>();
    agrees_with_a_set<64>();
    agrees_with_a_set<65>();
    agrees_with_a_set<3328>();
    agrees_with_a_set<4096>();
    agrees_with_a_set<4097>();
    agrees_with_a_set<262145>();
}

TEST(hierarchical_bitmap, has_no_member_outside_its_size) {
    hierarchical_bitmap<65> bits;
    EXPECT_FALSE(bits.contains(65));
    EXPECT_FALSE(bits.contains(0xFFFF'FFFFu));
    EXPECT_EQ(bits.lowest_above(64), bits.none);
    EXPECT_DEATH(bits.set(65), "");
    EXPECT_DEATH((void)bits.lowest(), "");
    EXPECT_DEATH((void)bits.drop_lowest(3), "");
    bits.set(3);
    EXPECT_DEATH((void)bits.drop_lowest(4), "");
}

TEST(hierarchical_bitmap, check_invariants_sees_a_wrong_summary_and_a_stray_bit) {
    hierarchical_bitmap<100> bits;
    bits.set(70);
    auto broken = bits;
    std::uint64_t words[3];
    std::memcpy(words, &broken, sizeof(words));
    words[2] = 0;  // the summary
    std::memcpy(static_cast<void*>(&broken), words, sizeof(words));
    EXPECT_FALSE(broken.check_invariants());
    std::memcpy(words, &bits, sizeof(words));
    words[1] |= std::uint64_t{1} << 50;  // member 114 of 100
    std::memcpy(static_cast<void*>(&broken), words, sizeof(words));
    EXPECT_FALSE(broken.check_invariants());
}

constexpr bool bitmap_at_compile_time() {
    hierarchical_bitmap<200> bits;
    bits.set(3);
    bits.set(190);
    return bits.lowest() == 3 && bits.lowest_above(3) == 190 && bits.drop_lowest(3) == 190 && bits.check_invariants();
}
static_assert(bitmap_at_compile_time());

// --- agent_registry ----------------------------------------------------------------------------------------------------

TEST(rotation, asks_all_members_in_turn_whoever_comes_and_goes) {
    constexpr std::uint32_t size = 130;
    rotation<size> in_turn;
    EXPECT_EQ(in_turn.next(), size) << "nobody";
    std::set<std::uint32_t> members;
    std::uint32_t last = 0;
    dice random(7);
    for (int i = 0; i < 20'000; ++i) {
        const std::uint32_t who = random.below(size);
        if (random.below(4) == 0) {
            in_turn.set(who);
            members.insert(who);
        } else if (random.below(3) == 0) {
            in_turn.clear(who);
            members.erase(who);
        }
        ASSERT_EQ(in_turn.contains(who), members.count(who) != 0);
        const auto above = members.upper_bound(last);
        const std::uint32_t due = members.empty() ? size : above != members.end() ? *above : *members.begin();
        ASSERT_EQ(in_turn.next(), due);
        if (!members.empty()) last = due;
        ASSERT_TRUE(in_turn.check_invariants());
    }
}

TEST(agent_registry, gives_the_lowest_free_slot_and_never_the_same_id) {
    agent_registry<3> agents;
    EXPECT_EQ(agents.acquire(), make_agent_id(0, 0));
    EXPECT_EQ(agents.acquire(), make_agent_id(1, 0));
    EXPECT_EQ(agents.acquire(), make_agent_id(2, 0));
    EXPECT_EQ(agents.acquire(), std::nullopt);
    EXPECT_EQ(agents.release(make_agent_id(1, 0)), status::ok);
    EXPECT_EQ(agents.release(make_agent_id(0, 0)), status::ok);
    EXPECT_EQ(agents.size(), 1u);
    EXPECT_EQ(agents.acquire(), make_agent_id(0, 1));
    EXPECT_EQ(agents.acquire(), make_agent_id(1, 1));
    EXPECT_TRUE(agents.check_invariants());
}

TEST(agent_registry, refuses_what_it_has_not_given_out) {
    agent_registry<3> agents;
    EXPECT_EQ(agents.release(make_agent_id(0, 0)), status::unknown_agent) << "never given out";
    EXPECT_EQ(agents.release(make_agent_id(3, 0)), status::unknown_agent) << "no such slot";
    EXPECT_EQ(agents.release(~agent_id{0}), status::unknown_agent);
    const auto id = *agents.acquire();
    EXPECT_EQ(agents.release(make_agent_id(0, 1)), status::unknown_agent) << "a generation to come";
    EXPECT_EQ(agents.release(id), status::ok);
    EXPECT_EQ(agents.release(id), status::stale_agent) << "twice";
    EXPECT_EQ(agents.release(make_agent_id(0, 1)), status::unknown_agent) << "the id that comes next";
    EXPECT_EQ(agents.size(), 0u);
}

TEST(agent_registry, a_slot_out_of_generations_is_not_given_out_again) {
    agent_registry<2> agents(0xFFFF'FFFEu);
    EXPECT_EQ(agents.acquire(), make_agent_id(0, 0xFFFF'FFFEu));
    EXPECT_EQ(agents.release(make_agent_id(0, 0xFFFF'FFFEu)), status::ok);
    EXPECT_EQ(agents.acquire(), make_agent_id(0, 0xFFFF'FFFFu));
    EXPECT_EQ(agents.release(make_agent_id(0, 0xFFFF'FFFFu)), status::ok);
    EXPECT_FALSE(agents.is_live(make_agent_id(0, 0xFFFF'FFFFu)));
    EXPECT_EQ(agents.release(make_agent_id(0, 0xFFFF'FFFFu)), status::stale_agent);
    EXPECT_EQ(agents.acquire(), make_agent_id(1, 0xFFFF'FFFEu));
    EXPECT_EQ(agents.acquire(), std::nullopt) << "slot 0 would have to repeat an id";
    EXPECT_TRUE(agents.check_invariants());
}

TEST(agent_registry, keeps_its_books_over_long_random_use) {
    auto agents = std::make_unique<agent_registry<70>>();
    std::set<agent_id> live;
    std::set<agent_id> ever;
    dice random(8);
    for (int i = 0; i < 20'000; ++i) {
        if (random.below(2) == 0) {
            const auto id = agents->acquire();
            ASSERT_EQ(id.has_value(), live.size() < 70);
            if (!id) continue;
            ASSERT_TRUE(ever.insert(*id).second) << "an id was given out twice";
            live.insert(*id);
            ASSERT_TRUE(agents->is_live(*id));
        } else if (!live.empty()) {
            const auto it = std::next(live.begin(), random.below(live.size()));
            ASSERT_EQ(agents->release(*it), status::ok);
            ASSERT_FALSE(agents->is_live(*it));
            live.erase(it);
        }
        ASSERT_EQ(agents->size(), live.size());
        if (i % 64 == 0) {
            ASSERT_TRUE(agents->check_invariants());
        }
    }
}

TEST(agent_registry, zeroed_memory_is_the_empty_registry) {
    auto agents = std::make_unique<agent_registry<100>>();
    std::vector<unsigned char> zeros(sizeof(*agents));
    EXPECT_EQ(std::memcmp(static_cast<void const*>(agents.get()), zeros.data(), zeros.size()), 0);
}

// --- latency_histogram -------------------------------------------------------------------------------------------------

TEST(latency_histogram, empty_answers_zero) {
    const auto h = std::make_unique<latency_histogram<>>();
    EXPECT_EQ(h->count(), 0u);
    EXPECT_EQ(h->percentile(500'000), 0u);
    EXPECT_EQ(h->maximum(), 0u);
    EXPECT_TRUE(h->check_invariants());
}

TEST(latency_histogram, percentiles_are_those_of_the_sorted_values_to_a_cell) {
    dice random(9);
    for (const unsigned shift : {0u, 10u, 20u, 26u}) {
        auto h = std::make_unique<latency_histogram<>>();
        std::vector<std::uint64_t> values;
        for (int i = 0; i < 10'007; ++i) {
            values.push_back(random() >> shift);
            h->record(values.back());
        }
        std::sort(values.begin(), values.end());
        for (const std::uint32_t p : {0u, 1u, 500'000u, 990'000u, 999'000u, 999'999u, 1'000'000u, 2'000'000u}) {
            const double share = std::min(p, 1'000'000u) / 1e6;
            const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(share * 10'007 - 1e-6)));
            const double exact = static_cast<double>(values[rank - 1]);
            const double found = static_cast<double>(h->percentile(p));
            EXPECT_GE(found, exact);
            EXPECT_LE(found, exact * (1 + 1.0 / 128) + 1);
        }
        EXPECT_EQ(h->percentile(1'000'000), values.back());
        EXPECT_EQ(h->maximum(), values.back());
        EXPECT_EQ(h->count(), values.size());
    }
}

TEST(latency_histogram, values_beyond_32_bits_keep_their_maximum) {
    auto h = std::make_unique<latency_histogram<>>();
    h->record(std::uint64_t{1} << 40);
    EXPECT_EQ(h->maximum(), std::uint64_t{1} << 40);
    EXPECT_EQ(h->percentile(999'000), std::uint64_t{1} << 40);
    h->record(7);
    EXPECT_EQ(h->percentile(500'000), 7u);
}

TEST(latency_histogram, merge_is_recording_all) {
    auto all = std::make_unique<latency_histogram<>>();
    auto one = std::make_unique<latency_histogram<>>();
    auto two = std::make_unique<latency_histogram<>>();
    dice random(10);
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t v = random() >> random.below(32);
        all->record(v);
        (i % 3 == 0 ? one : two)->record(v);
    }
    one->merge(*two);
    EXPECT_EQ(std::memcmp(static_cast<void const*>(one.get()), all.get(), sizeof(*all)), 0);
    EXPECT_TRUE(one->check_invariants());
}

}  // namespace
}  // namespace maxwell::test
