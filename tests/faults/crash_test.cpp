// SPDX-License-Identifier: MIT
//
// Kill at every instruction. A process works on shared memory and is killed after its first, second, third, ...
// instruction; each time a new process takes over and has to deliver 64 records.
//
//     crash_test FAULT_PROCESS [SUBJECT]      all subjects, or one of them

#include "fault_fixture.hpp"
#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <cstdio>
#include <cstdlib>
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

/// Kills whoever does `role` at every one of its instructions. No points: no process can be traced here.
counts kill_everywhere(workshop const& w, std::string const& role, state const& s) {
    counts c;
    for (long instructions = 0;; ++instructions) {
        traced_process process = w.start(role, s);
        if (!process) return {};
        if (!w.step(process, instructions)) return c;  // it has done all of it
        process.kill();
        const int found = w.run("after_" + role, s);
        ++c.points;
        c.corrupt += found == code(outcome::corrupt) ? 1 : 0;
        c.fatal += found != code(outcome::corrupt) && found != code(outcome::fine) ? 1 : 0;
    }
}

int failures = 0;

template <class S>
void test(char const* program) {
    const workshop w(program, S::name);
    bool sound = true;
    for (std::string const role : {"push", "drain"}) {
        counts all;
        for (state const& s : states) all += kill_everywhere(w, role, s);
        if (all.points == 0) {
            std::puts("skipped: a process can't be traced here");
            std::exit(77);
        }
        std::printf("%-32s %-8s %8ld %8ld %8ld\n", S::name.data(), role.c_str(), all.points, all.fatal, all.corrupt);
        std::fflush(stdout);
        sound = all.fatal == 0 && all.corrupt == 0;
        if (!sound) break;
    }
    if (sound != S::promise.fragile) return;
    std::printf("FAIL: %s\n", sound ? "a control survived" : "it did not survive");
    ++failures;
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
        std::fputs("usage: crash_test FAULT_PROCESS [SUBJECT]\n", stderr);
        return 2;
    }
    std::printf("%-32s %-8s %8s %8s %8s\n", "structure", "killed", "points", "fatal", "corrupt");
    test_all(subjects{}, argv[1], argv[2]);
    return failures == 0 ? 0 : 1;
}
