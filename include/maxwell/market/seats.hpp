// SPDX-License-Identifier: MIT
//
// seats: what the host knows of each agent that may bid. Two words, kept apart: the agent's and the host's.
//
//     agent's word   offer(bid)     what it would pay, and for how much; kept whatever the agent is doing
//     host's word    wake, block    whether it may run at all
//
//                         wake                 seat_on
//     vacant ──admit──▶ blocked ──▶ waiting ───────────▶ running
//        ▲                 ▲  ▲        │                 │  │
//        └──── retire ─────┘  └─block──┘◀──── rise ──────┘  │     rise: the decision that ends its quantum
//              from any state  └──────────── block ─────────┘     blocked, and on its core until that decision
//
// The market's invariant rests on it: a bid is in an auction exactly when its agent is waiting and its offer has units. An offer
// that arrives while its agent runs is kept for its re-entry. Inserted at once, it would win a second processor, or the one that
// the agent has. A wake enters the last offer, so an agent that blocks and wakes needn't bid again.
//
// Invariants
//   1. A seat that is running is on a core. One that is vacant or waiting is on none.
//   2. An id below the newest that a seat was given to, or one that has retired, is stale for ever.
//   3. The all-zero object is the table of vacant seats.
//
//     operation   cost   why
//     all         O(1)   one seat of 24 bytes

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint32_t
#include <optional>     // offered
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

enum class seat_state : std::uint8_t {
    vacant,   ///< no agent has it
    blocked,  ///< its agent may not run
    waiting,  ///< may run, and does not
    running,  ///< runs, and may go on
};

/// One agent, as the host sees it.
struct seat {
    std::uint32_t generation;  ///< of the agent that has the seat, or had it last
    price amount;              ///< the newest offer
    std::uint32_t units;       ///< the newest offer; 0: none
    std::uint32_t account;
    std::uint32_t since;  ///< when the agent began to wait, in steps of 256 ns, modulo 2^32
    std::uint8_t lane;
    seat_state state;
    std::uint8_t core;  ///< that the agent is on, plus one; 0: none
    bool pays : 1;      ///< false: it bids by its share
    bool retired : 1;   ///< of a vacant seat: its last agent has left for good
};

template <std::size_t Agents>
class seats {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    static constexpr std::size_t max_cores = 255;

