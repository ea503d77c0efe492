// SPDX-License-Identifier: MIT
//
// The batch auction on a GPU against cub::DeviceRadixSort, cub::DeviceTopK where it is (CCCL 3.2), and reading the bids once, which is the floor.
// Prints JSON: the device, and medians in microseconds. bench/gpu/run.sh builds and runs it; without a GPU tests/gpu/run_sh.cmake does.
//
//     batch_bench [COMMAND [MAX_BIDS]]     COMMAND: what the JSON says about how it was made; MAX_BIDS: 10,000,000 if left out
//
//     warm   the bids were just read: they are in the L2 cache if they fit
//     cold   256 MB of other memory were written before
//
// Each clearing is a graph, launched between two events; so are the rivals, which build their keys first, as std::sort does on the CPU. They
// write keys, not awards. DeviceTopK gets unique keys, or it would leave ties to chance.

#include <maxwell/gpu/batch_auction.cuh>

#include <cub/device/device_radix_sort.cuh>
#if __has_include(<cub/device/device_topk.cuh>)
#include <cub/device/device_topk.cuh>
#include <cuda/stream_ref>
#define MAXWELL_HAS_TOPK 1
#else
#define MAXWELL_HAS_TOPK 0
#endif

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace maxwell;

void must(cudaError_t error, char const* what) {
    if (error == cudaSuccess) return;
    std::fprintf(stderr, "batch_bench: %s: %s.\n", what, cudaGetErrorString(error));
    std::exit(1);
}

template <class T>
T* allocate(std::size_t count) {
    void* at = nullptr;
    must(cudaMalloc(&at, std::max<std::size_t>(1, count * sizeof(T))), "no memory on the device");
    return static_cast<T*>(at);
}

enum class amounts { uniform, lognormal, equal };
constexpr std::array<char const*, 3> amount_names{"uniform", "lognormal", "equal"};

std::vector<bid> draw_bids(std::size_t n, amounts which) {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> lognormal(std::log(1e3), 2.0);
    std::vector<bid> bids(n);
    for (std::size_t i = 0; i < n; ++i) {
        price amount = 1000;
        if (which == amounts::uniform) amount = static_cast<price>(random());
        if (which == amounts::lognormal) amount = static_cast<price>(std::min(lognormal(random), 4e9));
        bids[i] = {i, amount, static_cast<std::uint32_t>(1 + i * 7919 % 200)};
    }
    return bids;
}

template <class Key>
__global__ void build_keys(bid const* bids, std::size_t n, Key* keys) {
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step)
        keys[i] = gpu::detail::key_of(bids[i].amount, static_cast<std::uint32_t>(i));
}

/// Reads every byte once; the sum is stored only so that the compiler keeps the loads.
template <class Sum>
__global__ void read_once(uint4 const* words, std::size_t n, Sum* sums) {
    unsigned sum = 0;
    const std::size_t step = std::size_t{gridDim.x} * blockDim.x;
    for (std::size_t i = std::size_t{blockIdx.x} * blockDim.x + threadIdx.x; i < n; i += step) {
        const uint4 w = words[i];
        sum ^= w.x ^ w.y ^ w.z ^ w.w;
    }
    if (sum == 0x12345678u) sums[0] = sum;
}

#if MAXWELL_HAS_TOPK
constexpr bool has_topk = true;
cudaError_t top_keys(void* work, std::size_t& bytes, std::uint64_t const* keys, std::uint64_t* out, std::size_t n,
                     std::size_t k, cudaStream_t s) {
    namespace ask = cuda::execution;
    const auto how = ask::require(ask::determinism::not_guaranteed, ask::output_ordering::unsorted);
    return cub::DeviceTopK::MaxKeys(work, bytes, keys, out, n, k, cuda::std::execution::env{cuda::stream_ref{s}, how});
}
#else
constexpr bool has_topk = false;
cudaError_t top_keys(void*, std::size_t& bytes, std::uint64_t const*, std::uint64_t*, std::size_t, std::size_t,
                     cudaStream_t) {
    bytes = 0;
    return cudaSuccess;
}
#endif

