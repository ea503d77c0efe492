// SPDX-License-Identifier: MIT
//
// schedule: the jobs of a trace made fit for one market. Service is the share of the machine, and time is stretched or compressed
// as a whole, so that the load is what was asked for and bursts stay bursts. The jobs stay where they are, in memory or in a file;
// a cursor makes them fit one by one.

#pragma once

#include "harness/progress.hpp"

#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/sim/trace/job_store.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>

namespace maxwell::bench {

struct schedule {
    sim::job_store const* jobs = nullptr;
    std::uint32_t processors = 1;
    std::uint32_t quantum_us = 1;
    double load = 0;           ///< service over the span of arrivals; 0 where the trace has no span
    double recorded_load = 0;  ///< of the trace as it was recorded
    double stretch = 1;        ///< what times of arrival are multiplied by
    std::uint64_t span_us = 0;
    std::uint64_t service_us = 0;
    std::uint64_t quanta = 0;  ///< that the jobs take
};

/// Quanta that a replay takes at the most beside one for each job, and the most that a quantum chosen here leads to: some seconds a
/// structure.
inline constexpr std::uint64_t max_quanta = 20'000'000;
inline constexpr std::uint64_t usual_quanta = 1 << 21;

/// The jobs of a schedule, from the first to the last.
class scheduled_jobs {
public:
    explicit scheduled_jobs(schedule const& plan) : plan_(plan), cursor_(*plan.jobs) {}

    /// Puts the next job into `out`; false at the end. O(1).
    bool next(sim::job& out) {
        if (!cursor_.next(out)) return false;
        out.service_us = sim::machine_share_us(out, plan_.processors);
        out.arrival_us = static_cast<std::uint64_t>(static_cast<double>(out.arrival_us) * plan_.stretch);
        return true;
    }

private:
    schedule const& plan_;
    sim::job_store::cursor cursor_;
};

namespace detail {

/// Calls `f` for each job of `plan`, and shows how far it is.
template <class F>
void for_each_job(schedule const& plan, progress& shown, std::uint64_t& done, F f) {
    sim::job j;
    for (scheduled_jobs all(plan); all.next(j);) {
        f(j);
        if (++done % 65'536 == 0) shown.at(done);
    }
}

}  // namespace detail

/// Makes the schedule of `jobs`, which come from a machine of so many processors, at `load`. `quantum_us` 0 chooses: a 32nd of the 99th
/// percentile of service (to 1 %), so all but the longest hundredth of the jobs take 32 quanta or fewer; longer where that would be
/// more than usual_quanta, as with one job of an hour among some of 10 us. O(jobs).
inline schedule make_schedule(sim::job_store const& jobs, std::uint32_t processors, double load,
                              std::uint32_t quantum_us) {
    schedule s;
    s.jobs = &jobs;
    s.processors = processors;
    if (jobs.size() == 0) return s;
    progress shown("measuring the jobs", 3 * jobs.size());
    std::uint64_t done = 0;
    std::uint64_t longest_us = 0;
    detail::for_each_job(s, shown, done, [&](sim::job const& j) {
        s.service_us += j.service_us;
        s.span_us = j.arrival_us;
        longest_us = std::max(longest_us, j.service_us);
    });
    const int shift = std::max(0, static_cast<int>(std::bit_width(longest_us)) - 32);
    const auto services = std::make_unique<latency_histogram<>>();
    detail::for_each_job(s, shown, done, [&](sim::job const& j) { services->record(j.service_us >> shift); });
    const std::uint64_t percentile = std::min(longest_us, services->percentile(990'000) << shift);
    const std::uint64_t chosen =
        std::clamp<std::uint64_t>(std::max((percentile + 31) / 32, s.service_us / usual_quanta), 1, 0xFFFF'FFFFu);
    s.quantum_us = quantum_us != 0 ? quantum_us : static_cast<std::uint32_t>(chosen);
    detail::for_each_job(s, shown, done,
                         [&](sim::job const& j) { s.quanta += (j.service_us + s.quantum_us - 1) / s.quantum_us; });
    if (s.span_us > 0) {
        s.recorded_load = static_cast<double>(s.service_us) / static_cast<double>(s.span_us);
        s.stretch = s.recorded_load / load;
        s.span_us = static_cast<std::uint64_t>(static_cast<double>(s.span_us) * s.stretch);
        if (s.span_us > 0) s.load = static_cast<double>(s.service_us) / static_cast<double>(s.span_us);
    }
    return s;
}

}  // namespace maxwell::bench
