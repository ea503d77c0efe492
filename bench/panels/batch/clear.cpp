// SPDX-License-Identifier: MIT
//
// A batch auction against std::nth_element, std::partial_sort and std::sort, which make the same awards from an array of keys.
//
// A rival is given what it needs: it builds keys that are unique and rank as bids do, selects or sorts them, and writes the awards of
// the first k. All take turns on the same bids; figures are medians. One core, and in a table of its own all cores.

#include "panels/batch/batch.hpp"
#include "panels/batch/thread_team.hpp"

#include <maxwell/core/bid.hpp>
#include <maxwell/gpu/batch_auction.hpp>
#include <maxwell/gpu/batch_team.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace maxwell::bench {
namespace {

enum class amounts : std::uint8_t { uniform, lognormal, equal };
constexpr std::array<std::string_view, 3> amount_names{"uniform", "lognormal", "equal"};

std::vector<bid> draw_bids(std::size_t n, amounts which, std::uint32_t most_units, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> lognormal(std::log(1e3), 2.0);
    std::vector<bid> bids(n);
    for (std::size_t i = 0; i < n; ++i) {
        price amount = 1000;
        if (which == amounts::uniform) amount = static_cast<price>(random());
        if (which == amounts::lognormal) amount = static_cast<price>(std::min(lognormal(random), 4e9));
        bids[i] = {i, amount, static_cast<std::uint32_t>(1 + random() % most_units)};
    }
    return bids;
}

/// What the contenders work in, allocated before the clock runs.
struct desk {
    explicit desk(std::size_t n) : work(gpu::batch_workspace_bytes(n)), keys(n), out(n) {}
    std::vector<std::byte> work;
    std::vector<gpu::detail::order_key> keys;
    std::vector<award> out;
};

enum class way : std::uint8_t { batch, nth_element, partial_sort, sort };
constexpr std::array<std::string_view, 4> way_names{"clear_units", "nth_element", "partial_sort", "sort"};

void clear_by(way how, std::vector<bid> const& bids, std::size_t k, desk& at) {
    if (how == way::batch) {
        gpu::clear_units(view<bid const>(bids), k, 0, view<std::byte>(at.work), view<award>(at.out));
        return;
    }
    auto& keys = at.keys;
    for (std::size_t i = 0; i < bids.size(); ++i)
        keys[i] = gpu::detail::key_of(bids[i].amount, static_cast<std::uint32_t>(i));
    const auto place = static_cast<std::ptrdiff_t>(k);
    if (how == way::nth_element) std::nth_element(keys.begin(), keys.begin() + place, keys.end(), std::greater<>());
    if (how == way::partial_sort)
        std::partial_sort(keys.begin(), keys.begin() + place + 1, keys.end(), std::greater<>());
    if (how == way::sort) std::sort(keys.begin(), keys.end(), std::greater<>());
    for (std::size_t w = 0; w < k; ++w)
        at.out[w] = {bids[gpu::detail::index_of(keys[w])], gpu::detail::payment_above(keys[w], keys[k], 0)};
}

double median(std::vector<double>& us) {
    const auto middle = us.begin() + static_cast<std::ptrdiff_t>(us.size() / 2);
    std::nth_element(us.begin(), middle, us.end());
    return *middle;
}

template <class Work>
double time_us(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
}

using times = std::array<double, way_names.size()>;

/// Small batches differ from round to round, or the processor would learn the branches of a sort by heart.
times measure(std::size_t n, amounts which, std::size_t k, desk& at) {
    const std::size_t rounds = std::clamp<std::size_t>(8'000'000 / n, 5, 201);
    std::vector<bid> bids = draw_bids(n, which, 1);
    std::array<std::vector<double>, way_names.size()> us;
    for (std::size_t round = 0; round < rounds; ++round) {
        if (n <= 10'000) bids = draw_bids(n, which, 1, round);
        for (std::size_t w = 0; w < way_names.size(); ++w) {
            const bool sorts = static_cast<way>(w) >= way::partial_sort;
            if (sorts && round >= 3 && n > 10'000) continue;  // they take long and vary little
            us[w].push_back(time_us([&] { clear_by(static_cast<way>(w), bids, k, at); }));
        }
    }
    times found{};
    for (std::size_t w = 0; w < way_names.size(); ++w) found[w] = median(us[w]);
    return found;
}

struct extremes {
    double at_1e5 = 1e9;  ///< the least ratio to nth_element with uniform and lognormal amounts
    double at_1e6 = 1e9;
    double anywhere = 1e9;
    double equal_to_uniform = 0;  ///< the greatest ratio of times
};

void add_rows(std::size_t n, panel_table& table, extremes& found) {
    desk at(n);
    const std::array<std::size_t, 2> places{100, n / 10};
    std::array<double, 2> uniform_us{};
    for (std::size_t which = 0; which < amount_names.size(); ++which) {
        const auto kind = static_cast<amounts>(which);
        for (std::size_t p = 0; p < places.size(); ++p) {
            if (p > 0 && places[p] == places[0]) continue;
            const times us = measure(n, kind, places[p], at);
            const double ratio = us[1] / us[0];
            found.anywhere = std::min(found.anywhere, ratio);
            if (kind != amounts::equal && n == 100'000) found.at_1e5 = std::min(found.at_1e5, ratio);
            if (kind != amounts::equal && n == 1'000'000) found.at_1e6 = std::min(found.at_1e6, ratio);
            if (kind == amounts::uniform) uniform_us[p] = us[0];
            if (kind == amounts::equal)
                found.equal_to_uniform = std::max(found.equal_to_uniform, us[0] / uniform_us[p]);
            std::vector<std::string> row{fmt::format("{} of {}, {}", places[p], n, amount_names[which])};
            for (const double t : us) row.push_back(fmt::format("{:.1f}", t));
            row.push_back(fmt::format("{:.2f}", ratio));
            table.rows.push_back(std::move(row));
        }
    }
}

/// Units: 1 to 200 to a bid, and supply for a tenth of the bids. Sorting alone is the rival's least.
void add_capacity_row(std::size_t n, amounts which, panel_table& table) {
    desk at(n);
    const std::vector<bid> bids = draw_bids(n, which, 200);
    const std::uint64_t supply = 10 * n;
    std::array<std::vector<double>, 3> us;
    for (std::size_t round = 0; round < std::clamp<std::size_t>(4'000'000 / n, 3, 51); ++round) {
        for (const misfit rule : {misfit::stop, misfit::skip}) {
            us[static_cast<std::size_t>(rule)].push_back(time_us([&] {
                gpu::clear_capacity(view<bid const>(bids), supply, 0, rule, view<std::byte>(at.work),
                                    view<award>(at.out));
            }));
        }
        us[2].push_back(time_us([&] {
            for (std::size_t i = 0; i < n; ++i)
                at.keys[i] = gpu::detail::key_of(bids[i].amount, static_cast<std::uint32_t>(i));
            std::sort(at.keys.begin(), at.keys.end(), std::greater<>());
        }));
    }
    table.rows.push_back({fmt::format("{}, {}", n, amount_names[static_cast<std::size_t>(which)]),
                          fmt::format("{:.0f}", median(us[static_cast<std::size_t>(misfit::stop)])),
                          fmt::format("{:.0f}", median(us[static_cast<std::size_t>(misfit::skip)])),
                          fmt::format("{:.0f}", median(us[2]))});
}

/// The same clearing by one thread and by a thread to a core.
void add_team_row(std::size_t n, amounts which, std::size_t k, thread_team& team, panel_table& table) {
    desk at(n);
    const std::size_t bytes = gpu::batch_team_workspace_bytes(n, team.size());
    std::vector<gpu::detail::part_state> work(bytes / sizeof(gpu::detail::part_state) + 1);
    const view<std::byte> memory(reinterpret_cast<std::byte*>(work.data()), bytes);
    const std::vector<bid> bids = draw_bids(n, which, 1);
    std::vector<double> one, all;
    for (std::size_t round = 0; round < std::clamp<std::size_t>(20'000'000 / n, 9, 201); ++round) {
        one.push_back(time_us([&] { clear_by(way::batch, bids, k, at); }));
        all.push_back(
            time_us([&] { gpu::clear_units(team, view<bid const>(bids), k, 0, memory, view<award>(at.out)); }));
    }
    const double one_us = median(one);
    const double all_us = median(all);
    table.rows.push_back({fmt::format("{} of {}, {}", k, n, amount_names[static_cast<std::size_t>(which)]),
                          fmt::format("{:.1f}", one_us), fmt::format("{:.1f}", all_us),
                          fmt::format("{:.2f}", one_us / all_us)});
}

}  // namespace

panel_result clear_batches(panel_context const& at) {
    panel_result found;
    panel_table items{"k items among N sealed bids, microseconds",
                      {"k of N, amounts", "clear_units", "nth_element", "partial_sort", "sort", "nth_element / ours"},
                      {},
                      "Medians of interleaved rounds on one core. All write the same awards: ours in order of arrival, "
                      "nth_element in none."};
    extremes worst;
    std::vector<std::size_t> sizes{1000, 10'000, 100'000, 1'000'000};
    if (at.full) sizes.push_back(10'000'000);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        add_rows(sizes[i], items, worst);
        at.progress(.8 * static_cast<double>(i + 1) / static_cast<double>(sizes.size()), "items");
    }
    found.tables.push_back(std::move(items));

    panel_table units{"Units, all or nothing: 1 to 200 to a bid, 10 N in all, microseconds",
                      {"N, amounts", "stop", "skip", "sorting the keys alone"},
                      {},
                      "Medians of interleaved rounds on one core."};
    for (const std::size_t n : {10'000u, 100'000u, 1'000'000u}) {
        for (const amounts which : {amounts::uniform, amounts::lognormal}) add_capacity_row(n, which, units);
    }
    found.tables.push_back(std::move(units));

    thread_team team(std::max(1u, std::thread::hardware_concurrency()));
    panel_table cores{fmt::format("k items among N sealed bids, by {} threads, microseconds", team.size()),
                      {"k of N, amounts", "one thread", "a thread to a core", "one / all"},
                      {},
                      "Medians of interleaved rounds. The threads wait for each step in a loop of loads."};
    for (const std::size_t n : sizes) {
        if (n < gpu::batch_team_from) continue;
        for (std::size_t which = 0; which < amount_names.size(); ++which) {
            for (const std::size_t k : {std::size_t{100}, n / 10})
                add_team_row(n, static_cast<amounts>(which), k, team, cores);
        }
    }
    found.tables.push_back(std::move(cores));

    const auto judge = [&](std::string text, double value, bool met) {
        found.goals.push_back(
            {"clear_units", std::move(text), fmt::format("{:.2f} x", value), met ? verdict::met : verdict::missed});
    };
    judge("10^5 uniform or lognormal bids: at least 3 x as fast as nth_element", worst.at_1e5, worst.at_1e5 >= 3);
    judge("10^6 uniform or lognormal bids: at least 1.5 x as fast as nth_element", worst.at_1e6, worst.at_1e6 >= 1.5);
    judge("any amounts, 1,000 bids and more: never below .9 x nth_element", worst.anywhere, worst.anywhere >= .9);
    judge("equal amounts: at most 1.5 x the time of uniform ones", worst.equal_to_uniform,
          worst.equal_to_uniform <= 1.5);
    return found;
}

}  // namespace maxwell::bench
