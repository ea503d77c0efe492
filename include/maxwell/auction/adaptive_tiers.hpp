// SPDX-License-Identifier: MIT
//
// adaptive_tiers: tiers for stratified_buckets whose boundaries follow the bids' distribution.
//
//     stratified_buckets<Capacity, adaptive_tiers<256>>
//
// Every tier holds about as many bids as any other, whatever their amounts: where all bids are within a few percent of each
// other, 256 tiers separate bids that differ by a thousandth, and still have room for one that is a million times higher.
// Boundaries are cut again from time to time. Bids filed under the old ones stay, so two sets of boundaries are in use at a
// time. An `era` is one set, with the bids that are filed under it. (`generation` is the agent's.)
//
//     era_[newest]   edges  [0|...|...|...]     used  [ 1 0 1 ]     head    a list per tier, in arrival order
//     era_[older]    edges  [0|.|.|.......]     used  [ 0 1 0 ]     oldest  a list of all its bids, in arrival order
//     filed_         by slot: era and rank of the tier in which its bid is, or was, filed
//     counted_       how many bids have left the newest era's tiers: what the next boundaries are cut from
//
// Order is (lower edge of the bid's tier, arrival); a winner pays the least edge of its own era with which it still wins.
//
// Invariants
//   1. Bids of the older era arrived before all of the newest one: across eras, the older one's wins ties. `oldest` of the newer
//      era is 0 when it has no bids.
//   2. A rank's bit in an era's `used` is set exactly when its head is not 0; lists are in arrival order.
//   3. Boundaries in force never change while a bid is filed under them, and were made from bids that had left before they
//      came into force: never from one that they file.
//   4. reserve_ is asked_, rounded up to an edge of the newest era where there is one. Where there is none no bid is eligible.
//
// How boundaries move. A period is Period departures that count: each bid that won and, of those that were replaced or withdrawn,
// the first after each decision or change of the reserve. So however often agents bid again, at least half of the bids that
// boundaries are cut from have won, while decisions have winners. At the end of a period, each insert first does one thing. While
// the older era has bids, the latest of them is refiled under the newest boundaries, before all bids there, which came later.
// Then, for Count inserts, two steps of the next cut are made, into the older era's edges, under which no bid is filed. Then the
// eras change roles. So only a bid that stayed for a whole period is refiled, and a bid that never leaves delays no cut.
//
// Truthfulness, in one decision. Boundaries are cut from bids that have left, and which bid is refiled depends on arrivals
// alone. So the order is monotone in a bid's own amount, and the price is critical. Over several decisions no boundary depends
// on a live bid while extract_max or extract_top decides. Rules in which a loser keeps others from winning (extract_max_if,
// extract_units, a switching bonus) let its amount steer who leaves, and so later boundaries.
//
//     operation                        cost                     why
//     insert                           O(sqrt Count)            a search among the edges; at most one bid refiled
//     expire, retire, update_price     O(sqrt Count)            the departure is counted; the reserve is rounded
//     top, extract_max                 O(sqrt Count)            the heads of two bitmaps; a search where the eras differ
//     extract_max_if                   O(probes + sqrt Count)
//     clear                            O(live bids)
//     memory                           30 B per agent (40 from a Capacity of 65,535 on), 15 B per tier

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/equal_depth.hpp>
#include <maxwell/auction/detail/slot_auction.hpp>
#include <maxwell/auction/detail/slot_lists.hpp>
#include <maxwell/auction/detail/tier_book.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// `Count` tiers, whose boundaries are cut again after every `Period` departures. The first boundaries have equal relative
/// widths, as nearly as Count allows. With a short period boundaries are off by chance, with a long one they are out of date;
/// the default is four departures a tier, and `./run bench --filter tiers` shows others.
template <std::uint32_t Count = 256, std::uint32_t Period = 4 * Count>
struct adaptive_tiers {
    static_assert(Count > 0 && Count <= 4096, "adaptive tiers are 1 to 4096");
    static_assert(Period > 0 && Period <= (1u << 20), "a period is 1 to 2^20 departures");
    static constexpr std::uint32_t count = Count;
    static constexpr std::uint32_t index(price p) noexcept { return cells::index(p) * Count / cells::count; }
    static constexpr price lower_edge(std::uint32_t tier) noexcept {
        MAXWELL_ASSERT(tier < Count);
        return cells::lower_edge((tier * cells::count + Count - 1) / Count);
    }

private:
    static constexpr int mantissa_bits() noexcept {
        int bits = 0;
        while ((33u - static_cast<std::uint32_t>(bits)) << bits < Count) ++bits;
        return bits;
    }
    using cells = log_linear<mantissa_bits(), price>;
};

