// SPDX-License-Identifier: MIT
//
// What the examples that write a page share: goals, and text into HTML.

#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::examples {

struct goal {
    std::string text;
    std::string measured;
    bool met;
};

inline void print_goals(std::vector<goal> const& goals) {
    fmt::print("\nGoals\n");
    for (goal const& g : goals) fmt::print("  {:<6} {}: {}\n", g.met ? "met" : "MISSED", g.text, g.measured);
}

inline std::string goals_table(std::vector<goal> const& goals) {
    std::string rows;
    for (goal const& g : goals) {
        rows += fmt::format("<tr><td class=\"verdict {}\">{}</td><td>{}</td><td>{}</td></tr>", g.met ? "met" : "missed",
                            g.met ? "met" : "MISSED", g.text, g.measured);
    }
    return "<table class=\"text\"><thead><tr><th></th><th>Goal</th><th>Measured</th></tr></thead><tbody>" + rows +
           "</tbody></table>";
}

/// `text` as HTML shows it.
inline std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    return out;
}

/// Puts `with` in the place of `mark`, which occurs in `text`.
inline void replace(std::string& text, std::string_view mark, std::string const& with) {
    text.replace(text.find(mark), mark.size(), with);
}

inline bool write_file(std::filesystem::path const& file, std::string const& text) {
    std::ofstream out(file);
    out << text;
    return static_cast<bool>(out.flush());
}

}  // namespace maxwell::examples
