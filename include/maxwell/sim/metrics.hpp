// SPDX-License-Identifier: MIT
//
// metrics: how evenly something is spread, and how sure a mean is.
//
//     jain       (sum x)^2 / (n sum x^2)                 1: all equal; 1/n: one has everything (Jain, Chiu and Hawe 1984)
//     gini       mean |x_i - x_j| / (2 mean x)           0: all equal; 1 - 1/n: one has everything (Gini 1912)
//     lorenz     the share that the poorest k / steps have, for each k (Lorenz 1905)
//     mean_of    a mean and the half width of its 95 % confidence interval, by Student's t
//     fluid_lag  how far each agent is from its share of what all have used (generalised processor sharing, Parekh and Gallager 1993)
//
// Of no figures, and of figures that are all 0, everybody has the same: jain is 1, gini 0. Figures are not negative.
//
// Complexity: jain and mean_of O(n), gini and lorenz O(n log n), fluid_lag O(1) a call.

#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::sim {

inline double jain(std::vector<double> const& x) {
    double sum = 0, squares = 0;
    for (const double v : x) sum += v, squares += v * v;
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(x.size()) * squares);
}

inline double gini(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    double sum = 0, ranked = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sum += x[i];
        ranked += static_cast<double>(i + 1) * x[i];
    }
    const auto n = static_cast<double>(x.size());
    return sum == 0 ? 0 : 2 * ranked / (n * sum) - (n + 1) / n;
}

/// steps + 1 points: at k the share of the whole that the poorest k / steps of all have, interpolated between agents.
inline std::vector<double> lorenz(std::vector<double> x, std::size_t steps) {
    std::sort(x.begin(), x.end());
    std::vector<double> below(x.size() + 1);
    for (std::size_t i = 0; i < x.size(); ++i) below[i + 1] = below[i] + x[i];
    std::vector<double> curve(steps + 1);
    for (std::size_t k = 0; k <= steps; ++k) {
        const double at = static_cast<double>(x.size() * k) / static_cast<double>(steps);
        const auto i = static_cast<std::size_t>(at);
        const double part = i < x.size() ? x[i] * (at - static_cast<double>(i)) : 0;
        const double even = static_cast<double>(k) / static_cast<double>(steps);
        curve[k] = below.back() == 0 ? even : (below[i] + part) / below.back();
    }
    return curve;
}

/// A mean and the half width of its 95 % confidence interval; 0 for a single figure, which says nothing of its spread.
struct mean_interval {
    double mean = 0;
    double half_width = 0;
    std::size_t count = 0;
};

inline mean_interval mean_of(std::vector<double> const& x) {
    mean_interval m{0, 0, x.size()};
    if (x.empty()) return m;
    const auto n = static_cast<double>(x.size());
    for (const double v : x) m.mean += v / n;
    if (x.size() == 1) return m;
    double squares = 0;
    for (const double v : x) squares += (v - m.mean) * (v - m.mean);
    // The quantile .975 of Student's t by degrees of freedom, from 1 on; from 31 on by 1.96 + 2.4 / d, right to .001.
    constexpr std::array<double, 30> quantile = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                                 2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                                 2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    const std::size_t degrees = x.size() - 1;
    const double t = degrees <= quantile.size() ? quantile[degrees - 1] : 1.96 + 2.4 / static_cast<double>(degrees);
    m.half_width = t * std::sqrt(squares / (n - 1) / n);
    return m;
}

/// By how much agents are behind their share. An agent is entitled to weight / (weights of all active) of what all of them use while it is
/// active; its lag is what it is entitled to less what it used. An agent that becomes active starts with a lag of 0.
class fluid_lag {
public:
    explicit fluid_lag(std::size_t agents) : of_(agents) {}

    void enter(std::size_t agent, double weight) {
        of_[agent] = {weight, clock_, 0};
        weights_ += weight;
    }
    void leave(std::size_t agent) { weights_ -= of_[agent].weight; }

    /// An active agent has used `amount`.
    void used(std::size_t agent, double amount) {
        clock_ += amount / weights_;
        of_[agent].used += amount;
        note(agent);
    }

    /// An active agent is about to be served: its lag is at its greatest.
    void note(std::size_t agent) { worst_ = std::max(worst_, std::abs(lag(agent))); }

    double lag(std::size_t agent) const {
        share const& s = of_[agent];
        return s.weight * (clock_ - s.since) - s.used;
    }

    /// The greatest absolute lag that was noted.
    double worst() const noexcept { return worst_; }
    void forget_worst() noexcept { worst_ = 0; }

private:
    struct share {
        double weight;
        double since;  ///< clock_ when it became active
        double used;
    };
    std::vector<share> of_;
    double clock_ = 0;  ///< what a weight of 1 is entitled to so far
    double weights_ = 0;
    double worst_ = 0;
};

}  // namespace maxwell::sim
