// SPDX-License-Identifier: MIT
//
// How much of a long test to run: all of it, or a fiftieth under sanitizers and valgrind (MAXWELL_TEST_SCALE=small). Of what the soak
// repeats (MAXWELL_TEST_SCALE=large) CI runs a quarter.

#pragma once

#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace maxwell::test {

inline bool scale_is(std::string_view name) {
    char const* scale = std::getenv("MAXWELL_TEST_SCALE");
    return scale != nullptr && scale == name;
}

inline bool small_scale() { return scale_is("small"); }

inline std::size_t scaled(std::size_t count) { return small_scale() ? count / 50 + 1 : count; }

/// For tests that the soak repeats.
inline std::size_t scaled_of_soak(std::size_t count) {
    return small_scale() || scale_is("large") ? scaled(count) : count / 4;
}

}  // namespace maxwell::test
