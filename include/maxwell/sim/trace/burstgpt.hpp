// SPDX-License-Identifier: MIT
//
// burstgpt_format: requests to ChatGPT and GPT-4, as published by BurstGPT (Wang et al., 2024).
//
//     Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
//     5,ChatGPT,472,18,490,Conversation log
//
//     Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
//     19440110.0,1722ac82-0a46-4bf0-aa08-89794e7a2b3f,43,GPT-4,906,446,1352,Conversation log
//
// The time is in seconds, with a fraction or without. A request without response tokens has failed and is `other`.

#pragma once

#include <maxwell/sim/trace/llm_format.hpp>
#include <maxwell/sim/trace/scan.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint64_t
#include <string_view>  // text of a line

namespace maxwell::sim {

class burstgpt_table {
public:
    static constexpr std::string_view name = "BurstGPT trace";

    /// Is `line` one of the headings, or is there nothing in it?
    static bool is_heading_or_empty(std::string_view line) {
        constexpr std::string_view columns = "Model,Request tokens,Response tokens,Total tokens,Log Type";
        scanner in(line);
        in.take_blanks();
        if (in.at_end()) return true;
        if (!in.take("Timestamp,")) return false;
        in.take("Session ID,Elapsed time,");
        return in.rest() == columns;
    }

    /// Reads a request's line. Returns why it is none, or nothing. O(line).
    static std::string_view take_request(std::string_view text, llm_request& out) {
        constexpr std::size_t most = 8;
        std::string_view field[most];
        scanner in(text);
        std::size_t count = 0;
        while (count < most && in.take_field(field[count])) ++count;
        if (!in.at_end() || (count != 6 && count != most)) return "neither 6 nor 8 columns";
        std::int64_t at_us = 0;
        scanner time(field[0]);
        if (!time.take_decimal<6>(at_us) || !time.at_end() || at_us < 0)
            return "the timestamp is not a number of seconds";
        if (!detail::take_token_count(field[count - 4], out.context_tokens))
            return "Request tokens is not a count of 32 bits";
        if (!detail::take_token_count(field[count - 3], out.generated_tokens))
            return "Response tokens is not a count of 32 bits";
        out.arrival_us = static_cast<std::uint64_t>(at_us);
        return {};
    }

    static bool has_failed(llm_request const& r) noexcept { return r.generated_tokens == 0; }
};

using burstgpt_format = llm_format<burstgpt_table>;

}  // namespace maxwell::sim
