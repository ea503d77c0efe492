// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_samplers(case_spec const& spec, std::vector<case_spec>& cases) {
    add_all_of<sampler_workloads>(samplers{}, spec, cases);
}
void add_worst_of_samplers(std::vector<worst_spec>& cases) {
    // Uniform amounts only: what a draw costs doesn't depend on them.
    add_all_worst_of(structure_list<gumbel_entry, choices_entry, lottery_entry>{}, 1, cases);
}

}  // namespace maxwell::bench
