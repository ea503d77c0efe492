// SPDX-License-Identifier: MIT
//
// What carries bids, ours and others', behind one interface: push(producer, bid) and drain(f, budget).
//
// Each uses the fastest calls that it has for that: several at a time where a queue takes or gives several. Queues that are no
// Debian package are measured where their folders are found, see MAXWELL_PEERS in bench/CMakeLists.txt.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/agent_ring.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/sharded_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#if __has_include(<rigtorp/SPSCQueue.h>)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Winterference-size"
#include <rigtorp/SPSCQueue.h>
#pragma GCC diagnostic pop
#define MAXWELL_HAS_RIGTORP 1
#endif
#if __has_include(<concurrentqueue.h>)
#include <concurrentqueue.h>
#define MAXWELL_HAS_MOODYCAMEL 1
#endif
#if __has_include(<readerwriterqueue.h>)
#include <readerwriterqueue.h>
#define MAXWELL_HAS_READERWRITERQUEUE 1
#endif
#if __has_include(<atomic_queue/atomic_queue.h>)
#include <atomic_queue/atomic_queue.h>
#define MAXWELL_HAS_ATOMIC_QUEUE 1
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace maxwell::bench {

inline constexpr std::size_t ring_capacity = 4096;
inline constexpr std::size_t most_producers = 8;

/// The bid of a producer; it bids for 128 agents in turn.
constexpr bid bid_of(std::size_t producer, std::uint32_t n) {
    return {make_agent_id(static_cast<std::uint32_t>(producer) * 128 + n % 128, 0), n, 1 + n % 7};
}

/// Takes out one by one with `pop`.
template <class Pop, class F>
std::size_t pop_one_by_one(Pop pop, F&& f, std::size_t budget) {
    std::size_t given = 0;
    for (bid b; given < budget && pop(b); ++given) f(b);
    return given;
}

/// Takes out up to 256 at a time with `pop(bid*, n)`.
template <class Pop, class F>
std::size_t pop_many(Pop pop, F&& f, std::size_t budget) {
    std::array<bid, 256> some;
    const std::size_t given = pop(some.data(), std::min(budget, some.size()));
    for (std::size_t i = 0; i < given; ++i) f(some[i]);
    return given;
}

/// Does a newer bid of an agent take the place of one that was not drained yet?
template <class Queue>
constexpr bool coalesces = requires {
    Queue::coalesces;
};

// --- ours --------------------------------------------------------------------------------------------------------------

struct our_spsc_ring {
    static constexpr std::string_view name = "spsc_ring";
    static constexpr bool ours = true;
    bool push(std::size_t, bid const& b) { return ring.try_push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return ring.drain(f, budget);
    }
    spsc_ring<bid, ring_capacity> ring;
};

/// Two mailboxes for each producer's 128 agents. Each has a writer, which is the producer's and lies apart from what the host
/// writes.
struct our_mailboxes {
    static constexpr std::string_view name = "mailbox";
    static constexpr bool ours = true;
    static constexpr bool coalesces = true;
    our_mailboxes() {
        for (std::uint32_t slot = 0; slot < most_producers * 128; ++slot) boxes.shard(slot / 64).admit(slot % 64, slot);
    }
    bool push(std::size_t, bid const& b) {
        const std::uint32_t slot = slot_of(b.agent);
        return writers[slot / 64].submit(boxes.shard(slot / 64).cells(), slot % 64, b.amount, b.units) == status::ok;
    }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return boxes.drain(f, budget);
    }
    sharded_ring<mailbox<>, 2 * most_producers> boxes;
    alignas(4096) std::array<mailbox_writer<>, 2 * most_producers> writers;
};

struct our_agent_ring {
    static constexpr std::string_view name = "agent_ring";
    static constexpr bool ours = true;
    our_agent_ring() { ring.admit(1); }
    bool push(std::size_t, bid const& b) { return ring.try_push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return ring.drain(f, budget);
    }
    agent_ring<ring_capacity> ring;
};

struct our_sharded_ring {
    static constexpr std::string_view name = "sharded_ring";
    static constexpr bool ours = true;
    bool push(std::size_t producer, bid const& b) { return ring.shard(producer).try_push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return ring.drain(f, budget);
    }
    sharded_ring<spsc_ring<bid, ring_capacity>, most_producers> ring;
};

