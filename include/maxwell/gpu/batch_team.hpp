// SPDX-License-Identifier: MIT
//
// A batch auction on several cores: clear_units of batch_auction.hpp with its bids dealt to the caller's threads. The same awards bit for bit.
//
//     bids    |---- thread 0 ----|---- thread 1 ----|---- thread 2 ----|     each a part, in order of arrival
//     list    keys from the guess up, and of these the keys in the guess     a step of all threads
//     bar     the calling thread, among the keys in the guess; by all threads, digit by digit, where these are many
//     keep    the keys above the bar, and their number                       a step
//     write   each thread's awards behind those of the threads before it     a step
//
// Invariants
//   1. The bar is unique, so winners and payments don't depend on the number of threads, nor on who is faster.
//   2. In a step a thread writes to its own part of the workspace only. Parts meet between steps, on the calling thread.
//   3. Nothing is allocated, and no thread is started: threads are the caller's.
//
// A team is what runs a step on all threads:
//
//     struct team {
//         std::size_t size() const;                      // threads, 1 or more
//         void run(auto&& step);                         // step(0), ..., step(size() - 1), at the same time or not, and returns after the last
//     };                                                 // what a step wrote is visible to the caller then, and to the next step
//
//     operation       cost                               why
//     clear_units     O(N / T + T) with T threads        three steps; seven where many bids offer nearly the same
//     workspace       16 N + T (32 KB + 64)              a histogram for each thread
//
// Batches below batch_team_from bids are cleared by the calling thread alone, since a step costs some microseconds.

#pragma once

#include <maxwell/gpu/batch_auction.hpp>

#include <algorithm>  // all_of, max, min
#include <bit>        // bit_width
#include <concepts>   // convertible_to
#include <cstddef>    // byte, size_t
#include <cstdint>    // uint32_t, uint64_t
#include <optional>   // a range

namespace maxwell::gpu {

/// Threads that run a step together.
template <class T>
concept batch_team = requires(T& team, void (*step)(std::size_t)) {
    { team.size() } -> std::convertible_to<std::size_t>;
    team.run(step);
};

/// Bids; fewer are cleared by the calling thread.
inline constexpr std::size_t batch_team_from = 32'768;

namespace detail {

/// What a thread found in its part.
struct alignas(64) part_state {
    std::size_t listed;     ///< keys, from the begin of its part of scratch::keys
    std::size_t undecided;  ///< the same of scratch::undecided
    std::size_t first;      ///< of its awards
    price low;              ///< the least undecided amount
    price high;
    bool equal;  ///< all of its bids offer the same as the first bid of the batch
};

}  // namespace detail

/// Bytes of workspace for a batch of `bids` bids and a team of `threads`.
constexpr std::size_t batch_team_workspace_bytes(std::size_t bids, std::size_t threads) noexcept {
    return threads * (sizeof(detail::histogram) + sizeof(detail::part_state)) + 2 * sizeof(std::uint64_t) * bids;
}
/// What this workspace has to be aligned to.
inline constexpr std::size_t batch_team_workspace_alignment = alignof(detail::part_state);

namespace detail {

/// Undecided keys; fewer are left to the calling thread.
inline constexpr std::size_t team_digits_from = 65'536;

/// A clearing of items by a team, step by step. There is a bid at least.
template <batch_team Team>
class team_clearing {
public:
    team_clearing(Team& team, view<bid const> bids, sale const& s, view<std::byte> work, std::size_t digits_from)
        : team_(team),
          threads_(team.size()),
          digits_from_(digits_from),
          bids_(bids),
          sale_(s),
          parts_(reinterpret_cast<part_state*>(work.data())),
          sums_(reinterpret_cast<histogram*>(parts_ + threads_)),
          keys_(reinterpret_cast<order_key*>(sums_ + threads_)),
          undecided_(keys_ + bids.size()) {}

