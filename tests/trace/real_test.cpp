// SPDX-License-Identifier: MIT
//
// Real files: the trace that ships with Maxwell and, where they have been downloaded, public workloads. MAXWELL_TRACES names
// their folder; ../shared/traces beside the source tree unless told.

#include "trace_file.hpp"

#include <maxwell/sim/trace/read.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace maxwell::test {
namespace {

/// The workload in `name`; nothing, and the test is skipped, where it is not there.
std::optional<sim::workload> downloaded(std::string const& name) {
    char const* const told = std::getenv("MAXWELL_TRACES");
    const std::string path = (told != nullptr ? told : MAXWELL_SOURCE_DIR "/../shared/traces") + ("/" + name);
    if (!std::filesystem::exists(path)) return std::nullopt;
    sim::reading r = sim::read_workload(path);
    EXPECT_TRUE(r) << r.error;
    return std::move(r.work);
}

void expect_every_line(sim::workload const& w, std::size_t jobs, std::uint64_t comments) {
    EXPECT_TRUE(w.no_line_lost());
    EXPECT_EQ(w.jobs.size(), jobs);
    EXPECT_EQ(w.records, jobs);
    EXPECT_EQ(w.comments, comments);
    EXPECT_EQ(w.other, 0u);
    EXPECT_EQ(w.broken, 0u);
}

#define MAXWELL_OR_SKIP(w, name)     \
    const auto w = downloaded(name); \
    if (!w) GTEST_SKIP() << name << " is not in ../shared/traces; MAXWELL_TRACES can name another folder"

TEST(real_traces, nasa) {
    MAXWELL_OR_SKIP(w, "NASA-iPSC-1993-3.1-cln.swf");
    expect_every_line(*w, 18'239, 32);
    EXPECT_EQ(w->processors, 128u);
}

TEST(real_traces, azure_code) {
    MAXWELL_OR_SKIP(w, "AzureLLMInferenceTrace_code.csv");
    expect_every_line(*w, 8'819, 1);
}

TEST(real_traces, azure_conversation) {
    MAXWELL_OR_SKIP(w, "AzureLLMInferenceTrace_conv.csv");
    expect_every_line(*w, 19'366, 1);
}

TEST(real_traces, the_one_that_ships) {
    const sim::reading r = sim::read_workload(MAXWELL_SOURCE_DIR "/bench/replay/traces/build.trace.gz");
    ASSERT_TRUE(r) << r.error;
    EXPECT_TRUE(r.work->no_line_lost());
    EXPECT_EQ(r.work->broken, 0u);
    EXPECT_EQ(r.work->other, 0u);
    EXPECT_EQ(r.work->lost_events, 0u);
    EXPECT_GT(r.work->jobs.size(), 300u);
    for (sim::job const& j : r.work->jobs) {
        ASSERT_NE(j.key, 0u);
        ASSERT_GT(j.service_us, 0u);
    }
}

}  // namespace
}  // namespace maxwell::test
