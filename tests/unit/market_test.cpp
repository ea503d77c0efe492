// SPDX-License-Identifier: MIT
//
// market/: the parts by themselves, then every sentence of market.hpp by the calls that a scheduler makes.

#include "support/dice.hpp"
#include "support/reference_lanes.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/explain.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/ring/bid_board.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::uint64_t ms = 1'000'000;

// --- lanes --------------------------------------------------------------------------------------------------------------

/// Random lanes, multipliers from 1 to 2^32 - 1, a few amounts that tie often or all of them: as the definition says.
template <class A, class Order, std::size_t Lanes>
void lanes_decide_as_defined(std::uint64_t seed) {
    constexpr std::uint32_t agents = A::capacity();
    dice d(seed);
    for (std::size_t round = 0; round < scaled(3000); ++round) {
        const auto owned = std::make_unique<lanes<A, Lanes>>();
        lanes<A, Lanes>& mine = *owned;
        reference_lanes<Order> reference;
        reference.rules.by_owner = prices_by_owner<A>;
        const bool wide = d.below(2) == 0;
        const auto amount = [&] { return wide ? d() >> d.below(32) : d.below(6); };
        const price base = d.below(3) == 0 ? amount() : 0;
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            const multiplier_q16 m = wide ? d() >> d.below(32) | 1u : unit_multiplier * (1 + d.below(3)) / 2;
            mine.reprice(l, base, m);
            reference.rules.multiplier.push_back(m);
            reference.rules.reserve.push_back(Order::reserve(scaled_price(base, m)));
        }
        const std::uint32_t shut = d.below(4) == 0 ? d() & lanes<A, Lanes>::all_lanes : 0;
        mine.shut(shut);
        reference.rules.shut = shut;
        const std::uint32_t preferred = d.below(3) == 0 ? d() & lanes<A, Lanes>::all_lanes : 0;
        mine.prefer(preferred);
        reference.rules.preferred = preferred;
        const bool contested = d.below(2) == 0;
        std::uint64_t arrival = 0;
        std::optional<lane_award> got;
        std::optional<incumbent_with_bonus> incumbent;
        for (std::uint32_t slot = 0; slot < agents; ++slot) {
            const bool last = slot + 1 == agents;
            if (!last && d.below(3) == 0) continue;
            const bid b{slot, amount(), 1 + d.below(9)};
            const std::uint32_t lane = d.below(Lanes);
            std::uint32_t owner = slot;
            if constexpr (prices_by_owner<A>) owner = A::group_of(slot);
            reference.bids.push_back({b, lane, arrival++, owner});
            if (last && contested) {
                incumbent = {b.agent, amount()};
                got = mine.contest(lane, b, incumbent->bonus);
            } else {
                mine.lane(lane).insert(b);
                if (last) {
                    const auto seen = mine.top();
                    got = mine.extract_max();
                    ASSERT_EQ(seen, got);
                }
            }
        }
        ASSERT_EQ(got, reference.winner(incumbent)) << "seed " << seed << ", round " << round;
        for (lane_bid const& b : reference.bids) {
            const bool gone = got && got->won.winner.agent == b.offer.agent;
            ASSERT_EQ(mine.lane(b.lane).find(b.offer.agent).has_value(), !gone);
        }
        ASSERT_TRUE(mine.check_invariants());
    }
}

TEST(lanes, decide_and_price_as_defined) {
    lanes_decide_as_defined<tournament_tree<8>, exact_order, 1>(1);
    lanes_decide_as_defined<tournament_tree<8>, exact_order, 3>(2);
    lanes_decide_as_defined<lazy_heap<8>, exact_order, 2>(3);
    lanes_decide_as_defined<stratified_buckets<8>, tier_order<log_linear_tiers<7>>, 3>(4);
    lanes_decide_as_defined<stratified_buckets<8, log_linear_tiers<0>>, tier_order<log_linear_tiers<0>>, 2>(5);
    lanes_decide_as_defined<by_owner<tournament_tree<8, 3>>, exact_order, 3>(6);
}

