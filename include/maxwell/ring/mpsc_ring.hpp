// SPDX-License-Identifier: MIT
//
// mpsc_ring: one queue for bids of many producers that are trusted, the last resort where there are too many to give each
// of them a ring, and every bid counts, not only the newest of each agent (for that take bid_board).
//
// A producer claims a place by one fetch_add, and commits its bid there by one exchange against exactly what the place held a
// lap ago. Places are read in the order of claims; nobody waits for anybody but the consumer for the place at its head, and
// it gives that up when `Patience` drains have met it, twice as many at most.
//
//     all         tail_                                      next place to claim
//     producer's  head_seen, attached                        a line for each: head_ when it last had to look
//     consumer's  head_                                      next place to read
//                 open_at_ │ drains_ │ given_up_ │ anomalies_ │ holders_
//     cell_       [ bid, lap 2 ] [ bid, lap 2 ] [ claimed, lap 1 ] [ bid, lap 2 ] [ free, lap 1 ] ...
//                                               ▲ head_                           ▲ tail_
//
// Trust. Identity is in the record, so any producer can bid for any agent, and can write anywhere here. Producers that are
// not trusted get rings of their own.
//
// Death and sleep. A producer that dies between its claim and its commit leaves an open place; the consumer gives it up,
// and the bids behind it are delivered. If it was only asleep it finds, however late, that its place holds something else:
// its push answers false and changes nothing (wire_cell.hpp says how late is too late). A consumer that dies in a drain leaves
// bids of that drain to be read again. A dead producer's number stays taken until detach.
//
// Limit. No more than `Producers` are attached at a time, so at most that many claims can come after the last that found
// room: there are Capacity + Producers cells. A thread that pushes under another producer's number can exceed that bound; its
// `try_push` then returns false.
//
// Invariants
//   1. head_ <= tail_, and of the places from head_ on those below tail_ are claimed.
//   2. Every place below head_ is settled, and its bid has been read.
//   3. Zeroed memory is the empty ring, to which nobody is attached and in which no agent holds a slot.
//
//     operation       cost        why
//     try_push        O(1)        wait-free: one fetch_add, one exchange, neither repeated
//     drain           O(budget)   one store to a shared line
//     attach          O(Producers)
//     admit, retire   O(1)
//
// The claim by fetch_add with a credit is that of many bounded queues; committing against the exact old content, so that the
// consumer may poison what stays open, is after LPRQ (Romanov, Koval 2023) and CRQ (Morrison, Afek 2013).

#pragma once

