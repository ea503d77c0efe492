// SPDX-License-Identifier: MIT
//
// The checks of the bits that BPF programs compute by tables, as the verifier of memory safety reads them too: each bit alone, below
// others, and above others; and a board that uses them, so large that the lines of its summary tell the size of a word.

#define __FRAMAC__  // the tables, in a compilation for this machine
#define MAXWELL_CAPACITY 147456
#include <maxwell/bpf/bits.h>

#include "kernel/c_board_lockstep.hpp"
#include "mutation/check.hpp"

#include <cstdint>

namespace maxwell::test {
namespace {

char const* the_lowest_bit_is_found() {
    REQUIRE(maxwell_low_bit(0) == 0);
    for (std::uint32_t b = 0; b < 64; ++b) {
        const std::uint64_t bit = std::uint64_t{1} << b;
        REQUIRE(maxwell_low_bit(bit) == b && maxwell_low_bit(0 - bit) == b);
        REQUIRE(maxwell_low_bit(bit | std::uint64_t{1} << 63) == b);
    }
    return nullptr;
}

char const* the_zeros_above_the_highest_bit_are_counted() {
    REQUIRE(maxwell_high_zeros(0) == 31);
    for (std::uint32_t b = 0; b < 32; ++b) {
        const std::uint32_t bit = std::uint32_t{1} << b;
        REQUIRE(maxwell_high_zeros(bit) == 31 - b && maxwell_high_zeros(bit | (bit - 1)) == 31 - b);
        REQUIRE(maxwell_high_zeros(bit | 1) == 31 - b && maxwell_high_zeros(bit | bit >> 1) == 31 - b);
    }
    return nullptr;
}

char const* indices_stay_below_their_bound() {
    for (std::uint32_t bound = 1; bound < 5; ++bound) {
        for (std::uint32_t index = 0; index < 8; ++index) {
            REQUIRE(maxwell_below(index, bound) == (index < bound ? index : 0));
        }
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({the_board_equals_the_cxx_objects, the_lowest_bit_is_found, the_zeros_above_the_highest_bit_are_counted,
                indices_stay_below_their_bound});
}
