// SPDX-License-Identifier: MIT
//
// What scheduling costs: a yield, and the share of CPU time that goes into it at quanta of 1 ms to 10 us, with fibers that sweep the
// caches between two decisions, beside Boost's round robin and the ordered list of its manual.

#pragma once

#include "measure.hpp"

#include <cstdio>
#include <vector>

namespace fiber_market {

/// Nanoseconds of CPU time for a yield among `n` fibers.
inline double yield_ns(scheduler const& use, std::size_t n, long yields) {
    double ns = 0;
    on_a_thread(use, [&] {
        long left = yields;
        std::vector<fiber> all;
        for (std::size_t i = 0; i < n; ++i) {
            all.push_back(start([&] {
                while (left > 0) {
                    --left;
                    yield();
                }
            }));
        }
        const double begin = cpu_ns();
        for (fiber& f : all) f.join();
        ns = (cpu_ns() - begin) / static_cast<double>(yields);
    });
    return ns;
}

inline void show_yields(std::size_t most_fibers, long yields) {
    std::printf(
        "a yield, ns of CPU time, medians of 5 interleaved runs\n  fibers   round robin   market   ordered list\n");
    for (std::size_t n = 10; n <= most_fibers; n *= 10) {
        std::vector<double> ns[3];
        for (int run = 0; run < 5; ++run) {
            ns[0].push_back(yield_ns(round_robin(), n, yields));
            ns[1].push_back(yield_ns(by_market(std::make_shared<crew>(1), 0, 100), n, yields));
            ns[2].push_back(yield_ns(by_priority(), n, yields / (n > 100 ? 20 : 1)));
        }
        const double more = median(ns[1]) - median(ns[0]);
        std::printf("  %6zu   %11.1f   %6.1f   %12.1f\n", n, median(ns[0]), median(ns[1]), median(ns[2]));
        if (n <= 1000)
            std::printf("  goal: at most 25 ns above round robin: %+.1f, %s\n", more, more <= 25 ? "met" : "missed");
    }
}

/// Work that walks through `bytes` of memory again and again, a few cache lines at a step.
class sweep {
public:
    explicit sweep(std::size_t bytes) : memory_(bytes) {}
    void step() noexcept {
        for (std::size_t line = 0; line < lines_a_step; ++line) {
            ++memory_[at_];
            at_ += 64;
            if (at_ >= memory_.size()) at_ = 0;
        }
    }

private:
    static constexpr std::size_t lines_a_step = 32;
    std::vector<unsigned char> memory_;
    std::size_t at_ = 0;
};

/// CPU time that `n` fibers take for `steps` of the work, each yielding after a quantum. Their start and end are left out.
inline double work_ns(scheduler const& use, std::size_t n, double quantum_us, sweep& work, long steps) {
    double ns = 0;
    on_a_thread(use, [&] {
        const std::uint64_t quantum = ticks_of_us(quantum_us);
        long left = steps;
        double begin = 0;
        std::vector<fiber> all;
        for (std::size_t i = 0; i < n; ++i) {
            all.push_back(start([&] {
                if (begin == 0) begin = cpu_ns();
                while (left > 0) {
                    const std::uint64_t until = __rdtsc() + quantum;
                    while (left > 0 && __rdtsc() < until) {
                        work.step();
                        if (--left == 0) ns = cpu_ns() - begin;
                    }
                    yield();
                }
            }));
        }
        for (fiber& f : all) f.join();
    });
    return ns;
}

struct overhead_setting {
    double quantum_us;
    std::size_t fibers;
    std::size_t bytes;
    char const* sweeps;
};

/// Each of them against the same work in one fiber under round robin that is never interrupted, in interleaved runs.
inline void show_overheads(std::vector<overhead_setting> const& settings, double ms, int runs) {
    std::printf(
        "CPU time that scheduling takes, %% beyond the same work in one fiber; medians of %d interleaved runs\n"
        "  quantum   fibers   sweeps        round robin   market   ordered list\n",
        runs);
    for (overhead_setting const& s : settings) {
        sweep work(s.bytes);
        const long trial = 2000;
        const double each = work_ns(round_robin(), 1, 1e6, work, trial) / trial;
        const long steps = static_cast<long>(ms * 1e6 / each) + 1;
        std::vector<double> percent[3];
        for (int run = 0; run < runs; ++run) {
            const double alone = work_ns(round_robin(), 1, 1e6, work, steps);
            const double took[3] = {
                work_ns(round_robin(), s.fibers, s.quantum_us, work, steps),
                work_ns(by_market(std::make_shared<crew>(1), 0, s.quantum_us), s.fibers, s.quantum_us, work, steps),
                work_ns(by_priority(), s.fibers, s.quantum_us, work, steps)};
            for (int i = 0; i < 3; ++i) percent[i].push_back(100 * (took[i] / alone - 1));
        }
        std::printf("  %4.0f us   %6zu   %-11s   %+10.2f   %+6.2f   %+12.2f\n", s.quantum_us, s.fibers, s.sweeps,
                    median(percent[0]), median(percent[1]), median(percent[2]));
    }
}

}  // namespace fiber_market
