// SPDX-License-Identifier: MIT
//
// reference_lanes: who wins a sale across lanes and what it pays, from the definition. The oracle of market/.
//
// A list of bids and a scan for every question. The winner is found by comparing fractions as whole products, of two factors below 2^32; the payment is not
// computed but searched for: the least amount with which the winner would still win, everything else being equal.

#pragma once

#include "support/reference_auction.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/market/lanes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::test {

/// A bid as the oracle keeps it.
struct lane_bid {
    bid offer;
    std::uint32_t lane;
    std::uint64_t arrival;
    std::uint32_t owner = 0;
};

/// What a sale is held under.
struct sale_rules {
    std::vector<std::uint64_t> multiplier;  ///< by lane, none 0
    std::vector<price> reserve;             ///< by lane, as the container rounds it
    std::uint32_t shut = 0;
    std::uint32_t preferred = 0;
    bool by_owner = false;
};

/// The agent that holds the processor: it is one of the bids, the last to arrive.
struct incumbent_with_bonus {
    agent_id agent;
    price bonus;
};

template <class Order>
class reference_lanes {
public:
    sale_rules rules;
    std::vector<lane_bid> bids;

    std::optional<lane_award> winner(std::optional<incumbent_with_bonus> incumbent = std::nullopt) const {
        for (lane_bid const& b : bids) {
            if (!wins(bids, b, incumbent)) continue;
            return lane_award{{b.offer, least_winning_amount(b, incumbent)}, b.lane};
        }
        return std::nullopt;
    }

    /// Does a shut lane have a bid that reaches its reserve?
    bool would_sell_if_open() const {
        reference_lanes open = *this;
        open.rules.shut = 0;
        return std::any_of(bids.begin(), bids.end(),
                           [&](lane_bid const& b) { return !eligible(b) && open.eligible(b); });
    }

private:
    bool eligible(lane_bid const& b) const {
        if ((rules.shut >> b.lane & 1u) != 0) return false;
        return b.offer.amount >= rules.reserve[b.lane];
    }

    bool preferred(lane_bid const& b) const { return (rules.preferred >> b.lane & 1u) != 0; }

    static bool before_in_lane(lane_bid const& a, lane_bid const& b) {
        const auto rank_a = Order::rank(a.offer.amount);
        const auto rank_b = Order::rank(b.offer.amount);
        return rank_a != rank_b ? rank_a > rank_b : a.arrival < b.arrival;
    }

    /// a's amount over its multiplier, less b's: the sign alone counts.
    int compare(std::uint64_t amount_a, std::uint32_t lane_a, std::uint64_t amount_b, std::uint32_t lane_b) const {
        const std::uint64_t a = amount_a * rules.multiplier[lane_b];
        const std::uint64_t b = amount_b * rules.multiplier[lane_a];
        return a < b ? -1 : a > b ? 1 : 0;
    }

    bool wins(std::vector<lane_bid> const& all, lane_bid const& me,
              std::optional<incumbent_with_bonus> incumbent) const {
        if (!eligible(me)) return false;
        const auto is_incumbent = [&](lane_bid const& b) { return incumbent && b.offer.agent == incumbent->agent; };
        const auto raised = [&](lane_bid const& b) {
            return std::min<std::uint64_t>(std::uint64_t{b.offer.amount} + incumbent->bonus, ~price{0});
        };
        for (lane_bid const& r : all) {
            if (r.offer.agent == me.offer.agent || !eligible(r)) continue;
            if (preferred(r) && !preferred(me)) return false;
            if (preferred(me) && !preferred(r)) continue;
            if (is_incumbent(me)) {
                if (is_head(all, r, incumbent) && compare(raised(me), me.lane, r.offer.amount, r.lane) < 0)
                    return false;
            } else if (is_incumbent(r)) {
                if (compare(me.offer.amount, me.lane, raised(r), r.lane) <= 0) return false;
            } else if (r.lane == me.lane) {
                if (before_in_lane(r, me)) return false;
            } else if (is_head(all, r, incumbent)) {
                const int order = compare(me.offer.amount, me.lane, r.offer.amount, r.lane);
                if (order < 0 || (order == 0 && r.lane < me.lane)) return false;
            }
        }
        return true;
    }

    /// The first of its lane, an incumbent with a bonus aside.
    bool is_head(std::vector<lane_bid> const& all, lane_bid const& me,
                 std::optional<incumbent_with_bonus> incumbent) const {
        for (lane_bid const& r : all) {
            if (r.lane != me.lane || r.offer.agent == me.offer.agent || !eligible(r)) continue;
            if (incumbent && r.offer.agent == incumbent->agent) continue;
            if (before_in_lane(r, me)) return false;
        }
        return true;
    }

    price least_winning_amount(lane_bid me, std::optional<incumbent_with_bonus> incumbent) const {
        std::vector<lane_bid> others;
        for (lane_bid const& b : bids) {
            if (b.offer.agent != me.offer.agent && !(rules.by_owner && b.owner == me.owner)) others.push_back(b);
        }
        std::uint64_t losing = 0;
        std::uint64_t winning = me.offer.amount;
        while (losing < winning) {
            const std::uint64_t middle = (losing + winning) / 2;
            me.offer.amount = static_cast<price>(middle);
            if (wins(others, me, incumbent)) {
                winning = middle;
            } else {
                losing = middle + 1;
            }
        }
        return static_cast<price>(winning);
    }
};

}  // namespace maxwell::test
