// SPDX-License-Identifier: MIT
//
// Ten faults of payment rules, as if they were promised: what the audit prints when a promise breaks, and a proof that it does.

#include "audit/deviations.hpp"
#include "deviation/faulty_rules.hpp"
#include "deviation/item_rules.hpp"
#include "deviation/lane_rules.hpp"
#include "deviation/unit_rules.hpp"

#include <string>
#include <utility>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

claim planted(std::string name, std::string fault, rule r, sim::deviation_space const& space) {
    const search tried = searching(std::move(r), space);
    const search known = [](effort) {
        return search_rule(MAXWELL_AUDIT_RULE(first_price<exact_tree>), {.agents = 2, .ticks = 4});
    };
    return {"planted faults",
            std::move(name),
            "Bidding one's value is best (planted: " + fault + ").",
            "3 agents",
            0,
            "ticks",
            tried,
            {{"first price", known}}};
}

}  // namespace

std::vector<claim> planted_faults() {
    const sim::deviation_space items{.agents = 3, .ticks = 6, .reserves = {0, 2}};
    const sim::deviation_space units = units_of_three_agents(true);
    return {
        planted("tie_tick_left_out", "the payment lacks the tick of a later arrival",
                MAXWELL_AUDIT_RULE(plain_second_price<exact_tree>), items),
        planted("tie_tick_always", "every winner pays a tick more than the runner-up",
                MAXWELL_AUDIT_RULE(a_tick_too_much<exact_tree>), items),
        planted("own_bid", "the winner pays its own bid", MAXWELL_AUDIT_RULE(first_price<wide_tiers>), items),
        planted("third_price", "the winner pays the third bid", MAXWELL_AUDIT_RULE(third_price<exact_tree>), items),
        planted("reserve_forgotten", "a winner alone pays nothing", MAXWELL_AUDIT_RULE(reserve_forgotten<exact_tree>),
                items),
        planted("upper_edge_of_the_tier", "the payment is the upper edge of the rival's tier",
                MAXWELL_AUDIT_RULE(upper_edge<wide_tiers>), items),
        planted("bonus_not_taken_off", "the incumbent's bonus counts in rank only",
                MAXWELL_AUDIT_RULE(with_bonus_not_taken_off<exact_tree>{2}), items),
        planted("one_price_for_all_places", "all winners pay the best losing amount",
                MAXWELL_AUDIT_RULE(several_items_at_one_price<exact_tree>{2}), items),
        planted("one_price_for_all_units", "winners pay the best losing amount per unit",
                {"with_payments(sale<exact_tree>{misfit::skip}, best_that_lost)",
                 with_payments(sale<exact_tree>{misfit::skip}, best_that_lost)},
                units),
        planted("other_lane_left_out", "the other lane sets no price",
                MAXWELL_AUDIT_RULE(naive_decision<tournament_tree<4>>{conditions{{1u << 16, 3u << 15}, std::nullopt, 0},
                                                                      mistake::other_lanes_left_out}),
                items),
    };
}

}  // namespace maxwell::audit
