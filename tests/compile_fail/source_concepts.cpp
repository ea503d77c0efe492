// SPDX-License-Identifier: MIT
//
// Every requirement of bid_source, one at a time: what lacks it alone fails the one sub-concept that asks for it, by name,
// and no other.

#include "support/source_archetype.hpp"

#include <maxwell/ring/bid_source.hpp>

namespace maxwell::test {
namespace {

/// The sub-concepts that S does not satisfy, a bit each.
enum : unsigned { all_hold = 0, states = 1u << 0, drains = 1u << 1, counts = 1u << 2 };

template <class S>
constexpr unsigned failing = (states_overflow<S> ? 0u : states) | (drains_bids<S> ? 0u : drains) |
                             (counts_anomalies<S> ? 0u : counts);

/// Fails `part` alone, and so is no source.
template <source_part Part, source_defect Defect, unsigned SubConcept>
constexpr bool refused = [] {
    using S = source_archetype<Part, Defect>;
    return failing<S> == SubConcept && !bid_source<S>;
}();

using enum source_defect;

using whole = source_archetype<>;
static_assert(failing<whole> == all_hold && bid_source<whole>);

static_assert(refused<source_part::overflow, missing, states>);
static_assert(refused<source_part::overflow, wrong_type, states>);

static_assert(refused<source_part::drain, missing, drains>);
static_assert(refused<source_part::drain, may_throw, drains>);
static_assert(refused<source_part::drain, wrong_type, drains>);

static_assert(refused<source_part::anomalies, missing, counts>);
static_assert(refused<source_part::anomalies, may_throw, counts>);
static_assert(refused<source_part::anomalies, not_const, counts>);
static_assert(refused<source_part::anomalies, wrong_type, counts>);

}  // namespace
}  // namespace maxwell::test
