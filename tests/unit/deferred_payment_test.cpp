// SPDX-License-Identifier: MIT
//
// deferred_payment: prices equal to brute force in the loop of a scheduler, the search for misreports that pay, and bad input.

#include "deviation/patient_reports.hpp"
#include "support/dice.hpp"
#include "support/patient_market.hpp"
#include "support/scale.hpp"

#include <maxwell/market/deferred_payment.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::optional<bid> nobody;
using small = deferred_payment<10, 8>;

TEST(deferred_payment, prices_equal_the_least_amount_that_would_have_been_served) {
    dice any(7);
    const auto payments = std::make_unique<small>();
    std::size_t tried = 0;
    for (std::uint32_t n = 0; tried < scaled(80'000); ++n) {
        const patient_market m = draw_patient_market(any, n % 2 != 0);
        const auto served = run_patient_market(m, *payments, n);
        ASSERT_EQ(served.size(), m.agents.size()) << "whoever was served owes, and nobody else";
        ASSERT_TRUE(payments->check_invariants());
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            const auto slot = slot_by_brute_force(m, i);
            ASSERT_EQ(served[i].has_value(), slot.has_value());
            if (!slot) continue;
            ASSERT_EQ(served[i]->slot, *slot);
            ASSERT_EQ(served[i]->due, due_by_brute_force(m, i)) << "market " << n << ", agent " << i;
            ++tried;
        }
    }
}

TEST(deferred_payment, order_survives_the_wrap_of_the_arrival_count) {
    dice any(8);
    for (std::uint32_t n = 0; n < 500; ++n) {
        small payments((n % 3 == 0 ? 0u : 1u << (28 + n % 3)) - any.below(8));
        const patient_market m = draw_patient_market(any, false);
        const auto served = run_patient_market(m, payments, n);
        for (std::size_t i = 0; i < m.agents.size(); ++i) {
            ASSERT_TRUE(!served.at(i) || served[i]->due == due_by_brute_force(m, i));
        }
    }
}

TEST(deferred_payment, a_runner_up_below_the_reserve_counts_as_none) {
    small p;
    p.enter(0);
    p.enter(1);
    EXPECT_EQ(p.sold(bid{0, 9, 1}, bid{1, 3, 1}, 5), status::ok);
    EXPECT_EQ(p.leave(0), 5u);
}

