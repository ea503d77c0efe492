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
//     book_    a ring per tier,         2   9   4          in arrival order; and by slot its bid and generation
//              linked slot to slot      7
//                                       3
//
// A link is a slot plus one, so that the all-zero object is the empty auction.
//
// Invariants
//   1. A rank's bit in used_ is set exactly when its head_ is not 0.
//   2. The ring of a rank holds exactly the live bids whose amount is in its tier, from head_ on in arrival order.
//   3. reserve_tier_ is the least tier whose lower edge is at or above reserve_, Tiers::count when there is none.
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
// Truthfulness: the order (tier, arrival) is monotone in the own amount, arrival never depends on the amount, and the winner
// pays its critical price (Myerson 1981). Who bids between two lower edges has nothing to gain by bidding otherwise: the
// regret is zero, not "up to a tier". What tiers do cost is welfare: a winner can be one tier's width below the best.
//
// The bucket queue with find-first-set is as old as schedulers (Linux O(1); Eiffel, Saeed et al., NSDI 2019).

#pragma once

#include <maxwell/auction/affinity.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/tier_book.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Capacity, tier_map Tiers = log_linear_tiers<7>>
class stratified_buckets {
    using book = detail::tier_book<Capacity>;
    using link = typename book::link;

public:
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};

    /// The empty auction with reserve 0.
    constexpr stratified_buckets() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its place in arrival order.
    constexpr explicit stratified_buckets(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// Slots in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// Live bids.
    constexpr std::size_t size() const noexcept { return book_.size(); }
    constexpr bool empty() const noexcept { return book_.size() == 0; }

    /// The live bid of `id`; nothing when it has none, also when its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept { return book_.find(id); }

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
        if (slot >= Capacity) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        if (const status s = book_.admits(b.agent); s != status::ok) return s;
        if (book_.is_live(slot)) {
            unlink(slot, rank_of(book_.amount(slot)));
        } else {
            book_.count_in();
        }
        book_.enter(b);
        append(slot, rank_of(b.amount));
        return status::ok;
    }

    /// Withdraws the agent's bid. `unknown_agent`, `stale_agent` as for insert; `no_bid` where `id` has none. O(1).
    constexpr status expire(agent_id id) noexcept {
        const status s = book_.admits_expiry(id);
        if (s == status::ok) remove(slot_of(id));
        return s;
    }

    /// The agent has left: its bid, or one of an older generation, goes, and whatever comes from it later is stale. `ok`
    /// whether or not a bid was live; `unknown_agent`, and `stale_agent` where the slot has seen a newer generation. O(1).
    constexpr status retire(agent_id id) noexcept {
        if (const status s = book_.admits_retiring(id); s != status::ok) return s;
        if (book_.is_live(slot_of(id))) remove(slot_of(id));
        book_.retire(id);
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
        if (rings().next(slot) != head_[rank]) return award{book_.bid_of(slot), at_least_reserve(lower_edge(rank))};
        const std::uint32_t next = used_.lowest_above(rank);
        return award{book_.bid_of(slot), next == used_.none ? reserve_ : price_to_beat(slot, next)};
    }

    /// The same, and the winner's bid leaves. O(1).
    constexpr std::optional<award> extract_max() noexcept {
        if (used_.empty()) return std::nullopt;
        const std::uint32_t rank = used_.lowest();
        if (!eligible(rank)) return std::nullopt;
        const link head = head_[rank];
        const std::uint32_t slot = slot_at(head);
        const link next = rings().next(slot);
        price payment = reserve_;
        if (Capacity > 1 && next != head) {
            payment = at_least_reserve(lower_edge(rank));
            head_[rank] = next;
            rings().bypass(slot);
        } else {
            head_[rank] = 0;
            const std::uint32_t next_rank = used_.drop_lowest(rank);
            if (next_rank != used_.none) payment = price_to_beat(slot, next_rank);
        }
        book_.leave(slot);
        return award{book_.bid_of(slot), payment};
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
        award won{book_.bid_of(slot), reserve_};
        if (chosen.rival != 0) won.payment = price_to_beat_bid(slot, slot_at(chosen.rival));
        remove(slot);
        return won;
    }

    /// Puts the best eligible bids into `out`, best first, as many as there are or as fit, and returns their number; each with the
    /// reserve as its payment. Changes nothing. O(out.size()).
    constexpr std::size_t list_best(view<award> out) const noexcept {
        std::size_t listed = 0;
        for (link l = first_eligible(); l != 0 && listed < out.size(); l = next_eligible(l)) {
            out[listed++] = {book_.bid_of(slot_at(l)), reserve_};
        }
        return listed;
    }

    /// All bids leave; generations and reserve stay. O(live bids).
    constexpr void clear() noexcept {
        while (!empty()) remove(slot_at(head_[used_.lowest()]));
    }

    /// Do the invariants hold? O(Capacity + Tiers::count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t rank = 0; rank < Tiers::count; ++rank) {
            if (used_.contains(rank) != (head_[rank] != 0)) return false;
            const std::size_t found_before = linked;
            std::uint32_t last = 0;
            const bool in_order = rings().visits_all(head_[rank], size(), [&](std::uint32_t slot) noexcept {
                const bool later = linked++ == found_before || book_.arrived_after(slot, last);
                last = slot;
                return later && rank_of(book_.amount(slot)) == rank;
            });
            if (!in_order) return false;
        }
        const bool reserve_rounded = reserve_tier_ == Tiers::count || Tiers::lower_edge(reserve_tier_) == reserve_;
        return book_.check_invariants(linked) && used_.check_invariants() && reserve_rounded;
    }

