// SPDX-License-Identifier: MIT
//
// workload: what every trace reader makes of its file, whatever the format was.
//
//     job         one demand for the machine: when it came, how long it computes, on how many processors, how important
//     record      a line that was understood and used: a job, or an event of which jobs are made
//     comment     a line that the format sets aside, or an empty one
//     other       a well-formed line that carries nothing for us: an event of another kind, a job that never ran
//     broken      a line that the format does not allow; it is counted, its number kept, and the rest is read all the same
//
// No line gets lost: lines == records + comments + other + broken, where `lines` is counted from the bytes of the file and
// the four from what the reader did with each line.

#pragma once

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <string>       // format, reasons
#include <string_view>  // reasons
#include <vector>       // jobs

namespace maxwell::sim {

/// A weight of nice 0, of which every other is a multiple: the kernel's unit, 10 fractional bits.
inline constexpr std::uint32_t unit_weight = 1024;

/// One demand for the machine.
struct job {
    std::uint64_t arrival_us = 0;        ///< when it came, from the first arrival of the trace on
    std::uint64_t service_us = 1;        ///< how long it computes on the processors it asks for; at least 1
    std::uint32_t weight = unit_weight;  ///< importance; unit_weight is ordinary, twice that is worth twice as much
    std::uint32_t width = 1;             ///< processors it asks for at once; at least 1
    std::uint32_t key = 0;               ///< whose it is: a user, a process id; 0 where the trace doesn't say
    std::uint64_t line = 0;              ///< where it begins in the file, from 1 on

    friend constexpr bool operator==(job const&, job const&) = default;
};

/// What a line of a trace is.
enum class line_kind : std::uint8_t { record, comment, other, broken };

/// What a format says of a line. `reason` is for broken ones: a few words in static storage, such as "3 columns, not 18".
struct verdict {
    line_kind kind = line_kind::record;
    std::string_view reason = {};
};

/// A line that the format does not allow.
struct broken_line {
    std::uint64_t number = 0;  ///< from 1 on
    std::string_view reason;   ///< in static storage
};

/// A trace, read to its end.
struct workload {
    /// Broken lines that are kept with number and reason; all of them are counted.
    static constexpr std::size_t kept_broken = 20;

    std::string_view format;       ///< the format's name, in static storage
    std::vector<job> jobs;         ///< in order of arrival; jobs of one arrival in the file's order
    std::uint64_t job_count = 0;   ///< that were read; `jobs` is empty where they were taken one by one
    std::uint32_t processors = 1;  ///< of the machine that the trace is from, or what a job's width counts; at least 1
    std::string_view width_unit = "processors";  ///< of `processors` and a job's width, in static storage

    std::uint64_t lines = 0;
    std::uint64_t records = 0;
    std::uint64_t comments = 0;
    std::uint64_t other = 0;
    std::uint64_t broken = 0;
    std::vector<broken_line> first_broken;  ///< the first kept_broken of them

    std::uint64_t lost_events = 0;  ///< what the recorder says that it lost, where it says so
    std::uint64_t unseen = 0;       ///< tasks that left their processor unseen: in `jobs` only with service seen before
    std::uint64_t unfinished = 0;  ///< jobs still running where the trace ends: in `jobs`, with the service seen so far
    std::uint64_t never_ran = 0;   ///< demands without any service in the trace: not in `jobs`
    std::string damage;            ///< the file ends early or its compression is damaged: what was found; else empty
    std::string unusable;          ///< why the times of the file make no jobs, as a clause; else empty
    std::string missing;           ///< where there are no jobs: what the file lacks, as a clause; else empty

    /// Counts line `number` as what `v` says it is. O(1).
    void count(verdict const& v, std::uint64_t number) {
        if (v.kind == line_kind::record) ++records;
        if (v.kind == line_kind::comment) ++comments;
        if (v.kind == line_kind::other) ++other;
        if (v.kind != line_kind::broken) return;
        ++broken;
        if (first_broken.size() < kept_broken) first_broken.push_back({number, v.reason});
    }

    /// Does every line have its place? O(1).
    bool no_line_lost() const noexcept { return lines == records + comments + other + broken; }
};

/// The share of `machine`'s time that a job takes, in microseconds of the whole machine, rounded up; at least 1 and never
/// more than its service, also for a job that asks for more processors than there are. O(1).
constexpr std::uint64_t machine_share_us(job const& j, std::uint32_t processors) noexcept {
    const std::uint64_t machine = processors == 0 ? 1 : processors;
    if (j.width >= machine) return j.service_us;
    // In two steps, so that the product can't overflow: width * machine < 2^64 since both have 32 bits.
    const std::uint64_t whole = j.service_us / machine * j.width;
    const std::uint64_t rest = (j.service_us % machine * j.width + machine - 1) / machine;
    return whole + rest == 0 ? 1 : whole + rest;
}

}  // namespace maxwell::sim
