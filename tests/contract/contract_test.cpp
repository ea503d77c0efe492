// SPDX-License-Identifier: MIT
//
// The contract of `auction`, clause by clause, for every container of the list. docs/concepts.md names the test of each
// clause. That the highest bid wins is not among them, since samplers draw: ranking_test.cpp has those.
// Amounts are chosen so that exact and tier order agree where a test says nothing else.

#include "contract/containers.hpp"
#include "support/dice.hpp"
#include "support/lockstep.hpp"
#include "support/reference_auction.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/many_bids.hpp>
#include <maxwell/core/bid.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <cstring>
#include <memory>
#include <vector>

namespace maxwell::test {
namespace {

template <class Subject>
class contract : public ::testing::Test {
protected:
    using container = typename Subject::container;
    using oracle = typename Subject::oracle;
    static constexpr std::size_t capacity = container::capacity();

    // On the heap: a container may be larger than a stack.
    std::unique_ptr<container> owned = std::make_unique<container>();
    container& a = *owned;
};
TYPED_TEST_SUITE(contract, MAXWELL_CONTAINERS);

/// Is the payment critical for each draw? It is where nothing is drawn.
template <class A>
constexpr bool truthful_for_every_draw() {
    if constexpr (requires { typename A::rule; }) {
        return A::rule::truthful_for_every_draw;
    } else {
        return true;
    }
}

TYPED_TEST(contract, begins_empty_with_reserve_zero) {
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.size(), 0u);
    EXPECT_EQ(this->a.reserve(), 0u);
    EXPECT_EQ(this->a.top(), std::nullopt);
    EXPECT_EQ(this->a.extract_max(), std::nullopt);
    EXPECT_TRUE(this->a.check_invariants());
}

TYPED_TEST(contract, zeroed_memory_is_the_empty_auction) {
    using A = typename TestFixture::container;
    const std::vector<unsigned char> zeros(sizeof(A));
    EXPECT_EQ(std::memcmp(static_cast<void const*>(&this->a), zeros.data(), sizeof(A)), 0);
}

TYPED_TEST(contract, slots_at_or_above_capacity_are_unknown) {
    for (const agent_id outside : {id(this->capacity), id(0xFFFF'FFFFu), id(this->capacity, 7)}) {
        EXPECT_EQ(this->a.insert({outside, 500, 1}), status::unknown_agent);
        EXPECT_EQ(this->a.insert({outside, 500, 0}), status::unknown_agent);
        EXPECT_EQ(this->a.expire(outside), status::unknown_agent);
        EXPECT_EQ(this->a.retire(outside), status::unknown_agent);
        EXPECT_EQ(this->a.find(outside), std::nullopt);
    }
    EXPECT_TRUE(this->a.empty());
}

TYPED_TEST(contract, every_slot_below_capacity_can_bid_at_once) {
    for (std::size_t s = 0; s < this->capacity; ++s) ASSERT_EQ(this->a.insert({id(s), 500, 1}), status::ok);
    EXPECT_EQ(this->a.size(), this->capacity);
    EXPECT_TRUE(this->a.check_invariants());
    for (std::size_t left = this->capacity; left > 0; --left) {
        const auto won = this->a.extract_max();
        ASSERT_TRUE(won.has_value()) << "whoever wins is gone, and no other";
        EXPECT_EQ(this->a.find(won->winner.agent), std::nullopt);
        EXPECT_EQ(this->a.size(), left - 1);
    }
    EXPECT_TRUE(this->a.empty());
}

TYPED_TEST(contract, insert_keeps_the_bid_as_it_is) {
    const std::size_t last = this->capacity - 1;
    for (const bid b :
         {bid{id(0), 0, 1}, bid{id(last, 0xFFFF'FFFFu), 0xFFFF'FFFFu, 0xFFFF'FFFFu}, bid{id(last / 2, 9), 777, 3}}) {
        this->a = {};
        EXPECT_EQ(this->a.insert(b), status::ok);
        EXPECT_EQ(this->a.find(b.agent), b);
        EXPECT_EQ(this->a.top()->winner, b);
        EXPECT_EQ(this->a.extract_max()->winner, b);
    }
}

TYPED_TEST(contract, insert_replaces_the_bid_of_the_same_agent) {
    EXPECT_EQ(this->a.insert({id(0), 500, 1}), status::ok);
    EXPECT_EQ(this->a.insert({id(0), 250, 2}), status::ok);
    EXPECT_EQ(this->a.size(), 1u);
    EXPECT_EQ(this->a.find(id(0)), (bid{id(0), 250, 2}));
}

TYPED_TEST(contract, insert_of_no_units_withdraws) {
    EXPECT_EQ(this->a.insert({id(0), 300, 0}), status::no_bid);
    this->a.insert({id(0), 300, 1});
    EXPECT_EQ(this->a.insert({id(0), 999, 0}), status::ok);
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.find(id(0)), std::nullopt);
    EXPECT_EQ(this->a.insert({id(0), 300, 0}), status::no_bid);
}

TYPED_TEST(contract, expire_withdraws_once) {
    this->a.insert({id(0), 300, 1});
    EXPECT_EQ(this->a.expire(id(0)), status::ok);
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.expire(id(0)), status::no_bid);
    EXPECT_EQ(this->a.insert({id(0), 300, 1}), status::ok);
}

TYPED_TEST(contract, expire_of_a_newer_generation_has_no_bid_to_withdraw) {
    this->a.insert({id(0, 1), 300, 1});
    EXPECT_EQ(this->a.expire(id(0, 2)), status::no_bid);
    EXPECT_EQ(this->a.insert({id(0, 2), 300, 0}), status::no_bid);
    EXPECT_EQ(this->a.find(id(0, 1)), (bid{id(0, 1), 300, 1}));
    EXPECT_EQ(this->a.insert({id(0, 1), 301, 1}), status::ok) << "what answers no_bid changes nothing";
}

TYPED_TEST(contract, a_newer_generation_replaces_the_older_ones_bid) {
    this->a.insert({id(0, 1), 300, 1});
    EXPECT_EQ(this->a.insert({id(0, 2), 200, 1}), status::ok);
    EXPECT_EQ(this->a.size(), 1u);
    EXPECT_EQ(this->a.find(id(0, 1)), std::nullopt);
    EXPECT_EQ(this->a.top()->winner, (bid{id(0, 2), 200, 1}));
}

TYPED_TEST(contract, older_generations_are_stale_and_change_nothing) {
    this->a.insert({id(0, 5), 300, 1});
    for (int live = 1; live >= 0; --live) {
        for (const std::uint32_t older : {0u, 4u}) {
            EXPECT_EQ(this->a.insert({id(0, older), 400, 1}), status::stale_agent);
            EXPECT_EQ(this->a.insert({id(0, older), 400, 0}), status::stale_agent);
            EXPECT_EQ(this->a.expire(id(0, older)), status::stale_agent);
            EXPECT_EQ(this->a.retire(id(0, older)), status::stale_agent);
        }
        EXPECT_EQ(this->a.size(), static_cast<std::size_t>(live));
        if (live != 0) this->a.extract_max();  // a slot remembers its generation without a bid too
    }
}

TYPED_TEST(contract, retire_is_ok_with_and_without_a_bid) {
    EXPECT_EQ(this->a.retire(id(0, 0)), status::ok);
    EXPECT_EQ(this->a.insert({id(0, 1), 300, 1}), status::ok);
    EXPECT_EQ(this->a.retire(id(0, 1)), status::ok);
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.retire(id(0, 1)), status::ok) << "twice does no harm";
}

TYPED_TEST(contract, bids_of_a_retired_agent_are_stale) {
    for (const std::uint32_t generation : {0u, 1u, 0xFFFF'FFFFu}) {
        this->a.insert({id(0, generation), 300, 1});
        EXPECT_EQ(this->a.retire(id(0, generation)), status::ok);
        EXPECT_EQ(this->a.insert({id(0, generation), 300, 1}), status::stale_agent);
        EXPECT_EQ(this->a.insert({id(0, generation), 300, 0}), status::stale_agent);
        EXPECT_EQ(this->a.expire(id(0, generation)), status::stale_agent);
        EXPECT_TRUE(this->a.empty());
    }
}

TYPED_TEST(contract, the_successor_of_a_retired_agent_can_bid) {
    this->a.retire(id(0, 3));
    EXPECT_EQ(this->a.insert({id(0, 4), 300, 1}), status::ok);
    EXPECT_EQ(this->a.insert({id(0, 3), 300, 1}), status::stale_agent);
    EXPECT_EQ(this->a.expire(id(0, 4)), status::ok);
    EXPECT_EQ(this->a.insert({id(0, 4), 300, 1}), status::ok) << "withdrawing is not leaving";
}

TYPED_TEST(contract, retire_takes_the_bid_of_an_older_generation_away) {
    this->a.insert({id(0, 1), 300, 1});
    EXPECT_EQ(this->a.retire(id(0, 4)), status::ok);
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.insert({id(0, 4), 300, 1}), status::stale_agent);
    EXPECT_EQ(this->a.insert({id(0, 5), 300, 1}), status::ok);
}

TYPED_TEST(contract, bids_below_the_reserve_stay_and_do_not_win) {
    this->a.insert({id(0), 300, 1});
    this->a.update_price(0x4000'0000);
    EXPECT_EQ(this->a.top(), std::nullopt);
    EXPECT_EQ(this->a.extract_max(), std::nullopt);
    EXPECT_FALSE(this->a.empty()) << "an empty award of an auction that is not empty: priced out";
    this->a.update_price(0);
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(0));
}

TYPED_TEST(contract, the_reserve_is_what_a_winner_alone_pays) {
    for (const price asked : {0u, 1u, 100u, 200u}) {
        this->a.update_price(asked);
        this->a.insert({id(0), 300, 1});
        EXPECT_GE(this->a.reserve(), asked);
        EXPECT_EQ(this->a.extract_max()->payment, this->a.reserve());
    }
}

TYPED_TEST(contract, no_bid_wins_below_the_reserve_or_pays_more_than_itself) {
    dice random(1);
    for (int round = 0; round < 2000; ++round) {
        const price around = random() >> random.below(32);
        this->a.update_price(around + random.below(5));
        const price amount = around + random.below(5);
        this->a.insert({id(0), amount, 1});
        const auto won = this->a.top();
        const bool far_enough = amount / 2 >= this->a.reserve();  // at least an octave: no rounding reaches that far
        if (far_enough && this->a.reserve() <= 300) {
            ASSERT_TRUE(won.has_value());
        }
        if (!won) continue;
        ASSERT_GE(amount, this->a.reserve());
        ASSERT_LE(won->payment, amount);
        ASSERT_GE(won->payment, this->a.reserve());
    }
}

TYPED_TEST(contract, the_highest_reserve_prices_everyone_out_but_never_an_equal_exact_bid) {
    this->a.insert({id(0), 0xFFFF'FFFFu, 1});
    this->a.update_price(0xFFFF'FFFFu);
    EXPECT_EQ(this->a.reserve(), 0xFFFF'FFFFu);
    const bool by_tick = TestFixture::container::traits.winner != fidelity::tier;
    EXPECT_EQ(this->a.top().has_value(), by_tick) << "no tier begins at the highest price";
    EXPECT_EQ(this->a.size(), 1u);
}

TYPED_TEST(contract, a_bid_below_the_reserve_sets_no_price) {
    if (this->capacity < 2) GTEST_SKIP() << "needs two slots";
    this->a.update_price(200);
    this->a.insert({id(0), 150, 1});
    this->a.insert({id(1), 300, 1});
    EXPECT_EQ(this->a.top()->payment, this->a.reserve());
}

// The critical price by its definition: in the same arrivals, and for the same draw, the winner still wins with what it paid, and
// not with less.
TYPED_TEST(contract, the_payment_is_the_least_amount_that_wins) {
    using A = typename TestFixture::container;
    if (!truthful_for_every_draw<A>()) GTEST_SKIP() << "truthful in expectation: sampler_test.cpp";
    const std::size_t n = std::min<std::size_t>(this->capacity, 5);
    dice random(2);
    for (int round = 0; round < 3000; ++round) {
        std::vector<bid> bids;
        const unsigned spread = 1u << random.below(12);
        for (std::size_t s = 0; s < n; ++s) bids.push_back({id(s), 90 + random.below(spread), 1});
        std::shuffle(bids.begin(), bids.end(), random);
        const price reserve = random.below(4) == 0 ? 90 + random.below(spread) : 0;
        const auto winner_when = [&](agent_id who, price amount) {
            this->a = A{};
            this->a.update_price(reserve);
            for (bid b : bids) {
                if (b.agent == who) b.amount = amount;
                this->a.insert(b);
            }
            return this->a.top();
        };
        const auto won = winner_when(id(n), 0);
        if (!won) continue;
        const auto again = winner_when(won->winner.agent, won->payment);
        ASSERT_TRUE(again.has_value());
        ASSERT_EQ(again->winner.agent, won->winner.agent);
        ASSERT_EQ(again->payment, won->payment) << "the price does not depend on the winner's own amount";
        if (won->payment == 0) continue;
        const auto less = winner_when(won->winner.agent, won->payment - 1);
        ASSERT_TRUE(!less || less->winner.agent != won->winner.agent);
    }
}

TYPED_TEST(contract, top_changes_nothing_and_is_what_extract_max_takes) {
    for (std::size_t s = 0; s < this->capacity; ++s) this->a.insert({id(s), static_cast<price>(s * 37 % 101), 1});
    while (const auto won = this->a.top()) {
        ASSERT_EQ(this->a.top(), won);
        ASSERT_TRUE(this->a.find(won->winner.agent).has_value());
        ASSERT_EQ(this->a.extract_max(), won);
        ASSERT_FALSE(this->a.find(won->winner.agent).has_value());
    }
    EXPECT_TRUE(this->a.empty());
}

// Two copies get the same operations and only one is asked: it must not answer any later one otherwise.
TYPED_TEST(contract, top_changes_nothing_that_comes_later) {
    using A = typename TestFixture::container;
    dice random(11);
    for (int round = 0; round < 100; ++round) {
        auto asked = std::make_unique<A>();
        auto silent = std::make_unique<A>();
        for (int i = 0; i < 60; ++i) {
            const op kinds[] = {op::insert, op::insert, op::insert, op::update_price, op::extract_max, op::expire};
            const operation o{kinds[random.below(6)], 0, id(random.below(std::min<std::size_t>(this->capacity, 9))),
                              random.below(8) * 100, 1};
            if (random.below(2) == 0) asked->top();
            ASSERT_EQ(perform(*asked, o), perform(*silent, o));
            ASSERT_EQ(asked->size(), silent->size());
        }
        while (const auto won = asked->extract_max()) ASSERT_EQ(won, silent->extract_max());
    }
}

TYPED_TEST(contract, clear_keeps_generations_and_reserve) {
    this->a.update_price(100);
    const price reserve = this->a.reserve();
    for (std::size_t s = 0; s < this->capacity; ++s) this->a.insert({id(s, 2), static_cast<price>(s), 1});
    this->a.retire(id(0, 2));
    this->a.clear();
    EXPECT_TRUE(this->a.empty());
    EXPECT_EQ(this->a.reserve(), reserve);
    EXPECT_EQ(this->a.top(), std::nullopt);
    EXPECT_EQ(this->a.insert({id(this->capacity - 1, 1), 300, 1}), status::stale_agent);
    EXPECT_EQ(this->a.insert({id(0, 2), 300, 1}), status::stale_agent);
    EXPECT_EQ(this->a.insert({id(0, 3), 300, 1}), status::ok);
    EXPECT_TRUE(this->a.check_invariants());
}

TYPED_TEST(contract, a_snapshot_by_memcpy_behaves_identically) {
    using A = typename TestFixture::container;
    dice random(3);
    for (int i = 0; i < 500; ++i)
        this->a.insert({id(random.below(this->capacity)), random.below(1000), 1 + random.below(9)});
    auto copy = std::make_unique<A>();
    std::memcpy(static_cast<void*>(copy.get()), &this->a, sizeof(A));
    for (int i = 0; i < 2000; ++i) {
        const operation o{
            static_cast<op>(random.below(static_cast<unsigned>(op::count))), static_cast<std::uint8_t>(random.below(8)),
            id(random.below(this->capacity), random.below(16) == 0), random.below(1000), random.below(4096)};
        ASSERT_EQ(perform(this->a, o), perform(*copy, o));
        ASSERT_EQ(this->a.top(), copy->top());
    }
}

// Order survives the wrap of the arrival counter, of whatever width it is, for bids that slept through it too.
TYPED_TEST(contract, arrival_order_survives_the_wrap_of_its_counter) {
    using A = typename TestFixture::container;
    for (int width = 8; width <= 64; ++width) {
        for (const int before : {1, 2, 5}) {
            const std::uint64_t wrap = width == 64 ? 0 : std::uint64_t{1} << width;
            auto from_zero = std::make_unique<A>(std::uint64_t{0});
            auto wrapping = std::make_unique<A>(wrap - static_cast<std::uint64_t>(before));
            dice random(static_cast<unsigned>(width));
            for (int i = 0; i < 60; ++i) {
                const operation o{random.below(3) == 0 ? op::extract_max : op::insert, 0,
                                  id(random.below(this->capacity)), random.below(3) * 100, 1};
                ASSERT_EQ(perform(*wrapping, o), perform(*from_zero, o)) << "width " << width;
                ASSERT_EQ(wrapping->top(), from_zero->top()) << "width " << width;
                ASSERT_TRUE(wrapping->check_invariants());
            }
        }
    }
}

// --- many bids ---------------------------------------------------------------------------------------------------------

TYPED_TEST(contract, insert_all_is_insert_in_the_same_order) {
    using A = typename TestFixture::container;
    dice random(5);
    auto one_by_one = std::make_unique<A>();
    for (int round = 0; round < 60; ++round) {
        std::vector<bid> bids(random.below(2 * this->capacity + 2));  // some slots twice, one too high
        for (bid& b : bids)
            b = {id(random.below(this->capacity + 1), random.below(8) == 0), random.below(500), random.below(4)};
        std::size_t entered = 0;
        for (bid const& b : bids) entered += one_by_one->insert(b) == status::ok ? 1 : 0;
        ASSERT_EQ(insert_all(this->a, bids), entered);
        ASSERT_TRUE(this->a.check_invariants());
        for (std::size_t n = random.below(4); n > 0; --n) ASSERT_EQ(this->a.extract_max(), one_by_one->extract_max());
        ASSERT_EQ(this->a.size(), one_by_one->size());
    }
    while (!this->a.empty()) ASSERT_EQ(this->a.extract_max(), one_by_one->extract_max());
}

// --- refinements -------------------------------------------------------------------------------------------------------

TYPED_TEST(contract, find_slot_is_the_live_bid_of_whatever_generation) {
    if constexpr (browsable_auction<typename TestFixture::container>) {
        EXPECT_EQ(this->a.find_slot(0), std::nullopt);
        this->a.insert({id(0, 3), 300, 2});
        EXPECT_EQ(this->a.find_slot(0), (bid{id(0, 3), 300, 2}));
        this->a.insert({id(0, 5), 200, 1});
        EXPECT_EQ(this->a.find_slot(0), (bid{id(0, 5), 200, 1}));
        for (const std::size_t outside : {this->capacity, std::size_t{0xFFFF'FFFFu}})
            EXPECT_EQ(this->a.find_slot(static_cast<std::uint32_t>(outside)), std::nullopt);
        this->a.retire(id(0, 5));
        EXPECT_EQ(this->a.find_slot(0), std::nullopt);
    }
}

TYPED_TEST(contract, live_bids_are_all_of_them_by_slot) {
    if constexpr (browsable_auction<typename TestFixture::container>) {
        dice random(6);
        for (int round = 0; round < 50; ++round) {
            std::vector<bid> expected;
            this->a.clear();
            for (std::size_t s = 0; s < this->capacity; ++s) {
                if (random.below(1 + round % 4) != 0) continue;
                expected.push_back({id(s, static_cast<std::uint32_t>(round)), random.below(1000), 1 + random.below(9)});
                ASSERT_EQ(this->a.insert(expected.back()), status::ok);
            }
            std::vector<bid> found;
            for (const bid b : live_bids(this->a)) found.push_back(b);
            ASSERT_EQ(found, expected);
        }
    }
}

TYPED_TEST(contract, a_constant_container_says_who_wins) {
    if constexpr (peekable_auction<typename TestFixture::container>) {
        for (std::size_t s = 0; s < this->capacity; ++s) this->a.insert({id(s), static_cast<price>(s * 37 % 101), 1});
        auto const& looked_at = this->a;
        const auto won = looked_at.top();
        EXPECT_EQ(looked_at.top(), won);
        EXPECT_EQ(this->a.extract_max(), won);
    }
}

TYPED_TEST(contract, set_units_answers_as_insert_and_expire_do) {
    if constexpr (amendable_auction<typename TestFixture::container>) {
        EXPECT_EQ(this->a.set_units(id(this->capacity), 1), status::unknown_agent);
        EXPECT_EQ(this->a.set_units(id(0), 1), status::no_bid);
        this->a.insert({id(0, 2), 300, 5});
        EXPECT_EQ(this->a.set_units(id(0, 1), 1), status::stale_agent);
        EXPECT_EQ(this->a.set_units(id(0, 3), 1), status::no_bid) << "the live bid is of another generation";
        EXPECT_EQ(this->a.set_units(id(0, 3), 0), status::no_bid);
        EXPECT_EQ(this->a.set_units(id(0, 3), 9), status::no_bid);
        EXPECT_EQ(this->a.find(id(0, 2)), (bid{id(0, 2), 300, 5})) << "only ok changes anything";
        for (const std::uint32_t units : {5u, 2u, 0xFFFF'FFFFu, 1u}) {
            EXPECT_EQ(this->a.set_units(id(0, 2), units), status::ok);
            EXPECT_EQ(this->a.find(id(0, 2)), (bid{id(0, 2), 300, units}));
            EXPECT_EQ(this->a.size(), 1u);
        }
        EXPECT_EQ(this->a.set_units(id(0, 2), 0), status::ok);
        EXPECT_TRUE(this->a.empty());
        this->a.retire(id(0, 2));
        EXPECT_EQ(this->a.set_units(id(0, 2), 1), status::stale_agent);
        EXPECT_TRUE(this->a.check_invariants());
    }
}

TYPED_TEST(contract, affinity_takes_the_best_allowed_bid_and_its_price_from_the_next_allowed) {
    if constexpr (selective_auction<typename TestFixture::container>) {
        if (this->capacity < 4) GTEST_SKIP() << "needs four slots";
        const price offers[] = {400, 300, 200, 150};
        for (std::size_t s = 0; s < 4; ++s) this->a.insert({id(s), offers[s], 1});
        const auto odd = [](std::uint32_t slot) noexcept { return slot % 2 == 1; };
        const auto won = this->a.extract_max_if(odd, 100);
        ASSERT_TRUE(won.has_value());
        EXPECT_EQ(won->winner.agent, id(1));
        EXPECT_EQ(won->payment, this->a.critical_price(id(1), id(3))) << "slot 2 bids more, but is not allowed";
        EXPECT_EQ(this->a.find(id(1)), std::nullopt);
        EXPECT_EQ(this->a.size(), 3u);
    }
}

TYPED_TEST(contract, affinity_looks_at_no_more_than_the_probes_given) {
    using A = typename TestFixture::container;
    if constexpr (selective_auction<A> && !std::same_as<A, typename TestFixture::oracle>) {
        for (std::size_t s = 0; s < this->capacity; ++s) this->a.insert({id(s), static_cast<price>(s % 3 * 100), 1});
        for (std::uint32_t probes = 0; probes < 5; ++probes) {
            std::uint32_t looked = 0;
            const auto nobody = [&](std::uint32_t) noexcept { return ++looked, false; };
            EXPECT_EQ(this->a.extract_max_if(nobody, probes), std::nullopt);
            EXPECT_EQ(looked, std::min<std::size_t>(probes, this->capacity));
            looked = 0;
            const auto everybody = [&](std::uint32_t) noexcept { return ++looked, true; };
            auto copy = std::make_unique<typename TestFixture::container>(this->a);
            EXPECT_EQ(copy->extract_max_if(everybody, probes).has_value(), probes > 0);
            EXPECT_LE(looked, probes);
        }
        EXPECT_EQ(this->a.size(), this->capacity) << "who is not allowed stays in";
    }
}

TYPED_TEST(contract, affinity_of_every_slot_is_extract_max) {
    if constexpr (selective_auction<typename TestFixture::container>) {
        dice random(4);
        for (int i = 0; i < 300; ++i) {
            for (int k = 0; k < 5; ++k) this->a.insert({id(random.below(this->capacity)), random.below(1000), 1});
            this->a.update_price(random.below(500));
            auto copy = std::make_unique<typename TestFixture::container>(this->a);
            ASSERT_EQ(this->a.extract_max_if(every_slot{}, 2), copy->extract_max());
        }
    }
}

TYPED_TEST(contract, critical_price_without_a_rival_is_the_reserve) {
    if constexpr (multi_unit_auction<typename TestFixture::container>) {
        this->a.update_price(100);
        this->a.insert({id(0), 300, 1});
        EXPECT_EQ(this->a.critical_price(id(0), id(0, 1)), this->a.reserve());
        EXPECT_EQ(this->a.critical_price(id(0), id(this->capacity)), this->a.reserve());
        EXPECT_EQ(this->a.critical_price(id(this->capacity), id(0)), this->a.reserve());
    }
}

}  // namespace
}  // namespace maxwell::test
