// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_variants(case_spec const& spec, std::vector<case_spec>& cases) {
    add_all_of<workload_list<quantum_workload>>(key_variants{}, spec, cases);
    add_if_compiled<1000, workload_list<quantum_workload>>(group_variants{}, spec, cases);
}

}  // namespace maxwell::bench
