// SPDX-License-Identifier: MIT
//
// Which resistances and time constants explain a recording? Least squares, and how far the answer is to be trusted.
//
//     T(t) = surroundings + R_1 u_1(t) + ... + R_n u_n(t)        u_i: the power, filtered by a first-order stage of tau_i
//
// For given time constants the rest is linear, so only their logarithms are searched, by Levenberg and Marquardt's
// method, and everything else follows by a linear least squares (variable projection; Golub and Pereyra, 1973). The
// number of stages is what Schwarz's criterion chooses. The recording begins in a steady state: every u_i starts at the
// first power.
//
// A confidence is the standard error of a parameter, from the Jacobian at the solution: twice that covers 95 % where
// the errors are independent. What moves less than its own error was not found, and is said not to be.

#pragma once

#include "identify/recording.hpp"

#include <optional>
#include <vector>

namespace maxwell::bench {

struct fitted_stage {
    double k_per_w;
    double k_per_w_error;  ///< standard error
    double tau_s;
    double tau_error;
};

struct thermal_fit {
    std::vector<fitted_stage> stages;  ///< the fastest first
    double surroundings_c = 0;
    double surroundings_error = 0;
    double residual_k = 0;  ///< root of the mean square
    double worst_k = 0;     ///< the greatest
    double explained = 0;   ///< share of the temperature's variance
    double whiteness = 0;   ///< correlation of a residual with the next: 0 where nothing is left to explain
    double criterion = 0;   ///< Schwarz's; the less the better
};

/// Fits so many stages. Nothing where no physical answer was found: a stage without resistance, or two of one speed.
std::optional<thermal_fit> fit_stages(std::vector<recorded> const& r, int stages);

/// Fits one to three stages, and takes what explains the recording best for its number of parameters. Throws
/// std::runtime_error where the recording can't tell: the power hardly changes, or nothing fits.
thermal_fit fit_recording(std::vector<recorded> const& r, int stages = 0);

}  // namespace maxwell::bench
