// SPDX-License-Identifier: MIT
//
// Mutation checks: in a second or two, what finds a fault in what carries bids. It passes with the library as it is, and must
// fail with every mutant of it in ring.txt.

#include "mutation/check.hpp"
#include "support/access_trap.hpp"
#include "support/board_lockstep.hpp"
#include "support/dice.hpp"
#include "support/spsc_lockstep.hpp"

#include <maxwell/abi/region.h>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/roster.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

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

/// The host has posted once and is in the middle of the next post when the agent looks at the copy that is being written.
char const* an_outcome_is_no_mixture_of_two() {
    access_trap memory;
    auto& board = memory.place<outcome_board<1>>(64);  // copy 1 begins the second page
    board.post({{0, 3, 5}, 7});                        // into copy 1
    auto host = [&](int) {
        board.post({{0, 3, 5}, 7});
        const std::uint64_t awards = 3;
        std::memcpy(reinterpret_cast<char*>(&board) + 64, &awards, sizeof(awards));
        return false;
    };
    memory.on_each_change_of_page(1, host);
    REQUIRE(board.read(0) == (outcome{2, 10, 70, 7}));
    return nullptr;
}

/// The host posts twice while the agent looks, in so many looks.
char const* an_agent_looks_eight_times() {
    for (std::uint64_t disturbed = 0; disturbed <= 8; ++disturbed) {
        access_trap memory;
        auto& board = memory.place<outcome_board<1>>(64);
        board.post({{0, 3, 5}, 7});
        std::uint64_t looks = 0;
        auto host = [&](int page) {
            if (page == 0) return true;
            if (looks++ == disturbed) return false;
            board.post({{0, 3, 5}, 7});
            board.post({{0, 3, 5}, 7});
            return true;
        };
        memory.on_each_change_of_page(1, host);
        outcome won{9, 9, 9, 9};
        const status s = board.read(0, won);
        const std::uint64_t posts = 1 + 2 * disturbed;
        memory.disarm();
        REQUIRE(s == (disturbed < 8 ? status::ok : status::busy));
        REQUIRE(won == (s == status::ok ? outcome{posts, 5 * posts, 35 * posts, 7} : outcome{9, 9, 9, 9}));
    }
    return nullptr;
}

/// Between an agent's look at its cell and its store there comes another bid of the agent, or the host gives the slot away.
char const* a_bid_that_is_overtaken_by_another_is_taken_and_a_late_one_is_not() {
    for (const bool retired : {false, true}) {
        access_trap memory;
        auto& cells = memory.place<bid_cells<8>>(64);
        board_reader<8> reader;
        reader.admit(cells, 3);
        auto meanwhile = [&] {
            if (retired) {
                reader.retire(cells, 3);
            } else {
                cells.submit({3, 9, 9});
            }
        };
        memory.before_the_next_store(meanwhile);
        const status s = cells.submit({3, 5, 5});
        memory.disarm();
        REQUIRE(s == (retired ? status::stale_agent : status::ok));
        bid got{};
        REQUIRE(reader.drain(
                    cells, [&](bid const& b) { got = b; }, 8) == (retired ? 0u : 1u));
        REQUIRE(got == (retired ? bid{} : bid{3, 9, 9}) && cells.read(3).units == (retired ? 0 : 9));
    }
    return nullptr;
}

