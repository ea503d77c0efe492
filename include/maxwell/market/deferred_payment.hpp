// SPDX-License-Identifier: MIT
//
// deferred_payment: the price for a patient agent that needs any one slot, such that truthful bidding over time is dominant.
//
// An agent arrives, waits, is served in one slot if it is the best there, and leaves at the latest when its patience ends. If it paid
// the critical price of the slot that it happens to win, misreporting would pay: a lower bid or a later arrival wins a cheaper slot.
// So it pays the least amount with which it would have won some slot before it leaves, which is known when it leaves (Hajiaghayi,
// Kleinberg, Mahdian, Parkes 2005). Had agent i bid too little for its slot s, the runner-up r of s would have been served there
// instead of where it was served later; the runner-up of that later slot would have been served in its stead; and so on, a chain of
// displaced agents:
//
//     slot        s        s+1       s+2       s+3       departure of i
//     winner      i (9)    a (8)     r (7)     b (5)
//     runner-up   r (7)    r (7)     c (4)     c (4)
//
//     without i: r would have s, and c what r had. i would have won s+1 with more than 8, s+2 with more than 4, s+3 with more than 5
//     i pays min( winners' amounts from s on: 9, 8, 7, 5 ;  runners-up that its chain met: 7 in s, 4 in s+2 ) = 4, plus its tie tick
//
// Both minima are kept by slot: links lead from older to newer slots, in a ring of the longest patience, with paths halved as they are
// walked. Chains that meet stay together, so each slot has one link, and a departure walks two short paths.
//
//     agents_     of each agent: arrival, what it won with and where, the slot that it was last displaced in
//     chain_[t]   ──▶ the later slot in which the agent displaced in t was served or displaced again, and the runner-up met there
//     least_[t]   ──▶ the next slot with a lower winner; the last of them has the least winner from t to now
//
// Invariants
//   1. A link leads to a newer slot, fewer than Horizon slots away, or the slot is a root.
//   2. descent_ holds the roots of least_, oldest first, their winners ascending strictly.
//   3. The all-zero object has no agent inside and no slot sold.
//
//     operation   cost                     why
//     enter       O(1)                     one store of the arrival
//     sold        O(1) amortised           each slot enters descent_ once and leaves it once
//     leave       O(log Horizon) amortised two paths, halved; a single call is O(Horizon) at worst
//
// Truth is dominant over value, arrival and departure if no agent can arrive early or leave after its patience: the host records
// arrivals and calls leave on time. Greedy service gets at least half of the best welfare in hindsight; no deterministic truthful
// mechanism that decides at once gets more. It holds for agents that want one slot, not for demand for several.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // winners, what is due
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// `Agents`: slots for agents, as of the auction. `Horizon`: the longest patience in slots, a power of two.
template <std::size_t Agents, std::size_t Horizon>
class deferred_payment {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");
    static_assert(Horizon > 1 && (Horizon & (Horizon - 1)) == 0 && Horizon <= (std::size_t{1} << 24),
                  "indexed by a mask");

public:
    /// No agent is inside.
    constexpr deferred_payment() noexcept = default;

    /// The same, but arrivals are counted from `first_arrival` on, modulo 2^32: for tests of the count's wrap.
    constexpr explicit deferred_payment(std::uint32_t first_arrival) noexcept : arrivals_(first_arrival) {}

    /// The number of agents that can be inside at a time: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// The greatest number of slots from an arrival to the departure, both included.
    static constexpr std::size_t horizon() noexcept { return Horizon; }

    /// The number of slots that were sold or stayed empty.
    constexpr std::uint64_t slots() const noexcept { return slots_; }

    /// Is `id` inside: has it entered and not left? O(1).
    constexpr bool is_inside(agent_id id) const noexcept {
        return slot_of(id) < Agents && agents_[slot_of(id)].inside &&
               agents_[slot_of(id)].generation == generation_of(id);
    }

    /// Records that `id` arrives. Call it in the order in which bids are inserted, before the first slot that the agent can win. If an
    /// older generation never left the slot, it is forgotten. Returns `unknown_agent` if the slot is not below capacity(), and `stale_agent` if the
    /// slot has seen a newer generation or `id` is inside. O(1).
    constexpr status enter(agent_id id) noexcept {
        if (slot_of(id) >= Agents) return status::unknown_agent;
        agent_state& a = agents_[slot_of(id)];
        if (generation_of(id) < a.generation || is_inside(id)) return status::stale_agent;
        a = {0, 0, 0, 0, generation_of(id), arrivals_++, true};
        return status::ok;
    }

