// SPDX-License-Identifier: MIT
//
// lazy_heap: an exact auction that keeps the best bid outside its tree until another bid beats it.
//
// In most quanta the agent that ran bids highest again. So the best bid, once known, is kept in front of a tree of the rest,
// whose root is the runner-up: the award and its payment need no path of the tree, and neither does the winner's next bid if it
// is the best again. The front bid is filed into the rest only when a new bid beats it.
//
//     front_     key of the best bid, outside the rest; 0: the best bid is not known apart, it is the rest's root
//     rest_      a winner tree over the slots; the leaf of the front bid's slot is 0
//     book_      by slot: generation, units, position in arrival order
//
//          newcomer ──▶ [ front_ ] ──beaten──▶ ( rest_ )      a newcomer that beats both the front and the rest
//             └──────────not the best─────────────▲           goes in front; any other goes into the rest
//
// Invariants
//   1. front_ is 0, or greater than every key in rest_.
//   2. A slot's key is front_ or its leaf in rest_, never both.
//   3. The book holds exactly the bids of front_ and rest_.
//
//     operation                      cost                   why
//     insert                         O(log N)               one path, none for a new best; two when the best beats the
//                                                           front and leaves its leaf in the rest
//     extract_max, top               O(log N), O(1)         O(1) while the front is known; else one path
//     expire, retire                 O(log N), O(1)         the same
//     extract_max_if                 O(probes^2 log N)      best first; subtrees of lower keys are not entered
//     update_price, find             O(1)                   one store; one leaf
//     clear                          O(live bids * log N)   one path each
//     memory                         28 B per agent
//
// Amortised: let the potential be the path that the front bid still owes, log N while front_ is set and 0 otherwise. An insert
// that goes in front without a path raises it by log N and costs O(1) beside; filing a beaten front bid costs one path, which
// the potential pays. So m operations of which c change who is best cost O(m + c log N), beside the paths of bids that are not
// the best. Only one bid is deferred at any time, so no operation costs more than two paths and two renumberings. Winners and
// payments are exact at every award, since the front and the rest together hold every bid.
//
// The idea of keeping the minimum outside a heap is old (Fredman and Tarjan's heaps keep a pointer to it); schedulers keep the
// running task out of their queues for the same reason.

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

