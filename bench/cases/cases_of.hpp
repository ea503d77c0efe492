// SPDX-License-Identifier: MIT
//
// Makes the cases of one part of the list of structures. The timed loops are instantiated where these are called.

#pragma once

#include "cases/cases.hpp"
#include "cases/structures.hpp"
#include "harness/differential.hpp"
#include "harness/measure.hpp"
#include "harness/subject.hpp"
#include "harness/worst_operation.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace maxwell::bench {

using all_workloads = workload_list<insert_workload, extract_max_workload, hold_workload, rebid_workload,
                                    quantum_workload, incumbent_workload, expire_workload, update_price_workload>;
/// What is measured in a container of 16,384.
using decisions = workload_list<hold_workload, quantum_workload>;
using sampler_workloads = workload_list<hold_workload, quantum_workload, update_price_workload>;

template <class Entry>
constexpr reference_order reference_of() {
    constexpr int all = 20'000;
    if constexpr (requires { typename Entry::first_boundaries; }) {
        // As far as boundaries stay where they began; tests/contract has a reference model that moves them too.
        return {order_of<tier_order<typename Entry::first_boundaries>>, 1'000};
    } else if constexpr (requires { typename Entry::tiers; }) {
        return {order_of<tier_order<typename Entry::tiers>>, all};
    } else if constexpr (Entry::info.order == fidelity::tier) {
        return {order_of<tier_order<>>, all};
    } else {
        return {order_of<exact_order>, all};
    }
}

/// The differential test of an entry of the list of structures.
template <class Entry>
bool passes_test(std::string& why) {
    const auto of_10 = make_subject<typename Entry::template type<10>, workload_list<>>(10);
    const auto of_1000 = make_subject<typename Entry::template type<1000>, workload_list<>>(1000);
    return passes_differential(Entry::info, reference_of<Entry>(), *of_10, *of_1000, why);
}

/// One case of every structure in the list.
template <std::size_t Capacity, class Workloads, class... Entries>
void add_with_capacity(structure_list<Entries...>, case_spec spec, std::vector<case_spec>& cases) {
    const auto add_one = [&]<class Entry>(Entry) {
        spec.structure = &Entry::info;
        spec.make = make_subject<typename Entry::template type<Capacity>, Workloads>;
        spec.differential = passes_test<Entry>;
        cases.push_back(spec);
    };
    (add_one(Entries{}), ...);
}

/// The same where that capacity is compiled.
template <std::size_t Capacity, class Workloads, class List>
void add_if_compiled(List list, case_spec const& spec, std::vector<case_spec>& cases) {
    if constexpr (is_compiled(Capacity)) {
        if (spec.capacity() == Capacity) add_with_capacity<Capacity, Workloads>(list, spec, cases);
    }
}

/// With the capacity that `spec` asks for, one of agent_counts.
template <class Workloads, class List>
void add_all_of(List list, case_spec const& spec, std::vector<case_spec>& cases) {
    add_if_compiled<10, Workloads>(list, spec, cases);
    add_if_compiled<100, Workloads>(list, spec, cases);
    add_if_compiled<1000, Workloads>(list, spec, cases);
    add_if_compiled<10000, Workloads>(list, spec, cases);
}

/// The same, and a container of 16,384 for the decisions.
template <class List>
void add_in_large_too(List list, case_spec const& spec, std::vector<case_spec>& cases) {
    add_all_of<all_workloads>(list, spec, cases);
    add_if_compiled<large_capacity, decisions>(list, spec, cases);
}

/// The most expensive single operation of every container in the list, with each of the first `distributions`.
template <class... Entries>
void add_all_worst_of([[maybe_unused]] structure_list<Entries...> list, [[maybe_unused]] std::size_t distributions,
                      [[maybe_unused]] std::vector<worst_spec>& cases) {
#if !MAXWELL_BENCH_SMOKE  // a test of its own counts them: worst_operation_test
    const auto add = [&]<class Entry>(Entry) {
        for (std::size_t d = 0; d < distributions; ++d) {
            cases.push_back({&Entry::info, static_cast<distribution>(d),
                             measure_worst<typename Entry::template type<worst_spec::agents>>});
        }
    };
    (add(Entries{}), ...);
#endif
}

}  // namespace maxwell::bench