/// What `work` puts into a stream, as a graph that can be timed.
class timed {
public:
    template <class Work>
    explicit timed(Work work) {
        must(cudaStreamCreate(&stream_), "no stream");
        must(cudaEventCreate(&begin_), "no event");
        must(cudaEventCreate(&end_), "no event");
        cudaGraph_t graph = nullptr;
        must(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "capture");
        work(stream_);
        must(cudaStreamEndCapture(stream_, &graph), "capture");
        must(cudaGraphInstantiate(&exec_, graph, 0), "instantiate");
        must(cudaGraphDestroy(graph), "destroy");
    }
    timed(timed const&) = delete;
    timed& operator=(timed const&) = delete;
    ~timed() {
        cudaGraphExecDestroy(exec_);
        cudaEventDestroy(begin_);
        cudaEventDestroy(end_);
        cudaStreamDestroy(stream_);
    }

    /// The median of some launches. `flush`, if any, is written before each.
    double us(int launches, void* flush, std::size_t flush_bytes) {
        std::vector<double> times;
        must(cudaGraphLaunch(exec_, stream_), "launch");
        for (int i = 0; i < launches; ++i) {
            if (flush != nullptr) must(cudaMemsetAsync(flush, i, flush_bytes, stream_), "flush");
            must(cudaEventRecord(begin_, stream_), "event");
            must(cudaGraphLaunch(exec_, stream_), "launch");
            must(cudaEventRecord(end_, stream_), "event");
            must(cudaEventSynchronize(end_), "run");
            float ms = 0;
            must(cudaEventElapsedTime(&ms, begin_, end_), "time");
            times.push_back(ms * 1e3);
        }
        std::nth_element(times.begin(), times.begin() + launches / 2, times.end());
        return times[static_cast<std::size_t>(launches / 2)];
    }

private:
    cudaStream_t stream_ = nullptr;
    cudaEvent_t begin_ = nullptr, end_ = nullptr;
    cudaGraphExec_t exec_ = nullptr;
};

constexpr std::size_t flush_bytes = std::size_t{256} << 20;

