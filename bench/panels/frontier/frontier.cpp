// SPDX-License-Identifier: MIT
//
// What precision and randomness cost in welfare, and what they save in time: both measured in the loop of `quantum`.
//
//     welfare lost   1 - (winners' amounts) / (highest amounts), summed over the quanta of one long run with 1,000 agents
//     nanoseconds    the timed loop of the workload `quantum`, the same that the tables have; all points in turn, nine times
//
// The frontier joins the points that no other point beats in both. Everything else is dominated: some mechanism loses no more
// welfare and takes no more time.

#include "panels/frontier/frontier.hpp"

#include "cases/cases.hpp"
#include "harness/subject.hpp"

#include <maxwell/auction/choices_rule.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>
#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tiers.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr std::size_t agents = 1000;
constexpr std::size_t steps_of_a_sample = 2000;
constexpr std::size_t samples = 9;

/// One mechanism with one setting.
struct contender {
    std::string name;
    bool own;
    std::unique_ptr<subject> market;
    feed bids{distribution::uniform, agents, agents};
    double lost = 0;              ///< share of the best amounts
    std::vector<double> ns = {};  ///< of each sample

    double median_ns() const {
        std::vector<double> sorted = ns;
        std::sort(sorted.begin(), sorted.end());
        return sorted[sorted.size() / 2];
    }
    double spread() const {
        const auto [least, most] = std::minmax_element(ns.begin(), ns.end());
        return (*most - *least) / 2 / median_ns();
    }
};

template <class A>
contender custom(std::string name) {
    return {.name = std::move(name), .own = true, .market = make_subject<A, workload_list<quantum_workload>>(agents)};
}

