// SPDX-License-Identifier: MIT
//
// Threads that wait for work in a loop, for a batch auction on several cores (gpu/batch_team.hpp).

#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <type_traits>
#include <vector>

namespace maxwell::bench {

class thread_team {
public:
    explicit thread_team(std::size_t threads) {
        for (std::size_t t = 1; t < threads; ++t) others_.emplace_back([this, t] { serve(t); });
    }
    thread_team(thread_team const&) = delete;
    thread_team& operator=(thread_team const&) = delete;
    ~thread_team() {
        call_ = nullptr;
        begin_round();
        for (std::thread& t : others_) t.join();
    }

    std::size_t size() const { return others_.size() + 1; }

    template <class Step>
    void run(Step&& step) {
        step_ = &step;
        call_ = [](void const* what, std::size_t t) { (*static_cast<std::remove_reference_t<Step> const*>(what))(t); };
        busy_.store(others_.size(), std::memory_order_relaxed);
        begin_round();
        step(0);
        for (std::size_t spins = 0; busy_.load(std::memory_order_acquire) != 0;) relax(spins);
    }

private:
    void begin_round() {
        round_.fetch_add(1, std::memory_order_release);
        round_.notify_all();
    }

    /// A while of loads, then also other processes.
    static void relax(std::size_t& spins) {
        if (++spins > 4000) std::this_thread::yield();
    }

    void serve(std::size_t t) {
        std::size_t seen = 0;
        for (;;) {
            for (std::size_t spins = 0; round_.load(std::memory_order_acquire) == seen;) {
                relax(spins);
                if (spins > 20'000) round_.wait(seen, std::memory_order_acquire);
            }
            ++seen;
            if (call_ == nullptr) return;
            call_(step_, t);
            busy_.fetch_sub(1, std::memory_order_release);
        }
    }

    std::atomic<std::size_t> round_{0};
    std::atomic<std::size_t> busy_{0};
    void const* step_ = nullptr;
    void (*call_)(void const*, std::size_t) = nullptr;
    std::vector<std::thread> others_;
};

}  // namespace maxwell::bench
