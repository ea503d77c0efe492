// SPDX-License-Identifier: MIT
//
// Bids that lie within a tenth of a per cent of each other, at a price that nobody knew beforehand: tiers of fixed width can't
// tell them apart, tiers whose boundaries follow the bids can, once they have seen some of them leave.

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/stratified_buckets.hpp>

#include <algorithm>
#include <cstdio>
#include <random>
#include <vector>

namespace {

constexpr std::size_t agents = 100;

/// Runs quanta, each with a fresh bid of every winner, and says how far below the best bid the winners of the last ones were.
template <class Auction>
double mean_shortfall(int quanta) {
    static Auction auction;  // zeroed memory is the empty auction
    std::mt19937 random(1);
    std::vector<maxwell::price> live(agents);
    const auto bid_again = [&](std::uint32_t agent) {
        live[agent] = 7'340'000 + static_cast<maxwell::price>(random() % 7'000);
        auction.insert({agent, live[agent], 1});
    };
    for (std::uint32_t agent = 0; agent < agents; ++agent) bid_again(agent);

    double shortfall = 0;
    for (int quantum = 1; quantum <= quanta; ++quantum) {
        bid_again(static_cast<std::uint32_t>(random() % agents));
        const maxwell::price best = *std::max_element(live.begin(), live.end());
        const auto won = auction.extract_max();
        if (quantum > quanta / 2) shortfall += best - won->winner.amount;
        bid_again(maxwell::slot_of(won->winner.agent));
    }
    return shortfall / (quanta - quanta / 2);
}

}  // namespace

int main() {
    using fixed = maxwell::stratified_buckets<agents>;
    using adaptive = maxwell::stratified_buckets<agents, maxwell::adaptive_tiers<64>>;
    std::printf("winners offer less than the best bid by, in ticks of 7,340,000 to 7,347,000\n");
    std::printf("  log_linear_tiers<7>   %6.1f\n", mean_shortfall<fixed>(20'000));
    std::printf("  adaptive_tiers<64>    %6.1f\n", mean_shortfall<adaptive>(20'000));
}