TEST(deferred_payment, no_misreport_of_value_arrival_or_departure_pays) {
    const patient_gains found = search_patient_reports(scaled(1'500), true);
    EXPECT_GT(found.agents, 0u);
    EXPECT_EQ(found.gain, 0u);
}

TEST(deferred_payment, the_critical_price_of_the_slot_rewards_misreports) {
    const patient_gains found = search_patient_reports(scaled(500), false);
    EXPECT_GT(10 * found.gain, found.agents);
}

/// Thousands of slots with a long backlog: the rings go round many times, and each price is that of the definition, computed from what
/// was recorded.
TEST(deferred_payment, long_lives_go_round_the_ring) {
    constexpr std::uint32_t agents = 64, horizon = 32;
    dice any(3);
    const auto payments = std::make_unique<deferred_payment<agents, horizon>>();
    patient_market m;
    const std::size_t slots = scaled(600) + 60;
    for (std::uint32_t t = 0; t < slots; ++t) {
        m.reserves.push_back(any.below(20));
        for (std::uint32_t n = any.below(3); n != 0; --n)
            m.agents.push_back({t, t + any.below(horizon), any.below(100)});
    }
    // Slots of the auction are used again: an agent takes one that is free when it arrives.
    std::vector<std::optional<std::size_t>> holder(agents);
    std::vector<std::uint32_t> generation(agents);
    std::vector<std::optional<price>> due(m.agents.size());
    tournament_tree<agents> auction;
    std::size_t next = 0;
    for (std::uint32_t t = 0; t < slots; ++t) {
        auction.update_price(m.reserves[t]);
        for (; next < m.agents.size() && m.agents[next].arrival == t; ++next) {
            const auto free = std::find(holder.begin(), holder.end(), std::nullopt);
            ASSERT_NE(free, holder.end());
            const auto slot = static_cast<std::uint32_t>(free - holder.begin());
            *free = next;
            ASSERT_EQ(payments->enter(make_agent_id(slot, generation[slot])), status::ok);
            auction.insert({make_agent_id(slot, generation[slot]), m.agents[next].amount, 1});
        }
        const auto won = auction.extract_max();
        const auto second = auction.top();
        ASSERT_EQ(payments->sold(won ? std::optional(won->winner) : nobody,
                                 won && second ? std::optional(second->winner) : nobody, m.reserves[t]),
                  status::ok);
        for (std::uint32_t slot = 0; slot < agents; ++slot) {
            if (!holder[slot] || m.agents[*holder[slot]].departure != t) continue;
            const agent_id id = make_agent_id(slot, generation[slot]++);
            auction.retire(id);
            due[*holder[slot]] = payments->leave(id);
            holder[slot].reset();
        }
        ASSERT_TRUE(payments->check_invariants());
    }
    EXPECT_EQ(payments->slots(), slots);
    // Brute force over all of it is quadratic: every seventh agent, in the market around it.
    std::size_t compared = 0;
    for (std::size_t i = 0; i < next; i += 7) {
        if (m.agents[i].departure >= slots) continue;
        const auto slot = slot_by_brute_force(m, i);
        ASSERT_EQ(due[i].has_value(), slot.has_value()) << i;
        if (!slot) continue;
        patient_market least = m;
        price low = 0, high = m.agents[i].amount;
        while (low < high) {
            least.agents[i].amount = (low + high) / 2;
            slot_by_brute_force(least, i) ? high = least.agents[i].amount : low = least.agents[i].amount + 1;
        }
        ASSERT_EQ(*due[i], high) << i;
        ++compared;
    }
    EXPECT_GT(compared, 5u);
}

TEST(deferred_payment, the_example_of_the_header) {
    small p;
    for (std::uint32_t slot = 0; slot < 5; ++slot) ASSERT_EQ(p.enter(slot), status::ok);
    const bid i = {0, 9, 1}, r = {1, 7, 1}, a = {2, 8, 1}, b = {3, 5, 1}, c = {4, 4, 1};
    ASSERT_EQ(p.sold(i, r, 0), status::ok);
    ASSERT_EQ(p.sold(a, r, 0), status::ok);
    ASSERT_EQ(p.sold(r, c, 0), status::ok);
    ASSERT_EQ(p.sold(b, c, 0), status::ok);
    EXPECT_EQ(p.leave(0), 4u) << "it arrived before c, so a tie is enough";
}

TEST(deferred_payment, alone_an_agent_owes_the_lowest_reserve_of_its_time) {
    small p;
    p.enter(3);
    const bid mine = {3, 50, 1};
    EXPECT_EQ(p.sold(mine, nobody, 40), status::ok);
    EXPECT_EQ(p.sold(nobody, nobody, 20), status::ok);
    EXPECT_EQ(p.sold(nobody, nobody, 30), status::ok);
    EXPECT_EQ(p.leave(3), 20u);
    EXPECT_EQ(p.leave(3), std::nullopt) << "it has left";
}

TEST(deferred_payment, an_agent_that_stays_too_long_owes_the_price_of_its_slot) {
    small p;
    p.enter(0);
    p.enter(1);
    p.sold(bid{0, 9, 1}, bid{1, 7, 1}, 0);
    for (std::size_t n = 0; n < small::horizon() - 1; ++n) p.sold(nobody, nobody, 3);
    small late = p;
    EXPECT_EQ(p.leave(0), 3u);
    late.sold(nobody, nobody, 3);
    EXPECT_EQ(late.leave(0), 7u);
    EXPECT_TRUE(late.check_invariants());
}

TEST(deferred_payment, a_displaced_agent_that_stays_too_long_is_nothing_to_newer_slots) {
    small p;
    p.enter(0);
    p.enter(1);
    p.sold(bid{0, 9, 1}, bid{1, 7, 1}, 0);
    for (std::size_t n = 0; n < small::horizon() - 1; ++n) p.sold(nobody, nobody, 3);
    p.enter(2);
    p.enter(3);
    p.sold(bid{2, 9, 1}, nobody, 5);  // where the ring had the slot that agent 1 was displaced in
    EXPECT_EQ(p.sold(bid{1, 7, 1}, bid{3, 2, 1}, 0), status::ok);
    EXPECT_EQ(p.leave(2), 5u);
    EXPECT_EQ(p.leave(1), 2u);
    EXPECT_TRUE(p.check_invariants());
}

TEST(deferred_payment, the_greatest_and_the_least_amounts_are_legal) {
    small p;
    p.enter(0);
    p.enter(1);
    p.sold(bid{0, ~0u, 1}, bid{1, ~0u, 1}, ~0u);
    EXPECT_EQ(p.leave(0), ~0u);
    p.sold(bid{1, ~0u, 1}, nobody, ~0u);
    EXPECT_EQ(p.leave(1), ~0u);
    p.enter(2);
    p.enter(3);
    p.sold(bid{2, 0, 1}, bid{3, 0, 1}, 0);
    EXPECT_EQ(p.leave(2), 0u);
    p.sold(bid{3, 0, 1}, nobody, 0);
    EXPECT_EQ(p.leave(3), 0u);
}

TEST(deferred_payment, requests_that_cannot_be_meant_change_nothing) {
    small p;
    ASSERT_EQ(p.enter(make_agent_id(0, 2)), status::ok);
    ASSERT_EQ(p.enter(1), status::ok);
    const bid mine = {make_agent_id(0, 2), 9, 1}, other = {1, 7, 1};
    const small before = p;
    EXPECT_EQ(p.enter(10), status::unknown_agent);
    EXPECT_EQ(p.enter(~agent_id{0}), status::unknown_agent);
    EXPECT_EQ(p.enter(make_agent_id(0, 1)), status::stale_agent);
    EXPECT_EQ(p.enter(make_agent_id(0, 2)), status::stale_agent) << "it is inside";
    EXPECT_EQ(p.sold(nobody, other, 0), status::no_bid);
    EXPECT_EQ(p.sold(mine, mine, 0), status::no_bid);
    EXPECT_EQ(p.sold(other, mine, 0), status::no_bid) << "the runner-up would have won";
    EXPECT_EQ(p.sold(mine, other, 10), status::no_bid) << "below the reserve";
    EXPECT_EQ(p.sold(bid{2, 9, 1}, nobody, 0), status::unknown_agent);
    EXPECT_EQ(p.sold(mine, bid{make_agent_id(1, 7), 1, 1}, 0), status::unknown_agent);
    EXPECT_EQ(p.sold(bid{10, 9, 1}, nobody, 0), status::unknown_agent);
    EXPECT_EQ(p.leave(10), std::nullopt);
    EXPECT_EQ(p.leave(make_agent_id(0, 1)), std::nullopt);
    EXPECT_EQ(std::memcmp(&before, &p, sizeof p), 0);
    EXPECT_EQ(p.sold(mine, other, 0), status::ok);
    EXPECT_EQ(p.sold(mine, nobody, 0), status::no_bid) << "served before";
    EXPECT_EQ(p.leave(mine.agent), 7u);
    EXPECT_EQ(p.leave(other.agent), std::nullopt) << "not served";
}

}  // namespace
}  // namespace maxwell::test
