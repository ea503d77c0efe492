// SPDX-License-Identifier: MIT
//
// weak_memory: what the C++ memory model lets threads read, one operation at a time.
//
// The view-based operational form of release and acquire (Kang et al., "A promising semantics for relaxed-memory
// concurrency", POPL 2017, without its promises; Dang et al., "RustBelt meets relaxed memory", POPL 2020):
//
//     location x    message 0 ── message 1 ── message 2 ── ...      in modification order; a message is a value and a view
//                                    ▲
//     thread        view: the oldest message of each location that it may still read
//
// A load reads any message that the thread's view doesn't rule out. A store may come anywhere after what the thread
// has seen, not only last, but never between a read-modify-write and what that read. Release puts the thread's view
// into the message, acquire takes it out of there, relaxed does neither, and a read-modify-write passes on what was in
// the message that it read. Fences divide the same in two. A sequentially consistent fence exchanges its thread's view
// with a global one; a sequentially consistent access of x reads and writes after the last such write of x.
//
// Plain accesses have no messages: they read and write the memory itself. Each view has a vector clock, and two
// conflicting accesses, at least one of them plain, that no clock orders are a race.
//
// Load buffering: a relaxed load may also return what another thread stores only later, as processors do that let a
// store pass an earlier load. It is then a guess, which that store must make good: one that the load doesn't happen
// before. Once in an execution, and with values that were stored in executions without a guess, so that none comes out
// of thin air.
//
// What is left out: accesses of different sizes to one word, but for a compare-and-swap of 16 bytes, which is one step
// over two words of 8 bytes and finds the latest message of both; acquire loads and read-modify-writes that read from
// the future.

#pragma once

#include "view.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace maxwell::model {

/// Where the model leaves something open, `choose(n)` answers one of 0 .. n - 1; `fail(text)` is told of races and
/// doesn't return.
class weak_memory {
public:
    struct oracle {
        virtual ~oracle() = default;
        virtual std::size_t choose(std::size_t n) = 0;  ///< one of 0 .. n - 1
        virtual void fail(std::string text) = 0;        ///< a race
        virtual void discard() = 0;                     ///< no execution is like this one; does not return
        virtual void give_up(char const* text) = 0;     ///< the program is not one for the explorer; does not return
    };

    weak_memory(oracle& o, std::byte* base, std::size_t size) : oracle_(o), base_(base), size_(size) {
        times_.resize((size + granule - 1) / granule);
    }

    bool contains(void const* address) const {
        auto const* byte = static_cast<std::byte const*>(address);
        return byte >= base_ && byte < base_ + size_;
    }

    /// Back to before all threads. Locations keep their numbers, so that states of different executions compare.
    void reset(std::uint64_t most_stale_loads) {
        stale_loads_left_ = most_stale_loads;
        for (location& l : locations_) l.messages.clear();
        for (std::size_t g : touched_) times_[g] = {};
        touched_.clear();
        threads_ = {};
        for (std::size_t t = 0; t < most_threads; ++t) threads_[t].now.clock[t] = 1;
        sc_ = {};
        guess_ = {};
    }

    /// From now on loads may guess what was stored since the explorer began.
    void allow_guesses() { guesses_allowed_ = true; }

    /// Is there a guess that no store has made good?
    bool guess_is_open() const { return guess_.made && !guess_.good; }

    std::uint64_t load(std::size_t thread, void const* address, std::size_t size, int o) {
        const std::size_t x = at(address, size);
        no_open_guess(thread, x);
        note(thread, address, size, atomic_read);
        const bool stale = stale_loads_left_ > 0;
        const std::size_t messages = stale ? size_of(x) - oldest(thread, x, o) : 1;
        const bool may_guess = stale && guesses_allowed_ && o == relaxed && !guess_.made;
        const std::size_t choice = pick(messages + (may_guess ? locations_[x].stored.size() : 0));
        if (choice > 0 && stale_loads_left_ != unlimited) --stale_loads_left_;
        return choice < messages ? read(thread, x, size_of(x) - 1 - choice, o)
                                 : guess(thread, x, locations_[x].stored[choice - messages]);
    }

    void store(std::size_t thread, void* address, std::size_t size, std::uint64_t value, int o) {
        const std::size_t x = at(address, size);
        no_open_guess(thread, x);
        note(thread, address, size, atomic_write);
        std::array<std::uint16_t, most_messages> places;
        std::size_t n = 0;
        for (std::size_t p = size_of(x); p > oldest(thread, x, o); --p) {
            if (p == size_of(x) || !locations_[x].messages[p].attached) places[n++] = static_cast<std::uint16_t>(p);
        }
        write(thread, x, places[pick(n)], value, o, nullptr);
    }

