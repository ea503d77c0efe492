// SPDX-License-Identifier: MIT
//
// engine: events in order of time, and the same run for the same seed. One thread, no clock but its own.
//
//     at(t, e)    ──▶  [ (t, n) e | ... ]  ──▶  next()      earliest first; among equals in the order of their at()
//
//     engine<my_event> run(seed);
//     run.after(5, first);
//     while (auto e = run.next()) handle(*e);               handle may call at(), after() and the dice
//
// Everything random comes from the engine's own generator, whose numbers are the same on every platform (random.hpp); so a failing
// seed replays exactly. Time never goes back; what a simulated clock shows is the handler's affair.

#pragma once

#include <maxwell/sim/random.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace maxwell::sim {

template <class Event>
class engine {
public:
    explicit engine(std::uint64_t seed) : random_(seed) {}

    /// The time of the event that next() returned last; 0 before the first.
    std::uint64_t now_ns() const noexcept { return now_ns_; }

    /// Events still to come.
    std::size_t pending() const noexcept { return events_.size(); }

    /// `e` happens at `time_ns`, or now if that has passed. O(log pending()).
    void at(std::uint64_t time_ns, Event e) {
        events_.push({time_ns < now_ns_ ? now_ns_ : time_ns, ordinal_++, std::move(e)});
    }
    void after(std::uint64_t delay_ns, Event e) { at(now_ns_ + delay_ns, std::move(e)); }

    /// When the earliest event is due; nothing when there is none. O(1).
    std::optional<std::uint64_t> due_ns() const {
        if (events_.empty()) return std::nullopt;
        return events_.top().time_ns;
    }

    /// The earliest event, which is now happening; nothing when there is none. O(log pending()).
    std::optional<Event> next() {
        if (events_.empty()) return std::nullopt;
        now_ns_ = events_.top().time_ns;
        Event e = events_.top().event;
        events_.pop();
        return e;
    }

    /// Any 64-bit number.
    std::uint64_t draw() noexcept { return random_(); }

    /// A number below `n`, which is not 0; the bias is below n / 2^64.
    std::uint32_t below(std::uint32_t n) noexcept { return random_.below(n); }

    /// True once in `n` calls, on average.
    bool one_in(std::uint32_t n) noexcept { return below(n) == 0; }

private:
    struct timed {
        std::uint64_t time_ns;
        std::uint64_t ordinal;
        Event event;
        bool operator<(timed const& other) const noexcept {  // a priority_queue has the greatest in front
            return time_ns != other.time_ns ? time_ns > other.time_ns : ordinal > other.ordinal;
        }
    };

    std::priority_queue<timed> events_;
    std::uint64_t now_ns_ = 0;
    std::uint64_t ordinal_ = 0;
    random_numbers random_;
};

}  // namespace maxwell::sim
