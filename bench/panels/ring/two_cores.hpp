// SPDX-License-Identifier: MIT
//
// Measurements between two cores, when one does not know how far apart they are.
//
// A virtual machine's processors move between the host's cores, and then a cache line takes 50, 100 or 500 ns from one to the
// other. What a queue costs depends on that more than on the queue. So contenders take turns, a ping-pong before and after each
// sample says how far apart the two cores were, and samples are compared only with those of the same regime.

#pragma once

#include "harness/clock.hpp"
#include "harness/pinned.hpp"

#include <maxwell/core/latency_histogram.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

namespace maxwell::bench {

/// The first two processors that this thread may run on; nothing where there is one.
struct two_cores {
    int here;
    int there;
};

inline std::optional<two_cores> find_two_cores() {
#if defined(__linux__)
    cpu_set_t mine;
    if (sched_getaffinity(0, sizeof mine, &mine) != 0) return std::nullopt;
    std::vector<int> found;
    for (int cpu = 0; cpu < CPU_SETSIZE && found.size() < 2; ++cpu) {
        if (CPU_ISSET(static_cast<unsigned>(cpu), &mine)) found.push_back(cpu);
    }
    if (found.size() == 2) return two_cores{found[0], found[1]};
#endif
    return std::nullopt;
}

/// Has the kernel taken this thread's processor away since this object was made?
class interruption_watch {
public:
    explicit operator bool() const { return interruptions() != before_; }

private:
    long before_ = interruptions();
};

/// Runs `work` on another core for as long as the object lives; `work` is asked to stop by its argument.
class companion {
public:
    using stop_flag = std::atomic<bool>;

    companion(int core, std::function<void(stop_flag const&)> work)
        : thread_([this, core, work = std::move(work)] {
              const pinned here(core);
              const interruption_watch interrupted;
              started_.store(true, std::memory_order_release);
              work(stop_);
              disturbed_ = static_cast<bool>(interrupted);
          }) {
        while (!started_.load(std::memory_order_acquire)) std::this_thread::yield();
        mine_ = interruption_watch();  // to yield counts as an interruption
    }
    ~companion() { finish(); }
    companion(companion const&) = delete;
    companion& operator=(companion const&) = delete;

    /// Waits for the work to end. Did the kernel interrupt it meanwhile, or this thread?
    bool finish() {
        const bool here = static_cast<bool>(mine_);
        stop_.store(true, std::memory_order_relaxed);
        if (thread_.joinable()) thread_.join();
        return here || disturbed_;
    }

private:
    stop_flag stop_{false};
    std::atomic<bool> started_{false};
    bool disturbed_ = false;
    interruption_watch mine_;
    std::thread thread_;  // last: it uses the others
};

/// Nanoseconds that a cache line takes from one core to the other: the least of some attempts, since the kernel may interrupt
/// one. A fraction of a millisecond.
inline double ping_pong_ns(two_cores cores) {
    constexpr std::uint64_t attempts = 5;
    constexpr std::uint64_t trips = 200;
    struct alignas(64) line {
        std::atomic<std::uint64_t> word{0};
    };
    line ping;
    line pong;
    const pinned here(cores.here);
    companion other(cores.there, [&](companion::stop_flag const&) {
        for (std::uint64_t i = 1; i <= attempts * trips; ++i) {
            while (ping.word.load(std::memory_order_acquire) != i) {
            }
            pong.word.store(i, std::memory_order_release);
        }
    });
    double least = 1e9;
    std::uint64_t i = 0;
    for (std::uint64_t attempt = 0; attempt < attempts; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        for (std::uint64_t trip = 0; trip < trips; ++trip) {
            ping.word.store(++i, std::memory_order_release);
            while (pong.word.load(std::memory_order_acquire) != i) {
            }
        }
        const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - start;
        least = std::min(least, elapsed.count() / (2.0 * trips));
    }
    return least;
}

inline constexpr std::array<std::string_view, 3> regime_names{"near", "mid", "far"};
inline constexpr std::size_t regimes = regime_names.size();

/// near: below 80 ns, one shared cache; mid: below 250 ns, one socket; far: beyond.
inline std::size_t regime_of(double ping_pong) { return ping_pong < 80 ? 0 : ping_pong < 250 ? 1 : 2; }

/// What was measured of a contender in one regime.
struct figures {
    static constexpr std::size_t series = 3;         // those that a panel has no use for are filled with anything
    std::array<std::vector<double>, series> values;  ///< as the panel numbers them
    std::array<latency_histogram<>, 4> single;       ///< of single pushes, in ticks, the same

    /// Undisturbed ones, of what was disturbed most.
    std::size_t samples() const {
        std::size_t fewest = values[0].size();
        for (auto const& v : values) fewest = std::min(fewest, v.size());
        return fewest;
    }
    double median(std::size_t which) const {
        std::vector<double> sorted = values[which];
        if (sorted.empty()) return 0;
        std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
        return sorted[sorted.size() / 2];
    }
    void merge(figures const& other) {
        for (std::size_t i = 0; i < series; ++i) {
            values[i].insert(values[i].end(), other.values[i].begin(), other.values[i].end());
        }
        for (std::size_t i = 0; i < single.size(); ++i) single[i].merge(other.single[i]);
    }
};

struct contender {
    std::string_view name;
    bool ours;
    std::function<void(figures&)> sample;  ///< takes one, of all that was not disturbed
    std::array<figures, regimes> by_regime{};
};

/// How a comparison went.
struct comparison_facts {
    std::array<std::size_t, regimes> kept{};
    std::size_t dropped = 0;  ///< the cores had moved meanwhile
};

/// Samples of all contenders in turns, in a new random order each round, for `seconds`.
inline comparison_facts compare(std::vector<contender>& all, two_cores cores, double seconds,
                                std::function<void(double)> const& progress) {
    comparison_facts facts;
    std::mt19937 random(1);
    std::vector<std::size_t> order(all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto start = std::chrono::steady_clock::now();
    const auto scratch = std::make_unique<figures>();
    double before = ping_pong_ns(cores);
    for (;;) {
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        if (elapsed.count() > seconds) return facts;
        progress(std::min(1.0, elapsed.count() / seconds));
        std::shuffle(order.begin(), order.end(), random);
        for (const std::size_t i : order) {
            *scratch = {};
            all[i].sample(*scratch);
            const double after = ping_pong_ns(cores);
            const std::size_t regime = regime_of(before);
            if (regime == regime_of(after)) {
                all[i].by_regime[regime].merge(*scratch);
                ++facts.kept[regime];
            } else {
                ++facts.dropped;
            }
            before = after;
        }
    }
}

}  // namespace maxwell::bench
