// SPDX-License-Identifier: MIT
//
// bid_cells: the agents' side of a board. Each agent has one word that holds its newest bid.
//
// An agent bids by overwriting its word and marking it as changed. So nothing can be full, no thread waits for another, and an
// agent that crashes leaves at most its own newest bid unseen. The layout is abi/bid_board.h; ring/bid_board.hpp is the host's
// side, which reads.
//
//     cell_      [ amount, units, generation ] ...    a word per agent, written by that agent
//     mark_      [ 0110.. ][ 0 ] ... [ 1000.. ]       a bit per agent: written and not yet read
//     summary_   [ 1 0 0 ... 1 ]                      a bit per word of mark_: there can be a bit in it
//
// Invariants, while no submission is in progress
//   1. A cell that was written after the host has last read it is marked.
//   2. A word of mark_ that is not 0 has its bit in summary_, or the host has taken that bit and not yet the word. (A set
//      bit over an empty word is legal; it costs the host one look.)
//   3. All zeros is the board without bids.
//
// Why no bid is lost, in the C++ memory model. An agent
//     A1 writes its cell, A2 sets its mark (acq_rel), A3 sets the summary's bit unless it reads that it is set (relaxed);
// the host
//     H1 takes the word of the summary (relaxed), H2 takes a word of marks (acq_rel), H3 reads the cells (relaxed).
// All of A2 and H2 on one word are read-modify-writes, so they have one order, and each reads from the one before it.
//   - H2 comes after A2: it finds the mark, unless an earlier H2 has. Whichever found it has read from A2, or from a chain
//     of read-modify-writes that A2 heads, so A1 happens before its H3, which reads that bid or a newer one.
//   - H2 comes before A2: then A2 has read from it, so its H1 happens before A3. Hence A3 can't read a bit that this H1
//     or an earlier one has taken: it finds the bit of a later moment, or sets it. Either way the bit is there for the next
//     H1; and the H2 that follows on that H1 can't come before A2 again, since A3 would then have to follow that H1, too.
// So an agent looks at the summary's bit even if A2 found its mark set: an agent that crashes between A2 and A3 leaves a mark
// without summary, and the next agent that bids under the same word sets the bit for both. The only order that a host has to
// keep is H1 before H2 in program order; everything is published through the words of marks.
//
//     operation               cost   why
//     submit                  O(1)   wait-free: one compare-and-swap that is not repeated, one fetch_or, one load, seldom
//                                    a second fetch_or
//     take_*, drop_*, read    O(1)   one word
//     clear                   O(1)   two words
//     mark_all                O(Agents/64)
//
// A process that can write these words can bid as any of their agents: the cells are the unit of trust. Agents that don't trust
// each other get boards of their own, on pages of their own (docs/bids.md).

#pragma once

#include <maxwell/abi/bid_board.h>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/prefetch.hpp>

#include <bit>          // countr_zero
#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// The content of one word of a board.
struct bid_cell {
    price amount;
    std::uint32_t units;      ///< at most max_units; 0: no bid
    std::uint8_t generation;  ///< low 8 bits of the generation of the agent's slot

    /// 2^24 - 1. At one unit a microsecond that is 16.7 s, far above a quantum.
    static constexpr std::uint32_t max_units = MAXWELL_CELL_MAX_UNITS;

    /// The word. `units` is at most max_units.
    constexpr std::uint64_t pack() const noexcept {
        return std::uint64_t{generation} << MAXWELL_CELL_GENERATION_SHIFT |
               std::uint64_t{units} << MAXWELL_CELL_UNITS_SHIFT | std::uint64_t{amount} << MAXWELL_CELL_AMOUNT_SHIFT;
    }

    /// Every word is legal: whatever an agent writes is decoded into these three fields.
    static constexpr bid_cell unpack(std::uint64_t word) noexcept {
        return {static_cast<price>(word >> MAXWELL_CELL_AMOUNT_SHIFT),
                static_cast<std::uint32_t>(word >> MAXWELL_CELL_UNITS_SHIFT) & max_units,
                static_cast<std::uint8_t>(word >> MAXWELL_CELL_GENERATION_SHIFT)};
    }

    friend constexpr bool operator==(bid_cell const&, bid_cell const&) = default;
};

template <std::size_t Agents>
class bid_cells {
    static_assert(Agents > 0 && Agents <= (std::size_t{1} << 18),
                  "the host looks at a summary of 64 words at the most");

public:
    static constexpr std::size_t mark_words = MAXWELL_BID_BOARD_WORDS(Agents);
    static constexpr std::size_t summary_words = MAXWELL_BID_BOARD_WORDS(mark_words);

    /// The cells without bids.
    constexpr bid_cells() noexcept = default;

    /// The number of cells: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    // --- agents --------------------------------------------------------------------------------------------------------

    /// Makes `b` the newest bid of its agent; 0 units withdraw the bid. Returns `unknown_agent` if the slot is not below
    /// capacity(), `too_many_units` if they are more than bid_cell::max_units, and `stale_agent` if the host has taken the
    /// slot away from this agent (one of this generation modulo 256). Never full, never waits: O(1), wait-free.
    ///
    /// The cell is compared and swapped, not stored: so an agent that the host has retired while it was preempted here can't
    /// overwrite the bid of its successor. One attempt is enough: if it fails with the generation unchanged, another thread
    /// has bid for the same agent in between, and its bid is the newer one.
    status submit(bid b) noexcept {
        const std::uint32_t slot = slot_of(b.agent);
        if (slot >= Agents) return status::unknown_agent;
        if (b.units > bid_cell::max_units) return status::too_many_units;
        // The host touched all three cache lines last, and the locked accesses below run one after another. Prefetching
        // overlaps the three misses.
        maxwell::prefetch_for_write(&mark_[slot / 64]);
        maxwell::prefetch_for_write(&cell_[slot]);
        maxwell::prefetch(&summary_[slot / 4096]);
        const bid_cell wanted{b.amount, b.units, static_cast<std::uint8_t>(generation_of(b.agent))};
        std::uint64_t held = cell_[slot].load(memory_order::relaxed);
        if (bid_cell::unpack(held).generation != wanted.generation) return status::stale_agent;
        if (!cell_[slot].compare_exchange(held, wanted.pack(), memory_order::relaxed, memory_order::relaxed) &&
            bid_cell::unpack(held).generation != wanted.generation) {
            return status::stale_agent;
        }
        mark(slot);
        return status::ok;
    }

