// SPDX-License-Identifier: MIT
//
// book_lockstep: the same random operations for a stratified_buckets and for its C twin, and the C++ side's results.
//
// The draw covers what a book can meet: agents of newer and older generations, slots beyond the capacity, withdrawals by 0 units,
// retirements, prices from 0 to the greatest, at edges of tiers, clustered ones that share a tier and reserves that bar many or all.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>

#include "kernel/operations.h"
#include "support/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

static_assert(MAXWELL_OK == int(status::ok) && MAXWELL_UNKNOWN_AGENT == int(status::unknown_agent));
static_assert(MAXWELL_STALE_AGENT == int(status::stale_agent) && MAXWELL_NO_BID == int(status::no_bid));
static_assert(sizeof(maxwell_award) == sizeof(award) && offsetof(maxwell_award, payment) == offsetof(award, payment));

template <std::size_t Capacity>
class book_lockstep {
public:
    using book = stratified_buckets<Capacity>;

    explicit book_lockstep(std::uint64_t seed) : dice_(seed) {}

    /// A random operation. Generations grow slowly over the run, so most agents are current and some are late.
    maxwell_operation draw() {
        maxwell_operation o{};
        const std::uint32_t kind = dice_.below(100);
        const std::uint32_t slot = dice_.below(Capacity + 2 + Capacity / 64);
        const std::uint32_t newest = drawn_++ / (32 * static_cast<std::uint32_t>(Capacity));
        const std::uint32_t generation = newest + dice_.below(8) / 7 - (newest != 0 ? dice_.below(8) / 7 : 0);
        o.bid = {make_agent_id(slot, generation), amount(), dice_.below(16)};
        o.kind = kind < 55   ? MAXWELL_INSERT
                 : kind < 62 ? MAXWELL_EXPIRE
                 : kind < 65 ? MAXWELL_RETIRE
                 : kind < 75 ? MAXWELL_TOP
                 : kind < 98 ? MAXWELL_EXTRACT_MAX
                             : MAXWELL_UPDATE_PRICE;
        if (o.kind == MAXWELL_UPDATE_PRICE && dice_.below(2) == 0)
            o.bid.amount = 0;  // or most decisions would be empty
        return o;
    }

    /// Applies `o` to the C++ book. The result is padded with zeros, as a C program's is that starts from zeroed memory.
    static maxwell_result apply(book& b, maxwell_operation const& o) {
        maxwell_result r{};
        const bid offer{o.bid.agent, o.bid.amount, o.bid.units};
        std::optional<award> won;
        switch (o.kind) {
            case MAXWELL_INSERT:
                r.code = static_cast<std::uint64_t>(b.insert(offer));
                break;
            case MAXWELL_EXPIRE:
                r.code = static_cast<std::uint64_t>(b.expire(offer.agent));
                break;
            case MAXWELL_RETIRE:
                r.code = static_cast<std::uint64_t>(b.retire(offer.agent));
                break;
            case MAXWELL_TOP:
                won = b.top();
                break;
            case MAXWELL_EXTRACT_MAX:
                won = b.extract_max();
                break;
            default:
                b.update_price(offer.amount);
        }
        if (won) {
            r.code = 1;
            r.award = {{won->winner.agent, won->winner.amount, won->winner.units}, won->payment};
        }
        return r;
    }

    static bool same(maxwell_result const& a, maxwell_result const& b) {
        return a.code == b.code && a.award.payment == b.award.payment && a.award.winner.agent == b.award.winner.agent &&
               a.award.winner.amount == b.award.winner.amount && a.award.winner.units == b.award.winner.units;
    }

private:
    price amount() {
        switch (dice_.below(5)) {
            case 0:
                return dice_();
            case 1:
                return dice_.below(300);
            case 2:
                return 100'000 + dice_.below(2000);
            case 3:  // at the edge of a tier, and below
                return ((128 + dice_.below(129)) << dice_.below(25)) - dice_.below(2);
            default:
                return dice_() >> dice_.below(32);
        }
    }

    dice dice_;
    std::uint32_t drawn_ = 0;
};

}  // namespace maxwell::test
