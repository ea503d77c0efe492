// SPDX-License-Identifier: MIT
//
// spsc_ring under every interleaving: records arrive whole, once, in order, whoever dies.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/ring/spsc_ring.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

namespace maxwell::model {
namespace {

struct record {
    std::uint64_t number, again;
};
using ring = spsc_ring<record, 2>;
zeroed<ring> shared;

std::uint64_t pushed, taken;  // numbers of the last record on either side

void push_one() {
    if (shared->try_push({pushed + 1, pushed + 1})) ++pushed;
}
void take(record const& r) {
    require(r.number == r.again, "no record is torn");
    require(r.number == taken + 1, "every record comes once, in order");
    taken = r.number;
}
void drain(std::size_t budget) { shared->drain(take, budget); }

void begin() { pushed = taken = 0; }

void expect_all_to_arrive() {
    drain(2);
    require(taken == pushed, "no record is lost");
    require(shared->anomalies() == 0 && shared->check_invariants(), "the ring is whole");
}

/// Who takes over from the dead can push and drain more than a lap.
void expect_a_successor_to_go_on() {
    shared->resume();
    drain(2);
    require(taken == pushed || taken == pushed + 1, "at most the record that was under way has come as well");
    pushed = taken;
    for (int i = 0; i < 5; ++i) {
        const std::uint64_t before = pushed;
        push_one();
        require(pushed == before + 1, "an empty ring has room");
        drain(2);
        require(taken == pushed, "the successor's records arrive");
    }
    require(shared->anomalies() == 0 && shared->check_invariants(), "the ring is whole");
}

std::vector<program> programs() {
    const auto four_pushes = [] {
        for (int i = 0; i < 4; ++i) push_one();
    };
    const auto three_drains = [] {
        for (int i = 0; i < 3; ++i) drain(2);
    };
    std::vector<program> all;
    all.push_back(
        {"push and drain, more than a lap", shared.bytes(), {four_pushes, three_drains}, begin, expect_all_to_arrive});
    all.push_back({"stage and commit, peek and release",
                   shared.bytes(),
                   {[] {
                        for (int i = 0; i < 2; ++i) {
                            std::size_t n = 0;
                            while (n < 2 && shared->stage(n, {pushed + n + 1, pushed + n + 1})) ++n;
                            shared->commit(n);
                            pushed += n;
                        }
                    },
                    [] {
                        for (int i = 0; i < 2; ++i) {
                            std::size_t n = 0;
                            while (const auto r = shared->peek(n)) {
                                take(*r);
                                ++n;
                            }
                            shared->release(n);
                        }
                    }},
                   begin,
                   expect_all_to_arrive});
    all.push_back({"pushes and pops",
                   shared.bytes(),
                   {four_pushes,
                    [] {
                        for (int i = 0; i < 4; ++i) {
                            if (const auto r = shared->try_pop()) take(*r);
                        }
                    }},
                   begin,
                   expect_all_to_arrive});
    all.push_back({"a producer that dies anywhere",
                   shared.bytes(),
                   {four_pushes, three_drains},
                   begin,
                   expect_a_successor_to_go_on,
                   {0}});
    all.push_back({"a consumer that dies anywhere",
                   shared.bytes(),
                   {four_pushes, three_drains},
                   begin,
                   [] {
                       const std::uint64_t taken_by_the_dead = taken;
                       std::uint64_t last = 0;
                       shared->drain(
                           [&](record const& r) {
                               require(r.number == r.again, "no record is torn");
                               require(last == 0 ? r.number <= taken_by_the_dead + 1 : r.number == last + 1,
                                       "the successor goes on at the latest where the dead had stopped");
                               last = r.number;
                           },
                           2);
                       require(last == pushed || taken_by_the_dead == pushed, "no record is lost");
                       taken = pushed;
                       expect_a_successor_to_go_on();
                   },
                   {1}});
    return all;
}

TEST(spsc_ring, holds_under_every_interleaving) { expect_all_hold(programs()); }

TEST(spsc_ring, needs_every_order_it_names) { expect_every_order_is_needed(programs(), {}); }

}  // namespace
}  // namespace maxwell::model
