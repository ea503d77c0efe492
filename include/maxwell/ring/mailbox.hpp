// SPDX-License-Identifier: MIT
//
// mailbox: bids of a producer for up to 64 agents. Only the newest of each agent counts, nothing is ever full, no submission is
// given to the auction twice, and no submission waits for another thread.
//
//     producer's (mailbox_writer)      shared, written by the producer       host's (mailbox_reader)
//
//     sent_[64], count_   ──────────▶  count_                  ──compare──▶  seen_
//                                      cell_[64]               ──compare──▶  letter_[64]  what was read last
//                                      number_[64]             ──seldom───▶  number_[64]  which submission that was
//
// A drain compares one count for 64 agents and, if that has changed, 64 words. Only its producer can write a mailbox, so the
// mailbox and the index of the cell are the identity: the host knows which agent it has admitted to which cell.
//
// Why no submission is given twice or missed. A letter has the low 8 bits of its number. Usually a new submission's word differs
// from the one read last. An equal word is another submission if a multiple of 256 submissions came in between. So the host
// reads the count again after it has read the cells:
//   near   at most 254 more than before the last complete look: no cell's number can have wrapped, so an equal word is an old one.
//   far    otherwise it reads each cell's number: h before, h' after reading the letter. The producer stores number, letter,
//          count in that order, so the letter's own number n is from h - 1 to h'; if those are at most 256, n is the one among
//          them that ends in the letter's 8 bits. It is new if n differs from number_. If they are more (the host was
//          interrupted right there), the host tries again, `tries` times, and then leaves the cell to the next drain.
//
// Invariants
//   1. letter_[i] was read from cell i, and number_[i] is the number of the submission that wrote it.
//   2. When the count was seen_, each cell that is held had been read since, unless unread_ is set.
//   3. All zeros is the mailbox with no agents.
//
//     operation     cost         why
//     submit        O(1)         wait-free: three stores, see detail/mailbox_cells.hpp
//     drain         O(1), O(64)  whatever the producer does: a load if nothing has changed, else 64 words, and 192 more if the
//                                count is far ahead
//     admit         O(1)
//     rescan        O(64)
//     memory        17 B per agent that are shared, 32 B that are the host's, 10 B that are the producer's
//
// Order. As on a bid_board a drain reads cell s before cell t if (s ^ turn) < (t ^ turn), so each of two agents comes first in
// half of the drains.
//
// Use more mailboxes for more than 64 agents. To move an agent to another producer, retire it here, admit it there, and tell the
// other producer its cell; its newest bid stays in the auction meanwhile. To give a cell to another agent, let the producer stop
// submitting for the old one, retire that, admit the new one, and tell the producer. A producer that confuses its own agents
// harms no other producer's.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/ring/detail/index_order.hpp>
#include <maxwell/ring/detail/mailbox_cells.hpp>

#include <bit>          // countr_zero
#include <cstddef>      // byte, size_t
#include <cstdint>      // uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// The host's side of a mailbox whose cells are elsewhere, in memory that the producer maps. One thread at a time.
template <std::uint64_t Lap = 256, std::uint32_t Cells = MAXWELL_MAILBOX_CELLS>
class mailbox_reader {
public:
    using cells = mailbox_cells<Lap, Cells>;

    /// The reader with no agents.
    constexpr mailbox_reader() noexcept = default;

    /// Gives the cell to the agent, and retires an older agent of the cell. What is submitted from now on is the agent's; tell
    /// the producer afterwards. Returns `unknown_agent` if the cell is not below capacity(). O(1).
    status admit(cells const& box, std::uint32_t cell, agent_id id) noexcept {
        if (cell >= cells::capacity()) return status::unknown_agent;
        hold(held() & ~bit(cell));
        agent_[cell] = id;
        found now{};
        if (look(box, cell, now) != look_at::exact) now = {box.letter(cell), box.number(cell)};
        first_[cell] = number_[cell] = now.number;
        letter_[cell] = now.letter;
        hold(held() | bit(cell));  // last: a host that crashes before has not admitted it
        return status::ok;
    }

    /// Takes the cell from the agent, which has left it or lost the host's trust: the cell is not read any more. Call the
    /// auction's `retire` as well, unless the agent only moves to another producer. Returns `unknown_agent` if the cell is not
    /// below capacity() or has no agent, `stale_agent` if it is another agent's. O(1).
    status retire(std::uint32_t cell, agent_id id) noexcept {
        if (cell >= cells::capacity() || (held() & bit(cell)) == 0) return status::unknown_agent;
        if (agent_[cell] != id) return status::stale_agent;
        hold(held() & ~bit(cell));
        return status::ok;
    }

    /// Is the cell the agent's? O(1).
    bool holds(std::uint32_t cell, agent_id id) const noexcept {
        return cell < cells::capacity() && (held() & bit(cell)) != 0 && agent_[cell] == id;
    }

