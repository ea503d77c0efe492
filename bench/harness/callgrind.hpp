// SPDX-License-Identifier: MIT
//
// Instruction and cache-miss counts under callgrind, for machines whose kernel gives no hardware counters.
//
// The program runs itself a second time under valgrind over the same cases; the child dumps the costs of each case under the
// case's name, and the parent reads the dumps. Counts are exact and repeatable, and the simulated caches are the same
// everywhere: 32 KB of L1 for instructions and for data, 8 MB of last level, lines of 64 bytes.

#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace maxwell::bench {

/// Totals over all counted operations of a case.
struct callgrind_counts {
    double instructions = 0;
    double l1_misses = 0;
    double last_level_misses = 0;
};

/// Why counting is impossible here; empty when it is possible.
std::string callgrind_obstacle();

/// Runs this program again under callgrind with `arguments`; `finished(n)` is told now and then how many cases are done.
/// Counts by name of the case. Empty when valgrind fails; then `why` says how.
std::map<std::string, callgrind_counts> count_with_callgrind(std::vector<std::string> const& arguments,
                                                             std::function<void(std::size_t)> const& finished,
                                                             std::string& why);

}  // namespace maxwell::bench
