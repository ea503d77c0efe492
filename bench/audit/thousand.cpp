// SPDX-License-Identifier: MIT
//
// One decision among 1,000 agents. Only the others' amounts, a tick more, a tick less, the reserve and the ends of the range can
// change the winner and what it pays, so trying these is trying everything.

#include "audit/claim.hpp"
#include "support/dice.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::audit {
namespace {

using test::dice;

constexpr std::uint32_t bidders = 1000;
constexpr price reserve = 1000;

/// The bids in their order of arrival: slot i is the i-th to come.
using crowd = std::vector<price>;

std::optional<price> first_price(std::optional<award> const& won, std::optional<award> const&) {
    return won ? std::optional(won->winner.amount) : std::nullopt;
}
std::optional<price> second_price(std::optional<award> const& won, std::optional<award> const& next) {
    return won ? std::optional(next ? next->winner.amount : reserve) : std::nullopt;
}
std::optional<price> own_payment(std::optional<award> const& won, std::optional<award> const&) {
    return won ? std::optional(won->payment) : std::nullopt;
}

/// What slot `who` pays when it bids `amount` and everything else is as in `bids`; nothing when it doesn't win. `before` holds those
/// that came before it.
template <class A, class Due>
std::optional<price> pays(A const& before, crowd const& bids, std::uint32_t who, price amount, Due due) {
    const auto a = std::make_unique<A>(before);
    a->insert({who, amount, 1});
    for (std::uint32_t s = who + 1; s < bidders; ++s) a->insert({s, bids[s], 1});
    const std::optional<award> won = a->extract_max();
    return won && won->winner.agent == who ? due(won, a->top()) : std::nullopt;
}

template <class A, class Due>
finding search_crowds(std::size_t crowds, Due due) {
    finding found;
    dice random(17);
    for (std::size_t n = 0; n < crowds; ++n) {
        crowd bids(bidders);
        for (price& b : bids) b = random.below(n % 2 == 0 ? 4000 : 1'000'000);
        std::vector<std::uint32_t> by_amount(bidders);
        for (std::uint32_t s = 0; s < bidders; ++s) by_amount[s] = s;
        std::sort(by_amount.begin(), by_amount.end(), [&](auto a, auto b) { return bids[a] > bids[b]; });
        std::vector<price> tried = {0, reserve - 1, reserve, reserve + 1, max_price};
        for (const price b : bids) {
            for (const price p : {b - (b != 0 ? 1 : 0), b, b + 1}) tried.push_back(p);
        }
        std::sort(tried.begin(), tried.end());
        tried.erase(std::unique(tried.begin(), tried.end()), tried.end());
        for (const std::uint32_t who : {by_amount[0], by_amount[1], random.below(bidders), bidders - 1}) {
            const auto before = std::make_unique<A>();
            before->update_price(reserve);
            for (std::uint32_t s = 0; s < who; ++s) before->insert({s, bids[s], 1});
            const auto truth = pays(*before, bids, who, bids[who], due);
            std::array<std::int64_t, 4> best{};
            for (const price other : tried) {
                const auto lie = pays(*before, bids, who, other, due);
                ++found.cases;
                for (std::int64_t step = 0; step < 4; ++step) {
                    const auto utility = [&](std::optional<price> const& paid) {
                        return paid ? 4 * std::int64_t{bids[who]} + step - 4 * std::int64_t{*paid} : 0;
                    };
                    const std::int64_t gain = utility(lie) - utility(truth);
                    best[static_cast<std::size_t>(step)] = std::max(best[static_cast<std::size_t>(step)], gain);
                    if (gain > 0) ++found.against;
                    if (static_cast<double>(gain) / 4 <= found.worst) continue;
                    found.worst = static_cast<double>(gain) / 4;
                    found.example = fmt::format("crowd {}: slot {} of value {} bids {}", n, who,
                                                bids[who] + static_cast<double>(step) / 4, other);
                }
            }
            if (truth && *truth > bids[who]) ++found.against;
        }
    }
    return found;
}

template <class Due>
finding search_containers(std::size_t crowds, Due due) {
    finding found = search_crowds<stratified_buckets<bidders>>(crowds, due);
    found += search_crowds<stratified_buckets<bidders, adaptive_tiers<>>>(crowds, due);
    found += search_crowds<tournament_tree<bidders>>(crowds, due);
    return found += search_crowds<lazy_heap<bidders>>(crowds, due);
}

}  // namespace

std::vector<claim> claims_on_a_thousand() {
    return {{decision_group,
             "a_thousand_agents",
             "Bidding one's value is best among 1,000 agents; nobody pays more than it bid.",
             "stratified_buckets, adaptive tiers, tournament_tree, lazy_heap; the best, the second, any and the last "
             "agent try "
             "every other agent's amount, a tick more and less, the reserve and the ends of the range; a case is a "
             "deviation",
             0,
             "ticks",
             [](effort e) { return search_containers(pick(e, 2, 15, 100), own_payment); },
             {{"first price", [](effort) { return search_crowds<tournament_tree<bidders>>(1, first_price); }},
              {"second price, whoever came first",
               [](effort) { return search_crowds<stratified_buckets<bidders>>(4, second_price); }}}}};
}

}  // namespace maxwell::audit
