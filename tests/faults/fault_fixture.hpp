// SPDX-License-Identifier: MIT
//
// fault_fixture: shared memory, and the processes that work on one subject in it. run_subjects is the main of a test that stops a
// process at each of its instructions.

#pragma once

#include "fault_process.hpp"
#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace maxwell::test {

/// Each process has a mapping of its own, at its own address, so that no pointer can hide in the memory.
template <class S>
class fault_fixture {
public:
    /// A process on empty memory, held before it does what its role says. False where none can be traced.
    traced_process start(std::string_view role, state const& s) const {
        std::memset(worker_, 0, region_bytes);
        return traced_process::fork_and_run([&] { return act(worker_, role, s); });
    }

    /// Another process on the same memory; its exit code, or -1 where it was killed by a signal.
    int run(std::string_view role, state const& s) const { return run_on(other_, role, s); }

    /// The same on a copy: what a process would find that comes when the one at work is dead.
    int run_on_copy(std::string_view role, state const& s) const {
        std::memcpy(copy_, worker_, region_bytes);
        return run_on(copy_, role, s);
    }

private:
    static int act(void* memory, std::string_view role, state const& s) {
        alarm(10);  // what never ends is a finding, too
        return process<S>(memory, s).run(role);
    }

    static int run_on(void* memory, std::string_view role, state const& s) {
        const pid_t child = fork();
        if (child == 0) _exit(act(memory, role, s));
        int status = 0;
        return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

    static void* mapped(int region) {
        void* memory = mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, region, 0);
        if (memory == MAP_FAILED) std::abort();
        return memory;
    }
    static int new_region() {
        const int region = memfd_create("maxwell_faults", MFD_CLOEXEC);
        if (region < 0 || ftruncate(region, region_bytes) != 0) std::abort();
        return region;
    }

    // Of the whole program's time, as the descriptors are.
    int region_ = new_region();
    void* worker_ = mapped(region_);
    void* other_ = mapped(region_);
    void* copy_ = mapped(new_region());
};

/// Prints why nothing was tested, and ends the program so that ctest counts the test as skipped.
[[noreturn]] inline void skip_untraced() {
    std::puts("skipped: a process can't be traced here");
    std::exit(77);
}

/// Runs test(fixture of the subject) for each subject of the list. It returns null, or why the test failed. `argv` may name one subject
/// to test only that one. Returns the exit code.
template <class Test, class... Subjects>
int run_subjects(subject_list<Subjects...>, int argc, char** argv, Test test) {
    if (argc > 2) {
        std::fprintf(stderr, "usage: %s [SUBJECT]\n", argv[0]);
        return 2;
    }
    int tested = 0;
    int failures = 0;
    const auto run_one = [&]<class S>(S const*) {
        if (argc == 2 && S::name != argv[1]) return;
        ++tested;
        char const* why = test(fault_fixture<S>{});
        if (why == nullptr) return;
        std::printf("FAIL: %s: %s\n", S::name.data(), why);
        ++failures;
    };
    (run_one(static_cast<Subjects const*>(nullptr)), ...);
    if (tested == 0) std::fprintf(stderr, "there is no subject '%s'\n", argv[1]);
    return tested == 0 ? 2 : failures == 0 ? 0 : 1;
}

}  // namespace maxwell::test
