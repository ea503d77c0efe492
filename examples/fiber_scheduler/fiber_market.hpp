// SPDX-License-Identifier: MIT
//
// fiber_market: Boost.Fiber scheduled by markets, one for each thread, which steal from each other. The whole adaptor.
//
// A fiber that does nothing gets its share by weight; one that calls bid() pays from its account. Preemption is by polling: a fiber
// asks should_yield() at points of its own choosing, one rdtsc, and calls yield() when its quantum is over. That decides first and
// switches only if another wins: Boost itself never lets the fiber that yields compete.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/market/steal.hpp>

#include <x86intrin.h>
#include <boost/fiber/all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace fiber_market {

constexpr std::size_t max_fibers = 16384;
using context = boost::fibers::context;
using market = maxwell::market<maxwell::stratified_buckets<max_fibers>, 2, maxwell::ledger<64>>;

/// One thread's market. Its own thread and thieves hold the lock while they call it.
struct desk {
    std::mutex lock;
    market m;
    context* who[max_fibers];
    std::atomic<context*> leaving;  ///< waits already, and is still on its thread: not to be stolen
    std::uint64_t thefts;           ///< fibers that it took from others
};
/// The threads among which fibers move, and the ids that are good in all their markets.
struct crew {
    explicit crew(std::size_t threads) : desks(threads) {}
    std::vector<desk> desks;
    std::mutex lock;
    maxwell::agent_registry<max_fibers> ids;
};

inline thread_local std::uint64_t quantum_ends = ~std::uint64_t{0};  ///< of the fiber that runs on this thread
inline thread_local maxwell::standing newcomer{0, 0, 16, false};     ///< as what the next new fiber takes part
inline bool should_yield() noexcept { return __rdtsc() >= quantum_ends; }

/// A fiber in its thread's market. Boost makes it when the fiber is first ready, and it ends with the fiber.
struct bidder : boost::fibers::fiber_properties {
    using fiber_properties::fiber_properties;
    ~bidder() {
        if (!home) return;
        const std::scoped_lock held(home->lock, team->lock);
        home->m.retire(id), team->ids.release(id);
    }
    /// For the running fiber: what it bids from now on, if it pays; of one with a share only the units count.
    void bid(maxwell::price amount, std::uint32_t units) {
        const std::lock_guard held(home->lock);
        home->m.offer({id, amount, units});
    }
    std::shared_ptr<crew> team;
    desk* home = nullptr;
    maxwell::agent_id id = 0;
};

class algorithm;
inline thread_local algorithm* here = nullptr;  ///< what schedules this thread's fibers

class algorithm : public boost::fibers::algo::algorithm_with_properties<bidder> {
public:
    /// Units are 256 ticks of the processor's counter; quanta are in ticks.
    algorithm(std::shared_ptr<crew> team, std::size_t thread, std::uint64_t quantum_ticks)
        : team_(std::move(team)), desk_(team_->desks[thread]), quantum_(quantum_ticks) {
        here = this;
    }
    ~algorithm() { here = nullptr; }

    /// The running fiber's quantum is over. Does it go on, having won the next?
    bool goes_on() noexcept {
        chosen_ = award_core(true);
        if (chosen_ != running_) return false;
        chosen_ = nullptr;
        return true;
    }
    void awakened(context* c, bidder& p) noexcept override {
        if (moves(c)) c->detach();
        if (c == desk_.leaving.load(std::memory_order_relaxed)) {  // goes_on() has entered its bid
            desk_.leaving.store(nullptr, std::memory_order_release);
            return;
        }
        const std::lock_guard held(desk_.lock);
        if (!p.home) enter(c, p);
        desk_.m.wake(p.id, __rdtsc());
    }
    context* pick_next() noexcept override {
        running_ = chosen_ ? std::exchange(chosen_, nullptr) : award_core(false);
        for (desk& other : team_->desks) {
            if (!running_ && &other != &desk_ && steal_from(other)) running_ = award_core(false);
        }
        if (running_ && moves(running_)) context::active()->attach(running_);
        return running_;
    }
    bool has_ready_fibers() const noexcept override {
        const std::lock_guard held(desk_.lock);
        return !desk_.m.auctions().empty();
    }
    void suspend_until(std::chrono::steady_clock::time_point const& t) noexcept override {
        std::unique_lock held(mutex_);
        const std::chrono::milliseconds look_around(team_->desks.size() > 1 ? 1 : 1000);
        bell_.wait_until(held, std::min(t, std::chrono::steady_clock::now() + look_around), [this] { return rung_; });
        rung_ = false;
    }
    void notify() noexcept override {
        const std::lock_guard held(mutex_);
        rung_ = true;
        bell_.notify_all();
    }

private:
    static bool pinned(context* c) noexcept { return c->is_context(boost::fibers::type::pinned_context); }
    /// Boost keeps the fibers of a thread in a list; one that waits is in none where another thread could take it.
    bool moves(context* c) const noexcept { return team_->desks.size() > 1 && !pinned(c); }

    void enter(context* c, bidder& p) noexcept {
        p.team = team_, p.home = &desk_;
        const std::lock_guard held(team_->lock);
        p.id = team_->ids.acquire().value();
        desk_.who[maxwell::slot_of(p.id)] = c;
        // The dispatcher wakes all others: it must never wait.
        const bool wakes_others = c->is_context(boost::fibers::type::dispatcher_context);
        desk_.m.admit(p.id, wakes_others ? maxwell::standing{0, 0, 65535, false} : newcomer);
        if (newcomer.pays && !wakes_others) desk_.m.offer({p.id, ~0u, 1000});  // without an offer it would never run
    }
    /// What ran ends its quantum; who runs now, if anybody does. It competes if it is `ready`, else it waits for something or has
    /// ended.
    context* award_core(bool ready) noexcept {
        const std::lock_guard held(desk_.lock);
        const std::uint64_t now = __rdtsc();
        if (running_) {
            desk_.m.charge(0, (now - began_) >> 8, 0);
            if (!ready) desk_.m.block(desk_.m.on_core(0)->winner.agent);
        }
        const maxwell::decision d = desk_.m.decide(0, now);
        context* const next = d.run ? desk_.who[maxwell::slot_of(d.run->winner.agent)] : nullptr;
        if (ready && next != running_) desk_.leaving.store(running_, std::memory_order_relaxed);
        began_ = now;
        quantum_ends = now + quantum_;
        return next;
    }
    bool steal_from(desk& other) noexcept {
        const std::scoped_lock held(desk_.lock, other.lock);
        context* const leaving = other.leaving.load(std::memory_order_acquire);
        const auto may_move = [&](std::uint32_t slot) noexcept {
            return other.who[slot] != leaving && !pinned(other.who[slot]);
        };
        const auto id = maxwell::steal(other.m, desk_.m, may_move, 4);
        if (!id) return false;
        context* const c = desk_.who[maxwell::slot_of(*id)] = other.who[maxwell::slot_of(*id)];
        properties(c).home = &desk_;
        ++desk_.thefts;
        return true;
    }

    std::shared_ptr<crew> team_;
    desk& desk_;
    std::uint64_t quantum_;
    context* running_ = nullptr;
    context* chosen_ = nullptr;  ///< has won already: what pick_next returns
    std::uint64_t began_ = 0;
    std::mutex mutex_;
    std::condition_variable bell_;
    bool rung_ = false;
};

/// For the running fiber: lets others run if one of them wins.
inline void yield() {
    if (!here || !here->goes_on()) boost::this_fiber::yield();
}

}  // namespace fiber_market