/// The order of a drain, from its statement: s before t if (s ^ turn) < (t ^ turn), `turn` from the golden ratio's multiples.
char const* a_drain_reads_in_the_order_stated() {
    static bid_board<4096> board;
    dice random(11);
    for (std::uint32_t slot = 0; slot < 4096; slot += 1 + slot % 7) board.admit(slot);
    for (std::uint32_t n = 0; n < 300; ++n) {
        const std::uint32_t turn = (n * 2654435769u) >> 20;
        std::vector<std::uint32_t> bidders;
        const std::uint32_t many = 1 + random.below(n % 4 == 0 ? 300 : 3);
        for (std::uint32_t i = 0; i < many; ++i) {
            const std::uint32_t slot = random.below(4096);
            if (!board.holds(slot)) continue;
            board.submit({slot, n, 1});
            if (std::find(bidders.begin(), bidders.end(), slot) == bidders.end()) bidders.push_back(slot);
        }
        std::sort(bidders.begin(), bidders.end(),
                  [turn](std::uint32_t s, std::uint32_t t) { return (s ^ turn) < (t ^ turn); });
        std::vector<std::uint32_t> read;
        if (bidders.empty()) board.submit({0, n, 1}), bidders.push_back(0);
        board.drain([&](bid const& b) { read.push_back(slot_of(b.agent)); }, 4096);
        REQUIRE(read == bidders);
    }
    return nullptr;
}

/// Two words of marks that wait at the same time, whatever their places in the summary.
char const* no_word_of_marks_hides_another() {
    static bid_board<16384> board;
    constexpr std::uint32_t words[] = {0, 1, 62, 63, 64, 65, 126, 127, 128, 129, 191, 192, 254, 255};
    for (const std::uint32_t word : words) board.admit(64 * word + 63), board.admit(64 * word);
    for (const std::uint32_t first : words) {
        for (const std::uint32_t second : words) {
            board.submit({64 * first, 1, 1});
            board.submit({64 * second + 63, 1, 1});
            REQUIRE(board.drain(ignore_bids{}, 9) == 2 && !board.pending());
        }
    }
    return nullptr;
}

/// A host that takes over its predecessor's memory after a crash between two writes: what it looks at is there.
char const* what_a_crashed_host_leaves_stays_in_bounds() {
    bid_cells<100> cells;
    board_reader<100> reader;
    for (std::uint32_t slot = 0; slot < 100; ++slot) reader.admit(cells, slot);
    const std::uint64_t left[] = {~std::uint64_t{0}, ~std::uint64_t{0}, 1};  // marks_, summary_, mark_word_
    std::memcpy(static_cast<void*>(&reader), left, sizeof(left));
    REQUIRE(reader.drain(cells, ignore_bids{}, 200) == 36 && reader.anomalies() == 0 && reader.check_invariants());
    return nullptr;
}

/// Marks that an interrupted agent leaves: without a summary, or for a slot that holds nobody any more.
char const* marks_of_interrupted_agents_are_no_bids() {
    bid_cells<128> cells;
    board_reader<128> reader;
    const auto read = [&] { return reader.drain(cells, ignore_bids{}, 200); };
    for (const std::uint32_t slot : {3u, 70u}) reader.admit(cells, slot);
    cells.submit({70, 1, 1});
    cells.take_summary(0);
    cells.submit({3, 1, 1});
    REQUIRE(read() == 1);  // slot 3's word alone
    cells.submit({70, 2, 1});
    REQUIRE(read() == 1 && read() == 0);
    cells.submit({5, 1, 1});  // nobody's
    REQUIRE(reader.pending(cells) && read() == 0 && !reader.pending(cells) && reader.anomalies() == 0);
    return nullptr;
}

char const* a_board_in_quarantine_is_not_read() {
    bid_cells<4> cells;
    board_reader<4> reader;
    bid_board<4> board;
    reader.admit(cells, 1);
    board.admit(1);
    cells.submit({1, 5, 5});
    board.submit({1, 5, 5});
    for (const bool on : {true, false}) {
        on ? reader.quarantine() : reader.quarantine(false);
        on ? board.quarantine() : board.quarantine(false);
        REQUIRE(reader.quarantined() == on && reader.pending(cells) == !on);
        REQUIRE(board.quarantined() == on && board.pending() == !on);
        REQUIRE(reader.drain(cells, ignore_bids{}, 9) == (on ? 0u : 1u) &&
                board.drain(ignore_bids{}, 9) == (on ? 0u : 1u));
    }
    REQUIRE(board.admit(1) == status::ok && board.submit({1, 6, 6}) == status::ok);
    REQUIRE(board.admit(1) == status::ok);  // holds the slot already: nothing changes
    REQUIRE(board.drain(ignore_bids{}, 9) == 1);
    return nullptr;
}

