// SPDX-License-Identifier: MIT
//
// What the measurements of fiber_scheduler share: clocks, threads, the schedulers that are compared, and work to be scheduled.

#pragma once

#include "fiber_market.hpp"

#include <time.h>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace fiber_market {

using boost::fibers::fiber;

/// CPU time of the calling thread: on a shared machine wall time says little.
inline double cpu_ns() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// Ticks of the processor's counter in a nanosecond.
inline double ticks_per_ns() {
    static const double ticks = [] {
        const auto begin = std::chrono::steady_clock::now();
        const std::uint64_t first = __rdtsc();
        while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(20)) {
        }
        const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
        return static_cast<double>(__rdtsc() - first) / ns.count();
    }();
    return ticks;
}
inline std::uint64_t ticks_of_us(double us) { return static_cast<std::uint64_t>(us * 1000 * ticks_per_ns()); }

/// The priority scheduler of Boost.Fiber's manual: a list that is kept in order. Here all have the same priority, as for the others.
class ordered_list : public boost::fibers::algo::algorithm_with_properties<bidder> {
public:
    void awakened(context* c, bidder&) noexcept override {
        auto at = queue_.begin();
        while (at != queue_.end() && priority(*at) >= priority(*c)) ++at;
        queue_.insert(at, *c);
    }
    context* pick_next() noexcept override {
        if (queue_.empty()) return nullptr;
        context* c = &queue_.front();
        queue_.pop_front();
        return c;
    }
    bool has_ready_fibers() const noexcept override { return !queue_.empty(); }
    void suspend_until(std::chrono::steady_clock::time_point const& t) noexcept override {
        std::unique_lock held(mutex_);
        bell_.wait_until(held, std::min(t, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
    }
    void notify() noexcept override { bell_.notify_all(); }

private:
    std::uint64_t priority(context& c) noexcept { return properties(&c).id; }
    boost::fibers::scheduler::ready_queue_type queue_;
    std::mutex mutex_;
    std::condition_variable bell_;
};

/// Makes the calling thread's fibers be scheduled in some way.
using scheduler = std::function<void()>;

inline scheduler round_robin() {
    return [] { boost::fibers::use_scheduling_algorithm<boost::fibers::algo::round_robin>(); };
}
inline scheduler by_priority() {
    return [] { boost::fibers::use_scheduling_algorithm<ordered_list>(); };
}
inline scheduler by_market(std::shared_ptr<crew> team, std::size_t thread, double quantum_us) {
    return [team = std::move(team), thread, quantum_us] {
        boost::fibers::use_scheduling_algorithm<algorithm>(team, thread, ticks_of_us(quantum_us));
    };
}

/// Runs `body` in a thread of its own, scheduled by `use`.
template <class Body>
void on_a_thread(scheduler const& use, Body body) {
    std::thread([&] {
        use();
        body();
    }).join();
}

/// A new fiber that takes part as `as`; under other schedulers than the market that says nothing. Small stacks, for many fibers.
template <class Work>
fiber start(Work work, maxwell::standing const& as = {0, 0, 16, false}) {
    const maxwell::standing usual = std::exchange(newcomer, as);
    fiber f(boost::fibers::launch::post, std::allocator_arg, boost::fibers::fixedsize_stack(std::size_t{1} << 15),
            std::move(work));
    newcomer = usual;
    return f;
}

inline double median(std::vector<double> of) {
    const auto middle = of.begin() + static_cast<std::ptrdiff_t>(of.size() / 2);
    std::nth_element(of.begin(), middle, of.end());
    return *middle;
}

/// The value that a share of `q` of them doesn't exceed.
inline double quantile(std::vector<double> of, double q) {
    std::sort(of.begin(), of.end());
    return of.empty() ? 0 : of[std::min(of.size() - 1, static_cast<std::size_t>(q * static_cast<double>(of.size())))];
}

}  // namespace fiber_market
