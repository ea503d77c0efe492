// SPDX-License-Identifier: MIT
//
// extract_units against the optimum, which is a knapsack, and against the clock; extract_vickrey against extract_top.
//
// A market: N agents that want between one unit and a certain part of the supply each, all or nothing, at uniform or lognormal
// prices per unit.

#include "panels/clearing/clearing.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/lazy_heap.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/sim/baselines/vcg.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr std::uint32_t supply = 1000;

enum class prices { uniform, lognormal };

struct market_kind {
    prices which;
    std::size_t agents;
    std::uint32_t most_units;  ///< that an agent wants
};

std::vector<bid> draw_market(market_kind kind, std::mt19937_64& random) {
    std::lognormal_distribution<double> lognormal(std::log(1e6), 1.0);
    std::vector<bid> market;
    for (std::size_t slot = 0; slot < kind.agents; ++slot) {
        const price amount = kind.which == prices::uniform
                                 ? static_cast<price>(1 + random() % 2'000'000)
                                 : static_cast<price>(std::clamp(lognormal(random), 1.0, 4e9));
        market.push_back({slot, amount, static_cast<std::uint32_t>(1 + random() % kind.most_units)});
    }
    return market;
}

struct sold {
    double value = 0;
    double units = 0;
    double price_spread = 0;  ///< the highest payment over the lowest
};

template <class A>
sold sell(std::vector<bid> const& market, misfit rule) {
    const auto a = std::make_unique<A>();
    for (bid const& b : market) a->insert(b);
    std::vector<award> out(market.size());
    const std::size_t winners = extract_units(*a, supply, view<award>(out), rule);
    sold s;
    price low = 0xFFFF'FFFFu;
    price high = 0;
    for (award const& won : view<award>(out).first(winners)) {
        s.value += static_cast<double>(won.winner.amount) * won.winner.units;
        s.units += won.winner.units;
        low = std::min(low, won.payment);
        high = std::max(high, won.payment);
    }
    s.price_spread = low > 0 && winners > 0 ? static_cast<double>(high) / low : 0;
    return s;
}

/// The same market with one more bid: it wants all units but one, and offers as much per unit as the best of the others.
std::vector<bid> with_blocker(std::vector<bid> market) {
    price best = 0;
    for (bid const& b : market) best = std::max(best, b.amount);
    market.push_back({market.size(), best, supply - 1});
    return market;
}

/// Mean and worst of what `rule` makes of `markets` random markets.
template <class A>
std::vector<std::string> welfare_row(std::string name, market_kind kind, misfit rule, int markets) {
    std::mt19937_64 random(3);
    double mean = 0;
    double worst = 1;
    double units = 0;
    double units_blocked = 0;
    double spread = 0;
    for (int n = 0; n < markets; ++n) {
        const std::vector<bid> market = draw_market(kind, random);
        const auto best = static_cast<double>(sim::baselines::best_choice(market, supply, market.size()).value);
        const sold s = sell<A>(market, rule);
        mean += s.value / best / markets;
        worst = std::min(worst, s.value / best);
        units += s.units / markets;
        units_blocked += sell<A>(with_blocker(market), rule).units / markets;
        spread += s.price_spread / markets;
    }
    return {std::move(name),
            fmt::format("{:.3f}", mean),
            fmt::format("{:.3f}", worst),
            fmt::format("{:.0f}", units),
            fmt::format("{:.0f}", units_blocked),
            fmt::format("{:.2f}", spread)};
}

panel_table welfare_table(market_kind kind, int markets) {
    using tree = tournament_tree<128>;
    using buckets = stratified_buckets<128>;
    return {fmt::format("Welfare: {} bids at {} prices for 1 to {} units each", kind.agents,
                        kind.which == prices::uniform ? "uniform" : "lognormal", kind.most_units),
            {"rule", "value / optimum", "worst market", "units sold", "with a blocker", "highest price / lowest"},
            {welfare_row<tree>("skip, exact", kind, misfit::skip, markets),
             welfare_row<buckets>("skip, tiers", kind, misfit::skip, markets),
             welfare_row<tree>("stop, exact", kind, misfit::stop, markets),
             welfare_row<buckets>("stop, tiers", kind, misfit::stop, markets)},
            fmt::format(
                "Means of {} markets with {} units. The optimum is a knapsack. A blocker wants all units but one, at "
                "the best price: it never wins and never pays.",
                markets, supply)};
}