    /// Records the next slot: `winner` was served in it, and `runner_up` was the best of those that were not. Without a winner the slot
    /// stayed empty. An agent's bid has to be the same in every slot; a runner-up below `reserve` counts as none.
    ///
    /// Returns `unknown_agent` if one of the two is not inside. Returns `no_bid` if the winner is below the reserve or was served before,
    /// if the runner-up was served before or ranks at or above the winner, and if there is a runner-up without a winner. Only a call that
    /// returns `ok` counts as a slot. O(1) amortised.
    constexpr status sold(std::optional<bid> const& winner, std::optional<bid> const& runner_up,
                          price reserve) noexcept {
        if (!winner) {
            if (runner_up) return status::no_bid;
            append(reserve_key(reserve));
            return status::ok;
        }
        if (!is_inside(winner->agent) || (runner_up && !is_inside(runner_up->agent))) return status::unknown_agent;
        agent_state& won = agents_[slot_of(winner->agent)];
        if (winner->amount < reserve || won.served != 0) return status::no_bid;
        const key own = key_of(winner->amount, won);
        key bar = reserve_key(reserve);
        if (runner_up) {
            agent_state& next = agents_[slot_of(runner_up->agent)];
            const key rival = key_of(runner_up->amount, next);
            if (next.served != 0 || !below(rival, own)) return status::no_bid;
            if (runner_up->amount >= reserve) {
                bar = rival;
                if (fresh(next.displaced)) chain_[(next.displaced - 1) % Horizon] = {no_bar, here()};
                next.displaced = slots_ + 1;
            }
        }
        if (fresh(won.displaced)) chain_[(won.displaced - 1) % Horizon] = {bar, here()};
        won.served = slots_ + 1;
        won.own = own;
        won.bar = bar;
        append(own);
        return status::ok;
    }

    /// `id` leaves, after the last slot that it could have won, served or not. Returns what it owes, per unit: the least amount with which
    /// it would have been served in its time, at least the reserve and at most its bid. Nothing if it wasn't served or isn't inside. An
    /// agent that was served horizon() slots ago or earlier owes the critical price of its slot. O(log Horizon) amortised.
    constexpr std::optional<price> leave(agent_id id) noexcept {
        if (!is_inside(id)) return std::nullopt;
        agent_state& a = agents_[slot_of(id)];
        a.inside = false;
        if (a.served == 0) return std::nullopt;
        key bar = a.bar;
        if (slots_ - a.served < Horizon) {
            const auto slot = static_cast<std::uint32_t>((a.served - 1) % Horizon);
            bar = lower(bar, lower(least_from(slot), least_met(slot)));
        }
        return price_against(a.own, bar);
    }

    /// Do the invariants hold? O(Horizon); for tests and assertions.
    constexpr bool check_invariants() const noexcept {
        if (roots_ > Horizon) return false;
        for (std::uint64_t i = 1; i < roots_; ++i) {
            if (!below(least_[root(i - 1)].winner, least_[root(i)].winner)) return false;
        }
        const std::uint64_t known = slots_ < Horizon ? slots_ : Horizon;
        for (std::uint64_t age = 0; age < known; ++age) {
            const auto slot = static_cast<std::uint32_t>((slots_ - 1 - age) % Horizon);
            if (age_of(chain_[slot].next) > age || age_of(least_[slot].next) > age) return false;
        }
        return true;
    }

private:
    /// What has to be outranked: 34 bits of level, then 30 of arrival, inverted, for ties. Bids have even levels; the reserve r has
    /// the odd one between the bids of r - 1 and r, so a bid of r outranks it and no tie is left. 1, reserve 0, is below every bid.
    using key = std::uint64_t;
    static constexpr unsigned arrival_bits = 30;
    static constexpr key arrival_mask = (key{1} << arrival_bits) - 1;
    static constexpr key no_bar = ~key{0};  ///< above every key

