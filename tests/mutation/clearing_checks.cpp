// SPDX-License-Identifier: MIT
//
// Notices each mutant of clearing.txt: a quantum with a bonus, the k best and sales of units against their definitions, listing
// against extraction, and copies that are published while one of them is read.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/lockstep.hpp"
#include "support/reference_adaptive_auction.hpp"
#include "support/reference_auction.hpp"
#include "support/reference_sale.hpp"

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/published.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace maxwell::test {
namespace {

constexpr std::size_t agents = 8;

template <class A, class Order>
char const* sales_are_as_defined() {
    dice random(3);
    for (int n = 0; n < 4000; ++n) {
        reference_sale<Order> sale;
        A a;
        const std::uint32_t bidders = random.below(3) == 0 ? random.below(agents) : agents;
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            sale.arrived.push_back({slot, random.below(12), 1 + random.below(5)});
            a.insert(sale.arrived.back());
        }
        a.update_price(random.below(3) == 0 ? 4 : 0);
        sale.reserve = a.reserve();
        sale.supply = random.below(12);
        sale.rule = random.below(2) == 0 ? misfit::skip : misfit::stop;
        std::array<award, agents + 1> out;
        const std::size_t places = random.below(agents + 2);
        if (places < a.size() && a.list_best(view<award>{out}) >= places)
            sale.considered = places == 0 ? 0 : places - 1;
        for (award& entry : out) entry = {{agents - 1, 99, 1}, 99};  // what is no bid of this sale
        const std::size_t winners = extract_units(a, sale.supply, view<award>{out}.first(places), sale.rule);
        REQUIRE(a.check_invariants());
        const auto served = sale.served();
        REQUIRE(winners == static_cast<std::size_t>(std::count(served.begin(), served.end(), true)));
        REQUIRE(a.size() == bidders - winners);
        for (std::size_t w = 0; w < winners; ++w) {
            const auto i = slot_of(out[w].winner.agent);
            REQUIRE(served[i] && out[w].winner == sale.arrived[i] && out[w].payment == sale.least_amount(i));
        }
    }
    return nullptr;
}

template <class A, class Order>
char const* grants_are_as_defined() {
    dice random(6);
    for (int n = 0; n < 2000; ++n) {
        reference_vickrey<Order> sale;
        A a;
        const std::uint32_t bidders = n % 2 == 0 ? random.below(4) : agents;
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            sale.arrived.push_back({slot, random.below(12), 1 + random.below(n % 3 == 0 ? 9 : 3)});
            a.insert(sale.arrived.back());
        }
        a.update_price(random.below(3) == 0 ? 4 : 0);
        sale.reserve = a.reserve();
        sale.supply = random.below(20);
        std::array<award, agents + 2> listed;
        std::array<grant, agents + 2> out;
        const std::size_t room = random.below(agents + 3);
        const std::size_t spare = random.below(2) == 0 ? room : agents + 2;
        const std::size_t winners =
            n % 5 < 3 ? extract_vickrey(a, sale.supply, view<award>{listed}.first(room), view<grant>{out}.first(spare))
                      : extract_vickrey(a, sale.supply, view<award>{listed}.first(spare), view<grant>{out}.first(room));
        if (room < bidders && sale.supply >= room) sale.supply = room == 0 ? 0 : room - 1;
        const auto served = sale.served();
        REQUIRE(winners == bidders - static_cast<std::size_t>(std::count(served.begin(), served.end(), 0u)));
        REQUIRE(a.size() == bidders - winners);
        for (grant const& won : view<grant>{out}.first(winners)) {
            const auto i = slot_of(won.winner.agent);
            REQUIRE(won.winner == sale.arrived[i] && won.units == served[i] && won.total == sale.total(i));
        }
    }
    return nullptr;
}

/// The best bid of two groups, and of those that are allowed.
char const* allowed_bids_are_found() {
    using A = tournament_tree<agents, 4>;
    dice random(7);
    A a;
    reference_auction<agents, exact_order> reference;
    for (int n = 0; n < 2000; ++n) {
        const bid b{random.below(agents), random.below(9), 1};
        a.insert(b);
        reference.insert(b);
        const std::uint32_t own = random.below(4);
        const std::uint32_t shared = random.below(4);
        const auto allowed = [&](std::uint32_t s) noexcept {
            return A::group_of(s) == own || A::group_of(s) == shared;
        };
        REQUIRE(extract_from_groups(a, own, shared) == reference.extract_max_if(allowed, agents));
    }
    a.clear();
    for (std::uint32_t slot = 0; slot < agents; ++slot) a.insert({slot, 100 - slot, 1});
    const auto last = [](std::uint32_t slot) noexcept { return slot == agents - 1; };
    REQUIRE(extract_allowed(a, last, 2).why == selection::probes_ran_out);
    REQUIRE(extract_allowed(a, last, agents).why == selection::won);
    REQUIRE(extract_allowed(a, last, agents).why == selection::none_allowed);
    return nullptr;
}

