// SPDX-License-Identifier: MIT
//
// What the liar's test runs: all policies against how hard tenant 4 misreports, every misreport at three speeds, and the time of a sale.

#pragma once

#include "simulate.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace maxwell::llm {

struct settings {
    scenario base;
    sim::serving_costs costs;
    double credits_per_s = 6000;  ///< of each tenant, in half worths of a token
    double most_flood = 4;        ///< at a hardness of 1
    std::size_t points = 5;       ///< of hardness, from 0 to 1; at least 2
};

/// Calls `job(i)` for each i below `count`, in as many threads as there are processors.
inline void in_parallel(std::size_t count, std::function<void(std::size_t)> const& job) {
    std::atomic<std::size_t> next{0};
    std::vector<std::thread> workers;
    for (unsigned n = std::max(1u, std::thread::hardware_concurrency()); n != 0; --n) {
        workers.emplace_back([&] {
            for (std::size_t i = next++; i < count; i = next++) job(i);
        });
    }
    for (std::thread& w : workers) w.join();
}

inline result run(std::vector<sim::llm_request> const& trace, settings const& with, scenario const& s,
                  policy_kind kind) {
    const std::vector<request> requests = deal(trace, s);
    return simulate(requests, *make_policy(kind, requests, static_cast<std::uint64_t>(with.credits_per_s)), with.costs);
}

/// By policy, then by hardness.
struct sweep {
    std::vector<double> hardness;
    std::array<std::vector<result>, policy_names.size()> of;

    /// What honest tenants keep at the greatest hardness, of what they have at none.
    double kept(policy_kind kind) const {
        std::vector<result> const& r = of[static_cast<std::size_t>(kind)];
        return r.front().honest() > 0 ? r.back().honest() / r.front().honest() : 0;
    }
    double all(policy_kind kind) const { return of[static_cast<std::size_t>(kind)].back().all(); }
};

inline sweep sweep_hardness(std::vector<sim::llm_request> const& trace, settings const& with) {
    sweep out;
    for (std::size_t i = 0; i < with.points; ++i) {
        out.hardness.push_back(static_cast<double>(i) / static_cast<double>(with.points - 1));
    }
    for (auto& results : out.of) results.resize(with.points);
    in_parallel(with.points * policy_names.size(), [&](std::size_t i) {
        const std::size_t point = with.points - 1 - i / policy_names.size();  // the longest first
        const std::size_t kind = policy_names.size() - 1 - i % policy_names.size();
        scenario s = with.base;
        s.called_urgent = out.hardness[point];
        s.flood = 1 + (with.most_flood - 1) * out.hardness[point];
        out.of[kind][point] = run(trace, with, s, static_cast<policy_kind>(kind));
    });
    return out;
}

/// What each misreport gains tenant 4, of the value that truth gets it.
struct misreport_gains {
    double speed;
    double flood;
    policy_kind kind;
    std::array<double, misreport_names.size()> gain;  ///< 0 for truth

    double best() const { return *std::max_element(gain.begin() + 1, gain.end()); }
};

inline std::vector<misreport_gains> try_misreports(std::vector<sim::llm_request> const& trace, settings const& with) {
    std::vector<misreport_gains> out;
    for (const policy_kind kind : {policy_kind::market, policy_kind::priority}) {
        for (const double speed : {2.0, 1.5, 1.0}) {
            for (const double flood : {with.most_flood, 1.0}) out.push_back({speed, flood, kind, {}});
        }
    }
    in_parallel(out.size() * misreport_names.size(), [&](std::size_t i) {
        misreport_gains& row = out[i / misreport_names.size()];
        scenario s = with.base;
        s.speed = row.speed;
        s.flood = row.flood;
        s.how = static_cast<misreport>(i % misreport_names.size());
        row.gain[i % misreport_names.size()] = run(trace, with, s, row.kind).value[liar];
    });
    for (misreport_gains& row : out) {
        const double truth = row.gain[0];
        for (double& g : row.gain) g = truth > 0 ? g / truth - 1 : 0;
    }
    return out;
}

/// Microseconds of a sale among 1,000 requests, and of entering their bids before it: medians. Eight sequences are free.
struct sale_times {
    double sale_us;
    double enter_us;
};

inline sale_times time_sales(std::vector<sim::llm_request> const& trace, settings const& with) {
    scenario s = with.base;
    s.seconds = 0;
    const std::vector<request> requests = deal(trace, s);
    std::vector<double> sale, enter;
    sim::serving_engine engine(with.costs);
    for (std::uint32_t n = 8; n < with.costs.sequences; ++n) engine.admit(1, 1000);
    market_policy market(requests, static_cast<std::uint64_t>(with.credits_per_s));
    for (std::size_t first = 0; sale.size() < 200; first += 50) {
        queue waiting;
        std::uint64_t now_ns = 0;
        for (std::size_t i = first; i < first + 1000; ++i) {
            waiting.push_back(static_cast<std::uint32_t>(i % requests.size()));
            now_ns = std::max(now_ns, requests[waiting.back()].arrival_ns);
        }
        const auto t0 = std::chrono::steady_clock::now();
        market.enter(waiting, engine, now_ns);
        const auto t1 = std::chrono::steady_clock::now();
        market.sell();
        const auto t2 = std::chrono::steady_clock::now();
        enter.push_back(std::chrono::duration<double, std::micro>(t1 - t0).count());
        sale.push_back(std::chrono::duration<double, std::micro>(t2 - t1).count());
    }
    const auto median = [](std::vector<double>& v) {
        std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
        return v[v.size() / 2];
    };
    return {median(sale), median(enter)};
}

}  // namespace maxwell::llm
