// SPDX-License-Identifier: MIT
//
// Every requirement of the auction concepts, one at a time: what lacks it alone fails the one sub-concept that asks for it,
// by name, and no other.

#include "support/archetypes.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/concept.hpp>

namespace maxwell::test {
namespace {

/// The sub-concepts that A does not satisfy, a bit each.
enum : unsigned {
    all_hold = 0,
    copyable = 1u << 0,
    constructible = 1u << 1,
    described = 1u << 2,
    sized = 1u << 3,
    searched = 1u << 4,
    takes = 1u << 5,
    drops = 1u << 6,
    reserves = 1u << 7,
    deciding = 1u << 8,
    checking = 1u << 9,
};

template <class A>
constexpr unsigned failing = (copyable_as_bytes<A> ? 0u : copyable) | (constructible_empty<A> ? 0u : constructible) |
                             (has_traits<A> ? 0u : described) | (sized_auction<A> ? 0u : sized) |
                             (searchable<A> ? 0u : searched) | (takes_bids<A> ? 0u : takes) |
                             (drops_bids<A> ? 0u : drops) | (has_reserve<A> ? 0u : reserves) |
                             (decides<A> ? 0u : deciding) | (self_checking<A> ? 0u : checking);

/// Fails `part` alone, and so is no auction and none of its refinements.
template <part Part, defect Defect, unsigned SubConcept>
constexpr bool refused = [] {
    using A = archetype<Part, Defect>;
    return failing<A> == SubConcept && !auction<A> && !selective_auction<A> && !multi_unit_auction<A> &&
           !listed_auction<A> && !peekable_auction<A> && !browsable_auction<A> && !amendable_auction<A>;
}();

using enum defect;

using whole = archetype<>;
static_assert(failing<whole> == all_hold && auction<whole> && selective_auction<whole> && multi_unit_auction<whole> &&
              listed_auction<whole>);

static_assert(refused<part::copy, missing, copyable>);

static_assert(refused<part::default_constructor, missing, constructible>);
static_assert(refused<part::default_constructor, may_throw, constructible>);
static_assert(refused<part::arrival_constructor, missing, constructible>);
static_assert(refused<part::arrival_constructor, may_throw, constructible>);

static_assert(refused<part::traits, missing, described>);
static_assert(refused<part::traits, wrong_type, described>);

static_assert(refused<part::capacity, missing, sized>);
static_assert(refused<part::capacity, may_throw, sized>);
static_assert(refused<part::capacity, not_static, sized>);
static_assert(refused<part::capacity, wrong_type, sized>);
static_assert(refused<part::size, missing, sized>);
static_assert(refused<part::size, may_throw, sized>);
static_assert(refused<part::size, not_const, sized>);
static_assert(refused<part::size, wrong_type, sized>);
static_assert(refused<part::empty, missing, sized>);
static_assert(refused<part::empty, may_throw, sized>);
static_assert(refused<part::empty, not_const, sized>);
static_assert(refused<part::empty, wrong_type, sized>);

static_assert(refused<part::find, missing, searched>);
static_assert(refused<part::find, may_throw, searched>);
static_assert(refused<part::find, not_const, searched>);
static_assert(refused<part::find, wrong_type, searched>);

static_assert(refused<part::insert, missing, takes>);
static_assert(refused<part::insert, may_throw, takes>);
static_assert(refused<part::insert, wrong_type, takes>);

static_assert(refused<part::expire, missing, drops>);
static_assert(refused<part::expire, may_throw, drops>);
static_assert(refused<part::expire, wrong_type, drops>);
static_assert(refused<part::retire, missing, drops>);
static_assert(refused<part::retire, may_throw, drops>);
static_assert(refused<part::retire, wrong_type, drops>);
static_assert(refused<part::clear, missing, drops>);
static_assert(refused<part::clear, may_throw, drops>);

static_assert(refused<part::update_price, missing, reserves>);
static_assert(refused<part::update_price, may_throw, reserves>);
static_assert(refused<part::reserve, missing, reserves>);
static_assert(refused<part::reserve, may_throw, reserves>);
static_assert(refused<part::reserve, not_const, reserves>);
static_assert(refused<part::reserve, wrong_type, reserves>);

static_assert(refused<part::top, missing, deciding>);
static_assert(refused<part::top, may_throw, deciding>);
static_assert(refused<part::top, wrong_type, deciding>);
static_assert(refused<part::extract_max, missing, deciding>);
static_assert(refused<part::extract_max, may_throw, deciding>);
static_assert(refused<part::extract_max, wrong_type, deciding>);

static_assert(refused<part::check_invariants, missing, checking>);
static_assert(refused<part::check_invariants, may_throw, checking>);
static_assert(refused<part::check_invariants, not_const, checking>);
static_assert(refused<part::check_invariants, wrong_type, checking>);

// The refinements: an auction all the same.
template <part Part, defect Defect>
constexpr bool not_selective = [] {
    using A = archetype<Part, Defect>;
    return auction<A> && multi_unit_auction<A> && !selective_auction<A>;
}();
static_assert(not_selective<part::extract_max_if, missing>);
static_assert(not_selective<part::extract_max_if, may_throw>);
static_assert(not_selective<part::extract_max_if, wrong_type>);

template <part Part, defect Defect>
constexpr bool not_multi_unit = [] {
    using A = archetype<Part, Defect>;
    return auction<A> && selective_auction<A> && !multi_unit_auction<A>;
}();
static_assert(not_multi_unit<part::critical_price, missing>);
static_assert(not_multi_unit<part::critical_price, may_throw>);
static_assert(not_multi_unit<part::critical_price, not_const>);
static_assert(not_multi_unit<part::critical_price, wrong_type>);

template <part Part, defect Defect>
constexpr bool not_listed = [] {
    using A = archetype<Part, Defect>;
    return auction<A> && selective_auction<A> && multi_unit_auction<A> && !listed_auction<A>;
}();
static_assert(not_listed<part::list_best, missing>);
static_assert(not_listed<part::list_best, may_throw>);
static_assert(not_listed<part::list_best, wrong_type>);

static_assert(peekable_auction<whole> && browsable_auction<whole> && amendable_auction<whole>);
static_assert(auction<archetype<part::top, not_const>> && !peekable_auction<archetype<part::top, not_const>>);

template <part Part, defect Defect>
constexpr bool not_browsable = [] {
    using A = archetype<Part, Defect>;
    return auction<A> && peekable_auction<A> && amendable_auction<A> && !browsable_auction<A>;
}();
static_assert(not_browsable<part::find_slot, missing>);
static_assert(not_browsable<part::find_slot, may_throw>);
static_assert(not_browsable<part::find_slot, not_const>);
static_assert(not_browsable<part::find_slot, wrong_type>);

template <part Part, defect Defect>
constexpr bool not_amendable = [] {
    using A = archetype<Part, Defect>;
    return auction<A> && peekable_auction<A> && browsable_auction<A> && !amendable_auction<A>;
}();
static_assert(not_amendable<part::set_units, missing>);
static_assert(not_amendable<part::set_units, may_throw>);
static_assert(not_amendable<part::set_units, wrong_type>);

// The clearing rules ask for no more than the concept that they name.
static_assert([] {
    archetype<part::critical_price, missing> a;
    return !quantum(a, bid{}).winner && !quantum(a, bid{}, 1).winner;
}());
static_assert([] {
    archetype<part::extract_max_if, missing> a;
    return extract_top(a, view<award>{}) == 0 && extract_units(a, 1, view<award>{}, misfit::skip) == 0;
}());

}  // namespace
}  // namespace maxwell::test