    batch_result clear(view<award> out) {
        if (all_are_equal()) return clear_by_arrival(out);
        const order_key bar = find_bar();
        step([&](std::size_t t, part_state& p) { p.listed = keep_above(bar, {keys_ + begin(t), p.listed}); });
        std::size_t winners = 0;
        for (std::size_t t = 0; t < threads_; ++t) {
            parts_[t].first = winners;
            winners += parts_[t].listed;
        }
        if (winners > out.size()) return {batch_status::output_too_small, 0};
        step([&](std::size_t t, part_state const& p) {
            write_awards(bids_, {keys_ + begin(t), p.listed}, bar, sale_.reserve, out.data() + p.first);
        });
        return {batch_status::ok, winners};
    }

private:
    std::size_t begin(std::size_t t) const noexcept { return bids_.size() * t / threads_; }
    view<bid const> part(std::size_t t) const noexcept { return {bids_.data() + begin(t), begin(t + 1) - begin(t)}; }
    view<order_key const> undecided(std::size_t t) const noexcept {
        return {undecided_ + begin(t), parts_[t].undecided};
    }

    template <class Step>
    void step(Step work) {
        team_.run([&](std::size_t t) { work(t, parts_[t]); });
    }

    std::size_t sum(std::size_t part_state::*member) const noexcept {
        std::size_t total = 0;
        for (std::size_t t = 0; t < threads_; ++t) total += parts_[t].*member;
        return total;
    }

    /// Arrival decides, so one thread finds the winners and all write their awards.
    batch_result clear_by_arrival(view<award> out) {
        const front found = select_by_arrival<false>(bids_, sale_, keys_);
        if (found.keys > out.size()) return {batch_status::output_too_small, 0};
        step([&](std::size_t t, part_state const&) {
            const std::size_t from = found.keys * t / threads_;
            const view<order_key const> own(keys_ + from, found.keys * (t + 1) / threads_ - from);
            write_awards(bids_, own, found.bar, sale_.reserve, out.data() + from);
        });
        return {batch_status::ok, found.keys};
    }

    /// Leaves the keys of all winners, among others, as the parts' listed ones.
    order_key find_bar() {
        if (const std::optional<bracket> range = guess(bids_, sale_, sums_[0])) {
            list(*range);
            const std::size_t listed = sum(&part_state::listed);
            const std::size_t above = listed - sum(&part_state::undecided);
            if (above <= sale_.supply && sale_.supply < listed) return bar_of_undecided(sale_.supply - above);
        }
        const std::optional<bracket> range = count_cells();
        list(range ? *range : bracket{0, 0, 0});
        return range ? bar_of_undecided(range->left) : no_key;
    }

    /// The first bids mostly tell that amounts differ.
    bool all_are_equal() {
        if (!all_equal(bids_.first(std::min<std::size_t>(bids_.size(), 1024)))) return false;
        step([&](std::size_t t, part_state& p) {
            p.equal = part(t).empty() || (part(t)[0].amount == bids_[0].amount && all_equal(part(t)));
        });
        return std::all_of(parts_, parts_ + threads_, [](part_state const& p) { return p.equal; });
    }

    void list(bracket const& range) {
        step([&](std::size_t t, part_state& p) {
            order_key* const keys = keys_ + begin(t);
            p.listed = list_from(range.low, part(t), sale_, keys, begin(t));
            p.undecided = list_up_to(range.low + range.span, {keys, p.listed}, undecided_ + begin(t));
            const bracket own = tightened({undecided_ + begin(t), p.undecided}, 0);
            p.low = own.low;
            p.high = own.low + own.span;  // 0 where there is none: low is the greatest amount, and the span wraps
        });
    }

    /// The range of the first digit that holds the bar, by a histogram of all bids; empty if the supply reaches all.
    std::optional<bracket> count_cells() {
        step([&](std::size_t t, part_state const&) {
            clear_sums<false>(sums_[t], first_digit::count);
            view<bid const> own = part(t);
            for (std::size_t i = 0; i < own.size(); ++i)
                add<false>(sums_[t], i, first_digit::index(own[i].amount), takes_part(sale_, own[i]) ? 1 : 0);
        });
        const auto all = [&](std::uint32_t digit) noexcept { return sum_of_parts(digit); };
        const crossing at = find_crossing(first_digit::count, sale_.supply, all);
        if (all(at.digit) <= at.left) return std::nullopt;
        return bracket_of_cell(at);
    }

    std::uint64_t sum_of_parts(std::uint32_t digit) const noexcept {
        std::uint64_t total = 0;
        for (std::size_t t = 0; t < threads_; ++t) total += sum_of<false>(sums_[t], digit);
        return total;
    }