template <std::size_t Capacity, std::uint32_t Count, std::uint32_t Period>
class stratified_buckets<Capacity, adaptive_tiers<Count, Period>>
    : public detail::slot_auction<stratified_buckets<Capacity, adaptive_tiers<Count, Period>>, Capacity> {
    using members = detail::slot_auction<stratified_buckets, Capacity>;
    using book = detail::tier_book<Capacity>;
    using link = typename book::link;

public:
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};
    /// The empty auction with reserve 0; the first bid gets `first_arrival` as its arrival number.
    constexpr stratified_buckets() noexcept = default;
    constexpr explicit stratified_buckets(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// The reserve in force: the price given to update_price, rounded up to an edge of the newest boundaries where there is
    /// one. It is rounded again when they change.
    constexpr price reserve() const noexcept { return reserve_; }

    /// Returns the lower edge of `tier`, which is below Count, in the newest boundaries, under which the next bid is filed. O(1).
    constexpr price lower_edge(std::uint32_t tier) const noexcept { return era_[newest_].edges.lower_edge(tier); }

    /// Returns the least amount at which `winner`, in the era in which its last bid is or was filed, ranks before the live bid
    /// of `rival`: never less than the reserve, max_price if no amount would do, and the reserve alone if `rival` has no live
    /// bid or a slot is not below capacity(). O(sqrt Count).
    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        if (slot_of(winner) >= Capacity) return reserve_;
        return critical_price_of(slot_of(winner),
                                 members::find(rival) ? book::lists_type::link_to(slot_of(rival)) : link{0});
    }

    /// Sets the reserve to `p`, rounded up to the next edge: bids in tiers that begin below it stay in and don't win. If no
    /// edge is at or above `p`, no bid wins, in either era, and reserve() is `p`. O(sqrt Count), whatever the number of bids.
    constexpr void update_price(price p) noexcept {
        asked_ = p;
        round_reserve();
        loser_counted_ = false;
    }

    /// Returns who wins now and what it would pay; nothing if no bid is at or above the reserve. O(sqrt Count).
    constexpr std::optional<award> top() const noexcept {
        const candidate best = best_candidate();
        if (!is_eligible(best)) return std::nullopt;
        const std::uint32_t slot = slot_at(best.here);
        return award{book_.bid_of(slot), critical_price_of(slot, next_candidate(best).here)};
    }

    /// The same, and the winner's bid leaves. O(sqrt Count).
    constexpr std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) win(slot_of(won->winner.agent));
        loser_counted_ = false;
        return won;
    }

    /// Removes the bid of `id` and counts it as a winner's: for rules that choose winners from list_best. Returns what expire()
    /// would.
    constexpr status extract(agent_id id) noexcept {
        loser_counted_ = false;  // so it is counted
        const status s = members::expire(id);
        loser_counted_ = false;
        return s;
    }

    /// Puts the best eligible bids into `out`, best first, as many as there are or as fit, and returns their number. Each
    /// payment is what the bid would pay alone: the least edge of its era at or above the reserve. Changes nothing.
    constexpr std::size_t list_best(view<award> out) const noexcept {
        std::size_t listed = 0;
        for (candidate c = best_candidate(); listed < out.size() && is_eligible(c); c = next_candidate(c)) {
            out[listed++] = {book_.bid_of(slot_at(c.here)), critical_price_of(slot_at(c.here), 0)};
        }
        return listed;
    }

    /// All bids leave, and none of them is counted; generations, boundaries and reserve stay. O(live bids).
    constexpr void clear() noexcept {
        for (era& e : era_) {
            while (e.oldest != 0) remove(slot_at(e.oldest));
        }
    }

    /// Do the invariants hold? O(Capacity + Count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::size_t linked = 0;
        for (era const& e : era_) {
            std::size_t filed = 0;
            for (std::uint32_t rank = 0; rank < Count; ++rank) {
                if (e.used.contains(rank) != (e.head[rank] != 0)) return false;
                const bool right = in_arrival_order(book_.lists(), e.head[rank], [&](std::uint32_t slot) noexcept {
                    ++filed;
                    return &era_of(slot) == &e && rank_of(slot) == rank && e.rank_of(book_.amount(slot)) == rank;
                });
                if (!right) return false;
            }
            const auto of_this_era = [&](std::uint32_t slot) noexcept {
                --filed;
                ++linked;
                return &era_of(slot) == &e;
            };
            if (!in_arrival_order(by_arrival_, e.oldest, of_this_era) || filed != 0) return false;
            const bool in_force = &e == &era_[newest_] || e.oldest != 0;
            if (!e.used.check_invariants() || (in_force && !e.edges.check_invariants())) return false;
        }
        const era& older = era_[newest_ ^ 1];
        if (older.oldest != 0 && era_[newest_].oldest != 0 &&
            !book_.arrived_after(slot_at(era_[newest_].oldest), latest(older)))
            return false;
        return book_.check_invariants(linked) && counted_.check_invariants() && bar_ == bar_for(asked_);
    }

