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
#include <maxwell/auction/many_bids.hpp>
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
#include <optional>
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

/// The bids of a container in a loop, and how many a list has entered: here one by one.
char const* many_bids_are_each_bid() {
    dice random(17);
    exact a;
    for (int n = 0; n < 300; ++n) {
        bid list[5];
        std::size_t ok = 0;
        exact copy = a;
        for (bid& b : list) {
            b = {make_agent_id(random.below(5), random.below(3)), random.below(16), random.below(3)};
            ok += copy.insert(b) == status::ok ? 1 : 0;
        }
        REQUIRE(insert_all(a, list) == ok);
        std::uint32_t slot = 0;
        for (const bid b : live_bids(a)) {
            while (slot < 4 && !a.find_slot(slot)) ++slot;
            REQUIRE(slot < 4 && a.find_slot(slot++) == b);
        }
        while (slot < 4) REQUIRE(!a.find_slot(slot++));
    }
    return nullptr;
}

char const* a_lifetime_is_noted_for_slots_that_are_there() {
    bid_lifetimes<4> both[2];
    for (std::uint32_t slot = 4; slot < 8; ++slot) both[0].renew(slot, 77);
    const bid_lifetimes<4> untouched[2];
    REQUIRE(std::memcmp(static_cast<void*>(&both), static_cast<void const*>(&untouched), sizeof(both)) == 0);
    exact a;
    for (std::uint32_t slot = 0; slot < 4; ++slot) both[0].insert(a, {slot, 5, 1}, 1);
    REQUIRE(both[0].withdraw_old(a, 100, 10) == 2 && !a.find_slot(1) &&
            a.find_slot(2));  // two of them where nobody says how many
    return nullptr;
}

/// The critical price of each pair, in a container and by its definition; the last bid of an extracted winner counts, too.
template <class A, class Reference>
char const* critical_prices_are_as_defined() {
    constexpr std::uint32_t slots = static_cast<std::uint32_t>(A::capacity());
    dice random(slots);
    A a;
    Reference reference;
    std::uint32_t extracted = slots;  // its arrival is known until the next bid
    for (int n = 0; n < 3000; ++n) {
        const std::uint32_t slot = random.below(slots);
        const price amount = random.below(4) == 0 ? max_price - random.below(2) : random.below(12);
        switch (random.below(8)) {
            case 0:
                a.update_price(random.below(8));
                reference.update_price(a.reserve());
                break;
            case 1:
            case 2: {
                const auto won = a.extract_max();
                REQUIRE(won == reference.extract_max());
                if (won) extracted = slot_of(won->winner.agent);
                break;
            }
            case 3:
                a.expire(slot);
                reference.expire(slot);
                if (slot == extracted) extracted = slots;
                break;
            default:
                a.insert({slot, amount, 1});
                reference.insert({slot, amount, 1});
                extracted = slots;
        }
        for (std::uint32_t w = 0; w <= slots; ++w) {
            if (w < slots && w != extracted && !a.find_slot(w)) continue;
            for (std::uint32_t r = 0; r <= slots; ++r)
                REQUIRE(a.critical_price(w, r) == reference.critical_price(w, r));
        }
    }
    return nullptr;
}

/// Each group of a tree is an auction of its own, and all of them together are one.
template <std::size_t Capacity, std::size_t Groups>
char const* groups_are_auctions_of_their_own() {
    using A = tournament_tree<Capacity, Groups>;
    constexpr std::uint32_t size = (Capacity + Groups - 1) / Groups;
    static_assert(A::groups() == Groups);
    dice random(Capacity);
    A a;
    reference_auction<Capacity, exact_order> reference;
    for (int n = 0; n < 2000; ++n) {
        const std::uint32_t slot = random.below(Capacity);
        REQUIRE(A::group_of(slot) == slot / size);
        a.insert({slot, random.below(9), 1});
        reference.insert(*a.find_slot(slot));
        if (n % 9 == 0) a.update_price(random.below(4)), reference.update_price(a.reserve());
        const std::uint32_t g = random.below(Groups + 2);
        const auto inside = [g](std::uint32_t s) noexcept { return s / size == g; };
        const auto outside = [g](std::uint32_t s) noexcept { return s / size != g; };
        auto copy = reference;
        REQUIRE(a.group_top(g) == copy.extract_max_if(inside, Capacity));
        copy = reference;
        const auto best = copy.extract_max_if(outside, Capacity);
        REQUIRE(a.best_outside(g) == (best ? std::optional(best->winner) : std::nullopt));
        if (n % 3 == 0) REQUIRE(a.extract_group_max(g) == reference.extract_max_if(inside, Capacity));
        if (n % 5 == 0) REQUIRE(a.extract_max() == reference.extract_max());
        REQUIRE(a.top() == reference.top() && a.check_invariants());
    }
    return nullptr;
}

