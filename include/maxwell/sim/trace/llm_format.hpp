// SPDX-License-Identifier: MIT
//
// llm_format<Table>: requests to large language models as jobs, whatever table they are published in.
//
// A `Table` has a `name`, is_heading_or_empty(line), take_request(line, request), which returns why a line is no request, and
// has_failed(request), which tells requests that were never served. A
// request becomes a job by a model of two costs: reading the context is done for many tokens at once and is cheap per token,
// generating goes token by token. 60 us per context token and 1,000 us per generated one are round numbers of the order of a
// large model that is served in batches. A replay scales the load anyway, so that only their ratio matters.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <cstdint>      // uint32_t, uint64_t
#include <string_view>  // text of a line
#include <vector>       // jobs

namespace maxwell::sim {

/// A request as a trace holds it.
struct llm_request {
    std::uint64_t arrival_us = 0;
    std::uint32_t context_tokens = 0;    ///< of the prompt
    std::uint32_t generated_tokens = 0;  ///< of the answer
};

template <class Table>
class llm_format {
public:
    static constexpr std::string_view name = Table::name;

    /// Service per token, in microseconds: the model of the machine that the trace doesn't hold.
    static constexpr std::uint64_t context_token_us = 60;
    static constexpr std::uint64_t generated_token_us = 1000;

    /// Is `line` the heading or a request of this format?
    static bool recognises(std::string_view line) {
        llm_request request;
        return is_heading(line) || Table::take_request(line, request).empty();
    }

    /// Takes a line in; its job goes to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        if (Table::is_heading_or_empty(text)) return {line_kind::comment};
        llm_request request;
        if (const std::string_view reason = Table::take_request(text, request); !reason.empty())
            return {line_kind::broken, reason};
        if (Table::has_failed(request)) return {line_kind::other};
        job j;
        j.arrival_us = request.arrival_us;
        j.service_us = request.context_tokens * context_token_us + request.generated_tokens * generated_token_us;
        if (j.service_us == 0) j.service_us = 1;
        j.line = number;
        jobs.push_back(j);
        return {line_kind::record};
    }

    /// Hands over what was read. Call it once. The trace is of one service: one machine.
    void finish(workload& out, std::vector<job>&) { out.missing = "it holds no request"; }

private:
    static bool is_heading(std::string_view line) {
        scanner in(line);
        in.take_blanks();
        return !in.at_end() && Table::is_heading_or_empty(line);
    }
};

namespace detail {

/// Reads a count of tokens, which can have a fraction of zeros, as spreadsheets write it.
inline bool take_token_count(std::string_view field, std::uint32_t& count) {
    scanner number(field);
    if (!number.take_number(count)) return false;
    if (!number.take(".")) return number.at_end();
    return !number.at_end() && number.rest().find_first_not_of('0') == std::string_view::npos;
}

}  // namespace detail
}  // namespace maxwell::sim
