// SPDX-License-Identifier: MIT

#include "cases.hpp"

#include "differential.hpp"

#include <utility>

namespace maxwell::bench {
namespace {

template <class A>
outcome measure_case(case_spec const& spec, instruments const& with) {
    return case_runner<A>(spec).measure(with);
}

template <class A>
void count_case(case_spec const& spec) {
    case_runner<A>(spec).count();
}

/// One case of every structure.
template <std::size_t Capacity, class... Entries>
void add(structure_list<Entries...>, case_spec spec, std::vector<case_spec>& cases) {
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

void add(case_spec spec, std::vector<case_spec>& cases) {
    if (spec.how == variant::large) return add<large_capacity>(structures{}, spec, cases);
    switch (spec.agents) {
        case 10:
            return add<10>(structures{}, spec, cases);
        case 100:
            return add<100>(structures{}, spec, cases);
        case 1000:
            return add<1000>(structures{}, spec, cases);
        default:
            return add<10000>(structures{}, spec, cases);
    }
}

}  // namespace

std::vector<case_spec> all_cases(bool full) {
    std::vector<case_spec> cases;
    const auto sweep = [&](workload what, variant how, distribution amounts) {
        for (const std::size_t n : agent_counts) add({what, how, amounts, n, {}, {}, {}, {}}, cases);
    };
    for (std::size_t w = 0; w < workload_names.size(); ++w) {
        const auto what = static_cast<workload>(w);
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            const auto amounts = static_cast<distribution>(d);
            if (full || amounts == distribution::uniform || amounts == worst_distribution) {
                sweep(what, variant::fitted, amounts);
            }
        }
        const bool both = what == workload::hold || what == workload::quantum;
        if (full || both) sweep(what, variant::large, distribution::uniform);
        if (full || what == workload::quantum) sweep(what, variant::cold, distribution::uniform);
    }
    return cases;
}

bool is_counted_by_default(case_spec const& spec) {
    if (spec.amounts != distribution::uniform) return false;
    if (spec.how == variant::fitted) return spec.what == workload::hold || spec.what == workload::quantum;
    return spec.how == variant::cold && spec.what == workload::quantum && spec.agents == 1000 &&
           spec.structure->from == origin::maxwell;
}

}  // namespace maxwell::bench
