// SPDX-License-Identifier: MIT
//
// What the programs of a fault test agree on.

#pragma once

#include <cstddef>

namespace maxwell::test {

inline constexpr std::size_t region_bytes = std::size_t{1} << 17;

/// How a process ended.
enum class outcome : int {
    fine,
    refused = 3,  ///< the record was not taken
    fatal,        ///< nothing can be delivered any more
    corrupt,      ///< a record was torn, lost, out of order or there twice
    not_run,      ///< the test itself is at fault
};
constexpr int code(outcome o) { return static_cast<int>(o); }

}  // namespace maxwell::test
