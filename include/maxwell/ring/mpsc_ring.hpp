// SPDX-License-Identifier: MIT
//
// mpsc_ring: one queue for bids of many trusted producers, for when there are too many to give each of them a ring, and every bid
// counts. If only the newest bid of each agent counts, use bid_board.
//
// A producer claims a cell by one fetch_add, and commits its bid there by one exchange against exactly what the cell held a
// lap ago. Cells are read in the order of claims. No producer waits. The consumer waits only for the cell at its head, and
// abandons it after at least `Patience` and at most twice as many drains have met it.
//
//     all         tail_                                      next cell to claim
//     producer's  head_seen, attached                        a line for each: head_ when it last had to look
//     consumer's  head_                                      next cell to read
//                 open_at_ │ drains_ │ abandoned_ │ anomalies_ │ holders_
//     cell_       [ bid, lap 2 ] [ bid, lap 2 ] [ claimed, lap 1 ] [ bid, lap 2 ] [ free, lap 1 ] ...
//                                               ▲ head_                           ▲ tail_
//
// Trust. Identity is in the record, so any producer can bid for any agent, and can write anywhere in the ring. Producers that
// are not trusted get rings of their own.
//
// Crash and stall. A producer that crashes between its claim and its commit leaves an open cell; the consumer abandons it, and
// the bids behind it are delivered. A producer that only stalled finds another content in its cell: its push returns false and
// changes nothing (wire_cell.hpp has the number of laps after which that fails). If a consumer crashes in a drain, its successor
// reads the bids of that drain again. A crashed producer's number stays taken until detach.
//
// Limit. No more than `Producers` are attached at a time, so at most that many claims can come after the last that found
// room: there are Capacity + Producers cells. A thread that pushes under another producer's number can exceed that bound; its
// `try_push` then returns false.
//
// Invariants
//   1. head_ <= tail_, and the cells from head_ to below tail_ are claimed.
//   2. Every cell below head_ is committed or abandoned, and its bid has been read.
//   3. Zeroed memory is the empty ring, to which no producer is attached and in which no agent holds a slot.
//
//     operation       cost        why
//     try_push        O(1)        wait-free: one fetch_add, one exchange, neither repeated
//     drain           O(budget)   one store to a shared line
//     attach          O(Producers)
//     admit, retire   O(1)
//
// The claim by fetch_add with a credit is that of many bounded queues. Committing against the exact old content, so that the
// consumer can close a cell that stays open, follows LPRQ (Romanov, Koval 2023) and CRQ (Morrison, Afek 2013).

#pragma once

#include <maxwell/core/atomic.hpp>
#include <maxwell/core/prefetch.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/ring/detail/slot_holders.hpp>
#include <maxwell/ring/detail/wire_cell.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // int64_t, uint32_t, uint64_t
#include <new>          // the constructor that begins later
#include <optional>     // attach's "no more"
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Capacity, std::size_t Agents = Capacity, std::size_t Producers = 64, std::uint32_t Patience = 8,
          class Cell = wire_cell>
class mpsc_ring {
    static_assert(Capacity > 0 && Capacity <= std::size_t{1} << 32, "a ring has 1 to 2^32 cells");
    static_assert(Producers > 0 && Producers <= 4096, "a ring has 1 to 4,096 producers");
    static_assert(Patience > 0 && Patience <= std::uint32_t{1} << 30, "patience is 1 to 2^30 drains");

public:
    using producer = std::uint32_t;  ///< in [0, Producers); used by one thread at a time
    static constexpr overflow_policy overflow = overflow_policy::reject;

    /// The empty ring.
    constexpr mpsc_ring() noexcept = default;

    /// The empty ring, whose first bid gets position `first`: for tests of how laps wrap. O(Capacity).
    explicit mpsc_ring(std::uint64_t first) noexcept : tail_(first), head_(first) {
        for (std::uint64_t at = first; at != first + cells; ++at)
            new (&cell(at)) Cell(static_cast<lap>(lap_of(at) - 1));
    }

    /// The number of bids that always fit. With several producers at once, up to Producers - 1 more can get in.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    // --- for producers -----------------------------------------------------------------------------------------------------

    /// Returns a number to push with; nothing if Producers are attached already. From any thread. O(Producers).
    std::optional<producer> attach() noexcept {
        for (producer who = 0; who < Producers; ++who) {
            std::uint32_t free = 0;
            if (!line_[who].attached.compare_exchange(free, 1, memory_order::acq_rel, memory_order::relaxed)) continue;
            line_[who].head_seen.store(head_.load(memory_order::acquire), memory_order::relaxed);
            return who;
        }
        return std::nullopt;
    }

    /// Gives a number back: called by its producer, or by the host for one that has crashed. Returns false if it was not attached.
    bool detach(producer who) noexcept {
        return who < Producers && line_[who].attached.exchange(0, memory_order::acq_rel) != 0;
    }

    /// Is a producer attached with this number? For a host that looks for crashed producers. O(1).
    bool attached(producer who) const noexcept {
        return who < Producers && line_[who].attached.load(memory_order::relaxed) != 0;
    }

