// SPDX-License-Identifier: MIT
//
// A batch auction on the GPU: the awards of batch_auction.hpp bit for bit, for bids that are already there.
//
//     host     clear_units(bids, n, k, reserve, work, out, room, result, stream)  ──▶ launches, returns at once
//     stream   memset ▶ file_bids ▶ refine ▶ refine ▶ count_tiles ▶ settle ▶ write_awards ▶ `result` and `out` are written
//
// Bids, workspace, awards and the result lie in device memory, or in mapped host memory. Everything happens in one stream. Nothing is allocated and
// nothing waits, so a call can be captured into a CUDA graph: sizes, pointers, supply and reserve are then those of the capture, bids are read
// afresh at each launch.
//
// What the host can see, as a workspace that is too small, a call returns, and launches nothing. What only the device sees stands in `result` when
// the stream gets there: output_too_small if there were more winners than room, and no award is written then.
//
// misfit::skip goes on behind the first misfit, among the next 4,096 bids in rank order. `result` says front_too_long if bids behind these have a say
// too; with bids of one size, and with the least size not rare, they never have (skip_kernels.cuh has the proof). Clear such a batch on the CPU.
//
//     operation               device memory read                     launches
//     clear_units             16 N + some 8 N bytes                  a memset, 6 kernels
//     clear_capacity (stop)   the same                               the same
//     clear_capacity (skip)   some 60 N bytes                        2 memsets, 15 kernels
//     check_slots             16 N, and a bit per slot               2 memsets, 1 kernel
//     price_histogram         16 N                                   1 kernel
//     workspace               2 N + 24 N / 2,048 + 96 KB; skip: 6 N + 24 N / 2,048 + 288 KB
//
// Compile with nvcc -std=c++20 --expt-relaxed-constexpr, for sm_80 or later.

#pragma once

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/gpu/batch_status.hpp>
#include <maxwell/gpu/detail/batch_kernels.cuh>
#include <maxwell/gpu/detail/batch_rules.hpp>
#include <maxwell/gpu/detail/skip_kernels.cuh>

#include <cuda_runtime.h>

#include <cstddef>  // byte, size_t
#include <cstdint>  // uint16_t, uint32_t, uint64_t, uintptr_t

namespace maxwell::gpu {

/// What a call on the host returns.
struct batch_launch {
    batch_status outcome;
    cudaError_t error = cudaSuccess;  ///< with device_error: what CUDA returned
};

/// Memory of the device, as the kernels see it.
struct device_memory {
    void* data;
    std::size_t bytes;
};

namespace detail {

inline constexpr std::size_t device_alignment = 8;

constexpr std::size_t rounded_up(std::size_t bytes) {
    return (bytes + device_alignment - 1) / device_alignment * device_alignment;
}

/// What misfit::skip needs beside a batch_state, in front of it.
struct skip_state {
    batch_state rest;
    front_state front;
    front_bid bids[max_front];  ///< not zeroed
};

struct device_scratch {
    batch_state* state;
    std::uint16_t* cells;
    tile_sums* tiles;
};

inline device_scratch cut(void* work, std::size_t n) {
    auto* const bytes = static_cast<std::byte*>(work);
    std::byte* const tiles = bytes + sizeof(batch_state);
    return {static_cast<batch_state*>(work), reinterpret_cast<std::uint16_t*>(tiles + sizeof(tile_sums) * tiles_of(n)),
            reinterpret_cast<tile_sums*>(tiles)};
}

/// Launches kernels one after the other until CUDA refuses one.
class launcher {
public:
    explicit launcher(cudaStream_t stream) : stream_(stream) {}

    void zero(void* at, std::size_t bytes) {
        if (error_ == cudaSuccess && bytes != 0) error_ = cudaMemsetAsync(at, 0, bytes, stream_);
    }

    template <class... Parameters, class... Arguments>
    void run(std::uint32_t blocks, std::uint32_t threads, void (*kernel)(Parameters...), Arguments... arguments) {
        if (error_ != cudaSuccess) return;
        cudaLaunchConfig_t config{};
        config.gridDim = dim3(blocks);
        config.blockDim = dim3(threads);
        config.stream = stream_;
        error_ = cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...);
    }

