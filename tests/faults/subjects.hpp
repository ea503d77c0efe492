// SPDX-License-Identifier: MIT
//
// What the fault tests put into shared memory: every source of bids behind one interface, and the controls that must
// fail.
//
// A subject lies in a shared region, zeroed before its constructor runs. It carries numbered records, each of which
// shows whether it is whole; records of one group keep their order.

#pragma once

#include "vyukov_queue.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/outcome_board.hpp>
#include <maxwell/ring/roster.hpp>
#include <maxwell/ring/sharded_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace maxwell::test {

inline constexpr std::size_t most_groups = 256;

/// The record of a number: its amount depends on all of the number, so that no mixture of two records is whole.
constexpr bid numbered(std::uint32_t number, std::uint32_t group) {
    return {make_agent_id(group, 0), number * 2654435761u ^ 0x5bd1e995u, number + 1};
}
/// The number that has this amount.
constexpr std::uint32_t number_of(price amount) {
    std::uint32_t inverse = 1;
    for (int i = 0; i < 5; ++i) inverse *= 2 - 2654435761u * inverse;
    return (amount ^ 0x5bd1e995u) * inverse;
}
static_assert(number_of(numbered(12345, 0).amount) == 12345);

constexpr bool is_whole(bid const& b) {
    const bid made = numbered(b.units - 1, slot_of(b.agent));
    return b.units != 0 && b.amount == made.amount && b.agent == made.agent;
}

/// What a subject may do beyond delivering every record once.
struct promises {
    bool newest_only = false;  ///< of a group; an older record may be missing then
    bool again = false;        ///< a consumer that takes over from a dead one may get records that that one had
    bool fragile = false;      ///< a control: the tests have to find that it does not survive
};

struct board {
    static constexpr std::string_view name = "bid_board";
    static constexpr promises promise{.newest_only = true, .again = true};
    static constexpr std::uint32_t group_of(std::uint32_t number) { return number % 6 * 13; }  // in two words of marks
    board() {
        for (std::uint32_t n = 0; n < 6; ++n) bids.admit(make_agent_id(group_of(n), 0));
    }
    bool push(bid const& b) { return bids.submit(b) == status::ok; }
    template <class F>
    void drain(F f) {
        const auto bid_made = [&](bid const& b) {
            if (b.units != 0) f(b);
        };
        bids.drain(bid_made, 66);
    }
    void new_producer() {}
    void new_consumer() { bids.rescan(); }
    void another_producer() {}
    bid_board<66> bids;
};

/// The host's side in its own memory, which dies with it: of the board a successor finds the cells, and a roster.
struct board_of_a_private_reader {
    static constexpr std::string_view name = "bid_board, private reader";
    static constexpr promises promise{.newest_only = true, .again = true};
    static constexpr std::uint32_t group_of(std::uint32_t number) { return board::group_of(number); }
    board_of_a_private_reader() {
        for (std::uint32_t n = 0; n < 6; ++n) {
            known.admit(make_agent_id(group_of(n), 0));
            reader.admit(cells, make_agent_id(group_of(n), 0));
        }
    }
    bool push(bid const& b) { return cells.submit(b) == status::ok; }
    template <class F>
    void drain(F f) {
        const auto bid_made = [&](bid const& b) {
            if (b.units != 0) f(b);
        };
        reader.drain(cells, bid_made, 66);
    }
    void new_producer() {}
    void new_consumer() {
        known.for_each_live([this](agent_id id) { reader.adopt(cells, id); });
        reader.rescan(cells);
    }
    void another_producer() {}
    bid_cells<66> cells;
    roster<66> known;
    static inline board_reader<66> reader;  // of this process, not in the region
};

/// A mailbox for each of two producers; the first one is under test. The writer is of this process, not in the region.
template <std::uint64_t Lap>
struct mailboxes {
    static constexpr promises promise{.newest_only = true, .again = true};
    static constexpr std::uint32_t group_of(std::uint32_t number) { return number % 6; }
    mailboxes() {
        for (std::uint32_t cell = 0; cell < 6; ++cell) {
            for (auto& b : box) b.admit(cell, make_agent_id(cell, 0));
        }
    }
    bool push(bid const& b) {
        return writer.submit(box[mine].cells(), slot_of(b.agent), b.amount, b.units) == status::ok;
    }
    template <class F>
    void drain(F f) {
        for (auto& b : box) b.drain(f, 64);
    }
    void new_producer() { writer.resume(box[mine].cells()); }
    void new_consumer() {
        for (auto& b : box) b.rescan();
    }
    void another_producer() {
        mine = 1;
        new_producer();
    }
    mailbox<Lap, 8> box[2];
    static inline mailbox_writer<Lap, 8> writer;
    static inline std::size_t mine = 0;
};
struct mailboxes_of_256 : mailboxes<256> {
    static constexpr std::string_view name = "mailbox";
};
struct mailboxes_of_4 : mailboxes<4> {
    static constexpr std::string_view name = "mailbox, laps of 4";
};

struct spsc {
    static constexpr std::string_view name = "spsc_ring";
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return ring.try_push(b); }
    template <class F>
    void drain(F f) {
        ring.drain(f, 8);
    }
    void new_producer() { ring.resume(); }
    void new_consumer() {}
    void another_producer() {}
    spsc_ring<bid, 8> ring;
};

