// SPDX-License-Identifier: MIT
//
// A crash at every instruction. A process works on shared memory, one instruction at a time. After each, a new process takes over a
// copy of the memory, which is all that it would find if the first were dead, and must deliver 64 records. CI tries every third
// instruction, the soak each: MAXWELL_TEST_SCALE=large.
//
//     crash_test [SUBJECT]      all subjects, or one of them

#include "fault_fixture.hpp"

#include <support/scale.hpp>

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

/// Crashes a process that does `role` at every one of its instructions, or each `stride`-th. No points: no process can be traced here.
template <class S>
counts crash_everywhere(fault_fixture<S> const& f, std::string const& role, state const& s, int stride) {
    counts c;
    int until_crash = static_cast<int>(s.fill) % stride;  // other instructions from state to state
    traced_process process = f.start(role, s);
    if (!process) return {};
    do {
        if (until_crash-- != 0) continue;
        until_crash = stride - 1;
        const int found = f.run_on_copy("after_" + role, s);
        ++c.points;
        c.corrupt += found == code(outcome::corrupt) ? 1 : 0;
        c.fatal += found != code(outcome::corrupt) && found != code(outcome::fine) ? 1 : 0;
    } while (process.step() == traced_process::at::instruction);
    return c;
}

struct survives_crashes {
    template <class S>
    char const* operator()(fault_fixture<S> const& f) const {
        bool sound = true;
        for (std::string const role : {"push", "drain"}) {
            counts all;
            for (state const& s : states) all += crash_everywhere(f, role, s, scale_is("large") ? 1 : 3);
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
