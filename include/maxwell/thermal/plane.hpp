// SPDX-License-Identifier: MIT
//
// plane: makes caps and prices from sensors: a controller for each die, the heat that dies share, and the lanes' prices.
//
//     readings ──▶ controller[0] ──cap──▶ admit(0, mw)       watts of each die ──┐
//        with      controller[1] ──cap──▶ admit(1, mw)                           │
//     their age         ▲    └──room──▶ headroom_prices ──▶ schedule ──▶ a price page
//                       └── heat from the other dies ◀── coupling stages ◀───────┘
//     chassis, device's load ──────────────▶
//
// Temperature is held by limiting power: each die has its own cap, and its model includes the heat from the other dies, so a cap
// accounts for the neighbour's watts before a sensor shows them. Prices follow from headroom:
//
//     headroom of a die = kelvin left to its setpoint / kelvin between its idle and its setpoint, at the nominal ambient temperature
//
// No quantum does all the work of a window:
//
//     quantum   0 .. Dies-1           the window of that die opens: a new cap
//               Dies .. 2 Dies-1      what that die drew warms the others, and its headroom is taken
//               2 Dies                the chassis' headroom is taken
//               2 Dies + 1 ..         that lane is priced
//               the last              the schedule begins, and step() returns true; in a short window all that is left is done here
//
// Invariants
//   1. Every die keeps the invariants of its controller, the lanes those of headroom_prices.
//   2. The schedule is complete when step() has returned true, and until the step after that.
//   3. The all-zero object admits nothing, and has the schedule of no lane.
//
//     operation     cost                    why
//     step          O(Dies (Stages + Dies)) a step of each controller, and one of the parts above
//     observe       O(1)                    the controller's
//     admit         O(1)                    a comparison
//     sleep         O(Dies (64 (Stages + Dies) + History))
//     create        O(100 Dies (Stages + Dies))
//
// Not thread-safe: one thread makes prices, or a lock protects the plane.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/units.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/thermal/controller.hpp>
#include <maxwell/thermal/headroom_prices.hpp>
#include <maxwell/thermal/plane_settings.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // create
#include <type_traits>  // is_trivially_copyable
#include <utility>      // index_sequence

namespace maxwell {

template <std::size_t Stages, std::size_t History, std::size_t Dies, std::size_t Lanes,
          auto const& Surface = scarcity<>>
class plane {
    static_assert(Dies > 0 && Dies <= 16 && Lanes > 0 && Lanes <= 32,
                  "some dies that share a chassis, and a set of lanes");

public:
    using settings = plane_settings<Stages, Dies, Lanes>;
    using controller_type = controller<Stages, History>;
    using prices_type = headroom_prices<Dies, Lanes, Surface>;

    /// Admits nothing.
    constexpr plane() noexcept = default;

    /// A plane, or the reason for which there is none.
    struct created : std::optional<plane> {
        using std::optional<plane>::optional;
        plane_fault fault = plane_fault::none;  ///< `sentence` says what to change
    };

    /// Returns a plane whose dies are as cold as the air, at `now_ns` on the clock of all later times. Where `check_plane` names a
    /// fault the result is empty and has that fault.
    static constexpr created create(settings const& s, std::uint64_t now_ns) noexcept {
        created result;
        result.fault = check_plane(s, History);
        if (result.fault == plane_fault::none) result.emplace(checked{}, s, now_ns, std::make_index_sequence<Dies>{});
        return result;
    }

    // --- what is measured --------------------------------------------------------------------------------------------------

    /// Takes in a reading of the sensor of `die`. Returns `plausible`, or the rule that refused it; `out_of_range` also if there is
    /// no such die, or the reading is older than History quanta. A time after the last step counts as that of the step. O(1).
    constexpr sensor_verdict observe(std::size_t die, timed<milli_celsius> reading) noexcept {
        if (die >= Dies || quantum_ns_ == 0) return sensor_verdict::out_of_range;
        const std::uint64_t age = now_ns_ > reading.time_ns ? (now_ns_ - reading.time_ns) / quantum_ns_ : 0;
        return die_[die].observe(reading.value.value, age < History ? static_cast<std::uint32_t>(age) : History);
    }

    /// Takes in a reading of the chassis' sensor; ignores one older than the newest. O(1).
    constexpr void observe_chassis(timed<milli_celsius> reading) noexcept { prices_.observe_chassis(reading); }

    /// Takes in the device's recent utilisation and demand; ignores a sample older than the newest. O(1).
    constexpr void observe_load(timed<device_load> load) noexcept { prices_.observe_load(load); }

    // --- the quantum -------------------------------------------------------------------------------------------------------

    /// Returns whether something that draws `mw` until the end of this quantum may be dispatched on `die`, and if so deducts it.
    /// False if there is no such die. O(1).
    constexpr bool admit(std::size_t die, std::uint32_t mw) noexcept { return die < Dies && die_[die].admit(mw); }

