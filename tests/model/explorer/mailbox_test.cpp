// SPDX-License-Identifier: MIT
//
// mailbox under every interleaving, with sequence numbers that go round after four: no submission is lost, none is given
// twice, none is torn, whatever the host finds in between.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/ring/mailbox.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

constexpr std::uint64_t lap = 4;
zeroed<mailbox<lap, 2>> shared;
mailbox_writer<lap, 2> writer;  // the producer's own

std::uint32_t last[2];  // per agent: the number of the newest submission that the host has got

void submit(std::uint32_t cell, std::uint32_t number) {
    require(writer.submit(shared->cells(), cell, number * 7, number) == status::ok, "a submission is never refused");
}

void drain(std::size_t budget) {
    const std::size_t given = shared->drain(
        [](bid const& b) {
            std::uint32_t& newest = last[slot_of(b.agent)];
            require(b.amount == b.units * 7, "no bid is torn");
            require(b.units > newest, "no bid comes twice, none is older than one before");
            newest = b.units;
        },
        budget);
    require(given <= budget, "a drain keeps its budget");
}

void begin() {
    last[0] = last[1] = 0;
    writer = {};
    for (const agent_id id : {0u, 1u}) require(shared->admit(static_cast<std::uint32_t>(id), id) == status::ok, "room");
}

void expect_nothing_is_lost(std::uint32_t first, std::uint32_t second) {
    drain(64);
    drain(64);  // the first one may have given a cell up that went round under its eyes
    require(last[0] == first && last[1] == second, "the newest bid of each has come");
    require(shared->anomalies() == 0, "the producer is honest");
    require(!shared->pending(), "nothing is left");
}

std::vector<program> programs() {
    std::vector<program> all;
    all.push_back({"two agents of one producer, drained twice",
                   shared.bytes(),
                   {[] {
                        submit(0, 1);
                        submit(1, 2);
                        submit(0, 3);
                    },
                    [] {
                        drain(64);
                        drain(64);
                    }},
                   begin,
                   [] { expect_nothing_is_lost(3, 2); },
                   {},
                   {4, 4}});
    all.push_back({"an agent goes round while the host looks",
                   shared.bytes(),
                   {[] {
                        for (std::uint32_t n = 1; n <= 5; ++n) submit(0, n);
                    },
                    [] {
                        drain(64);
                        drain(64);
                    }},
                   begin,
                   [] { expect_nothing_is_lost(5, 0); },
                   {},
                   {3, 3}});
    all.push_back({"a producer crashes anywhere, its successor goes on",
                   shared.bytes(),
                   {[] {
                        submit(0, 1);
                        submit(0, 2);
                    },
                    [] { drain(64); }},
                   begin,
                   [] {
                       writer = {};
                       writer.resume(shared->cells());
                       submit(0, 3);
                       expect_nothing_is_lost(3, 0);
                   },
                   {0},
                   {4, 4}});
    return all;
}

TEST(mailbox, holds_under_every_interleaving) { expect_all_hold(programs()); }

TEST(mailbox, needs_every_order_it_names) { expect_every_order_is_needed(programs(), {}); }

}  // namespace
}  // namespace maxwell::model