    struct agent_state {
        key own;                  ///< that it was served with
        key bar;                  ///< the runner-up or the reserve of its slot
        std::uint64_t served;     ///< in which slot, plus 1
        std::uint64_t displaced;  ///< the newest slot in which it was the runner-up, plus 1; 0: none since it entered
        std::uint32_t generation;
        std::uint32_t arrival;
        bool inside;
    };
    struct link {
        key met;             ///< the runner-up of `next`, if the displaced agent was served there
        std::uint32_t next;  ///< itself for a root
    };
    struct low {
        key winner;
        std::uint32_t next;  ///< itself for a root
    };

    static constexpr key reserve_key(price reserve) noexcept { return (2 * key{reserve} + 1) << arrival_bits; }

    static constexpr key key_of(price amount, agent_state const& a) noexcept {
        return (2 * key{amount} + 2) << arrival_bits | (~key{a.arrival} & arrival_mask);
    }

    /// Does `a` rank below `b`? Arrivals are compared by their difference: those of agents that are inside together differ by less
    /// than 2^29.
    static constexpr bool below(key a, key b) noexcept {
        if (a >> arrival_bits != b >> arrival_bits) return a >> arrival_bits < b >> arrival_bits;
        return ((a - b) >> (arrival_bits - 1) & 1) != 0;
    }
    static constexpr key lower(key a, key b) noexcept { return below(b, a) ? b : a; }

    /// The least amount with which the agent of `own` outranks `bar`.
    static constexpr price price_against(key own, key bar) noexcept {
        const key level = bar >> arrival_bits;
        if (level % 2 != 0) return static_cast<price>(level / 2);
        const bool later = ((own - bar) >> (arrival_bits - 1) & 1) != 0;
        return static_cast<price>(level / 2 - 1 + (later ? 1 : 0));
    }

    /// Will the slot that `plus_one` names still be in the ring with the slot that is being sold?
    constexpr bool fresh(std::uint64_t plus_one) const noexcept {
        return plus_one != 0 && slots_ - (plus_one - 1) < Horizon;
    }
    constexpr std::uint32_t here() const noexcept { return static_cast<std::uint32_t>(slots_ % Horizon); }
    constexpr std::uint64_t age_of(std::uint32_t slot) const noexcept { return (slots_ - 1 - slot) % Horizon; }
    constexpr std::uint32_t& root(std::uint64_t i) noexcept { return descent_[(oldest_root_ + i) % Horizon]; }
    constexpr std::uint32_t root(std::uint64_t i) const noexcept { return descent_[(oldest_root_ + i) % Horizon]; }

    /// The slot that is being sold is the newest, its winner ranks as `winner`, and no chain leads on from it.
    constexpr void append(key winner) noexcept {
        const std::uint32_t newest = here();
        ++slots_;
        chain_[newest] = {no_bar, newest};
        least_[newest] = {winner, newest};
        if (roots_ != 0 && root(0) == newest) {  // Horizon slots old
            oldest_root_ = (oldest_root_ + 1) % Horizon;
            --roots_;
        }
        while (roots_ != 0 && !below(least_[root(roots_ - 1)].winner, winner)) least_[root(--roots_)].next = newest;
        root(roots_++) = newest;
    }

    /// The least winner from `slot` to now.
    constexpr key least_from(std::uint32_t slot) noexcept {
        while (least_[slot].next != slot) {
            const std::uint32_t next = least_[slot].next;
            slot = least_[slot].next = least_[next].next;
        }
        return least_[slot].winner;
    }

    /// The least runner-up that the chain of displaced agents met after `slot`.
    constexpr key least_met(std::uint32_t slot) noexcept {
        key least = no_bar;
        while (chain_[slot].next != slot) {
            link& from = chain_[slot];
            link const& via = chain_[from.next];
            if (via.next != from.next) from = {lower(from.met, via.met), via.next};
            least = lower(least, from.met);
            slot = from.next;
        }
        return least;
    }

    agent_state agents_[Agents] = {};
    link chain_[Horizon] = {};
    low least_[Horizon] = {};
    std::uint32_t descent_[Horizon] = {};  ///< a ring: roots_ of them from oldest_root_ on
    std::uint64_t oldest_root_ = 0;
    std::uint64_t roots_ = 0;
    std::uint64_t slots_ = 0;
    std::uint32_t arrivals_ = 0;
};

static_assert(std::is_trivially_copyable_v<deferred_payment<1, 2>> &&
              std::is_standard_layout_v<deferred_payment<1, 2>>);

}  // namespace maxwell