/// Against an account of who holds what.
template <std::size_t Agents>
char const* slots_are_held_as_accounted() {
    struct account {
        std::uint32_t generation = 0;
        bool held = false;
    } accounts[Agents + 2];
    dice random(Agents);
    slot_holders<Agents> holders;
    for (int n = 0; n < 4000; ++n) {
        const std::uint32_t slot = random.below(Agents + 2);
        account& a = accounts[slot];
        const std::uint32_t step[] = {0, 1, 255, 256, 257, ~0u};
        const std::uint32_t generation = a.generation + step[random.below(6)] * (random.below(3) == 0);
        const agent_id id = make_agent_id(slot, generation);
        const bool there = slot < Agents;
        REQUIRE(holders.holds(id) == (there && a.held && a.generation == generation));
        const auto found = holders.find(slot, generation & 255);
        const bool same = there && a.held && a.generation % 256 == generation % 256;
        REQUIRE(found == (same ? std::optional(make_agent_id(slot, a.generation)) : std::nullopt));
        REQUIRE(!there || holders.generation(slot) == a.generation);
        if (random.below(2) == 0) {
            const bool newest = generation >= a.generation;
            REQUIRE(holders.admit(id) == (!there ? status::unknown_agent : newest ? status::ok : status::stale_agent));
            if (there && newest) a = {generation, true};
        } else {
            const bool its_own = a.generation == generation;
            REQUIRE(holders.retire(id) == (!there || !a.held ? status::unknown_agent
                                           : its_own         ? status::ok
                                                             : status::stale_agent));
            if (its_own) a.held = false;
        }
        std::uint64_t held = 0;
        const std::uint32_t word = random.below((Agents + 63) / 64);
        for (std::uint32_t s = 64 * word; s < 64 * word + 64 && s < Agents; ++s)
            held |= std::uint64_t{accounts[s].held} << s % 64;
        REQUIRE(holders.held(word) == held);
    }
    REQUIRE(sizeof(holders) == ((Agents + 63) / 64 * 8 + Agents * 4 + 7) / 8 * 8);
    return nullptr;
}

