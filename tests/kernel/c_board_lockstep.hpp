// SPDX-License-Identifier: MIT
//
// c_board_lockstep: a C board with its reader and book, beside the C++ ones, through the same random submissions and requests.
//
// Agents submit to both boards by the C++ code, as they would to one; the host sides are the ones compared. Now and then both sides
// find words in the cells that no agent writes, and their own as a crash between two writes can leave them.

#pragma once

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/ring/bid_board.hpp>

#include "kernel/operations.h"
#include "support/dice.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

namespace maxwell::test {

template <std::size_t Capacity>
class c_board_lockstep {
public:
    using cells = bid_cells<Capacity>;
    using reader = board_reader<Capacity>;
    using book = stratified_buckets<Capacity>;

    /// The memory of the C side: zeroed, the cells aligned to a cache line.
    c_board_lockstep(std::uint64_t seed, void* c_cells, void* c_reader, void* c_book)
        : c_cells_(static_cast<cells*>(c_cells)),
          c_reader_(c_reader),
          c_book_(c_book),
          cells_(std::make_unique<cells>()),
          reader_(zeroed<reader>()),
          book_(zeroed<book>()),
          dice_(seed),
          generation_(Capacity) {}

    /// Some submissions to both boards, then the next request for the host side.
    maxwell_board_request draw() {
        for (std::uint32_t n = dice_.below(8); n > 0; --n) {
            const std::uint32_t slot = dice_.below(Capacity);
            const std::uint32_t generation = generation_[slot] - (dice_.below(16) == 0 ? 1 : 0);
            const bid b{make_agent_id(slot, generation), dice_() >> dice_.below(32), dice_.below(32)};
            // On agents that were never admitted, too: marks that nobody may act on.
            if (cells_->submit(b) != c_cells_->submit(b)) ++split_;
        }
        if (dice_.below(50) == 0) spoil();
        maxwell_board_request r{};
        const std::uint32_t kind = dice_.below(10);
        if (kind < 4) {
            const std::uint32_t slot = dice_.below(Capacity + 1);
            r.kind = MAXWELL_ADMIT;
            const std::uint32_t newest = slot < Capacity ? generation_[slot] += dice_.below(3) / 2 : 0;
            r.agent = make_agent_id(slot, newest);
        } else if (kind < 5) {
            const std::uint32_t slot = dice_.below(Capacity + 1);
            r.kind = MAXWELL_DEPART;
            r.agent = make_agent_id(slot, slot < Capacity ? generation_[slot] : 0);
        } else {
            r.kind = MAXWELL_DRAIN;
            r.budget = dice_.below(4) == 0 ? 1 + dice_.below(3) : dice_.below(200);
        }
        expected_ = serve(r);
        return r;
    }

    /// Has the C side come to the same result for the last request, within its steps?
    bool same(maxwell_board_request const& r) const {
        const std::size_t most = r.budget + mark_words + 64 + summary_words + 1;
        return r.code == expected_ && split_ == 0 && (r.kind != MAXWELL_DRAIN || r.steps <= most);
    }

    /// Are cells, reader and book of both sides the same bytes?
    bool same_bytes() const {
        return std::memcmp(cells_.get(), c_cells_, sizeof(cells)) == 0 &&
               std::memcmp(reader_.get(), c_reader_, sizeof(reader)) == 0 &&
               std::memcmp(book_.get(), c_book_, sizeof(book)) == 0;
    }

    std::size_t bids() const { return bids_; }

private:
    static constexpr std::size_t mark_words = (Capacity + 63) / 64;
    static constexpr std::size_t summary_words = (mark_words + 63) / 64;

    std::uint64_t any_word() { return std::uint64_t{dice_()} << 32 | dice_(); }

    static void set(void* a, void* b, std::size_t word, std::uint64_t value) {
        std::memcpy(static_cast<std::uint64_t*>(a) + word, &value, sizeof value);
        std::memcpy(static_cast<std::uint64_t*>(b) + word, &value, sizeof value);
    }

    void spoil() {
        for (std::uint32_t n = 1 + dice_.below(3); n > 0; --n) {
            const std::size_t last = sizeof(cells) / 8 - 1;  // marks and summaries are the last of many words
            set(cells_.get(), c_cells_, last - dice_.below(dice_.below(2) == 0 ? last + 1 : 16), any_word());
        }
        if (dice_.below(2) == 0) return;
        set(reader_.get(), c_reader_, 0, any_word());  // marks
        set(reader_.get(), c_reader_, 1, any_word());  // the summary
        set(reader_.get(), c_reader_, 2, dice_.below(mark_words));
        set(reader_.get(), c_reader_, 3, dice_.below(summary_words));
        if (dice_.below(2) == 0) set(reader_.get(), c_reader_, 5, ~std::uint64_t{0});  // turns, before they wrap
    }

    /// A new object, of which paddings are zero too.
    template <class T>
    static std::unique_ptr<T> zeroed() {
        auto object = std::make_unique<T>();
        std::memset(static_cast<void*>(object.get()), 0, sizeof(T));
        return object;
    }

    std::uint64_t serve(maxwell_board_request const& r) {
        if (r.kind == MAXWELL_ADMIT) return static_cast<std::uint64_t>(reader_->admit(*cells_, r.agent));
        if (r.kind == MAXWELL_DEPART) return static_cast<std::uint64_t>(reader_->retire(*cells_, r.agent));
        const std::size_t n = reader_->drain(
            *cells_, [this](bid const& b) { book_->insert(b); }, r.budget);
        bids_ += n;
        return n;
    }

    cells* c_cells_;
    void* c_reader_;
    void* c_book_;
    std::unique_ptr<cells> cells_;
    std::unique_ptr<reader> reader_;
    std::unique_ptr<book> book_;
    dice dice_;
    std::vector<std::uint32_t> generation_;
    std::uint64_t expected_ = 0;
    std::size_t bids_ = 0;
    int split_ = 0;
};

/// A sentence if the C board ever differs from the C++ one, both with MAXWELL_CAPACITY slots; else null.
inline char const* the_board_equals_the_cxx_objects() {
    alignas(64) static maxwell_board_cells cells;
    static maxwell_board_reader reader;
    static maxwell_buckets book;
    c_board_lockstep<MAXWELL_CAPACITY> steps(2, &cells, &reader, &book);
    for (int i = 0; i < 20'000; ++i) {
        maxwell_board_request r = steps.draw();
        maxwell_drain drain{};
        if (r.kind == MAXWELL_ADMIT) r.code = maxwell_board_admit(&cells, &reader, r.agent);
        if (r.kind == MAXWELL_DEPART) r.code = maxwell_board_retire(&cells, &reader, r.agent);
        if (r.kind == MAXWELL_DRAIN) {
            maxwell_drain_begin(&cells, &reader, &drain, r.budget);
            bool ended = false;
            for (std::uint32_t n = 0; n < MAXWELL_DRAIN_STEPS(r.budget) && !ended; ++n) {
                ended = maxwell_drain_into(&cells, &reader, &drain, &book, &r) != 0;
            }
            if (!ended) return "a drain takes too many steps";
        }
        if (!steps.same(r)) return "the C board differs from the C++ one";
        if (i % (16 + MAXWELL_CAPACITY / 16) == 0 && !steps.same_bytes()) return "the memory of the C board differs";
    }
    return nullptr;
}

}  // namespace maxwell::test