TEST(lanes, a_lane_that_is_not_there_changes_nothing) {
    lanes<tournament_tree<2>, 2> l;
    l.reprice(2, 5, unit_multiplier);
    l.shut(~3u);
    l.prefer(~3u);
    EXPECT_EQ(l.shut(), 0u);
    EXPECT_EQ(l.preferred(), 0u);
    EXPECT_EQ(l.lane(1).reserve(), 0u);
    EXPECT_EQ(l.multiplier(0), unit_multiplier);
}

// --- seats --------------------------------------------------------------------------------------------------------------

TEST(seats, ids_are_stale_once_they_have_left_or_been_succeeded) {
    seats<8> s;
    const agent_id old = make_agent_id(1, 4);
    EXPECT_EQ(s.holds(old), status::unknown_agent);
    EXPECT_EQ(s.admit(make_agent_id(8, 0), 0, 0, true), status::unknown_agent);
    EXPECT_EQ(s.admit(old, 0, 0, true), status::ok);
    EXPECT_EQ(s.admit(old, 0, 0, true), status::unknown_agent) << "its seat is taken";
    EXPECT_EQ(s.holds(make_agent_id(1, 3)), status::stale_agent);
    EXPECT_EQ(s.holds(make_agent_id(1, 5)), status::unknown_agent);
    EXPECT_EQ(s.state(old), seat_state::blocked);
    EXPECT_EQ(s.vacate(old, false), status::ok);
    EXPECT_EQ(s.holds(old), status::unknown_agent) << "it may come back";
    EXPECT_EQ(s.admit(old, 0, 0, true), status::ok);
    EXPECT_EQ(s.vacate(old, true), status::ok);
    EXPECT_EQ(s.vacate(old, true), status::stale_agent);
    EXPECT_EQ(s.admit(old, 0, 0, true), status::stale_agent);
    EXPECT_EQ(s.admit(make_agent_id(1, 5), 0, 0, true), status::ok);
    EXPECT_EQ(s.state(old), seat_state::vacant);
}

TEST(seats, an_offer_is_kept_whatever_its_agent_does) {
    seats<8> s;
    s.admit(0, 0, 0, true);
    EXPECT_EQ(s.offered(0), std::nullopt);
    EXPECT_EQ(s.offer({0, 7, 2}), status::ok);
    EXPECT_EQ(s.offered(0), (bid{0, 7, 2}));
    EXPECT_FALSE(s.bids(0));
    s.wake(0, 9);
    EXPECT_TRUE(s.bids(0));
    s.seat_on(0, 4);
    EXPECT_FALSE(s.bids(0));
    EXPECT_EQ(s.offer({0, 8, 2}), status::ok);
    EXPECT_EQ(s.offered(0), (bid{0, 8, 2}));
    EXPECT_TRUE(s.rise(0, 10));
    EXPECT_FALSE(s.rise(0, 10));
    EXPECT_EQ(s.offer({0, 8, 0}), status::ok);
    EXPECT_EQ(s.offered(0), std::nullopt);
    EXPECT_EQ(s.offer({1, 8, 1}), status::unknown_agent);
    EXPECT_TRUE(s.check_invariants());
}

// --- market -------------------------------------------------------------------------------------------------------------

template <class A, std::size_t Lanes = 1, class Accounts = free_of_charge, std::size_t Cores = 1>
std::unique_ptr<market<A, Lanes, Accounts, Cores>> make_market() {
    return std::make_unique<market<A, Lanes, Accounts, Cores>>();
}

template <class M>
void enter(M& m, agent_id id, price amount, standing const& as = {}) {
    ASSERT_EQ(m.admit(id, as), status::ok);
    ASSERT_EQ(m.offer({id, amount, 10}), status::ok);
    ASSERT_EQ(m.wake(id, 0), status::ok);
}

