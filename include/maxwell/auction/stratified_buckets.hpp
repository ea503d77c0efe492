// SPDX-License-Identifier: MIT
//
// stratified_buckets: an auction by tiers of prices, every operation O(1) in the worst case.
//
// Prices are cut into tiers; a tier is a queue of agents in arrival order, and a bitmap says which tiers have anybody in
// them. Nothing is ever sorted or scanned: the winner is the head of the highest tier, and the price that it pays is the
// lower edge of the least tier in which it would still have won.
//
// Tiers are counted by rank, from the highest tier down, so that the winner's is the lowest member of the bitmap.
//
//     used_    bitmap of ranks        [ 1 0 1 0 0 1 0 0 ]
//                                       |   |   `------- one agent, not looked at now
//                                       |   `----------- lowest_above(): the runner-up's, when the winner is alone in its tier
//                                       `--------------- lowest(): the winner's
//     head_    rank -> oldest agent   [ 2 . 9 . . 4 . . ]
//                                       |   |   |
//     ring_    next and previous        2   9   4          a ring per tier in arrival order: the head's `prev` is the tail
//              of a slot                7
//                                       3
//     offer_, generation_             by slot: arrival, amount and units; the newest generation seen
//
// A link is a slot plus one, so that the all-zero object is the empty auction. A slot without a live bid has `next` 0; its
// `prev` is then free, and says whether the slot's agent has retired.
//
// Invariants
//   1. A rank's bit in used_ is set exactly when its head_ is not 0.
//   2. The ring of a rank holds exactly the live bids whose amount is in its tier, from head_ on in arrival order.
//   3. size_ is the number of live bids.
//   4. reserve_tier_ is the least tier whose lower edge is at or above reserve_, Tiers::count when there is none.
//
//     operation                        cost            why
//     insert, expire, retire           O(1)            unlink from one ring, append to one ring, one bitmap word or two
//     top, extract_max                 O(1)            highest tier, its head; the next tier for the price
//     extract_max_if                   O(probes)       from the head of the highest tier down
//     update_price, find               O(1)            one index; one slot
//     clear                            O(live bids)    one unlink each
//     memory                           24 B per agent and 2 B per tier (28 and 4 from a Capacity of 65,535 on), and a bit
//                                      per tier: 7,104 B at log_linear_tiers<7>
//
// What makes it fast: links lie apart from the offers, 4 bytes a slot, so that the neighbours of a slot that joins or leaves
// a ring come from the first-level cache; and joining a ring has no branch on whether it was empty, which for spread-out
// bids is a coin toss that costs more than the few instructions it would save (docs/dead_ends.md has the figures).
//
// Truthfulness: the order (tier, arrival) is monotone in the own amount, arrival never depends on the amount, and the winner
// pays its critical price (Myerson 1981). Who bids between two lower edges has nothing to gain by bidding otherwise: the
// regret is zero, not "up to a tier". What tiers do cost is welfare: a winner can be one tier's width below the best.
//
// The bucket queue with find-first-set is as old as schedulers (Linux O(1); Eiffel, Saeed et al., NSDI 2019).

#pragma once

#include <maxwell/auction/affinity.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // conditional, is_standard_layout

namespace maxwell {

template <std::size_t Capacity, tier_map Tiers = log_linear_tiers<7>>
class stratified_buckets {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};

    /// The empty auction with reserve 0.
    constexpr stratified_buckets() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its place in arrival order.
    constexpr explicit stratified_buckets(std::uint64_t first_arrival) noexcept : arrivals_(first_arrival) {}