    /// Seats in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// Does `id` have its seat? `ok`; `unknown_agent` if its slot is not below capacity(), or it was never admitted; `stale_agent`
    /// if it has retired or its seat has been given to a newer generation. O(1).
    constexpr status holds(agent_id id) const noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        seat const& s = seat_[slot_of(id)];
        if (generation_of(id) == s.generation && s.state != seat_state::vacant) return status::ok;
        return has_left(s, generation_of(id)) ? status::stale_agent : status::unknown_agent;
    }

    /// What the agent does. `vacant` for an id without a seat. O(1).
    constexpr seat_state state(agent_id id) const noexcept {
        return holds(id) == status::ok ? seat_[slot_of(id)].state : seat_state::vacant;
    }

    /// The agent's newest offer; nothing when it has made none, has withdrawn it, or has no seat. O(1).
    constexpr std::optional<bid> offered(agent_id id) const noexcept {
        if (holds(id) != status::ok || seat_[slot_of(id)].units == 0) return std::nullopt;
        return bid{id, seat_[slot_of(id)].amount, seat_[slot_of(id)].units};
    }

    /// The seat of `slot`, which is below capacity().
    constexpr seat const& operator[](std::uint32_t slot) const noexcept {
        MAXWELL_ASSERT(slot < Agents);
        return seat_[slot];
    }

    /// The id of the agent that has the seat of `slot`, which is below capacity().
    constexpr agent_id holder(std::uint32_t slot) const noexcept {
        return make_agent_id(slot, (*this)[slot].generation);
    }

    /// Is a bid of this slot, which is below capacity(), in an auction? The invariant of the market. O(1).
    constexpr bool bids(std::uint32_t slot) const noexcept {
        return (*this)[slot].state == seat_state::waiting && seat_[slot].units != 0;
    }

    /// The seat of `slot` will be looked at soon: asks for its line. Any slot will do. O(1).
    void prefetch(std::uint32_t slot) const noexcept {
        if (slot < Agents) maxwell::prefetch_for_write(&seat_[slot]);
    }

    /// Gives the seat to `id`, blocked and without an offer. `unknown_agent` if the slot is not below capacity() or the seat is
    /// taken, `stale_agent` as for holds(). O(1).
    constexpr status admit(agent_id id, std::uint8_t lane, std::uint32_t account, bool pays) noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        seat& s = seat_[slot_of(id)];
        if (has_left(s, generation_of(id))) return status::stale_agent;
        if (s.state != seat_state::vacant) return status::unknown_agent;
        s = {generation_of(id), 0, 0, account, 0, lane, seat_state::blocked, 0, pays, false};
        return status::ok;
    }

    /// Frees the seat. `for_good`: the id is stale from now on; otherwise it may be admitted again. As holds(). O(1).
    constexpr status vacate(agent_id id, bool for_good) noexcept {
        const status held = holds(id);
        if (held != status::ok) return held;
        seat& s = seat_[slot_of(id)];
        s.state = seat_state::vacant;
        s.core = 0;
        s.retired = for_good;
        return status::ok;
    }

    /// The agent's word: keeps `b` as its newest offer, whatever its state; 0 units withdraw. As holds(). O(1).
    constexpr status offer(bid const& b) noexcept {
        const status held = holds(b.agent);
        if (held != status::ok) return held;
        seat_[slot_of(b.agent)].amount = b.amount;
        seat_[slot_of(b.agent)].units = b.units;
        return status::ok;
    }

    /// The host's word: the agent may run, since `now` in steps of 256 ns. One that has blocked on its core and is still there
    /// runs again, or it would win a second core. Changes nothing if it may run already. As holds(). O(1).
    constexpr status wake(agent_id id, std::uint32_t now) noexcept {
        const status held = holds(id);
        if (held != status::ok) return held;
        seat& s = seat_[slot_of(id)];
        if (s.state != seat_state::blocked) return status::ok;
        s.state = s.core != 0 ? seat_state::running : seat_state::waiting;
        s.since = now;
        return status::ok;
    }

    /// The host's word: the agent may not run. As holds(). O(1).
    constexpr status block(agent_id id) noexcept {
        const status held = holds(id);
        if (held == status::ok) seat_[slot_of(id)].state = seat_state::blocked;
        return held;
    }

    /// The agent belongs to `lane` from now on. As holds(). O(1).
    constexpr status move(agent_id id, std::uint8_t lane) noexcept {
        const status held = holds(id);
        if (held == status::ok) seat_[slot_of(id)].lane = lane;
        return held;
    }

    /// The waiting agent of `slot` runs on `core`, below max_cores. O(1).
    constexpr void seat_on(std::uint32_t slot, std::size_t core) noexcept {
        MAXWELL_ASSERT(seat_[slot].state == seat_state::waiting && core < max_cores);
        seat_[slot].state = seat_state::running;
        seat_[slot].core = static_cast<std::uint8_t>(core + 1);
    }

    /// The quantum of `id` is over: it leaves its core, and waits from `now` on if it may run. Does it bid again? O(1).
    constexpr bool rise(agent_id id, std::uint32_t now) noexcept {
        if (holds(id) != status::ok) return false;
        seat& s = seat_[slot_of(id)];
        s.core = 0;
        if (s.state != seat_state::running) return false;
        s.state = seat_state::waiting;
        s.since = now;
        return s.units != 0;
    }

    /// Does invariant 1 hold? O(Agents); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        for (seat const& s : seat_) {
            if (s.core == 0 ? s.state == seat_state::running
                            : s.state != seat_state::running && s.state != seat_state::blocked)
                return false;
        }
        return true;
    }

private:
    /// Is an id of this generation stale for the seat?
    static constexpr bool has_left(seat const& s, std::uint32_t generation) noexcept {
        if (generation == s.generation) return s.state == seat_state::vacant && s.retired;
        return generation < s.generation;
    }

    seat seat_[Agents] = {};
};

static_assert(sizeof(seat) == 24);
static_assert(std::is_trivially_copyable_v<seats<7>> && std::is_standard_layout_v<seats<7>>);

}  // namespace maxwell
