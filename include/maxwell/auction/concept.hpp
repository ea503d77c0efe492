// SPDX-License-Identifier: MIT
//
// The concept `auction`: what every container promises.
//
//     bids in                        decisions out                  prices
//     insert, expire, retire, clear  top, extract_max               update_price, reserve
//
// One agent has one slot and at most one live bid; the newest replaces the older one. The best eligible bid wins: higher
// price (or tier of prices) first, then earlier arrival. It pays the critical price: the least amount at which the same bid
// would still have won. So an agent does best by bidding its true value (Myerson 1981; Vickrey 1961).
//
// docs/concepts.md states clause by clause what a concept can't: the order of ties, the payment. One typed test suite holds
// every container to it. The concept consists of named parts, so a compiler's error names the part that is missing.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <concepts>     // same_as
#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint64_t
#include <optional>     // find, top, extract_max
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// How exactly a container chooses the winner, or the payment.
enum class fidelity : std::uint8_t {
    exact,    ///< the highest amount wins and pays the critical price
    tier,     ///< amounts count by their tier: a winner is less than one tier's width below the highest amount
    sampled,  ///< a bidder of the top ranks wins with a probability that the container states
};

/// The properties of a container, at compile time.
struct auction_traits {
    fidelity winner;
    fidelity payment;
    bool fifo_ties;  ///< among equal bids the earlier arrival wins

    friend constexpr bool operator==(auction_traits const&, auction_traits const&) = default;
};

// Laid out by hand: clang-format 14 does not know requirements yet.
// clang-format off

/// A copy of it is a memcpy.
template <class A>
concept copyable_as_bytes = std::is_trivially_copyable_v<A>;

/// It begins empty; A(first_arrival) begins with the arrival counter at that value, modulo its width.
template <class A>
concept constructible_empty =
    std::is_nothrow_default_constructible_v<A> && std::is_nothrow_constructible_v<A, std::uint64_t>;

/// It has a member `static constexpr auction_traits traits`.
template <class A>
concept has_traits = requires {
    { A::traits } -> std::same_as<auction_traits const&>;
};

/// It returns how many bids it holds and can hold. The capacity is exact and never rounded.
template <class A>
concept sized_auction = requires(A const& ca) {
    { A::capacity() } noexcept -> std::same_as<std::size_t>;
    { ca.size() } noexcept -> std::same_as<std::size_t>;
    { ca.empty() } noexcept -> std::same_as<bool>;
};

/// It finds an agent's live bid.
template <class A>
concept searchable = requires(A const& ca, agent_id id) {
    { ca.find(id) } noexcept -> std::same_as<std::optional<bid>>;
};

/// It takes bids in.
template <class A>
concept takes_bids = requires(A& a, bid b) {
    { a.insert(b) } noexcept -> std::same_as<status>;  // enters or replaces the agent's bid; always a new arrival
};

/// It removes bids and agents.
template <class A>
concept drops_bids = requires(A& a, agent_id id) {
    { a.expire(id) } noexcept -> std::same_as<status>;  // withdraws the agent's bid
    { a.retire(id) } noexcept -> std::same_as<status>;  // the agent has left: its late bids are stale from now on
    { a.clear() } noexcept;                             // bids leave; generations and reserve stay
};

/// It has a reserve, set in O(1). Bids below it are barred: they stay in and don't win.
template <class A>
concept has_reserve = requires(A& a, A const& ca, price p) {
    { a.update_price(p) } noexcept;
    { ca.reserve() } noexcept -> std::same_as<price>;
};

/// It decides. If a container that is not empty returns no award, the reserve bars every bid.
template <class A>
concept decides = requires(A& a) {
    { a.top() } noexcept -> std::same_as<std::optional<award>>;
    { a.extract_max() } noexcept -> std::same_as<std::optional<award>>;
};

/// It can check its invariants, in O(N), for tests.
template <class A>
concept self_checking = requires(A const& ca) {
    { ca.check_invariants() } noexcept -> std::same_as<bool>;
};

template <class A>
concept auction = copyable_as_bytes<A> && constructible_empty<A> && has_traits<A> && sized_auction<A> && searchable<A> &&
                  takes_bids<A> && drops_bids<A> && has_reserve<A> && decides<A> && self_checking<A>;

/// A refinement, for readers of a copy: top() is const, so several readers can ask one copy who wins.
template <class A>
concept peekable_auction = auction<A> && requires(A const& ca) {
    { ca.top() } noexcept -> std::same_as<std::optional<award>>;
};

/// A refinement, for loops over all bids (many_bids.hpp): find_slot(slot) is the live bid of a slot, of any generation.
template <class A>
concept browsable_auction = auction<A> && requires(A const& ca, std::uint32_t slot) {
    { ca.find_slot(slot) } noexcept -> std::same_as<std::optional<bid>>;
};

/// A refinement, for agents whose need shrinks: set_units(id, units) lowers the units of a live bid, which keeps its arrival.
/// More units are a new arrival, 0 withdraws the bid.
template <class A>
concept amendable_auction = auction<A> && requires(A& a, agent_id id, std::uint32_t units) {
    { a.set_units(id, units) } noexcept -> std::same_as<status>;
};

/// An example of the predicate that selective_auction takes: this slot may win.
struct every_slot {
    constexpr bool operator()(std::uint32_t) const noexcept { return true; }
};

/// A refinement, for affinity: extract_max_if(allowed, probes) extracts the best bid whose slot is allowed, looking at no more
/// than the best `probes` bids. `allowed` is a function of the slot alone: if it depended on amounts, misreporting could pay.
/// The winner pays its critical price, set by the best other allowed bid or, if none was found, by the bid that would push the
/// winner out of the first `probes`.
template <class A>
concept selective_auction = auction<A> && requires(A& a, every_slot allowed, std::uint32_t probes) {
    { a.extract_max_if(allowed, probes) } noexcept -> std::same_as<std::optional<award>>;
};

/// A refinement, for several units: critical_price(winner, rival) is the least amount at which `winner`, with the arrival
/// of its last bid, ranks before the live bid of `rival`, and never below the reserve; it is the reserve if `rival` has no live
/// bid. The winner may have been extracted, but then no bid may have entered since.
template <class A>
concept multi_unit_auction = auction<A> && requires(A const& ca, agent_id winner, agent_id rival) {
    { ca.critical_price(winner, rival) } noexcept -> std::same_as<price>;
};

/// A refinement, for decisions over many bids at once: list_best(out) puts the best eligible bids into `out`, best first, as
/// many as there are or as fit, and returns their number. Nothing changes. Each payment is what the bid would pay alone, the
/// reserve: the clearing rule computes what is due.
template <class A>
concept listed_auction = auction<A> && requires(A& a, view<award> out) {
    { a.list_best(out) } noexcept -> std::same_as<std::size_t>;
};

// clang-format on

}  // namespace maxwell