    /// Ends a quantum at `now_ns`, in which die i has drawn drawn[i], its idle power included; dies beyond the view have drawn
    /// their idle power. Returns whether there is a new schedule in prices(). O(Dies (Stages + Dies)).
    constexpr bool step(std::uint64_t now_ns, view<milliwatts const> drawn) noexcept {
        if (quantum_ns_ == 0) return false;
        now_ns_ = now_ns;
        for (std::size_t d = 0; d < Dies; ++d) {
            const std::uint32_t mw = d < drawn.size() ? drawn[d].value : idle_mw_[d];
            die_[d].step(mw);
            drawn_mw_[d] += die_[d].power() == power_verdict::plausible ? mw : die_[d].cap_mw();
        }
        const bool last = quantum_ == window_quanta_ - 1;
        if (quantum_ >= Dies && quantum_ < parts) do_part(quantum_, now_ns);
        if (last) do_parts_after(quantum_, now_ns);
        quantum_ = last ? 0 : quantum_ + 1;
        if (last) prices_.begin(now_ns, base_price_);
        return last;
    }

    /// Accounts for the time from the last step to `now_ns`, in which step() wasn't called, in a suspend for instance, and in which
    /// die i drew drawn[i], or 0 beyond the view. Models cool accordingly, readings from before no longer count as recent, and new
    /// windows begin. Less than a quantum changes nothing.
    constexpr void sleep(std::uint64_t now_ns, view<milliwatts const> drawn) noexcept {
        if (quantum_ns_ == 0 || now_ns < now_ns_ || now_ns - now_ns_ < quantum_ns_) return;
        constexpr std::uint32_t most_mw = thermal_model<Stages>::max_power_mw;
        const std::uint64_t ns = now_ns - now_ns_;
        now_ns_ = now_ns;
        for (std::size_t j = 0; j < Dies; ++j) {
            const std::uint32_t mw = j < drawn.size() ? drawn[j].value : 0;
            last_mw_[j] = mw < most_mw ? mw : most_mw;
            for (std::size_t i = 0; i < Dies; ++i) from_[i][j].advance(last_mw_[j], ns / quantum_ns_ / window_quanta_);
        }
        for (std::size_t i = 0; i < Dies; ++i) {
            surround(i);
            die_[i].sleep(ns, last_mw_[i]);
        }
        take_turns();
    }

    /// Begins as a machine that has run for a while and whose dies have these temperatures: each die is in the steady state at
    /// its temperature, the others' heat included. Changes nothing unless there are as many readings as dies.
    /// O(Dies^2 + Dies (Stages + History)).
    constexpr void warm_start(view<milli_celsius const> readings) noexcept {
        if (quantum_ns_ == 0 || readings.size() != Dies) return;
        // Finds the watts that explain all temperatures, by Gauss and Seidel; it converges, since couplings are weak.
        for (int pass = 0; pass < 20; ++pass) {
            for (std::size_t i = 0; i < Dies; ++i) {
                surround(i);
                die_[i].warm_start(readings[i].value);
                thermal_model<Stages> const& model = die_[i].observer().model();
                last_mw_[i] = power_for(model.rise(), model.resistance());
                for (std::size_t k = 0; k < Dies; ++k) from_[k][i].settle(last_mw_[i]);  // [i][i] has no resistance
            }
        }
        take_turns();
    }

    // --- prices ------------------------------------------------------------------------------------------------------------

    /// Sets the price at a multiplier of 1, in ticks per unit, from the next schedule on. O(1).
    constexpr void base_price(price base) noexcept { base_price_ = base; }

    /// Makes the base price from the bids for a die: its controller's clearing price, within its limits. If there is no such die
    /// the price stays. O(bids).
    constexpr void reprice(std::size_t die, view<power_bid const> bids) noexcept {
        if (die < Dies) base_price_ = die_[die].reprice(bids);
    }

    /// Multipliers, the schedule, the filtered headroom, and whether feeding lanes go first.
    constexpr prices_type const& prices() const noexcept { return prices_; }

    /// The controller of a die, which is below Dies: caps, estimates, trust; and to retarget it or reset its sensor.
    constexpr controller_type const& die(std::size_t d) const noexcept {
        MAXWELL_ASSERT(d < Dies);
        return die_[d];
    }
    constexpr controller_type& die(std::size_t d) noexcept {
        MAXWELL_ASSERT(d < Dies);
        return die_[d];
    }