void measure(std::size_t n, amounts which, std::size_t k, void* flush, bool first) {
    const std::vector<bid> bids = draw_bids(n, which);
    bid* const there = allocate<bid>(n);
    bid* pinned = nullptr;
    award* home = nullptr;
    must(cudaMallocHost(reinterpret_cast<void**>(&pinned), n * sizeof(bid)), "pinned memory");
    must(cudaMallocHost(reinterpret_cast<void**>(&home), k * sizeof(award)), "pinned memory");
    std::copy(bids.begin(), bids.end(), pinned);
    must(cudaMemcpy(there, pinned, n * sizeof(bid), cudaMemcpyHostToDevice), "copy");
    award* const out = allocate<award>(n);
    auto* const result = allocate<gpu::batch_result>(1);
    const std::size_t bytes = gpu::device_workspace_bytes(n, misfit::skip);
    const gpu::device_memory work{allocate<char>(bytes), bytes};
    auto* const keys = allocate<std::uint64_t>(2 * n);
    std::size_t sort_bytes = 0;
    must(cub::DeviceRadixSort::SortKeysDescending(nullptr, sort_bytes, keys, keys + n, static_cast<int>(n)), "sort");
    char* const sort_work = allocate<char>(sort_bytes);
    std::size_t top_bytes = 0;
    must(top_keys(nullptr, top_bytes, keys, keys + n, n, k, nullptr), "top k");
    char* const top_work = allocate<char>(top_bytes);
    auto* const sums = allocate<unsigned>(1);

    const auto clear = [&](cudaStream_t s) {
        must(gpu::clear_units(there, n, k, 0, work, out, k, result, s).error, "clear_units");
    };
    timed clearing(clear);
    const auto clear_capacity = [&](misfit rule) {
        return [&, rule](cudaStream_t s) {
            must(gpu::clear_capacity(there, n, std::uint64_t{100} * k, 0, rule, work, out, n, result, s).error,
                 "clear_capacity");
        };
    };
    timed stopping(clear_capacity(misfit::stop));
    timed skipping(clear_capacity(misfit::skip));
    timed with_transfers([&](cudaStream_t s) {
        must(cudaMemcpyAsync(there, pinned, n * sizeof(bid), cudaMemcpyHostToDevice, s), "copy");
        clear(s);
        must(cudaMemcpyAsync(home, out, k * sizeof(award), cudaMemcpyDeviceToHost, s), "copy");
    });
    const auto launch = [](cudaStream_t s) { return gpu::detail::launcher(s); };
    constexpr std::uint32_t blocks = gpu::detail::max_file_blocks;
    constexpr std::uint32_t threads = gpu::detail::file_threads;
    timed reading([&](cudaStream_t s) {
        auto with = launch(s);
        with.run(blocks, threads, read_once<unsigned>, reinterpret_cast<uint4 const*>(there), n, sums);
        must(with.outcome().error, "read");
    });
    const auto file_keys = [&](cudaStream_t s) {
        auto with = launch(s);
        with.run(blocks, threads, build_keys<std::uint64_t>, there, n, keys);
        must(with.outcome().error, "keys");
    };
    timed sorting([&](cudaStream_t s) {
        file_keys(s);
        must(cub::DeviceRadixSort::SortKeysDescending(sort_work, sort_bytes, keys, keys + n, static_cast<int>(n), 0, 64,
                                                      s),
             "sort");
    });
    timed selecting([&](cudaStream_t s) {
        file_keys(s);
        must(top_keys(top_work, top_bytes, keys, keys + n, n, k, s), "top k");
    });
    const int launches = n > 1'000'000 ? 11 : 51;
    std::printf("%s\n  {\"n\": %zu, \"amounts\": \"%s\", \"k\": %zu", first ? "" : ",", n,
                amount_names[static_cast<std::size_t>(which)], k);
    const auto print = [](char const* name, double us) { std::printf(", \"%s_us\": %.2f", name, us); };
    print("clear_units_warm", clearing.us(launches, nullptr, 0));
    print("clear_units_cold", clearing.us(launches, flush, flush_bytes));
    print("clear_capacity_stop_warm", stopping.us(launches, nullptr, 0));
    print("clear_capacity_skip_warm", skipping.us(launches, nullptr, 0));
    gpu::batch_result skipped{};
    must(cudaMemcpy(&skipped, result, sizeof(skipped), cudaMemcpyDeviceToHost), "copy");
    std::printf(", \"skip_was_cleared\": %s", skipped.outcome == gpu::batch_status::ok ? "true" : "false");
    print("with_transfers", with_transfers.us(launches, nullptr, 0));
    print("read_once_warm", reading.us(launches, nullptr, 0));
    print("read_once_cold", reading.us(launches, flush, flush_bytes));
    print("radix_sort_warm", sorting.us(launches, nullptr, 0));
    if (has_topk) print("top_k_warm", selecting.us(launches, nullptr, 0));
    std::printf("}");
    std::fflush(stdout);
    for (void* at : {static_cast<void*>(there), static_cast<void*>(out), static_cast<void*>(result), work.data,
                     static_cast<void*>(keys), static_cast<void*>(sort_work), static_cast<void*>(top_work),
                     static_cast<void*>(sums)})
        must(cudaFree(at), "free");
    must(cudaFreeHost(pinned), "free");
    must(cudaFreeHost(home), "free");
}

}  // namespace

int main(int argc, char** argv) {
    cudaDeviceProp device{};
    must(cudaGetDeviceProperties(&device, 0), "no CUDA device");
    int driver = 0;
    int runtime = 0;
    must(cudaDriverGetVersion(&driver), "driver");
    must(cudaRuntimeGetVersion(&runtime), "runtime");
    std::printf(
        "{\"device\": \"%s\", \"multiprocessors\": %d, \"l2_bytes\": %d, \"driver\": %d, \"runtime\": %d, \"command\": "
        "\"%s\", \"cub_has_top_k\": %s,\n"
        "\"clearings\": [",
        device.name, device.multiProcessorCount, device.l2CacheSize, driver, runtime, argc > 1 ? argv[1] : argv[0],
        has_topk ? "true" : "false");
    const std::size_t max_bids = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 10'000'000;
    void* const flush = allocate<char>(flush_bytes);
    bool first = true;
    for (std::size_t n : {1'000, 10'000, 100'000, 1'000'000, 10'000'000}) {
        if (n > max_bids) continue;
        for (const amounts which : {amounts::uniform, amounts::lognormal, amounts::equal}) {
            for (const std::size_t k : {std::size_t{100}, n / 10}) {
                measure(n, which, k, flush, first);
                first = false;
                if (n == 1'000) break;  // n / 10 is 100 too
            }
        }
    }
    std::printf("\n]}\n");
}
