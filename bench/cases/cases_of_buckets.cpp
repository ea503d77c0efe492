// SPDX-License-Identifier: MIT

#include "cases/cases_of.hpp"

namespace maxwell::bench {

void add_buckets(case_spec const& spec, std::vector<case_spec>& cases) {
    add_in_large_too(bucket_containers{}, spec, cases);
}
void add_worst_of_buckets(std::vector<worst_spec>& cases) {
    add_all_worst_of(structure_list<stratified_buckets_entry, adaptive_buckets_entry>{}, distribution_names.size(),
                     cases);
}

}  // namespace maxwell::bench
