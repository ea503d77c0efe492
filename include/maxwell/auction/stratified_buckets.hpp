// SPDX-License-Identifier: MIT
//
// stratified_buckets: an auction by tiers of prices, every operation O(1) in the worst case.
//
// Prices are cut into tiers; a tier is a queue of agents in arrival order, and a bitmap says which tiers have anybody in
// them. Nothing is ever sorted or scanned: the winner is the head of the highest tier, and the price that it pays is the
// lower edge of the least tier in which it would still have won.
//
//     used_    bitmap of tiers      [ 0 0 1 0 0 1 0 1 ]
//                                         |     |     `-------------- highest(): the winner's tier
//                                         |     `-------------------- highest_below(): the runner-up's, when it is alone
//     head_    tier -> oldest agent [ . . 4 . . 9 . 2 ]
//                                         |     |   |
//     node_    a node per slot, in        4     9   2<->7<->3        circular: the head's `prev` is the tail
//              a ring per tier           (4)   (9)  ^-------'
//
// A link is a slot plus one, so that the all-zero object is the empty auction. A slot without a live bid has `next` 0; its
// `prev` is then free, and says whether the slot's agent has retired.
//
// Invariants
//   1. A tier's bit in used_ is set exactly when head_ of the tier is not 0.
//   2. The ring of a tier holds exactly the live bids whose amount is in it, from head_ on in arrival order.
//   3. size_ is the number of live bids.
//   4. reserve_tier_ is the least tier whose lower edge is at or above reserve_, Tiers::count when there is none.
//
//     operation                        cost            why
//     insert, expire, retire           O(1)            unlink from one ring, append to one ring, one bitmap word or two
//     top, extract_max                 O(1)            highest tier, its head; the next tier for the price
//     extract_max_if                   O(probes)       from the head of the highest tier down
//     update_price, find               O(1)            one index; one node
//     clear                            O(live bids)    one unlink each
//     memory, Capacity below 65,535    24 B per agent, 2 B per tier and its bit; 7,128 B at log_linear_tiers<7>
//
// Truthfulness: the order (tier, arrival) is monotone in the own amount, arrival never depends on the amount, and the winner
// pays its critical price (Myerson 1981). Who bids between two lower edges has nothing to gain by bidding otherwise: the
// regret is zero, not "up to a tier". What tiers do cost is welfare: a winner can be one tier's width below the best.
//
// The bucket queue with find-first-set is as old as schedulers (Linux O(1); Eiffel, Saeed et al., NSDI 2019).

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // conditional

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
        if (slot_of(id) >= Capacity) return std::nullopt;
        node const& n = node_[slot_of(id)];
        if (!n.live() || n.generation != generation_of(id)) return std::nullopt;
        return bid{id, n.amount, n.units};
    }

    /// The reserve in force: the price given to update_price, rounded up to a tier's lower edge where there is one.
    constexpr price reserve() const noexcept { return reserve_; }

    /// The least amount at which `winner`, with the arrival of its last bid, ranks before the live bid of `rival`; never
    /// below the reserve, and the reserve alone where `rival` has no live bid or a slot is not below capacity(). O(1).
    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity || !find(rival)) return reserve_;
        return price_to_beat(node_[slot_of(winner)], node_[slot_of(rival)]);
    }

    /// Enters the agent's bid, or replaces the one it has; a new arrival either way. A bid of 0 units is expire(b.agent).
    /// `unknown_agent`: the slot is not below capacity(). `stale_agent`: the agent has retired, or the slot has seen a newer
    /// generation. Both change nothing. O(1).
    constexpr status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= Capacity) [[unlikely]]
            return status::unknown_agent;
        if (b.units == 0) [[unlikely]]
            return expire(b.agent);
        node& n = node_[slot];
        if (is_stale(n, generation_of(b.agent))) [[unlikely]]
            return status::stale_agent;
        if (n.live()) {
            unlink(n, link_to(slot));
        } else {
            ++size_;
        }
        n.generation = generation_of(b.agent);
        n.amount = b.amount;
        n.units = b.units;
        n.arrival = arrivals_++;
        append(n, link_to(slot));
        return status::ok;
    }

    /// Withdraws the agent's bid. `unknown_agent`, `stale_agent` as for insert; `no_bid` where `id` has none. O(1).
    constexpr status expire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        node& n = node_[slot];
        if (is_stale(n, generation_of(id))) return status::stale_agent;
        if (!n.live() || n.generation != generation_of(id)) return status::no_bid;
        remove(n, link_to(slot));
        return status::ok;
    }

    /// The agent has left: its bid, or one of an older generation, goes, and whatever comes from it later is stale. `ok`
    /// whether or not a bid was live; `unknown_agent`, and `stale_agent` where the slot has seen a newer generation. O(1).
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        node& n = node_[slot];
        if (generation_of(id) < n.generation) return status::stale_agent;
        if (n.live()) remove(n, link_to(slot));
        n.generation = generation_of(id);
        n.prev = retired;
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
        if (size_ == 0) return std::nullopt;
        const std::uint32_t tier = used_.highest();
        if (tier < reserve_tier_) return std::nullopt;
        const link l = head_[tier];
        node const& n = at(l);
        if (n.next != l) return award{bid_of(l), at_least_reserve(Tiers::lower_edge(tier))};
        const std::uint32_t next = used_.highest_below(tier);
        return award{bid_of(l), next == used_.none ? reserve_ : price_to_beat(n, next)};
    }

    /// The same, and the winner's bid leaves. O(1).
    constexpr std::optional<award> extract_max() noexcept {
        if (size_ == 0) return std::nullopt;
        const std::uint32_t tier = used_.highest();
        if (tier < reserve_tier_) return std::nullopt;
        const link l = head_[tier];
        node& n = at(l);
        price payment = reserve_;
        if (n.next != l) {
            payment = at_least_reserve(Tiers::lower_edge(tier));
            head_[tier] = n.next;
            bypass(n);
        } else {
            head_[tier] = 0;
            used_.clear(tier);
            if (!used_.empty()) payment = price_to_beat(n, used_.highest());
        }
        const award won{bid_of(l), payment};
        n.next = n.prev = 0;
        --size_;
        return won;
    }

    /// Extracts the best bid whose slot is allowed, looking at no more than `probes` candidates, best first. Nothing when
    /// none of them is allowed. The payment is critical: what the best other allowed bid asks for or, where none was found
    /// among the candidates, what keeps the winner among the first `probes`. `allowed(slot)` must not depend on amounts.
    /// O(probes).
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        link winner = 0;
        link rival = 0;  // the bid that the winner has to outrank
        std::uint32_t others = 0;
        for (link l = first_eligible(); l != 0 && others < probes; l = next_eligible(l)) {
            if (winner != 0 && others + 1 == probes) {  // would push the winner out, allowed or not
                rival = l;
                break;
            }
            if (!allowed(static_cast<std::uint32_t>(l - 1))) {
                ++others;
            } else if (winner == 0) {
                winner = l;
            } else {
                rival = l;
                break;
            }
        }
        if (winner == 0) return std::nullopt;
        node& n = at(winner);
        const award won{bid_of(winner), rival == 0 ? reserve_ : price_to_beat(n, at(rival))};
        remove(n, winner);
        return won;
    }

    /// All bids leave; generations and reserve stay. O(live bids).
    constexpr void clear() noexcept {
        while (size_ != 0) {
            const link l = head_[used_.highest()];
            remove(at(l), l);
        }
    }

    /// Do the invariants hold? O(Capacity + Tiers::count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t tier = 0; tier < Tiers::count; ++tier) {
            if (used_.contains(tier) != (head_[tier] != 0)) return false;
            if (head_[tier] == 0) continue;
            link l = head_[tier];
            do {
                if (l > Capacity || ++linked > size_) return false;
                node const& n = at(l);
                if (!n.live() || n.units == 0 || Tiers::index(n.amount) != tier) return false;
                if (n.next > Capacity || at(n.next).prev != l) return false;
                if (n.next != head_[tier] && !arrived_after(at(n.next), n)) return false;
                l = n.next;
            } while (l != head_[tier]);
        }
        std::size_t live = 0;
        for (auto const& n : node_) live += n.live() ? 1 : 0;
        const bool reserve_rounded = reserve_tier_ == Tiers::count || Tiers::lower_edge(reserve_tier_) == reserve_;
        return linked == size_ && live == size_ && used_.check_invariants() && reserve_rounded;
    }