    /// Slots in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// Live bids.
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }

    /// The live bid of `id`; nothing when it has none, also when its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity || !is_live(slot) || generation_[slot] != generation_of(id)) return std::nullopt;
        return bid_of(slot);
    }

    /// The reserve in force: the price given to update_price, rounded up to a tier's lower edge where there is one.
    constexpr price reserve() const noexcept { return reserve_; }

    /// The least amount at which `winner`, with the arrival of its last bid, ranks before the live bid of `rival`; never
    /// below the reserve, and the reserve alone where `rival` has no live bid or a slot is not below capacity(). The
    /// highest price where no amount would do. O(1).
    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity || !find(rival)) return reserve_;
        return price_to_beat_bid(slot_of(winner), slot_of(rival));
    }

    /// Enters the agent's bid, or replaces the one it has; a new arrival either way. A bid of 0 units is expire(b.agent).
    /// `unknown_agent`: the slot is not below capacity(). `stale_agent`: the agent has retired, or the slot has seen a newer
    /// generation. Both change nothing. O(1).
    constexpr status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        const std::uint32_t generation = generation_of(b.agent);
        if (slot >= Capacity) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        if (generation < generation_[slot]) return status::stale_agent;
        if (is_live(slot)) {
            unlink(slot, rank_of(offer_[slot].amount));
        } else {
            if (has_retired(slot, generation)) return status::stale_agent;
            ++size_;
        }
        generation_[slot] = generation;
        offer_[slot] = {arrivals_++, b.amount, b.units};
        append(slot, rank_of(b.amount));
        return status::ok;
    }

    /// Withdraws the agent's bid. `unknown_agent`, `stale_agent` as for insert; `no_bid` where `id` has none. O(1).
    constexpr status expire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < generation_[slot]) return status::stale_agent;
        if (!is_live(slot)) return has_retired(slot, generation_of(id)) ? status::stale_agent : status::no_bid;
        if (generation_[slot] != generation_of(id)) return status::no_bid;
        remove(slot);
        return status::ok;
    }

    /// The agent has left: its bid, or one of an older generation, goes, and whatever comes from it later is stale. `ok`
    /// whether or not a bid was live; `unknown_agent`, and `stale_agent` where the slot has seen a newer generation. O(1).
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < generation_[slot]) return status::stale_agent;
        if (is_live(slot)) remove(slot);
        generation_[slot] = generation_of(id);
        ring_[slot].prev = retired;
        return status::ok;
    }

    /// Makes `p`, rounded up to the next lower edge of a tier, the reserve: bids in tiers below it stay in and don't win.
    /// Where no edge is at or above `p` nobody wins, and reserve() is `p`. O(1).
    constexpr void update_price(price p) noexcept {
        reserve_tier_ = Tiers::index(p);
        if (Tiers::lower_edge(reserve_tier_) < p) ++reserve_tier_;
        reserve_ = reserve_tier_ < Tiers::count ? Tiers::lower_edge(reserve_tier_) : p;
    }

    /// Who wins now and what it would pay; nothing when nobody is at or above the reserve. O(1).
    constexpr std::optional<award> top() noexcept {
        if (used_.empty()) return std::nullopt;
        const std::uint32_t rank = used_.lowest();
        if (!eligible(rank)) return std::nullopt;
        const std::uint32_t slot = slot_at(head_[rank]);
        if (ring_[slot].next != head_[rank]) return award{bid_of(slot), at_least_reserve(lower_edge(rank))};
        const std::uint32_t next = used_.lowest_above(rank);
        return award{bid_of(slot), next == used_.none ? reserve_ : price_to_beat(slot, next)};
    }

    /// The same, and the winner's bid leaves. O(1).
    constexpr std::optional<award> extract_max() noexcept {
        if (used_.empty()) return std::nullopt;
        const std::uint32_t rank = used_.lowest();
        if (!eligible(rank)) return std::nullopt;
        const link head = head_[rank];
        const std::uint32_t slot = slot_at(head);
        const link next = ring_[slot].next;
        price payment = reserve_;
        if (Capacity > 1 && next != head) {
            payment = at_least_reserve(lower_edge(rank));
            head_[rank] = next;
            bypass(slot);
        } else {
            head_[rank] = 0;
            const std::uint32_t next_rank = used_.drop_lowest(rank);
            if (next_rank != used_.none) payment = price_to_beat(slot, next_rank);
        }
        ring_[slot] = {};
        --size_;
        return award{bid_of(slot), payment};
    }

    /// Extracts the best bid whose slot is allowed, looking at no more than `probes` candidates, best first. Nothing when
    /// none of them is allowed. The payment is critical: what the best other allowed bid asks for or, where none was found
    /// among the candidates, what keeps the winner among the first `probes`. `allowed(slot)` must not depend on amounts.
    /// O(probes).
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        const auto chosen = detail::choose(
            first_eligible(), [](link l) noexcept { return l != 0; },
            [this](link l) noexcept { return next_eligible(l); }, [&](link l) noexcept { return allowed(slot_at(l)); },
            probes);
        if (chosen.winner == 0) return std::nullopt;
        const std::uint32_t slot = slot_at(chosen.winner);
        award won{bid_of(slot), reserve_};
        if (chosen.rival != 0) won.payment = price_to_beat_bid(slot, slot_at(chosen.rival));
        remove(slot);
        return won;
    }

    /// All bids leave; generations and reserve stay. O(live bids).
    constexpr void clear() noexcept {
        while (size_ != 0) remove(slot_at(head_[used_.lowest()]));
    }

    /// Do the invariants hold? O(Capacity + Tiers::count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t rank = 0; rank < Tiers::count; ++rank) {
            if (used_.contains(rank) != (head_[rank] != 0)) return false;
            if (head_[rank] == 0) continue;
            link l = head_[rank];
            do {
                if (l > Capacity || ++linked > size_) return false;
                const std::uint32_t slot = slot_at(l);
                const link next = ring_[slot].next;
                if (offer_[slot].units == 0 || rank_of(offer_[slot].amount) != rank) return false;
                if (next == 0 || next > Capacity || at(next).prev != l) return false;
                if (next != head_[rank] && !arrived_after(slot_at(next), slot)) return false;
                l = next;
            } while (l != head_[rank]);
        }
        std::size_t live = 0;
        for (links const& r : ring_) live += r.next != 0 ? 1 : 0;
        const bool reserve_rounded = reserve_tier_ == Tiers::count || Tiers::lower_edge(reserve_tier_) == reserve_;
        return linked == size_ && live == size_ && used_.check_invariants() && reserve_rounded;
    }

