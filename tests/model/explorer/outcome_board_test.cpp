// SPDX-License-Identifier: MIT
//
// outcome_board under every interleaving: an agent reads the sums of one moment, never older than those before, and
// never a successor's; a host that dies leaves them whole.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/ring/outcome_board.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

using board = outcome_board<1>;
zeroed<board> shared;

constexpr agent_id agent = make_agent_id(0, 0), successor = make_agent_id(0, 1);

/// The n-th award has n units for 10 n each, so that sums of different moments don't mix unseen.
std::uint32_t posted;
void post(agent_id id = agent) {
    const std::uint32_t n = posted + 1;
    require(shared->post({{id, 0, n}, 10 * n}) == status::ok, "a post is never refused");
    posted = n;
}

std::uint64_t read(std::uint64_t last) {
    const auto now = shared->read(agent);
    require(now.has_value(), "a read finds something in time");
    if (!now) return last;
    std::uint64_t units = 0, payments = 0;
    for (std::uint64_t n = 1; n <= now->awards && n < 100; ++n) {
        units += n;
        payments += n * 10 * n;
    }
    require(now->units == units && now->payments == payments && now->last_price == 10 * now->awards,
            "sums of one moment");
    require(now->awards >= last, "time does not go back");
    return now->awards;
}

void begin() {
    posted = 0;
    post();
}

std::vector<program> programs() {
    constexpr bounds few{.switches = 2, .stale_loads = 4};
    const auto two_posts = [] {
        post();
        post();
    };
    std::vector<program> all;
    all.push_back({"two posts, two reads",
                   shared.bytes(),
                   {two_posts, [] { read(read(0)); }},
                   begin,
                   [] { require(read(0) == posted, "nothing is lost"); },
                   {},
                   few});
    all.push_back({"an agent is replaced while it reads",
                   shared.bytes(),
                   {[] {
                        require(shared->begin(successor) == status::ok, "a new agent");
                        require(shared->post({{successor, 0, 77}, 7}) == status::ok, "that wins");
                    },
                    [] {
                        if (const auto now = shared->read(agent)) require(now->units == 1, "its own sums or nothing");
                    }},
                   begin,
                   [] { require(shared->read(successor)->units == 77, "the successor's sums"); },
                   {},
                   few});
    all.push_back({"a host that dies anywhere",
                   shared.bytes(),
                   {two_posts, [] { read(0); }},
                   begin,
                   [] {
                       const std::uint64_t left = read(0);
                       require(left == posted || left == posted + 1, "all posts, and perhaps the one under way");
                       posted = static_cast<std::uint32_t>(left);
                       post();
                       require(read(left) == left + 1, "the next host goes on");
                   },
                   {0},
                   few});
    return all;
}

TEST(outcome_board, holds_under_every_interleaving) { expect_all_hold(programs()); }

TEST(outcome_board, needs_every_order_it_names) {
    std::vector<program> all = programs();
    all.pop_back();  // deaths have nothing to do with orders
    expect_every_order_is_needed(all, {});
}

}  // namespace
}  // namespace maxwell::model
