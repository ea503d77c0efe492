// SPDX-License-Identifier: MIT
//
// price_schedule: the multipliers of every lane for the next ten milliseconds, looked up by time.
//
// Sensors are read 10 to 100 times a second, and there are 1,000 to 10,000 quanta a second. So prices are made ahead, and a
// quantum only looks up its step. A lane is a class of bidders with one multiplier; the reserve of a lane is the base price times
// its multiplier, rounded up. If the next schedule is late this one stays in force: its last step holds for as long again, and
// then moves to the lane's safe multiplier, which it reaches 36 steps after the start.
//
//     multiplier
//      ^       ___
//      |   ___|   |__                       last step       .--''
//      |  |          |______________________________.--''  safe
//      |__|                                                             the same for every lane, each with its own line
//      +--+--+--+--+-----+--------------------+-------------------+--------> time, in steps of 2^20 ns (1.05 ms)
//         0  1  2  3     10                   20                  36
//         start          end: was due          hold ends          safe from here on, for ever
//
// Invariants
//   1. Every multiplier of a lane is 0 (the lane was never set) or none is, the safe one included.
//   2. The all-zero object is the schedule of no lane: every reserve is 0.
//
//     operation    cost   why
//     multiplier   O(1)   a subtraction, a shift, a load; late: a multiplication more
//     reserve      O(1)   that, a multiplication and a shift
//     set          O(1)   a line of 64 bytes
//
// Multipliers are Q16.16: 65536 is 1, the greatest is just below 65536. Nothing divides.

#pragma once

#include <maxwell/abi/price_page.h>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, int64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

using multiplier_q16 = std::uint32_t;  ///< Q16.16: 65536 is 1

/// A multiplier of 1.
inline constexpr multiplier_q16 unit_multiplier = multiplier_q16{1} << 16;

/// base * multiplier, rounded up: the reserve of a lane. A product above max_price is max_price, so a hotter lane never becomes
/// cheaper. O(1).
constexpr price scaled_price(price base, multiplier_q16 multiplier) noexcept {
    constexpr std::uint64_t greatest = ~price{0};
    const std::uint64_t ticks = (std::uint64_t{base} * multiplier + (unit_multiplier - 1)) >> 16;
    return static_cast<price>(ticks < greatest ? ticks : greatest);
}

template <std::size_t Lanes>
class price_schedule {
    static_assert(Lanes > 0 && Lanes <= 1024, "a page of 1,024 lanes takes 128 KB");

public:
    static constexpr std::size_t steps = MAXWELL_PRICE_STEPS;
    static constexpr std::uint64_t step_ns = std::uint64_t{1} << MAXWELL_PRICE_STEP_SHIFT;
    static constexpr std::uint64_t horizon_ns = steps * step_ns;

    /// How long after its start a schedule has only safe multipliers: 37.7 ms.
    static constexpr std::uint64_t safe_after_ns =
        (steps + MAXWELL_PRICE_HOLD_STEPS + (1u << MAXWELL_PRICE_DECAY_SHIFT)) * step_ns;

    /// The number of lanes.
    static constexpr std::size_t lanes() noexcept { return Lanes; }

    /// When the first step begins, on the clock of the host that made the schedule.
    constexpr std::uint64_t start_ns() const noexcept { return start_ns_; }

    /// When the next schedule is due.
    constexpr std::uint64_t end_ns() const noexcept { return start_ns_ + horizon_ns; }

    /// Ticks per unit at a multiplier of 1.
    constexpr price base_price() const noexcept { return base_price_; }

    /// The lane's line, in the layout of a price page; `lane` is below lanes().
    constexpr maxwell_price_lane const& line(std::size_t lane) const noexcept {
        MAXWELL_ASSERT(lane < Lanes);
        return lanes_[lane];
    }

    /// The multiplier of `lane` at `now_ns`. Before the start it is the first step's, for clocks that are a little behind; after
    /// the end it is as drawn above. 0 for a lane that was never set or is not below lanes(). O(1).
    constexpr multiplier_q16 multiplier(std::size_t lane, std::uint64_t now_ns) const noexcept {
        if (lane >= Lanes) return 0;
        const std::uint64_t age_ns = now_ns - start_ns_;
        const std::uint64_t step = age_ns >> MAXWELL_PRICE_STEP_SHIFT;
        if (step < steps) [[likely]]
            return lanes_[lane].multiplier_q16[step];
        return out_of_horizon(lanes_[lane], step);
    }

