// SPDX-License-Identifier: MIT

#include "harness/measure.hpp"

#include <maxwell/core/latency_histogram.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
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

[[gnu::noinline]] void other_work() noexcept {
    static std::vector<std::uint64_t> memory(1 << 17);
    for (std::size_t i = 0; i < memory.size(); i += 8) memory[i] += i;
    keep(memory.data());
}

namespace {

/// Bytes handed out by the allocator, its own bookkeeping included; 0 where it doesn't say.
std::size_t allocated_bytes() noexcept {
#if defined(__GLIBC__)
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
#else
    return 0;
#endif
}

/// Bytes handed out beyond `base`. None rather than a negative number where a block that was free before has been handed out again,
/// which the allocator had counted as in use.
std::size_t allocated_beyond(std::size_t base) noexcept {
    const std::size_t now = allocated_bytes();
    return now > base ? now - base : 0;
}

/// Bytes of the allocator's block at `p`, its bookkeeping included: what a subject costs beside its structure.
std::size_t block_bytes(void* p) noexcept {
#if defined(__GLIBC__)
    return malloc_usable_size(p) + sizeof(std::size_t);
#else
    return 0;
#endif
}

/// Steps that may follow each other before the population has to be restored or the clock to be looked at.
template <class W>
std::size_t steps_in_a_round(case_spec const& spec) noexcept {
    if (spec.how == variant::cold) return 1;
    if (spec.structure->linear) return W::in_rounds ? std::clamp<std::size_t>(spec.agents / 2, 1, 5) : 1;
    return W::round(spec.agents);
}

/// Readings of the clock that fit between two questions whether the kernel has interrupted.
constexpr std::size_t single_steps = 100;

class case_runner {
public:
    explicit case_runner(case_spec const& spec) : spec_(spec), bids_(spec.amounts, spec.agents, spec.capacity()) {
        const std::size_t before = allocated_bytes();
        subject_ = spec.make(spec.capacity());
        const std::size_t base = before + block_bytes(subject_.get());
        empty_bytes_ = allocated_beyond(base);
        subject_->update_price(1);  // every amount is at or above it
        with_workload(spec.what, [&]<class W>(W) { W::populate(*subject_, bids_); });
        bytes_ = allocated_beyond(base);
        if (subject_->fixed_bytes() != 0) bytes_ = empty_bytes_ = subject_->fixed_bytes();
        loops_ = subject_->loops_of(spec.what);
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
    void run(std::size_t steps) { loops_.run(subject_->structure(), bids_, steps); }

    template <class W>
    std::size_t round() const noexcept {
        return steps_in_a_round<W>(spec_);
    }

    template <class W>
    void counted_round(bool collect) {
        W::prepare(*subject_, bids_, round<W>());
        if (spec_.how == variant::cold) other_work();
        if (collect) CALLGRIND_TOGGLE_COLLECT;
        run(round<W>());
        if (collect) CALLGRIND_TOGGLE_COLLECT;
        W::restore(*subject_, bids_, round<W>());
    }

    template <class W>
    std::uint64_t timed_round(std::size_t steps, hardware_counters* counters = nullptr) {
        W::prepare(*subject_, bids_, steps);
        if (counters != nullptr) counters->start();
        const std::uint64_t begin = ticks_begin();
        run(steps);
        const std::uint64_t end = ticks_end();
        if (counters != nullptr) counted_ = counters->stop();
        W::restore(*subject_, bids_, steps);
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
            W::prepare(*subject_, bids_, steps);
            for (std::size_t done = 0; done < steps; done += single_steps) {
                const std::size_t now = std::min(single_steps, steps - done);
                const long before = interruptions();
                loops_.run_singly(subject_->structure(), bids_, now, cold, ticks.data());
                if (interruptions() != before && ticks_begin() - begin < 4 * budget) continue;
                for (std::size_t i = 0; i < now; ++i) histogram.record(ticks[i]);
            }
            W::restore(*subject_, bids_, steps);
        }
        result.samples = static_cast<double>(histogram.count());
        result.p50_ns = with.clock.ns(histogram.percentile(500'000));
        result.p99_ns = with.clock.ns(histogram.percentile(990'000));
        result.p999_ns = with.clock.ns(histogram.percentile(999'000));
        if (cold) result.mean_ns = with.clock.ns(histogram.sum()) / result.samples;
    }

    case_spec const& spec_;
    feed bids_;
    std::unique_ptr<subject> subject_;
    subject::loops loops_;
    std::size_t empty_bytes_ = 0;
    std::size_t bytes_ = 0;
    hardware_counters::counts counted_{};  ///< of the last timed round
};

}  // namespace

bool can_count_under_callgrind() noexcept { return MAXWELL_BENCH_CALLGRIND != 0; }

/// Whole rounds.
std::size_t counted_operations(case_spec const& spec) {
    std::size_t wanted = spec.how == variant::cold ? 100 : 2000;
    if (spec.structure->linear) wanted = std::clamp<std::size_t>(20'000 / spec.agents, 4, 500);
    const std::size_t steps = with_workload(spec.what, [&]<class W>(W) { return steps_in_a_round<W>(spec); });
    return (wanted + steps - 1) / steps * steps;
}

outcome measure_case(case_spec const& spec, instruments const& with) { return case_runner(spec).measure(with); }

void count_case(case_spec const& spec) { case_runner(spec).count(); }

}  // namespace maxwell::bench
