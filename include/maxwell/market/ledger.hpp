// SPDX-License-Identifier: MIT
//
// ledger: what each account may spend, in credits that the host gives out by time.
//
// Critical prices make truth the best bid only where payments cost something. A credit is one tick for one unit. An account gets
// credits at a constant rate, up to a hoarding cap; its agents' awards are debited by the units used; and a bid counts for no
// more than its account can pay. Credits are refilled when the account is next looked at, so no call passes over all accounts.
//
//     opened ───────┐                        ┌──▶ revenue     fees, and units used times price
//                   ├──▶ balances ───────────┤
//     refilled ─────┘    at most max_balance └──▶ forfeited   refills above the cap, balances of closed accounts
//
//     bid                amount * units <= balance: as it is.     Otherwise: balance / units, rounded down
//
// Several agents can share an account. Each bid is then backed by the whole balance, and so is each processor's running award: the
// last debits can find less than is due, and then take the rest.
//
// Invariants
//   1. opened + refilled == balances + revenue + forfeited, modulo 2^64, after every call.
//   2. No balance exceeds its account's max_balance. A closed account has no balance.
//   3. The all-zero object is the ledger without an open account.
//
//     operation       cost   why
//     open, close     O(1)   one account
//     backed          O(1)   a refill, a product; a division where the balance is too small
//     refill, debit   O(1)   products; time is divided by a constant only
//
// A budget that binds changes what is best over time: an agent that will run out of credits gains by bidding less than its value
// now (a factor on its bids is what pacer.hpp computes). Within one quantum truth stays dominant: what a bid is lowered to depends
// on the account alone, and the winner pays no more than that.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// The terms of an account.
struct account_terms {
    std::uint64_t refill_per_ms;  ///< credits each millisecond, at most max_refill_per_ms
    std::uint64_t max_balance;    ///< the hoarding cap, in credits; an account begins with this much, less the fee
    std::uint64_t fee;            ///< taken at opening, at most max_balance: the cost of a new identity

    static constexpr std::uint64_t max_refill_per_ms = std::uint64_t{1} << 40;
};

template <std::size_t Accounts>
class ledger {
    static_assert(Accounts > 0 && Accounts <= (std::size_t{1} << 24), "an account is indexed as an agent's slot is");

public:
    /// The number of accounts that can be open at a time: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Accounts; }

    /// Is `account` open? False for an account at or above capacity(). O(1).
    constexpr bool is_open(std::uint32_t account) const noexcept {
        return account < Accounts && accounts_[account].open;
    }

    /// Credits that `account` had when it was last refilled or debited; 0 if it isn't open. O(1).
    constexpr std::uint64_t balance(std::uint32_t account) const noexcept {
        return is_open(account) ? accounts_[account].balance : 0;
    }

    /// Credits of all accounts together.
    constexpr std::uint64_t balances() const noexcept { return balances_; }

    /// Credits that accounts were opened with, fees included.
    constexpr std::uint64_t opened() const noexcept { return opened_; }

    /// Credits that time has brought, forfeited ones included.
    constexpr std::uint64_t refilled() const noexcept { return refilled_; }

    /// Credits that were paid: fees and debits.
    constexpr std::uint64_t revenue() const noexcept { return revenue_; }

    /// Credits that were lost: refills above a hoarding cap, and balances of accounts that were closed.
    constexpr std::uint64_t forfeited() const noexcept { return forfeited_; }

    /// Opens `account`, whose time begins at `now_ns`. Returns false and changes nothing if the account is not below capacity() or
    /// is open already, or if the terms exceed max_refill_per_ms or ask for a fee above max_balance. O(1).
    constexpr bool open(std::uint32_t account, account_terms const& terms, std::uint64_t now_ns) noexcept {
        if (account >= Accounts || accounts_[account].open) return false;
        if (terms.refill_per_ms > account_terms::max_refill_per_ms || terms.fee > terms.max_balance) return false;
        account_state& to = accounts_[account];
        to = {terms.max_balance - terms.fee, terms.max_balance, terms.refill_per_ms, now_ns, 0, true};
        opened_ += terms.max_balance;
        revenue_ += terms.fee;
        balances_ += to.balance;
        MAXWELL_ASSERT(conserves());
        return true;
    }

    /// Closes `account`; its balance is forfeited. Returns false and changes nothing if it isn't open. O(1).
    constexpr bool close(std::uint32_t account) noexcept {
        if (!is_open(account)) return false;
        forfeited_ += accounts_[account].balance;
        balances_ -= accounts_[account].balance;
        accounts_[account] = {};
        MAXWELL_ASSERT(conserves());
        return true;
    }

    /// Brings `account` up to `now_ns`: adds what its rate has brought since it was last refilled, whatever the steps in which
    /// time went by. Changes nothing if the account isn't open or the clock went back. O(1).
    constexpr void refill(std::uint32_t account, std::uint64_t now_ns) noexcept {
        if (is_open(account)) refill(accounts_[account], now_ns);
    }

    /// What `offer` counts for at `now_ns`, in ticks per unit: its amount, or what the balance pays for each of its units if that
    /// is less. Refills the account first. Returns 0 if the account isn't open. A bid of no units is not lowered. O(1).
    constexpr price backed(std::uint32_t account, bid const& offer, std::uint64_t now_ns) noexcept {
        if (!is_open(account)) return 0;
        refill(accounts_[account], now_ns);
        return backed_by(accounts_[account].balance, offer);
    }

    /// The same with the balance as it is, without a refill. O(1).
    constexpr price backed(std::uint32_t account, bid const& offer) const noexcept {
        return backed_by(balance(account), offer);
    }

