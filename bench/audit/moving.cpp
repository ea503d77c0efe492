// SPDX-License-Identifier: MIT
//
// Adaptive tiers: other bids while boundaries move, and agents that try to move them.

#include "audit/deviations.hpp"
#include "deviation/moving_rules.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

template <class Market>
finding over_histories(std::string const& type, std::size_t histories, std::uint32_t units = 1) {
    finding found;
    for (std::size_t seed = 0; seed < histories; ++seed) {
        const rule r{fmt::format("moving::{}{{moving::history({})}}", type, seed),
                     Market{moving::history(static_cast<unsigned>(seed))}};
        found += search_rule(r, moving::space(units), !found.example.empty());
    }
    return found;
}

finding search_adaptive(effort e) {
    using moving::container;
    finding found =
        over_histories<moving::moving_market<container>>("moving_market<moving::container>", pick(e, 3, 30, 120));
    found += over_histories<moving::moving_places<container>>("moving_places<moving::container>", pick(e, 1, 10, 40));
    found += over_histories<moving::moving_quantum<container, 2>>("moving_quantum<moving::container, 2>",
                                                                  pick(e, 1, 10, 40));
    return found +=
           over_histories<moving::moving_units<container>>("moving_units<moving::container>", pick(e, 1, 1, 4), 2);
}

template <moving_rule Rule>
finding search_wrong(effort) {
    using market = moving::moving_market<moving::oracle<Rule>>;
    return over_histories<market>(fmt::format("moving_market<moving::oracle<moving_rule({})>>", static_cast<int>(Rule)),
                                  8);
}

template <class A>
finding search_steering(effort e) {
    const auto a = std::make_unique<A>();
    const int quanta = static_cast<int>(pick(e, 300, 1000, 3000));
    const int wins = moving::wins_of_the_low_agent(*a, 1024, quanta);
    return {static_cast<std::uint64_t>(quanta), static_cast<std::uint64_t>(wins), static_cast<double>(wins),
            fmt::format("{} of {} quanta are won by a bid of 300 against one of 1,000,000", wins, quanta)};
}

/// A loser in slot 0 uses up the only probe: how often its amount changes the boundaries after 60 quanta.
finding search_probes(effort e) {
    finding found;
    for (unsigned seed = 0; seed < pick(e, 50, 200, 1000); ++seed) {
        const auto edges = [&](price of_the_loser) {
            dice random(seed);
            stratified_buckets<8, adaptive_tiers<8, 16>> a;
            a.insert({0, of_the_loser, 1});
            for (int i = 0; i < 60; ++i) {
                a.insert({1 + random.below(7), 100 + random.below(1000), 1});
                a.extract_max_if([](std::uint32_t slot) noexcept { return slot != 0; }, 1);
            }
            std::vector<price> all;
            for (std::uint32_t tier = 0; tier < 8; ++tier) all.push_back(a.lower_edge(tier));
            return all;
        };
        const auto low = edges(50), high = edges(2000);
        ++found.cases;
        if (low == high) continue;
        ++found.against;
        double moved = 0;
        for (std::size_t tier = 0; tier < low.size(); ++tier) moved += low[tier] != high[tier] ? 1 : 0;
        found.worst = std::max(found.worst, moved);
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_moving_boundaries() {
    return {
        {decision_group,
         "adaptive_tiers",
         "Bidding one's value is best while boundaries move; nobody pays more than it bid.",
         "stratified_buckets with adaptive_tiers<6, 5>; 3 agents between others that come and go, 8 prices, reserve 0 "
         "and 3; one "
         "item, two places, a bonus of 2, units",
         0,
         "ticks",
         search_adaptive,
         {{"priced by the newest boundaries", search_wrong<moving_rule::newest_prices>},
          {"boundaries that see the own bid", search_wrong<moving_rule::sees_own_bid>}}},
        {"several quanta",
         "steering_boundaries_by_re_bids",
         "An agent that bids again and again and never wins moves no boundary that matters.",
         "adaptive_tiers of 256, three agents, 1,024 re-bids of 0 to 255 a quantum: quanta that a bid of 300 wins "
         "against "
         "1,000,000",
         0,
         "quanta",
         search_steering<stratified_buckets<3, adaptive_tiers<>>>,
         {{"every departure counts",
           search_steering<reference_adaptive_auction<3, adaptive_tiers<>, moving_rule::counts_re_bids>>}}},
        {"several quanta",
         "steering_boundaries_by_losing",
         "Where a loser keeps others from winning (affinity, units, a bonus), its amount moves later boundaries.",
         "adaptive_tiers<8, 16>, a loser that uses up the only probe for 60 quanta, bidding 50 or 2000 where others "
         "bid 100 to "
         "1100; edges that differ",
         {},
         "edges",
         search_probes,
         {}},
    };
}

}  // namespace maxwell::audit
