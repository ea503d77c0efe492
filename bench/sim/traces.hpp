// SPDX-License-Identifier: MIT
//
// trace_store: the jobs of the traces that an experiment names, each file read once.

#pragma once

#include "sim/experiment.hpp"

#include <maxwell/sim/trace/azure_llm.hpp>
#include <maxwell/sim/trace/llm_generated.hpp>
#include <maxwell/sim/trace/read.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace maxwell::simulator {

class trace_store {
public:
    /// Reads what `e` needs. Returns a sentence if that can't be done.
    std::string read(experiment const& e) {
        for (point const& p : e.points) {
            std::vector<std::vector<sim::job>>& of_point = jobs_[&p];
            for (group const& g : p.groups) {
                of_point.emplace_back();
                if (g.trace.empty()) continue;
                if (files_.count(g.trace) == 0) {
                    if (const std::string error = read_file(g.trace); !error.empty()) return error;
                }
                sim::workload const& work = files_[g.trace];
                of_point.back() = work.jobs;
                // A job is for one processor of the simulated machine: what it used of all of its own, one after the other.
                for (sim::job& j : of_point.back()) j.service_us *= j.width;
            }
        }
        return {};
    }

    /// By group. `p` is a point of the experiment that was read.
    std::vector<std::vector<sim::job>> const& of(point const& p) const { return jobs_.at(&p); }

private:
    /// "azure" is Azure's conversation trace, or a generated one where that isn't at hand.
    std::string read_file(std::string const& name) {
        if (name == "azure" && !std::filesystem::exists(MAXWELL_LLM_TRACE)) {
            using format = sim::llm_format<sim::azure_llm_table>;
            for (sim::llm_request const& r : sim::generated_trace(5)) {
                sim::job j;
                j.arrival_us = r.arrival_us;
                j.service_us =
                    r.context_tokens * format::context_token_us + r.generated_tokens * format::generated_token_us;
                files_[name].jobs.push_back(j);
            }
            return {};
        }
        sim::reading read = sim::read_workload(name == "azure" ? MAXWELL_LLM_TRACE : name);
        if (!read) return read.error;
        if (read.work->jobs.empty()) return name + " is without a single job";
        files_[name] = std::move(*read.work);
        return {};
    }

    std::map<std::string, sim::workload> files_;
    std::map<point const*, std::vector<std::vector<sim::job>>> jobs_;
};

}  // namespace maxwell::simulator
