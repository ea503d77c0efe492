// SPDX-License-Identifier: MIT
//
// Selection on the CPU: the bar of a sale, and the awards of the bids above it. Used by gpu/batch_auction.hpp.
//
//     guess    some thousand bids are looked at: the bar is most likely in these cells
//     pass     the keys of all bids from the lowest of these cells up, in order of arrival; of these again the keys in the cells
//              the latter, digit by digit ─▶ the bar, or the guess was wrong: a histogram of all bids, and the pass once more
//     awards   the former, as far as they are above the bar
//
// A sale of units has no guess and begins with the histogram. Where all amounts are equal, which a look at the first thousand mostly refutes,
// arrival alone decides. Few keys, of few bids or in few cells, are left to std::nth_element where items are sold.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_rules.hpp>

#include <algorithm>   // fill_n, max, min, nth_element
#include <bit>         // bit_width
#include <cmath>       // sqrt
#include <cstddef>     // byte, size_t
#include <cstdint>     // uint32_t, uint64_t
#include <functional>  // greater
#include <optional>    // a range

namespace maxwell::gpu::detail {

/// Sums of weights by digit. Items are counted in two interleaved tables, so that equal amounts in a row don't wait for each other's sum.
union histogram {
    std::uint64_t units[most_digits];
    std::uint32_t items[2][most_digits];
};

/// The caller's memory, cut into what a clearing needs.
struct scratch {
    scratch(view<std::byte> work, std::size_t bids) noexcept
        : sums(reinterpret_cast<histogram*>(work.data())),
          keys(reinterpret_cast<order_key*>(work.data() + sizeof(histogram))),
          undecided(keys + bids) {}

    histogram* sums;
    order_key* keys;       ///< one for each bid
    order_key* undecided;  ///< one for each bid
};

constexpr std::size_t radix_select_from = 1000;  ///< keys; fewer are left to std::nth_element
constexpr std::size_t sample_size = 4096;  ///< at least, and less than twice as many, where there are as many bids

/// A search for the bar leaves, in scratch::keys and in order of arrival, the keys of all winners, among others.
struct front {
    std::size_t keys = 0;
    order_key bar =
        no_key;  ///< the first bid that the supply doesn't reach; none if it reaches all. Winners are above it
};

template <bool ByUnits>
void add(histogram& h, std::size_t i, std::uint32_t digit, std::uint32_t weight) noexcept {
    if constexpr (ByUnits) {
        h.units[digit] += weight;
    } else {
        h.items[i & 1][digit] += weight;
    }
}

template <bool ByUnits>
void clear_sums(histogram& h, std::uint32_t digits) noexcept {
    if constexpr (ByUnits) {
        std::fill_n(h.units, digits, 0);
    } else {
        std::fill_n(h.items[0], digits, 0);
        std::fill_n(h.items[1], digits, 0);
    }
}

template <bool ByUnits>
std::uint64_t sum_of(histogram const& h, std::uint32_t digit) noexcept {
    if constexpr (ByUnits) return h.units[digit];
    return std::uint64_t{h.items[0][digit]} + h.items[1][digit];
}

template <bool ByUnits>
std::uint32_t weight(view<bid const> bids, order_key key) noexcept {
    return ByUnits ? bids[index_of(key)].units : 1;
}

/// Do all bids offer the same amount? By blocks, so that the compiler can compare several at a time.
inline bool all_equal(view<bid const> bids) noexcept {
    constexpr std::size_t block = 1024;
    const price first = bids[0].amount;
    for (std::size_t begin = 0; begin < bids.size(); begin += block) {
        price different = 0;
        bid const* const b = bids.data() + begin;
        const std::size_t n = std::min(block, bids.size() - begin);
        for (std::size_t i = 0; i < n; ++i) different |= b[i].amount ^ first;
        if (different != 0) return false;
    }
    return true;
}

/// The range that these keys, one at least, are in.
inline bracket tightened(view<order_key const> keys, std::uint64_t left) noexcept {
    price low = max_price;
    price high = 0;
    for (const order_key key : keys) {
        low = std::min(low, amount_of(key));
        high = std::max(high, amount_of(key));
    }
    return {low, high - low, left};
}

/// The bar among keys that are in order of arrival, whose bids want more than `left`.
template <bool ByUnits>
order_key bar_of(view<bid const> bids, view<order_key> keys, std::uint64_t left, histogram& h) noexcept {
    if (!ByUnits && keys.size() < radix_select_from) {
        std::nth_element(keys.begin(), keys.begin() + left, keys.end(), std::greater<>());
        return keys[left];
    }
    bracket range = tightened(keys, left);
    auto bits = static_cast<std::uint32_t>(std::bit_width(range.span));
    while (bits != 0) {
        const std::uint32_t shift = bits > later_digit_bits ? bits - later_digit_bits : 0;
        const std::uint32_t digits = (range.span >> shift) + 1;
        clear_sums<ByUnits>(h, digits);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const price amount = amount_of(keys[i]);
            if (within(range, amount))
                add<ByUnits>(h, i, later_digit(range, amount, shift), weight<ByUnits>(bids, keys[i]));
        }
        const auto sum = [&](std::uint32_t digit) noexcept { return sum_of<ByUnits>(h, digit); };
        range = narrowed(range, find_crossing(digits, range.left, sum), shift);
        bits = shift;
    }
    // One amount is left: arrival decides.
    for (const order_key key : keys) {
        if (amount_of(key) != range.low) continue;
        const std::uint32_t wanted = weight<ByUnits>(bids, key);
        if (wanted > range.left) return key;
        range.left -= wanted;
    }
    return no_key;
}

