// SPDX-License-Identifier: MIT
//
// Timing: what an agent gains by the moment at which it bids, leaves or comes back.

#include "audit/claim.hpp"
#include "support/dice.hpp"
#include "support/sampler_adversaries.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/market.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;

/// Agent 0 offers, blocks and wakes at random while it runs on one of two cores; agent 1 bids less. Quanta in which it has both.
finding search_offers_while_running(std::size_t quanta, bool through_the_market) {
    dice random(9);
    finding found;
    using two_cores = market<tournament_tree<2>, 1, free_of_charge, 2>;
    const auto owned = std::make_unique<two_cores>();
    two_cores& m = *owned;
    for (std::uint32_t slot = 0; slot < 2; ++slot) {
        m.admit(slot, {0, 0, 1, true});
        m.wake(slot, 0);
    }
    tournament_tree<2> bare;
    std::array<std::optional<award>, 2> core;
    for (std::size_t n = 0; n < quanta; ++n) {
        const std::size_t at = random.below(2);
        const bid offer{0, 100 + random.below(50), 1};
        if (through_the_market) {
            m.offer({1, 50, 1});
            for (std::uint32_t i = random.below(4); i > 0; --i) {
                m.offer(offer);
                if (random.below(3) == 0) m.block(0);
                if (random.below(2) == 0) m.wake(0, n);
            }
            m.wake(0, n);
            core[at] = m.decide(at, n).run;
            m.charge(at, 1, 0);
        } else {  // the control: an offer goes into the auction, whether its agent runs or not
            if (core[at]) bare.insert(core[at]->winner);
            core[at].reset();
            bare.insert({1, 50, 1});
            bare.insert(offer);
            core[at] = bare.extract_max();
        }
        ++found.cases;
        const auto has = [&](std::size_t c) { return core[c] && slot_of(core[c]->winner.agent) == 0; };
        if (has(0) && has(1)) ++found.against;
    }
    found.worst = static_cast<double>(found.against);
    return found;
}

/// Everybody bids once before the decision. What an agent gains at a truthful bid by coming after others, or before them.
template <class A>
finding search_moments(effort e, bool earlier) {
    const auto ticks = static_cast<price>(pick(e, 8, 12, 16));
    finding found;
    for (price value = 0; value < ticks; ++value) {
        for (price first = 0; first < ticks; ++first) {
            for (price second = 0; second < ticks; ++second) {
                const auto earns = [&](int moment) -> std::int64_t {
                    A a;
                    if (moment == 0) a.insert({0, value, 1});
                    a.insert({1, first, 1});
                    if (moment == 1) a.insert({0, value, 1});
                    a.insert({2, second, 1});
                    if (moment == 2) a.insert({0, value, 1});
                    const auto won = a.extract_max();
                    return won && won->winner.agent == 0 ? std::int64_t{value} - won->payment : 0;
                };
                const std::array<std::int64_t, 3> by_moment = {earns(0), earns(1), earns(2)};
                ++found.cases;
                const std::int64_t gain =
                    earlier ? by_moment[0] - by_moment[2] : std::max(by_moment[1], by_moment[2]) - by_moment[0];
                if (gain <= 0) continue;
                ++found.against;
                found.worst = std::max(found.worst, static_cast<double>(gain));
            }
        }
    }
    return found;
}

/// An agent of tier containers that bids its tier's lower edge and the tick below it in turn, against truth in each quantum; values move
/// between the two. Its gain over so many quanta, in ticks a quantum.
finding search_flicker(effort e, bool first_price) {
    using tiers = stratified_buckets<3, linear_tiers<0, 8, 16>>;
    finding found;
    for (std::uint64_t seed = 0; seed < pick(e, 50, 200, 1000); ++seed) {
        const auto earns = [&](bool flickers) {
            dice random(seed);
            tiers a;
            std::int64_t sum = 0;
            for (int q = 0; q < 200; ++q) {
                const price value = 39 + random.below(4);  // a tier begins at 40
                a.insert({1, 30 + random.below(20), 1});
                a.insert({2, 30 + random.below(20), 1});
                a.insert({0, flickers ? 39 + static_cast<price>(q % 2) : value, 1});
                const auto won = a.extract_max();
                if (!won || won->winner.agent != 0) continue;
                sum += std::int64_t{value} - (first_price ? won->winner.amount : won->payment);
            }
            return sum;
        };
        const std::int64_t gain = earns(true) - earns(false);
        ++found.cases;
        if (gain <= 0) continue;
        ++found.against;
        found.worst = std::max(found.worst, static_cast<double>(gain) / 200);
    }
    return found;
}

finding search_fresh_slots(effort e) {
    const double gained = awards_gained_by_fresh_slots<64>(pick(e, 200, 1000, 5000));
    return {1, gained > 0 ? std::uint64_t{1} : 0, gained,
            fmt::format("64 slots that had never bid, each used after a win, gain {:.1f} awards once", gained)};
}

}  // namespace

std::vector<claim> claims_on_timing() {
    const char* group = "timing";
    return {
        {group,
         "an_offer_while_running",
         "An agent that offers while it runs never gets a second core.",
         "market of two cores, offers, blocks and wakes at random; quanta with both cores",
         0,
         "quanta",
         [](effort e) { return search_offers_while_running(pick(e, 50'000, 300'000, 2'000'000), true); },
         {{"offers go into the auction at once", [](effort) { return search_offers_while_running(1000, false); }}}},
        {group,
         "late_bids",
         "Bidding after the others brings nothing: who comes first wins ties.",
         "tournament_tree and tiers of 2 ticks, every value and two rivals, before them, between them and after them",
         0,
         "ticks",
         [](effort e) {
             finding found = search_moments<tournament_tree<3>>(e, false);
             return found += search_moments<stratified_buckets<3, linear_tiers<0, 2, 8>>>(e, false);
         },
         {{"bidding before them", [](effort e) { return search_moments<tournament_tree<3>>(e, true); }}}},
        {group,
         "flicker_at_a_tier_edge",
         "Bidding on both sides of a tier's edge in turn brings nothing over truth.",
         "tiers of 8 ticks, values that move across an edge, two rivals drawn anew, 200 quanta",
         0,
         "ticks a quantum",
         [](effort e) { return search_flicker(e, false); },
         {{"first price", [](effort e) { return search_flicker(e, true); }}}},
        {group,
         "fresh_slots_of_a_sampler",
         "A slot's first bid ever lengthens the epochs of gumbel_rule by a turn: an award each, once.",
         "two agents alike, one of which owns 64 slots that have never bid; awards gained of 400",
         {},
         "awards",
         search_fresh_slots,
         {}},
    };
}

}  // namespace maxwell::audit
