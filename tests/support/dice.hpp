// SPDX-License-Identifier: MIT
//
// dice: small random numbers of a fixed seed, 32 bits wide as the library's words are.

#pragma once

#include <cstdint>
#include <random>

namespace maxwell::test {

class dice {
public:
    using result_type = std::uint32_t;

    explicit dice(std::uint64_t seed) : engine_(seed) {}

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return 0xFFFF'FFFFu; }

    /// Any 32-bit number.
    result_type operator()() { return static_cast<result_type>(engine_() >> 32); }

    /// A number below `n`, which is not 0.
    result_type below(std::uint64_t n) { return static_cast<result_type>(engine_() % n); }

private:
    std::mt19937_64 engine_;
};

}  // namespace maxwell::test