    /// Calls f(bid) once for each agent for which the producer has submitted since its last bid was given to f, with 0 units if
    /// that withdrew. Makes at most `budget` calls and returns how many. This drain gives f what was submitted before the call
    /// or, if the budget ends, a later drain does. Returns 0 while quarantined. O(1) if nothing was submitted, else O(64).
    template <class F>
    std::size_t drain(cells const& box, F&& f, std::size_t budget) noexcept {
        return pending(box) ? read(box, f, budget) : 0;
    }

    /// Is anything waiting? Not while quarantined. O(1).
    bool pending(cells const& box) const noexcept { return !quarantined_ && (unread_ || box.count() != seen_); }

    /// For a host that takes over this reader from one that crashed in a drain: the next drain gives the newest bid of each agent
    /// to f again, since it is not known which of them the other host's auction had got. Agents that have not bid since they
    /// were admitted are not read. O(64).
    void rescan() noexcept {
        for (std::uint32_t cell = 0; cell < cells::capacity(); ++cell) number_[cell] = first_[cell];
        unsure_ = unread_ = true;
    }

    /// How often the host found what no correct producer writes: letters that change without their sequence number, numbers
    /// that don't fit their letters.
    constexpr std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// `true`: the host stops reading this mailbox. `false`: it resumes, with the newest bids.
    constexpr void quarantine(bool on = true) noexcept { quarantined_ = on; }
    constexpr bool quarantined() const noexcept { return quarantined_; }

private:
    static constexpr int tries = 4;
    static constexpr std::uint32_t line = cells::capacity() % 8 == 0 ? 8 : 1;  ///< cells that are copied at once

    struct found {
        std::uint64_t letter;
        std::uint64_t number;
    };
    enum class look_at : std::uint8_t { exact, moving, impossible };

    static constexpr std::uint64_t bit(std::uint32_t cell) noexcept { return std::uint64_t{1} << cell; }
    std::uint64_t held() const noexcept { return held_.load(memory_order::relaxed); }
    void hold(std::uint64_t cells_held) noexcept { held_.store(cells_held, memory_order::release); }

    /// The cell's letter, and which submission wrote it; see "far" above.
    static look_at look(cells const& box, std::uint32_t cell, found& now) noexcept {
        for (int n = 0; n < tries; ++n) {
            const std::uint64_t before = box.number(cell);
            now.letter = box.letter(cell);
            const std::uint64_t after = box.number(cell);
            if (after - before > Lap - 2) continue;
            const std::uint64_t back = (after - cells::sequence_of(now.letter)) & (Lap - 1);
            now.number = after - back;
            return back <= after - before + 1 ? look_at::exact : look_at::impossible;
        }
        return look_at::moving;
    }

    /// A drain for which something waits. A function of its own, so that an idle drain saves no registers.
    template <class F>
    [[gnu::__noinline__]] std::size_t read(cells const& box, F& f, std::size_t budget) noexcept {
        const std::uint64_t count = box.count();
        std::uint64_t letters[cells::capacity()];
        std::uint64_t changed = 0;
        for (std::uint32_t first = 0; first < cells::capacity(); first += line) {
            changed |= copy_line(box, first, letters) << first;
        }
        // A submission in progress can be in its cell and not yet counted: hence 2 less than a lap.
        const bool sure = !unsure_ && box.count() - seen_ <= Lap - 2;
        turn_ = next_turn(turns_);
        const std::size_t given = sure ? take_changed(letters, changed & held(), f, budget) : take_far(box, f, budget);
        if (!unread_) seen_ = count;
        return given;
    }

    /// Copies the cells of a line, from `first` on. Returns those that differ from what was read last, as bits. Written out: a loop
    /// takes half as many instructions again.
    std::uint64_t copy_line(cells const& box, std::uint32_t first,
                            std::uint64_t (&letters)[cells::capacity()]) const noexcept {
        std::uint64_t* const to = letters + first;
        std::uint64_t const* const old = letter_ + first;
        const auto copy = [&](std::uint32_t i) noexcept {
            to[i] = box.letter(first + i);
            return std::uint64_t{to[i] != old[i]} << i;
        };
        if constexpr (line == 1) return copy(0);
        return copy(0) | copy(1) | copy(2) | copy(3) | copy(4) | copy(5) | copy(6) | copy(7);
    }

    template <class F>
    void give(std::uint32_t cell, found const& now, F& f) noexcept {
        letter_[cell] = now.letter;
        number_[cell] = now.number;
        f(bid{agent_[cell], static_cast<price>(now.letter >> MAXWELL_LETTER_AMOUNT_SHIFT),
              static_cast<std::uint32_t>(now.letter >> MAXWELL_LETTER_UNITS_SHIFT) & MAXWELL_LETTER_MAX_UNITS});
    }

