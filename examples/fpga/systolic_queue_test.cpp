// SPDX-License-Identifier: MIT
//
// The systolic queue beside std::multiset: a million operations, one in every clock, both outputs compared after each.

#include "Vsystolic_queue.h"
#include "verilated.h"

#include <maxwell/sim/random.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <set>

double sc_time_stamp() { return 0; }

int main(int argc, char** argv) {
    constexpr std::size_t entries = 32;
    const std::uint64_t operations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const auto chip = std::make_unique<Vsystolic_queue>();
    std::multiset<std::uint64_t> kept;
    maxwell::sim::random_numbers random(9);
    for (std::uint64_t n = 0; n < operations; ++n) {
        const bool inserts = random.below(2) == 0;
        const std::uint64_t key = 1 + (random() >> (n / 1000 % 2 == 0 ? 16 : 60));
        chip->insert = inserts;
        chip->extract = !inserts;
        chip->key = key;
        if (inserts) {
            kept.insert(key);
            if (kept.size() > entries) kept.erase(kept.begin());
        } else if (!kept.empty()) {
            kept.erase(std::prev(kept.end()));
        }
        chip->clk = 0;
        chip->eval();
        chip->clk = 1;
        chip->eval();
        const std::uint64_t best = kept.empty() ? 0 : *kept.rbegin();
        const std::uint64_t second = kept.size() < 2 ? 0 : *std::next(kept.rbegin());
        if (chip->best != best || chip->second != second) {
            std::printf("operation %llu: they differ\n", static_cast<unsigned long long>(n));
            return 1;
        }
    }
    std::printf("%llu operations, the same results, one a clock\n", static_cast<unsigned long long>(operations));
    return 0;
}