    /// Enters a bid and returns true. Returns false, and doesn't enter it, if the ring is full, if the consumer has abandoned the
    /// cell because the producer stalled, if `who` is not attached, or if the agent's slot is not below Agents. O(1), wait-free.
    bool try_push(producer who, bid const& b) noexcept {
        if (who >= Producers || slot_of(b.agent) >= Agents) return false;
        producers_line& mine = line_[who];
        if (mine.attached.load(memory_order::relaxed) == 0) return false;
        const std::uint64_t likely = tail_.load(memory_order::relaxed);
        prefetch_for_write(&cell(likely));  // the line comes while the claim is made
        if (!has_room(mine, likely, Capacity)) return false;
        // Claims are totally ordered: so this one sees no older head_ than those before it, and by the credit there is a cell.
        const std::uint64_t at = tail_.fetch_add(1, memory_order::acq_rel);
        if (!has_room(mine, at, cells)) return false;
        return cell(at).commit(lap_of(at),
                               {b.amount, b.units, maxwell_wire_who(slot_of(b.agent), generation_of(b.agent)), 0});
    }

    // --- for the consumer --------------------------------------------------------------------------------------------------

    /// As in slot_holders: which agent holds a slot. Bids of others are dropped.
    status admit(agent_id id) noexcept { return holders_.admit(id); }
    status retire(agent_id id) noexcept { return holders_.retire(id); }
    bool holds(agent_id id) const noexcept { return holders_.holds(id); }

    /// Calls f with each waiting bid, in the order of claims, and returns how often it did. Drops bids of agents that don't hold
    /// their slot. Reads at most `budget` cells, whatever is in them. A cell that is claimed and not committed ends the drain; it
    /// is abandoned after Patience to twice as many drains have met it.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        const std::uint64_t head = head_.load(memory_order::relaxed);
        std::uint64_t at = head;
        std::size_t given = 0;
        for (std::size_t cells_left = budget; cells_left > 0; --cells_left) {
            maxwell_wire_bid found{};
            const cell_state state = cell(at).read(lap_of(at), found);
            if (state == cell_state::bid) {
                given += give(found, f) ? 1 : 0;
            } else if (state != cell_state::abandoned) {
                if (state == cell_state::foreign) ++anomalies_;
                if (!abandons(at)) break;
            }
            ++at;
        }
        if (at != head) head_.store(at, memory_order::release);
        return given;
    }

    /// The number of bids that named an agent which doesn't hold its slot, and of cells with content that no push writes.
    std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// The number of cells abandoned because their producers had crashed or stalled.
    std::uint64_t abandoned() const noexcept { return abandoned_; }

    /// Do the invariants hold? Call it while no thread pushes or drains. O(Capacity); for tests.
    bool check_invariants() noexcept {
        const std::uint64_t head = head_.load(memory_order::acquire);
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        if (tail - head > cells) return false;
        for (std::uint64_t at = head; at != head + cells; ++at) {
            maxwell_wire_bid found{};
            const cell_state state = cell(at).read(lap_of(at), found);
            if (state == cell_state::foreign || (at - head >= tail - head && state != cell_state::open)) return false;
        }
        return true;
    }

private:
    using lap = typename Cell::lap;
    static constexpr std::uint64_t cells = Capacity + Producers;

    static constexpr lap lap_of(std::uint64_t at) noexcept { return static_cast<lap>(at / cells + 1); }
    constexpr Cell& cell(std::uint64_t at) noexcept { return cell_[at % cells]; }

    /// A producer's own cache line. It loads head_ only if head_seen shows no room.
    struct alignas(64) producers_line {
        atomic<std::uint64_t> head_seen;
        atomic<std::uint32_t> attached;
    };

    /// Is `at` less than `room` cells after head_? Then the consumer has read what those cells held a lap ago. Also true if the
    /// consumer has already passed `at`: then it has abandoned the cell, and commit fails.
    bool has_room(producers_line& mine, std::uint64_t at, std::uint64_t room) noexcept {
        const auto below = [&](std::uint64_t head) noexcept {
            return static_cast<std::int64_t>(at - head) < static_cast<std::int64_t>(room);
        };
        if (below(mine.head_seen.load(memory_order::relaxed))) return true;
        const std::uint64_t head = head_.load(memory_order::acquire);
        mine.head_seen.store(head, memory_order::relaxed);
        return below(head);
    }

    template <class F>
    bool give(maxwell_wire_bid const& found, F& f) noexcept {
        const auto agent = holders_.find(maxwell_wire_slot(found.who), maxwell_wire_generation(found.who));
        if (!agent) {
            ++anomalies_;
            return false;
        }
        f(bid{*agent, found.amount, found.units});
        return true;
    }

    /// Abandons an open cell at the head if it was claimed and enough drains have met it; returns whether it did. Producers
    /// contend for tail_, so a consumer that waits looks at it only every Patience drains.
    bool abandons(std::uint64_t at) noexcept {
        if (open_at_ != at) {
            open_at_ = at;
            drains_ = 0;
        }
        ++drains_;
        if (drains_ == Patience && tail_.load(memory_order::relaxed) == at) drains_ = 0;  // not claimed yet
        if (drains_ < 2 * Patience) return false;
        if (!cell(at).abandon(lap_of(at))) return false;  // committed at the last moment: the next drain reads it
        ++abandoned_;
        return true;
    }

    alignas(64) atomic<std::uint64_t> tail_;
    alignas(64) atomic<std::uint64_t> head_;
    alignas(64) std::uint64_t open_at_ = 0;  ///< the open cell that the last drains met
    std::uint64_t abandoned_ = 0;
    std::uint64_t anomalies_ = 0;
    std::uint32_t drains_ = 0;  ///< how many drains have met the open cell at open_at_
    slot_holders<Agents> holders_;
    producers_line line_[Producers];
    alignas(64) Cell cell_[cells];
};

static_assert(bid_source<mpsc_ring<8>>);
static_assert(std::is_standard_layout_v<mpsc_ring<8>>);

}  // namespace maxwell
