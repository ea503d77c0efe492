// SPDX-License-Identifier: MIT
//
// The small parts of core/: vocabulary, view, atomic, log_linear. What can run at compile time is asserted there.

#include "support/dice.hpp"

#include <maxwell/core/atomic.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/log_linear.hpp>
#include <maxwell/core/view.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace maxwell::test {
namespace {

// --- bid ---------------------------------------------------------------------------------------------------------------

static_assert(slot_of(make_agent_id(7, 9)) == 7 && generation_of(make_agent_id(7, 9)) == 9);
static_assert(make_agent_id(0xFFFF'FFFFu, 0xFFFF'FFFFu) == ~agent_id{0});
static_assert(make_agent_id(5, 0) == 5, "an id of the first generation is its slot");

TEST(bid, has_the_layout_of_the_c_header) {
    const bid b{make_agent_id(3, 4), 5, 6};
    maxwell_bid c;
    std::memcpy(&c, &b, sizeof(c));
    EXPECT_EQ(c.agent, make_agent_id(3, 4));
    EXPECT_EQ(c.amount, 5u);
    EXPECT_EQ(c.units, 6u);
    const unsigned char bytes[16] = {3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0};
    if constexpr (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) {
        EXPECT_EQ(std::memcmp(&b, bytes, 16), 0);
    }
}

// --- view --------------------------------------------------------------------------------------------------------------

struct base {
    int x;
};
struct derived : base {
    int y;
};
static_assert(std::is_constructible_v<view<int>, std::vector<int>&>);
static_assert(std::is_constructible_v<view<int const>, std::vector<int> const&>);
static_assert(!std::is_constructible_v<view<int>, std::vector<int> const&>, "a view gives no way around const");
static_assert(!std::is_constructible_v<view<base>, std::vector<derived>&>, "elements have another size");
static_assert(!std::is_constructible_v<view<int>, int&>);
static_assert(std::is_constructible_v<view<int>, std::span<int>>, "a temporary that borrows its elements");
static_assert(std::is_constructible_v<view<int const>, std::span<int, 3>>);
static_assert(std::is_constructible_v<view<int const>, std::span<int const> const>);
static_assert(std::is_constructible_v<view<char const>, std::string_view>);
static_assert(!std::is_constructible_v<view<int const>, std::vector<int>>, "a temporary that takes them along");
static_assert(!std::is_constructible_v<view<int const>, std::array<int, 2>>);
static_assert(!std::is_constructible_v<view<char const>, std::string>);
static_assert(!std::is_constructible_v<view<int>, std::span<int const>>);

constexpr int sum(view<int const> v) {
    int s = 0;
    for (const int x : v) s += x;
    return s;
}
constexpr int three[] = {1, 2, 3};
static_assert(sum(three) == 6 && sum(view(three).first(2)) == 3 && sum(view(three).first(9)) == 6 && sum({}) == 0);

TEST(view, sees_and_changes_what_it_was_given) {
    std::array<int, 3> a{1, 2, 3};
    view<int> v(a);
    v[1] = 20;
    EXPECT_EQ(a[1], 20);
    EXPECT_EQ(v.size(), 3u);
    EXPECT_EQ(v.data(), a.data());
    EXPECT_EQ(v.end() - v.begin(), 3);
    EXPECT_TRUE(view<int>().empty());
    EXPECT_EQ(v.first(0).size(), 0u);
    std::string text = "ab";
    EXPECT_EQ(view<char>(text).size(), 2u);
}

TEST(view, an_index_outside_is_caught) {
    std::array<int, 3> a{};
    view<int> v(a);
    EXPECT_DEATH((void)v[3], "");
}

// --- atomic ------------------------------------------------------------------------------------------------------------

enum class colour : std::uint8_t { red, blue };

TEST(atomic, loads_stores_and_exchanges) {
    atomic<std::uint32_t> a;
    EXPECT_EQ(a.load(memory_order::relaxed), 0u) << "zero is empty";
    a.store(5, memory_order::release);
    EXPECT_EQ(a.load(memory_order::acquire), 5u);
    EXPECT_EQ(a.exchange(6, memory_order::acq_rel), 5u);
    EXPECT_EQ(a.fetch_add(0xFFFF'FFFFu, memory_order::seq_cst), 6u);
    EXPECT_EQ(a.fetch_sub(1, memory_order::relaxed), 5u);
    EXPECT_EQ(a.fetch_or(3, memory_order::relaxed), 4u);
    EXPECT_EQ(a.fetch_and(5, memory_order::relaxed), 7u);
    EXPECT_EQ(a.load(memory_order::relaxed), 5u);

    atomic<colour> c(colour::red);
    EXPECT_EQ(c.exchange(colour::blue, memory_order::relaxed), colour::red);
    static_assert(sizeof(atomic<colour>) == 1 && alignof(atomic<std::uint64_t>) == 8);
}

TEST(atomic, compare_exchange_tells_what_it_found) {
    atomic<std::uint64_t> a(1);
    std::uint64_t expected = 2;
    EXPECT_FALSE(a.compare_exchange(expected, 9, memory_order::acq_rel, memory_order::acquire));
    EXPECT_EQ(expected, 1u);
    EXPECT_TRUE(a.compare_exchange(expected, 9, memory_order::acq_rel, memory_order::acquire));
    EXPECT_EQ(a.load(memory_order::relaxed), 9u);
}

TEST(atomic, hands_data_from_thread_to_thread) {
    int data = 0;
    atomic<std::uint32_t> ready;
    std::thread writer([&] {
        data = 42;
        ready.store(1, memory_order::release);
    });
    while (ready.load(memory_order::acquire) == 0) std::this_thread::yield();
    EXPECT_EQ(data, 42);
    writer.join();
    atomic_thread_fence(memory_order::seq_cst);
}

TEST(atomic, adds_of_several_threads_are_all_counted) {
    atomic<std::uint64_t> sum;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 10'000; ++i) sum.fetch_add(1, memory_order::relaxed);
        });
    }
    for (auto& t : threads) t.join();
    EXPECT_EQ(sum.load(memory_order::relaxed), 40'000u);
}

// --- log_linear --------------------------------------------------------------------------------------------------------

template <class Cells, class Value>
void holds_around(Value v) {
    const auto cell = Cells::index(v);
    ASSERT_LT(cell, Cells::count);
    ASSERT_LE(Cells::lower_edge(cell), v);
    ASSERT_GE(Cells::upper_edge(cell), v);
    ASSERT_EQ(Cells::index(Cells::lower_edge(cell)), cell);
    ASSERT_EQ(Cells::index(Cells::upper_edge(cell)), cell);
    if (v > 0) {
        ASSERT_LE(Cells::index(v - 1), cell);
        ASSERT_LE(cell - Cells::index(v - 1), 1u) << "no cell is left out";
    }
}

template <class Cells>
void edges_tile_the_line() {
    ASSERT_EQ(Cells::lower_edge(0), 0u);
    for (std::uint32_t cell = 0; cell + 1 < Cells::count; ++cell) {
        ASSERT_EQ(Cells::upper_edge(cell) + 1, Cells::lower_edge(cell + 1));
        ASSERT_LT(Cells::lower_edge(cell), Cells::lower_edge(cell + 1));
    }
}

TEST(log_linear, cells_tile_the_whole_line) {
    edges_tile_the_line<log_linear<0>>();
    edges_tile_the_line<log_linear<1>>();
    edges_tile_the_line<log_linear<7>>();
    edges_tile_the_line<log_linear<12>>();
    edges_tile_the_line<log_linear<7, std::uint64_t>>();
    static_assert(log_linear<7>::upper_edge(log_linear<7>::count - 1) == 0xFFFF'FFFFu);
    static_assert(log_linear<3, std::uint64_t>::upper_edge(log_linear<3, std::uint64_t>::count - 1) ==
                  ~std::uint64_t{0});
}

TEST(log_linear, every_small_value_and_every_octave_edge_is_in_its_cell) {
    for (std::uint32_t v = 0; v < 70'000; ++v) {
        holds_around<log_linear<0>>(v);
        holds_around<log_linear<7>>(v);
    }
    for (int bit = 0; bit < 32; ++bit) {
        for (int offset = -2; offset <= 2; ++offset) {
            holds_around<log_linear<7>>((1u << bit) + static_cast<std::uint32_t>(offset));
        }
    }
    holds_around<log_linear<7>>(0xFFFF'FFFFu);
    dice random(1);
    for (int i = 0; i < 100'000; ++i) {
        holds_around<log_linear<7>>(random());
        holds_around<log_linear<5, std::uint64_t>>(std::uint64_t{random()} << 32 | random());
    }
}

TEST(log_linear, a_cell_is_at_most_its_share_of_its_values_wide) {
    for (std::uint32_t cell = 0; cell < log_linear<7>::count; ++cell) {
        const double low = log_linear<7>::lower_edge(cell);
        const double width = static_cast<double>(log_linear<7>::upper_edge(cell)) - low + 1;
        ASSERT_TRUE(width == 1 || width / low <= 1.0 / 128);
    }
}

}  // namespace
}  // namespace maxwell::test
