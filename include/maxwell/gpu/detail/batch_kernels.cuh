// SPDX-License-Identifier: MIT
//
// The kernels of a batch auction, in the order of their launches. Used by gpu/batch_auction.cuh.
//
//     file_bids     reads every bid once: its cell in 2 bytes, sums of weights by cell ─▶ the cell that holds the bar
//     refine x 2    sums by the next 12 bits, over the bids of that cell alone         ─▶ the bar's amount
//     count_tiles   winners and ties in each tile of 2,048 bids
//     settle        one block: the bar among the ties, and where each tile's awards begin
//     write_awards  the winners, in order of arrival
//
// Each bid is read once in full; later kernels read its cell, and of the bids in the bar's cell the amount. So bids may lie in
// mapped host memory. Sums are collected by atomics in the block's shared memory and merged once; the last block to finish draws the conclusion.
// Sums are of integers, so their order doesn't matter, and awards are the same in every run.
//
// Kernels are written for any number of threads in a block, one included. So the tests run them on the CPU (tests/gpu/cuda_runtime.h).

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_rules.hpp>
#include <maxwell/gpu/detail/block.cuh>

#include <cuda_runtime.h>

#include <cstddef>  // size_t
#include <cstdint>  // uint16_t, uint32_t

namespace maxwell::gpu::detail {

inline constexpr std::uint32_t file_threads = 512;
inline constexpr std::uint32_t max_file_blocks = 264;  // two for each of an H100's 132 multiprocessors
inline constexpr std::uint32_t tile_threads = 256;
inline constexpr std::uint32_t tile_bids = 2048;
inline constexpr std::uint32_t settle_threads = 1024;
inline constexpr std::uint16_t no_cell = 0xFFFF;  ///< of a bid that takes no part

/// What the kernels leave each other. All zero before the first.
struct batch_state {
    wide sums[3][most_digits];  ///< by cell, by the 12 bits below, by the last 12 bits
    std::uint32_t finished[3];  ///< blocks of a kernel
    price max_amount;
    price max_complement;  ///< of the amounts: the least amount's
    std::uint32_t max_units_complement;
    bracket range;       ///< that holds the bar; in the end of one amount
    std::uint32_t cell;  ///< that holds the bar
    std::uint32_t reaches_all;
    order_key bar;
    wide left_at_bar;         ///< weight; less than the bar's
    wide winners;             ///< above the bar
    std::uint32_t bad_slots;  ///< of check_slots: 1 a duplicate, 2 an unknown one
};

/// A tile's part of the sale.
struct tile_sums {
    wide tied_weight;
    std::uint32_t above;
    std::uint32_t tied;
    wide first;  ///< where its awards begin
};

constexpr std::uint32_t tiles_of(std::size_t bids) {
    return static_cast<std::uint32_t>((bids + tile_bids - 1) / tile_bids);
}

template <bool ByUnits>
struct counter_of {
    using type = std::uint32_t;
};
template <>
struct counter_of<true> {
    using type = wide;
};

/// Finds the cell with the bar, by the last block. `low` and `high` are the least and the greatest amount.
__device__ inline void conclude_cells(batch_state* state, wide supply, price low, price high, wide* scan) {
    __shared__ crossing at;
    const bool crossed = block_crossing(state->sums[0], first_digit::count, supply, scan, &at);
    if (threadIdx.x != 0) return;
    if (!crossed) {
        state->reaches_all = 1;
        return;
    }
    state->cell = at.digit;
    state->range = bracket_of_cell(at);
    if (low == high) state->range = {low, 0, at.left};  // all amounts are equal: nothing to refine
}

template <bool ByUnits>
__global__ void file_bids(bid const* bids, std::size_t n, sale s, batch_state* state, std::uint16_t* cells) {
    using counter = typename counter_of<ByUnits>::type;
    __shared__ counter counts[first_digit::count];
    __shared__ wide scan[file_threads];
    __shared__ price extremes[3];
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) counts[d] = 0;
    if (threadIdx.x == 0) {
        extremes[0] = 0;
        extremes[1] = 0;
        extremes[2] = 0;
    }
    __syncthreads();

    price most = 0;
    price most_complement = 0;
    std::uint32_t most_units_complement = 0;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        const bid b = bids[i];
        std::uint16_t cell = no_cell;
        if (takes_part(s, b)) {
            cell = static_cast<std::uint16_t>(first_digit::index(b.amount));
            add_shared<ByUnits>(counts, cell, ByUnits ? b.units : 1);
            most = b.amount > most ? b.amount : most;
            most_complement = ~b.amount > most_complement ? ~b.amount : most_complement;
            most_units_complement = ~b.units > most_units_complement ? ~b.units : most_units_complement;
        }
        cells[i] = cell;
    }
    store_max(&extremes[0], most);
    store_max(&extremes[1], most_complement);
    if constexpr (ByUnits) store_max(&extremes[2], most_units_complement);
    __syncthreads();
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) {
        if (counts[d] != 0) atomicAdd(&state->sums[0][d], static_cast<wide>(counts[d]));
    }
    if (threadIdx.x == 0) {
        atomicMax(&state->max_amount, extremes[0]);
        atomicMax(&state->max_complement, extremes[1]);
        if constexpr (ByUnits) atomicMax(&state->max_units_complement, extremes[2]);
    }
    if (!is_last_block(&state->finished[0])) return;

    const price low = ~*static_cast<price volatile*>(&state->max_complement);
    conclude_cells(state, s.supply, low, *static_cast<price volatile*>(&state->max_amount), scan);
}

