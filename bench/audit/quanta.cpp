// SPDX-License-Identifier: MIT
//
// Several quanta, and several agents that act as one.

#include "audit/claim.hpp"
#include "deviation/repeated_rules.hpp"
#include "support/dice.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;
using exact = tournament_tree<3>;
using tiers = stratified_buckets<3, linear_tiers<0, 2, 8>>;

template <class A>
finding search_quanta(price ticks, bool all_bid_anew, bool may_keep, std::optional<price> bonus) {
    const auto as_finding = [](repeated_gains const& g) {
        return finding{g.games, g.gain, static_cast<double>(g.worst), {}};
    };
    finding found = as_finding(search_repeated<A, 2>(ticks, all_bid_anew, may_keep, bonus));
    return found += as_finding(search_repeated<A, 3>(std::min<price>(ticks, 3), all_bid_anew, may_keep, bonus));
}

/// Every first bid and every bid after it, for 2 to 10 and 100 quanta.
finding search_overbidding(effort) {
    finding found;
    for (const int quanta : {2, 3, 4, 5, 6, 7, 8, 9, 10, 100}) {
        const std::int64_t truth = earned_by_challenger(105, 105, quanta);
        ++found.cases;
        std::int64_t best = 0;
        price first = 105, later = 105;
        for (price a = 90; a <= 125; ++a) {
            for (price n = 90; n <= 126; ++n) {
                const price b = n == 90 ? 105 : n - 1;  // truth first: what is as good isn't reported
                const std::int64_t gain = earned_by_challenger(a, b, quanta) - truth;
                if (gain <= best) continue;
                best = gain;
                first = a;
                later = b;
            }
        }
        found.against += best > 0 ? 1 : 0;
        if (static_cast<double>(best) <= found.worst) continue;
        found.worst = static_cast<double>(best);
        found.example = fmt::format(
            "bonus 10, an incumbent that bids 100, a challenger of value 105: bidding {} once and {} after that earns "
            "{} more in {} "
            "quanta",
            first, later, best, quanta);
    }
    return found;
}

/// One item; slots 0 and 1 are of two agents that share what they gain, slot 2 is a rival.
finding search_two_colluders(effort e) {
    const auto ticks = static_cast<price>(pick(e, 8, 12, 16));
    finding found;
    for (price high = 0; high < ticks; ++high) {
        for (price low = 0; low <= high; ++low) {
            for (price rival = 0; rival < ticks; ++rival) {
                for (const price reserve : {price{0}, ticks / 2}) {
                    const auto joint = [&](price a, price b) -> std::int64_t {
                        exact market;
                        market.update_price(reserve);
                        market.insert({0, a, 1});
                        market.insert({1, b, 1});
                        market.insert({2, rival, 1});
                        const auto won = market.extract_max();
                        if (!won || won->winner.agent == 2) return 0;
                        return std::int64_t{won->winner.agent == 0 ? high : low} - won->payment;
                    };
                    const std::int64_t truth = joint(high, low);
                    std::int64_t best = 0;
                    for (price a = 0; a <= ticks; ++a) {
                        for (price b = 0; b <= ticks; ++b) best = std::max(best, joint(a, b) - truth);
                    }
                    ++found.cases;
                    found.against += best > 0 ? 1 : 0;
                    if (static_cast<double>(best) <= found.worst) continue;
                    found.worst = static_cast<double>(best);
                    found.example =
                        fmt::format("values {} and {}, a rival that bids {}, reserve {}: the second withdraws", high,
                                    low, rival, reserve);
                }
            }
        }
    }
    return found;
}

/// An agent that wants one quantum of several, and no matter which, at the critical price of that quantum.
finding search_one_quantum_agents(effort e) {
    constexpr int quanta = 4;
    finding found;
    dice random(5);
    for (std::size_t n = 0; n < pick(e, 2000, 20'000, 100'000); ++n) {
        const std::int64_t value = 1 + random.below(12);
        std::array<price, quanta> rivals;
        for (price& r : rivals) r = random.below(12);
        const auto earns = [&](price said) -> std::int64_t {
            for (const price r : rivals) {
                if (said > r) return value - r - 1;  // the rival was there before, so a tie is not enough
            }
            return 0;
        };
        std::int64_t best = 0;
        price shaded = 0;
        for (price said = 0; said <= 12; ++said) {
            if (earns(said) <= best) continue;
            best = earns(said);
            shaded = said;
        }
        const std::int64_t gain = best - earns(static_cast<price>(value));
        ++found.cases;
        found.against += gain > 0 ? 1 : 0;
        if (static_cast<double>(gain) <= found.worst) continue;
        found.worst = static_cast<double>(gain);
        found.example = fmt::format("value {}, others bid {} in turn: bidding {} waits for the cheapest quantum", value,
                                    fmt::join(rivals, ", "), shaded);
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_quanta() {
    const char* several = "several quanta";
    return {
        {several,
         "bidding_anew_in_each_quantum",
         "Bidding one's value anew in each quantum is best, against rivals that don't react.",
         "2 quanta of 4 prices and 3 of 3, 2 rivals, tournament_tree and tiers of 2 ticks: every value and every "
         "sequence of bids",
         0,
         "ticks",
         [](effort e) {
             finding found = search_quanta<exact>(static_cast<price>(pick(e, 4, 4, 5)), true, false, {});
             return found += search_quanta<tiers>(static_cast<price>(pick(e, 4, 4, 5)), true, false, {});
         },
         {{"a switching bonus of 2", [](effort) { return search_quanta<exact>(4, true, false, 2); }}}},
        {several,
         "an_outdated_bid_kept",
         "Leaving an outdated bid in keeps its place in the order, which is worth a tick or a tier.",
         "the same, rivals that keep their place until they have run, tournament_tree",
         {},
         "ticks",
         [](effort) { return search_quanta<exact>(4, false, true, {}); },
         {}},
        {several,
         "an_outdated_bid_kept_in_tiers",
         "Leaving an outdated bid in keeps its place in the order, which is worth a tick or a tier.",
         "the same, tiers of 2 ticks",
         {},
         "ticks",
         [](effort) { return search_quanta<tiers>(4, false, true, {}); },
         {}},
        {several,
         "switching_bonus_over_time",
         "Overbidding once to become the incumbent pays where a switch has a bonus.",
         "2 to 10 quanta and 100, every first bid and every later one from 90 to 125",
         {},
         "ticks",
         search_overbidding,
         {}},
        {several,
         "agents_that_want_one_quantum",
         "An agent that wants one quantum and can wait gains by shading, where each quantum has its own price.",
         "4 quanta, values and rivals of 12 prices, drawn",
         {},
         "ticks",
         search_one_quantum_agents,
         {}},
        {"more than one name",
         "two_colluders",
         "Two agents that share their gains withdraw the lower bid and pay what comes after it.",
         "one item, two values, a rival, a reserve of 0 or half of the range, all pairs of bids",
         {},
         "ticks",
         search_two_colluders,
         {}},
    };
}

}  // namespace maxwell::audit
