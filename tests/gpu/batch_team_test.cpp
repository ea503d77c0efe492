// SPDX-License-Identifier: MIT
//
// A batch auction by several threads has the awards of one thread, whatever the number of threads, and refuses bad memory.

#include "gpu/batches.hpp"
#include "support/scale.hpp"

#include <maxwell/gpu/batch_auction.hpp>
#include <maxwell/gpu/batch_team.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

using gpu::batch_status;

/// Starts its threads anew for each step.
struct new_threads {
    std::size_t threads;
    std::size_t size() const { return threads; }
    template <class Step>
    void run(Step&& step) {
        std::vector<std::thread> others;
        for (std::size_t t = 1; t < threads; ++t) others.emplace_back([&step, t] { step(t); });
        step(0);
        for (std::thread& t : others) t.join();
    }
};

/// All on one thread, the last part first.
struct one_thread {
    std::size_t threads;
    std::size_t size() const { return threads; }
    template <class Step>
    void run(Step&& step) {
        for (std::size_t t = threads; t-- > 0;) step(t);
    }
};

struct no_team {
    static std::size_t size() { return 2; }
    template <class Step>
    void run(Step&&) {
        throw std::runtime_error("no thread");
    }
};

/// As much memory as is asked for, at the alignment that is asked for.
struct memory {
    memory(std::size_t bids, std::size_t threads) : bytes(gpu::batch_team_workspace_bytes(bids, threads)) {
        work = static_cast<std::byte*>(::operator new(bytes, std::align_val_t(gpu::batch_team_workspace_alignment)));
    }
    memory(memory const&) = delete;
    memory& operator=(memory const&) = delete;
    ~memory() { ::operator delete(work, std::align_val_t(gpu::batch_team_workspace_alignment)); }
    std::size_t bytes;
    std::byte* work;
};

std::vector<award> by_one(batch const& m) {
    std::vector<std::byte> work(gpu::batch_workspace_bytes(m.bids.size()));
    std::vector<award> out(m.bids.size());
    const auto done =
        gpu::clear_units(view<bid const>(m.bids), m.supply, m.reserve, view<std::byte>(work), view<award>(out));
    out.resize(done.winners);
    return out;
}

/// Through the steps however few bids there are; from `digits_from` undecided bids on all threads look for the bar.
template <class Team>
std::vector<award> by_team(batch const& m, Team team, std::size_t digits_from) {
    const memory with(m.bids.size(), team.size());
    std::vector<award> out(m.bids.size());
    gpu::detail::team_clearing<Team> clearing(team, view<bid const>(m.bids),
                                              gpu::detail::sale_of_items(m.supply, m.reserve), {with.work, with.bytes},
                                              digits_from);
    const gpu::batch_result done = clearing.clear(view<award>(out));
    EXPECT_EQ(done.outcome, batch_status::ok);
    out.resize(done.winners);
    return out;
}

batch draw(dice& random, std::size_t most) {
    batch m = draw_batch(random, most, 3);
    if (m.bids.empty()) m.bids.push_back({0, random(), 1});
    m.how = rule::items;
    m.supply = random.below(static_cast<std::uint32_t>(m.bids.size()) + 2);
    if (random.below(3) == 0) m.supply /= 10;
    return m;
}

