// SPDX-License-Identifier: MIT
//
// polled_sensor: a sensor that is read in a thread of its own, so a source that hangs blocks no other thread. Hosted.
//
//     thread   ──read──┤ every ├──read──┤ every ├──read ............ hangs
//     newest()     nothing │  1st sample      │   2nd     2nd, and trouble() says for how long it has not answered
//
// A file in /sys can block for as long as a driver waits for its hardware. newest() never waits. A thread that hangs in a read when its
// polled_sensor is destroyed is left behind: it touches nothing but what it shares with itself, and ends when the read does.
//
// Complexity: newest() O(1), a lock that is never held during a read.

#pragma once

#include <maxwell/host/sensor.hpp>

#include <algorithm>           // max
#include <chrono>              // milliseconds
#include <condition_variable>  // to stop
#include <cstdint>             // uint64_t
#include <memory>              // what thread and owner share
#include <mutex>               // the same
#include <optional>            // a reading that may be missing
#include <string>              // names, sentences
#include <thread>              // thread
#include <utility>             // move

namespace maxwell::host {

class polled_sensor {
public:
    /// Begins to read `s`, at once and then each `every`, which is at least a millisecond. Throws std::system_error if no thread can
    /// be started.
    polled_sensor(sensor s, std::chrono::milliseconds every)
        : shared_(std::make_shared<state>(std::move(s))), name_(shared_->source.name()), what_(shared_->source.what()) {
        std::thread([shared = shared_, pause = std::max(every, std::chrono::milliseconds(1))] {
            poll(*shared, pause);
        }).detach();
    }

    polled_sensor(polled_sensor&&) = default;
    polled_sensor& operator=(polled_sensor&&) = delete;
    ~polled_sensor() {
        if (!shared_) return;
        const std::lock_guard lock(shared_->mutex);
        shared_->stopped = true;
        shared_->changed.notify_all();
    }

    /// As the sensor's.
    std::string const& name() const noexcept { return name_; }
    quantity what() const noexcept { return what_; }

    /// The newest reading, of any age; nothing if the newest attempt failed or none has ended yet.
    std::optional<sample> newest() const {
        const std::lock_guard lock(shared_->mutex);
        return shared_->newest;
    }

    /// Returns what newest() does, after the first attempt has ended or `at_most` has passed.
    std::optional<sample> first(std::chrono::milliseconds at_most) const {
        std::unique_lock lock(shared_->mutex);
        shared_->changed.wait_for(lock, at_most, [this] { return shared_->attempts != 0; });
        return shared_->newest;
    }

    /// Why there is no newer reading, in one sentence; empty if the last attempt gave one and no attempt takes longer than a second.
    std::string trouble() const {
        const std::lock_guard lock(shared_->mutex);
        const std::uint64_t reads_ms =
            shared_->reads_since_ns == 0 ? 0 : (now_ns() - shared_->reads_since_ns) / 1'000'000;
        if (reads_ms >= 1'000 || (shared_->attempts == 0 && reads_ms >= 1)) {
            return name_ + ": it has not answered for " + std::to_string(reads_ms) + " ms";
        }
        return shared_->trouble;
    }

private:
    struct state {
        explicit state(sensor s) : source(std::move(s)) {}

        sensor source;  ///< the thread's alone
        std::mutex mutex;
        std::condition_variable changed;
        std::optional<sample> newest;
        std::string trouble;
        std::uint64_t attempts = 0;        ///< that have ended
        std::uint64_t reads_since_ns = 0;  ///< 0: it doesn't read now
        bool stopped = false;
    };

    static void poll(state& s, std::chrono::milliseconds pause) {
        std::unique_lock lock(s.mutex);
        while (!s.stopped) {
            s.reads_since_ns = now_ns();
            lock.unlock();
            const std::optional<sample> read = s.source.read();
            lock.lock();
            s.reads_since_ns = 0;
            s.newest = read;
            s.trouble = s.source.trouble();
            ++s.attempts;
            s.changed.notify_all();
            s.changed.wait_for(lock, pause, [&s] { return s.stopped; });
        }
    }

    std::shared_ptr<state> shared_;
    std::string name_;
    quantity what_;
};

/// Returns a sensor whose reads never wait: they return the newest reading of a thread that reads `s` each `every`, and nothing while
/// that thread hangs. This call itself waits for the first attempt, at most a second.
inline sensor unblocked(sensor s, std::chrono::milliseconds every) {
    const auto polled = std::make_shared<polled_sensor>(std::move(s), every);
    polled->first(std::chrono::seconds(1));
    return {polled->name(), polled->what(), [polled](std::string& why) {
                why = polled->trouble();
                return why.empty() ? polled->newest() : std::nullopt;
            }};
}

}  // namespace maxwell::host
