// SPDX-License-Identifier: MIT
//
// The kernels of a sale of units that goes on after a misfit, behind those of batch_kernels.cuh. Used by gpu/batch_auction.cuh.
//
//     ... settle                    the bar: the first misfit in rank order. All bids above it win
//     count_rest, refine x 2,       the same search for items: the bid that is max_front ranks behind the bar. Between the
//     count_tiles, settle           two lies the front
//     collect_front, run_front      the front in rank order, and one thread's sale among it
//     price_winners                 each winner's runner-up, looked for in the front, and the winners of each tile
//     place_awards, write_priced    where each tile's awards begin; the awards, in order of arrival
//
// How long a front has to be. Let u be the least units of a bid, and L the units that are left at the bar. A front that ends with the
// (L / u + 1)th bid for u units, counted from the bar on, decides the sale and all prices:
//
//   1. While the sale is open, u units are left at least, so each bid for u is served. After L / u of them fewer are left: it is over.
//   2. A winner's price is looked for from the next misfit on, at which l units are left, among the bids that fit in the winner's place, until
//      these have used up more than l. As long as they haven't, a bid for u fits, so l / u + 1 of those are enough. The c bids for u between
//      the bar and that misfit were all served, so l <= L - c u, and c + l / u + 1 <= L / u + 1.
//
// With bids of one size L < u, and the front is the bar alone. L is less than the bar's units, so without sizes beyond U it has U / u bids for
// u at most. Where bids for u are rare there is no bound below N: of 3 units a bid for 2 leaves one, and a thousand bids for 2 can stand before the
// bid for 1 that takes it. The front here is max_front bids or all that are left. If that is too short, the run notices it: the
// sale, or the search for a price, gets to the end of the front while there are bids behind. The result is then front_too_long, and no award
// is written: clear that batch on the CPU.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_kernels.cuh>
#include <maxwell/gpu/detail/batch_rules.hpp>
#include <maxwell/gpu/detail/block.cuh>

#include <cuda_runtime.h>

#include <cstddef>  // size_t
#include <cstdint>  // uint16_t, uint32_t

namespace maxwell::gpu::detail {

inline constexpr std::uint32_t max_front = 4096;
inline constexpr std::uint16_t front_cell =
    0xE000;  ///< and up: the cell of a bid that won in the front, by its position there
inline constexpr std::uint16_t won_cell = 0xFFFE;  ///< of a winner that has its price
static_assert(first_digit::count <= front_cell && front_cell + max_front <= won_cell);

/// All zero before the first kernel.
struct front_state {
    std::uint32_t size;
    std::uint32_t too_short;
    wide winners;
    batch_result unused;  ///< of the searches for the front's ends
};

/// A bid of the front. The last two are of a winner.
struct front_bid {
    order_key key;
    std::uint32_t units;
    std::uint32_t misfit;  ///< the position of the next one
    wide left;             ///< units, at that misfit
};

/// Finds the cell of the first bid behind the front, by the cells that file_bids left.
template <class Cell>
__global__ void count_rest(Cell const* cells, std::size_t n, batch_state const* first, batch_state* second) {
    __shared__ std::uint32_t counts[first_digit::count];
    __shared__ wide scan[file_threads];
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) counts[d] = 0;
    __syncthreads();
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        if (cells[i] != no_cell) add_shared<false>(counts, cells[i], 1);
    }
    __syncthreads();
    for (std::uint32_t d = threadIdx.x; d < first_digit::count; d += blockDim.x) {
        if (counts[d] != 0) atomicAdd(&second->sums[0][d], static_cast<wide>(counts[d]));
    }
    if (!is_last_block(&second->finished[0])) return;
    conclude_cells(second, first->winners + max_front, ~first->max_complement, first->max_amount, scan);
}

/// Lists the bids from the bar to the front's end, in no order.
template <class Cell>
__global__ void collect_front(bid const* bids, std::size_t n, Cell const* cells, batch_state const* first,
                              batch_state const* second, front_state* state, front_bid* front) {
    if (first->reaches_all != 0) return;
    const std::uint32_t lowest = second->reaches_all != 0 ? 0 : second->cell;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        if (cells[i] > first->cell || cells[i] < lowest) continue;  // no_cell is above
        const order_key key = key_of(bids[i].amount, static_cast<std::uint32_t>(i));
        if (key > first->bar || key <= second->bar) continue;
        const std::uint32_t at = atomicAdd(&state->size, 1u);
        if (at < max_front) front[at].key = key;
    }
}

/// Sorts keys, a power of two of them, from the greatest down, by a whole block: Batcher's bitonic network.
__device__ inline void block_sort(order_key* keys, std::uint32_t size) {
    for (std::uint32_t run = 2; run <= size; run *= 2) {
        for (std::uint32_t apart = run / 2; apart != 0; apart /= 2) {
            __syncthreads();
            for (std::uint32_t t = threadIdx.x; t < size / 2; t += blockDim.x) {
                const std::uint32_t i = 2 * t - (t & (apart - 1));
                const order_key a = keys[i];
                const order_key b = keys[i + apart];
                const bool falls = (i & run) == 0;
                if ((a < b) == falls) {
                    keys[i] = b;
                    keys[i + apart] = a;
                }
            }
        }
    }
    __syncthreads();
}

