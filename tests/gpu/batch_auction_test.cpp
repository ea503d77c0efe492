// SPDX-License-Identifier: MIT
//
// A batch auction on the CPU has the awards of extract_top and extract_units, on every path through it, and refuses bad memory.

#include "gpu/batches.hpp"
#include "gpu/reference_awards.hpp"
#include "support/scale.hpp"

#include <maxwell/gpu/batch_auction.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace maxwell::test {
namespace {

using gpu::batch_status;

/// Memory as large as promised and no larger, so that a sanitizer sees a step beyond.
struct memory {
    explicit memory(std::size_t bids) : work(gpu::batch_workspace_bytes(bids)), out(bids) {}
    std::vector<std::byte> work;
    std::vector<award> out;
};

gpu::batch_result clear(batch const& m, view<std::byte> work, view<award> out) {
    if (m.how == rule::items) return gpu::clear_units(view<bid const>(m.bids), m.supply, m.reserve, work, out);
    const misfit misfits = m.how == rule::stop ? misfit::stop : misfit::skip;
    return gpu::clear_capacity(view<bid const>(m.bids), m.supply, m.reserve, misfits, work, out);
}

std::vector<award> cleared(batch const& m) {
    memory with(m.bids.size());
    const gpu::batch_result done = clear(m, view<std::byte>(with.work), view<award>(with.out));
    EXPECT_EQ(done.outcome, batch_status::ok);
    with.out.resize(done.winners);
    return with.out;
}

/// The same batch among so many withdrawn bids that the bar is found by digits.
batch among_many(batch const& m, dice& random) {
    batch large = m;
    large.bids.clear();
    std::size_t next = 0;
    for (std::uint32_t slot = 0; next < m.bids.size() || slot < gpu::detail::radix_select_from; ++slot) {
        const bool here = next < m.bids.size() &&
                          (slot + m.bids.size() >= gpu::detail::radix_select_from + next || random.below(400) == 0);
        large.bids.push_back(here ? m.bids[next++] : bid{slot, random(), 0});
    }
    return large;
}

TEST(batch_auction, awards_of_random_markets_are_those_of_a_container) {
    dice random(11);
    for (std::size_t n = scaled(100'000); n > 0; --n) {
        const batch m = draw_batch(random, n % 100 == 0 ? 64 : 9, n % 4 == 0 ? 200 : 5);
        ASSERT_EQ(cleared(m), reference_awards<64>(m)) << n;
    }
}

TEST(batch_auction, awards_do_not_depend_on_withdrawn_bids_around_them) {
    dice random(12);
    for (std::size_t n = scaled(3000); n > 0; --n) {
        const batch m = draw_batch(random, 30, 5);
        ASSERT_EQ(cleared(among_many(m, random)), reference_awards<32>(m)) << n;
    }
}

TEST(batch_auction, awards_of_large_markets_are_those_of_a_container) {
    dice random(13);
    constexpr std::size_t most = 16'384;
    for (std::size_t n = scaled(60); n > 0; --n) {
        batch m = draw_batch(random, most, n % 2 == 0 ? 1 : 40);
        m.supply = n % 3 == 0 ? 1 + m.supply / 50 : m.supply;
        // extract_units takes its time where there are many misfits and winners.
        if (m.how == rule::skip) m.supply %= 2000;
        ASSERT_EQ(cleared(m), reference_awards<most>(m)) << n;
    }
}

// Every market of three bids with three amounts and units from 0 to 3, every supply that differs, three reserves.
TEST(batch_auction, awards_of_all_small_markets_are_those_of_a_container) {
    constexpr std::uint32_t kinds = 12;
    for (std::uint32_t code = 0; code < kinds * kinds * kinds; ++code) {
        batch m;
        std::uint32_t rest = code;
        for (std::uint32_t slot = 0; slot < 3; ++slot, rest /= kinds)
            m.bids.push_back({slot, rest % kinds / 4, rest % 4});
        for (m.reserve = 0; m.reserve < 3; ++m.reserve) {
            for (m.supply = 0; m.supply <= 9; ++m.supply) {
                for (const rule how : {rule::items, rule::stop, rule::skip}) {
                    m.how = how;
                    ASSERT_EQ(cleared(m), reference_awards<3>(m)) << code << " supply " << m.supply;
                }
            }
        }
    }
}

// The sale goes through 949 misfits for the last bid, and the price of each winner through all of them.
TEST(batch_auction, a_unit_left_over_goes_to_the_last_bid) {
    batch m{{}, 101, 0, rule::skip};
    for (std::uint32_t slot = 0; slot < 1000; ++slot) m.bids.push_back({slot, 9000 - slot, slot < 999 ? 2u : 1u});
    const std::vector<award> awards = cleared(m);
    ASSERT_EQ(awards.size(), 51u);
    EXPECT_EQ(awards.back().winner.agent, 999u);
    EXPECT_EQ(awards, reference_awards<1000>(m));
    m.how = rule::stop;
    EXPECT_EQ(cleared(m).size(), 50u);
}

/// Withdraws what misfit::skip need not look at: in rank order, the bids behind as many of the least size, from the first misfit on, as the units
/// left there hold of it, and one more (skip_kernels.cuh). Returns how many bids that were.
std::size_t withdraw_behind_front(batch& m) {
    std::vector<gpu::detail::order_key> keys;
    std::uint32_t least = 0xFFFF'FFFFu;
    for (std::size_t i = 0; i < m.bids.size(); ++i) {
        if (!gpu::detail::takes_part(gpu::detail::sale_of_units(m.supply, m.reserve), m.bids[i])) continue;
        keys.push_back(gpu::detail::key_of(m.bids[i].amount, static_cast<std::uint32_t>(i)));
        least = std::min(least, m.bids[i].units);
    }
    std::sort(keys.begin(), keys.end(), std::greater<>());
    std::uint64_t left = m.supply;
    std::size_t at = 0;
    for (; at < keys.size() && m.bids[gpu::detail::index_of(keys[at])].units <= left; ++at)
        left -= m.bids[gpu::detail::index_of(keys[at])].units;
    for (std::uint64_t needed = left / least + 1; at < keys.size() && needed > 0; ++at)
        needed -= m.bids[gpu::detail::index_of(keys[at])].units == least ? 1 : 0;
    for (std::size_t i = at; i < keys.size(); ++i) m.bids[gpu::detail::index_of(keys[i])].units = 0;
    return keys.size() - at;
}

TEST(batch_auction, bids_behind_the_front_have_no_say) {
    dice random(14);
    std::size_t behind = 0;
    for (std::size_t n = scaled(30'000); n > 0; --n) {
        batch m = draw_batch(random, 40, 1 + random.below(12));
        m.how = rule::skip;
        m.supply = random.below(60);
        const std::vector<award> expected = cleared(m);
        behind += withdraw_behind_front(m);
        ASSERT_EQ(cleared(m), expected) << n;
    }
    EXPECT_GT(behind, scaled(30'000));
}

// A sale of items looks at every second of these bids, and finds high ones only.
TEST(batch_auction, a_misleading_sample_costs_time_only) {
    batch m;
    for (std::uint32_t slot = 0; slot < 12'000; ++slot) m.bids.push_back({slot, slot % 2 == 0 ? 90'000 : slot, 1});
    for (m.supply = 0; m.supply < 13'000; m.supply += 1000) EXPECT_EQ(cleared(m), reference_awards<12'000>(m));
}

TEST(batch_auction, among_equal_amounts_the_earlier_bids_win_and_pay_that_amount) {
    for (const std::size_t n : {10u, 20'000u}) {
        for (const bool one_lower : {false, true}) {  // by arrival alone, and by digits
            batch m;
            for (std::size_t i = 0; i < n; ++i) m.bids.push_back({i, 500, 1});
            if (one_lower) m.bids[0].amount = 499;
            m.supply = n / 2;
            for (const rule how : {rule::items, rule::stop, rule::skip}) {
                m.how = how;
                const std::vector<award> awards = cleared(m);
                ASSERT_EQ(awards.size(), n / 2);
                for (std::size_t w = 0; w < awards.size(); ++w) {
                    ASSERT_EQ(awards[w].winner.agent, w + (one_lower ? 1 : 0));
                    ASSERT_EQ(awards[w].payment, 500u);
                }
            }
        }
    }
}

TEST(batch_auction, a_later_winner_pays_a_tick_above_the_bar) {
    const batch m{{{0, 70, 1}, {1, 90, 1}, {2, 20, 1}, {3, 90, 1}}, 2, 0, rule::items};
    const std::vector<award> awards = cleared(m);
    ASSERT_EQ(awards.size(), 2u);
    EXPECT_EQ(awards[0].payment, 71u) << "at 70 it would rank behind slot 0, which came first";
    EXPECT_EQ(awards[1].payment, 71u);
}

TEST(batch_auction, sums_beyond_32_bits_are_kept) {
    constexpr std::uint32_t most = 0xFFFF'FFFFu;
    batch m{{{0, max_price, most}, {1, max_price, most}, {2, max_price, most}}, 2ull * most, 0, rule::stop};
    for (const rule how : {rule::stop, rule::skip}) {
        m.how = how;
        EXPECT_EQ(cleared(m).size(), 2u);
        EXPECT_EQ(cleared(m), reference_awards<3>(m));
    }
    m.supply = ~std::uint64_t{0};
    EXPECT_EQ(cleared(m).size(), 3u);
    m.how = rule::items;
    EXPECT_EQ(cleared(m).size(), 3u);
}

TEST(batch_auction, nothing_is_sold_without_supply_or_bids) {
    for (const rule how : {rule::items, rule::stop, rule::skip}) {
        EXPECT_TRUE(cleared({{}, 3, 0, how}).empty());
        EXPECT_TRUE(cleared({{{0, 9, 1}}, 0, 0, how}).empty());
        EXPECT_TRUE(cleared({{{0, 9, 1}}, 1, 10, how}).empty());
        EXPECT_EQ(cleared({{{0, 9, 1}}, 5, 9, how}).size(), 1u) << "more supply than bids";
    }
}

TEST(batch_auction, bad_memory_is_refused_and_no_award_is_written) {
    const award untouched{{7, 7, 7}, 7};
    for (const rule how : {rule::items, rule::stop, rule::skip}) {
        const batch m{{{0, 9, 1}, {1, 8, 1}, {2, 7, 1}}, 2, 0, how};
        memory with(4);
        std::fill(with.out.begin(), with.out.end(), untouched);
        const std::size_t needed = gpu::batch_workspace_bytes(3);
        const view<award> out(with.out);
        const auto at = [&](std::size_t offset, std::size_t bytes) {
            return view<std::byte>(with.work.data() + offset, bytes);
        };
        EXPECT_EQ(clear(m, at(0, needed - 1), out).outcome, batch_status::workspace_too_small);
        EXPECT_EQ(clear(m, view<std::byte>(), out).outcome, batch_status::workspace_too_small);
        EXPECT_EQ(clear(m, at(4, needed), out).outcome, batch_status::workspace_misaligned);
        const gpu::batch_result refused = clear(m, at(0, needed), out.first(1));
        EXPECT_EQ(refused.outcome, batch_status::output_too_small);
        EXPECT_EQ(refused.winners, 0u);
        for (award const& a : with.out) EXPECT_EQ(a, untouched);
        EXPECT_EQ(clear(m, at(0, needed), out.first(2)).winners, 2u);
    }
    bid one{0, 9, 1};
    memory with(1);
    EXPECT_EQ(gpu::clear_units({&one, gpu::max_batch}, 1, 0, with.work, with.out).outcome, batch_status::too_many_bids);
}

TEST(batch_auction, a_slot_that_is_unknown_or_bid_twice_is_found) {
    const std::vector<bid> bids{{0, 9, 1}, {64, 8, 1}, {make_agent_id(3, 5), 7, 1}};
    std::array<std::uint64_t, 2> seen{};
    EXPECT_EQ(gpu::check_slots(view<bid const>(bids), 65, seen), batch_status::ok);
    EXPECT_EQ(gpu::check_slots(view<bid const>(bids), 65, seen), batch_status::ok) << "what was seen is forgotten";
    EXPECT_EQ(gpu::check_slots(view<bid const>(bids), 64, seen), batch_status::unknown_agent);
    EXPECT_EQ(gpu::check_slots(view<bid const>(bids), 129, seen), batch_status::workspace_too_small);
    std::vector<bid> twice = bids;
    twice.push_back({make_agent_id(3, 6), 7, 1});
    EXPECT_EQ(gpu::check_slots(view<bid const>(twice), 65, seen), batch_status::duplicate_slot);
    EXPECT_EQ(gpu::check_slots({}, 0, {}), batch_status::ok);
}

}  // namespace
}  // namespace maxwell::test
