// SPDX-License-Identifier: MIT
//
// Agents that don't know what is best for them: regret matching in repeated games, and equilibria in which truth is not played.

#include "audit/claim.hpp"
#include "support/dice.hpp"

#include <maxwell/auction/tournament_tree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

namespace maxwell::audit {
namespace {

using test::dice;

constexpr std::size_t agents = 3;
constexpr price ticks = 6;  // bids are 0 to ticks

using profile = std::array<price, agents>;

enum class payment : std::uint8_t { critical, own_bid };

/// The winner, and what it pays. Agents arrive by number.
std::optional<award> sell(profile const& bids, payment how) {
    tournament_tree<agents> a;
    for (std::uint32_t i = 0; i < agents; ++i) a.insert({i, bids[i], 1});
    std::optional<award> won = a.extract_max();
    if (won && how == payment::own_bid) won->payment = won->winner.amount;
    return won;
}

std::int64_t utility(profile const& bids, std::size_t who, price value, payment how) {
    const auto won = sell(bids, how);
    return won && won->winner.agent == who ? std::int64_t{value} - won->payment : 0;
}

/// What a population of learners does in its last half, over all games.
struct learnt {
    double near_truth = 0;  ///< share of plays within a tick of the value
    double welfare = 0;     ///< of the best
    double revenue = 0;     ///< of what truth pays
    std::uint64_t games = 0;
};

/// Regret matching (Hart and Mas-Colell 2000): each agent plays a bid in proportion to how much it regrets not having always played it.
learnt play(payment how, std::size_t games, std::size_t rounds) {
    dice random(13);
    learnt sum;
    double near = 0, plays = 0, value_won = 0, best_value = 0, paid = 0, paid_by_truth = 0;
    for (; sum.games < games; ++sum.games) {
        profile values;
        for (price& v : values) v = random.below(ticks + 1);
        std::array<std::array<double, ticks + 1>, agents> regret{};
        for (std::size_t round = 0; round < rounds; ++round) {
            profile bids;
            for (std::size_t i = 0; i < agents; ++i) {
                double positive = 0;
                for (const double r : regret[i]) positive += std::max(r, 0.0);
                double at = random.below(1u << 30) * 0x1p-30 * positive;
                bids[i] = random.below(ticks + 1);
                for (price b = 0; b <= ticks && positive > 0; ++b) {
                    at -= std::max(regret[i][b], 0.0);
                    if (at >= 0) continue;
                    bids[i] = b;
                    break;
                }
            }
            for (std::size_t i = 0; i < agents; ++i) {
                const auto now = static_cast<double>(utility(bids, i, values[i], how));
                profile other = bids;
                for (price b = 0; b <= ticks; ++b) {
                    other[i] = b;
                    regret[i][b] += static_cast<double>(utility(other, i, values[i], how)) - now;
                }
            }
            if (round < rounds / 2) continue;
            const auto won = sell(bids, how), truth = sell(values, payment::critical);
            value_won += values[slot_of(won->winner.agent)];
            best_value += *std::max_element(values.begin(), values.end());
            paid += won->payment;
            paid_by_truth += truth->payment;
            for (std::size_t i = 0; i < agents; ++i) {
                near += std::abs(static_cast<int>(bids[i]) - static_cast<int>(values[i])) <= 1 ? 1 : 0;
                plays += 1;
            }
        }
    }
    sum.near_truth = near / plays;
    sum.welfare = value_won / best_value;
    sum.revenue = paid / paid_by_truth;
    return sum;
}

/// What learners lose of the best welfare, in percent.
finding search_learners(effort e, payment how) {
    const learnt l = play(how, pick(e, 40, 150, 600), pick(e, 1500, 4000, 10'000));
    return {l.games, l.near_truth < 1 ? l.games : 0, 100 * (1 - l.welfare),
            fmt::format("{:.0f} % of bids lie within a tick of the value; welfare {:.3f} of the best; revenue {:.2f} "
                        "of what truth pays",
                        100 * l.near_truth, l.welfare, l.revenue)};
}

/// Every profile of values and, for each, every pure equilibrium: the greatest loss of welfare, in ticks.
finding search_equilibria(payment how, bool above_value) {
    constexpr price top = 5;
    finding found;
    constexpr unsigned all = (top + 1) * (top + 1) * (top + 1);
    const auto nth = [](unsigned n) {
        return profile{n % (top + 1), n / (top + 1) % (top + 1), n / (top + 1) / (top + 1)};
    };
    for (unsigned v = 0; v < all; ++v) {
        const profile values = nth(v);
        for (unsigned b = 0; b < all; ++b) {
            const profile bids = nth(b);
            bool stable = true;
            for (std::size_t i = 0; i < agents && stable; ++i) {
                stable = above_value || bids[i] <= values[i];
                const std::int64_t now = stable ? utility(bids, i, values[i], how) : 0;
                profile other = bids;
                for (price x = 0; x <= (above_value ? top : values[i]) && stable; ++x) {
                    other[i] = x;
                    stable = utility(other, i, values[i], how) <= now;
                }
            }
            if (!stable) continue;
            ++found.cases;
            const price best = *std::max_element(values.begin(), values.end());
            const double loss = best - double{1} * values[slot_of(sell(bids, how)->winner.agent)];
            if (loss <= 1) continue;
            ++found.against;
            if (loss <= found.worst) continue;
            found.worst = loss;
            found.example = fmt::format("values {}, {}, {}: bids {}, {}, {} are an equilibrium", values[0], values[1],
                                        values[2], bids[0], bids[1], bids[2]);
        }
    }
    return found;
}

}  // namespace

std::vector<claim> claims_on_learning() {
    const char* group = "learning";
    return {
        {group,
         "price_of_anarchy",
         "Where nobody bids above its value, every pure equilibrium is within a tick of the best welfare.",
         "3 agents, 6 prices: all values and all profiles of bids at or below them; equilibria that lose more",
         0,
         "ticks",
         [](effort) { return search_equilibria(payment::critical, false); },
         {{"agents that bid above their values", [](effort) { return search_equilibria(payment::critical, true); }}}},
        {group,
         "a_bid_that_scares_others",
         "An agent that bids above its value can hold an equilibrium in which it wins.",
         "the same, all bids",
         {},
         "ticks",
         [](effort) { return search_equilibria(payment::critical, true); },
         {}},
        {group,
         "agents_that_learn",
         "Learners find bids that win or lose as truth does, and no more: what is as good as truth isn't told apart.",
         "regret matching, 3 agents, 7 prices, values drawn; what the second half of play loses of the best welfare",
         {},
         "% of welfare",
         [](effort e) { return search_learners(e, payment::critical); },
         {}},
    };
}

}  // namespace maxwell::audit
