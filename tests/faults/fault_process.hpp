// SPDX-License-Identifier: MIT
//
// What one process of a fault test does with the shared memory: its role, which stops where the work under test begins and ends.
//
// `offset` records have passed before, `fill` are waiting. The producer under test pushes one record more, the consumer
// under test drains. Whoever comes after one of them, which is dead by then, takes over both sides, delivers `later`
// records, and answers what it has found by its exit code.

#pragma once

#include "faults.hpp"
#include "subjects.hpp"

#include <support/traced_process.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <new>
#include <string_view>
#include <vector>

namespace maxwell::test {

inline constexpr std::uint32_t later = 64, first_later = 1000;
inline constexpr std::uint32_t rounds = 30, first_meanwhile = 500;
inline constexpr int most_tries = 100;

template <class S>
class process {
public:
    process(void* memory, state const& s) : memory_(memory), offset_(s.offset), fill_(s.fill) {}

    int run(std::string_view role) {
        if (role == "push") return act([this] { return push(offset_ + fill_); });
        if (role == "drain") return act([this] { return drain(), true; });
        if (role == "after_push") return take_over(true);
        if (role == "after_drain") return take_over(false);
        if (role == "go_round") return go_on(first_meanwhile, rounds);
        if (role == "after_sleep") return go_on(first_later, later);
        return code(outcome::not_run);
    }

private:
    S& subject() { return *static_cast<S*>(memory_); }
    bool push(std::uint32_t number) { return subject().push(numbered(number, S::group_of(number))); }
    void drain() {
        subject().drain([this](bid const& b) { got_.push_back(b); });
    }

    template <class F>
    int act(F f) {
        new (memory_) S;
        for (std::uint32_t i = 0; i < offset_; ++i) {
            push(i);
            drain();
        }
        for (std::uint32_t i = 0; i < fill_; ++i) push(offset_ + i);
        got_.clear();
        got_.reserve(64);
        traced_process::stop();
        const bool done = f();
        traced_process::stop();
        return code(done ? outcome::fine : outcome::refused);
    }

    int take_over(bool after_push) {
        subject().new_producer();
        subject().new_consumer();
        for (int i = 0; i < most_tries; ++i) drain();
        for (std::uint32_t i = 0; i < later; ++i) {
            if (!deliver(first_later + i)) return code(is_sound(after_push) ? outcome::fatal : outcome::corrupt);
        }
        return code(is_sound(after_push) ? outcome::fine : outcome::corrupt);
    }

    /// Beside a producer that is asleep: as another one, and as the consumer.
    int go_on(std::uint32_t first, std::uint32_t count) {
        subject().another_producer();
        for (int i = 0; i < most_tries; ++i) drain();
        for (std::uint32_t i = 0; i < count; ++i) {
            if (!deliver(first + i)) return code(outcome::fatal);
        }
        long under_way = 0;
        for (bid const& b : got_) {
            if (!is_whole(b) || slot_of(b.agent) != S::group_of(b.units - 1)) return code(outcome::corrupt);
            const std::uint32_t number = b.units - 1;
            under_way += number == offset_ + fill_ ? 1 : 0;
            const bool here = number >= first && number < first + count;
            const bool marked_again = S::promise.newest_only && number >= first_meanwhile && number < first + count;
            if (number > offset_ + fill_ && !here && !marked_again) return code(outcome::corrupt);
        }
        if (under_way > 1 || !is_in_order()) return code(outcome::corrupt);
        return code(under_way == 1 ? outcome::seen : outcome::fine);
    }

    /// Of each producer: all but the sleeper's last, which may come at any time.
    bool is_in_order() const {
        std::array<std::uint32_t, most_groups> last{};
        for (bid const& b : got_) {
            if (b.units == offset_ + fill_ + 1) continue;
            if (b.units <= last[slot_of(b.agent)]) return false;
            last[slot_of(b.agent)] = b.units;
        }
        return true;
    }

    bool deliver(std::uint32_t number) {
        bool pushed = false;
        const std::size_t before = got_.size();
        for (int i = 0; i < most_tries; ++i) {
            pushed = pushed || push(number);
            drain();
            for (std::size_t g = got_.size(); g-- > before;) {
                if (got_[g].units == number + 1) return true;
            }
        }
        return false;
    }

    /// Is every record whole, in order, there once, and none missing that must be there?
    bool is_sound(bool after_push) const {
        std::array<std::uint32_t, most_groups> newest{};  // units, which are the number and one
        std::array<bool, first_later> seen{};
        for (bid const& b : got_) {
            if (!is_whole(b) || slot_of(b.agent) != S::group_of(b.units - 1)) return false;
            std::uint32_t& last = newest[slot_of(b.agent)];
            if (S::promise.again ? b.units < last : b.units <= last) return false;
            last = b.units;
            const std::uint32_t number = b.units - 1;
            if (number < first_later) {
                const bool old = number < offset_ && !S::promise.again;
                const bool never_pushed = number > offset_ + fill_ || (number == offset_ + fill_ && !after_push);
                if (old || never_pushed) return false;
                seen[number] = true;
            }
        }
        return none_is_lost(after_push, seen);
    }

    /// A consumer that dies may take with it what it was just reading: then what is left is a group's newest records.
    bool none_is_lost(bool after_push, std::array<bool, first_later> const& seen) const {
        for (std::uint32_t n = offset_; n < offset_ + fill_; ++n) {
            bool newer = false, older = false;
            for (std::uint32_t m = offset_; m <= offset_ + fill_; ++m) {
                if (!seen[m] || S::group_of(m) != S::group_of(n)) continue;
                (m > n ? newer : older) = true;
            }
            const bool taken_along = !after_push && !older && !S::promise.again;
            if (seen[n] || (S::promise.newest_only && newer) || taken_along) continue;
            return false;
        }
        return true;
    }

    void* memory_;
    std::uint32_t offset_, fill_;
    std::vector<bid> got_;
};

}  // namespace maxwell::test
