// SPDX-License-Identifier: MIT
//
// watch: an alarm for rings of bidders, from what is awarded.
//
// Agents that agree to leave the best of them alone lower the price and break no rule: a second price makes such rings easy (Graham and
// Marshall 1987). What they can't hide is that the winner's price lies further below its bid than before. The watch learns how far below
// it usually lies, and adds up what is above that (CUSUM, Page 1954):
//
//     gap    (amount - payment) / amount of each award
//     sum    grows by gap - mean - allowance, never below 0
//
//       sum |                      alarm  ........../
//           |                                     /        a ring of half of 64 bidders: some hundred quanta
//           |  truthful: falls back to 0        /
//           |  /\_   _/\   __/\_     _/\      /
//           +----------------------------------------- quanta
//
// A ring whose members take turns shows otherwise: the quanta between two wins of one agent are nearly equal. Wins of agents that don't
// agree come by chance, and then the mean deviation is three quarters of the mean.
//
// Such intervals are seen to 4 awards: after uneven ones the mean deviation, in sixteenths, stops at 63. So agents whose mean is below 16
// awards raise an alarm only if they have won evenly since their first win or their last alarm.
//
// An alarm is an event for an administrator and never a veto: no award, price or bid depends on it, so truth stays as it is. What raises it
// besides: prices that drift within seconds, and agents with equal bids, which take turns in the order of their arrival.
//
// Invariants
//   1. The sum is at most `alarm_at` deviations of the gap, and 0 until learning is over.
//   2. The all-zero object has seen nothing.
//
//     operation   cost     why
//     observe     O(1)     three divisions; a root of 32 steps once in 1,024 awards
//     memory      16 B per agent
//
// What is seen, and what isn't, in tables: docs/incentives.md (`./run audit --only rings`).

#pragma once

#include <maxwell/core/bid.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint16_t, uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// What an award has raised.
struct suspicion {
    bool price_gap;  ///< for some time prices have lain further below the winners' bids than usual
    bool rotation;   ///< this winner has won at nearly equal intervals for `wins_to_judge` wins

    constexpr bool any() const noexcept { return price_gap || rotation; }
    friend constexpr bool operator==(suspicion const&, suspicion const&) = default;
};

template <std::size_t Agents>
class watch {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    static constexpr std::uint64_t awards_to_learn = 131'072;  ///< before the first alarm of the gap; then its memory
    static constexpr std::uint32_t wins_to_judge = 64;         ///< of an agent, before its first alarm of rotation

    /// Slots in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// Awards that were taken in.
    constexpr std::uint64_t awards() const noexcept { return awards_; }

    /// Alarms raised so far. After one, its evidence is collected from the beginning.
    constexpr std::uint64_t price_gap_alarms() const noexcept { return gap_alarms_; }
    constexpr std::uint64_t rotation_alarms() const noexcept { return rotation_alarms_; }

    /// Takes in an award as it was decided. One of amount 0, or above its amount, or of a slot not below capacity() changes nothing. O(1).
    constexpr suspicion observe(award const& won) noexcept {
        const std::uint32_t slot = slot_of(won.winner.agent);
        if (slot >= Agents || won.winner.amount == 0 || won.payment > won.winner.amount) return {false, false};
        ++awards_;
        const std::uint64_t below = won.winner.amount - won.payment;
        const suspicion found = {gap_grows(static_cast<std::int64_t>((below << 20) / won.winner.amount)),
                                 takes_turns(agent_[slot])};
        gap_alarms_ += found.price_gap ? 1 : 0;
        rotation_alarms_ += found.rotation ? 1 : 0;
        return found;
    }

    /// Do the invariants hold? O(1); for tests.
    constexpr bool check_invariants() const noexcept {
        return sum_ >= 0 && sum_ <= alarm_at * deviation_ && (awards_ > awards_to_learn || sum_ == 0);
    }

private:
    static constexpr int fraction = 10;                 ///< further bits of mean_
    static constexpr std::int64_t alarm_at = 49;        ///< deviations: at most an alarm in a million truthful awards
    static constexpr std::int64_t allowance_q7 = 15;    ///< of a deviation: half of what a ring of 32 of 64 adds
    static constexpr std::int64_t min_deviation = 256;  ///< 2^-12 of the bid: equal gaps are no proof of anything

    struct agent_state {
        std::uint32_t last;       ///< the award that it won last, modulo 2^32
        std::uint32_t wins;       ///< modulo 2^32
        std::uint32_t mean_q4;    ///< awards between two wins, in sixteenths
        std::uint32_t spread_q4;  ///< their mean deviation from that
    };

    /// `mean` moved towards `x`: by the n-th part until `memory` values have been seen, then by that part.
    static constexpr std::int64_t moved(std::int64_t mean, std::int64_t x, std::uint64_t n,
                                        std::uint64_t memory) noexcept {
        return mean + (x - mean) / static_cast<std::int64_t>(n < memory ? n : memory);
    }

    static constexpr std::int64_t root(std::uint64_t of) noexcept {
        std::uint64_t found = 0;
        for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
            if ((found | bit) * (found | bit) <= of) found |= bit;
        }
        return static_cast<std::int64_t>(found);
    }

    constexpr bool gap_grows(std::int64_t gap) noexcept {
        const std::int64_t off = awards_ == 1 ? 0 : gap - (mean_ >> fraction);
        mean_ = moved(mean_, gap << fraction, awards_, awards_to_learn);
        variance_ = moved(variance_, off * off, awards_, awards_to_learn);
        if (awards_ % 1024 == 0) {
            deviation_ = root(static_cast<std::uint64_t>(variance_));
            if (deviation_ < min_deviation) deviation_ = min_deviation;
        }
        if (awards_ <= awards_to_learn) return false;
        sum_ += off - deviation_ * allowance_q7 / 128;
        if (sum_ < 0) sum_ = 0;
        if (sum_ <= alarm_at * deviation_) return false;
        sum_ = 0;
        return true;
    }

    constexpr bool takes_turns(agent_state& a) noexcept {
        const auto now = static_cast<std::uint32_t>(awards_);
        const std::uint32_t between = now - a.last;
        a.last = now;
        if (a.wins == 0 || between >> 26 != 0) {  // its first win, or the first after so long that it says nothing
            a = {now, 1, 0, 0};
            return false;
        }
        const std::int64_t x = std::int64_t{between} << 4;
        const std::int64_t off = a.wins == 1 ? 0 : x - std::int64_t{a.mean_q4};
        a.mean_q4 = static_cast<std::uint32_t>(moved(a.mean_q4, x, a.wins, wins_to_judge));
        a.spread_q4 = static_cast<std::uint32_t>(moved(a.spread_q4, off < 0 ? -off : off, a.wins, wins_to_judge));
        if (++a.wins <= wins_to_judge) return false;
        if (std::uint64_t{a.spread_q4} * 4 >= a.mean_q4) return false;
        a = {now, 1, 0, 0};
        return true;
    }

    std::uint64_t awards_ = 0;
    std::uint64_t gap_alarms_ = 0;
    std::uint64_t rotation_alarms_ = 0;
    std::int64_t mean_ = 0;       ///< of the gap, in 2^-30 of the bid
    std::int64_t variance_ = 0;   ///< in 2^-40
    std::int64_t deviation_ = 0;  ///< in 2^-20; renewed once in 1,024 awards
    std::int64_t sum_ = 0;
    agent_state agent_[Agents] = {};
};

static_assert(std::is_trivially_copyable_v<watch<1>> && std::is_standard_layout_v<watch<1>>);
static_assert(sizeof(watch<4>) == 7 * 8 + 4 * 16);

}  // namespace maxwell