    /// Do the invariants hold? O(Dies Stages + Lanes); for tests.
    constexpr bool check_invariants() const noexcept {
        for (controller_type const& c : die_) {
            if (!c.check_invariants()) return false;
        }
        return (quantum_ns_ == 0 || quantum_ < window_quanta_) && prices_.check_invariants();
    }

private:
    struct checked {
        explicit checked() = default;
    };

public:
    /// For `create`, which constructs in place: no other code can name the first argument's type.
    template <std::size_t... Die>
    constexpr plane(checked, settings const& s, std::uint64_t now_ns, std::index_sequence<Die...>) noexcept
        : die_{controller_type(typename controller_type::certified{}, s.die[Die])...},
          forced_from_(-q32_from_milli(s.forced_above_mk)),
          now_ns_(now_ns),
          quantum_ns_(s.die[0].quantum_ns),
          window_quanta_(s.die[0].window_quanta),
          prices_(s, now_ns) {
        for (std::size_t i = 0; i < Dies; ++i) {
            controller_settings<Stages> const& d = s.die[i];
            idle_mw_[i] = last_mw_[i] = d.idle_mw;
            const q32 idle_rise = mul_q32(die_[i].observer().model().resistance(), watts(d.idle_mw));
            const q32 room =
                q32_from_milli(d.target_mc) - q32_from_milli(d.margin_mk) - q32_from_milli(d.observer.ambient_mc);
            whole_room_[i] = room - idle_rise;
            for (std::size_t j = 0; j < Dies; ++j) {
                from_[i][j] = thermal_model<1>({s.coupling[i][j]}, quantum_ns_ * window_quanta_, 1);
            }
        }
        take_turns();
    }

private:
    /// Of a window's work, part q in quantum q: the windows that open, heat and headroom of the dies, the chassis, the lanes.
    static constexpr std::uint32_t parts = 2 * Dies + 1 + Lanes;

    static constexpr q32 watts(std::uint32_t mw) noexcept { return q32_from_milli(static_cast<std::int32_t>(mw)); }

    /// Makes the window of die d open in quantum d. Its heat is shared in quantum Dies + d, so the quanta of the window that are
    /// still missing count with the watts of the window before.
    constexpr void take_turns() noexcept {
        quantum_ = 0;
        for (std::size_t d = 0; d < Dies; ++d) {
            const auto turn = static_cast<std::uint32_t>(d);
            die_[d].advance_window(window_quanta_ - 1 - turn % window_quanta_);
            const std::uint32_t shared = Dies + turn < window_quanta_ ? Dies + turn + 1 : window_quanta_;
            drawn_mw_[d] = std::uint64_t{last_mw_[d]} * (window_quanta_ - shared);
        }
    }

    /// Does a part of a window's work that is not the controllers' own.
    constexpr void do_part(std::uint32_t part, std::uint64_t now_ns) noexcept {
        if (part > 2 * Dies) {
            prices_.price_lane(part - 2 * Dies - 1, now_ns);
        } else if (part == 2 * Dies) {
            prices_.take_chassis(now_ns);
        } else {
            share_heat(part - Dies);
        }
    }

    /// Does what is left in the last quantum of a short window. Not inlined: a loop in step() would prepare itself in each quantum.
    [[gnu::__noinline__]] constexpr void do_parts_after(std::uint32_t part, std::uint64_t now_ns) noexcept {
        for (part = part < Dies ? Dies : part + 1; part < parts; ++part) do_part(part, now_ns);
    }

    /// Ends the window of die d: what it drew warms the others, and its headroom is taken. Not inlined, for the sake of quanta that don't
    /// come here: they save fewer registers.
    [[gnu::__noinline__]] constexpr void share_heat(std::size_t d) noexcept {
        if constexpr (Dies > 1) {
            last_mw_[d] = static_cast<std::uint32_t>(drawn_mw_[d] / window_quanta_);
            drawn_mw_[d] = 0;
            for (std::size_t i = 0; i < Dies; ++i) {
                if (i == d) continue;
                from_[i][d].step(last_mw_[d]);
                surround(i);
            }
        }
        const q32 room = die_[d].room();
        const q32 share = room <= 0 ? 0 : room >= whole_room_[d] ? whole_share : (room << 16) / whole_room_[d];
        const bool unknown = die_[d].observer().trust() == trust_level::nothing;
        prices_.take_headroom(d, static_cast<share_q16>(share), unknown || room <= forced_from_);
    }

    constexpr void surround(std::size_t i) noexcept {
        q32 now = 0;
        q32 in_the_end = 0;
        for (std::size_t j = 0; Dies > 1 && j < Dies; ++j) {
            if (i == j) continue;
            now += from_[i][j].rise();
            in_the_end += mul_q32(from_[i][j].resistance(), watts(last_mw_[j]));
        }
        die_[i].surround(now, in_the_end);
    }

    controller_type die_[Dies] = {};
    thermal_model<1> from_[Dies][Dies] = {};  ///< [i][j]: what the watts of die j add to the rise of die i, by windows
    std::uint64_t drawn_mw_[Dies] = {};       ///< since its heat was last shared, summed over quanta
    std::uint32_t last_mw_[Dies] = {};        ///< mean of its last window
    std::uint32_t idle_mw_[Dies] = {};
    q32 whole_room_[Dies] = {};
    q32 forced_from_ = 0;
    std::uint64_t now_ns_ = 0;
    std::uint32_t quantum_ns_ = 0;
    std::uint32_t window_quanta_ = 0;
    std::uint32_t quantum_ = 0;  ///< of the plane's window
    price base_price_ = 0;
    prices_type prices_;
};

static_assert(std::is_trivially_copyable_v<plane<3, 128, 2, 4>> && std::is_standard_layout_v<plane<3, 128, 2, 4>>);

}  // namespace maxwell
