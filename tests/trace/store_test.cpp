// SPDX-License-Identifier: MIT
//
// job_store against a vector that is sorted: whatever the order, the size of memory and the number of cursors.

#include "support/dice.hpp"
#include "support/scale.hpp"

#include <maxwell/sim/trace/job_store.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace maxwell::sim {
namespace {

std::vector<job> all_of(job_store const& store) {
    std::vector<job> out;
    job j;
    for (job_store::cursor c(store); c.next(j);) out.push_back(j);
    return out;
}

/// The same by a sort of everything.
std::vector<job> sorted(std::vector<job> jobs) {
    std::stable_sort(jobs.begin(), jobs.end(), [](job const& a, job const& b) {
        return a.arrival_us != b.arrival_us ? a.arrival_us < b.arrival_us : a.line < b.line;
    });
    const std::uint64_t start = jobs.empty() ? 0 : jobs.front().arrival_us;
    for (job& j : jobs) j.arrival_us -= start;
    return jobs;
}

TEST(job_store, gives_back_what_was_added_in_order_of_arrival) {
    test::dice any(1);
    const std::size_t rounds = test::scaled(200);
    for (std::size_t n = 0; n < rounds; ++n) {
        const std::size_t in_memory = 1 + any.below(50);
        const std::uint32_t spread = 1 + any.below(400);
        job_store store(in_memory);
        std::vector<job> jobs;
        const std::size_t count = any.below(3) == 0 ? any.below(10) : any.below(12'000);
        for (std::size_t i = 0; i < count; ++i) {
            job j;
            j.arrival_us = 1000 + (n % 3 == 0 ? i : 0) + any.below(spread);  // each third is nearly in order
            j.service_us = any() + (std::uint64_t{1} << 20);
            j.line = i + 1;
            jobs.push_back(j);
            store.add(j);
        }
        ASSERT_TRUE(store.finish()) << store.error();
        ASSERT_EQ(store.size(), count);
        ASSERT_EQ(store.bytes_on_disk() > 0, count > in_memory);
        ASSERT_EQ(all_of(store), sorted(jobs)) << in_memory << " of " << count << " in memory";
        ASSERT_EQ(all_of(store), sorted(jobs)) << "a second time";
    }
}

TEST(job_store, cursors_do_not_disturb_each_other) {
    job_store store(10);
    for (std::uint64_t i = 0; i < 10'000; ++i) store.add({10'000 - i, 1, 1024, 1, 0, i});
    ASSERT_TRUE(store.finish());
    job_store::cursor slow(store), fast(store);
    job a, b;
    for (std::uint64_t i = 0; i < 5'000; ++i) {
        ASSERT_TRUE(slow.next(a));
        ASSERT_EQ(a.arrival_us, i);
        for (std::uint64_t k = 0; k < 2; ++k) {
            ASSERT_TRUE(fast.next(b));
            ASSERT_EQ(b.arrival_us, 2 * i + k);
        }
    }
    EXPECT_FALSE(fast.next(b));
    EXPECT_TRUE(slow.next(a));
}

TEST(job_store, a_folder_that_is_not_there_is_one_sentence) {
    char const* const before = std::getenv("TMPDIR");
    const std::string kept = before != nullptr ? before : "";
    setenv("TMPDIR", "/no/such/folder", 1);
    job_store store(2);
    for (std::uint64_t i = 0; i < 10; ++i) store.add({i, 1, 1024, 1, 0, i});
    EXPECT_FALSE(store.finish());
    EXPECT_EQ(store.error(),
              "no file can be made in /no/such/folder (TMPDIR names another folder): No such file or directory");
    before != nullptr ? setenv("TMPDIR", kept.c_str(), 1) : unsetenv("TMPDIR");
}

TEST(job_store, empty) {
    job_store store;
    ASSERT_TRUE(store.finish());
    job j;
    EXPECT_FALSE(job_store::cursor(store).next(j));
}

}  // namespace
}  // namespace maxwell::sim