    /// Prefetches the account's cache line, for a call of backed() soon. Any `account` is allowed. Changes nothing. O(1).
    void prefetch(std::uint32_t account) const noexcept {
        if (account < Accounts) maxwell::prefetch_for_write(&accounts_[account]);
    }

    /// Takes `units` times `each` from `account`, or its whole balance if that is less. Returns what was paid; 0 if the account
    /// isn't open. `units` are those used, not those asked for. O(1).
    constexpr std::uint64_t debit(std::uint32_t account, std::uint64_t units, price each) noexcept {
        if (!is_open(account)) return 0;
        account_state& a = accounts_[account];
        std::uint64_t due = 0;
        if (__builtin_mul_overflow(units, std::uint64_t{each}, &due) || due > a.balance) due = a.balance;
        a.balance -= due;
        balances_ -= due;
        revenue_ += due;
        MAXWELL_ASSERT(conserves());
        return due;
    }

    /// Do the invariants hold? Adds up all balances: O(Accounts); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        std::uint64_t sum = 0;
        for (account_state const& a : accounts_) {
            if (a.balance > a.max_balance || a.millionths >= ns_per_ms || (!a.open && a.max_balance != 0)) return false;
            sum += a.balance;
        }
        return sum == balances_ && conserves();
    }

private:
    static constexpr std::uint64_t ns_per_ms = 1'000'000;

    struct account_state {
        std::uint64_t balance;
        std::uint64_t max_balance;
        std::uint64_t refill_per_ms;
        std::uint64_t refilled_ns;  ///< up to when time has brought credits
        std::uint32_t millionths;   ///< of a credit, brought by then beyond the whole ones
        bool open;
    };

    /// refill() for an open account.
    constexpr void refill(account_state& a, std::uint64_t now_ns) noexcept {
        const std::uint64_t elapsed_ns = now_ns - a.refilled_ns;
        if (elapsed_ns == 0 || elapsed_ns > ~std::uint64_t{0} / 2) return;
        a.refilled_ns = now_ns;
        std::uint64_t parts = 0;  // millionths
        std::uint64_t accrued = 0;
        if (!__builtin_mul_overflow(a.refill_per_ms, elapsed_ns, &parts) &&
            !__builtin_add_overflow(parts, a.millionths, &parts)) {
            accrued = parts / ns_per_ms;
            a.millionths = static_cast<std::uint32_t>(parts % ns_per_ms);
        } else {  // a product of more than 64 bits: whole milliseconds by themselves
            parts = a.refill_per_ms * (elapsed_ns % ns_per_ms) + a.millionths;  // below 2^60
            if (__builtin_mul_overflow(a.refill_per_ms, elapsed_ns / ns_per_ms, &accrued) ||
                __builtin_add_overflow(accrued, parts / ns_per_ms, &accrued)) {
                accrued = ~std::uint64_t{0};  // more than any cap has room for
            }
            a.millionths = static_cast<std::uint32_t>(parts % ns_per_ms);
        }
        const std::uint64_t room = a.max_balance - a.balance;
        const std::uint64_t added = accrued < room ? accrued : room;
        a.balance += added;
        balances_ += added;
        refilled_ += accrued;
        forfeited_ += accrued - added;
        MAXWELL_ASSERT(conserves() && a.balance <= a.max_balance);
    }

    /// backed() for an account that has these funds.
    static constexpr price backed_by(std::uint64_t funds, bid const& offer) noexcept {
        if (std::uint64_t{offer.amount} * offer.units <= funds) return offer.amount;
        return static_cast<price>(funds / offer.units);  // below the amount: the product exceeds the funds
    }

    constexpr bool conserves() const noexcept { return opened_ + refilled_ == balances_ + revenue_ + forfeited_; }

    account_state accounts_[Accounts] = {};
    std::uint64_t balances_ = 0;
    std::uint64_t opened_ = 0;
    std::uint64_t refilled_ = 0;
    std::uint64_t revenue_ = 0;
    std::uint64_t forfeited_ = 0;
};

/// The ledger of a market without payments: every account is open, no bid is lowered, and a debit takes nothing.
struct free_of_charge {
    static constexpr bool is_open(std::uint32_t) noexcept { return true; }
    static constexpr std::uint64_t balance(std::uint32_t) noexcept { return 0; }
    static constexpr std::uint64_t balances() noexcept { return 0; }
    static constexpr std::uint64_t opened() noexcept { return 0; }
    static constexpr std::uint64_t refilled() noexcept { return 0; }
    static constexpr std::uint64_t revenue() noexcept { return 0; }
    static constexpr std::uint64_t forfeited() noexcept { return 0; }
    static constexpr bool open(std::uint32_t, account_terms const&, std::uint64_t) noexcept { return true; }
    static constexpr bool close(std::uint32_t) noexcept { return true; }
    static constexpr void refill(std::uint32_t, std::uint64_t) noexcept {}
    static constexpr price backed(std::uint32_t, bid const& offer) noexcept { return offer.amount; }
    static constexpr price backed(std::uint32_t, bid const& offer, std::uint64_t) noexcept { return offer.amount; }
    static constexpr std::uint64_t debit(std::uint32_t, std::uint64_t, price) noexcept { return 0; }
    static void prefetch(std::uint32_t) noexcept {}
    static constexpr bool check_invariants() noexcept { return true; }
};

static_assert(std::is_trivially_copyable_v<ledger<1>> && std::is_standard_layout_v<ledger<1>>);
static_assert(sizeof(ledger<2>) == 2 * 40 + 5 * 8);

}  // namespace maxwell
