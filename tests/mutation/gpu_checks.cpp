// SPDX-License-Identifier: MIT
//
// Notices each mutant of gpu.txt: batches against a container, small ones, ones among many withdrawn bids, and large ones in an order that
// misleads a sample.

#include "gpu/batches.hpp"
#include "gpu/reference_awards.hpp"
#include "mutation/check.hpp"

#include <maxwell/gpu/batch_auction.hpp>
#include <maxwell/gpu/batch_team.hpp>

#include <cstddef>
#include <vector>

namespace maxwell::test {
namespace {

std::vector<award> cleared(batch const& m) {
    std::vector<std::byte> work(gpu::batch_workspace_bytes(m.bids.size()));
    std::vector<award> out(m.bids.size());
    const view<bid const> bids(m.bids);
    const misfit misfits = m.how == rule::stop ? misfit::stop : misfit::skip;
    const gpu::batch_result done =
        m.how == rule::items
            ? gpu::clear_units(bids, m.supply, m.reserve, view<std::byte>(work), view<award>(out))
            : gpu::clear_capacity(bids, m.supply, m.reserve, misfits, view<std::byte>(work), view<award>(out));
    out.resize(done.winners);
    return out;
}

char const* awards_are_those_of_a_container() {
    dice random(3);
    for (int n = 0; n < 4000; ++n) {
        const batch m = draw_batch(random, n % 20 == 0 ? 500 : 10, n % 3 == 0 ? 200 : 5);
        REQUIRE(cleared(m) == reference_awards<512>(m));
    }
    return nullptr;
}

char const* awards_of_many_bids_are_those_of_a_container() {
    dice random(4);
    for (int n = 0; n < 40; ++n) {
        batch m = draw_batch(random, 12'000, n % 2 == 0 ? 1 : 5);
        if (m.how == rule::skip) m.supply %= 500;
        REQUIRE(cleared(m) == reference_awards<12'000>(m));
    }
    return nullptr;
}

// A sale of items looks at every second of these bids, and finds high ones only.
char const* a_misleading_sample_costs_time_only() {
    batch m{{}, 7000, 0, rule::items};
    for (std::uint32_t slot = 0; slot < 12'000; ++slot) m.bids.push_back({slot, slot % 2 == 0 ? 90'000 : slot, 1});
    REQUIRE(cleared(m) == reference_awards<12'000>(m));
    return nullptr;
}

char const* equal_amounts_in_the_first_block_prove_nothing() {
    batch m{{}, 1000, 0, rule::items};
    for (std::uint32_t slot = 0; slot < 2000; ++slot) m.bids.push_back({slot, slot < 1500 ? 5u : 9u, 1});
    REQUIRE(cleared(m) == reference_awards<2000>(m));
    return nullptr;
}

char const* a_unit_left_over_goes_to_a_late_bid() {
    batch m{{}, 101, 0, rule::skip};
    for (std::uint32_t slot = 0; slot < 1000; ++slot) m.bids.push_back({slot, 9000 - slot, slot < 999 ? 2u : 1u});
    REQUIRE(cleared(m) == reference_awards<1000>(m));
    return nullptr;
}

/// Runs its steps one after the other.
struct one_thread {
    static std::size_t size() { return 3; }
    template <class Step>
    void run(Step step) {
        for (std::size_t t = size(); t-- > 0;) step(t);
    }
};

std::vector<award> cleared_by_team(batch const& m, std::size_t digits_from) {
    std::vector<gpu::detail::part_state> work(gpu::batch_team_workspace_bytes(m.bids.size(), 3) / 64 + 1);
    std::vector<award> out(m.bids.size());
    one_thread team;
    gpu::detail::team_clearing<one_thread> clearing(
        team, view<bid const>(m.bids), gpu::detail::sale_of_items(m.supply, m.reserve),
        {reinterpret_cast<std::byte*>(work.data()), 64 * work.size()}, digits_from);
    out.resize(clearing.clear(view<award>(out)).winners);
    return out;
}

char const* awards_by_several_threads_are_those_of_one() {
    dice random(5);
    for (int n = 0; n < 2000; ++n) {
        batch m = draw_batch(random, n % 50 == 0 ? 12'000 : 12, 3);
        if (m.bids.empty()) continue;
        m.how = rule::items;
        m.supply = random.below(static_cast<std::uint32_t>(m.bids.size()) + 2);
        for (std::size_t i = 0; n % 7 == 0 && i < m.bids.size(); ++i)  // equal within each part
            m.bids[i].amount = 5 + static_cast<price>(3 * i / m.bids.size());
        REQUIRE(cleared_by_team(m, n % 2 == 0 ? 0 : 100'000) == cleared(m));
    }
    batch m{{}, 7000, 0, rule::items};
    for (std::uint32_t slot = 0; slot < 12'000; ++slot) m.bids.push_back({slot, slot % 2 == 0 ? 90'000 : slot, 1});
    REQUIRE(cleared_by_team(m, 0) == cleared(m));
    return nullptr;
}

}  // namespace
}  // namespace maxwell::test

int main() {
    using namespace maxwell::test;
    return run({awards_are_those_of_a_container, awards_of_many_bids_are_those_of_a_container,
                a_misleading_sample_costs_time_only, equal_amounts_in_the_first_block_prove_nothing,
                a_unit_left_over_goes_to_a_late_bid, awards_by_several_threads_are_those_of_one});
}