/// Lists the keys of the bids that take part and offer at least `least`, and returns their number. `first` is the index of bids[0] in the
/// batch. Without branches, so that nothing is mispredicted.
inline std::size_t list_from(price least, view<bid const> bids, sale const& s, order_key* keys,
                             std::size_t first = 0) noexcept {
    sale at = s;
    at.reserve = std::max(least, s.reserve);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < bids.size(); ++i) {
        keys[listed] = key_of(bids[i].amount, static_cast<std::uint32_t>(first + i));
        listed += takes_part(at, bids[i]) ? 1 : 0;
    }
    return listed;
}

/// Copies the keys up to the amount `most`; their number.
inline std::size_t list_up_to(price most, view<order_key const> keys, order_key* out) noexcept {
    std::size_t listed = 0;
    for (const order_key key : keys) {
        out[listed] = key;
        listed += amount_of(key) <= most ? 1 : 0;
    }
    return listed;
}

/// A range that most likely holds the bar of a sale of items, by a sample; `left` is not known yet. Empty where there is none to be had.
inline std::optional<bracket> guess(view<bid const> bids, sale const& s, histogram& h) noexcept {
    const std::size_t stride = bids.size() / sample_size;
    if (stride < 2 || s.supply >= bids.size()) return std::nullopt;
    clear_sums<false>(h, first_digit::count);
    for (std::size_t i = 0; i < bids.size(); i += stride)
        add<false>(h, i / stride, first_digit::index(bids[i].amount), takes_part(s, bids[i]) ? 1 : 0);
    const auto rank = s.supply / stride;  // of the bar, in the sample
    const auto margin = static_cast<std::uint64_t>(4 * std::sqrt(static_cast<double>(rank))) + 8;
    const auto sum = [&](std::uint32_t digit) noexcept { return sum_of<false>(h, digit); };
    const crossing low = find_crossing(first_digit::count, rank + margin, sum);
    if (sum(low.digit) <= low.left) return std::nullopt;
    const price from = first_digit::lower_edge(low.digit);
    if (rank < margin) return bracket{from, max_price - from, 0};
    const crossing high = find_crossing(first_digit::count, rank - margin, sum);
    return bracket{from, first_digit::upper_edge(high.digit) - from, 0};
}

/// The range of the first digit that holds the bar; empty if the supply reaches all bids.
template <bool ByUnits>
std::optional<bracket> range_of_bar(view<bid const> bids, sale const& s, histogram& h) noexcept {
    clear_sums<ByUnits>(h, first_digit::count);
    for (std::size_t i = 0; i < bids.size(); ++i) {
        bid const& b = bids[i];
        add<ByUnits>(h, i, first_digit::index(b.amount), takes_part(s, b) ? (ByUnits ? b.units : 1) : 0);
    }
    const auto sum = [&](std::uint32_t digit) noexcept { return sum_of<ByUnits>(h, digit); };
    const crossing at = find_crossing(first_digit::count, s.supply, sum);
    if (sum(at.digit) <= at.left) return std::nullopt;
    return bracket_of_cell(at);
}

