// SPDX-License-Identifier: MIT
//
// insert_all against one insert after the other: every slot's bid at once, into a container that is empty and into one that is full.

#include "panels/containers/containers.hpp"

#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/many_bids.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {
namespace {

struct bid_ns {
    double one_by_one;
    double all_at_once;
    double ratio() const { return one_by_one / all_at_once; }
};

double median(std::vector<double>& times) {
    std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
    return times[times.size() / 2];
}

/// Nanoseconds a bid: medians of `rounds` interleaved rounds, each over lists that amount to 10,000 bids.
template <class A>
bid_ns measure(bool full, int rounds) {
    constexpr std::size_t agents = A::capacity();
    constexpr std::size_t lists = std::max<std::size_t>(1, 10'000 / agents);
    std::mt19937_64 random(agents);
    std::vector<bid> bids(agents);
    const auto a = std::make_unique<A>();
    std::vector<double> times[2];
    for (int round = 0; round < 2 * rounds; ++round) {
        double ns = 0;
        for (std::size_t n = 0; n < lists; ++n) {
            for (std::size_t i = 0; i < agents; ++i) bids[i] = {i, static_cast<price>(random()), 1};
            std::shuffle(bids.begin(), bids.end(), random);
            if (!full) a->clear();
            const auto begin = std::chrono::steady_clock::now();
            if (round % 2 == 0) {
                for (bid const& b : bids) a->insert(b);
            } else {
                insert_all(*a, bids);
            }
            ns += std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count();
        }
        times[round % 2].push_back(ns / static_cast<double>(lists * agents));
    }
    return {median(times[0]), median(times[1])};
}

template <template <std::size_t> class Container>
void add_rows(std::string_view name, bool goal, int rounds, panel_result& found) {
    for (const bool full : {false, true}) {
        const bid_ns by_agents[] = {measure<Container<10>>(full, rounds), measure<Container<100>>(full, rounds),
                                    measure<Container<1000>>(full, rounds), measure<Container<10000>>(full, rounds)};
        std::vector<std::string> row{fmt::format("{}, {}", name, full ? "replaced" : "new")};
        for (bid_ns const& t : by_agents)
            row.push_back(fmt::format("{:.1f} / {:.1f} ({:.2f} x)", t.one_by_one, t.all_at_once, t.ratio()));
        found.tables.back().rows.push_back(std::move(row));
        if (!goal) continue;
        const double least = std::min(by_agents[2].ratio(), by_agents[3].ratio());
        found.goals.push_back({std::string(name),
                               fmt::format("insert_all of {} bids: at least 1.5 x one by one, N = 1,000 and 10,000",
                                           full ? "replacing" : "new"),
                               fmt::format("{:.2f} x", least), least >= 1.5 ? verdict::met : verdict::missed});
    }
}

template <std::size_t Capacity>
using buckets_of = stratified_buckets<Capacity>;
template <std::size_t Capacity>
using tree_of = tournament_tree<Capacity>;
template <std::size_t Capacity>
using heap_of = lazy_heap<Capacity>;

}  // namespace

panel_result enter_many_bids(panel_context const& at) {
    const int rounds = at.full ? 101 : 21;
    panel_result found;
    found.tables.push_back(
        {"Entering a bid for every slot, nanoseconds a bid: one by one / insert_all",
         {"container", "N = 10", "N = 100", "N = 1,000", "N = 10,000"},
         {},
         "Uniform prices, slots in random order, medians of interleaved rounds. Buckets insert in O(1), so a list "
         "gains them nothing."});
    add_rows<tree_of>("tournament_tree", true, rounds, found);
    at.progress(0.4, "tournament_tree");
    add_rows<heap_of>("lazy_heap", true, rounds, found);
    at.progress(0.8, "lazy_heap");
    add_rows<buckets_of>("stratified_buckets", false, rounds, found);
    return found;
}

}  // namespace maxwell::bench