    /// Reads one message and writes `next(value)` right after it; answers the value read.
    template <class F>
    std::uint64_t update(std::size_t thread, void* address, std::size_t size, int o, F next) {
        const std::size_t x = at(address, size);
        no_open_guess(thread, x);
        note(thread, address, size, atomic_write);
        std::array<std::uint16_t, most_messages> places;
        std::size_t n = 0;
        for (std::size_t p = size_of(x); p-- > oldest(thread, x, o);) {
            if (free_after(x, p)) places[n++] = static_cast<std::uint16_t>(p);
        }
        return read_and_write(thread, x, places[pick(n)], o, next);
    }

    /// A compare-and-swap; `expected` gets the value found. A weak one may also fail for no reason while
    /// `may_fail_anyway`.
    bool compare_exchange(std::size_t thread, void* address, std::size_t size, std::uint64_t& expected,
                          std::uint64_t desired, int success, int failure, bool may_fail_anyway) {
        const std::size_t x = at(address, size);
        no_open_guess(thread, x);
        note(thread, address, size, atomic_write);
        std::array<std::uint16_t, most_messages> places;
        std::size_t n = 0;
        for (std::size_t p = size_of(x); p-- > oldest(thread, x, success);) {
            if (locations_[x].messages[p].value != expected || free_after(x, p))
                places[n++] = static_cast<std::uint16_t>(p);
        }
        const std::size_t p = places[pick(n)];
        const std::uint64_t found = locations_[x].messages[p].value;
        if (found != expected || (may_fail_anyway && pick(2) == 1)) {
            expected = read(thread, x, p, failure);
            return false;
        }
        read_and_write(thread, x, p, success, [&](std::uint64_t) { return desired; });
        return true;
    }

    /// A compare-and-swap of two neighbouring words of 8 bytes.
    bool compare_exchange_pair(std::size_t thread, std::byte* address, std::array<std::uint64_t, 2>& expected,
                               std::array<std::uint64_t, 2> const& desired, int success, int failure) {
        const std::array<std::size_t, 2> x{at(address, 8), at(address + 8, 8)};
        note(thread, address, 16, atomic_write);
        std::array<std::uint64_t, 2> found;
        for (std::size_t i = 0; i < 2; ++i) found[i] = locations_[x[i]].messages.back().value;
        const bool equal = found == expected;
        for (std::size_t i = 0; i < 2; ++i) read(thread, x[i], size_of(x[i]) - 1, equal ? success : failure);
        expected = found;
        if (!equal) return false;
        // Both words are written in one step: what either releases knows of both.
        const std::array<std::size_t, 2> last{size_of(x[0]), size_of(x[1])};
        for (std::size_t i = 0; i < 2; ++i) threads_[thread].now.seen[x[i]] = static_cast<std::uint16_t>(last[i]);
        for (std::size_t i = 0; i < 2; ++i) {
            view const before = locations_[x[i]].messages.back().released;
            write(thread, x[i], last[i], desired[i], success, &before);
        }
        return true;
    }

    void fence(std::size_t thread, int o) {
        thread_state& t = threads_[thread];
        if (acquires(o) && guess_is_open() && thread == guess_.thread)
            oracle_.discard();  // it waits for loads before it
        if (acquires(o)) t.now.join(t.to_acquire);
        if (o == seq_cst) {
            t.now.join(sc_, false);
            sc_ = t.now;
        }
        if (releases(o)) t.at_release_fence = t.now;
    }

    /// A plain access: any bytes of the memory.
    void plain(std::size_t thread, void const* address, std::size_t size, bool writes) {
        note(thread, address, size, writes ? plain_write : plain_read);
    }

    /// After every atomic operation of a thread: what it does from now on is later.
    void tick(std::size_t thread) { ++threads_[thread].now.clock[thread]; }

    void add_to(digest& d) const {
        for (location const& l : locations_) {
            d.add(l.messages.size());
            for (message const& m : l.messages) {
                d.add(m.mark);
            }
        }
        for (thread_state const& t : threads_) {
            add(d, t.now);
            add(d, t.to_acquire);
            add(d, t.at_release_fence);
        }
        add(d, sc_);
        d.add(stale_loads_left_);
        d.add(guess_.made ? 2u + (guess_.good ? 1u : 0u) : 0u);
        if (guess_is_open()) {
            for (std::uint64_t word : {std::uint64_t{guess_.thread}, std::uint64_t{guess_.x}, guess_.value})
                d.add(word);
            d.add(std::uint64_t{guess_.clock} << 16 | guess_.after);
        }
    }

private:
    static constexpr std::uint64_t unlimited = ~std::uint64_t{0};
    static constexpr std::size_t granule = 4;  // neighbours that share one must not be written by different threads
    static constexpr std::size_t most_messages = 256;
    enum access : std::uint8_t { plain_read, plain_write, atomic_read, atomic_write };

