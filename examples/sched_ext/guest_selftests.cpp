// SPDX-License-Identifier: MIT
//
// The kernel's own tests of sched_ext (tools/testing/selftests/sched_ext), which ./run kernel --selftests builds from the kernel's source:
// all of them before and after scx_maxwell has run, and, with scx_maxwell's object in the place of theirs, those that attach a scheduler
// which has to keep running.

#include "guest.hpp"

#include <sys/mount.h>

#include <map>
#include <sstream>

namespace guest {
namespace {

using results = std::map<std::string, std::string>;

/// What a runner of theirs says of each test: "ok 3 minimal #", "not ok 8 dsp_local_on #" or "ok 18 numa # SKIP". What a test that failed has
/// written is shown.
results run_all(char const* runner) {
    const int pid = fork();
    if (pid == 0) {
        const int to = open("/tmp/selftests", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        for (const int descriptor : {1, 2}) dup2(to, descriptor);
        execl(runner, runner, static_cast<char*>(nullptr));
        _exit(127);
    }
    waitpid(pid, nullptr, 0);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }  // orphans, of which some tests leave a thousand
    results all;
    std::string output;
    std::FILE* said = std::fopen("/tmp/selftests", "re");
    char line[4096];
    while (said != nullptr && std::fgets(line, sizeof line, said) != nullptr) {
        const std::string text = line;
        const bool failed = text.rfind("not ok ", 0) == 0;
        if (!failed && text.rfind("ok ", 0) != 0) {
            output = text.rfind("TEST: ", 0) == 0 ? text : output + text;
            continue;
        }
        std::istringstream words(text.substr(failed ? 7 : 3));
        std::string number, name, separator, skipped;
        words >> number >> name >> separator >> skipped;
        if (separator != "#") continue;
        all[name] = failed ? "failed" : skipped == "SKIP" ? "skipped" : "passed";
        if (failed) fmt::print("{}\n", output);
    }
    if (said != nullptr) std::fclose(said);
    return all;
}

std::string names_of(results const& all, char const* result) {
    std::string names;
    for (auto const& [name, r] : all) {
        if (r == result) names += (names.empty() ? "" : " ") + name;
    }
    return names;
}

std::string counts_of(results const& all) {
    int passed = 0, skipped = 0;
    for (auto const& entry : all) {
        passed += entry.second == "passed";
        skipped += entry.second == "skipped";
    }
    return fmt::format("{} passed, {} skipped, {} failed", passed, skipped,
                       static_cast<int>(all.size()) - passed - skipped);
}

/// Lines of the kernel's log that say that it has ended scx_maxwell by itself.
int ended_by_the_kernel() {
    const int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int lines = 0;
    char record[8192];
    for (ssize_t n = 0; (n = read(log, record, sizeof record - 1)) > 0 || (n < 0 && errno == EPIPE);) {
        if (n < 0) continue;  // overwritten meanwhile
        const std::string text(record, static_cast<std::size_t>(n));
        lines += text.find("\"maxwell\" disabled (") != std::string::npos &&
                 text.find("unregistered from user space") == std::string::npos;
    }
    close(log);
    return lines;
}

}  // namespace

void test_selftests() {
    mount("debug", "/sys/kernel/debug", "debugfs", 0, nullptr);
    const results before = run_all("/usr/bin/selftests");
    judge(before.size() >= 30, "the kernel's own tests of sched_ext run", counts_of(before));
    fmt::print("GUEST skipped: {}; failed, scx_maxwell never having run: {}\n", names_of(before, "skipped"),
               names_of(before, "failed"));
    const results with_ours = run_all("/usr/bin/selftests_maxwell");
    for (char const* name : {"reload_loop", "rt_stall", "total_bw"}) {
        const auto found = with_ours.find(name);
        judge(found != with_ours.end() && found->second == "passed",
              fmt::format("their {}, with scx_maxwell's object", name),
              found == with_ours.end() ? "no result" : found->second);
    }
    {
        auto tasks = spinners(4);
        market m({});
        const auto parts = shares(tasks, 2);
        judge(m.attached && parts[0] > 0 && state() == "enabled", "scx_maxwell schedules four endless loops", "");
    }
    judge(ended_by_the_kernel() == 0, "the kernel has not ended it in any of them", "");
    const results after = run_all("/usr/bin/selftests");
    std::string other;
    for (auto const& [name, result] : before) {
        const auto found = after.find(name);
        const std::string now = found == after.end() ? "no result" : found->second;
        if (now != result) other += fmt::format(" {} {}", name, now);
    }
    judge(other.empty() && after.size() == before.size(), "all of them end as they did before",
          other.empty() ? counts_of(after) : "other:" + other);
}

}  // namespace guest
