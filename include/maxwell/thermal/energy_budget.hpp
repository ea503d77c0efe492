// SPDX-License-Identifier: MIT
//
// energy_budget: the energy that may be used in this window, quantum by quantum, so that a power cap holds whatever is bid.
//
// A window of some ten milliseconds has a cap, and so an amount of energy. It is released in equal parts, one for each
// quantum, since using the energy of ten quanta in two of them would overheat a die. A dispatch is admitted whole or not
// at all:
//
//     released   |--------|--------|--------|--------|   the same part each quantum
//     admitted   ######  .                               two dispatches; a third doesn't fit
//                         #########.                     with what the last quantum left, three do
//                                  .                     no dispatch asks, so all of it lapses
//                                           ######  .
//
// What is left at the end of a quantum is kept, up to the greatest dispatch that was asked for in it. So any dispatch fits
// sooner or later, and a cap between two whole dispatches is met on average, even if a single core asks once a quantum. The
// rest lapses: otherwise a burst could follow an idle time. A quantum that draws more than the cap borrows from later quanta,
// up to one window's energy.
//
// Invariants
//   1. What is carried to the next quantum is at most the greatest dispatch asked for in this one, and can be negative.
//   2. Over any time the energy admitted is at most the energy released in it, and one dispatch more.
//   3. The all-zero object releases nothing and admits only what takes no power.
//
//     operation   cost   why
//     all         O(1)   additions; no division
//
// Energy is counted in milliwatts times quanta, so nothing has to be multiplied.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstdint>      // int64_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

class energy_budget {
public:
    /// Releases nothing.
    constexpr energy_budget() noexcept = default;

    /// For windows of `window_quanta` quanta: the debt is at most what so many quanta release.
    constexpr explicit energy_budget(std::uint32_t window_quanta) noexcept
        : window_quanta_(window_quanta < longest_window ? window_quanta : longest_window) {}

    /// Makes each quantum release `cap_mw` from now on. O(1).
    constexpr void open(std::uint32_t cap_mw) noexcept { cap_mw_ = cap_mw; }

    /// What each quantum releases, in milliwatts.
    constexpr std::uint32_t cap_mw() const noexcept { return cap_mw_; }

    /// What may still be admitted in this quantum, in milliwatts. O(1).
    constexpr std::uint32_t allowance_mw() const noexcept {
        const std::int64_t left = carried_ + cap_mw_ - admitted_;
        return left <= 0 ? 0 : static_cast<std::uint32_t>(left < UINT32_MAX ? left : UINT32_MAX);
    }

    /// What was admitted and deducted in this quantum so far, in milliwatts. O(1).
    constexpr std::uint32_t admitted_mw() const noexcept {
        return static_cast<std::uint32_t>(admitted_ < UINT32_MAX ? admitted_ : UINT32_MAX);
    }

    /// Returns whether something that draws `mw` until the end of the quantum may be dispatched, and if so deducts it. O(1).
    constexpr bool admit(std::uint32_t mw) noexcept {
        if (mw > asked_) asked_ = mw;
        if (mw > allowance_mw()) return false;
        admitted_ += mw;
        return true;
    }

    /// Deducts `mw` that are drawn whether they fit or not: a machine's idle power. O(1).
    constexpr void debit(std::uint32_t mw) noexcept { admitted_ += mw; }

    /// Ends a quantum in which `drawn_mw` were drawn, which can differ from what was admitted. O(1).
    constexpr void next_quantum(std::uint32_t drawn_mw) noexcept {
        const std::int64_t left = carried_ + cap_mw_ - (admitted_ > drawn_mw ? admitted_ : drawn_mw);
        const std::int64_t most_owed = -std::int64_t{cap_mw_} * window_quanta_;
        carried_ = left < most_owed ? most_owed : left > asked_ ? asked_ : left;
        admitted_ = 0;
        asked_ = 0;
    }

private:
    static constexpr std::uint32_t longest_window = std::uint32_t{1} << 30;  ///< so that a window's energy has room

    std::int64_t carried_ = 0;
    std::int64_t admitted_ = 0;
    std::uint32_t cap_mw_ = 0;
    std::uint32_t window_quanta_ = 0;
    std::uint32_t asked_ = 0;  ///< the greatest dispatch asked for in this quantum
};

static_assert(std::is_trivially_copyable_v<energy_budget> && std::is_standard_layout_v<energy_budget>);

}  // namespace maxwell
