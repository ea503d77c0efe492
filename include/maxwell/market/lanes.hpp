// SPDX-License-Identifier: MIT
//
// lanes: one auction for each class of bidders, sold as one. A lane is what the host observes of an agent, which device it
// feeds and how many watts it takes, and never what the agent says. All bidders of a lane share one price multiplier.
//
//     lane 0   multiplier 1     [ 900  870  310 ... ]   head 900 / 1 = 900
//     lane 1   multiplier 2     [ 1700 1650 ...     ]   head 1700 / 2 = 850       wins only if lane 0 is shut
//     lane 2   multiplier 8     [ 7240 ...          ]   head 7240 / 8 = 905       wins, and pays 7201: 7200 / 8 would tie
//
// A new price never reorders a lane, so it costs O(1): a multiplier and a reserve. Heads are compared by effective bid,
// amount / multiplier, as 64-bit products, so nothing is rounded. Ties go to the lower lane.
//
// The winner w of lane a has to outrank the bids of its lane, and the head r of every other lane b:
//
//     amount(w) * m_b >= r * m_a   (a < b)     critical price   ceil(r * m_a / m_b)
//     amount(w) * m_b >  r * m_a   (a > b)                      floor(r * m_a / m_b) + 1
//
// Preferred lanes go first, whatever is bid: while one of them has a bid at its reserve the others take no part. A winner there pays
// what the preferred lanes make it pay.
//
// It pays the greatest of these, of its price within the lane, and of its lane's reserve. This is a weighted Vickrey auction, an
// affine maximiser (Roberts 1979): truthful as long as multipliers don't depend on the bid that they judge. A container of
// tiers counts tiers within a lane, and exact amounts on both sides between lanes.
//
// Invariants
//   1. An agent has a bid in one lane at most. The caller keeps this: bids go in and out through lane().
//   2. The all-zero object has empty lanes with multiplier 1 and reserve 0, none of them shut or preferred.
//
//     operation           cost                  why
//     top, extract_max    Lanes tops            and a division for each other lane whose multiplier differs
//     contest             Lanes tops, 1 insert  the incumbent is entered only if it loses
//     reprice, shut, prefer  O(1)

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <bit>          // countr_zero
#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // awards
#include <type_traits>  // is_trivially_copyable

namespace maxwell {

/// An award, and the lane in which it was won.
struct lane_award {
    award won;
    std::uint32_t lane;

    friend constexpr bool operator==(lane_award const&, lane_award const&) = default;
};

/// A tournament_tree whose groups are owners: an agent's price comes from the bids of other owners alone. For owners with several
/// agents, who otherwise set prices for each other and gain by misreporting. The order of bids stays as it is.
template <class Tree>
struct by_owner : Tree {
    using Tree::Tree;
};

template <class A>
inline constexpr bool prices_by_owner = false;
template <class Tree>
inline constexpr bool prices_by_owner<by_owner<Tree>> = true;

template <multi_unit_auction A, std::size_t Lanes = 1>
    requires peekable_auction<A>
class lanes {
    static_assert(Lanes > 0 && Lanes <= 32, "a set of lanes is 32 bits");
    static_assert(A::traits.winner != fidelity::sampled, "scores of samplers don't compare across lanes");

public:
    /// The number of lanes, and all of them as a set: bit l stands for lane l.
    static constexpr std::size_t count() noexcept { return Lanes; }
    static constexpr std::uint32_t all_lanes = static_cast<std::uint32_t>((std::uint64_t{1} << Lanes) - 1);

    /// The auction of a lane, which is below count(). Bids go in and out there.
    constexpr A& lane(std::size_t l) noexcept {
        MAXWELL_ASSERT(l < Lanes);
        return lane_[l];
    }
    constexpr A const& lane(std::size_t l) const noexcept {
        MAXWELL_ASSERT(l < Lanes);
        return lane_[l];
    }

    /// Prefetches what a bid of `slot` will need when it enters lane `l`, which is below count(), if the container can.
    void prefetch(std::size_t l, std::uint32_t slot) const noexcept {
        if constexpr (requires(A const& a) { a.prefetch(slot); }) lane(l).prefetch(slot);
    }

    /// The multiplier of a lane, which is below count().
    constexpr multiplier_q16 multiplier(std::size_t l) const noexcept {
        MAXWELL_ASSERT(l < Lanes);
        return multiplier_[l] != 0 ? multiplier_[l] : unit_multiplier;
    }

    /// Makes `multiplier` the lane's, and base * multiplier, rounded up, its reserve. A multiplier of 0 is that of a lane for which
    /// no price was ever set: 1 in comparisons, and a reserve of 0. Changes nothing if `l` is not below count(). O(1).
    constexpr void reprice(std::size_t l, price base, multiplier_q16 multiplier) noexcept {
        if (l >= Lanes) return;
        multiplier_[l] = multiplier;
        lane_[l].update_price(scaled_price(base, multiplier));
    }

