// SPDX-License-Identifier: MIT
//
// clearing_price: at which price do the bidders' watts fit under a power cap?
//
// Bids are fixed, the cap was set before them, and each bidder's watts are measured by the host, never declared. Demand
// at a price is the watts of all who bid that much or more: a staircase that falls as the price rises.
//
//     watts ^
//           |‾‾‾|___
//           |       |_____
//       cap |- - - - - - - |- - - - -     marginal   the greatest price at which demand exceeds the cap
//           |              |______        clears     the tick above: the least price at which demand fits
//           +--------------^------|--->   amount
//
// **clears** is a critical price for bidders who want their watts or nothing. Let q be the least price at which the
// others' demand leaves room for bidder i. If i bids q or more, demand fits at q and at no lower price, so that clears
// = q, which does not depend on i's bid; if i bids less, clears is above its bid. So bidding the true value is
// dominant, as long as the cap is not made from the bids.
//
// That holds in the window in which the price is made. Used in the *next* window it is not independent of a bidder's
// own earlier bid, and who can lower the next price by bidding less now may gain. `clearing_price(bids, cap, except)`
// is made from the others' bids alone: with it, a price that is used later doesn't depend on the own bid either.
//
// **marginal** is for the quantity to work with: bidders at it straddle the cap, and the energy budget admits as many
// of them as fit, in the auction's order. With a reserve of `clears` they would all be shut out: with equal bids,
// everybody, which is why a price alone can't control a temperature.
//
//     operation        cost   why
//     clearing_price   O(N)   eight passes, one for each four bits of a price; 128 bytes of memory
//     next_price       O(1)   a shift and two comparisons

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t, uint64_t

namespace maxwell {

/// What one bidder offers, and what it burns when it runs.
struct power_bid {
    price amount;
    std::uint32_t mw;  ///< measured by the host
};

/// At which price demand meets a cap.
struct clearing {
    bool scarce;       ///< demand at price 0 exceeds the cap; otherwise all fit, and both prices are 0
    bool priceless;    ///< even the highest price doesn't clear: too much is bid at it
    price marginal;    ///< the greatest price at which demand exceeds the cap
    price clears;      ///< the least price at which demand fits; the highest one when `priceless`
    std::uint64_t mw;  ///< demand at `clears`; 0 when `priceless`
};

/// No bidder: for `except`.
inline constexpr std::size_t no_bidder = ~std::size_t{0};

/// Clears `bids`, without the one at `except`, against `cap_mw`. O(N).
constexpr clearing clearing_price(view<power_bid const> bids, std::uint64_t cap_mw,
                                  std::size_t except = no_bidder) noexcept {
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
        if (digit == 0 && marginal == 0 && shift == 0 && above + demand[0] <= cap_mw) {
            return {false, false, 0, 0, above + demand[0]};
        }
        marginal |= digit << shift;
    }
    if (marginal == ~price{0}) return {true, true, marginal, marginal, 0};
    return {true, false, marginal, marginal + 1, above};
}

/// Between which prices a broadcast price stays, and how fast it moves: by at most a 2^-shift part of itself, and a
/// tick, in each window.
struct price_limits {
    price lowest = 0;
    price highest = ~price{0};
    std::uint32_t rise_shift = 0;  ///< 0: may double
    std::uint32_t fall_shift = 2;  ///< 2: may lose a quarter
    price safe = ~price{0};        ///< in force while nothing is known about the temperature
};

/// The price to broadcast after `last`, where `wanted` clears. It never falls when `wanted` rises. O(1).
constexpr price next_price(price last, price wanted, price_limits const& limits) noexcept {
    const std::uint64_t most = std::uint64_t{last} + (limits.rise_shift < 32 ? last >> limits.rise_shift : 0) + 1;
    const std::uint64_t fall = std::uint64_t{limits.fall_shift < 32 ? last >> limits.fall_shift : 0} + 1;
    const std::uint64_t least = last > fall ? last - fall : 0;
    const std::uint64_t moved = wanted > most ? most : wanted < least ? least : wanted;
    if (moved < limits.lowest) return limits.lowest;
    return moved > limits.highest ? limits.highest : static_cast<price>(moved);
}

}  // namespace maxwell
