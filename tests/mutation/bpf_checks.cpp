// SPDX-License-Identifier: MIT
//
// In a second or two, whatever finds a fault in the C headers for BPF programs: they are compared with the C++ objects.

#define MAXWELL_CAPACITY 100
#include "kernel/book_lockstep.hpp"
#include "kernel/c_board_lockstep.hpp"
#include "mutation/check.hpp"
#include "support/dice.hpp"

#include <maxwell/bpf/bits.h>
#include <maxwell/thermal/price_page.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

// The writer, who takes a step whenever the program looks at the latest version. The program can't be stopped there.
static struct {
    std::uint64_t* bank_version = nullptr;
    std::uint64_t right = 0;  ///< the version that is there in the end
    int looks = 0;            ///< until then
    std::uint64_t step() {
        if (bank_version != nullptr) *bank_version = looks-- > 0 ? right + 2 : right;
        return 0;
    }
} the_writer;

#define latest latest + the_writer.step()
#include <maxwell/bpf/price_page.h>
#undef latest

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
        REQUIRE((o.kind != MAXWELL_UPDATE_PRICE && i % 50 != 0) || std::memcmp(&cxx, &c, sizeof c) == 0);
    }
    for (const std::uint32_t reserve : {0xFF00'0000u, 0xFF00'0001u, ~0u, 0u}) {  // from the highest edge on
        cxx.update_price(reserve);
        maxwell_update_price(&c, reserve);
        REQUIRE(std::memcmp(&cxx, &c, sizeof c) == 0);
    }
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

char const* a_word_without_bits_has_an_answer() {
    volatile std::uint32_t none = 0;
    REQUIRE(maxwell_high_zeros(none) == 31 && maxwell_low_bit(none) == 0);
    for (std::uint32_t b = 0; b < 32; ++b) {
        REQUIRE(maxwell_high_zeros(std::uint32_t{1} << b) == 31 - b && maxwell_low_bit(std::uint64_t{3} << b) == b);
    }
    return nullptr;
}

/// The bits that stand for something in each word of a bitmap.
char const* valid_bits_end_where_the_bitmap_does() {
    for (std::uint32_t bits = 1; bits < 200; ++bits) {
        for (std::uint32_t i = 0; 64 * i < bits; ++i) {
            std::uint64_t valid = 0;
            for (std::uint32_t b = 0; b < 64; ++b) valid |= std::uint64_t{64 * i + b < bits} << b;
            REQUIRE(maxwell_valid_bits(i, bits) == valid);
        }
    }
    return nullptr;
}

/// Marks of slots and of words that don't exist: each word that has some is one anomaly, to both readers, and gives no bid.
char const* marks_of_nobody_are_counted() {
    alignas(64) static maxwell_board_cells cells, twin;
    static maxwell_board_reader reader;
    static board_reader<MAXWELL_CAPACITY> cxx;
    auto& cxx_cells = *reinterpret_cast<bid_cells<MAXWELL_CAPACITY>*>(&twin);
    for (const std::uint64_t summary : {0ull, 1ull, 2ull, 3ull, 4ull, ~0ull}) {
        for (const std::uint64_t mark : {0ull, 1ull << 35, 1ull << 36, ~0ull}) {
            cells.summary[0] = twin.summary[0] = summary;
            cells.mark[0] = twin.mark[0] = cells.mark[1] = twin.mark[1] = mark;
            const std::uint64_t before = reader.anomalies;
            maxwell_drain drain{};
            maxwell_bid found{};
            REQUIRE(maxwell_board_pending(&cells, &reader) == (summary != 0) &&
                    cxx.pending(cxx_cells) == (summary != 0));
            maxwell_drain_begin(&cells, &reader, &drain, 10);
            for (std::uint32_t step = 0; step < 200; ++step) {
                const std::uint32_t got = maxwell_drain_step(&cells, &reader, &drain, &found);
                REQUIRE(got != MAXWELL_DRAIN_BID);
                if (got == MAXWELL_DRAIN_ENDED) break;
            }
            REQUIRE(cxx.drain(
                        cxx_cells, [](bid const&) {}, 10) == 0);
            const bool odd_words = (summary & ~3ull) != 0, odd_slots = (summary & 2) != 0 && mark >> 36 != 0;
            REQUIRE(reader.anomalies - before == odd_words + std::uint64_t{odd_slots});
            REQUIRE(reader.anomalies == cxx.anomalies() && std::memcmp(&cells, &twin, sizeof cells) == 0);
        }
    }
    return nullptr;
}

