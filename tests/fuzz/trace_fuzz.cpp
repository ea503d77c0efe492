// SPDX-License-Identifier: MIT
//
// libFuzzer's entry for the trace readers: whatever a file holds, every line has its place, jobs are in order, and nothing is read beyond
// a line's end. The samples of tests/trace are where it starts from.

#include <maxwell/sim/trace/read.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static const int file = memfd_create("trace", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    if (file < 0 || ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();

    const maxwell::sim::reading r = maxwell::sim::read_workload(path);
    char const* wrong = nullptr;
    if (r.work.has_value() != r.error.empty()) wrong = "neither a workload nor an error";
    if (r && !r.work->no_line_lost()) wrong = "a line was lost";
    if (r && r.work->jobs.empty() && r.work->missing.empty()) wrong = "no job, and nothing is missing";
    if (r && r.work->processors == 0) wrong = "no processor";
    std::uint64_t before = 0;
    for (std::size_t i = 0; r && i < r.work->jobs.size(); ++i) {
        maxwell::sim::job const& j = r.work->jobs[i];
        if (j.arrival_us < before || (i == 0 && j.arrival_us != 0)) wrong = "jobs are not in order of arrival";
        if (j.service_us == 0 || j.width == 0 || j.weight == 0) wrong = "a job of nothing";
        before = j.arrival_us;
    }
    if (wrong != nullptr) {
        std::fprintf(stderr, "%s\n", wrong);
        std::abort();
    }
    return 0;
}