/// Narrows the range by the digit that is `shift` bits from the end, and is the `pass`th.
template <bool ByUnits>
__global__ void refine(bid const* bids, std::size_t n, std::uint32_t shift, std::uint32_t pass, batch_state* state,
                       std::uint16_t const* cells) {
    using counter = typename counter_of<ByUnits>::type;
    __shared__ counter counts[later_digits];
    __shared__ wide scan[file_threads];
    const bracket range = state->range;
    if (state->reaches_all != 0 || range.span >> shift == 0) return;
    const std::uint32_t digits = (range.span >> shift) + 1;
    for (std::uint32_t d = threadIdx.x; d < digits; d += blockDim.x) counts[d] = 0;
    __syncthreads();

    const std::uint32_t cell = state->cell;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        if (cells[i] != cell) continue;
        const price amount = bids[i].amount;
        if (within(range, amount))
            add_shared<ByUnits>(counts, later_digit(range, amount, shift), ByUnits ? bids[i].units : 1);
    }
    __syncthreads();
    for (std::uint32_t d = threadIdx.x; d < digits; d += blockDim.x) {
        if (counts[d] != 0) atomicAdd(&state->sums[pass][d], static_cast<wide>(counts[d]));
    }
    if (!is_last_block(&state->finished[pass])) return;

    __shared__ crossing at;
    block_crossing(state->sums[pass], digits, range.left, scan, &at);
    if (threadIdx.x == 0) state->range = narrowed(range, at, shift);
}

enum class standing : std::uint8_t { loses, wins, tied };

/// Where a bid stands once the bar's amount is known.
__device__ inline standing standing_of(bid const& b, std::uint16_t cell, batch_state const& state) {
    if (cell == no_cell) return standing::loses;
    if (state.reaches_all != 0 || cell > state.cell) return standing::wins;
    if (cell < state.cell || b.amount < state.range.low) return standing::loses;
    return b.amount == state.range.low ? standing::tied : standing::wins;
}

/// The bids of a tile that are this thread's: neighbours, so that threads are in order of arrival too.
struct own_bids {
    std::size_t begin;
    std::size_t end;
};
__device__ inline own_bids own_bids_of(std::size_t tile, std::size_t n) {
    const std::size_t per_thread = (tile_bids + blockDim.x - 1) / blockDim.x;
    const std::size_t tile_end = (tile + 1) * tile_bids < n ? (tile + 1) * tile_bids : n;
    const std::size_t begin = tile * tile_bids + threadIdx.x * per_thread;
    return {begin < tile_end ? begin : tile_end, begin + per_thread < tile_end ? begin + per_thread : tile_end};
}

template <bool ByUnits>
__global__ void count_tiles(bid const* bids, std::size_t n, batch_state const* state, std::uint16_t const* cells,
                            tile_sums* tiles) {
    __shared__ wide scan[tile_threads];
    const own_bids own = own_bids_of(blockIdx.x, n);
    wide counts = 0;  // above in the high half, tied in the low half
    wide weight = 0;
    for (std::size_t i = own.begin; i < own.end; ++i) {
        const standing place = standing_of(bids[i], cells[i], *state);
        if (place == standing::wins) counts += wide{1} << 32;
        if (place != standing::tied) continue;
        counts += 1;
        weight += ByUnits ? bids[i].units : 1;
    }
    const wide all = block_scan(counts, scan);
    const wide all_weight = block_scan(weight, scan);
    if (threadIdx.x + 1 == blockDim.x)
        tiles[blockIdx.x] = {all_weight, static_cast<std::uint32_t>(all >> 32), static_cast<std::uint32_t>(all), 0};
}

