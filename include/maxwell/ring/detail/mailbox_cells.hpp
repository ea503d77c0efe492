// SPDX-License-Identifier: MIT
//
// mailbox_cells and mailbox_writer: the producer's side of a mailbox. A submission takes three plain stores and loads nothing
// that another thread writes.
//
//     producer's own memory          shared; only the producer writes
//
//     sent_[64] ── submissions ────▶ number_[64]                      S1
//                                    cell_[64]   sequence·units·amount  S2: the bid
//     count_ ────────────────────▶   count_                             S3: tells the host
//
// A producer is a thread, a process or a virtual machine that submits for up to 64 agents, by one thread at a time. Where others
// can write too, as on a bid_board, a submission needs locked operations on lines that the host has just written. Here it waits
// for no line, so it costs the same however far away the host's processor is and however often it drains.
//
// Why the producer keeps count in its own memory. Its stores go to the store buffer, without waiting; a load of the shared line
// would wait until that line is back from the host's processor. For the same reason a mailbox_writer is apart from all memory
// that the host writes: it is aligned to 128 bytes, the pair of lines that processors fetch together, and padded to a multiple.
// Keep it in the producer's own memory, not on the page after an array that the host reads in order.
//
// Crash of a producer. After S1 nothing has happened: the next submission for the cell has the same number. After S2 the bid is
// there, and the host sees it with the producer's next submission, at resume(), or when the host rescans. resume() is for
// the producer that takes the memory over.
//
// Lap is the number of sequence numbers after which a cell's repeat: 256. Other values, or fewer cells than 64, are for tests.

#pragma once

#include <maxwell/abi/mailbox.h>
#include <maxwell/core/assert.hpp>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>

#include <cstddef>      // offsetof, size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

template <std::uint64_t Lap, std::uint32_t Cells>
class mailbox_writer;

/// What producer and host share. The host only reads it.
template <std::uint64_t Lap = 256, std::uint32_t Cells = MAXWELL_MAILBOX_CELLS>
class mailbox_cells {
    static_assert(Cells > 0 && Cells <= MAXWELL_MAILBOX_CELLS);
    static_assert(Lap >= 4 && Lap <= 256 && (Lap & (Lap - 1)) == 0, "a sequence number is up to 8 bits");

public:
    /// The cells without submissions.
    constexpr mailbox_cells() noexcept = default;

    /// The number of agents of one producer.
    static constexpr std::uint32_t capacity() noexcept { return Cells; }

    /// What the host loads. `cell` is below capacity(). Later calls can return newer values.
    std::uint64_t count() const noexcept { return count_.load(memory_order::acquire); }
    std::uint64_t letter(std::uint32_t cell) const noexcept {
        MAXWELL_ASSERT(cell < capacity());
        return cell_[cell].load(memory_order::acquire);
    }
    std::uint64_t number(std::uint32_t cell) const noexcept {
        MAXWELL_ASSERT(cell < capacity());
        return number_[cell].load(memory_order::acquire);
    }

    /// The low bits of the number of the submission that wrote this letter.
    static constexpr std::uint64_t sequence_of(std::uint64_t letter) noexcept {
        return letter >> MAXWELL_LETTER_SEQUENCE_SHIFT & (Lap - 1);
    }

private:
    friend class mailbox_writer<Lap, Cells>;

    alignas(64) atomic<std::uint64_t> count_;
    alignas(64) atomic<std::uint64_t> cell_[Cells] = {};
    alignas(64) atomic<std::uint64_t> number_[Cells] = {};
};

/// The producer's own memory: no other thread reads it, and nothing else should share its cache lines.
template <std::uint64_t Lap = 256, std::uint32_t Cells = MAXWELL_MAILBOX_CELLS>
class alignas(128) mailbox_writer {
public:
    static constexpr std::uint32_t max_units = MAXWELL_LETTER_MAX_UNITS;

    /// For a mailbox in which nothing was ever submitted; otherwise call resume.
    constexpr mailbox_writer() noexcept = default;

    /// Makes this the newest bid of the agent that the host has admitted to the cell; 0 units withdraw the bid. Returns
    /// `unknown_agent` if the cell is not below capacity(), and `too_many_units` if `units` is more than max_units. Never full,
    /// never waits. O(1): three stores.
    status submit(mailbox_cells<Lap, Cells>& to, std::uint32_t cell, price amount, std::uint32_t units) noexcept {
        if (cell >= Cells) return status::unknown_agent;
        if (units > max_units) return status::too_many_units;
        const std::uint64_t number = ++sent_[cell];
        to.number_[cell].store(number, memory_order::release);
        to.cell_[cell].store((number & (Lap - 1)) << MAXWELL_LETTER_SEQUENCE_SHIFT |
                                 std::uint64_t{units} << MAXWELL_LETTER_UNITS_SHIFT |
                                 std::uint64_t{amount} << MAXWELL_LETTER_AMOUNT_SHIFT,
                             memory_order::release);
        to.count_.store(++count_, memory_order::release);
        return status::ok;
    }

    /// Takes a mailbox over from a producer that has crashed, at any instruction, or that has ended: continues its count, and
    /// announces a submission that it may have left unannounced. O(64).
    void resume(mailbox_cells<Lap, Cells>& from) noexcept {
        for (std::uint32_t cell = 0; cell < Cells; ++cell) {
            const std::uint64_t number = from.number(cell);
            const bool written = mailbox_cells<Lap, Cells>::sequence_of(from.letter(cell)) == (number & (Lap - 1));
            sent_[cell] = written ? number : number - 1;  // it crashed between S1 and S2
        }
        count_ = from.count() + 1;
        from.count_.store(count_, memory_order::release);
    }

private:
    std::uint64_t count_ = 0;
    std::uint64_t sent_[Cells] = {};
};

static_assert(sizeof(mailbox_cells<>) == sizeof(maxwell_mailbox) && std::is_standard_layout_v<mailbox_cells<>>);
static_assert(sizeof(mailbox_writer<>) % 128 == 0 && std::is_standard_layout_v<mailbox_writer<>>);

}  // namespace maxwell
