// SPDX-License-Identifier: MIT
//
// wakeup: lets a host sleep until an agent has bid, and costs the agent a fence and a load while the host is awake.
//
// A host that runs at every quantum polls, and needs none of this. One that has nothing to do puts itself to sleep:
//
//     agent    B1 submits a bid            host     S1 adds 2 and sets the lowest bit of word_, at once, and notes the value
//              B2 fence (seq_cst)                   S2 fence (seq_cst)
//              B3 reads word_                       S3 looks at its sources: if something is waiting it doesn't sleep
//              B4 if the bit is set:                S4 sleeps, if word_ has still that value, for a limited time
//                 adds 2, wakes the host,           S5 clears the bit
//                 clears the bit if the word has
//                 still the value that it left
//
// Why no bid waits for a sleeping host. Of two seq_cst fences one comes first. If B2 does, then S3, which follows S2, sees what
// B1 wrote, and the host doesn't sleep. If S2 does, then B3 reads what S1 wrote or something later. With the bit set the agent
// does B4: the host sleeps already, and is woken, or S4 finds another value and returns at once, since the kernel compares and
// sleeps in one step. Without it S5 has come before: the host is awake, and when it comes to its next S2, that follows B2.
// So it holds for every source, whatever orders that uses. Each agent that finds the bit wakes the host itself, also if
// another one is about to: that one may crash before it does. It clears the bit when it *has* woken the host, and only if
// the word has not changed since: then no later sleep has begun, and no other agent is about to wake the host.
//
// The word is in memory that agents write. An adversarial agent can wake the host for nothing, or keep the bids of agents that
// share the word waiting until the time limit: give each guest a word of its own, and a limit that a bid can wait for.
//
// All zeros is a host that is awake. A futex doesn't reach from a virtual machine to its host: should_wake() and the second
// form of wait() are for agents that ring by an eventfd instead (ioeventfd and irqfd, or ivshmem's doorbell).
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

    /// Wakes the host if it sleeps. Clears the bit afterwards, so a host that has crashed in its sleep costs one system call
    /// and not one for each bid.
    void notify() noexcept {
        std::uint32_t left = 0;
        if (!should_wake(left)) return;
        ::syscall(SYS_futex, &word_, FUTEX_WAKE, 1, nullptr, nullptr, 0);
        woken(left);
    }

    /// Must this agent wake the host? For agents that have other means to do it; call woken(left) when it is done.
    bool should_wake(std::uint32_t& left) noexcept {
        fence();
        if ((word_.load(memory_order::relaxed) & asleep) == 0) return false;
        left = word_.fetch_add(2, memory_order::relaxed) + 2;
        return true;
    }

    /// Call it when the host has been woken by an agent for which should_wake has left this value. If the word has not changed
    /// since, that sleep is over, or its host has crashed in it: clears the bit, so agents stop waking.
    void woken(std::uint32_t left) noexcept {
        word_.compare_exchange(left, left & ~asleep, memory_order::relaxed, memory_order::relaxed);
    }

    // --- host ----------------------------------------------------------------------------------------------------------

    /// Sleeps until an agent notifies, or for `limit`, unless pending() says that something is waiting. Returns what pending()
    /// says afterwards. Wakes for nothing now and then.
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
        word_.fetch_and(~asleep, memory_order::relaxed);  // a predecessor may have crashed in its sleep
        // In one step: then no woken() that is meant for an earlier sleep finds the value that it left, and clears this bit.
        const std::uint32_t noted = word_.fetch_add(2 + asleep, memory_order::relaxed) + 2 + asleep;
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
