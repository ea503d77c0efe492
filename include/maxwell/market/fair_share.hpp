// SPDX-License-Identifier: MIT
//
// fair_share: the bid of an agent that doesn't bid itself: the further it is behind its share, the more it bids.
//
//     lag      entitled less used. An agent of weight w is entitled to w / W of the time that all sharers use while it is
//              active, W being the weights of all active sharers
//     amount   low + lag * ticks_per_unit, within [low, low + span]
//
//     clock_     +used / W for each charge                       the time that a weight of 1 is entitled to (virtual time)
//     share      weight, lag as of `clock`, `clock`              lag now = lag + weight * (clock_ - clock)
//
// No money moves: sharers bid for order and pay nothing. Shares come from time used, never from payments: a balance as the bid, spent
// at critical prices, is off by 32 % of the share at 100 Zipf weights. The bid in an auction was made some quanta ago, so it is
// renewed in rotation, a few agents a quantum (next_stale).
//
// Agents that pay bid above `low` and then pay critical prices, so a unit of time costs them `low` at least while a sharer
// waits. They can't use more time than their credits buy: max_paid_share_q16() is the bound on how far sharers starve.
//
// When an agent leaves, blocked or for good, the others take over its lag by their weights, and give it back when it returns;
// so blocking neither gains time nor loses it (Stoica et al. 1996; Linux's EEVDF).
//
// Invariants
//   1. The lags of all active agents and `rest_` add up to 0, in 2^-20 of a unit. So the agent that lacks most bids at least `low`.
//   2. active_ holds exactly the slots whose share is active; weight_ is the sum of their weights.
//   3. The all-zero object has no sharers, and all bid 0: without terms sharers run in turn.
//
//     operation               cost   why
//     amount, lag             O(1)   a multiplication
//     used, enter, leave      O(1)   a division
//     next_stale              O(1)   a bitmap of constant depth
//     memory                  24 B and a bit per agent

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/rotation.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// How sharers bid.
struct share_terms {
    price low = 0;                     ///< what a sharer bids that lacks nothing; bids of agents that pay belong above
    price span = 0;                    ///< the greatest bid is low + span
    std::uint32_t ticks_per_unit = 1;  ///< added for each unit that an agent lacks
};

template <std::size_t Agents>
class fair_share {
public:
    static constexpr std::uint32_t max_weight = 65535;
    static constexpr std::uint32_t max_used = std::uint32_t{1} << 30;  ///< units that one charge counts for at most

    /// The number of slots: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// How sharers bid from their next renewal on. A span that leads above the greatest price ends there.
    constexpr void terms(share_terms const& t) noexcept {
        terms_ = t;
        if (t.span > ~price{0} - t.low) terms_.span = ~price{0} - t.low;
    }
    constexpr share_terms const& terms() const noexcept { return terms_; }

    /// Does `slot` take part in the rotation? False for a slot at or above capacity(). O(1).
    constexpr bool active(std::uint32_t slot) const noexcept { return active_.contains(slot); }

    /// Active sharers' weights.
    constexpr std::uint64_t weights() const noexcept { return weight_; }

    /// The weight with which the agent of `slot` was begun.
    constexpr std::uint32_t weight(std::uint32_t slot) const noexcept {
        MAXWELL_ASSERT(slot < Agents);
        return share_[slot].weight;
    }

    /// What the agent of `slot` lacks of its share, in units; less than 0 for one that had more. O(1).
    constexpr std::int64_t lag(std::uint32_t slot) const noexcept {
        MAXWELL_ASSERT(slot < Agents);
        return lag_now(slot) >> fraction_bits;
    }

    /// What the agent of `slot` bids now. O(1).
    constexpr price amount(std::uint32_t slot) const noexcept {
        const std::int64_t lacks = lag(slot);
        if (lacks <= 0) return terms_.low;
        const auto units = static_cast<std::uint64_t>(lacks < max_lag ? lacks : max_lag);
        const std::uint64_t more = units * terms_.ticks_per_unit;
        return terms_.low + static_cast<price>(more < terms_.span ? more : terms_.span);
    }

    /// A new agent has `slot`: it lacks nothing, and is not active. A weight of 0 counts as 1, one above max_weight as that. O(1).
    constexpr void begin(std::uint32_t slot, std::uint32_t weight) noexcept {
        MAXWELL_ASSERT(slot < Agents && !active(slot));
        share_[slot] = {0, 0, weight == 0 ? 1 : weight < max_weight ? weight : max_weight};
    }

