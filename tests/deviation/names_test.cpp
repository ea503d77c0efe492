// SPDX-License-Identifier: MIT
//
// An owner of one name or two in sales of units: what another bid, and what a second name, can gain it. Exhaustive over small
// markets; the gain under each rule is printed for docs/clearing.md (`ctest -R units_deviation -V`).

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace maxwell::test {
namespace {

using market = tournament_tree<4>;

/// What the owner's names get together, and pay.
struct share {
    std::int64_t units = 0;
    std::int64_t paid = 0;
};

constexpr bool is_owner(agent_id id) { return slot_of(id) < 2; }

template <misfit Rule>
share all_or_nothing(market a, std::uint64_t supply) {
    std::array<award, 4> out;
    share s;
    for (award const& won : view<award>{out}.first(extract_units(a, supply, view<award>{out}, Rule))) {
        if (!is_owner(won.winner.agent)) continue;
        s.units += won.winner.units;
        s.paid += static_cast<std::int64_t>(won.total());
    }
    return s;
}

share any_number(market a, std::uint64_t supply) {
    std::array<award, 4> listed;
    std::array<grant, 4> out;
    share s;
    for (grant const& won : view<grant>{out}.first(extract_vickrey(a, supply, view<award>{listed}, view<grant>{out}))) {
        if (!is_owner(won.winner.agent)) continue;
        s.units += won.units;
        s.paid += static_cast<std::int64_t>(won.total);
    }
    return s;
}

constexpr price ticks = 4;          ///< values are below, bids at most this
constexpr std::uint32_t units = 3;  ///< needed and asked for, at most
constexpr std::int64_t steps = 4;   ///< values per tick

/// Utility in steps of an owner that needs `need` units, worth `value` steps each: by themselves, or all together.
std::int64_t utility(share const& s, std::int64_t need, std::int64_t value, bool each) {
    const std::int64_t used = each ? std::min(s.units, need) : s.units >= need ? need : 0;
    return value * used - s.paid * steps;
}

struct gains {
    long cases = 0;
    long by_another_bid = 0;
    long by_two_names = 0;
    std::int64_t worst = 0;  ///< of two names, in steps
};

using sale = share (*)(market, std::uint64_t);

/// All that the owner could do against these rivals, with one name or two.
struct choices {
    std::vector<share> one;  ///< by amount and units: [amount * units + units - 1]
    std::vector<share> two;
};
choices try_all(sale sell, std::array<bid, 2> const& rivals, std::uint64_t supply, bool owner_first) {
    const auto run = [&](std::vector<bid> const& names) {
        market a;
        if (owner_first) {
            for (bid const& b : names) a.insert(b);
        }
        for (bid const& b : rivals) a.insert(b);
        if (!owner_first) {
            for (bid const& b : names) a.insert(b);
        }
        return sell(a, supply);
    };
    choices all;
    for (price p = 0; p <= ticks; ++p) {
        for (std::uint32_t u = 1; u <= units; ++u) {
            all.one.push_back(run({{0, p, u}}));
            for (price second = 0; second <= ticks; ++second) {
                for (std::uint32_t v = 1; v <= units; ++v) all.two.push_back(run({{0, p, u}, {1, second, v}}));
            }
        }
    }
    return all;
}

gains search(sale sell, bool each) {
    gains found;
    for (unsigned profile = 0; profile < ticks * units * ticks * units; ++profile) {
        const unsigned other = profile / (ticks * units);
        const std::array<bid, 2> rivals{
            {{2, profile % ticks, 1 + profile / ticks % units}, {3, other % ticks, 1 + other / ticks % units}}};
        for (std::uint64_t supply = 2; supply <= 4; ++supply) {
            for (const bool owner_first : {true, false}) {
                const choices all = try_all(sell, rivals, supply, owner_first);
                for (std::uint32_t need = 1; need <= units; ++need) {
                    for (std::int64_t value = 0; value < ticks * steps; ++value) {
                        const auto worth = [&](share const& s) { return utility(s, need, value, each); };
                        const auto best = [&](std::vector<share> const& of) {
                            std::int64_t most = 0;
                            for (share const& s : of) most = std::max(most, worth(s));
                            return most;
                        };
                        const std::int64_t truthful =
                            worth(all.one[static_cast<std::size_t>(value / steps) * units + need - 1]);
                        const std::int64_t gain = best(all.two) - truthful;
                        ++found.cases;
                        found.by_another_bid += best(all.one) > truthful ? 1 : 0;
                        found.by_two_names += gain > 0 ? 1 : 0;
                        found.worst = std::max(found.worst, gain);
                    }
                }
            }
        }
    }
    return found;
}

gains search_and_print(char const* rule, sale sell, bool each) {
    const gains g = search(sell, each);
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
}  // namespace maxwell::test
