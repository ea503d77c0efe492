// SPDX-License-Identifier: MIT
//
// Makes the cases of one part of the list of structures: all the templates are instantiated here.

#pragma once

#include "cases/cases.hpp"
#include "harness/differential.hpp"
#include "harness/measure.hpp"

#include <cstddef>
#include <vector>

namespace maxwell::bench {

template <class A>
outcome measure_case(case_spec const& spec, instruments const& with) {
    return case_runner<A>(spec).measure(with);
}

template <class A>
void count_case(case_spec const& spec) {
    case_runner<A>(spec).count();
}

/// One case of every structure in the list.
template <std::size_t Capacity, class... Entries>
void add_with_capacity(structure_list<Entries...>, case_spec spec, std::vector<case_spec>& cases) {
    const auto add_one = [&]<class Entry>(Entry) {
        using A = typename Entry::template type<Capacity>;
        spec.structure = &Entry::info;
        spec.measure = measure_case<A>;
        spec.count = count_case<A>;
        spec.differential = passes_differential<Entry>;
        cases.push_back(spec);
    };
    (add_one(Entries{}), ...);
}

template <class List>
void add_all_of(List list, case_spec const& spec, std::vector<case_spec>& cases) {
    switch (spec.capacity()) {
        case 10:
            return add_with_capacity<10>(list, spec, cases);
        case 100:
            return add_with_capacity<100>(list, spec, cases);
        case 1000:
            return add_with_capacity<1000>(list, spec, cases);
        case 10000:
            return add_with_capacity<10000>(list, spec, cases);
        case large_capacity:
            return add_with_capacity<large_capacity>(list, spec, cases);
    }
}

/// The most expensive single operation of every container in the list, with each of the first `distributions`.
template <class... Entries>
void add_all_worst_of(structure_list<Entries...>, std::size_t distributions, std::vector<worst_spec>& cases) {
    const auto add = [&]<class Entry>(Entry) {
        for (std::size_t d = 0; d < distributions; ++d) {
            cases.push_back({&Entry::info, static_cast<distribution>(d),
                             measure_worst<typename Entry::template type<worst_spec::agents>>});
        }
    };
    (add(Entries{}), ...);
}

}  // namespace maxwell::bench
