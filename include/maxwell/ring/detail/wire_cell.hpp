// SPDX-License-Identifier: MIT
//
// wire_cell: a cell of mpsc_ring. In each lap it is closed once: committed by the producer that has claimed it, or abandoned by
// the consumer.
//
//     lap n - 1 closed  ──commit(n, bid)──▶ bid of lap n      ──commit(n + 1, ..)──▶ ...
//                       └─abandon(n)──────▶ nothing in lap n  ──commit(n + 1, ..)──▶ ...
//
// Both replace exactly what lap n - 1 has left, so only one of them succeeds. A producer that stalled meanwhile, for however
// many laps, finds another content and changes nothing.
//
// whole_cell does it by one exchange of 16 bytes, in the layout of abi/wire_bid.h. halved_cell, for machines without that, does
// it by two exchanges of 8 bytes, each half with a lap of its own:
//
//     byte  0               4       6       8              12      14      16
//           |    amount     | slot, | lap   |    units     | g, slot | lap |       slot: low 16 bits, high 8 bits
//                             low             ▲              high
//                                             └── written last, read first: this half decides
//
// The cost of halves: the lap has 16 bits, so a producer that stalls for 65,536 laps, and finds amount and slot as they were,
// changes half a bid; with 16 bytes that takes 2^32 laps and an equal bid. And a push costs a second exchange.
//
// Zeroed memory is a cell that is closed in lap 0 and holds no bid.

#pragma once

#include <maxwell/abi/wire_bid.h>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/atomic16.hpp>

#include <bit>          // bit_cast
#include <cstdint>      // uint16_t, uint32_t, uint64_t
#include <type_traits>  // conditional

namespace maxwell {

/// What the consumer finds in a cell.
enum class cell_state : std::uint8_t {
    open,       ///< neither committed nor abandoned in this lap
    bid,        ///< a bid has been committed
    abandoned,  ///< the consumer has abandoned it
    foreign,    ///< its lap can't be: another program writes here
};

class whole_cell {
public:
    using lap = std::uint32_t;

    constexpr whole_cell() noexcept = default;
    /// Closed in lap `at`, for tests of how laps wrap.
    constexpr explicit whole_cell(lap at) noexcept : words_(std::bit_cast<two_words>(maxwell_wire_bid{0, 0, 0, at})) {}

    /// For the producer that has claimed this cell in lap `at`: commits `bid`, whose lap is ignored. Returns false if the
    /// consumer has abandoned the cell.
    bool commit(lap at, maxwell_wire_bid bid) noexcept {
        bid.lap = at;
        const two_words old = words_.load();
        return lap_of(old) == static_cast<lap>(at - 1) && replace(old, bid);
    }

    /// For the consumer: returns the state in lap `at`, and sets `bid` if that is `bid`.
    cell_state read(lap at, maxwell_wire_bid& bid) noexcept {
        bid = std::bit_cast<maxwell_wire_bid>(words_.load());
        if (bid.lap == at)
            return maxwell_wire_slot(bid.who) < MAXWELL_WIRE_SLOTS ? cell_state::bid : cell_state::abandoned;
        return bid.lap == static_cast<lap>(at - 1) ? cell_state::open : cell_state::foreign;
    }

    /// For the consumer: abandons a cell that is open or foreign. Returns false if its producer has committed meanwhile.
    bool abandon(lap at) noexcept {
        const two_words old = words_.load();
        return lap_of(old) != at && replace(old, {0, 0, maxwell_wire_who(MAXWELL_WIRE_SLOTS, 0), at});
    }

private:
    static lap lap_of(two_words words) noexcept { return std::bit_cast<maxwell_wire_bid>(words).lap; }

    bool replace(two_words old, maxwell_wire_bid const& bid) noexcept {
        return words_.compare_exchange(old, std::bit_cast<two_words>(bid));
    }

    atomic16 words_;
};

class halved_cell {
public:
    using lap = std::uint16_t;

    constexpr halved_cell() noexcept = default;
    constexpr explicit halved_cell(lap at) noexcept : first_(half(0, 0, at)), second_(half(0, 0, at)) {}

    bool commit(lap at, maxwell_wire_bid const& bid) noexcept {
        return commit_half(first_, half(bid.amount, bid.who, at)) &&
               commit_half(second_, half(bid.units, bid.who >> 16, at));
    }

    cell_state read(lap at, maxwell_wire_bid& bid) noexcept {
        const std::uint64_t second = second_.load(memory_order::acquire);
        if (lap_of(second) != at)
            return lap_of(second) == static_cast<lap>(at - 1) ? cell_state::open : cell_state::foreign;
        if (is_abandoned(second)) {
            abandon_half(first_, half(0, 0, at));  // a consumer may have crashed between its two halves
            return cell_state::abandoned;
        }
        const std::uint64_t first = first_.load(memory_order::relaxed);
        const std::uint32_t who = (static_cast<std::uint32_t>(first >> 32) & 0xFFFFu) |
                                  (static_cast<std::uint32_t>(second >> 32) & 0xFFFFu) << 16;
        bid = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second), who, at};
        return cell_state::bid;
    }

    bool abandon(lap at) noexcept {
        if (!abandon_half(second_, half(0, MAXWELL_WIRE_SLOTS >> 16, at))) return false;
        abandon_half(first_, half(0, 0, at));  // of this lap now: a late commit finds no older lap
        return true;
    }

private:
    static constexpr std::uint64_t half(std::uint32_t value, std::uint32_t who, lap at) noexcept {
        return value | std::uint64_t{who & 0xFFFFu} << 32 | std::uint64_t{at} << 48;
    }
    static constexpr lap lap_of(std::uint64_t word) noexcept { return static_cast<lap>(word >> 48); }
    static constexpr bool is_abandoned(std::uint64_t second) noexcept {
        return (second >> 32 & 0xFFu) == MAXWELL_WIRE_SLOTS >> 16;
    }

    static bool commit_half(atomic<std::uint64_t>& word, std::uint64_t desired) noexcept {
        const std::uint64_t old = word.load(memory_order::relaxed);
        return lap_of(old) == static_cast<lap>(lap_of(desired) - 1) && replace(word, old, desired);
    }
    static bool abandon_half(atomic<std::uint64_t>& word, std::uint64_t desired) noexcept {
        const std::uint64_t old = word.load(memory_order::relaxed);
        return lap_of(old) != lap_of(desired) && replace(word, old, desired);
    }
    static bool replace(atomic<std::uint64_t>& word, std::uint64_t old, std::uint64_t desired) noexcept {
        return word.compare_exchange(old, desired, memory_order::acq_rel, memory_order::relaxed);
    }

    atomic<std::uint64_t> first_;
    atomic<std::uint64_t> second_;
};

/// The cell of mpsc_ring on this machine.
using wire_cell = std::conditional_t<has_atomic16, whole_cell, halved_cell>;

static_assert(sizeof(whole_cell) == 16 && sizeof(halved_cell) == 16);

}  // namespace maxwell