agent_id winner(decision const& d) { return d.run ? d.run->winner.agent : ~agent_id{0}; }

template <class A>
class market_of : public ::testing::Test {};
using containers = ::testing::Types<tournament_tree<8>, lazy_heap<8>, stratified_buckets<8>>;
TYPED_TEST_SUITE(market_of, containers);

TYPED_TEST(market_of, one_quantum) {
    const auto m = make_market<TypeParam>();
    EXPECT_EQ(m->decide(0, 0).why, quiet::idle);
    EXPECT_EQ(m->charge(0, 1, 0), std::nullopt) << "nobody runs";
    enter(*m, 0, 9);
    enter(*m, 1, 6);
    const decision first = m->decide(0, ms);
    ASSERT_EQ(first.run, (award{{0, 9, 10}, 6}));
    EXPECT_EQ(first.why, quiet::nothing);
    EXPECT_EQ(m->charge(0, 7, 0), (award{{0, 9, 7}, 6})) << "units used, not units asked for";
    EXPECT_EQ(m->charge(0, 70, 0), (award{{0, 9, 70}, 6})) << "more than asked for is used, too";
    EXPECT_EQ(m->charge(0, ~std::uint64_t{0}, 0)->winner.units, ~std::uint32_t{0});
    EXPECT_EQ(winner(m->decide(0, 2 * ms)), 0u) << "what ran goes back in";
    EXPECT_TRUE(m->check_invariants());
}

TYPED_TEST(market_of, a_bid_is_in_an_auction_exactly_while_its_agent_waits_and_asks) {
    const auto m = make_market<TypeParam>();
    ASSERT_EQ(m->admit(3, {}), status::ok);
    const auto in = [&] { return m->auctions().lane(0).find(3).has_value(); };
    m->offer({3, 5, 1});
    EXPECT_FALSE(in()) << "blocked";
    m->wake(3, 0);
    EXPECT_TRUE(in());
    m->block(3);
    EXPECT_FALSE(in());
    m->wake(3, 0);
    EXPECT_TRUE(in()) << "its last offer, without a new bid";
    m->offer({3, 5, 0});
    EXPECT_FALSE(in());
    m->offer({3, 8, 1});
    EXPECT_TRUE(in());
    m->decide(0, 0);
    m->offer({3, 4, 1});
    EXPECT_FALSE(in()) << "an offer for a running agent waits for its re-entry";
    m->block(3);
    m->wake(3, 0);
    EXPECT_FALSE(in()) << "still on its core";
    EXPECT_EQ(m->decide(0, 0).run->winner.amount, 4u);
    m->block(3);
    EXPECT_EQ(m->decide(0, 0).why, quiet::idle);
    m->wake(3, 0);
    m->retire(3);
    EXPECT_FALSE(in());
    EXPECT_TRUE(m->check_invariants());
}

TYPED_TEST(market_of, an_agent_that_is_retired_while_it_runs_is_still_charged) {
    const auto m = make_market<TypeParam, 1, ledger<2>>();
    ASSERT_TRUE(m->accounts().open(1, {0, 1000, 0}, 0));
    ASSERT_TRUE(m->accounts().open(0, {0, 1000, 0}, 0));
    enter(*m, 0, 9, {0, 1, 1, true});
    enter(*m, 1, 5, {0, 0, 1, true});
    ASSERT_EQ(winner(m->decide(0, 0)), 0u);
    ASSERT_EQ(m->retire(0), status::ok);
    enter(*m, make_agent_id(0, 1), 50, {0, 0, 1, true});  // its successor in the same seat
    EXPECT_EQ(m->charge(0, 4, 0), (award{{0, 9, 4}, 5}));
    EXPECT_EQ(m->accounts().balance(1), 980u);
    EXPECT_EQ(m->accounts().balance(0), 1000u);
    EXPECT_EQ(winner(m->decide(0, 0)), make_agent_id(0, 1));
    EXPECT_EQ(m->offer({0, 9, 1}), status::stale_agent);
    EXPECT_TRUE(m->check_invariants());
}

