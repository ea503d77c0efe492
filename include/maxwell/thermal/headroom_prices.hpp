// SPDX-License-Identifier: MIT
//
// headroom_prices: lanes' multipliers from the headroom of dies and chassis, filtered and limited in speed so they don't oscillate.
//
//     headroom of each die ─┐
//     of the chassis ───────┴▶ filter, 2^-shift of the way ──▶ Surface(use, headroom) ──▶ a twentieth a window ──▶ price_schedule
//     use, demand of the device ─────────────────────────────────▲
//
// An ordinary lane takes the lesser of its die's headroom and the chassis', since heat that has left a die is still in the machine:
// with a busy device and a hot chassis ordinary work is expensive although its own die is cold. A lane of the device depends on its
// own die alone, so a hot processor raises its price only by heating that die. A feeding lane's multiplier is always 1.
//
// With many more bidders than headroom, a price that follows the unfiltered headroom oscillates: while it is high no bidder runs, so
// headroom grows, the price falls, and all bidders run. A multiplier that moves by at most a twentieth needs 43 windows from 1 to 8.
// Only a die that is too hot, or whose temperature is unknown, raises its lanes at once.
//
// From a multiplier of 7.5 on, and until all ordinary lanes are below 7, feeding_first() asks the scheduler to prefer feeding lanes,
// whatever the others bid: lanes.hpp does so by prefer().
//
// Invariants
//   1. No multiplier is 0, a feeding lane's is 1, and none moves by more than a twentieth in a window, except upwards while its
//      die's temperature is too high or unknown.
//   2. A filtered headroom is a weighted mean, so it never leaves the range of its inputs.
//   3. The all-zero object is the schedule of no lane.
//
//     operation        cost   why
//     take_headroom    O(1)   a shift; the chassis' a division
//     price_lane       O(1)   a lookup, and a line of the schedule
//     the others       O(1)   loads and stores

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/units.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/plane_settings.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int32_t, uint32_t, uint64_t
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// How much of a device's time is used, and how much is demanded. If the demand isn't known, set it to the utilisation.
struct device_load {
    share_q16 utilisation;
    share_q16 demand;
};

/// `Surface`: the coupling_table that makes ordinary lanes' multipliers from the device's use, and the device's from its demand.
template <std::size_t Dies, std::size_t Lanes, auto const& Surface = scarcity<>>
class headroom_prices {
public:
    /// feeding_first() begins at the first of these multipliers and ends below the second.
    static constexpr multiplier_q16 first_from = unit_multiplier / 2 * 15;
    static constexpr multiplier_q16 first_until = unit_multiplier * 7;

    constexpr headroom_prices() noexcept = default;

    /// Begins with full headroom and multipliers of 1. The chassis counts as hot and the device as busy until their first samples.
    /// check_plane must accept `s`.
    template <std::size_t Stages>
    constexpr headroom_prices(plane_settings<Stages, Dies, Lanes> const& s, std::uint64_t now_ns) noexcept
        : filter_shift_(s.filter_shift),
          device_(s.device),
          range_(s.chassis),
          timeout_ns_(std::uint64_t{s.sample_timeout_ms} * 1'000'000),
          chassis_{s.chassis.hot, now_ns},
          load_{{whole_share, whole_share}, now_ns} {
        for (std::size_t l = 0; l < Lanes; ++l) {
            lane_[l] = s.lane[l];
            multiplier_[l] = unit_multiplier;
            schedule_.set(l, unit_multiplier, lane_[l].safe_q16);
        }
        for (std::uint32_t& h : headroom_) h = whole_share << fraction_bits;
        schedule_.begin(now_ns, 0);
    }

    /// Takes in a reading of the chassis' sensor, or of the device's load; ignores one older than the newest. O(1).
    constexpr void observe_chassis(timed<milli_celsius> reading) noexcept { keep(chassis_, reading); }
    constexpr void observe_load(timed<device_load> load) noexcept { keep(load_, load); }

    /// Takes in that die d, below Dies, has `share` of its headroom left in this window. If `forced` it has none, and its lanes'
    /// multipliers can rise without a limit.
    constexpr void take_headroom(std::size_t d, share_q16 share, bool forced) noexcept {
        MAXWELL_ASSERT(d < Dies);
        filter(headroom_[d], share);
        if (forced) headroom_[d] = 0;
        forced_[d] = forced;
    }

    /// Takes in the chassis' headroom at `now_ns`, by its newest reading; 0 if that is too old.
    constexpr void take_chassis(std::uint64_t now_ns) noexcept { filter(headroom_[Dies], chassis_share(now_ns)); }

    /// Makes the multiplier of lane l, below Lanes, for the next schedule. Call it for lanes in order, each once a window. O(1).
    constexpr void price_lane(std::size_t l, std::uint64_t now_ns) noexcept {
        MAXWELL_ASSERT(l < Lanes);
        plane_lane const& lane = lane_[l];
        if (l == 0) dearest_ = 0;
        if (lane.kind != lane_kind::feeding) {
            const bool silent = age_ns(now_ns, load_.time_ns) > timeout_ns_;
            const share_q16 own = headroom(lane.die);
            multiplier_q16 wanted = 0;
            if (lane.kind == lane_kind::device) {
                wanted = Surface.multiplier(silent ? whole_share : load_.value.demand, own);
            } else {
                const share_q16 use = lane.die == device_ ? 0 : silent ? whole_share : load_.value.utilisation;
                wanted = Surface.multiplier(use, own < chassis_headroom() ? own : chassis_headroom());
            }
            multiplier_[l] = slewed(multiplier_[l], wanted, forced_[lane.die]);
            schedule_.set(l, multiplier_[l], lane.safe_q16);
            if (lane.kind == lane_kind::ordinary && multiplier_[l] > dearest_) dearest_ = multiplier_[l];
        }
        if (l == Lanes - 1) feeding_first_ = dearest_ >= (feeding_first_ ? first_until : first_from);
    }