    struct location {
        std::byte* address;
        std::size_t size;
        std::vector<message> messages;      // empty: not touched in this execution, and then the memory has the value
        std::vector<std::uint64_t> stored;  // in any execution without a guess
    };
    struct guessed {
        bool made = false, good = false;
        std::size_t thread = 0, x = 0;
        std::uint64_t value = 0;
        std::uint16_t clock = 0;  // when the load was
        std::uint16_t after = 0;  // what it had seen of x
    };
    struct thread_state {
        view now, to_acquire, at_release_fence;
    };
    using access_times = std::array<std::array<std::uint16_t, 4>, most_threads>;  // per thread and kind: the latest

    std::size_t size_of(std::size_t x) const { return locations_[x].messages.size(); }
    std::size_t pick(std::size_t n) { return n == 1 ? 0 : oracle_.choose(n); }

    bool free_after(std::size_t x, std::size_t p) const {
        return p + 1 == size_of(x) || !locations_[x].messages[p + 1].attached;
    }

    /// The oldest message that this thread may read with this order.
    std::size_t oldest(std::size_t thread, std::size_t x, int o) const {
        const std::uint16_t own = threads_[thread].now.seen[x];
        return o == seq_cst ? std::max(own, sc_.seen[x]) : own;
    }

    /// The number of the location, with its first message in place.
    std::size_t at(void const* address, std::size_t size) {
        std::size_t x = 0;
        while (x < locations_.size() && locations_[x].address != address) ++x;
        if (x == locations_.size()) {
            if (x == most_locations) oracle_.give_up("more atomic words than the explorer has places for");
            locations_.push_back({base_ + (static_cast<std::byte const*>(address) - base_), size, {}, {}});
        }
        location& l = locations_[x];
        if (l.size != size) oracle_.give_up("accesses of different sizes to one word are not modelled");
        if (l.messages.empty()) {
            l.messages.push_back({in_memory(l), {}, false});
            mark(l.messages.back());
        }
        if (l.messages.size() + 2 >= most_messages) oracle_.give_up("an execution without end");
        return x;
    }

    std::uint64_t guess(std::size_t thread, std::size_t x, std::uint64_t value) {
        view const& now = threads_[thread].now;
        guess_ = {true, false, thread, x, value, now.clock[thread], now.seen[x]};
        return value;
    }

    /// The message at place `p` of x, of this thread: is it the one that was guessed?
    void check_guess(std::size_t thread, std::size_t x, std::size_t p) {
        message const& m = locations_[x].messages[p];
        if (!guess_is_open() || x != guess_.x || m.value != guess_.value || thread == guess_.thread) return;
        const bool later = threads_[thread].now.clock[guess_.thread] >= guess_.clock;  // the load happens before it
        if (later || p <= guess_.after || oracle_.choose(2) == 0) return;
        guess_.good = true;
        thread_state& t = threads_[guess_.thread];
        t.now.seen[x] = std::max(t.now.seen[x], static_cast<std::uint16_t>(p));
        t.to_acquire.join(m.released);
    }

    /// After a guess its thread must not touch that word again before it has come true: what it finds there would be
    /// newer.
    void no_open_guess(std::size_t thread, std::size_t x) {
        if (guess_is_open() && thread == guess_.thread && x == guess_.x) oracle_.discard();
    }

    std::uint64_t read(std::size_t thread, std::size_t x, std::size_t p, int o) {
        thread_state& t = threads_[thread];
        message const& m = locations_[x].messages[p];
        t.now.seen[x] = static_cast<std::uint16_t>(p);
        t.to_acquire.join(m.released);
        if (acquires(o)) t.now.join(m.released);
        return m.value;
    }

    template <class F>
    std::uint64_t read_and_write(std::size_t thread, std::size_t x, std::size_t p, int o, F next) {
        const std::uint64_t value = read(thread, x, p, o);
        const view before = locations_[x].messages[p].released;
        write(thread, x, p + 1, next(value), o, &before);
        return value;
    }

