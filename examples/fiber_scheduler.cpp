// SPDX-License-Identifier: MIT
//
// Boost.Fiber on a market: shares against weights, an agent that pays, how long fibers wait, and what a yield costs beside Boost's
// round robin and the ordered list of its manual. Times are the thread's own CPU time, in interleaved runs.
//
//     fiber_scheduler [milliseconds for the shares, 300] [yields for the cost, 200000]

#include "fiber_market.hpp"

#include <time.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

namespace {

using boost::fibers::fiber;
using fiber_market::bidder;

double cpu_ns() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

/// The counter's ticks in a nanosecond.
double ticks_per_ns() {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t first = __rdtsc();
    while (std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(20)) {
    }
    const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(__rdtsc() - first) / ns.count();
}

/// The manual's priority scheduler: a list that is kept in order.
class ordered_list : public boost::fibers::algo::algorithm_with_properties<bidder> {
public:
    void awakened(boost::fibers::context* c, bidder& p) noexcept override {
        auto at = queue_.begin();
        while (at != queue_.end() && priority(bidder_of(*at)) >= priority(p)) ++at;
        queue_.insert(at, *c);
    }
    boost::fibers::context* pick_next() noexcept override {
        if (queue_.empty()) return nullptr;
        boost::fibers::context* c = &queue_.front();
        queue_.pop_front();
        return c;
    }
    bool has_ready_fibers() const noexcept override { return !queue_.empty(); }
    void suspend_until(std::chrono::steady_clock::time_point const& t) noexcept override {
        std::unique_lock lock(mutex_);
        bell_.wait_until(lock, std::min(t, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
    }
    void notify() noexcept override { bell_.notify_all(); }

private:
    static int priority(bidder const&) noexcept { return 0; }  // all alike, as for the others
    bidder& bidder_of(boost::fibers::context& c) noexcept { return static_cast<bidder&>(*c.get_properties()); }
    boost::fibers::scheduler::ready_queue_type queue_;
    std::mutex mutex_;
    std::condition_variable bell_;
};

/// Runs `body` in a thread of its own, whose fibers `use` schedules.
void on_a_thread(std::function<void()> const& use, std::function<void()> const& body) {
    std::thread([&] {
        use();
        body();
    }).join();
}

template <class Work>
fiber start(Work work, maxwell::standing const& as) {
    fiber f(boost::fibers::launch::post, std::move(work));
    auto& b = f.properties<bidder>();
    b.become(as);
    if (as.pays) b.bid(~0u, 1000);  // without an offer it would never run
    return f;
}

/// Four fibers that always want the processor, with weights 1:2:4:8, and a fifth that pays for part of it. Time is what was charged, by
/// the processor's counter: on a busy machine that includes what other processes took in the middle of a quantum.
void show_shares(double ghz, std::uint64_t ms) {
    const auto s = std::make_shared<fiber_market::state>();
    s->m.shares({100'000, 1u << 30, 1}, 4);
    // A ledger's millisecond is a million ticks here, 3,906 units: a fifth of them at `low`.
    s->m.accounts().open(0, {78'000'000, 2'000'000'000, 0}, __rdtsc());
    const auto quantum = static_cast<std::uint64_t>(100'000 * ghz);
    double had[5] = {};
    double longest = 0;
    on_a_thread([&] { boost::fibers::use_scheduling_algorithm<fiber_market::algorithm>(s, quantum); },
                [&] {
                    const double end = cpu_ns() + static_cast<double>(ms) * 1e6;
                    std::vector<fiber> all;
                    for (std::size_t i = 0; i < 5; ++i) {
                        const auto work = [&, i] {
                            std::uint64_t begin = __rdtsc();
                            while (cpu_ns() < end) {
                                if (i == 4) boost::this_fiber::properties<bidder>().bid(~0u, 1000);
                                while (!fiber_market::should_yield()) {
                                }
                                const double ran = static_cast<double>(__rdtsc() - begin);
                                had[i] += ran;
                                longest = std::max(longest, ran);
                                boost::this_fiber::yield();
                                begin = __rdtsc();
                            }
                        };
                        all.push_back(start(work, {0, 0, 1u << i, i == 4}));
                    }
                    for (fiber& f : all) f.join();
                });
    const double sharers = had[0] + had[1] + had[2] + had[3];
    std::printf("shares of %.0f ms, quanta of 100 us\n", (sharers + had[4]) / ghz / 1e6);
    bool fair = true;
    for (std::size_t i = 0; i < 4; ++i) {
        const double share = (1u << i) / 15.0;
        std::printf("  weight %u      %5.1f %% of what sharers had; asked for %5.1f %%\n", 1u << i,
                    100 * had[i] / sharers, 100 * share);
        fair = fair && std::abs(had[i] - share * sharers) <= 2 * longest + 2 * static_cast<double>(quantum);
    }
    std::printf("  pays          %5.1f %% of all\n", 100 * had[4] / (sharers + had[4]));
    std::printf("  within two quanta, and two of the longest that were charged (%.0f us), of its share: %s\n",
                longest / ghz / 1000, fair ? "all" : "not all");
    auto const& waits = s->m.counts().lane(0).waits_ns;  // in ticks
    std::printf("  runnable to running: p50 %.0f us, p99 %.0f us\n",
                static_cast<double>(waits.percentile(500'000)) / ghz / 1000,
                static_cast<double>(waits.percentile(990'000)) / ghz / 1000);
}

/// Nanoseconds of CPU time for a yield among `n` fibers.
double yield_ns(std::function<void()> const& use, std::size_t n, long yields) {
    double ns = 0;
    on_a_thread(use, [&] {
        long left = yields;
        std::vector<fiber> all;
        for (std::size_t i = 0; i < n; ++i) {
            all.emplace_back(boost::fibers::launch::post, [&] {
                while (left > 0) {
                    --left;
                    boost::this_fiber::yield();
                }
            });
        }
        const double begin = cpu_ns();
        for (fiber& f : all) f.join();
        ns = (cpu_ns() - begin) / static_cast<double>(yields);
    });
    return ns;
}

void show_costs(double ghz, long yields) {
    std::printf(
        "a yield, ns of CPU time, medians of 5 interleaved runs\n  fibers   round robin   market   ordered list\n");
    for (const std::size_t n : {std::size_t{10}, std::size_t{100}, std::size_t{1000}}) {
        std::vector<double> ns[3];
        for (int run = 0; run < 5; ++run) {
            ns[0].push_back(yield_ns(
                [] { boost::fibers::use_scheduling_algorithm<boost::fibers::algo::round_robin>(); }, n, yields));
            ns[1].push_back(yield_ns(
                [ghz] {
                    boost::fibers::use_scheduling_algorithm<fiber_market::algorithm>(
                        std::make_shared<fiber_market::state>(), static_cast<std::uint64_t>(100'000 * ghz));
                },
                n, yields));
            ns[2].push_back(yield_ns([] { boost::fibers::use_scheduling_algorithm<ordered_list>(); }, n,
                                     yields / (n > 100 ? 20 : 1)));
        }
        for (auto& v : ns) std::nth_element(v.begin(), v.begin() + 2, v.end());
        std::printf("  %6zu   %11.1f   %6.1f   %12.1f\n", n, ns[0][2], ns[1][2], ns[2][2]);
        std::printf("  goal: at most 25 ns above round robin: %+.1f, %s\n", ns[1][2] - ns[0][2],
                    ns[1][2] - ns[0][2] <= 25 ? "met" : "missed");
    }
}

bool number(char const* text, long& to) {
    const auto [end, error] = std::from_chars(text, text + std::strlen(text), to);
    return error == std::errc{} && *end == 0 && to > 0 && to <= 100'000'000;
}

}  // namespace

int main(int argc, char** argv) {
    long ms = 300;
    long yields = 200'000;
    if (argc > 3 || (argc > 1 && !number(argv[1], ms)) || (argc > 2 && !number(argv[2], yields))) {
        std::fprintf(
            stderr,
            "fiber_scheduler takes milliseconds for the shares and yields for the cost, each a number above 0.\n");
        return 2;
    }
    const double ghz = ticks_per_ns();
    show_shares(ghz, static_cast<std::uint64_t>(ms));
    show_costs(ghz, yields);
}
