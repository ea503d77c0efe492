// SPDX-License-Identifier: MIT
//
// embed: puts data and Chart.js into a page, so that it is one file and needs no network.

#pragma once

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace maxwell::bench {

inline void replace(std::string& text, std::string_view mark, std::string const& with) {
    if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), with);
}

/// The page with `json` where it says null/*MAXWELL_DATA*/, and with the file `chart_js`, or nothing if that is "".
inline std::string embed(std::string_view page_text, std::string const& json, std::string const& chart_js) {
    std::string page(page_text);
    std::string chart;
    if (!chart_js.empty()) {
        std::ostringstream text;
        text << std::ifstream(chart_js).rdbuf();
        chart = text.str();
        replace(chart, "//# sourceMappingURL=chart.min.js.map", "");
    }
    std::string data;
    for (const char c : json) {  // "</script>" in it would end the script
        if (c == '/' && !data.empty() && data.back() == '<') data.push_back('\\');
        data.push_back(c);
    }
    replace(page, "/*MAXWELL_CHART_JS*/", chart);
    replace(page, "null/*MAXWELL_DATA*/", data);
    return page;
}

}  // namespace maxwell::bench