    /// Shuts the lanes of this set, and opens all others: a shut lane sells nothing; its bids stay, in order. O(1).
    constexpr void shut(std::uint32_t lane_bits) noexcept { shut_ = lane_bits & all_lanes; }
    constexpr std::uint32_t shut() const noexcept { return shut_; }

    /// Prefers the lanes of this set until prefer() is called again: if one of them that isn't shut has a bid at its reserve, or the
    /// incumbent is in one, the others sell nothing. O(1).
    constexpr void prefer(std::uint32_t lane_bits) noexcept { preferred_ = lane_bits & all_lanes; }
    constexpr std::uint32_t preferred() const noexcept { return preferred_; }

    /// Does `amount` in lane `a` rank before `rival` in lane `b`, another lane or another agent of the same one? Ties go to the
    /// lower lane, and within a lane to the rival. O(1).
    constexpr bool outranks(std::size_t a, price amount, std::size_t b, price rival) const noexcept {
        const std::uint64_t mine = std::uint64_t{amount} * multiplier(b);
        const std::uint64_t other = std::uint64_t{rival} * multiplier(a);
        return a < b ? mine >= other : mine > other;
    }

    /// The least amount in lane `a` that is worth what `rival` is in lane `b`, or with `more` just above that. Greater than any price
    /// if no price is. O(1).
    constexpr std::uint64_t to_match(std::size_t a, std::size_t b, price rival, bool more) const noexcept {
        const multiplier_q16 m_a = multiplier(a);
        const multiplier_q16 m_b = multiplier(b);
        if (m_a == m_b) return std::uint64_t{rival} + more;
        const std::uint64_t scaled = std::uint64_t{rival} * m_a;
        return more ? scaled / m_b + 1 : scaled / m_b + (scaled % m_b != 0);
    }

    /// The amount at which an incumbent with `amount` ranks: at most max_price.
    static constexpr price raised_by(price amount, price bonus) noexcept {
        return bonus < ~price{0} - amount ? amount + bonus : ~price{0};
    }

    /// Does `amount` in lane `a` take the processor from an incumbent of lane `b` that ranks at `raised` and wins ties? O(1).
    constexpr bool overcomes(std::size_t a, price amount, std::size_t b, price raised) const noexcept {
        if (((preferred_ >> a ^ preferred_ >> b) & 1u) != 0) return (preferred_ >> a & 1u) != 0;
        return std::uint64_t{amount} * multiplier(b) > std::uint64_t{raised} * multiplier(a);
    }

    /// Returns who would win now, and what it would pay; nothing if no lane that isn't shut has a bid at its reserve. Costs Lanes
    /// tops.
    constexpr std::optional<lane_award> top() const noexcept {
        const heads h = look();
        if (h.lanes == 0) return std::nullopt;
        return awarded(h, *lane_[h.best].top());
    }

    /// The same, and the winner's bid leaves.
    constexpr std::optional<lane_award> extract_max() noexcept {
        if constexpr (Lanes == 1 && !prices_by_owner<A>) {
            if (shut_ != 0) return std::nullopt;
            const std::optional<award> won = lane_[0].extract_max();
            if (!won) return std::nullopt;
            return lane_award{*won, 0};
        } else {
            return take_best(look());
        }
    }

    /// The running agent, which has no bid in any lane, against all others, where a switch costs something: it ranks at its
    /// amount + `bonus`, wins ties, and pays the bonus less. Its own amount has to reach its lane's reserve. A challenger has to
    /// offer more than that, and pays for it. If the incumbent does not win, its bid is in its lane afterwards, as the newest.
    /// A sum above the greatest price counts as that. `lane` is below count(). Rules and bonus as in clearing.hpp's quantum().
    constexpr std::optional<lane_award> contest(std::uint32_t lane, bid incumbent, price bonus) noexcept {
        MAXWELL_ASSERT(lane < Lanes && !lane_[lane].find(incumbent.agent));
        bool takes_part =
            (shut_ >> lane & 1u) == 0 && incumbent.units != 0 && incumbent.amount >= lane_[lane].reserve();
        const heads h = look(takes_part ? 1u << lane : 0);
        if ((h.lanes & preferred_) != 0 && (preferred_ >> lane & 1u) == 0) takes_part = false;
        const price raised = raised_by(incumbent.amount, bonus);
        if (!takes_part || (h.lanes != 0 && overcomes(h.best, h.best_amount, lane, raised))) {
            std::optional<lane_award> won = take_best(h);
            if (won && takes_part && !same_owner(won->won.winner.agent, incumbent.agent)) {
                const auto least = static_cast<price>(to_match(won->lane, lane, raised, true));
                if (won->won.payment < least) won->won.payment = least;
            }
            lane_[lane].insert(incumbent);
            return won;
        }
        price due = lane_[lane].reserve();
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            const std::optional<price> rival = best_rival(h, l, incumbent.agent);
            if (!rival) continue;
            const std::uint64_t match = to_match(lane, l, *rival, false);
            if (match > std::uint64_t{due} + bonus) due = static_cast<price>(match - bonus);
        }
        return lane_award{{incumbent, due}, lane};
    }

