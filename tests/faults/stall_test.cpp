// SPDX-License-Identifier: MIT
//
// Sleep at every instruction. A producer falls asleep after its first, second, third, ... instruction of a push.
// Others go round three times meanwhile, and the consumer gives the sleeper's place up. Then it wakes up and finishes.
// Its record must arrive exactly if its push was true, and nobody else's may suffer.
//
//     stall_test FAULT_PROCESS [SUBJECT]      all subjects, or one of them

#include "fault_fixture.hpp"
#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <cstdio>
#include <cstdlib>

namespace maxwell::test {
namespace {

struct counts {
    long points = 0, refused = 0, fatal = 0, corrupt = 0;
};

/// False where no process can be traced.
template <class S>
bool sleep_everywhere(workshop const& w, state const& s, counts& c) {
    for (long instructions = 0;; ++instructions) {
        traced_process sleeper = w.start("push", s);
        if (!sleeper) return false;
        if (!w.step(sleeper, instructions)) return true;
        ++c.points;
        const int meanwhile = w.run("go_round", s);
        while (sleeper.run() == traced_process::at::stop) {
        }
        const bool accepted = sleeper.exit_code() == code(outcome::fine);
        const int afterwards = w.run("after_sleep", s);
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

int failures = 0;

template <class S>
void test(char const* program) {
    const workshop w(program, S::name);
    counts c;
    for (state const& s : {states[0], states[1], states[3]}) {
        if (sleep_everywhere<S>(w, s, c)) continue;
        std::puts("skipped: a process can't be traced here");
        std::exit(77);
    }
    const bool sound = c.fatal == 0 && c.corrupt == 0;
    char const* verdict = sound != S::promise.fragile ? "" : sound ? "FAIL: a control survived" : "FAIL";
    std::printf("%-32s %8ld %8ld %8ld %8ld  %s\n", S::name.data(), c.points, c.refused, c.fatal, c.corrupt, verdict);
    std::fflush(stdout);
    failures += *verdict == 0 ? 0 : 1;
}

template <class... Subjects>
void test_all(subject_list<Subjects...>, char const* program, char const* only) {
    ((only == nullptr || Subjects::name == only ? test<Subjects>(program) : void()), ...);
}

}  // namespace
}  // namespace maxwell::test

int main(int argc, char** argv) {
    using namespace maxwell::test;
    if (argc != 2 && argc != 3) {
        std::fputs("usage: stall_test FAULT_PROCESS [SUBJECT]\n", stderr);
        return 2;
    }
    std::printf("%-32s %8s %8s %8s %8s\n", "asleep in a push to", "points", "refused", "fatal", "corrupt");
    test_all(of_many_producers{}, argv[1], argv[2]);
    return failures == 0 ? 0 : 1;
}
