// SPDX-License-Identifier: MIT

#include "panels/tiers/tiers.hpp"

#include "panels/tiers/bid_streams.hpp"
#include "panels/tiers/tie_order.hpp"

#include <maxwell/auction/adaptive_tiers.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxwell::bench {
namespace {

/// What is compared: tiers, and what an auction of 1,000 agents with them takes.
struct tier_choice {
    std::string name;
    std::uint32_t count;
    std::size_t bytes;
    bool adaptive;
    std::array<crowd_figures, law_names.size()> by_law;
};

template <int M>
tier_choice choice(log_linear<M, price>) {
    using tiers = log_linear_tiers<M>;
    return {fmt::format("log_linear_tiers<{}>", M), tiers::count, sizeof(stratified_buckets<1000, tiers>), false, {}};
}
template <std::uint32_t Count, std::uint32_t Period>
tier_choice choice(adaptive_tiers<Count, Period>) {
    const std::string period = Period == 4 * Count ? "" : fmt::format(", {}", Period);
    return {fmt::format("adaptive_tiers<{}{}>", Count, period),
            Count,
            sizeof(stratified_buckets<1000, adaptive_tiers<Count, Period>>),
            true,
            {}};
}

template <class... Tiers>
std::vector<tier_choice> try_all(panel_context const& at) {
    std::vector<tier_choice> all;
    const auto one = [&]<class T>(T) {
        tier_choice c = choice(T{});
        at.progress(static_cast<double>(all.size()) / sizeof...(Tiers), c.name);
        all.push_back(std::move(c));
        for (std::size_t l = 0; l < law_names.size(); ++l) all.back().by_law[l] = settled_crowd<T>(static_cast<law>(l));
    };
    (one(Tiers{}), ...);
    return all;
}

/// Per cent, with as many places as there are digits to see.
std::string percent(double share) {
    const double p = 100 * share;
    return p == 0 ? "0" : fmt::format("{:.{}f}", p, p >= 10 ? 1 : p >= 0.1 ? 2 : p >= 0.001 ? 4 : 6);
}

template <class Figure>
panel_table table_of(std::vector<tier_choice> const& all, std::string title, std::string note, Figure figure) {
    panel_table t{std::move(title), {"tiers", "count", "bytes, N = 1,000"}, {}, std::move(note)};
    for (const std::string_view name : law_names) t.head.emplace_back(name);
    for (tier_choice const& c : all) {
        std::vector<std::string> row{c.name, std::to_string(c.count), std::to_string(c.bytes)};
        for (crowd_figures const& f : c.by_law) row.push_back(percent(figure(f)));
        t.rows.push_back(std::move(row));
    }
    return t;
}

panel_chart chart_of(std::vector<tier_choice> const& all) {
    panel_chart chart{"Welfare lost against memory", "bytes of an auction of 1,000", "loss, % of the best bid", {}};
    chart.logarithmic_y = true;
    for (const bool adaptive : {false, true}) {
        for (const law l : {law::lognormal, law::narrow, law::drifting}) {
            panel_line line{
                fmt::format("{}, {}", adaptive ? "adaptive" : "log-linear", law_names[static_cast<std::size_t>(l)]),
                {},
                {}};
            for (tier_choice const& c : all) {
                if (c.adaptive != adaptive) continue;
                line.x.push_back(static_cast<double>(c.bytes));
                line.y.push_back(100 * c.by_law[static_cast<std::size_t>(l)].loss);
            }
            chart.lines.push_back(std::move(line));
        }
    }
    return chart;
}

/// How fast boundaries follow: after every jump, by bids since, the mean of all jumps but the first ones.
panel_table after_a_jump() {
    constexpr int sample = 500;
    constexpr std::size_t samples = amounts_by_law::jump / (2 * sample);  // a quantum is two bids
    std::array<crowd_figures, samples> mean{};
    std::array<int, samples> times{};
    watch_crowd<adaptive_tiers<256>>(law::jumping, 80'000, sample, [&](std::uint64_t bids, crowd_figures const& f) {
        if (bids < 2 * amounts_by_law::jump) return;
        const std::size_t s = bids % amounts_by_law::jump / (2 * sample);
        mean[s].collisions += f.collisions;
        mean[s].loss += f.loss;
        ++times[s];
    });
    panel_table t{"adaptive_tiers<256> after the price has jumped",
                  {"bids since the jump, to", "collisions, %", "loss, %"},
                  {},
                  "The period is 1,024 departures; 1,000 bids made before the jump are still in when it comes."};
    for (std::size_t s = 0; s < samples; s += 2) {
        if (times[s] == 0) continue;
        t.rows.push_back({fmt::format("{}", (s + 1) * 2 * sample), percent(mean[s].collisions / times[s]),
                          percent(mean[s].loss / times[s])});
    }
    return t;
}

panel_table first_within_a_tier() {
    panel_table t{"Who is first within a tier",
                  {"order", "an outdated bid is worth keeping, % of cases", "at most, ticks",
                   "longest wait of 64 equal bidders in 100,000 quanta"},
                  {},
                  "Three agents, 16 prices, tiers of 4 ticks: agent 0 has a bid in, its value has changed, and it may "
                  "bid its value "
                  "or leave the old bid in. A random order is drawn anew with every bid and not seen; gains are means "
                  "over orders."};
    for (const bool random_order : {false, true}) {
        const keeping_figures k = keeping_an_outdated_bid(random_order);
        t.rows.push_back({random_order ? "random" : "FIFO",
                          percent(static_cast<double>(k.gains) / static_cast<double>(k.cases)),
                          fmt::format("{:.2f}", k.worst_gain),
                          std::to_string(longest_wait_among_equals(64, 100'000, random_order))});
    }
    return t;
}

}  // namespace

panel_result compare_boundaries(panel_context const& at) {
    const auto all =
        try_all<log_linear_tiers<2>, log_linear_tiers<4>, log_linear_tiers<5>, log_linear_tiers<6>, log_linear_tiers<7>,
                log_linear_tiers<8>, log_linear_tiers<10>, adaptive_tiers<16>, adaptive_tiers<64>, adaptive_tiers<256>,
                adaptive_tiers<512>, adaptive_tiers<1024>, adaptive_tiers<256, 256>, adaptive_tiers<256, 4096>>(at);
    panel_result found;
    found.tables = {
        table_of(all, "Collisions: pairs of live bids that lie in one tier, %", "",
                 [](crowd_figures const& f) { return f.collisions; }),
        table_of(all, "Loss: what winners offer less than the best bid, % of it", "",
                 [](crowd_figures const& f) { return f.loss; }),
        table_of(all, "Loss of the worst decision, % of the best bid", "",
                 [](crowd_figures const& f) { return f.worst_loss; }),
        after_a_jump(),
    };
    found.charts = {chart_of(all)};
    found.notes = {
        "1,000 agents; a quantum is a random agent's rebid, an extraction and the winner's rebid. Figures are of the "
        "second half of 60,000 quanta. No clock is in it: they are the same on every machine."};
    return found;
}

panel_result order_within_tiers(panel_context const&) {
    panel_result found;
    found.tables = {first_within_a_tier()};
    return found;
}

}  // namespace maxwell::bench