#include <maxwell/core/atomic.hpp>
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
    using producer = std::uint32_t;  ///< in [0, Producers): one thread's at a time
    static constexpr overflow_policy overflow = overflow_policy::reject;

    /// Empty.
    constexpr mpsc_ring() noexcept = default;

    /// Empty, and the first bid gets place number `first`: for tests of how laps wrap. O(Capacity).
    explicit mpsc_ring(std::uint64_t first) noexcept : tail_(first), head_(first) {
        for (std::uint64_t at = first; at != first + places; ++at)
            new (&cell(at)) Cell(static_cast<lap>(lap_of(at) - 1));
    }

    /// Bids that fit, for certain. With several producers at once, fewer than Producers more may get in.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    // --- for producers -----------------------------------------------------------------------------------------------------

    /// A number to push with; nothing when Producers are attached. From any thread. O(Producers).
    std::optional<producer> attach() noexcept {
        for (producer who = 0; who < Producers; ++who) {
            std::uint32_t free = 0;
            if (!line_[who].attached.compare_exchange(free, 1, memory_order::acq_rel, memory_order::relaxed)) continue;
            line_[who].head_seen.store(head_.load(memory_order::acquire), memory_order::relaxed);
            return who;
        }
        return std::nullopt;
    }

    /// Gives a number back: by its producer, or by the host for one that has died. False if it was not attached.
    bool detach(producer who) noexcept {
        return who < Producers && line_[who].attached.exchange(0, memory_order::acq_rel) != 0;
    }

    /// Is somebody attached with this number? For a host that looks for producers that have died. O(1).
    bool attached(producer who) const noexcept {
        return who < Producers && line_[who].attached.load(memory_order::relaxed) != 0;
    }

    /// Enters a bid. False, and it is not in: the ring is full; or the consumer has given this place up because the producer
    /// slept for too long; or `who` is not attached; or the agent's slot is not below Agents. O(1), wait-free.
    bool try_push(producer who, bid const& b) noexcept {
        if (who >= Producers || slot_of(b.agent) >= Agents) return false;
        producers_line& mine = line_[who];
        if (mine.attached.load(memory_order::relaxed) == 0) return false;
        if (!has_room(mine, tail_.load(memory_order::relaxed), Capacity)) return false;
        // In order with all other claims: so we can see no older head_ than any of them, and by the credit there is a place.
        const std::uint64_t at = tail_.fetch_add(1, memory_order::acq_rel);
        if (!has_room(mine, at, places)) return false;
        return cell(at).commit(lap_of(at),
                               {b.amount, b.units, maxwell_wire_who(slot_of(b.agent), generation_of(b.agent)), 0});
    }

    // --- for the consumer --------------------------------------------------------------------------------------------------

    /// Tells who holds a slot, and so whose bids are taken, as in slot_holders.
    status admit(agent_id id) noexcept { return holders_.admit(id); }
    status retire(agent_id id) noexcept { return holders_.retire(id); }
    bool holds(agent_id id) const noexcept { return holders_.holds(id); }

    /// Calls f with each waiting bid, in the order of claims, and returns how often it did. Bids of agents that don't hold
    /// their slot are dropped. At most `budget` places, whatever is in them. A place that is claimed and not committed ends the
    /// drain; it is given up when Patience to twice as many drains have met it.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        const std::uint64_t head = head_.load(memory_order::relaxed);
        std::uint64_t at = head;
        std::size_t given = 0;
        for (std::size_t places_left = budget; places_left > 0; --places_left) {
            maxwell_wire_bid found{};
            const cell_state state = cell(at).read(lap_of(at), found);
            if (state == cell_state::bid) {
                given += give(found, f) ? 1 : 0;
            } else if (state != cell_state::given_up) {
                if (state == cell_state::foreign) ++anomalies_;
                if (!may_pass(at)) break;
            }
            ++at;
        }
        if (at != head) head_.store(at, memory_order::release);
        return given;
    }

    /// Bids that named an agent which doesn't hold its slot, and places with something that nobody pushed.
    std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// Places given up because their producers had died, or slept for too long.
    std::uint64_t given_up() const noexcept { return given_up_; }

    /// Do the invariants hold? While nobody is at work. O(Capacity); for tests.
    bool check_invariants() noexcept {
        const std::uint64_t head = head_.load(memory_order::acquire);
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        if (tail - head > places) return false;
        for (std::uint64_t at = head; at != head + places; ++at) {
            maxwell_wire_bid found{};
            const cell_state state = cell(at).read(lap_of(at), found);
            if (state == cell_state::foreign || (at - head >= tail - head && state != cell_state::open)) return false;
        }
        return true;
    }

private:
    using lap = typename Cell::lap;
    static constexpr std::uint64_t places = Capacity + Producers;

    static constexpr lap lap_of(std::uint64_t at) noexcept { return static_cast<lap>(at / places + 1); }
    constexpr Cell& cell(std::uint64_t at) noexcept { return cell_[at % places]; }

    /// What a producer needs on its own: it looks at head_ only when it would otherwise find no room.
    struct alignas(64) producers_line {
        atomic<std::uint64_t> head_seen;
        atomic<std::uint32_t> attached;
    };

    /// Is `at` less than `room` places after head_? Then what those places held a lap ago has been read before we write. Where
    /// the consumer has already passed `at` the answer is yes: it has been given up, and commit finds that out.
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

    /// An unsettled place at the head: has somebody claimed it, and has he had his time? Then it is given up. tail_ is what
    /// producers contend for, so a consumer that waits looks at it only every Patience drains.
    bool may_pass(std::uint64_t at) noexcept {
        if (open_at_ != at) {
            open_at_ = at;
            drains_ = 0;
        }
        ++drains_;
        if (drains_ == Patience && tail_.load(memory_order::relaxed) == at) drains_ = 0;  // nobody has, until now
        if (drains_ < 2 * Patience) return false;
        if (!cell(at).give_up(lap_of(at))) return false;  // committed at the last moment: the next drain reads it
        ++given_up_;
        return true;
    }

    alignas(64) atomic<std::uint64_t> tail_;
    alignas(64) atomic<std::uint64_t> head_;
    alignas(64) std::uint64_t open_at_ = 0;  ///< the unsettled place that the last drains met
    std::uint64_t given_up_ = 0;
    std::uint64_t anomalies_ = 0;
    std::uint32_t drains_ = 0;  ///< how many of them
    slot_holders<Agents> holders_;
    producers_line line_[Producers];
    alignas(64) Cell cell_[places];
};

static_assert(bid_source<mpsc_ring<8>>);
static_assert(std::is_standard_layout_v<mpsc_ring<8>>);

}  // namespace maxwell
