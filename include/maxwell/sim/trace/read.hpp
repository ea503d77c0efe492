// SPDX-License-Identifier: MIT
//
// read_trace(path, take): a trace of any known format, recognised by its content, job by job; read_workload(path): all its jobs.
//
//     file ──line_source──▶ recognise the first lines ──▶ one of the formats below ──▶ job, job, job ... ──▶ take
//
// The first line, of those in the first 4 MB, that any format recognises decides: a web page of systrace has some before it.
// A format is a class with a `name`, recognises(text), line(text, number, jobs) -> verdict, which adds the jobs that end in the
// line, and finish(workload&, jobs): a new one is a header and one line in `trace_formats`.

#pragma once

#include <maxwell/sim/trace/alibaba.hpp>
#include <maxwell/sim/trace/azure_llm.hpp>
#include <maxwell/sim/trace/burstgpt.hpp>
#include <maxwell/sim/trace/chrome_json.hpp>
#include <maxwell/sim/trace/google_cluster.hpp>
#include <maxwell/sim/trace/job_store.hpp>
#include <maxwell/sim/trace/lines.hpp>
#include <maxwell/sim/trace/linux_sched.hpp>
#include <maxwell/sim/trace/mooncake.hpp>
#include <maxwell/sim/trace/swf.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>    // sort
#include <cstddef>      // size_t
#include <cstdint>      // uint64_t
#include <exception>    // what memory that is not there throws
#include <functional>   // take, report
#include <optional>     // the workload
#include <string>       // path, error
#include <string_view>  // text
#include <tuple>        // formats
#include <vector>       // lines before the first that is recognised

namespace maxwell::sim {

/// The formats that are known, beside Chrome's JSON, which has no lines. A line is looked at in this order.
using trace_formats = std::tuple<swf_format, azure_llm_format, burstgpt_format, mooncake_format, google_2011_format,
                                 google_2019_format, alibaba_format, linux_sched_format>;

/// A trace that was read, or one sentence that says why it was not.
struct reading {
    std::optional<workload> work;
    std::string error;  ///< empty exactly when there is a workload

    explicit operator bool() const noexcept { return work.has_value(); }
};

/// Given each job as it is read, which is not in order of arrival for every format, and on the file's own clock.
using job_taker = std::function<void(job const&)>;

/// Told now and then how many bytes of how many have been read; of 0 for a pipe.
using reading_report = std::function<void(std::uint64_t, std::uint64_t)>;

namespace detail {

class trace_reader {
public:
    trace_reader(line_source& source, job_taker const& take, reading_report const& report)
        : source_(source), take_(take), report_(report) {}

    /// Reads to the end; nothing where no format is recognised. O(bytes).
    std::optional<workload> read() {
        if (is_chrome_json(source_.peek())) {
            read_chrome_json(source_, out_, jobs_, [this] { pass_on(); });
        } else if (!read_lines(static_cast<trace_formats const*>(nullptr))) {
            return std::nullopt;
        }
        pass_on();
        if (!source_.damage().empty()) out_.damage = source_.damage();
        return std::move(out_);
    }

private:
    static constexpr std::size_t longest_preamble = std::size_t{4} << 20;  ///< bytes

    struct kept_line {
        std::string text;
        std::uint64_t number;
        bool overlong;
        bool cut_short;
    };

    template <class... Formats>
    bool read_lines(std::tuple<Formats...> const*) {
        std::vector<kept_line> before;
        std::size_t bytes = 0;
        source_line line{};
        while (bytes < longest_preamble && source_.next(line)) {
            before.push_back({std::string(line.text), line.number, line.overlong, line.cut_short});
            bytes += line.text.size() + sizeof(kept_line);
            if (line.overlong || line.cut_short || line.text.find('\0') != std::string_view::npos) continue;
            const bool known = ((Formats::recognises(line.text) && (read_as<Formats>(before), true)) || ...);
            if (known) return true;
        }
        return false;
    }

    template <class Format>
    void read_as(std::vector<kept_line> const& before) {
        out_.format = Format::name;
        Format format;
        for (kept_line const& l : before) take_line(format, {l.text, l.number, l.overlong, l.cut_short});
        source_line line{};
        while (source_.next(line)) {
            take_line(format, line);
            if (report_ && line.number % 4096 == 0) report_(source_.offset(), source_.size());
        }
        format.finish(out_, jobs_);
        out_.lines = source_.lines_in_bytes();
    }

    template <class Format>
    void take_line(Format& format, source_line const& line) {
        verdict v;
        if (line.cut_short) {
            v = {line_kind::broken, "the compressed data end in this line"};
        } else if (line.overlong) {
            v = {line_kind::broken, "longer than 65,536 bytes"};
            if constexpr (requires { format.in_page(); }) {
                if (format.in_page()) v = {line_kind::other};
            }
        } else if (line.text.find('\0') != std::string_view::npos) {
            v = {line_kind::broken, "a NUL byte"};
        } else {
            v = format.line(line.text, line.number, jobs_);
        }
        out_.count(v, line.number);
        pass_on();
    }

    void pass_on() {
        for (job const& j : jobs_) {
            ++out_.job_count;
            take_(j);
        }
        jobs_.clear();
    }

    line_source& source_;
    job_taker const& take_;
    reading_report const& report_;
    workload out_;
    std::vector<job> jobs_;  ///< read and not passed on
};

}  // namespace detail

/// Reads the trace at `path`, plain or compressed, and gives each job to `take` as soon as it is known; the workload's `jobs` stays
/// empty. The error is one sentence that names the file: missing, a directory, a device, empty, of no known format, to be unpacked
/// first, with times that make no jobs. A recognised trace without a single job is a workload without jobs, and its `missing` says
/// what the file lacks. Throws only what `take` throws, and std::bad_alloc. O(bytes); memory for one line and, where a format pairs
/// events, for the tasks that are alive.
inline reading read_trace(std::string const& path, job_taker const& take, reading_report const& report = {}) {
    line_source source;
    if (!source.open(path)) return {std::nullopt, source.error()};
    auto work = detail::trace_reader(source, take, report).read();
    if (!work && !source.damage().empty()) return {std::nullopt, path + ": " + source.damage()};
    if (!work) {
        return {
            std::nullopt,
            path +
                " is of no known format: neither a Standard Workload Format log, nor an LLM trace of Azure, BurstGPT "
                "or "
                "Mooncake, nor a cluster trace of Google or Alibaba, nor a Linux scheduler trace as text or in JSON"};
    }
    if (!work->unusable.empty()) return {std::nullopt, path + " can't be replayed: " + work->unusable};
    if (work->job_count > 0) work->missing.clear();
    return {std::move(work), {}};
}

/// The same, with all jobs in order of arrival, the first at 0. Never throws. O(bytes + jobs log jobs); memory for the jobs.
inline reading read_workload(std::string const& path) noexcept {
    try {
        std::vector<job> jobs;
        reading out = read_trace(path, [&](job const& j) { jobs.push_back(j); });
        if (!out) return out;
        std::sort(jobs.begin(), jobs.end(), by_arrival);
        const std::uint64_t start = jobs.empty() ? 0 : jobs.front().arrival_us;
        for (job& j : jobs) j.arrival_us -= start;
        out.work->jobs = std::move(jobs);
        return out;
    } catch (std::exception const&) {  // nothing else is thrown here than that memory is not there
        return {std::nullopt, path + " needs more memory than there is"};
    }
}

}  // namespace maxwell::sim
