// SPDX-License-Identifier: MIT
//
// The tables of LLM requests and of clusters, and traces in JSON. The files in samples/ were written for this test after each
// publisher's description of its format; they hold no published data but the examples of those descriptions.

#include "trace_file.hpp"

#include <maxwell/sim/trace/read.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace maxwell::test {
namespace {

std::string text_of(std::string const& sample) {
    std::ifstream in(MAXWELL_SAMPLES + sample, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

sim::workload sample(std::string const& name) {
    SCOPED_TRACE(name);
    return read_file(MAXWELL_SAMPLES + name);
}

constexpr std::uint64_t ms = 1000;
constexpr std::uint64_t s = 1'000'000;

TEST(burstgpt, reads_requests_of_both_releases) {
    auto w = sample("burstgpt.csv");
    EXPECT_EQ(w.format, "BurstGPT trace");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.comments, 1u);
    EXPECT_EQ(w.other, 1u) << "a request without an answer has failed";
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 472 * 60 + 18 * 1000, 1024, 1, 0, 2}));
    EXPECT_EQ(w.jobs[2], (sim::job{113 * s, 417 * 60 + 276 * 1000, 1024, 1, 0, 5}));
    w = sample("burstgpt_sessions.csv");
    EXPECT_EQ(w.format, "BurstGPT trace");
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[1], (sim::job{2500 * ms, 36 * 60 + 29 * 1000, 1024, 1, 0, 3}));
}

TEST(burstgpt, each_kind_of_broken_line) {
    const auto w = read(text_of("burstgpt.csv") +
                        "5,ChatGPT,472,18,490\nfive,ChatGPT,472,18,490,API log\n-5,ChatGPT,472,18,490,API log\n"
                        "5,ChatGPT,4294967296,18,490,API log\n5,ChatGPT,472,1.5,490,API log\n5,a,b,c,d,e,f,g,h\n");
    EXPECT_EQ(broken(w),
              "6 neither 6 nor 8 columns; 7 the timestamp is not a number of seconds; "
              "8 the timestamp is not a number of seconds; 9 Request tokens is not a count of 32 bits; "
              "10 Response tokens is not a count of 32 bits; 11 neither 6 nor 8 columns");
    EXPECT_EQ(w.jobs.size(), 3u);
}

TEST(mooncake, reads_requests) {
    const auto w = sample("mooncake.jsonl");
    EXPECT_EQ(w.format, "Mooncake trace");
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 6755 * 60 + 500 * 1000, 1024, 1, 0, 1}));
    EXPECT_EQ(w.jobs[2], (sim::job{3052 * ms, 2287 * 60 + 316 * 1000, 1024, 1, 0, 3}));
}

TEST(mooncake, each_kind_of_broken_line) {
    const auto w =
        read(text_of("mooncake.jsonl") + "\n[1]\n{\"timestamp\": 1\n{\"timestamp\": -1}\n{\"timestamp\": 1}\n" +
             R"({"timestamp": 1, "input_length": "a"})" + "\n" +
             R"({"timestamp": 1, "input_length": 1, "output_length": 5e9})" + "\n");
    EXPECT_EQ(broken(w),
              "5 no object in JSON; 6 no object in JSON; 7 timestamp is not a number of milliseconds; "
              "8 input_length is not a count of 32 bits; 9 input_length is not a count of 32 bits; "
              "10 output_length is not a count of 32 bits");
    EXPECT_EQ(w.comments, 1u);
}

TEST(google_2011, pairs_the_events_of_a_task) {
    const auto w = sample("google_2011_task_events.csv");
    EXPECT_EQ(w.format, "Google cluster trace of 2011");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 1u) << "an update";
    EXPECT_EQ(w.unfinished, 1u);
    EXPECT_EQ(w.never_ran, 1u);
    EXPECT_EQ(w.processors, 125u);
    EXPECT_EQ(w.width_unit, "thousandths of a machine");
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 610 * s, 2048, 125, 3418309, 1})) << "it runs where the trace ends";
    EXPECT_EQ(w.jobs[1], (sim::job{600 * s, 2 * s, 512, 63, 3418314, 3})) << "evicted";
    EXPECT_EQ(w.jobs[2], (sim::job{603500 * ms, 4 * s, 512, 125, 3418314, 6})) << "its share was updated";
}

TEST(google_2011, each_kind_of_broken_line) {
    const auto w = read(text_of("google_2011_task_events.csv") +
                        "0,2,3,0,4,0,u,3,9,0.125,0.07,0.0004\n0,2,3,0,4,0,u,3,9,0.125,0.07,0.0004,0,0\n"
                        "x,2,3,0,4,0,u,3,9,0.125,0.07,0.0004,0\n0,2,,0,4,0,u,3,9,0.125,0.07,0.0004,0\n"
                        "0,2,3,0,4,9,u,3,9,0.125,0.07,0.0004,0\n0,2,3,0,4,0,u,3,,0.125,0.07,0.0004,0\n"
                        "0,2,3,0,4,0,u,3,9,-1,0.07,0.0004,0\n");
    EXPECT_EQ(broken(w),
              "11 fewer than 13 columns; 12 more than 13 columns; 13 the time is no number of microseconds; "
              "14 job or index is no number; 15 the event is no number from 0 to 8; 16 the priority is no number; "
              "17 the processors are no share of a machine");
}

