// SPDX-License-Identifier: MIT
//
// spsc_ring<T, Capacity>: a queue from one producer to one consumer, in memory that they share.
//
// The consumer polls no shared index. Each cell has a sequence number, one more than the position of the record in it, so the
// cache line that brings a record also announces it; with a shared index every record would cost a second line.
//
//     consumer's  head_ │ anomalies_ │ quarantined_        position of the next record to read
//     ── Alignment ──────────────────────────────────────────────────────────────────────────
//     producer's  tail_ │ head_seen_                       position of the next record to write; head_ when last looked at
//     ── 64 bytes ───────────────────────────────────────────────────────────────────────────
//     cell_       [ record │ sequence ] [ record │ sequence ]    cell of position p: p modulo Capacity
//                   p = 4096   4097       p = 1      2           4096 is published; the next is not: its number is a lap old
//
// Trust. The consumer never uses a word of the producer as an index, a length or a bound: it compares a sequence number with the
// one that it expects, copies the record once, word by word, and goes on, at most `budget` times. So whatever a producer writes,
// it harms only its own records. With an Alignment of a page the two sides are on separate pages, and a guest needs no write
// access to the consumer's.
//
// Crash. Both sides can crash at any instruction. A record is either published or was never pushed. A producer that takes over
// calls resume() first. A consumer that takes over reads again what its predecessor had read since the last drain or release
// ended. Neither can stop the other.
//
// Invariants
//   1. head_ <= tail_ <= head_ + Capacity, and head_seen_ <= head_.
//   2. The cell of position p has sequence p + 1 if head_ <= p < tail_, else one of an earlier lap, or 0.
//   3. The all-zero object is the empty ring: zeroed memory needs no constructor.
//
//     operation              cost        why
//     try_push, stage        O(1)        wait-free; reads a line of the consumer's once a lap, or when full
//     commit, release        O(n)        one word per record
//     try_pop, peek          O(1)        wait-free
//     drain                  O(budget)   one store to a shared line
//     resume                 O(1)        a producer that crashes leaves at most one record published and not noted
//
// Positions are 64 bits wide and last for centuries. A Capacity that is no power of two costs a multiplication instead of a
// mask for each record. Sequence numbers in the cells go back to FastForward (Giacomoni, Moseley, Vachharajani 2008) and to
// D. Vyukov's queues.

#pragma once

#include <maxwell/core/atomic.hpp>
#include <maxwell/ring/bid_source.hpp>

#include <cstddef>      // size_t
#include <cstdint>      // uint64_t
#include <optional>     // try_pop, peek
#include <type_traits>  // is_trivially_copyable, is_default_constructible

namespace maxwell {

template <class T, std::size_t Capacity, std::size_t Alignment = 64>
class spsc_ring {
    static_assert(std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>, "records travel as bytes");
    static_assert(Capacity > 0 && Capacity <= std::size_t{1} << 32, "a full lap has to be told from an empty one");
    static_assert(Alignment >= 64 && (Alignment & (Alignment - 1)) == 0, "a cache line, or a page");

public:
    using value_type = T;
    static constexpr overflow_policy overflow = overflow_policy::reject;

    /// The empty ring.
    constexpr spsc_ring() noexcept = default;

    /// The empty ring, whose first record gets position `first`: for tests of long runs.
    constexpr explicit spsc_ring(std::uint64_t first) noexcept : head_(first), tail_(first), head_seen_(first) {}

    /// The number of records that fit: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Capacity; }

    // --- for the producer ------------------------------------------------------------------------------------------------

    /// Publishes a record and returns true. Returns false, and changes nothing, if the ring is full. O(1), wait-free.
    bool try_push(T const& value) noexcept {
        const std::uint64_t at = tail_.load(memory_order::relaxed);
        if (!has_room(at)) return false;
        write(at, value);
        publish(at);
        tail_.store(at + 1, memory_order::relaxed);
        return true;
    }

    /// Writes the record `ahead` positions after the next one to be published; the consumer doesn't see it before commit.
    /// Returns false, and changes nothing, if there is no room for it. O(1), wait-free.
    bool stage(std::size_t ahead, T const& value) noexcept {
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        if (ahead >= Capacity || !has_room(tail + ahead)) return false;
        write(tail + ahead, value);
        return true;
    }

    /// Publishes the next `count` records, each of which stage has accepted since the last commit. O(count), wait-free.
    void commit(std::size_t count) noexcept {
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        for (std::size_t ahead = 0; ahead < count && has_room(tail + ahead); ++ahead) {
            publish(tail + ahead);
            tail_.store(tail + ahead + 1, memory_order::relaxed);
        }
    }

    /// Called once by a producer that takes the ring over from one that may have crashed between publishing a record and noting
    /// that it did. Changes nothing otherwise. O(1).
    void resume() noexcept {
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        if (cell_at(tail).sequence.load(memory_order::relaxed) == tail + 1)
            tail_.store(tail + 1, memory_order::relaxed);
    }

    // --- for the consumer ------------------------------------------------------------------------------------------------

