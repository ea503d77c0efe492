// SPDX-License-Identifier: MIT

#include "audit/table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace maxwell::audit {
namespace {

constexpr std::size_t width = 128;

std::string with_commas(std::uint64_t n) {
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

std::string share(finding const& f) {
    if (f.cases == 0 || f.against == 0) return "0 %";
    const double percent = 100.0 * static_cast<double>(f.against) / static_cast<double>(f.cases);
    return percent < .01 ? "< 0.01 %" : fmt::format("{:.3g} %", percent);
}

/// Breaks `text` at blanks into lines that begin with `indent`.
void print_wrapped(std::string_view indent, std::string_view text) {
    const std::size_t room = width - indent.size();
    while (!text.empty()) {
        std::size_t end = text.size();
        if (end > room) {
            end = text.rfind(' ', room);
            if (end == std::string_view::npos) end = std::min(room, text.size());
        }
        fmt::print("{}{}\n", indent, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void print_row(row const& r) {
    claim const& c = *r.what;
    const std::string promised = c.promised ? fmt::format("{:.4g}", *c.promised) : "-";
    fmt::print("{:<15}{:<36}{:>15}{:>12}{:>12}{:>10}  {}\n", verdict_names[static_cast<std::size_t>(r.result)], c.name,
               with_commas(r.found.cases), share(r.found), fmt::format("{:.4g}", r.found.worst), promised, c.unit);
    const std::string indent(15, ' ');
    print_wrapped(indent, c.statement);
    print_wrapped(indent, "tried: " + c.tried);
    for (std::size_t i = 0; i < c.controls.size(); ++i) {
        finding const& f = r.of_controls[i];
        print_wrapped(indent, fmt::format("control, {}: found in {} of {} cases, {:.4g} {}", c.controls[i].what,
                                          share(f), with_commas(f.cases), f.worst, c.unit));
    }
    const bool sentence = !r.found.example.empty() && !r.found.example.starts_with("TEST(");
    if (r.result == verdict::limit && sentence) print_wrapped(indent, "example: " + r.found.example);
}

void print_failure(row const& r) {
    claim const& c = *r.what;
    fmt::print("\n{}: {}\n", verdict_names[static_cast<std::size_t>(r.result)], c.name);
    switch (r.result) {
        case verdict::broken:
            fmt::print("{} Found {:.4g} {}, promised at most {:.4g}; {} of {} cases.\n", c.statement, r.found.worst,
                       c.unit, c.promised.value_or(0), with_commas(r.found.against), with_commas(r.found.cases));
            if (!r.found.example.empty()) fmt::print("\n{}\n", r.found.example);
            break;
        case verdict::control_passed:
            fmt::print("A control was not refuted, so the search proves nothing.\n");
            break;
        case verdict::not_found:
            fmt::print("The documents call this a limit: \"{}\" The search found no case of it.\n", c.statement);
            break;
        case verdict::held:
        case verdict::limit:
            break;
    }
}

nlohmann::json as_json(finding const& f) {
    return {{"cases", f.cases}, {"against", f.against}, {"worst", f.worst}, {"example", f.example}};
}

}  // namespace

std::size_t print_table(std::vector<row> const& rows, double seconds) {
    fmt::print("{:<15}{:<36}{:>15}{:>12}{:>12}{:>10}\n", "verdict", "claim", "cases", "against it", "worst",
               "promised");
    std::string_view group;
    std::size_t held = 0, limits = 0, failed = 0;
    std::uint64_t cases = 0;
    for (row const& r : rows) {
        if (group != r.what->group) fmt::print("\n{}\n", r.what->group);
        group = r.what->group;
        print_row(r);
        held += r.result == verdict::held ? 1 : 0;
        limits += r.result == verdict::limit ? 1 : 0;
        failed += fails(r.result) ? 1 : 0;
        cases += r.found.cases;
    }
    for (row const& r : rows) {
        if (fails(r.result)) print_failure(r);
    }
    fmt::print("\n{} held, {} known limits, {} failed; {} cases in {:.0f} s\n", held, limits, failed,
               with_commas(cases), seconds);
    return failed;
}

bool write_json(std::string const& file, std::vector<row> const& rows, effort tried) {
    nlohmann::json all = nlohmann::json::array();
    for (row const& r : rows) {
        claim const& c = *r.what;
        nlohmann::json one = as_json(r.found);
        one["group"] = c.group;
        one["name"] = c.name;
        one["statement"] = c.statement;
        one["tried"] = c.tried;
        one["unit"] = c.unit;
        one["promised"] = c.promised ? nlohmann::json(*c.promised) : nlohmann::json();
        one["verdict"] = verdict_names[static_cast<std::size_t>(r.result)];
        one["seconds"] = r.seconds;
        one["controls"] = nlohmann::json::array();
        for (std::size_t i = 0; i < c.controls.size(); ++i) {
            one["controls"].push_back(as_json(r.of_controls[i]));
            one["controls"].back()["what"] = c.controls[i].what;
        }
        all.push_back(one);
    }
    constexpr std::array efforts = {"quick", "usual", "full"};
    std::ofstream out(file);
    out << nlohmann::json{{"effort", efforts[static_cast<std::size_t>(tried)]}, {"claims", all}}.dump(1) << '\n';
    return static_cast<bool>(out.flush());
}

void print_list(std::vector<claim> const& claims) {
    std::string_view group;
    for (claim const& c : claims) {
        if (group != c.group) fmt::print("{}{}\n", group.empty() ? "" : "\n", c.group);
        group = c.group;
        fmt::print("  {:<36}{}\n", c.name, c.statement);
    }
}

}  // namespace maxwell::audit
