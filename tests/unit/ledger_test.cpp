// SPDX-License-Identifier: MIT
//
// ledger: every rule of the header by itself, and long random lives of many accounts against a reference in wide integers.

#include "support/dice.hpp"
#include "support/reference_account.hpp"
#include "support/scale.hpp"

#include <maxwell/market/ledger.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t greatest = ~std::uint64_t{0};
constexpr account_terms terms = {/*refill_per_ms*/ 1000, /*max_balance*/ 50'000, /*fee*/ 5'000};

ledger<4> opened_at(std::uint64_t now_ns) {
    ledger<4> books;
    books.open(1, terms, now_ns);
    return books;
}

TEST(ledger, an_account_begins_with_the_cap_less_the_fee) {
    const auto books = opened_at(7 * ms);
    EXPECT_TRUE(books.is_open(1));
    EXPECT_EQ(books.balance(1), 45'000u);
    EXPECT_EQ(books.revenue(), 5'000u);
    EXPECT_EQ(books.opened(), 50'000u);
    EXPECT_TRUE(books.check_invariants());
}

TEST(ledger, time_refills_up_to_the_cap_and_the_rest_is_forfeited) {
    auto books = opened_at(7 * ms);
    books.refill(1, 9 * ms);
    EXPECT_EQ(books.balance(1), 47'000u);
    books.refill(1, 107 * ms);
    EXPECT_EQ(books.balance(1), 50'000u);
    EXPECT_EQ(books.refilled(), 100'000u);
    EXPECT_EQ(books.forfeited(), 95'000u);
}

/// One credit a millisecond, looked at every nanosecond number that is awkward: no fraction is lost, none is made.
TEST(ledger, the_steps_in_which_time_goes_by_do_not_matter) {
    for (std::uint64_t step_ns : {1u, 7u, 999u, 333'333u, 999'999u, 1'000'001u, 5'000'007u}) {
        ledger<1> books;
        ASSERT_TRUE(books.open(0, {3, 1'000'000, 1'000'000}, 0));
        std::uint64_t now_ns = 0;
        for (int n = 0; n < 2000; ++n) books.refill(0, now_ns += step_ns);
        EXPECT_EQ(books.balance(0), 3 * now_ns / ms) << step_ns;
    }
}

TEST(ledger, a_clock_that_goes_back_brings_nothing_and_costs_nothing) {
    auto books = opened_at(100 * ms);
    books.refill(1, 99 * ms);
    books.refill(1, 0);
    books.refill(1, greatest);
    EXPECT_EQ(books.balance(1), 45'000u);
    books.refill(1, 101 * ms);
    EXPECT_EQ(books.balance(1), 46'000u) << "the time up to which it was refilled stayed";
}

TEST(ledger, a_clock_that_wraps_goes_on) {
    auto books = opened_at(greatest - ms + 1);
    books.refill(1, ms);
    EXPECT_EQ(books.balance(1), 47'000u);
}

TEST(ledger, the_longest_time_at_the_highest_rate_fills_the_account) {
    ledger<2> books;
    ASSERT_TRUE(books.open(0, {account_terms::max_refill_per_ms, greatest, greatest}, 0));
    EXPECT_EQ(books.balance(0), 0u);
    books.refill(0, greatest / 2);
    EXPECT_EQ(books.balance(0), greatest);
    books.refill(0, greatest / 2 + 3 * ms);
    EXPECT_EQ(books.balance(0), greatest);
    EXPECT_TRUE(books.check_invariants());
}

TEST(ledger, an_unbacked_bid_is_lowered_to_what_the_balance_pays) {
    auto books = opened_at(0);
    EXPECT_EQ(books.backed(1, {0, 45, 1000}, 0), 45u);
    EXPECT_EQ(books.backed(1, {0, 46, 1000}, 0), 45u);
    EXPECT_EQ(books.backed(1, {0, 46, 1000}, ms), 46u) << "refills first";
    EXPECT_EQ(books.backed(1, {0, ~0u, ~0u}, ms), 0u);
    EXPECT_EQ(books.backed(1, {0, ~0u, 0}, ms), ~0u) << "a bid of no units withdraws, so nothing is due";
    EXPECT_EQ(books.backed(1, {0, 0, ~0u}, ms), 0u);
}

TEST(ledger, a_backed_bid_can_be_paid_in_full) {
    dice any(3);
    for (std::size_t n = 0; n < scaled(100'000); ++n) {
        ledger<1> books;
        const std::uint64_t balance = std::uint64_t{any()} << any.below(28);
        ASSERT_TRUE(books.open(0, {0, balance, 0}, 0));
        const bid offer = {0, any() >> any.below(32), any() >> any.below(32)};
        const price at = books.backed(0, offer, 0);
        ASSERT_LE(at, offer.amount);
        const std::uint64_t due = std::uint64_t{at} * offer.units;
        ASSERT_LE(due, balance);
        ASSERT_TRUE(at == offer.amount || due + offer.units > balance) << "a tick more would be backed too";
        ASSERT_EQ(books.debit(0, offer.units, at), due);
    }
}

TEST(ledger, a_debit_takes_units_times_price_or_what_is_there) {
    auto books = opened_at(0);
    EXPECT_EQ(books.debit(1, 100, 400), 40'000u);
    EXPECT_EQ(books.debit(1, 100, 400), 5'000u);
    EXPECT_EQ(books.debit(1, 100, 400), 0u);
    EXPECT_EQ(books.revenue(), 50'000u);
    books.refill(1, ms);
    EXPECT_EQ(books.debit(1, greatest, ~0u), 1'000u) << "a product that no word holds is more than any balance";
    EXPECT_TRUE(books.check_invariants());
}

TEST(ledger, a_closed_account_forfeits_its_balance_and_can_be_opened_again) {
    auto books = opened_at(0);
    EXPECT_TRUE(books.close(1));
    EXPECT_FALSE(books.is_open(1));
    EXPECT_EQ(books.forfeited(), 45'000u);
    EXPECT_EQ(books.balances(), 0u);
    EXPECT_TRUE(books.open(1, {1, 10, 0}, 900 * ms));
    EXPECT_EQ(books.balance(1), 10u);
    EXPECT_TRUE(books.check_invariants());
}

TEST(ledger, what_is_not_open_has_nothing_and_changes_nothing) {
    auto books = opened_at(0);
    const auto before = books;
    for (std::uint32_t account : {0u, 2u, 4u, 5u, ~0u}) {
        EXPECT_FALSE(books.is_open(account));
        EXPECT_EQ(books.balance(account), 0u);
        EXPECT_EQ(books.backed(account, {0, 9, 9}, 5 * ms), 0u);
        EXPECT_EQ(books.debit(account, 1, 1), 0u);
        EXPECT_FALSE(books.close(account));
        books.refill(account, 5 * ms);
    }
    EXPECT_EQ(std::memcmp(&before, &books, sizeof books), 0);
}

TEST(ledger, terms_that_cannot_be_kept_are_refused) {
    auto books = opened_at(0);
    const auto before = books;
    EXPECT_FALSE(books.open(1, terms, 0)) << "open already";
    EXPECT_FALSE(books.open(4, terms, 0)) << "not below capacity()";
    EXPECT_FALSE(books.open(0, {1, 10, 11}, 0)) << "a fee above the cap";
    EXPECT_FALSE(books.open(0, {account_terms::max_refill_per_ms + 1, 10, 0}, 0));
    EXPECT_EQ(std::memcmp(&before, &books, sizeof books), 0);
}

TEST(ledger, zeroed_memory_is_the_ledger_without_accounts) {
    ledger<3> books;
    std::memset(static_cast<void*>(&books), 0, sizeof books);
    EXPECT_EQ(std::memcmp(std::make_unique<ledger<3>>().get(), &books, sizeof books), 0);
    EXPECT_TRUE(books.check_invariants());
    EXPECT_TRUE(books.open(2, terms, 0));
}

TEST(ledger, random_lives_equal_the_reference_and_conserve_credits) {
    constexpr std::uint32_t accounts = 6;
    dice any(12);
    for (std::size_t life = 0; life < scaled(400); ++life) {
        ledger<accounts> books;
        std::vector<reference_account> expected(accounts);
        std::uint64_t now_ns = 0, opened = 0, paid = 0;
        for (int step = 0; step < 300; ++step) {
            const std::uint32_t account = any.below(accounts);
            reference_account& mine = expected[account];
            now_ns += std::uint64_t{any()} >> any.below(32) << any.below(12);
            switch (any.below(5)) {
                case 0:
                    if (any.below(4) == 0 && mine.open) {
                        ASSERT_TRUE(books.close(account));
                        mine = {};
                    } else {
                        const std::uint64_t cap = std::uint64_t{any()} >> any.below(32) << any.below(33);
                        const std::uint64_t fee = cap / (1 + any.below(4));
                        const std::uint64_t rate = std::uint64_t{any()} >> any.below(32) << any.below(9);
                        ASSERT_EQ(books.open(account, {rate, cap, fee}, now_ns), !mine.open);
                        if (mine.open) break;
                        mine = {true, reference_account::wide{cap - fee} * reference_account::whole, rate, cap, now_ns};
                        opened += cap;
                        paid += fee;
                    }
                    break;
                case 1: {
                    const std::uint64_t seen_ns = any.below(3) == 0 ? now_ns / 2 : now_ns;
                    books.refill(account, seen_ns);
                    if (mine.open) mine.refill(seen_ns);
                    break;
                }
                case 2: {
                    const bid offer = {0, any() >> any.below(32), any() >> any.below(32)};
                    if (mine.open) mine.refill(now_ns);
                    const std::uint64_t each =
                        !mine.open         ? 0
                        : offer.units == 0 ? offer.amount
                                           : std::min<std::uint64_t>(offer.amount, mine.balance() / offer.units);
                    ASSERT_EQ(books.backed(account, offer, now_ns), each);
                    break;
                }
                default: {
                    const std::uint64_t units = any() >> any.below(32);
                    const price each = any() >> any.below(32);
                    const std::uint64_t due = std::min<std::uint64_t>(units * each, mine.open ? mine.balance() : 0);
                    ASSERT_EQ(books.debit(account, units, each), due);
                    mine.pay(due);
                    paid += due;
                }
            }
            std::uint64_t balances = 0;
            for (std::uint32_t a = 0; a < accounts; ++a) {
                ASSERT_EQ(books.balance(a), expected[a].balance());
                balances += expected[a].balance();
            }
            ASSERT_EQ(books.opened(), opened);
            ASSERT_EQ(books.revenue(), paid);
            ASSERT_EQ(books.balances(), balances);
            ASSERT_EQ(opened + books.refilled(), balances + paid + books.forfeited());
            ASSERT_TRUE(books.check_invariants());
        }
    }
}

TEST(free_of_charge, lowers_no_bid_and_takes_nothing) {
    free_of_charge none;
    EXPECT_TRUE(none.open(7, terms, 0) && none.is_open(7) && none.close(7));
    EXPECT_EQ(none.backed(7, {0, ~0u, ~0u}, 0), ~0u);
    EXPECT_EQ(none.debit(7, 1000, 1000), 0u);
    EXPECT_EQ(none.revenue(), 0u);
}

}  // namespace
}  // namespace maxwell::test
