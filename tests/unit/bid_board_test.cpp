// SPDX-License-Identifier: MIT
//
// bid_board and what it is made of, by one thread.

#include "support/board_lockstep.hpp"
#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/roster.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace maxwell::test {
namespace {

constexpr std::size_t everything = 1'000'000;

template <class Source>
std::vector<bid> drained(Source& source, std::size_t budget = everything) {
    std::vector<bid> bids;
    const std::size_t given = source.drain([&](bid const& b) { bids.push_back(b); }, budget);
    EXPECT_EQ(given, bids.size());
    EXPECT_LE(given, budget);
    std::sort(bids.begin(), bids.end(), [](bid const& a, bid const& b) { return a.agent < b.agent; });
    return bids;
}

/// A board with an agent of generation 0 in every slot.
template <std::size_t Agents>
std::unique_ptr<bid_board<Agents>> full_board() {
    auto board = std::make_unique<bid_board<Agents>>();
    for (std::uint32_t slot = 0; slot < Agents; ++slot) EXPECT_EQ(board->admit(slot), status::ok);
    return board;
}

// --- layout ------------------------------------------------------------------------------------------------------------

static_assert(bid_cell{0xFFFF'FFFFu, 0xFF'FFFFu, 0xFF}.pack() == ~std::uint64_t{0});
static_assert(bid_cell{1, 0, 0}.pack() == 1 && bid_cell{0, 1, 0}.pack() == std::uint64_t{1} << 32);
static_assert(bid_cell{0, 0, 1}.pack() == std::uint64_t{1} << 56 && bid_cell{0, 0, 0}.pack() == 0);
static_assert(bid_cell::unpack(bid_cell{5, 6, 7}.pack()) == bid_cell{5, 6, 7});
static_assert(bid_cells<130>::valid(2, 130) == 3 && bid_cells<130>::valid(1, 130) == ~std::uint64_t{0});

TEST(bid_cells, have_the_layout_of_the_c_header) {
    bid_cells<5000> cells;
    cells.submit({4999, 0x1234, 0x56});
    auto const* bytes = reinterpret_cast<unsigned char const*>(&cells);
    const auto word = [bytes](std::size_t at) {
        std::uint64_t w = 0;
        std::memcpy(&w, bytes + at, sizeof(w));
        return w;
    };
    EXPECT_EQ(word(MAXWELL_BID_BOARD_CELLS + 8 * 4999), std::uint64_t{0x56} << 32 | 0x1234);
    EXPECT_EQ(word(MAXWELL_BID_BOARD_MARKS(5000) + 8 * (4999 / 64)), std::uint64_t{1} << (4999 % 64));
    EXPECT_EQ(word(MAXWELL_BID_BOARD_SUMMARY(5000) + 8 * (4999 / 4096)), std::uint64_t{1} << (4999 / 64 % 64));
    EXPECT_EQ(sizeof(cells), std::size_t{MAXWELL_BID_BOARD_SIZE(5000)});
}

TEST(bid_board, zeroed_memory_is_the_board_without_agents) {
    using board = bid_board<100>;
    alignas(board) unsigned char memory[sizeof(board)] = {};
    board& zeroed = *reinterpret_cast<board*>(memory);
    EXPECT_TRUE(zeroed.check_invariants());
    EXPECT_FALSE(zeroed.pending());
    EXPECT_FALSE(zeroed.holds(0));
    EXPECT_TRUE(drained(zeroed).empty());
    EXPECT_EQ(zeroed.admit(7), status::ok);
    EXPECT_EQ(zeroed.submit({7, 1, 1}), status::ok);
    EXPECT_EQ(drained(zeroed), std::vector<bid>({{7, 1, 1}}));
}

// --- what a bid is -----------------------------------------------------------------------------------------------------

TEST(bid_board, the_newest_bid_is_read_once) {
    auto board = full_board<10>();
    board->submit({3, 100, 1});
    board->submit({4, 50, 1});
    board->submit({3, 200, 2});
    EXPECT_TRUE(board->pending());
    EXPECT_EQ(drained(*board), std::vector<bid>({{3, 200, 2}, {4, 50, 1}}));
    EXPECT_FALSE(board->pending());
    EXPECT_TRUE(drained(*board).empty());
}

TEST(bid_board, an_agent_that_bids_again_during_a_paused_drain_is_read_once) {
    auto board = full_board<10>();
    for (std::uint32_t slot = 0; slot < 10; ++slot) board->submit({slot, 1, 1});
    EXPECT_EQ(drained(*board, 4).size(), 4u);
    board->submit({7, 2, 1});
    board->submit({2, 2, 1});
    EXPECT_EQ(drained(*board),
              std::vector<bid>({{2, 2, 1}, {4, 1, 1}, {5, 1, 1}, {6, 1, 1}, {7, 2, 1}, {8, 1, 1}, {9, 1, 1}}));
}

TEST(bid_board, a_bid_at_an_unchanged_price_is_a_bid) {
    auto board = full_board<10>();
    for (int n = 0; n < 3; ++n) {
        board->submit({3, 100, 1});
        EXPECT_EQ(drained(*board).size(), 1u);
    }
}

TEST(bid_board, no_units_withdraw_and_a_block_and_wake_in_between_is_one_bid) {
    auto board = full_board<10>();
    stratified_buckets<10> market;
    const auto enter = [&](bid const& b) { market.insert(b); };
    board->submit({1, 100, 1});
    board->submit({2, 100, 1});
    board->drain(enter, everything);
    EXPECT_EQ(market.top()->winner.agent, 1u);
    board->submit({1, 100, 0});  // blocks
    board->submit({1, 100, 1});  // and wakes up again
    board->drain(enter, everything);
    EXPECT_EQ(market.size(), 2u);
    EXPECT_EQ(market.top()->winner.agent, 2u) << "1 has arrived anew, so 2 is the earlier one";
    board->submit({2, 0, 0});
    board->drain(enter, everything);
    EXPECT_EQ(market.size(), 1u);
}

TEST(bid_board, every_amount_and_number_of_units_comes_through_up_to_24_bits) {
    auto board = full_board<2>();
    for (const price amount : {0u, 1u, 0x7FFF'FFFFu, 0x8000'0000u, 0xFFFF'FFFFu}) {
        for (const std::uint32_t units : {0u, 1u, 0xFF'FFFEu, 0xFF'FFFFu}) {
            board->submit({1, amount, units});
            EXPECT_EQ(drained(*board), std::vector<bid>({{1, amount, units}}));
        }
        for (const std::uint32_t units : {0x100'0000u, 0xFFFF'FFFFu}) {
            EXPECT_EQ(board->submit({1, amount, units}), status::too_many_units);
            EXPECT_TRUE(drained(*board).empty());
        }
    }
}

// --- agents ------------------------------------------------------------------------------------------------------------

TEST(bid_board, a_slot_that_holds_no_agent_is_not_read) {
    auto board = std::make_unique<bid_board<10>>();
    board->admit(3);
    board->submit({4, 100, 1});
    board->submit({3, 50, 1});
    EXPECT_EQ(drained(*board), std::vector<bid>({{3, 50, 1}}));
    EXPECT_EQ(board->anomalies(), 0u) << "an agent that has just been retired does that without meaning harm";
    EXPECT_EQ(board->submit({10, 1, 1}), status::unknown_agent);
    EXPECT_EQ(board->submit({0xFFFF'FFFFu, 1, 1}), status::unknown_agent);
    EXPECT_EQ(board->admit(10), status::unknown_agent);
    EXPECT_EQ(board->retire(10), status::unknown_agent);
    EXPECT_EQ(board->retire(4), status::unknown_agent);
    EXPECT_FALSE(board->holds(10));
}

TEST(bid_board, a_bid_bears_the_hosts_whole_generation) {
    auto board = std::make_unique<bid_board<10>>();
    const agent_id id = make_agent_id(3, 0xABCD'EF12u);
    EXPECT_EQ(board->submit({id, 100, 1}), status::stale_agent) << "not admitted yet";
    EXPECT_EQ(board->admit(id), status::ok);
    EXPECT_EQ(board->submit({id, 100, 1}), status::ok);
    EXPECT_EQ(drained(*board), std::vector<bid>({{id, 100, 1}}));
}

TEST(bid_board, a_retired_agents_bids_are_stale_and_its_successors_are_not_touched) {
    auto board = full_board<10>();
    const agent_id old = 3;
    const agent_id next = make_agent_id(3, 1);
    board->submit({old, 100, 1});
    EXPECT_EQ(board->retire(old), status::ok);
    EXPECT_FALSE(board->holds(old));
    EXPECT_TRUE(drained(*board).empty()) << "a bid that was not read leaves with its agent";
    EXPECT_EQ(board->submit({old, 100, 1}), status::stale_agent);
    EXPECT_EQ(board->retire(old), status::unknown_agent);
    EXPECT_EQ(board->admit(next), status::ok);
    EXPECT_EQ(board->submit({next, 70, 1}), status::ok);
    EXPECT_EQ(board->submit({old, 100, 1}), status::stale_agent);
    EXPECT_EQ(board->retire(old), status::stale_agent);
    EXPECT_EQ(board->admit(old), status::stale_agent);
    EXPECT_EQ(drained(*board), std::vector<bid>({{next, 70, 1}}));
    EXPECT_EQ(board->anomalies(), 0u);
    EXPECT_TRUE(board->check_invariants());
}

TEST(bid_board, admitting_twice_changes_nothing_and_a_successor_retires_its_predecessor) {
    auto board = full_board<10>();
    board->submit({3, 100, 1});
    EXPECT_EQ(board->admit(3), status::ok);
    EXPECT_EQ(drained(*board).size(), 1u);
    const agent_id next = make_agent_id(3, 7);
    EXPECT_EQ(board->admit(next), status::ok);
    EXPECT_EQ(board->submit({3, 100, 1}), status::stale_agent);
    EXPECT_EQ(board->submit({next, 100, 1}), status::ok);
}

TEST(bid_board, a_retired_agent_in_the_middle_of_a_drain_is_not_read) {
    auto board = full_board<10>();
    for (std::uint32_t slot = 0; slot < 10; ++slot) board->submit({slot, slot, 1});
    EXPECT_EQ(drained(*board, 3).size(), 3u);
    board->retire(5);
    EXPECT_TRUE(board->check_invariants());
    const auto rest = drained(*board);
    EXPECT_EQ(rest.size(), 6u);
    for (bid const& b : rest) EXPECT_NE(b.agent, 5u);
}

TEST(bid_board, a_successor_in_the_middle_of_a_drain_has_not_bid_yet) {
    auto board = full_board<10>();
    for (std::uint32_t slot = 0; slot < 10; ++slot) board->submit({slot, slot, 1});
    EXPECT_EQ(drained(*board, 3).size(), 3u);
    board->admit(make_agent_id(5, 1));
    for (bid const& b : drained(*board)) EXPECT_NE(slot_of(b.agent), 5u);
    EXPECT_EQ(board->anomalies(), 0u);
}

TEST(bid_board, generations_are_told_apart_modulo_256) {
    auto board = std::make_unique<bid_board<1>>();
    for (std::uint32_t generation = 0; generation <= 256; ++generation) {
        const agent_id id = make_agent_id(0, generation);
        ASSERT_EQ(board->admit(id), status::ok);
        ASSERT_EQ(board->submit({0, 100, 1}), generation % 256 == 0 ? status::ok : status::stale_agent);
        ASSERT_EQ(board->retire(id), status::ok);
    }
    const agent_id last = make_agent_id(0, 0xFFFF'FFFFu);
    EXPECT_EQ(board->admit(last), status::ok);
    EXPECT_EQ(board->submit({last, 1, 1}), status::ok);
    EXPECT_EQ(board->retire(last), status::ok);
    EXPECT_EQ(board->submit({last, 1, 1}), status::stale_agent);
}

// --- budget and fairness -----------------------------------------------------------------------------------------------

TEST(bid_board, a_budget_ends_a_drain_and_the_next_one_goes_on_there) {
    auto board = full_board<200>();
    for (std::uint32_t slot = 0; slot < 200; ++slot) board->submit({slot, slot, 1});
    EXPECT_TRUE(drained(*board, 0).empty());
    std::vector<bid> all;
    while (board->pending()) {
        const auto some = drained(*board, 7);
        all.insert(all.end(), some.begin(), some.end());
        ASSERT_FALSE(some.empty());
    }
    ASSERT_EQ(all.size(), 200u);
    std::sort(all.begin(), all.end(), [](bid const& a, bid const& b) { return a.agent < b.agent; });
    for (std::uint32_t slot = 0; slot < 200; ++slot) EXPECT_EQ(all[slot], (bid{slot, slot, 1}));
}

TEST(bid_board, a_flooding_agent_starves_no_other) {
    constexpr std::size_t agents = 9000;  // three words of summary
    auto board = full_board<agents>();
    for (std::uint32_t quiet = 0; quiet < agents; quiet += 611) {
        board->submit({quiet, 1, 1});
        std::size_t others = 0;
        for (bool read = false; !read;) {
            for (std::uint32_t slot = 0; slot < agents; ++slot) {
                if (slot != quiet) board->submit({slot, 2, 1});
            }
            for (bid const& b : drained(*board, 500)) {
                if (b.agent == quiet) read = true;
                if (!read) ++others;
            }
            ASSERT_LE(others, 2 * agents);
        }
    }
}

/// Agents that bid the same in every quantum, always in the same order: none of them may owe its luck to its slot.
TEST(bid_board, equal_agents_win_equally_often_whatever_their_slots) {
    constexpr int quanta = 4096;
    const auto wins = [](std::vector<std::uint32_t> const& slots) {
        auto board = full_board<4096>();
        stratified_buckets<4096> market;
        std::vector<int> won(4096, 0);
        for (int n = 0; n < quanta; ++n) {
            for (auto slot = slots.rbegin(); slot != slots.rend(); ++slot) board->submit({*slot, 1000, 1});
            board->drain([&](bid const& b) { market.insert(b); }, everything);
            ++won[slot_of(market.extract_max()->winner.agent)];
        }
        std::vector<int> of_slots;
        for (const std::uint32_t slot : slots) of_slots.push_back(won[slot]);
        return of_slots;
    };
    std::vector<std::uint32_t> first_64(64);
    for (std::uint32_t slot = 0; slot < 64; ++slot) first_64[slot] = slot;
    for (const int won : wins(first_64)) EXPECT_NEAR(won, quanta / 64, 8);
    for (const std::uint32_t other : {1u, 2u, 63u, 64u, 100u, 4095u}) {
        EXPECT_NEAR(wins({0, other})[0], quanta / 2, quanta / 32) << other;
    }
}

/// The same over a short time: of two agents none comes first in more than a few drains in a row.
TEST(bid_board, of_two_agents_none_stays_first_for_long) {
    for (const std::uint32_t other : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 2048u}) {
        auto board = full_board<4096>();
        int in_a_row = 0;
        agent_id last = other;
        for (int n = 0; n < 5000; ++n) {
            board->submit({0, 1, 1});
            board->submit({other, 1, 1});
            std::vector<agent_id> order;
            board->drain([&](bid const& b) { order.push_back(b.agent); }, everything);
            ASSERT_EQ(order.size(), 2u);
            in_a_row = order[0] == last ? in_a_row + 1 : 1;
            last = order[0];
            ASSERT_LE(in_a_row, 130) << other;
        }
    }
}

// --- against a twin ---------------------------------------------------------------------------------------------

TEST(bid_board, all_short_sequences_equal_the_reference_model) {
    // Two agents, and four things to do to them: all sequences of six.
    constexpr std::uint32_t choices[] = {0, 6, 8, 9};
    constexpr std::uint32_t steps = 8;
    const std::size_t length = small_scale() ? 4 : 6;
    std::size_t sequences = 1;
    for (std::size_t i = 0; i < length; ++i) sequences *= steps;
    for (std::size_t code = 0; code < sequences; ++code) {
        board_lockstep<2> both;
        both.step(9, 0, 0);
        both.step(9, 1, 0);
        std::size_t rest = code;
        for (std::size_t i = 0; i < length; ++i, rest /= steps) {
            const auto slot = static_cast<std::uint32_t>(rest % 2);
            ASSERT_EQ(both.step(choices[rest % steps / 2], slot, static_cast<std::uint32_t>(i + 1)), nullptr) << code;
        }
    }
}

template <std::size_t Agents>
void random_steps(std::size_t count) {
    dice random(Agents);
    auto both = std::make_unique<board_lockstep<Agents>>();
    for (std::size_t n = 0; n < scaled(count); ++n) {
        ASSERT_EQ(both->step(random.below(10), random.below(Agents), random()), nullptr) << n;
    }
}

TEST(bid_board, long_random_sequences_equal_the_reference_model) {
    random_steps<1>(20'000);
    random_steps<64>(100'000);
    random_steps<65>(100'000);
    random_steps<5000>(200'000);
}

// --- adversarial agents and crashed hosts -------------------------------------------------------------------------------------

TEST(bid_board, whatever_is_written_into_the_cells_is_bounded_and_counted) {
    constexpr std::size_t agents = 100;
    auto board = std::make_unique<bid_board<agents>>();
    for (std::uint32_t slot = 0; slot < agents; slot += 2) board->admit(make_agent_id(slot, 1000 + slot));
    auto* bytes = reinterpret_cast<unsigned char*>(&board->cells());
    dice random(5);
    std::uint64_t before = 0;
    for (std::size_t n = 0; n < scaled(20'000); ++n) {
        for (std::size_t i = 0; i < sizeof(board->cells()); i += 4) {
            const std::uint32_t word = random.below(4) == 0 ? ~0u : random();
            std::memcpy(bytes + i, &word, sizeof(word));
        }
        const std::size_t budget = random.below(80);
        for (bid const& b : drained(*board, budget)) {
            ASSERT_TRUE(board->holds(b.agent));
            ASSERT_EQ(generation_of(b.agent), 1000 + slot_of(b.agent));
            ASSERT_LE(b.units, bid_cell::max_units);
        }
        ASSERT_TRUE(board->check_invariants());
        ASSERT_GE(board->anomalies(), before);
        before = board->anomalies();
    }
    EXPECT_GT(board->anomalies(), scaled(20'000));
}

TEST(bid_board, a_refused_cell_costs_budget_and_hides_no_bid) {
    bid_cells<64> cells;
    board_reader<64> reader;
    for (std::uint32_t slot = 0; slot < 64; ++slot) reader.admit(cells, slot);
    for (std::uint32_t slot = 0; slot < 64; ++slot) cells.submit({slot, 1, 1});
    for (std::uint32_t slot = 0; slot < 63; ++slot) {
        const std::uint64_t another = bid_cell{1, 1, 77}.pack();
        std::memcpy(reinterpret_cast<unsigned char*>(&cells) + MAXWELL_BID_BOARD_CELLS + 8 * slot, &another, 8);
    }
    std::size_t given = 0;
    for (int n = 0; n < 6; ++n) given += reader.drain(cells, ignore_bids{}, 10);
    EXPECT_EQ(given, 0u);
    EXPECT_EQ(reader.anomalies(), 60u);
    EXPECT_EQ(reader.drain(cells, ignore_bids{}, 10), 1u);
    EXPECT_EQ(reader.anomalies(), 63u);
}

TEST(bid_board, a_quarantined_board_is_not_looked_at_and_forgets_nothing) {
    auto board = full_board<10>();
    board->submit({3, 1, 1});
    board->quarantine();
    EXPECT_TRUE(board->quarantined());
    EXPECT_FALSE(board->pending());
    EXPECT_TRUE(drained(*board).empty());
    EXPECT_EQ(board->submit({3, 2, 1}), status::ok);
    board->quarantine(false);
    EXPECT_EQ(drained(*board), std::vector<bid>({{3, 2, 1}}));
}

TEST(bid_board, a_mark_without_summary_is_found_at_the_next_bid_under_the_same_word) {
    // What an agent leaves that dies between setting the one and the other.
    auto board = full_board<128>();
    board->submit({70, 1, 1});
    board->cells().take_summary(0);
    EXPECT_FALSE(board->pending());
    EXPECT_TRUE(drained(*board).empty());
    board->submit({71, 2, 1});
    EXPECT_EQ(drained(*board), std::vector<bid>({{70, 1, 1}, {71, 2, 1}}));
    board->submit({70, 1, 1});
    board->cells().take_summary(0);
    board->submit({70, 5, 1});
    EXPECT_EQ(drained(*board), std::vector<bid>({{70, 5, 1}}));
}

/// A new host with a reader of its own, and a roster of its predecessor's agents.
TEST(bid_board, a_new_host_adopts_agents_with_their_newest_bids) {
    constexpr std::size_t agents = 70;
    bid_cells<agents> cells;
    roster<agents> known;
    agent_registry<agents> registry;
    std::vector<bid> bids;
    {
        board_reader<agents> reader;
        for (std::uint32_t slot = 0; slot < agents; ++slot) {
            agent_id id = *registry.acquire();
            for (std::uint32_t n = 0; n < slot % 3; ++n) {  // some slots are at their second or third agent
                known.admit(id);
                reader.admit(cells, id);
                reader.retire(cells, id);
                known.retire(id);
                registry.release(id);
                id = *registry.acquire();
            }
            known.admit(id);
            reader.admit(cells, id);
            ASSERT_EQ(cells.submit({id, 100 + slot, 1}), status::ok);
            if (slot % 10 != 9) {
                bids.push_back({id, 100 + slot, 1});
                continue;
            }
            reader.retire(cells, id);
            known.retire(id);
            registry.release(id);
        }
        reader.drain(cells, ignore_bids{}, 40);  // and dies
    }
    board_reader<agents> reader;
    agent_registry<agents> restored;
    known.restore(restored);
    known.for_each_live([&](agent_id id) { EXPECT_EQ(reader.adopt(cells, id), status::ok); });
    reader.rescan(cells);
    std::vector<bid> read;
    reader.drain(
        cells, [&](bid const& b) { read.push_back(b); }, everything);
    std::sort(read.begin(), read.end(), [](bid const& a, bid const& b) { return slot_of(a.agent) < slot_of(b.agent); });
    EXPECT_EQ(read, bids);
    EXPECT_EQ(reader.anomalies(), 0u);
    EXPECT_TRUE(restored.check_invariants());
    EXPECT_EQ(restored.size(), registry.size());
    for (std::optional<agent_id> id = registry.acquire(); id; id = registry.acquire())
        EXPECT_EQ(restored.acquire(), id);
    EXPECT_FALSE(restored.acquire());
    EXPECT_EQ(reader.adopt(cells, agents), status::unknown_agent);
    EXPECT_EQ(known.admit(agents), status::unknown_agent);
    EXPECT_EQ(known.retire(make_agent_id(0, 99)), status::stale_agent);
}

TEST(bid_board, adopting_an_agent_whose_cell_is_anothers_empties_it) {
    bid_cells<4> cells;
    board_reader<4> before;
    before.admit(cells, 2);
    cells.submit({2, 5, 5});
    board_reader<4> reader;
    const agent_id next = make_agent_id(2, 1);  // in the roster, but its host crashed before it emptied the cell
    EXPECT_EQ(reader.adopt(cells, next), status::ok);
    reader.rescan(cells);
    bid read{};
    reader.drain(
        cells, [&](bid const& b) { read = b; }, everything);
    EXPECT_EQ(read, (bid{next, 0, 0}));
    EXPECT_EQ(cells.submit({2, 5, 5}), status::stale_agent);
    EXPECT_EQ(cells.submit({next, 5, 5}), status::ok);
}

TEST(bid_board, rescan_reads_everybody_again) {
    auto board = full_board<300>();
    board->retire(5);
    for (std::uint32_t slot = 0; slot < 300; ++slot) board->submit({slot, slot, 1});
    EXPECT_EQ(drained(*board, 100).size(), 100u);
    board->rescan();
    const auto bids = drained(*board);
    EXPECT_EQ(bids.size(), 299u);
    std::set<agent_id> agents;
    for (bid const& b : bids) agents.insert(b.agent);
    EXPECT_EQ(agents.size(), 299u);
    EXPECT_EQ(board->anomalies(), 0u);
}

/// A host that dies in a drain leaves each of its words old or new. Any mixture has to be harmless, and 64 agents that bid
/// afterwards come through.
TEST(bid_board, a_host_that_crashes_anywhere_in_a_drain_leaves_a_working_board) {
    constexpr std::size_t agents = 4500;
    using cells = bid_cells<agents>;
    using reader = board_reader<agents>;
    static_assert(std::is_trivially_copyable_v<reader>);
    constexpr std::size_t words = 6;  // those that a drain writes stand first
    dice random(11);
    for (std::size_t n = 0; n < scaled(300); ++n) {
        auto board = std::make_unique<cells>();
        auto before = std::make_unique<reader>();
        for (std::uint32_t slot = 0; slot < agents - 50; ++slot) before->admit(*board, slot);
        for (int i = 0; i < 300; ++i) board->submit({random.below(agents - 50), 1, 1});
        before->drain(*board, ignore_bids{}, random.below(200));
        auto after = std::make_unique<reader>(*before);
        after->drain(*board, ignore_bids{}, random.below(200));
        for (std::uint32_t mixture = 0; mixture < 1u << words; ++mixture) {
            auto torn = std::make_unique<reader>(*before);
            for (std::size_t word = 0; word < words; ++word) {
                if ((mixture >> word & 1u) == 0) continue;
                std::memcpy(reinterpret_cast<char*>(torn.get()) + 8 * word,
                            reinterpret_cast<char const*>(after.get()) + 8 * word, 8);
            }
            std::set<agent_id> seen;
            torn->drain(*board, ignore_bids{}, everything);
            for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(board->submit({i * 69, 2, 1}), status::ok);
            torn->drain(
                *board, [&](bid const& b) { seen.insert(b.agent); }, everything);
            for (std::uint32_t i = 0; i < 64; ++i) ASSERT_EQ(seen.count(i * 69), 1u);
            ASSERT_TRUE(torn->check_invariants());
        }
    }
}

}  // namespace
}  // namespace maxwell::test
