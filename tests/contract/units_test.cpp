// SPDX-License-Identifier: MIT
//
// extract_units against its definition: a sale over a plain sorted list, and for each winner a search over all amounts for the
// least one with which that sale would still have served it.

#include "support/dice.hpp"
#include "support/reference_auction.hpp"
#include "support/reference_sale.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace maxwell::test {
namespace {

template <class Container, class Order>
struct sold_by {
    using container = Container;
    using order = Order;
};

std::size_t agents_served(std::vector<std::uint64_t> const& units) {
    return units.size() - static_cast<std::size_t>(std::count(units.begin(), units.end(), 0u));
}

template <class Subject>
class units : public ::testing::Test {};

constexpr std::size_t agents = 12;
using few_tiers = linear_tiers<2, 3, 5>;
using subjects =
    ::testing::Types<sold_by<stratified_buckets<agents, linear_tiers<0, 1, 40>>, exact_order>,
                     sold_by<stratified_buckets<agents, few_tiers>, tier_order<few_tiers>>,
                     sold_by<tournament_tree<agents>, exact_order>, sold_by<tournament_tree<agents, 5>, exact_order>,
                     sold_by<lazy_heap<agents, true>, exact_order>>;
TYPED_TEST_SUITE(units, subjects);

TYPED_TEST(units, winners_and_payments_are_those_of_the_definition) {
    using A = typename TypeParam::container;
    dice random(5);
    for (std::size_t n = scaled(20'000); n > 0; --n) {
        reference_sale<typename TypeParam::order> sale;
        A a(n % 2 == 0 ? 0 : ~std::uint64_t{0} - 3);  // across the wrap of the arrival counter too
        const std::uint32_t few = 1 + random.below(6);
        const std::size_t bidders = random.below(agents + 1);
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            const bid b{(slot * 5u) % agents, random.below(20), 1 + random.below(few)};
            sale.arrived.push_back(b);
            ASSERT_EQ(a.insert(b), status::ok);
        }
        a.update_price(random.below(3) == 0 ? random.below(12) : 0);
        sale.reserve = a.reserve();
        sale.supply = random.below(14);
        sale.rule = random.below(2) == 0 ? misfit::skip : misfit::stop;

        std::array<award, agents + 1> out;
        const std::size_t places = random.below(3) == 0 ? random.below(agents + 1) : agents + 1;
        const auto eligible = a.list_best(view<award>{out});
        if (eligible >= places && places < bidders) sale.considered = places == 0 ? 0 : places - 1;
        const std::size_t winners = extract_units(a, sale.supply, view<award>{out}.first(places), sale.rule);
        ASSERT_TRUE(a.check_invariants());

        const std::vector<bool> served = sale.served();
        ASSERT_EQ(winners, static_cast<std::size_t>(std::count(served.begin(), served.end(), true)));
        ASSERT_EQ(a.size(), bidders - winners);
        for (std::size_t w = 0; w < winners; ++w) {
            const auto i = static_cast<std::size_t>(std::find(sale.arrived.begin(), sale.arrived.end(), out[w].winner) -
                                                    sale.arrived.begin());
            ASSERT_LT(i, sale.arrived.size());
            ASSERT_TRUE(served[i]);
            ASSERT_EQ(out[w].payment, sale.least_amount(i));
            ASSERT_EQ(a.find(out[w].winner.agent), std::nullopt);
            const auto rank = [&](std::size_t place) { return TypeParam::order::rank(out[place].winner.amount); };
            ASSERT_LE(rank(w), rank(w == 0 ? 0 : w - 1));
        }
    }
}

TYPED_TEST(units, each_unit_is_priced_by_the_unit_that_it_displaces) {
    using A = typename TypeParam::container;
    dice random(6);
    for (std::size_t n = scaled(4000); n > 0; --n) {
        reference_vickrey<typename TypeParam::order> sale;
        A a(n % 2 == 0 ? 0 : ~std::uint64_t{0} - 3);
        const std::size_t bidders = random.below(agents + 1);
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            sale.arrived.push_back({(slot * 5u) % agents, random.below(20), 1 + random.below(4)});
            ASSERT_EQ(a.insert(sale.arrived.back()), status::ok);
        }
        a.update_price(random.below(3) == 0 ? random.below(12) : 0);
        sale.reserve = a.reserve();
        sale.supply = random.below(14);

        std::array<award, agents> listed;
        std::array<grant, agents> out;
        const std::size_t room = random.below(3) == 0 ? random.below(agents) : agents;
        const std::size_t winners = extract_vickrey(a, sale.supply, view<award>{listed}.first(room), view<grant>{out});
        if (room < bidders) sale.supply = std::min<std::uint64_t>(sale.supply, room == 0 ? 0 : room - 1);
        ASSERT_TRUE(a.check_invariants());
        const auto served = sale.served();
        ASSERT_EQ(winners, agents_served(served));
        ASSERT_EQ(a.size(), bidders - winners);
        for (grant const& won : view<grant>{out}.first(winners)) {
            const auto i = static_cast<std::size_t>(std::find(sale.arrived.begin(), sale.arrived.end(), won.winner) -
                                                    sale.arrived.begin());
            ASSERT_LT(i, sale.arrived.size());
            ASSERT_EQ(won.units, served[i]);
            ASSERT_EQ(won.total, sale.total(i));
            ASSERT_EQ(a.find(won.winner.agent), std::nullopt);
        }
    }
}

