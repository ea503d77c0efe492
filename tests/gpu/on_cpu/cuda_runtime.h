// SPDX-License-Identifier: MIT
//
// As much of the CUDA runtime as gpu/batch_auction.cuh uses, on the CPU: kernels run at their launch, one block after the other, each with
// real threads that meet at __syncthreads. So tests run the kernels where no GPU is, and a sanitizer sees their accesses.
//
// Shared memory is a static variable. A block has at most `max_threads` threads, whatever was asked for; with one there is no thread to start. What
// that leaves out: blocks at the same time, warps, and the device's memory model.

#pragma once

#include <algorithm>
#include <barrier>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <type_traits>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __shared__ static

struct dim3 {
    unsigned x;
    constexpr dim3() : x(1) {}
    explicit constexpr dim3(unsigned count) : x(count) {}
};
inline thread_local constinit dim3 threadIdx, blockIdx, blockDim, gridDim;

enum cudaError_t { cudaSuccess, cudaErrorInvalidValue, cudaErrorLaunchFailure };
using cudaStream_t = void*;
struct cudaLaunchConfig_t {
    dim3 gridDim, blockDim;
    std::size_t dynamicSmemBytes;
    cudaStream_t stream;
};

namespace on_cpu {

inline unsigned max_threads = 1;
inline int calls_until_failure = -1;  ///< calls of the runtime that still succeed; negative: all do
inline thread_local std::barrier<>* meeting = nullptr;

inline bool fails() { return calls_until_failure >= 0 && calls_until_failure-- == 0; }

template <class Work>
void run_block(unsigned block, unsigned blocks, unsigned threads, Work const& work) {
    std::barrier<> all(static_cast<std::ptrdiff_t>(threads));
    const auto run_thread = [&](unsigned t) {
        threadIdx = dim3(t);
        blockIdx = dim3(block);
        blockDim = dim3(threads);
        gridDim = dim3(blocks);
        meeting = &all;
        work();
        all.arrive_and_drop();  // a kernel may return while others of its block go on
    };
    std::vector<std::thread> others;
    for (unsigned t = 1; t < threads; ++t) others.emplace_back(run_thread, t);
    run_thread(0);
    for (std::thread& t : others) t.join();
}

}  // namespace on_cpu

inline void __syncthreads() {
    if (blockDim.x > 1) on_cpu::meeting->arrive_and_wait();
}
inline void __threadfence() {}  // blocks run one after the other

template <class T>
T atomicAdd(T* at, std::type_identity_t<T> value) {
    return __atomic_fetch_add(at, value, __ATOMIC_RELAXED);
}
template <class T>
T atomicOr(T* at, std::type_identity_t<T> value) {
    return __atomic_fetch_or(at, value, __ATOMIC_RELAXED);
}
template <class T>
T atomicMax(T* at, std::type_identity_t<T> value) {
    T before = __atomic_load_n(at, __ATOMIC_RELAXED);
    while (before < value &&
           !__atomic_compare_exchange_n(at, &before, value, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    return before;
}

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(cudaLaunchConfig_t const* config, void (*kernel)(Parameters...),
                               Arguments&&... arguments) {
    if (on_cpu::fails()) return cudaErrorLaunchFailure;
    const unsigned threads = std::min(config->blockDim.x, on_cpu::max_threads);
    for (unsigned block = 0; block < config->gridDim.x; ++block)
        on_cpu::run_block(block, config->gridDim.x, threads, [&] { kernel(arguments...); });
    return cudaSuccess;
}

inline cudaError_t cudaMemsetAsync(void* at, int value, std::size_t bytes, cudaStream_t) {
    if (on_cpu::fails()) return cudaErrorInvalidValue;
    std::memset(at, value, bytes);
    return cudaSuccess;
}

inline cudaError_t cudaMalloc(void** at, std::size_t bytes) {
    *at = std::malloc(bytes);
    return *at != nullptr ? cudaSuccess : cudaErrorInvalidValue;
}
inline cudaError_t cudaFree(void* at) {
    std::free(at);
    return cudaSuccess;
}

enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
inline cudaError_t cudaMemcpy(void* to, void const* from, std::size_t bytes, cudaMemcpyKind) {
    if (bytes != 0) std::memcpy(to, from, bytes);
    return cudaSuccess;
}
inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }

#include "cuda_graphs.h"