/// Where there is one slot, or two, with bids in the same place of the order.
template <class A>
char const* the_smallest_are_auctions() {
    constexpr std::uint32_t slots = static_cast<std::uint32_t>(A::capacity());
    for (int round = 0; round < 3; ++round) {
        A a;
        for (std::uint32_t slot = slots; slot-- > 0;) REQUIRE(a.insert({slot, 5, 1}) == status::ok);
        REQUIRE(a.insert({slots, 5, 1}) == status::unknown_agent && a.check_invariants());
        if (round == 1) REQUIRE(a.expire(slots - 1) == status::ok && a.check_invariants());
        if (round == 2) a.update_price(6);
        for (std::uint32_t left = round == 1 ? slots - 1 : round == 2 ? 0 : slots; left > 0; --left) {
            REQUIRE(a.size() == left + (round == 2 ? slots : 0) && a.top()->payment == (left > 1 ? 5u : 0u));
            const auto won = a.extract_max();
            REQUIRE(won && won->winner.agent == left - 1 && won->payment == (left > 1 ? 5u : 0u) &&
                    a.check_invariants());
        }
        REQUIRE(!a.extract_max() && a.size() == (round == 2 ? slots : 0));
    }
    return nullptr;
}

/// The first bid of slot 0 has the greatest key that its price can have: one tick below the reserve it is barred nevertheless.
char const* the_first_bid_is_barred_like_any() {
    for (const price p : {1u, 10u, max_price}) {
        tournament_tree<5> a;
        a.insert({0, p - 1, 1});
        a.update_price(p);
        REQUIRE(!a.top() && !a.extract_max() && !a.extract_max_if([](std::uint32_t) { return true; }, 5));
        a.update_price(p - 1);
        REQUIRE(a.top() && a.critical_price(5, 0) == p - 1 && a.critical_price(0, 0) == p - 1);
    }
    return nullptr;
}

/// As many units as before, or fewer, keep the arrival; more are a new one.
template <class A>
char const* units_that_grow_are_a_new_arrival() {
    for (const std::uint32_t units : {1u, 2u, 3u, 4u}) {
        A a;
        a.insert({1, 5, 3});
        a.insert({0, 5, 3});
        REQUIRE(a.set_units(1, units) == status::ok);
        REQUIRE(a.top()->winner == (units <= 3 ? bid{1, 5, units} : bid{0, 5, 3}));
    }
    return nullptr;
}

/// A list that is linked wrongly, or is longer than it may be, is noticed.
char const* a_broken_list_is_noticed() {
    using lists_type = detail::slot_lists<5>;
    lists_type lists;
    lists_type::link head = 0;
    for (const std::uint32_t slot : {0u, 4u, 2u}) lists.join_back(slot, head);
    std::uint32_t seen = 0;
    const auto note = [&](std::uint32_t slot) { return seen = seen * 10 + slot, true; };
    REQUIRE(lists.visits_all(head, 3, note) && seen == 42 && !lists.visits_all(head, 2, note));
    REQUIRE(!lists.visits_all(head, 3, [](std::uint32_t slot) { return slot != 4; }));
    REQUIRE(lists.visits_all(0, 0, note));
    for (const lists_type::link wrong : {lists_type::link{2}, lists_type::link{4}, lists_type::link{6}})
        REQUIRE(!lists.visits_all(wrong, 5, note));  // in no list, or no slot
    for (std::size_t word = 0; word < 10; ++word) {
        const std::uint32_t slot = static_cast<std::uint32_t>(word / 2);
        lists_type::link right = 0;
        std::memcpy(&right, reinterpret_cast<char const*>(&lists) + 2 * word, 2);
        for (lists_type::link l = 0; l < 8; ++l) {
            lists_type broken = lists;
            std::memcpy(reinterpret_cast<char*>(&broken) + 2 * word, &l, 2);
            REQUIRE(broken.visits_all(head, 3, note) == (l == right || slot == 1 || slot == 3));
        }
    }
    return nullptr;
}

/// Two cheap slots in a call of a sweep, or one that is dear, and asked about is the one that would be renumbered.
char const* a_sweep_takes_two_cheap_steps_or_a_dear_one() {
    using order_type = detail::arrival_order<4, 8>;
    REQUIRE(detail::arrival_order<1>::slot_bits == 1 && detail::arrival_order<2>::slot_bits == 1);
    REQUIRE(detail::arrival_order<3>::slot_bits == 2 && order_type::slot_bits == 2 && sizeof(order_type) == 12 + 6 * 4);
    for (std::uint32_t dear = 0; dear < 16; ++dear) {
        order_type order(20);  // sweeps are due from 44 on
        for (std::uint32_t slot = 0; slot < 4; ++slot) order.join(slot);
        const auto is_dear = [dear](std::uint32_t slot) { return (dear >> slot & 1) != 0; };
        std::uint32_t next = 0;
        bool right = true;
        for (int call = 0; next < 4; ++call) {
            const std::uint32_t first = next;
            order.sweep(
                [&](std::uint32_t slot, std::uint32_t ticket) {
                    right = right && slot == next && ticket == (next << 2 | slot), ++next;
                },
                [&](std::uint32_t slot) { return right = right && slot == next, is_dear(slot); });
            if (call == 0) {
                REQUIRE(next == 0);
                continue;
            }
            const bool one = is_dear(first) || first == 3 || is_dear(first + 1);
            REQUIRE(right && next == first + (one ? 1 : 2));
        }
        order.sweep([&](std::uint32_t, std::uint32_t) { right = false; }, is_dear);
        REQUIRE(right && order.join(1) == (4 << 2 | 1));  // numbers go on behind the swept ones
    }
    return nullptr;
}

