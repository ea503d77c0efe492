// SPDX-License-Identifier: MIT
//
// power_gate: which lanes may sell in this quantum, so that a power cap holds whatever is bid.
//
//     cap 20 W, lanes of 8 W, 25 W and 60 W. One core:
//
//     quantum   allowance   shut            sold    left over, kept for the largest lane that didn't fit
//     1         20          25 W, 60 W      8 W     12
//     2         32          60 W            25 W     7
//     3         27          60 W            8 W     19  ...
//
// Quantity is the actuator (docs/thermal.md): a lane whose watts don't fit what the core has left is shut before bids are
// compared, so no bid can influence that. Every lane that doesn't fit is asked for, with or without bids, and so the budget saves
// for it: it sells sooner or later. Each core has an equal part of the cap and its own budget (energy_budget.hpp), so cores may
// decide at any time.
//
// Invariants
//   1. Over any time a core's dispatches take at most what its part of the cap has released, and one dispatch more.
//   2. The all-zero object has no cap: no lane is shut.
//
//     operation   cost       why
//     begin       O(Lanes)   a comparison each
//     dispatch    O(1)       additions

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/thermal/energy_budget.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

template <std::size_t Lanes, std::size_t Cores = 1>
class power_gate {
    static_assert(Lanes > 0 && Lanes <= 32 && Cores > 0);

public:
    static constexpr std::uint32_t window_quanta = 10;  ///< no more than what so many quanta release is ever owed

    /// From now on all cores together release `cap_mw` each quantum, and an agent of lane l draws lane_mw[l] as measured by the host;
    /// 0 in lanes beyond the view. O(Lanes + Cores).
    constexpr void open(std::uint32_t cap_mw, view<std::uint32_t const> lane_mw) noexcept {
        for (std::size_t l = 0; l < Lanes; ++l) lane_mw_[l] = l < lane_mw.size() ? lane_mw[l] : 0;
        for (core_state& c : core_) {
            if (!capped_) c = {energy_budget{window_quanta}, 0};
            c.budget.open(cap_mw / static_cast<std::uint32_t>(Cores));
        }
        capped_ = true;
    }

    /// The watts of an agent of lane `l`, which is below Lanes.
    constexpr std::uint32_t lane_mw(std::size_t l) const noexcept {
        MAXWELL_ASSERT(l < Lanes);
        return lane_mw_[l];
    }

    /// A quantum of `core`, below Cores, is over. Returns the lanes that don't fit the next one, as bits. O(Lanes).
    constexpr std::uint32_t begin(std::size_t core) noexcept {
        if (!capped_) return 0;
        core_state& c = core_[core];
        c.budget.next_quantum(c.drawn_mw);
        c.drawn_mw = 0;
        std::uint32_t shut = 0;
        for (std::size_t l = 0; l < Lanes; ++l) {
            if (lane_mw_[l] > c.budget.allowance_mw() && !c.budget.admit(lane_mw_[l])) shut |= 1u << l;
        }
        return shut;
    }

    /// An agent of lane `l` runs on `core` in this quantum; begin() has not shut the lane. O(1).
    constexpr void dispatch(std::size_t core, std::size_t l) noexcept {
        if (!capped_) return;
        const bool fits = core_[core].budget.admit(lane_mw_[l]);
        MAXWELL_ASSERT(fits);
        static_cast<void>(fits);
    }

    /// `mw` were drawn over this quantum on `core`, as measured; in several parts if need be. What exceeds the lane's watts is owed.
    constexpr void drawn(std::size_t core, std::uint32_t mw) noexcept {
        std::uint32_t& sum = core_[core].drawn_mw;
        sum = mw > ~sum ? ~std::uint32_t{0} : sum + mw;
    }

private:
    struct core_state {
        energy_budget budget;
        std::uint32_t drawn_mw;
    };

    std::uint32_t lane_mw_[Lanes] = {};
    bool capped_ = false;
    core_state core_[Cores] = {};
};

static_assert(std::is_trivially_copyable_v<power_gate<2>> && std::is_standard_layout_v<power_gate<2>>);

}  // namespace maxwell