/// Its words are what a successor of another version reads.
char const* a_roster_lies_as_drawn() {
    roster<4> both[2];  // what lies behind a roster looks like one more slot
    const agent_id id = make_agent_id(2, 0x8000'0001u);
    const auto word = [&](std::size_t slot) {
        std::uint64_t w;
        std::memcpy(&w, reinterpret_cast<char const*>(&both) + 8 * slot, sizeof(w));
        return w;
    };
    both[0].admit(id);
    both[1].admit(0);
    REQUIRE(word(2) == (std::uint64_t{0x8000'0001u} << 32 | 1) && word(0) == 0 && word(4) == 1);
    std::uint32_t live = 0;
    both[0].for_each_live([&](agent_id who) { live += who == id ? 1 : 100; });
    REQUIRE(live == 1);
    both[0].retire(id);
    REQUIRE(word(2) == (std::uint64_t{0x8000'0001u} << 32 | 2));
    agent_registry<4> registry;
    both[0].restore(registry);
    both[0].for_each_live([&](agent_id) { ++live; });
    REQUIRE(live == 1 && registry.size() == 0);

    access_trap memory;
    auto const& last = memory.place<roster<4>>(sizeof(roster<4>));  // what comes next is the second page
    bool beyond = false;
    auto note = [&](int) { return beyond = true, false; };
    memory.on_each_change_of_page(1, note);
    last.restore(registry);
    last.for_each_live([&](agent_id) { ++live; });
    memory.disarm();
    REQUIRE(!beyond && live == 1);
    return nullptr;
}

/// In as many words as its bytes take, and a sequence number.
template <std::size_t Size>
char const* a_record_of_any_size_travels_whole() {
    struct record {
        unsigned char byte[Size];
    };
    using ring_type = spsc_ring<record, 3>;
    ring_type ring;
    REQUIRE(sizeof(ring) == 128 + (((Size + 7) / 8 * 8 + 8) * 3 + 63) / 64 * 64);
    record sent{};
    for (std::size_t i = 0; i < Size; ++i) sent.byte[i] = static_cast<unsigned char>(i + 1);
    for (int lap = 0; lap < 4; ++lap) {
        REQUIRE(ring.try_push(sent));
        const auto got = ring.try_pop();
        REQUIRE(got && std::memcmp(got->byte, sent.byte, Size) == 0);
    }
    return nullptr;
}

template <std::size_t Agents>
char const* a_rescan_marks_no_more_than_there_is() {
    struct {
        bid_cells<Agents> cells;
        unsigned char behind[64] = {};
    } memory;
    constexpr std::size_t marks_end = MAXWELL_BID_BOARD_MARKS(Agents) + 8 * bid_cells<Agents>::mark_words;
    constexpr std::size_t used = MAXWELL_BID_BOARD_SUMMARY(Agents) + 8 * bid_cells<Agents>::summary_words;
    board_reader<Agents> reader;
    reader.rescan(memory.cells);
    auto const* const bytes = reinterpret_cast<unsigned char const*>(&memory);
    for (std::size_t i = marks_end; i < MAXWELL_BID_BOARD_SUMMARY(Agents); ++i) REQUIRE(bytes[i] == 0);
    for (std::size_t i = used; i < sizeof(memory); ++i) REQUIRE(bytes[i] == 0);
    for (std::size_t i = 0; i < bid_cells<Agents>::mark_words; ++i) {
        const std::uint64_t marks = memory.cells.take_marks(i);
        REQUIRE(marks == (Agents - 64 * i >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << Agents % 64) - 1));
    }
    return nullptr;
}

char const* untouched_objects_are_zero() {
    REQUIRE((begins_as_zero<spsc_ring<bid, 4>>() && begins_as_zero<bid_cells<70>>()));
    REQUIRE(begins_as_zero<board_reader<70>>() && begins_as_zero<bid_board<70>>());
    REQUIRE(begins_as_zero<roster<4>>() && begins_as_zero<outcome_board<4>>());
    return nullptr;
}

char const* a_region_begins_as_drawn() {
    using header = maxwell_region_header;
    REQUIRE(offsetof(header, byte_order) == 8 && offsetof(header, version) == 12 && offsetof(header, kind) == 16);
    REQUIRE(offsetof(header, layout) == 20 && offsetof(header, count) == 24 && offsetof(header, size) == 32);
    REQUIRE(offsetof(header, offset) == 40 && offsetof(header, unused) == 48 && sizeof(header) == 64);
    REQUIRE(sizeof(header{}.magic) == sizeof(MAXWELL_REGION_MAGIC));
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
        an_outcome_is_no_mixture_of_two,
        an_agent_looks_eight_times,
        a_bid_that_is_overtaken_by_another_is_taken_and_a_late_one_is_not,
        a_drain_reads_in_the_order_stated,
        no_word_of_marks_hides_another,
        what_a_crashed_host_leaves_stays_in_bounds,
        marks_of_interrupted_agents_are_no_bids,
        a_board_in_quarantine_is_not_read,
        slots_are_held_as_accounted<1>,
        slots_are_held_as_accounted<64>,
        slots_are_held_as_accounted<65>,
        slots_are_held_as_accounted<130>,
        a_roster_lies_as_drawn,
        a_record_of_any_size_travels_whole<1>,
        a_record_of_any_size_travels_whole<8>,
        a_record_of_any_size_travels_whole<9>,
        a_record_of_any_size_travels_whole<64>,
        a_record_of_any_size_travels_whole<65>,
        a_rescan_marks_no_more_than_there_is<1>,
        a_rescan_marks_no_more_than_there_is<100>,
        a_rescan_marks_no_more_than_there_is<127>,
        a_rescan_marks_no_more_than_there_is<128>,
        a_rescan_marks_no_more_than_there_is<4097>,
        untouched_objects_are_zero,
    });
}
