// SPDX-License-Identifier: MIT
//
// price_page under every interleaving: what a reader gets is one schedule, never older than the one before, whoever
// dies.

#include "explorer.hpp"
#include "orders.hpp"

#include <maxwell/thermal/price_page.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxwell::model {
namespace {

using page = price_page<1>;
zeroed<page> shared;

std::uint64_t published;

/// All of it is made of `version`.
page::schedule made(std::uint32_t version) {
    page::schedule s;
    s.begin(std::uint64_t{version} << 40, version);
    s.set(0, version, version);
    return s;
}

void publish() {
    require(shared->publish(made(static_cast<std::uint32_t>(published) + 1)), "the page is ours");
    ++published;
}

/// The version read; `last` where there was nothing newer to be had.
std::uint32_t read(std::uint32_t last) {
    page::schedule s = made(last);
    const price_read r = shared->read(s);
    require(r != price_read::foreign && r != price_read::too_busy, "a read finds something in time");
    const std::uint32_t version = s.base_price();
    require(version >= last, "time does not go back");
    require(s.start_ns() == std::uint64_t{version} << 40, "no schedule is torn");
    for (std::uint32_t multiplier : s.line(0).multiplier_q16) require(multiplier == version, "no schedule is torn");
    require(s.line(0).safe_q16 == version, "no schedule is torn");
    return version;
}

void begin() {
    published = 0;
    publish();
}

/// A read has 17 loads and a publication 16 stores: too many for all mixtures of old and new ones.
constexpr bounds few{.switches = 1, .stale_loads = 4}, fewer{.switches = 2, .stale_loads = 1};

std::vector<program> programs() {
    const auto two_reads = [] { read(read(0)); };
    const auto two_publications = [] {
        publish();
        publish();
    };
    std::vector<program> all;
    all.push_back({"two publications, a read",
                   shared.bytes(),
                   {two_publications, [] { read(0); }},
                   begin,
                   [] {
                       require(read(0) == published, "the last one stays");
                       require(shared->check_invariants(), "the page is whole");
                   },
                   {},
                   few});
    all.push_back({"a first publication, two reads",
                   shared.bytes(),
                   {publish, two_reads},
                   [] { published = 0; },
                   [] {},
                   {},
                   few});
    all.push_back({"a writer that dies anywhere",
                   shared.bytes(),
                   {two_publications, [] { read(0); }},
                   begin,
                   [] {
                       const std::uint32_t left = read(0);
                       require(left == published || left == published + 1, "the last version that was announced");
                       published = left;
                       publish();
                       require(read(left) == left + 1, "a successor goes on");
                       require(shared->check_invariants(), "the page is whole");
                   },
                   {0},
                   fewer});
    return all;
}

TEST(price_page, holds_under_every_interleaving) { expect_all_hold(programs()); }

TEST(price_page, needs_every_order_it_names) {
    std::vector<program> all = programs();
    all.pop_back();  // deaths have nothing to do with orders
    // end_ns is not read. A page is laid down before its first version, whose release carries the layout with it.
    expect_every_order_is_needed(all, {"publish: store release -> relaxed", "lay_down: store release -> relaxed"});
}

}  // namespace
}  // namespace maxwell::model
