// SPDX-License-Identifier: MIT
//
// random_numbers: the same numbers for the same seed on every platform and with every compiler.
//
// splitmix64 (Steele, Lea and Flood 2014): one 64-bit word of state, every seed is good, and seeds that follow each other give streams that
// don't look alike. The distributions of <random> are each library's own, so the few that a simulation needs are here.
//
// Complexity: O(1) each. What takes a logarithm is the same as far as the C library's is.

#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace maxwell::sim {

class random_numbers {
public:
    using result_type = std::uint64_t;

    explicit random_numbers(std::uint64_t seed) noexcept : state_(seed) {}

    /// Any 64-bit number. With min() and max() this is a generator as <random> wants one.
    std::uint64_t operator()() noexcept {
        std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15u;
        z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
        z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
        return z ^ z >> 31;
    }
    static constexpr std::uint64_t min() noexcept { return 0; }
    static constexpr std::uint64_t max() noexcept { return ~std::uint64_t{0}; }

    /// A number below `n`, which is not 0; the bias is below n / 2^64.
    std::uint32_t below(std::uint32_t n) noexcept { return static_cast<std::uint32_t>((*this)() % n); }

    /// In [0, 1), a multiple of 2^-53.
    double uniform() noexcept { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

    /// Of mean 1; 0 or more.
    double exponential() { return -std::log(1 - uniform()); }

    /// Of mean 0 and standard deviation 1 (Box and Muller 1958).
    double normal() {
        const double radius = std::sqrt(2 * exponential());
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

private:
    std::uint64_t state_;
};

}  // namespace maxwell::sim
