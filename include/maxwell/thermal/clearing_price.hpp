// SPDX-License-Identifier: MIT
//
// clearing_price: the price at which the power that bidders draw fits under a cap.
//
// Bids are fixed, the cap was set before them, and the host measures each bidder's watts. Demand at a price is the sum
// of the watts of all bids at or above it: a staircase that falls as the price rises.
//
//     watts ^
//           |‾‾‾|___
//           |       |_____
//       cap |- - - - - - - |- - - - -     marginal_price   the greatest price at which demand exceeds the cap
//           |              |______        clearing_price   the tick above: the least price at which demand fits
//           +--------------^------|--->   amount
//
// **clearing_price** is the critical price of an all-or-nothing bidder. Let q be the least price at
// which the others' demand leaves room for bidder i. If i bids q or more, demand fits at q and at no lower price, so the
// clearing price is q, whatever i bid. If i bids less, the clearing price is above its bid. So bidding the true value
// is dominant, as long as the cap doesn't depend on the bids.
//
// That holds in the window for which the price is made. In the *next* window the price would depend on the bidder's own
// earlier bid, and a bidder that lowers the next price by bidding less now can gain. `clearing_price(bids, cap, except)`
// is q for the bidder at `except`: the others' bids at the cap less that bidder's watts. It doesn't depend on that
// bidder's bid. The cap can still depend on the bidder: a controller's cap depends on past heat, and so on whether the
// bidder ran (docs/thermal.md has the size).
//
// **marginal_price** is for admission by quantity: bidders at it straddle the cap, and the energy budget admits as many
// of them as fit, in the auction's order. A reserve of `clearing_price` would bar them all; if all bids are equal, it bars
// every bidder, so a price alone can't control a temperature.
//
//     operation        cost   why
//     clearing_price   O(N)   eight passes, one for each four bits of a price; 128 bytes of memory
//     next_price       O(1)   a shift and two comparisons

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

/// What one bidder offers, and the power that it draws when it runs.
struct power_bid {
    price amount;
    std::uint32_t mw;  ///< measured by the host
};

/// Where demand meets a cap.
struct clearing {
    bool scarce;              ///< demand at price 0 exceeds the cap; otherwise every bid fits and both prices are 0
    bool uncleared;           ///< demand exceeds the cap even at the highest price, so that no price clears it
    price marginal_price;     ///< the greatest price at which demand exceeds the cap
    price clearing_price;     ///< the least price at which demand fits; the highest price when `uncleared`
    std::uint64_t demand_mw;  ///< demand at `clearing_price`; 0 when `uncleared`
};

/// No bidder: for `except`.
inline constexpr std::size_t no_bidder = ~std::size_t{0};

/// Clears `bids` against `cap_mw`, in milliwatts. With `except`, the index of a bid, clears the other bids against the cap
/// less that bid's watts: the result is what this bidder has to bid to run, and doesn't depend on its bid. If its watts
/// alone exceed the cap, the result is `uncleared`. An `except` at or above bids.size() excludes no bid. O(N).
constexpr clearing clearing_price(view<power_bid const> bids, std::uint64_t cap_mw,
                                  std::size_t except = no_bidder) noexcept {
    if (except < bids.size()) {
        if (bids[except].mw > cap_mw) return {true, true, ~price{0}, ~price{0}, 0};
        cap_mw -= bids[except].mw;
    }
    // Digit by digit, highest first: the marginal price is the greatest at which demand exceeds the cap.
    std::uint64_t above = 0;  // watts of bids above every price that begins with `marginal`
    price marginal = 0;
    for (int shift = 28; shift >= 0; shift -= 4) {
        std::uint64_t demand[16] = {};
        for (std::size_t i = 0; i < bids.size(); ++i) {
            if (i == except || (std::uint64_t{bids[i].amount ^ marginal} >> (shift + 4)) != 0) continue;
            demand[bids[i].amount >> shift & 15] += bids[i].mw;
        }
        std::uint32_t digit = 15;
        while (digit != 0 && above + demand[digit] <= cap_mw) above += demand[digit--];
        // Every bid fits. Only the first pass finds that: afterwards demand at `marginal` exceeds the cap.
        if (digit == 0 && above + demand[0] <= cap_mw) return {false, false, 0, 0, above + demand[0]};
        marginal |= digit << shift;
    }
    if (marginal == ~price{0}) return {true, true, marginal, marginal, 0};
    MAXWELL_ASSERT(above <= cap_mw);
    return {true, false, marginal, marginal + 1, above};
}

/// The range of a published price, and how fast it moves: in each window by at most a 2^-shift part of itself and a tick.
struct price_limits {
    price min_price = 0;
    price max_price = ~price{0};
    std::uint32_t rise_shift = 0;  ///< 0: the price can double in a window
    std::uint32_t fall_shift = 2;  ///< 2: it can lose a quarter
    price safe_price = 0;          ///< the least price while the temperature is unknown; the safe cap holds besides
};

/// Returns the price to publish after `last` if `wanted` clears. It never falls when `wanted` rises. O(1).
constexpr price next_price(price last, price wanted, price_limits const& limits) noexcept {
    const std::uint64_t most = std::uint64_t{last} + (limits.rise_shift < 32 ? last >> limits.rise_shift : 0) + 1;
    const std::uint64_t fall = std::uint64_t{limits.fall_shift < 32 ? last >> limits.fall_shift : 0} + 1;
    const std::uint64_t least = last > fall ? last - fall : 0;
    const std::uint64_t moved = wanted > most ? most : wanted < least ? least : wanted;
    if (moved < limits.min_price) return limits.min_price;
    return moved > limits.max_price ? limits.max_price : static_cast<price>(moved);
}

}  // namespace maxwell
