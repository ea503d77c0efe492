// SPDX-License-Identifier: MIT
//
// What the fault tests put into shared memory: every source of bids behind one interface, and the controls that must fail.
//
// A subject lies in a shared region, zeroed before its constructor runs. It carries numbered records, each of which shows
// whether it is whole; records of one group keep their order.

#pragma once

#include "vyukov_queue.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_board.hpp>
#include <maxwell/ring/spsc_ring.hpp>

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace maxwell::test {

inline constexpr std::size_t most_groups = 256;

/// The record of a number: its amount depends on all of the number, so that no mixture of two records is whole.
constexpr bid numbered(std::uint32_t number, std::uint32_t group) {
    return {make_agent_id(group, 0), number * 2654435761u ^ 0x5bd1e995u, number + 1};
}
constexpr bool is_whole(bid const& b) {
    const bid made = numbered(b.units - 1, slot_of(b.agent));
    return b.units != 0 && b.amount == made.amount && b.agent == made.agent;
}

/// What a subject may do beyond delivering every record once.
struct promises {
    bool newest_only = false;  ///< of a group; an older record may be missing then
    bool again = false;        ///< a consumer that takes over from a dead one may get records that that one had
    bool fragile = false;      ///< a control: the tests have to find that it does not survive
};

struct board {
    static constexpr std::string_view name = "bid_board";
    static constexpr promises promise{.newest_only = true, .again = true};
    static constexpr std::uint32_t group_of(std::uint32_t number) { return number % 6 * 13; }  // in two words of marks
    board() {
        for (std::uint32_t n = 0; n < 6; ++n) bids.admit(make_agent_id(group_of(n), 0));
    }
    bool push(bid const& b) { return bids.submit(b) == status::ok; }
    template <class F>
    void drain(F f) {
        const auto bid_made = [&](bid const& b) {
            if (b.units != 0) f(b);
        };
        bids.drain(bid_made, 66);
    }
    void new_producer() {}
    void new_consumer() { bids.rescan(); }
    bid_board<66> bids;
};

struct spsc {
    static constexpr std::string_view name = "spsc_ring";
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return ring.try_push(b); }
    template <class F>
    void drain(F f) {
        ring.drain(f, 8);
    }
    void new_producer() { ring.resume(); }
    void new_consumer() {}
    spsc_ring<bid, 8> ring;
};

/// A queue of one group.
template <class Queue>
struct boost_queue {
    static constexpr promises promise{};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return queue.push(b); }
    template <class F>
    void drain(F f) {
        bid b;
        while (queue.pop(b)) f(b);
    }
    void new_producer() {}
    void new_consumer() {}
    Queue queue;
};

struct boost_spsc : boost_queue<boost::lockfree::spsc_queue<bid, boost::lockfree::capacity<8>>> {
    static constexpr std::string_view name = "boost::lockfree::spsc_queue";
};
struct boost_mpmc : boost_queue<boost::lockfree::queue<bid, boost::lockfree::capacity<8>>> {
    static constexpr std::string_view name = "boost::lockfree::queue";
};

struct vyukov {
    static constexpr std::string_view name = "queue in Vyukov's manner";
    static constexpr promises promise{.fragile = true};
    static constexpr std::uint32_t group_of(std::uint32_t) { return 0; }
    bool push(bid const& b) { return queue.try_push(b); }
    template <class F>
    void drain(F f) {
        bid b;
        while (queue.try_pop(b)) f(b);
    }
    void new_producer() {}
    void new_consumer() {}
    vyukov_queue<bid, 8> queue;
};

template <class... Subjects>
struct subject_list {};

using subjects = subject_list<spsc, board, boost_spsc, boost_mpmc, vyukov>;

}  // namespace maxwell::test
