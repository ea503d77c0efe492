// SPDX-License-Identifier: MIT
//
// The C book of bpf/, compiled for user space by each compiler, is byte for byte the C++ one; and no contents of its memory lead out
// of it, which the address sanitizer judges in this test's second program.

#include "kernel/book_lockstep.hpp"
#include "kernel/c_board_lockstep.hpp"
#include "support/scale.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

extern "C" {
struct maxwell_native_book {
    std::uint64_t book_bytes, cells_bytes, reader_bytes;
    void (*apply)(void* book, maxwell_operation const* operation, maxwell_result* result);
    void (*serve)(void* cells, void* reader, void* book, maxwell_board_request* request);
};
extern const maxwell_native_book gcc_16, gcc_1000, gcc_10000, gcc_65536;
#ifdef MAXWELL_HAS_CLANG_BOOKS
extern const maxwell_native_book clang_16, clang_1000, clang_10000, clang_65536;
#endif
}

namespace maxwell::test {
namespace {

// Memory of exactly the book's size, so that the sanitizer sees the first byte beyond.
struct zeroed {
    explicit zeroed(std::size_t bytes) : words((bytes + 7) / 8) {}
    std::vector<std::uint64_t> words;
    void* get() { return words.data(); }
};

template <std::size_t Capacity>
void stay_equal(maxwell_native_book const& c) {
    using lockstep = book_lockstep<Capacity>;
    ASSERT_EQ(c.book_bytes, sizeof(stratified_buckets<Capacity>));
    auto cxx = std::make_unique<stratified_buckets<Capacity>>();
    std::memset(static_cast<void*>(cxx.get()), 0, sizeof *cxx);  // paddings too
    zeroed twin(c.book_bytes);
    lockstep steps(Capacity);
    std::uint64_t won = 0;
    for (int thousand = 0; thousand < static_cast<int>(scaled(1000)); ++thousand) {
        for (int i = 0; i < 1000; ++i) {
            const maxwell_operation o = steps.draw();
            const maxwell_result expected = lockstep::apply(*cxx, o);
            maxwell_result found{};
            c.apply(twin.get(), &o, &found);
            ASSERT_TRUE(lockstep::same(expected, found))
                << "operation " << thousand << "," << i << " of kind " << o.kind;
            won += o.kind == MAXWELL_EXTRACT_MAX && found.code == 1;
        }
        ASSERT_EQ(std::memcmp(cxx.get(), twin.get(), c.book_bytes), 0)
            << "after " << thousand + 1 << " thousand operations";
    }
    EXPECT_GT(won, 1000u);
    EXPECT_TRUE(cxx->check_invariants());
}

template <std::size_t Capacity>
void survive_rubbish(maxwell_native_book const& c) {
    book_lockstep<Capacity> steps(3);
    dice rubbish(4);
    zeroed memory(c.book_bytes);
    for (int round = 0; round < static_cast<int>(scaled(200)); ++round) {
        // Everything at random, or a few words only: a book that is nearly whole leads further into it.
        const std::size_t words = round % 2 == 0 ? memory.words.size() : 1 + rubbish.below(8);
        for (std::size_t i = 0; i < words; ++i) {
            memory.words[words == memory.words.size() ? i : rubbish.below(memory.words.size())] =
                std::uint64_t{rubbish()} << 32 | rubbish();
        }
        for (int i = 0; i < 1000; ++i) {
            const maxwell_operation o = steps.draw();
            maxwell_result found{};
            c.apply(memory.get(), &o, &found);
        }
    }
}

// A whole board of rubbish, reader included: each drain ends within its steps and its budget.
template <std::size_t Capacity>
void survive_rubbish_on_the_board(maxwell_native_book const& c) {
    dice rubbish(5);
    zeroed cells(c.cells_bytes);
    zeroed reader(c.reader_bytes);
    zeroed book(c.book_bytes);
    for (std::size_t round = 0; round < scaled(500); ++round) {
        for (zeroed* part : {&cells, &reader, &book}) {
            for (auto& word : part->words) word = std::uint64_t{rubbish()} << 32 | rubbish();
        }
        for (const std::uint32_t budget : {0u, 1u, 64u}) {
            maxwell_board_request r{MAXWELL_DRAIN, 0, 0, budget, 0};
            c.serve(cells.get(), reader.get(), book.get(), &r);
            ASSERT_LE(r.code, budget);
            r = {rubbish.below(2), make_agent_id(rubbish.below(2 * Capacity), rubbish()), 0, 0, 0};
            c.serve(cells.get(), reader.get(), book.get(), &r);
        }
    }
}

TEST(native_book, equals_the_cxx_object_byte_for_byte) {
    stay_equal<16>(gcc_16);
    stay_equal<1000>(gcc_1000);
    stay_equal<10000>(gcc_10000);
    stay_equal<65536>(gcc_65536);
}

template <std::size_t Capacity>
void boards_stay_equal(maxwell_native_book const& c) {
    using lockstep = c_board_lockstep<Capacity>;
    ASSERT_EQ(c.cells_bytes, sizeof(typename lockstep::cells));
    ASSERT_EQ(c.reader_bytes, sizeof(typename lockstep::reader));
    zeroed cells(c.cells_bytes);
    zeroed reader(c.reader_bytes);
    zeroed book(c.book_bytes);
    // Cells are aligned to lines in C++.
    std::vector<std::uint64_t> room(c.cells_bytes / 8 + 8);
    void* at = room.data();
    std::size_t space = room.size() * 8;
    ASSERT_NE(std::align(64, c.cells_bytes, at, space), nullptr);
    lockstep steps(Capacity, at, reader.get(), book.get());
    for (std::size_t round = 0; round < scaled(100); ++round) {
        for (int i = 0; i < 1000; ++i) {
            maxwell_board_request r = steps.draw();
            c.serve(at, reader.get(), book.get(), &r);
            ASSERT_TRUE(steps.same(r)) << "request of kind " << r.kind;
        }
        ASSERT_TRUE(steps.same_bytes()) << "after " << round + 1 << " thousand requests";
    }
    EXPECT_GT(steps.bids(), 50u);
}

TEST(native_book, the_board_equals_the_cxx_objects_byte_for_byte) {
    boards_stay_equal<16>(gcc_16);
    boards_stay_equal<1000>(gcc_1000);
    boards_stay_equal<10000>(gcc_10000);
    boards_stay_equal<65536>(gcc_65536);
#ifdef MAXWELL_HAS_CLANG_BOOKS
    boards_stay_equal<1000>(clang_1000);
    boards_stay_equal<10000>(clang_10000);
#endif
}

TEST(native_book, rubbish_leads_nowhere_outside) {
    survive_rubbish<16>(gcc_16);
    survive_rubbish<1000>(gcc_1000);
    survive_rubbish<65536>(gcc_65536);
    survive_rubbish_on_the_board<16>(gcc_16);
    survive_rubbish_on_the_board<1000>(gcc_1000);
    survive_rubbish_on_the_board<10000>(gcc_10000);
}

#ifdef MAXWELL_HAS_CLANG_BOOKS
TEST(native_book, equals_the_cxx_object_when_clang_compiles_it) {
    stay_equal<16>(clang_16);
    stay_equal<1000>(clang_1000);
    stay_equal<10000>(clang_10000);
    stay_equal<65536>(clang_65536);
}
#endif

// The comparison can fail: a book that misses one operation differs.
TEST(native_book, a_missed_operation_shows) {
    auto cxx = std::make_unique<stratified_buckets<16>>();
    std::memset(static_cast<void*>(cxx.get()), 0, sizeof *cxx);
    zeroed twin(gcc_16.book_bytes);
    cxx->insert({3, 5, 1});
    EXPECT_NE(std::memcmp(cxx.get(), twin.get(), gcc_16.book_bytes), 0);
}

}  // namespace
}  // namespace maxwell::test
