// SPDX-License-Identifier: MIT
//
// The book in a BPF map is byte for byte the C++ object: the same random operations through the kernel's BPF_PROG_TEST_RUN and
// through C++, the whole object compared after each thousand.

#include "kernel/book_lockstep.hpp"
#include "kernel/bpf_object.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>

namespace maxwell::test {
namespace {

template <std::size_t Capacity>
void stay_equal(std::string const& place) {
    using lockstep = book_lockstep<Capacity>;
    using book = stratified_buckets<Capacity>;
    bpf_program_file program(std::string(MAXWELL_BPF_OBJECTS "/book_") + place + "_" + std::to_string(Capacity) +
                             ".bpf.o");
    if (!program.why().empty()) GTEST_SKIP() << "skipped: " << program.why();
    auto* batch = static_cast<maxwell_batch*>(program.map_memory("batches", sizeof(maxwell_batch)));
    void* in_kernel = nullptr;
    if (place == "arena") {
        in_kernel = program.map_arena("book");
        ASSERT_GE(program.run("make_book", 0), 0.0);
    } else {
        in_kernel = program.map_memory("book", sizeof(book));
    }
    ASSERT_NE(batch, nullptr);
    ASSERT_NE(in_kernel, nullptr);

    auto cxx = std::make_unique<book>();
    std::memset(static_cast<void*>(cxx.get()), 0, sizeof(book));
    lockstep steps(Capacity);
    std::uint64_t won = 0;
    for (int thousand = 0; thousand < 1000; ++thousand) {
        for (auto& o : batch->operation) o = steps.draw();
        batch->next = 0;
        ASSERT_GE(program.run("apply", MAXWELL_BATCH), 0.0);
        ASSERT_EQ(batch->next, std::uint64_t{MAXWELL_BATCH});
        for (std::size_t i = 0; i < MAXWELL_BATCH; ++i) {
            const maxwell_result expected = lockstep::apply(*cxx, batch->operation[i]);
            ASSERT_TRUE(lockstep::same(expected, batch->result[i]))
                << "operation " << thousand << "," << i << " of kind " << batch->operation[i].kind;
            won += batch->operation[i].kind == MAXWELL_EXTRACT_MAX && expected.code == 1;
        }
        ASSERT_EQ(std::memcmp(cxx.get(), in_kernel, sizeof(book)), 0) << "after " << thousand + 1 << " thousand";
    }
    EXPECT_GT(won, 100'000u);
}

TEST(bpf_book, in_an_array_map_of_16_equals_the_cxx_object) { stay_equal<16>("array"); }
TEST(bpf_book, in_an_array_map_of_1000_equals_the_cxx_object) { stay_equal<1000>("array"); }
TEST(bpf_book, in_an_array_map_of_10000_equals_the_cxx_object) { stay_equal<10000>("array"); }
TEST(bpf_book, in_an_array_map_of_65536_equals_the_cxx_object) { stay_equal<65536>("array"); }

#ifdef MAXWELL_BPF_HAS_ARENA
TEST(bpf_book, in_an_arena_of_16_equals_the_cxx_object) { stay_equal<16>("arena"); }
TEST(bpf_book, in_an_arena_of_1000_equals_the_cxx_object) { stay_equal<1000>("arena"); }
TEST(bpf_book, in_an_arena_of_10000_equals_the_cxx_object) { stay_equal<10000>("arena"); }
TEST(bpf_book, in_an_arena_of_65536_equals_the_cxx_object) { stay_equal<65536>("arena"); }
#else
TEST(bpf_book, in_an_arena_equals_the_cxx_object) { GTEST_SKIP() << "skipped: clang 19 or newer compiles arenas"; }
#endif

}  // namespace
}  // namespace maxwell::test
