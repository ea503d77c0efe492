// SPDX-License-Identifier: MIT
//
// probabilistic_sampler: an auction by draws: high bids win with high probability, and every other bid with some.
//
// Where the highest bid always wins, it can starve the others, and agents can foresee the winner. A sampler draws; its rule
// says how.
//
//     gumbel_rule        price plus noise, the highest wins      truthful for every draw; neutral to splitting, by stakes
//     choices_rule<D>    the best of D bidders drawn             truthful for every draw, for owners of one name
//     lottery_rule       in proportion to the bids               truthful in expectation, for owners of one name
//
//     book_     by slot: amount, units, generation; the secret key
//     order_    the rule's: live slots in the form that it draws from
//
// One draw is in force from one award to the next: top() returns the award that extract_max() will make, and changes nothing.
// Draws come from a secret key. The all-zero key works, but then agents can foresee draws: before agents bid, call rekey() with
// 128 random bits from a source that they can't read.
//
// Invariants
//   1. order_ holds exactly the slots with a live bid in book_.
//   2. The all-zero object is the empty auction with reserve 0, under the key 0.
//
// Complexity, memory, the law of winning, welfare and incentives: each rule's header, and docs/probabilistic_sampler.md.

#pragma once

#include <maxwell/auction/choices_rule.hpp>
#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/detail/sampler_book.hpp>
#include <maxwell/auction/gumbel_rule.hpp>
#include <maxwell/auction/lottery_rule.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint32_t, uint64_t
#include <optional>     // top, extract_max, find
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::size_t Capacity, class Rule = gumbel_rule>
class probabilistic_sampler {
    using book = detail::sampler_book<Capacity>;
    using order = typename Rule::template order<Capacity>;

public:
    using rule = Rule;
    static constexpr auction_traits traits{fidelity::sampled, fidelity::sampled, Rule::fifo_ties};

    /// The empty auction with reserve 0, under the key 0.
    constexpr probabilistic_sampler() noexcept = default;

    /// The same; a rule that settles ties by arrival gives the first bid this arrival number.
    constexpr explicit probabilistic_sampler(std::uint64_t first_arrival) noexcept : order_(first_arrival) {}

    /// The number of slots: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    /// The number of live bids.
    constexpr std::size_t size() const noexcept { return book_.size(); }
    constexpr bool empty() const noexcept { return book_.size() == 0; }

    /// Returns the live bid of `id`; nothing if it has none, also if its slot's bid is of another generation. O(1).
    constexpr std::optional<bid> find(agent_id id) const noexcept {
        if (slot_of(id) >= Capacity || !book_.has_bid(id)) return std::nullopt;
        return book_.bid_of(slot_of(id));
    }

    /// Returns the live bid of `slot`, of any generation; nothing if it has none or is not below capacity(). O(1).
    constexpr std::optional<bid> find_slot(std::uint32_t slot) const noexcept {
        if (slot >= Capacity || !book_.live(slot)) return std::nullopt;
        return book_.bid_of(slot);
    }

    /// The reserve in force: the price given to update_price.
    constexpr price reserve() const noexcept { return book_.reserve(); }

    /// Makes `key` the secret that all draws come from, the draw in force included. Call it before agents bid.
    /// O(Capacity log Capacity).
    constexpr void rekey(hash_key key) noexcept {
        book_.rekey(key);
        order_.redraw(book_);
    }

    /// Makes `tau`, in ticks and clamped to [8, 2^31], the scale of the noise: a bid that is tau ticks lower wins 1/e as often.
    /// A hundredth of the highest usual price keeps 99 % of the welfare. O(Capacity log Capacity).
    template <class R = Rule>
        requires(R::has_epochs)
    constexpr void temperature(price tau) noexcept { order_.temperature(book_, tau); }
    template <class R = Rule>
        requires(R::has_epochs)
    constexpr price temperature() const noexcept { return order_.temperature(); }

    /// From now on each award gives new noise to the next `n` of the slots that have ever bid, with or without a live bid; 0
    /// counts as 1. An epoch is a turn of all these slots. O(1).
    template <class R = Rule>
        requires(R::has_epochs)
    constexpr void agents_per_award(std::uint32_t n) noexcept { order_.agents_per_award(n); }

