// SPDX-License-Identifier: MIT
//
// wakeup under every interleaving: a host never sleeps on a bid. Built without __SANITIZE_THREAD__, so that the fences
// are those of every other build.

#include "explorer.hpp"
#include "orders.hpp"
#include "support/scale.hpp"

#include <maxwell/host/wakeup.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

using test::scale_is;

struct shared_words {
    wakeup bell;  // its word comes first
    atomic<std::uint32_t> bid[2];
};
zeroed<shared_words> shared;

bool fell_asleep, rung[2];
std::uint32_t fell_asleep_at, rung_at[2];  // values of the word: who rings for a sleep leaves a higher one

void submit(std::size_t agent) {
    shared->bid[agent].store(1, memory_order::relaxed);
    std::uint32_t left = 0;
    if (!shared->bell.should_wake(left)) return;
    rung_at[agent] = left;
    shared->bell.woken(left);
    rung[agent] = true;  // an agent that dies before may not have woken anybody
}

/// As the kernel does it: compares and falls asleep in one step, with the newest value. Without a time limit, and
/// nobody wakes it.
void sleep_on(std::uint32_t noted) {
    auto* word = reinterpret_cast<std::uint32_t*>(&shared->bell);
    fell_asleep = __atomic_fetch_add(word, 0, __ATOMIC_RELAXED) == noted;
    fell_asleep_at = noted;
    if (fell_asleep) end_thread();
}

bool is_pending() {
    for (auto const& bid : shared->bid) {
        if (bid.load(memory_order::relaxed) != 0) return true;
    }
    return false;
}

std::vector<program> programs() {
    const auto host = [] { shared->bell.wait(is_pending, sleep_on); };
    const auto begin = [] {
        fell_asleep = rung[0] = rung[1] = false;
        rung_at[0] = rung_at[1] = 0;
    };
    return {{"one agent",
             shared.bytes(),
             {[] { submit(0); }, host},
             begin,
             [] { require(!fell_asleep || rung[0], "who sleeps is woken by a bid"); }},
            {"two agents, one of which dies anywhere",
             shared.bytes(),
             {[] { submit(0); }, [] { submit(1); }, host},
             begin,
             [] { require(!fell_asleep || rung[0] || rung[1], "also where another agent was about to"); },
             {0}},
            {"an agent that is slow to clear the bit while the host goes to sleep again",
             shared.bytes(),
             {[] { submit(0); }, [] { submit(1); },
              [] {
                  shared->bell.wait([] { return shared->bid[0].load(memory_order::relaxed) != 0; }, sleep_on);
                  shared->bell.wait([] { return shared->bid[1].load(memory_order::relaxed) != 0; }, sleep_on);
              }},
             begin,
             [] {
                 const bool woken = rung_at[0] > fell_asleep_at || rung_at[1] > fell_asleep_at;
                 require(!fell_asleep || woken, "who sleeps is woken after it has fallen asleep");
             },
             {},
             {.switches = scale_is("large") ? 6u : 4u, .stale_loads = 2}}};
}

TEST(wakeup, holds_under_every_interleaving) { expect_all_hold(programs()); }

TEST(wakeup, needs_every_order_it_names) {
#ifdef __clang__
    GTEST_SKIP()
        << "clang's __has_feature can't be undefined, and under the thread sanitizer the fences are something else";
#endif
    expect_every_order_is_needed(programs(), {});
}

}  // namespace
}  // namespace maxwell::model