/// A drain of an idle board, or of a quarantined one with marks, ends before its first step.
char const* an_idle_board_is_left_at_once() {
    alignas(64) static maxwell_board_cells cells;
    static maxwell_board_reader reader;
    maxwell_drain drain{};
    maxwell_bid found{};
    maxwell_drain_begin(&cells, &reader, &drain, 10);
    REQUIRE(maxwell_drain_step(&cells, &reader, &drain, &found) == MAXWELL_DRAIN_ENDED);
    cells.mark[0] = cells.summary[0] = 1;
    reader.quarantined = 1;
    maxwell_drain_begin(&cells, &reader, &drain, 10);
    REQUIRE(maxwell_drain_step(&cells, &reader, &drain, &found) == MAXWELL_DRAIN_ENDED && cells.summary[0] == 1);
    return nullptr;
}

char const* an_older_generation_is_stale() {
    alignas(64) static maxwell_board_cells cells;
    static maxwell_board_reader reader;
    REQUIRE(maxwell_board_admit(&cells, &reader, make_agent_id(7, 5)) == MAXWELL_OK);
    REQUIRE(maxwell_board_admit(&cells, &reader, make_agent_id(7, 4)) == MAXWELL_STALE_AGENT);
    REQUIRE(maxwell_board_retire(&cells, &reader, make_agent_id(7, 4)) == MAXWELL_STALE_AGENT);
    REQUIRE(maxwell_board_retire(&cells, &reader, make_agent_id(8, 0)) == MAXWELL_UNKNOWN_AGENT);
    REQUIRE(maxwell_board_retire(&cells, &reader, MAXWELL_CAPACITY) == MAXWELL_UNKNOWN_AGENT);
    REQUIRE(maxwell_board_admit(&cells, &reader, MAXWELL_CAPACITY) == MAXWELL_UNKNOWN_AGENT);
    REQUIRE(maxwell_board_admit(&cells, &reader, 0) == MAXWELL_OK);  // an index out of bounds is taken for slot 0
    REQUIRE(!maxwell_board_holds(&reader, MAXWELL_CAPACITY) && maxwell_board_holds(&reader, make_agent_id(7, 5)));
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
        for (const std::uint64_t age : {~0ull, 1ull << 63, (1ull << 63) - 1, 1ull << 62}) {
            const std::uint64_t now = schedule.start_ns() + age;
            REQUIRE(maxwell_lane_reserve(&prices, now) == schedule.reserve(1, now));
        }
        for (const std::uint32_t word : prices.lane.reserved) REQUIRE(word == 0);
        copy.banks[copy.page.latest & 1].bank.version += 2;
        REQUIRE(maxwell_price_read(&copy, 1, &prices) == MAXWELL_PRICE_TOO_BUSY);
    }
    return nullptr;
}

/// Three attempts fail, or four: then the prices stay what they were.
char const* a_busy_writer_is_waited_for() {
    static price_page<MAXWELL_LANES> page;
    maxwell_price_table copy;
    price_schedule<MAXWELL_LANES> schedule;
    schedule.begin(1'000'000'000, 7);
    REQUIRE(page.publish(schedule));
    std::memcpy(static_cast<void*>(&copy), static_cast<void const*>(&page), sizeof copy);
    for (int busy = 0; busy < 6; ++busy) {
        maxwell_lane_prices prices{};
        the_writer = {&copy.banks[copy.page.latest & 1].bank.version, copy.page.latest, busy};
        const bool read = maxwell_price_read(&copy, 1, &prices) == MAXWELL_PRICE_OK;
        REQUIRE(read == (busy < 4) && prices.base_price == (read ? 7 : 0));
        REQUIRE(the_writer.looks == (read ? -1 : busy - 4));
        the_writer = {};
    }
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({the_book_equals_the_cxx_object, the_board_equals_the_cxx_objects,
                a_bid_of_another_generation_is_refused, a_word_without_bits_has_an_answer,
                valid_bits_end_where_the_bitmap_does, marks_of_nobody_are_counted, an_idle_board_is_left_at_once,
                an_older_generation_is_stale, prices_equal_the_schedule, a_busy_writer_is_waited_for});
}
