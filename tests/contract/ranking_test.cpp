// SPDX-License-Identifier: MIT
//
// The clauses of the contract that samplers don't promise: the highest bid, or tier, wins, and the earlier of equal ones.

#include "contract/containers.hpp"
#include "support/reference_auction.hpp"

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace maxwell::test {
namespace {

template <class Subject>
class ranking : public ::testing::Test {
protected:
    using container = typename Subject::container;
    static constexpr std::size_t capacity = container::capacity();

    // On the heap: a container may be larger than a stack.
    std::unique_ptr<container> owned = std::make_unique<container>();
    container& a = *owned;
};
TYPED_TEST_SUITE(ranking, MAXWELL_CONTAINERS);

TYPED_TEST(ranking, higher_prices_win) {
    if (this->capacity < 3) GTEST_SKIP() << "needs three slots";
    this->a.insert({id(0), 150, 1});
    this->a.insert({id(1), 1200, 1});
    this->a.insert({id(2), 300, 1});
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(1));
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(2));
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(0));
}

TYPED_TEST(ranking, equal_prices_win_in_arrival_order) {
    if (this->capacity < 3) GTEST_SKIP() << "needs three slots";
    for (const std::size_t s : {2, 0, 1}) this->a.insert({id(s), 300, 1});
    for (const std::size_t s : {2, 0, 1}) EXPECT_EQ(this->a.extract_max()->winner.agent, id(s));
}

TYPED_TEST(ranking, insert_is_a_new_arrival_also_at_an_unchanged_price) {
    if (this->capacity < 2) GTEST_SKIP() << "needs two slots";
    this->a.insert({id(0), 300, 1});
    this->a.insert({id(1), 300, 1});
    this->a.insert({id(0), 300, 1});
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(1));
}

TYPED_TEST(ranking, a_refused_insert_is_no_arrival) {
    if (this->capacity < 2) GTEST_SKIP() << "needs two slots";
    this->a.insert({id(0, 1), 300, 1});
    this->a.insert({id(1), 300, 1});
    EXPECT_EQ(this->a.insert({id(0, 0), 300, 1}), status::stale_agent);
    EXPECT_EQ(this->a.extract_max()->winner.agent, id(0, 1));
}

TYPED_TEST(ranking, fewer_units_keep_the_arrival_and_more_are_a_new_one) {
    if constexpr (amendable_auction<typename TestFixture::container>) {
        if (this->capacity < 2) GTEST_SKIP() << "needs two slots";
        this->a.insert({id(0), 300, 5});
        this->a.insert({id(1), 300, 5});
        EXPECT_EQ(this->a.set_units(id(0), 3), status::ok);
        EXPECT_EQ(this->a.top()->winner, (bid{id(0), 300, 3}));
        EXPECT_EQ(this->a.set_units(id(0), 4), status::ok);
        EXPECT_EQ(this->a.top()->winner, (bid{id(1), 300, 5}));
    }
}

TYPED_TEST(ranking, every_slot_wins_in_turn_at_equal_prices) {
    for (std::size_t s = 0; s < this->capacity; ++s) ASSERT_EQ(this->a.insert({id(s), 500, 1}), status::ok);
    for (std::size_t s = 0; s < this->capacity; ++s) EXPECT_EQ(this->a.extract_max()->winner.agent, id(s));
}

}  // namespace
}  // namespace maxwell::test
