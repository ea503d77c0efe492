// SPDX-License-Identifier: MIT
//
// gumbel_rule: the highest noisy bid wins; the noise is the agent's own for an epoch.
//
//     score = price + tau (G + ln stake)        G: a Gumbel variable, a hash of (key, agent, epoch)
//
// Everybody wins with a probability that is proportional to stake * e^(price / tau) (Huang and Kannan 2012, in integers).
// Scores are compared in levels of 2^shift ticks, 32 to 63 levels to a tau:
//
//     score of a bid = level of its price + level of its noise       rings_ by score, first come first served in a level
//     payment        = the least price whose level, with this noise, still wins; never below the reserve
//
// So for each draw of the noise it is an auction with critical prices on shifted bids, and honest bidding is dominant for every
// draw. What keeps an agent from choosing among draws:
//   - insert never redraws, and who leaves and comes back finds the noise of the epoch;
//   - epochs go by in the order of slots, a few live agents at each award, whatever anybody bids;
//   - a newcomer (a new generation, or a changed stake) competes only from its next epoch on. Until then it wins only where no
//     other agent may: newcomers among themselves are an exact auction, at the second price.
//
//     rings_       live agents with noise, by score
//     newcomers_   live agents without: a winner tree by price
//     barred_      live agents with noise below the reserve that stood in the way of an award: a winner tree by price
//
// Invariants
//   1. A live slot is in exactly one of the three; it has noise unless it is in newcomers_.
//   2. A ring's slots are in the order of `joined`, and their score is the ring's.
//   3. The all-zero object is empty, with the default temperature and one agent an award.
//
//     operation         cost               why
//     insert, expire    O(1)               one ring; O(log N) for a newcomer and for a bid that the reserve has set aside
//     award             O(1) amortised     two rings, and a hash and a ring for each agent whose epoch goes by; a bid that the
//                                          reserve has crossed since moves once for it, O(log N)
//     temperature       O(Capacity)        all scores change
//     memory            66 B per agent and 23 KB (Levels = 8,192)
//
// P(rank <= k) and the welfare loss, at most tau ln N in expectation, follow from the law. Splitting an identity in m and its
// stake in m parts changes nothing (max-stability); without stakes it wins up to m times as often. Unserved for m epochs, each
// of N / agents_per_award awards, stays an agent of winning probability p with probability (1 - p)^m at most.

#pragma once

#include <maxwell/auction/detail/gumbel_noise.hpp>
#include <maxwell/auction/detail/rank_lists.hpp>
#include <maxwell/auction/detail/sampler_book.hpp>
#include <maxwell/auction/detail/winner_tree.hpp>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/fixed_log.hpp>
#include <maxwell/core/hierarchical_bitmap.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <bit>      // bit_width
#include <cstddef>  // size_t
#include <cstdint>  // int64_t, uint16_t, uint32_t, uint64_t

namespace maxwell {

/// `Levels` of price are told apart, which reach to between Levels / 64 and Levels / 32 temperatures; prices above are one level.
template <std::uint32_t Levels>
struct gumbel_rule_of_levels {
    static_assert(Levels > 0 && Levels <= 32768, "scores are filed in 1 to 32,768 levels");
    static constexpr bool fifo_ties = false;  ///< equal bids have unequal noise
    static constexpr bool truthful_for_every_draw = true;
    static constexpr bool has_epochs = true;

    /// The temperature until another one is set: it suits prices all over [0, 2^32).
    static constexpr price default_temperature = price{1} << 25;
    static constexpr price least_temperature = 32;
    static constexpr price greatest_temperature = price{1} << 31;

    template <std::size_t Capacity>
    class order;
};

/// The default: 128 temperatures of price at the least.
using gumbel_rule = gumbel_rule_of_levels<8192>;

template <std::uint32_t Levels>
template <std::size_t Capacity>
class gumbel_rule_of_levels<Levels>::order {
    using book = detail::sampler_book<Capacity>;
    using noise = detail::gumbel_noise;
    using tree = detail::winner_tree<Capacity>;
    using key = typename tree::key;

public:
    constexpr order() noexcept = default;
    constexpr explicit order(std::uint64_t first_arrival) noexcept : joins_(first_arrival) {}

