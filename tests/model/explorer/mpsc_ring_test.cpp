// SPDX-License-Identifier: MIT
//
// mpsc_ring under every interleaving, with cells of 16 bytes and with halves: each push that was true arrives once,
// whole and in the order of its producer, and no other one does; a place that its producer has left open is given up.

#include "explorer.hpp"
#include "orders.hpp"
#include "support/scale.hpp"

#include <maxwell/ring/mpsc_ring.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <vector>

namespace maxwell::model {
namespace {

constexpr std::size_t producers = 2;
constexpr std::uint32_t most_bids = 6;

/// One place to spare, given up at the second look: three places in all, so that a few pushes go round.
template <class Cell>
using ring = mpsc_ring<1, 2, producers, 1, Cell>;
template <class Cell>
zeroed<ring<Cell>> shared;

std::uint32_t pushes[producers];          // attempts so far
bool accepted[producers][most_bids + 1];  // by number, from 1
std::uint32_t received[producers][most_bids + 1];
std::uint32_t last[producers];

/// The numbers are in all of the words, so that no mixture of two bids passes.
bid made(std::size_t producer, std::uint32_t number) {
    return {make_agent_id(static_cast<std::uint32_t>(producer), 0), number * 100, number};
}

template <class Cell>
void push(std::size_t p) {
    const std::uint32_t number = ++pushes[p];
    accepted[p][number] = shared<Cell>->try_push(static_cast<std::uint32_t>(p), made(p, number));
}

template <class Cell>
void drain() {
    shared<Cell>->drain(
        [](bid const& b) {
            const std::size_t p = slot_of(b.agent);
            require(p < producers && b.amount == b.units * 100 && b.units <= most_bids, "no bid is torn");
            if (p >= producers || b.units > most_bids) return;
            require(b.units > last[p], "each producer's bids come once, in order");
            last[p] = b.units;
            ++received[p][b.units];
        },
        4);
}

template <class Cell, std::uint64_t First>
void begin() {
    for (std::size_t p = 0; p < producers; ++p) {
        pushes[p] = last[p] = 0;
        for (std::uint32_t n = 0; n <= most_bids; ++n) {
            accepted[p][n] = false;
            received[p][n] = 0;
        }
    }
    new (&*shared<Cell>) ring<Cell>(First);
    for (std::uint32_t p = 0; p < producers; ++p) {
        require(shared<Cell>->attach() == p, "a number for each");
        require(shared<Cell>->admit(make_agent_id(p, 0)) == status::ok, "an agent for each");
    }
}

/// After the threads: all that was accepted arrives. Of a dead producer one more may, its last.
template <class Cell, bool Dead>
void end() {
    for (int i = 0; i < 8; ++i) drain<Cell>();
    for (std::size_t p = 0; p < producers; ++p) {
        for (std::uint32_t n = 1; n <= most_bids; ++n) {
            const bool untold = Dead && p == 0 && n == pushes[p];
            require(untold || accepted[p][n] == (received[p][n] == 1),
                    "what was accepted arrives, what was refused does not");
        }
    }
    require(shared<Cell>->anomalies() == 0 && shared<Cell>->check_invariants(), "the ring is whole");
    const std::uint32_t before = last[1];
    for (std::uint32_t i = 0; i < 3 && before + i < most_bids; ++i) {
        pushes[1] = last[1];
        push<Cell>(1);
        require(accepted[1][pushes[1]], "there is room");
        drain<Cell>();
        require(last[1] == pushes[1], "whoever is alive goes on");
    }
}

template <class Cell>
std::vector<program> programs_of(std::string const& name, bounds within) {
    constexpr std::uint64_t lap_wraps =
        (std::uint64_t{1} << (8 * sizeof(typename Cell::lap))) * 3 - 6;  // laps 2^n - 1, 0
    std::vector<program> all;
    all.push_back({name + ": two producers",
                   shared<Cell>.bytes(),
                   {[] { push<Cell>(0); }, [] { push<Cell>(1); },
                    [] {
                        drain<Cell>();
                        drain<Cell>();
                    }},
                   begin<Cell, 0>,
                   end<Cell, false>,
                   {},
                   within});
    all.push_back({name + ": one is given up while another goes round",
                   shared<Cell>.bytes(),
                   {[] { push<Cell>(0); },
                    [] {
                        // It drains as well: what it does has one order, but the sleeper may wake up anywhere.
                        for (int i = 0; i < 4; ++i) {
                            push<Cell>(1);
                            drain<Cell>();
                        }
                    }},
                   begin<Cell, lap_wraps>,
                   end<Cell, false>,
                   {},
                   within});
    all.push_back({name + ": a producer that dies anywhere",
                   shared<Cell>.bytes(),
                   {[] {
                        push<Cell>(0);
                        push<Cell>(0);
                    },
                    [] {
                        push<Cell>(1);
                        drain<Cell>();
                        drain<Cell>();
                    }},
                   begin<Cell, 0>,
                   end<Cell, true>,
                   {0},
                   within});
    return all;
}

/// A place is written again while what was in it may still be under way to the consumer: a ring of three places, of
/// which two are full, one producer that goes on to the first of them, and a consumer that reads both at once.
template <class Cell>
program of_reused_place(std::string const& name) {
    using small_ring = mpsc_ring<2, 1, 1, 1, Cell>;
    static zeroed<small_ring> ring;
    static std::uint32_t pushed, taken;
    const auto push_one = [] {
        if (ring->try_push(0, {make_agent_id(0, 0), 100 * (pushed + 1), pushed + 1})) ++pushed;
    };
    const auto drain_all = [] {
        ring->drain(
            [](bid const& b) {
                require(b.amount == 100 * b.units && b.units == taken + 1, "bids come whole and in order");
                taken = b.units;
            },
            3);
    };
    return {name + ": a place is used again",
            ring.bytes(),
            {[=] {
                 push_one();
                 push_one();
             },
             drain_all},
            [=] {
                pushed = taken = 0;
                ring->attach();
                ring->admit(make_agent_id(0, 0));
                push_one();
                push_one();
            },
            [=] {
                for (int i = 0; i < 4; ++i) drain_all();
                require(taken == pushed, "no bid is lost");
            },
            {},
            {.switches = 3, .stale_loads = 2}};
}

std::vector<program> programs(bounds within) {
    std::vector<program> all = programs_of<whole_cell>("whole", within);
    for (program const& p : programs_of<halved_cell>("halved", within)) all.push_back(p);
    all.push_back(of_reused_place<whole_cell>("whole"));
    all.push_back(of_reused_place<halved_cell>("halved"));
    return all;
}

TEST(mpsc_ring, holds_under_every_interleaving) {
    // Deeper in the soak.
    expect_all_hold(programs({.switches = test::scale_is("large") ? 3u : 2u, .stale_loads = 1}));
}

TEST(mpsc_ring, needs_every_order_it_names) {
    std::vector<program> all = programs({.switches = 2, .stale_loads = 1});
    std::erase_if(all, [](program const& p) { return !p.mortal.empty(); });  // deaths have nothing to do with orders
    // The order of claims spares a producer a refusal where there is room, but no bid depends on it. What a cell held
    // a lap ago was read before head_ passed it, so that its exchange has nothing to acquire.
    expect_every_order_is_needed(all, {"replace: compare_exchange acq_rel -> release",
                                       "try_push: update acq_rel -> acquire", "try_push: update acq_rel -> release"});
}

}  // namespace
}  // namespace maxwell::model
