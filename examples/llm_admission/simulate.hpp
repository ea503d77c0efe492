// SPDX-License-Identifier: MIT
//
// One run of the liar's test: a policy, an engine, and the requests of a scenario.

#pragma once

#include "policies.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::llm {

enum class policy_kind : std::uint8_t { fcfs, priority, vtc, vtc_priority, market };
constexpr std::array<char const*, 5> policy_names = {"FCFS", "declared priority", "VTC", "VTC, priority", "market"};

/// What came of a run. Values are in worths of a token, by true classes: what a request is worth doesn't depend on what was said.
struct result {
    std::array<double, tenants> value{};
    std::array<std::uint64_t, tenants> urgent{};  ///< requests
    std::array<std::uint64_t, tenants> urgent_in_time{};

    double all() const {
        double sum = 0;
        for (double v : value) sum += v;
        return sum;
    }
    double honest() const { return all() - value[liar]; }
    double honest_urgent_in_time() const {
        std::uint64_t sent = 0, served = 0;
        for (std::size_t t = 0; t < tenants; ++t) {
            if (t != liar) sent += urgent[t], served += urgent_in_time[t];
        }
        return sent == 0 ? 1 : static_cast<double>(served) / static_cast<double>(sent);
    }
};

inline std::unique_ptr<policy> make_policy(policy_kind kind, std::vector<request> const& requests,
                                           std::uint64_t credits_per_s) {
    switch (kind) {
        case policy_kind::fcfs:
            return std::make_unique<ordered_policy>(requests, false);
        case policy_kind::priority:
            return std::make_unique<ordered_policy>(requests, true);
        case policy_kind::vtc:
            return std::make_unique<vtc_policy>(requests, false);
        case policy_kind::vtc_priority:
            return std::make_unique<vtc_policy>(requests, true);
        case policy_kind::market:
            break;
    }
    return std::make_unique<market_policy>(requests, credits_per_s);
}

inline result simulate(std::vector<request> const& requests, policy& chooser, sim::serving_costs const& costs) {
    sim::serving_engine engine(costs);
    result out;
    queue waiting, admitted;
    std::vector<bool> served(requests.size());
    std::uint64_t now_ns = 0;
    for (request const& r : requests) out.urgent[r.tenant] += r.truth == service::urgent ? 1 : 0;
    for (std::uint32_t next = 0; next < requests.size() || !waiting.empty() || !engine.idle();) {
        if (waiting.empty() && engine.idle()) now_ns = std::max(now_ns, requests[next].arrival_ns);
        for (; next < requests.size() && requests[next].arrival_ns <= now_ns; ++next) {
            if (!engine.serves(requests[next].context, requests[next].generated)) continue;
            chooser.arrive(next, waiting);
            waiting.push_back(next);
        }
        std::erase_if(waiting, [&](std::uint32_t r) {
            return now_ns - requests[r].arrival_ns > 3 * patience_ns(requests[r].truth);
        });
        admitted.clear();
        chooser.choose(waiting, engine, now_ns, admitted);
        if (engine.idle()) {  // everybody gave up, or nobody fits the engine
            if (waiting.empty()) continue;
            now_ns += costs.iteration_ns;
            continue;
        }
        now_ns += engine.iterate();
        for (const std::uint32_t r : admitted) {
            request const& one = requests[r];
            served[r] = true;
            const bool in_time = now_ns - one.arrival_ns <= patience_ns(one.truth);
            const double worth = static_cast<double>(half_worth(one.truth)) / 2 * one.tokens();
            out.value[one.tenant] += in_time ? worth : worth / 10;
            out.urgent_in_time[one.tenant] += in_time && one.truth == service::urgent ? 1 : 0;
        }
        if (!admitted.empty()) std::erase_if(waiting, [&](std::uint32_t r) { return served[r]; });
    }
    return out;
}

}  // namespace maxwell::llm
