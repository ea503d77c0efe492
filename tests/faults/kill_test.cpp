// SPDX-License-Identifier: MIT
//
// Kill at every instruction. A process works on shared memory and is killed after its first, second, third, ... instruction;
// each time a new process takes over and has to deliver 64 records.
//
//     kill_test FAULT_PROCESS

#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace maxwell::test {
namespace {

using at = traced_process::at;

struct state {
    char const* name;
    std::uint32_t offset, fill;  ///< records that have passed; that wait
};
constexpr std::array states{state{"empty", 0, 0}, state{"half full", 0, 4}, state{"full", 0, 8},
                            state{"wrapping", 7, 4}, state{"empty at the wrap", 15, 0}};

struct counts {
    long points = 0, fatal = 0, corrupt = 0;
    counts& operator+=(counts const& other) {
        points += other.points;
        fatal += other.fatal;
        corrupt += other.corrupt;
        return *this;
    }
};

class killer {
public:
    killer(std::string program, std::string_view subject) : program_(std::move(program)), subject_(subject) {}

    /// Kills whoever does `role` at every one of its instructions. `points` 0: no process can be traced here.
    counts kill_everywhere(std::string const& role, state const& s) {
        counts c;
        for (long instructions = 0;; ++instructions) {
            empty_region();
            arguments victim(*this, role, s);
            traced_process process = traced_process::start(victim.list.data());
            if (!process) return {};
            at where = at::instruction;
            for (long i = 0; i < instructions && where == at::instruction; ++i) where = process.step();
            if (where != at::instruction) return c;  // it has done all of it
            process.kill();
            const int found = run("after_" + role, s);
            ++c.points;
            c.corrupt += found == code(outcome::corrupt) ? 1 : 0;
            c.fatal += found != code(outcome::corrupt) && found != code(outcome::fine) ? 1 : 0;
        }
    }

private:
    struct arguments {
        arguments(killer const& k, std::string role, state const& s)
            : words{k.program_,
                    k.subject_,
                    std::move(role),
                    std::to_string(s.offset),
                    std::to_string(s.fill),
                    std::to_string(k.region_)} {
            for (std::size_t i = 0; i < words.size(); ++i) list[i] = words[i].c_str();
        }
        std::array<std::string, 6> words;
        std::array<char const*, 7> list{};
    };

    void empty_region() const {
        if (ftruncate(region_, 0) != 0 || ftruncate(region_, region_bytes) != 0) std::abort();
    }

    /// A process of its own; its exit code, or -1 where it was killed by a signal.
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

    std::string program_, subject_;
    int region_ = memfd_create("maxwell_faults", 0);
};

int failures = 0;

template <class S>
void test(char const* program) {
    for (std::string const role : {"push", "drain"}) {
        killer k(program, S::name);
        counts all;
        for (state const& s : states) all += k.kill_everywhere(role, s);
        if (all.points == 0) {
            std::puts("skipped: a process can't be traced here");
            std::exit(77);
        }
        const bool sound = all.fatal == 0 && all.corrupt == 0;
        char const* verdict = sound != S::promise.fragile ? "" : sound ? "FAIL: a control survived" : "FAIL";
        std::printf("%-32s %-8s %8ld %8ld %8ld  %s\n", S::name.data(), role.c_str(), all.points, all.fatal, all.corrupt,
                    verdict);
        failures += *verdict == 0 ? 0 : 1;
        std::fflush(stdout);
    }
}

template <class... Subjects>
void test_all(subject_list<Subjects...>, char const* program) {
    (test<Subjects>(program), ...);
}

}  // namespace
}  // namespace maxwell::test

int main(int argc, char** argv) {
    using namespace maxwell::test;
    if (argc != 2) {
        std::fputs("usage: kill_test FAULT_PROCESS\n", stderr);
        return 2;
    }
    std::printf("%-32s %-8s %8s %8s %8s\n", "structure", "killed", "points", "fatal", "corrupt");
    test_all(subjects{}, argv[1]);
    return failures == 0 ? 0 : 1;
}
