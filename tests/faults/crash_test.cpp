// SPDX-License-Identifier: MIT
//
// A crash at every instruction. A process works on shared memory and is killed after its first, second, third, ...
// instruction; each time a new process takes over and must deliver 64 records.
//
//     crash_test FAULT_PROCESS [SUBJECT]      all subjects, or one of them

#include "fault_fixture.hpp"

#include <cstdio>
#include <string>

namespace maxwell::test {
namespace {

struct counts {
    long points = 0, fatal = 0, corrupt = 0;
    counts& operator+=(counts const& other) {
        points += other.points;
        fatal += other.fatal;
        corrupt += other.corrupt;
        return *this;
    }
};

/// Crashes a process that does `role` at every one of its instructions. No points: no process can be traced here.
counts crash_everywhere(fault_fixture const& f, std::string const& role, state const& s) {
    counts c;
    for (long instructions = 0;; ++instructions) {
        traced_process process = f.start(role, s);
        if (!process) return {};
        if (!f.step(process, instructions)) return c;  // it has done all of it
        process.kill();
        const int found = f.run("after_" + role, s);
        ++c.points;
        c.corrupt += found == code(outcome::corrupt) ? 1 : 0;
        c.fatal += found != code(outcome::corrupt) && found != code(outcome::fine) ? 1 : 0;
    }
}

struct survives_crashes {
    template <class S>
    char const* operator()(fault_fixture const& f) const {
        bool sound = true;
        for (std::string const role : {"push", "drain"}) {
            counts all;
            for (state const& s : states) all += crash_everywhere(f, role, s);
            if (all.points == 0) skip_untraced();
            std::printf("%-32s %-8s %8ld %8ld %8ld\n", S::name.data(), role.c_str(), all.points, all.fatal,
                        all.corrupt);
            std::fflush(stdout);
            sound = all.fatal == 0 && all.corrupt == 0;
            if (!sound) break;
        }
        if (sound != S::promise.fragile) return nullptr;
        return sound ? "a negative control survived" : "it did not survive";
    }
};

}  // namespace
}  // namespace maxwell::test

int main(int argc, char** argv) {
    using namespace maxwell::test;
    std::printf("%-32s %-8s %8s %8s %8s\n", "structure", "crash in", "points", "fatal", "corrupt");
    return run_subjects(subjects{}, argc, argv, survives_crashes{});
}