TEST(batch_team, awards_are_those_of_one_thread) {
    dice random(31);
    for (std::size_t n = scaled(20'000); n > 0; --n) {
        const batch m = draw(random, n % 50 == 0 ? 2000 : 12);
        const one_thread team{1 + random.below(6)};
        ASSERT_EQ(by_team(m, team, random.below(2) == 0 ? 0 : 1000), by_one(m)) << n << ", " << team.threads;
    }
}

// Large enough for the sample, which some of these amounts mislead.
TEST(batch_team, awards_of_large_batches_are_those_of_one_thread) {
    dice random(32);
    for (std::size_t n = scaled(60); n > 0; --n) {
        batch m = draw(random, 40'000);
        if (n % 4 == 0) {
            for (std::size_t i = 0; i < m.bids.size(); i += 2) m.bids[i].amount = 90'000;
        }
        ASSERT_EQ(by_team(m, one_thread{3}, n % 2 == 0 ? 0 : 1'000'000), by_one(m)) << n;
    }
}

TEST(batch_team, threads_at_the_same_time_make_the_same_awards) {
    dice random(33);
    for (std::size_t n = scaled(60); n > 0; --n) {
        const batch m = draw(random, n % 3 == 0 ? 30'000 : 300);
        ASSERT_EQ(by_team(m, new_threads{2 + n % 3}, n % 2 == 0 ? 0 : 1'000'000), by_one(m)) << n;
    }
}

TEST(batch_team, a_batch_of_any_size_and_team_is_cleared) {
    dice random(34);
    for (const std::size_t n :
         {std::size_t{0}, std::size_t{1}, gpu::batch_team_from - 1, gpu::batch_team_from, gpu::batch_team_from + 7}) {
        batch m{{}, n / 3, 5, rule::items};
        for (std::size_t i = 0; i < n; ++i) m.bids.push_back({i, random.below(1000), 1});
        const std::vector<award> expected = by_one(m);
        for (const std::size_t threads : {1u, 2u, 5u}) {
            const memory with(n, threads);
            std::vector<award> out(expected.size());
            new_threads team{threads};
            const gpu::batch_result done = gpu::clear_units(team, view<bid const>(m.bids), m.supply, m.reserve,
                                                            {with.work, with.bytes}, view<award>(out));
            EXPECT_EQ(done.outcome, batch_status::ok);
            EXPECT_EQ(done.winners, expected.size());
            EXPECT_EQ(out, expected);
        }
    }
}

TEST(batch_team, bad_memory_is_refused_and_no_award_is_written) {
    const award untouched{{7, 7, 7}, 7};
    const std::size_t n = gpu::batch_team_from;
    std::vector<bid> bids(n, bid{1, 9, 1});
    const memory with(n + 1, 2);
    const std::size_t needed = gpu::batch_team_workspace_bytes(n, 2);
    std::vector<award> out(n, untouched);
    const auto clear = [&](std::size_t threads, view<std::byte> work, std::size_t k, std::size_t room) {
        one_thread team{threads};
        return gpu::clear_units(team, view<bid const>(bids), k, 0, work, view<award>(out).first(room));
    };
    EXPECT_EQ(clear(0, {with.work, needed}, 3, n).outcome, batch_status::no_threads);
    EXPECT_EQ(clear(2, {with.work, needed - 1}, 3, n).outcome, batch_status::workspace_too_small);
    EXPECT_EQ(clear(3, {with.work, needed}, 3, n).outcome, batch_status::workspace_too_small);
    EXPECT_EQ(clear(2, {}, 3, n).outcome, batch_status::workspace_too_small);
    EXPECT_EQ(clear(2, {with.work + 8, needed}, 3, n).outcome, batch_status::workspace_misaligned);
    EXPECT_EQ(clear(2, {with.work, needed}, 3, 2).outcome, batch_status::output_too_small);
    for (award const& a : out) ASSERT_EQ(a, untouched);
    EXPECT_EQ(clear(2, {with.work, needed}, 3, 3).winners, 3u);
    EXPECT_EQ(clear(2, {with.work, needed}, 0, 0).winners, 0u) << "nothing is sold";
    EXPECT_EQ(clear(2, {with.work, needed}, ~std::uint64_t{0}, n).winners, n) << "more items than bids";
    one_thread team{2};
    EXPECT_EQ(gpu::clear_units(team, {bids.data(), gpu::max_batch}, 1, 0, {with.work, needed}, {}).outcome,
              batch_status::too_many_bids);
}

TEST(batch_team, what_a_team_throws_reaches_the_caller) {
    no_team team;
    const std::size_t n = gpu::batch_team_from;
    const std::vector<bid> bids(n, bid{1, 9, 1});
    const memory with(n, 2);
    EXPECT_THROW(gpu::clear_units(team, view<bid const>(bids), 1, 0, {with.work, with.bytes}, {}), std::runtime_error);
}

}  // namespace
}  // namespace maxwell::test
