// SPDX-License-Identifier: MIT
//
// A panel: a part of the suite that is not workload x structure x distribution x N. It measures what it likes and answers
// tables, charts and goals, which then stand on the terminal, in results.json and on the page like all others.
//
// `--filter` chooses panels by their names, AREA/SUBJECT. A panel that is not asked for costs nothing. By default a panel
// takes 20 seconds at the most; `--full` may take longer. It runs after the cases, on no particular core: threads pin
// themselves (pinned.hpp).

#pragma once

#include "harness/clock.hpp"
#include "harness/verdict.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {

/// Cells are text: a panel knows best how many places its figures are good for.
struct panel_table {
    std::string title;
    std::vector<std::string> head;  ///< the first column names the rows
    std::vector<std::vector<std::string>> rows;
    std::string note;  ///< a sentence below it, or nothing
};

struct panel_line {
    std::string name;
    std::vector<double> x;
    std::vector<double> y;                 ///< as many as x
    std::vector<std::string> labels = {};  ///< of points: as many as x; of lines: none
};

struct panel_chart {
    std::string title;
    std::string x;  ///< what the axis shows, with its unit
    std::string y;
    std::vector<panel_line> lines;
    bool logarithmic_x = false;
    bool logarithmic_y = false;
    bool points = false;  ///< points with labels; only the line that is called "frontier" is drawn through its points
};

struct panel_result {
    std::vector<panel_table> tables;
    std::vector<panel_chart> charts;
    std::vector<judged_goal> goals;
    std::vector<std::string> notes;  ///< sentences: how it was measured, and what that leaves open
};

class results;

struct panel_context {
    clock_facts clock;
    results const& cases;  ///< of the same run, merged; those that were not asked for are not in there
    bool full = false;
    /// Says how far the panel is, in [0, 1], and with what; from one thread only.
    std::function<void(double share, std::string_view what)> progress;
};

struct panel {
    std::string_view name;   ///< AREA/SUBJECT
    std::string_view about;  ///< its heading
    panel_result (*run)(panel_context const&);
};

/// All of them, in the order of the report.
std::vector<panel> all_panels();

}  // namespace maxwell::bench
