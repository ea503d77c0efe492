// SPDX-License-Identifier: MIT
//
// stratified_buckets: an auction by tiers of prices, every operation O(1) in the worst case.
//
// Prices are cut into tiers; a tier is a queue of agents in arrival order, and a bitmap says which tiers have bids. Nothing is
// ever sorted or scanned: the winner is the head of the highest tier, and the price that it pays is the lower edge of the least
// tier in which it would still have won.
//
// Tiers are counted by rank, from the highest tier down, so the winner's is the lowest member of the bitmap.
//
//     used_    bitmap of ranks        [ 1 0 1 0 0 1 0 0 ]
//                                       |   |   `------- one agent, not looked at now
//                                       |   `----------- lowest_above(): the runner-up's, when the winner is alone in its tier
//                                       `--------------- lowest(): the winner's
//     head_    rank -> oldest agent   [ 2 . 9 . . 4 . . ]
//                                       |   |   |
//     book_    a list per tier,         2   9   4          in arrival order; and by slot its bid and generation
//              linked slot to slot      7
//                                       3
//
// A link is a slot plus one, so the all-zero object is the empty auction.
//
// Invariants
//   1. A rank's bit in used_ is set exactly if its head_ is not 0.
//   2. The list of a rank holds exactly the live bids whose amount is in its tier, from head_ on in arrival order.
//   3. reserve_tier_ is the least tier whose lower edge is at or above reserve_, Tiers::count when there is none.
//
//     operation                        cost            why
//     insert, expire, retire           O(1)            leave one tier list, join one, one bitmap word or two
//     top, extract_max                 O(1)            highest tier, its head; the next tier for the price
//     extract_max_if                   O(probes)       from the head of the highest tier down
//     update_price, find               O(1)            one index; one slot
//     clear                            O(live bids)    one unlink each
//     memory                           24 B per agent and 2 B per tier (28 and 4 from a Capacity of 65,535 on), and a bit
//                                      per tier: 7,104 B at log_linear_tiers<7>
//
// Truthfulness: the order (tier, arrival) is monotone in a bid's amount, arrival never depends on the amount, and the winner
// pays its critical price (Myerson 1981). A bidder between two lower edges gains nothing by another amount: the regret is
// zero, not "up to a tier". What tiers do cost is welfare: a winner can be one tier's width below the best.
//
// The bucket queue with find-first-set is as old as schedulers (Linux O(1); Eiffel, Saeed et al., NSDI 2019).

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/slot_auction.hpp>
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
class stratified_buckets : public detail::slot_auction<stratified_buckets<Capacity, Tiers>, Capacity> {
    static_assert(Tiers::count > 0 && Tiers::count <= (std::uint32_t{1} << 24),
                  "a tier map has 1 to 2^24 tiers: fewer mantissa bits, wider steps or a smaller Count");
    using members = detail::slot_auction<stratified_buckets, Capacity>;
    using book = detail::tier_book<Capacity>;
    using link = typename book::link;

public:
    static constexpr auction_traits traits{fidelity::tier, fidelity::tier, true};

