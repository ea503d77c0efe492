// SPDX-License-Identifier: MIT

#include "cases_of.hpp"

namespace maxwell::bench {

void add_containers(case_spec const& spec, std::vector<case_spec>& cases) { add_all_of(containers{}, spec, cases); }

namespace {

template <class... Entries>
std::vector<worst_spec> worst_cases_of(structure_list<Entries...>) {
    std::vector<worst_spec> cases;
    const auto add = [&]<class Entry>(Entry) {
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            cases.push_back({&Entry::info, static_cast<distribution>(d),
                             measure_worst<typename Entry::template type<worst_spec::agents>>});
        }
    };
    (add(Entries{}), ...);
    return cases;
}

}  // namespace

std::vector<worst_spec> all_worst_cases() { return worst_cases_of(containers{}); }

}  // namespace maxwell::bench