    constexpr price temperature() const noexcept { return tau_ != 0 ? tau_ : default_temperature; }
    constexpr std::uint32_t agents_per_award() const noexcept { return turns_less_one_ + 1; }
    constexpr void agents_per_award(std::uint32_t n) noexcept { turns_less_one_ = n > 1 ? n - 1 : 0; }

    constexpr void temperature(book const& b, price tau) noexcept {
        tau_ = tau < least_temperature ? least_temperature : tau > greatest_temperature ? greatest_temperature : tau;
        shift_code_ = default_shift ^ static_cast<std::uint32_t>(std::bit_width(tau_) - 6);
        redraw(b);
    }

    /// Temperature or key have changed: all noise is drawn anew, and live bids are filed anew in the order of slots.
    constexpr void redraw(book const& b) noexcept {
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (b.live(slot)) unfile(slot);
        }
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            if (agent_[slot].noise != 0) agent_[slot].noise = draw(b, slot);
            if (b.live(slot)) file(b, slot);
        }
    }

    /// The agent of `slot` counts `stake` times from its next epoch on, and is a newcomer until then.
    constexpr void stake(book const& b, std::uint32_t slot, std::uint32_t stake) noexcept {
        stake = stake == 0 ? 1 : stake > 65535 ? 65535 : stake;
        const auto ln = static_cast<std::uint16_t>((ln_q26(stake) + (1u << 15)) >> (26 - noise::fraction_bits));
        if (ln == ln_stake_[slot]) return;
        if (b.live(slot)) unfile(slot);
        ln_stake_[slot] = ln;
        agent_[slot].noise = 0;
        agent_[slot].epoch = epoch_of(slot);
        if (b.live(slot)) file(b, slot);
    }

    /// A new agent has taken `slot`, which has no live bid.
    constexpr void forget(std::uint32_t slot) noexcept {
        agent_[slot].noise = 0;
        agent_[slot].epoch = 0;
        ln_stake_[slot] = 0;
    }

    /// The book has a new bid of `slot`; `was_live`: in the place of another one.
    constexpr void enter(book const& b, std::uint32_t slot, bool was_live) noexcept {
        if (was_live) {
            unfile(slot);
        } else {
            live_.set(slot);
        }
        if (agent_[slot].epoch != epoch_of(slot)) [[unlikely]]
            catch_up(b, slot);
        file(b, slot);
    }

    /// `slot`, which is in the order, leaves it.
    constexpr void leave(book const&, std::uint32_t slot) noexcept {
        live_.clear(slot);
        unfile(slot);
    }

    /// Who wins, and what it would pay. Sets bids aside that the reserve bars and that stand in the way.
    constexpr detail::drawn best(book const& b) noexcept {
        if (barred_.root() > barred_below(b.reserve())) [[unlikely]]
            bring_back(b);
        std::uint32_t winner = rings_.best();
        while (winner != no_slot && !b.eligible(winner)) [[unlikely]] {
                set_aside(b, winner);
                winner = rings_.best();
            }
        if (winner == no_slot) return best_newcomer(b);
        std::uint32_t rival = rings_.next_after(winner, agent_[winner].rank);
        while (rival != no_slot && !b.eligible(rival)) [[unlikely]] {
                set_aside(b, rival);
                rival = rings_.next_after(winner, agent_[winner].rank);
            }
        return {winner + 1, rival == no_slot ? b.reserve() : b.at_least_reserve(price_to_beat(winner, rival))};
    }

    /// An award has been made, and its winner has left: the epoch of the next few live agents goes by.
    constexpr void awarded(book const& b) noexcept {
        const std::size_t turns = agents_per_award() < b.size() ? agents_per_award() : b.size();
        for (std::size_t i = 0; i < turns; ++i) next_turn(b);
    }

    constexpr void reserve_changed(bool) noexcept {}

    constexpr bool check_invariants(book const& b) const noexcept {
        const auto rank_of = [&](std::uint32_t slot) noexcept { return rank(b, slot); };
        const auto in_order = [&](std::uint32_t a, std::uint32_t c) noexcept { return joined_later(c, a); };
        if (!rings_.check_invariants(rank_of, in_order) || !newcomers_.check_invariants()) return false;
        if (!barred_.check_invariants() || !live_.check_invariants()) return false;
        for (std::uint32_t slot = 0; slot < Capacity; ++slot) {
            const int places =
                (rings_.holds(slot) ? 1 : 0) + (newcomers_.leaf(slot) != 0 ? 1 : 0) + (barred_.leaf(slot) != 0 ? 1 : 0);
            if (places != (b.live(slot) ? 1 : 0) || live_.contains(slot) != b.live(slot)) return false;
            if (b.live(slot) && (newcomers_.leaf(slot) != 0) != (agent_[slot].noise == 0)) return false;
        }
        return true;
    }

