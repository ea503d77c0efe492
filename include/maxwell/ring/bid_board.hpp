// SPDX-License-Identifier: MIT
//
// bid_board: the default way for bids to arrive. Only the newest bid of each agent counts, and nothing is ever full.
//
// A queue carries every bid that was ever made; an auction needs only the newest of each agent. So each agent has a cell, which
// it overwrites, and the host reads the cells that have changed since it last looked. However often an agent has bid in
// between, the auction gets one bid, a new arrival; so it does from an agent that has withdrawn and bid again in between.
//
//     agents' side (bid_cells)                  host's side (board_reader), never mapped by a guest
//
//     cell_     8 B per agent    ──read──▶      holders_      which agent holds a slot, with its whole generation
//     mark_     1 bit per agent  ──take──▶      marks_        taken, not yet read: the rest of word `mark_word_`
//     summary_  1 bit per word   ──take──▶      summary_      taken, not yet looked at: the rest of `summary_word_`
//
// Identity comes from the cell: its index is the slot, and the generation that a bid is given is the host's own, in full.
// The cell's 8 bits are only compared with it. Slots that hold no agent are never read, whatever is marked.
//
// Limit of 8-bit generations. The host empties a cell when its agent retires, and leaves the next generation in it, so a late
// submission of the departed agent finds another generation and is refused. Every 256th holder of a slot has the same 8 bits
// again: an agent that stalls while its slot is given away 256 times, and then bids, bids for that holder. A submission
// interrupted in the middle is refused even then, unless the cell holds, bit for bit, what it held before. To exclude that case
// too, unmap the old agent before its slot is given away for the 256th time.
//
// Invariants
//   1. A change that was marked is still in bid_cells' mark_, or else in marks_, until f has got it.
//   2. Bits of marks_ stand for agents that hold their slot, bits of summary_ for words of mark_.
//   3. All zeros is the board with no agents.
//
//     operation        cost                  why
//     submit           O(1)                  wait-free, see bid_cells.hpp
//     drain            O(budget + Agents/64) whatever agents write: reads at most `budget` cells, and takes each word of mark_
//                                            once, or twice if the last drain ended under the same word of summary_
//     admit, retire    O(1)                  one cell, two words
//     pending          O(Agents/4096)        the summary
//     adopt            O(1)                  one cell
//     rescan           O(Agents/64)          marks every cell
//     memory           8 B and a bit per agent that are shared, 4 B and a bit that are not
//
// Order. A bid that is drained first arrives first, and wins a tie. Words of the summary are looked at in rotation; of the 4,096
// agents under one of them a drain reads slot s before slot t if (s ^ turn) < (t ^ turn), and `turn` goes through its 4,096
// values. So each of two agents comes first in half of the drains, whatever their slots are. A board doesn't know when a bid
// was submitted: "earlier arrival" means an earlier drain and, within one drain, the order above.
// A drain continues where the last one's budget ended, so a change waits for at most two bids of every other agent.

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/ring/bid_source.hpp>
#include <maxwell/ring/detail/bid_cells.hpp>
#include <maxwell/ring/detail/index_order.hpp>
#include <maxwell/ring/detail/slot_holders.hpp>

#include <bit>          // countr_zero
#include <cstddef>      // size_t
#include <cstdint>      // uint8_t, uint32_t, uint64_t
#include <type_traits>  // is_standard_layout

namespace maxwell {

/// The host's side of a board whose cells are elsewhere: in memory of which a guest maps the cells and nothing else.
/// One thread at a time.
template <std::size_t Agents>
class board_reader {
public:
    using cells = bid_cells<Agents>;

    /// No agent has been admitted.
    constexpr board_reader() noexcept = default;

    /// Does `id` hold its slot? O(1).
    constexpr bool holds(agent_id id) const noexcept { return holders_.holds(id); }

    /// Gives the slot of `id` to that agent, with an empty cell, and retires an older agent of the slot. Tell the agent its id
    /// afterwards. Returns `ok`, and changes nothing if the agent holds the slot already; `unknown_agent` if the slot is not
    /// below the capacity; `stale_agent` if the slot has seen a newer generation. O(1).
    status admit(cells& board, agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        const std::uint8_t generation = short_generation(generation_of(id));
        if (holds(id) && board.read(slot).generation == generation) return status::ok;
        const status admitted = holders_.admit(id);
        if (admitted == status::ok) empty(board, slot, generation);
        return admitted;
    }