    /// Calls f with a copy of each waiting record, oldest first, at most `budget` times, and returns how often it did. Returns 0
    /// while quarantined. O(budget), whatever the producer does.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        if (quarantined_) return 0;
        const std::uint64_t head = head_.load(memory_order::relaxed);
        std::size_t count = 0;
        while (count < budget && is_published(head + count)) {
            f(read(head + count));
            ++count;
        }
        if (count != 0) head_.store(head + count, memory_order::release);
        return count;
    }

    /// Removes and returns the oldest record; nothing if none is waiting, or while quarantined. O(1), wait-free.
    std::optional<T> try_pop() noexcept {
        std::optional<T> taken = peek(0);
        if (taken) head_.store(head_.load(memory_order::relaxed) + 1, memory_order::release);
        return taken;
    }

    /// Returns a copy of the record `ahead` positions after the oldest, without removing it; nothing if it isn't there yet, or
    /// while quarantined. Look at records in order, from 0 on. O(1), wait-free.
    std::optional<T> peek(std::size_t ahead) noexcept {
        const std::uint64_t at = head_.load(memory_order::relaxed) + ahead;
        if (quarantined_ || ahead >= Capacity || !is_published(at)) return std::nullopt;
        return read(at);
    }

    /// Removes the oldest `count` records, or as many as there are. O(count), wait-free.
    void release(std::size_t count) noexcept {
        const std::uint64_t head = head_.load(memory_order::relaxed);
        std::size_t released = 0;
        while (released < count && is_published(head + released)) ++released;
        head_.store(head + released, memory_order::release);
    }

    /// How often the consumer found a sequence number that no correct producer writes. It never passes such a cell.
    std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// `true`: the consumer stops reading this ring. `false`: it resumes. Zero the memory to give it to another producer.
    void quarantine(bool on = true) noexcept { quarantined_ = on; }
    bool quarantined() const noexcept { return quarantined_; }

    /// Do the invariants hold? Call it while no thread pushes or drains, and after resume(). O(Capacity); for tests.
    bool check_invariants() const noexcept {
        const std::uint64_t head = head_.load(memory_order::acquire);
        const std::uint64_t tail = tail_.load(memory_order::relaxed);
        if (tail - head > Capacity || tail - head_seen_ > Capacity || head - head_seen_ > Capacity) return false;
        for (std::uint64_t at = head; at != head + Capacity; ++at) {
            const std::uint64_t sequence = cell_at(at).sequence.load(memory_order::relaxed);
            if (at - head < tail - head ? sequence != at + 1 : !is_old(sequence, at)) return false;
        }
        return true;
    }

private:
    static constexpr std::size_t words = (sizeof(T) + 7) / 8;

    /// Each word is an atomic: two programs can access it at the same time.
    struct cell {
        atomic<std::uint64_t> record[words];
        atomic<std::uint64_t> sequence;
    };

    cell& cell_at(std::uint64_t position) noexcept { return cell_[position % Capacity]; }
    cell const& cell_at(std::uint64_t position) const noexcept { return cell_[position % Capacity]; }

    /// May the producer write at this position? If the memory holds a wrong head_, records are lost, but every write stays in
    /// the ring.
    bool has_room(std::uint64_t position) noexcept {
        if (position - head_seen_ < Capacity) return true;
        head_seen_ = head_.load(memory_order::acquire);  // what was read there has been read before we write
        return position - head_seen_ < Capacity;
    }

    void write(std::uint64_t position, T const& value) noexcept {
        std::uint64_t word[words] = {};
        __builtin_memcpy(word, &value, sizeof(T));
        cell& to = cell_at(position);
        for (std::size_t i = 0; i < words; ++i) to.record[i].store(word[i], memory_order::relaxed);
    }

    void publish(std::uint64_t position) noexcept {
        cell_at(position).sequence.store(position + 1, memory_order::release);
    }

    bool is_published(std::uint64_t position) noexcept {
        const std::uint64_t sequence = cell_at(position).sequence.load(memory_order::acquire);
        if (sequence == position + 1) return true;
        if (!is_old(sequence, position)) ++anomalies_;
        return false;
    }

    /// Is this the sequence number in the cell before `position` is published?
    static constexpr bool is_old(std::uint64_t sequence, std::uint64_t position) noexcept {
        return sequence == 0 || sequence == position + 1 - Capacity;
    }

    T read(std::uint64_t position) const noexcept {
        std::uint64_t word[words];
        cell const& from = cell_at(position);
        for (std::size_t i = 0; i < words; ++i) word[i] = from.record[i].load(memory_order::relaxed);
        T value;
        __builtin_memcpy(&value, word, sizeof(T));
        return value;
    }

    alignas(Alignment) atomic<std::uint64_t> head_;
    std::uint64_t anomalies_ = 0;
    bool quarantined_ = false;
    alignas(Alignment) atomic<std::uint64_t> tail_;
    std::uint64_t head_seen_ = 0;
    alignas(64) cell cell_[Capacity];
};

static_assert(sizeof(spsc_ring<bid, 8>) == 320 && bid_source<spsc_ring<bid, 8>>);
static_assert(sizeof(spsc_ring<bid, 8, 4096>) == 8192 && std::is_standard_layout_v<spsc_ring<bid, 8, 4096>>);

}  // namespace maxwell
