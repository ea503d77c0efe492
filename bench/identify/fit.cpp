// SPDX-License-Identifier: MIT

#include "identify/fit.hpp"

#include <Eigen/Dense>
#include <unsupported/Eigen/NonLinearOptimization>
#include <unsupported/Eigen/NumericalDiff>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>

namespace maxwell::bench {
namespace {

/// u_i at every reading.
Eigen::VectorXd filtered_power(std::vector<recorded> const& r, double tau) {
    Eigen::VectorXd u(static_cast<Eigen::Index>(r.size()));
    double x = r[0].watts;
    for (std::size_t i = 0; i < r.size(); ++i) {
        if (i != 0) x += (r[i].watts - x) * -std::expm1(-(r[i].time_s - r[i - 1].time_s) / tau);
        u[static_cast<Eigen::Index>(i)] = x;
    }
    return u;
}

/// The linear part: columns 1 and u_i, and what they are best multiplied with.
struct linear_part {
    Eigen::MatrixXd columns;
    Eigen::VectorXd factors;
    Eigen::VectorXd residual;

    linear_part(std::vector<recorded> const& r, Eigen::VectorXd const& log_tau) {
        const auto n = static_cast<Eigen::Index>(r.size());
        columns.resize(n, log_tau.size() + 1);
        columns.col(0).setOnes();
        for (Eigen::Index i = 0; i < log_tau.size(); ++i) columns.col(i + 1) = filtered_power(r, std::exp(log_tau[i]));
        Eigen::VectorXd celsius(n);
        for (Eigen::Index i = 0; i < n; ++i) celsius[i] = r[static_cast<std::size_t>(i)].celsius;
        factors = columns.colPivHouseholderQr().solve(celsius);
        residual = celsius - columns * factors;
    }
};

/// What Eigen's Levenberg-Marquardt asks.
struct residuals_of {
    using Scalar = double;
    using InputType = Eigen::VectorXd;
    using ValueType = Eigen::VectorXd;
    using JacobianType = Eigen::MatrixXd;
    enum { InputsAtCompileTime = Eigen::Dynamic, ValuesAtCompileTime = Eigen::Dynamic };

    std::vector<recorded> const& recording;
    int stages;

    int inputs() const { return stages; }
    int values() const { return static_cast<int>(recording.size()); }
    int operator()(Eigen::VectorXd const& log_tau, Eigen::VectorXd& out) const {
        out = linear_part(recording, log_tau.cwiseMax(-20).cwiseMin(20)).residual;
        return 0;
    }
};

}  // namespace

std::optional<thermal_fit> fit_stages(std::vector<recorded> const& r, int stages) {
    const double span = r.back().time_s - r.front().time_s;
    const double step = span / static_cast<double>(r.size() - 1);
    std::optional<Eigen::VectorXd> best;
    double least = 0;
    const residuals_of problem{r, stages};
    for (const double spread :
         {.15, .3, .5}) {  // where the slowest begins, and the others evenly below it in the logarithm
        Eigen::VectorXd log_tau(stages);
        const double slowest = std::log(span * spread);
        for (int i = 0; i < stages; ++i) log_tau[i] = std::log(step) + (slowest - std::log(step)) * (i + 1) / stages;
        Eigen::NumericalDiff<residuals_of, Eigen::Central> with_jacobian(problem, 1e-9);
        Eigen::LevenbergMarquardt<decltype(with_jacobian)> solver(with_jacobian);
        solver.parameters.maxfev = 400;
        solver.minimize(log_tau);
        const double square = linear_part(r, log_tau).residual.squaredNorm();
        if (std::isfinite(square) && (!best || square < least)) {
            best = log_tau;
            least = square;
        }
    }
    if (!best) return std::nullopt;
    std::sort(best->begin(), best->end());
    const linear_part line(r, *best);

    // All parameters together: surroundings, resistances, logarithms of the time constants.
    const auto n = static_cast<Eigen::Index>(r.size());
    const Eigen::Index parameters = 2 * stages + 1;
    Eigen::MatrixXd jacobian(n, parameters);
    jacobian.leftCols(stages + 1) = line.columns;
    for (int i = 0; i < stages; ++i) {
        constexpr double h = 1e-4;
        jacobian.col(stages + 1 + i) =
            line.factors[i + 1] *
            (filtered_power(r, std::exp((*best)[i] + h)) - filtered_power(r, std::exp((*best)[i] - h))) / (2 * h);
    }
    const double variance = least / static_cast<double>(n - parameters);
    const Eigen::MatrixXd covariance =
        (jacobian.transpose() * jacobian).completeOrthogonalDecomposition().pseudoInverse() * variance;
    const auto error = [&](Eigen::Index i) { return std::sqrt(std::max(0., covariance(i, i))); };

    thermal_fit fit;
    for (int i = 0; i < stages; ++i) {
        const double tau = std::exp((*best)[i]);
        if (line.factors[i + 1] <= 0) return std::nullopt;
        if (i != 0 && tau < 1.5 * fit.stages.back().tau_s) return std::nullopt;
        fit.stages.push_back({line.factors[i + 1], error(i + 1), tau, tau * error(stages + 1 + i)});
    }
    fit.surroundings_c = line.factors[0];
    fit.surroundings_error = error(0);
    fit.residual_k = std::sqrt(least / static_cast<double>(n));
    fit.worst_k = line.residual.cwiseAbs().maxCoeff();
    const Eigen::VectorXd celsius = line.columns * line.factors + line.residual;
    fit.explained = 1 - least / (celsius.array() - celsius.mean()).square().sum();
    fit.whiteness = line.residual.head(n - 1).dot(line.residual.tail(n - 1)) / least;
    fit.criterion = static_cast<double>(n) * std::log(std::max(1e-12, least / static_cast<double>(n))) +
                    static_cast<double>(parameters) * std::log(static_cast<double>(n));
    return fit;
}

thermal_fit fit_recording(std::vector<recorded> const& r, int stages) {
    const auto [lowest, highest] =
        std::minmax_element(r.begin(), r.end(), [](auto& a, auto& b) { return a.watts < b.watts; });
    if (highest->watts - lowest->watts < .1 * highest->watts || highest->watts == 0) {
        throw std::runtime_error("the power hardly changes: record a step of the load.");
    }
    std::optional<thermal_fit> best;
    for (int n = stages == 0 ? 1 : stages; n <= (stages == 0 ? 3 : stages); ++n) {
        const auto fit = fit_stages(r, n);
        if (fit && (!best || fit->criterion < best->criterion)) best = fit;
    }
    if (!best) throw std::runtime_error("no physical stages explain the recording: does it begin in a steady state?");
    return *best;
}

}  // namespace maxwell::bench
