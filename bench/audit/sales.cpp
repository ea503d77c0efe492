// SPDX-License-Identifier: MIT
//
// Sales of several units: other amounts, other units and second names.

#include "audit/deviations.hpp"
#include "deviation/item_rules.hpp"
#include "deviation/owner_names.hpp"
#include "deviation/unit_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;
using sim::deviation_space;

constexpr char const* names = "more than one name";

template <class A>
finding search_sale(std::string const& alias, misfit how, effort e) {
    const std::string text = "sale<" + alias + ">{" + (how == misfit::skip ? "misfit::skip" : "misfit::stop") + "}";
    finding found = search_rule({text, sale<A>{how}}, units_of_three_agents(e == effort::quick));
    const deviation_space four{.agents = 4, .ticks = 3, .all_slots = false, .max_units = 2, .supplies = {3, 5}};
    return found += search_rule({text, sale<A>{how}}, four);
}

finding search_sales(misfit how, effort e) {
    finding found = search_sale<exact_tree>("exact_tree", how, e);
    found += search_sale<wide_tiers>("wide_tiers", how, e);
    return found += search_sale<eager_heap>("eager_heap", how, e);
}

/// What a second name, or where `by_another_bid` another bid under one name, gains an owner.
search searching_names(owner_names::sale sell, bool each, bool by_another_bid = false) {
    return [=](effort) {
        const owner_names::gains g = owner_names::search_names(sell, each);
        finding found;
        found.cases = static_cast<std::uint64_t>(g.cases);
        found.against = static_cast<std::uint64_t>(by_another_bid ? g.by_another_bid : g.by_two_names);
        found.worst = static_cast<double>(g.worst) / owner_names::steps;
        if (g.worst != 0) {
            found.example = fmt::format(
                "rivals {} for {} and {} for {} units, supply {}; an owner that needs {} units worth {} each",
                g.rivals[0].amount, g.rivals[0].units, g.rivals[1].amount, g.rivals[1].units, g.supply, g.need,
                static_cast<double>(g.value) / owner_names::steps);
        }
        return found;
    };
}

/// An owner that values two items at `values`, with a name for each, under extract_top. Tries all other pairs of bids.
finding search_withheld_bids(effort e) {
    const auto ticks = static_cast<price>(pick(e, 6, 8, 10));
    const auto earns = [](price const(&bids)[2], std::int64_t const(&values)[2], price const(&rivals)[2]) {
        exact_tree a;
        a.insert({0, bids[0], 1});
        a.insert({2, rivals[0], 1});
        a.insert({1, bids[1], 1});
        a.insert({3, rivals[1], 1});
        std::array<award, 2> out;
        std::int64_t earned = 0, items = 0;
        for (award const& won : view<award>{out}.first(extract_top(a, view<award>{out}))) {
            if (!owner_names::is_owner(won.winner.agent)) continue;
            earned += values[items++] - std::int64_t{won.payment};
        }
        return earned;
    };
    finding found;
    for (price high = 0; high < ticks; ++high) {
        for (price low = 0; low <= high; ++low) {
            for (unsigned r = 0; r < ticks * ticks; ++r) {
                const price rivals[2] = {r % ticks, r / ticks};
                const std::int64_t values[2] = {high, low};  // of the first item that it gets, and of the second
                const std::int64_t honest = earns({high, low}, values, rivals);
                std::int64_t best = 0;
                for (unsigned b = 0; b < (ticks + 1) * (ticks + 1); ++b) {
                    best = std::max(best, earns({b % (ticks + 1), b / (ticks + 1)}, values, rivals) - honest);
                }
                ++found.cases;
                if (best <= 0) continue;
                ++found.against;
                if (static_cast<double>(best) <= found.worst) continue;
                found.worst = static_cast<double>(best);
                found.example = fmt::format("values {} and {}, rivals {} and {}", high, low, rivals[0], rivals[1]);
            }
        }
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_sales() {
    const std::string truth = "Asking for what one needs at its value is best, where all units are needed.";
    const std::string tried =
        "tournament_tree, tiers of 2 ticks, lazy_heap; 3 agents, 4 prices, 1 to 3 units, 4 supplies, 2 reserves; 4 "
        "agents";
    const deviation_space three = units_of_three_agents(false);
    deviation_space each = three;
    each.units_have_value_by_themselves = true;
    const std::string owners =
        "an owner of one name or two, first or last, two rivals, supply 2 to 4, 4 prices, 1 to 3 units";
    std::vector<claim> all = {
        {decision_group,
         "units_by_skip",
         truth,
         tried,
         0,
         "ticks",
         [](effort e) { return search_sales(misfit::skip, e); },
         {{"one price for all: the best that lost",
           searching({"with_payments(sale<exact_tree>{misfit::skip}, best_that_lost)",
                      with_payments(sale<exact_tree>{misfit::skip}, best_that_lost)},
                     three)}}},
        {decision_group,
         "units_by_stop",
         truth,
         tried,
         0,
         "ticks",
         [](effort e) { return search_sales(misfit::stop, e); },
         {{"the misfit's price without the tick of a later arrival",
           searching({"with_payments(sale<exact_tree>{misfit::stop}, best_that_lost)",
                      with_payments(sale<exact_tree>{misfit::stop}, best_that_lost)},
                     three)}}},
        {decision_group,
         "units_by_vickrey",
         "Bidding the value of a unit and the units one can use is best.",
         owners,
         0,
         "ticks",
         searching_names(owner_names::any_number, true, true),
         {{"agents that need all units, whom it can serve in part",
           searching_names(owner_names::any_number, false, true)}}},
        {decision_group,
         "units_with_value_by_themselves",
         "Asking for fewer units than one can use pays.",
         "tournament_tree, skip, 3 agents, 4 prices, 1 to 3 units",
         {},
         "ticks",
         searching(MAXWELL_AUDIT_RULE(sale<exact_tree>{misfit::skip}), each),
         {}},
        {names,
         "two_names_under_stop",
         "A second name gains nothing.",
         owners,
         0,
         "ticks",
         searching_names(owner_names::all_or_nothing<misfit::stop>, false),
         {{"skip", searching_names(owner_names::all_or_nothing<misfit::skip>, false)}}},
        {names,
         "two_names_under_vickrey",
         "A second name gains nothing.",
         owners,
         0,
         "ticks",
         searching_names(owner_names::any_number, true),
         {{"skip", searching_names(owner_names::all_or_nothing<misfit::skip>, false)}}},
        {names,
         "two_names_under_skip",
         "Two names pay less than one, and can pay nothing.",
         owners,
         {},
         "ticks",
         searching_names(owner_names::all_or_nothing<misfit::skip>, false),
         {}},
        {names,
         "withheld_bids_under_extract_top",
         "An owner of two bids gains by withholding one.",
         "two items, an owner of two names whose values fall, two rivals, all other pairs of bids",
         {},
         "ticks",
         search_withheld_bids,
         {}},
    };
    return all;
}

}  // namespace maxwell::audit
