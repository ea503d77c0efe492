// SPDX-License-Identifier: MIT
//
// tournament_tree: an exact auction for any 32-bit price, O(log N) with the same path length for every bid.
//
// One number per bid, its key, encodes the whole order (exact_book.hpp). A tournament of the keys over the slots has the
// winner at its root; taking it out and replaying its path leaves the runner-up there, which is all that the payment needs.
//
//     final_               root              the best of all; one leaf per group
//                       .---'---.
//     group_[g]       root     root          each its own auction: group_top(g)
//                    .-'-.    .-'-.
//                  key   key key  key        one leaf per slot; group g has the slots [g * K, (g + 1) * K),
//                                            K = ceil(Capacity / Groups)
//
//     book_           by slot: generation, units, position in arrival order
//
// Invariants
//   1. A slot's leaf is its bid's key, 0 without one.
//   2. Each tree holds, at every node, the greater of the two keys below; a leaf of final_ is its group's root.
//   3. The book holds exactly the bids in the leaves.
//
//     operation                             cost                   why
//     insert, expire, retire, extract_max   O(log N)               one path of matches; an insert renumbers two bids at most
//     top, group_top                        O(log N)               the best sibling on the winner's path is the runner-up
//     extract_max_if                        O(probes^2 log N)      best first; subtrees of lower keys are not entered
//     update_price, find                    O(1)                   one store; one leaf
//     clear                                 O(live bids * log N)   one path each
//     memory                                28 B per agent
//
// Depth is fixed and matches don't branch, so adversarial bids cost what uniform ones do. The payment is the global
// runner-up's, also with Groups > 1: charging the best of the other groups only would reward misreporting. `Groups` lets a
// caller ask for the best bid of a core, a socket or a tenant; it makes nothing faster.
//
// Truthful: the winner is the greatest key, the key is monotone in the amount, arrival never depends on it, and the winner
// pays the least amount whose key is still the greatest (Myerson 1981; Vickrey 1961).

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/exact_auction.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Capacity, std::size_t Groups = 1>
class tournament_tree : public detail::exact_auction<tournament_tree<Capacity, Groups>, Capacity> {
    static_assert(Groups > 0 && Groups <= Capacity, "a group holds one slot at least, so Groups is in [1, Capacity]");
    using members = detail::exact_auction<tournament_tree, Capacity>;
    using typename members::book;
    using typename members::key;

public:
    /// The empty auction with reserve 0.
    constexpr tournament_tree() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its arrival number, modulo the width of that number.
    constexpr explicit tournament_tree(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// The number of groups, and the group of `slot`. The last groups can have fewer slots than the others, or none.
    static constexpr std::size_t groups() noexcept { return Groups; }
    static constexpr std::uint32_t group_of(std::uint32_t slot) noexcept {
        return Groups == 1 ? 0 : slot / static_cast<std::uint32_t>(group_size);
    }

    /// Returns who wins now and what it would pay; nothing if no bid is at or above the reserve. O(log N).
    constexpr std::optional<award> top() const noexcept {
        const key k = final_.root();
        if (!book_.eligible(k)) return std::nullopt;
        const std::uint32_t g = group_of(book::slot_of_key(k));
        const key in_group = group_[g].rival(book::slot_of_key(k) - first_slot(g));
        const key elsewhere = final_.rival(g);
        return award{book_.bid_of(k), book_.critical_price_of_leader(k, in_group > elsewhere ? in_group : elsewhere)};
    }

    /// The same, and the winner's bid leaves. O(log N).
    constexpr std::optional<award> extract_max() noexcept {
        const key k = final_.root();
        if (!book_.eligible(k)) return std::nullopt;
        const bid winner = book_.bid_of(k);
        return award{winner, book_.critical_price_of_leader(k, remove(book::slot_of_key(k), k))};
    }

    /// Returns who would win among the bids of group `g` alone, and what it would pay there; nothing if no bid of the group is
    /// at or above the reserve, or if there is no such group. O(log N).
    constexpr std::optional<award> group_top(std::size_t g) const noexcept {
        if (g >= Groups || !book_.eligible(group_[g].root())) return std::nullopt;
        const key k = group_[g].root();
        return award{book_.bid_of(k),
                     book_.critical_price_of_leader(k, group_[g].rival(book::slot_of_key(k) - first_slot(g)))};
    }

    /// Returns the best bid of the groups other than `g`, which sets the price of a winner in `g` if each group is one owner with
    /// several agents; nothing if none of them is at or above the reserve. If there is no group `g`, the best bid of all.
    /// O(log Groups).
    constexpr std::optional<bid> best_outside(std::size_t g) const noexcept {
        const key k = g < Groups ? final_.rival(static_cast<std::uint32_t>(g)) : final_.root();
        if (!book_.eligible(k)) return std::nullopt;
        return book_.bid_of(k);
    }

    /// The same as group_top, and the winner's bid leaves. O(log N).
    constexpr std::optional<award> extract_group_max(std::size_t g) noexcept {
        const std::optional<award> won = group_top(g);
        if (won) remove(slot_of(won->winner.agent), group_[g].root());
        return won;
    }

    /// Do the invariants hold? O(Capacity); for tests.
    constexpr bool check_invariants() const noexcept {
        if (!final_.check_invariants()) return false;
        for (std::uint32_t g = 0; g < Groups; ++g) {
            if (!group_[g].check_invariants() || final_.leaf(g) != group_[g].root()) return false;
        }
        return members::book_agrees();
    }

private:
    friend members;
    friend detail::slot_auction<tournament_tree, Capacity>;

    static constexpr std::size_t group_size = (Capacity + Groups - 1) / Groups;

    static constexpr std::uint32_t first_slot(std::size_t g) noexcept {
        return static_cast<std::uint32_t>(g * group_size);
    }
    constexpr key best() const noexcept { return final_.root(); }
    constexpr key key_of(std::uint32_t slot) const noexcept {
        const std::uint32_t g = group_of(slot);
        return group_[g].leaf(slot - first_slot(g));
    }

    /// Makes `k` the key of `slot`; returns the best key of all.
    constexpr key set_key(std::uint32_t slot, key, key k) noexcept {
        const std::uint32_t g = group_of(slot);
        return final_.set(g, group_[g].set(slot - first_slot(g), k));
    }

    /// The bid of `slot`, which has one, leaves: `extracted` by its key, or withdrawn, 0. Returns the best key of the others.
    constexpr key remove(std::uint32_t slot, key extracted) noexcept {
        MAXWELL_ASSERT(key_of(slot) != 0);
        book_.leave(slot, extracted);
        return set_key(slot, extracted, 0);
    }

    /// The best key after `k`.
    constexpr key next_after(key k) const noexcept {
        return final_.greatest_below(k, [this, k](std::uint32_t g) noexcept {
            return group_[g].greatest_below(k, [](std::uint32_t) noexcept { return key{0}; });
        });
    }

    void prefetch_order(std::uint32_t slot) const noexcept {
        group_[group_of(slot)].prefetch(slot - first_slot(group_of(slot)));
    }

    constexpr void set_leaf(std::uint32_t slot, key k) noexcept {
        const std::uint32_t g = group_of(slot);
        group_[g].set_leaf(slot - first_slot(g), k);
    }
    constexpr void rebuild() noexcept {
        for (std::uint32_t g = 0; g < Groups; ++g) {
            group_[g].rebuild();
            final_.set_leaf(g, group_[g].root());
        }
        final_.rebuild();
    }

    constexpr void rename(std::uint32_t slot, std::uint32_t low) noexcept {
        const std::uint32_t g = group_of(slot);
        const key old = key_of(slot);
        const key k = old >> 32 << 32 | low;
        group_[g].rename(slot - first_slot(g), k);
        if (final_.leaf(g) == old) final_.rename(g, k);
    }
    constexpr bool is_dear(std::uint32_t slot) const noexcept {
        const std::uint32_t g = group_of(slot);
        return group_[g].is_ahead(slot - first_slot(g)) || (final_.leaf(g) == key_of(slot) && final_.is_ahead(g));
    }

    book book_;
    detail::winner_tree<Groups> final_;
    detail::winner_tree<group_size> group_[Groups];
};

static_assert(peekable_auction<tournament_tree<7>> && browsable_auction<tournament_tree<7>> &&
              amendable_auction<tournament_tree<7>>);
static_assert(selective_auction<tournament_tree<7>> && multi_unit_auction<tournament_tree<7>> &&
              listed_auction<tournament_tree<7>>);
static_assert(sizeof(tournament_tree<1000>) <= 1000 * 28 + 64);
static_assert(std::is_standard_layout_v<tournament_tree<7>>);

}  // namespace maxwell
