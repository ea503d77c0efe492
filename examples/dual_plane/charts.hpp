// SPDX-License-Identifier: MIT
//
// The charts of the dual-plane run as SVG, in the style of the liar's test.

#pragma once

#include "../llm_admission/picture.hpp"
#include "machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace maxwell::dual {

constexpr double chart_left = 42, chart_right = 250, chart_high = 34, chart_low = 206;

struct line {
    std::string name;
    char const* colour;
    std::function<double(sample const&)> value;
};

/// Lines over time, their names at the right end. The axis goes from `from` to `to`.
inline std::string draw_lines(std::vector<sample> const& samples, std::string const& title, double from, double to,
                              std::string const& unit, std::vector<line> const& lines) {
    if (samples.empty()) return {};
    const double begin = samples.front().time_s;
    const double length = std::max(.1, samples.back().time_s - begin);
    const auto x_of = [&](double t) { return chart_left + (chart_right - chart_left) * (t - begin) / length; };
    const auto y_of = [&](double v) {
        return chart_low - (chart_low - chart_high) * (std::clamp(v, from, to) - from) / (to - from);
    };
    std::string out = fmt::format("<text class=\"t\" x=\"4\" y=\"16\">{}</text>", title);
    for (const double part : {0., .5, 1.}) {
        const double v = from + part * (to - from);
        out += fmt::format(
            "<path class=\"g\" d=\"M{} {:.1f}H{}\"/><text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:g}{}</text>",
            chart_left, y_of(v), chart_right, chart_left - 4, y_of(v) + 4, v, unit);
    }
    out += fmt::format(
        "<text x=\"{}\" y=\"{}\">{:.0f} s</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{:.0f} s</text>",
        chart_left, chart_low + 16, begin, chart_right, chart_low + 16, samples.back().time_s);
    if (begin < 0) {
        out += fmt::format(
            "<path class=\"g\" d=\"M{:.1f} {}V{}\"/><text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">measured "
            "from here</text>",
            x_of(0), chart_high, chart_low, x_of(0), chart_low + 32);
    }
    std::vector<double> label_y;
    for (line const& l : lines) label_y.push_back(y_of(l.value(samples.back())) + 4);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string path;
        const std::size_t step = std::max<std::size_t>(1, samples.size() / 300);
        for (std::size_t s = 0; s < samples.size(); s += step)
            path += fmt::format("{}{:.1f} {:.1f}", s == 0 ? "M" : "L", x_of(samples[s].time_s),
                                y_of(lines[i].value(samples[s])));
        for (std::size_t above = 0; above < i; ++above) {
            if (std::abs(label_y[i] - label_y[above]) < 12) label_y[i] = label_y[above] + 12;
        }
        out += fmt::format(
            "<path class=\"l\" stroke=\"{}\" d=\"{}\"/><text x=\"{}\" y=\"{:.1f}\" style=\"fill:{}\">{}</text>",
            lines[i].colour, path, chart_right + 6, label_y[i], lines[i].colour, lines[i].name);
    }
    return out;
}

struct bar {
    std::string name;
    double value;
    std::string label;
};

/// A bar for each name, the first one ours.
inline std::string draw_bars(std::vector<bar> const& bars, std::string const& title) {
    double top = 0;
    for (bar const& b : bars) top = std::max(top, b.value);
    std::string out = fmt::format("<text class=\"t\" x=\"4\" y=\"16\">{}</text>", title);
    double y = chart_high;
    for (std::size_t i = 0; i < bars.size(); ++i, y += 44) {
        const double width = top > 0 ? 270 * bars[i].value / top : 0;
        out += fmt::format(
            "<text x=\"4\" y=\"{:.0f}\">{}</text><rect x=\"4\" y=\"{:.0f}\" width=\"{:.1f}\" height=\"16\" "
            "fill=\"{}\"/><text x=\"{:.1f}\" y=\"{:.0f}\">{}</text>",
            y + 8, bars[i].name, y + 13, std::max(1., width), i == 0 ? "#e8590c" : "#868e96", width + 10, y + 25,
            bars[i].label);
    }
    return out;
}

}  // namespace maxwell::dual
