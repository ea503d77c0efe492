// SPDX-License-Identifier: MIT
//
// tournament_tree: an exact auction for any 32-bit price, O(log N) with the same path length for every bid.
//
// The whole order stands in one number per bid, its key (exact_book.hpp). A tournament of the keys over the slots has the
// winner at its root; taking it out and replaying its path leaves the runner-up there, which is all that the payment needs.
//
//     final_               root              the best of all; one leaf per group
//                       .---'---.
//     group_[g]       root     root          each its own auction: group_top(g)
//                    .-'-.    .-'-.
//                  key   key key  key        one leaf per slot; group g has the slots [g * K, (g + 1) * K),
//                                            K = ceil(Capacity / Groups)
//
//     book_           by slot: generation, units, place in arrival order
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
// runner-up's, also with Groups > 1: charging the best of the other groups only would let an agent gain by lying. `Groups` makes
// a hierarchy visible, a core, a socket or a tenant each; it makes nothing faster.
//
// Truthful: the winner is the greatest key, the key is monotone in the amount, arrival never depends on it, and the winner
// pays the least amount whose key is still the greatest (Myerson 1981; Vickrey 1961).

#pragma once

#include <maxwell/auction/affinity.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/exact_book.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Capacity, std::size_t Groups = 1>
class tournament_tree {
    static_assert(Capacity > 0 && Groups > 0 && Groups <= Capacity);
    using book = detail::exact_book<Capacity>;
    using key = typename book::key;

public:
    static constexpr auction_traits traits{fidelity::exact, fidelity::exact, true};

    /// The empty auction with reserve 0.
    constexpr tournament_tree() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its place in arrival order, modulo the width of that number.
    constexpr explicit tournament_tree(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// Slots in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// Groups, and the group of `slot`. The last groups may have fewer slots than the others, or none.
    static constexpr std::size_t groups() noexcept { return Groups; }
    static constexpr std::uint32_t group_of(std::uint32_t slot) noexcept {
        return Groups == 1 ? 0 : slot / static_cast<std::uint32_t>(group_size);
    }

    /// Live bids.
    constexpr std::size_t size() const noexcept { return book_.size(); }
    constexpr bool empty() const noexcept { return book_.size() == 0; }

    /// The live bid of `id`; nothing when it has none, also when its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity || key_of(slot) == 0 || book_.generation(slot) != generation_of(id)) return std::nullopt;
        return book_.bid_of(key_of(slot));
    }

    /// The reserve in force.
    constexpr price reserve() const noexcept { return book_.reserve(); }

    /// The least amount at which `winner`, with the arrival of its last bid, ranks before the live bid of `rival`; never
    /// below the reserve, and the reserve alone where `rival` has no live bid. The highest price where no amount would do.
    /// For a `winner` without a live bid the arrival is known only of the agents extracted since the last insert. O(1).
    constexpr price critical_price(agent_id winner, agent_id rival) const noexcept {
        const std::uint32_t slot = slot_of(winner);
        if (slot >= Capacity || !find(rival)) return book_.reserve();
        return book_.price_to_beat_any(book_.last_key(slot, key_of(slot)), key_of(slot_of(rival)));
    }

