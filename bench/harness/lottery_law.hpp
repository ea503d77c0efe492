// SPDX-License-Identifier: MIT
//
// The differential test of lotteries, before their time is believed: whoever wins is live, at or above the reserve and pays the
// reserve; and over many draws each wins in proportion to its amount, by Pearson's chi-square with a fixed seed.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/core/bid.hpp>

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace maxwell::bench {

/// What a lottery is compared with: its bids in a table.
struct ticket_table {
    std::vector<bid> live;  ///< by slot; units 0: none
    price reserve = 0;

    double tickets(std::size_t slot) const {
        return live[slot].units != 0 && live[slot].amount >= reserve ? live[slot].amount : 0;
    }
    double all_tickets() const {
        double sum = 0;
        for (std::size_t slot = 0; slot < live.size(); ++slot) sum += tickets(slot);
        return sum;
    }
    std::size_t size() const {
        std::size_t n = 0;
        for (bid const& b : live) n += b.units != 0 ? 1 : 0;
        return n;
    }
};

/// Null, or what is wrong with this award.
inline char const* fault_in(std::optional<award> const& won, ticket_table const& table) {
    if (!won) return table.all_tickets() == 0 ? nullptr : "nobody wins though somebody holds tickets";
    if (won->winner.agent >= table.live.size()) return "the winner is no agent";
    if (!(table.live[won->winner.agent] == won->winner)) return "the winner's bid is not the one that it made last";
    if (table.tickets(won->winner.agent) == 0) return "the winner holds no ticket";
    return won->payment == table.reserve ? nullptr : "the winner does not pay the reserve";
}

/// One random bid, withdrawal, reserve or decision, for both. Null, or what was wrong.
template <class A>
char const* one_operation(A& a, ticket_table& table, std::mt19937_64& random) {
    const std::uint64_t slot = random() % table.live.size();
    const auto choice = random() % 100;
    if (choice < 55) {
        table.live[slot] = {slot, static_cast<price>(random() % 1000), static_cast<std::uint32_t>(1 + random() % 9)};
        if (a.insert(table.live[slot]) != status::ok) return "insert refuses a bid";
    } else if (choice < 65) {
        const status expected = table.live[slot].units != 0 ? status::ok : status::no_bid;
        if (a.expire(slot) != expected) return "expire answers wrongly";
        table.live[slot].units = 0;
    } else if (choice < 68) {
        table.reserve = static_cast<price>(choice == 65 ? 0 : random() % 400);
        a.update_price(table.reserve);
    } else if (choice < 80) {
        if (char const* why = fault_in(a.top(), table)) return why;
    } else {
        const std::optional<award> won = a.extract_max();
        if (char const* why = fault_in(won, table)) return why;
        if (won) table.live[won->winner.agent].units = 0;
    }
    return a.size() == table.size() ? nullptr : "size is wrong";
}

/// Does each of twenty groups of agents win as often as its tickets say? Each draw is an extraction and the same bid again.
template <class A>
bool draws_by_tickets(A& a, ticket_table const& table, int draws, std::string& why) {
    constexpr std::size_t groups = 20;
    std::vector<double> expected(groups);
    std::vector<double> won(groups);
    const double all = table.all_tickets();
    for (std::size_t s = 0; s < table.live.size(); ++s) expected[s % groups] += draws * table.tickets(s) / all;
    for (int n = 0; n < draws; ++n) {
        const std::optional<award> next = a.extract_max();
        if (!next) return why = "nobody wins", false;
        ++won[slot_of(next->winner.agent) % groups];
        a.insert(next->winner);
    }
    double chi_square = 0;
    int freedom = -1;
    for (std::size_t g = 0; g < groups; ++g) {
        if (expected[g] == 0 && won[g] != 0) return why = "who holds no ticket wins", false;
        if (expected[g] == 0) continue;
        chi_square += (won[g] - expected[g]) * (won[g] - expected[g]) / expected[g];
        ++freedom;
    }
    const double limit = freedom + 5 * std::sqrt(2.0 * freedom);  // one honest lottery in some ten thousand is above it
    if (chi_square > limit) why = fmt::format("chi-square {:.1f} of {} degrees of freedom", chi_square, freedom);
    return chi_square <= limit;
}

/// The whole test of `a`, an empty lottery with `capacity` slots.
template <class A>
bool keeps_lottery_law(A& a, std::size_t capacity, int draws, std::string& why) {
    ticket_table table{std::vector<bid>(capacity)};
    std::mt19937_64 random(capacity);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 3000; ++i) {
            char const* fault = one_operation(a, table, random);
            if (fault == nullptr) continue;
            why = fmt::format("{} (operation {}, capacity {})", fault, i, capacity);
            return false;
        }
        if (table.all_tickets() > 0 && !draws_by_tickets(a, table, draws, why)) return false;
    }
    return true;
}

}  // namespace maxwell::bench
