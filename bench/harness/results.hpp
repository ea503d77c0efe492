// SPDX-License-Identifier: MIT
//
// What a run has measured: a median over repetitions for every case, where it was measured, and the questions that tables
// and goals ask of it. Ratios are of medians of one run, never of two.

#pragma once

#include "cases/cases.hpp"
#include "harness/clock.hpp"
#include "harness/measure.hpp"
#include "harness/panel.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

struct case_result {
    case_spec spec;
    std::string name;
    std::vector<outcome> repetitions;
    outcome median{};
    bool failed = false;  ///< the differential test; then it was not timed

    bool timed() const noexcept { return !repetitions.empty(); }
};

/// The most expensive single operations of a container.
struct worst_result {
    worst_spec spec;
    worst_costs costs{};

    static long greatest(worst_of_each const& each) noexcept { return *std::max_element(each.begin(), each.end()); }
    static std::string_view name_of_greatest(worst_of_each const& each) noexcept {
        return stepped_names[static_cast<std::size_t>(std::max_element(each.begin(), each.end()) - each.begin())];
    }
    bool counted() const noexcept { return greatest(costs.away) > 0 && greatest(costs.across) > 0; }
    double ratio() const noexcept {
        return static_cast<double>(greatest(costs.across)) / static_cast<double>(greatest(costs.away));
    }
};

/// What a panel found.
struct panel_outcome {
    panel what;
    panel_result found;
};

/// The machine and the build, as far as they can be found out.
struct surroundings {
    std::string cpu, compiler, flags, commit, date, load_before, load_after, host, kernel;
    clock_facts clock{};
    bool callgrind_counts = false;          ///< the counts come from callgrind, not from the processor
    std::string counts_from;                ///< a sentence for the report
    std::vector<std::string> notes;         ///< sentences for the report
    std::vector<std::string> disturbances;  ///< what of the machine disturbs a measurement, and how to change it
    double seconds = 0;
    int repetitions = 0;
};

class results {
public:
    surroundings where;
    std::vector<case_result> cases;
    std::vector<worst_result> worst;
    std::vector<panel_outcome> panels;
    std::filesystem::path replay;  ///< what maxwell_replay wrote for the report; empty: nothing

    /// Medians over repetitions. Counts that came from elsewhere stay.
    void merge() {
        for (case_result& c : cases) {
            const auto median_of = [&](double outcome::*field) {
                std::vector<double> values;
                for (outcome const& o : c.repetitions) values.push_back(o.*field);
                std::sort(values.begin(), values.end());
                const std::size_t half = values.size() / 2;
                c.median.*field = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
            };
            if (!c.timed()) continue;
            for (const auto field : {&outcome::mean_ns, &outcome::p50_ns, &outcome::p99_ns, &outcome::p999_ns,
                                     &outcome::samples, &outcome::bytes, &outcome::empty_bytes}) {
                median_of(field);
            }
            if (where.callgrind_counts) continue;
            for (const auto field : {&outcome::instructions, &outcome::l1_misses, &outcome::last_level_misses}) {
                median_of(field);
            }
        }
    }

    /// The case that was timed under this name's parts, if it was.
    case_result const* find(std::string_view title, std::string_view structure, distribution amounts,
                            std::size_t agents) const {
        for (case_result const& c : cases) {
            if (c.timed() && c.spec.agents == agents && c.spec.amounts == amounts &&
                c.spec.structure->name == structure && c.spec.title() == title) {
                return &c;
            }
        }
        return nullptr;
    }

    static bool is_peer(structure_info const& s) noexcept {
        return s.from == origin::third_party || s.from == origin::own;
    }

    /// The peer with the least mean among those that `admits` lets in.
    template <class Admits>
    case_result const* best_peer(std::string_view title, distribution amounts, std::size_t agents,
                                 Admits admits) const {
        case_result const* best = nullptr;
        for (case_result const& c : cases) {
            if (!is_peer(*c.spec.structure) || !c.timed() || c.spec.agents != agents || c.spec.amounts != amounts ||
                !admits(*c.spec.structure) || c.spec.title() != title) {
                continue;
            }
            if (best == nullptr || c.median.mean_ns < best->median.mean_ns) best = &c;
        }
        return best;
    }

    struct memory {
        double bytes_per_agent;
        double fixed_bytes;
    };

    /// From the largest and the smallest number of agents that were measured in a container of that capacity.
    std::optional<memory> memory_of(std::string_view structure) const {
        case_result const* few = nullptr;
        case_result const* many = nullptr;
        for (case_result const& c : cases) {
            if (!c.timed() || c.spec.structure->name != structure || c.spec.how == variant::large ||
                c.median.bytes == 0 || c.spec.what == workload::insert) {
                continue;
            }
            if (few == nullptr || c.spec.agents < few->spec.agents) few = &c;
            if (many == nullptr || c.spec.agents > many->spec.agents) many = &c;
        }
        if (few == nullptr || few->spec.agents == many->spec.agents) return std::nullopt;
        const double per_agent =
            (many->median.bytes - few->median.bytes) / static_cast<double>(many->spec.agents - few->spec.agents);
        return memory{per_agent, std::max(0.0, few->median.bytes - per_agent * static_cast<double>(few->spec.agents))};
    }
};

inline bool is_third_party_exact(structure_info const& s) {
    return s.from == origin::third_party && s.order == fidelity::exact;
}

}  // namespace maxwell::bench