    /// Begins the schedule; all lanes have been priced. O(1).
    constexpr void begin(std::uint64_t now_ns, price base) noexcept { schedule_.begin(now_ns, base); }

    /// The schedule; it is complete from begin() until the next price_lane(). O(1).
    constexpr price_schedule<Lanes> const& schedule() const noexcept { return schedule_; }

    /// Should feeding lanes run before all others? O(1).
    constexpr bool feeding_first() const noexcept { return feeding_first_; }

    /// The feeding lanes, as bits. O(Lanes).
    constexpr std::uint32_t feeding_lanes() const noexcept {
        std::uint32_t bits = 0;
        for (std::size_t l = 0; l < Lanes; ++l) bits |= std::uint32_t{lane_[l].kind == lane_kind::feeding} << l;
        return bits;
    }

    /// Multiplier of a lane, which is below Lanes. O(1).
    constexpr multiplier_q16 multiplier(std::size_t lane) const noexcept {
        MAXWELL_ASSERT(lane < Lanes);
        return multiplier_[lane];
    }

    /// Filtered headroom of a die, which is below Dies, and of the chassis. O(1).
    constexpr share_q16 headroom(std::size_t die) const noexcept {
        MAXWELL_ASSERT(die < Dies);
        return headroom_[die] >> fraction_bits;
    }
    constexpr share_q16 chassis_headroom() const noexcept { return headroom_[Dies] >> fraction_bits; }

    /// Do the invariants hold? O(Dies + Lanes); for tests.
    constexpr bool check_invariants() const noexcept {
        for (std::size_t l = 0; l < Lanes; ++l) {
            if (timeout_ns_ != 0 && multiplier_[l] == 0) return false;
            if (timeout_ns_ != 0 && lane_[l].kind == lane_kind::feeding && multiplier_[l] != unit_multiplier)
                return false;
        }
        for (std::uint32_t h : headroom_) {
            if (h > whole_share << fraction_bits) return false;
        }
        return schedule_.check_invariants();
    }

private:
    static constexpr int fraction_bits = 12;  ///< of a filtered headroom, behind its 16

    static constexpr std::uint64_t age_ns(std::uint64_t now_ns, std::uint64_t time_ns) noexcept {
        return now_ns > time_ns ? now_ns - time_ns : 0;
    }

    template <class Quantity>
    static constexpr void keep(timed<Quantity>& newest, timed<Quantity> const& t) noexcept {
        if (t.time_ns >= newest.time_ns) newest = t;
    }

    constexpr void filter(std::uint32_t& headroom, share_q16 now) const noexcept {
        const auto way = static_cast<std::int32_t>(now << fraction_bits) - static_cast<std::int32_t>(headroom);
        headroom = static_cast<std::uint32_t>(static_cast<std::int32_t>(headroom) + (way >> filter_shift_));
    }

    constexpr share_q16 chassis_share(std::uint64_t now_ns) const noexcept {
        const std::int64_t range = std::int64_t{range_.hot.value} - range_.cool.value;
        if (range == 0) return whole_share;
        if (age_ns(now_ns, chassis_.time_ns) > timeout_ns_) return 0;
        const std::int64_t left = std::int64_t{range_.hot.value} - chassis_.value.value;
        return left <= 0 ? 0 : left >= range ? whole_share : static_cast<share_q16>((left << 16) / range);
    }

    /// Returns the multiplier nearest to `wanted` within a twentieth of `now`; without a limit upwards if `forced`.
    static constexpr multiplier_q16 slewed(multiplier_q16 now, multiplier_q16 wanted, bool forced) noexcept {
        const std::uint32_t most = now < 20 ? 1 : now / 20;
        if (wanted > now) return forced || wanted - now <= most ? wanted : now + most;
        const multiplier_q16 lower = now - wanted <= most ? wanted : now - most;
        return lower != 0 ? lower : 1;
    }

    std::uint32_t headroom_[Dies + 1] = {};  ///< of each die and the chassis, filtered; Q16.28
    bool forced_[Dies] = {};
    bool feeding_first_ = false;
    std::uint32_t filter_shift_ = 0;
    std::uint8_t device_ = 0;
    chassis_range range_ = {};
    std::uint64_t timeout_ns_ = 0;
    timed<milli_celsius> chassis_ = {};
    timed<device_load> load_ = {};
    multiplier_q16 dearest_ = 0;  ///< the greatest of the ordinary lanes priced so far in this window
    plane_lane lane_[Lanes] = {};
    multiplier_q16 multiplier_[Lanes] = {};
    price_schedule<Lanes> schedule_;
};

static_assert(std::is_trivially_copyable_v<headroom_prices<2, 4>> && std::is_standard_layout_v<headroom_prices<2, 4>>);

}  // namespace maxwell
