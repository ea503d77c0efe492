// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in what carries bids. It passes with the library as it is, and must
// fail with every mutant of it in ring.txt.

#include "mutation/check.hpp"
#include "support/board_lockstep.hpp"
#include "support/dice.hpp"
#include "support/spsc_lockstep.hpp"

#include <maxwell/abi/region.h>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/roster.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace maxwell::test {
namespace {

/// What the producer of an spsc_ring can write to begins here: tail_, then a line later the slots.
template <class Ring>
unsigned char* producers_part(Ring& ring) {
    return reinterpret_cast<unsigned char*>(&ring) + 64;
}

char const* corrupt_writes_are_counted_and_not_delivered() {
    for (const std::uint64_t stamp : {std::uint64_t{2}, std::uint64_t{1000}, ~std::uint64_t{0} / 2}) {
        spsc_ring<bid, 4> ring;
        std::memcpy(producers_part(ring) + 64 + 16, &stamp, sizeof(stamp));
        REQUIRE(ring.drain(ignore_bids{}, 10) == 0 && ring.anomalies() == 1);
    }
    return nullptr;
}

char const* a_crashed_producer_is_resumed() {
    spsc_ring<bid, 4> ring;
    for (std::uint32_t i = 0; i < 2; ++i) REQUIRE(ring.try_push(numbered(i)));
    const std::uint64_t before = 1;
    std::memcpy(producers_part(ring), &before, sizeof(before));  // the state between publishing and noting it
    ring.release(4);
    ring.resume();
    REQUIRE(ring.try_push(numbered(2)));
    REQUIRE(ring.try_pop() == numbered(2));
    return nullptr;
}

char const* quarantine_is_tight() {
    spsc_ring<bid, 4> ring;
    REQUIRE(ring.try_push(numbered(1)));
    ring.quarantine();
    REQUIRE(ring.drain(ignore_bids{}, 10) == 0 && !ring.peek(0) && !ring.try_pop());
    return nullptr;
}

template <std::size_t Agents>
char const* a_board_does_what_its_twin_does(int steps) {
    dice random(Agents);
    board_lockstep<Agents> both;
    for (int n = 0; n < steps; ++n) {
        if (char const* why = both.step(random.below(10), random.below(Agents), random())) return why;
    }
    return nullptr;
}

char const* a_board_takes_every_number_of_units_that_it_can_carry() {
    bid_board<1> board;
    board.admit(0);
    for (const std::uint32_t units : {1u, 0xFF'FFFFu, 0x100'0000u, 0x100'0001u}) {
        bid read{};
        const status s = board.submit({0, 9, units});
        board.drain([&read](bid const& b) { read = b; }, 1);
        REQUIRE(s == (units <= bid_cell::max_units ? status::ok : status::too_many_units));
        REQUIRE(read == (s == status::ok ? bid{0, 9, units} : bid{}));
    }
    return nullptr;
}

template <std::size_t Agents>
char const* a_slot_that_is_not_there_is_unknown() {
    bid_board<Agents> board;
    for (const agent_id id : {agent_id{Agents}, agent_id{Agents + 1}}) {
        REQUIRE(board.submit({id, 1, 1}) == status::unknown_agent && board.admit(id) == status::unknown_agent);
        REQUIRE(board.retire(id) == status::unknown_agent && !board.pending());
    }
    return nullptr;
}

char const* records_are_staged_within_the_ring() {
    spsc_ring<bid, 4> ring;
    for (std::size_t ahead : {std::size_t{4}, std::size_t{5}, ~std::size_t{0}, std::size_t{1} << 63}) {
        REQUIRE(!ring.stage(ahead, numbered(9)));
    }
    for (std::size_t n = 0; n < 4; ++n)
        REQUIRE(ring.stage(n, numbered(static_cast<std::uint32_t>(n))) && !ring.try_pop());
    ring.commit(4);
    for (std::uint32_t n = 0; n < 4; ++n) REQUIRE(ring.try_pop() == numbered(n));
    return nullptr;
}

char const* no_slot_comes_first_for_ever() {
    bid_board<128> board;
    int first[128] = {};
    for (const agent_id id : {3u, 5u, 100u}) board.admit(id);
    for (int n = 0; n < 256; ++n) {
        for (const agent_id id : {3u, 5u, 100u}) board.submit({id, static_cast<price>(id), 1});
        bool any = false, wrong = false;
        board.drain(
            [&](bid const& b) {
                if (!std::exchange(any, true)) ++first[slot_of(b.agent)];
                wrong = wrong || b.amount != slot_of(b.agent);
            },
            128);
        REQUIRE(!wrong);
    }
    REQUIRE(first[3] > 32 && first[5] > 32 && first[100] > 32);
    return nullptr;
}

/// A bid that a drain has found and not yet read, when its slot is given to another agent.
char const* a_new_agent_has_not_bid() {
    for (std::uint32_t slot = 0; slot < 200; ++slot) {
        bid_board<200> board;
        const std::uint32_t pair[] = {slot, slot ^ 1};
        for (const std::uint32_t s : pair) {
            board.admit(s);
            REQUIRE(board.submit({s, 5, 1}) == status::ok);
        }
        std::uint32_t read = 200;
        REQUIRE(board.drain([&](bid const& b) { read = slot_of(b.agent); }, 1) == 1 && (read | 1) == (slot | 1));
        REQUIRE(board.admit(make_agent_id(read ^ 1, 1)) == status::ok);
        REQUIRE(board.drain(ignore_bids{}, 9) == 0 && board.anomalies() == 0);
    }
    return nullptr;
}

/// Producers can write behind the last word of the summary, too.
char const* what_lies_behind_the_marks_is_nothing() {
    bid_cells<4> cells;
    board_reader<4> reader;
    reader.admit(cells, 0);
    constexpr std::size_t behind = 64 - sizeof(std::uint64_t);
    std::memset(reinterpret_cast<char*>(&cells + 1) - behind, 0xFF, behind);
    REQUIRE(!reader.pending(cells) && reader.drain(cells, ignore_bids{}, 9) == 0 && reader.anomalies() == 0);
    return nullptr;
}

char const* a_new_host_goes_on_where_the_old_one_ended() {
    bid_cells<8> cells;
    roster<8> known;
    agent_registry<8> registry;
    board_reader<8> before;
    const agent_id left = *registry.acquire();
    known.admit(left);
    known.retire(left);
    registry.release(left);
    const agent_id again = *registry.acquire();
    const agent_id other = *registry.acquire();
    for (const agent_id id : {again, other}) {
        known.admit(id);
        before.admit(cells, id);
    }
    cells.submit({again, 5, 5});
    known.retire(other);
    known.admit(make_agent_id(1, 1));  // and it crashes before it empties the cell

    board_reader<8> reader;
    agent_registry<8> restored;
    known.restore(restored);
    known.for_each_live([&](agent_id id) { reader.adopt(cells, id); });
    reader.rescan(cells);
    int bids = 0;
    bool right = false;
    reader.drain(
        cells,
        [&](bid const& b) {
            right = right || b == bid{again, 5, 5};
            bids += b.units != 0 ? 1 : 0;
        },
        8);
    REQUIRE(right && bids == 1 && reader.anomalies() == 0);
    REQUIRE(cells.submit({make_agent_id(1, 1), 1, 1}) == status::ok);
    REQUIRE(restored.is_live(again) && restored.is_live(make_agent_id(1, 1)) && !restored.is_live(other));
    known.retire(again);
    agent_registry<8> later;
    known.restore(later);
    REQUIRE(later.acquire() == make_agent_id(0, 2));
    while (const auto id = later.acquire()) REQUIRE(slot_of(*id) < 2 || generation_of(*id) == 0);  // never used
    REQUIRE(known.admit(8) == status::unknown_agent && known.admit(9) == status::unknown_agent);
    REQUIRE(known.retire(8) == status::unknown_agent && known.retire(again) == status::stale_agent);
    REQUIRE(known.retire(make_agent_id(1, 0)) == status::stale_agent &&
            known.retire(make_agent_id(1, 1)) == status::ok);
    return nullptr;
}

char const* a_board_survives_crashes_and_corrupt_writes() {
    bid_cells<100> cells;
    board_reader<100> reader;
    const auto read = [&](std::size_t budget) { return reader.drain(cells, ignore_bids{}, budget); };
    for (std::uint32_t slot = 0; slot < 99; ++slot) reader.admit(cells, slot);  // 99 is nobody's
    cells.submit({70, 1, 1});
    cells.take_summary(0);  // what an agent leaves that dies between mark and summary
    cells.submit({70, 2, 1});
    REQUIRE(read(100) == 1);

    for (std::uint32_t slot = 0; slot < 20; ++slot) cells.submit({slot, 1, 1});
    for (std::uint32_t slot = 0; slot < 19; ++slot) {
        const std::uint64_t another = bid_cell{1, 1, 77}.pack();
        std::memcpy(reinterpret_cast<unsigned char*>(&cells) + 8 * slot, &another, 8);
    }
    REQUIRE(read(10) == 0 && reader.anomalies() == 10 && read(10) == 1 && reader.anomalies() == 19);

    const std::uint64_t nobody = ~std::uint64_t{0};
    std::memcpy(reinterpret_cast<unsigned char*>(&cells) + MAXWELL_BID_BOARD_MARKS(100) + 8, &nobody, 8);
    cells.submit({99, 1, 1});
    REQUIRE(read(200) == 35 && reader.anomalies() == 20 && reader.check_invariants());
    return nullptr;
}

char const* a_rescan_reads_everybody() {
    bid_board<200> board;
    for (std::uint32_t slot = 0; slot < 200; ++slot) board.admit(slot);
    for (std::uint32_t slot = 0; slot < 200; ++slot) board.submit({slot, 1, 1});
    board.drain(ignore_bids{}, 130);
    board.rescan();
    REQUIRE(board.drain(ignore_bids{}, 1000) == 200);
    return nullptr;
}

char const* a_flooding_agent_starves_no_other() {
    bid_board<9000> board;
    for (std::uint32_t slot = 0; slot < 9000; ++slot) board.admit(slot);
    board.submit({8999, 1, 1});
    bool read = false;
    for (int quanta = 0; quanta < 400 && !read; ++quanta) {
        for (std::uint32_t slot = 0; slot < 8999; slot += 9) board.submit({slot, 1, 1});
        board.drain([&read](bid const& b) { read = read || b.agent == 8999; }, 10);
    }
    REQUIRE(read);
    return nullptr;
}

char const* outcomes_add_up_for_their_agent() {
    outcome_board<2> board;
    const agent_id next = make_agent_id(1, 1);
    board.post({{1, 9, 3}, 7});
    board.post({{1, 9, 3}, 5});
    REQUIRE(board.read(1) == (outcome{2, 6, 36, 5}));
    REQUIRE(!board.read(next) && board.post({{next, 9, 3}, 7}) == status::stale_agent);
    board.begin(next);
    REQUIRE(!board.read(1) && board.read(next) == outcome{});

    outcome_board<1> boards[2];  // what lies behind a board looks like one more slot of it
    REQUIRE(!boards[0].read(1) && boards[0].post({{1, 9, 1}, 1}) == status::unknown_agent);
    REQUIRE(boards[0].begin(1) == status::unknown_agent && boards[1].read(0) == outcome{});

    // A host that has died after its first store, and an agent that looks.
    outcome_board<1> before;
    before.post({{0, 9, 1}, 1});
    outcome_board<1> torn;
    std::memcpy(static_cast<void*>(&torn), &before, sizeof(torn));
    before.post({{0, 9, 1}, 2});
    std::memcpy(reinterpret_cast<char*>(&torn) + 32, reinterpret_cast<char*>(&before) + 32, 8);
    REQUIRE(torn.read(0) == (outcome{1, 1, 1, 1}));
    return nullptr;
}

char const* a_region_begins_as_drawn() {
    using header = maxwell_region_header;
    REQUIRE(offsetof(header, byte_order) == 8 && offsetof(header, version) == 12 && offsetof(header, kind) == 16);
    REQUIRE(offsetof(header, layout) == 20 && offsetof(header, count) == 24 && offsetof(header, size) == 32);
    REQUIRE(offsetof(header, offset) == 40 && offsetof(header, unused) == 48 && sizeof(header) == 64);
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({
        [] { return every_sequence<1>(5); },
        [] { return every_sequence<3>(5); },
        [] { return random_sequence<3>(0, 5000); },
        [] { return random_sequence<7>((std::uint64_t{1} << 32) - 50, 5000); },
        [] { return random_sequence<64>(~std::uint64_t{0} - 500, 5000); },
        corrupt_writes_are_counted_and_not_delivered,
        a_crashed_producer_is_resumed,
        quarantine_is_tight,
        [] { return a_board_does_what_its_twin_does<2>(5000); },
        [] { return a_board_does_what_its_twin_does<65>(20000); },
        [] { return a_board_does_what_its_twin_does<5000>(50000); },
        a_board_takes_every_number_of_units_that_it_can_carry,
        a_slot_that_is_not_there_is_unknown<1>,
        a_slot_that_is_not_there_is_unknown<64>,
        a_slot_that_is_not_there_is_unknown<100>,
        records_are_staged_within_the_ring,
        no_slot_comes_first_for_ever,
        a_new_agent_has_not_bid,
        what_lies_behind_the_marks_is_nothing,
        a_new_host_goes_on_where_the_old_one_ended,
        a_board_survives_crashes_and_corrupt_writes,
        a_rescan_reads_everybody,
        a_flooding_agent_starves_no_other,
        outcomes_add_up_for_their_agent,
        a_region_begins_as_drawn,
    });
}