    batch_launch outcome() const {
        return {error_ == cudaSuccess ? batch_status::ok : batch_status::device_error, error_};
    }

private:
    cudaStream_t stream_;
    cudaError_t error_ = cudaSuccess;
};

constexpr std::uint32_t file_blocks(std::size_t n) {
    const std::size_t needed = (n + file_threads - 1) / file_threads;
    return needed == 0 ? 1 : needed < max_file_blocks ? static_cast<std::uint32_t>(needed) : max_file_blocks;
}

inline batch_status check_device_memory(std::size_t n, device_memory work, std::size_t needed) {
    if (n >= max_batch) return batch_status::too_many_bids;
    if (work.data == nullptr || work.bytes < needed) return batch_status::workspace_too_small;
    const bool aligned = reinterpret_cast<std::uintptr_t>(work.data) % device_alignment == 0;
    return aligned ? batch_status::ok : batch_status::workspace_misaligned;
}

}  // namespace detail

/// Bytes of device memory, at a multiple of 8, that a clearing of `bids` bids works in. More for clear_capacity with misfit::skip.
constexpr std::size_t device_workspace_bytes(std::size_t bids, misfit rule = misfit::stop) {
    const std::size_t common = sizeof(detail::batch_state) + sizeof(detail::tile_sums) * detail::tiles_of(bids) +
                               detail::rounded_up(sizeof(std::uint16_t) * bids);
    return rule == misfit::stop ? common : common + sizeof(detail::skip_state) + sizeof(price) * bids;
}

namespace detail {

template <bool ByUnits>
batch_launch launch_clearing(bid const* bids, std::size_t n, sale const& s, device_memory work, award* out,
                             std::size_t room, batch_result* result, cudaStream_t stream) {
    const batch_status found = check_device_memory(n, work, device_workspace_bytes(n));
    if (found != batch_status::ok) return {found};
    if (result == nullptr) return {batch_status::output_too_small};
    const device_scratch at = cut(work.data, n);
    const std::uint32_t blocks = file_blocks(n);
    launcher with(stream);
    with.zero(at.state, sizeof(batch_state));
    with.run(blocks, file_threads, file_bids<ByUnits>, bids, n, s, at.state, at.cells);
    with.run(blocks, file_threads, refine<ByUnits>, bids, n, later_digit_bits, 1u, at.state, at.cells);
    with.run(blocks, file_threads, refine<ByUnits>, bids, n, 0u, 2u, at.state, at.cells);
    if (n != 0) with.run(tiles_of(n), tile_threads, count_tiles<ByUnits>, bids, n, at.state, at.cells, at.tiles);
    with.run(1, settle_threads, settle<ByUnits>, bids, n, room, at.state, at.cells, at.tiles, result);
    if (n != 0)
        with.run(tiles_of(n), tile_threads, write_awards<award>, bids, n, s.reserve, at.state, at.cells, at.tiles, out);
    return with.outcome();
}

/// A sale of units under misfit::skip: to the bar, to the front's end, and through the front (skip_kernels.cuh).
inline batch_launch launch_skipping(bid const* bids, std::size_t n, sale const& s, device_memory work, award* out,
                                    std::size_t room, batch_result* result, cudaStream_t stream) {
    const batch_status found = check_device_memory(n, work, device_workspace_bytes(n, misfit::skip));
    if (found != batch_status::ok) return {found};
    if (result == nullptr) return {batch_status::output_too_small};
    auto* const skip = static_cast<skip_state*>(work.data);
    const device_scratch at = cut(skip + 1, n);
    auto* const payments = reinterpret_cast<price*>(at.cells + rounded_up(sizeof(std::uint16_t) * n) / 2);
    batch_state* const first = at.state;
    batch_state* const second = &skip->rest;
    front_state* const front = &skip->front;
    constexpr std::size_t all = ~std::size_t{0};
    const std::uint32_t blocks = file_blocks(n);
    const std::uint32_t tiles = tiles_of(n);
    launcher with(stream);
    with.zero(second, sizeof(batch_state) + sizeof(front_state));
    with.zero(first, sizeof(batch_state));
    with.run(blocks, file_threads, file_bids<true>, bids, n, s, first, at.cells);
    with.run(blocks, file_threads, refine<true>, bids, n, later_digit_bits, 1u, first, at.cells);
    with.run(blocks, file_threads, refine<true>, bids, n, 0u, 2u, first, at.cells);
    if (n != 0) with.run(tiles, tile_threads, count_tiles<true>, bids, n, first, at.cells, at.tiles);
    with.run(1, settle_threads, settle<true>, bids, n, all, first, at.cells, at.tiles, &front->unused);
    with.run(blocks, file_threads, count_rest<std::uint16_t>, at.cells, n, first, second);
    with.run(blocks, file_threads, refine<false>, bids, n, later_digit_bits, 1u, second, at.cells);
    with.run(blocks, file_threads, refine<false>, bids, n, 0u, 2u, second, at.cells);
    if (n != 0) with.run(tiles, tile_threads, count_tiles<false>, bids, n, second, at.cells, at.tiles);
    with.run(1, settle_threads, settle<false>, bids, n, all, second, at.cells, at.tiles, &front->unused);
    with.run(blocks, file_threads, collect_front<std::uint16_t>, bids, n, at.cells, first, second, front, skip->bids);
    with.run(1, settle_threads, run_front<std::uint16_t>, bids, first, second, front, skip->bids, at.cells);
    if (n != 0)
        with.run(tiles, tile_threads, price_winners<std::uint16_t>, bids, n, s.reserve, first, second, front,
                 skip->bids, at.cells, at.tiles, payments);
    with.run(1, settle_threads, place_awards<batch_result>, n, room, front, at.tiles, result);
    if (n != 0) with.run(tiles, tile_threads, write_priced<award>, bids, n, front, at.cells, at.tiles, payments, out);
    return with.outcome();
}

}  // namespace detail

