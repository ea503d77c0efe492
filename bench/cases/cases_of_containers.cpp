// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_containers(case_spec const& spec, std::vector<case_spec>& cases) { add_all_of(containers{}, spec, cases); }
void add_worst_of_containers(std::vector<worst_spec>& cases) {
    add_all_worst_of(containers{}, distribution_names.size(), cases);
}

}  // namespace maxwell::bench
