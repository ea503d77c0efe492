// SPDX-License-Identifier: MIT
//
// fits: do counts follow a law? Pearson's chi-square test, at one in a million.
//
// Cells with fewer than eight expected counts are put together with the next ones. The limit is Wilson and Hilferty's: for n degrees
// of freedom (chi2 / n)^(1/3) is nearly normal with mean 1 - 2/(9n) and variance 2/(9n).

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::test {

/// `law`: the probability of each cell. With a fixed seed the answer is always the same.
inline bool fits(std::vector<std::uint64_t> const& seen, std::vector<double> const& law) {
    std::uint64_t total = 0;
    for (const std::uint64_t n : seen) total += n;
    double chi2 = 0;
    int cells = 0;
    double expected = 0, found = 0;
    for (std::size_t i = 0; i < law.size(); ++i) {
        expected += law[i] * static_cast<double>(total);
        found += static_cast<double>(seen[i]);
        if (expected < 8 && i + 1 < law.size()) continue;
        chi2 += (found - expected) * (found - expected) / (expected > 0 ? expected : 1e-9);
        ++cells;
        expected = found = 0;
    }
    if (cells < 2) return false;
    const double n = cells - 1;
    constexpr double quantile = 4.753;  // of one in a million
    return std::cbrt(chi2 / n) < 1 - 2 / (9 * n) + quantile * std::sqrt(2 / (9 * n));
}

}  // namespace maxwell::test
