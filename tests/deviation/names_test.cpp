// SPDX-License-Identifier: MIT
//
// An owner of one name or two in sales of units: what another bid, and what a second name, can gain it. The gain under each rule is
// printed for docs/clearing.md (`ctest -R units_deviation -V`).

#include "deviation/owner_names.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>

namespace maxwell::test::owner_names {
namespace {

using market = tournament_tree<4>;

gains search_and_print(char const* rule, sale sell, bool each) {
    const gains g = search_names(sell, each);
    const auto percent = [&](long n) { return 100.0 * static_cast<double>(n) / static_cast<double>(g.cases); };
    std::printf("%-38s another bid gains in %4.1f %%, two names in %4.1f %% of %ld cases, by up to %.2f ticks\n", rule,
                percent(g.by_another_bid), percent(g.by_two_names), g.cases, static_cast<double>(g.worst) / steps);
    return g;
}

TEST(owners_of_two_names, gain_under_skip_and_not_under_stop) {
    const gains skip = search_and_print("skip, all units needed:", all_or_nothing<misfit::skip>, false);
    EXPECT_EQ(skip.by_another_bid, 0);
    EXPECT_GT(skip.by_two_names, skip.cases / 20) << "a control that passes proves nothing";
    const gains stop = search_and_print("stop, all units needed:", all_or_nothing<misfit::stop>, false);
    EXPECT_EQ(stop.by_another_bid + stop.by_two_names, 0);
}

TEST(owners_of_two_names, gain_nothing_under_vickrey_prices) {
    const gains each = search_and_print("vickrey, each unit has value:", any_number, true);
    EXPECT_EQ(each.by_another_bid + each.by_two_names, 0);
    const gains needed = search_and_print("vickrey, all units needed (a control):", any_number, false);
    EXPECT_GT(needed.by_another_bid, 0) << "an owner can be served in part: that rule is not for it";
}

// Each of the names takes the units that would otherwise be the other's, so neither displaces the rival.
TEST(owners_of_two_names, pay_nothing_where_one_name_pays_the_rival) {
    std::array<award, 4> out;
    market one;
    one.insert({2, 10, 3});
    one.insert({0, 11, 4});
    ASSERT_EQ(extract_units(one, 4, view<award>{out}, misfit::skip), 1u);
    EXPECT_EQ(out[0].total(), 4 * 11u);
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        market two;
        two.insert({2, 10, 3});
        two.insert({0, 11, 2});
        two.insert({1, 11, 2});
        ASSERT_EQ(extract_units(two, 4, view<award>{out}, rule), 2u);
        EXPECT_EQ(out[0].total() + out[1].total(), rule == misfit::skip ? 0u : 4 * 11u);
    }
}

// An owner that values two items at 10 each, against a rival that bids 8.
TEST(owners_of_two_names, gain_by_withholding_a_bid_under_extract_top) {
    const auto earns = [](price second) {
        market a;
        a.insert({0, 10, 1});
        a.insert({1, second, 1});
        a.insert({2, 8, 1});
        std::array<award, 2> out;
        std::int64_t earned = 0;
        for (award const& won : view<award>{out}.first(extract_top(a, view<award>{out}))) {
            if (is_owner(won.winner.agent)) earned += 10 - std::int64_t{won.payment};
        }
        return earned;
    };
    EXPECT_EQ(earns(10), 4);
    EXPECT_EQ(earns(0), 10) << "the bid that is withheld sets the price";

    market a;
    a.insert({0, 10, 2});
    a.insert({2, 8, 1});
    EXPECT_EQ(any_number(a, 2).paid, 8) << "Vickrey's price for the two: what the rival would have had";
}

}  // namespace
}  // namespace maxwell::test::owner_names
