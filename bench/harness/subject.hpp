// SPDX-License-Identifier: MIT
//
// subject: a structure that is measured, behind an interface that doesn't depend on its type.
//
//     run_case, differential test, panels            compiled once
//            │ insert, expire, top, ...  virtual: fills the structure, restores it, tests it; never timed
//            │ loops_of(workload)        the timed loops, compiled for this structure and workload with every call inlined
//            ▼
//     subject_of<A, Workloads>                       compiled per structure: the dearest part of this program's build
//
// Only the two loops of each pair of structure and workload are templates over both. Everything else would be compiled
// some two hundred times without being timed.

#pragma once

#include "cases/distributions.hpp"
#include "cases/workloads.hpp"
#include "harness/clock.hpp"

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace maxwell::bench {

/// An empty structure. On the heap: a container of 16,384 is larger than some stacks.
template <class A>
std::unique_ptr<A> make_structure(std::size_t capacity) {
    if constexpr (auction<A>) {
        return std::make_unique<A>();  // a number would be the first arrival
    } else {
        return std::make_unique<A>(capacity);
    }
}

/// Stands for the rest of the machine's work: reads and writes 1 MB.
void other_work() noexcept;

class subject {
public:
    /// The timed loops of one workload. `structure` is structure()'s.
    struct loops {
        /// `steps` operations.
        void (*run)(void* structure, feed& bids, std::size_t steps);
        /// The same, each between two readings of the clock, written to `ticks`; after other_work() where `cold`.
        void (*run_singly)(void* structure, feed& bids, std::size_t steps, bool cold, std::uint64_t* ticks);
    };

    virtual ~subject() = default;
    virtual std::size_t size() const noexcept = 0;
    virtual status insert(bid b) noexcept = 0;
    virtual status expire(agent_id id) noexcept = 0;
    virtual void update_price(price p) noexcept = 0;
    virtual std::optional<award> top() noexcept = 0;
    virtual std::optional<award> extract_max() noexcept = 0;

    /// The loops of `w`; null pointers where the structure isn't measured under it.
    virtual loops loops_of(workload w) const noexcept = 0;
    virtual void* structure() noexcept = 0;
    /// Bytes of a structure whose size is part of its type; 0: ask the allocator.
    virtual std::size_t fixed_bytes() const noexcept = 0;
};

// A build for tests times nothing, and inlining every call takes two thirds of its compiler's time.
#if MAXWELL_BENCH_SMOKE
#define MAXWELL_BENCH_FLATTEN
#else
#define MAXWELL_BENCH_FLATTEN [[gnu::flatten]]
#endif

/// The loop that is timed, and the same that is counted: not inlined, so that both are the same instructions. Every call in
/// it is inlined, for all structures alike, as in a scheduler with one place that decides. Left alone, the compiler would
/// inline in one structure and not in the next.
template <class W, class A>
MAXWELL_BENCH_FLATTEN [[gnu::noinline]] void run_steps(void* structure, feed& bids, std::size_t steps) {
    A& a = *static_cast<A*>(structure);
    bid_stream s = bids.open();
    for (std::size_t i = 0; i < steps; ++i) W::step(a, s);
    bids.close(s);
}

template <class W, class A>
MAXWELL_BENCH_FLATTEN [[gnu::noinline]] void run_steps_singly(void* structure, feed& bids, std::size_t steps, bool cold,
                                                              std::uint64_t* ticks) {
    A& a = *static_cast<A*>(structure);
    bid_stream s = bids.open();
    for (std::size_t i = 0; i < steps; ++i) {
        if (cold) other_work();
        const std::uint64_t t = ticks_begin();
        W::step(a, s);
        ticks[i] = ticks_end() - t;
    }
    bids.close(s);
}

/// Workloads for which loops are compiled.
template <class... Workloads>
struct workload_list {};

template <class A, class List>
class subject_of;

template <class A, class... Workloads>
class subject_of<A, workload_list<Workloads...>> final : public subject {
public:
    explicit subject_of(std::unique_ptr<A> structure) noexcept : a_(std::move(structure)) {}

    std::size_t size() const noexcept override { return a_->size(); }
    status insert(bid b) noexcept override { return a_->insert(b); }
    status expire(agent_id id) noexcept override { return a_->expire(id); }
    void update_price(price p) noexcept override { a_->update_price(p); }
    std::optional<award> top() noexcept override { return a_->top(); }
    std::optional<award> extract_max() noexcept override { return a_->extract_max(); }

    loops loops_of([[maybe_unused]] workload w) const noexcept override {
        loops found{nullptr, nullptr};
        ((w == Workloads::name ? void(found = {run_steps<Workloads, A>, run_steps_singly<Workloads, A>}) : void()),
         ...);
        return found;
    }
    void* structure() noexcept override { return a_.get(); }
    std::size_t fixed_bytes() const noexcept override { return auction<A> ? sizeof(A) : 0; }

private:
    std::unique_ptr<A> a_;
};

/// An empty structure of `capacity` slots that can run the workloads of `List`.
template <class A, class List>
std::unique_ptr<subject> make_subject(std::size_t capacity) {
    return std::make_unique<subject_of<A, List>>(make_structure<A>(capacity));
}

}  // namespace maxwell::bench
