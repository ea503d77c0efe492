// SPDX-License-Identifier: MIT
//
// lazy_heap: an exact auction that leaves the obvious winner out of the order until somebody beats it.
//
// In most quanta the winner is obvious: the agent that ran bids high again. So the best bid, once known, stands in front of the
// ordered rest, and the rest's root is the runner-up: the award and its payment need no path at all, and neither does the
// winner's next bid when it is the best again. The front bid is filed into the rest only when a newcomer beats it.
//
//     front_     key of the best bid, outside the rest; 0: the best bid is not known apart, it is the rest's root
//     rest_      a winner tree over the slots; the leaf of the front bid's slot is 0
//     book_      by slot: generation, units, place in arrival order
//
//          newcomer ──▶ [ front_ ] ──beaten──▶ ( rest_ )      a newcomer that beats both the front and the rest
//             └──────────not the best─────────────▲           goes in front; everybody else goes into the rest
//
// Invariants
//   1. front_ is 0, or greater than every key in rest_.
//   2. A slot's key is front_ or its leaf in rest_, never both.
//   3. The book holds exactly the bids of front_ and rest_.
//
//     operation                      cost                   why
//     insert                         O(log N)               one path, none for a new best; two when the best beats the
//                                                           front and leaves its old place in the rest
//     extract_max, top               O(log N), O(1)         O(1) while the front is known; else one path
//     expire, retire                 O(log N), O(1)         the same
//     extract_max_if                 O(probes^2 log N)      best first; subtrees of lower keys are not entered
//     update_price, find             O(1)                   one store; one leaf
//     clear                          O(live bids * log N)   one path each
//     memory                         28 B per agent
//
// Amortised: let the potential be the path that the front bid still owes, log N while front_ is set and 0 otherwise. An insert
// that goes in front without a path raises it by log N, and pays nothing else; filing a beaten front bid pays one path
// with it. So m operations of which c change who is best cost O(m + c log N) beside the paths of bids that are not the best,
// O(1) each where the top changes rarely. What is deferred is one bid at any time, so no operation is ever worse than two
// paths and two renumberings; winners and payments are exact at every award, since the front and the rest are both complete.
//
// The idea of keeping the minimum outside a heap is old (Fredman and Tarjan's heaps keep a pointer to it); schedulers keep the
// running task out of their queues for the same reason.

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

template <std::size_t Capacity>
class lazy_heap {
    using book = detail::exact_book<Capacity>;
    using key = typename book::key;

public:
    static constexpr auction_traits traits{fidelity::exact, fidelity::exact, true};

    /// The empty auction with reserve 0.
    constexpr lazy_heap() noexcept = default;

    /// The same; the first bid gets `first_arrival` as its place in arrival order, modulo the width of that number.
    constexpr explicit lazy_heap(std::uint64_t first_arrival) noexcept : book_(first_arrival) {}

    /// Slots in all. Exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

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

    /// After `awards` awards in a row that needed no path, the next best bid is filed into the rest like any other: no bid stays
    /// out of the order for longer. 0, as at the start: never. Winners and payments are the same for every value. O(1).
    constexpr void refile_after_awards(std::uint32_t awards) noexcept { recompute_every_ = awards; }

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
        const key old = key_of(slot);
        file(slot, old, book_.enter(b, old));
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

    /// Who wins now and what it would pay; nothing when nobody is at or above the reserve. Takes the best bid out of the rest,
    /// so that the award that follows finds it in front. O(1) when it is there already, else O(log N).
    constexpr std::optional<award> top() noexcept {
        if (front_ == 0) {
            const key best = rest_.root();
            if (!book_.eligible(best)) return std::nullopt;
            rest_.set(book::slot_of_key(best), 0);
            front_ = best;
        }
        if (!book_.eligible(front_)) return std::nullopt;
        return award{book_.bid_of(front_), book_.price_to_beat(front_, rest_.root())};
    }