    /// The reserve of `lane`: the base price times the multiplier, rounded up. 0 for a lane that was never set or is not below
    /// lanes(). O(1).
    constexpr price reserve(std::size_t lane, std::uint64_t now_ns) const noexcept {
        return scaled_price(base_price_, multiplier(lane, now_ns));
    }

    /// Begins a new horizon at `start_ns`, with the base price `base`. Lanes keep their multipliers until they are set. O(1).
    constexpr void begin(std::uint64_t start_ns, price base) noexcept {
        start_ns_ = start_ns;
        base_price_ = base;
    }

    /// Sets the multipliers of `lane`, one for each step, and the safe one for when no new schedule comes. Returns false, and
    /// changes nothing, if `lane` is not below lanes(), there are not `steps` multipliers, or one of them or `safe` is 0. O(1).
    constexpr bool set(std::size_t lane, view<multiplier_q16 const> each_step, multiplier_q16 safe) noexcept {
        if (lane >= Lanes || each_step.size() != steps || safe == 0) return false;
        for (multiplier_q16 m : each_step) {
            if (m == 0) return false;
        }
        maxwell_price_lane& to = lanes_[lane];
        for (std::size_t step = 0; step < steps; ++step) to.multiplier_q16[step] = each_step[step];
        to.safe_q16 = safe;
        return true;
    }

    /// The same with one multiplier for the whole horizon. O(1).
    constexpr bool set(std::size_t lane, multiplier_q16 multiplier, multiplier_q16 safe) noexcept {
        if (lane >= Lanes || multiplier == 0 || safe == 0) return false;
        for (multiplier_q16& m : lanes_[lane].multiplier_q16) m = multiplier;
        lanes_[lane].safe_q16 = safe;
        return true;
    }

    /// The lane's line, to be overwritten with any bytes that another program has stored. `lane` is below lanes().
    constexpr maxwell_price_lane& line(std::size_t lane) noexcept {
        MAXWELL_ASSERT(lane < Lanes);
        return lanes_[lane];
    }

    /// Does invariant 1 hold? O(Lanes); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        for (maxwell_price_lane const& lane : lanes_) {
            for (multiplier_q16 m : lane.multiplier_q16) {
                if ((m == 0) != (lane.safe_q16 == 0)) return false;
            }
        }
        return true;
    }

private:
    /// The multiplier before the start or after the end; `step` is not below `steps`.
    static constexpr multiplier_q16 out_of_horizon(maxwell_price_lane const& lane, std::uint64_t step) noexcept {
        constexpr std::uint64_t wrap = std::uint64_t{1} << (63 - MAXWELL_PRICE_STEP_SHIFT);
        if (step >= wrap) return lane.multiplier_q16[0];  // the age is negative
        const multiplier_q16 last = lane.multiplier_q16[steps - 1];
        const std::uint64_t late = step - steps;
        if (late < MAXWELL_PRICE_HOLD_STEPS) return last;
        const std::uint64_t walked = late - MAXWELL_PRICE_HOLD_STEPS;
        if (walked >> MAXWELL_PRICE_DECAY_SHIFT != 0) return lane.safe_q16;
        const std::int64_t way = std::int64_t{lane.safe_q16} - std::int64_t{last};
        const std::int64_t part = way * static_cast<std::int64_t>(walked) >> MAXWELL_PRICE_DECAY_SHIFT;
        return static_cast<multiplier_q16>(std::int64_t{last} + part);
    }

    std::uint64_t start_ns_ = 0;
    price base_price_ = 0;
    maxwell_price_lane lanes_[Lanes] = {};
};

static_assert(sizeof(price_schedule<4>) == 16 + 4 * 64);
static_assert(std::is_trivially_copyable_v<price_schedule<4>> && std::is_standard_layout_v<price_schedule<4>>);

}  // namespace maxwell
