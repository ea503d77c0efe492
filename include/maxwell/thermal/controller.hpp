// SPDX-License-Identifier: MIT
//
// controller: keeps a die at its target temperature by how much work it admits, and makes the price that clears it.
//
//                    ┌───────────────── learned scale and offset ────────────────┐
//                    │                                                           │
//     target ──▶ feed-forward ──cap──▶ energy_budget ──admits──▶ dispatch ──┬──▶ plant ──▶ sensor ──▶ observer
//              each window of 10 ms         │                             watts                        ▲
//                                           ▼                               └──────────────────────────┘
//                         clearing_price(bids, cap) ──▶ limits ──▶ price
//
// The actuator is quantity. Each window the controller asks its observer how warm the die will be a window later if
// nothing is burnt, and what each watt adds to that: the rest to the target is a power cap, without any feedback gain.
// The cap becomes an energy budget, which dispatched watts debit. The price is what clears that budget at the bids as
// they are; it tells bidders what the heat costs, but it is not what holds the temperature: where all bid alike, demand
// is all or nothing in the price.
//
// What is left of feedback is the observer's learning, and that has to be proved stable: `create` refuses gains that
// stability_certificate.hpp doesn't certify for the plant's bounds.
//
// When the sensor fails, the observer's model goes on alone for a bounded time, with a margin that grows with its
// drift; then the cap is what the hottest plant within the bounds survives for ever, and the price the safe one.
//
// Invariants
//   1. A controller with a model was certified.
//   2. The cap is within [idle, most], and the safe cap or less where the observer trusts nothing.
//   3. The all-zero object admits nothing.
//
//     operation            cost              why
//     step                 O(Stages)         the model's; each window another division
//     observe              O(1)              the observer's
//     admit, price         O(1)              a comparison
//     reprice              O(bids)           clearing_price
//     create               O(100 Stages)     coefficients
//
// A price that is made in a window from bids of that window is a critical price; clearing_price.hpp says what follows
// when it is used later, and how to make one that doesn't depend on the own bid.

#pragma once

#include <maxwell/core/view.hpp>
#include <maxwell/thermal/clearing_price.hpp>
#include <maxwell/thermal/energy_budget.hpp>
#include <maxwell/thermal/stability_certificate.hpp>
#include <maxwell/thermal/thermal_observer.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int32_t, uint32_t
#include <optional>     // create
#include <type_traits>  // is_trivially_copyable
#include <utility>      // in_place

namespace maxwell {

/// All that a controller has to know. The defaults are those of docs/thermal.md.
template <std::size_t Stages>
struct controller_settings {
    thermal_stage stages[Stages];          ///< `./run identify` finds them
    std::uint32_t quantum_ns = 1'000'000;  ///< how often step() is called
    std::uint32_t window_quanta = 10;      ///< how long a cap holds; also the horizon
    std::int32_t target_mc = 85'000;       ///< in thousandths of a degree Celsius
    std::int32_t margin_mk = 140;          ///< how far below it to aim
    std::int32_t tolerated_mk = 1'000;     ///< error of the observer at which the aim is target less margin
    std::uint32_t caution = 4;             ///< kelvin that the aim keeps away for each kelvin of error beyond that
    std::int32_t hottest_mc = 45'000;      ///< the warmest that the surroundings get
    std::uint32_t idle_mw = 0;             ///< what is burnt whatever is dispatched
    std::uint32_t most_mw = thermal_model<1>::highest_power_mw;  ///< what the machine can burn
    observer_settings observer = {};
    learning_gains gains = {};
    sensor_limits sensor = {};
    plant_bounds plant = {};
    price_limits prices = {};
};

template <std::size_t Stages, std::size_t History>
class controller {
public:
    using settings = controller_settings<Stages>;
    using observer_type = thermal_observer<Stages, History>;

    /// Admits nothing.
    constexpr controller() noexcept = default;

    /// A controller of a machine that is as cold as its surroundings; nothing where the loop isn't provably stable with
    /// a margin, or a setting makes no sense: no quantum, no window, no resistance, more power idle than at most, a
    /// price range upside down. O(100 Stages).
    static constexpr std::optional<controller> create(settings const& s) noexcept {
        const bool sensible = s.quantum_ns != 0 && s.window_quanta != 0 && s.idle_mw <= s.most_mw && s.margin_mk >= 0 &&
                              s.hottest_mc < s.target_mc && s.prices.lowest <= s.prices.highest &&
                              s.observer.least_scale_q16 > 0 && s.observer.least_scale_q16 <= s.observer.most_scale_q16;
        std::uint64_t resistance = 0;
        for (thermal_stage const& stage : s.stages) resistance += stage.resistance_uk_per_w;
        if (!sensible || resistance == 0 || certify(s) != stability::proven) return std::nullopt;
        return std::optional<controller>(std::in_place, certified{}, s);
    }

    /// Why `create` refuses the gains, or that it doesn't. O(1).
    static constexpr stability certify(settings const& s) noexcept {
        const std::uint64_t gain_q16 = std::uint64_t{s.gains.scale_q16} + s.gains.offset_q16;
        return certify_learning(s.plant, static_cast<std::uint32_t>(gain_q16 < UINT32_MAX ? gain_q16 : UINT32_MAX));
    }

    /// May something that burns `mw` until the end of this quantum be dispatched? If so it is debited. O(1).
    constexpr bool admit(std::uint32_t mw) noexcept { return budget_.admit(mw); }