struct our_mpsc_ring {
    static constexpr std::string_view name = "mpsc_ring";
    static constexpr bool ours = true;
    our_mpsc_ring() {
        for (std::uint32_t slot = 0; slot < most_producers * 128; ++slot) ring.admit(slot);
        for (std::size_t i = 0; i < most_producers; ++i) ring.attach();
    }
    bool push(std::size_t producer, bid const& b) { return ring.try_push(static_cast<std::uint32_t>(producer), b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return ring.drain(f, budget);
    }
    /// Drained without a pause: a producer gets the time of a million looks, not of eight quanta.
    mpsc_ring<2 * ring_capacity, most_producers * 128, most_producers, 1'000'000> ring;
};

struct our_bid_board {
    static constexpr std::string_view name = "bid_board";
    static constexpr bool ours = true;
    static constexpr bool coalesces = true;
    our_bid_board() {
        for (std::uint32_t slot = 0; slot < most_producers * 128; ++slot) board.admit(slot);
    }
    bool push(std::size_t, bid const& b) { return board.submit(b) == status::ok; }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return board.drain(f, budget);
    }
    bid_board<most_producers * 128> board;
};

// --- others' -----------------------------------------------------------------------------------------------------------

struct boost_spsc_queue {
    static constexpr std::string_view name = "boost::lockfree::spsc_queue";
    static constexpr bool ours = false;
    bool push(std::size_t, bid const& b) { return queue.push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return pop_many([this](bid* to, std::size_t n) { return queue.pop(to, n); }, f, budget);
    }
    boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<ring_capacity>> queue;
};

struct boost_queue {
    static constexpr std::string_view name = "boost::lockfree::queue";
    static constexpr bool ours = false;
    bool push(std::size_t, bid const& b) { return queue.push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return pop_one_by_one([this](bid& b) { return queue.pop(b); }, f, budget);
    }
    boost::lockfree::queue<bid, boost::lockfree::capacity<2 * ring_capacity>> queue;
};

#ifdef MAXWELL_HAS_RIGTORP
struct rigtorp_spsc {
    static constexpr std::string_view name = "rigtorp::SPSCQueue";
    static constexpr bool ours = false;
    bool push(std::size_t, bid const& b) { return queue.try_push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        std::size_t given = 0;
        for (; given < budget; ++given) {
            bid const* front = queue.front();
            if (front == nullptr) break;
            f(*front);
            queue.pop();
        }
        return given;
    }
    rigtorp::SPSCQueue<bid> queue{ring_capacity};
};
#endif

#ifdef MAXWELL_HAS_READERWRITERQUEUE
struct reader_writer_queue {
    static constexpr std::string_view name = "moodycamel::ReaderWriterQueue";
    static constexpr bool ours = false;
    bool push(std::size_t, bid const& b) { return queue.try_enqueue(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return pop_one_by_one([this](bid& b) { return queue.try_dequeue(b); }, f, budget);
    }
    moodycamel::ReaderWriterQueue<bid> queue{ring_capacity};
};
#endif

#ifdef MAXWELL_HAS_MOODYCAMEL
struct moodycamel_with_tokens {
    static constexpr std::string_view name = "moodycamel, with tokens";
    static constexpr bool ours = false;
    using queue_type = moodycamel::ConcurrentQueue<bid>;
    moodycamel_with_tokens() {
        for (std::size_t i = 0; i < most_producers; ++i) tokens.emplace_back(queue);
    }
    bool push(std::size_t producer, bid const& b) { return queue.try_enqueue(tokens[producer], b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return pop_many([this](bid* to, std::size_t n) { return queue.try_dequeue_bulk(consumer, to, n); }, f, budget);
    }
    queue_type queue{ring_capacity * most_producers, most_producers, 0};
    std::vector<moodycamel::ProducerToken> tokens;
    moodycamel::ConsumerToken consumer{queue};
};
#endif

#ifdef MAXWELL_HAS_ATOMIC_QUEUE
struct atomic_queue_2 {
    static constexpr std::string_view name = "atomic_queue::AtomicQueue2";
    static constexpr bool ours = false;
    bool push(std::size_t, bid const& b) { return queue.try_push(b); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) {
        return pop_one_by_one([this](bid& b) { return queue.try_pop(b); }, f, budget);
    }
    atomic_queue::AtomicQueue2<bid, 2 * ring_capacity> queue;
};
#endif

}  // namespace maxwell::bench
