// SPDX-License-Identifier: MIT
//
// distribution: how values, run times and patience are spread over agents; arrivals: when the next agent comes.
//
//     constant      a                                uniform       between a and b
//     exponential   of mean a                        lognormal     of median a, the logarithm's sigma b
//     pareto        bounded: of exponent a, between b and c (heavy-tailed for a near 1)
//
//     poisson       gaps are exponential
//     mmpp          Poisson at a calm and at a busy rate in turn, each state lasting an exponential time
//     pareto        gaps are bounded Pareto: bursts on all scales
//
// Values of agents that belong together can be correlated by r: each is drawn at the normal quantile sqrt(r) z_all + sqrt(1 - r) z_own
// (a Gaussian copula), so each alone is spread as before.
//
// Complexity: O(1) a draw; mmpp O(1 + changes of state between two arrivals).

#pragma once

#include <maxwell/sim/random.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace maxwell::sim {

enum class distribution_kind : std::uint8_t { constant, uniform, exponential, lognormal, pareto };

struct distribution {
    distribution_kind kind = distribution_kind::constant;
    double a = 1;
    double b = 0;
    double c = 0;

    /// The value below which a share `u` in [0, 1) of all draws lies; not for lognormal, which is drawn from a normal number.
    double quantile(double u) const {
        switch (kind) {
            case distribution_kind::constant:
                break;
            case distribution_kind::uniform:
                return a + (b - a) * u;
            case distribution_kind::exponential:
                return -a * std::log(1 - u);
            case distribution_kind::pareto:
                return b / std::pow(1 - u * (1 - std::pow(b / c, a)), 1 / a);
            case distribution_kind::lognormal:
                break;
        }
        return a;
    }

    /// The draw that stands where `z` stands among normal numbers.
    double at_normal(double z) const {
        if (kind == distribution_kind::lognormal) return a * std::exp(b * z);
        return quantile(.5 * std::erfc(-z / std::numbers::sqrt2));
    }

    double operator()(random_numbers& random) const {
        if (kind == distribution_kind::constant) return a;
        if (kind == distribution_kind::lognormal) return at_normal(random.normal());
        return quantile(random.uniform());
    }

    double mean() const {
        switch (kind) {
            case distribution_kind::constant:
            case distribution_kind::exponential:
                return a;
            case distribution_kind::uniform:
                return (a + b) / 2;
            case distribution_kind::lognormal:
                return a * std::exp(b * b / 2);
            case distribution_kind::pareto: {
                const double whole = 1 - std::pow(b / c, a);
                if (a == 1) return b / whole * std::log(c / b);
                return a * std::pow(b, a) / whole * (std::pow(b, 1 - a) - std::pow(c, 1 - a)) / (a - 1);
            }
        }
        return a;
    }
};

/// The draw of an agent that shares the normal number `common` with others, at a correlation in [0, 1].
inline double correlated(distribution const& d, double correlation, double common, random_numbers& random) {
    if (correlation == 0) return d(random);
    return d.at_normal(std::sqrt(correlation) * common + std::sqrt(1 - correlation) * random.normal());
}

enum class arrival_kind : std::uint8_t { poisson, mmpp, pareto };

struct arrival_settings {
    arrival_kind kind = arrival_kind::poisson;
    double per_s = 1;         ///< poisson: the rate; mmpp: the calm rate
    double busy_per_s = 1;    ///< mmpp
    double calm_s = 1;        ///< mmpp: how long a calm state lasts on average
    double busy_s = 1;        ///< mmpp
    distribution gap_s = {};  ///< pareto

    /// Arrivals a second, over a long time.
    double rate() const {
        if (kind == arrival_kind::pareto) return 1 / gap_s.mean();
        if (kind == arrival_kind::poisson) return per_s;
        return (per_s * calm_s + busy_per_s * busy_s) / (calm_s + busy_s);
    }
};

/// The gaps between arrivals.
class arrivals {
public:
    explicit arrivals(arrival_settings const& s) : settings_(s) {}

    /// Seconds until the next one.
    double next(random_numbers& random) {
        if (settings_.kind == arrival_kind::pareto) return settings_.gap_s(random);
        if (settings_.kind == arrival_kind::poisson) return random.exponential() / settings_.per_s;
        double gap = 0;
        for (;;) {  // an arrival and the end of the state race each other
            const double rate = busy_ ? settings_.busy_per_s : settings_.per_s;
            const double ends = 1 / (busy_ ? settings_.busy_s : settings_.calm_s);
            gap += random.exponential() / (rate + ends);
            if (random.uniform() * (rate + ends) < rate) return gap;
            busy_ = !busy_;
        }
    }

private:
    arrival_settings settings_;
    bool busy_ = false;
};

}  // namespace maxwell::sim
