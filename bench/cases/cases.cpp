// SPDX-License-Identifier: MIT

#include "cases/cases.hpp"

namespace maxwell::bench {

std::vector<case_spec> all_cases(bool full) {
    std::vector<case_spec> cases;
    const auto sweep = [&](workload what, variant how, distribution amounts, bool containers_only = false) {
        for (const std::size_t n : agent_counts) {
            const case_spec spec{what, how, amounts, n, {}, {}, {}, {}};
            add_containers(spec, cases);
            if (containers_only) continue;
            add_queues_and_heaps(spec, cases);
            add_ordered_sets(spec, cases);
        }
    };
    for (std::size_t w = 0; w < workload_names.size(); ++w) {
        const auto what = static_cast<workload>(w);
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            const auto amounts = static_cast<distribution>(d);
            if (full || amounts == distribution::uniform || amounts == worst_distribution) {
                sweep(what, variant::fitted, amounts);
            } else if (what == workload::quantum) {  // that hostile bids cost no more is a promise
                sweep(what, variant::fitted, amounts, true);
            }
        }
        const bool both = what == workload::hold || what == workload::quantum;
        for (const std::size_t n : agent_counts) {
            if (!both && what != workload::update_price) continue;
            add_samplers({what, variant::fitted, distribution::uniform, n, {}, {}, {}, {}}, cases);
            if (what != workload::quantum) continue;
            add_samplers({what, variant::cold, distribution::uniform, n, {}, {}, {}, {}}, cases);
        }
        if (full || both) sweep(what, variant::large, distribution::uniform);
        if (full || what == workload::quantum) sweep(what, variant::cold, distribution::uniform);
    }
    for (const std::size_t n : agent_counts) {
        add_variants({workload::quantum, variant::fitted, distribution::uniform, n, {}, {}, {}, {}}, cases);
    }
    return cases;
}

std::vector<worst_spec> all_worst_cases() {
    std::vector<worst_spec> cases;
    add_worst_of_containers(cases);
    add_worst_of_samplers(cases);
    return cases;
}

namespace {
bool is_decision(workload w) { return w == workload::hold || w == workload::quantum || w == workload::incumbent; }
}  // namespace

bool is_counted_by_default(case_spec const& spec) {
    if (spec.amounts != distribution::uniform) return false;
    if (spec.how == variant::fitted) return is_decision(spec.what);
    return spec.how == variant::cold && spec.what == workload::quantum && spec.agents == 1000 &&
           spec.structure->from == origin::maxwell;
}

}  // namespace maxwell::bench