template <bool ByUnits>
front select_by_digits(view<bid const> bids, sale const& s, scratch const& memory) noexcept {
    if constexpr (!ByUnits) {
        if (const std::optional<bracket> range = guess(bids, s, *memory.sums)) {
            const std::size_t listed = list_from(range->low, bids, s, memory.keys);
            const std::size_t undecided = list_up_to(range->low + range->span, {memory.keys, listed}, memory.undecided);
            const std::size_t above = listed - undecided;
            if (above <= s.supply && s.supply < listed)
                return {listed, bar_of<false>(bids, {memory.undecided, undecided}, s.supply - above, *memory.sums)};
        }
    }
    const std::optional<bracket> range = range_of_bar<ByUnits>(bids, s, *memory.sums);
    if (!range) return {list_from(0, bids, s, memory.keys)};
    const std::size_t listed = list_from(range->low, bids, s, memory.keys);
    const std::size_t undecided = list_up_to(range->low + range->span, {memory.keys, listed}, memory.undecided);
    return {listed, bar_of<ByUnits>(bids, {memory.undecided, undecided}, range->left, *memory.sums)};
}

/// The front of bids that offer the same, as far as the bar.
template <bool ByUnits>
front select_by_arrival(view<bid const> bids, sale const& s, order_key* keys) noexcept {
    front found;
    std::uint64_t left = s.supply;
    for (std::size_t i = 0; i < bids.size(); ++i) {
        if (!takes_part(s, bids[i])) continue;
        const order_key key = key_of(bids[i].amount, static_cast<std::uint32_t>(i));
        const std::uint32_t wanted = weight<ByUnits>(bids, key);
        if (wanted > left) {
            found.bar = key;
            break;
        }
        left -= wanted;
        keys[found.keys++] = key;
    }
    return found;
}

template <bool ByUnits>
front select(view<bid const> bids, sale const& s, scratch const& memory) noexcept {
    if (bids.empty() || all_equal(bids)) return select_by_arrival<ByUnits>(bids, s, memory.keys);
    if (ByUnits || bids.size() >= radix_select_from) return select_by_digits<ByUnits>(bids, s, memory);
    const std::size_t listed = list_from(0, bids, s, memory.keys);
    if (listed <= s.supply) return {listed};
    std::copy_n(memory.keys, listed, memory.undecided);
    return {listed, bar_of<false>(bids, {memory.undecided, listed}, s.supply, *memory.sums)};
}

/// Keeps the keys above the bar, in their order, and returns their number.
inline std::size_t keep_above(order_key bar, view<order_key> keys) noexcept {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const order_key key = keys[i];
        keys[kept] = key;
        kept += key > bar ? 1 : 0;
    }
    return kept;
}

/// Writes the winners' awards.
inline void write_awards(view<bid const> bids, view<order_key const> winners, order_key bar, price reserve,
                         award* out) noexcept {
    constexpr std::size_t ahead = 16;
    for (std::size_t w = 0; w < winners.size(); ++w) {
        if (w + ahead < winners.size()) prefetch(&bids[index_of(winners[w + ahead])]);
        out[w] = {bids[index_of(winners[w])], payment_above(winners[w], bar, reserve)};
    }
}

/// The awards of the bids above the bar, in order of arrival.
template <bool ByUnits>
batch_result clear_to_bar(view<bid const> bids, sale const& s, scratch const& memory, view<award> out) noexcept {
    const front found = select<ByUnits>(bids, s, memory);
    const std::size_t winners = keep_above(found.bar, {memory.keys, found.keys});
    if (winners > out.size()) return {batch_status::output_too_small, 0};
    write_awards(bids, {memory.keys, winners}, found.bar, s.reserve, out.data());
    return {batch_status::ok, winners};
}

}  // namespace maxwell::gpu::detail
