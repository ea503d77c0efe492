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

/// A fiber in its thread's market. Boost makes it when the fiber is first ready.
class bidder : public boost::fibers::fiber_properties {
public:
    explicit bidder(fibers* c) : fiber_properties(c), fiber_(c) {}
    ~bidder() { leave(); }  // the fiber has ended
    bidder(bidder const&) = delete;

    /// What a fiber that pays bids from now on; of one with a share only the units count.
    void bid(maxwell::price amount, std::uint32_t units) { home_->m.offer({id_, amount, units}); }
    /// For a fiber that is ready and doesn't run: it takes part as that from now on, instead of with a weight of 16.
    void become(maxwell::standing const& as) {
        leave();
        enter(home_, as);
        home_->m.wake(id_, __rdtsc());
    }
    maxwell::agent_id enter(std::shared_ptr<state> const& home, maxwell::standing const& as) {
        home_ = home;
        id_ = home->ids.acquire().value();
        home->who[maxwell::slot_of(id_)] = fiber_;
        home->m.admit(id_, as);
        return id_;
    }
    bool entered() const { return home_ != nullptr; }
    maxwell::agent_id id() const { return id_; }

private:
    void leave() {
        if (!home_) return;
        home_->m.retire(id_);
        home_->ids.release(id_);
    }
    fibers* fiber_;
    maxwell::agent_id id_ = 0;
    std::shared_ptr<state> home_;
};

class algorithm : public boost::fibers::algo::algorithm_with_properties<bidder> {
public:
    /// Units are 256 ticks of the processor's counter; quanta are in ticks.
    algorithm(std::shared_ptr<state> s, std::uint64_t quantum_ticks) : s_(std::move(s)), quantum_(quantum_ticks) {}

    void awakened(fibers* c, bidder& p) noexcept override {
        // The dispatcher wakes all others: it must never wait.
        const bool wakes_others = c->is_context(boost::fibers::type::dispatcher_context);
        if (!p.entered()) p.enter(s_, {0, 0, wakes_others ? 65535u : 16u, false});
        if (c == running_) running_is_ready_ = true;
        s_->m.wake(p.id(), __rdtsc());
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
        if (t == std::chrono::steady_clock::time_point::max())
            bell_.wait(lock, [this] { return rung_; });
        else
            bell_.wait_until(lock, t, [this] { return rung_; });
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
