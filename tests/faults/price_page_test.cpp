// SPDX-License-Identifier: MIT
//
// The writer of a price page dies, and a reader sleeps, between any two instructions; in processes of their own.

#include "support/dice.hpp"
#include "support/price_schedules.hpp"
#include "support/scale.hpp"
#include "support/traced_process.hpp"

#include <maxwell/thermal/price_page.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>

#if MAXWELL_CAN_TRACE
#include <sys/mman.h>
#endif

namespace maxwell::test {
namespace {

#if MAXWELL_CAN_TRACE

/// A zeroed object in memory that children share; never given back.
template <class T>
T* shared_with_children() {
    void* memory = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? nullptr : ::new (memory) T;
}

constexpr std::size_t lanes = 2;
using page_type = price_page<lanes>;

/// The page as it is now: nobody runs who could change it.
struct frozen_page {
    explicit frozen_page(page_type const& page) : copy(*::new (bytes) page_type) {
        std::memcpy(bytes, &page, sizeof bytes);
    }
    alignas(64) unsigned char bytes[sizeof(page_type)];
    page_type& copy;
};

/// What any reader finds is the version `last`, or a later one, whole.
void expect_whole(page_type const& page, std::uint32_t last) {
    price_schedule<lanes> mine;
    const price_read read = page.read(mine);
    if (last == 0 && read == price_read::nothing_yet) return;
    ASSERT_EQ(read, price_read::ok);
    ASSERT_TRUE(is_numbered(mine));
    ASSERT_GE(mine.base_price(), last);
    ASSERT_EQ(mine.base_price(), page.version());
}

/// Somebody takes the page over from a writer that is dead, and publishes twice.
void expect_a_successor_succeeds(page_type& page) {
    ASSERT_TRUE(page.check_invariants());
    for (int n = 0; n < 2; ++n) {
        const std::uint64_t version = page.version() + 1;
        ASSERT_TRUE(page.publish(numbered_schedule<lanes>(static_cast<std::uint32_t>(version))));
        ASSERT_EQ(page.version(), version);
        expect_whole(page, static_cast<std::uint32_t>(version));
        ASSERT_TRUE(page.check_invariants());
    }
}

TEST(price_page, the_writer_may_die_at_any_instruction) {
    auto* page = shared_with_children<page_type>();
    ASSERT_NE(page, nullptr);
    std::size_t instructions = 0;
    for (std::uint32_t version = 1; version <= 3; ++version) {
        const auto next = numbered_schedule<lanes>(version);
        auto writer = traced_process::fork_and_run([&] {
            traced_process::stop();
            return page->publish(next) ? 0 : 1;
        });
        if (!writer) GTEST_SKIP() << "ptrace is not allowed here";
        while (writer.step() == traced_process::at::instruction) {
            ++instructions;
            frozen_page dead(*page);
            ASSERT_NO_FATAL_FAILURE(expect_whole(dead.copy, version - 1));
            ASSERT_NO_FATAL_FAILURE(expect_a_successor_succeeds(dead.copy));
        }
        ASSERT_EQ(writer.exit_code(), 0);
        ASSERT_EQ(page->version(), version);
    }
    EXPECT_GT(instructions, 3 * 2 * MAXWELL_PRICE_STEPS);
}

TEST(price_page, a_successor_may_die_too) {
    auto* page = shared_with_children<page_type>();
    ASSERT_NE(page, nullptr);
    dice random(1);
    for (std::uint32_t death = 0; death < 30; ++death) {
        const auto next = numbered_schedule<lanes>(static_cast<std::uint32_t>(page->version() + 1));
        const auto last = static_cast<std::uint32_t>(page->version());
        auto writer = traced_process::fork_and_run([&] {
            traced_process::stop();
            return page->publish(next) ? 0 : 1;
        });
        if (!writer) GTEST_SKIP() << "ptrace is not allowed here";
        for (std::uint32_t steps = random.below(200); steps > 0 && writer.step() == traced_process::at::instruction;
             --steps) {
        }
        ASSERT_NO_FATAL_FAILURE(expect_whole(*page, last));
        ASSERT_TRUE(page->check_invariants());
    }
    ASSERT_NO_FATAL_FAILURE(expect_a_successor_succeeds(*page));
}

/// What a reader in another process does, one read after the other.
struct diary {
    std::atomic<std::uint32_t> reads;  ///< how many have ended
    price_read last;
    price_schedule<lanes> mine;
};

TEST(price_page, a_reader_may_sleep_at_any_instruction) {
    auto* page = shared_with_children<page_type>();
    auto* reader_did = shared_with_children<diary>();
    ASSERT_TRUE(page != nullptr && reader_did != nullptr);
    std::uint32_t version = 1;
    ASSERT_TRUE(page->publish(numbered_schedule<lanes>(version)));

    auto reader = traced_process::fork_and_run([&] {
        traced_process::stop();
        for (;;) {
            reader_did->last = page->read(reader_did->mine);
            reader_did->reads.fetch_add(1);
        }
        return 0;
    });
    if (!reader) GTEST_SKIP() << "ptrace is not allowed here";
    dice random(4);
    std::uint32_t reads = 0;
    std::uint32_t seen = 0;
    std::size_t ok = 0;
    for (std::size_t n = 0; n < scaled(40'000); ++n) {
        ASSERT_EQ(reader.step(), traced_process::at::instruction);
        if (const std::uint32_t now = reader_did->reads; now != reads) {
            reads = now;
            ok += reader_did->last == price_read::ok ? 1 : 0;
            ASSERT_TRUE(reader_did->last == price_read::ok || reader_did->last == price_read::too_busy);
            ASSERT_TRUE(is_numbered(reader_did->mine)) << "after read " << reads;
            ASSERT_GE(reader_did->mine.base_price(), seen);
            seen = reader_did->mine.base_price();
        }
        // A version, or two or three in a row, about once in a read.
        for (std::uint32_t more = random.below(150) == 0 ? 1 + random.below(3) : 0; more > 0; --more) {
            ASSERT_TRUE(page->publish(numbered_schedule<lanes>(++version)));
        }
    }
    EXPECT_GT(ok, scaled(50));
    EXPECT_GT(version, scaled(100));
}

TEST(price_page, a_writer_that_is_killed_at_full_speed_leaves_a_page_for_the_next) {
    auto* page = shared_with_children<page_type>();
    ASSERT_NE(page, nullptr);
    dice random(2);
    for (std::size_t death = 0; death < scaled(100); ++death) {
        const pid_t writer = fork();
        ASSERT_GE(writer, 0);
        if (writer == 0) {
            for (;;) page->publish(numbered_schedule<lanes>(static_cast<std::uint32_t>(page->version() + 1)));
        }
        std::uint32_t last = 0;
        price_schedule<lanes> mine;
        for (std::uint32_t looks = 100 + random.below(2'000); looks > 0; --looks) {
            if (page->read(mine) != price_read::ok) continue;
            ASSERT_TRUE(is_numbered(mine));
            ASSERT_GE(mine.base_price(), last);
            last = mine.base_price();
        }
        kill(writer, SIGKILL);
        waitpid(writer, nullptr, 0);
        ASSERT_NO_FATAL_FAILURE(expect_whole(*page, last));
        ASSERT_TRUE(page->check_invariants());
    }
    ASSERT_NO_FATAL_FAILURE(expect_a_successor_succeeds(*page));
}

#else

TEST(price_page, the_writer_may_die_at_any_instruction) {
    GTEST_SKIP() << "this machine's instructions can't be stepped";
}

#endif

}  // namespace
}  // namespace maxwell::test