    // --- host ----------------------------------------------------------------------------------------------------------

    /// Word `i` of the summary, without taking it. It shows at least what happened before this call.
    std::uint64_t peek_summary(std::size_t i) const noexcept { return summary_[i].load(memory_order::relaxed); }

    /// Takes word `i` of the summary, below summary_words. For each bit of it the caller must then call take_marks.
    std::uint64_t take_summary(std::size_t i) noexcept {
        MAXWELL_ASSERT(i < summary_words);
        if (peek_summary(i) == 0) return 0;  // the usual case, without a locked access
        return summary_[i].exchange(0, memory_order::relaxed);
    }

    /// Takes word `i` of the marks, below mark_words; read each marked cell afterwards.
    std::uint64_t take_marks(std::size_t i) noexcept {
        MAXWELL_ASSERT(i < mark_words);
        return mark_[i].exchange(0, memory_order::acq_rel);
    }

    /// Prefetches word `i` of the marks, below mark_words, and the lines of its cells that are marked now and in `which`: the host
    /// will read them soon. Other processors wrote them, and eight misses that overlap take little longer than one. Lines without
    /// a mark are left with the agents, whose next submission would have to fetch them back.
    void prefetch(std::size_t i, std::uint64_t which) const noexcept {
        MAXWELL_ASSERT(i < mark_words && (which & ~valid(i, Agents)) == 0);
        maxwell::prefetch_for_write(&mark_[i]);
        for (std::uint64_t rest = mark_[i].load(memory_order::relaxed) & which; rest != 0;) {
            const auto line = static_cast<std::uint32_t>(std::countr_zero(rest)) & ~7u;
            maxwell::prefetch(&cell_[64 * i + line]);
            rest &= ~(std::uint64_t{0xFF} << line);
        }
    }

    /// Clears the bits of `which` in word `i` of the marks, for cells that the host will read afterwards anyway.
    void drop_marks(std::size_t i, std::uint64_t which) noexcept {
        MAXWELL_ASSERT(i < mark_words);
        mark_[i].fetch_and(~which, memory_order::acq_rel);
    }

    /// The present content of the cell of `slot`, below capacity(). It can change between two calls: use the result of one.
    bid_cell read(std::uint32_t slot) const noexcept {
        MAXWELL_ASSERT(slot < Agents);
        return bid_cell::unpack(cell_[slot].load(memory_order::relaxed));
    }

    /// Empties the cell of `slot`, below capacity(), for an agent of this generation: submissions of others are stale now.
    /// Clears the mark too; an agent that was interrupted between cell and mark can still set it, and then the cell is read
    /// once more.
    void clear(std::uint32_t slot, std::uint8_t generation) noexcept {
        MAXWELL_ASSERT(slot < Agents);
        cell_[slot].store(bid_cell{0, 0, generation}.pack(), memory_order::relaxed);
        drop_marks(slot / 64, bit(slot));
    }

    /// Marks every cell as changed, for a host that doesn't know what its predecessor had read before it crashed.
    void mark_all() noexcept {
        for (std::size_t i = 0; i < mark_words; ++i) mark_[i].fetch_or(valid(i, Agents), memory_order::acq_rel);
        for (std::size_t i = 0; i < summary_words; ++i)
            summary_[i].fetch_or(valid(i, mark_words), memory_order::relaxed);
    }

    /// The bits in use of word `i` of a bitmap of `bits` bits: all of them except in the last word.
    static constexpr std::uint64_t valid(std::size_t i, std::size_t bits) noexcept {
        return bits - 64 * i >= 64 ? ~std::uint64_t{0} : bit(bits) - 1;
    }

private:
    static constexpr std::uint64_t bit(std::size_t i) noexcept { return std::uint64_t{1} << (i % 64); }

    /// A2 and A3 of the argument above.
    void mark(std::uint32_t slot) noexcept {
        const std::size_t word = slot / 64;
        mark_[word].fetch_or(bit(slot), memory_order::acq_rel);
        if ((summary_[word / 64].load(memory_order::relaxed) & bit(word)) == 0) {
            summary_[word / 64].fetch_or(bit(word), memory_order::relaxed);
        }
    }

    alignas(64) atomic<std::uint64_t> cell_[Agents] = {};
    alignas(64) atomic<std::uint64_t> mark_[mark_words] = {};
    alignas(64) atomic<std::uint64_t> summary_[summary_words] = {};
};

static_assert(sizeof(bid_cells<1>) == MAXWELL_BID_BOARD_SIZE(1));
static_assert(sizeof(bid_cells<1000>) == MAXWELL_BID_BOARD_SIZE(1000));
static_assert(sizeof(bid_cells<262144>) == MAXWELL_BID_BOARD_SIZE(262144));
static_assert(std::is_standard_layout_v<bid_cells<1>>);

}  // namespace maxwell
