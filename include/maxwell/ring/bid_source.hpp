// SPDX-License-Identifier: MIT
//
// The concept `bid_source`: what every carrier of bids offers to the host.
//
//     agents ──▶ ring or board ──drain(f, budget)──▶ f(bid): into the auction
//                      │
//                      └── anomalies(): how often an agent wrote what no correct agent writes
//
// One consumer drains, once a quantum. A call takes at most `budget` steps, whatever agents do or did before they crashed, so
// the host bounds a quantum's work, not the agents. The concept consists of named parts, so a compiler's error names the part
// that is missing.
//
// What the concept can't express:
//   1. drain calls f at most `budget` times and returns how often it did. What it had to drop counts towards the budget
//      too, so 0 means that nothing is waiting only if anomalies() did not change.
//   2. The source determines which agent a bid is from: by the cell or ring that belongs to one agent or, if all producers are
//      trusted, by the record. Each source says which.
//   3. f gets a copy that no other thread can change. It must not use the source.
//   4. If the consumer crashes in a drain, bids can be repeated or lost: each source says which.

#pragma once

#include <maxwell/core/bid.hpp>

#include <concepts>  // same_as
#include <cstddef>   // size_t
#include <cstdint>   // uint8_t, uint64_t

namespace maxwell {

/// What happens to a bid for which there is no room.
enum class overflow_policy : std::uint8_t {
    reject,    ///< the submission returns false and changes nothing; the agent can try again
    coalesce,  ///< there is always room: an agent's newer bid replaces one that was not yet read
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

/// It counts what no correct agent writes: sequence numbers that jump, ids that no agent holds. Never decreases.
template <class S>
concept counts_anomalies = requires(S const& s) {
    { s.anomalies() } noexcept -> std::same_as<std::uint64_t>;
};

template <class S>
concept bid_source = states_overflow<S> && drains_bids<S> && counts_anomalies<S>;

// clang-format on

}  // namespace maxwell