TEST(market, an_agent_runs_on_one_core_at_most) {
    const auto m = make_market<tournament_tree<4>, 1, free_of_charge, 3>();
    enter(*m, 0, 9);
    EXPECT_EQ(winner(m->decide(0, 0)), 0u);
    m->offer({0, 20, 1});
    EXPECT_EQ(m->decide(1, 0).why, quiet::idle);
    m->block(0);
    m->wake(0, 0);
    EXPECT_EQ(m->decide(1, 0).why, quiet::idle) << "it is still on core 0";
    m->block(0);
    EXPECT_EQ(m->decide(0, 0).why, quiet::idle) << "it has left core 0";
    m->wake(0, 0);
    EXPECT_EQ(winner(m->decide(2, 0)), 0u);
    EXPECT_EQ(m->decide(3, 0).why, quiet::idle) << "there is no core 3";
    EXPECT_EQ(m->charge(3, 1, 0), std::nullopt);
    EXPECT_FALSE(m->preempts(3, 0, 0));
    EXPECT_TRUE(m->check_invariants());
}

TEST(market, the_incumbent_keeps_its_core_for_less_than_the_bonus) {
    const auto m = make_market<tournament_tree<4>, 2>();
    price_schedule<2> prices;
    prices.begin(0, 1);
    prices.set(0, unit_multiplier, unit_multiplier);
    prices.set(1, 2 * unit_multiplier, unit_multiplier);
    m->schedule(prices);
    enter(*m, 0, 10);
    ASSERT_EQ(winner(m->decide(0, 0, 3)), 0u);
    enter(*m, 1, 26, {1, 0, 1, true});  // worth 13 in lane 0
    EXPECT_FALSE(m->preempts(0, 1, 3));
    EXPECT_TRUE(m->preempts(0, 1, 2));
    EXPECT_EQ(m->decide(0, 0, 3).run, (award{{0, 10, 10}, 10})) << "13 less the bonus";
    m->offer({1, 27, 10});
    EXPECT_TRUE(m->preempts(0, 1, 3));
    const decision d = m->decide(0, 0, 3);
    EXPECT_EQ(d.run, (award{{1, 27, 10}, 27}));
    EXPECT_EQ(d.lane, 1u);
    EXPECT_EQ(winner(m->decide(0, 0, 0)), 1u);
    EXPECT_FALSE(m->preempts(0, 1, 0)) << "it runs itself";
}

TEST(market, only_what_is_there_can_be_named) {
    const auto m = make_market<tournament_tree<4>, 2, ledger<2>>();
    EXPECT_EQ(m->admit(0, {2, 0, 1, false}), status::unknown_lane);
    EXPECT_EQ(m->admit(0, {0, 2, 1, true}), status::unknown_account);
    EXPECT_EQ(m->admit(0, {0, 1, 1, true}), status::unknown_account) << "not open";
    EXPECT_EQ(m->admit(4, {0, 0, 1, false}), status::unknown_agent);
    for (const agent_id nobody : {agent_id{0}, agent_id{4}}) {
        EXPECT_EQ(m->offer({nobody, 5, 1}), status::unknown_agent);
        EXPECT_EQ(m->wake(nobody, 0), status::unknown_agent);
        EXPECT_EQ(m->block(nobody), status::unknown_agent);
        EXPECT_EQ(m->move(nobody, 0), status::unknown_agent);
        EXPECT_EQ(m->retire(nobody), status::unknown_agent);
        EXPECT_FALSE(m->preempts(0, nobody, 0));
        EXPECT_EQ(explain(*m, nobody), verdict::stale);
    }
    EXPECT_EQ(m->counts().refused(), 2u);
    ASSERT_EQ(m->admit(0, {0, 0, 1, false}), status::ok);
    EXPECT_EQ(m->admit(0, {1, 0, 1, false}), status::ok) << "it has its seat";
    EXPECT_EQ(m->table()[0].lane, 0u);
    EXPECT_EQ(m->move(0, 2), status::unknown_lane);
    ASSERT_EQ(m->admit(make_agent_id(0, 1), {0, 0, 1, false}), status::ok) << "its successor retires it";
    EXPECT_EQ(m->wake(0, 0), status::stale_agent);
    EXPECT_EQ(m->admit(0, {0, 0, 1, false}), status::stale_agent);
    EXPECT_TRUE(m->check_invariants());
}