/// clear_units of batch_auction.hpp, in `stream`. `out` has room for `room` awards; the lesser of k and n always suffices.
inline batch_launch clear_units(bid const* bids, std::size_t n, std::uint64_t k, price reserve, device_memory work,
                                award* out, std::size_t room, batch_result* result, cudaStream_t stream) {
    return detail::launch_clearing<false>(bids, n, detail::sale_of_items(k, reserve), work, out, room, result, stream);
}

/// clear_capacity of batch_auction.hpp, in `stream`. `work` has device_workspace_bytes(n, rule). With misfit::skip the outcome in `result` can be
/// `front_too_long`.
inline batch_launch clear_capacity(bid const* bids, std::size_t n, std::uint64_t supply, price reserve, misfit rule,
                                   device_memory work, award* out, std::size_t room, batch_result* result,
                                   cudaStream_t stream) {
    const detail::sale s = detail::sale_of_units(supply, reserve);
    return rule == misfit::stop ? detail::launch_clearing<true>(bids, n, s, work, out, room, result, stream)
                                : detail::launch_skipping(bids, n, s, work, out, room, result, stream);
}

/// check_slots of batch_auction.hpp, in `stream`: `result` gets its status. `seen` has a bit per slot, in whole words of 32 bits, at a multiple of 4;
/// `work` the bytes of a clearing of no bids.
inline batch_launch check_slots(bid const* bids, std::size_t n, std::size_t capacity, device_memory seen,
                                device_memory work, batch_result* result, cudaStream_t stream) {
    const std::size_t bytes = (capacity + 31) / 32 * 4;
    const batch_status found = detail::check_device_memory(n, work, device_workspace_bytes(0));
    if (found != batch_status::ok) return {found};
    if (seen.bytes < bytes || (seen.data == nullptr && bytes != 0)) return {batch_status::workspace_too_small};
    if (reinterpret_cast<std::uintptr_t>(seen.data) % alignof(std::uint32_t) != 0)
        return {batch_status::workspace_misaligned};
    if (result == nullptr) return {batch_status::output_too_small};
    detail::launcher with(stream);
    auto* const state = static_cast<detail::batch_state*>(work.data);
    with.zero(state, sizeof(detail::batch_state));
    with.zero(seen.data, bytes);
    with.run(detail::file_blocks(n), detail::file_threads, detail::mark_slots<std::uint32_t>, bids, n, capacity,
             static_cast<std::uint32_t*>(seen.data), state, result);
    return with.outcome();
}

/// Adds the units of `n` bids to `sums`, which has an entry for each cell of log_linear<7>: a histogram of demand by price. Several streams may add
/// to the same one. The caller has cleared it.
inline batch_launch price_histogram(bid const* bids, std::size_t n, unsigned long long* sums, cudaStream_t stream) {
    detail::launcher with(stream);
    with.run(detail::file_blocks(n), detail::file_threads, detail::add_units<unsigned long long>, bids, n, sums);
    return with.outcome();
}

}  // namespace maxwell::gpu
