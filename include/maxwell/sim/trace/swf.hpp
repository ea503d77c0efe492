// SPDX-License-Identifier: MIT
//
// swf_format: the Standard Workload Format of the Parallel Workloads Archive (Chapin et al., 1999).
//
// A line is a job of 18 columns parted by blanks; lines that begin with ; are the header and comments. -1 stands for
// "unknown" in every column. Times are in seconds. What is used of it:
//
//     column  1 number      4 run time       8 processors asked for
//             2 submitted   5 processors    12 user
//
// A job with an unknown run time is `other`: there is nothing to be served. One that ran for 0 seconds counts as half a
// second: logs round to seconds, and a job without service would have any slowdown one likes. Where the processors that it got are unknown, those that it asked for count, and 1 if they are unknown
// too. The machine's processors are the header's MaxProcs, or MaxNodes, or what the widest job had.

#pragma once

#include <maxwell/sim/trace/scan.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>    // max
#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <string_view>  // text of a line
#include <vector>       // jobs

namespace maxwell::sim {

class swf_format {
public:
    static constexpr std::string_view name = "Standard Workload Format";

    /// Is `line` a job of this format? A comment alone could be of many formats.
    static bool recognises(std::string_view line) {
        std::vector<job> jobs;
        return swf_format().line(line, 1, jobs).kind == line_kind::record;
    }

    /// Takes a line in; its job goes to `jobs`. O(line).
    verdict line(std::string_view text, std::uint64_t number, std::vector<job>& jobs) {
        scanner in(text);
        in.take_blanks();
        if (in.at_end()) return {line_kind::comment};
        if (in.take(";")) {
            header(in);
            return {line_kind::comment};
        }
        std::int64_t column[columns] = {};
        std::size_t count = 0;
        for (; count < columns && !in.at_end(); ++count) {
            if (!in.take_decimal<6>(column[count])) return {line_kind::broken, "a column is not a number of its range"};
            if (!in.take_blanks() && !in.at_end()) return {line_kind::broken, "a column is not a number of its range"};
        }
        if (count < columns) return {line_kind::broken, "fewer than 18 columns"};
        if (!in.at_end()) return {line_kind::broken, "more than 18 columns"};
        return take_job(column, number, jobs);
    }

    /// Hands over what was read. Call it once.
    void finish(workload& out, std::vector<job>&) {
        out.missing = "the run time of every job is unknown";
        out.processors = max_procs_ != 0 ? max_procs_ : max_nodes_ != 0 ? max_nodes_ : widest_;
    }

private:
    static constexpr std::size_t columns = 18;
    static constexpr std::int64_t micro = 1'000'000;  ///< columns are read in millionths
    static constexpr std::int64_t unknown = -micro;

    void header(scanner in) {
        in.take_blanks();
        std::uint32_t* const field = in.take("MaxProcs:") ? &max_procs_ : in.take("MaxNodes:") ? &max_nodes_ : nullptr;
        if (field == nullptr) return;
        in.take_blanks();
        in.take_number(*field);
    }

    verdict take_job(std::int64_t const (&column)[columns], std::uint64_t number, std::vector<job>& jobs) {
        const std::int64_t submitted = column[1];
        const std::int64_t run = column[3];
        if (submitted < 0) return {line_kind::broken, "the submit time is negative"};
        if (run < 0 && run != unknown) return {line_kind::broken, "the run time is negative"};
        const std::int64_t width = (column[4] > 0 ? column[4] : column[7] > 0 ? column[7] : micro) / micro;
        if (width > 0xFFFF'FFFF) return {line_kind::broken, "more processors than 32 bits can count"};
        const std::int64_t user = column[11] > 0 ? column[11] / micro : 0;
        if (user > 0xFFFF'FFFF) return {line_kind::broken, "the user's number has more than 32 bits"};
        if (run == unknown) return {line_kind::other};

        job j;
        j.arrival_us = static_cast<std::uint64_t>(submitted);
        j.service_us = static_cast<std::uint64_t>(run == 0 ? micro / 2 : run);
        j.width = width == 0 ? 1 : static_cast<std::uint32_t>(width);
        j.key = static_cast<std::uint32_t>(user);
        j.line = number;
        widest_ = std::max(widest_, j.width);
        jobs.push_back(j);
        return {line_kind::record};
    }

    std::uint32_t max_procs_ = 0;
    std::uint32_t max_nodes_ = 0;
    std::uint32_t widest_ = 1;
};

}  // namespace maxwell::sim