/// A slot is ahead if no key below its second match is greater.
template <std::size_t N>
char const* who_won_two_matches_is_ahead() {
    dice random(N);
    detail::winner_tree<N> tree;
    for (int n = 0; n < 500; ++n) {
        tree.set(random.below(N), random.below(1000) * N + random.below(N) + 1);
        for (std::uint32_t slot = 0; slot < N; ++slot) {
            if (tree.leaf(slot) == 0 || N + slot < 4) continue;
            bool greatest = true;
            for (std::uint32_t other = 0; other < N; ++other) {
                std::size_t node = N + other;
                while (node > (N + slot) / 4) node /= 2;
                if (node == (N + slot) / 4) greatest = greatest && tree.leaf(other) <= tree.leaf(slot);
            }
            REQUIRE(tree.is_ahead(slot) == greatest);
        }
    }
    return nullptr;
}

/// The front stays apart when lesser bids come, and so many awards in a row are counted anew after each refiling.
char const* awards_from_the_front_are_counted_in_a_row() {
    using auction = lazy_heap<8, true>;
    const auto in_rest = [](auction const& a, std::uint32_t slot) {
        detail::winner_tree<8> rest;
        std::memcpy(static_cast<void*>(&rest), reinterpret_cast<char const*>(&a + 1) - sizeof(rest), sizeof(rest));
        return rest.leaf(slot) != 0;
    };
    auction a;
    a.insert({1, 9, 1});
    for (std::uint32_t slot = 2; slot < 8; ++slot) a.insert({slot, slot, 1});
    REQUIRE(!in_rest(a, 1) && in_rest(a, 7));
    award listed[3];
    REQUIRE(a.list_best(listed) == 3 && !in_rest(a, 1) && in_rest(a, 7));

    auction tired;
    tired.refile_after_awards(2);
    for (int round = 0; round < 3; ++round) {
        for (int n = 0; n < 2; ++n) {
            tired.insert({1, 5, 1});
            tired.expire(1);  // a bid that is withdrawn is not awarded
            tired.insert({1, 5, 1});
            REQUIRE(!in_rest(tired, 1) && tired.extract_max());
        }
        tired.insert({1, 5, 1});
        REQUIRE(in_rest(tired, 1) && tired.extract_max());
    }
    tired.insert({1, 5, 1});
    REQUIRE(!in_rest(tired, 1) && tired.extract_max());  // one award
    tired.insert({1, 5, 1});
    tired.insert({2, 6, 1});  // takes the front over: the count begins again
    REQUIRE(in_rest(tired, 1) && !in_rest(tired, 2) && tired.extract_max());
    tired.insert({2, 6, 1});
    REQUIRE(!in_rest(tired, 2) && tired.extract_max());
    tired.insert({2, 6, 1});
    REQUIRE(in_rest(tired, 2));
    return nullptr;
}

static_assert([] {
    lazy_heap<3, true> a;
    a.insert({0, 5, 1});
    a.insert({2, 7, 1});
    return a.extract_max()->payment == 6 && a.top()->payment == 0;  // the winner came later
}());

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell;
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
        many_bids_are_each_bid,
        a_lifetime_is_noted_for_slots_that_are_there,
        critical_prices_are_as_defined<tournament_tree<5>, reference_auction<5, exact_order>>,
        critical_prices_are_as_defined<lazy_heap<5, true>, reference_auction<5, exact_order>>,
        critical_prices_are_as_defined<exact, reference_auction<4, tier_order<linear_tiers<0, 1, 16>>>>,
        groups_are_auctions_of_their_own<8, 4>,
        groups_are_auctions_of_their_own<9, 4>,
        the_smallest_are_auctions<tournament_tree<1>>,
        the_smallest_are_auctions<lazy_heap<2, true>>,
        the_smallest_are_auctions<stratified_buckets<1, linear_tiers<0, 1, 16>>>,
        the_smallest_are_auctions<stratified_buckets<2, linear_tiers<0, 1, 16>>>,
        the_first_bid_is_barred_like_any,
        units_that_grow_are_a_new_arrival<lazy_heap<5, true>>,
        units_that_grow_are_a_new_arrival<exact>,
        a_broken_list_is_noticed,
        a_sweep_takes_two_cheap_steps_or_a_dear_one,
        who_won_two_matches_is_ahead<5>,
        who_won_two_matches_is_ahead<8>,
        awards_from_the_front_are_counted_in_a_row,
        no_misreport_is_profitable,
        random_operations,
    });
}