    /// Near: gives what differs from what was read last.
    template <class F>
    std::size_t take_changed(std::uint64_t const (&letters)[cells::capacity()], std::uint64_t changed, F& f,
                             std::size_t budget) noexcept {
        std::size_t given = 0;
        std::size_t refused = 0;
        std::uint64_t rest = reordered(changed, turn_);
        for (; rest != 0 && given + refused != budget; rest &= rest - 1) {
            const std::uint32_t cell = static_cast<std::uint32_t>(std::countr_zero(rest)) ^ turn_;
            const std::uint64_t letter = letters[cell];
            const std::uint64_t ahead = (cells::sequence_of(letter) - number_[cell]) & (Lap - 1);
            if (ahead == 0) {
                letter_[cell] = letter;
                ++refused;
                continue;
            }
            give(cell, {letter, number_[cell] + ahead}, f);
            ++given;
        }
        unread_ = rest != 0;
        anomalies_ += refused;
        return given;
    }

    /// Far: reads every cell's number.
    template <class F>
    std::size_t take_far(cells const& box, F& f, std::size_t budget) noexcept {
        std::size_t given = 0;
        std::size_t left = budget;
        bool all = true;
        for (std::uint64_t rest = reordered(held(), turn_); rest != 0; rest &= rest - 1) {
            const std::uint32_t cell = static_cast<std::uint32_t>(std::countr_zero(rest)) ^ turn_;
            found now{};
            const look_at result = look(box, cell, now);
            if (result == look_at::exact && now.number == number_[cell]) {
                letter_[cell] = now.letter;
                continue;
            }
            if (result == look_at::moving || left == 0) {
                all = false;
                continue;
            }
            --left;
            if (result == look_at::impossible) {
                ++anomalies_;
                continue;
            }
            give(cell, now, f);
            ++given;
        }
        unread_ = !all;
        if (all) unsure_ = false;
        return given;
    }

    std::uint64_t seen_ = 0;  ///< the count before the last complete look
    bool unread_ = false;     ///< the last look left something
    bool unsure_ = false;     ///< numbers and letters don't fit each other: look at all cells
    bool quarantined_ = false;
    std::uint32_t turns_ = 0;  ///< the number of looks
    std::uint32_t turn_ = 0;   ///< 6 bits made of turns_: this drain's order
    std::uint64_t anomalies_ = 0;
    atomic<std::uint64_t> held_;  ///< cells that have an agent
    std::uint64_t letter_[cells::capacity()] = {};
    std::uint64_t number_[cells::capacity()] = {};
    std::uint64_t first_[cells::capacity()] = {};  ///< numbers above are the present agent's
    agent_id agent_[cells::capacity()] = {};
};

/// Cells and host's side in one object, for producers that are threads or processes that trust each other. Behind the host's side a
/// kilobyte is left free, so that the host's hardware prefetcher doesn't fetch lines of the next producer's mailbox; the size is no
/// multiple of a page, or the same lines of 16 mailboxes would share one set of the first-level cache. sharded_ring<mailbox<>, N>
/// takes N of them. The producer submits to cells() through its own mailbox_writer.
template <std::uint64_t Lap = 256, std::uint32_t Cells = MAXWELL_MAILBOX_CELLS>
class alignas(128) mailbox {
public:
    /// A newer bid replaces one that was not yet read.
    static constexpr overflow_policy overflow = overflow_policy::coalesce;

    /// The mailbox with no agents. Zeroed memory is the same.
    constexpr mailbox() noexcept = default;

    /// The number of agents of one producer.
    static constexpr std::uint32_t capacity() noexcept { return mailbox_cells<Lap, Cells>::capacity(); }

    /// What the producer writes.
    mailbox_cells<Lap, Cells>& cells() noexcept { return cells_; }

    /// As in mailbox_reader.
    status admit(std::uint32_t cell, agent_id id) noexcept { return reader_.admit(cells_, cell, id); }
    status retire(std::uint32_t cell, agent_id id) noexcept { return reader_.retire(cell, id); }
    bool holds(std::uint32_t cell, agent_id id) const noexcept { return reader_.holds(cell, id); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        return reader_.drain(cells_, f, budget);
    }
    bool pending() const noexcept { return reader_.pending(cells_); }
    void rescan() noexcept { reader_.rescan(); }
    std::uint64_t anomalies() const noexcept { return reader_.anomalies(); }
    void quarantine(bool on = true) noexcept { reader_.quarantine(on); }
    bool quarantined() const noexcept { return reader_.quarantined(); }

private:
    mailbox_cells<Lap, Cells> cells_;
    alignas(128) mailbox_reader<Lap, Cells> reader_;
    std::byte apart_[1024];
};

static_assert(bid_source<mailbox<>>);
static_assert(sizeof(mailbox<>) == 4352 && std::is_standard_layout_v<mailbox<>>);

}  // namespace maxwell
