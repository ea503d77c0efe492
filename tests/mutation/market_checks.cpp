// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in a quantum. It passes with the library as it is, and must fail
// with every mutant of it in market.txt.

#include "mutation/check.hpp"
#include "support/dice.hpp"
#include "support/reference_lanes.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/explain.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/market/steal.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mpsc_ring.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::test {
namespace {

char const* untouched_objects_are_zero() {
    REQUIRE((begins_as_zero<market<tournament_tree<4>, 2, ledger<1>, 2>>() &&
             begins_as_zero<market<stratified_buckets<8>, 1, ledger<1>>>()));
    return nullptr;
}

static_assert(prices_by_owner<by_owner<tournament_tree<6, 3>>> && !prices_by_owner<tournament_tree<6, 3>>);

/// Random sales, with and without an incumbent, against the definition.
template <class A, class Order, std::uint32_t count = 3>
char const* sales_are_as_defined() {
    dice d(1);
    for (std::uint32_t round = 0; round < 6'000 / count; ++round) {
        lanes<A, count> mine;
        REQUIRE(mine.empty() && !mine.top() && !mine.shut_lane_would_sell());
        reference_lanes<Order> reference;
        reference.rules.by_owner = prices_by_owner<A>;
        const price base = d.below(4);
        for (std::uint32_t l = 0; l < count; ++l) {
            const multiplier_q16 m = unit_multiplier * (1 + d.below(3)) / 2;
            mine.reprice(l, base, m);
            reference.rules.multiplier.push_back(m);
            reference.rules.reserve.push_back(Order::reserve(scaled_price(base, m)));
        }
        const std::uint32_t shut = d.below(3) == 0 ? d.below(std::uint64_t{1} << count) : 0;
        constexpr std::uint32_t no_lanes = ~lanes<A, count>::all_lanes;
        mine.shut(shut | no_lanes);
        reference.rules.shut = shut;
        const std::uint32_t preferred = d.below(3) == 0 ? d.below(std::uint64_t{1} << count) : 0;
        mine.prefer(preferred | no_lanes);
        reference.rules.preferred = preferred;
        std::optional<incumbent_with_bonus> incumbent;
        std::optional<lane_award> got;
        for (std::uint32_t slot = 0; slot < A::capacity(); ++slot) {
            bid b{slot, d.below(8), 1};
            if (round % 8 == 0) b.amount = ~b.amount;  // sums with a bonus saturate
            const std::uint32_t lane = d.below(count);
            std::uint32_t owner = slot;
            if constexpr (prices_by_owner<A>) owner = A::group_of(slot);
            reference.bids.push_back({b, lane, slot, owner});
            if (slot + 1 < A::capacity()) {
                mine.lane(lane).insert(b);
            } else if (d.below(8) == 0) {  // it wants nothing more
                reference.bids.pop_back();
                b.units = 0;
                got = mine.contest(lane, b, d.below(4));
                REQUIRE(!mine.lane(lane).find(slot));
            } else if (d.below(2) == 0) {
                incumbent = {slot, d.below(4)};
                got = mine.contest(lane, b, incumbent->bonus);
                const bool stays = got && got->won.winner.agent == slot;
                REQUIRE(mine.lane(lane).find(slot).has_value() == !stays);
            } else {
                mine.lane(lane).insert(b);
                REQUIRE(mine.shut_lane_would_sell() == reference.would_sell_if_open() && !mine.empty());
                REQUIRE(mine.shut() == shut && mine.preferred() == preferred && mine.top() == reference.winner());
                got = mine.extract_max();
            }
        }
        REQUIRE(got == reference.winner(incumbent));
    }
    return nullptr;
}

/// Amounts over multipliers, as fractions of whole products in 128 bits, at all magnitudes and one tick around a tie.
char const* worths_are_compared_as_fractions() {
    __extension__ using wide = unsigned __int128;
    dice d(3);
    for (int n = 0; n < 4'000; ++n) {
        lanes<tournament_tree<2>, 2> l;
        std::uint64_t m[2] = {unit_multiplier, unit_multiplier};
        for (std::uint32_t i = 0; i < 2 && n != 0; ++i) {
            const multiplier_q16 given = n % 5 == 0 && i == 1 ? l.multiplier(0) : n % 9 == 0 ? 0 : d() >> d.below(32);
            if (given != 0) m[i] = given;
            const price base = d() >> d.below(32);
            l.reprice(i, base, given);
            l.reprice(2 + i, base / 2, given / 2);  // there is no such lane
            const wide reserve = (wide{base} * given + 65535) / 65536;
            REQUIRE(l.lane(i).reserve() == std::min<wide>(reserve, ~price{0}));
        }
        REQUIRE(l.multiplier(0) == m[0] && l.multiplier(1) == m[1]);
        const price rival = d() >> d.below(32), bonus = d() >> d.below(32);
        for (std::uint32_t a = 0; a < 2; ++a) {
            const std::uint32_t b = 1 - a;
            for (const bool more : {false, true}) {
                const std::uint64_t match = l.to_match(a, b, rival, more);
                const auto reaches = [&](wide amount) {
                    return more ? amount * m[b] > wide{rival} * m[a] : amount * m[b] >= wide{rival} * m[a];
                };
                REQUIRE(reaches(match) && (match == 0 || !reaches(match - 1)));
                for (std::uint64_t amount = match - (match != 0); amount <= match + 1 && amount <= ~price{0};
                     ++amount) {
                    const auto mine = static_cast<price>(amount);
                    const wide difference = wide{mine} * m[b] - wide{rival} * m[a];
                    const bool before = wide{mine} * m[b] > wide{rival} * m[a];
                    REQUIRE(l.outranks(a, mine, b, rival) == (before || (difference == 0 && a < b)));
                    REQUIRE(l.overcomes(a, mine, b, rival) == before);
                }
            }
            REQUIRE(l.outranks(a, rival, a, bonus) == (rival > bonus) && !l.outranks(a, rival, a, rival));
        }
        REQUIRE(l.raised_by(rival, bonus) == std::min<std::uint64_t>(std::uint64_t{rival} + bonus, ~price{0}));
        REQUIRE(l.raised_by(rival, ~rival) == ~price{0} &&
                l.raised_by(rival, ~rival - (rival != ~price{0})) == (rival != ~price{0} ? ~price{0} - 1 : ~price{0}));
    }
    return nullptr;
}

agent_id winner(decision const& d) { return d.run ? d.run->winner.agent : ~agent_id{0}; }

char const* an_agent_has_one_bid_or_one_core() {
    const auto m = std::make_unique<market<tournament_tree<4>, 2, free_of_charge, 2>>();
    for (agent_id id = 0; id < 2; ++id) {
        REQUIRE(m->admit(id, {}) == status::ok && m->offer({id, 9 - static_cast<price>(id), 10}) == status::ok);
        REQUIRE(m->wake(id, 0) == status::ok && m->check_invariants());
    }
    REQUIRE(winner(m->decide(0, 0)) == 0 && m->preempts(1, 1, 5) && !m->preempts(0, 1, 0));
    m->offer({0, 5, 10});
    REQUIRE(m->check_invariants() && m->preempts(0, 1, 2) && !m->preempts(0, 1, 3));
    m->block(0);
    m->wake(0, 0);
    REQUIRE(winner(m->decide(1, 0)) == 1 && m->check_invariants());
    REQUIRE(winner(m->decide(0, 0)) == 0 && m->check_invariants());
    m->block(1);
    REQUIRE(m->decide(1, 0).why == quiet::idle && m->check_invariants());
    m->wake(1, 0);
    m->move(1, 1);
    REQUIRE(m->check_invariants() && m->auctions().lane(1).find(1));
    m->offer({1, 7, 0});
    REQUIRE(m->check_invariants() && explain(*m, 1) == verdict::no_offer);
    return nullptr;
}

char const* what_ran_is_charged_to_its_own_account() {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, ledger<2>>>();
    REQUIRE(m->accounts().open(0, {0, 1000, 0}, 0) && m->accounts().open(1, {0, 1000, 0}, 0));
    for (agent_id id = 0; id < 2; ++id) {
        m->admit(id, {0, static_cast<std::uint32_t>(id), 1, true});
        m->offer({id, 90 + static_cast<price>(id), 10});
        m->wake(id, 0);
    }
    REQUIRE(winner(m->decide(0, 0)) == 1);
    m->retire(1);
    REQUIRE(m->admit(1, {}) == status::stale_agent && m->offer({1, 5, 5}) == status::stale_agent);
    REQUIRE(m->admit(make_agent_id(1, 1), {}) == status::ok && m->admit(1, {}) == status::stale_agent);
    REQUIRE(m->table().holder(1) == make_agent_id(1, 1) && m->table().holds(make_agent_id(1, 1)) == status::ok);
    REQUIRE(m->charge(0, 5, 0)->payment == 91 && m->accounts().balance(1) == 545 && m->accounts().balance(0) == 1000);
    m->offer({0, 2000, 10});
    REQUIRE(m->amount(0) == 100);
    REQUIRE(winner(m->decide(0, 0)) == 0 && m->charge(0, 1, 0)->payment == 0);
    return nullptr;
}

char const* a_lowered_bid_rises_with_its_account() {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, ledger<2>>>();
    REQUIRE(m->accounts().open(0, {100, 1000, 1000}, 0) && m->accounts().open(1, {0, 1000, 0}, 0));
    for (agent_id id = 0; id < 2; ++id) {
        m->admit(id, {0, static_cast<std::uint32_t>(id), 1, true});
        m->offer({id, 60 - 10 * static_cast<price>(id), 10});
        m->wake(id, 0);
    }
    REQUIRE(m->amount(0) == 0 && winner(m->decide(0, 0)) == 1);
    m->decide(0, 2'000'000);
    REQUIRE(m->amount(0) == 20 && m->check_invariants());
    REQUIRE(winner(m->decide(0, 5'500'000)) == 0 &&
            m->check_invariants());  // 55 ranks before 50, and is below the offer
    return nullptr;
}

/// Three sharers of weights 1 : 2 : 5 that never pay, one of which sleeps for a while.
char const* shares_come_from_time_used() {
    const auto m = std::make_unique<market<stratified_buckets<8>, 1, ledger<1>>>();
    m->shares({10, 1u << 20, 1}, 2);
    constexpr std::uint32_t weight[] = {1, 2, 5};
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        m->admit(slot, {0, 0, weight[slot], false});
        m->wake(slot, 0);
    }
    std::uint64_t used[3] = {};
    for (std::uint64_t quantum = 0; quantum < 3000; ++quantum) {
        if (quantum == 1003) m->block(2);  // not a whole round: its lag is not 0
        if (quantum == 1101) m->wake(2, 0);
        const decision d = m->decide(0, quantum * 1000);
        REQUIRE(d.run && m->charge(0, 97, 0)->payment == 0 && m->check_invariants());
        if (quantum >= 1200) used[slot_of(d.run->winner.agent)] += 97;
    }
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        const double share = static_cast<double>(used[slot]) / (1800.0 * 97) * 8 / weight[slot];
        REQUIRE(share > 0.97 && share < 1.03);
    }
    return nullptr;
}

