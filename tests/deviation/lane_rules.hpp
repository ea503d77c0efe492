// SPDX-License-Identifier: MIT
//
// Decisions of a market with two lanes, as mechanisms for the deviation search, through the calls that a scheduler makes; payments
// across lanes as one would write them first, which are known to fail; and a search over owners with two agents.

#pragma once

#include "deviation/outcomes.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/market/lanes.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace maxwell::test {

inline constexpr std::uint32_t two_lanes = 2;

using tiers_of_two = stratified_buckets<4, linear_tiers<0, 2, 16>>;

/// Under which prices and limits the agents of slots 0, 2, ... bid in lane 0, and those of 1, 3, ... in lane 1.
struct conditions {
    std::array<multiplier_q16, two_lanes> multiplier;
    std::optional<price> bonus;  ///< the last to arrive is running, and has it
    std::uint32_t shut = 0;
    std::uint32_t preferred = 0;
};

template <class A>
using small_market = maxwell::market<A, two_lanes>;

template <class M>
void set_prices(M& m, price base, conditions const& c) {
    price_schedule<two_lanes> s;
    s.begin(0, base);
    for (std::uint32_t l = 0; l < two_lanes; ++l) s.set(l, c.multiplier[l], c.multiplier[l]);
    m.schedule(s);
}

/// What a market decides, called as a scheduler calls it: an agent that is to be running has won a quantum before.
template <class A>
struct one_decision {
    conditions c;

    sim::outcome operator()(sim::market const& bidders) const {
        const auto owned = std::make_unique<small_market<A>>();
        small_market<A>& m = *owned;
        const std::size_t last = bidders.slots.size() - 1;
        for (const std::uint32_t slot : bidders.slots) m.admit(slot, {slot % two_lanes, 0, 1, true});
        if (c.bonus) {
            m.offer({bidders.slots[last], 1, 1});
            m.wake(bidders.slots[last], 0);
            m.decide(0, 0);
            m.charge(0, 1, 0);
        }
        for (std::size_t i = 0; i <= last; ++i) {
            m.offer({bidders.slots[i], bidders.amounts[i], 1});
            m.wake(bidders.slots[i], 0);
        }
        set_prices(m, bidders.reserve, c);
        const std::uint32_t watts[] = {c.shut & 1u ? 2000u : 1000u, c.shut & 2u ? 2000u : 1000u};
        m.power(1000, watts);
        m.prefer(c.preferred);
        const decision d = c.bonus ? m.decide(0, 0, *c.bonus) : m.decide(0, 0);
        sim::outcome all(bidders.slots.size());
        if (d.run) {
            const std::optional<award> paid = m.charge(0, 1, 0);
            MAXWELL_ASSERT(paid == d.run);
            all[bidder_of(bidders, slot_of(d.run->winner.agent))] = paid->payment;
        }
        return all;
    }
};

enum class mistake { no_tie_tick, rounded_to_tiers, bonus_not_taken_off, other_lanes_left_out };

/// The control: the right winner pays what a first draft would charge.
template <class A>
struct naive_decision {
    conditions c;
    mistake made;

    sim::outcome operator()(sim::market const& bidders) const {
        lanes<A, two_lanes> all_lanes;
        for (std::uint32_t l = 0; l < two_lanes; ++l) all_lanes.reprice(l, bidders.reserve, c.multiplier[l]);
        const std::size_t waiting = bidders.slots.size() - (c.bonus ? 1 : 0);
        for (std::size_t i = 0; i < waiting; ++i) {
            all_lanes.lane(bidders.slots[i] % two_lanes).insert({bidders.slots[i], bidders.amounts[i], 1});
        }
        std::array<std::optional<award>, two_lanes> head;
        for (std::uint32_t l = 0; l < two_lanes; ++l) head[l] = all_lanes.lane(l).top();
        std::optional<lane_award> won;
        if (c.bonus) {
            const bid running{bidders.slots[waiting], bidders.amounts[waiting], 1};
            const std::optional<lane_award> best = all_lanes.top();
            won = all_lanes.contest(slot_of(running.agent) % two_lanes, running, *c.bonus);
            if (won && won->won.winner == running && best && made == mistake::bonus_not_taken_off) {
                won->won.payment = std::max(all_lanes.lane(won->lane).reserve(), best->won.winner.amount);
            }
        } else {
            won = all_lanes.extract_max();
            if (won) won->won.payment = payment(*won, head, all_lanes);
        }
        sim::outcome all(bidders.slots.size());
        if (won) all[bidder_of(bidders, slot_of(won->won.winner.agent))] = won->won.payment;
        return all;
    }

