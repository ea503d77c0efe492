// SPDX-License-Identifier: MIT
//
// The board in BPF: agents store into an mmap'ed array map, a program in the kernel drains it. It ends with the bytes that the C++
// has after the same requests, and rubbish over all of a board stops nothing and changes no bid of another board's agents.

#include "kernel/bpf_object.hpp"
#include "kernel/c_board_lockstep.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <string>
#include <thread>

namespace maxwell::test {
namespace {

constexpr std::size_t capacity = 1000;

struct requests {
    std::uint64_t next;
    maxwell_board_request request[MAXWELL_BATCH];
};

class bpf_board : public testing::Test {
protected:
    using lockstep = c_board_lockstep<capacity>;

    void SetUp() override {
        if (!program.why().empty()) GTEST_SKIP() << "skipped: " << program.why();
        all = static_cast<requests*>(program.map_memory("requests", sizeof(requests)));
        cells = static_cast<lockstep::cells*>(program.map_memory("cells", sizeof(lockstep::cells)));
        reader = static_cast<lockstep::reader*>(program.map_memory("reader", sizeof(lockstep::reader)));
        cells_2 = static_cast<lockstep::cells*>(program.map_memory("cells_2", sizeof(lockstep::cells)));
        reader_2 = static_cast<lockstep::reader*>(program.map_memory("reader_2", sizeof(lockstep::reader)));
        book = static_cast<lockstep::book*>(program.map_memory("book", sizeof(lockstep::book)));
        ASSERT_TRUE(all && cells && reader && cells_2 && reader_2 && book);
    }

    bpf_program_file program{MAXWELL_BPF_OBJECTS "/board_1000.bpf.o"};
    requests* all = nullptr;
    lockstep::cells* cells = nullptr;
    lockstep::reader* reader = nullptr;
    lockstep::cells* cells_2 = nullptr;
    lockstep::reader* reader_2 = nullptr;
    lockstep::book* book = nullptr;
};

TEST_F(bpf_board, equals_the_cxx_objects_byte_for_byte) {
    lockstep steps(1, cells, reader, book);
    for (int i = 0; i < 30'000; ++i) {
        all->next = 0;
        all->request[0] = steps.draw();
        ASSERT_GE(program.run("serve", 1), 0.0);
        ASSERT_TRUE(steps.same(all->request[0])) << "request " << i << " of kind " << all->request[0].kind;
        if (i % 100 == 0) {
            ASSERT_TRUE(steps.same_bytes()) << "after request " << i;
        }
    }
    EXPECT_TRUE(steps.same_bytes());
    EXPECT_GT(steps.bids(), 10'000u);
}

// Agents below 500 hold slots of the first board, the others of the second, which is written over with rubbish all the time.
TEST_F(bpf_board, rubbish_stops_nothing_and_changes_no_bid_of_another_board) {
    for (std::uint32_t slot = 0; slot < capacity; ++slot) {
        const agent_id id = make_agent_id(slot, 7);
        ASSERT_EQ(slot < 500 ? reader->admit(*cells, id) : reader_2->admit(*cells_2, id), status::ok);
    }
    all->request[0].budget = all->request[1].budget = 64;
    std::atomic<bool> stop{false};
    std::uint64_t words = 0;
    std::thread hostile([&] {
        dice rubbish(3);
        auto* at = reinterpret_cast<std::atomic<std::uint64_t>*>(cells_2);
        while (!stop) {
            for (int i = 0; i < 1000; ++i, ++words) {
                at[rubbish.below(sizeof(*cells_2) / 8)].store(std::uint64_t{rubbish()} << 32 | rubbish(),
                                                              std::memory_order_relaxed);
            }
        }
    });
    dice honest(4);
    std::uint32_t unseen = 0;
    // Until there was rubbish enough, however slowly the other thread gets on.
    for (int i = 0; i < 3000 || (i < 1'000'000 && reader_2->anomalies() < 1000); ++i) {
        const bid b{make_agent_id(honest.below(500), 7), honest(), 1 + honest.below(1000)};
        ASSERT_EQ(cells->submit(b), status::ok);
        ASSERT_GE(program.run("serve_neighbours", 2), 0.0);
        const auto live = book->find(b.agent);
        unseen += !live || *live != b;
    }
    stop = true;
    hostile.join();
    EXPECT_EQ(unseen, 0u);
    EXPECT_EQ(reader->anomalies(), 0u);
    EXPECT_GE(reader_2->anomalies(), 1000u);
    EXPECT_TRUE(book->check_invariants());
    EXPECT_TRUE(reader->check_invariants() && reader_2->check_invariants());
    EXPECT_GT(words, 10'000u);
}

}  // namespace
}  // namespace maxwell::test