    /// A new message at place `p`; `before`: what it passes on of the message that a read-modify-write has read.
    void write(std::size_t thread, std::size_t x, std::size_t p, std::uint64_t value, int o, view const* before) {
        location& l = locations_[x];
        if (p < l.messages.size()) make_room(x, p);
        thread_state& t = threads_[thread];
        t.now.seen[x] = static_cast<std::uint16_t>(p);
        message m{value, releases(o) ? t.now : t.at_release_fence, before != nullptr};
        m.released.seen[x] = static_cast<std::uint16_t>(p);
        if (before != nullptr) m.released.join(*before);
        mark(m);
        l.messages.insert(l.messages.begin() + static_cast<std::ptrdiff_t>(p), m);
        if (o == seq_cst) sc_.seen[x] = std::max(sc_.seen[x], static_cast<std::uint16_t>(p));
        to_memory(l, l.messages.back().value);
        if (!guesses_allowed_ && std::find(l.stored.begin(), l.stored.end(), value) == l.stored.end()) {
            l.stored.push_back(value);
        }
        check_guess(thread, x, p);
    }

    // Not by memcpy, whose calls are taken for the program's (see intercept.cpp).
    static std::uint64_t in_memory(location const& l) {
        switch (l.size) {
            case 1:
                return *reinterpret_cast<std::uint8_t const*>(l.address);
            case 2:
                return *reinterpret_cast<std::uint16_t const*>(l.address);
            case 4:
                return *reinterpret_cast<std::uint32_t const*>(l.address);
            default:
                return *reinterpret_cast<std::uint64_t const*>(l.address);
        }
    }
    static void to_memory(location const& l, std::uint64_t value) {
        switch (l.size) {
            case 1:
                *reinterpret_cast<std::uint8_t*>(l.address) = static_cast<std::uint8_t>(value);
                break;
            case 2:
                *reinterpret_cast<std::uint16_t*>(l.address) = static_cast<std::uint16_t>(value);
                break;
            case 4:
                *reinterpret_cast<std::uint32_t*>(l.address) = static_cast<std::uint32_t>(value);
                break;
            default:
                *reinterpret_cast<std::uint64_t*>(l.address) = value;
        }
    }

    /// Messages from place `p` on move up by one, and every view with them.
    void make_room(std::size_t x, std::size_t p) {
        const auto shift = [x, p](view& v) {
            v.seen[x] = static_cast<std::uint16_t>(v.seen[x] + (v.seen[x] >= p ? 1 : 0));
        };
        for (location& l : locations_) {
            for (message& m : l.messages) {
                shift(m.released);
                mark(m);
            }
        }
        for (thread_state& t : threads_) {
            shift(t.now);
            shift(t.to_acquire);
            shift(t.at_release_fence);
        }
        shift(sc_);
        if (guess_.x == x && guess_.after >= p) ++guess_.after;
    }

    void note(std::size_t thread, void const* address, std::size_t size, access kind) {
        const auto begin = static_cast<std::size_t>(static_cast<std::byte const*>(address) - base_);
        view const& now = threads_[thread].now;
        for (std::size_t g = begin / granule; g <= (begin + size - 1) / granule && g < times_.size(); ++g) {
            access_times& times = times_[g];
            for (std::size_t other = 0; other < most_threads; ++other) {
                for (std::size_t k = 0; other != thread && k < 4; ++k) {
                    if (conflict(kind, static_cast<access>(k)) && times[other][k] > now.clock[other]) {
                        oracle_.fail("a data race at offset " + std::to_string(g * granule) + ": threads " +
                                     std::to_string(other) + " and " + std::to_string(thread));
                    }
                }
            }
            if (times == access_times{}) touched_.push_back(g);
            times[thread][kind] = now.clock[thread];
        }
    }
    static bool conflict(access a, access b) {
        const bool both_atomic = a >= atomic_read && b >= atomic_read;
        return !both_atomic && (a % 2 == 1 || b % 2 == 1);
    }

    static void mark(message& m) {
        digest d;
        d.add(m.value * 2 + (m.attached ? 1 : 0));
        add(d, m.released);
        m.mark = d.value().first;
    }

    static void add(digest& d, view const& v) {
        std::uint64_t words[sizeof(view) / 8];
        static_assert(sizeof words == sizeof(view));
        std::memcpy(words, &v, sizeof words);
        for (std::uint64_t w : words) d.add(w);
    }

    oracle& oracle_;
    std::byte* base_;
    std::size_t size_;
    std::vector<location> locations_;
    std::array<thread_state, most_threads> threads_{};
    view sc_{};
    guessed guess_{};
    bool guesses_allowed_ = false;
    std::uint64_t stale_loads_left_ = 0;
    std::vector<access_times> times_;
    std::vector<std::size_t> touched_;
};

}  // namespace maxwell::model
