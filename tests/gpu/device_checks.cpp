// SPDX-License-Identifier: MIT
//
// The batch auction of the GPU against that of the CPU, bit for bit. Compiled by nvcc it runs on a GPU; compiled by any other compiler, with
// tests/gpu/on_cpu before the system's headers, its kernels run on the CPU. Prints what was checked; 1 where something differs.
//
//     device_checks [MARKETS] [THREADS]   random markets, 2,000 if left out; on the CPU, threads of a block, 1 if left out

#include "gpu/batches.hpp"
#include "mutation/check.hpp"

#include <maxwell/gpu/batch_auction.cuh>
#include <maxwell/gpu/batch_auction.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace maxwell::test {
namespace {

using gpu::batch_status;

int markets = 2000;

/// Elements in the device's memory.
template <class T>
class on_device {
public:
    explicit on_device(std::size_t size) : size_(size) {
        void* at = nullptr;
        if (cudaMalloc(&at, size * sizeof(T) + 1) != cudaSuccess) std::abort();
        data_ = static_cast<T*>(at);
    }
    explicit on_device(std::vector<T> const& from) : on_device(from.size()) { set(from); }
    on_device(on_device const&) = delete;
    on_device& operator=(on_device const&) = delete;
    ~on_device() { cudaFree(data_); }

    T* data() const { return data_; }
    void set(std::vector<T> const& from) {
        if (cudaMemcpy(data_, from.data(), from.size() * sizeof(T), cudaMemcpyHostToDevice) != cudaSuccess)
            std::abort();
    }
    std::vector<T> get() const {
        std::vector<T> to(size_);
        if (cudaMemcpy(to.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost) != cudaSuccess) std::abort();
        return to;
    }

private:
    std::size_t size_;
    T* data_;
};

struct clearing {
    gpu::batch_launch launched;
    gpu::batch_result result;
    std::vector<award> awards;  ///< as many as there is room for
};

constexpr award untouched{{7, 7, 7}, 7};

/// Everything that a clearing needs on the device, for one batch.
struct device_batch {
    explicit device_batch(batch const& m, std::size_t room_for_awards)
        : market(m),
          room(room_for_awards),
          bids(m.bids),
          bytes(gpu::device_workspace_bytes(m.bids.size(), m.how == rule::skip ? misfit::skip : misfit::stop)),
          work(bytes),
          out(std::vector<award>(room, untouched)),
          result(std::vector<gpu::batch_result>{{batch_status::device_error, 9}}) {}

    gpu::batch_launch launch(gpu::device_memory memory, cudaStream_t stream) const {
        const std::size_t n = market.bids.size();
        if (market.how == rule::items)
            return gpu::clear_units(bids.data(), n, market.supply, market.reserve, memory, out.data(), room,
                                    result.data(), stream);
        const misfit rule = market.how == rule::stop ? misfit::stop : misfit::skip;
        return gpu::clear_capacity(bids.data(), n, market.supply, market.reserve, rule, memory, out.data(), room,
                                   result.data(), stream);
    }
    gpu::batch_launch launch() const { return launch({work.data(), bytes}, nullptr); }
    clearing read(gpu::batch_launch launched) const {
        if (cudaDeviceSynchronize() != cudaSuccess) return {{batch_status::device_error}, {}, {}};
        return {launched, result.get()[0], out.get()};
    }