TEST(market, an_unbacked_bid_ranks_by_what_its_account_pays) {
    const auto m = make_market<tournament_tree<4>, 1, ledger<2>>();
    ASSERT_TRUE(m->accounts().open(0, {100, 55, 0}, 0));  // pays 5 for each of 10 units
    ASSERT_TRUE(m->accounts().open(1, {0, 1000, 0}, 0));
    enter(*m, 0, 90, {0, 0, 1, true});
    enter(*m, 1, 6, {0, 1, 1, true});
    EXPECT_EQ(m->amount(0), 5u);
    EXPECT_EQ(m->decide(0, 0).run, (award{{1, 6, 10}, 6})) << "it came later";
    EXPECT_EQ(m->charge(0, 10, 0)->payment, 6u);
    EXPECT_EQ(m->accounts().revenue(), 60u);
    m->accounts().debit(0, 1, 55);
    EXPECT_EQ(m->amount(0), 5u) << "its bid was made before it paid";
    EXPECT_EQ(m->decide(0, ms / 10).run, (award{{1, 6, 10}, 2})) << "a tenth of a millisecond's refill, for 10 units";
    EXPECT_EQ(m->amount(0), 1u);
    EXPECT_EQ(m->decide(0, ms / 10 - 1).run->payment, 2u) << "a clock that goes back brings nothing, and harms nothing";
    // An account that can't pay for what was used pays all that it has.
    m->block(1);
    EXPECT_EQ(winner(m->decide(0, ms / 10)), 0u);
    EXPECT_EQ(m->charge(0, 10, 0)->payment, 0u);
    EXPECT_TRUE(m->check_invariants());
}

TEST(market, a_lowered_bid_rises_with_its_account_and_without_another_offer) {
    const auto m = make_market<tournament_tree<8>, 1, ledger<8>>();
    for (std::uint32_t a = 0; a < 4; ++a) {
        ASSERT_TRUE(m->accounts().open(a, {100, 1000, 1000}, 0));  // nothing to begin with
        enter(*m, a, 50, {0, a, 1, true});
        EXPECT_EQ(m->amount(a), 0u);
    }
    ASSERT_TRUE(m->accounts().open(4, {0, 1000, 0}, 0));
    enter(*m, 4, 60, {0, 4, 1, true});
    // A millisecond's refill pays 10 for each of 10 units. Each decision renews one of the four, in turn.
    for (std::uint32_t n = 1; n <= 4; ++n) {
        EXPECT_EQ(winner(m->decide(0, ms)), 4u);
        std::uint32_t risen = 0;
        for (std::uint32_t a = 0; a < 4; ++a) risen += m->amount(a) == 10 ? 1 : 0;
        EXPECT_EQ(risen, n);
    }
    // What is backed in full is in no rotation: four decisions later all stand at their offers, and keep their arrivals.
    for (std::uint32_t n = 0; n < 4; ++n) m->decide(0, 5 * ms);
    m->block(4);
    for (std::uint32_t n = 0; n < 4; ++n) m->decide(0, 5 * ms);
    EXPECT_TRUE(m->check_invariants());
    for (std::uint32_t a = 0; a < 4; ++a) {
        EXPECT_EQ(m->amount(a), 50u);
        EXPECT_TRUE(explain(*m, a) == verdict::next || explain(*m, a) == verdict::outbid ||
                    explain(*m, a) == verdict::running);
    }
}