    /// The bar among the undecided keys, of which there are more than `left`.
    order_key bar_of_undecided(std::uint64_t left) {
        const std::size_t count = sum(&part_state::undecided);
        if (count < digits_from_) {
            std::size_t next = parts_[0].undecided;
            for (std::size_t t = 1; t < threads_; ++t) {
                for (const order_key key : undecided(t)) undecided_[next++] = key;  // never beyond what is read
            }
            return bar_of<false>(bids_, {undecided_, count}, left, sums_[0]);
        }
        price low = max_price;
        price high = 0;
        for (std::size_t t = 0; t < threads_; ++t) {
            if (parts_[t].undecided == 0) continue;
            low = std::min(low, parts_[t].low);
            high = std::max(high, parts_[t].high);
        }
        bracket range{low, high - low, left};
        auto bits = static_cast<std::uint32_t>(std::bit_width(range.span));
        while (bits != 0) {
            const std::uint32_t shift = bits > later_digit_bits ? bits - later_digit_bits : 0;
            const std::uint32_t digits = (range.span >> shift) + 1;
            step([&](std::size_t t, part_state const&) { count_digits(t, range, shift, digits); });
            const auto all = [&](std::uint32_t digit) noexcept { return sum_of_parts(digit); };
            range = narrowed(range, find_crossing(digits, range.left, all), shift);
            bits = shift;
        }
        step([&](std::size_t t, part_state& p) {
            std::size_t ties = 0;
            for (const order_key key : undecided(t)) {
                undecided_[begin(t) + ties] = key;
                ties += amount_of(key) == range.low ? 1 : 0;
            }
            p.undecided = ties;
        });
        return bar_of_ties(undecided_, range.left);
    }

    void count_digits(std::size_t t, bracket const& range, std::uint32_t shift, std::uint32_t digits) noexcept {
        clear_sums<false>(sums_[t], digits);
        const view<order_key const> own = undecided(t);
        for (std::size_t i = 0; i < own.size(); ++i) {
            const price amount = amount_of(own[i]);
            if (within(range, amount)) add<false>(sums_[t], i, later_digit(range, amount, shift), 1);
        }
    }

    /// Of keys of one amount, in each part as many as are undecided, the one that `left` don't reach.
    order_key bar_of_ties(order_key const* keys, std::uint64_t left) const noexcept {
        for (std::size_t t = 0; t < threads_; ++t) {
            if (left < parts_[t].undecided) return keys[begin(t) + left];
            left -= parts_[t].undecided;
        }
        return no_key;
    }

    Team& team_;
    std::size_t threads_;
    std::size_t digits_from_;
    view<bid const> bids_;
    sale sale_;
    part_state* parts_;
    histogram* sums_;
    order_key* keys_;
    order_key* undecided_;
};

}  // namespace detail

/// clear_units of batch_auction.hpp, on the threads of `team`. `work` has batch_team_workspace_bytes(bids.size(), team.size()) at a multiple of
/// batch_team_workspace_alignment. Returns `no_threads` if the team has none, and otherwise what clear_units returns. What `team.run`
/// throws goes through, with `out` in an unknown state. O(N / T + T).
template <batch_team Team>
batch_result clear_units(Team& team, view<bid const> bids, std::uint64_t k, price reserve, view<std::byte> work,
                         view<award> out) {
    const std::size_t threads = team.size();
    if (threads == 0) return {batch_status::no_threads, 0};
    const std::size_t needed = batch_team_workspace_bytes(bids.size(), threads);
    const batch_status found = detail::check_memory(bids.size(), work.data(), work.size(), needed);
    if (found != batch_status::ok) return {found, 0};
    if (reinterpret_cast<std::uintptr_t>(work.data()) % batch_team_workspace_alignment != 0)
        return {batch_status::workspace_misaligned, 0};
    if (threads == 1 || bids.size() < batch_team_from) return clear_units(bids, k, reserve, work, out);
    detail::team_clearing<Team> clearing(team, bids, detail::sale_of_items(k, reserve), work, detail::team_digits_from);
    return clearing.clear(out);
}

}  // namespace maxwell::gpu
