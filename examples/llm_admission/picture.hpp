// SPDX-License-Identifier: MIT
//
// The two charts of the liar's test as SVG: for the page one by one, and side by side in one file. Readable on light and on dark paper.

#pragma once

#include "experiments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>

namespace maxwell::llm {

constexpr int chart_width = 360;
constexpr int chart_height = 250;

constexpr char const* picture_style =
    "<style>text{font:11px system-ui,sans-serif;fill:#59636e}.t{font-weight:600;font-size:12px;fill:#1b1f24}"
    ".g{stroke:#d1d9e0;fill:none}.l{fill:none;stroke-width:2}.own{stroke-width:3.5}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.t{fill:#e6edf3}.g{stroke:#3d444d}}</style>";

/// One chart without its svg element: a line for each policy, its name at the right end. `flood` is that of the greatest hardness.
inline std::string draw_chart(sweep const& s, double flood, std::string const& title, double top,
                              std::string const& unit, std::function<double(result const&)> const& value) {
    constexpr double left = 42, right = 240, high = 34, low = 206;
    constexpr std::array<char const*, policy_names.size()> colours = {"#868e96", "#9c36b5", "#1c7ed6", "#2f9e44",
                                                                      "#e8590c"};
    const auto y_of = [&](double v) { return low - (low - high) * v / top; };
    std::string out = fmt::format("<text class=\"t\" x=\"4\" y=\"16\">{}</text>", title);
    for (const double part : {0.0, .5, 1.0}) {
        out += fmt::format(
            "<path class=\"g\" d=\"M{} {:.1f}H{}\"/><text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}{}</text>",
            left, y_of(part * top), right, left - 4, y_of(part * top) + 4, part * top, unit);
    }
    out += fmt::format(
        "<text x=\"{}\" y=\"{}\">truthful</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{:g} x the load, all "
        "&quot;urgent&quot;</text>",
        left, low + 16, right + 30, low + 16, flood);
    out += fmt::format("<text x=\"{}\" y=\"{}\">how hard tenant 4 misreports &#8594;</text>", left, low + 34);
    std::array<double, policy_names.size()> label_y{};
    for (std::size_t p = 0; p < policy_names.size(); ++p) label_y[p] = y_of(value(s.of[p].back())) + 4;
    // Names stay 12 apart, lowest first.
    std::array<std::size_t, policy_names.size()> order{};
    for (std::size_t p = 0; p < order.size(); ++p) order[p] = p;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return label_y[a] > label_y[b]; });
    for (std::size_t i = 1; i < order.size(); ++i)
        label_y[order[i]] = std::min(label_y[order[i]], label_y[order[i - 1]] - 12);
    for (std::size_t p = 0; p < policy_names.size(); ++p) {
        const bool own = p + 1 == policy_names.size();
        std::string path;
        for (std::size_t i = 0; i < s.hardness.size(); ++i) {
            path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", left + (right - left) * s.hardness[i],
                                y_of(value(s.of[p][i])));
        }
        out += fmt::format("<path class=\"l{}\" stroke=\"{}\" d=\"{}\"/>", own ? " own" : "", colours[p], path);
        out += fmt::format("<text x=\"{}\" y=\"{:.1f}\" style=\"fill:{}{}\">{}</text>", right + 6, label_y[p],
                           colours[p], own ? ";font-weight:600" : "", policy_names[p]);
    }
    return out;
}

inline std::array<std::string, 2> draw_charts(sweep const& s, double flood) {
    double most = 0;
    for (auto const& results : s.of) {
        for (result const& r : results) most = std::max(most, r.all());
    }
    const double top = std::max(1.0, 20 * std::ceil(most / 20e6));
    return {draw_chart(s, flood, "Value served, millions, all tenants", top, "",
                       [](result const& r) { return r.all() / 1e6; }),
            draw_chart(s, flood, "Honest tenants' urgent requests in time", 100, " %",
                       [](result const& r) { return 100 * r.honest_urgent_in_time(); })};
}

inline std::string as_svg(std::string const& body, int width) {
    return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\">{}{}</svg>", width,
                       chart_height, picture_style, body);
}

/// Both side by side: a whole file.
inline std::string draw_picture(sweep const& s, double flood) {
    const auto charts = draw_charts(s, flood);
    return as_svg(fmt::format("<title>The liar's test</title>{}<g transform=\"translate({})\">{}</g>\n", charts[0],
                              chart_width + 20, charts[1]),
                  2 * chart_width + 20) +
           "\n";
}

}  // namespace maxwell::llm
