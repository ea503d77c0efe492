// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_variants(case_spec const& spec, std::vector<case_spec>& cases) {
    add_all_of(key_variants{}, spec, cases);
    if (spec.agents == 1000) add_with_capacity<1000>(group_variants{}, spec, cases);
}

}  // namespace maxwell::bench
