// SPDX-License-Identifier: MIT
//
// slot_auction: the members that every container with a book of slots has in common, written and documented once.
//
//     tournament_tree ──▶ exact_auction ──▶ slot_auction ◀── stratified_buckets, with fixed tiers or adaptive ones
//     lazy_heap ────────────────▲
//
// A container derives from slot_auction<itself, Capacity> and keeps all data; this base has none, so the container stays
// standard-layout. The container befriends the base and supplies, for slots that are below Capacity:
//
//     book_                        size, generation, has_retired, retire, set_units
//     is_live(slot)                has the slot a live bid?
//     bid_in(slot)                 the live bid of a slot that has one
//     enter(b)                     an admitted bid enters, or replaces the slot's
//     withdraw(slot)               the live bid of a slot that has one leaves
//     prefetch_order(slot)         optional: prefetches the data by which the slot's bid is ordered
//     critical_price_against(w, r) the least amount with which slot w would rank before the live bid of slot r
//     candidates, best first:      best_candidate, next_candidate, is_eligible, slot_of_candidate, and
//     award_to(c, rival)           the bid of c leaves, at the price at which it still ranks before `rival`
//
// The verbs are the same in all of auction/: a bid enters an auction and leaves it; a slot joins a list and leaves it.

#pragma once

#include <maxwell/auction/affinity.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>   // size_t
#include <cstdint>   // uint32_t
#include <optional>  // find, find_slot, extract_max_if

namespace maxwell::detail {

template <class Container, std::size_t Capacity>
class slot_auction {
public:
    /// The number of slots: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// The number of live bids.
    constexpr std::size_t size() const noexcept { return self().book_.size(); }
    constexpr bool empty() const noexcept { return size() == 0; }

    /// Returns the live bid of `id`; nothing if it has none, also if its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept {
        if (!has_bid(id)) return std::nullopt;
        return self().bid_in(slot_of(id));
    }

    /// Returns the live bid of `slot`, of any generation; nothing if it has none or is not below capacity(). O(1).
    constexpr std::optional<bid> find_slot(std::uint32_t slot) const noexcept {
        if (slot >= Capacity || !self().is_live(slot)) return std::nullopt;
        return self().bid_in(slot);
    }

    /// Prefetches the cache lines that an insert of `slot` will need, so the misses of several bids overlap. Any `slot` is
    /// allowed. Changes nothing. O(1).
    void prefetch(std::uint32_t slot) const noexcept {
        if (slot >= Capacity) return;
        self().book_.prefetch(slot);
        self().prefetch_order(slot);
    }

    /// Returns the least amount at which `winner`, with the arrival of its last bid, ranks before the live bid of `rival`:
    /// never less than the reserve, max_price where no amount would do, and the reserve alone where `rival` has no live bid
    /// or a slot is not below capacity(). The arrival of a `winner` without a live bid is known only if it was extracted and
    /// no bid has entered since. O(1).
    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity || !has_bid(rival)) return self().reserve();
        return self().critical_price_against(slot_of(winner), slot_of(rival));
    }

    /// Enters the agent's bid, or replaces the one it has; a new arrival either way. A bid of 0 units is expire(b.agent).
    /// Returns `unknown_agent` if the slot is not below capacity(); `stale_agent` if the agent has retired or the slot has
    /// seen a newer generation. Costs what the container's table says.
    constexpr status insert(bid b) noexcept {
        return insert_by(b, [this](bid const& admitted) noexcept { self().enter(admitted); });
    }

    /// Makes `units` the units of the agent's live bid. Fewer units keep its arrival, as on an exchange; more are a new
    /// arrival, as by insert with the same amount; 0 is expire(id). Returns `unknown_agent` and `stale_agent` as insert does,
    /// and `no_bid` if `id` has none. O(1) for fewer units.
    constexpr status set_units(agent_id id, std::uint32_t units) noexcept {
        if (const status s = admits(id); s != status::ok) return s;
        if (!has_bid(id)) return status::no_bid;
        const bid live = self().bid_in(slot_of(id));
        if (units == 0 || units > live.units) return insert({id, live.amount, units});
        self().book_.set_units(slot_of(id), units);
        return status::ok;
    }

    /// Withdraws the agent's bid. Returns `unknown_agent` and `stale_agent` as insert does, and `no_bid` if `id` has none.
    constexpr status expire(agent_id id) noexcept {
        if (const status s = admits(id); s != status::ok) return s;
        if (!has_bid(id)) return status::no_bid;
        self().withdraw(slot_of(id));
        return status::ok;
    }

    /// Ends the agent: its bid, or one of an older generation, leaves, and every later request of it is stale. Returns `ok`,
    /// with or without a live bid; `unknown_agent` if the slot is not below capacity(); `stale_agent` if the slot has seen a
    /// newer generation.
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < self().book_.generation(slot)) return status::stale_agent;
        if (self().is_live(slot)) self().withdraw(slot);
        self().book_.retire(id);
        return status::ok;
    }

    /// Extracts the best bid whose slot is allowed, looking at no more than `probes` candidates, best first. Returns nothing if
    /// none of them is allowed. The payment is critical: what the best other allowed bid asks for or, if none was found
    /// among the candidates, what keeps the winner among the first `probes`. `allowed(slot)` must not depend on amounts.
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        using candidate = decltype(self().best_candidate());
        const auto chosen = choose(
            self().best_candidate(), [this](candidate c) noexcept { return self().is_eligible(c); },
            [this](candidate c) noexcept { return self().next_candidate(c); },
            [&](candidate c) noexcept { return allowed(Container::slot_of_candidate(c)); }, probes);
        if (chosen.winner == candidate{}) return std::nullopt;
        return self().award_to(chosen.winner, chosen.rival);
    }

protected:
    /// Nothing to prefetch: in tiers the amount says where a bid will be, and it isn't known yet.
    static void prefetch_order(std::uint32_t) noexcept {}

    /// May this agent bid? `ok`, `unknown_agent` or `stale_agent`. O(1).
    constexpr status admits(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        const std::uint32_t newest = self().book_.generation(slot);
        if (generation_of(id) < newest) return status::stale_agent;
        if (self().is_live(slot) || !self().book_.has_retired(slot)) return status::ok;
        return generation_of(id) == newest ? status::stale_agent : status::ok;
    }

    /// insert, with `enter(b)` called for an admitted bid.
    template <class Enter>
    constexpr status insert_by(bid const& b, Enter enter) noexcept {
        if (b.units == 0) return expire(b.agent);
        if (const status s = admits(b.agent); s != status::ok) return s;
        enter(b);
        return status::ok;
    }

private:
    /// Has this very agent, generation included, a live bid?
    constexpr bool has_bid(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        return slot < Capacity && self().is_live(slot) && self().book_.generation(slot) == generation_of(id);
    }

    constexpr Container& self() noexcept { return static_cast<Container&>(*this); }
    constexpr Container const& self() const noexcept { return static_cast<Container const&>(*this); }
};

}  // namespace maxwell::detail
