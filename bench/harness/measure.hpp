// SPDX-License-Identifier: MIT
//
// One case, measured: batches for the mean, single operations for the tail, a fixed number for instruction counts.
//
//     set up   empty structure, N bids, warm up
//     batches  whole loops between two readings of the clock, less the clock's own cost once per loop
//     singles  a reading before and after each operation, into a histogram; the clock's floor is in there
//
// What the kernel interrupted to run somebody else is dropped: whole batches, and singles by the hundred.
//
// Both have a budget in time rather than in operations, so that a slow structure is measured less often, not longer. In the
// cold variant 1 MB of other memory is worked through before each operation; batches make no sense there, and the mean is
// that of single operations.

#pragma once

#include "cases/structures.hpp"
#include "cases/workloads.hpp"
#include "harness/clock.hpp"
#include "harness/counters.hpp"

#include <maxwell/core/latency_histogram.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define MAXWELL_BENCH_CALLGRIND 1
#else
#define MAXWELL_BENCH_CALLGRIND 0
#define CALLGRIND_TOGGLE_COLLECT
#define CALLGRIND_DUMP_STATS_AT(name)
#define CALLGRIND_ZERO_STATS
#endif

namespace maxwell::bench {

enum class variant : std::uint8_t {
    fitted,  ///< capacity N
    large,   ///< capacity 16,384, N live agents on scattered slots
    cold,    ///< capacity N, 1 MB of other work before each operation
};
inline constexpr std::size_t large_capacity = 16384;
inline constexpr std::array<std::string_view, 3> variant_suffixes{"", "@16384", "@cold"};

struct case_spec;

/// What one repetition of a case came to.
struct outcome {
    double mean_ns = 0;
    double p50_ns = 0;
    double p99_ns = 0;
    double p999_ns = 0;
    double samples = 0;  ///< single operations in the percentiles
    double bytes = 0;    ///< of the structure with N live bids
    double empty_bytes = 0;
    double instructions = -1;  ///< per operation; negative: not counted
    double l1_misses = -1;
    double last_level_misses = -1;
};

/// What a repetition may cost, and what it measures with.
struct instruments {
    clock_facts clock;
    double batch_ms = 8;
    double single_ms = 8;
    hardware_counters* counters = nullptr;  ///< null where the kernel gives none
};

struct case_spec {
    workload what;
    variant how;
    distribution amounts;
    std::size_t agents;
    structure_info const* structure;
    outcome (*measure)(case_spec const&, instruments const&);
    void (*count)(case_spec const&);  ///< under callgrind: dumps the costs of a fixed number of operations
    bool (*differential)(std::string& why);