    price payment(lane_award const& won, std::array<std::optional<award>, two_lanes> const& head,
                  lanes<A, two_lanes> const& all_lanes) const {
        const std::uint32_t other = 1 - won.lane;
        const price within = head[won.lane]->payment;
        if (!head[other] || made == mistake::other_lanes_left_out) return within;
        const bool tick = made != mistake::no_tie_tick && won.lane > other;
        auto across = static_cast<price>(all_lanes.to_match(won.lane, other, head[other]->winner.amount, tick));
        if constexpr (A::traits.winner == fidelity::tier) {
            if (made == mistake::rounded_to_tiers) across = across / 2 * 2;  // linear_tiers<0, 2, ...>
        }
        return std::max(within, across);
    }
};

/// Multipliers 1 : 1, 1 : 1.5 and 2 : 1.
inline constexpr std::array<std::array<multiplier_q16, two_lanes>, 3> lane_multipliers = {
    {{1u << 16, 1u << 16}, {1u << 16, 3u << 15}, {2u << 16, 1u << 16}}};

/// Three agents in these lanes.
inline sim::deviation_space lane_space(price ticks) {
    return {.agents = 3, .ticks = ticks, .steps = 4, .reserves = {0, 2}};
}

// --- owners: two owners with two agents each ------------------------------------------------------------------------------

struct owner_report {
    std::uint64_t cases = 0;
    std::uint64_t profitable = 0;
    std::uint64_t overcharged = 0;
    std::int64_t worst_regret = 0;  ///< in halves of a tick
};

using owned_tree = by_owner<tournament_tree<4, 2>>;

/// Arrivals `order` of the bids of slots 0 .. 3, the last of which is running if there is a bonus; who wins, and for how much.
template <class A>
std::optional<award> sell(std::array<price, 4> const& amounts, std::array<std::uint32_t, 4> const& order,
                          multiplier_q16 second, price base, std::optional<price> bonus) {
    lanes<A, two_lanes> all;
    all.reprice(0, base, unit_multiplier);
    all.reprice(1, base, second);
    for (std::size_t i = 0; i < 4; ++i) {
        const bid b{order[i], amounts[order[i]], 1};
        const std::uint32_t lane = order[i] % 2;
        if (bonus && i == 3) {
            const auto won = all.contest(lane, b, *bonus);
            return won ? std::optional<award>(won->won) : std::nullopt;
        }
        all.lane(lane).insert(b);
    }
    const auto won = all.extract_max();
    return won ? std::optional<award>(won->won) : std::nullopt;
}

/// Owner 0 has slots 0 and 1, owner 1 the others. An owner may misreport both amounts. Its value is that of its winner.
template <class A>
owner_report search_owners(multiplier_q16 second, price base, std::optional<price> bonus) {
    constexpr price ticks = 4;
    constexpr std::int64_t steps = 2;  // values on the grid and half a tick above
    owner_report r;
    const auto gain = [](std::optional<award> const& won, std::array<price, 4> const& values, std::int64_t step) {
        if (!won || slot_of(won->winner.agent) > 1) return std::int64_t{0};
        return values[slot_of(won->winner.agent)] * steps + step - std::int64_t{won->payment} * steps;
    };
    std::array<price, 4> values{};
    for (std::uint32_t profile = 0; profile < ticks * ticks * ticks * ticks; ++profile) {
        for (std::uint32_t i = 0, rest = profile; i < 4; ++i, rest /= ticks) values[i] = rest % ticks;
        std::array<std::uint32_t, 4> order{0, 1, 2, 3};
        do {
            const auto truth = sell<A>(values, order, second, base, bonus);
            if (truth && truth->payment > truth->winner.amount) ++r.overcharged;
            std::array<bool, steps> gains{};
            for (price other = 0; other < (ticks + 1) * (ticks + 1); ++other) {
                auto lie = values;
                lie[0] = other % (ticks + 1);
                lie[1] = other / (ticks + 1);
                const auto won = sell<A>(lie, order, second, base, bonus);
                for (std::int64_t step = 0; step < steps; ++step) {
                    const std::int64_t more = gain(won, values, step) - gain(truth, values, step);
                    if (more > 0) gains[static_cast<std::size_t>(step)] = true;
                    r.worst_regret = std::max(r.worst_regret, more);
                }
            }
            r.cases += steps;
            for (const bool g : gains) r.profitable += g;
        } while (std::next_permutation(order.begin(), order.end()));
    }
    return r;
}

}  // namespace maxwell::test
