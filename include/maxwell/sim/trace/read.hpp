// SPDX-License-Identifier: MIT
//
// read_workload(path): a trace of any known format, recognised by its content.
//
//     file ──line_source──▶ recognise the first lines ──▶ one of the formats below ──▶ workload
//
// The first line, of those in the first 64 KB, that any format recognises decides. A format is a class with a `name`,
// recognises(text), line(text, number) -> verdict and finish(workload&): a new one is a header and one line in
// `trace_formats`.

#pragma once

#include <maxwell/sim/trace/azure_llm.hpp>
#include <maxwell/sim/trace/lines.hpp>
#include <maxwell/sim/trace/linux_sched.hpp>
#include <maxwell/sim/trace/swf.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>    // stable_sort
#include <cstddef>      // size_t
#include <exception>    // what memory that is not there throws
#include <optional>     // the workload
#include <string>       // path, error
#include <string_view>  // text
#include <tuple>        // formats

namespace maxwell::sim {

/// The formats that are known.
using trace_formats = std::tuple<swf_format, azure_llm_format, linux_sched_format>;

/// A trace that was read, or one sentence that says why it was not.
struct reading {
    std::optional<workload> work;
    std::string error;  ///< empty exactly when there is a workload

    explicit operator bool() const noexcept { return work.has_value(); }
};

namespace detail {

inline bool by_arrival(job const& a, job const& b) noexcept {
    return a.arrival_us != b.arrival_us ? a.arrival_us < b.arrival_us : a.line < b.line;
}

/// Reads `source` to its end as `Format`. O(bytes + jobs log jobs).
template <class Format>
workload read_as(line_source& source) {
    workload out;
    out.format = Format::name;
    Format format;
    source_line line{};
    while (source.next(line)) {
        verdict v;
        if (line.cut_short) {
            v = {line_kind::broken, "the compressed data end in this line"};
        } else if (line.overlong) {
            v = {line_kind::broken, "longer than 65,536 bytes"};
        } else if (line.text.find('\0') != std::string_view::npos) {
            v = {line_kind::broken, "a NUL byte"};
        } else {
            v = format.line(line.text, line.number);
        }
        switch (v.kind) {
            case line_kind::record:
                ++out.records;
                break;
            case line_kind::comment:
                ++out.comments;
                break;
            case line_kind::other:
                ++out.other;
                break;
            case line_kind::broken:
                ++out.broken;
                if (out.first_broken.size() < workload::kept_broken)
                    out.first_broken.push_back({line.number, v.reason});
                break;
        }
    }
    format.finish(out);
    out.lines = source.lines_in_bytes();
    out.damage = source.damage();
    std::sort(out.jobs.begin(), out.jobs.end(), by_arrival);
    const std::uint64_t start = out.jobs.empty() ? 0 : out.jobs.front().arrival_us;
    for (job& j : out.jobs) j.arrival_us -= start;
    return out;
}

/// The first line of `text` that one of the formats recognises: reads as that one.
template <class... Formats>
std::optional<workload> read_recognised(line_source& source, std::tuple<Formats...> const*) {
    std::string_view text = source.peek();
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        std::optional<workload> out;
        const bool known = ((Formats::recognises(line) && (out = read_as<Formats>(source), true)) || ...);
        if (known) return out;
    }
    return std::nullopt;
}

}  // namespace detail

/// Reads the trace at `path`, plain or compressed with gzip. The error is one sentence that names the file: missing, a
/// directory, a device, empty, of no known format. A recognised trace without a single job is a workload without jobs.
/// Never throws. O(bytes + jobs log jobs); memory for the jobs and one line.
inline reading read_workload(std::string const& path) noexcept {
    try {
        line_source source;
        if (!source.open(path)) return {std::nullopt, source.error()};
        auto work = detail::read_recognised(source, static_cast<trace_formats const*>(nullptr));
        if (!work && !source.damage().empty()) return {std::nullopt, path + ": " + source.damage()};
        if (!work) {
            return {std::nullopt,
                    path +
                        " is of no known format: neither a Standard Workload Format log, nor an Azure LLM "
                        "inference trace, nor a Linux scheduler trace"};
        }
        return {std::move(work), {}};
    } catch (std::exception const&) {  // nothing else is thrown here than that memory is not there
        return {std::nullopt, path + " needs more memory than there is"};
    }
}

}  // namespace maxwell::sim
