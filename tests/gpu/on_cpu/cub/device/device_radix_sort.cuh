// SPDX-License-Identifier: MIT
//
// The sort that bench/gpu/batch_bench.cu compares with, on the CPU.

#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <functional>

namespace cub {

struct DeviceRadixSort {
    template <class Key>
    static cudaError_t SortKeysDescending(void* work, std::size_t& bytes, Key const* in, Key* out, int count, int = 0,
                                          int = 64, cudaStream_t = nullptr) {
        bytes = 1;
        if (work != nullptr) std::partial_sort_copy(in, in + count, out, out + count, std::greater<>());
        return cudaSuccess;
    }
};

}  // namespace cub
