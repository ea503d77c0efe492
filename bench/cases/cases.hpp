// SPDX-License-Identifier: MIT
//
// The cases: workload x structure x distribution x N, named WORKLOAD/STRUCTURE/DISTRIBUTION/N, with a suffix to the
// workload for the two further sweeps: `quantum@16384/...`, `quantum@cold/...`.

#pragma once

#include "harness/measure.hpp"
#include "harness/worst_spec.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace maxwell::bench {

inline constexpr std::array<std::size_t, 4> agent_counts{10, 100, 1000, 10000};

/// Are cases with `n` agents compiled? A build for tests has one size of each container: the dearest part of it.
constexpr bool is_compiled(std::size_t n) {
#if MAXWELL_BENCH_SMOKE
    return n == 1000;
#else
    return n != 0;
#endif
}

/// The distribution that costs Maxwell's containers and most peers more than any other, measured over all of them.
inline constexpr distribution worst_distribution = distribution::rising;

/// All cases of a run: `full` has every distribution, without it uniform and the worst.
std::vector<case_spec> all_cases(bool full);

/// One case of every structure in a part of the list; each in a file of its own, cases_of_*.cpp.
void add_buckets(case_spec const& spec, std::vector<case_spec>& cases);
void add_exact(case_spec const& spec, std::vector<case_spec>& cases);
void add_queues_and_heaps(case_spec const& spec, std::vector<case_spec>& cases);
void add_ordered_sets(case_spec const& spec, std::vector<case_spec>& cases);
void add_samplers(case_spec const& spec, std::vector<case_spec>& cases);
void add_variants(case_spec const& spec, std::vector<case_spec>& cases);

/// The most expensive single operation of every container, for each distribution: `worst/STRUCTURE/DISTRIBUTION/10000`.
std::vector<worst_spec> all_worst_cases();
void add_worst_of_buckets(std::vector<worst_spec>& cases);
void add_worst_of_exact(std::vector<worst_spec>& cases);
void add_worst_of_samplers(std::vector<worst_spec>& cases);

/// The few whose instructions are counted in every run, where the processor doesn't count them itself.
bool is_counted_by_default(case_spec const& spec);

}  // namespace maxwell::bench