private:
    friend members;

    struct era {
        detail::tier_edges<adaptive_tiers<Count, Period>> edges;
        hierarchical_bitmap<Count> used;  ///< of ranks: tiers counted from the highest one down
        link head[Count] = {};
        link oldest = 0;

        constexpr std::uint32_t rank_of(price p) const noexcept { return Count - 1 - edges.index(p); }
        constexpr price lower_edge(std::uint32_t rank) const noexcept { return edges.lower_edge(Count - 1 - rank); }
    };

    /// A bid, and the best of the other era that does not rank before it. 0: none.
    struct candidate {
        link here;
        link other;
        friend constexpr bool operator==(candidate, candidate) = default;
    };

    static constexpr std::uint32_t slot_at(link l) noexcept { return book::lists_type::slot_at(l); }

    /// Of the live bid of `slot`, or of its last one.
    constexpr era& era_of(std::uint32_t slot) noexcept { return era_[filed_[slot] & 1u]; }
    constexpr era const& era_of(std::uint32_t slot) const noexcept { return era_[filed_[slot] & 1u]; }
    constexpr std::uint32_t rank_of(std::uint32_t slot) const noexcept { return filed_[slot] >> 1; }
    constexpr price edge_of(link l) const noexcept { return era_of(slot_at(l)).lower_edge(rank_of(slot_at(l))); }

    constexpr bool eligible(link l) const noexcept { return l != 0 && edge_of(l) >= bar_; }

    /// The least of the newest edges at or above `p`; 2^32 where there is none.
    constexpr std::uint64_t bar_for(price p) const noexcept {
        return era_[newest_].edges.reaches(p) ? era_[newest_].edges.at_or_above(p) : std::uint64_t{1} << 32;
    }
    constexpr void round_reserve() noexcept {
        bar_ = bar_for(asked_);
        reserve_ = bar_ >> 32 == 0 ? static_cast<price>(bar_) : asked_;
    }

    static constexpr link best_of(era const& e) noexcept { return e.used.empty() ? link{0} : e.head[e.used.lowest()]; }

    /// The bid after `l` in its own era.
    constexpr link following(link l) const noexcept {
        const era& e = era_of(slot_at(l));
        const std::uint32_t rank = rank_of(slot_at(l));
        const link behind = book_.lists().next(slot_at(l));
        if (behind != e.head[rank]) return behind;
        const std::uint32_t lower = e.used.lowest_above(rank);
        return lower == e.used.none ? link{0} : e.head[lower];
    }

    /// Two bids of different eras, the better one first.
    constexpr candidate in_order(link a, link b) const noexcept {
        if (a == 0 || b == 0) return a != 0 ? candidate{a, b} : candidate{b, a};
        const price edge_a = edge_of(a);
        const price edge_b = edge_of(b);
        const bool a_is_older = (filed_[slot_at(a)] & 1u) != newest_;
        return edge_a > edge_b || (edge_a == edge_b && a_is_older) ? candidate{a, b} : candidate{b, a};
    }

    /// The least edge of the winner's own era with which it ranks before `rival`, or at the reserve.
    constexpr price critical_price_of(std::uint32_t winner, link rival) const noexcept {
        auto const& own = era_of(winner).edges;
        if (!eligible(rival)) return reserve_ == 0 ? 0 : own.at_or_above(reserve_);
        const bool later = book_.arrived_after(winner, slot_at(rival));
        if (&own == &era_of(slot_at(rival)).edges) {  // no search: the edge is one of its own
            const std::uint32_t tier = Count - 1 - rank_of(slot_at(rival));
            return later ? own.edge_after(tier) : own.lower_edge(tier);
        }
        return later ? own.above(edge_of(rival)) : own.at_or_above(edge_of(rival));
    }

    /// Files the bid of `slot`, which is filed nowhere, under the newest boundaries: after all others there, or before them.
    constexpr void file(std::uint32_t slot, bool in_front = false) noexcept {
        era& e = era_[newest_];
        const std::uint32_t rank = e.rank_of(book_.amount(slot));
        filed_[slot] = static_cast<std::uint16_t>(rank << 1 | newest_);
        e.used.set(rank);
        if (in_front) {
            book_.lists().join_front(slot, e.head[rank]);
            by_arrival_.join_front(slot, e.oldest);
        } else {
            book_.lists().join_back(slot, e.head[rank]);
            by_arrival_.join_back(slot, e.oldest);
        }
    }
    constexpr void unfile(std::uint32_t slot) noexcept {
        era& e = era_of(slot);
        const std::uint32_t rank = rank_of(slot);
        if (book_.lists().leave(slot, e.head[rank])) e.used.clear(rank);
        by_arrival_.leave(slot, e.oldest);
    }
    /// The bid of `slot` leaves: remove() doesn't count it, win() counts a winner's, withdraw() one that didn't win.
    constexpr void remove(std::uint32_t slot) noexcept {
        unfile(slot);
        book_.leave(slot);
    }
    constexpr void win(std::uint32_t slot) noexcept {
        count(slot);
        remove(slot);
        loser_counted_ = false;
    }
    constexpr void withdraw(std::uint32_t slot) noexcept {
        count_loser(slot);
        remove(slot);
    }

    /// Counts a bid that leaves without having won, if it is the first since the last decision.
    constexpr void count_loser(std::uint32_t slot) noexcept {
        if (!loser_counted_) count(slot);
        loser_counted_ = true;
    }
    constexpr void count(std::uint32_t slot) noexcept {
        if (counted_.is_full()) return;
        era const& e = era_[newest_];
        counted_.record(Count - 1 - (&era_of(slot) == &e ? rank_of(slot) : e.rank_of(book_.amount(slot))));
    }

    /// The latest bid of an era that has bids.
    constexpr std::uint32_t latest(era const& e) const noexcept { return slot_at(by_arrival_.prev(slot_at(e.oldest))); }

    constexpr void move_boundaries() noexcept {
        era& older = era_[newest_ ^ 1];
        if (older.oldest != 0) {
            const std::uint32_t slot = latest(older);
            unfile(slot);
            file(slot, true);
            return;
        }
        for (int step = 0; step < 2; ++step) {
            if (!counted_.cut_step(era_[newest_].edges, older.edges)) continue;
            newest_ ^= 1;
            round_reserve();
            return;
        }
    }

    // --- what slot_auction asks for ------------------------------------------------------------------------------------

    constexpr bool is_live(std::uint32_t slot) const noexcept { return book_.is_live(slot); }
    constexpr bid bid_in(std::uint32_t slot) const noexcept { return book_.bid_of(slot); }

    constexpr void enter(bid const& b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (counted_.is_full()) move_boundaries();
        const bool was_live = is_live(slot);
        if (was_live) {
            count_loser(slot);
            unfile(slot);
        }
        book_.enter(b, was_live);
        file(slot);
    }

    constexpr price critical_price_against(std::uint32_t winner, std::uint32_t rival) const noexcept {
        return critical_price_of(winner, book::lists_type::link_to(rival));
    }

    constexpr candidate best_candidate() const noexcept { return in_order(best_of(era_[0]), best_of(era_[1])); }
    constexpr candidate next_candidate(candidate c) const noexcept { return in_order(following(c.here), c.other); }
    constexpr bool is_eligible(candidate c) const noexcept { return eligible(c.here); }
    static constexpr std::uint32_t slot_of_candidate(candidate c) noexcept { return slot_at(c.here); }
    constexpr std::optional<award> award_to(candidate winner, candidate rival) noexcept {
        const std::uint32_t slot = slot_at(winner.here);
        const award won{book_.bid_of(slot), critical_price_of(slot, rival.here)};
        win(slot);
        return won;
    }

    /// Is the list of `head` linked and in arrival order, and is `right(slot)` true of each slot in it?
    template <class Right>
    constexpr bool in_arrival_order(detail::slot_lists<Capacity> const& lists, link head, Right right) const noexcept {
        std::uint32_t last = Capacity;
        return lists.visits_all(head, book_.size(), [&](std::uint32_t slot) noexcept {
            const bool later = last == Capacity || book_.arrived_after(slot, last);
            last = slot;
            return later && right(slot);
        });
    }

    book book_;
    price reserve_ = 0;
    price asked_ = 0;
    std::uint64_t bar_ = 0;  ///< the least edge that wins: reserve_, or 2^32 if no bid can
    std::uint32_t newest_ = 0;
    bool loser_counted_ = false;  ///< since the last decision
    detail::equal_depth<Count, Period> counted_;
    era era_[2];
    detail::slot_lists<Capacity> by_arrival_;
    std::uint16_t filed_[Capacity] = {};  ///< rank and, in the lowest bit, which of era_
};

namespace detail {
using adaptive_7 = stratified_buckets<7, adaptive_tiers<>>;
static_assert(selective_auction<adaptive_7> && multi_unit_auction<adaptive_7> && listed_auction<adaptive_7>);
static_assert(peekable_auction<adaptive_7> && browsable_auction<adaptive_7> && amendable_auction<adaptive_7>);
static_assert(tier_map<adaptive_tiers<>> && std::is_standard_layout_v<adaptive_7>);
}  // namespace detail
static_assert(sizeof(stratified_buckets<1000, adaptive_tiers<256>>) <= 1000 * 30 + 3968);

}  // namespace maxwell
