// SPDX-License-Identifier: MIT
//
// The two table formats, and what is true of every format: recognition, line ends, compression, damage, counts.

#include "trace_file.hpp"

#include <maxwell/sim/trace/read.hpp>

#include <gtest/gtest.h>

#include <string>

namespace maxwell::test {
namespace {

const std::string swf_line = "1 10 -1 20 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n";
const std::string azure_heading = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
const std::string azure_line = "2023-11-16 18:17:03.9799600,100,10\n";

// --- Standard Workload Format ------------------------------------------------------------------------------------------

TEST(swf, reads_jobs_in_order_of_arrival) {
    const auto w = read(
        "; MaxNodes: 64\n; MaxProcs: 128\n;\n  2   30  -1  5 128 -1 -1 -1 -1 -1 1 3 1 -1 -1 -1 -1 -1\n" + swf_line);
    EXPECT_EQ(w.format, "Standard Workload Format");
    EXPECT_EQ(w.processors, 128u);
    EXPECT_EQ(w.comments, 3u);
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 20'000'000, 1024, 4, 7, 5}));
    EXPECT_EQ(w.jobs[1], (sim::job{20'000'000, 5'000'000, 1024, 128, 3, 4}));
    EXPECT_EQ(sim::machine_share_us(w.jobs[0], w.processors), 625'000u);
    EXPECT_EQ(sim::machine_share_us(w.jobs[1], w.processors), 5'000'000u);
}

TEST(swf, knows_processors_without_a_header) {
    EXPECT_EQ(read("; MaxNodes: 64\n" + swf_line).processors, 64u);
    EXPECT_EQ(read(swf_line).processors, 4u);
    EXPECT_EQ(read("; MaxProcs: many\n" + swf_line).processors, 4u);
}

