// SPDX-License-Identifier: MIT
//
// headroom_prices: lanes' multipliers from what the dies and the chassis have left, filtered and slowed down so that they don't swing.
//
//     headroom of each die ─┐
//     of the chassis ───────┴▶ filter, 2^-shift of the way ──▶ Surface(use, headroom) ──▶ a twentieth a window ──▶ price_schedule
//     use, demand of the device ─────────────────────────────────▲
//
// An ordinary lane takes the lesser of its die's headroom and the chassis', since heat that has left a die is still in the machine:
// with a busy device and a hot chassis ordinary work is dear although its own die is cold. A lane of the device goes by its own die
// alone, so a hot processor makes it dearer only as far as it heats it. A feeding lane is never dear.
//
// With many more bidders than room, a price that follows an unfiltered headroom flips between its ends: dear, so nobody runs, so
// there is room, so it is cheap, so everybody does. A multiplier that moves by a twentieth at most needs 43 windows from 1 to 8. Only
// a die that is too hot, or whose temperature nobody knows, raises its lanes at once.
//
// From a multiplier of 7.5 on, and until all ordinary lanes are below 7, feeding_first() asks the scheduler to let feeding lanes go
// first, whatever the others bid: lanes.hpp does so by prefer().
//
// Invariants
//   1. No multiplier is 0, a feeding lane's is 1, and none moves by more than a twentieth in a window but upwards while its die is
//      too hot or unknown.
//   2. A headroom never leaves the range of what it was told: it is a weighted mean.
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

/// How much a device works, and how much is wanted of it. Where the demand isn't known, take the utilisation for it.
struct device_load {
    share_q16 utilisation;
    share_q16 demand;
};

/// `Surface`: the coupling_table by which ordinary lanes pay for the device's use, and the device's lanes for its demand.
template <std::size_t Dies, std::size_t Lanes, auto const& Surface = scarcity<>>
class headroom_prices {
public:
    /// Feeding goes first from the one on, and until below the other.
    static constexpr multiplier_q16 first_from = unit_multiplier / 2 * 15;
    static constexpr multiplier_q16 first_until = unit_multiplier * 7;

    constexpr headroom_prices() noexcept = default;

    /// All of it is left, every multiplier is 1. The chassis and the load count as hot and busy until they are heard of. `s` is as
    /// check_plane accepts it.
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

    /// A reading of the chassis' sensor, or of the device's load. What is older than the newest one is left out. O(1).
    constexpr void observe_chassis(timed<milli_celsius> reading) noexcept { keep(chassis_, reading); }
    constexpr void observe_load(timed<device_load> load) noexcept { keep(load_, load); }

    /// Die d, below Dies, has `share` of its headroom left in this window; if `forced`, none, and its lanes may rise without a limit.
    constexpr void take_headroom(std::size_t d, share_q16 share, bool forced) noexcept {
        MAXWELL_ASSERT(d < Dies);
        filter(headroom_[d], share);
        if (forced) headroom_[d] = 0;
        forced_[d] = forced;
    }

    /// The chassis' headroom at `now_ns`, by its newest reading; none when that is too old.
    constexpr void take_chassis(std::uint64_t now_ns) noexcept { filter(headroom_[Dies], chassis_share(now_ns)); }

    /// Lane l, below Lanes, gets its multiplier of the next schedule. Lanes in order, each once a window. O(1).
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

    /// All lanes are priced: the schedule begins. O(1).
    constexpr void begin(std::uint64_t now_ns, price base) noexcept { schedule_.begin(now_ns, base); }

    /// Whole after begin(), and until the next price_lane(). O(1).
    constexpr price_schedule<Lanes> const& schedule() const noexcept { return schedule_; }

    /// Shall feeding lanes go before all others? O(1).
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

    /// As near to `wanted` as a twentieth allows; upwards all the way if `forced`.
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
    multiplier_q16 dearest_ = 0;  ///< of the ordinary lanes priced so far in this window
    plane_lane lane_[Lanes] = {};
    multiplier_q16 multiplier_[Lanes] = {};
    price_schedule<Lanes> schedule_;
};

static_assert(std::is_trivially_copyable_v<headroom_prices<2, 4>> && std::is_standard_layout_v<headroom_prices<2, 4>>);

}  // namespace maxwell