private:
    using link = std::conditional_t<(Capacity < 65535), std::uint16_t, std::uint32_t>;  ///< a slot plus one; 0: none

    struct links {
        link next;  ///< in arrival order, the tail's is the head; 0: no live bid
        link prev;  ///< without a live bid: `retired` or 0
    };
    struct offer {
        std::uint64_t arrival;  ///< kept after the bid has left: critical_price may still ask for it
        price amount;
        std::uint32_t units;
    };
    static constexpr link retired = 1;

    static constexpr link link_to(std::uint32_t slot) noexcept { return static_cast<link>(slot + 1); }
    static constexpr std::uint32_t slot_at(link l) noexcept { return l - 1u; }
    constexpr links& at(link l) noexcept { return ring_[std::size_t{l} - 1]; }
    constexpr links const& at(link l) const noexcept { return ring_[std::size_t{l} - 1]; }

    constexpr bool is_live(std::uint32_t slot) const noexcept { return ring_[slot].next != 0; }

    constexpr bid bid_of(std::uint32_t slot) const noexcept {
        return {make_agent_id(slot, generation_[slot]), offer_[slot].amount, offer_[slot].units};
    }

    /// Has the agent of this generation left? Only asked of a slot without a live bid.
    constexpr bool has_retired(std::uint32_t slot, std::uint32_t generation) const noexcept {
        return ring_[slot].prev == retired && generation == generation_[slot];
    }

    /// Modulo 2^64: right for bids that lie up to 2^63 arrivals apart, three centuries of one each nanosecond.
    constexpr bool arrived_after(std::uint32_t a, std::uint32_t b) const noexcept {
        return static_cast<std::int64_t>(offer_[a].arrival - offer_[b].arrival) > 0;
    }

    /// Tiers counted from the highest one down.
    static constexpr std::uint32_t rank_of(price p) noexcept { return Tiers::count - 1 - Tiers::index(p); }
    static constexpr price lower_edge(std::uint32_t rank) noexcept {
        return Tiers::lower_edge(Tiers::count - 1 - rank);
    }
    constexpr bool eligible(std::uint32_t rank) const noexcept { return rank + reserve_tier_ < Tiers::count; }
    constexpr price at_least_reserve(price p) const noexcept { return p > reserve_ ? p : reserve_; }

    /// The critical price of `winner` against the head of `rank`, a lower one than its own: the tier above, if it came later.
    constexpr price price_to_beat(std::uint32_t winner, std::uint32_t rank) const noexcept {
        const std::uint32_t later = arrived_after(winner, slot_at(head_[rank])) ? 1 : 0;
        return at_least_reserve(lower_edge(rank - later));
    }

    /// The same against any bid, where there may be no tier above.
    constexpr price price_to_beat_bid(std::uint32_t winner, std::uint32_t rival) const noexcept {
        const std::uint32_t rank = rank_of(offer_[rival].amount);
        const std::uint32_t later = arrived_after(winner, rival) ? 1 : 0;
        return later > rank ? 0xFFFF'FFFFu : at_least_reserve(lower_edge(rank - later));
    }

    /// Closes the ring over `slot`; the slot's own links and head_ stay as they are.
    constexpr void bypass(std::uint32_t slot) noexcept {
        // Each link is read by itself: they were written by themselves, and a wider load would wait for both stores.
        const link next = ring_[slot].next;
        const link prev = ring_[slot].prev;
        at(prev).next = next;
        at(next).prev = prev;
    }

    /// Makes `slot` the tail of the ring of `rank`. An empty ring first becomes one of itself, so that nothing branches.
    constexpr void append(std::uint32_t slot, std::uint32_t rank) noexcept {
        const link self = link_to(slot);
        ring_[slot].prev = self;
        const link head = head_[rank] != 0 ? head_[rank] : self;
        const link tail = at(head).prev;
        head_[rank] = head;
        ring_[slot].next = head;
        ring_[slot].prev = tail;
        at(tail).next = self;
        at(head).prev = self;
        used_.set(rank);
    }

    /// Takes `slot` out of the ring of `rank`; its own links stay as they are.
    constexpr void unlink(std::uint32_t slot, std::uint32_t rank) noexcept {
        const link self = link_to(slot);
        if (Capacity == 1 || ring_[slot].next == self) {
            head_[rank] = 0;
            used_.clear(rank);
            return;
        }
        bypass(slot);
        if (head_[rank] == self) head_[rank] = ring_[slot].next;
    }

    /// The bid of `slot`, which has one, leaves.
    constexpr void remove(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(is_live(slot) && size_ > 0);
        unlink(slot, rank_of(offer_[slot].amount));
        ring_[slot] = {};
        --size_;
    }

    /// The best bid, if the reserve lets it win; then the bid after `l`. 0: none.
    constexpr link first_eligible() const noexcept {
        return eligible_head(used_.empty() ? used_.none : used_.lowest());
    }
    constexpr link next_eligible(link l) const noexcept {
        const std::uint32_t rank = rank_of(offer_[slot_at(l)].amount);
        return at(l).next != head_[rank] ? at(l).next : eligible_head(used_.lowest_above(rank));
    }
    constexpr link eligible_head(std::uint32_t rank) const noexcept {
        return rank == used_.none || !eligible(rank) ? link{0} : head_[rank];
    }

    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
    std::uint32_t reserve_tier_ = 0;
    std::uint32_t size_ = 0;
    hierarchical_bitmap<Tiers::count> used_;
    link head_[Tiers::count] = {};
    links ring_[Capacity] = {};
    std::uint32_t generation_[Capacity] = {};
    offer offer_[Capacity] = {};
};

static_assert(selective_auction<stratified_buckets<7>> && multi_unit_auction<stratified_buckets<7>>);
static_assert(sizeof(stratified_buckets<1000>) <= 1000 * 24 + 7168);
static_assert(std::is_standard_layout_v<stratified_buckets<7>>);

}  // namespace maxwell
