// SPDX-License-Identifier: MIT
//
// One decision about one item, or several equal ones: every market of a few agents, every other bid, on the grid of prices and off it.

#include "audit/deviations.hpp"
#include "deviation/item_rules.hpp"

#include <maxwell/sim/deviation.hpp>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;
using sim::deviation_space;

deviation_space four_agents(effort e) {
    return {.agents = 4, .ticks = static_cast<price>(pick(e, 5, 8, 9)), .reserves = {0}};
}
const deviation_space under_reserves{.agents = 3, .ticks = 8, .reserves = {1, 3, 4, 7, 9}};
const deviation_space small{.agents = 3, .ticks = 8};

/// The claim for one container, and what fails in the same container.
template <class A>
claim one_item_of(std::string const& container, std::string const& alias) {
    const auto search = [alias](effort e) {
        const rule r{"one_item<" + alias + ">", one_item<A>};
        finding found = search_rule(r, four_agents(e));
        return found += search_rule(r, under_reserves);
    };
    return {
        decision_group,
        "one_item_" + container,
        "Bidding one's value is best; nobody pays more than it bid.",
        "4 agents, 8 prices, all values on quarter ticks, orders of arrival and other bids; 3 agents under 5 reserves",
        0,
        "ticks",
        search,
        {{"second price, whoever came first",
          searching({"plain_second_price<" + alias + ">", plain_second_price<A>}, small)},
         {"first price", searching({"first_price<" + alias + ">", first_price<A>}, small)},
         {"runner-up of before the newest bid",
          searching({"stale_threshold<" + alias + ">", stale_threshold<A>}, small)}}};
}

/// The same rule over several containers.
template <template <class> class Search>
finding over_containers(effort e) {
    finding found = Search<narrow_tiers>{}("narrow_tiers", e);
    found += Search<wide_tiers>{}("wide_tiers", e);
    found += Search<relative_tiers>{}("relative_tiers", e);
    found += Search<exact_tree>{}("exact_tree", e);
    return found += Search<eager_heap>{}("eager_heap", e);
}

template <class A>
struct bonus_search {
    finding operator()(std::string const& alias, effort) const {
        finding found;
        for (const price bonus : {0u, 1u, 2u, 3u, 20u}) {
            const rule r{"with_bonus<" + alias + ">{" + std::to_string(bonus) + "}", with_bonus<A>{bonus}};
            found += search_rule(r, {.agents = 3, .ticks = 8, .reserves = {0, 2, 5}});
        }
        return found;
    }
};

template <class A>
struct places_search {
    finding operator()(std::string const& alias, effort e) const {
        finding found;
        for (std::size_t places = 1; places <= 4; ++places) {
            const rule r{"several_items<" + alias + ">{" + std::to_string(places) + "}", several_items<A>{places}};
            found += search_rule(r, {.agents = 4, .ticks = static_cast<price>(pick(e, 4, 5, 6)), .reserves = {0, 3}});
        }
        return found;
    }
};

template <class A>
struct affinity_search {
    finding operator()(std::string const& alias, effort) const {
        finding found;
        for (std::uint32_t forbidden = 0; forbidden < 4; ++forbidden) {
            for (std::uint32_t probes = 1; probes <= 4; ++probes) {
                const std::string set = "{" + std::to_string(forbidden) + ", " + std::to_string(probes) + "}";
                const rule r{"with_affinity<" + alias + ">" + set, with_affinity<A>{forbidden, probes}};
                found += search_rule(r, {.agents = 4, .ticks = 4, .reserves = {0, 2}, .all_slots = false});
            }
        }
        return found;
    }
};

constexpr char const* five =
    "stratified_buckets with tiers of 1 and 2 ticks and relative ones, tournament_tree, lazy_heap; ";

}  // namespace

std::vector<claim> claims_on_items() {
    std::vector<claim> all = {
        one_item_of<narrow_tiers>("stratified_buckets", "narrow_tiers"),
        one_item_of<wide_tiers>("buckets_of_two_ticks", "wide_tiers"),
        one_item_of<offset_tiers>("buckets_above_an_offset", "offset_tiers"),
        one_item_of<relative_tiers>("buckets_of_relative_width", "relative_tiers"),
        one_item_of<exact_tree>("tournament_tree", "exact_tree"),
        one_item_of<grouped_tree>("tournament_tree_of_groups", "grouped_tree"),
        one_item_of<eager_heap>("lazy_heap", "eager_heap"),
    };
    const std::string truth = "Bidding one's value is best; nobody pays more than it bid.";
    all.push_back({decision_group,
                   "switching_bonus",
                   truth,
                   std::string(five) + "3 agents, 8 prices, bonus 0, 1, 2, 3 and 20, reserve 0, 2 and 5",
                   0,
                   "ticks",
                   over_containers<bonus_search>,
                   {{"the incumbent ranks with its bonus and pays without",
                     searching(MAXWELL_AUDIT_RULE(with_bonus_not_taken_off<exact_tree>{2}), small)}}});
    all.push_back({decision_group,
                   "several_items",
                   truth,
                   std::string(five) + "4 agents, 5 prices, 1 to 4 items, reserve 0 and 3",
                   0,
                   "ticks",
                   over_containers<places_search>,
                   {{"all pay the best losing amount, whoever came first",
                     searching(MAXWELL_AUDIT_RULE(several_items_at_one_price<exact_tree>{2}), small)}}});
    all.push_back({decision_group,
                   "affinity",
                   truth,
                   std::string(five) + "4 agents, 4 prices, each slot forbidden in turn, 1 to 4 probes",
                   0,
                   "ticks",
                   over_containers<affinity_search>,
                   {{"more probes where a few were not enough",
                     searching(MAXWELL_AUDIT_RULE(with_a_second_search), {.agents = 3, .ticks = 5})}}});
    all.push_back({decision_group,
                   "groups_of_one_core",
                   truth,
                   "tournament_tree of 2 groups, 4 agents, 6 prices, reserve 0 and 2",
                   0,
                   "ticks",
                   searching(MAXWELL_AUDIT_RULE(two_groups), {.agents = 4, .ticks = 6, .reserves = {0, 2}}),
                   {{"the price comes from the other group only",
                     searching(MAXWELL_AUDIT_RULE(price_of_the_other_group_only), {.agents = 4, .ticks = 5})}}});
    return all;
}

}  // namespace maxwell::audit
