// SPDX-License-Identifier: MIT
//
// The explorer runs a small concurrent program in every way that the C++ memory model allows.
//
//     tests, built with -fsanitize=thread     calls instead of memory accesses      explorer
//     ┌──────────────────────────────┐        ┌───────────────┐        ┌─────────────────────────────┐
//     │ the library's own headers    ├───────▶│ intercept.cpp ├───────▶│ which thread is next?       │
//     │ as they are                  │        │ __tsan_...    │        │ which message does it read? │
//     └──────────────────────────────┘        └───────────────┘        └─────────────────────────────┘
//
// The compiler's own instrumentation tells the explorer of every access, atomic ones with their order and plain ones
// too, so that what runs is the library, not a copy written for the test. Threads are fibers; they change places only
// before atomic operations, since what lies between is either private or a race, and races are found by clocks. The
// choices form a tree that is searched depth first by running the program again from the start; a state that was there
// before is not followed twice. A thread's own state is what it has read so far, so the program must be deterministic:
// no clock, no address, no allocation that matters.
//
// What a program must not do: loop until another thread acts (let it try a fixed number of times), or keep shared
// words outside `shared`.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace maxwell::model {

/// For programs that are too large to be seen in all of their executions: those with more of either are left out.
struct bounds {
    std::uint64_t switches = ~std::uint64_t{0};     ///< away from a thread that could go on
    std::uint64_t stale_loads = ~std::uint64_t{0};  ///< that don't return the newest value
};

struct program {
    std::string name;
    std::span<std::byte> shared;                 ///< zeroed before each execution; only accesses to it are explored
    std::vector<std::function<void()>> threads;  ///< up to 4
    std::function<void()> begin = [] {};         ///< before the threads, with the memory to itself
    std::function<void()> end = [] {};           ///< after them: sees the last message of each location
    std::vector<std::size_t> mortal = {};        ///< threads that may die before any of their atomic operations
    bounds within = {};
};

struct verdict {
    std::string failure;  ///< empty: none was found. Otherwise what, and the execution that led there
    std::uint64_t executions = 0;
    std::uint64_t states = 0;  ///< different ones
    std::uint64_t cut = 0;     ///< executions that took too many steps, or states too many; 0: everything was seen

    bool ok() const { return failure.empty() && cut == 0; }
    friend std::ostream& operator<<(std::ostream& out, verdict const& v) {
        return out << v.executions << " executions, " << v.states << " states, " << v.cut << " cut" << v.failure;
    }
};

/// Explores all of `p`, or until the first failure.
verdict explore(program const& p);

/// In a thread, or at the end: what must hold. Otherwise the execution is a failure, and the exploration ends.
void require(bool condition, char const* what);

/// In a thread: it does nothing any more, as one that sleeps for ever. Does not return.
void end_thread();

/// An order in the explored source, a weaker one in its place, and the first program that then fails; empty: none does.
struct weakening {
    std::string where;   ///< function, file and line
    std::string change;  ///< as "store release -> relaxed"
    std::string caught_by;
};

/// Weakens each order that the programs use, one at a time and by one step, and explores all of them again.
std::vector<weakening> weaken_each_order(std::vector<program> const& programs);

/// Memory for one S, zeroed by the explorer: the all-zero object is the empty one.
template <class S>
class zeroed {
public:
    S& operator*() { return *reinterpret_cast<S*>(bytes_); }
    S* operator->() { return reinterpret_cast<S*>(bytes_); }
    std::span<std::byte> bytes() { return bytes_; }

private:
    alignas(S) std::byte bytes_[sizeof(S)];
};

}  // namespace maxwell::model
