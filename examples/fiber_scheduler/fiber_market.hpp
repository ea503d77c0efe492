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

/// One thread's market. Whoever calls it has the lock: its own thread, and a thief.
struct desk {
    std::mutex lock;
    market m;
    context* who[max_fibers];
    context* leaving;      ///< waits already, and is still on its thread: not to be stolen
    std::uint64_t thefts;  ///< fibers that it took from others
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
        const std::uint64_t now = __rdtsc();
        const std::lock_guard held(desk_.lock);
        desk_.m.charge(0, (now - began_) >> 8, 0);
        const maxwell::decision d = desk_.m.decide(0, now);
        context* const next = d.run ? desk_.who[maxwell::slot_of(d.run->winner.agent)] : nullptr;
        began_ = now;
        quantum_ends = now + quantum_;
        if (next == running_) return true;
        desk_.leaving = running_;
        chosen_ = next;
        return false;
    }
    void awakened(context* c, bidder& p) noexcept override {
        if (!pinned(c)) c->detach();
        const std::lock_guard held(desk_.lock);
        if (c == desk_.leaving) desk_.leaving = nullptr;
        if (!p.home) enter(c, p);
        if (c == running_) running_is_ready_ = true;
        desk_.m.wake(p.id, __rdtsc());
    }
    context* pick_next() noexcept override {
        const std::uint64_t now = __rdtsc();
        running_ = chosen_ ? std::exchange(chosen_, nullptr) : award_core(now);
        for (desk& other : team_->desks) {
            if (!running_ && &other != &desk_ && steal_from(other)) running_ = award_core(now);
        }
        running_is_ready_ = false;
        began_ = now;
        quantum_ends = now + quantum_;
        if (running_ && !pinned(running_)) context::active()->attach(running_);
        return running_;
    }
    bool has_ready_fibers() const noexcept override {
        const std::lock_guard held(desk_.lock);
        return !desk_.m.auctions().empty() || running_is_ready_;
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
    /// What ran ends its quantum; who runs now, if anybody does.
    context* award_core(std::uint64_t now) noexcept {
        const std::lock_guard held(desk_.lock);
        if (running_) {
            desk_.m.charge(0, (now - began_) >> 8, 0);
            if (!running_is_ready_)
                desk_.m.block(desk_.m.on_core(0)->winner.agent);  // it waits for something, or has ended
        }
        const maxwell::decision d = desk_.m.decide(0, now);
        return d.run ? desk_.who[maxwell::slot_of(d.run->winner.agent)] : nullptr;
    }
    bool steal_from(desk& other) noexcept {
        const std::scoped_lock held(desk_.lock, other.lock);
        const auto may_move = [&](std::uint32_t slot) noexcept {
            return other.who[slot] != other.leaving && !pinned(other.who[slot]);
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
    bool running_is_ready_ = false;
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
