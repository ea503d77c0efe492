// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_exact(case_spec const& spec, std::vector<case_spec>& cases) {
    add_in_large_too(exact_containers{}, spec, cases);
}
void add_worst_of_exact(std::vector<worst_spec>& cases) {
    add_all_worst_of(exact_containers{}, distribution_names.size(), cases);
}

}  // namespace maxwell::bench
