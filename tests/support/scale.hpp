// SPDX-License-Identifier: MIT
//
// How much of a long test to run: all of it, or a fiftieth under sanitizers and valgrind (MAXWELL_TEST_SCALE=small).

#pragma once

#include <cstddef>
#include <cstdlib>
#include <string_view>

namespace maxwell::test {

inline bool small_scale() {
    char const* scale = std::getenv("MAXWELL_TEST_SCALE");
    return scale != nullptr && std::string_view(scale) == "small";
}

inline std::size_t scaled(std::size_t count) { return small_scale() ? count / 50 + 1 : count; }

}  // namespace maxwell::test
