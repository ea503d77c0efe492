// SPDX-License-Identifier: MIT
//
// What one could take instead of coupling_table for the default surface 2^(3 s): a closed formula in fixed point, and a small
// perceptron that has learned it. Both answer in Q16.16 without a division, and neither is part of the library.

#pragma once

#include <maxwell/thermal/coupling_table.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace maxwell::bench {

/// The surface itself, in floating point.
inline double scarcity_surface(double use, double headroom) {
    return std::exp2(3 * std::clamp((use - 0.5) / 0.4375, 0.0, 1.0) * (1 - headroom));
}

/// 2^octaves in Q16.16 of octaves in Q32, by a cubic polynomial that is exact at both ends of an octave: 10^-4 off at the most.
inline multiplier_q16 power_of_two(std::uint64_t octaves_q32) noexcept {
    const std::uint64_t f = octaves_q32 & 0xffff'ffff;
    constexpr std::uint64_t c1 = 2'989'579'125;  // .696065, .224494, .079440 in Q32; their sum is 2^32
    constexpr std::uint64_t c2 = 964'195'854;
    constexpr std::uint64_t c3 = (std::uint64_t{1} << 32) - c1 - c2;
    const std::uint64_t power = (std::uint64_t{1} << 32) + (f * (c1 + (f * (c2 + (f * c3 >> 32)) >> 32)) >> 32);
    return static_cast<multiplier_q16>(((power << (octaves_q32 >> 32)) + (1u << 15)) >> 16);
}

/// The surface as it is written down.
struct coupling_formula {
    multiplier_q16 multiplier(share_q16 use, share_q16 headroom) const noexcept {
        constexpr std::uint64_t begins = whole_share / 2;
        constexpr std::uint64_t width = std::uint64_t{whole_share} * 7 / 16;
        const std::uint64_t above = std::clamp<std::uint64_t>(use, begins, begins + width) - begins;
        const std::uint64_t scarce = whole_share - std::min<std::uint64_t>(headroom, whole_share);
        // 3 * above * scarce / width, in Q32.
        constexpr std::uint64_t scale_q24 = ((std::uint64_t{3} << 40) + width / 2) / width;
        return power_of_two(above * scarce * scale_q24 >> 24);
    }
};

/// One hidden layer of rectified sums: octaves as a surface of planes, as a machine would learn it from samples.
template <std::size_t Hidden>
class coupling_perceptron {
public:
    /// Learns the surface from the knots of a 33 x 33 grid, always the same way: Adam (Kingma and Ba 2015).
    explicit coupling_perceptron(int epochs) {
        std::mt19937 random(1);
        std::uniform_real_distribution<double> any(-1, 1);
        std::array<double, weights> w{};
        for (double& x : w) x = any(random);
        std::array<double, weights> mean{};
        std::array<double, weights> square{};
        for (int epoch = 1; epoch <= epochs; ++epoch) {
            const auto g = gradient(w);
            const double rate = 0.02 * (1 - static_cast<double>(epoch - 1) / epochs);
            for (std::size_t i = 0; i < weights; ++i) {
                mean[i] = 0.9 * mean[i] + 0.1 * g[i];
                square[i] = 0.999 * square[i] + 0.001 * g[i] * g[i];
                const double m = mean[i] / (1 - std::pow(0.9, epoch));
                const double v = square[i] / (1 - std::pow(0.999, epoch));
                w[i] -= rate * m / (std::sqrt(v) + 1e-9);
            }
        }
        for (std::size_t i = 0; i < weights; ++i) weight_[i] = static_cast<std::int32_t>(std::lround(w[i] * 65536));
    }

    multiplier_q16 multiplier(share_q16 use, share_q16 headroom) const noexcept {
        const std::int64_t u = std::min(use, whole_share);
        const std::int64_t h = std::min(headroom, whole_share);
        std::int64_t sum = std::int64_t{weight_[4 * Hidden]} << 16;
        for (std::size_t i = 0; i < Hidden; ++i) {
            const std::int32_t* w = &weight_[4 * i];
            const std::int64_t s = (w[0] * u + w[1] * h + (std::int64_t{w[2]} << 16)) >> 16;
            sum += w[3] * std::max<std::int64_t>(s, 0);
        }
        return power_of_two(static_cast<std::uint64_t>(std::clamp<std::int64_t>(sum, 0, most_octaves)));
    }

private:
    static constexpr std::size_t weights = 4 * Hidden + 1;
    static constexpr std::int64_t most_octaves = std::int64_t{3} << 32;

    /// Of the mean squared error over the grid, in octaves.
    static std::array<double, weights> gradient(std::array<double, weights> const& w) {
        std::array<double, weights> g{};
        for (int row = 0; row <= 32; ++row) {
            for (int col = 0; col <= 32; ++col) {
                const double u = row / 32.0;
                const double h = col / 32.0;
                double out = w[4 * Hidden];
                std::array<double, Hidden> s;
                for (std::size_t i = 0; i < Hidden; ++i) {
                    s[i] = w[4 * i] * u + w[4 * i + 1] * h + w[4 * i + 2];
                    if (s[i] > 0) out += w[4 * i + 3] * s[i];
                }
                const double exact = std::log2(scarcity_surface(u, h));
                const double d = 2 * (out - exact) / (33 * 33);
                g[4 * Hidden] += d;
                for (std::size_t i = 0; i < Hidden; ++i) {
                    if (s[i] <= 0) continue;
                    g[4 * i] += d * w[4 * i + 3] * u;
                    g[4 * i + 1] += d * w[4 * i + 3] * h;
                    g[4 * i + 2] += d * w[4 * i + 3];
                    g[4 * i + 3] += d * s[i];
                }
            }
        }
        return g;
    }

    std::array<std::int32_t, weights> weight_{};
};

}  // namespace maxwell::bench
