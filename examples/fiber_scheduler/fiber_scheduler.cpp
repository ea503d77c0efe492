// SPDX-License-Identifier: MIT
//
// Boost.Fiber on markets, measured: shares against weights and an agent that pays, how soon a fiber that wakes runs, fibers that
// another thread steals, a fiber that never yields, and what scheduling costs beside Boost's round robin and the ordered list of
// its manual. Times are the threads' own CPU time, in interleaved runs.

#include "../../bench/harness/number_range.hpp"
#include "load_step.hpp"
#include "measure.hpp"
#include "overhead.hpp"
#include "watchdog.hpp"

#include <CLI/CLI.hpp>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace fiber_market {
namespace {

double us(double ticks) { return ticks / ticks_per_ns() / 1000; }

/// Four fibers that always want the processor, with weights 1:2:4:8, and a fifth that pays for part of it. Time is what was charged, by
/// the processor's counter: on a busy machine that includes what other processes took in the middle of a quantum.
bool show_shares(double ms) {
    const auto team = std::make_shared<crew>(1);
    market& m = team->desks[0].m;
    m.shares({100'000, 1u << 30, 1}, 4);
    // A ledger's millisecond is a million ticks here, 3,906 units: a fifth of them at `low`.
    m.accounts().open(0, {78'000'000, 2'000'000'000, 0}, __rdtsc());
    constexpr double quantum_us = 100;
    double had[5] = {};
    double longest = 0;
    on_a_thread(by_market(team, 0, quantum_us), [&] {
        const double end = cpu_ns() + ms * 1e6;
        std::vector<fiber> all;
        for (std::size_t i = 0; i < 5; ++i) {
            const auto work = [&, i] {
                while (cpu_ns() < end) {
                    // What it is charged for begins with the decision, not with its first instruction.
                    const std::uint64_t begin = quantum_ends - ticks_of_us(quantum_us);
                    // What its account can back has grown since: an offer is the moment at which that counts.
                    if (i == 4) boost::this_fiber::properties<bidder>().bid(~0u, 1000);
                    while (!should_yield()) {
                    }
                    const double ran = static_cast<double>(__rdtsc() - begin);
                    had[i] += ran;
                    longest = std::max(longest, ran);
                    yield();
                }
            };
            all.push_back(start(work, {0, 0, 1u << i, i == 4}));
        }
        for (fiber& f : all) f.join();
    });
    const double sharers = had[0] + had[1] + had[2] + had[3];
    std::printf("shares of %.0f ms, quanta of %.0f us\n", us(sharers + had[4]) / 1000, quantum_us);
    const double allowed = 2 * longest + 2 * static_cast<double>(ticks_of_us(quantum_us));
    bool fair = true;
    for (std::size_t i = 0; i < 4; ++i) {
        const double share = (1u << i) / 15.0;
        std::printf("  weight %u      %5.1f %% of what sharers had; asked for %5.1f %%\n", 1u << i,
                    100 * had[i] / sharers, 100 * share);
        fair = fair && std::abs(had[i] - share * sharers) <= allowed;
    }
    std::printf("  pays          %5.1f %% of all\n", 100 * had[4] / (sharers + had[4]));
    std::printf("  within two quanta, and two of the longest that were charged (%.0f us), of its share: %s\n",
                us(longest), fair ? "all" : "not all");
    return fair;
}

/// A fiber that sleeps for a millisecond at a time beside `hogs` that never do. It pays, so it is next when it has woken; what it waits
/// for is the quantum of a hog, and that Boost's dispatcher looks at its sleepers.
void show_wakes(std::size_t hogs, double ms) {
    const auto team = std::make_shared<crew>(1);
    market& m = team->desks[0].m;
    m.shares({100'000, 1u << 30, 1}, 4);
    m.accounts().open(0, {1'000'000'000, 4'000'000'000, 0}, __rdtsc());
    constexpr double quantum_us = 100;
    std::vector<double> late_us;
    on_a_thread(by_market(team, 0, quantum_us), [&] {
        bool done = false;
        std::vector<fiber> all;
        for (std::size_t i = 0; i < hogs; ++i) {
            all.push_back(start([&] {
                while (!done) {
                    while (!should_yield()) {
                    }
                    yield();
                }
            }));
        }
        const double end = cpu_ns() + ms * 1e6;
        fiber sleeper = start(
            [&] {
                while (cpu_ns() < end) {
                    const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
                    boost::this_fiber::sleep_until(due);
                    const std::chrono::duration<double, std::micro> late = std::chrono::steady_clock::now() - due;
                    late_us.push_back(late.count());
                }
                done = true;
            },
            {1, 0, 0, true});
        sleeper.join();
        for (fiber& f : all) f.join();
    });
    auto const& waits = m.counts().lane(1).waits_ns;  // in ticks
    std::printf("waking beside %zu hogs, quanta of %.0f us\n", hogs, quantum_us);
    std::printf("  runnable to running: p50 %.1f us, p99 %.1f us\n", us(static_cast<double>(waits.percentile(500'000))),
                us(static_cast<double>(waits.percentile(990'000))));
    std::printf("  due to running:      p50 %.1f us, p99 %.1f us; %zu times, wall time\n", quantile(late_us, .5),
                quantile(late_us, .99), late_us.size());
}

/// Fibers that all begin on one thread; a second thread has nothing of its own. Returns whether each worked.
bool show_stealing(std::size_t fibers, double ms) {
    const auto team = std::make_shared<crew>(2);
    for (desk& d : team->desks) d.m.shares({100'000, 1u << 30, 1}, 4);
    std::atomic<double> worked[2] = {0, 0};
    std::atomic<std::size_t> left = fibers;
    static thread_local std::size_t thread = 0;
    boost::fibers::mutex lock;
    boost::fibers::condition_variable_any all_done;
    const auto wait = [&] {
        std::unique_lock held(lock);
        all_done.wait(held, [&] { return left == 0; });
    };
    std::thread idle([&] {
        thread = 1;
        by_market(team, 1, 100)();
        wait();
    });
    on_a_thread(by_market(team, 0, 100), [&] {
        thread = 0;
        for (std::size_t i = 0; i < fibers; ++i) {
            start([&] {
                double had = 0;
                while (had < ms * 1e6 / static_cast<double>(fibers)) {
                    const double begin = cpu_ns();
                    while (!should_yield()) {
                    }
                    const double ran = cpu_ns() - begin;
                    had += ran;
                    worked[thread] = worked[thread] + ran;
                    yield();
                }
                const std::lock_guard held(lock);
                if (--left == 0) all_done.notify_all();
            }).detach();
        }
        wait();
    });
    idle.join();
    std::printf("stealing: %zu fibers begin on one of two threads\n", fibers);
    std::printf("  CPU time: %.1f ms there, %.1f ms on the other, which took %llu and gave back %llu\n",
                worked[0] / 1e6, worked[1] / 1e6, static_cast<unsigned long long>(team->desks[1].thefts),
                static_cast<unsigned long long>(team->desks[0].thefts));
    return worked[0] > 0 && worked[1] > 0;
}

/// A fiber that asks nothing for 20 ms.
bool show_watchdog() {
    std::uint64_t found = 0;
    on_a_thread(by_market(std::make_shared<crew>(1), 0, 100), [&] {
        const watchdog dog(ticks_of_us(1000));
        start([] {
            const double end = cpu_ns() + 20e6;
            while (cpu_ns() < end) {
            }
        }).join();
        found = dog.overstays();
    });
    std::printf("watchdog: a fiber that never asked for 20 ms was seen: %s\n", found > 0 ? "yes" : "no");
    return found > 0;
}

std::vector<overhead_setting> settings(bool full) {
    static constexpr struct {
        std::size_t bytes;
        char const* name;
    } sizes[] = {{std::size_t{32} << 10, "L1"}, {std::size_t{1} << 20, "L2"}, {std::size_t{64} << 20, "beyond L3"}};
    std::vector<overhead_setting> all;
    if (!full) return {{100, 10, sizes[0].bytes, "L1"}, {10, 100, sizes[0].bytes, "L1"}};
    for (const double quantum_us : {1000.0, 100.0, 20.0, 10.0}) {
        for (const std::size_t n : {std::size_t{10}, std::size_t{100}, std::size_t{1000}, std::size_t{10'000}})
            all.push_back({quantum_us, n, sizes[0].bytes, sizes[0].name});
        for (auto const& s : {sizes[1], sizes[2]}) all.push_back({quantum_us, 1000, s.bytes, s.name});
    }
    return all;
}

}  // namespace
}  // namespace fiber_market

int main(int argc, char** argv) {
    using namespace fiber_market;
    double ms = 300;
    long yields = 100'000;
    bool full = false;
    std::string recording = MAXWELL_LOAD_STEP;
    CLI::App app("Boost.Fiber on markets, measured.");
    app.add_option("--ms", ms, "CPU time of each part, milliseconds")
        ->check(maxwell::bench::number_range(1.0, 600'000.0))
        ->capture_default_str();
    app.add_option("--yields", yields, "yields that are timed")
        ->check(CLI::Range(1000L, 100'000'000L))
        ->capture_default_str();
    app.add_option("--replay", recording, "a recording of sensors with a processor's temperature");
    app.add_flag("--full", full, "all quanta, numbers of fibers and sizes of work; some minutes");
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const& e) {
        return app.exit(e);
    } catch (CLI::ParseError const& e) {
        std::fprintf(stderr, "fiber_scheduler: %s; --help lists the options.\n", e.what());
        return 2;
    }
    std::string why;
    const std::vector<double> celsius = recorded_celsius(recording, why);
    if (celsius.empty()) {
        std::fprintf(stderr, "fiber_scheduler: %s.\n", why.c_str());
        return 2;
    }
    bool good = show_shares(ms);
    show_wakes(4, ms);
    good = show_stealing(8, ms) && good;
    good = show_watchdog() && good;
    good = show_load_step(celsius, ms) && good;
    show_yields(full ? 10'000 : 100, yields);
    show_overheads(settings(full), full ? 50 : 10, full ? 5 : 3);
    return good ? 0 : 1;
}
