// SPDX-License-Identifier: MIT
//
// wakeup: lets a host sleep until an agent has bid, and costs the agent a fence and a load while the host is awake.
//
// A host that runs at every quantum polls, and needs none of this. One that has nothing to do puts itself to sleep:
//
//     agent    B1 submits a bid            host     S1 sets the lowest bit of word_, and notes the value
//              B2 fence (seq_cst)                   S2 fence (seq_cst)
//              B3 reads word_                       S3 looks at its sources: if something is waiting it doesn't sleep
//              B4 if the bit is set:                S4 sleeps, if word_ has still that value, for a limited time
//                 adds 2, wakes the host            S5 clears the bit
//
// Why no bid sleeps with the host. Of two seq_cst fences one comes first. If B2 does, then S3, which follows S2, sees what
// B1 wrote, and the host doesn't sleep. If S2 does, then B3 reads what S1 wrote or something later. With the bit set the agent
// does B4: the host sleeps already, and is woken, or S4 finds another value and returns at once, since the kernel compares and
// sleeps in one step. Without it S5 has come before: the host is awake, and when it comes to its next S2, that follows B2.
// So it holds for every source, whatever orders that uses. Each agent that finds the bit wakes the host itself, also if
// another one is about to: that one may die before it does.
//
// The word lies in memory that agents write. A hostile one can wake the host for nothing, or keep bids of those who share the
// word with it waiting until the time limit: give each guest a word of its own, and a limit that a bid can wait for.
//
// All zeros is a host that is awake. A futex doesn't reach from a virtual machine to its host: should_wake() and the second
// form of wait() are for those who ring by an eventfd instead (ioeventfd and irqfd, or ivshmem's doorbell).
//
//     operation   cost
//     notify      a fence and a load; a system call while the host sleeps
//     wait        a few accesses when something is waiting; else one system call and the sleep

#pragma once

#include <maxwell/core/atomic.hpp>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <type_traits>

namespace maxwell {

class wakeup {
public:
    constexpr wakeup() noexcept = default;

    // --- agents, after they have submitted -----------------------------------------------------------------------------

    /// Wakes the host if it sleeps.
    void notify() noexcept {
        if (should_wake()) ::syscall(SYS_futex, &word_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }

    /// Must this agent wake the host? For those who have other means to do it.
    bool should_wake() noexcept {
        fence();
        if ((word_.load(memory_order::relaxed) & asleep) == 0) return false;
        word_.fetch_add(2, memory_order::relaxed);
        return true;
    }

    // --- host ----------------------------------------------------------------------------------------------------------

    /// Sleeps until an agent notifies, or for `limit`, unless pending() says that something is waiting. What pending() says
    /// afterwards. Wakes for nothing now and then.
    template <class Pending>
    bool wait(Pending pending, std::chrono::nanoseconds limit) noexcept {
        return wait(pending, [this, limit](std::uint32_t noted) {
            const auto s = std::chrono::duration_cast<std::chrono::seconds>(limit);
            const ::timespec time{static_cast<std::time_t>(s.count()), static_cast<long>((limit - s).count())};
            ::syscall(SYS_futex, &word_, FUTEX_WAIT, noted, &time, nullptr, 0);
        });
    }

    /// The same with another way to sleep: sleep(noted) returns after a while, or once an agent that should_wake() has woken
    /// it, also if that was before it was called, as reading an eventfd does. `noted` is what a futex compares with.
    template <class Pending, class Sleep>
        requires std::is_invocable_v<Sleep, std::uint32_t>
    bool wait(Pending pending, Sleep sleep) noexcept {
        const std::uint32_t noted = word_.fetch_or(asleep, memory_order::relaxed) | asleep;
        fence();
        if (!pending()) sleep(noted);
        word_.fetch_and(~asleep, memory_order::relaxed);
        return pending();
    }

private:
    static constexpr std::uint32_t asleep = 1;

    /// The thread sanitizer doesn't know fences. Two read-modify-writes of one word have an order as well; with them a line
    /// would go from agent to agent, so they are for that build only.
    void fence() noexcept {
#ifdef MAXWELL_THREAD_SANITIZER
        word_.fetch_add(0, memory_order::seq_cst);
#else
        atomic_thread_fence(memory_order::seq_cst);
#endif
    }

    alignas(64) atomic<std::uint32_t> word_;
};

static_assert(sizeof(wakeup) == 64 && std::is_standard_layout_v<wakeup>);

}  // namespace maxwell