/// One block. Puts the front in rank order, and sells to it what was left at the bar.
template <class Cell>
__global__ void run_front(bid const* bids, batch_state const* first, batch_state const* second, front_state* state,
                          front_bid* front, Cell* cells) {
    __shared__ order_key keys[max_front];
    const std::uint32_t size = state->size < max_front ? state->size : max_front;
    std::uint32_t padded = 1;
    while (padded < size) padded *= 2;
    for (std::uint32_t i = threadIdx.x; i < padded; i += blockDim.x) keys[i] = i < size ? front[i].key : no_key;
    block_sort(keys, padded);
    for (std::uint32_t i = threadIdx.x; i < size; i += blockDim.x) {
        const order_key key = keys[i];
        const std::uint32_t units = bids[index_of(key)].units;
        front[i] = {key, units, 0, 0};
        keys[i] = units;
    }
    __syncthreads();
    if (threadIdx.x != 0) return;

    const std::uint32_t least = ~first->max_units_complement;
    wide left = first->left_at_bar;
    std::uint32_t priced = 0;
    for (std::uint32_t i = 0; i <= size; ++i) {
        if (i < size && keys[i] <= left) {
            left -= keys[i];
            cells[index_of(front[i].key)] = static_cast<std::uint16_t>(front_cell + i);
            continue;
        }
        if (i == size && second->reaches_all == 0) state->too_short = 1;
        for (; priced < i; ++priced) {  // misfits too: nobody asks for theirs
            front[priced].misfit = i;
            front[priced].left = left;
        }
        if (left < least) break;
    }
}

/// The runner-up of a winner of `units`, behind the misfit at `from` that found `left`; sets `too_short` where bids behind the front may have a say.
__device__ inline order_key rival_in_front(front_bid const* front, std::uint32_t size, std::uint32_t from, wide left,
                                           std::uint32_t units, bool ends, bool* too_short) {
    wide rest = left + units;  // of a sale without this winner
    for (std::uint32_t j = from; j < size; ++j) {
        if (front[j].units > rest) continue;
        rest -= front[j].units;
        if (rest < units) return front[j].key;
    }
    *too_short = *too_short || !ends;
    return no_key;
}

/// The payment of each winner, and the number of winners of each tile.
template <class Cell>
__global__ void price_winners(bid const* bids, std::size_t n, price reserve, batch_state const* first,
                              batch_state const* second, front_state* state, front_bid const* front, Cell* cells,
                              tile_sums* tiles, price* payments) {
    __shared__ std::uint32_t scan[tile_threads];
    const own_bids own = own_bids_of(blockIdx.x, n);
    const bool ends = second->reaches_all != 0;
    bool too_short = false;
    std::uint32_t count = 0;
    std::uint32_t known_units = 0;  // of the last winner above the bar: neighbours often want the same
    order_key known = no_key;
    for (std::size_t i = own.begin; i < own.end; ++i) {
        const bid b = bids[i];
        const Cell cell = cells[i];
        const order_key key = key_of(b.amount, static_cast<std::uint32_t>(i));
        cells[i] = no_cell;
        order_key rival = no_key;
        if (cell >= front_cell && cell < front_cell + max_front) {
            front_bid const& f = front[cell - front_cell];
            rival = rival_in_front(front, state->size, f.misfit, f.left, b.units, ends, &too_short);
        } else {
            const standing place = standing_of(b, cell, *first);
            if (place == standing::loses || (place == standing::tied && key <= first->bar)) continue;
            if (known_units != b.units)
                known = rival_in_front(front, state->size, 0, first->left_at_bar, b.units, ends, &too_short);
            known_units = b.units;
            rival = known;
        }
        cells[i] = won_cell;
        payments[i] = payment_above(key, rival, reserve);
        ++count;
    }
    if (too_short) atomicOr(&state->too_short, 1u);
    const std::uint32_t all = block_scan(count, scan);
    if (threadIdx.x + 1 == blockDim.x) tiles[blockIdx.x] = {0, all, 0, 0};
}

/// One block: where each tile's awards begin, and the result.
template <class Result>
__global__ void place_awards(std::size_t n, std::size_t room, front_state* state, tile_sums* tiles, Result* result) {
    __shared__ wide scan[settle_threads];
    const wide winners = block_place(
        tiles_of(n), scan, [&](std::size_t tile) { return wide{tiles[tile].above}; },
        [&](std::size_t tile, wide first) { tiles[tile].first = first; });
    if (threadIdx.x != 0) return;
    const batch_status outcome = state->too_short != 0 ? batch_status::front_too_long
                                 : winners > room      ? batch_status::output_too_small
                                                       : batch_status::ok;
    state->winners = outcome == batch_status::ok ? winners : 0;
    *result = {outcome, static_cast<std::size_t>(state->winners)};
}

template <class Award>
__global__ void write_priced(bid const* bids, std::size_t n, front_state const* state, std::uint16_t const* cells,
                             tile_sums const* tiles, price const* payments, Award* out) {
    __shared__ std::uint32_t scan[tile_threads];
    if (state->winners == 0) return;
    const own_bids own = own_bids_of(blockIdx.x, n);
    std::uint32_t count = 0;
    for (std::size_t i = own.begin; i < own.end; ++i) count += cells[i] == won_cell ? 1 : 0;
    Award* next = out + tiles[blockIdx.x].first + block_scan(count, scan) - count;
    for (std::size_t i = own.begin; i < own.end; ++i) {
        if (cells[i] == won_cell) *next++ = {bids[i], payments[i]};
    }
}

}  // namespace maxwell::gpu::detail
