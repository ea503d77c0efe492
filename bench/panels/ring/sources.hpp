// SPDX-License-Identifier: MIT
//
// What the panel ring/board compares, behind one interface: submit(bid) and drain(f). All take bids of 1,024 agents.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/mailbox.hpp>
#include <maxwell/ring/mpsc_ring.hpp>
#include <maxwell/ring/sharded_ring.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace maxwell::bench {

inline constexpr std::size_t agents = 1024;
inline constexpr std::size_t room = 4096;  ///< records that a queue takes

template <std::size_t Agents>
struct board_source {
    static constexpr std::string_view name = "bid_board";
    bid_board<Agents> board;
    board_source() {
        for (std::uint32_t slot = 0; slot < Agents; ++slot) board.admit(slot);
    }
    bool submit(bid const& b) { return board.submit(b) == status::ok; }
    template <class F>
    std::size_t drain(F f) {
        return board.drain(f, Agents);
    }
};

/// As many agents in mailboxes of 64, all of one producer.
struct mailbox_source {
    static constexpr std::string_view name = "mailbox";
    sharded_ring<mailbox<>, agents / 64> boxes;
    alignas(4096) std::array<mailbox_writer<>, agents / 64> writers;
    mailbox_source() {
        for (std::uint32_t slot = 0; slot < agents; ++slot) boxes.shard(slot / 64).admit(slot % 64, slot);
    }
    bool submit(bid const& b) {
        const std::uint32_t slot = slot_of(b.agent);
        return writers[slot / 64].submit(boxes.shard(slot / 64).cells(), slot % 64, b.amount, b.units) == status::ok;
    }
    template <class F>
    std::size_t drain(F f) {
        return boxes.drain(f, agents);
    }
};

struct ring_source {
    static constexpr std::string_view name = "spsc_ring";
    spsc_ring<bid, room> ring;
    bool submit(bid const& b) { return ring.try_push(b); }
    template <class F>
    std::size_t drain(F f) {
        return ring.drain(f, room);
    }
};

struct mpsc_source {
    static constexpr std::string_view name = "mpsc_ring";
    mpsc_ring<room, agents, 8, 1'000'000> ring;
    mpsc_source() {
        for (std::uint32_t slot = 0; slot < agents; ++slot) ring.admit(slot);
        ring.attach();
    }
    bool submit(bid const& b) { return ring.try_push(0, b); }
    template <class F>
    std::size_t drain(F f) {
        return ring.drain(f, room);
    }
};

struct boost_spsc_source {
    static constexpr std::string_view name = "boost spsc_queue";
    boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<room>> queue;
    bool submit(bid const& b) { return queue.push(b); }
    template <class F>
    std::size_t drain(F f) {
        return queue.consume_all(f);
    }
};

struct boost_queue_source {
    static constexpr std::string_view name = "boost queue";
    boost::lockfree::queue<bid, boost::lockfree::capacity<room>> queue;
    bool submit(bid const& b) { return queue.push(b); }
    template <class F>
    std::size_t drain(F f) {
        return queue.consume_all(f);
    }
};

using sources =
    std::tuple<board_source<agents>, mailbox_source, ring_source, mpsc_source, boost_spsc_source, boost_queue_source>;
inline constexpr std::size_t source_count = std::tuple_size_v<sources>;

/// Calls f(source, its number) for each.
template <class F>
void for_each(sources& all, F f) {
    std::size_t i = 0;
    std::apply([&](auto&... source) { (f(source, i++), ...); }, all);
}

inline constexpr std::array<std::string_view, source_count> names{board_source<agents>::name, mailbox_source::name,
                                                                  ring_source::name,          mpsc_source::name,
                                                                  boost_spsc_source::name,    boost_queue_source::name};

}  // namespace maxwell::bench