char const* a_cap_holds_and_starves_no_lane() {
    const auto m = std::make_unique<market<tournament_tree<4>, 2>>();
    for (agent_id id = 0; id < 2; ++id) {
        m->admit(id, {static_cast<std::uint32_t>(id), 0, 1, true});
        m->offer({id, 5 + 9 * static_cast<price>(id), 10});
        m->wake(id, 0);
    }
    const std::uint32_t mw[] = {10, 35};
    m->power(20, mw);
    std::uint64_t drawn = 0;
    std::uint64_t large = 0;
    for (std::uint64_t quantum = 0; quantum < 500; ++quantum) {
        const decision d = m->decide(0, quantum);
        if (!d.run) continue;
        m->charge(0, 1, quantum % 2 == 0 ? mw[d.lane] : 0);  // a sensor that is dead half of the time
        drawn += mw[d.lane];
        large += d.lane;
        REQUIRE(drawn <= 20 * (quantum + 1) + 35);
    }
    REQUIRE(large > 150);
    return nullptr;
}

char const* the_best_allowed_agent_is_stolen_whole() {
    using per_core = market<tournament_tree<8>, 2>;
    const auto from = std::make_unique<per_core>();
    const auto to = std::make_unique<per_core>();
    for (agent_id id = 0; id < 4; ++id) {
        from->admit(id, {static_cast<std::uint32_t>(id % 2), 0, 1, true});
        from->offer({id, 10 * static_cast<price>(id + 1), 3});
        from->wake(id, 0);
    }
    const auto allowed = [](std::uint32_t slot) noexcept { return slot != 3; };
    REQUIRE(!steal(*from, *to, allowed, 0));
    REQUIRE(steal(*from, *to, allowed, 4) == std::optional<agent_id>(2));
    REQUIRE(from->check_invariants() && to->check_invariants() && explain(*from, 2) == verdict::stale);
    REQUIRE(to->decide(0, 0).run == std::optional<award>(award{{2, 30, 3}, 0}));
    REQUIRE(from->adopt(*to, 2) == status::no_bid && to->on_core(0) && explain(*from, 2) == verdict::stale);
    REQUIRE(steal(*from, *to, allowed, 4) == std::optional<agent_id>(1));
    REQUIRE(steal(*to, *from, allowed, 4) == std::optional<agent_id>(1) &&
            from->table().state(1) == seat_state::waiting);
    return nullptr;
}

