// SPDX-License-Identifier: MIT
//
// archetype: a type with exactly what the auction concepts ask for and nothing more; or all of that but one thing.
//
// What compiles against the whole archetype asks for no more than the concept promises. What the concept accepts without
// one of its parts, it doesn't ask for. An archetype decides nothing: it is to be compiled, hardly ever run.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

namespace maxwell::test {

/// What a container has.
enum class part {
    none,
    copy,
    default_constructor,
    arrival_constructor,
    traits,
    capacity,
    size,
    empty,
    find,
    insert,
    expire,
    retire,
    clear,
    update_price,
    reserve,
    top,
    extract_max,
    check_invariants,
    extract_max_if,
    critical_price,
    list_best,
    find_slot,
    set_units,
};

/// What can be wrong with it.
enum class defect {
    missing,
    may_throw,
    not_const,   ///< an observer that can't look at a constant container
    not_static,  ///< needs an object
    wrong_type,  ///< nearly the right one
};

/// Copied by more than its bytes, when it is to be.
template <bool Trivially>
struct copied {};
template <>
struct copied<false> {
    copied() = default;
    copied(copied const&) noexcept {}
    copied& operator=(copied const&) noexcept { return *this; }
};

/// Laid out by hand: clang-format 14 does not know requirements yet.
// clang-format off

template <bool Present, class T>
struct traits_member {
    static constexpr T traits{fidelity::exact, fidelity::exact, true};
};
template <class T>
struct traits_member<false, T> {};

struct other_traits { fidelity winner; fidelity payment; bool fifo_ties; };

template <part Part = part::none, defect Defect = defect::missing>
class archetype : copied<Part != part::copy>,
                  public traits_member<!(Part == part::traits && Defect == defect::missing),
                                       std::conditional_t<Part == part::traits, other_traits, auction_traits>> {
    static constexpr bool is(part p, defect d) { return p == Part && d == Defect; }
    static constexpr bool has(part p) { return !is(p, defect::missing); }
    static constexpr bool nothrow(part p) { return !is(p, defect::may_throw); }
    static constexpr bool constant(part p) { return has(p) && !is(p, defect::not_const); }

    template <part P, class Right, class Wrong>
    using result = std::conditional_t<is(P, defect::wrong_type), Wrong, Right>;

public:
    constexpr archetype() noexcept(nothrow(part::default_constructor)) requires(has(part::default_constructor)) {}
    constexpr explicit archetype(std::uint64_t) noexcept(nothrow(part::arrival_constructor))
        requires(has(part::arrival_constructor)) {}

    using capacity_type = result<part::capacity, std::size_t, int>;
    static constexpr capacity_type capacity() noexcept(nothrow(part::capacity))
        requires(has(part::capacity) && !is(part::capacity, defect::not_static)) { return 1; }
    constexpr capacity_type capacity() const noexcept requires(is(part::capacity, defect::not_static)) { return 1; }

    using size_type = result<part::size, std::size_t, int>;
    constexpr size_type size() const noexcept(nothrow(part::size)) requires(constant(part::size)) { return 0; }
    constexpr size_type size() noexcept requires(is(part::size, defect::not_const)) { return 0; }

    using empty_type = result<part::empty, bool, int>;
    constexpr empty_type empty() const noexcept(nothrow(part::empty)) requires(constant(part::empty)) { return true; }
    constexpr empty_type empty() noexcept requires(is(part::empty, defect::not_const)) { return true; }

    using find_type = result<part::find, std::optional<bid>, bid const*>;
    constexpr find_type find(agent_id) const noexcept(nothrow(part::find)) requires(constant(part::find)) { return {}; }
    constexpr find_type find(agent_id) noexcept requires(is(part::find, defect::not_const)) { return {}; }

    constexpr result<part::insert, status, bool> insert(bid) noexcept(nothrow(part::insert))
        requires(has(part::insert)) { return {}; }
    constexpr result<part::expire, status, bool> expire(agent_id) noexcept(nothrow(part::expire))
        requires(has(part::expire)) { return {}; }
    constexpr result<part::retire, status, bool> retire(agent_id) noexcept(nothrow(part::retire))
        requires(has(part::retire)) { return {}; }
    constexpr void clear() noexcept(nothrow(part::clear)) requires(has(part::clear)) {}

    constexpr void update_price(price) noexcept(nothrow(part::update_price)) requires(has(part::update_price)) {}
    using reserve_type = result<part::reserve, price, std::uint64_t>;
    constexpr reserve_type reserve() const noexcept(nothrow(part::reserve)) requires(constant(part::reserve)) { return 0; }
    constexpr reserve_type reserve() noexcept requires(is(part::reserve, defect::not_const)) { return 0; }

    using top_type = result<part::top, std::optional<award>, std::optional<bid>>;
    constexpr top_type top() const noexcept(nothrow(part::top)) requires(constant(part::top)) { return {}; }
    constexpr top_type top() noexcept requires(is(part::top, defect::not_const)) { return {}; }
    constexpr result<part::extract_max, std::optional<award>, std::optional<bid>> extract_max()
        noexcept(nothrow(part::extract_max)) requires(has(part::extract_max)) { return {}; }

    using verdict = result<part::check_invariants, bool, int>;
    constexpr verdict check_invariants() const noexcept(nothrow(part::check_invariants))
        requires(constant(part::check_invariants)) { return true; }
    constexpr verdict check_invariants() noexcept requires(is(part::check_invariants, defect::not_const)) { return true; }

    template <class Allowed>
        requires(has(part::extract_max_if))
    constexpr result<part::extract_max_if, std::optional<award>, std::optional<bid>>
    extract_max_if(Allowed, std::uint32_t) noexcept(nothrow(part::extract_max_if)) { return {}; }

    using critical_type = result<part::critical_price, price, std::uint64_t>;
    constexpr critical_type critical_price(agent_id, agent_id) const noexcept(nothrow(part::critical_price))
        requires(constant(part::critical_price)) { return 0; }
    constexpr critical_type critical_price(agent_id, agent_id) noexcept
        requires(is(part::critical_price, defect::not_const)) { return 0; }

    using slot_type = result<part::find_slot, std::optional<bid>, bid const*>;
    constexpr slot_type find_slot(std::uint32_t) const noexcept(nothrow(part::find_slot))
        requires(constant(part::find_slot)) { return {}; }
    constexpr slot_type find_slot(std::uint32_t) noexcept requires(is(part::find_slot, defect::not_const)) { return {}; }

    constexpr result<part::set_units, status, bool> set_units(agent_id, std::uint32_t)
        noexcept(nothrow(part::set_units)) requires(has(part::set_units)) { return {}; }

    constexpr result<part::list_best, std::size_t, int> list_best(view<award>) noexcept(nothrow(part::list_best))
        requires(has(part::list_best)) { return 0; }
};

// clang-format on

}  // namespace maxwell::test
