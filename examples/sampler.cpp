// SPDX-License-Identifier: MIT
//
// Five agents of nearly equal value and one that bids a fifth of theirs. If the highest bid always wins, one of them keeps the
// processor for ever. A sampler lets the five share it, and the sixth hardly ever wins. The temperature says how near to the best a
// bid must be to get a share.

#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <cstdint>
#include <cstdio>
#include <random>

namespace {

constexpr std::uint32_t agents = 6;
constexpr maxwell::price offer[agents] = {1000, 990, 1010, 1005, 995, 200};

/// Every winner bids the same again; how often each won, in per cent.
template <class Auction>
void run(char const* name, Auction& auction) {
    constexpr int quanta = 60'000;
    int wins[agents] = {};
    for (std::uint32_t a = 0; a < agents; ++a) auction.insert({a, offer[a], 1});
    for (int quantum = 0; quantum < quanta; ++quantum) {
        const auto won = auction.extract_max();
        ++wins[maxwell::slot_of(won->winner.agent)];
        auction.insert(won->winner);
    }
    std::printf("%-22s", name);
    for (const int w : wins) std::printf(" %5.1f %%", 100.0 * w / quanta);
    std::printf("\n");
}

}  // namespace

int main() {
    std::printf("%-22s", "an agent that offers");
    for (const maxwell::price p : offer) std::printf(" %7u", p);
    std::printf("\n");

    static maxwell::tournament_tree<agents> highest;
    run("highest bid", highest);

    // The key must be secret, or agents foresee when they win: two words from the system's generator.
    std::random_device entropy;
    const auto word = [&] { return std::uint64_t{entropy()} << 32 | entropy(); };
    static maxwell::probabilistic_sampler<agents> drawn;
    drawn.rekey({word(), word()});
    drawn.temperature(50);
    drawn.agents_per_award(agents);  // new noise for all of them at each award
    run("gumbel_rule, tau = 50", drawn);
}
