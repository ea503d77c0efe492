// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in a container or in what containers are made of. It passes with
// the library as it is, and must fail with every mutant of it in auction.txt.
//
// Oracle and library share the tier maps and the clearing rules, so those are also held to their definitions, and to what
// they are for: nobody gains by lying.

#include "fuzz/targets.hpp"
#include "mutation/check.hpp"
#include "support/arrivals.hpp"
#include "support/dice.hpp"

#include <maxwell/auction/bid_lifetimes.hpp>
#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/sim/deviation.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <set>
#include <vector>

namespace maxwell::test {
namespace {

char const* random_operations() {
    dice random(7);
    for (int input = 0; input < 3000; ++input) {
        std::vector<std::uint8_t> bytes(1 + 8 * 40);
        for (auto& b : bytes) b = static_cast<std::uint8_t>(random());
        if (char const* why = run_all_targets(bytes.data(), bytes.size())) return why;
    }
    return nullptr;
}

/// Against a set of the standard library.
template <std::size_t Size>
char const* bitmap_of() {
    dice random(Size);
    hierarchical_bitmap<Size> bitmap;
    std::set<std::uint32_t> members;
    for (int n = 0; n < 20000; ++n) {
        const std::uint32_t i = random.below(Size);
        const std::uint32_t choice = random.below(8);
        if (choice < 4) {
            bitmap.set(i);
            members.insert(i);
        } else if (choice < 6) {
            bitmap.clear(i);
            members.erase(i);
        } else if (!members.empty()) {
            const std::uint32_t next = bitmap.drop_lowest(*members.begin());
            members.erase(members.begin());
            REQUIRE(next == (members.empty() ? bitmap.none : *members.begin()));
        }
        REQUIRE(bitmap.empty() == members.empty() && bitmap.contains(i) == (members.count(i) != 0));
        REQUIRE(members.empty() || bitmap.lowest() == *members.begin());
        const auto above = members.upper_bound(i);
        REQUIRE(bitmap.lowest_above(i) == (above == members.end() ? bitmap.none : *above));
    }
    REQUIRE(bitmap.check_invariants());
    return nullptr;
}

/// Cells follow one another without a gap, and each holds what lies between its edges.
template <int MantissaBits>
char const* cells_of() {
    using cells = log_linear<MantissaBits>;
    std::uint64_t next = 0;
    for (std::uint32_t cell = 0; cell < cells::count; ++cell) {
        const std::uint64_t lower = cells::lower_edge(cell);
        const std::uint64_t upper = cells::upper_edge(cell);
        REQUIRE(lower == next && lower <= upper);
        REQUIRE((upper - lower) >> (31 - MantissaBits) == 0 && (upper - lower) << MantissaBits <= lower);
        REQUIRE(cells::index(static_cast<price>(lower)) == cell && cells::index(static_cast<price>(upper)) == cell);
        next = upper + 1;
    }
    REQUIRE(next == std::uint64_t{1} << 32);
    return nullptr;
}

/// No id is given out twice, and none is live that was taken back.
template <std::size_t Capacity>
char const* registry_from(std::uint32_t first_generation) {
    dice random(first_generation);
    agent_registry<Capacity> registry(first_generation);
    std::set<agent_id> live;
    std::set<agent_id> ever;
    for (int n = 0; n < 5000; ++n) {
        if (live.empty() || random.below(2) != 0) {
            const auto id = registry.acquire();
            if (!id) continue;
            REQUIRE(ever.insert(*id).second && slot_of(*id) < Capacity);
            live.insert(*id);
        } else {
            const agent_id id = *std::next(live.begin(), random.below(live.size()));
            REQUIRE(registry.release(id) == status::ok);
            live.erase(id);
            REQUIRE(registry.release(id) == status::stale_agent);
        }
        for (const agent_id id : live) REQUIRE(registry.is_live(id));
        REQUIRE(registry.size() == live.size() && registry.check_invariants());
    }
    for (const agent_id id : ever) REQUIRE(registry.is_live(id) == (live.count(id) != 0));
    return nullptr;
}

using exact = stratified_buckets<4, linear_tiers<0, 1, 16>>;  // a tier for each amount of the markets below

sim::outcome settled(sim::market const& m, std::initializer_list<std::optional<award>> winners) {
    sim::outcome paid(m.amounts.size());
    for (auto const& won : winners) {
        if (!won) continue;
        const auto slot = std::find(m.slots.begin(), m.slots.end(), slot_of(won->winner.agent));
        paid[static_cast<std::size_t>(slot - m.slots.begin())] = won->payment;
    }
    return paid;
}

void enter(exact& a, sim::market const& m, std::size_t count) {
    a.update_price(m.reserve);
    for (std::size_t i = 0; i < count; ++i) a.insert({m.slots[i], m.amounts[i], 1});
}

char const* no_misreport_is_profitable() {
    const sim::deviation_space space{.agents = 3, .ticks = 6, .steps = 4, .reserves = {0, 2}, .all_slots = false};
    const auto highest_bid = [](sim::market const& m) {
        exact a;
        enter(a, m, 3);
        return settled(m, {a.extract_max()});
    };
    REQUIRE(sim::search_deviations(highest_bid, space).truthful());

    const auto two_places = [](sim::market const& m) {
        exact a;
        enter(a, m, 3);
        award out[2] = {};
        const std::size_t winners = extract_top(a, out);
        return winners == 2 ? settled(m, {out[0], out[1]}) : winners == 1 ? settled(m, {out[0]}) : settled(m, {});
    };
    REQUIRE(sim::search_deviations(two_places, space).truthful());

    for (const price bonus : {0u, 2u}) {
        const auto incumbent = [bonus](sim::market const& m) {
            exact a;
            enter(a, m, 2);
            return settled(m, {quantum(a, {m.slots[2], m.amounts[2], 1}, bonus).winner});
        };
        REQUIRE(sim::search_deviations(incumbent, space).truthful());
    }
    for (const std::uint32_t probes : {1u, 2u, 3u}) {
        const auto affinity = [probes](sim::market const& m) {
            exact a;
            enter(a, m, 3);
            return settled(m, {a.extract_max_if([](std::uint32_t slot) { return slot != 1; }, probes)});
        };
        REQUIRE(sim::search_deviations(affinity, space).truthful());
    }
    return nullptr;
}

/// The incumbent keeps the processor exactly when its amount and the bonus reach the challenger's; preempts() agrees.
char const* a_bonus_is_worth_itself() {
    for (price own = 0; own < 8; ++own) {
        for (price other = 0; other < 8; ++other) {
            for (price bonus = 0; bonus < 4; ++bonus) {
                const bid running{0, own, 1};
                const bid waiting{1, other, 1};
                exact a;
                a.insert(waiting);
                const auto next = quantum(a, running, bonus).winner;
                const bool stays = own + bonus >= other;
                REQUIRE(next && next->winner == (stays ? running : waiting));
                REQUIRE(next->payment == (stays ? (other > bonus ? other - bonus : 0) : own + bonus + 1));
                REQUIRE(preempts(running, waiting, bonus) == !stays);
            }
        }
    }
    return nullptr;
}

/// The winner of the highest tier that is looked at, and no look further than the probes allow.
char const* affinity_looks_no_further_than_its_probes() {
    for (std::uint32_t probes = 0; probes <= 5; ++probes) {
        exact a;
        for (std::uint32_t slot = 0; slot < 4; ++slot) a.insert({slot, 10 - slot, 1});
        std::uint32_t asked = 0;
        const auto won = a.extract_max_if(
            [&asked](std::uint32_t slot) {
                ++asked;
                return slot == 3;
            },
            probes);
        REQUIRE(asked <= probes && won.has_value() == (probes >= 4));
    }
    return nullptr;
}

/// A bid is in for its lifetime and gone one round of the hand later, in every slot; a refused one renews nothing.
char const* crashed_agents_bids_leave_in_time() {
    constexpr std::uint32_t lifetime = 10;
    bid_lifetimes<4> lifetimes;
    exact a;
    for (std::uint32_t slot = 0; slot < 4; ++slot) lifetimes.insert(a, {make_agent_id(slot, 1), 5, 1}, 100);
    for (std::uint32_t now = 100; now <= 110; ++now) {
        lifetimes.insert(a, {make_agent_id(0, 0), 5, 1}, now);
        REQUIRE(lifetimes.withdraw_old(a, now, lifetime, 1) == 0 && a.size() == 4);
    }
    for (std::uint32_t now = 111; now < 115; ++now) lifetimes.withdraw_old(a, now, lifetime, 1);
    REQUIRE(a.empty());
    return nullptr;
}

/// Where it saves a path: the best bid touches the tree of the rest only if it stands there, or is due to be filed there.
char const* the_best_bid_is_kept_apart() {
    using auction = lazy_heap<8, true>;
    const auto rest_is_empty = [](auction const& a) {
        using rest = detail::winner_tree<8>;
        const rest none{};
        return std::memcmp(reinterpret_cast<char const*>(&a + 1) - sizeof(rest), &none, sizeof(rest)) == 0;
    };
    auction a;
    for (const price amount : {5u, 7u, 6u}) {  // a new best, and the same agent again, with more and with less
        a.insert({1, amount, 1});
        REQUIRE(rest_is_empty(a));
    }
    for (int n = 0; n < 3; ++n) {
        REQUIRE(a.extract_max() && a.empty());
        a.insert({1, 5, 1});
        REQUIRE(rest_is_empty(a));
    }
    a.insert({2, 3, 1});
    REQUIRE(!rest_is_empty(a) && a.extract_max());
    a.insert({2, 9, 1});  // the best now, but two paths would be needed to take it out
    REQUIRE(!rest_is_empty(a) && a.extract_max() && rest_is_empty(a));

    auction tired;
    tired.refile_after_awards(2);
    for (int n = 0; n < 2; ++n) {
        tired.insert({1, 5, 1});
        REQUIRE(rest_is_empty(tired) && tired.extract_max());
    }
    tired.insert({1, 5, 1});
    REQUIRE(!rest_is_empty(tired));
    return nullptr;
}

char const* untouched_objects_are_zero() {
    REQUIRE(begins_as_zero<bid_lifetimes<4>>() && begins_as_zero<stratified_buckets<4>>());
    REQUIRE((begins_as_zero<lazy_heap<4>>() && begins_as_zero<lazy_heap<4, true>>()));
    REQUIRE((begins_as_zero<tournament_tree<4>>() && begins_as_zero<tournament_tree<8, 2>>()));
    return nullptr;
}

char const* traits_are_as_documented() {
    REQUIRE(lazy_heap<4>::traits == (auction_traits{fidelity::exact, fidelity::exact, true}));
    REQUIRE(stratified_buckets<4>::traits == (auction_traits{fidelity::tier, fidelity::tier, true}));
    return nullptr;
}

/// All slots are dear and arrive in turn, so that a sweep can't end before it is in a hurry: `urgent` numbers before the last.
char const* a_sweep_hurries_in_time() {
    constexpr std::uint32_t slots = 4;
    using order_of_64 = detail::arrival_order<slots, 8>;
    REQUIRE(order_of_64(20).join(0) == 20 << 2 && order_of_64(21).join(0) == 1 << 2);  // numbers above 43 are reserved
    order_of_64 order(63);  // 64 numbers: due at 44, in a hurry from 56 on
    std::uint32_t sweeps = 0;
    std::uint32_t number = 43;
    for (std::uint32_t n = 0;; ++n, ++number) {
        for (std::uint32_t joins = 0; joins < 3; ++joins)
            REQUIRE(order.sweep_due_within(joins) == (number + joins > 44 || number >= 44));
        REQUIRE(order.sweep_due() == (number >= 44));
        if (order.sweep_due()) {
            int renumbered = 0;
            order.sweep([&](std::uint32_t, std::uint32_t) noexcept { ++renumbered; },
                        [](std::uint32_t) noexcept { return true; });
            REQUIRE(renumbered == (sweeps == 0 ? 0 : sweeps < 12 ? 1 : 2));
            if (sweeps++ == 12) return nullptr;
        }
        if (n >= slots) order.leave(n % slots);
        REQUIRE(order.join(n % slots) == (number << 2 | n % slots));
    }
}

/// A list that is longer than the numbers left before a sweep, with equal amounts, which win in the list's order.
char const* many_enter_in_their_order() {
    for (const std::uint64_t first : {std::uint64_t{0}, ~std::uint64_t{0} - 5, ~std::uint64_t{0} - 1}) {
        lazy_heap<64, true> a(first);
        bid bids[64];
        for (int round = 0; round < 20; ++round) {
            for (std::uint32_t i = 0; i < 64; ++i) bids[i] = {(i * 5 + 3) % 64, 7, 1};
            a.insert({9, 6, 1});
            for (int again = 0; again < 6; ++again) REQUIRE(insert_all(a, bids) == 64 && a.check_invariants());
            for (std::uint32_t i = 0; i < 64; ++i) REQUIRE(a.extract_max()->winner == bids[i]);
        }
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        bitmap_of<64>,
        bitmap_of<200>,
        bitmap_of<5000>,
        cells_of<0>,
        cells_of<3>,
        cells_of<7>,
        [] { return registry_from<5>(0); },
        [] { return registry_from<70>(0xFFFF'FFFDu); },
        [] { return arrivals_keep_their_order<3, 8>(5000, 0); },
        [] { return arrivals_keep_their_order<5, 10>(9000, 1); },
        affinity_looks_no_further_than_its_probes,
        crashed_agents_bids_leave_in_time,
        many_enter_in_their_order,
        the_best_bid_is_kept_apart,
        a_sweep_hurries_in_time,
        traits_are_as_documented,
        untouched_objects_are_zero,
        a_bonus_is_worth_itself,
        no_misreport_is_profitable,
        random_operations,
    });
}