    /// Is there no bid in any lane? O(Lanes).
    constexpr bool empty() const noexcept {
        for (A const& a : lane_) {
            if (!a.empty()) return false;
        }
        return true;
    }

    /// Has a shut lane a bid that reaches its reserve? Lanes tops.
    constexpr bool shut_lane_would_sell() const noexcept { return one_would_sell(shut_); }

    /// Do the containers' invariants hold? O(Lanes * capacity); for tests.
    constexpr bool check_invariants() const noexcept {
        for (A const& a : lane_) {
            if (!a.check_invariants()) return false;
        }
        return ((shut_ | preferred_) & ~all_lanes) == 0;
    }

private:
    /// The best bid of each lane that isn't shut.
    struct heads {
        std::uint32_t lanes;  ///< which of them have one that reaches the reserve
        std::uint32_t best;   ///< the lane of the winner
        price best_amount;
        price amount[Lanes];
    };

    /// Has one of these lanes a bid that reaches its reserve?
    constexpr bool one_would_sell(std::uint32_t lane_bits) const noexcept {
        for (std::size_t l = 0; l < Lanes; ++l) {
            if ((lane_bits >> l & 1u) != 0 && lane_[l].top()) return true;
        }
        return false;
    }

    /// With the incumbent's lane as a bit, or none. Preferred lanes alone, where one of them has something to sell to. Flattened: with
    /// top() inlined the compiler leaves out the payment, which only the lane that wins is asked for.
    [[gnu::__flatten__]] constexpr heads look(std::uint32_t incumbent = 0) const noexcept {
        std::uint32_t which = ~shut_;
        if (preferred_ != 0) {
            const bool first = (incumbent & preferred_) != 0 || one_would_sell(preferred_ & ~shut_);
            which &= first ? preferred_ : ~preferred_;
        }
        heads h;
        h.lanes = 0;
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            if ((which >> l & 1u) == 0) continue;
            const std::optional<award> t = lane_[l].top();
            if (!t) continue;
            h.amount[l] = t->winner.amount;
            if (h.lanes == 0 || outranks(l, h.amount[l], h.best, h.best_amount)) {
                h.best = l;
                h.best_amount = h.amount[l];
            }
            h.lanes |= 1u << l;
        }
        return h;
    }

    /// The best bid of all leaves and is awarded.
    constexpr std::optional<lane_award> take_best(heads const& h) noexcept {
        if (h.lanes == 0) return std::nullopt;
        A& lane = lane_[h.best];
        if constexpr (prices_by_owner<A>) {
            const lane_award won =
                awarded(h, *lane.top());  // other owners' bids are asked for while the winner's is in
            lane.extract_max();
            return won;
        } else {
            return awarded(h, *lane.extract_max());
        }
    }

    static constexpr bool same_owner(agent_id a, agent_id b) noexcept {
        if constexpr (prices_by_owner<A>) return A::group_of(slot_of(a)) == A::group_of(slot_of(b));
        return false;
    }

    /// The best bid of lane `l` that sets a price for `agent`, of another lane or with no bid: all of the lane's, or other owners'.
    constexpr std::optional<price> best_rival(heads const& h, std::uint32_t l, agent_id agent) const noexcept {
        if ((h.lanes >> l & 1u) == 0) return std::nullopt;
        if constexpr (prices_by_owner<A>) {
            const std::optional<bid> other = lane_[l].best_outside(A::group_of(slot_of(agent)));
            if (!other) return std::nullopt;
            return other->amount;
        } else {
            return h.amount[l];
        }
    }

    /// `best`, which is the best of its lane and of all, at the price that other lanes and owners make it pay.
    constexpr lane_award awarded(heads const& h, award const& best) const noexcept {
        const agent_id winner = best.winner.agent;
        price due = best.payment;
        if constexpr (prices_by_owner<A>) {
            const std::optional<bid> rival = lane_[h.best].best_outside(A::group_of(slot_of(winner)));
            due = rival ? lane_[h.best].critical_price(winner, rival->agent) : lane_[h.best].reserve();
        }
        for (std::uint32_t l = 0; l < Lanes; ++l) {
            if (l == h.best) continue;
            const std::optional<price> rival = best_rival(h, l, winner);
            if (!rival) continue;
            const std::uint64_t match = to_match(h.best, l, *rival, h.best > l);
            if (match > due)
                due = static_cast<price>(match);  // no more than the winner's amount, which outranks the rival
        }
        return {{best.winner, due}, h.best};
    }

    multiplier_q16 multiplier_[Lanes] = {};  ///< 0: never set
    std::uint32_t shut_ = 0;
    std::uint32_t preferred_ = 0;
    A lane_[Lanes];
};

}  // namespace maxwell
