// SPDX-License-Identifier: MIT
//
// energy_budget: how much may be burnt in this window, quantum by quantum. What makes a power cap hold whatever is bid.
//
// A window of some ten milliseconds has a cap, and so an amount of energy. It is released in equal parts, one for each
// quantum, since a die would feel it if the energy of ten quanta were burnt in two of them. A dispatch is whole or not
// at all:
//
//     released   |--------|--------|--------|--------|   the same part each quantum
//     admitted   ######  .                               two dispatches; a third doesn't fit
//                         #########.                     with what the last quantum left, three do
//                                  .                     nobody asks, so all of it lapses
//                                           ######  .
//
// What is left at the end of a quantum is kept up to the greatest dispatch that was asked for in it. So any dispatch fits
// sooner or later, and a cap between two whole dispatches is met on average, also where a single core asks once a quantum. The
// rest lapses, or an idle time would be followed by a burst. What was burnt beyond the cap is owed, up to a whole window.
//
// Invariants
//   1. What is carried to the next quantum is at most the greatest dispatch asked for in this one, and may be owed.
//   2. Over any time the energy admitted is at most the energy released in it, and one dispatch more.
//   3. The all-zero object releases nothing and admits only what takes no power.
//
//     operation   cost   why
//     all         O(1)   additions; no division
//
// Energy is counted in milliwatts times quanta, so that nothing has to be multiplied.

#pragma once

#include <maxwell/core/cxx20.hpp>

#include <cstdint>      // int64_t, uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

class energy_budget {
public:
    /// Releases nothing.
    constexpr energy_budget() noexcept = default;

    /// For windows of `window_quanta`: no more than what so many quanta release is ever owed.
    constexpr explicit energy_budget(std::uint32_t window_quanta) noexcept
        : window_quanta_(window_quanta < longest_window ? window_quanta : longest_window) {}

    /// From now on each quantum releases `cap_mw`. O(1).
    constexpr void open(std::uint32_t cap_mw) noexcept { cap_mw_ = cap_mw; }

    /// What each quantum releases, in milliwatts.
    constexpr std::uint32_t cap_mw() const noexcept { return cap_mw_; }

    /// What may still be admitted in this quantum, in milliwatts. O(1).
    constexpr std::uint32_t allowance_mw() const noexcept {
        const std::int64_t left = carried_ + cap_mw_ - admitted_;
        return left <= 0 ? 0 : static_cast<std::uint32_t>(left < UINT32_MAX ? left : UINT32_MAX);
    }

    /// What was admitted and debited in this quantum so far, in milliwatts. O(1).
    constexpr std::uint32_t admitted_mw() const noexcept {
        return static_cast<std::uint32_t>(admitted_ < UINT32_MAX ? admitted_ : UINT32_MAX);
    }

    /// May something be dispatched that burns `mw` until the end of the quantum? If so it is debited. O(1).
    constexpr bool admit(std::uint32_t mw) noexcept {
        if (mw > asked_) asked_ = mw;
        if (mw > allowance_mw()) return false;
        admitted_ += mw;
        return true;
    }

    /// Debits `mw` that are burnt whether they fit or not: what a machine takes when idle. O(1).
    constexpr void debit(std::uint32_t mw) noexcept { admitted_ += mw; }

    /// The quantum is over, and `burnt_mw` were burnt in it, which may differ from what was admitted. O(1).
    constexpr void next_quantum(std::uint32_t burnt_mw) noexcept {
        const std::int64_t left = carried_ + cap_mw_ - (admitted_ > burnt_mw ? admitted_ : burnt_mw);
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
