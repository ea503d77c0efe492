// SPDX-License-Identifier: MIT
//
// mapped_source: the host's side of a board or a mailbox whose cells are in a region, as one source of bids.
//
//     region of producer 0 ── bid_cells, mailbox_cells ──┐ cells_ (a pointer)
//                                                        ├── mapped_source<Reader> ──drain(f, budget)──▶ f(bid)
//     host's own memory ───── board_reader, mailbox_reader ┘ reader_
//
// Agents that don't trust each other have regions of their own. sharded_ring<mapped_source<Reader>, N> is one drain over N of
// them, in which none can take another's share. An unmapped source is empty.

#pragma once

#include <maxwell/ring/bid_source.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell {

template <class Reader>
class mapped_source {
public:
    using cells = typename Reader::cells;
    static constexpr overflow_policy overflow = overflow_policy::coalesce;

    /// An unmapped source.
    constexpr mapped_source() noexcept = default;

    /// Makes bids come from `to`, which has to outlive the mapping; null unmaps the source. The reader keeps its state, so map a
    /// reader to one object only.
    void map(cells* to) noexcept { cells_ = to; }

    /// What it is mapped to, and the host's side, on which agents are admitted and retired.
    cells* mapped() const noexcept { return cells_; }
    Reader& reader() noexcept { return reader_; }

    /// As the reader's drain; returns 0 while unmapped.
    template <class F>
    std::size_t drain(F&& f, std::size_t budget) noexcept {
        return cells_ == nullptr ? 0 : reader_.drain(*cells_, f, budget);
    }

    std::uint64_t anomalies() const noexcept { return reader_.anomalies(); }

private:
    cells* cells_ = nullptr;
    Reader reader_;
};

}  // namespace maxwell