/// One block. Finds the bar: the first tie, in order of arrival, that the supply left for ties doesn't reach.
template <bool ByUnits>
__global__ void settle(bid const* bids, std::size_t n, std::size_t room, batch_state* state, std::uint16_t const* cells,
                       tile_sums* tiles, batch_result* result) {
    __shared__ wide scan[settle_threads];
    __shared__ std::size_t cut;  // the tile with the bar
    __shared__ wide cut_weight;  // of the ties before it
    __shared__ std::uint32_t cut_won;
    const std::size_t count = tiles_of(n);
    const std::size_t rounds = (count + blockDim.x - 1) / blockDim.x;
    if (threadIdx.x == 0) {
        cut = count;
        cut_won = 0;
    }

    if (state->reaches_all == 0) {
        const wide left = state->range.left;
        wide before = 0;
        for (std::size_t round = 0; round < rounds; ++round) {
            const std::size_t tile = round * blockDim.x + threadIdx.x;
            const wide own = tile < count ? tiles[tile].tied_weight : 0;
            const wide upto = before + block_scan(own, scan);
            if (upto - own <= left && left < upto) {
                cut = tile;
                cut_weight = upto - own;
            }
            before += scan[blockDim.x - 1];
        }
        __syncthreads();
        const own_bids own = own_bids_of(cut, n);
        wide weight = 0;
        for (std::size_t i = own.begin; i < own.end; ++i) {
            if (standing_of(bids[i], cells[i], *state) == standing::tied) weight += ByUnits ? bids[i].units : 1;
        }
        const wide upto = cut_weight + block_scan(weight, scan);
        wide used = upto - weight;
        std::uint32_t won = 0;
        bool open = used <= left;  // the ties before this thread's fit
        for (std::size_t i = own.begin; open && i < own.end; ++i) {
            if (standing_of(bids[i], cells[i], *state) != standing::tied) continue;
            const std::uint32_t wanted = ByUnits ? bids[i].units : 1;
            open = used + wanted <= left;
            if (open) {
                used += wanted;
                ++won;
            } else {
                state->bar = key_of(state->range.low, static_cast<std::uint32_t>(i));
                state->left_at_bar = left - used;
            }
        }
        if (won != 0) atomicAdd(&cut_won, won);
    }
    __syncthreads();

    const wide first = block_place(
        count, scan,
        [&](std::size_t tile) {
            return wide{tiles[tile].above} + (tile < cut ? tiles[tile].tied : tile == cut ? cut_won : 0);
        },
        [&](std::size_t tile, wide begin) { tiles[tile].first = begin; });
    if (threadIdx.x != 0) return;
    const bool fits = first <= room;
    state->winners = fits ? first : 0;
    *result = {fits ? batch_status::ok : batch_status::output_too_small, static_cast<std::size_t>(state->winners)};
}

template <class Award>  // a kernel that is no template can't stand in a header
__global__ void write_awards(bid const* bids, std::size_t n, price reserve, batch_state const* state,
                             std::uint16_t const* cells, tile_sums const* tiles, Award* out) {
    __shared__ std::uint32_t scan[tile_threads];
    if (state->winners == 0) return;
    const own_bids own = own_bids_of(blockIdx.x, n);
    const auto wins = [&](std::size_t i) {
        const standing place = standing_of(bids[i], cells[i], *state);
        return place == standing::wins ||
               (place == standing::tied && key_of(bids[i].amount, static_cast<std::uint32_t>(i)) > state->bar);
    };
    std::uint32_t count = 0;
    for (std::size_t i = own.begin; i < own.end; ++i) count += wins(i) ? 1 : 0;
    Award* next = out + tiles[blockIdx.x].first + block_scan(count, scan) - count;
    for (std::size_t i = own.begin; i < own.end; ++i) {
        if (!wins(i)) continue;
        *next++ = {bids[i], payment_above(key_of(bids[i].amount, static_cast<std::uint32_t>(i)), state->bar, reserve)};
    }
}

/// Marks every bid's slot in a bitmap; the last block draws the conclusion.
template <class Word>
__global__ void mark_slots(bid const* bids, std::size_t n, std::size_t capacity, Word* seen, batch_state* state,
                           batch_result* result) {
    std::uint32_t bad = 0;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        const std::uint32_t slot = slot_of(bids[i].agent);
        if (slot >= capacity) {
            bad |= 2;
            continue;
        }
        const Word bit = Word{1} << slot % 32;
        if ((atomicOr(&seen[slot / 32], bit) & bit) != 0) bad |= 1;
    }
    if (bad != 0) atomicOr(&state->bad_slots, bad);
    if (!is_last_block(&state->finished[0]) || threadIdx.x != 0) return;
    const std::uint32_t all = *static_cast<std::uint32_t volatile*>(&state->bad_slots);
    *result = {(all & 2) != 0   ? batch_status::unknown_agent
               : (all & 1) != 0 ? batch_status::duplicate_slot
                                : batch_status::ok,
               0};
}

/// Adds the units of all bids to the sums of their cells.
template <class Sum>
__global__ void add_units(bid const* bids, std::size_t n, Sum* sums) {
    __shared__ Sum counts[first_digit::count];
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) counts[d] = 0;
    __syncthreads();
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step)
        atomicAdd(&counts[first_digit::index(bids[i].amount)], static_cast<Sum>(bids[i].units));
    __syncthreads();
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) {
        if (counts[d] != 0) atomicAdd(&sums[d], counts[d]);
    }
}

}  // namespace maxwell::gpu::detail
