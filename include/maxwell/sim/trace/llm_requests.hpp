// SPDX-License-Identifier: MIT
//
// read_llm_requests(path): the requests of an Azure LLM inference trace with their tokens, for the model in sim/serving.hpp.
//
// azure_llm.hpp makes jobs of the same file, which is enough where only time counts. A serving engine needs the tokens: a prompt is
// read at once, an answer is generated token by token, and both occupy the cache.

#pragma once

#include <maxwell/sim/trace/azure_llm.hpp>
#include <maxwell/sim/trace/lines.hpp>
#include <maxwell/sim/trace/llm_format.hpp>

#include <algorithm>  // stable_sort
#include <cstdint>    // uint32_t, uint64_t
#include <string>     // path, error
#include <vector>     // requests

namespace maxwell::sim {

/// The requests of a trace, in order of arrival from 0 on, or one sentence that says why there are none.
struct llm_reading {
    std::vector<llm_request> requests;
    std::uint64_t broken = 0;  ///< lines that the format doesn't allow; the others were read all the same
    std::string error;         ///< empty exactly when at least one request was read
};

/// Reads the Azure LLM inference trace at `path`, plain or compressed. The error names the file: missing, a directory, empty,
/// without a request. O(bytes + requests log requests).
inline llm_reading read_llm_requests(std::string const& path) {
    llm_reading out;
    line_source source;
    if (!source.open(path)) {
        out.error = source.error();
        return out;
    }
    source_line line{};
    while (source.next(line)) {
        if (azure_llm_table::is_heading_or_empty(line.text)) continue;
        llm_request r;
        if (line.cut_short || line.overlong || !azure_llm_table::take_request(line.text, r).empty()) {
            ++out.broken;
        } else {
            out.requests.push_back(r);
        }
    }
    if (out.requests.empty()) out.error = path + " holds no request of an Azure LLM inference trace";
    std::stable_sort(out.requests.begin(), out.requests.end(),
                     [](llm_request const& a, llm_request const& b) { return a.arrival_us < b.arrival_us; });
    const std::uint64_t start = out.requests.empty() ? 0 : out.requests.front().arrival_us;
    for (llm_request& r : out.requests) r.arrival_us -= start;
    return out;
}

}  // namespace maxwell::sim
