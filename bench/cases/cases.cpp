// SPDX-License-Identifier: MIT

#include "cases/cases.hpp"

namespace maxwell::bench {

namespace {

/// A case of which nothing is known yet but what is done, with what.
case_spec blank(workload what, variant how, distribution amounts, std::size_t agents) {
    return {what, how, amounts, agents, nullptr, nullptr, nullptr};
}

/// Every container and peer at each number of agents.
void add_sweep(workload what, variant how, distribution amounts, std::vector<case_spec>& cases) {
    for (const std::size_t n : agent_counts) {
        const case_spec spec = blank(what, how, amounts, n);
        add_buckets(spec, cases);
        add_exact(spec, cases);
        add_queues_and_heaps(spec, cases);
        add_ordered_sets(spec, cases);
    }
}

bool is_decision(workload w) { return w == workload::hold || w == workload::quantum || w == workload::incumbent; }

}  // namespace

std::vector<case_spec> all_cases(bool full) {
    std::vector<case_spec> cases;
    for (std::size_t w = 0; w < workload_names.size(); ++w) {
        const auto what = static_cast<workload>(w);
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            const auto amounts = static_cast<distribution>(d);
            // The lead over the peers is a promise for every distribution, in the quantum.
            const bool always =
                amounts == distribution::uniform || amounts == worst_distribution || what == workload::quantum;
            if (full || always) add_sweep(what, variant::fitted, amounts, cases);
        }
        const bool both = what == workload::hold || what == workload::quantum;
        if (both || what == workload::update_price) {
            for (const std::size_t n : agent_counts) {
                add_samplers(blank(what, variant::fitted, distribution::uniform, n), cases);
                if (what == workload::quantum)
                    add_samplers(blank(what, variant::cold, distribution::uniform, n), cases);
            }
        }
        if (both) add_sweep(what, variant::large, distribution::uniform, cases);
        if (full || what == workload::quantum) add_sweep(what, variant::cold, distribution::uniform, cases);
    }
    for (const std::size_t n : agent_counts) {
        add_variants(blank(workload::quantum, variant::fitted, distribution::uniform, n), cases);
    }
    return cases;
}

std::vector<worst_spec> all_worst_cases() {
    std::vector<worst_spec> cases;
    add_worst_of_buckets(cases);
    add_worst_of_exact(cases);
    add_worst_of_samplers(cases);
    return cases;
}

bool is_counted_by_default(case_spec const& spec) {
    if (spec.amounts != distribution::uniform) return false;
    if (spec.how == variant::fitted) return is_decision(spec.what);
    return spec.how == variant::cold && spec.what == workload::quantum && spec.agents == 1000 &&
           spec.structure->from == origin::maxwell;
}

}  // namespace maxwell::bench
