// SPDX-License-Identifier: MIT
//
// A batch auction: sealed bids that lie in memory, cleared at once. For GPU time, which is sold 10 to 100 times a second among
// many bids; for one decision after the other a container is faster, and up to some thousand bids extract_units is.
//
//     bids, in order of arrival                      awards, in order of arrival
//     | 70 | 90 | 20 | 90 | 80 | 70 |   3 items ─▶   | 90 pays 70 | 90 pays 70 | 80 pays 70 |
//                                  the bar: the first 70, which the supply doesn't reach
//
//     clear_units(bids, k, ...)                  k equal items, one to a bid: the awards of extract_top
//     clear_capacity(bids, supply, misfit, ...)  units, all or nothing, by amount per unit: the awards of extract_units
//     check_slots(bids, capacity, seen)          has every bid a slot of its own?
//
// Invariants
//   1. Rank is by amount, then by arrival: a bid's index. Ranks are unique, so the winners are determined, ties included.
//   2. The awards are those of an auction with exact prices into which the bids were inserted in this order, whatever the path.
//   3. A bid of 0 units, and one below the reserve, takes no part. No payment is above its bid or below the reserve.
//   4. Nothing is allocated: the work is done in the caller's memory. What is not `ok` has written no award.
//
// Nothing is sorted: the bar is found by digits of the amount (batch_rules.hpp) from the highest down, each a pass over those bids that
// the digits before didn't decide. Only under misfit::skip, where what fits depends on what was taken before, the bids are sorted, and
// only as far as the sale gets: to where fewer units are left than the smallest bid wants. A sale that leaves a unit to bids for two
// sorts them all.
//
//     operation              cost                        why
//     clear_units            O(N)                        two passes over the bids, and rarely others over the bar's cell
//     clear_capacity, stop   O(N)                        the same with units as weights
//     clear_capacity, skip   O(N + m log m + d m)        m bids reached, d different sizes of winners between two misfits; at the
//                                                        worst m = N, and a search per winner
//     check_slots            O(N + capacity / 64)        a bit per slot
//     workspace              16 N + 32 KB
//
// The selection is Hoare's with digits for pivots (radix select, as in Alabi et al. 2012); the rules are those of clearing.hpp.

#pragma once

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_rules.hpp>
#include <maxwell/gpu/detail/batch_select.hpp>
#include <maxwell/gpu/detail/batch_skip.hpp>

#include <cstddef>  // byte, size_t
#include <cstdint>  // uint32_t, uint64_t, uintptr_t

namespace maxwell::gpu {

/// Bytes of workspace for a batch of `bids` bids.
constexpr std::size_t batch_workspace_bytes(std::size_t bids) noexcept {
    return sizeof(detail::histogram) + 2 * sizeof(std::uint64_t) * bids;
}
/// What a workspace has to be aligned to.
inline constexpr std::size_t batch_workspace_alignment = alignof(std::uint64_t);

namespace detail {

constexpr batch_status check_memory(std::size_t bids, void const* work, std::size_t bytes,
                                    std::size_t needed) noexcept {
    if (bids >= max_batch) return batch_status::too_many_bids;
    if (bytes < needed || (work == nullptr && needed != 0)) return batch_status::workspace_too_small;
    return batch_status::ok;
}

inline batch_status check_workspace(std::size_t bids, view<std::byte> work) noexcept {
    const batch_status found = check_memory(bids, work.data(), work.size(), batch_workspace_bytes(bids));
    if (found != batch_status::ok) return found;
    const bool aligned = reinterpret_cast<std::uintptr_t>(work.data()) % batch_workspace_alignment == 0;
    return aligned ? batch_status::ok : batch_status::workspace_misaligned;
}

}  // namespace detail

/// Sells `k` equal items, one to each winner: the best k bids of at least `reserve`, fewer if there are fewer. Writes an award for each
/// winner into `out`, in order of arrival; room for the lesser of k and bids.size() always suffices. Units of a bid matter only in that 0 is
/// no bid. O(N).
inline batch_result clear_units(view<bid const> bids, std::uint64_t k, price reserve, view<std::byte> work,
                                view<award> out) noexcept {
    const batch_status found = detail::check_workspace(bids.size(), work);
    if (found != batch_status::ok) return {found, 0};
    return detail::clear_to_bar<false>(bids, detail::sale_of_items(k, reserve), detail::scratch(work, bids.size()),
                                       out);
}

/// Sells `supply` units to bids that want all of their units or nothing, in order of their amount per unit; `rule` says what becomes of a
/// bid that wants more than is left, and one for more than `supply` is left out. Payments are per unit. Writes an award for each winner into
/// `out`, in order of arrival; room for bids.size() always suffices. O(N) with misfit::stop.
inline batch_result clear_capacity(view<bid const> bids, std::uint64_t supply, price reserve, misfit rule,
                                   view<std::byte> work, view<award> out) noexcept {
    const batch_status found = detail::check_workspace(bids.size(), work);
    if (found != batch_status::ok) return {found, 0};
    const detail::sale s = detail::sale_of_units(supply, reserve);
    const detail::scratch memory(work, bids.size());
    return rule == misfit::stop ? detail::clear_to_bar<true>(bids, s, memory, out)
                                : detail::clear_skipping(bids, s, memory, out);
}

/// Returns `unknown_agent` if a slot is not below `capacity`, otherwise `duplicate_slot` if two bids have one slot, otherwise `ok`;
/// `workspace_too_small` if `seen` has not a bit per slot. Bids of 0 units count too. An owner that wins with two bids pays less than it
/// should, so ask this where bids come in; clearing doesn't. O(N + capacity / 64).
inline batch_status check_slots(view<bid const> bids, std::size_t capacity, view<std::uint64_t> seen) noexcept {
    if (seen.size() < capacity / 64 + (capacity % 64 != 0)) return batch_status::workspace_too_small;
    for (std::uint64_t& word : seen) word = 0;
    bool twice = false;
    for (bid const& b : bids) {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= capacity) return batch_status::unknown_agent;
        const std::uint64_t bit = std::uint64_t{1} << slot % 64;
        twice = twice || (seen[slot / 64] & bit) != 0;
        seen[slot / 64] |= bit;
    }
    return twice ? batch_status::duplicate_slot : batch_status::ok;
}

}  // namespace maxwell::gpu
