// SPDX-License-Identifier: MIT
//
// A sale of units that goes on after a misfit. Used by gpu/batch_auction.hpp.
//
// What fits depends on what was taken before, so bids are gone through in rank order: extract_units, over keys that are sorted piece by
// piece as the sale gets there. How far that is:
//
//   1. The sale is over when fewer units are left than the smallest bid wants: no bid behind that position wins. As long as bids of that size
//      come, supply / size of them are enough. With other sizes between them there is no bound but N: of 3 units, a bid for 2 leaves one,
//      and a thousand bids for 2 can stand before the bid for 1 that takes it.
//   2. The price of a winner of q units needs the bids behind the next misfit until those that fit in its place have used up what was left
//      over and one unit more. Winners of one size between two misfits have the same runner-up, so it is looked for once.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_rules.hpp>
#include <maxwell/gpu/detail/batch_select.hpp>

#include <algorithm>   // max, min, nth_element, sort
#include <cstddef>     // size_t
#include <cstdint>     // uint32_t, uint64_t
#include <functional>  // greater

namespace maxwell::gpu::detail {

/// Keys that are put into rank order as far as somebody looks.
class ranked_keys {
public:
    /// The first look sorts `first` of them.
    ranked_keys(order_key* keys, std::size_t size, std::size_t first) noexcept
        : keys_(keys), size_(size), next_(std::max<std::size_t>(first, 1)) {}

    std::size_t size() const noexcept { return size_; }

    /// The key of rank `i`, which is below size().
    order_key operator[](std::size_t i) noexcept {
        while (i >= sorted_) {
            const std::size_t end = std::min(size_, next_);
            if (end < size_) std::nth_element(keys_ + sorted_, keys_ + end, keys_ + size_, std::greater<>());
            std::sort(keys_ + sorted_, keys_ + end, std::greater<>());
            sorted_ = end;
            next_ = 2 * end;
        }
        return keys_[i];
    }

private:
    order_key* keys_;
    std::size_t size_;
    std::size_t next_;  ///< how many are sorted after the next step
    std::size_t sorted_ = 0;
};

/// The runners-up that were found since the last misfit, by the size of the winner. Forgets sizes that meet in an entry.
class runners_up {
public:
    void forget() noexcept { ++misfit_; }

    template <class Search>
    order_key of(std::uint32_t units, Search search) noexcept {
        entry& e = entries_[units % entries];
        if (e.misfit != misfit_ || e.units != units) e = {misfit_, units, search()};
        return e.bar;
    }

private:
    struct entry {
        std::uint64_t misfit;
        std::uint32_t units;
        order_key bar;
    };
    static constexpr std::size_t entries = 64;
    entry entries_[entries] = {};
    std::uint64_t misfit_ = 1;
};

/// The awards of a sale of units under misfit::skip, in order of arrival.
inline batch_result clear_skipping(view<bid const> bids, sale const& s, scratch const& memory,
                                   view<award> out) noexcept {
    const order_key bar = bids.empty() ? no_key : select_by_digits<true>(bids, s, memory).bar;
    const std::size_t listed = list_from(0, bids, s, memory.keys);
    std::uint32_t least = 0xFFFF'FFFFu;
    std::size_t served = 0;  // before the first misfit
    for (const order_key key : view<order_key const>(memory.keys, listed)) {
        least = std::min(least, weight<true>(bids, key));
        served += key > bar;
    }
    ranked_keys ranked(memory.keys, listed, served + served / 8 + 64);
    const auto units_at = [&](std::size_t i) noexcept { return bids[index_of(ranked[i])].units; };

    std::uint64_t* const won = memory.undecided;  // index, payment
    std::size_t winners = 0;
    std::size_t priced = 0;
    std::uint64_t left = s.supply;
    runners_up known;
    for (std::size_t i = 0; i <= ranked.size(); ++i) {
        if (i < ranked.size() && units_at(i) <= left) {
            left -= units_at(i);
            won[winners++] = std::uint64_t{index_of(ranked[i])} << 32;
            continue;
        }
        known.forget();
        for (; priced < winners; ++priced) {
            const auto index = static_cast<std::uint32_t>(won[priced] >> 32);
            const std::uint32_t units = bids[index].units;
            const order_key rival = known.of(units, [&]() noexcept {
                std::uint64_t rest = left + units;  // of a sale without this winner
                for (std::size_t j = i; j < ranked.size(); ++j) {
                    if (units_at(j) > rest) continue;
                    rest -= units_at(j);
                    if (rest < units) return ranked[j];
                }
                return no_key;
            });
            won[priced] |= payment_above(key_of(bids[index].amount, index), rival, s.reserve);
        }
        if (left < least) break;
    }
    if (winners > out.size()) return {batch_status::output_too_small, 0};
    std::sort(won, won + winners);
    for (std::size_t w = 0; w < winners; ++w)
        out[w] = {bids[static_cast<std::uint32_t>(won[w] >> 32)], static_cast<price>(won[w])};
    return {batch_status::ok, winners};
}

}  // namespace maxwell::gpu::detail
