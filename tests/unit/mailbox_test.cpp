// SPDX-License-Identifier: MIT
//
// mailbox: by one thread against a plain account, then with producers and a host that run freely beside each other.

#include "support/dice.hpp"
#include "support/mailbox_lockstep.hpp"
#include "support/scale.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/host/mapped_source.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/sharded_ring.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

template <class Source>
std::vector<bid> drained(Source& source, std::size_t budget = 1000) {
    std::vector<bid> bids;
    const std::size_t given = source.drain([&](bid const& b) { bids.push_back(b); }, budget);
    EXPECT_EQ(given, bids.size());
    std::sort(bids.begin(), bids.end(), [](bid const& a, bid const& b) { return a.agent < b.agent; });
    return bids;
}

/// Agents 0 to 63 in cells of the same number.
template <class Mailbox>
void admit_all(Mailbox& box) {
    for (std::uint32_t cell = 0; cell < 64; ++cell) ASSERT_EQ(box.admit(cell, cell), status::ok);
}

TEST(mailbox, has_the_layout_of_the_c_header) {
    mailbox<> box;
    mailbox_writer<> writer;
    writer.submit(box.cells(), 3, 1, 1);
    writer.submit(box.cells(), 63, 0x12345678, 0xABCDEF);
    maxwell_mailbox seen;
    std::memcpy(&seen, &box.cells(), sizeof(seen));
    EXPECT_EQ(seen.count, 2u);
    EXPECT_EQ(seen.number[63], 1u);
    EXPECT_EQ(seen.cell[63], 0x01AB'CDEF'1234'5678u);
    EXPECT_EQ(seen.number[62], 0u);
}

TEST(mailbox, zeroed_memory_is_the_mailbox_without_agents) {
    alignas(mailbox<>) unsigned char memory[sizeof(mailbox<>)] = {};
    auto& box = *reinterpret_cast<mailbox<>*>(memory);
    EXPECT_FALSE(box.pending());
    EXPECT_FALSE(box.holds(0, 0));
    EXPECT_TRUE(drained(box).empty());
}

TEST(mailbox, gives_the_newest_bid_of_each_agent_once) {
    mailbox<> box;
    mailbox_writer<> writer;
    admit_all(box);
    writer.submit(box.cells(), 3, 100, 1);
    writer.submit(box.cells(), 4, 50, 1);
    writer.submit(box.cells(), 3, 200, 2);
    EXPECT_TRUE(box.pending());
    EXPECT_EQ(drained(box), std::vector<bid>({{3, 200, 2}, {4, 50, 1}}));
    EXPECT_FALSE(box.pending());
    EXPECT_TRUE(drained(box).empty());
    writer.submit(box.cells(), 3, 200, 2);
    EXPECT_EQ(drained(box), std::vector<bid>({{3, 200, 2}})) << "a bid at an unchanged price is a bid";
    writer.submit(box.cells(), 3, 0, 0);
    EXPECT_EQ(drained(box), std::vector<bid>({{3, 0, 0}}));
}

TEST(mailbox, refuses_what_it_can_not_carry) {
    mailbox<> box;
    mailbox_writer<> writer;
    admit_all(box);
    EXPECT_EQ(writer.submit(box.cells(), 64, 1, 1), status::unknown_agent);
    EXPECT_EQ(writer.submit(box.cells(), 1, 1, 0x100'0000), status::too_many_units);
    EXPECT_TRUE(drained(box).empty());
    EXPECT_EQ(writer.submit(box.cells(), 1, 0xFFFF'FFFF, 0xFF'FFFF), status::ok);
    EXPECT_EQ(drained(box), std::vector<bid>({{1, 0xFFFF'FFFF, 0xFF'FFFF}}));
    EXPECT_EQ(box.admit(64, 1), status::unknown_agent);
    EXPECT_EQ(box.retire(64, 1), status::unknown_agent);
    EXPECT_EQ(box.retire(5, 6), status::stale_agent);
    EXPECT_FALSE(box.holds(64, 64));
}

/// An agent that submits so often between two drains that its sequence number is the old one, with the same bid.
TEST(mailbox, a_bid_that_has_gone_round_is_another_bid) {
    for (const int between : {1, 255, 256, 257, 511, 512, 65536, 65537}) {
        mailbox<> box;
        mailbox_writer<> writer;
        admit_all(box);
        for (int round = 0; round < 3; ++round) {
            for (int n = 0; n < between; ++n) writer.submit(box.cells(), 9, 77, 7);
            EXPECT_EQ(drained(box), std::vector<bid>({{9, 77, 7}})) << between;
            EXPECT_TRUE(drained(box).empty()) << between;
        }
    }
}

TEST(mailbox, a_budget_ends_a_drain_and_the_next_one_goes_on) {
    mailbox<> box;
    mailbox_writer<> writer;
    admit_all(box);
    for (std::uint32_t cell = 0; cell < 64; ++cell) writer.submit(box.cells(), cell, cell, 1);
    std::set<agent_id> seen;
    EXPECT_TRUE(drained(box, 0).empty());
    for (int n = 0; n < 10; ++n) {
        for (bid const& b : drained(box, 7)) EXPECT_TRUE(seen.insert(b.agent).second);
    }
    EXPECT_EQ(seen.size(), 64u);
    EXPECT_FALSE(box.pending());
}

TEST(mailbox, an_agent_that_has_moved_or_left_is_not_read_and_its_successor_begins_with_nothing) {
    mailbox<> first, second;
    mailbox_writer<> one, other;
    const agent_id id = make_agent_id(7, 3);
    first.admit(0, id);
    one.submit(first.cells(), 0, 10, 1);
    EXPECT_EQ(first.retire(0, id), status::ok);
    EXPECT_EQ(second.admit(5, id), status::ok);
    one.submit(first.cells(), 0, 20, 1);
    other.submit(second.cells(), 5, 30, 1);
    EXPECT_TRUE(drained(first).empty());
    EXPECT_EQ(drained(second), std::vector<bid>({{id, 30, 1}}));
    EXPECT_EQ(first.admit(0, 99), status::ok);
    EXPECT_TRUE(drained(first).empty()) << "that bid was its predecessor's";
    first.rescan();
    EXPECT_TRUE(drained(first).empty()) << "for a new host, too";
    one.submit(first.cells(), 0, 20, 1);
    EXPECT_EQ(drained(first), std::vector<bid>({{99, 20, 1}}));
    first.rescan();
    EXPECT_EQ(drained(first), std::vector<bid>({{99, 20, 1}}));
}

TEST(mailbox, quarantine_hides_it_and_forgets_nothing) {
    mailbox<> box;
    mailbox_writer<> writer;
    admit_all(box);
    writer.submit(box.cells(), 1, 1, 1);
    box.quarantine();
    EXPECT_TRUE(box.quarantined() && !box.pending() && drained(box).empty());
    box.quarantine(false);
    EXPECT_EQ(drained(box), std::vector<bid>({{1, 1, 1}}));
}

TEST(mailbox, equal_agents_win_equally_often_whatever_their_cells) {
    mailbox<> box;
    mailbox_writer<> writer;
    stratified_buckets<64> market;
    admit_all(box);
    std::vector<int> won(64, 0);
    constexpr int quanta = 4096;
    for (int n = 0; n < quanta; ++n) {
        for (std::uint32_t cell = 64; cell-- > 0;) writer.submit(box.cells(), cell, 1000, 1);
        box.drain([&](bid const& b) { market.insert(b); }, 64);
        ++won[slot_of(market.extract_max()->winner.agent)];
    }
    for (const int w : won) EXPECT_NEAR(w, quanta / 64, 8);
}

template <std::uint64_t Lap>
void random_steps(std::size_t count, std::uint32_t cells) {
    dice random(Lap + cells);
    auto both = std::make_unique<mailbox_lockstep<Lap>>();
    for (std::size_t n = 0; n < scaled(count); ++n) {
        ASSERT_EQ(both->step(random.below(9), random.below(cells), random()), nullptr) << n;
    }
}

TEST(mailbox, long_random_sequences_do_what_the_reference_does) {
    random_steps<4>(200'000, 2);
    random_steps<4>(200'000, 64);
    random_steps<16>(200'000, 3);
    random_steps<256>(100'000, 64);
}

/// Whatever an adversarial producer writes, a drain keeps its bounds.
TEST(mailbox, whatever_is_written_into_it_is_bounded_and_counted) {
    mailbox<> box;
    for (std::uint32_t cell = 0; cell < 64; cell += 2) box.admit(cell, make_agent_id(1000 + cell, 9));
    auto* const bytes = reinterpret_cast<unsigned char*>(&box.cells());
    dice random(5);
    for (std::size_t n = 0; n < scaled(20'000); ++n) {
        for (int i = 0; i < 20; ++i) {
            const std::uint64_t word =
                random.below(3) == 0 ? random.below(4) : std::uint64_t{random()} << 32 | random();
            std::memcpy(bytes + 8 * random.below(sizeof(box.cells()) / 8), &word, 8);
        }
        const std::size_t budget = random.below(80);
        const auto bids = drained(box, budget);
        ASSERT_LE(bids.size(), std::min<std::size_t>(budget, 32));
        for (bid const& b : bids) ASSERT_TRUE(box.holds(slot_of(b.agent) - 1000, b.agent));
    }
    EXPECT_GT(box.anomalies(), 0u);
}

/// A region for each producer, one drain over all of them.
template <class Reader, class Admit, class Submit>
void several_regions_are_one_source(Admit admit, Submit submit) {
    const auto cells = std::make_unique<typename Reader::cells[]>(2);
    const auto all = std::make_unique<sharded_ring<mapped_source<Reader>, 3>>();
    for (std::uint32_t i = 0; i < 2; ++i) {
        all->shard(i).map(&cells[i]);
        admit(all->shard(i).reader(), cells[i], 10 + i);
        submit(cells[i], 10 + i);
    }
    EXPECT_EQ(drained(*all), std::vector<bid>({{10, 7, 1}, {11, 7, 1}})) << "the third one is mapped to nothing";
    EXPECT_EQ(all->anomalies(), 0u);
    all->shard(1).map(nullptr);
    EXPECT_EQ(all->shard(1).mapped(), nullptr);
    for (std::uint32_t i = 0; i < 2; ++i) submit(cells[i], 10 + i);
    EXPECT_EQ(drained(*all), std::vector<bid>({{10, 7, 1}}));
}

TEST(mapped_source, several_regions_are_one_source) {
    several_regions_are_one_source<board_reader<64>>(
        [](auto& reader, auto& cells, std::uint32_t slot) { reader.admit(cells, slot); },
        [](auto& cells, std::uint32_t slot) {
            cells.submit({slot, 7, 1});
        });
    mailbox_writer<> writer[2];
    several_regions_are_one_source<mailbox_reader<>>(
        [](auto& reader, auto& cells, std::uint32_t slot) { reader.admit(cells, slot - 10, slot); },
        [&](auto& cells, std::uint32_t slot) { writer[slot - 10].submit(cells, slot - 10, 7, 1); });
}

// --- threads ---------------------------------------------------------------------------------------------------------------

struct sales {
    std::uint64_t sold = 0, twice = 0, older = 0;
    price last = 0;
};

/// An agent that submits freely while the host drains and sells, until so many are sold; each submission has an amount of
/// its own.
template <class Submit, class Drain>
sales sell_beside(std::uint64_t enough, Submit submit, Drain drain) {
    std::atomic<bool> done{false};
    price submitted = 0;
    std::thread agent([&] {
        while (!done) submit(++submitted);
    });
    sales found;
    const auto sell = [&](bid const& b) {
        ++found.sold;
        if (b.amount == found.last) ++found.twice;
        if (b.amount < found.last) ++found.older;
        found.last = b.amount;
    };
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (found.sold < enough && std::chrono::steady_clock::now() < end) drain(sell);
    done = true;
    agent.join();
    drain(sell);
    EXPECT_EQ(found.older, 0u);
    EXPECT_EQ(found.last, submitted);
    return found;
}

TEST(mailbox, no_submission_of_an_agent_that_runs_freely_is_sold_twice) {
    const std::uint64_t enough = scaled(500'000);
    mailbox<> box;
    mailbox_writer<> writer;
    box.admit(0, 0);
    const sales of_mailbox = sell_beside(
        enough, [&](price n) { writer.submit(box.cells(), 0, n, 1); }, [&](auto& sell) { box.drain(sell, 64); });
    EXPECT_EQ(of_mailbox.twice, 0u);
    // A board may do so, and its documentation says that it does.
    const auto board = std::make_unique<bid_board<64>>();
    board->admit(0);
    const sales of_board = sell_beside(
        enough,
        [&](price n) {
            board->submit({0, n, 1});
        },
        [&](auto& sell) { board->drain(sell, 64); });
    std::printf("sold twice: mailbox %lu of %lu, board %lu of %lu\n", static_cast<unsigned long>(of_mailbox.twice),
                static_cast<unsigned long>(of_mailbox.sold), static_cast<unsigned long>(of_board.twice),
                static_cast<unsigned long>(of_board.sold));
}

/// Sequence numbers that go round all the time, and equal bids: only their count tells them apart.
TEST(mailbox, each_of_many_equal_submissions_is_given_at_most_once_and_the_last_one_is) {
    const auto submissions = static_cast<std::uint32_t>(scaled(1'000'000));
    mailbox<4> box;
    mailbox_writer<4> writer;
    for (const std::uint32_t cell : {0u, 1u}) box.admit(cell, cell);
    std::atomic<std::uint32_t> sent{0};
    std::thread producer([&] {
        for (std::uint32_t n = 1; n <= submissions; ++n) {
            writer.submit(box.cells(), n % 2, 5, 5);
            sent.store(n, std::memory_order_release);
        }
    });
    std::uint64_t given = 0;
    while (sent.load(std::memory_order_acquire) != submissions) {
        given += box.drain(ignore_bids{}, 64);
    }
    producer.join();
    given += box.drain(ignore_bids{}, 64);
    EXPECT_LE(given, submissions);
    EXPECT_GE(given, 1u);
    EXPECT_FALSE(box.pending());
    EXPECT_EQ(box.drain(ignore_bids{}, 64), 0u);
    writer.submit(box.cells(), 0, 5, 5);
    EXPECT_EQ(box.drain(ignore_bids{}, 64), 1u);
    EXPECT_EQ(box.anomalies(), 0u);
}

TEST(mailbox, producers_in_threads_of_their_own_lose_nothing) {
    constexpr std::size_t producers = 3;
    const auto bids = static_cast<std::uint32_t>(scaled(300'000));
    const auto all = std::make_unique<sharded_ring<mailbox<>, producers>>();
    std::vector<price> sent(64 * producers, 0), read(64 * producers, 0);
    for (std::uint32_t slot = 0; slot < 64 * producers; ++slot) all->shard(slot / 64).admit(slot % 64, slot);
    std::atomic<std::size_t> working{producers};
    std::vector<std::thread> threads;
    for (std::uint32_t p = 0; p < producers; ++p) {
        threads.emplace_back([&, p] {
            dice random(p);
            mailbox_writer<> writer;
            for (price amount = 1; amount <= bids; ++amount) {
                const std::uint32_t cell = random.below(64);
                writer.submit(all->shard(p).cells(), cell, amount, 1);
                sent[64 * p + cell] = amount;
            }
            --working;
        });
    }
    std::uint64_t disorder = 0;
    const auto note = [&](bid const& b) {
        disorder += b.amount <= read[slot_of(b.agent)] ? 1 : 0;
        read[slot_of(b.agent)] = b.amount;
    };
    dice random(9);
    while (working != 0) all->drain(note, random.below(100));
    for (auto& t : threads) t.join();
    for (int n = 0; n < 4; ++n) all->drain(note, 1000);
    EXPECT_EQ(read, sent);
    EXPECT_EQ(disorder, 0u) << "older, or twice";
    EXPECT_EQ(all->anomalies(), 0u);
}

}  // namespace
}  // namespace maxwell::test
