// SPDX-License-Identifier: MIT

#include "cases_of.hpp"

namespace maxwell::bench {

void add_samplers(case_spec const& spec, std::vector<case_spec>& cases) { add_all_of(samplers{}, spec, cases); }

}  // namespace maxwell::bench