    /// The empty auction with reserve 0.
    constexpr stratified_buckets() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its arrival number.
    constexpr explicit stratified_buckets(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// The reserve in force: the price given to update_price, rounded up to a tier's lower edge if there is one.
    constexpr price reserve() const noexcept { return reserve_; }

    /// Sets the reserve to `p`, rounded up to the next lower edge of a tier: bids in tiers below it stay in and don't win. If no
    /// edge is at or above `p`, no bid wins, and reserve() is `p`. O(1).
    constexpr void update_price(price p) noexcept {
        reserve_tier_ = Tiers::index(p);
        if (Tiers::lower_edge(reserve_tier_) < p) ++reserve_tier_;
        reserve_ = reserve_tier_ < Tiers::count ? Tiers::lower_edge(reserve_tier_) : p;
    }

    /// Returns who wins now and what it would pay; nothing if no bid is at or above the reserve. O(1).
    constexpr std::optional<award> top() const noexcept {
        if (used_.empty()) return std::nullopt;
        const std::uint32_t rank = used_.lowest();
        if (!eligible(rank)) return std::nullopt;
        const std::uint32_t slot = slot_at(head_[rank]);
        if (lists().next(slot) != head_[rank]) return award{book_.bid_of(slot), at_least_reserve(lower_edge(rank))};
        const std::uint32_t next = used_.lowest_above(rank);
        return award{book_.bid_of(slot), next == used_.none ? reserve_ : critical_price_of_leader(slot, next)};
    }

    /// The same, and the winner's bid leaves. O(1).
    constexpr std::optional<award> extract_max() noexcept {
        if (used_.empty()) return std::nullopt;
        const std::uint32_t rank = used_.lowest();
        if (!eligible(rank)) return std::nullopt;
        const link head = head_[rank];
        const std::uint32_t slot = slot_at(head);
        const link next = lists().next(slot);
        price payment = reserve_;
        if (Capacity > 1 && next != head) {
            payment = at_least_reserve(lower_edge(rank));
            head_[rank] = next;
            lists().bypass(slot);
        } else {
            head_[rank] = 0;
            const std::uint32_t next_rank = used_.drop_lowest(rank);
            if (next_rank != used_.none) payment = critical_price_of_leader(slot, next_rank);
        }
        book_.leave(slot);
        return award{book_.bid_of(slot), payment};
    }

    /// Puts the best eligible bids into `out`, best first, as many as there are or as fit, and returns their number. Each payment
    /// is the reserve. O(out.size()).
    constexpr std::size_t list_best(view<award> out) const noexcept {
        std::size_t listed = 0;
        for (link l = best_candidate(); l != 0 && listed < out.size(); l = next_candidate(l)) {
            out[listed++] = {book_.bid_of(slot_at(l)), reserve_};
        }
        return listed;
    }

    /// All bids leave; generations and reserve stay. O(live bids).
    constexpr void clear() noexcept {
        while (!used_.empty()) withdraw(slot_at(head_[used_.lowest()]));
    }

    /// Do the invariants hold? O(Capacity + Tiers::count); for tests.
    constexpr bool check_invariants() const noexcept {
        std::size_t linked = 0;
        for (std::uint32_t rank = 0; rank < Tiers::count; ++rank) {
            if (used_.contains(rank) != (head_[rank] != 0)) return false;
            const std::size_t found_before = linked;
            std::uint32_t last = 0;
            const bool in_order = lists().visits_all(head_[rank], book_.size(), [&](std::uint32_t slot) noexcept {
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
    friend members;

    static constexpr std::uint32_t slot_at(link l) noexcept { return book::lists_type::slot_at(l); }
    constexpr auto& lists() noexcept { return book_.lists(); }
    constexpr auto const& lists() const noexcept { return book_.lists(); }

    /// Tiers counted from the highest one down.
    static constexpr std::uint32_t rank_of(price p) noexcept { return Tiers::count - 1 - Tiers::index(p); }
    static constexpr price lower_edge(std::uint32_t rank) noexcept {
        return Tiers::lower_edge(Tiers::count - 1 - rank);
    }
    constexpr bool eligible(std::uint32_t rank) const noexcept { return rank + reserve_tier_ < Tiers::count; }
    constexpr price at_least_reserve(price p) const noexcept { return p > reserve_ ? p : reserve_; }

    /// The critical price of `leader` against the head of `rank`, a lower tier: that tier's edge, or the next higher one if
    /// `leader` came later.
    constexpr price critical_price_of_leader(std::uint32_t leader, std::uint32_t rank) const noexcept {
        MAXWELL_ASSERT(head_[rank] != 0 && rank > rank_of(book_.amount(leader)));
        const std::uint32_t later = book_.arrived_after(leader, slot_at(head_[rank])) ? 1 : 0;
        return at_least_reserve(lower_edge(rank - later));
    }

    // --- what slot_auction asks for ------------------------------------------------------------------------------------

    constexpr bool is_live(std::uint32_t slot) const noexcept { return book_.is_live(slot); }
    constexpr bid bid_in(std::uint32_t slot) const noexcept { return book_.bid_of(slot); }

    constexpr void enter(bid const& b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (is_live(slot)) {  // an entry in each branch: liveness is tested once
            leave_tier(slot);
            book_.enter(b, true);
        } else {
            book_.enter(b, false);
        }
        const std::uint32_t rank = rank_of(b.amount);
        lists().join_back(slot, head_[rank]);
        used_.set(rank);
    }

    /// The slot leaves its tier list; its own links stay as they are.
    constexpr void leave_tier(std::uint32_t slot) noexcept {
        const std::uint32_t rank = rank_of(book_.amount(slot));
        if (lists().leave(slot, head_[rank])) used_.clear(rank);
    }

    constexpr void withdraw(std::uint32_t slot) noexcept {
        leave_tier(slot);
        book_.leave(slot);
    }

    /// The same against any bid; max_price if `winner` came later and there is no higher tier.
    constexpr price critical_price_against(std::uint32_t winner, std::uint32_t rival) const noexcept {
        const std::uint32_t rank = rank_of(book_.amount(rival));
        const std::uint32_t later = book_.arrived_after(winner, rival) ? 1 : 0;
        return later > rank ? max_price : at_least_reserve(lower_edge(rank - later));
    }

    /// Candidates are links; 0: no further bid is eligible.
    constexpr link best_candidate() const noexcept {
        return head_if_eligible(used_.empty() ? used_.none : used_.lowest());
    }
    constexpr link next_candidate(link l) const noexcept {
        const std::uint32_t rank = rank_of(book_.amount(slot_at(l)));
        const link next = lists().next(slot_at(l));
        return next != head_[rank] ? next : head_if_eligible(used_.lowest_above(rank));
    }
    constexpr link head_if_eligible(std::uint32_t rank) const noexcept {
        return rank == used_.none || !eligible(rank) ? link{0} : head_[rank];
    }
    static constexpr bool is_eligible(link l) noexcept { return l != 0; }
    static constexpr std::uint32_t slot_of_candidate(link l) noexcept { return slot_at(l); }
    constexpr std::optional<award> award_to(link winner, link rival) noexcept {
        const std::uint32_t slot = slot_at(winner);
        const award won{book_.bid_of(slot), rival != 0 ? critical_price_against(slot, slot_at(rival)) : reserve_};
        withdraw(slot);
        return won;
    }

    book book_;
    price reserve_ = 0;
    std::uint32_t reserve_tier_ = 0;
    hierarchical_bitmap<Tiers::count> used_;
    link head_[Tiers::count] = {};
};

static_assert(peekable_auction<stratified_buckets<7>> && browsable_auction<stratified_buckets<7>> &&
              amendable_auction<stratified_buckets<7>>);
static_assert(selective_auction<stratified_buckets<7>> && multi_unit_auction<stratified_buckets<7>> &&
              listed_auction<stratified_buckets<7>>);
static_assert(sizeof(stratified_buckets<1000>) <= 1000 * 24 + 7168);
static_assert(std::is_standard_layout_v<stratified_buckets<7>>);

}  // namespace maxwell
