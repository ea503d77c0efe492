// SPDX-License-Identifier: MIT
//
// gumbel_rule: the highest noisy bid wins, and an agent keeps its noise for an epoch.
//
//     score = price + tau (G + ln stake)        G: a Gumbel variable, a hash of (key, agent, epoch)
//     payment = the least price whose score, with this noise, still wins; never below the reserve
//
// So each draw of the noise is an auction with critical prices on shifted bids, and truthful bidding is dominant for every draw.
// Epochs end in turn: slots are in a row, in the order in which they first bid, and at each award the next agents_per_award() of
// them, with a live bid or without, get new noise.
//
//     turn_     [ 4 0 7 2 9 . . ]    known_ = 5 slots have ever bid
//                     ^ next_        an epoch is ceil(known_ / agents_per_award()) awards
//
// What holds at every award of a scheduler's loop, for agents that have had a turn; `sum` is over all of these with a live bid:
//   - law: an agent wins with probability stake * e^(price / tau) / sum (Huang and Kannan 2012, in integers);
//   - waiting: an agent of probability p is unserved for m epochs with probability (1 - p)^m at most, since two awards that
//     lie an epoch apart share no noise;
//   - splitting: an owner that divides its stake among m names wins as often as under one (Gumbel variables are max-stable);
//     m names, each with the default stake, win as m agents do;
//   - welfare: the winner's price is at most tau ln(sum of stakes / stake of the best) below the best one, in expectation.
//
// What keeps agents from choosing among draws:
//   - insert never draws, and an agent that leaves and returns finds the noise of its epoch;
//   - only awards end epochs. An agent affects them only by its slot's first bid ever, which lengthens the row, and every later
//     epoch, by one turn. Leaving, returning, and new generations of a slot move nothing;
//   - a newcomer (a new generation, or a changed stake) has no noise before its slot's next turn. Until then it wins only if no other
//     agent can: newcomers among themselves are an exact auction at the second price.
//
// Invariants
//   1. A live slot is in scores_ or in barred_, never in both; the key is that of its bid and its noise.
//   2. turn_[0 .. known_) are the slots that have ever bid, each once; next_ is below known_, or both are 0.
//   3. The all-zero object is empty, with the default temperature and one turn an award.
//
//     operation           cost                why
//     insert, expire      O(log N)            one path of a winner tree
//     award               O(log N) amortised  three paths, a hash and a path for each turn; two paths for each leading bid that
//                                             the reserve has crossed since the last award
//     best                O(log N)            one path; O(N) from a change of the reserve that crosses a leading bid to the next award
//     temperature, redraw O(N log N)          all scores change
//     memory              56 B per agent
//
// A score counts in 2^-6 of a tick, from a temperature of 2^26 on in 2^-31 of the temperature; noise in 2^-10 of the temperature. Equal
// scores go to the lower slot: of two equal bids that moves the probability by 2^-12 at the least temperature and by 2^-13 at others.

#pragma once

#include <maxwell/auction/detail/gumbel_noise.hpp>
#include <maxwell/auction/detail/sampler_book.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <bit>      // countl_zero
#include <cstddef>  // size_t
#include <cstdint>  // uint16_t, uint32_t, uint64_t

namespace maxwell {

struct gumbel_rule {
    static constexpr bool fifo_ties = false;  ///< equal bids have unequal noise
    static constexpr bool truthful_for_every_draw = true;
    static constexpr bool has_epochs = true;

    /// The temperature until another one is set: it suits prices all over [0, 2^32).
    static constexpr price default_temperature = price{1} << 25;
    static constexpr price min_temperature = 8;
    static constexpr price max_temperature = price{1} << 31;

    template <std::size_t Capacity>
    class order;
};

template <std::size_t Capacity>
class gumbel_rule::order {
    using book = detail::sampler_book<Capacity>;
    using noise = detail::gumbel_noise;
    using tree = detail::winner_tree<Capacity>;
    using key = typename tree::key;
    using by_price = detail::price_key;

public:
    constexpr order() noexcept = default;
    constexpr explicit order(std::uint64_t) noexcept {}  // the rule ignores the order of arrival

    constexpr price temperature() const noexcept { return default_temperature ^ tau_code_; }
    constexpr std::uint32_t agents_per_award() const noexcept { return turns_less_one_ + 1; }
    constexpr void agents_per_award(std::uint32_t n) noexcept { turns_less_one_ = n > 1 ? n - 1 : 0; }

    constexpr void temperature(book const& b, price tau) noexcept {
        tau_code_ = default_temperature ^ (tau < min_temperature   ? min_temperature
                                           : tau > max_temperature ? max_temperature
                                                                   : tau);
        score_all(b);
    }

    /// The key has changed: draws all noise again.
    constexpr void redraw(book const& b) noexcept {
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (agent_[slot].noise != 0) agent_[slot].noise = draw(b, slot);
        }
        score_all(b);
    }

