// SPDX-License-Identifier: MIT
//
// azure_llm_format: inference requests to large language models, as published by Azure (Patel et al., Splitwise, ISCA 2024).
//
//     TIMESTAMP,ContextTokens,GeneratedTokens
//     2023-11-16 18:17:03.9799600,4808,10
//
// A field can stand in quotes, blanks can follow a comma, and a count can have a fraction of zeros: `"4808"`, `, 4808`, `4808.0`.
// A fraction of the second has 0 to 9 digits; a zone after it, as in +00:00, is taken and counts.

#pragma once

#include <maxwell/sim/trace/llm_format.hpp>
#include <maxwell/sim/trace/scan.hpp>

#include <chrono>       // days since 1970
#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint64_t
#include <string_view>  // text of a line

namespace maxwell::sim {

class azure_llm_table {
public:
    static constexpr std::string_view name = "Azure LLM inference trace";

    /// Is `line` the heading, or is there nothing in it?
    static bool is_heading_or_empty(std::string_view line) {
        scanner in(line);
        in.take_blanks();
        return in.at_end() || line == "TIMESTAMP,ContextTokens,GeneratedTokens";
    }

    /// Reads a request's line. Returns why it is none, or nothing. Its arrival is in microseconds since 1970. O(line).
    static std::string_view take_request(std::string_view text, llm_request& out) {
        scanner in(text);
        std::string_view at, context, generated;
        std::int64_t at_us = 0;
        if (!in.take_field(at)) return "the timestamp is not a date and a time";
        scanner time(at);
        if (!take_timestamp(time, at_us) || !time.at_end()) return "the timestamp is not a date and a time";
        if (!in.take_field(context) || !detail::take_token_count(context, out.context_tokens))
            return "ContextTokens is not a count of 32 bits";
        if (!in.take_field(generated) || !detail::take_token_count(generated, out.generated_tokens))
            return "GeneratedTokens is not a count of 32 bits";
        if (!in.at_end()) return "more than 3 columns";
        out.arrival_us = static_cast<std::uint64_t>(at_us);
        return {};
    }

    static bool has_failed(llm_request const&) noexcept { return false; }

private:
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
};

using azure_llm_format = llm_format<azure_llm_table>;

}  // namespace maxwell::sim
