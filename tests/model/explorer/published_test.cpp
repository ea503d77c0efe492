// SPDX-License-Identifier: MIT
//
// published under every interleaving: a reader's copy is whole, does not change while it is read, and is never older
// than the one before.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/core/published.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

struct pair {
    std::uint64_t number, again;
};
zeroed<published<pair, 2>> two_copies;
zeroed<published<pair, 3>> three_copies;

template <class P>
std::uint64_t read(P& p, std::uint64_t last) {
    p.read([&](pair const& now) {
        require(now.number == now.again, "no copy is torn");
        require(now.number >= last, "time does not go back");
        last = now.number;
    });
    return last;
}

template <auto& Shared>
std::vector<program> programs_of(std::string const& name) {
    const auto publish_two = [] {
        for (std::uint64_t n : {1u, 2u}) Shared->publish({n, n});
    };
    const auto publish_three = [] {
        for (std::uint64_t n : {1u, 2u, 3u}) Shared->publish({n, n});
    };
    const auto read_once = [] { read(*Shared, 0); };
    const auto read_twice = [] { read(*Shared, read(*Shared, 0)); };
    return {{name + ", two readers", Shared.bytes(), {publish_two, read_once, read_once}},
            {name + ", two reads", Shared.bytes(), {publish_three, read_twice}}};
}

std::vector<program> programs() {
    std::vector<program> all = programs_of<two_copies>("two copies");
    for (program const& p : programs_of<three_copies>("three copies")) all.push_back(p);
    return all;
}

TEST(published, holds_under_every_interleaving) { expect_all_hold(programs()); }

/// The first load of a read only proposes a copy; the second one, after the reader has announced itself, decides.
TEST(published, needs_every_order_it_names) {
    expect_every_order_is_needed(programs(), {"read: load seq_cst -> acquire"});
}

}  // namespace
}  // namespace maxwell::model