    /// The agent of `slot` wants to run: from now on it is entitled to its share. O(1).
    constexpr void enter(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(slot < Agents);
        if (active(slot)) return;
        share& s = share_[slot];
        if (weight_ == 0)
            s.lag = 0;  // no other sharer is active to take over a lag
        else
            settle(-s.lag);
        s.clock = clock_;
        weight_ += s.weight;
        active_.set(slot);
    }

    /// The agent of `slot` doesn't want to run: what it lacks is kept for its return. O(1).
    constexpr void leave(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(slot < Agents);
        if (!active(slot)) return;
        share& s = share_[slot];
        s.lag = lag_now(slot);
        weight_ -= s.weight;
        active_.clear(slot);
        if (weight_ == 0)
            rest_ = 0;
        else
            settle(s.lag);
    }

    /// The agent of `slot` has used `units`, at most max_used of which count. O(1).
    constexpr void used(std::uint32_t slot, std::uint64_t units) noexcept {
        MAXWELL_ASSERT(slot < Agents);
        const auto units_q20 = static_cast<std::int64_t>(units < max_used ? units : max_used) << fraction_bits;
        share_[slot].lag -= units_q20;
        if (active(slot)) settle(units_q20);
    }

    /// The slot whose bid to renew next: all active slots in turn; capacity() if there are none. O(1).
    constexpr std::uint32_t next_stale() noexcept { return active_.next(); }

    /// At most this share of the machine's time, in 2^-16, goes to agents that pay while a sharer waits, if they are refilled with
    /// `refill_per_ms` credits in all, `units_per_ms` is the machine's time, and a unit costs them `floor` at least. That is
    /// terms().low with equal multipliers and no bonus; for tiers the lower edge of its tier. 65536: no bound. O(1).
    static constexpr std::uint32_t max_paid_share_q16(std::uint64_t refill_per_ms, std::uint32_t units_per_ms,
                                                      price floor) noexcept {
        const std::uint64_t dearest = std::uint64_t{units_per_ms} * floor;
        if (refill_per_ms >= dearest) return 65536;
        const int down = dearest >> 48 != 0 ? 16 : 0;  // so that the product below has room
        return static_cast<std::uint32_t>(((refill_per_ms >> down) << 16) / (dearest >> down)) + (down != 0 ? 1 : 0);
    }

    /// Do the invariants hold? O(Agents); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        std::int64_t lags = 0;
        std::uint64_t weights = 0;
        for (std::uint32_t slot = 0; slot < Agents; ++slot) {
            if (!active(slot)) continue;
            lags += lag_now(slot);
            weights += share_[slot].weight;
        }
        return active_.check_invariants() && weights == weight_ && lags + rest_ == 0;
    }

private:
    static constexpr int fraction_bits = 20;
    static constexpr std::int64_t max_lag = std::int64_t{1} << 32;  ///< so that a product with ticks_per_unit has room

    struct share {
        std::int64_t lag;     ///< in 2^-20 of a unit, as of `clock`; while inactive as it was
        std::uint64_t clock;  ///< clock_ when `lag` was right
        std::uint32_t weight;
    };

    constexpr std::int64_t lag_now(std::uint32_t slot) const noexcept {
        share const& s = share_[slot];
        if (!active(slot)) return s.lag;
        return s.lag + static_cast<std::int64_t>((clock_ - s.clock) * s.weight);
    }

    /// Distributes `units_q20`, in 2^-20 of a unit, among all active agents by their weights. The remainder is kept.
    constexpr void settle(std::int64_t units_q20) noexcept {
        const std::int64_t all = rest_ + units_q20;
        const auto w = static_cast<std::int64_t>(weight_);
        rest_ = all % w;
        clock_ += static_cast<std::uint64_t>(all / w);
    }

    std::uint64_t clock_ = 0;
    std::int64_t rest_ = 0;
    std::uint64_t weight_ = 0;
    share_terms terms_ = {0, 0, 0};
    rotation<Agents> active_;
    share share_[Agents] = {};
};

static_assert(std::is_trivially_copyable_v<fair_share<7>> && std::is_standard_layout_v<fair_share<7>>);

}  // namespace maxwell
