// SPDX-License-Identifier: MIT
//
// Lotteries keep their law, and the test of it notices those that don't.

#include "harness/lottery_law.hpp"
#include "peers/lottery_lists.hpp"
#include "peers/lottery_trees.hpp"

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>

namespace {

using namespace maxwell::bench;

/// Draws a slot that holds tickets, however many.
struct deaf_to_tickets : fenwick_tree {
    using fenwick_tree::fenwick_tree;
    std::uint32_t draw(ticket_draw& random) const noexcept {
        for (std::uint32_t last = fenwick_tree::draw(random);;) {
            const std::uint32_t next = fenwick_tree::draw(random);
            if (next != last) return next < last ? next : last;
            if (random.below(8) == 0) return next;
        }
    }
};

/// Forgets to take a loser's tickets away.
struct keeps_old_tickets : fenwick_tree {
    using fenwick_tree::fenwick_tree;
    void set(std::uint32_t slot, std::uint64_t weight) noexcept {
        if (weight != 0 || slot % 7 != 0) fenwick_tree::set(slot, weight);
    }
};

template <class Index>
bool passes() {
    std::string why;
    const auto keeps_law = [&](std::size_t capacity, int draws) {
        lottery<Index> a(capacity);
        return keeps_lottery_law(a, capacity, draws, why);
    };
    const bool kept = keeps_law(1, 100) && keeps_law(10, 20'000) && keeps_law(1000, 20'000);
    std::printf("%-18s %s %s\n", Index::info.name.data(), kept ? "keeps the law" : "does not keep it:", why.c_str());
    return kept;
}

}  // namespace

int main() {
    bool good = true;
    for (const bool kept : {passes<ticket_tree>(), passes<fenwick_tree>(), passes<move_to_front_list>(),
                            passes<alias_table>(), passes<reservoir>()}) {
        good = good && kept;
    }
    std::printf("and now two that must not pass:\n");
    for (const bool kept : {passes<deaf_to_tickets>(), passes<keeps_old_tickets>()}) good = good && !kept;
    return good ? 0 : 1;
}
