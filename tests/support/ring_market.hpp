// SPDX-License-Identifier: MIT
//
// ring_market: 64 bidders whose values are drawn anew in each quantum, some of which are a ring: only one of them bids, and the others
// bid nothing. Decided by the auction itself, as a scheduler would.

#pragma once

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>

namespace maxwell::test {

enum class values : std::uint8_t { uniform, lognormal };
enum class ring : std::uint8_t {
    best_bids,   ///< the member with the highest value
    takes_turns  ///< the member whose turn it is, with the highest value of all of them, until it has won
};

class ring_market {
public:
    static constexpr std::uint32_t bidders = 64;

    ring_market(std::uint64_t seed, values of, price reserve = 0) : random_(seed), of_(of) {
        auction_.update_price(reserve);
    }

    /// A value; about a million.
    price draw() {
        const double u = static_cast<double>(random_() >> 11) * 0x1p-53;
        if (of_ == values::uniform) return static_cast<price>(u * 1e6);
        if (spare_ == 0) {  // two normal variables at a time (Box and Muller 1958)
            const double v = static_cast<double>(random_() >> 11) * 0x1p-53;
            const double r = std::sqrt(-2 * std::log(1 - u));
            spare_ = r * std::sin(6.283185307179586 * v);
            return lognormal(r * std::cos(6.283185307179586 * v));
        }
        const double z = spare_;
        spare_ = 0;
        return lognormal(z);
    }

    /// One quantum. The slots below `members` are the ring. Empty where the reserve bars every bid.
    std::optional<award> quantum(std::uint32_t members, ring how = ring::best_bids) {
        std::uint32_t best = 0;
        price value[bidders];
        for (std::uint32_t slot = 0; slot < bidders; ++slot) value[slot] = draw();
        for (std::uint32_t slot = 1; slot < members; ++slot) best = value[slot] > value[best] ? slot : best;
        if (how == ring::takes_turns && members != 0) {
            std::swap(value[best], value[turn_ % members]);
            best = turn_ % members;
        }
        auction_.clear();
        for (std::uint32_t slot = 0; slot < bidders; ++slot) {
            if (slot >= members || slot == best) auction_.insert({slot, value[slot], 1});
        }
        const std::optional<award> won = auction_.extract_max();
        turn_ += won && slot_of(won->winner.agent) < members ? 1 : 0;
        return won;
    }

private:
    static price lognormal(double z) { return static_cast<price>(std::min(1e6 * std::exp(z), 4e9)); }

    std::mt19937_64 random_;
    values of_;
    double spare_ = 0;
    std::uint32_t turn_ = 0;
    tournament_tree<bidders> auction_;
};

/// The two best values of an honest quantum, drawn at once: a hundred million quanta take seconds.
class honest_gaps {
public:
    honest_gaps(std::uint64_t seed, values of) : random_(seed), of_(of) {}

    award quantum() {
        // The best of 64 uniform variables, and the best of the 63 below it.
        const double best = std::pow(draw(), 1.0 / 64), second = best * std::pow(draw(), 1.0 / 63);
        return {{random_() % 64, amount(best), 1}, amount(second)};
    }

private:
    double draw() { return (static_cast<double>(random_() >> 11) + .5) * 0x1p-53; }

    price amount(double u) const {
        if (of_ == values::uniform) return static_cast<price>(u * 1e9);
        return static_cast<price>(std::min(1e6 * std::exp(normal_quantile(u)), 4e9));
    }

    /// Right to 4.5e-4 (Abramowitz and Stegun 26.2.23).
    static double normal_quantile(double u) {
        const double p = u < .5 ? u : 1 - u;
        const double t = std::sqrt(-2 * std::log(p));
        const double z =
            t - (2.515517 + t * (.802853 + t * .010328)) / (1 + t * (1.432788 + t * (.189269 + t * .001308)));
        return u < .5 ? -z : z;
    }

    std::mt19937_64 random_;
    values of_;
};

}  // namespace maxwell::test