    std::size_t capacity() const noexcept { return how == variant::large ? large_capacity : agents; }
    std::string title() const {  ///< workload and variant
        return fmt::format("{}{}", name_of(what), variant_suffixes[static_cast<std::size_t>(how)]);
    }
    std::string name() const { return fmt::format("{}/{}/{}/{}", title(), structure->name, name_of(amounts), agents); }
};

/// Bytes handed out by the allocator, its own bookkeeping included; 0 where it doesn't say.
inline std::size_t allocated_bytes() noexcept {
#if defined(__GLIBC__)
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/// Stands for the rest of the machine's work: reads and writes 1 MB.
[[gnu::noinline]] inline void other_work() noexcept {
    static std::vector<std::uint64_t> memory(1 << 17);
    for (std::size_t i = 0; i < memory.size(); i += 8) memory[i] += i;
    keep(memory.data());
}

/// The loop that is timed, and the same that is counted: not inlined, so that both are the same instructions. Everything in it
/// is, for all structures alike, as in a scheduler with one place that decides; in a program of this many instantiations the
/// compiler's own choice would fall now one way and now the other.
template <class W, class A>
[[gnu::noinline, gnu::flatten]] void run_steps(A& a, feed& bids, std::size_t steps) {
    bid_stream s = bids.open();
    for (std::size_t i = 0; i < steps; ++i) W::step(a, s);
    bids.close(s);
}

/// Steps that may follow each other before the population has to be restored or the clock to be looked at.
template <class W>
std::size_t steps_in_a_round(case_spec const& spec) noexcept {
    if (spec.how == variant::cold) return 1;
    if (spec.structure->linear) return W::in_rounds ? std::clamp<std::size_t>(spec.agents / 2, 1, 5) : 1;
    return W::round(spec.agents);
}

/// How many operations are counted under callgrind: whole rounds.
inline std::size_t counted_operations(case_spec const& spec) {
    std::size_t wanted = spec.how == variant::cold ? 100 : 2000;
    if (spec.structure->linear) wanted = std::clamp<std::size_t>(20'000 / spec.agents, 4, 500);
    const std::size_t steps = with_workload(spec.what, [&]<class W>(W) { return steps_in_a_round<W>(spec); });
    return (wanted + steps - 1) / steps * steps;
}

/// The same, each step between two readings of the clock. At most `single_steps` of them.
inline constexpr std::size_t single_steps = 100;
template <class W, class A>
[[gnu::noinline, gnu::flatten]] void run_single_steps(A& a, feed& bids, std::size_t steps, bool cold,
                                                      std::uint64_t* ticks) {
    bid_stream s = bids.open();
    for (std::size_t i = 0; i < steps; ++i) {
        if (cold) other_work();
        const std::uint64_t t = ticks_begin();
        W::step(a, s);
        ticks[i] = ticks_end() - t;
    }
    bids.close(s);
}

template <class A>
class case_runner {
public:
    explicit case_runner(case_spec const& spec) : spec_(spec), bids_(spec.amounts, spec.agents, spec.capacity()) {
        const std::size_t before = allocated_bytes();
        structure_ = make_structure<A>(spec.capacity());
        empty_bytes_ = allocated_bytes() - before;
        structure_->update_price(1);  // every amount is at or above it
        with_workload(spec.what, [&]<class W>(W) { W::populate(*structure_, bids_); });
        bytes_ = allocated_bytes() - before;
        if constexpr (auction<A>) bytes_ = empty_bytes_ = sizeof(A);
    }

    outcome measure(instruments const& with) {
        outcome result;
        result.bytes = static_cast<double>(bytes_);
        result.empty_bytes = static_cast<double>(empty_bytes_);
        with_workload(spec_.what, [&]<class W>(W) {
            if (spec_.how != variant::cold) {
                batches<W>(with, result);
            } else if (with.counters != nullptr) {
                cold_counts<W>(with, result);
            }
            singles<W>(with, result);
        });
        return result;
    }

    /// Callgrind collects between the toggles only, and the dump carries the case's name.
    void count() {
        with_workload(spec_.what, [&]<class W>(W) {
            const std::size_t total = counted_operations(spec_);
            for (std::size_t done = 0; done < total; done += round<W>()) counted_round<W>(false);  // warm up
            CALLGRIND_ZERO_STATS;
            for (std::size_t done = 0; done < total; done += round<W>()) counted_round<W>(true);
            const std::string name = spec_.name();
            CALLGRIND_DUMP_STATS_AT(name.c_str());
        });
    }

private:
    template <class W>
    std::size_t round() const noexcept {
        return steps_in_a_round<W>(spec_);
    }

    template <class W>
    void counted_round(bool collect) {
        W::prepare(*structure_, bids_, round<W>());
        if (spec_.how == variant::cold) other_work();
        if (collect) CALLGRIND_TOGGLE_COLLECT;
        run_steps<W>(*structure_, bids_, round<W>());
        if (collect) CALLGRIND_TOGGLE_COLLECT;
        W::restore(*structure_, bids_, round<W>());
    }

    template <class W>
    std::uint64_t timed_round(std::size_t steps, hardware_counters* counters = nullptr) {
        W::prepare(*structure_, bids_, steps);
        if (counters != nullptr) counters->start();
        const std::uint64_t begin = ticks_begin();
        run_steps<W>(*structure_, bids_, steps);
        const std::uint64_t end = ticks_end();
        if (counters != nullptr) counted_ = counters->stop();
        W::restore(*structure_, bids_, steps);
        return end - begin;
    }

    template <class W>
    void batches(instruments const& with, outcome& result) {
        const auto budget = static_cast<std::uint64_t>(with.batch_ms * 1e6 / with.clock.ns_per_tick);
        std::size_t steps = round<W>();
        if constexpr (!W::in_rounds) {  // long enough that the clock does not count
            constexpr std::size_t longest = std::min(feed::longest_loop, feed::length / W::bids_in_a_step);
            const auto enough = static_cast<std::uint64_t>(50e3 / with.clock.ns_per_tick);
            while (timed_round<W>(steps) < enough && 2 * steps <= longest) steps *= 2;
        } else {
            timed_round<W>(steps);
        }
        const std::uint64_t start = ticks_begin();
        while (ticks_begin() - start < budget / 4) timed_round<W>(steps);  // until caches and structure have settled

        std::uint64_t ticks = 0;
        std::size_t operations = 0;
        hardware_counters::counts counted{};
        const std::uint64_t begin = ticks_begin();
        while (operations == 0 || ticks_begin() - begin < budget) {
            const long before = interruptions();
            const std::uint64_t t = timed_round<W>(steps, with.counters);
            if (interruptions() != before && ticks_begin() - begin < 4 * budget) continue;
            counted += counted_;
            ticks += t > with.clock.floor_ticks ? t - with.clock.floor_ticks : 0;
            operations += steps;
        }
        result.mean_ns = with.clock.ns(ticks) / static_cast<double>(operations);
        if (with.counters != nullptr) set_counts(counted, operations, result);
    }

    /// Hardware counts of the cold variant, each operation on its own.
    template <class W>
    void cold_counts(instruments const& with, outcome& result) {
        hardware_counters::counts counted{};
        constexpr std::size_t operations = 50;
        for (std::size_t i = 0; i < operations; ++i) {
            other_work();
            timed_round<W>(1, with.counters);
            counted += counted_;
        }
        set_counts(counted, operations, result);
    }

    static void set_counts(hardware_counters::counts const& counted, std::size_t operations, outcome& result) {
        const auto n = static_cast<double>(operations);
        result.instructions = static_cast<double>(counted.instructions) / n;
        result.l1_misses = static_cast<double>(counted.l1_misses) / n;
        result.last_level_misses = static_cast<double>(counted.last_level_misses) / n;
    }

    template <class W>
    void singles(instruments const& with, outcome& result) {
        static latency_histogram<> histogram;
        histogram = {};
        const auto budget = static_cast<std::uint64_t>(with.single_ms * 1e6 / with.clock.ns_per_tick);
        const bool cold = spec_.how == variant::cold;
        const std::uint64_t begin = ticks_begin();
        std::array<std::uint64_t, single_steps> ticks;
        while (histogram.count() == 0 || ticks_begin() - begin < budget) {
            const std::size_t steps = round<W>();
            W::prepare(*structure_, bids_, steps);
            for (std::size_t done = 0; done < steps; done += single_steps) {
                const std::size_t now = std::min(single_steps, steps - done);
                const long before = interruptions();
                run_single_steps<W>(*structure_, bids_, now, cold, ticks.data());
                if (interruptions() != before && ticks_begin() - begin < 4 * budget) continue;
                for (std::size_t i = 0; i < now; ++i) histogram.record(ticks[i]);
            }
            W::restore(*structure_, bids_, steps);
        }
        result.samples = static_cast<double>(histogram.count());
        result.p50_ns = with.clock.ns(histogram.percentile(500'000));
        result.p99_ns = with.clock.ns(histogram.percentile(990'000));
        result.p999_ns = with.clock.ns(histogram.percentile(999'000));
        if (cold) result.mean_ns = with.clock.ns(histogram.sum()) / result.samples;
    }

    case_spec const& spec_;
    feed bids_;
    std::unique_ptr<A> structure_;
    std::size_t empty_bytes_ = 0;
    std::size_t bytes_ = 0;
    hardware_counters::counts counted_{};  ///< of the last timed round
};

}  // namespace maxwell::bench