TEST(swf, unknown_values) {
    const auto w = read(swf_line +                                                    //
                        "2 10 -1 -1 4 -1 -1 -1 -1 -1 0 7 1 -1 -1 -1 -1 -1\n"          // run time unknown: never ran
                        "3 10 -1 0 4 -1 -1 -1 -1 -1 0 7 1 -1 -1 -1 -1 -1\n"           // less than the log's second
                        "4 10 -1 20 -1 -1 -1 16 -1 -1 0 -1 1 -1 -1 -1 -1 -1\n"        // processors: those asked for
                        "5 10.5 -1 20.25 -1 3.5 -1 -1 -1 -1 0 -1 1 -1 -1 -1 -1 -1");  // fractions, no processors at all
    EXPECT_EQ(w.other, 1u);
    EXPECT_EQ(w.records, 4u);
    ASSERT_EQ(w.jobs.size(), 4u);
    EXPECT_EQ(w.jobs[1].service_us, 500'000u);
    EXPECT_EQ(w.jobs[2].width, 16u);
    EXPECT_EQ(w.jobs[2].key, 0u);
    EXPECT_EQ(w.jobs[3], (sim::job{500'000, 20'250'000, 1024, 1, 0, 5}));
}

TEST(swf, each_kind_of_broken_line) {
    const auto w = read(swf_line +                                                               //
                        "2 10 -1 20 4\n"                                                         //
                        "3 10 -1 20 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1 9\n"                  //
                        "4 10 -1 2x 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"                    //
                        "5 -10 -1 20 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"                   //
                        "6 10 -1 -20 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"                   //
                        "7 10 -1 99999999999999999999 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"  //
                        "8 10 -1 20 4294967296 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"           //
                        "9 10 -1 20 4 -1 -1 -1 -1 -1 -1 4294967296 1 -1 -1 -1 -1 -1\n"           //
                        "10 10 -1 20. 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 -1\n"                  //
                        "11 10 -1 20 4 -1 -1 -1 -1 -1 -1 7 1 -1 -1 -1 -1 nan\n" +
                        swf_line);
    EXPECT_EQ(broken(w),
              "2 fewer than 18 columns; 3 more than 18 columns; 4 a column is not a number of its range; "
              "5 the submit time is negative; 6 the run time is negative; 7 a column is not a number of its range; "
              "8 more processors than 32 bits can count; 9 the user's number has more than 32 bits; "
              "10 a column is not a number of its range; 11 a column is not a number of its range");
    EXPECT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.broken, 10u);
}

TEST(swf, says_what_is_missing_where_there_is_no_job) {
    const auto w = read(swf_line + "2 10 -1 -1 4 -1 -1 -1 -1 -1 0 7 1 -1 -1 -1 -1 -1\n");
    EXPECT_EQ(w.missing, "");
    EXPECT_EQ(read(azure_heading).missing, "it holds no request");
}

// --- Azure LLM inference -----------------------------------------------------------------------------------------------

TEST(azure, reads_requests) {
    const auto w = read(azure_heading + azure_line + "2023-11-16 18:17:04.0,0,0\n2024-02-29 00:00:00,1,0\n");
    EXPECT_EQ(w.format, "Azure LLM inference trace");
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 100 * 60 + 10 * 1000, 1024, 1, 0, 2}));
    EXPECT_EQ(w.jobs[1], (sim::job{20'040, 1, 1024, 1, 0, 3}));
    EXPECT_EQ(w.jobs[2].arrival_us, 104u * 86'400'000'000u + 20'576'020'040u);  // 2023-11-16 to 2024-02-29, and 5:42:56
}

TEST(azure, knows_zones) {
    const auto w = read(azure_heading +
                        "2024-05-10 02:00:00.000001+02:00,1,1\n2024-05-10 00:00:00.000003Z,1,1\n"
                        "2024-05-09T23:30:00.000002-00:30,1,1\n");
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[1].arrival_us, 1u);
    EXPECT_EQ(w.jobs[1].line, 4u);
    EXPECT_EQ(w.jobs[2].arrival_us, 2u);
}

TEST(azure, each_kind_of_broken_line) {
    const auto w = read(azure_heading +
                        "yesterday,1,1\n"  //
                        "2023-13-01 00:00:00,1,1\n2023-02-29 00:00:00,1,1\n2023-11-16 24:00:00,1,1\n"
                        "2023-11-16 18:17:61,1,1\n1969-12-31 00:00:00,1,1\n"
                        "2023-11-16 18:17:03,-1,1\n2023-11-16 18:17:03,1,4294967296\n"
                        "2023-11-16 18:17:03,1,1,1\n2023-11-16 18:17:03,1\n2023-11-16 18:17:03\n" +
                        azure_line);
    EXPECT_EQ(w.broken, 11u);
    EXPECT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.first_broken[0].reason, "the timestamp is not a date and a time");
    EXPECT_EQ(w.first_broken[5].reason, "the timestamp is not a date and a time");
    EXPECT_EQ(w.first_broken[6].reason, "ContextTokens is not a count of 32 bits");
    EXPECT_EQ(w.first_broken[7].reason, "GeneratedTokens is not a count of 32 bits");
    EXPECT_EQ(w.first_broken[8].reason, "more than 3 columns");
    EXPECT_EQ(w.first_broken[9].reason, "GeneratedTokens is not a count of 32 bits");
    EXPECT_EQ(w.first_broken[10].reason, "ContextTokens is not a count of 32 bits");
}

TEST(azure, fields_in_the_forms_that_spreadsheets_write) {
    for (char const* line : {"2023-11-16 18:17:03,4808,10\n", "\"2023-11-16 18:17:03\",\"4808\",\"10\"\n",
                             "2023-11-16 18:17:03, 4808, 10\n", "2023-11-16 18:17:03,4808.0,10.00\n"}) {
        const auto w = read(azure_heading + line);
        ASSERT_EQ(w.jobs.size(), 1u) << line;
        EXPECT_EQ(w.jobs[0].service_us, 4808u * 60 + 10 * 1000) << line;
    }
    for (char const* line : {"\"2023-11-16 18:17:03,4808,10\n", "2023-11-16 18:17:03,4808.5,10\n",
                             "2023-11-16 18:17:03,4808.,10\n", "2023-11-16 18:17:03,\"4808,10\n"}) {
        EXPECT_EQ(read(azure_heading + line).broken, 1u) << line;
    }
}

// --- every format ------------------------------------------------------------------------------------------------------

TEST(trace, line_ends_make_no_difference) {
    for (std::string const& text : {azure_heading + azure_line + azure_line, "; a\n\n" + swf_line + swf_line}) {
        std::string windows;
        for (const char c : text) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
        const auto w = read(text);
        EXPECT_EQ(w.broken, 0u);
        EXPECT_EQ(read(windows).jobs, w.jobs);
        EXPECT_EQ(read(windows).lines, w.lines);
        const auto unended = read(text.substr(0, text.size() - 1));
        EXPECT_EQ(unended.jobs, w.jobs);
        EXPECT_EQ(unended.lines, w.lines);
    }
    for (std::string const& text : {azure_heading + azure_line, azure_line, swf_line + swf_line}) {
        EXPECT_EQ(read("\xEF\xBB\xBF" + text).broken, 0u);
        EXPECT_EQ(read("\xEF\xBB\xBF" + text).jobs, read(text).jobs);
    }
}

TEST(trace, compression_makes_no_difference) {
    std::string text = azure_heading;
    for (int i = 0; i < 20'000; ++i) text += azure_line;
    const auto w = read(text);
    EXPECT_EQ(w.jobs.size(), 20'000u);
    EXPECT_EQ(read(text, true).jobs, w.jobs);
    EXPECT_EQ(read(text, true).lines, w.lines);
    EXPECT_TRUE(w.damage.empty());
}

TEST(trace, damaged_compression_is_said) {
    std::string text = azure_heading;
    for (int i = 0; i < 20'000; ++i) text += "2023-11-16 18:17:03.9799600," + std::to_string(i * 7919 % 4001) + ",10\n";
    const trace_file file(text, true);
    file.cut(file.bytes() / 2);
    const auto early = sim::read_workload(file.path());
    ASSERT_TRUE(early) << early.error;
    EXPECT_EQ(early.work->damage, "the compressed data end early");
    EXPECT_TRUE(early.work->no_line_lost());
    EXPECT_GT(early.work->jobs.size(), 1000u);
    EXPECT_LT(early.work->jobs.size(), 20'000u);
    EXPECT_LE(early.work->broken, 1u);

    const trace_file flipped(text, true);
    std::fstream bytes(flipped.path(), std::ios::binary | std::ios::in | std::ios::out);
    bytes.seekp(static_cast<std::streamoff>(flipped.bytes() * 3 / 4));
    bytes << "############";
    bytes.close();
    const auto damaged = sim::read_workload(flipped.path());
    ASSERT_TRUE(damaged) << damaged.error;
    EXPECT_EQ(damaged.work->damage, "the compressed data are damaged");
    EXPECT_TRUE(damaged.work->no_line_lost());
}

TEST(trace, a_file_cut_after_its_magic_number) {
    const trace_file file(azure_heading + azure_line, true);
    file.cut(12);
    EXPECT_EQ(sim::read_workload(file.path()).error, file.path() + ": the compressed data end early");
}

TEST(trace, hostile_lines_are_broken_and_no_more) {
    using namespace std::string_literals;
    const auto w = read(azure_heading + azure_line + "2023-11-16 18:17:03,1\0,1\n"s + std::string(200'000, 'x') + "\n" +
                        std::string(65'537, '1') + "\r\n" + std::string(65'536, '\0') + "\n" + azure_line);
    EXPECT_EQ(broken(w), "3 a NUL byte; 4 longer than 65,536 bytes; 5 longer than 65,536 bytes; 6 a NUL byte");
    EXPECT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.lines, 7u);
}

TEST(trace, keeps_the_first_twenty_broken_lines) {
    std::string text = azure_heading;
    for (int i = 0; i < 50; ++i) text += "nonsense\n";
    const auto w = read(text);
    EXPECT_EQ(w.broken, 50u);
    ASSERT_EQ(w.first_broken.size(), 20u);
    EXPECT_EQ(w.first_broken[19].number, 21u);
    EXPECT_TRUE(w.jobs.empty());
}

TEST(trace, recognised_behind_a_broken_beginning) {
    EXPECT_EQ(read("nonsense\n\n" + swf_line).jobs.size(), 1u);
    EXPECT_EQ(read("nonsense\n\n" + swf_line).broken, 1u);
    EXPECT_EQ(read("nonsense\n" + azure_line).format, "Azure LLM inference trace");
}

TEST(trace, refusals_are_one_sentence) {
    EXPECT_NE(refusal("").find(" is empty"), std::string::npos);
    EXPECT_NE(refusal("\n\n").find(" is of no known format"), std::string::npos);
    EXPECT_NE(refusal("; only a comment\n").find(" is of no known format"), std::string::npos);
    EXPECT_NE(refusal("a,b,c\n1,2,3\n").find(" is of no known format"), std::string::npos);
    EXPECT_NE(refusal(std::string(300'000, '\0')).find(" is of no known format"), std::string::npos);
    EXPECT_NE(refusal("\x7F"
                      "ELF\x02\x01\x01")
                  .find(" is of no known format"),
              std::string::npos);
    EXPECT_EQ(sim::read_workload("/nonexistent/trace").error, "/nonexistent/trace does not exist");
    EXPECT_EQ(sim::read_workload("").error, " does not exist");
    EXPECT_EQ(sim::read_workload("/tmp").error, "/tmp is a directory, not a file");
    EXPECT_EQ(sim::read_workload("/dev/zero").error, "/dev/zero is neither a file nor a pipe");
}

TEST(trace, machine_share) {
    const auto share = [](std::uint64_t service, std::uint32_t width, std::uint32_t processors) {
        return sim::machine_share_us({0, service, 1024, width, 0, 1}, processors);
    };
    EXPECT_EQ(share(10, 1, 4), 3u);  // rounded up
    EXPECT_EQ(share(1, 1, 4), 1u);
    EXPECT_EQ(share(10, 4, 4), 10u);
    EXPECT_EQ(share(10, 9, 4), 10u);  // wider than the machine
    EXPECT_EQ(share(10, 1, 0), 10u);
    EXPECT_EQ(share(~std::uint64_t{0}, 1, 1), ~std::uint64_t{0});
    EXPECT_EQ(share(~std::uint64_t{0}, 0xFFFF'FFFEu, 0xFFFF'FFFFu), 0xFFFF'FFFE'FFFF'FFFEu);
}

}  // namespace
}  // namespace maxwell::test
