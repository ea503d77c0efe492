// SPDX-License-Identifier: MIT
//
// Several names of one owner for one item, under rules that sell to the first in an order: the best of its bids is all that counts, and
// the others can only raise its price. Two names exhaustively, up to 64 by chance.

#include "audit/claim.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/bid.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

constexpr std::size_t most_names = 64;
constexpr std::size_t slots = most_names + 4;
constexpr std::int64_t steps = 4;  ///< of a tick: values lie between prices too
constexpr price lowest = 1000;     ///< where the tiers below are wider than a tick

/// A market: bids in order of arrival, each the owner's or a rival's.
struct entry {
    price amount;
    bool own;
};

/// A market that has sold: boundaries that follow the bids have followed some.
template <class A>
A used_market() {
    A market{};
    std::mt19937_64 random(5);
    for (int quantum = 0; quantum < 2'000; ++quantum) {
        const auto slot = static_cast<std::uint32_t>(random() % slots);
        market.insert({slot, lowest + static_cast<price>(random() % 100), 1});
        if (quantum % 2 == 0) market.extract_max();
    }
    market.clear();
    return market;
}

/// What the owner pays if it wins. Every market begins alike.
template <class A>
std::optional<price> sell(std::vector<entry> const& arrived) {
    static const A used = used_market<A>();
    A market = used;
    for (std::uint32_t slot = 0; slot < arrived.size(); ++slot) market.insert({slot, lowest + arrived[slot].amount, 1});
    const std::optional<award> won = market.extract_max();
    if (!won || !arrived[slot_of(won->winner.agent)].own) return std::nullopt;
    return won->payment - std::min(won->payment, lowest);
}

/// Known to fail: every name is as likely, and a draw costs nothing.
std::optional<price> draw(std::vector<entry> const& arrived) {
    return arrived[7 % arrived.size()].own ? std::optional<price>(0) : std::nullopt;
}

using names_rule = std::optional<price> (*)(std::vector<entry> const&);

std::int64_t gain(names_rule r, std::vector<entry> const& arrived, std::int64_t value) {
    const std::optional<price> paid = r(arrived);
    return paid ? value - steps * std::int64_t{*paid} : 0;
}

/// Counts the market in which the owner adds names to a truthful bid, or bids otherwise under several names.
void compare(finding& found, names_rule r, std::vector<entry> const& truthful, std::vector<entry> const& names,
             std::int64_t value) {
    const std::int64_t more = gain(r, names, value) - gain(r, truthful, value);
    ++found.cases;
    if (more <= 0) return;
    ++found.against;
    const double ticks = static_cast<double>(more) / steps;
    if (ticks <= found.worst) return;
    found.worst = ticks;
    found.example =
        fmt::format("an owner of value {}, {} bids with its names", static_cast<double>(value) / steps, names.size());
}

/// All amounts of two names and two rivals; the owner's first name arrives before, between or after the rivals, the second later.
finding two_names(names_rule r, price ticks) {
    finding found;
    const std::uint32_t all = ticks * ticks * ticks * ticks;
    for (std::int64_t value = 0; value < steps * ticks; ++value) {
        const auto truth = static_cast<price>(value / steps);
        for (std::uint32_t n = 0; n < all; ++n) {
            const price a = n % ticks, b = n / ticks % ticks, x = n / ticks / ticks % ticks,
                        y = n / ticks / ticks / ticks;
            for (std::size_t first = 0; first <= 2; ++first) {
                std::vector<entry> alone = {{x, false}, {y, false}};
                alone.insert(alone.begin() + static_cast<std::ptrdiff_t>(first), {truth, true});
                for (std::size_t second = first + 1; second <= 3; ++second) {
                    std::vector<entry> both = alone;
                    both[first].amount = a;
                    both.insert(both.begin() + static_cast<std::ptrdiff_t>(second), {b, true});
                    compare(found, r, alone, both, value);
                }
            }
        }
    }
    return found;
}

/// Two to 64 names, their bids anywhere up to twice the value.
finding many_names(names_rule r, std::size_t markets) {
    finding found;
    std::mt19937_64 random(17);
    for (std::size_t n = 0; n < markets; ++n) {
        const std::int64_t value = static_cast<std::int64_t>(random() % 400);
        const auto truth = static_cast<price>(value / steps);
        std::vector<entry> alone = {{truth, true}}, names = {{static_cast<price>(random() % (2 * truth + 1)), true}};
        for (std::size_t more = 1 + random() % (most_names - 1); more > 0; --more)
            names.push_back({static_cast<price>(random() % (2 * truth + 1)), true});
        for (int rival = 0; rival < 3; ++rival) {
            const entry e{static_cast<price>(random() % 100), false};
            alone.push_back(e);
            names.push_back(e);
        }
        compare(found, r, alone, names, value);
    }
    return found;
}

finding all_names(names_rule r, effort e) {
    finding found = two_names(r, static_cast<price>(pick(e, 4, 5, 7)));
    return found += many_names(r, pick(e, 2'000, 20'000, 200'000));
}

template <class A>
claim names_in(std::string const& container) {
    return {"more than one name",
            "names_in_" + container,
            "An owner with one item's value gains nothing by bidding under several names.",
            "two names and two rivals, 5 prices, values on quarter ticks, all orders; 2 to 64 names by chance",
            0,
            "ticks",
            [](effort e) { return all_names(sell<A>, e); },
            {{"every name is drawn alike", [](effort e) { return all_names(draw, e); }}}};
}

}  // namespace

std::vector<claim> claims_on_names() {
    return {names_in<stratified_buckets<slots>>("stratified_buckets"),
            names_in<stratified_buckets<slots, adaptive_tiers<>>>("adaptive_tiers"),
            names_in<tournament_tree<slots>>("tournament_tree"), names_in<lazy_heap<slots>>("lazy_heap")};
}

}  // namespace maxwell::audit