private:
    using link = std::conditional_t<(Capacity < 65535), std::uint16_t, std::uint32_t>;  ///< a slot plus one; 0: none

    struct node {
        std::uint64_t arrival;
        price amount;
        std::uint32_t units;
        std::uint32_t generation;  ///< the newest that this slot has seen
        link next;                 ///< in arrival order, the tail's is the head; 0: no live bid
        link prev;                 ///< without a live bid: `retired` or 0

        constexpr bool live() const noexcept { return next != 0; }
    };
    static constexpr link retired = 1;

    static constexpr link link_to(std::uint32_t slot) noexcept { return static_cast<link>(slot + 1); }
    constexpr node& at(link l) noexcept { return node_[l - 1u]; }
    constexpr node const& at(link l) const noexcept { return node_[l - 1u]; }

    constexpr bid bid_of(link l) const noexcept {
        node const& n = at(l);
        return {make_agent_id(l - 1u, n.generation), n.amount, n.units};
    }

    /// Has the slot seen something newer than `generation`, or has that one retired?
    static constexpr bool is_stale(node const& n, std::uint32_t generation) noexcept {
        return generation < n.generation || (generation == n.generation && !n.live() && n.prev == retired);
    }

    /// Modulo 2^64: right for bids that lie up to 2^63 arrivals apart, three centuries of one each nanosecond.
    static constexpr bool arrived_after(node const& a, node const& b) noexcept {
        return static_cast<std::int64_t>(a.arrival - b.arrival) > 0;
    }

    constexpr price at_least_reserve(price p) const noexcept { return p > reserve_ ? p : reserve_; }

    /// The critical price of `winner` against the head of `tier`, which is not the winner's own ring.
    constexpr price price_to_beat(node const& winner, std::uint32_t tier) const noexcept {
        const std::uint32_t critical = tier + (arrived_after(winner, at(head_[tier])) ? 1 : 0);
        return at_least_reserve(Tiers::lower_edge(critical));
    }

    /// The critical price of `winner` against any `rival` that it outranks.
    constexpr price price_to_beat(node const& winner, node const& rival) const noexcept {
        const std::uint32_t critical = Tiers::index(rival.amount) + (arrived_after(winner, rival) ? 1 : 0);
        return critical < Tiers::count ? at_least_reserve(Tiers::lower_edge(critical)) : 0xFFFF'FFFFu;
    }

    /// Takes `n` out of its ring's order; its own links and head_ stay as they are.
    constexpr void bypass(node const& n) noexcept {
        at(n.prev).next = n.next;
        at(n.next).prev = n.prev;
    }

    constexpr void append(node& n, link l) noexcept {
        const std::uint32_t tier = Tiers::index(n.amount);
        const link head = head_[tier];
        if (head == 0) {
            head_[tier] = n.next = n.prev = l;
            used_.set(tier);
            return;
        }
        const link tail = at(head).prev;
        n.next = head;
        n.prev = tail;
        at(tail).next = l;
        at(head).prev = l;
    }

    constexpr void unlink(node& n, link l) noexcept {
        const std::uint32_t tier = Tiers::index(n.amount);
        if (n.next == l) {
            head_[tier] = 0;
            used_.clear(tier);
            return;
        }
        bypass(n);
        if (head_[tier] == l) head_[tier] = n.next;
    }

    constexpr void remove(node& n, link l) noexcept {
        MAXWELL_ASSERT(n.live() && size_ > 0);
        unlink(n, l);
        n.next = n.prev = 0;
        --size_;
    }

    /// The best bid, if its tier is at or above the reserve's; then the bid after `l` in rank. 0: none.
    constexpr link first_eligible() const noexcept {
        return eligible_head(used_.empty() ? used_.none : used_.highest());
    }
    constexpr link next_eligible(link l) const noexcept {
        const std::uint32_t tier = Tiers::index(at(l).amount);
        return at(l).next != head_[tier] ? at(l).next : eligible_head(used_.highest_below(tier));
    }
    constexpr link eligible_head(std::uint32_t tier) const noexcept {
        return tier == used_.none || tier < reserve_tier_ ? link{0} : head_[tier];
    }

    std::uint64_t arrivals_ = 0;
    price reserve_ = 0;
    std::uint32_t reserve_tier_ = 0;
    std::uint32_t size_ = 0;
    hierarchical_bitmap<Tiers::count> used_;
    link head_[Tiers::count] = {};
    node node_[Capacity] = {};
};

static_assert(selective_auction<stratified_buckets<7>> && multi_unit_auction<stratified_buckets<7>>);
static_assert(sizeof(stratified_buckets<1000>) <= 1000 * 24 + 7168);
static_assert(std::is_standard_layout_v<stratified_buckets<7>>);

}  // namespace maxwell