// The drawing of extract_vickrey's header.
TYPED_TEST(units, the_last_winner_can_be_served_in_part) {
    typename TypeParam::container a;
    for (const bid b : {bid{0, 19, 2}, bid{1, 16, 3}, bid{2, 13, 1}, bid{3, 10, 2}}) a.insert(b);
    std::array<award, 5> listed;
    std::array<grant, 5> out;
    ASSERT_EQ(extract_vickrey(a, 4, view<award>{listed}, view<grant>{out}), 2u);
    EXPECT_EQ(out[1].units, 2u);
    EXPECT_GT(out[0].total, out[1].total) << "slot 1 doesn't pay its own third unit";
    EXPECT_EQ(a.size(), 2u) << "a bid served in part leaves too";
}

TYPED_TEST(units, listing_changes_nothing) {
    using A = typename TypeParam::container;
    A a;
    reference_auction<agents, typename TypeParam::order> oracle;
    dice random(9);
    for (int n = 0; n < 3000; ++n) {
        const bid b{make_agent_id(random.below(agents), 0), random.below(20), random.below(4)};
        ASSERT_EQ(a.insert(b), oracle.insert(b));
        a.update_price(n % 7);
        oracle.update_price(n % 7);
        std::array<award, agents> listed{};
        std::array<award, agents> expected{};
        const std::size_t places = random.below(agents + 1);
        ASSERT_EQ(a.list_best(view<award>{listed}.first(places)),
                  oracle.list_best(view<award>{expected}.first(places)));
        ASSERT_EQ(listed, expected);
        ASSERT_TRUE(a.check_invariants());
        ASSERT_EQ(a.top(), oracle.top());
        if (n % 3 != 0) continue;
        ASSERT_EQ(a.extract_max(), oracle.extract_max());
    }
}

// The drawing of the header.
TYPED_TEST(units, a_misfit_is_skipped_or_ends_the_sale) {
    using A = typename TypeParam::container;
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        A a;
        a.insert({0, 9, 4});
        a.insert({1, 8, 5});
        a.insert({2, 7, 3});
        a.insert({3, 6, 1});
        std::array<award, agents + 1> out;
        EXPECT_EQ(extract_units(a, 10, view<award>{out}, rule), rule == misfit::skip ? 3u : 2u);
        EXPECT_EQ(a.size(), rule == misfit::skip ? 1u : 2u);
    }
}

TYPED_TEST(units, a_bid_over_the_supply_is_left_out_and_blocks_nobody) {
    using A = typename TypeParam::container;
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        A a;
        a.insert({0, 19, 11});
        a.insert({1, 5, 10});
        std::array<award, agents + 1> out;
        ASSERT_EQ(extract_units(a, 10, view<award>{out}, rule), 1u);
        EXPECT_EQ(out[0].winner.agent, 1u);
        EXPECT_EQ(out[0].payment, 0u);
        EXPECT_EQ(a.size(), 1u);
    }
}

// A thousand units: eleven for the best bid, 98 for each of ten others. Between them stands one that wants 990.
TYPED_TEST(units, a_bidder_who_never_pays_blocks_the_sale_under_stop) {
    using A = typename TypeParam::container;
    std::array<award, agents + 1> out;
    const auto sold = [&](misfit rule, bool with_blocker) {
        A a;
        a.insert({0, 19, 11});
        if (with_blocker) a.insert({1, 15, 990});
        for (std::uint32_t slot = 2; slot < agents; ++slot) a.insert({slot, 10, 98});
        std::uint64_t total = 0;
        for (award const& won : view<award>{out}.first(extract_units(a, 1000, view<award>{out}, rule))) {
            EXPECT_NE(won.winner.agent, 1u);
            total += won.winner.units;
        }
        return total;
    };
    EXPECT_EQ(sold(misfit::stop, false), 11u + 10 * 98);
    EXPECT_EQ(sold(misfit::stop, true), 11u);
    EXPECT_EQ(sold(misfit::skip, true), 11u + 10 * 98);
}

TYPED_TEST(units, an_entry_for_each_bid_is_enough_to_sell_to_all) {
    using A = typename TypeParam::container;
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        std::array<award, 2> out;
        A a;
        a.insert({0, 9, 1});
        a.insert({1, 8, 1});
        EXPECT_EQ(extract_units(a, 2, view<award>{out}, rule), 2u);
        EXPECT_EQ(out[1].payment, 0u);
        a.insert({0, 9, 1});
        a.insert({1, 8, 1});
        a.insert({2, 7, 1});
        EXPECT_EQ(extract_units(a, 2, view<award>{out}, rule), 1u) << "the second entry holds the bar";
    }
}

TYPED_TEST(units, nothing_is_sold_without_supply_places_or_bids) {
    using A = typename TypeParam::container;
    A a;
    std::array<award, agents + 1> out;
    EXPECT_EQ(extract_units(a, 10, view<award>{out}, misfit::skip), 0u);
    a.insert({0, 9, 1});
    EXPECT_EQ(extract_units(a, 0, view<award>{out}, misfit::skip), 0u);
    EXPECT_EQ(extract_units(a, 10, view<award>{}, misfit::stop), 0u);
    EXPECT_EQ(a.size(), 1u);
    EXPECT_EQ(extract_units(a, ~std::uint64_t{0}, view<award>{out}, misfit::skip), 1u);
}

}  // namespace
}  // namespace maxwell::test
