// SPDX-License-Identifier: MIT
//
// pinned: this thread stays on one processor for as long as the object lives. Does nothing where the system can't.

#pragma once

#if defined(__linux__)
#include <sched.h>
#endif

namespace maxwell::bench {

class pinned {
public:
#if defined(__linux__)
    /// To the processor that the thread is on.
    pinned() noexcept : pinned(sched_getcpu()) {}

    /// To `cpu`. Where that is not one of the thread's own, it stays as it is.
    explicit pinned(int cpu) noexcept {
        if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<unsigned>(cpu), &one);
        done_ = sched_setaffinity(0, sizeof one, &one) == 0;
    }
    ~pinned() {
        if (done_) sched_setaffinity(0, sizeof before_, &before_);
    }
    explicit operator bool() const noexcept { return done_; }

private:
    cpu_set_t before_;
    bool done_ = false;

public:
#else
    pinned() noexcept {}
    explicit pinned(int) noexcept {}
    ~pinned() {}
    explicit operator bool() const noexcept { return false; }
#endif
    pinned(pinned const&) = delete;
    pinned& operator=(pinned const&) = delete;
};

}  // namespace maxwell::bench
