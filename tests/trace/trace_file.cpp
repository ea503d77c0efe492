// SPDX-License-Identifier: MIT

#include "trace_file.hpp"

#include <maxwell/sim/trace/read.hpp>

namespace maxwell::test {

sim::workload read_file(std::string const& path) {
    sim::reading r = sim::read_workload(path);
    EXPECT_TRUE(r) << r.error;
    EXPECT_TRUE(r.error.empty());
    sim::workload w = r.work.value_or(sim::workload{});
    EXPECT_TRUE(w.no_line_lost()) << w.lines << " lines, " << w.records << " + " << w.comments << " + " << w.other
                                  << " + " << w.broken;
    EXPECT_EQ(w.job_count, w.jobs.size());
    return w;
}

sim::workload read(std::string_view content, bool compressed) {
    const trace_file file(content, compressed);
    return read_file(file.path());
}

std::string refusal(std::string_view content) {
    const trace_file file(content);
    const sim::reading r = sim::read_workload(file.path());
    EXPECT_FALSE(r);
    return r.error;
}

std::string broken(sim::workload const& w) {
    std::string out;
    for (auto const& b : w.first_broken) {
        out += (out.empty() ? "" : "; ") + std::to_string(b.number) + " " + std::string(b.reason);
    }
    return out;
}

}  // namespace maxwell::test
