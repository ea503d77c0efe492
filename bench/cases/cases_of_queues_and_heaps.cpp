// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_queues_and_heaps(case_spec const& spec, std::vector<case_spec>& cases) {
    add_all_of(queues_and_heaps{}, spec, cases);
}

}  // namespace maxwell::bench
