// SPDX-License-Identifier: MIT
//
// One case, measured: batches for the mean, single operations for the tail, a fixed number for instruction counts.
//
//     set up   empty structure, N bids, warm up
//     batches  whole loops between two readings of the clock, less the clock's own cost once per loop
//     singles  a reading before and after each operation, into a histogram; the clock's floor is in there
//
// What the kernel interrupted to run somebody else is dropped: whole batches, and singles by the hundred.
//
// Both have a budget in time rather than in operations, so that a slow structure is measured less often, not longer. In the
// cold variant 1 MB of other memory is worked through before each operation; batches make no sense there, and the mean is
// that of single operations.

#pragma once

#include "cases/workloads.hpp"
#include "harness/clock.hpp"
#include "harness/counters.hpp"
#include "harness/subject.hpp"
#include "peers/peer.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace maxwell::bench {

enum class variant : std::uint8_t {
    fitted,  ///< capacity N
    large,   ///< capacity 16,384, N live agents on scattered slots
    cold,    ///< capacity N, 1 MB of other work before each operation
};
inline constexpr std::size_t large_capacity = 16384;
inline constexpr std::array<std::string_view, 3> variant_suffixes{"", "@16384", "@cold"};

/// What one repetition of a case came to.
struct outcome {
    double mean_ns = 0;
    double p50_ns = 0;
    double p99_ns = 0;
    double p999_ns = 0;
    double samples = 0;  ///< single operations in the percentiles
    double bytes = 0;    ///< of the structure with N live bids
    double empty_bytes = 0;
    double instructions = -1;  ///< per operation; negative: not counted
    double l1_misses = -1;
    double last_level_misses = -1;
};

/// What a repetition may cost, and what it measures with.
struct instruments {
    clock_facts clock;
    double batch_ms = 8;
    double single_ms = 8;
    hardware_counters* counters = nullptr;  ///< null where the kernel gives none
};

struct case_spec {
    workload what;
    variant how;
    distribution amounts;
    std::size_t agents;
    structure_info const* structure;
    std::unique_ptr<subject> (*make)(std::size_t capacity);
    bool (*differential)(std::string& why);  ///< false and the reason where the structure is wrong

    std::size_t capacity() const noexcept { return how == variant::large ? large_capacity : agents; }
    std::string title() const {  ///< workload and variant
        return fmt::format("{}{}", name_of(what), variant_suffixes[static_cast<std::size_t>(how)]);
    }
    std::string name() const { return fmt::format("{}/{}/{}/{}", title(), structure->name, name_of(amounts), agents); }
};

/// One repetition of the case.
outcome measure_case(case_spec const& spec, instruments const& with);

/// Could counts be dumped by this program under callgrind? False where it was compiled without valgrind's header.
bool can_count_under_callgrind() noexcept;

/// Under callgrind: dumps the costs of counted_operations() operations under the case's name.
void count_case(case_spec const& spec);
std::size_t counted_operations(case_spec const& spec);

}  // namespace maxwell::bench
