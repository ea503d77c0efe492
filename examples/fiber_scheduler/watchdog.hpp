// SPDX-License-Identifier: MIT
//
// watchdog: sees fibers that never ask whether their quantum is over. A timer's signal looks each millisecond; it interrupts
// nobody, since a fiber may hold anything when it comes. A signal as the means of preemption would cost what 1 ms hides: each one
// some microseconds.

#pragma once

#include "fiber_market.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <system_error>

namespace fiber_market {

/// Watches the thread that makes it, as long as it lives. One for each thread.
class watchdog {
public:
    /// A fiber is found that has outstayed its quantum by `slack_ticks`. Throws std::system_error if there is no timer.
    explicit watchdog(std::uint64_t slack_ticks) {
        slack = slack_ticks;
        found = 0;
        struct sigaction act {};
        act.sa_handler = [](int) {
            if (__rdtsc() > quantum_ends && __rdtsc() - quantum_ends > slack)
                found.fetch_add(1, std::memory_order_relaxed);
        };
        act.sa_flags = SA_RESTART;
        sigaction(SIGUSR2, &act, nullptr);
        sigevent event{};
        event.sigev_notify = SIGEV_THREAD_ID;
        event.sigev_signo = SIGUSR2;
        event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
        const itimerspec each_ms{{0, 1'000'000}, {0, 1'000'000}};
        if (timer_create(CLOCK_MONOTONIC, &event, &timer_) != 0 || timer_settime(timer_, 0, &each_ms, nullptr) != 0)
            throw std::system_error(errno, std::generic_category(), "a timer for the watchdog");
    }
    ~watchdog() { timer_delete(timer_); }
    watchdog(watchdog const&) = delete;
    watchdog& operator=(watchdog const&) = delete;

    /// How often it found one.
    std::uint64_t overstays() const noexcept { return found; }

private:
    inline static thread_local std::uint64_t slack = 0;
    inline static thread_local std::atomic<std::uint64_t> found = 0;
    timer_t timer_{};
};

}  // namespace fiber_market
