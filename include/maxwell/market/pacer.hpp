// SPDX-License-Identifier: MIT
//
// pacer: a factor on each tenant's bids, so that its budget lasts.
//
// A tenant with a budget over seconds or minutes that bids its values spends it early and is absent later. Bidding a constant
// fraction of every value is better for it, and the right fraction needn't be known: the pacer moves it each period, down where
// more than the period's budget was spent and up where less was (Balseiro and Gur 2019; the step in proportion to the factor
// itself is that of dual mirror descent, Balseiro, Lu and Mirrokni 2023).
//
//     error = (budget - spent) / budget, within -1 .. 1
//
//     factor     1 |________                       never above 1: a tenant whose budget doesn't bind bids its values
//                  |        \      ______
//                  |         \____/      \____     spends at its budget's rate
//                  |_________________________      never below 1 / 1,024
//                    period  |  each: factor * (1 + 3/8 error), or factor / (1 + 3/8 -error)
//
// Invariants
//   1. Every factor is between 1 / 1,024 and 1.
//   2. The all-zero object has a factor of 1 for each tenant: what is stored is how far a factor is below 1.
//
//     operation          cost         why
//     factor_q16, spent  O(1)         a load and a shift; an addition
//     end_period         O(Tenants)   two divisions each, once in 100 to 500 ms
//
// What it does to truth. Within a period the factor doesn't depend on the period's bids, so for that factor truth is the best
// report. Over time it does: a tenant's factor follows what the tenant spent, and so do its rivals' factors and with them the prices it
// meets. Pacing is asymptotically optimal for a tenant whose values are drawn anew each time; no dominant strategy follows from that.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// `amount` times a factor in Q16 (65536 is 1), rounded down: what a paced tenant's bid counts for. `factor_q16` is at most 65536,
/// so the result is never above `amount`. O(1).
constexpr price paced(price amount, std::uint32_t factor_q16) noexcept {
    return static_cast<price>(std::uint64_t{amount} * factor_q16 >> 16);
}

template <std::size_t Tenants>
class pacer {
    static_assert(Tenants > 0 && Tenants <= 65536, "a period ends in one pass over all tenants");

public:
    /// Tenants in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Tenants; }

    /// The factor on the bids of `tenant`, in Q16: from 64 to 65536, which is 1. 65536 for a tenant at or above capacity(). O(1).
    constexpr std::uint32_t factor_q16(std::uint32_t tenant) const noexcept {
        return tenant < Tenants ? static_cast<std::uint32_t>((whole_q32 - below_one_q32_[tenant]) >> 16) : 65536;
    }

    /// `tenant` has paid `credits`. A sum above 2^64 - 1 counts as that; a tenant at or above capacity() changes nothing. O(1).
    constexpr void spent(std::uint32_t tenant, std::uint64_t credits) noexcept {
        if (tenant >= Tenants) return;
        if (__builtin_add_overflow(spent_[tenant], credits, &spent_[tenant])) spent_[tenant] = ~std::uint64_t{0};
    }

    /// Ends the period: moves each factor by what was spent against `budgets`, the period's credits of each tenant. A budget of 0
    /// lowers the factor if anything was spent, and else keeps it. Returns false and changes nothing if there isn't one budget for
    /// each tenant. Call it each 100 to 500 ms: a period must be long enough for many awards. Where an account backs the bids, take a
    /// little less than its refill, 15/16: an empty account caps what is spent at the refill, so too much would never be seen. O(Tenants).
    constexpr bool end_period(view<std::uint64_t const> budgets) noexcept {
        if (budgets.size() != Tenants) return false;
        for (std::size_t t = 0; t < Tenants; ++t) {
            const std::uint64_t factor = whole_q32 - below_one_q32_[t];
            below_one_q32_[t] = whole_q32 - moved(factor, spent_[t], budgets[t]);
            spent_[t] = 0;
        }
        return true;
    }

    /// Does invariant 1 hold? O(Tenants); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        for (std::uint64_t below : below_one_q32_) {
            if (below > whole_q32 - min_q32) return false;
        }
        return true;
    }

private:
    static constexpr std::uint64_t whole_q32 = std::uint64_t{1} << 32;
    static constexpr std::uint64_t min_q32 = whole_q32 / 1024;

    /// The next period's factor, in Q32 so that small errors move small factors too.
    static constexpr std::uint64_t moved(std::uint64_t factor, std::uint64_t spent, std::uint64_t budget) noexcept {
        const bool less = spent <= budget;
        const std::uint64_t step = 65536 + share_q16(less ? budget - spent : spent - budget, budget) * 3 / 8;
        const std::uint64_t next = less ? (factor * step) >> 16 : (factor << 16) / step;  // below 2^50
        return next > whole_q32 ? whole_q32 : next < min_q32 ? min_q32 : next;
    }

    /// part / of in Q16, at most 1; 0 if both are 0.
    static constexpr std::uint64_t share_q16(std::uint64_t part, std::uint64_t of) noexcept {
        if (part >= of) return part == 0 ? 0 : 65536;
        const std::uint64_t share = of >> 32 == 0 ? (part << 16) / of : part / (of >> 16);
        return share < 65536 ? share : 65536;  // the second division rounds `of` down
    }

    std::uint64_t below_one_q32_[Tenants] = {};  ///< 1 - factor
    std::uint64_t spent_[Tenants] = {};
};

static_assert(std::is_trivially_copyable_v<pacer<1>> && std::is_standard_layout_v<pacer<1>>);
static_assert(sizeof(pacer<4>) == 64);

}  // namespace maxwell