TEST(google_2011, events_outside_the_trace_make_no_time) {
    const auto w =
        read("1,,3,0,4,0,u,3,9,0.1,,,0\n2,,3,0,4,1,u,3,9,0.1,,,0\n9223372036854775807,,3,0,4,4,u,3,9,0.1,,,0\n");
    EXPECT_EQ(w.other, 1u);
    EXPECT_EQ(w.unfinished, 1u);
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, 1u);
}

TEST(google_2019, pairs_the_events_of_a_task) {
    const auto w = sample("google_2019_instance_events.json");
    EXPECT_EQ(w.format, "Google cluster trace of 2019");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 2u) << "enabled; a set of reserved resources";
    EXPECT_EQ(w.processors, 21u);
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 3500 * ms, 2048, 21, static_cast<std::uint32_t>(94591244395u), 1}));
    EXPECT_EQ(w.jobs[1], (sim::job{2 * s, 2 * s, 512, 10, static_cast<std::uint32_t>(94591244396u), 4}));
}

TEST(google_2019, each_kind_of_broken_line) {
    const std::string good = R"({"time":"0","type":"0","collection_id":"3","instance_index":"0"})";
    const auto w =
        read(good + "\n{\n" + R"({"time":"-1","type":"0","collection_id":"3","instance_index":"0"})" + "\n" +
             R"({"time":"0","type":11,"collection_id":"3","instance_index":"0"})" + "\n" +
             R"({"time":"0","type":1,"collection_id":"x","instance_index":"0"})" + "\n" +
             R"({"time":"0","type":1,"collection_id":3,"instance_index":-1})" + "\n" +
             R"({"time":"0","type":1,"collection_id":3,"instance_index":0,"priority":[]})" + "\n" +
             R"({"time":0,"type":1,"collection_id":3,"instance_index":0,"resource_request":{"cpus":-1}})" + "\n");
    EXPECT_EQ(broken(w),
              "2 no object in JSON; 3 time is no number of microseconds; 4 type is no number from 0 to 10; "
              "5 collection_id is no number; 6 instance_index is no index; 7 the priority is no number; "
              "8 the processors are no share of a machine");
}

TEST(alibaba, reads_the_tables_of_three_years) {
    auto w = sample("alibaba_2018_batch_task.csv");
    EXPECT_EQ(w.format, "Alibaba cluster trace");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 2u);
    EXPECT_EQ(w.processors, 1000u);
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 30 * s, 1024, 100, 0, 1}));
    EXPECT_EQ(w.jobs[1], (sim::job{30 * s, 5 * s, 1024, 1000, 0, 2}));

    w = sample("alibaba_gpu_2020_pai_task_table.csv");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.other, 1u);
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 38 * s, 1024, 50, 0, 1}));
    EXPECT_EQ(w.jobs[1], (sim::job{8 * s, 10 * s, 1024, 200, 0, 2}));
    EXPECT_EQ(w.jobs[2], (sim::job{8 * s, 10 * s, 1024, 50, 0, 3})) << "8 processors count as half a GPU";

    w = sample("alibaba_gpu_2023_openb_pod_list.csv");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.comments, 1u);
    EXPECT_EQ(w.other, 1u) << "never scheduled";
    ASSERT_EQ(w.jobs.size(), 3u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 332'354 * s, 1024, 8000, 0, 2}));
    EXPECT_EQ(w.jobs[1], (sim::job{241'678 * s, 294'651 * s, 1024, 250, 0, 3})) << "4 processors beside .22 GPU";
    EXPECT_EQ(w.jobs[2], (sim::job{529'561 * s, 1512 * s, 1024, 1000, 0, 5}));
}

TEST(alibaba, each_kind_of_broken_line) {
    const auto w =
        read(text_of("alibaba_2018_batch_task.csv") +
             "M1,1,j_1,1,Terminated,90000,90030,100\nM1,one,j_1,1,Terminated,1,2,100,0.2\n"
             "M1,1,j_1,1,7,1,2,100,0.2\nM1,1,j_1,1,Terminated,x,2,100,0.2\nM1,1,j_1,1,Terminated,1,2,1e9,0.2\n"
             "a,b,x,T,1,2,3,4,5,c\na,b,1,T,-1,2,3,4,5,c\na,b,1,T,1,2,3,4,9999999999,c\n"
             "a,x,1,1,1,,B,R,1,2,3\na,1,1,1,z,,B,R,1,2,3\na,1,1,1,1,,B,R,x,2,3\na,1,1,1,1,,B,R,1,2,3,4\n");
    EXPECT_EQ(broken(w),
              "5 neither 9, 10 nor 11 columns; 6 the number of instances is no count; 7 the status is no word; "
              "8 start or end is no number of seconds; 9 plan_cpu is no share of 32 bits; "
              "10 the number of instances is no count; 11 start or end is no number of seconds; "
              "12 plan_cpu or plan_gpu is no share of 32 bits; 13 cpu_milli is no share; "
              "14 the GPUs are no share of 32 bits; 15 a time is no number of seconds; 16 more than 11 columns");
}

TEST(chrome_json, slices_of_a_task_are_one_burst_while_it_is_preempted) {
    const auto w = sample("perfetto_slices.json");
    EXPECT_EQ(w.format, "Chrome's trace format in JSON");
    EXPECT_EQ(w.lines, 6u);
    EXPECT_EQ(w.records, 4u);
    EXPECT_EQ(w.other, 2u);
    EXPECT_EQ(w.processors, 2u);
    ASSERT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 500, 1024, 1, 20, 2}));
    EXPECT_EQ(w.jobs[1].arrival_us, 300u);
    EXPECT_EQ(w.jobs[1].service_us, 50u);
    EXPECT_EQ(w.jobs[1].key, 30u);
    EXPECT_GT(w.jobs[1].weight, 80'000u);
}

TEST(chrome_json, events_of_the_kernel_as_text_inside) {
    const auto w = sample("perfetto_traceconv.json");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.lines, 8u);
    EXPECT_EQ(w.processors, 2u) << "the converter's header is the same for every trace";
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0], (sim::job{0, 300, 1024, 1, 20, 5}));
}

