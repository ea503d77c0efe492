// SPDX-License-Identifier: MIT
//
// mpsc_lockstep: an mpsc_ring and what should be in it, driven together by one thread: bids, and claims of producers that died.
//
// Every function answers nothing, or what was wrong.

#pragma once

#include "support/dice.hpp"

#include <maxwell/ring/mpsc_ring.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::test {

/// A producer claims a place in `ring` and dies. tail_ is the first word.
template <class Ring>
void claim_and_die(Ring& ring) {
    __atomic_fetch_add(reinterpret_cast<std::uint64_t*>(&ring), 1, __ATOMIC_ACQ_REL);
}

template <class Cell, std::size_t Capacity, std::size_t Producers, std::uint32_t Patience>
class mpsc_lockstep {
public:
    static constexpr std::uint32_t agents = 9;
    using ring_type = mpsc_ring<Capacity, agents, Producers, Patience, Cell>;

    explicit mpsc_lockstep(std::uint64_t first) : ring_(std::make_unique<ring_type>(first)) {
        for (std::uint32_t slot = 0; slot < agents; ++slot) ring_->admit(id(slot));
        for (std::size_t i = 0; i < Producers; ++i) ring_->attach();
    }

    static constexpr unsigned operations = 3;

    char const* run(unsigned operation, std::uint32_t n) {
        char const* why = nullptr;
        switch (operation) {
            case 0:
                why = push(n);
                break;
            case 1:
                die();
                break;
            default:
                why = drain(n);
                break;
        }
        if (why != nullptr) return why;
        if (!ring_->check_invariants()) return "an invariant is broken";
        if (ring_->abandoned() != given_up_) return "a place was given up too early or too late";
        return ring_->anomalies() == 0 ? nullptr : "an honest producer counts as an anomaly";
    }

    /// Takes out what is left, the dead included.
    char const* finish() {
        for (std::size_t i = 0; i <= 2 * Patience * (Capacity + Producers); ++i) {
            if (char const* why = run(2, 2)) return why;
        }
        return places_.empty() ? nullptr : "something is left that nobody can get";
    }

private:
    static constexpr agent_id id(std::uint32_t slot) { return make_agent_id(slot, slot * 0x0123'4567u); }

    char const* push(std::uint32_t n) {
        ++count_;
        const bid b{id(count_ % agents), count_, ~count_};
        const bool room = places_.size() < Capacity;
        if (ring_->try_push(n % Producers, b) != room) return "try_push is wrong about room";
        if (room) places_.emplace_back(b);
        return nullptr;
    }

    void die() {
        if (places_.size() >= Capacity) return;  // who sees a full ring claims nothing
        claim_and_die(*ring_);
        places_.emplace_back(std::nullopt);
    }

    char const* drain(std::uint32_t budget) {
        std::vector<bid> seen;
        const std::size_t drained = ring_->drain([&](bid const& b) { seen.push_back(b); }, budget);
        if (drained != seen.size()) return "drain miscounts";
        std::size_t next = 0;
        for (std::uint32_t left = budget; left > 0; --left) {
            if (places_.empty() || !places_.front()) {
                if (++met_ == Patience && places_.empty()) met_ = 0;
                if (met_ < 2 * Patience) break;
                ++given_up_;
            } else if (next == seen.size() || seen[next++] != *places_.front()) {
                return "a bid is lost, doubled or changed";
            }
            met_ = 0;
            places_.pop_front();
        }
        return next == seen.size() ? nullptr : "drain goes on where it should stop";
    }

    std::unique_ptr<ring_type> ring_;
    std::deque<std::optional<bid>> places_;  ///< nothing: its producer has died
    std::uint32_t met_ = 0;                  ///< drains that have met no bid in front
    std::uint64_t given_up_ = 0;
    std::uint32_t count_ = 0;
};

/// `length` operations, the first in place number `first`.
template <class Cell, std::size_t Capacity, std::size_t Producers, std::uint32_t Patience>
char const* random_claims(std::uint64_t first, std::size_t length) {
    dice random(Capacity + first + Patience);
    auto twin = std::make_unique<mpsc_lockstep<Cell, Capacity, Producers, Patience>>(first);
    for (; length > 0; --length) {
        const unsigned operation = random.below(8);
        const std::uint32_t n = random.below(random.below(4) == 0 ? Capacity + 3 : 4);
        if (char const* why = twin->run(operation < 4 ? 0 : operation < 5 ? 1 : 2, n)) return why;
    }
    return twin->finish();
}

/// Four sizes, from the first lap on and across the wrap of the cell's lap.
template <class Cell>
char const* random_claims_everywhere(std::size_t length) {
    constexpr std::uint64_t laps = std::uint64_t{1} << 8 * sizeof(typename Cell::lap);
    for (const bool wraps : {false, true}) {
        const auto from = [wraps](std::uint64_t places) { return wraps ? (laps - 3) * places + 1 : 0; };
        if (char const* why = random_claims<Cell, 1, 1, 1>(from(2), length)) return why;
        if (char const* why = random_claims<Cell, 2, 3, 2>(from(5), length)) return why;
        if (char const* why = random_claims<Cell, 7, 1, 5>(from(8), length)) return why;
        if (char const* why = random_claims<Cell, 64, 64, 2>(from(128), length)) return why;
    }
    return nullptr;
}

/// In each lap the place is settled by its producer or by the consumer, in all combinations; whoever comes late is refused.
template <class Cell>
char const* every_way_to_settle(typename Cell::lap first) {
    using lap = typename Cell::lap;
    for (unsigned choices = 0; choices < 64; ++choices) {
        Cell cell(static_cast<lap>(first - 1));
        for (unsigned i = 0; i < 6; ++i) {
            const auto at = static_cast<lap>(first + i);
            const auto next = static_cast<lap>(at + 1);
            const maxwell_wire_bid mine{i, ~i, maxwell_wire_who(0xFE'FF00u + i, 0xA0u + i), at};
            maxwell_wire_bid found{};
            if (cell.read(at, found) != cell_state::open) return "a place is not open at first";
            if (cell.commit(next, mine)) return "a place was settled for a later lap";
            const bool gives_up = (choices >> i & 1u) != 0;
            if (gives_up ? !cell.abandon(at) : !cell.commit(at, mine)) return "nobody can settle";
            if (cell.commit(at, mine) || cell.abandon(at)) return "a place was settled twice";
            if (i > 0 && cell.commit(static_cast<lap>(at - 1), mine)) return "a late producer got in";
            const cell_state state = cell.read(at, found);
            if (state != (gives_up ? cell_state::abandoned : cell_state::bid)) return "it was settled in another way";
            if (!gives_up && (found.amount != i || found.units != ~i || found.who != mine.who))
                return "it holds another bid";
            if (cell.read(static_cast<lap>(at + 2), found) != cell_state::foreign) return "it belongs into another lap";
        }
    }
    return nullptr;
}

}  // namespace maxwell::test
