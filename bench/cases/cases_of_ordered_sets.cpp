// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_ordered_sets(case_spec const& spec, std::vector<case_spec>& cases) {
    add_in_large_too(ordered_sets{}, spec, cases);
}

}  // namespace maxwell::bench
