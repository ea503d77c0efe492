// SPDX-License-Identifier: MIT
//
// source_archetype: a type with exactly what bid_source asks for and nothing more; or all of that but one thing.

#pragma once

#include <maxwell/ring/bid_source.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace maxwell::test {

/// What a source has.
enum class source_part { none, overflow, drain, anomalies };

/// What can be wrong with it.
enum class source_defect {
    missing,
    may_throw,
    not_const,   ///< an observer that can't look at a constant source
    wrong_type,  ///< nearly the right one
};

/// Laid out by hand: clang-format 14 does not know requirements yet.
// clang-format off

template <bool Present, class T>
struct overflow_member {
    static constexpr T overflow{};
};
template <class T>
struct overflow_member<false, T> {};

template <source_part Part = source_part::none, source_defect Defect = source_defect::missing>
class source_archetype
    : public overflow_member<!(Part == source_part::overflow && Defect == source_defect::missing),
                             std::conditional_t<Part == source_part::overflow, bool, overflow_policy>> {
    static constexpr bool is(source_part p, source_defect d) { return p == Part && d == Defect; }
    static constexpr bool has(source_part p) { return !is(p, source_defect::missing); }
    static constexpr bool nothrow(source_part p) { return !is(p, source_defect::may_throw); }

    template <source_part P, class Right, class Wrong>
    using result = std::conditional_t<is(P, source_defect::wrong_type), Wrong, Right>;

public:
    template <class F>
        requires(has(source_part::drain))
    constexpr result<source_part::drain, std::size_t, bool> drain(F&&, std::size_t) noexcept(nothrow(source_part::drain)) {
        return {};
    }

    using count = result<source_part::anomalies, std::uint64_t, bool>;
    constexpr count anomalies() const noexcept(nothrow(source_part::anomalies))
        requires(has(source_part::anomalies) && !is(source_part::anomalies, source_defect::not_const)) { return {}; }
    constexpr count anomalies() noexcept requires(is(source_part::anomalies, source_defect::not_const)) { return {}; }
};

// clang-format on

}  // namespace maxwell::test
