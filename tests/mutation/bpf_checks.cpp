// SPDX-License-Identifier: MIT
//
// In a second or two, whatever finds a fault in the C headers for BPF programs: they are compared with the C++ objects.

#define MAXWELL_CAPACITY 100
#include "kernel/book_lockstep.hpp"
#include "kernel/c_board_lockstep.hpp"
#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <maxwell/bpf/price_page.h>
#include <maxwell/thermal/price_page.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace maxwell::test {
namespace {

char const* the_book_equals_the_cxx_object() {
    using lockstep = book_lockstep<MAXWELL_CAPACITY>;
    static lockstep::book cxx;
    static maxwell_buckets c;
    static_assert(sizeof cxx == sizeof c);
    std::memset(static_cast<void*>(&cxx), 0, sizeof cxx);
    lockstep steps(1);
    for (int i = 0; i < 50'000; ++i) {
        const maxwell_operation o = steps.draw();
        maxwell_result found{};
        maxwell_apply(&c, &o, &found);
        REQUIRE(lockstep::same(lockstep::apply(cxx, o), found));
    }
    REQUIRE(std::memcmp(&cxx, &c, sizeof c) == 0);
    return nullptr;
}

char const* the_board_equals_the_cxx_objects() {
    alignas(64) static maxwell_board_cells cells;
    static maxwell_board_reader reader;
    static maxwell_buckets book;
    c_board_lockstep<MAXWELL_CAPACITY> steps(2, &cells, &reader, &book);
    for (int i = 0; i < 20'000; ++i) {
        maxwell_board_request r = steps.draw();
        maxwell_drain drain{};
        if (r.kind == MAXWELL_ADMIT) r.code = maxwell_board_admit(&cells, &reader, r.agent);
        if (r.kind == MAXWELL_DEPART) r.code = maxwell_board_retire(&cells, &reader, r.agent);
        if (r.kind == MAXWELL_DRAIN) {
            maxwell_drain_begin(&cells, &reader, &drain, r.budget);
            for (std::uint32_t n = 0; n < MAXWELL_DRAIN_STEPS(r.budget); ++n) {
                if (maxwell_drain_into(&cells, &reader, &drain, &book, &r)) break;
            }
        }
        REQUIRE(steps.same(r));
    }
    REQUIRE(steps.same_bytes());
    return nullptr;
}

/// A word that no submission writes: another generation than that of the agent who holds the slot.
char const* a_bid_of_another_generation_is_refused() {
    static maxwell_board_cells cells;
    static maxwell_board_reader reader;
    maxwell_drain drain{};
    maxwell_bid found{};
    REQUIRE(maxwell_board_admit(&cells, &reader, make_agent_id(3, 7)) == MAXWELL_OK);
    cells.cell[3] = bid_cell{500, 1, 6}.pack();
    cells.mark[0] = 1u << 3;
    cells.summary[0] = 1;
    maxwell_drain_begin(&cells, &reader, &drain, 10);
    for (int i = 0; i < 10; ++i) REQUIRE(maxwell_drain_step(&cells, &reader, &drain, &found) != MAXWELL_DRAIN_BID);
    REQUIRE(reader.anomalies == 1);
    return nullptr;
}

char const* prices_equal_the_schedule() {
    static price_page<MAXWELL_LANES> page;
    maxwell_price_table copy;
    price_schedule<MAXWELL_LANES> schedule;
    maxwell_lane_prices prices{};
    dice d(3);
    for (int version = 0; version < 200; ++version) {
        multiplier_q16 each[MAXWELL_PRICE_STEPS];
        for (auto& m : each) m = 1 + d.below(1u << 20);
        schedule.begin(1'000'000'000, d.below(1000));
        REQUIRE(schedule.set(1, each, 1 + d.below(1u << 20)) && page.publish(schedule));
        std::memcpy(static_cast<void*>(&copy), static_cast<void const*>(&page), sizeof copy);
        REQUIRE(maxwell_price_read(&copy, 1, &prices) == MAXWELL_PRICE_OK);
        for (std::uint64_t age = 0; age < 50; ++age) {
            const std::uint64_t now = schedule.start_ns() + age * price_schedule<1>::step_ns;
            REQUIRE(maxwell_lane_reserve(&prices, now) == schedule.reserve(1, now));
        }
        copy.banks[copy.page.latest & 1].bank.version += 2;
        REQUIRE(maxwell_price_read(&copy, 1, &prices) == MAXWELL_PRICE_TOO_BUSY);
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({the_book_equals_the_cxx_object, the_board_equals_the_cxx_objects,
                a_bid_of_another_generation_is_refused, prices_equal_the_schedule});
}
