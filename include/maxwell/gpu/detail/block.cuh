// SPDX-License-Identifier: MIT
//
// What the threads of a CUDA block do together. Used by gpu/detail/batch_kernels.cuh.
//
//     add_shared       a histogram's counter        block_scan       sums over the threads before
//     store_max        the greatest of the block    block_crossing   where a histogram uses up more than there is
//     is_last_block    the one that concludes                    block_place      sums over what is before, of any number
//
// All threads of a block make each call, but for add_shared. Any number of threads will do.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/gpu/detail/batch_rules.hpp>

#include <cuda_runtime.h>

#include <cstdint>  // uint32_t

namespace maxwell::gpu::detail {

using wide = unsigned long long;  // as CUDA's atomics spell 64 bits

/// Adds to a counter in shared memory. Lanes of a warp that count the same digit, as all do where amounts are equal, add once.
template <bool ByUnits, class Counter>
__device__ inline void add_shared(Counter* counters, std::uint32_t digit, std::uint32_t weight) {
#if defined(__CUDA_ARCH__)
    if constexpr (!ByUnits) {
        const unsigned active = __activemask();
        int same = 0;
        __match_all_sync(active, digit, &same);
        if (same != 0) {
            if (threadIdx.x % 32 == static_cast<unsigned>(__ffs(static_cast<int>(active)) - 1))
                atomicAdd(&counters[digit], static_cast<Counter>(__popc(active)));
            return;
        }
    }
#endif
    atomicAdd(&counters[digit], static_cast<Counter>(weight));
}

/// The greatest `value` of a block goes to `to`, by every thread of the block.
__device__ inline void store_max(price* to, price value) {
#if defined(__CUDA_ARCH__)
    value = __reduce_max_sync(0xFFFF'FFFFu, value);
    if (threadIdx.x % 32 != 0) return;
#endif
    atomicMax(to, value);
}

/// Sums over the threads of a block up to and including this one. `shared` has an entry for each; the last one is the total.
template <class T>
__device__ T block_scan(T value, T* shared) {
    const std::uint32_t t = threadIdx.x;
    __syncthreads();
    shared[t] = value;
    __syncthreads();
    for (std::uint32_t d = 1; d < blockDim.x; d *= 2) {
        const T before = t >= d ? shared[t - d] : 0;
        __syncthreads();
        shared[t] += before;
        __syncthreads();
    }
    return shared[t];
}

/// Calls `store(i, sum)` for each i below `count` with the sum of `value` over those before it; returns the sum of all. `shared` has an entry for
/// each thread.
template <class Value, class Store>
__device__ wide block_place(std::size_t count, wide* shared, Value value, Store store) {
    wide before = 0;
    for (std::size_t round = 0; round < count; round += blockDim.x) {
        const std::size_t i = round + threadIdx.x;
        const wide own = i < count ? value(i) : 0;
        const wide upto = before + block_scan(own, shared);
        if (i < count) store(i, upto - own);
        before += shared[blockDim.x - 1];
    }
    return before;
}

/// Is this the last block of the kernel to come here? What the others wrote before is visible to it.
__device__ inline bool is_last_block(std::uint32_t* finished) {
    __shared__ std::uint32_t before;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) before = atomicAdd(finished, 1u);
    __syncthreads();
    __threadfence();
    return before == gridDim.x - 1;
}

/// find_crossing by a whole block. Returns false if the supply reaches all. `shared` has an entry for each thread.
__device__ inline bool block_crossing(wide const* sums, std::uint32_t count, wide left, wide* shared, crossing* found) {
    wide const volatile* const fresh = sums;  // written by other blocks
    const std::uint32_t per_thread = (count + blockDim.x - 1) / blockDim.x;
    const std::uint32_t begin = threadIdx.x * per_thread;  // from the highest digit down
    const std::uint32_t end = begin + per_thread < count ? begin + per_thread : count;
    wide own = 0;
    for (std::uint32_t d = begin; d < end; ++d) own += fresh[count - 1 - d];
    const wide upto = block_scan(own, shared);
    wide before = upto - own;
    if (before <= left && left < upto) {
        for (std::uint32_t d = begin; d < end; ++d) {
            const wide here = fresh[count - 1 - d];
            if (before + here > left) {
                *found = {count - 1 - d, left - before};
                break;
            }
            before += here;
        }
    }
    const bool crossed = shared[blockDim.x - 1] > left;
    __syncthreads();
    return crossed;
}

}  // namespace maxwell::gpu::detail
