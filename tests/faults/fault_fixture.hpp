// SPDX-License-Identifier: MIT
//
// fault_fixture: a region of shared memory, and the processes that work on one subject in it. run_subjects is the main of a test that
// stops a process at each of its instructions.

#pragma once

#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace maxwell::test {

class fault_fixture {
public:
    /// `program` is fault_process.
    fault_fixture(std::string program, std::string_view subject) : program_(std::move(program)), subject_(subject) {}
    fault_fixture(fault_fixture const&) = delete;
    fault_fixture& operator=(fault_fixture const&) = delete;
    ~fault_fixture() { close(region_); }

    /// A process on an empty region, held before it does what its role says. False where none can be traced.
    traced_process start(std::string role, state const& s) const {
        if (ftruncate(region_, 0) != 0 || ftruncate(region_, region_bytes) != 0) std::abort();
        return traced_process::start(arguments(*this, std::move(role), s).list.data());
    }

    /// Lets it do so many instructions. False if it has come to its end.
    bool step(traced_process& process, long instructions) const {
        for (long i = 0; i < instructions; ++i) {
            if (process.step() != traced_process::at::instruction) return false;
        }
        return true;
    }

    /// A process on the region as it is; its exit code, or -1 where it was killed by a signal.
    int run(std::string role, state const& s) const {
        const arguments a(*this, std::move(role), s);
        const pid_t child = vfork();
        if (child == 0) {
            execv(a.list[0], const_cast<char* const*>(a.list.data()));
            _exit(code(outcome::not_run));
        }
        int status = 0;
        return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    struct arguments {
        arguments(fault_fixture const& w, std::string role, state const& s)
            : words{w.program_,
                    w.subject_,
                    std::move(role),
                    std::to_string(s.offset),
                    std::to_string(s.fill),
                    std::to_string(w.region_)} {
            for (std::size_t i = 0; i < words.size(); ++i) list[i] = words[i].c_str();
        }
        std::array<std::string, 6> words;
        std::array<char const*, 7> list{};
    };

    std::string program_, subject_;
    int region_ = memfd_create("maxwell_faults", 0);
};

/// Prints why nothing was tested, and ends the program so that ctest counts the test as skipped.
[[noreturn]] inline void skip_untraced() {
    std::puts("skipped: a process can't be traced here");
    std::exit(77);
}

/// Runs test.operator()<Subject>(fixture) for each subject of the list. It returns null, or why the test failed. `argv` names
/// fault_process, and one subject to test only that one. Returns the exit code.
template <class Test, class... Subjects>
int run_subjects(subject_list<Subjects...>, int argc, char** argv, Test test) {
    if (argc != 2 && argc != 3) {
        std::fprintf(stderr, "usage: %s FAULT_PROCESS [SUBJECT]\n", argv[0]);
        return 2;
    }
    int tested = 0;
    int failures = 0;
    const auto run_one = [&]<class S>(S const*) {
        if (argc == 3 && S::name != argv[2]) return;
        ++tested;
        char const* why = test.template operator()<S>(fault_fixture(argv[1], S::name));
        if (why == nullptr) return;
        std::printf("FAIL: %s: %s\n", S::name.data(), why);
        ++failures;
    };
    (run_one(static_cast<Subjects const*>(nullptr)), ...);
    if (tested == 0) std::fprintf(stderr, "there is no subject '%s'\n", argv[2]);
    return tested == 0 ? 2 : failures == 0 ? 0 : 1;
}

}  // namespace maxwell::test