    /// Gives the slot of `id` to that agent and keeps the bid in its cell: for a host that takes over from one that has crashed,
    /// with a roster (ring/roster.hpp), before it calls rescan(). Empties the cell, as admit does, if it holds another
    /// generation. Returns what admit returns. O(1).
    status adopt(cells& board, agent_id id) noexcept {
        const std::uint32_t slot = slot_of(id);
        const status admitted = holders_.admit(id);
        if (admitted != status::ok) return admitted;
        const std::uint8_t generation = short_generation(generation_of(id));
        if (board.read(slot).generation != generation) empty(board, slot, generation);
        return status::ok;
    }

    /// Ends the agent, which has left or lost the host's trust: its bids are not read any more, and its next submission returns
    /// `stale_agent`. Call the auction's `retire` with the same id too: otherwise its last bid stays in. Returns `unknown_agent`
    /// if the slot is not below the capacity or holds no agent, `stale_agent` if it holds another one. O(1).
    status retire(cells& board, agent_id id) noexcept {
        if (holds(id)) empty(board, slot_of(id), short_generation(generation_of(id) + 1));
        return holders_.retire(id);
    }

    /// Calls f(bid) for each agent that has bid since its last bid was given to f, with 0 units if it has withdrawn. Makes at
    /// most `budget` calls and returns how many; a cell that has to be refused counts towards the budget. This drain gives f
    /// what was submitted before the call or, if the budget ends, a later drain does. If an agent submits twice while the host
    /// drains, f can get the second bid twice: the first one's mark makes the host read the cell after the second bid is
    /// written and before it is marked. A mailbox (ring/mailbox.hpp) gives every submission once. Returns 0 while quarantined.
    template <class F>
    std::size_t drain(cells& board, F&& f, std::size_t budget) noexcept {
        if (!pending(board)) return 0;
        // A predecessor in this memory may have crashed between two of its writes: keep every access in bounds after that too.
        marks_ &= holders_.held(mark_word_);
        if (marks_ != 0) board.drop_marks(mark_word_, marks_);  // an agent that has bid again since is read now, once
        summary_ &= cells::valid(summary_word_, cells::mark_words);
        turn_ = next_turn<12>(turns_);
        std::size_t given = 0;
        std::size_t left = budget;
        for (std::size_t words = 0;; ++words) {  // the word that was begun, then all of them once
            given += read_marked(board, f, left);
            if (left == 0 || words == cells::summary_words) return given;
            summary_word_ = summary_word_ + 1 == cells::summary_words ? 0 : summary_word_ + 1;
            const std::uint64_t taken = board.take_summary(summary_word_);
            summary_ = taken & cells::valid(summary_word_, cells::mark_words);
            if (taken != summary_) ++anomalies_;
        }
    }

    /// Is anything waiting? Not while quarantined. O(Agents/4096).
    bool pending(cells const& board) const noexcept {
        if (quarantined_) return false;
        std::uint64_t any = marks_ | summary_;
        for (std::size_t i = 0; i < cells::summary_words; ++i) any |= board.peek_summary(i);
        return any != 0;
    }

    /// For a host that takes over from one that crashed in a drain, in the same memory or, after adopt, in its own: the next
    /// drain gives the newest bid of every agent to f again, since it is not known which of them the other host's auction had
    /// got, including bids that it had already sold. O(Agents/64).
    void rescan(cells& board) noexcept { board.mark_all(); }

    /// How often the host found what no correct agent writes: marks of agents that can't exist, bids of another generation.
    constexpr std::uint64_t anomalies() const noexcept { return anomalies_; }

    /// `true`: the host stops reading these cells. `false`: it resumes, with the newest bids.
    constexpr void quarantine(bool on = true) noexcept { quarantined_ = on; }
    constexpr bool quarantined() const noexcept { return quarantined_; }

    /// Do the invariants on the host's own members hold? O(1); for tests.
    constexpr bool check_invariants() const noexcept {
        if (mark_word_ >= cells::mark_words || summary_word_ >= cells::summary_words) return false;
        return (marks_ & ~holders_.held(mark_word_)) == 0 &&
               (summary_ & ~cells::valid(summary_word_, cells::mark_words)) == 0;
    }

private:
    static constexpr std::uint8_t short_generation(std::uint32_t g) noexcept { return static_cast<std::uint8_t>(g); }

    /// Empties the cell of `slot` and removes its marks.
    void empty(cells& board, std::uint32_t slot, std::uint8_t generation) noexcept {
        board.clear(slot, generation);
        if (slot / 64 == mark_word_) marks_ &= ~(std::uint64_t{1} << (slot % 64));
    }

    /// Returns the index that the lowest bit of a word reordered by `by` stands for.
    static constexpr std::uint32_t first_of(std::uint64_t bits, std::uint32_t by) noexcept {
        return static_cast<std::uint32_t>(std::countr_zero(bits)) ^ (by & 63);
    }

