// SPDX-License-Identifier: MIT
//
// As much more of the CUDA runtime as the benchmark and the dual plane use: streams, events, graphs and pinned memory, on the CPU. Everything has happened
// when a call returns, so a captured graph has run once already, and a launch of it does nothing: times mean nothing.
//
// Included by cuda_runtime.h.

#pragma once

#include <chrono>
#include <cstdlib>
#include <cstring>

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};

namespace on_cpu {
inline int devices = 1;
}

inline cudaError_t cudaGetDeviceCount(int* count) {
    *count = on_cpu::devices;
    return cudaSuccess;
}
struct cudaDeviceProp {
    char name[64];
    int multiProcessorCount, l2CacheSize;
};
inline cudaError_t cudaGetDeviceProperties(cudaDeviceProp* of, int) {
    *of = {"none: kernels run on the CPU", 1, 0};
    return cudaSuccess;
}
inline cudaError_t cudaDriverGetVersion(int* version) {
    *version = 0;
    return cudaSuccess;
}
inline cudaError_t cudaRuntimeGetVersion(int* version) { return cudaDriverGetVersion(version); }
inline char const* cudaGetErrorString(cudaError_t) { return "an error of the runtime on the CPU"; }

inline cudaError_t cudaMallocHost(void** at, std::size_t bytes) { return cudaMalloc(at, bytes); }
inline cudaError_t cudaFreeHost(void* at) { return cudaFree(at); }
inline cudaError_t cudaMemcpyAsync(void* to, void const* from, std::size_t bytes, cudaMemcpyKind how, cudaStream_t) {
    return cudaMemcpy(to, from, bytes, how);
}

inline cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    *stream = nullptr;
    return cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }

using cudaEvent_t = std::chrono::steady_clock::time_point*;
inline cudaError_t cudaEventCreate(cudaEvent_t* event) {
    *event = new std::chrono::steady_clock::time_point;
    return cudaSuccess;
}
inline cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete event;
    return cudaSuccess;
}
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t) {
    *event = std::chrono::steady_clock::now();
    return cudaSuccess;
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t begin, cudaEvent_t end) {
    *ms = std::chrono::duration<float, std::milli>(*end - *begin).count();
    return cudaSuccess;
}

using cudaGraph_t = void*;
using cudaGraphExec_t = void*;
enum cudaStreamCaptureMode { cudaStreamCaptureModeThreadLocal };
inline cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) { return cudaSuccess; }
inline cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t*) { return cudaSuccess; }
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t*, cudaGraph_t, unsigned long long) { return cudaSuccess; }
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaGraphDestroy(cudaGraph_t) { return cudaSuccess; }
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t) { return cudaSuccess; }
