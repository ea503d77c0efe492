// SPDX-License-Identifier: MIT
//
// The concept `bid_source`: where bids come from, whatever carries them.
//
//     agents ──▶ ring or board ──drain(f, budget)──▶ f(bid): into the auction
//                      │
//                      └── anomalies(): what agents did that no honest agent does
//
// One consumer drains, once a quantum. A call takes no more than `budget` steps, whatever the agents do or did before they
// died, so a quantum's work is bounded by its own reader and not by who writes. The concept is cut into named parts, so that
// a compiler says which one fails.
//
// What it can't say:
//   1. drain calls f at most `budget` times and returns how often it did. What it had to drop counts towards the budget
//      too, so 0 means that nothing is waiting only where anomalies() did not change.
//   2. Who a bid is from is the source's word, never a guess: the cell or the ring that belongs to one agent, or the record
//      where all producers are trusted. Each source says which.
//   3. f gets a copy that nobody can change any more. It must not use the source.
//   4. What the death of a consumer in the middle of a drain repeats or loses differs: each source says which.

#pragma once

#include <maxwell/core/bid.hpp>

#include <concepts>  // same_as
#include <cstddef>   // size_t
#include <cstdint>   // uint8_t, uint64_t

namespace maxwell {

/// What becomes of a bid for which there is no room.
enum class overflow_policy : std::uint8_t {
    reject,    ///< the submission answers false and changes nothing; the agent may try again
    coalesce,  ///< there is always room: an agent's newer bid takes the place of the one that was not yet read
};

/// An example of what drain calls: it takes a bid and does nothing.
struct ignore_bids {
    constexpr void operator()(bid const&) const noexcept {}
};

// Laid out by hand: clang-format 14 does not know requirements yet.
// clang-format off

/// It says what happens when it is full: `static constexpr overflow_policy overflow`.
template <class S>
concept states_overflow = requires {
    { S::overflow } -> std::same_as<overflow_policy const&>;
};

/// It gives waiting bids to f, at most `budget` of them, and returns how many.
template <class S>
concept drains_bids = requires(S& s, ignore_bids f, std::size_t budget) {
    { s.drain(f, budget) } noexcept -> std::same_as<std::size_t>;
};

/// It counts what no honest agent does: indices that jump, identities that nobody holds. Never decreases.
template <class S>
concept counts_anomalies = requires(S const& s) {
    { s.anomalies() } noexcept -> std::same_as<std::uint64_t>;
};

template <class S>
concept bid_source = states_overflow<S> && drains_bids<S> && counts_anomalies<S>;

// clang-format on

}  // namespace maxwell