private:
    struct agent {
        std::uint64_t joined;  ///< when it was filed in its ring
        std::uint32_t epoch;   ///< of its noise; 0: not met before
        std::uint16_t rank;    ///< of its ring
        std::uint16_t noise;   ///< in levels, and never 0; 0: a newcomer
    };
    static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(Capacity);
    static constexpr std::uint32_t default_shift = 20;
    static constexpr std::uint32_t greatest_ln_stake = 11'357;  // ln 65,535
    static constexpr std::uint32_t noise_levels =
        (((noise::greatest + greatest_ln_stake) * 64) >> noise::fraction_bits) + 2;
    static constexpr std::uint32_t ranks = Levels + noise_levels;
    static_assert(ranks <= 65536);

    constexpr std::uint32_t shift() const noexcept { return default_shift ^ shift_code_; }
    constexpr std::uint32_t level(price p) const noexcept {
        const std::uint32_t l = p >> shift();
        return l < Levels ? l : Levels - 1;
    }
    constexpr std::uint32_t rank(book const& b, std::uint32_t slot) const noexcept {
        return ranks - 1 - (level(b.amount(slot)) + agent_[slot].noise);
    }
    /// Modulo 2^64: right for joins that lie up to 2^63 apart, three centuries of one each nanosecond.
    constexpr bool joined_later(std::uint32_t a, std::uint32_t c) const noexcept {
        return static_cast<std::int64_t>(agent_[a].joined - agent_[c].joined) > 0;
    }

    /// The epoch of `slot`: how often the cursor has passed it. Never 0.
    constexpr std::uint32_t epoch_of(std::uint32_t slot) const noexcept {
        return round_ + 1 + (slot < cursor_ ? 1 : 0);
    }

    /// The noise of the epoch that `slot` is in, with its stake, in levels.
    constexpr std::uint16_t draw(book const& b, std::uint32_t slot) const noexcept {
        const std::uint64_t bits = keyed_hash(b.key(), b.id(slot), agent_[slot].epoch);
        const std::uint64_t g = noise::draw(static_cast<std::uint32_t>(bits >> 32)) + ln_stake_[slot];
        return static_cast<std::uint16_t>(1 + (g * temperature() >> (noise::fraction_bits + shift())));
    }

    /// Puts `slot`, which is live and nowhere, where it belongs.
    constexpr void file(book const& b, std::uint32_t slot) noexcept {
        agent& a = agent_[slot];
        if (a.noise == 0) [[unlikely]] {
            newcomers_.set(slot, key_of(b, slot));
            return;
        }
        a.rank = static_cast<std::uint16_t>(rank(b, slot));
        a.joined = joins_++;
        rings_.join(slot, a.rank);
    }

    /// Takes `slot`, which is live, out of where it is.
    constexpr void unfile(std::uint32_t slot) noexcept {
        if (rings_.holds(slot)) [[likely]] {
            rings_.leave(slot, agent_[slot].rank);
        } else {
            unfile_elsewhere(slot);
        }
    }
    [[gnu::__noinline__]] constexpr void unfile_elsewhere(std::uint32_t slot) noexcept {
        (agent_[slot].noise == 0 ? newcomers_ : barred_).set(slot, 0);
    }

    /// `slot` is met for the first time, and is a newcomer; or an epoch has gone by while it had no bid.
    [[gnu::__noinline__]] constexpr void catch_up(book const& b, std::uint32_t slot) noexcept {
        const bool met_before = agent_[slot].epoch != 0;
        agent_[slot].epoch = epoch_of(slot);
        if (met_before) agent_[slot].noise = draw(b, slot);
    }

    constexpr void next_turn(book const& b) noexcept {
        std::uint32_t slot = cursor_ == 0 ? live_.lowest() : live_.lowest_above(cursor_ - 1);
        if (slot == live_.none) {
            round_ = round_ < 0xFFFF'FFFDu ? round_ + 1 : 0;
            slot = live_.lowest();
        }
        if (slot >= no_slot) return;  // not while somebody lives; GCC 12 takes the lowest of none for a slot
        cursor_ = slot + 1;
        const bool aside = barred_.leaf(slot) != 0;
        if (!aside) unfile(slot);
        agent_[slot].epoch = epoch_of(slot);
        agent_[slot].noise = draw(b, slot);
        if (!aside) file(b, slot);
    }

    /// The least price with whose level, and its noise, `winner` outranks `rival`.
    constexpr price price_to_beat(std::uint32_t winner, std::uint32_t rival) const noexcept {
        const std::uint32_t score = ranks - 1 - agent_[rival].rank + (joined_later(winner, rival) ? 1 : 0);
        const std::uint32_t own = agent_[winner].noise;
        return score > own ? static_cast<price>(score - own) << shift() : 0;
    }

    /// Newcomers: by price, then the lower slot. Where nobody else may win the best of them does, at the price to beat the next.
    constexpr detail::drawn best_newcomer(book const& b) const noexcept {
        const key k = newcomers_.root();
        if (k <= barred_below(b.reserve())) return {};
        const std::uint32_t winner = slot_of_key(k);
        const key rival = newcomers_.rival(winner);
        const price p = static_cast<price>(rival >> 32) + (rival != 0 && slot_of_key(rival) < winner ? 1 : 0);
        return {winner + 1, b.at_least_reserve(p)};
    }

    /// By price, then the lower slot: 0 is no key.
    static constexpr key key_of(book const& b, std::uint32_t slot) noexcept {
        return key{b.amount(slot)} << 32 | ~slot;
    }
    static constexpr std::uint32_t slot_of_key(key k) noexcept { return ~static_cast<std::uint32_t>(k); }
    static constexpr key barred_below(price reserve) noexcept { return reserve == 0 ? 0 : (key{reserve} << 32) - 1; }

    /// Out of line: the reserve has crossed a bid.
    [[gnu::__noinline__]] constexpr void set_aside(book const& b, std::uint32_t slot) noexcept {
        rings_.leave(slot, agent_[slot].rank);
        barred_.set(slot, key_of(b, slot));
    }
    [[gnu::__noinline__]] constexpr void bring_back(book const& b) noexcept {
        while (barred_.root() > barred_below(b.reserve())) {
            const std::uint32_t slot = slot_of_key(barred_.root());
            barred_.set(slot, 0);
            file(b, slot);
        }
    }

    std::uint64_t joins_ = 0;
    price tau_ = 0;                 ///< 0: the default
    std::uint32_t shift_code_ = 0;  ///< 0: the default
    std::uint32_t turns_less_one_ = 0;
    std::uint32_t round_ = 0;   ///< how often the cursor has passed all slots
    std::uint32_t cursor_ = 0;  ///< slots below have had their turn in this round
    hierarchical_bitmap<Capacity> live_;
    detail::rank_lists<Capacity, ranks> rings_;
    agent agent_[Capacity] = {};
    std::uint16_t ln_stake_[Capacity] = {};  ///< with noise::fraction_bits
    tree newcomers_;
    tree barred_;
};

}  // namespace maxwell