    batch market;
    std::size_t room;
    on_device<bid> bids;
    std::size_t bytes;
    on_device<std::byte> work;
    on_device<award> out;
    on_device<gpu::batch_result> result;
};

std::vector<award> cleared_on_cpu(batch const& m) {
    std::vector<std::byte> work(gpu::batch_workspace_bytes(m.bids.size()));
    std::vector<award> out(m.bids.size());
    const view<bid const> bids(m.bids);
    const gpu::batch_result done =
        m.how == rule::items
            ? gpu::clear_units(bids, m.supply, m.reserve, view<std::byte>(work), view<award>(out))
            : gpu::clear_capacity(bids, m.supply, m.reserve, m.how == rule::stop ? misfit::stop : misfit::skip,
                                  view<std::byte>(work), view<award>(out));
    out.resize(done.winners);
    return out;
}

char const* same_awards(batch const& m) {
    const std::vector<award> expected = cleared_on_cpu(m);
    const device_batch with(m, m.bids.size());
    const clearing got = with.read(with.launch());
    REQUIRE(got.launched.outcome == batch_status::ok);
    REQUIRE(got.result.outcome == batch_status::ok && got.result.winners == expected.size());
    for (std::size_t i = 0; i < got.awards.size(); ++i)
        REQUIRE(got.awards[i] == (i < expected.size() ? expected[i] : untouched));
    return nullptr;
}

batch draw_for_device(dice& random, std::size_t most) {
    batch m = draw_batch(random, most, random.below(2) == 0 ? 1 : 40);
    if (random.below(3) == 0) m.supply /= 10;
    return m;
}

char const* awards_are_those_of_the_cpu() {
    dice random(21);
    for (int n = 0; n < markets; ++n) {
        if (char const* why = same_awards(draw_for_device(random, n % 10 == 0 ? 300 : 12))) return why;
    }
    for (int n = 0; n < markets / 50; ++n) {  // several tiles, and several blocks
        if (char const* why = same_awards(draw_for_device(random, 20'000))) return why;
    }
    return nullptr;
}

char const* edges_are_those_of_the_cpu() {
    constexpr std::uint32_t most = 0xFFFF'FFFFu;
    constexpr std::uint64_t supplies[] = {0, 1, 5000, std::uint64_t{2} * most, ~std::uint64_t{0}};
    for (const rule how : {rule::items, rule::stop, rule::skip}) {
        for (const std::uint64_t supply : supplies) {
            for (const std::size_t n : {0u, 1u, 3u, 2048u, 2049u, 6000u}) {
                batch m{{}, supply, 0, how};
                for (std::uint32_t slot = 0; slot < n; ++slot) m.bids.push_back({slot, max_price, n == 3 ? most : 1});
                if (char const* why = same_awards(m)) return why;
                m.reserve = max_price;
                if (char const* why = same_awards(m)) return why;
                for (bid& b : m.bids) b.amount = 0;
                if (char const* why = same_awards(m)) return why;
            }
        }
    }
    return nullptr;
}

/// `misfits` bids for two units stand before the bid that takes the last one.
batch last_unit_behind(std::uint32_t misfits) {
    batch m{{}, 101, 0, rule::skip};
    for (std::uint32_t slot = 0; slot < 50 + misfits; ++slot) m.bids.push_back({slot, 90'000 - slot, 2});
    m.bids.push_back({50 + misfits, 1, 1});
    return m;
}

char const* a_front_that_is_too_short_is_noticed() {
    constexpr std::uint32_t front = gpu::detail::max_front;
    if (char const* why = same_awards(last_unit_behind(front - 1)))
        return why;  // it is the front's last, and no bid is behind it
    batch m = last_unit_behind(front - 1);
    m.bids.push_back(
        {9'999, 0, 2});  // doesn't change anything, but is behind the front: one bid more might be for one unit
    batch priced_behind =
        last_unit_behind(front - 10);  // sold within the front, but its runner-up would be for one unit too
    for (std::uint32_t slot = 5000; slot < 5020; ++slot) priced_behind.bids.push_back({slot, 0, 2});
    for (batch const& longer : {m, last_unit_behind(front), priced_behind}) {
        const device_batch with(longer, longer.bids.size());
        const clearing got = with.read(with.launch());
        REQUIRE(got.launched.outcome == batch_status::ok);
        REQUIRE(got.result.outcome == batch_status::front_too_long && got.result.winners == 0);
        for (award const& a : got.awards) REQUIRE(a == untouched);
    }
    m = last_unit_behind(3 * front);
    for (bid& b : m.bids) b.units = 2;  // of one size: the bar decides
    if (char const* why = same_awards(m)) return why;
    m.how = rule::stop;
    return same_awards(m);
}

char const* bad_memory_is_refused() {
    const batch m{{{0, 9, 1}, {1, 8, 1}, {2, 7, 1}}, 2, 0, rule::items};
    const device_batch with(m, 2);
    std::byte* const work = with.work.data();
    REQUIRE(with.launch({work, with.bytes - 1}, nullptr).outcome == batch_status::workspace_too_small);
    REQUIRE(with.launch({nullptr, with.bytes}, nullptr).outcome == batch_status::workspace_too_small);
    REQUIRE(with.launch({work + 1, with.bytes}, nullptr).outcome == batch_status::workspace_misaligned);
    REQUIRE(gpu::clear_units(nullptr, gpu::max_batch, 1, 0, {work, with.bytes}, nullptr, 0, with.result.data(), nullptr)
                .outcome == batch_status::too_many_bids);
    REQUIRE(gpu::clear_units(nullptr, 0, 1, 0, {work, with.bytes}, nullptr, 0, nullptr, nullptr).outcome ==
            batch_status::output_too_small);
    REQUIRE(with.read({}).awards == std::vector<award>(2, untouched));

    const device_batch narrow(m, 1);
    const clearing got = narrow.read(narrow.launch());
    REQUIRE(got.launched.outcome == batch_status::ok);
    REQUIRE(got.result.outcome == batch_status::output_too_small && got.result.winners == 0);
    REQUIRE(got.awards[0] == untouched);

    batch skips = m;
    skips.how = rule::skip;
    const device_batch skipping(skips, 1);
    const gpu::device_memory too_small{skipping.work.data(), skipping.bytes - 1};
    REQUIRE(skipping.launch(too_small, nullptr).outcome == batch_status::workspace_too_small);
    const clearing skipped = skipping.read(skipping.launch());
    REQUIRE(skipped.result.outcome == batch_status::output_too_small && skipped.result.winners == 0);
    REQUIRE(skipped.awards[0] == untouched);
    return nullptr;
}

char const* slots_are_checked() {
    const auto outcome = [](std::vector<bid> const& bids, std::size_t capacity) {
        const on_device<bid> there(bids);
        const on_device<std::uint64_t> seen(std::vector<std::uint64_t>(capacity / 64 + 1, ~std::uint64_t{0}));
        const std::size_t bytes = gpu::device_workspace_bytes(0);
        const on_device<std::byte> work(bytes);
        const on_device<gpu::batch_result> result(1);
        const auto launched =
            gpu::check_slots(there.data(), bids.size(), capacity, {seen.data(), capacity / 64 * 8 + 8},
                             {work.data(), bytes}, result.data(), nullptr);
        std::vector<std::uint64_t> words(capacity / 64 + 1);
        const batch_status expected = gpu::check_slots(view<bid const>(bids), capacity, view<std::uint64_t>(words));
        const batch_status found = result.get()[0].outcome;
        return launched.outcome == batch_status::ok && found == expected ? found : batch_status::device_error;
    };
    REQUIRE(outcome({}, 10) == batch_status::ok);
    REQUIRE(outcome({{0, 1, 1}, {make_agent_id(70, 3), 1, 1}}, 71) == batch_status::ok);
    REQUIRE(outcome({{0, 1, 1}, {70, 1, 1}}, 70) == batch_status::unknown_agent);
    REQUIRE(outcome({{5, 1, 1}, {70, 1, 1}, {make_agent_id(5, 1), 1, 1}}, 71) == batch_status::duplicate_slot);
    REQUIRE(outcome({{5, 1, 1}, {5, 1, 1}, {71, 1, 1}}, 71) == batch_status::unknown_agent);

    const std::size_t bytes = gpu::device_workspace_bytes(0);
    const on_device<std::byte> work(bytes);
    const on_device<std::uint64_t> seen(2);
    const on_device<gpu::batch_result> result(1);
    auto* const words = reinterpret_cast<std::byte*>(seen.data());
    const auto refused = [&](gpu::device_memory marks, gpu::device_memory in, gpu::batch_result* to) {
        return gpu::check_slots(nullptr, 0, 64, marks, in, to, nullptr).outcome;
    };
    REQUIRE(refused({words, 8}, {nullptr, bytes}, result.data()) == batch_status::workspace_too_small);
    REQUIRE(refused({words, 8}, {work.data(), bytes - 1}, result.data()) == batch_status::workspace_too_small);
    REQUIRE(refused({words, 8}, {work.data() + 4, bytes}, result.data()) == batch_status::workspace_misaligned);
    REQUIRE(refused({words, 7}, {work.data(), bytes}, result.data()) == batch_status::workspace_too_small);
    REQUIRE(refused({nullptr, 8}, {work.data(), bytes}, result.data()) == batch_status::workspace_too_small);
    REQUIRE(refused({words + 2, 8}, {work.data(), bytes}, result.data()) == batch_status::workspace_misaligned);
    REQUIRE(refused({words, 8}, {work.data(), bytes}, nullptr) == batch_status::output_too_small);
    REQUIRE(refused({words, 8}, {work.data(), bytes}, result.data()) == batch_status::ok);
    return nullptr;
}

char const* histograms_add_up() {
    dice random(22);
    batch m = draw_batch(random, 30'000, 9);
    for (std::uint32_t slot = 0; slot < 3; ++slot) m.bids.push_back({slot, max_price, 0xFFFF'FFFFu});
    std::vector<unsigned long long> expected(gpu::detail::first_digit::count);
    for (int twice = 0; twice < 2; ++twice) {
        for (bid const& b : m.bids) expected[gpu::detail::first_digit::index(b.amount)] += b.units;
    }
    const on_device<bid> bids(m.bids);
    const on_device<unsigned long long> sums(std::vector<unsigned long long>(expected.size()));
    for (int twice = 0; twice < 2; ++twice)
        REQUIRE(gpu::price_histogram(bids.data(), m.bids.size(), sums.data(), nullptr).outcome == batch_status::ok);
    REQUIRE(sums.get() == expected);
    return nullptr;
}

#if defined(__CUDACC__)

// A graph reads the bids afresh at each launch.
char const* a_clearing_is_captured(rule how) {
    dice random(23);
    batch m = draw_batch(random, 30'000, 9);
    m.how = how;
    const device_batch with(m, m.bids.size());
    cudaStream_t stream = nullptr;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t exec = nullptr;
    REQUIRE(cudaStreamCreate(&stream) == cudaSuccess);
    REQUIRE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal) == cudaSuccess);
    REQUIRE(with.launch({with.work.data(), with.bytes}, stream).outcome == batch_status::ok);
    REQUIRE(cudaStreamEndCapture(stream, &graph) == cudaSuccess);
    REQUIRE(cudaGraphInstantiate(&exec, graph, 0) == cudaSuccess);
    for (int round = 0; round < 3; ++round) {
        for (bid& b : m.bids) b.amount = random();
        on_device<bid> const& bids = with.bids;
        REQUIRE(cudaMemcpy(bids.data(), m.bids.data(), m.bids.size() * sizeof(bid), cudaMemcpyHostToDevice) ==
                cudaSuccess);
        REQUIRE(cudaGraphLaunch(exec, stream) == cudaSuccess);
        clearing got = with.read({});
        got.awards.resize(got.result.winners);
        REQUIRE(got.result.outcome == batch_status::ok && got.awards == cleared_on_cpu(m));
    }
    REQUIRE(cudaGraphExecDestroy(exec) == cudaSuccess && cudaGraphDestroy(graph) == cudaSuccess);
    REQUIRE(cudaStreamDestroy(stream) == cudaSuccess);
    return nullptr;
}

char const* bids_can_lie_in_mapped_host_memory() {
    dice random(24);
    const batch m{draw_batch(random, 5000, 1).bids, 100, 0, rule::items};
    const device_batch with(m, 100);
    bid* mapped = nullptr;
    REQUIRE(cudaHostAlloc(reinterpret_cast<void**>(&mapped), m.bids.size() * sizeof(bid) + 1, cudaHostAllocMapped) ==
            cudaSuccess);
    std::copy(m.bids.begin(), m.bids.end(), mapped);
    const gpu::batch_launch launched = gpu::clear_units(mapped, m.bids.size(), 100, 0, {with.work.data(), with.bytes},
                                                        with.out.data(), 100, with.result.data(), nullptr);
    clearing got = with.read(launched);
    got.awards.resize(got.result.winners);
    REQUIRE(got.result.outcome == batch_status::ok && got.awards == cleared_on_cpu(m));
    REQUIRE(cudaFreeHost(mapped) == cudaSuccess);
    return nullptr;
}

char const* on_gpu_only() {
    for (const rule how : {rule::items, rule::stop, rule::skip}) {
        if (char const* why = a_clearing_is_captured(how)) return why;
    }
    return bids_can_lie_in_mapped_host_memory();
}

#else

// Whatever call of the runtime fails, the error is returned, and nothing is launched after it.
char const* failures_are_returned(rule how, int zeroed, int all) {
    const batch m{{{0, 9, 1}, {1, 8, 1}}, 1, 0, how};
    const device_batch with(m, 2);
    for (int calls = 0; calls < all; ++calls) {
        on_cpu::calls_until_failure = calls;
        const gpu::batch_launch launched = with.launch();
        on_cpu::calls_until_failure = -1;
        REQUIRE(launched.outcome == batch_status::device_error);
        REQUIRE(launched.error == (calls < zeroed ? cudaErrorInvalidValue : cudaErrorLaunchFailure));
        REQUIRE(with.read({}).awards == std::vector<award>(2, untouched));
    }
    on_cpu::calls_until_failure = all;
    const gpu::batch_launch launched = with.launch();
    const bool none_left = on_cpu::calls_until_failure == 0;
    on_cpu::calls_until_failure = -1;
    REQUIRE(launched.outcome == batch_status::ok && none_left);
    return nullptr;
}

char const* on_cpu_only() {
    if (char const* why = failures_are_returned(rule::items, 1, 7)) return why;
    if (char const* why = failures_are_returned(rule::stop, 1, 7)) return why;
    return failures_are_returned(rule::skip, 2, 17);
}

#endif

}  // namespace
}  // namespace maxwell::test

int main(int argc, char** argv) {
    using namespace maxwell::test;
    if (argc > 1) markets = std::atoi(argv[1]);
#if defined(__CUDACC__)
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
        std::printf("skipped: no CUDA device is here\n");
        return 77;
    }
    const check only_here = on_gpu_only;
#else
    const check only_here = on_cpu_only;
    if (argc > 2) on_cpu::max_threads = static_cast<unsigned>(std::atoi(argv[2]));
#endif
    const int code = run({awards_are_those_of_the_cpu, edges_are_those_of_the_cpu, a_front_that_is_too_short_is_noticed,
                          bad_memory_is_refused, slots_are_checked, histograms_add_up, only_here});
    if (code == 0) std::printf("%d random markets and all edges: awards as on the CPU\n", markets);
    return code;
}
