// SPDX-License-Identifier: MIT
//
// Iterations as kernels: every thread of every multiprocessor multiplies and adds, as many rounds as take the asked time. How many that is was
// measured at the start.

#include "device.hpp"

#include <maxwell/gpu/batch_auction.cuh>

#include <algorithm>
#include <cmath>

namespace maxwell::dual {
namespace {

/// Keeps a thread busy; the sum is stored only so that the compiler keeps the loop.
template <class Sum>
__global__ void multiply(std::uint64_t rounds, Sum* sums) {
    Sum sum = blockIdx.x * blockDim.x + threadIdx.x;
    for (std::uint64_t i = 0; i < rounds; ++i) sum = sum * 1'664'525u + 1'013'904'223u;
    if (sum == 0x12345678u) sums[0] = sum;
}

class cuda_device final : public iteration_device {
public:
    ~cuda_device() override {
        if (sums_ != nullptr) cudaFree(sums_);
        if (begin_ != nullptr) cudaEventDestroy(begin_);
        if (end_ != nullptr) cudaEventDestroy(end_);
        if (stream_ != nullptr) cudaStreamDestroy(stream_);
    }

    /// Finds the device and how fast it multiplies.
    bool open() {
        int devices = 0;
        if (!good(cudaGetDeviceCount(&devices))) return false;
        if (devices == 0) {
            fault_ = "no CUDA device is here";
            return false;
        }
        cudaDeviceProp device{};
        void* sums = nullptr;
        if (!good(cudaGetDeviceProperties(&device, 0)) || !good(cudaMalloc(&sums, sizeof(std::uint32_t)))) return false;
        sums_ = static_cast<std::uint32_t*>(sums);
        if (!good(cudaStreamCreate(&stream_)) || !good(cudaEventCreate(&begin_)) || !good(cudaEventCreate(&end_)))
            return false;
        name_ = device.name;
        blocks_ = 2 * static_cast<std::uint32_t>(device.multiProcessorCount);
        for (std::uint64_t rounds = 1024; rounds < std::uint64_t{1} << 40; rounds *= 2) {  // the first load the kernel
            const auto took = launch(rounds);
            if (!took) return false;
            rounds_per_ns_ = static_cast<double>(rounds) / static_cast<double>(*took);
            if (*took >= 1'000'000) return true;
        }
        fault_ = "the CUDA device's clock stands still";
        return false;
    }

    std::optional<std::uint64_t> run(std::uint64_t model_ns) override {
        return launch(static_cast<std::uint64_t>(std::ceil(rounds_per_ns_ * static_cast<double>(model_ns))));
    }
    std::string name() const override { return name_; }
    std::string fault() const override { return fault_; }

private:
    bool good(cudaError_t error) {
        if (error != cudaSuccess) fault_ = cudaGetErrorString(error);
        return error == cudaSuccess;
    }

    /// Nanoseconds, by the device's own clock.
    std::optional<std::uint64_t> launch(std::uint64_t rounds) {
        float ms = 0;
        if (!good(cudaEventRecord(begin_, stream_))) return std::nullopt;
        gpu::detail::launcher with(stream_);
        with.run(blocks_, 256, multiply<std::uint32_t>, rounds, sums_);
        if (!good(with.outcome().error) || !good(cudaEventRecord(end_, stream_)) || !good(cudaEventSynchronize(end_)) ||
            !good(cudaEventElapsedTime(&ms, begin_, end_)))
            return std::nullopt;
        return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(static_cast<double>(ms) * 1e6));
    }

    std::string name_, fault_;
    cudaStream_t stream_ = nullptr;
    cudaEvent_t begin_ = nullptr, end_ = nullptr;
    std::uint32_t* sums_ = nullptr;
    std::uint32_t blocks_ = 1;
    double rounds_per_ns_ = 1;
};

}  // namespace

std::unique_ptr<iteration_device> make_cuda_device(std::string& why) {
    auto made = std::make_unique<cuda_device>();
    if (made->open()) return made;
    why = made->fault();
    return nullptr;
}

}  // namespace maxwell::dual
