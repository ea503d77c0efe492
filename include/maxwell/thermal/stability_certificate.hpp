// SPDX-License-Identifier: MIT
//
// stability_certificate: checks, before a loop runs and in integers, that it is stable for every plant within the bounds.
//
// Two kinds of loops are certified.
//
// **Learning.** What the observer learns from a reading changes the power, which later readings show, `delay` samples
// later. With e the innovation, g the share of it that is learned and w the plant's response over the model's, that is a
// delayed integrator:
//
//     e[k+1] = e[k] - g w e[k - delay]        z^(delay+1) - z^delay + g w = 0
//
// All roots are inside the unit circle exactly if 0 < g w < 2 sin(pi / (4 delay + 2)). Its phase margin is 60 degrees or
// more if g w <= 2 sin(pi / (12 delay + 6)), its gain margin 8 dB or more if g w <= .398 of the first limit. Only a loop
// that keeps both margins is called proven.
//
// **PI.** A proportional and integral controller with the plant b / (z - a) and one sample of delay. With x = b kp, Jury's
// conditions are
//
//     x < 1    and    0 < b ki < (1 - x) (1 - a + x)
//
// The right side less the left is concave in b and falls in a, so it is enough to check the corners of the bounds.
//
// Complexity: O(1). The zeroed bounds contain no plant, and nothing is certified for them.
//
// Jury, A simplified stability criterion for linear discrete systems, 1962; Kuruklis, The asymptotic stability of
// x[n+1] - a x[n] + b x[n-k] = 0, 1994.

#pragma once

#include <maxwell/thermal/detail/fixed_point.hpp>

#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

/// The range of a machine's response over its model's, and its delay. Q16: 65536 is 1.
struct plant_bounds {
    std::uint32_t min_response_q16 = 49'152;  ///< .75
    std::uint32_t max_response_q16 = 81'920;  ///< 1.25
    std::uint32_t delay_samples = 1;          ///< age of a reading when it is learned from, in readings
};

/// A first-order plant b / (z - a), by its bounds in Q32.32.
struct pi_plant_bounds {
    q32 min_b;
    q32 max_b;
    q32 min_a;
    q32 max_a;
};

enum class stability : std::uint8_t {
    proven,
    bad_bounds,   ///< empty, reversed, or a delay of more samples than are tabulated
    no_gain,      ///< a loop with a gain of 0, or of the wrong sign
    thin_margin,  ///< stable, but with less than 8 dB or 60 degrees
    unstable,     ///< for some plant within the bounds, or not provably stable
};

inline constexpr std::uint32_t max_delay_samples = 16;

namespace detail {

/// By delay: 2 sin(pi / (4 delay + 2)) in Q16, rounded down.
inline constexpr std::uint32_t stable_below_q16[max_delay_samples + 1] = {
    131072, 65536, 40503, 29166, 22760, 18653, 15798, 13700, 12093, 10823, 9795, 8944, 8230, 7621, 7096, 6638, 6236};

/// By delay: 2 sin(pi / (12 delay + 6)), and at most 10^(-8/20) of the above, in Q16, rounded down.
inline constexpr std::uint32_t margins_below_q16[max_delay_samples + 1] = {
    52180, 22760, 13700, 9795, 7621, 6236, 5277, 4574, 4036, 3611, 3267, 2983, 2744, 2541, 2366, 2213, 2079};

}  // namespace detail

/// Is learning `gain_q16` of an innovation stable, with both margins, for every plant within `bounds`? O(1).
constexpr stability certify_learning(plant_bounds const& bounds, std::uint32_t gain_q16) noexcept {
    if (bounds.min_response_q16 == 0 || bounds.min_response_q16 > bounds.max_response_q16) {
        return stability::bad_bounds;
    }
    if (bounds.delay_samples > max_delay_samples) return stability::bad_bounds;
    if (gain_q16 == 0) return stability::no_gain;
    // The margins only shrink as the gain grows, so the strongest plant decides.
    const std::uint64_t gain_q32 = std::uint64_t{gain_q16} * bounds.max_response_q16;
    const auto below = [gain_q32, &bounds](std::uint32_t const* limit) {
        return gain_q32 < std::uint64_t{limit[bounds.delay_samples]} << 16;
    };
    if (!below(detail::stable_below_q16)) return stability::unstable;
    return below(detail::margins_below_q16) ? stability::proven : stability::thin_margin;
}

/// Is u = kp e + sum of ki e, with a sample of delay, stable for every plant within `bounds`? Gains in Q32.32, below
/// 2^15. O(1).
constexpr stability certify_pi(pi_plant_bounds const& bounds, q32 kp, q32 ki) noexcept {
    constexpr q32 most = q32{1} << 47;
    if (bounds.min_b <= 0 || bounds.min_b > bounds.max_b || bounds.max_b > most) return stability::bad_bounds;
    if (bounds.min_a < 0 || bounds.min_a > bounds.max_a || bounds.max_a >= q32_one) return stability::bad_bounds;
    if (kp < 0 || ki <= 0) return stability::no_gain;
    if (kp > most || ki > most) return stability::unstable;
    const auto stable = [kp, ki](q32 b, q32 a) {
        // Each product is rounded up by a unit: towards instability, so rounding never certifies an unstable loop.
        const q32 x = add_sat(mul_q32(b, kp), 1);
        return x < q32_one && add_sat(mul_q32(b, ki), 1) < mul_q32(q32_one - x, q32_one - a + x - 2) - 1;
    };
    const bool corners = stable(bounds.min_b, bounds.min_a) && stable(bounds.min_b, bounds.max_a) &&
                         stable(bounds.max_b, bounds.min_a) && stable(bounds.max_b, bounds.max_a);
    return corners ? stability::proven : stability::unstable;
}

}  // namespace maxwell
