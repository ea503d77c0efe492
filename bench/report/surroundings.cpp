// SPDX-License-Identifier: MIT

#include "report/disturbances.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>
#include <fstream>

#if defined(__unix__)
#include <sys/utsname.h>
#include <unistd.h>
#endif

namespace maxwell::bench {
namespace {

std::string first_line_of(std::string const& command) {
    std::string text;
#if defined(__unix__)
    if (std::FILE* pipe = popen(command.c_str(), "r"); pipe != nullptr) {
        char buffer[256];
        if (std::fgets(buffer, sizeof buffer, pipe) != nullptr) text = buffer;
        pclose(pipe);
    }
#endif
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string cpu_name() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
    }
    return "unknown";
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
    return text;
}

}  // namespace

std::filesystem::path source_folder() { return MAXWELL_BENCH_SOURCE; }

surroundings look_around() {
    surroundings w;
    w.cpu = cpu_name();
    w.compiler = MAXWELL_BENCH_COMPILER;
    w.flags = MAXWELL_BENCH_FLAGS;
    w.commit = first_line_of("git -C '" MAXWELL_BENCH_SOURCE "' describe --always --dirty --abbrev=12 2>/dev/null");
    if (w.commit.empty()) w.commit = "unknown";
    w.date = utc_now();
    std::ifstream("/proc/loadavg") >> w.load_before;
#if defined(__unix__)
    if (utsname name; uname(&name) == 0) {
        w.host = name.nodename;
        w.kernel = fmt::format("{} {} {}", name.sysname, name.release, name.machine);
    }
#endif
    w.disturbances = disturbances();
    w.clock = measure_clock();
    return w;
}

}  // namespace maxwell::bench
