// SPDX-License-Identifier: MIT
//
// azure_llm_format: inference requests to large language models, as published by Azure (Patel et al., Splitwise, ISCA 2024).
//
//     TIMESTAMP,ContextTokens,GeneratedTokens
//     2023-11-16 18:17:03.9799600,4808,10
//
// A field can stand in quotes, blanks can follow a comma, and a count can have a fraction of zeros: `"4808"`, `, 4808`, `4808.0`.
// A fraction of the second has 0 to 9 digits; a zone after it, as in +00:00, is taken and counts. A request becomes a job
// by a model of two costs: reading the context is done for many tokens at once and is cheap per token, generating goes
// token by token. 60 us per context token and 1,000 us per generated one are round numbers of the order of a large model
// that is served in batches. A replay scales the load anyway, so that only their ratio matters.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <chrono>       // days since 1970
#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <string_view>  // text of a line

namespace maxwell::sim {

/// A request as the trace holds it.
struct llm_request {
    std::uint64_t arrival_us = 0;
    std::uint32_t context_tokens = 0;    ///< of the prompt
    std::uint32_t generated_tokens = 0;  ///< of the answer
};

class azure_llm_format {
public:
    static constexpr std::string_view name = "Azure LLM inference trace";

    /// Service per token, in microseconds: the model of the machine that the trace doesn't hold.
    static constexpr std::uint64_t context_token_us = 60;
    static constexpr std::uint64_t generated_token_us = 1000;

    /// Is `line` the heading or a request of this format?
    static bool recognises(std::string_view line) {
        return is_heading(line) || azure_llm_format().line(line, 1).kind == line_kind::record;
    }

    /// Is `line` the heading, or is there nothing in it?
    static bool is_heading_or_empty(std::string_view line) {
        scanner in(line);
        in.take_blanks();
        return in.at_end() || is_heading(line);
    }

    /// Reads a request's line. Returns why it is none, or nothing. Its arrival is in microseconds since 1970. O(line).
    static std::string_view take_request(std::string_view text, llm_request& out) {
        scanner in(text);
        in.take_blanks();
        std::int64_t at_us = 0;
        const bool quoted = in.take("\"");
        if (!take_timestamp(in, at_us) || (quoted && !in.take("\""))) return "the timestamp is not a date and a time";
        if (!take_count(in, out.context_tokens)) return "ContextTokens is not a count of 32 bits";
        if (!take_count(in, out.generated_tokens)) return "GeneratedTokens is not a count of 32 bits";
        in.take_blanks();
        if (!in.at_end()) return "more than 3 columns";
        out.arrival_us = static_cast<std::uint64_t>(at_us);
        return {};
    }

    /// Takes a line in. O(line).
    verdict line(std::string_view text, std::uint64_t number) {
        if (is_heading_or_empty(text)) return {line_kind::comment};
        llm_request request;
        if (const std::string_view reason = take_request(text, request); !reason.empty())
            return {line_kind::broken, reason};
        job j;
        j.arrival_us = request.arrival_us;
        j.service_us = request.context_tokens * context_token_us + request.generated_tokens * generated_token_us;
        if (j.service_us == 0) j.service_us = 1;
        j.line = number;
        jobs_.push_back(j);
        return {line_kind::record};
    }

    /// Hands over what was read. Call it once. The trace is of one service: one machine.
    void finish(workload& out) { out.jobs = std::move(jobs_); }

private:
    static bool is_heading(std::string_view line) { return line == "TIMESTAMP,ContextTokens,GeneratedTokens"; }

    /// Takes a comma and a count after it.
    static bool take_count(scanner& in, std::uint32_t& count) {
        if (!in.take(",")) return false;
        in.take_blanks();
        const bool quoted = in.take("\"");
        if (!in.take_number(count)) return false;
        if (in.take(".")) {
            if (!in.take("0")) return false;
            while (in.take("0")) {
            }
        }
        const bool closed = !quoted || in.take("\"");
        in.take_blanks();
        return closed;
    }

    /// Takes exactly `digits` digits that make a number of at most `most`.
    static bool take_digits(scanner& in, std::size_t digits, int most, int& value) {
        if (in.rest().size() < digits) return false;
        value = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (!scanner::is_digit(in.rest()[i])) return false;
            value = value * 10 + (in.rest()[i] - '0');
        }
        in.take(in.rest().substr(0, digits));
        return value <= most;
    }

    /// Takes a date and a time, in microseconds since 1970; years from 1970 on.
    static bool take_timestamp(scanner& in, std::int64_t& at_us) {
        int year = 0, month = 0, day = 0, hour = 0, minute = 0;
        if (!take_digits(in, 4, 9999, year) || !in.take("-") || !take_digits(in, 2, 12, month)) return false;
        if (!in.take("-") || !take_digits(in, 2, 31, day)) return false;
        const std::chrono::year_month_day date(std::chrono::year(year),
                                               std::chrono::month(static_cast<unsigned>(month)),
                                               std::chrono::day(static_cast<unsigned>(day)));
        if (year < 1970 || !date.ok() || !(in.take(" ") || in.take("T"))) return false;
        if (!take_digits(in, 2, 23, hour) || !in.take(":") || !take_digits(in, 2, 59, minute) || !in.take(":"))
            return false;
        std::int64_t second_us = 0;
        if (in.rest().empty() || !scanner::is_digit(in.rest().front()) || !in.take_decimal<6>(second_us)) return false;
        if (second_us >= 61'000'000) return false;  // a leap second is one
        int zone = 0;
        if (!take_zone(in, zone)) return false;
        const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
        at_us = ((days * 24 + hour) * 60 + minute - zone) * 60'000'000 + second_us;
        return at_us >= 0;
    }

    /// Takes a zone, if there is one, in minutes east of Greenwich.
    static bool take_zone(scanner& in, int& minutes) {
        minutes = 0;
        if (in.take("Z")) return true;
        const bool east = in.take("+");
        if (!east && !in.take("-")) return true;
        int hour = 0, minute = 0;
        if (!take_digits(in, 2, 14, hour) || !in.take(":") || !take_digits(in, 2, 59, minute)) return false;
        minutes = (hour * 60 + minute) * (east ? 1 : -1);
        return true;
    }

    std::vector<job> jobs_;
};

}  // namespace maxwell::sim