/// Without `KeepsFront` it is the tournament alone. That is the default up to 128 slots, where a path of seven matches costs less
/// than the mispredicted branches of the front. Winners and payments are the same either way.
template <std::size_t Capacity, bool KeepsFront = (Capacity > 128)>
class lazy_heap : public detail::exact_auction<lazy_heap<Capacity, KeepsFront>, Capacity> {
    using members = detail::exact_auction<lazy_heap, Capacity>;
    using typename members::book;
    using typename members::key;

public:
    /// The empty auction with reserve 0.
    constexpr lazy_heap() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its arrival number, modulo the width of that number.
    constexpr explicit lazy_heap(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// After `awards` awards in a row from the front, files the next best bid into the rest like any other, so no bid stays in
    /// front for longer. 0, the default: never. Winners and payments are the same for every value. O(1).
    constexpr void refile_after_awards(std::uint32_t awards) noexcept { refile_after_ = awards; }

    /// Returns who wins now and what it would pay; nothing if no bid is at or above the reserve. O(1) while the front is known,
    /// else O(log N).
    constexpr std::optional<award> top() const noexcept {
        const key k = best();
        if (!book_.eligible(k)) return std::nullopt;
        const key runner_up = has_front() ? rest_.root() : rest_.rival(book::slot_of_key(k));
        return award{book_.bid_of(k), book_.critical_price_of_leader(k, runner_up)};
    }

    /// The same, and the winner's bid leaves.
    constexpr std::optional<award> extract_max() noexcept {
        const key k = best();
        if (!book_.eligible(k)) return std::nullopt;
        const bid winner = book_.bid_of(k);
        remove(book::slot_of_key(k), k);
        return award{winner, book_.critical_price_of_leader(k, rest_.root())};
    }

    /// Do the invariants hold? O(Capacity); for tests.
    constexpr bool check_invariants() const noexcept {
        if (!rest_.check_invariants()) return false;
        if (front_ != 0 && (!KeepsFront || front_ <= rest_.root() || rest_.leaf(book::slot_of_key(front_)) != 0))
            return false;
        return members::book_agrees();
    }

private:
    friend members;
    friend detail::slot_auction<lazy_heap, Capacity>;

    constexpr bool has_front() const noexcept { return KeepsFront && front_ != 0; }
    constexpr bool is_front(std::uint32_t slot) const noexcept {
        return has_front() && book::slot_of_key(front_) == slot;
    }
    constexpr key best() const noexcept { return has_front() ? front_ : rest_.root(); }
    constexpr key key_of(std::uint32_t slot) const noexcept { return is_front(slot) ? front_ : rest_.leaf(slot); }

    /// The key of `slot` changes from `old` to `k`, which goes in front or into the rest.
    constexpr void set_key(std::uint32_t slot, key old, key k) noexcept {
        if constexpr (!KeepsFront) {
            rest_.set(slot, k);
            return;
        }
        const bool was_front = old == front_;  // also if there is neither
        if (was_front) front_ = 0;
        const bool in_rest = old != 0 && !was_front;
        const bool best = k > front_ && k > rest_.root();
        if (!best || (front_ == 0 && in_rest) || refile_due()) {
            if (best && front_ != 0) refile_front();
            rest_.set(slot, k);
            return;
        }
        if (in_rest) rest_.set(slot, 0);
        if (front_ != 0) refile_front();
        front_ = k;
    }

    constexpr void refile_front() noexcept {
        rest_.set(book::slot_of_key(front_), front_);
        front_ = 0;
        front_awards_ = 0;
    }

    constexpr bool refile_due() noexcept {
        if (refile_after_ == 0 || front_awards_ < refile_after_) return false;
        front_awards_ = 0;
        return true;
    }

    /// The bid of `slot`, which has one, leaves: `extracted` by its key, or withdrawn, 0.
    constexpr void remove(std::uint32_t slot, key extracted) noexcept {
        MAXWELL_ASSERT(key_of(slot) != 0);
        book_.leave(slot, extracted);
        if (is_front(slot)) {
            front_ = 0;
            front_awards_ += extracted != 0 ? 1 : 0;
        } else {
            rest_.set(slot, 0);
        }
    }

    /// The best key after `k`.
    constexpr key next_after(key k) const noexcept {
        return rest_.greatest_below(k, [](std::uint32_t) noexcept { return key{0}; });
    }

    void prefetch_order(std::uint32_t slot) const noexcept { rest_.prefetch(slot); }

    constexpr void set_leaf(std::uint32_t slot, key k) noexcept {
        if (is_front(slot)) front_ = 0;
        rest_.set_leaf(slot, k);
    }
    constexpr void rebuild() noexcept {
        rest_.rebuild();
        if (has_front() && rest_.root() > front_) refile_front();
    }

    constexpr void rename(std::uint32_t slot, std::uint32_t low) noexcept {
        if (is_front(slot)) {
            front_ = front_ >> 32 << 32 | low;
        } else {
            rest_.rename(slot, rest_.leaf(slot) >> 32 << 32 | low);
        }
    }
    constexpr bool is_dear(std::uint32_t slot) const noexcept { return !is_front(slot) && rest_.is_ahead(slot); }

    book book_;
    key front_ = 0;
    std::uint32_t refile_after_ = 0;
    std::uint32_t front_awards_ = 0;  ///< in a row, from the front
    detail::winner_tree<Capacity> rest_;
};

static_assert(peekable_auction<lazy_heap<7>> && browsable_auction<lazy_heap<7>> && amendable_auction<lazy_heap<7>>);
static_assert(selective_auction<lazy_heap<7>> && multi_unit_auction<lazy_heap<7>> && listed_auction<lazy_heap<7>>);
static_assert(sizeof(lazy_heap<1000>) <= 1000 * 28 + 96);
static_assert(std::is_standard_layout_v<lazy_heap<7>>);

}  // namespace maxwell
