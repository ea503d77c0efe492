// SPDX-License-Identifier: MIT
//
// Decisions of a whole market: lanes with multipliers, shut lanes, owners of two agents, sharers beside agents that pay.

#include "audit/deviations.hpp"
#include "deviation/lane_rules.hpp"
#include "deviation/sharer_rules.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

constexpr std::optional<price> no_bonus;

/// `make` makes the rule for given conditions, `text` the words after its type's.
template <class Make>
finding search_conditions(std::string const& type, Make make, std::string const& text, std::optional<price> bonus,
                          std::uint32_t shut, price ticks) {
    finding found;
    for (auto const& m : lane_multipliers) {
        const std::string conditions_text = fmt::format("conditions{{{{{}, {}}}, {}, {}}}", m[0], m[1],
                                                        bonus ? std::to_string(*bonus) : "std::nullopt", shut);
        found += search_rule({type + "{" + conditions_text + text + "}", make(conditions{m, bonus, shut})},
                             lane_space(ticks));
    }
    return found;
}

template <class A>
finding search_decisions(std::string const& container, std::uint32_t shut, effort e) {
    const auto make = [](conditions const& c) { return mechanism(one_decision<A>{c}); };
    finding found;
    for (const std::optional<price> bonus : {no_bonus, std::optional<price>{0u}, std::optional<price>{2u}}) {
        found += search_conditions("one_decision<" + container + ">", make, "", bonus, shut,
                                   static_cast<price>(pick(e, 3, 5, 6)));
    }
    return found;
}

search searching_decisions(std::uint32_t shut) {
    return [shut](effort e) {
        finding found = search_decisions<tournament_tree<4>>("tournament_tree<4>", shut, e);
        found += search_decisions<lazy_heap<4>>("lazy_heap<4>", shut, e);
        return found += search_decisions<tiers_of_two>("tiers_of_two", shut, e);
    };
}

template <class A>
search searching_mistake(std::string const& container, mistake made, std::string const& name,
                         std::optional<price> bonus = {}) {
    return [=](effort) {
        const auto make = [made](conditions const& c) { return mechanism(naive_decision<A>{c, made}); };
        return search_conditions("naive_decision<" + container + ">", make, ", mistake::" + name, bonus, 0, 4);
    };
}
#define MAXWELL_AUDIT_MISTAKE(container, made, ...) \
    searching_mistake<container>(#container, mistake::made, #made __VA_OPT__(, ) __VA_ARGS__)

template <class A>
search searching_owners(multiplier_q16 second, std::optional<price> bonus) {
    return [=](effort) {
        const owner_report r = search_owners<A>(second, 1, bonus);
        return finding{r.cases, r.profitable + r.overcharged, static_cast<double>(r.worst_regret) / 2, {}};
    };
}

template <class A>
finding search_sharers(std::string const& alias) {
    finding found;
    for (const price low : {0u, 2u, 3u, 5u}) {
        const rule r{"beside_sharers<" + alias + ">{" + std::to_string(low) + "}", beside_sharers<A>{low}};
        found += search_rule(r, {.agents = 3, .ticks = 6, .reserves = {0, 2}, .all_slots = false});
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_markets() {
    const std::string truth = "Bidding one's value is best; nobody pays more than it bid.";
    const std::string tried =
        "market through offer, wake, decide: 2 lanes at 1:1, 1:1.5 and 2:1, 3 agents, 5 prices, reserve 0 and 2, no "
        "bonus, 0 "
        "and 2; tournament_tree, lazy_heap, tiers";
    return {
        {decision_group,
         "lanes",
         truth,
         tried,
         0,
         "ticks",
         searching_decisions(0),
         {{"no tie tick across lanes", MAXWELL_AUDIT_MISTAKE(tournament_tree<4>, no_tie_tick)},
          {"the other lane sets no price", MAXWELL_AUDIT_MISTAKE(tournament_tree<4>, other_lanes_left_out)},
          {"prices across lanes rounded down to a tier", MAXWELL_AUDIT_MISTAKE(tiers_of_two, rounded_to_tiers)},
          {"bonus not taken off", MAXWELL_AUDIT_MISTAKE(tournament_tree<4>, bonus_not_taken_off, 2)}}},
        {decision_group,
         "shut_lanes",
         truth,
         "the same, with a lane that the power cap shuts",
         0,
         "ticks",
         searching_decisions(1),
         {{"no tie tick across lanes", MAXWELL_AUDIT_MISTAKE(tournament_tree<4>, no_tie_tick)}}},
        {decision_group,
         "owners_of_two_agents",
         "An owner does best by bidding its agents' values.",
         "by_owner, two owners of two agents, 4 prices, all orders, all pairs of other bids, lanes of one multiplier",
         0,
         "ticks",
         searching_owners<owned_tree>(unit_multiplier, no_bonus),
         {{"siblings set each other's price", searching_owners<tournament_tree<4, 2>>(unit_multiplier, no_bonus)}}},
        {decision_group,
         "owners_across_multipliers",
         "An owner with agents in lanes of 1 and 1.5 gains in a few cases.",
         "the same",
         {},
         "ticks",
         searching_owners<owned_tree>(3u << 15, no_bonus),
         {}},
        {decision_group,
         "owners_with_a_bonus",
         "An owner of two agents gains in a few cases where a switch has a bonus.",
         "the same, bonus 1",
         {},
         "ticks",
         searching_owners<owned_tree>(unit_multiplier, std::optional<price>{1u}),
         {}},
        {decision_group,
         "sharers_beside_payers",
         "An agent that pays does best by bidding its value, also where sharers wait.",
         "market with a sharer that bids 0, 2, 3 or 5, 3 agents that pay, 6 prices, reserve 0 and 2; tournament_tree, "
         "tiers",
         0,
         "ticks",
         [](effort) {
             finding found = search_sharers<tournament_tree<4>>("tournament_tree<4>");
             return found += search_sharers<tiers_of_two>("tiers_of_two");
         },
         {{"sharers set no price",
           [](effort) {
               return search_rule(MAXWELL_AUDIT_RULE(sharers_set_no_price<tournament_tree<4>>{3}),
                                  {.agents = 3, .ticks = 6, .all_slots = false});
           }}}},
    };
}

}  // namespace maxwell::audit
