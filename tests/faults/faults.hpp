// SPDX-License-Identifier: MIT
//
// What the programs of a fault test agree on.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace maxwell::test {

inline constexpr std::size_t region_bytes = std::size_t{1} << 17;

/// How a process ended.
enum class outcome : int {
    fine,
    seen = 2,  ///< and the record that was under way has come
    refused,   ///< the record was not taken
    fatal,     ///< nothing can be delivered any more
    corrupt,   ///< a record was torn, lost, out of order or there twice
    not_run,   ///< the test itself is at fault
};
constexpr int code(outcome o) { return static_cast<int>(o); }

/// What a structure has gone through before a fault: records that have passed, and that wait.
struct state {
    std::uint32_t offset, fill;
};
inline constexpr std::array states{state{0, 0}, state{0, 4}, state{0, 8}, state{7, 4}, state{15, 0}};

}  // namespace maxwell::test