TEST(chrome_json, an_array_alone_is_a_document_too) {
    const auto w = read(R"([{"ph":"X","ts":1,"dur":2,"tid":7,"args":{"cpu":0,"deep":{"cpu":9}}},)"
                        R"({"ph":"X","ts":4,"dur":2,"tid":7,"args":{"cpu":0}}])");
    EXPECT_EQ(w.jobs.size(), 2u) << "without a state each slice is a burst";
    EXPECT_EQ(w.processors, 1u);
}

TEST(chrome_json, each_kind_of_broken_slice) {
    const std::string rest = R"(,"ph":"X","cat":"sched"})";
    const auto w = read("{\"traceEvents\":[{\"ts\":-1" + rest + ",{\"ts\":1" + rest + ",{\"ts\":1,\"dur\":1e300" +
                        rest + ",{\"ts\":1,\"dur\":1,\"tid\":-4" + rest + "]}");
    EXPECT_EQ(broken(w),
              "1 a slice whose ts is no time; 2 a slice whose dur is no duration; 3 a slice whose dur is no duration; "
              "4 a slice whose tid is no task");
    EXPECT_NE(w.missing, "");
}

TEST(chrome_json, a_document_that_breaks_off_keeps_what_came_before) {
    const std::string whole = text_of("perfetto_slices.json");
    for (std::size_t cut = 20; cut < whole.size() - 2; ++cut) {
        const auto w = read(whole.substr(0, cut));
        EXPECT_NE(w.damage, "") << cut;
        EXPECT_LE(w.broken, 1u) << cut;
    }
    const auto w = read(whole.substr(0, whole.find("swapper")));
    EXPECT_EQ(w.jobs.size(), 2u);
    EXPECT_EQ(w.broken, 1u);
}

TEST(tables, compression_and_byte_order_marks_make_no_difference) {
    for (char const* name :
         {"burstgpt.csv", "mooncake.jsonl", "google_2011_task_events.csv", "google_2019_instance_events.json",
          "alibaba_2018_batch_task.csv", "alibaba_gpu_2023_openb_pod_list.csv", "perfetto_slices.json"}) {
        const std::string text = text_of(name);
        const auto w = read(text);
        ASSERT_FALSE(w.jobs.empty()) << name;
        EXPECT_EQ(read(text, true).jobs, w.jobs) << name;
        EXPECT_EQ(read("\xEF\xBB\xBF" + text).jobs, w.jobs) << name;
    }
}

/// Whatever a byte becomes, every line keeps a place and nothing is read beyond its end.
TEST(tables, any_byte_may_be_wrong) {
    std::uint64_t state = 1;
    const auto random = [&] { return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33; };
    for (char const* name :
         {"burstgpt.csv", "mooncake.jsonl", "google_2011_task_events.csv", "google_2019_instance_events.json",
          "alibaba_2018_batch_task.csv", "alibaba_gpu_2020_pai_task_table.csv", "alibaba_gpu_2023_openb_pod_list.csv",
          "perfetto_slices.json", "perfetto_traceconv.json"}) {
        const std::string text = text_of(name);
        for (int i = 0; i < 100; ++i) {
            std::string mutated = text;
            for (int k = 0; k < 3; ++k) {
                const std::size_t at = text.size() / 4 + random() % (mutated.size() - text.size() / 4);
                if (random() % 2 == 0) {
                    mutated[at] = static_cast<char>(random());
                } else {
                    mutated.erase(at, random() % 20);
                }
            }
            SCOPED_TRACE(name);
            const trace_file file(mutated);
            const sim::reading r = sim::read_workload(file.path());
            EXPECT_TRUE(!r || r.work->no_line_lost()) << mutated;
        }
    }
}

}  // namespace
}  // namespace maxwell::test