    /// Makes `weight`, clamped to [1, 65535], the agent's stake, which is 1 at first. From its slot's next turn on the agent wins as
    /// often as `weight` agents would together; until then it is a newcomer. Returns `unknown_agent` and `stale_agent` as insert
    /// does. O(log N).
    template <class R = Rule>
        requires(R::has_epochs)
    constexpr status stake(agent_id id, std::uint32_t weight) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (!book_.admits(id)) return status::stale_agent;
        make_way_for(id);
        order_.stake(book_, slot, weight);
        return status::ok;
    }

    /// Enters the agent's bid, or replaces the one it has; makes no new draw. A bid of 0 units is expire(b.agent). Returns
    /// `unknown_agent` if the slot is not below capacity(); `stale_agent` if the agent has retired or the slot has seen a newer
    /// generation.
    constexpr status insert(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= Capacity) return status::unknown_agent;
        if (b.units == 0) return expire(b.agent);
        if (!book_.admits(b.agent)) return status::stale_agent;
        make_way_for(b.agent);
        const bool was_live = book_.live(slot);
        book_.enter(b);
        order_.enter(book_, slot, was_live);
        return status::ok;
    }

    /// Withdraws the agent's bid. Returns `unknown_agent` and `stale_agent` as insert does, and `no_bid` if `id` has none.
    constexpr status expire(agent_id id) noexcept {
        if (slot_of(id) >= Capacity) return status::unknown_agent;
        if (!book_.admits(id)) return status::stale_agent;
        if (!book_.has_bid(id)) return status::no_bid;
        remove(slot_of(id));
        return status::ok;
    }

    /// Ends the agent: its bid, or one of an older generation, leaves, and every later request of it is stale. Returns `ok`, with
    /// or without a live bid; `unknown_agent` if the slot is not below capacity(); `stale_agent` if the slot has seen a newer
    /// generation.
    constexpr status retire(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (slot >= Capacity) return status::unknown_agent;
        if (generation_of(id) < book_.generation(slot)) return status::stale_agent;
        make_way_for(id);
        if (book_.live(slot)) remove(slot);
        book_.retire(slot);
        return status::ok;
    }

    /// Sets the reserve to `p`: bids below it stay in and don't win. It is compared with amounts, not with scores. O(1).
    constexpr void update_price(price p) noexcept {
        if (p == book_.reserve()) return;
        const bool fell = p < book_.reserve();
        book_.update_price(p);
        order_.reserve_changed(fell);
    }

    /// Returns who wins by the draw in force, and what it would pay; nothing if no bid is at or above the reserve. Changes
    /// nothing, so several readers can ask one copy. The rule's table has the cost, as `best`.
    constexpr std::optional<award> top() const noexcept { return awarded_to(order_.best(book_)); }

    /// Extracts the bid that top() names; then the next draw is in force. The rule's table has the cost, as `award`.
    constexpr std::optional<award> extract_max() noexcept {
        const std::optional<award> won = awarded_to(order_.take(book_));
        if (!won) return won;
        remove(slot_of(won->winner.agent));
        order_.awarded(book_);
        return won;
    }

    /// All bids leave; generations, stakes, noise and reserve stay. O(Capacity), and an expire for each live bid.
    constexpr void clear() noexcept {
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (book_.live(slot)) remove(slot);
        }
    }

    /// Do the invariants hold? For tests.
    constexpr bool check_invariants() const noexcept {
        return book_.check_invariants() && order_.check_invariants(book_);
    }

private:
    /// If `id` is of a newer generation than its slot has seen, removes the older generation's bid.
    constexpr void make_way_for(agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        if (book_.generation(slot) == generation_of(id)) [[likely]]
            return;
        if (book_.live(slot)) remove(slot);
        book_.take_over(id);
        order_.forget(slot);
    }
    constexpr std::optional<award> awarded_to(detail::drawn d) const noexcept {
        if (d.slot_plus_one == 0) return std::nullopt;
        const bid winner = book_.bid_of(d.slot_plus_one - 1);
        MAXWELL_ASSERT(winner.units != 0 && d.payment <= winner.amount && d.payment >= book_.reserve());
        return award{winner, d.payment};
    }
    constexpr void remove(std::uint32_t slot) noexcept {
        order_.leave(book_, slot);
        book_.leave(slot);
    }

    book book_;
    order order_;
};

static_assert(auction<probabilistic_sampler<7>>);
static_assert(peekable_auction<probabilistic_sampler<7>> && browsable_auction<probabilistic_sampler<7>>);
static_assert(auction<probabilistic_sampler<7, choices_rule<2>>> && auction<probabilistic_sampler<7, lottery_rule>>);
static_assert(sizeof(probabilistic_sampler<1000>) <= 1000 * 56 + 64);
static_assert(sizeof(probabilistic_sampler<1000, choices_rule<16>>) <= 1000 * 16 + 96);
static_assert(sizeof(probabilistic_sampler<1000, lottery_rule>) <= 1000 * 60 + 96);
static_assert(std::is_standard_layout_v<probabilistic_sampler<7>>);

}  // namespace maxwell
