// SPDX-License-Identifier: MIT
//
// mooncake_format: requests to the serving system of Kimi, as published by Mooncake (Qin et al., FAST 2025).
//
//     {"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, 48]}
//
// A line is an object in JSON. The time is in milliseconds, and other members are passed over: hash_ids say which blocks of the
// context a cache could hold, which a market for the processor doesn't use.

#pragma once

#include <maxwell/sim/trace/llm_format.hpp>
#include <maxwell/sim/trace/scan.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>      // uint32_t, uint64_t
#include <string_view>  // text of a line

namespace maxwell::sim {

class mooncake_table {
public:
    static constexpr std::string_view name = "Mooncake trace";

    /// Is there nothing in `line`? The format has no heading.
    static bool is_heading_or_empty(std::string_view line) {
        scanner in(line);
        in.take_blanks();
        return in.at_end();
    }

    /// Reads a request's line. Returns why it is none, or nothing. O(line).
    static std::string_view take_request(std::string_view text, llm_request& out) {
        const auto object = nlohmann::json::parse(text, nullptr, false);
        if (!object.is_object()) return "no object in JSON";
        double at_ms = 0, context = 0, generated = 0;
        if (!take(object, "timestamp", 1e15, at_ms)) return "timestamp is not a number of milliseconds";
        if (!take(object, "input_length", 0xFFFF'FFFFu, context)) return "input_length is not a count of 32 bits";
        if (!take(object, "output_length", 0xFFFF'FFFFu, generated)) return "output_length is not a count of 32 bits";
        out.arrival_us = static_cast<std::uint64_t>(at_ms * 1000);
        out.context_tokens = static_cast<std::uint32_t>(context);
        out.generated_tokens = static_cast<std::uint32_t>(generated);
        return {};
    }

    static bool has_failed(llm_request const&) noexcept { return false; }

private:
    static bool take(nlohmann::json const& object, char const* key, double most, double& value) {
        const auto member = object.find(key);
        if (member == object.end() || !member->is_number()) return false;
        value = member->get<double>();
        return value >= 0 && value <= most;
    }
};

using mooncake_format = llm_format<mooncake_table>;

}  // namespace maxwell::sim