/// Microseconds of a sale: the median over fresh markets.
template <template <std::size_t> class Container, std::size_t Agents>
double sale_us(misfit rule, std::uint32_t most_units, int sales) {
    std::mt19937_64 random(5);
    const auto a = std::make_unique<Container<Agents>>();
    std::vector<award> out(Agents);
    std::vector<double> us;
    for (int n = 0; n < sales; ++n) {
        a->clear();
        for (bid const& b : draw_market({prices::uniform, Agents, most_units}, random)) a->insert(b);
        const auto begin = std::chrono::steady_clock::now();
        extract_units(*a, supply, view<award>(out), rule);
        us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(us.begin(), us.begin() + sales / 2, us.end());
    return us[static_cast<std::size_t>(sales / 2)];
}

constexpr std::string_view rule_name(misfit rule) { return rule == misfit::skip ? "skip" : "stop"; }

template <template <std::size_t> class Container>
void time_rows(std::string_view name, int sales, panel_table& table, std::vector<judged_goal>& goals) {
    for (const misfit rule : {misfit::skip, misfit::stop}) {
        const double thousand = sale_us<Container, 1000>(rule, supply / 5, sales);
        const std::vector<double> us{
            sale_us<Container, 10>(rule, supply / 5, sales), sale_us<Container, 100>(rule, supply / 5, sales), thousand,
            sale_us<Container, 1000>(rule, 1, sales), sale_us<Container, 1000>(rule, 2, sales)};
        std::vector<std::string> row{fmt::format("{}, {}", name, rule_name(rule))};
        for (const double t : us) row.push_back(fmt::format("{:.2f}", t));
        table.rows.push_back(std::move(row));
        goals.push_back({std::string(name),
                         fmt::format("a sale of units, {}, N = 1,000: at most 100 us", rule_name(rule)),
                         fmt::format("{:.1f} us", thousand), thousand <= 100 ? verdict::met : verdict::missed});
    }
}

/// Nanoseconds of `sell(market)` for 16 of 1,000 agents that want one unit each: the median over sales, winners bid again between.
template <class A, class Sell>
double items_ns(int sales, Sell sell) {
    std::mt19937_64 random(7);
    const auto a = std::make_unique<A>();
    std::vector<double> ns;
    for (int n = 0; n < sales; ++n) {
        for (std::uint32_t slot = 0; slot < A::capacity(); ++slot) {
            if (!a->find(slot)) a->insert({slot, static_cast<price>(random() % 2'000'000), 1});
        }
        const auto begin = std::chrono::steady_clock::now();
        sell(*a);
        ns.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
    }
    std::nth_element(ns.begin(), ns.begin() + sales / 2, ns.end());
    return ns[static_cast<std::size_t>(sales / 2)];
}

template <class A>
void items_row(std::string_view name, int sales, panel_table& table, std::vector<judged_goal>& goals) {
    constexpr std::size_t items = 16;
    award out[items + 1];
    grant grants[items + 1];
    const double top = items_ns<A>(sales, [&](A& a) { extract_top(a, view<award>(out, items)); });
    const double vickrey =
        items_ns<A>(sales, [&](A& a) { extract_vickrey(a, items, view<award>(out), view<grant>(grants)); });
    table.rows.push_back({std::string(name), fmt::format("{:.0f}", top), fmt::format("{:.0f}", vickrey),
                          fmt::format("{:.2f}", vickrey / top)});
    goals.push_back({std::string(name), "extract_vickrey, 16 items: at most 2 x extract_top",
                     fmt::format("{:.2f} x", vickrey / top), vickrey <= 2 * top ? verdict::met : verdict::missed});
}

// Templates of a capacity alone.
template <std::size_t Capacity>
using buckets_of = stratified_buckets<Capacity>;
template <std::size_t Capacity>
using tree_of = tournament_tree<Capacity>;
template <std::size_t Capacity>
using heap_of = lazy_heap<Capacity>;

}  // namespace

panel_result sell_units(panel_context const& at) {
    const int markets = at.full ? 2000 : 200;
    const int sales = at.full ? 2000 : 200;
    panel_result found;
    found.tables = {welfare_table({prices::uniform, 100, supply / 5}, markets),
                    welfare_table({prices::lognormal, 100, supply / 5}, markets),
                    welfare_table({prices::uniform, 20, supply / 2}, markets)};
    at.progress(0.5, "welfare");
    panel_table times{
        "A sale, in microseconds",
        {"container and rule", "N = 10", "N = 100", "N = 1,000", "1,000, one unit each", "1,000, one or two"},
        {},
        "The median of fresh markets of uniform prices for 1 to 200 units, all bids considered; the last two with "
        "many winners."};
    time_rows<buckets_of>("stratified_buckets", sales, times, found.goals);
    time_rows<tree_of>("tournament_tree", sales, times, found.goals);
    time_rows<heap_of>("lazy_heap", sales, times, found.goals);
    found.tables.push_back(times);
    panel_table items{"16 items of unit demand among 1,000 agents, in nanoseconds",
                      {"container", "extract_top", "extract_vickrey", "ratio"},
                      {},
                      "The median of sales, the winners having bid again before each."};
    items_row<stratified_buckets<1000>>("stratified_buckets", sales, items, found.goals);
    items_row<tournament_tree<1000>>("tournament_tree", sales, items, found.goals);
    items_row<lazy_heap<1000>>("lazy_heap", sales, items, found.goals);
    found.tables.push_back(items);
    return found;
}

}  // namespace maxwell::bench