    /// The same, and the winner's bid leaves.
    constexpr std::optional<award> extract_max() noexcept {
        const key best = front_ != 0 ? front_ : rest_.root();
        if (!book_.eligible(best)) return std::nullopt;
        award won{book_.bid_of(best), 0};
        remove(book::slot_of_key(best), best);
        won.payment = book_.price_to_beat(best, rest_.root());
        return won;
    }

    /// Extracts the best bid whose slot is allowed, looking at no more than `probes` candidates, best first. Nothing when
    /// none of them is allowed. The payment is critical: what the best other allowed bid asks for or, where none was found
    /// among the candidates, what keeps the winner among the first `probes`. `allowed(slot)` must not depend on amounts.
    /// O(probes^2 log N), and O(probes * N) at the most.
    template <class Allowed>
    constexpr std::optional<award> extract_max_if(Allowed allowed, std::uint32_t probes) noexcept {
        const auto chosen = detail::choose(
            front_ != 0 ? front_ : rest_.root(), [this](key k) noexcept { return book_.eligible(k); },
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
        if (front_ != 0) refile_front();
        return book_.list_best(
            out, [this]() noexcept { return rest_.root(); },
            [this](std::uint32_t slot, key k) noexcept { rest_.set(slot, k); });
    }

    /// All bids leave; generations and reserve stay. O(live bids * log N).
    constexpr void clear() noexcept {
        if (front_ != 0) remove(book::slot_of_key(front_), 0);
        while (rest_.root() != 0) remove(book::slot_of_key(rest_.root()), 0);
    }

    /// Do the invariants hold? O(Capacity); for tests.
    constexpr bool check_invariants() const noexcept {
        if (!rest_.check_invariants()) return false;
        if (front_ != 0 && (front_ <= rest_.root() || rest_.leaf(book::slot_of_key(front_)) != 0)) return false;
        return book_.check_invariants([this](std::uint32_t slot) noexcept { return key_of(slot); });
    }

private:
    constexpr bool is_front(std::uint32_t slot) const noexcept {
        return front_ != 0 && book::slot_of_key(front_) == slot;
    }
    constexpr key key_of(std::uint32_t slot) const noexcept { return is_front(slot) ? front_ : rest_.leaf(slot); }

    /// Puts the new key `k` of `slot`, whose key was `old`, in front or into the rest.
    constexpr void file(std::uint32_t slot, key old, key k) noexcept {
        const bool was_front = old != 0 && old == front_;
        if (was_front) front_ = 0;
        const bool in_rest = old != 0 && !was_front;
        const bool best = k > front_ && k > rest_.root();
        if (!best || (front_ == 0 && in_rest) || recompute_due()) {
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

    constexpr bool recompute_due() noexcept {
        if (recompute_every_ == 0 || front_awards_ < recompute_every_) return false;
        front_awards_ = 0;
        return true;
    }

    /// The bid of `slot`, which has one, leaves, `extracted` by its key or withdrawn, 0.
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

    /// A step or two of numbering arrivals anew. Out of the way: most inserts have none to do.
    [[gnu::noinline]] constexpr void renumber() noexcept {
        book_.renumber(
            [this](std::uint32_t slot, std::uint32_t low) noexcept {
                if (is_front(slot)) {
                    front_ = front_ >> 32 << 32 | low;
                } else {
                    rest_.rename(slot, rest_.leaf(slot) >> 32 << 32 | low);
                }
            },
            [this](std::uint32_t slot) noexcept { return !is_front(slot) && rest_.is_ahead(slot); });
    }

    book book_;
    key front_ = 0;
    std::uint32_t recompute_every_ = 0;
    std::uint32_t front_awards_ = 0;  ///< in a row, from the front
    detail::winner_tree<Capacity> rest_;
};

static_assert(selective_auction<lazy_heap<7>> && multi_unit_auction<lazy_heap<7>> && listed_auction<lazy_heap<7>>);
static_assert(sizeof(lazy_heap<1000>) <= 1000 * 28 + 96);
static_assert(std::is_standard_layout_v<lazy_heap<7>>);

}  // namespace maxwell