    /// Enters the agent's bid, or replaces the one it has; a new arrival either way. A bid of 0 units is expire(b.agent).
    /// `unknown_agent`: the slot is not below capacity(). `stale_agent`: the agent has retired, or the slot has seen a newer
    /// generation. Both change nothing. O(log N).
    constexpr status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= Capacity) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        if (!book_.admits(b.agent, key_of(slot))) return status::stale_agent;
        if (book_.renumber_due()) [[unlikely]]
            renumber();
        set(slot, book_.enter(b, key_of(slot)));
        return status::ok;
    }

    /// Withdraws the agent's bid. `unknown_agent`, `stale_agent` as for insert; `no_bid` where `id` has none. O(log N).
    constexpr status expire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (!book_.admits(id, key_of(slot))) return status::stale_agent;
        if (key_of(slot) == 0 || book_.generation(slot) != generation_of(id)) return status::no_bid;
        remove(slot, 0);
        return status::ok;
    }

    /// The agent has left: its bid, or one of an older generation, goes, and whatever comes from it later is stale. `ok`
    /// whether or not a bid was live; `unknown_agent`, and `stale_agent` where the slot has seen a newer generation. O(log N).
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < book_.generation(slot)) return status::stale_agent;
        if (key_of(slot) != 0) remove(slot, 0);
        book_.retire(id);
        return status::ok;
    }

    /// Makes `p` the reserve: bids below it stay in and don't win. O(1).
    constexpr void update_price(price p) noexcept { book_.update_price(p); }

    /// Who wins now and what it would pay; nothing when nobody is at or above the reserve. O(log N).
    constexpr std::optional<award> top() noexcept {
        const key k = final_.root();
        if (!book_.eligible(k)) return std::nullopt;
        const std::uint32_t g = group_of(book::slot_of_key(k));
        const key in_group = group_[g].rival(book::slot_of_key(k) - first_slot(g));
        const key elsewhere = final_.rival(g);
        return award{book_.bid_of(k), book_.price_to_beat(k, in_group > elsewhere ? in_group : elsewhere)};
    }

    /// The same, and the winner's bid leaves. O(log N).
    constexpr std::optional<award> extract_max() noexcept {
        const key k = final_.root();
        if (!book_.eligible(k)) return std::nullopt;
        award won{book_.bid_of(k), 0};
        won.payment = book_.price_to_beat(k, remove(book::slot_of_key(k), k));
        return won;
    }

    /// Who would win among the bids of group `g` alone, and what it would pay there; nothing when nobody of the group is at or
    /// above the reserve, or where there is no such group. O(log N).
    constexpr std::optional<award> group_top(std::size_t g) const noexcept {
        if (g >= Groups || !book_.eligible(group_[g].root())) return std::nullopt;
        const key k = group_[g].root();
        return award{book_.bid_of(k), book_.price_to_beat(k, group_[g].rival(book::slot_of_key(k) - first_slot(g)))};
    }

    /// The same, and the winner's bid leaves. O(log N).
    constexpr std::optional<award> extract_group_max(std::size_t g) noexcept {
        const std::optional<award> won = group_top(g);
        if (won) remove(slot_of(won->winner.agent), group_[g].root());
        return won;
    }

    /// Extracts the best bid whose slot is allowed, looking at no more than `probes` candidates, best first. Nothing when
    /// none of them is allowed. The payment is critical: what the best other allowed bid asks for or, where none was found
    /// among the candidates, what keeps the winner among the first `probes`. `allowed(slot)` must not depend on amounts.
    /// O(probes^2 log N), and O(probes * N) at the most.
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        const auto chosen = detail::choose(
            final_.root(), [this](key k) noexcept { return book_.eligible(k); },
            [this](key k) noexcept { return next_after(k); },
            [&](key k) noexcept { return allowed(book::slot_of_key(k)); }, probes);
        if (chosen.winner == 0) return std::nullopt;
        const award won{book_.bid_of(chosen.winner), book_.price_to_beat(chosen.winner, chosen.rival)};
        remove(book::slot_of_key(chosen.winner), chosen.winner);
        return won;
    }

    /// Puts the best eligible bids into `out`, best first, as many as there are or as fit, and returns their number; each with the
    /// reserve as its payment. Changes nothing. O(out.size() * log N).
    constexpr std::size_t list_best(view<award> out) noexcept {
        return book_.list_best(
            out, [this]() noexcept { return final_.root(); },
            [this](std::uint32_t slot, key k) noexcept { set(slot, k); });
    }

    /// All bids leave; generations and reserve stay. O(live bids * log N).
    constexpr void clear() noexcept {
        while (final_.root() != 0) remove(book::slot_of_key(final_.root()), 0);
    }

    /// Do the invariants hold? O(Capacity); for tests.
    constexpr bool check_invariants() const noexcept {
        if (!final_.check_invariants()) return false;
        for (std::uint32_t g = 0; g < Groups; ++g) {
            if (!group_[g].check_invariants() || final_.leaf(g) != group_[g].root()) return false;
        }
        return book_.check_invariants([this](std::uint32_t slot) noexcept { return key_of(slot); });
    }

private:
    static constexpr std::size_t group_size = (Capacity + Groups - 1) / Groups;

    static constexpr std::uint32_t first_slot(std::size_t g) noexcept {
        return static_cast<std::uint32_t>(g * group_size);
    }
    constexpr key key_of(std::uint32_t slot) const noexcept {
        const std::uint32_t g = group_of(slot);
        return group_[g].leaf(slot - first_slot(g));
    }

    /// Makes `k` the key of `slot`; returns the best key of all.
    constexpr key set(std::uint32_t slot, key k) noexcept {
        const std::uint32_t g = group_of(slot);
        return final_.set(g, group_[g].set(slot - first_slot(g), k));
    }

    /// The bid of `slot`, which has one, leaves, `extracted` by its key or withdrawn, 0; returns the best key of the others.
    constexpr key remove(std::uint32_t slot, key extracted) noexcept {
        MAXWELL_ASSERT(key_of(slot) != 0);
        book_.leave(slot, extracted);
        return set(slot, 0);
    }

    /// The best key after `k`.
    constexpr key next_after(key k) const noexcept {
        return final_.greatest_below(k, [this, k](std::uint32_t g) noexcept {
            return group_[g].greatest_below(k, [](std::uint32_t) noexcept { return key{0}; });
        });
    }

    /// A step or two of numbering arrivals anew. Out of the way: most inserts have none to do.
    [[gnu::noinline]] constexpr void renumber() noexcept {
        book_.renumber(
            [this](std::uint32_t slot, std::uint32_t low) noexcept {
                const std::uint32_t g = group_of(slot);
                const key old = key_of(slot);
                const key k = old >> 32 << 32 | low;
                group_[g].rename(slot - first_slot(g), k);
                if (final_.leaf(g) == old) final_.rename(g, k);
            },
            [this](std::uint32_t slot) noexcept {
                const std::uint32_t g = group_of(slot);
                return group_[g].is_ahead(slot - first_slot(g)) ||
                       (final_.leaf(g) == key_of(slot) && final_.is_ahead(g));
            });
    }

    book book_;
    detail::winner_tree<Groups> final_;
    detail::winner_tree<group_size> group_[Groups];
};

static_assert(selective_auction<tournament_tree<7>> && multi_unit_auction<tournament_tree<7>> &&
              listed_auction<tournament_tree<7>>);
static_assert(sizeof(tournament_tree<1000>) <= 1000 * 28 + 64);
static_assert(std::is_standard_layout_v<tournament_tree<7>>);

}  // namespace maxwell
