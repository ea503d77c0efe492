// SPDX-License-Identifier: MIT
//
// outcome_board: what each agent has won and paid, written by the host and read by the agent.
//
// An agent learns whether it has won by reading its own two cache lines: it needs no call, and there are no messages that could
// be lost or pile up. The numbers are sums, so an agent that looks seldom misses only the price of each single award.
//
//     sequence_   even: copy 0 is whole, odd: copy 1          host: writes the other copy, then counts sequence_ up
//     copy 0      [ awards, units, payments, price | generation ]
//     copy 1      [ awards, units, payments, price | generation ]
//
// Why two copies and no sequence lock: a writer that crashes in a lock leaves readers waiting for ever. Here one copy is always
// whole, and the next host overwrites the one that the crashed host left unfinished.
//
// Invariants
//   1. Copy `sequence_ % 2` is whole, and no word of it is written before sequence_ has been counted up.
//   2. Only the host writes; agents need only a read-only mapping.
//   3. All zeros is the board without awards, for agents of generation 0.
//
// Why a reader never returns a mixture of two copies: it reads sequence_ (acquire), the copy (acquire), and sequence_ again.
// The first load makes that copy's words visible. The words of a copy are stored with release, so a reader that has read a
// later word also sees the sequence_ that was stored before it, which is greater: it looks again. For that the host has to post
// twice to the same agent within one look, which takes some ten nanoseconds.
//
//     operation        cost   why
//     post, begin      O(1)   a copy of four words, one store; never waits
//     read             O(1)   at most `tries` looks of six loads; never waits
//     memory           128 B per agent, so an agent that reads doesn't slow down the host's posts to others

#pragma once

#include <maxwell/abi/outcome_board.h>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // offsetof, size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // a look that failed
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// What an agent has won since it began. Sums are modulo 2^64.
struct outcome {
    std::uint64_t awards;
    std::uint64_t units;     ///< resource units won
    std::uint64_t payments;  ///< ticks: the sum of units times price
    price last_price;        ///< per unit, of the last award; 0 before the first

    friend constexpr bool operator==(outcome const&, outcome const&) = default;
};

template <std::size_t Agents>
class outcome_board {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    /// How often read() looks for a copy that stays whole.
    static constexpr int tries = 8;

    /// The board without awards.
    constexpr outcome_board() noexcept = default;

    /// The number of agents that have an outcome: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    // --- host: one thread at a time ------------------------------------------------------------------------------------

    /// Gives the slot to the agent `id`, with nothing won; its predecessor can't read the slot from now on. Not needed for
    /// agents of generation 0 on a new board. Returns `unknown_agent` if the slot is not below capacity(). O(1).
    status begin(agent_id id) noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        cell_[slot_of(id)].write({}, generation_of(id));
        return status::ok;
    }

    /// Adds an award to its winner's outcome: winner.units at `payment` each. Returns `unknown_agent` if the slot is not below
    /// capacity(), `stale_agent` if it is another agent's. O(1).
    status post(award const& won) noexcept {
        const std::uint32_t slot = slot_of(won.winner.agent);
        if (slot >= Agents) return status::unknown_agent;
        seen now = cell_[slot].newest();
        if (now.generation != generation_of(won.winner.agent)) return status::stale_agent;
        now.sums.awards += 1;
        now.sums.units += won.winner.units;
        now.sums.payments += std::uint64_t{won.winner.units} * won.payment;
        now.sums.last_price = won.payment;
        cell_[slot].write(now.sums, now.generation);
        return status::ok;
    }

    // --- agents: any number, through a read-only mapping ---------------------------------------------------------------

    /// Sets `won` to what `id` has won so far, all of it as of one moment, and returns `ok`. Doesn't change it and returns
    /// `unknown_agent` if the slot is not below capacity(), `stale_agent` if it belongs to another agent, and `busy` if the
    /// host has posted twice to it in each of `tries` looks: try again. O(1), wait-free.
    status read(agent_id id, outcome& won) const noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        cell const& mine = cell_[slot_of(id)];
        for (int n = 0; n < tries; ++n) {
            const std::optional<seen> whole = mine.look();
            if (!whole) continue;
            if (whole->generation != generation_of(id)) return status::stale_agent;
            won = whole->sums;
            return status::ok;
        }
        return status::busy;
    }

    /// Returns what `id` has won so far; nothing if the other read() would not return `ok`.
    std::optional<outcome> read(agent_id id) const noexcept {
        outcome won{};
        return read(id, won) == status::ok ? std::optional(won) : std::nullopt;
    }

private:
    struct seen {
        outcome sums;
        std::uint32_t generation;
    };

    struct copy {
        atomic<std::uint64_t> awards;
        atomic<std::uint64_t> units;
        atomic<std::uint64_t> payments;
        atomic<std::uint64_t> last;  ///< generation in the upper half, price in the lower

        seen load() const noexcept {
            seen s{};
            s.sums.awards = awards.load(memory_order::acquire);
            s.sums.units = units.load(memory_order::acquire);
            s.sums.payments = payments.load(memory_order::acquire);
            const std::uint64_t both = last.load(memory_order::acquire);
            s.sums.last_price = static_cast<price>(both);
            s.generation = static_cast<std::uint32_t>(both >> 32);
            return s;
        }
    };

    struct cell {
        atomic<std::uint64_t> sequence;
        std::uint64_t unused_front[3];
        copy copies[2];
        std::uint64_t unused_back[4];

        /// For the host.
        seen newest() const noexcept { return copies[sequence.load(memory_order::relaxed) % 2].load(); }

        /// For readers: nothing if the copy may have been overwritten meanwhile.
        std::optional<seen> look() const noexcept {
            const std::uint64_t before = sequence.load(memory_order::acquire);
            const seen s = copies[before % 2].load();
            if (sequence.load(memory_order::relaxed) != before) return std::nullopt;
            return s;
        }

        void write(outcome const& sums, std::uint32_t generation) noexcept {
            const std::uint64_t next = sequence.load(memory_order::relaxed) + 1;
            copy& to = copies[next % 2];
            to.awards.store(sums.awards, memory_order::release);
            to.units.store(sums.units, memory_order::release);
            to.payments.store(sums.payments, memory_order::release);
            to.last.store(std::uint64_t{generation} << 32 | sums.last_price, memory_order::release);
            sequence.store(next, memory_order::release);
        }
    };
    static_assert(sizeof(copy) == sizeof(maxwell_outcome_copy) && sizeof(cell) == sizeof(maxwell_outcome));
    static_assert(offsetof(cell, copies) == offsetof(maxwell_outcome, even));
    static_assert(offsetof(copy, units) == offsetof(maxwell_outcome_copy, units));
    static_assert(offsetof(copy, payments) == offsetof(maxwell_outcome_copy, payments));
    static_assert(offsetof(copy, last) == offsetof(maxwell_outcome_copy, last));

    alignas(64) cell cell_[Agents] = {};
};

static_assert(sizeof(outcome_board<3>) == 3 * sizeof(maxwell_outcome));
static_assert(std::is_standard_layout_v<outcome_board<3>>);

}  // namespace maxwell