private:
    static constexpr std::uint32_t slot_at(link l) noexcept { return book::rings_type::slot_at(l); }
    constexpr auto& rings() noexcept { return book_.rings(); }
    constexpr auto const& rings() const noexcept { return book_.rings(); }

    /// Tiers counted from the highest one down.
    static constexpr std::uint32_t rank_of(price p) noexcept { return Tiers::count - 1 - Tiers::index(p); }
    static constexpr price lower_edge(std::uint32_t rank) noexcept {
        return Tiers::lower_edge(Tiers::count - 1 - rank);
    }
    constexpr bool eligible(std::uint32_t rank) const noexcept { return rank + reserve_tier_ < Tiers::count; }
    constexpr price at_least_reserve(price p) const noexcept { return p > reserve_ ? p : reserve_; }

    /// The critical price of `winner` against the head of `rank`, a lower one than its own: the tier above, if it came later.
    constexpr price price_to_beat(std::uint32_t winner, std::uint32_t rank) const noexcept {
        const std::uint32_t later = book_.arrived_after(winner, slot_at(head_[rank])) ? 1 : 0;
        return at_least_reserve(lower_edge(rank - later));
    }

    /// The same against any bid, where there may be no tier above.
    constexpr price price_to_beat_bid(std::uint32_t winner, std::uint32_t rival) const noexcept {
        const std::uint32_t rank = rank_of(book_.amount(rival));
        const std::uint32_t later = book_.arrived_after(winner, rival) ? 1 : 0;
        return later > rank ? 0xFFFF'FFFFu : at_least_reserve(lower_edge(rank - later));
    }

    /// Makes `slot` the tail of the ring of `rank`.
    constexpr void append(std::uint32_t slot, std::uint32_t rank) noexcept {
        rings().join_back(slot, head_[rank]);
        used_.set(rank);
    }

    /// Takes `slot` out of the ring of `rank`; its own links stay as they are.
    constexpr void unlink(std::uint32_t slot, std::uint32_t rank) noexcept {
        if (rings().leave(slot, head_[rank])) used_.clear(rank);
    }

    /// The bid of `slot`, which has one, leaves.
    constexpr void remove(std::uint32_t slot) noexcept {
        unlink(slot, rank_of(book_.amount(slot)));
        book_.leave(slot);
    }

    /// The best bid, if the reserve lets it win; then the bid after `l`. 0: none.
    constexpr link first_eligible() const noexcept {
        return eligible_head(used_.empty() ? used_.none : used_.lowest());
    }
    constexpr link next_eligible(link l) const noexcept {
        const std::uint32_t rank = rank_of(book_.amount(slot_at(l)));
        const link next = rings().next(slot_at(l));
        return next != head_[rank] ? next : eligible_head(used_.lowest_above(rank));
    }
    constexpr link eligible_head(std::uint32_t rank) const noexcept {
        return rank == used_.none || !eligible(rank) ? link{0} : head_[rank];
    }

    book book_;
    price reserve_ = 0;
    std::uint32_t reserve_tier_ = 0;
    hierarchical_bitmap<Tiers::count> used_;
    link head_[Tiers::count] = {};
};

static_assert(selective_auction<stratified_buckets<7>> && multi_unit_auction<stratified_buckets<7>> &&
              listed_auction<stratified_buckets<7>>);
static_assert(sizeof(stratified_buckets<1000>) <= 1000 * 24 + 7168);
static_assert(std::is_standard_layout_v<stratified_buckets<7>>);

}  // namespace maxwell