    /// Reads the marked cells under summary_, at most `left`, which it counts down. Returns how many bids f has got.
    template <class F>
    std::size_t read_marked(cells& board, F& f, std::size_t& left) noexcept {
        std::size_t given = read_word(board, f, left);
        if (summary_ == 0) return given;
        const std::uint32_t by = turn_ >> 6;
        std::uint64_t rest = reordered(summary_, by);
        while (left != 0 && rest != 0) {
            const std::uint32_t word = first_of(rest, by);
            rest &= rest - 1;
            const std::size_t i = 64 * summary_word_ + word;
            mark_word_ = i;
            summary_ &= ~(std::uint64_t{1} << word);
            if (rest != 0) prefetch(board, 64 * summary_word_ + first_of(rest, by));
            const std::uint64_t taken = board.take_marks(i);
            marks_ = taken & holders_.held(i);
            if (marks_ != taken && (taken & ~cells::valid(i, Agents)) != 0) ++anomalies_;
            given += read_word(board, f, left);
        }
        return given;
    }

    /// Prefetches what the drain will look at in word `i` of the marks.
    void prefetch(cells const& board, std::size_t i) const noexcept { board.prefetch(i, holders_.held(i)); }

    /// Reads what is left of a word of marks. Counts in locals: the compiler can't see what `f` touches, so it would write
    /// members back before every call.
    template <class F>
    std::size_t read_word(cells& board, F& f, std::size_t& left) noexcept {
        if (marks_ == 0) return 0;
        const auto first = static_cast<std::uint32_t>(64 * mark_word_);
        const std::uint32_t by = turn_ & 63;
        std::uint64_t rest = reordered(marks_, by);
        std::size_t looks = 0;
        std::size_t refused = 0;
        for (; rest != 0 && looks != left; ++looks, rest &= rest - 1) {
            const std::uint32_t slot = first + first_of(rest, by);
            const bid_cell cell = board.read(slot);
            const std::uint32_t generation = holders_.generation(slot);
            if (cell.generation != short_generation(generation)) {
                ++refused;
                continue;
            }
            f(bid{make_agent_id(slot, generation), cell.amount, cell.units});
        }
        left -= looks;
        marks_ = rest == 0 ? 0 : reordered(rest, by);
        anomalies_ += refused;
        return looks - refused;
    }

    std::uint64_t marks_ = 0;
    std::uint64_t summary_ = 0;
    std::size_t mark_word_ = 0;
    std::size_t summary_word_ = 0;
    std::uint64_t anomalies_ = 0;
    std::uint32_t turns_ = 0;  ///< the number of drains
    std::uint32_t turn_ = 0;   ///< 12 bits made of turns_: this drain's order
    bool quarantined_ = false;
    slot_holders<Agents> holders_;
};

/// Both sides in one object, for agents that are threads or processes that trust each other. Agents call submit, at any time and
/// from any thread; one host thread at a time calls the rest.
template <std::size_t Agents>
class bid_board {
public:
    /// A newer bid replaces one that was not yet read.
    static constexpr overflow_policy overflow = overflow_policy::coalesce;

    /// The board with no agents. Zeroed memory is the same.
    constexpr bid_board() noexcept = default;

    /// The number of cells: exactly what was asked for.
    static constexpr std::size_t capacity() noexcept { return Agents; }

    /// As bid_cells::submit.
    status submit(bid b) noexcept { return cells_.submit(b); }

    /// As in board_reader.
    bool holds(agent_id id) const noexcept { return reader_.holds(id); }
    status admit(agent_id id) noexcept { return reader_.admit(cells_, id); }
    status retire(agent_id id) noexcept { return reader_.retire(cells_, id); }
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        return reader_.drain(cells_, f, budget);
    }
    bool pending() const noexcept { return reader_.pending(cells_); }
    std::uint64_t anomalies() const noexcept { return reader_.anomalies(); }
    void quarantine(bool on = true) noexcept { reader_.quarantine(on); }
    bool quarantined() const noexcept { return reader_.quarantined(); }
    bool check_invariants() const noexcept { return reader_.check_invariants(); }

    status adopt(agent_id id) noexcept { return reader_.adopt(cells_, id); }
    void rescan() noexcept { reader_.rescan(cells_); }

    /// The agents' side: what a process that only bids may map.
    bid_cells<Agents>& cells() noexcept { return cells_; }

private:
    bid_cells<Agents> cells_;
    board_reader<Agents> reader_;
};

static_assert(bid_source<bid_board<64>>);
static_assert(std::is_standard_layout_v<bid_board<64>>);
static_assert(sizeof(bid_board<1024>) <= 1024 * 12 + 7 * 64);

}  // namespace maxwell