/// What a decision leaves behind, to the last field; and requests of what isn't there.
char const* decisions_are_recorded_as_made() {
    const auto m = std::make_unique<market<tournament_tree<4>, 2, ledger<1>, 2>>();
    const auto idles = [](decision const& d) { return !d.run && d.lane == 0 && d.why == quiet::idle; };
    REQUIRE(idles(m->decide(2, 5, 0)) && idles(m->decide(3, 5)) && m->counts().decisions() == 0);
    REQUIRE(idles(m->decide(1, 700'000)));
    REQUIRE(m->counts().last(0) == (decision_record{700'000, 0, 0, 0, 0, 0, 1, quiet::idle, false}));
    REQUIRE(m->admit(0, {2, 0, 1, false}) == status::unknown_lane &&
            m->admit(4, {0, 0, 1, false}) == status::unknown_agent);
    REQUIRE(m->admit(0, {0, 0, 1, true}) == status::unknown_account && m->admit(0, {1, 0, 1, false}) == status::ok);
    REQUIRE(m->move(0, 2) == status::unknown_lane && m->table()[0].lane == 1);
    REQUIRE(!m->preempts(0, 0, 0) && m->wake(0, 1'000'000) == status::ok && m->preempts(0, 0, 0) &&
            !m->preempts(2, 0, 0));
    const std::uint64_t late =
        1'000'000 + (std::uint64_t{3} << 37);  // more than 2^30 steps of 256 ns, and less than 2^31
    REQUIRE(winner(m->decide(1, late)) == 0);
    const std::uint64_t waited = (late / 256 - 1'000'000 / 256) * 256;
    REQUIRE(m->counts().last(0) == (decision_record{late, 0, 0, 0, waited, 1, 1, quiet::nothing, true}));
    REQUIRE(!m->charge(0, 1, 0) && !m->charge(2, 1, 0) && m->on_core(1) && !m->on_core(0) && !m->on_core(2));
    for (const std::uint64_t used :
         {std::uint64_t{7}, std::uint64_t{~0u - 1}, std::uint64_t{~0u}, std::uint64_t{1} << 40}) {
        REQUIRE(m->charge(1, used, 0)->winner.units == std::min<std::uint64_t>(used, ~0u));
    }
    m->block(0);
    REQUIRE(!m->preempts(0, 0, 0) && m->retire(1) == status::unknown_agent);
    m->wake(0, late);
    REQUIRE(winner(m->decide(1, late - 512)) == 0 && m->counts().last(0).waited_ns == 0);  // the clock went back
    return nullptr;
}

char const* preferred_lanes_come_first() {
    for (std::uint32_t preferred = 0; preferred < 4; ++preferred) {
        lanes<tournament_tree<2>, 2> l;
        l.prefer(preferred);
        for (std::uint32_t a = 0; a < 2; ++a) {
            for (std::uint32_t b = 0; b < 2; ++b) {
                const bool mine = (preferred >> a & 1u) != 0, theirs = (preferred >> b & 1u) != 0;
                for (price amount = 0; amount < 3; ++amount) {
                    for (price raised = 0; raised < 3; ++raised) {
                        REQUIRE(l.overcomes(a, amount, b, raised) == (mine != theirs ? mine : amount > raised));
                    }
                }
            }
        }
    }
    return nullptr;
}

/// By worth across lanes: amounts over multipliers of 2, 1 and 1.5 rank 8, then 6, then 5. Shut lanes and late probes don't count.
char const* the_agent_of_the_greatest_worth_is_stolen() {
    using per_core = market<tournament_tree<64>, 3>;
    const auto from = std::make_unique<per_core>();
    const auto to = std::make_unique<per_core>();
    price_schedule<3> prices;
    prices.begin(0, 0);
    const multiplier_q16 times[] = {2 * unit_multiplier, unit_multiplier, unit_multiplier / 2 * 3};
    const price amounts[] = {10, 8, 9};
    for (std::uint32_t l = 0; l < 3; ++l) prices.set(l, times[l], times[l]);
    from->schedule(prices);
    for (agent_id id = 0; id < 63; ++id) {
        const auto lane = static_cast<std::uint32_t>(id % 3);
        from->admit(id, {lane, 0, 1, true});
        from->offer({id, amounts[lane], 1});
        from->wake(id, 0);
    }
    from->close();
    from->decide(0, 0);
    const auto from_slot = [](std::uint32_t least) {
        return [least](std::uint32_t slot) noexcept { return slot >= least; };
    };
    REQUIRE(steal(*from, *to, from_slot(0), 1) == std::optional<agent_id>(1));
    REQUIRE(!steal(*from, *to, from_slot(51), ~0u) && !steal(*from, *to, from_slot(0), 0));  // the 17th of each lane
    REQUIRE(steal(*from, *to, from_slot(47), 16) == std::optional<agent_id>(49));
    const auto not_one = [](std::uint32_t slot) noexcept { return slot % 3 != 1; };
    REQUIRE(steal(*from, *to, not_one, 16) == std::optional<agent_id>(2));
    constexpr agent_id next[] = {4, 5, 7};
    for (std::uint32_t shut = 0; shut < 3; ++shut) {
        const std::uint32_t mw[] = {shut == 0, shut == 1, shut == 2};
        from->power(0, mw);
        from->decide(0, 0);
        REQUIRE(steal(*from, *to, from_slot(0), 1) == std::optional(next[shut]));
    }
    return nullptr;
}

char const* a_verdict_at_each_edge() {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, ledger<1>>>();
    REQUIRE(m->accounts().open(0, {0, 1'000, 0}, 0));
    const auto enter = [&](agent_id id, price amount) {
        m->admit(id, {0, 0, 1, true});
        m->offer({id, amount, 1});
        m->wake(id, 0);
    };
    enter(0, 0);
    REQUIRE(explain(*m, 0) == verdict::next);  // an offer of nothing is backed by any account
    enter(1, 5);
    REQUIRE(explain(*m, 0) == verdict::outbid && explain(*m, 1) == verdict::next);
    price_schedule<1> prices;
    prices.begin(0, 5);
    prices.set(0, unit_multiplier, unit_multiplier);
    m->schedule(prices);
    REQUIRE(winner(m->decide(0, 0)) == 1 && m->charge(0, 1, 0)->payment == 5);
    power_bid bids[4] = {};
    REQUIRE(power_bids(*m, bids) == 2 && bids[0].amount == 0 && bids[1].amount == 5);
    m->decide(0, 0);
    m->block(1);
    m->decide(0, 0);
    m->wake(1, 0);
    REQUIRE(explain(*m, 1) == verdict::next && explain(*m, 0) == verdict::below_reserve);  // 5 reaches a reserve of 5
    REQUIRE(power_bids(*m, view<power_bid>{bids}.first(1)) == 1);
    return nullptr;
}

/// An account that can pay part of an offer, or nothing, without a reserve.
char const* credit_is_missed_where_nothing_is_left() {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, ledger<2>>>();
    REQUIRE(m->accounts().open(0, {0, 3, 0}, 0) && m->accounts().open(1, {0, 0, 0}, 0));
    for (agent_id id = 0; id < 2; ++id) {
        m->admit(id, {0, static_cast<std::uint32_t>(id), 1, true});
        m->offer({id, 5, 1});
        m->wake(id, 0);
    }
    REQUIRE(m->amount(0) == 3 && explain(*m, 0) == verdict::next && explain(*m, 1) == verdict::no_credit);
    return nullptr;
}

/// What an agent that waits is told, by the words of `verdict`, the most telling first.
verdict told(price offered, price backed, price reserve, bool shut, price rival, bool rival_first) {
    if (backed < offered && offered >= reserve && (backed < reserve || backed == 0)) return verdict::no_credit;
    if (backed < reserve) return verdict::below_reserve;
    if (shut) return verdict::lane_shut;
    return rival >= reserve && (rival_first ? rival >= backed : rival > backed) ? verdict::outbid : verdict::next;
}

/// Offers, credits, reserves and rivals of 0 to 3 ticks, in a lane that is open or shut.
char const* verdicts_follow_from_their_words() {
    const auto m = std::make_unique<market<tournament_tree<4>, 1, ledger<2>>>();
    for (std::uint32_t n = 0; n < 4 * 4 * 4 * 4 * 4; ++n) {
        const price offered = n % 4, credit = n / 4 % 4, reserve = n / 16 % 4, rival = n / 64 % 4;
        const bool shut = n / 256 % 2 != 0, rival_first = n / 512 != 0;
        for (std::uint32_t a = 0; a < 2; ++a)
            m->accounts().close(a), m->accounts().open(a, {0, 2 * (a == 0 ? credit : 9), 0}, 0);
        price_schedule<1> prices;
        prices.begin(0, reserve);
        prices.set(0, unit_multiplier, unit_multiplier);
        m->schedule(prices);
        const std::uint32_t mw[] = {shut ? 7u : 0u};
        m->power(0, mw);
        m->close();
        m->decide(0, 0);
        for (std::uint32_t turn = 0; turn < 2; ++turn) {
            const std::uint32_t a = turn ^ static_cast<std::uint32_t>(rival_first);
            const agent_id id = make_agent_id(a, n);
            REQUIRE(explain(*m, id) == verdict::stale && m->admit(id, {0, a, 1, true}) == status::ok);
            REQUIRE(explain(*m, id) == verdict::blocked && m->wake(id, 0) == status::ok &&
                    explain(*m, id) == verdict::no_offer);
            REQUIRE(m->offer({id, a == 0 ? offered : rival, 2}) == status::ok);
        }
        REQUIRE(explain(*m, make_agent_id(0, n)) ==
                told(offered, std::min(offered, credit), reserve, shut, rival, rival_first));
        power_bid bids[3] = {};
        REQUIRE(power_bids(*m, bids) == 2 && bids[0].amount == std::min(offered, credit) && bids[1].amount == rival &&
                bids[0].mw == mw[0]);
        m->offer({make_agent_id(1, n), 1, 0});
        REQUIRE(power_bids(*m, bids) == 1 && power_bids(*m, {}) == 0);
    }
    return nullptr;
}

/// As many lanes as a set of bits has, one bid in each, the best in the last.
char const* all_lanes_of_a_set_are_sold() {
    lanes<tournament_tree<1>, 32> l;
    for (std::uint32_t i = 0; i < 32; ++i) l.lane(i).insert({make_agent_id(0, i), 100 + i, 1});
    l.shut(~0u);
    REQUIRE(l.shut() == ~0u && !l.top() && l.shut_lane_would_sell());
    l.shut(1u << 31);
    REQUIRE(l.top()->lane == 30 && l.shut_lane_would_sell());
    l.prefer(1u << 7 | 1u << 31);
    REQUIRE(l.extract_max() == (lane_award{{{make_agent_id(0, 7), 107, 1}, 0}, 7}));
    l.prefer(0);
    l.shut(0);
    for (std::uint32_t i = 31; i > 7; --i) {
        const price rival = i == 8 ? 106 : 99 + i;
        REQUIRE(l.extract_max() == (lane_award{{{make_agent_id(0, i), 100 + i, 1}, rival + 1}, i}));
    }
    const bid mine{make_agent_id(0, 40), 106, 1};
    REQUIRE(l.contest(31, mine, 1) == (lane_award{{mine, 105}, 31}) &&
            l.contest(31, {mine.agent, 104, 1}, 1)->lane == 6);
    return nullptr;
}

char const* ties_go_to_the_lower_lane() {
    const lanes<tournament_tree<4>, 3> all;
    for (std::size_t a = 0; a < 3; ++a) {
        for (std::size_t b = 0; b < 3; ++b) REQUIRE(all.outranks(a, 5, b, 5) == (a < b) && all.outranks(a, 6, b, 5));
    }
    return nullptr;
}

/// Bids that the source drops, as many as are taken at a time, don't end it.
char const* bids_behind_dropped_ones_are_taken() {
    mpsc_ring<64> ring;
    ring.attach();
    ring.admit(1);
    for (int n = 0; n < 40; ++n) REQUIRE(ring.try_push(0, {2, 1, 1}));
    REQUIRE(ring.try_push(0, {1, 9, 1}));
    const auto ignore = [](bid const&) {};
    REQUIRE(take_together(ring, 99, ignore, ignore, ignore) == 1 && ring.anomalies() == 40);
    return nullptr;
}

/// The limits of weights and terms, and the bound on what agents that pay can take, against wide integers.
char const* shares_are_bounded() {
    __extension__ using wide = unsigned __int128;
    fair_share<4> f;
    constexpr std::uint32_t given[] = {0, 1, 65'535, 65'536}, kept[] = {1, 1, 65'535, 65'535};
    for (std::uint32_t slot = 0; slot < 4; ++slot) f.begin(slot, given[slot]);
    for (std::uint32_t slot = 0; slot < 4; ++slot) REQUIRE(f.weight(slot) == kept[slot] && f.weights() == 0);
    f.leave(0);
    REQUIRE(f.weights() == 0 && f.check_invariants() && f.next_stale() == 4);
    for (std::uint32_t slot = 0; slot < 4; ++slot) f.enter(slot);
    for (std::uint32_t slot = 0; slot < 4; ++slot)
        REQUIRE(f.lag(slot) == 0);  // new agents lack nothing, not even a part
    for (std::uint32_t slot = 0; slot < 4; ++slot) f.leave(slot);
    REQUIRE(share_terms{}.low == 0 && share_terms{}.span == 0 && share_terms{}.ticks_per_unit == 1);
    REQUIRE(standing{}.lane == 0 && standing{}.account == 0 && standing{}.weight == 1 && standing{}.pays);
    for (const price low : {0u, 1u, 9u, ~0u}) {
        for (const price span : {0u, 5u, ~0u - 9, ~0u - 1, ~0u}) {
            f.terms({low, span, 3});
            REQUIRE(f.terms().low == low && f.terms().span == std::min(span, ~0u - low) &&
                    f.terms().ticks_per_unit == 3);
        }
    }
    dice d(6);
    for (int n = 0; n < 20'000; ++n) {
        const bool great = n % 4 == 0;
        const std::uint64_t refill = (std::uint64_t{d()} << 32 | d()) >> (great ? n % 3 : d.below(64));
        const std::uint32_t units = d() >> (great ? 0 : d.below(32));
        const price floor = d() >> (great ? 0 : d.below(32));
        const wide dearest = wide{units} * floor;
        const std::uint32_t found = fair_share<4>::max_paid_share_q16(refill, units, floor);
        if (refill >= dearest) {
            REQUIRE(found == 65'536);
        } else {
            const wide share = wide{refill} << 16,
                       least = dearest >> 48 == 0 ? 0 : dearest >> 14;  // how far it is rounded up
            REQUIRE(dearest >> 48 == 0 ? found == share / dearest : found * dearest + least >= share);
            REQUIRE(dearest >> 48 == 0 || (found - 1) * dearest <= share + least);
        }
    }
    REQUIRE(fair_share<4>::max_paid_share_q16(6, 2, 3) == 65'536 &&
            fair_share<4>::max_paid_share_q16(5, 2, 3) == 54'613);
    return nullptr;
}

/// Lags as fractions: what is used is dealt out by weight to all that are active, and so is the lag of one that leaves.
class reference_shares {
public:
    static constexpr std::uint32_t slots = 4;

    struct sharer {
        long double lag = 0;
        std::uint32_t weight = 0;
        bool active = false;
    };
    sharer of[slots];

    std::uint64_t weights() const {
        std::uint64_t sum = 0;
        for (sharer const& s : of) sum += s.active ? s.weight : 0;
        return sum;
    }
    void enter(sharer& s) {
        if (s.active) return;
        if (weights() == 0) s.lag = 0;
        deal_out(-s.lag);
        s.active = true;
    }
    void leave(sharer& s) {
        if (!s.active) return;
        s.active = false;
        deal_out(s.lag);
    }
    void used(sharer& s, long double units) {
        s.lag -= units;
        if (s.active) deal_out(units);
    }
    std::uint32_t next() {
        if (weights() == 0) return slots;
        do hand_ = (hand_ + 1) % slots;
        while (!of[hand_].active);
        return hand_;
    }

private:
    void deal_out(long double units) {
        const auto all = static_cast<long double>(weights());
        for (sharer& s : of) s.lag += s.active ? units * s.weight / all : 0;
    }
    std::uint32_t hand_ = 0;
};

char const* lags_are_those_of_the_reference() {
    __extension__ using wide = unsigned __int128;
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
        dice d(seed);
        fair_share<reference_shares::slots> f;
        reference_shares expected;
        const share_terms terms{d() >> d.below(32), d() >> d.below(32),
                                seed % 4 == 0 ? 1u << d.below(32) : d() >> d.below(32)};
        f.terms(terms);
        for (int n = 0; n < 120; ++n) {
            const std::uint32_t slot = d.below(reference_shares::slots);
            auto& mine = expected.of[slot];
            if (const std::uint32_t what = d.below(8); (what == 0 || mine.weight == 0) && !mine.active) {
                const std::uint32_t weight = seed % 3 == 0 ? d.below(4) : d() >> d.below(32);
                f.begin(slot, weight);
                mine = {0, std::clamp(weight, 1u, 65'535u), false};
            } else if (what < 3) {
                f.enter(slot), expected.enter(mine);
            } else if (what == 3) {
                f.leave(slot), expected.leave(mine);
            } else if (what == 4) {
                REQUIRE(f.next_stale() == expected.next());
            } else {
                const std::uint64_t units = what == 5 ? fair_share<4>::max_used - 2 + d.below(5)
                                                      : std::uint64_t{d()} << d.below(20) >> d.below(32);
                f.used(slot, units),
                    expected.used(mine, static_cast<long double>(std::min<std::uint64_t>(units, 1u << 30)));
            }
            REQUIRE(f.weights() == expected.weights() && f.check_invariants());
            for (std::uint32_t s = 0; s < reference_shares::slots; ++s) {
                const auto lacks = static_cast<long double>(f.lag(s));
                REQUIRE(lacks > expected.of[s].lag - 1.2L && lacks < expected.of[s].lag + 0.2L &&
                        f.active(s) == expected.of[s].active);
                const wide more =
                    f.lag(s) <= 0
                        ? 0
                        : wide{std::min<std::uint64_t>(static_cast<std::uint64_t>(f.lag(s)), std::uint64_t{1} << 32)} *
                              terms.ticks_per_unit;
                REQUIRE(f.amount(s) == terms.low + std::min<wide>(more, std::min(terms.span, ~price{0} - terms.low)));
            }
        }
    }
    return nullptr;
}

/// A board that remarks on each bid.
struct remarking_board : bid_board<40> {
    std::uint64_t remarks = 0;

    template <class F>
    std::size_t drain(F&& f, std::size_t steps) noexcept {
        const std::size_t drained = bid_board<40>::drain(f, steps);
        remarks += drained;
        return drained;
    }
    std::uint64_t anomalies() const noexcept { return remarks; }
};

/// Bids of slots that the market doesn't have are refused one by one; a drain takes as many as it may, all of them in order.
char const* bids_are_taken_from_a_larger_board() {
    const auto m = std::make_unique<market<tournament_tree<4>>>();
    remarking_board board;
    std::vector<agent_id> given;
    std::vector<std::size_t> glanced_before, approached_before;
    std::size_t glanced = 0, approached = 0;
    const auto note = [&](bid const& b) {
        given.push_back(b.agent);
        glanced_before.push_back(glanced);
        approached_before.push_back(approached);
    };
    for (agent_id id = 0; id < 40; ++id) board.admit(id);
    for (const std::size_t budget : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{16}, std::size_t{17},
                                     std::size_t{18}, std::size_t{40}, std::size_t{99}}) {
        for (agent_id id = 0; id < 40; ++id) board.submit({id, 1, 1});
        given.clear(), glanced_before.clear(), approached_before.clear();
        glanced = approached = 0;
        const std::size_t taken = take_together(
            board, budget, [&](bid const&) { ++glanced; }, [&](bid const&) { ++approached; }, note);
        REQUIRE(taken == std::min<std::size_t>(budget, 40) && given.size() == taken && glanced == taken);
        for (std::size_t i = 0; i < taken; ++i) {  // by sixteens, and one alone has nobody to be approached with
            const std::size_t together = std::min<std::size_t>(taken, i / 16 * 16 + 16);
            REQUIRE(glanced_before[i] == together);
            REQUIRE(approached_before[i] == (together % 16 == 1 ? together - 1 : together));
        }
        std::sort(given.begin(), given.end());
        REQUIRE(std::adjacent_find(given.begin(), given.end()) == given.end());
        board.drain([](bid const&) {}, 40);
    }
    m->admit(2, {0, 0, 1, true});
    m->wake(2, 0);
    for (agent_id id = 0; id < 40; ++id) board.submit({id, 7, 1});
    REQUIRE(m->take(board, 99) == 40 && m->counts().anomalies() == 40 && m->counts().refused() == 39 &&
            m->auctions().lane(0).find(2)->amount == 7);
    return nullptr;
}

/// Counts how often its reserve is set.
struct priced_tree : tournament_tree<4> {
    using tournament_tree<4>::tournament_tree;
    constexpr void update_price(price p) noexcept {
        ++times;
        tournament_tree<4>::update_price(p);
    }
    int times = 0;
};

char const* prices_change_once_a_step() {
    const auto m = std::make_unique<market<priced_tree>>();
    price_schedule<1> prices;
    prices.begin(0, 5);
    prices.set(0, unit_multiplier, unit_multiplier);
    m->schedule(prices);
    constexpr std::uint64_t step_ns = std::uint64_t{1} << MAXWELL_PRICE_STEP_SHIFT;
    m->decide(0, 0);
    const int before = m->auctions().lane(0).times;
    for (const std::uint64_t now : {std::uint64_t{0}, step_ns / 2, step_ns - 1}) m->decide(0, now);
    REQUIRE(m->auctions().lane(0).times == before);
    m->decide(0, step_ns);
    REQUIRE(m->auctions().lane(0).times == before + 1);
    return nullptr;
}

/// Every decision is counted once, and the last 1,024 are remembered.
char const* decisions_are_counted_and_remembered() {
    const auto t = std::make_unique<tally<2>>();
    dice d(5);
    std::vector<decision_record> all;
    std::uint64_t by_outcome[5] = {}, wins[2] = {}, waits[2] = {}, units[2] = {}, revenue[2] = {}, refused = 0, odd = 0;
    for (std::uint32_t n = 0; n < 2'500; ++n) {
        const decision_record r{n,
                                d.below(9),
                                d(),
                                d(),
                                d(),
                                static_cast<std::uint8_t>(d.below(2)),
                                static_cast<std::uint8_t>(d.below(4)),
                                static_cast<quiet>(d.below(5)),
                                d.below(2) == 0};
        t->decided(r);
        all.push_back(r);
        ++by_outcome[static_cast<std::size_t>(r.why)];
        const bool won = r.why == quiet::nothing;
        wins[r.lane] += won;
        waits[r.lane] += won && r.switched;
        const std::uint32_t used = d.below(100), paid = d.below(1'000);
        t->charged(r.lane, used, paid);
        units[r.lane] += used;
        revenue[r.lane] += paid;
        if (d.below(3) == 0) t->count_refused(), ++refused;
        t->count_anomalies(n % 3);
        odd += n % 3;
        REQUIRE(t->decisions() == all.size() && t->refused() == refused && t->anomalies() == odd);
        for (std::size_t ago : {std::size_t{0}, all.size() / 2, std::size_t{1'023}}) {
            REQUIRE(ago >= all.size() || ago >= 1'024 || t->last(ago) == all[all.size() - 1 - ago]);
        }
    }
    for (std::size_t l = 0; l < 2; ++l) {
        REQUIRE(t->lane(l).wins == wins[l] && t->lane(l).prices.count() == wins[l]);
        REQUIRE(t->lane(l).waits_ns.count() == waits[l] && t->lane(l).units == units[l] &&
                t->lane(l).revenue == revenue[l]);
    }
    for (std::size_t why = 0; why < 5; ++why) REQUIRE(t->decisions(static_cast<quiet>(why)) == by_outcome[why]);
    tally<2>::histogram cells;  // an eighth wide
    for (const std::uint64_t value : {900u, 970u, 5'000u}) cells.record(value);
    REQUIRE(cells.percentile(333'333) == 959 && cells.percentile(666'666) == 1'023 && tally<2>::remembered == 1'024);
    return nullptr;
}

/// Each core has its part of the cap, keeps what the largest lane that was shut needs, and owes what it drew beyond.
char const* watts_are_released_by_core() {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        dice d(seed);
        power_gate<3, 2> gate;
        REQUIRE(gate.begin(0) == 0);
        gate.drawn(0, 5);
        struct {
            std::int64_t carried = 0, used = 0, asked = 0, drawn = 0;
        } core[2];
        std::uint32_t mw[3] = {};
        std::int64_t cap = 0;
        for (int quantum = 0; quantum < 300; ++quantum) {
            if (quantum % 50 == 0) {
                const std::size_t given = 1 + d.below(3);
                for (std::size_t l = 0; l < 3; ++l) mw[l] = l < given ? d.below(60) : 0;
                const std::uint32_t all = d.below(80);
                gate.open(all, {mw, given});
                for (std::size_t l = 0; l < 3; ++l) REQUIRE(gate.lane_mw(l) == mw[l]);
                cap = all / 2;
            }
            const std::size_t c = d.below(2);
            auto& k = core[c];
            const std::int64_t left = k.carried + cap - std::max(k.used, k.drawn);
            k.carried = left < -10 * cap ? -10 * cap : std::min(left, k.asked);
            k.used = k.asked = k.drawn = 0;
            std::uint32_t shut = 0;
            for (std::uint32_t l = 0; l < 3; ++l) {
                if (mw[l] <= std::max<std::int64_t>(k.carried + cap, 0)) continue;
                shut |= 1u << l;
                k.asked = std::max<std::int64_t>(k.asked, mw[l]);
            }
            REQUIRE(gate.begin(c) == shut);
            const std::uint32_t l = d.below(3);
            if ((shut >> l & 1u) == 0) {
                gate.dispatch(c, l);
                k.used = mw[l];
                k.asked = std::max<std::int64_t>(k.asked, mw[l]);
            }
            const std::uint32_t parts[] = {d.below(40), d.below(40)};
            const bool burst = d.below(60) == 0;
            if (d.below(2) == 0 || burst) {
                for (const std::uint32_t part : parts) gate.drawn(c, burst ? ~part : part);
                k.drawn = burst ? UINT32_MAX : parts[0] + parts[1];
            }
        }
    }
    return nullptr;
}

/// Random requests of few slots, against what each id has gone through.
char const* seats_are_given_once() {
    constexpr std::uint32_t count = 3;
    struct life {
        seat_state state = seat_state::vacant;
        bool gone = false, seen = false;
        std::uint32_t core = 0, units = 0, since = 0;
        price amount = 0;
    };
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        dice d(seed);
        seats<count> table;
        life lives[count + 1][4];
        const auto newest = [&](std::uint32_t slot) {
            std::uint32_t last = 0;
            for (std::uint32_t g = 0; g < 4; ++g) last = lives[slot][g].seen ? g : last;
            return last;
        };
        for (std::uint32_t step = 0; step < 300; ++step) {
            const std::uint32_t slot = d.below(count + 1),
                                g = d.below(40) == 0 ? d.below(4) : std::min(newest(slot) + d.below(2), 3u);
            const agent_id id = make_agent_id(slot, g);
            life& me = lives[slot][g];
            const bool there = slot < count && me.state != seat_state::vacant;
            const bool stale = slot < count && (g < newest(slot) || me.gone);
            const status held = there ? status::ok : stale ? status::stale_agent : status::unknown_agent;
            REQUIRE(table.holds(id) == held && table.state(id) == me.state);
            const std::uint32_t what = d.below(7), units = d.below(3);
            if (what == 0) {
                const bool taken = slot < count && lives[slot][newest(slot)].state != seat_state::vacant;
                const status expected = stale                    ? status::stale_agent
                                        : taken || slot >= count ? status::unknown_agent
                                                                 : status::ok;
                REQUIRE(table.admit(id, 1, 2, true) == expected);
                if (expected == status::ok) me = {seat_state::blocked, false, true};
            } else if (what == 1 && d.below(3) == 0) {
                const bool for_good = d.below(2) == 0;
                REQUIRE(table.vacate(id, for_good) == held);
                if (there) me = {seat_state::vacant, for_good, true};
            } else if (what == 2) {
                REQUIRE(table.offer({id, step, units}) == held);
                if (there) me.amount = step, me.units = units;
            } else if (what == 3) {
                REQUIRE(table.wake(id, step) == held);
                if (there && me.state == seat_state::blocked) {
                    me.state = me.core != 0 ? seat_state::running : seat_state::waiting;
                    me.since = step;
                }
            } else if (what == 4) {
                REQUIRE(table.block(id) == held);
                if (there) me.state = seat_state::blocked;
            } else if (what == 5 && me.state == seat_state::waiting) {
                table.seat_on(slot, step % 255);
                me.state = seat_state::running;
                me.core = step % 255 + 1;
            } else if (what == 6) {
                const bool runs = there && me.state == seat_state::running;
                REQUIRE(table.rise(id, step) == (runs && me.units != 0));
                if (there) me.core = 0;
                if (runs) me.state = seat_state::waiting, me.since = step;
            }
            REQUIRE(table.check_invariants());
            if (slot >= count) continue;
            const bool offers = me.state != seat_state::vacant && me.units != 0;
            REQUIRE(table.offered(id) == (offers ? std::optional(bid{id, me.amount, me.units}) : std::nullopt));
            if (me.state == seat_state::vacant) continue;
            REQUIRE(table.holder(slot) == id && table.bids(slot) == (me.state == seat_state::waiting && me.units != 0));
            REQUIRE(table[slot].core == me.core && table[slot].since == me.since && table[slot].lane == 1 &&
                    table[slot].pays);
        }
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    using tiers = maxwell::log_linear_tiers<1>;
    return run({untouched_objects_are_zero,
                sales_are_as_defined<maxwell::tournament_tree<6>, exact_order>,
                sales_are_as_defined<maxwell::tournament_tree<4>, exact_order, 1>,
                sales_are_as_defined<maxwell::stratified_buckets<6, tiers>, tier_order<tiers>>,
                sales_are_as_defined<maxwell::by_owner<maxwell::tournament_tree<6, 3>>, exact_order>,
                an_agent_has_one_bid_or_one_core,
                what_ran_is_charged_to_its_own_account,
                a_lowered_bid_rises_with_its_account,
                shares_come_from_time_used,
                a_cap_holds_and_starves_no_lane,
                the_best_allowed_agent_is_stolen_whole,
                decisions_are_recorded_as_made,
                preferred_lanes_come_first,
                the_agent_of_the_greatest_worth_is_stolen,
                a_verdict_at_each_edge,
                shares_are_bounded,
                lags_are_those_of_the_reference,
                bids_are_taken_from_a_larger_board,
                decisions_are_counted_and_remembered,
                watts_are_released_by_core,
                seats_are_given_once,
                prices_change_once_a_step,
                credit_is_missed_where_nothing_is_left,
                ties_go_to_the_lower_lane,
                all_lanes_of_a_set_are_sold,
                worths_are_compared_as_fractions,
                verdicts_follow_from_their_words,
                bids_behind_dropped_ones_are_taken});
}
