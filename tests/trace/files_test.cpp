// SPDX-License-Identifier: MIT
//
// Files that aren't plain text: packed by xz and zstd, whole and damaged; recordings that another tool has to unpack; web pages.

#include "trace_file.hpp"

#include <maxwell/sim/trace/read.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::test {
namespace {

using namespace std::string_view_literals;

std::string requests(int count) {
    std::string text = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
    for (int i = 0; i < count; ++i) text += "2023-11-16 18:17:03.9799600," + std::to_string(i * 7919 % 4001) + ",10\n";
    return text;
}

#if defined(MAXWELL_HAS_LZMA)
std::string packed_by_xz(std::string const& text) {
    std::vector<std::uint8_t> out(lzma_stream_buffer_bound(text.size()));
    std::size_t at = 0;
    EXPECT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC32, nullptr, reinterpret_cast<std::uint8_t const*>(text.data()),
                                      text.size(), out.data(), &at, out.size()),
              LZMA_OK);
    return {reinterpret_cast<char const*>(out.data()), at};
}
#endif
#if defined(MAXWELL_HAS_ZSTD)
std::string packed_by_zstd(std::string const& text) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
    EXPECT_EQ(ZSTD_isError(size), 0u);
    out.resize(size);
    return out;
}
#endif

/// `packed` is whole, then cut anywhere, then with bytes overwritten. A build without either library has no use for it.
[[maybe_unused]] void expect_packing(std::string const& text, std::string const& packed) {
    const auto plain = read(text);
    const auto w = read(packed);
    EXPECT_EQ(w.jobs, plain.jobs);
    EXPECT_EQ(w.lines, plain.lines);
    EXPECT_EQ(w.damage, "");
    EXPECT_EQ(read(packed + packed).records, 2 * plain.records) << "one stream after another";

    for (int part = 1; part < 10; ++part) {
        const trace_file cut(packed.substr(0, packed.size() * static_cast<std::size_t>(part) / 10));
        const sim::reading early = sim::read_workload(cut.path());
        if (!early) {
            EXPECT_EQ(early.error, cut.path() + ": the compressed data end early");
            continue;
        }
        EXPECT_EQ(early.work->damage, "the compressed data end early");
        EXPECT_TRUE(early.work->no_line_lost());
        EXPECT_LE(early.work->broken, 1u);
        EXPECT_LT(early.work->jobs.size(), plain.jobs.size());
    }
    std::string spoilt = packed;
    spoilt.replace(packed.size() * 3 / 4, 12, "############");
    const trace_file damaged(spoilt);
    const sim::reading r = sim::read_workload(damaged.path());
    if (r) {
        EXPECT_EQ(r.work->damage, "the compressed data are damaged");
        EXPECT_TRUE(r.work->no_line_lost());
    } else {
        EXPECT_EQ(r.error, damaged.path() + ": the compressed data are damaged");
    }
}

TEST(files, packed_by_xz) {
#if defined(MAXWELL_HAS_LZMA)
    expect_packing(requests(20'000), packed_by_xz(requests(20'000)));
#else
    const trace_file file("\xFD\x37zXZ\0\0\4"sv);
    EXPECT_EQ(sim::read_workload(file.path()).error,
              file.path() + " is packed by xz, and this build lacks liblzma-dev: run xz -d " + file.path() + " first");
#endif
}

TEST(files, packed_by_zstd) {
#if defined(MAXWELL_HAS_ZSTD)
    expect_packing(requests(20'000), packed_by_zstd(requests(20'000)));
#else
    const trace_file file("\x28\xB5\x2F\xFD\0\0"sv);
    EXPECT_EQ(
        sim::read_workload(file.path()).error,
        file.path() + " is packed by zstd, and this build lacks libzstd-dev: run zstd -d " + file.path() + " first");
#endif
}

TEST(files, recordings_of_other_tools_name_the_command) {
    const auto says = [](std::string_view content, std::string const& sentence) {
        const trace_file file(content);
        const std::string error = sim::read_workload(file.path()).error;
        EXPECT_NE(error.find(sentence), std::string::npos) << error;
    };
    says("PERFILE2\x68\0\0\0"sv, "is a recording of perf: run perf script -i ");
    says("\x17\x08\x44tracing6\0"sv, "is a recording of trace-cmd: run trace-cmd report -i ");
    says("BZh91AY&SY"sv, "is packed by bzip2: run bunzip2 ");
    says("PK\x03\x04\x14\0"sv, "is a zip archive: run unzip ");
}

/// Systrace's file is a web page: its scripts come first, some with lines longer than any of a trace.
TEST(files, a_trace_in_a_web_page) {
    std::string page = "<!DOCTYPE html>\n<html>\n<script>\n";
    for (int i = 0; i < 3000; ++i)
        page += "function f" + std::to_string(i) + "(a) { return a[" + std::to_string(i) + "]; }\n";
    page += std::string(100'000, 'x') +
            "\n</script>\n<script class=\"trace-data\" type=\"application/text\">\n# tracer: nop\n";
    page +=
        "  a-20  (   20) [001] d..2    10.000200: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 "
        "prev_state=R ==> "
        "next_comm=a next_pid=20 next_prio=120\n"
        "  a-20  (   20) [001] d..2    10.000500: sched_switch: prev_comm=a prev_pid=20 prev_prio=120 prev_state=S ==> "
        "next_comm=swapper/1 next_pid=0 next_prio=120\n  </script>\n</body>\n</html>\n";
    ASSERT_GT(page.size(), 2u << 16);
    const auto w = read(page);
    EXPECT_EQ(w.format, "Linux scheduler trace");
    EXPECT_EQ(broken(w), "");
    EXPECT_EQ(w.records, 2u);
    ASSERT_EQ(w.jobs.size(), 1u);
    EXPECT_EQ(w.jobs[0].service_us, 300u);
}

/// What isn't recognised within 4 MB is of no known format, however long it is: memory is bounded.
TEST(files, an_endless_preamble_is_no_trace) {
    std::string text;
    while (text.size() < 6u << 20) text += "nothing that anybody would know, line after line\n";
    EXPECT_NE(refusal(text + "2023-11-16 18:17:03,100,10\n").find("is of no known format"), std::string::npos);
}

TEST(files, how_far_the_reading_is) {
    std::string text = requests(100'000);
    for (const bool compressed : {false, true}) {
        const trace_file file(text, compressed);
        std::uint64_t last = 0, of = 0, calls = 0;
        const sim::reading r = sim::read_trace(
            file.path(), [](sim::job const&) {},
            [&](std::uint64_t done, std::uint64_t all) {
                EXPECT_GE(done, last);
                last = done;
                of = all;
                ++calls;
            });
        ASSERT_TRUE(r);
        EXPECT_EQ(r.work->job_count, 100'000u);
        EXPECT_TRUE(r.work->jobs.empty());
        EXPECT_GT(calls, 5u);
        EXPECT_EQ(of, file.bytes());
        EXPECT_GT(last, of / 2);
        EXPECT_LE(last, of);
    }
}

}  // namespace
}  // namespace maxwell::test
