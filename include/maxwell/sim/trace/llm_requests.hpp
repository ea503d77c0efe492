// SPDX-License-Identifier: MIT
//
// read_llm_requests(path): the requests of an LLM trace with their tokens, for the model in sim/serving.hpp.
//
// llm_format.hpp makes jobs of the same files, which is enough where only time counts. A serving engine needs the tokens: a prompt is
// read at once, an answer is generated token by token, and both occupy the cache.

#pragma once

#include <maxwell/sim/trace/azure_llm.hpp>
#include <maxwell/sim/trace/burstgpt.hpp>
#include <maxwell/sim/trace/lines.hpp>
#include <maxwell/sim/trace/llm_format.hpp>
#include <maxwell/sim/trace/mooncake.hpp>

#include <algorithm>    // find_if, stable_sort
#include <cstdint>      // uint32_t, uint64_t
#include <iterator>     // begin
#include <string>       // path, error
#include <string_view>  // text of a line
#include <vector>       // requests

namespace maxwell::sim {

/// The requests of a trace, in order of arrival from 0 on, or one sentence that says why there are none.
struct llm_reading {
    std::vector<llm_request> requests;
    std::uint64_t broken = 0;  ///< lines that the format doesn't allow; the others were read all the same
    std::string error;         ///< empty exactly when at least one request was read
};

namespace detail {

/// A table of requests, for choosing one while reading.
struct llm_table {
    bool (*recognises)(std::string_view);
    bool (*is_heading_or_empty)(std::string_view);
    std::string_view (*take_request)(std::string_view, llm_request&);
    bool (*has_failed)(llm_request const&) noexcept;
};

template <class T>
inline constexpr llm_table llm_table_of{&llm_format<T>::recognises, &T::is_heading_or_empty, &T::take_request,
                                        &T::has_failed};

}  // namespace detail

/// Reads the trace of Azure, BurstGPT or Mooncake at `path`, plain or compressed. Requests that were never answered are left out. The
/// error names the file: missing, a directory, empty, without a request. O(bytes + requests log requests).
inline llm_reading read_llm_requests(std::string const& path) {
    static constexpr detail::llm_table tables[] = {detail::llm_table_of<azure_llm_table>,
                                                   detail::llm_table_of<burstgpt_table>,
                                                   detail::llm_table_of<mooncake_table>};
    llm_reading out;
    line_source source;
    if (!source.open(path)) {
        out.error = source.error();
        return out;
    }
    detail::llm_table const* table = nullptr;
    source_line line{};
    while (source.next(line)) {
        if (table == nullptr) {
            const auto found = std::find_if(std::begin(tables), std::end(tables),
                                            [&](detail::llm_table const& t) { return t.recognises(line.text); });
            if (found != std::end(tables)) table = found;
        }
        if (table == nullptr ? scanner(line.text).at_end() : table->is_heading_or_empty(line.text)) continue;
        llm_request r;
        if (table == nullptr || line.cut_short || line.overlong || !table->take_request(line.text, r).empty()) {
            ++out.broken;
        } else if (!table->has_failed(r)) {
            out.requests.push_back(r);
        }
    }
    if (out.requests.empty()) out.error = path + " holds no request of an LLM trace of Azure, BurstGPT or Mooncake";
    std::stable_sort(out.requests.begin(), out.requests.end(),
                     [](llm_request const& a, llm_request const& b) { return a.arrival_us < b.arrival_us; });
    const std::uint64_t start = out.requests.empty() ? 0 : out.requests.front().arrival_us;
    for (llm_request& r : out.requests) r.arrival_us -= start;
    return out;
}

}  // namespace maxwell::sim
