// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_queues_and_heaps(case_spec const& spec, std::vector<case_spec>& cases) {
    add_in_large_too(queues_and_heaps{}, spec, cases);
}

}  // namespace maxwell::bench
