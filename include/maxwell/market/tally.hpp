// SPDX-License-Identifier: MIT
//
// tally: what a market has decided, in fixed memory: counts, how long agents waited, what they paid, and the last decisions.
//
//     by lane      wins, units, revenue    waits   [ 0 3 17 240 ... ]   log-linear cells 12.5 % wide, from runnable to running
//                                          prices  [ 0 3 17 240 ... ]   the same, in ticks per unit
//     of all       decisions by outcome, bids refused, anomalies of the source
//     last_        ring of 1,024 decisions, 40 B each: who ran, since when it waited, what it pays, or why none ran
//
// Invariants
//   1. A lane's wins are the number of its prices. Its waits are fewer: an agent that keeps its core has not waited.
//   2. The all-zero object has counted nothing.
//
//     operation   cost                 why
//     all         O(1)                 counters
//     memory      4 KB a lane, 40 KB   two histograms; the ring

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/market/decision.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// One decision, as it is remembered.
struct decision_record {
    std::uint64_t at_ns;
    agent_id agent;  ///< of the winner; 0 if no agent runs
    price amount;    ///< what the winner bid
    price payment;   ///< per unit
    std::uint64_t waited_ns;
    std::uint8_t lane;
    std::uint8_t core;
    quiet why;
    bool switched;  ///< another agent ran on this core before, or none

    friend constexpr bool operator==(decision_record const&, decision_record const&) = default;
};

template <std::size_t Lanes>
class tally {
public:
    static constexpr std::size_t remembered = 1024;
    using histogram = latency_histogram<3>;

    struct lane_counts {
        std::uint64_t wins;
        std::uint64_t units;    ///< used
        std::uint64_t revenue;  ///< ticks times units, as paid
        histogram waits_ns;     ///< of winners that had to wait, from runnable to running
        histogram prices;       ///< of all winners
    };

    /// Decisions made, and those with this outcome. O(1).
    constexpr std::uint64_t decisions() const noexcept { return decisions_; }
    constexpr std::uint64_t decisions(quiet why) const noexcept { return by_outcome_[static_cast<std::size_t>(why)]; }

    /// Offers that were refused: of an agent without a seat. And what the source counted that no truthful agent does.
    constexpr std::uint64_t refused() const noexcept { return refused_; }
    constexpr std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// A lane's numbers; `l` is below Lanes.
    constexpr lane_counts const& lane(std::size_t l) const noexcept {
        MAXWELL_ASSERT(l < Lanes);
        return lane_[l];
    }

    /// The decision `ago` before the last; `ago` is below remembered and decisions().
    constexpr decision_record const& last(std::size_t ago) const noexcept {
        MAXWELL_ASSERT(ago < remembered && ago < decisions_);
        return last_[(decisions_ - 1 - ago) % remembered];
    }

    constexpr void count_refused() noexcept { ++refused_; }
    constexpr void count_anomalies(std::uint64_t n) noexcept { anomalies_ += n; }

    /// Counts a decision; `d.lane` is below Lanes. O(1).
    constexpr void decided(decision_record const& d) noexcept {
        last_[decisions_++ % remembered] = d;
        ++by_outcome_[static_cast<std::size_t>(d.why)];
        if (d.why != quiet::nothing) return;
        lane_counts& l = lane_[d.lane];
        ++l.wins;
        l.prices.record(d.payment);
        if (d.switched) l.waits_ns.record(d.waited_ns);
    }

    /// Counts what a winner of lane `l` has used, and paid for it. O(1).
    constexpr void charged(std::size_t l, std::uint64_t units, std::uint64_t paid) noexcept {
        lane_[l].units += units;
        lane_[l].revenue += paid;
    }

private:
    std::uint64_t decisions_ = 0;
    std::uint64_t by_outcome_[5] = {};
    std::uint64_t refused_ = 0;
    std::uint64_t anomalies_ = 0;
    lane_counts lane_[Lanes] = {};
    decision_record last_[remembered] = {};
};

static_assert(sizeof(decision_record) == 40);
static_assert(std::is_trivially_copyable_v<tally<2>> && std::is_standard_layout_v<tally<2>>);

}  // namespace maxwell
