// SPDX-License-Identifier: MIT
//
// bid_board under every interleaving: no bid is lost, none is older than one that the host has seen, none acts for a
// successor.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/ring/bid_board.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

using board = bid_board<65>;  // two words of marks
zeroed<board> shared;

constexpr agent_id ann = make_agent_id(0, 0), bob = make_agent_id(1, 0), far = make_agent_id(64, 0);
constexpr agent_id successor = make_agent_id(0, 1);

std::array<std::uint32_t, 65> seen;  // per slot: the units of the newest bid that the host has got

bid with_units(agent_id agent, std::uint32_t units) { return {agent, units * 7, units}; }

void submit(agent_id agent, std::uint32_t units) {
    require(shared->submit(with_units(agent, units)) == status::ok, "a submission is never refused");
}

void drain(std::size_t budget) {
    const std::size_t given = shared->drain(
        [](bid const& b) {
            std::uint32_t& last = seen[slot_of(b.agent)];
            require(b.amount == b.units * 7, "no bid is torn");
            require(b.units >= last, "no bid is older than one before");
            last = b.units;
        },
        budget);
    require(given <= budget, "a drain keeps its budget");
}

void admit_all() {
    seen = {};
    for (agent_id id : {ann, bob, far}) require(shared->admit(id) == status::ok, "there is room");
}

void expect_nothing_is_lost(std::uint32_t ann_units, std::uint32_t bob_units, std::uint32_t far_units) {
    drain(65);
    require(seen[0] == ann_units && seen[1] == bob_units && seen[64] == far_units, "the newest bid of each has come");
    require(shared->anomalies() == 0, "everybody is honest");
    require(!shared->pending() && shared->check_invariants(), "the board is clean");
}

std::vector<program> programs() {
    std::vector<program> all;
    all.push_back({"one agent bids twice, one once, under one word",
                   shared.bytes(),
                   {[] {
                        submit(ann, 1);
                        submit(ann, 2);
                    },
                    [] { submit(bob, 3); },
                    [] {
                        drain(65);
                        drain(65);
                    }},
                   admit_all,
                   [] { expect_nothing_is_lost(2, 3, 0); }});
    all.push_back({"agents of two words, drained one by one",
                   shared.bytes(),
                   {[] { submit(ann, 1); }, [] { submit(far, 3); },
                    [] {
                        drain(1);
                        drain(1);
                    }},
                   admit_all,
                   [] { expect_nothing_is_lost(1, 0, 3); }});
    all.push_back({"an agent dies, its neighbour bids on",
                   shared.bytes(),
                   {[] { submit(ann, 1); },
                    [] {
                        submit(bob, 2);
                        submit(bob, 3);
                    },
                    [] { drain(65); }},
                   admit_all,
                   [] {
                       drain(65);
                       require(seen[1] == 3, "the living agent's bid has come");
                   },
                   {0}});
    all.push_back({"an agent is retired while it bids, and its successor bids",
                   shared.bytes(),
                   {[] {
                        const status s = shared->submit(with_units(ann, 1));
                        require(s == status::ok || s == status::stale_agent, "taken or refused");
                    },
                    [] {
                        require(shared->retire(ann) == status::ok && shared->admit(successor) == status::ok,
                                "a new holder");
                        require(shared->submit(with_units(successor, 9)) == status::ok, "who may bid");
                        shared->drain([](bid const& b) { require(b.agent == successor, "for itself"); }, 65);
                    }},
                   admit_all,
                   [] {
                       std::uint32_t units = 9;
                       shared->drain([&](bid const& b) { units = b.units; }, 65);
                       require(units == 9, "the old agent's bid does not come after it");
                   }});
    return all;
}

TEST(board, holds_under_every_interleaving) { expect_all_hold(programs()); }

/// drop_marks stands in the same chain of read-modify-writes as what needs its orders, and passes them on by itself.
TEST(board, needs_every_order_it_names) {
    expect_every_order_is_needed(programs(),
                                 {"drop_marks: update acq_rel -> acquire", "drop_marks: update acq_rel -> release"});
}

}  // namespace
}  // namespace maxwell::model
