// SPDX-License-Identifier: MIT
//
// Gangs: jobs that need several cores at once or none, and eight free cores. Both rules for a gang that doesn't fit, and
// Vickrey's prices for those that can do with fewer.

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>

namespace {

constexpr std::uint64_t free_cores = 8;
constexpr std::size_t slots = 64;
using market = maxwell::tournament_tree<slots>;

void sell(char const* title, market gangs, maxwell::misfit rule) {  // a copy: the next rule sells the same cores
    maxwell::award out[slots];                                      // an entry for each bid: all are considered
    const std::size_t winners = maxwell::extract_units(gangs, free_cores, out, rule);
    std::printf("%s\n", title);
    for (std::size_t i = 0; i < winners; ++i) {
        const auto [won, payment] = out[i];
        std::printf("  gang %u runs on %u cores at %u ticks per core; it bid %u\n", maxwell::slot_of(won.agent),
                    won.units, payment, won.amount);
    }
    std::printf("  %zu gangs wait\n", gangs.size());
}

// The same bids as if each core were of use by itself: the last winner is served in part, and each pays for the cores that it
// takes from others.
void sell_any_number(market gangs) {
    maxwell::award listed[slots];
    maxwell::grant out[slots];
    const std::size_t winners = maxwell::extract_vickrey(gangs, free_cores, listed, out);
    std::printf("any number of cores:\n");
    for (std::size_t i = 0; i < winners; ++i) {
        std::printf("  gang %u runs on %u of %u cores for %llu ticks in all\n", maxwell::slot_of(out[i].winner.agent),
                    out[i].units, out[i].winner.units, static_cast<unsigned long long>(out[i].total));
    }
}

}  // namespace

int main() {
    market gangs;
    gangs.insert({0, 90, 4});  // four cores, 90 ticks for each
    gangs.insert({1, 80, 3});
    gangs.insert({2, 70, 3});  // doesn't fit behind these two
    gangs.insert({3, 60, 1});  // does
    gangs.insert({4, 99, 9});  // more cores than there are: left out

    sell("skip what doesn't fit:", gangs, maxwell::misfit::skip);
    sell("stop at what doesn't fit:", gangs, maxwell::misfit::stop);
    sell_any_number(gangs);
}
