// SPDX-License-Identifier: MIT
//
// fiber_market: Boost.Fiber scheduled by a market, one per thread. The whole adaptor.
//
// A fiber that does nothing gets its share by weight; one that calls bid() pays from its account. Preemption is by polling: a fiber
// asks should_yield() at points of its own choosing, one rdtsc, and yields when its quantum is over.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/market/market.hpp>

#include <x86intrin.h>
#include <boost/fiber/all.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace fiber_market {

constexpr std::size_t max_fibers = 16384;
using fibers = boost::fibers::context;
using market = maxwell::market<maxwell::stratified_buckets<max_fibers>, 1, maxwell::ledger<64>>;
struct state {
    market m;
    maxwell::agent_registry<max_fibers> ids;
    fibers* who[max_fibers];
};
inline thread_local std::uint64_t quantum_ends = ~std::uint64_t{0};  ///< of the fiber that runs on this thread
inline bool should_yield() noexcept { return __rdtsc() >= quantum_ends; }

/// A fiber in its thread's market. Boost makes it when the fiber is first ready, and it ends with the fiber.
struct bidder : boost::fibers::fiber_properties {
    explicit bidder(fibers* c) : fiber_properties(c), fiber(c) {}
    ~bidder() { leave(); }

    /// What a fiber that pays bids from now on; of one with a share only the units count.
    void bid(maxwell::price amount, std::uint32_t units) { home->m.offer({id, amount, units}); }
    /// For a fiber that is ready and doesn't run: it takes part as that from now on, instead of with a weight of 16.
    void become(maxwell::standing const& as) {
        leave();
        enter(home, as);
        home->m.wake(id, __rdtsc());
    }
    void enter(std::shared_ptr<state> const& to, maxwell::standing const& as) {
        home = to;
        id = to->ids.acquire().value();
        to->who[maxwell::slot_of(id)] = fiber;
        to->m.admit(id, as);
    }
    void leave() {
        if (home) home->m.retire(id), home->ids.release(id);
    }
    fibers* fiber;
    maxwell::agent_id id = 0;
    std::shared_ptr<state> home;
};

class algorithm : public boost::fibers::algo::algorithm_with_properties<bidder> {
public:
    /// Units are 256 ticks of the processor's counter; quanta are in ticks.
    algorithm(std::shared_ptr<state> s, std::uint64_t quantum_ticks) : s_(std::move(s)), quantum_(quantum_ticks) {}

    void awakened(fibers* c, bidder& p) noexcept override {
        // The dispatcher wakes all others: it must never wait.
        const bool wakes_others = c->is_context(boost::fibers::type::dispatcher_context);
        if (!p.home) p.enter(s_, {0, 0, wakes_others ? 65535u : 16u, false});
        if (c == running_) running_is_ready_ = true;
        s_->m.wake(p.id, __rdtsc());
    }
    fibers* pick_next() noexcept override {
        const std::uint64_t now = __rdtsc();
        if (running_) s_->m.charge(0, (now - began_) >> 8, 0);
        if (running_ && !running_is_ready_)
            s_->m.block(s_->m.on_core(0)->winner.agent);  // it waits for something, or has ended
        const maxwell::decision d = s_->m.decide(0, now);
        running_ = d.run ? s_->who[maxwell::slot_of(d.run->winner.agent)] : nullptr;
        running_is_ready_ = false;
        began_ = now;
        quantum_ends = now + quantum_;
        return running_;
    }
    bool has_ready_fibers() const noexcept override { return !s_->m.auctions().empty() || running_is_ready_; }
    void suspend_until(std::chrono::steady_clock::time_point const& t) noexcept override {
        std::unique_lock lock(mutex_);
        const auto soon =
            std::chrono::steady_clock::now() + std::chrono::seconds(1);  // the latest time there is would overflow
        bell_.wait_until(lock, std::min(t, soon), [this] { return rung_; });
        rung_ = false;
    }
    void notify() noexcept override {
        const std::lock_guard lock(mutex_);
        rung_ = true;
        bell_.notify_all();
    }

private:
    std::shared_ptr<state> s_;
    std::uint64_t quantum_;
    fibers* running_ = nullptr;
    bool running_is_ready_ = false;
    std::uint64_t began_ = 0;
    std::mutex mutex_;
    std::condition_variable bell_;
    bool rung_ = false;
};

}  // namespace fiber_market