/// A producer's number stays with its process; the host detaches it when that has died.
template <class Cell, std::uint32_t Patience = 3>
struct mpsc {
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    /// So that every test crosses the wrap of the laps, too.
    static constexpr std::uint64_t before_the_wrap = (std::uint64_t{1} << (8 * sizeof(typename Cell::lap))) * 10 - 22;
    mpsc() : ring(before_the_wrap) {
        ring.admit(make_agent_id(0, 0));
        another_producer();
    }
    bool push(bid const& b) { return ring.try_push(mine, b); }
    template <class F>
    void drain(F f) {
        ring.drain(f, 10);
    }
    void new_producer() {
        ring.detach(0);
        another_producer();
    }
    void new_consumer() {}
    void another_producer() { mine = ring.attach().value_or(1); }
    mpsc_ring<8, 1, 2, Patience, Cell> ring;
    static inline std::uint32_t mine;  // of this process, not in the region
};
struct mpsc_whole : mpsc<whole_cell> {
    static constexpr std::string_view name = "mpsc_ring";
};
struct mpsc_halved : mpsc<halved_cell> {
    static constexpr std::string_view name = "mpsc_ring, halved cells";
};

struct sharded {
    static constexpr std::string_view name = "sharded_ring of agent_ring";
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t number) { return number % 2; }
    sharded() {
        for (std::uint32_t i : {0u, 1u}) ring.shard(i).admit(make_agent_id(i, 0));
    }
    bool push(bid const& b) { return ring.shard(slot_of(b.agent)).try_push(b); }
    template <class F>
    void drain(F f) {
        ring.drain(f, 16);
    }
    void new_producer() {
        for (std::size_t i : {0u, 1u}) ring.shard(i).offers().resume();
    }
    void new_consumer() {}
    void another_producer() {}
    sharded_ring<agent_ring<8>, 2> ring;
};

/// Posts instead of pushes: the n-th award to an agent. What an agent reads are sums, which say how many there were.
struct outcomes {
    static constexpr std::string_view name = "outcome_board (posts)";
    static constexpr promises promise{.newest_only = true, .again = true};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return board.post({{b.agent, 0, b.units}, b.amount}) == status::ok; }
    template <class F>
    void drain(F f) {
        const auto now = board.read(make_agent_id(0, 0));
        if (!now || now->awards == before.awards) return;
        const bid newest = numbered(number_of(now->last_price), 0);
        const bool one_more = now->awards == before.awards + 1;
        const bool adds_up = now->units - before.units == newest.units &&
                             now->payments - before.payments == std::uint64_t{newest.units} * newest.amount;
        f(!one_more || adds_up ? newest : bid{});
        before = *now;
    }
    void new_producer() {}
    void new_consumer() { before = {}; }
    void another_producer() {}
    outcome_board<1> board;
    maxwell::outcome before;  // the reader's own
};

/// A queue of one group.
template <class Queue>
struct boost_queue {
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return queue.push(b); }
    template <class F>
    void drain(F f) {
        bid b;
        while (queue.pop(b)) f(b);
    }
    void new_producer() {}
    void new_consumer() {}
    void another_producer() {}
    Queue queue;
};

struct boost_spsc : boost_queue<boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<8>>> {
    static constexpr std::string_view name = "boost::lockfree::spsc_queue";
};
struct boost_mpmc : boost_queue<boost::lockfree::queue<bid, boost::lockfree::capacity<8>>> {
    static constexpr std::string_view name = "boost::lockfree::queue";
};

struct vyukov {
    static constexpr std::string_view name = "queue in Vyukov's manner";
    static constexpr promises promise{.fragile = true};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return queue.try_push(b); }
    template <class F>
    void drain(F f) {
        bid b;
        while (queue.try_pop(b)) f(b);
    }
    void new_producer() {}
    void new_consumer() {}
    void another_producer() {}
    vyukov_queue<bid, 8> queue;
};

// More controls: ours, when what its documentation asks for is left out.
struct spsc_without_resume : spsc {
    static constexpr std::string_view name = "spsc_ring, no resume()";
    static constexpr promises promise{.fragile = true};
    void new_producer() {}
};
struct board_without_rescan : board {
    static constexpr std::string_view name = "bid_board, no rescan()";
    static constexpr promises promise{.newest_only = true, .again = true, .fragile = true};
    void new_consumer() {}
};
struct board_whose_agents_are_admitted_again : board_of_a_private_reader {
    static constexpr std::string_view name = "bid_board, admit for adopt";
    static constexpr promises promise{.newest_only = true, .again = true, .fragile = true};
    void new_consumer() {
        known.for_each_live([this](agent_id id) { reader.admit(cells, id); });
        reader.rescan(cells);
    }
};
struct mailboxes_without_resume : mailboxes<256> {
    static constexpr std::string_view name = "mailbox, no resume()";
    static constexpr promises promise{.newest_only = true, .again = true, .fragile = true};
    void new_producer() {}
};
struct mailboxes_without_rescan : mailboxes<256> {
    static constexpr std::string_view name = "mailbox, no rescan()";
    static constexpr promises promise{.newest_only = true, .again = true, .fragile = true};
    void new_consumer() {}
};
struct mpsc_of_endless_patience : mpsc<whole_cell, 1u << 30> {
    static constexpr std::string_view name = "mpsc_ring, endless patience";
    static constexpr promises promise{.fragile = true};
};

template <class... Subjects>
struct subject_list {};

using subjects = subject_list<spsc, sharded, mpsc_whole, mpsc_halved, board, board_of_a_private_reader,
                              mailboxes_of_256, mailboxes_of_4, outcomes, boost_spsc, boost_mpmc, vyukov,
                              spsc_without_resume, board_without_rescan, board_whose_agents_are_admitted_again,
                              mailboxes_without_resume, mailboxes_without_rescan, mpsc_of_endless_patience>;

/// Those with more than one producer at a time.
using of_many_producers = subject_list<mpsc_whole, mpsc_halved, board, mailboxes_of_256, mailboxes_of_4, boost_mpmc,
                                       vyukov, mpsc_of_endless_patience>;

}  // namespace maxwell::test
