// SPDX-License-Identifier: MIT
//
// A stall at every instruction. A producer is suspended after its first, second, third, ... instruction of a push.
// Others go round three times meanwhile, and the consumer abandons the stalled producer's cell. Then the producer resumes.
// Its record must arrive exactly if its push was true, and no other record may suffer.
//
//     stall_test [SUBJECT]      all subjects, or one of them

#include "fault_fixture.hpp"

#include <cstdio>

namespace maxwell::test {
namespace {

struct counts {
    long points = 0, refused = 0, fatal = 0, corrupt = 0;
};

/// Lets it do so many instructions. False if it has come to its end.
bool step(traced_process& process, long instructions) {
    for (long i = 0; i < instructions; ++i) {
        if (process.step() != traced_process::at::instruction) return false;
    }
    return true;
}

/// False where no process can be traced.
template <class S>
bool stall_everywhere(fault_fixture<S> const& f, state const& s, counts& c) {
    for (long instructions = 0;; ++instructions) {
        traced_process stalled = f.start("push", s);
        if (!stalled) return false;
        if (!step(stalled, instructions)) return true;
        ++c.points;
        const int meanwhile = f.run("go_round", s);
        while (stalled.run() == traced_process::at::stop) {
        }
        const bool accepted = stalled.exit_code() == code(outcome::fine);
        const int afterwards = f.run("after_sleep", s);
        const auto is = [](int found, outcome o) { return found == code(o); };
        const int times = (is(meanwhile, outcome::seen) ? 1 : 0) + (is(afterwards, outcome::seen) ? 1 : 0);
        const bool sound = times == (accepted ? 1 : 0) || (S::promise.newest_only && times == 0);
        const bool stopped =
            is(meanwhile, outcome::fatal) || is(afterwards, outcome::fatal) || meanwhile < 0 || afterwards < 0;
        c.refused += accepted ? 0 : 1;
        c.fatal += stopped ? 1 : 0;
        c.corrupt +=
            is(meanwhile, outcome::corrupt) || is(afterwards, outcome::corrupt) || (!stopped && !sound) ? 1 : 0;
    }
}

struct survives_stalls {
    template <class S>
    char const* operator()(fault_fixture<S> const& f) const {
        counts c;
        for (state const& s : {states[0], states[1], states[3]}) {
            if (!stall_everywhere(f, s, c)) skip_untraced();
        }
        std::printf("%-32s %8ld %8ld %8ld %8ld\n", S::name.data(), c.points, c.refused, c.fatal, c.corrupt);
        std::fflush(stdout);
        const bool sound = c.fatal == 0 && c.corrupt == 0;
        if (sound != S::promise.fragile) return nullptr;
        return sound ? "a negative control survived" : "it did not survive";
    }
};

}  // namespace
}  // namespace maxwell::test

int main(int argc, char** argv) {
    using namespace maxwell::test;
    std::printf("%-32s %8s %8s %8s %8s\n", "stalled in a push to", "points", "refused", "fatal", "corrupt");
    return run_subjects(of_many_producers{}, argc, argv, survives_stalls{});
}