TEST(market, a_lane_whose_watts_do_not_fit_is_shut_until_they_have_been_saved_for) {
    const auto m = make_market<tournament_tree<4>, 2>();
    enter(*m, 0, 5);
    enter(*m, 1, 50, {1, 0, 1, true});
    const std::uint32_t mw[] = {10'000, 25'000};
    m->power(20'000, mw);
    std::uint64_t drawn = 0;
    std::uint64_t large = 0;
    for (std::uint64_t quantum = 0; quantum < 1000; ++quantum) {
        const decision d = m->decide(0, quantum * ms);
        ASSERT_FALSE(explain(*m, 1) == verdict::lane_shut && winner(d) == 1u);
        if (!d.run) {
            ASSERT_EQ(d.why, quiet::power);
            continue;
        }
        ASSERT_TRUE(m->charge(0, 1, mw[d.lane]));
        drawn += mw[d.lane];
        large += d.lane;
        ASSERT_LE(drawn, (quantum + 1) * 20'000 + 25'000);
    }
    EXPECT_GT(large, 400u) << "a large lane isn't starved by a small one";
    EXPECT_EQ(m->counts().decisions(quiet::power) + m->counts().lane(0).wins + m->counts().lane(1).wins, 1000u);
    m->block(0);
    m->block(1);
    EXPECT_EQ(m->decide(0, 1000 * ms).why, quiet::idle);
    m->power(0, mw);
    m->wake(0, 1001 * ms);
    EXPECT_EQ(m->decide(0, 1001 * ms).why, quiet::power);
}

TEST(market, explains) {
    const auto m = make_market<stratified_buckets<8>, 2, ledger<2>>();
    ASSERT_TRUE(m->accounts().open(0, {0, 1'000'000, 0}, 0));
    ASSERT_TRUE(m->accounts().open(1, {0, 20, 0}, 0));
    price_schedule<2> prices;
    prices.begin(0, 10);
    for (std::size_t l = 0; l < 2; ++l) prices.set(l, unit_multiplier, unit_multiplier);
    m->schedule(prices);
    enter(*m, 0, 90);
    enter(*m, 1, 80);
    enter(*m, 2, 70);
    enter(*m, 3, 9);
    enter(*m, 4, 50, {1, 0, 1, true});
    enter(*m, 5, 60, {0, 1, 1, true});
    m->admit(6, {});
    m->admit(7, {});
    m->wake(7, 0);
    const std::uint32_t mw[] = {1, 10};
    m->power(5, mw);
    EXPECT_EQ(winner(m->decide(0, 0)), 0u);
    EXPECT_EQ(explain(*m, 0), verdict::running);
    EXPECT_EQ(explain(*m, 1), verdict::next);
    EXPECT_EQ(explain(*m, 2), verdict::outbid);
    EXPECT_EQ(explain(*m, 3), verdict::below_reserve);
    EXPECT_EQ(explain(*m, 4), verdict::lane_shut);
    EXPECT_EQ(explain(*m, 5), verdict::no_credit);
    EXPECT_EQ(explain(*m, 6), verdict::blocked);
    EXPECT_EQ(explain(*m, 7), verdict::no_offer);
    EXPECT_EQ(explain(*m, make_agent_id(0, 1)), verdict::stale);

    power_bid bids[8];
    EXPECT_EQ(power_bids(*m, bids), 6u);
    EXPECT_EQ(bids[0].amount, 90u);
    EXPECT_EQ(bids[4].mw, 10u);
    EXPECT_EQ(bids[5].amount, 2u);
    EXPECT_EQ(power_bids(*m, view<power_bid>{bids}.first(2)), 2u);

    m->close();
    EXPECT_EQ(m->decide(0, 0).why, quiet::closed);
    EXPECT_EQ(explain(*m, 0), verdict::next) << "what ran waits again";
    m->close(false);
    prices.begin(0, 1000);
    m->schedule(prices);
    EXPECT_EQ(m->decide(0, 0).why, quiet::reserve);
}

TEST(market, moving_to_another_lane_is_a_new_arrival_there) {
    const auto m = make_market<tournament_tree<4>, 2>();
    enter(*m, 0, 5);
    enter(*m, 1, 5);
    EXPECT_EQ(m->move(0, 0), status::ok) << "where it is: no new arrival";
    EXPECT_EQ(winner(m->decide(0, 0)), 0u);
    EXPECT_EQ(m->move(0, 1), status::ok);
    EXPECT_EQ(m->counts().lane(0).wins, 1u);
    m->charge(0, 3, 0);
    EXPECT_EQ(m->counts().lane(0).units, 3u) << "charged where it won";
    EXPECT_EQ(winner(m->decide(0, 0)), 1u) << "ties go to the lower lane";
    EXPECT_TRUE(m->auctions().lane(1).find(0));
    EXPECT_TRUE(m->check_invariants());
}

TEST(market, takes_bids_from_a_board_and_counts_what_it_refuses) {
    const auto m = make_market<tournament_tree<4>>();
    bid_board<4> board;
    for (agent_id id = 0; id < 4; ++id) board.admit(id);
    m->admit(0, {});
    m->wake(0, 0);
    board.submit({0, 7, 1});
    board.submit({3, 9, 1});
    EXPECT_EQ(m->take(board, 16), 2u);
    EXPECT_EQ(m->counts().refused(), 1u);
    EXPECT_EQ(m->counts().anomalies(), 0u);
    EXPECT_EQ(winner(m->decide(0, 0)), 0u);
}

TEST(market, remembers_its_decisions_and_how_long_winners_waited) {
    const auto m = make_market<tournament_tree<4>>();
    enter(*m, 0, 5);
    enter(*m, 1, 4);
    m->decide(0, 10 * ms);
    m->decide(0, 11 * ms);
    m->block(0);
    m->decide(0, 20 * ms);
    decision_record const& last = m->counts().last(0);
    EXPECT_EQ(last.agent, 1u);
    EXPECT_EQ(last.at_ns, 20 * ms);
    EXPECT_TRUE(last.switched);
    EXPECT_EQ(last.waited_ns, 20 * ms / 256 * 256);
    EXPECT_FALSE(m->counts().last(1).switched);
    EXPECT_EQ(m->counts().lane(0).waits_ns.count(), 2u);
    EXPECT_EQ(m->counts().lane(0).prices.count(), 3u);
    for (std::uint64_t n = 0; n < 2000; ++n) m->decide(0, (21 + n) * ms);
    EXPECT_EQ(m->counts().last(1023).at_ns, (21 + 1999 - 1023) * ms);
    m->block(1);
    m->decide(0, 0);
    EXPECT_EQ(m->counts().last(0).why, quiet::idle);
}

TEST(market, zeroed_memory_is_the_empty_market_and_a_copy_behaves_the_same) {
    using small = market<stratified_buckets<8>, 2, ledger<2>>;
    static_assert(std::is_trivially_copyable_v<small> && std::is_standard_layout_v<small>);
    alignas(small) static unsigned char bytes[sizeof(small)];
    small& m = *reinterpret_cast<small*>(bytes);  // static storage: all zeros
    EXPECT_TRUE(m.check_invariants());
    EXPECT_EQ(m.decide(0, 0).why, quiet::idle);
    ASSERT_EQ(m.admit(0, {1, 0, 1, false}), status::ok);
    ASSERT_EQ(m.wake(0, 0), status::ok);
    const auto copy = std::make_unique<small>(m);
    EXPECT_EQ(winner(copy->decide(0, 0)), 0u);
    EXPECT_EQ(winner(m.decide(0, 0)), 0u);
}

}  // namespace
}  // namespace maxwell::test
