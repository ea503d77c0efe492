// SPDX-License-Identifier: MIT
//
// The C book of bpf/, compiled for user space by each compiler, is byte for byte the C++ one; and no contents of its memory lead out
// of it, which the address sanitizer judges in this test's second program.

#include "kernel/book_lockstep.hpp"
#include "support/scale.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

extern "C" {
struct maxwell_native_book {
    std::uint64_t bytes;
    void (*apply)(void* book, maxwell_operation const* operation, maxwell_result* result);
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
    ASSERT_EQ(c.bytes, sizeof(stratified_buckets<Capacity>));
    auto cxx = std::make_unique<stratified_buckets<Capacity>>();
    std::memset(static_cast<void*>(cxx.get()), 0, sizeof *cxx);  // paddings too
    zeroed twin(c.bytes);
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
        ASSERT_EQ(std::memcmp(cxx.get(), twin.get(), c.bytes), 0) << "after " << thousand + 1 << " thousand operations";
    }
    EXPECT_GT(won, 1000u);
    EXPECT_TRUE(cxx->check_invariants());
}

template <std::size_t Capacity>
void survive_rubbish(maxwell_native_book const& c) {
    book_lockstep<Capacity> steps(3);
    dice rubbish(4);
    zeroed memory(c.bytes);
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

TEST(native_book, equals_the_cxx_object_byte_for_byte) {
    stay_equal<16>(gcc_16);
    stay_equal<1000>(gcc_1000);
    stay_equal<10000>(gcc_10000);
    stay_equal<65536>(gcc_65536);
}

TEST(native_book, rubbish_leads_nowhere_outside) {
    survive_rubbish<16>(gcc_16);
    survive_rubbish<1000>(gcc_1000);
    survive_rubbish<65536>(gcc_65536);
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
    zeroed twin(gcc_16.bytes);
    cxx->insert({3, 5, 1});
    EXPECT_NE(std::memcmp(cxx.get(), twin.get(), gcc_16.bytes), 0);
}

}  // namespace
}  // namespace maxwell::test