    /// What may still be admitted in this quantum, in milliwatts. O(1).
    constexpr std::uint32_t allowance_mw() const noexcept { return budget_.allowance_mw(); }

    /// The quantum is over; all in all `burnt_mw` were burnt in it, the idle power included. True when a new window has
    /// begun: time to reprice. O(Stages).
    constexpr bool step(std::uint32_t burnt_mw) noexcept {
        observer_.step(burnt_mw);
        budget_.next_quantum(burnt_mw);
        const bool opened = ++quanta_ >= window_quanta_;
        if (opened) open_window();
        budget_.debit(idle_mw_);
        return opened;
    }

    /// The sensor read `reading_mc` `age` quanta ago. O(1).
    constexpr sensor_verdict observe(std::int32_t reading_mc, std::uint32_t age) noexcept {
        return observer_.observe(reading_mc, age);
    }

    /// Makes the price of this window from its bids: what clears the dispatchable part of the cap, within limits and
    /// slew. The safe price, at least, while nothing is known about the temperature. O(bids).
    constexpr price reprice(view<power_bid const> bids) noexcept {
        const clearing c = clearing_price(bids, cap_mw() > idle_mw_ ? cap_mw() - idle_mw_ : 0);
        price_ = next_price(price_, c.clears, prices_);
        if (observer_.trust() == trust_level::nothing && price_ < prices_.safe) price_ = prices_.safe;
        return price_;
    }

    /// The price in force. O(1).
    constexpr price current_price() const noexcept { return price_; }

    /// The power cap in force, in milliwatts. O(1).
    constexpr std::uint32_t cap_mw() const noexcept { return budget_.cap_mw(); }

    /// What the hottest plant within the bounds survives for ever, in milliwatts. O(1).
    constexpr std::uint32_t safe_mw() const noexcept { return safe_mw_; }

    /// What is known of the temperature, and how well.
    constexpr observer_type const& observer() const noexcept { return observer_; }

    /// The machine has run for a while and reads `reading_mc`. O(Stages + History).
    constexpr void warm_start(std::int32_t reading_mc) noexcept {
        observer_.warm_start(reading_mc);
        open_window();
    }

    /// The sensor was replaced or repaired: it is trusted from its next reading on. O(1).
    constexpr void reset_sensor() noexcept { observer_.reset_sensor(); }

    /// Do the invariants hold? O(Stages); for tests.
    constexpr bool check_invariants() const noexcept {
        if (window_quanta_ == 0) return cap_mw() == 0;
        const bool blind_and_bold = observer_.trust() == trust_level::nothing && quanta_ == 0 && cap_mw() > floor_mw();
        return cap_mw() >= idle_mw_ && cap_mw() <= most_mw_ && !blind_and_bold && observer_.check_invariants();
    }

private:
    struct certified {
        explicit certified() = default;
    };

public:
    /// For `create`, in place and without a copy: nobody else can name the first argument.
    constexpr controller(certified, settings const& s) noexcept
        : observer_(thermal_model<Stages>(s.stages, s.quantum_ns, s.window_quanta), s.observer, s.gains, s.sensor),
          budget_(s.window_quanta),
          prices_(s.prices),
          aim_(q32_from_milli(s.target_mc) - q32_from_milli(s.margin_mk)),
          tolerated_(q32_from_milli(s.tolerated_mk)),
          caution_(q32{s.caution} << 32),
          window_quanta_(s.window_quanta),
          idle_mw_(s.idle_mw),
          most_mw_(s.most_mw),
          price_(s.prices.lowest) {
        const q32 hottest_k_per_w = mul_q32(observer_.model().resistance(), q32{s.plant.most_response_q16} << 16);
        safe_mw_ = power_for(aim_ - q32_from_milli(s.hottest_mc), hottest_k_per_w);
        open_window();
        budget_.debit(idle_mw_);
    }

private:
    constexpr std::uint32_t floor_mw() const noexcept { return safe_mw_ > idle_mw_ ? safe_mw_ : idle_mw_; }

    constexpr void open_window() noexcept {
        quanta_ = 0;
        const q32 doubt = sub_sat(observer_.error_bound(), tolerated_);
        const q32 distance = add_sat(observer_.excess(), doubt > 0 ? mul_q32(caution_, doubt) : 0);
        const q32 headroom = sub_sat(sub_sat(aim_, distance), observer_.coasting());
        std::uint32_t cap = power_for(headroom, observer_.warming());
        if (observer_.trust() == trust_level::nothing && cap > safe_mw_) cap = safe_mw_;
        if (cap > most_mw_) cap = most_mw_;
        budget_.open(cap < idle_mw_ ? idle_mw_ : cap);
    }

    observer_type observer_;
    energy_budget budget_;
    price_limits prices_{0, 0, 0, 0, 0};
    q32 aim_ = 0;
    q32 tolerated_ = 0;
    q32 caution_ = 0;
    std::uint32_t window_quanta_ = 0;
    std::uint32_t quanta_ = 0;
    std::uint32_t idle_mw_ = 0;
    std::uint32_t most_mw_ = 0;
    std::uint32_t safe_mw_ = 0;
    price price_ = 0;
};

static_assert(std::is_trivially_copyable_v<controller<3, 128>> && std::is_standard_layout_v<controller<3, 128>>);

}  // namespace maxwell