/// Who is found among the allowed, and why nobody is: from the number of bids that were looked at.
template <class A, class Reference>
char const* a_search_says_why_it_found_nobody() {
    dice random(8);
    for (int n = 0; n < 3000; ++n) {
        A a;
        Reference reference;
        const std::uint32_t bidders = random.below(6);
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            a.insert({slot, random.below(9), 1});
            reference.insert(*a.find_slot(slot));
        }
        a.update_price(random.below(3) == 0 ? random.below(12) : 0);
        reference.update_price(a.reserve());
        std::array<award, agents> listed;
        const std::size_t eligible = reference.list_best(listed);
        const std::uint32_t nobody = random.below(3);
        const auto allowed = [&](std::uint32_t slot) noexcept { return nobody == 0 && slot == bidders - 1; };
        const std::uint32_t probes = random.below(7);
        const selected found = extract_allowed(a, allowed, probes);
        REQUIRE(found.winner == reference.extract_max_if(allowed, probes));
        if (found.winner) {
            REQUIRE(found.why == selection::won);
        } else if (bidders == 0) {
            REQUIRE(found.why == selection::empty);
        } else if (eligible == 0) {
            REQUIRE(found.why == selection::barred);
        } else {
            const bool all = eligible < probes || (eligible == bidders && eligible == probes);
            REQUIRE(found.why == (all ? selection::none_allowed : selection::probes_ran_out));
        }
    }
    return nullptr;
}

/// Only an agent that bids interrupts, and the bonus counts for the one that runs.
char const* who_does_not_bid_preempts_nobody() {
    for (const price bonus : {0u, 3u, max_price}) {
        REQUIRE(!preempts({0, 5, 1}, {1, max_price, 0}, bonus));
        REQUIRE(preempts({0, 5, 1}, {1, 9, 2}, bonus) == (bonus <= 3) && !preempts({0, 5, 1}, {1, 8, 1}, bonus | 3));
    }
    return nullptr;
}

/// Quanta with a bonus and sales of k items, in lockstep with a reference model that tries amounts.
template <class A, class Reference>
char const* rules_are_as_defined() {
    dice random(5);
    for (int market = 0; market < 100; ++market) {
        twin<A, Reference> both;
        for (int n = 0; n < 60; ++n) {
            operation o{op::insert, static_cast<std::uint8_t>(random.below(4)), random.below(4), random.below(16), 1};
            const std::uint32_t draw = random.below(10);
            if (draw == 0) o.kind = op::update_price, o.amount = random.below(2) * random.below(12);
            if (draw == 1) o.kind = op::extract_top;
            if (draw >= 5) o.kind = op::quantum_bonus, o.units = 1 | random.below(5) << 8;
            if (char const* why = both.apply(o)) return why;
        }
    }
    return nullptr;
}

template <class A>
char const* listing_is_extraction_that_changes_nothing() {
    dice random(4);
    A a;
    for (int n = 0; n < 2000; ++n) {
        a.insert({random.below(agents), random.below(9), 1});
        a.update_price(random.below(4));
        std::array<award, agents> listed;
        const std::size_t count = a.list_best(view<award>{listed}.first(random.below(agents + 1)));
        REQUIRE(a.check_invariants());
        A copy = a;
        for (std::size_t i = 0; i < count; ++i) {
            const auto next = copy.extract_max();
            REQUIRE(next && next->winner == listed[i].winner && listed[i].payment == a.reserve());
        }
        if (n % 3 == 0) a.extract_max();
    }
    return nullptr;
}

char const* what_is_read_stays() {
    published<int, 2> board;
    REQUIRE(!board.read([](int) {}));
    for (int n = 1; n < 5; ++n) {
        REQUIRE(board.publish(10 * n));
        bool stayed = false;
        REQUIRE(board.read([&](int const& held) {
            stayed = held == 10 * n && board.publish(10 * n + 1) && !board.publish(10 * n + 2) && held == 10 * n;
        }));
        REQUIRE(stayed);
        int newest = 0;
        REQUIRE(board.read([&](int const& v) { newest = v; }));
        REQUIRE(newest == 10 * n + 1);
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell;
    using namespace maxwell::test;
    using tiers = linear_tiers<1, 2, 4>;
    return run({
        sales_are_as_defined<tournament_tree<agents>, exact_order>,
        sales_are_as_defined<stratified_buckets<agents, tiers>, tier_order<tiers>>,
        listing_is_extraction_that_changes_nothing<tournament_tree<agents, 3>>,
        listing_is_extraction_that_changes_nothing<lazy_heap<agents, true>>,
        listing_is_extraction_that_changes_nothing<stratified_buckets<agents, tiers>>,
        rules_are_as_defined<tournament_tree<4>, reference_auction<4, exact_order>>,
        rules_are_as_defined<stratified_buckets<4, adaptive_tiers<3, 2>>,
                             reference_adaptive_auction<4, adaptive_tiers<3, 2>>>,
        grants_are_as_defined<tournament_tree<agents>, exact_order>,
        grants_are_as_defined<stratified_buckets<agents, tiers>, tier_order<tiers>>,
        allowed_bids_are_found,
        a_search_says_why_it_found_nobody<tournament_tree<agents>, reference_auction<agents, exact_order>>,
        a_search_says_why_it_found_nobody<stratified_buckets<agents, tiers>,
                                          reference_auction<agents, tier_order<tiers>>>,
        who_does_not_bid_preempts_nobody,
        what_is_read_stays,
    });
}
