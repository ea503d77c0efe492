// SPDX-License-Identifier: MIT
//
// Budgets: what an agent gains by what it does with credits, its own and others'.

#include "audit/claim.hpp"
#include "support/paced_market.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/market/market.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace maxwell::audit {
namespace {

using namespace maxwell::test;
using credits = std::uint64_t;
using paying_market = market<tournament_tree<4>, 1, ledger<4>>;

constexpr std::uint64_t quantum_ns = 100'000;
constexpr std::uint32_t units = 100;

/// Slot 0 bids 1000 and can pay some 500 a unit for all of the time; slot 1 bids 200. What slot 0 wins of `quanta`, in percent, where
/// slot 2 bids `rival` (0: it isn't there), and can pay as much as slot 0.
double share_of_the_victim(price rival, int quanta) {
    const auto owned = std::make_unique<paying_market>();
    paying_market& m = *owned;
    const credits per_ms = 500 * units * 10;
    for (std::uint32_t slot = 0; slot < 3; ++slot) {
        m.accounts().open(slot, {per_ms, per_ms * 10, 0}, 0);
        m.admit(slot, {0, slot, 1, true});
        m.wake(slot, 0);
    }
    int won = 0;
    for (int n = 1; n <= quanta; ++n) {
        const std::uint64_t now = static_cast<std::uint64_t>(n) * quantum_ns;
        m.offer({0, 1000, units});
        m.offer({1, 200, units});
        if (rival != 0) m.offer({2, rival, units});
        const decision d = m.decide(0, now);
        won += d.run && d.run->winner.agent == 0 ? 1 : 0;
        m.charge(0, units, 0);
    }
    return 100.0 * won / quanta;
}

finding search_rival(effort e) {
    const int quanta = static_cast<int>(pick(e, 20'000, 100'000, 400'000));
    const double alone = share_of_the_victim(0, quanta), below = share_of_the_victim(999, quanta);
    return {1, below < alone ? std::uint64_t{1} : 0, alone - below,
            fmt::format("a victim that bids 1,000 and has 500 a unit wins {:.1f} % of quanta against a bid of 200, and "
                        "{:.1f} % when a "
                        "rival with the same budget bids 999",
                        alone, below)};
}

/// An account is idle for `idle_ms` and then spends all that it has in a millisecond: credits above its cap and that millisecond's.
finding search_hoarding(effort e, credits cap) {
    constexpr credits stated_cap = 50'000, per_ms = 1'000;
    finding found;
    for (std::uint64_t idle_ms = 0; idle_ms < pick(e, 1'000, 10'000, 100'000); idle_ms += 7) {
        ledger<1> books;
        books.open(0, {per_ms, cap, 0}, 0);
        books.debit(0, 1, 40'000);
        credits spent = 0;
        for (std::uint64_t us = 0; us <= 1000; us += 50) {
            const std::uint64_t now = idle_ms * 1'000'000 + us * 1000;
            const price backed = books.backed(0, {0, max_price, 1}, now);
            spent += books.debit(0, 1, backed);
        }
        ++found.cases;
        if (spent <= stated_cap + per_ms) continue;
        ++found.against;
        found.worst = std::max(found.worst, static_cast<double>(spent - stated_cap - per_ms));
    }
    return found;
}

/// A tenant opens accounts one after the other and spends what they begin with: its credits, less what it pays in fees.
finding search_first_balances(credits fee) {
    constexpr credits cap = 50'000;
    finding found;
    for (std::uint32_t accounts = 1; accounts <= 64; ++accounts) {
        ledger<64> books;
        for (std::uint32_t n = 0; n < accounts; ++n) books.open(n, {1'000, cap, fee}, 0);
        const auto begins_with = static_cast<double>(books.balances());
        ++found.cases;
        found.against += begins_with > 0 ? 1 : 0;
        found.worst = std::max(found.worst, begins_with);
    }
    return found;
}

constexpr double scales[] = {.5, .8, 1.25, 2, 8};

/// Five ways to scale all values: value gained in percent of what truth brings, for budgets of these shares of what truth would spend.
finding search_scaled_reports(effort e, std::vector<double> const& shares, bool with_pacer) {
    finding found;
    for (std::uint64_t seed = 1; seed <= pick(e, 4, 20, 100); ++seed) {
        for (const double share : shares) {
            const paced_market m(seed, 600, share);
            const double truth = with_pacer ? m.paced_from(1).value : m.value_of_truth_while_the_budget_lasts();
            for (const double scale : scales) {
                const double lie = with_pacer ? m.paced_from(scale).value : m.value_of_the_best_constant_factor();
                const double gain = 100 * (lie - truth) / truth;
                ++found.cases;
                if (gain > 5) ++found.against;
                if (gain <= found.worst) continue;
                found.worst = gain;
                found.example =
                    fmt::format("a budget of {} of what truth would spend, values times {}: {:.2f} % more value", share,
                                scale, gain);
            }
        }
    }
    return found;
}

finding search_binding_budgets(effort e) {
    finding found;
    for (std::uint64_t seed = 1; seed <= pick(e, 4, 20, 100); ++seed) {
        for (const double share : {.1, .3, .6}) {
            const paced_market m(seed, 600, share);
            const double truth = m.value_of_truth_while_the_budget_lasts(),
                         best = m.value_of_the_best_constant_factor();
            const double gain = 100 * (best - truth) / truth;
            ++found.cases;
            found.against += gain > 0 ? 1 : 0;
            if (gain <= found.worst) continue;
            found.worst = gain;
            found.example = fmt::format(
                "a budget of {} of what truth would spend: the best constant factor gets {:.0f} % more value "
                "than truth while the budget lasts",
                share, gain);
        }
    }
    return found;
}

/// Four agents on one core, three of which share it; the fourth pays from a refill that buys a tenth of it, or shares too.
finding search_choice_of_paying(effort e) {
    const int quanta = static_cast<int>(pick(e, 20'000, 50'000, 200'000));
    const auto wins = [&](bool pays) {
        const auto owned = std::make_unique<paying_market>();
        paying_market& m = *owned;
        m.shares({100, 100'000, 1}, 4);
        m.accounts().open(0, {100 * units, 1'000'000, 0}, 0);  // a millisecond has ten quanta, and a unit costs 100
        for (std::uint32_t slot = 0; slot < 4; ++slot) {
            m.admit(slot, {0, 0, 1, slot == 3 && pays});
            m.wake(slot, 0);
        }
        int won = 0;
        for (int n = 1; n <= quanta; ++n) {
            if (pays) m.offer({3, 200'000, units});
            const decision d = m.decide(0, static_cast<std::uint64_t>(n) * quantum_ns);
            won += d.run && slot_of(d.run->winner.agent) == 3 ? 1 : 0;
            m.charge(0, units, 0);
        }
        return 100.0 * won / quanta;
    };
    const double paying = wins(true), sharing = wins(false);
    return {1, sharing != paying ? std::uint64_t{1} : 0, sharing > paying ? sharing - paying : paying - sharing,
            fmt::format(
                "with credits for a tenth of the time an agent gets {:.1f} % of it, sharing with three others {:.1f} %",
                paying, sharing)};
}

}  // namespace

std::vector<claim> claims_on_budgets() {
    const char* group = "budgets";
    return {
        {group,
         "hoarding_to_the_cap",
         "However long an account was idle, it spends its cap and what it is refilled with meanwhile, at most.",
         "a cap of 50,000, idle for 0 to 1,000 ms, then 20 debits in a millisecond; credits above",
         0,
         "credits",
         [](effort e) { return search_hoarding(e, 50'000); },
         {{"a cap ten times as high", [](effort e) { return search_hoarding(e, 500'000); }}}},
        {group,
         "accounts_for_their_first_balance",
         "With a fee of the cap, an account that is opened has nothing to spend.",
         "1 to 64 accounts of one tenant, a cap of 50,000",
         0,
         "credits",
         [](effort) { return search_first_balances(50'000); },
         {{"no fee", [](effort) { return search_first_balances(0); }}}},
        {group,
         "scaled_reports_under_a_pacer",
         "Under a pacer and a budget that binds, no scaling of all values brings more than 5 % of value.",
         "paced_market: 60,000 sales against rivals that don't react, values times .5, .8, 1.25, 2 and 8, budgets of "
         ".1, .3 and .6 of "
         "what truth would spend",
         5,
         "% of value",
         [](effort e) {
             return search_scaled_reports(e, {.1, .3, .6}, true);
         },
         {{"no pacer, the best constant factor",
           [](effort e) {
               return search_scaled_reports(e, {.1, .3, .6}, false);
           }}}},
        {group,
         "credits_that_are_left_over",
         "Where a budget doesn't bind and credits buy nothing else, bidding above one's value brings more.",
         "the same, a budget of 1.5 of what truth would spend",
         {},
         "% of value",
         [](effort e) { return search_scaled_reports(e, {1.5}, true); },
         {}},
        {group,
         "budgets_that_bind",
         "A budget that binds makes truth costly, where nobody paces it.",
         "the same sales, no pacer",
         {},
         "% of value",
         search_binding_budgets,
         {}},
        {group,
         "a_rival_one_tick_below",
         "A rival that bids just below a victim makes it pay more, and spends its budget.",
         "market with a ledger, the victim's share of quanta with the rival and without",
         {},
         "% of quanta",
         search_rival,
         {}},
        {group,
         "sharing_or_paying",
         "An agent chooses between sharing and paying whichever brings it more.",
         "market with a ledger and fair_share, three sharers of equal weight and one agent that shares or pays",
         {},
         "% of time",
         search_choice_of_paying,
         {}},
    };
}

}  // namespace maxwell::audit