/// `temperature` as a share of the highest amount.
contender gumbel(std::string name, double temperature) {
    using sampler = probabilistic_sampler<agents>;
    contender c = custom<sampler>(std::move(name));
    static_cast<sampler*>(c.market->structure())->temperature(static_cast<price>(temperature * 0xFFFF'FFFFu));
    return c;
}

std::vector<contender> all_contenders() {
    std::vector<contender> all;
    for (case_spec const& spec : all_cases(false)) {
        if (spec.title() != "quantum" || spec.amounts != distribution::uniform || spec.agents != agents) continue;
        structure_info const& s = *spec.structure;
        const bool is_sampler = s.from == origin::maxwell && s.order == fidelity::sampled;
        if (s.from == origin::harness || s.from == origin::variant || s.linear || is_sampler) continue;
        all.push_back({.name = std::string(s.name), .own = s.from == origin::maxwell, .market = spec.make(agents)});
    }
    all.push_back(custom<stratified_buckets<agents, log_linear_tiers<5>>>("buckets, 3 %"));
    all.push_back(custom<stratified_buckets<agents, log_linear_tiers<3>>>("buckets, 12 %"));
    all.push_back(custom<stratified_buckets<agents, linear_tiers<0, 1u << 26, 64>>>("buckets, 64 equal steps"));
    all.push_back(custom<probabilistic_sampler<agents, choices_rule<2>>>("choices, D = 2"));
    all.push_back(custom<probabilistic_sampler<agents, choices_rule<4>>>("choices, D = 4"));
    all.push_back(custom<probabilistic_sampler<agents, choices_rule<16>>>("choices, D = 16"));
    all.push_back(custom<probabilistic_sampler<agents, lottery_rule>>("lottery"));
    all.push_back(gumbel("gumbel, 1 %", .01));  // prices of more than 128 temperatures are one
    all.push_back(gumbel("gumbel, 2.5 %", .025));
    all.push_back(gumbel("gumbel, 5 %", .05));
    return all;
}

/// Plays the workload's quantum through the structure's interface, beside a table of all live amounts.
void measure_welfare(contender& c, std::size_t quanta) {
    std::vector<price> live(agents, 0);
    const auto bid_again = [&](bid b) {
        c.market->insert(b);
        live[slot_of(b.agent)] = b.amount;
    };
    bid_stream fill = c.bids.open();
    for (std::size_t i = 0; i < agents; ++i) bid_again({fill.next_agent(), fill.amount(), 1});
    c.bids.close(fill);
    double won = 0;
    double best = 0;
    const std::size_t settle = 3 * agents;  // newcomers of gumbel_rule wait for an epoch
    for (std::size_t q = 0; q < settle + quanta; ++q) {
        bid_stream s = c.bids.open();
        bid_again({s.any_agent(), s.amount(), 1});
        if (const std::optional<award> winner = c.market->extract_max()) {
            if (q >= settle) {
                won += winner->winner.amount;
                best += *std::max_element(live.begin(), live.end());
            }
            bid_again({winner->winner.agent, s.amount(), 1});
        }
        c.bids.close(s);
    }
    c.lost = 1 - won / best;
}

/// A sample that the kernel interrupted is taken again, some times.
void time_one_sample(contender& c, clock_facts const& clock) {
    const subject::loops loops = c.market->loops_of(workload::quantum);
    loops.run(c.market->structure(), c.bids, steps_of_a_sample);  // the others have used the caches since
    std::uint64_t least = ~std::uint64_t{0};
    for (int attempt = 0; attempt < 20; ++attempt) {
        const long before = interruptions();
        const std::uint64_t begin = ticks_begin();
        loops.run(c.market->structure(), c.bids, steps_of_a_sample);
        least = std::min(least, ticks_end() - begin);
        if (interruptions() == before) break;
    }
    c.ns.push_back(clock.ns(least - std::min(least, clock.floor_ticks)) / steps_of_a_sample);
}

/// Those that no other beats in both, from the least welfare lost on.
std::vector<contender const*> frontier_of(std::vector<contender> const& all) {
    std::vector<contender const*> sorted;
    for (contender const& c : all) sorted.push_back(&c);
    std::sort(sorted.begin(), sorted.end(), [](contender const* a, contender const* b) {
        return a->lost != b->lost ? a->lost < b->lost : a->median_ns() < b->median_ns();
    });
    std::vector<contender const*> front;
    for (contender const* c : sorted) {
        if (front.empty() || c->median_ns() < front.back()->median_ns()) front.push_back(c);
    }
    return front;
}

}  // namespace

panel_result draw_frontier(panel_context const& at) {
    const std::size_t quanta = at.full ? 100'000 : 10'000;
    std::vector<contender> all = all_contenders();
    for (std::size_t i = 0; i < all.size(); ++i) {
        measure_welfare(all[i], quanta);
        at.progress(.8 * static_cast<double>(i + 1) / static_cast<double>(all.size()), all[i].name);
    }
    for (std::size_t i = 0; i < samples; ++i) {
        for (contender& c : all) time_one_sample(c, at.clock);
        at.progress(.8 + .2 * static_cast<double>(i + 1) / samples, "timing");
    }

    const std::vector<contender const*> front = frontier_of(all);
    panel_chart chart{"Nanoseconds a quantum against welfare lost, N = 1,000",
                      "welfare lost, %",
                      "ns a quantum",
                      {},
                      true,
                      true,
                      true};
    panel_table table{"Every point",
                      {"mechanism", "welfare lost, %", "ns a quantum", "spread, ± %", "on the frontier"},
                      {},
                      "Uniform amounts. A width is that of a tier; a temperature is a share of the highest amount."};
    panel_line ours{"this library", {}, {}, {}};
    panel_line peers{"peers", {}, {}, {}};
    panel_line line{"frontier", {}, {}, {}};
    for (contender const& c : all) {
        panel_line& group = c.own ? ours : peers;
        group.x.push_back(100 * c.lost);
        group.y.push_back(c.median_ns());
        group.labels.push_back(c.name);
        const bool on_it = std::find(front.begin(), front.end(), &c) != front.end();
        table.rows.push_back({c.name, fmt::format("{:.4f}", 100 * c.lost), fmt::format("{:.1f}", c.median_ns()),
                              fmt::format("{:.0f}", 100 * c.spread()), on_it ? "yes" : ""});
    }
    for (contender const* c : front) {
        line.x.push_back(100 * c->lost);
        line.y.push_back(c->median_ns());
    }
    chart.lines = {std::move(ours), std::move(peers), std::move(line)};
    panel_result found;
    found.charts.push_back(std::move(chart));
    found.tables.push_back(std::move(table));
    found.notes.push_back(fmt::format(
        "Welfare: {} quanta after {} to settle, in the loop that is timed. Time: {} samples of {} quanta, all "
        "mechanisms in turn.",
        quanta, 3 * agents, samples, steps_of_a_sample));
    return found;
}

}  // namespace maxwell::bench