    /// Sets the stake of `slot`, which counts from the slot's next turn on; until then its agent is a newcomer.
    constexpr void stake(book const& b, std::uint32_t slot, std::uint32_t stake) noexcept {
        MAXWELL_ASSERT(slot < Capacity);
        stake = stake == 0 ? 1 : stake > max_stake ? max_stake : stake;
        const auto ln = static_cast<std::uint16_t>((ln_q26(stake) + (1u << 15)) >> (26 - noise::fraction_bits));
        if (ln == agent_[slot].ln_stake) return;
        agent_[slot].ln_stake = ln;
        agent_[slot].noise = 0;
        if (scores_.leaf(slot) != 0) scores_.set(slot, key_of(b, slot));
    }

    /// A new agent has taken `slot`, which has no live bid.
    constexpr void forget(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(slot < Capacity && scores_.leaf(slot) == 0 && barred_.leaf(slot) == 0);
        agent_[slot].noise = 0;
        agent_[slot].ln_stake = 0;
    }

    /// The book has a new bid of `slot`, which may replace another one.
    constexpr void enter(book const& b, std::uint32_t slot, bool) noexcept {
        MAXWELL_ASSERT(slot < Capacity && b.live(slot));
        if (agent_[slot].epoch == 0) [[unlikely]]
            join_the_row(slot);
        if (is_in_barred(slot)) [[unlikely]]
            barred_.set(slot, 0);
        scores_.set(slot, key_of(b, slot));
    }

    /// The live bid of `slot` leaves.
    constexpr void leave(book const&, std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(slot < Capacity && (scores_.leaf(slot) != 0) != (barred_.leaf(slot) != 0));
        (is_in_barred(slot) ? barred_ : scores_).set(slot, 0);
    }

    /// Returns who wins, and what it would pay.
    constexpr detail::drawn best(book const& b) const noexcept {
        leaders l = leading();
        if (is_crossed(b, l)) [[unlikely]]
            l = leading_by_scan(b);
        return decide(b, l);
    }

    /// Returns the same as best(), after moving the leading bids that the reserve has crossed to the tree where they belong.
    constexpr detail::drawn take(book const& b) noexcept {
        leaders l = leading();
        while (is_crossed(b, l)) [[unlikely]] l = settle_one(b, l);
        return decide(b, l);
    }

    /// An award has been made: the next few slots of the row get new noise.
    constexpr void awarded(book const& b) noexcept {
        MAXWELL_ASSERT(known_ > 0);
        const std::uint32_t turns = agents_per_award() < known_ ? agents_per_award() : known_;
        for (std::uint32_t i = 0; i < turns; ++i) {
            give_turn(b, turn_[next_]);
            next_ = next_ + 1 < known_ ? next_ + 1 : 0;
        }
    }

    constexpr void reserve_changed(bool) noexcept {}

    constexpr bool check_invariants(book const& b) const noexcept {
        if (!scores_.check_invariants() || !barred_.check_invariants()) return false;
        if (known_ > Capacity || next_ > known_ || (next_ == known_ && known_ > 0)) return false;
        std::size_t unknown = 0;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            const bool aside = barred_.leaf(slot) != 0;
            if (b.live(slot) ? aside == (scores_.leaf(slot) != 0) : aside || scores_.leaf(slot) != 0) return false;
            if (scores_.leaf(slot) != 0 && scores_.leaf(slot) != key_of(b, slot)) return false;
            if (aside && barred_.leaf(slot) != by_price::of(b.amount(slot), slot)) return false;
            if (agent_[slot].epoch == 0 && (b.live(slot) || agent_[slot].noise != 0)) return false;
            unknown += agent_[slot].epoch == 0 ? 1 : 0;
        }
        for (std::uint32_t i = 0; i < known_; ++i) {
            if (turn_[i] >= Capacity || agent_[turn_[i]].epoch == 0) return false;
        }
        return known_ + unknown == Capacity;
    }

private:
    struct agent {
        std::uint32_t epoch;     ///< of its noise; 0: the slot has never bid
        std::uint16_t noise;     ///< G + ln stake, in units of 2^-fraction_bits and never 0; 0: a newcomer
        std::uint16_t ln_stake;  ///< in the same units
    };
    /// The keys of the two best live bids; 0: there is none.
    struct leaders {
        key first;
        key second;
    };

    // A key: one bit that tells agents with noise from newcomers, 39 bits of score or of price plus one, the slot's complement.
    static constexpr int slot_bits = 24;
    static constexpr std::uint32_t slot_mask = (1u << slot_bits) - 1;
    static constexpr key with_noise = key{1} << 39;
    static constexpr int max_fraction_bits = 6;

    static constexpr std::uint32_t max_stake = 65535;
    static constexpr std::uint32_t max_ln_stake = 11'357;
    static constexpr key max_noise = noise::greatest + max_ln_stake;
    static_assert(max_noise < 65536);
    static_assert((max_noise << 32 >> noise::fraction_bits) + (key{1} << (32 + max_fraction_bits)) < with_noise);

    /// A score's bits below the tick: as many as fit, and such that tau in units of a score stays below 2^32.
    constexpr int fraction_bits() const noexcept {
        const int spare = std::countl_zero(temperature());
        return spare < max_fraction_bits ? spare : max_fraction_bits;
    }
    /// The noise of `slot`, in units of a score.
    constexpr key noise_of(std::uint32_t slot) const noexcept {
        return key{agent_[slot].noise} * temperature() >> (noise::fraction_bits - fraction_bits());
    }
    constexpr key key_of(book const& b, std::uint32_t slot) const noexcept {
        const key p = b.amount(slot);
        const key value = agent_[slot].noise != 0 ? with_noise | ((p << fraction_bits()) + noise_of(slot)) : p + 1;
        return value << slot_bits | (~slot & slot_mask);
    }
    static constexpr std::uint32_t slot_of_key(key k) noexcept { return ~static_cast<std::uint32_t>(k) & slot_mask; }

    /// The noise of the epoch that `slot` is in, with its stake.
    constexpr std::uint16_t draw(book const& b, std::uint32_t slot) const noexcept {
        const std::uint64_t bits = keyed_hash(b.key(), b.id(slot), agent_[slot].epoch);
        return static_cast<std::uint16_t>(noise::draw(static_cast<std::uint32_t>(bits >> 32)) + agent_[slot].ln_stake);
    }

    constexpr void give_turn(book const& b, std::uint32_t slot) noexcept {
        agent& a = agent_[slot];
        a.epoch = a.epoch + 1 != 0 ? a.epoch + 1 : 1;
        a.noise = draw(b, slot);
        MAXWELL_ASSERT(a.noise != 0);
        if (scores_.leaf(slot) != 0) scores_.set(slot, key_of(b, slot));
    }
    [[gnu::__noinline__]] constexpr void join_the_row(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(known_ < Capacity);
        agent_[slot].epoch = 1;
        turn_[known_++] = slot;
    }
    constexpr void score_all(book const& b) noexcept {
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (scores_.leaf(slot) != 0) scores_.set(slot, key_of(b, slot));
        }
    }

    constexpr leaders leading() const noexcept {
        const key first = scores_.root();
        return {first, first != 0 ? scores_.rival(slot_of_key(first)) : 0};
    }
    /// Has the reserve crossed a bid that would decide?
    constexpr bool is_crossed(book const& b, leaders l) const noexcept {
        return barred_.root() > by_price::below(b.reserve()) || is_barred(b, l.first) || is_barred(b, l.second);
    }
    static constexpr bool is_barred(book const& b, key k) noexcept { return k != 0 && !b.eligible(slot_of_key(k)); }
    constexpr bool is_in_barred(std::uint32_t slot) const noexcept {
        return barred_.root() != 0 && barred_.leaf(slot) != 0;
    }

    /// Moves one bid that the reserve has crossed; returns the new leaders.
    [[gnu::__noinline__]] constexpr leaders settle_one(book const& b, leaders l) noexcept {
        if (barred_.root() > by_price::below(b.reserve())) {
            const std::uint32_t slot = by_price::slot_of(barred_.root());
            barred_.set(slot, 0);
            scores_.set(slot, key_of(b, slot));
        } else {
            const std::uint32_t slot = slot_of_key(is_barred(b, l.first) ? l.first : l.second);
            scores_.set(slot, 0);
            barred_.set(slot, by_price::of(b.amount(slot), slot));
        }
        return leading();
    }
    /// Returns what leading() would after moving all bids that the reserve has crossed.
    [[gnu::__noinline__]] constexpr leaders leading_by_scan(book const& b) const noexcept {
        leaders l = {};
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            const key k = b.live(slot) && b.eligible(slot) ? key_of(b, slot) : 0;
            if (k > l.first) {
                l = {k, l.first};
            } else if (k > l.second) {
                l.second = k;
            }
        }
        return l;
    }

    /// Returns the winner, and the least price at which it still leads. A newcomer's key, or none, is below what noise alone grants, so
    /// it doesn't raise the price of an agent with noise.
    constexpr detail::drawn decide(book const& b, leaders l) const noexcept {
        if (l.first == 0) return {};
        const std::uint32_t winner = slot_of_key(l.first);
        const key needed = (l.second >> slot_bits) + (slot_of_key(l.second) < winner ? 1 : 0);
        const key granted = agent_[winner].noise != 0 ? with_noise + noise_of(winner) : 1;
        const int fraction = agent_[winner].noise != 0 ? fraction_bits() : 0;
        const key asked = needed > granted ? (needed - granted + (key{1} << fraction) - 1) >> fraction : 0;
        MAXWELL_ASSERT(b.live(winner) && asked <= b.amount(winner));
        return {winner + 1, b.at_least_reserve(static_cast<price>(asked))};
    }

    price tau_code_ = 0;  ///< exclusive-or with the default, so that zeroed memory has the default temperature
    std::uint32_t turns_less_one_ = 0;
    std::uint32_t known_ = 0;
    std::uint32_t next_ = 0;
    std::uint32_t turn_[Capacity] = {};
    agent agent_[Capacity] = {};
    tree scores_;  ///< by score; newcomers behind all others, by price
    tree barred_;  ///< found below the reserve: by price, the highest at the root
};

}  // namespace maxwell
