// SPDX-License-Identifier: MIT

#include "panels/matrix/matrix.hpp"

#include "harness/results.hpp"
#include "panels/matrix/incentives.hpp"
#include "report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {
namespace {

/// What the headers state of a mechanism: orders of growth, and where its code is.
struct stated {
    std::string_view name;
    std::string_view amortised;  ///< of a quantum
    std::string_view worst;      ///< of any one operation
    std::string_view header;     ///< below include/maxwell/
};

constexpr std::array facts{
    stated{"stratified_buckets", "O(1)", "O(1)", "auction/stratified_buckets.hpp"},
    stated{"adaptive_buckets", "O(log M), M tiers", "O(log M)", "auction/adaptive_tiers.hpp"},
    stated{"tournament_tree", "O(log N)", "O(log N)", "auction/tournament_tree.hpp"},
    stated{"sampler_gumbel", "O(log N)", "O(k log N), k bids that the reserve has crossed", "auction/gumbel_rule.hpp"},
    stated{"sampler_choices16", "O(D)", "O(N), once for N bids that the reserve has crossed",
           "auction/choices_rule.hpp"},
    stated{"sampler_lottery", "O(log N)", "O(k log N), k bids that the reserve has crossed",
           "auction/lottery_rule.hpp"},
    stated{"lazy_heap", "O(1) while one agent stays, else O(log N)", "O(log N)", "auction/lazy_heap.hpp"},
};

/// What one chooses from.
using mechanisms = structure_list<stratified_buckets_entry, adaptive_buckets_entry, tournament_tree_entry,
                                  lazy_heap_entry, gumbel_entry, choices_entry, lottery_entry>;

stated const* stated_of(std::string_view name) {
    const auto found = std::find_if(facts.begin(), facts.end(), [&](stated const& s) { return s.name == name; });
    return found == facts.end() ? nullptr : &*found;
}

/// Lines with code in a header and in those of its own folder that it is made of; the concept is everybody's.
std::size_t lines_of_code(std::filesystem::path const& include, std::string const& header,
                          std::set<std::string>& seen) {
    if (header == "auction/concept.hpp" || !seen.insert(header).second) return 0;
    std::ifstream in(include / header);
    std::size_t lines = 0;
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find_first_not_of(" \t");
        if (first == std::string::npos || line.compare(first, 2, "//") == 0) continue;
        ++lines;
        constexpr std::string_view own = "#include <maxwell/auction/";
        if (!line.starts_with(own)) continue;
        constexpr std::size_t below = std::string_view("#include <maxwell/").size();
        lines += lines_of_code(include, line.substr(below, line.find('>') - below), seen);
    }
    return lines;
}

std::string cell(double value, int places) { return value < 0 ? "-" : fmt::format("{:.{}f}", value, places); }

/// A figure of the quantum workload, uniform amounts, for each N.
template <class Text>
std::vector<std::string> by_agents(results const& r, std::string_view name, std::string_view title, Text text) {
    std::vector<std::string> cells;
    for (const std::size_t n : agent_counts) {
        case_result const* c = r.find(title, name, distribution::uniform, n);
        cells.push_back(c == nullptr ? "-" : text(c->median));
    }
    return cells;
}

long worst_single_operation(results const& r, std::string_view name) {
    long worst = -1;
    for (worst_result const& w : r.worst) {
        if (w.spec.structure->name != name || !w.counted()) continue;
        worst = std::max({worst, w.greatest(w.costs.away), w.greatest(w.costs.across)});
    }
    return worst;
}

panel_table cost_table(results const& r, std::vector<mechanism> const& all) {
    panel_table t{"What a quantum costs: rebid, extract the best with its payment, re-enter it; uniform bids",
                  {"mechanism", "amortised", "worst case", "worst operation, instructions"},
                  {},
                  "Orders are those that the headers argue for; the worst operation is stepped at N = 10,000, the wrap "
                  "of arrival "
                  "numbers included."};
    for (const std::size_t n : agent_counts) t.head.push_back(fmt::format("mean ns, N = {}", n));
    for (mechanism const& m : all) {
        stated const* s = stated_of(m.what->name);
        const long worst = worst_single_operation(r, m.what->name);
        std::vector<std::string> row{std::string(m.what->name), s ? std::string(s->amortised) : "-",
                                     s ? std::string(s->worst) : "-", worst < 0 ? "-" : std::to_string(worst)};
        for (auto& text : by_agents(r, m.what->name, "quantum", [](outcome const& o) { return cell(o.mean_ns, 1); })) {
            row.push_back(std::move(text));
        }
        t.rows.push_back(std::move(row));
    }
    return t;
}

panel_table tail_table(results const& r, std::vector<mechanism> const& all) {
    panel_table t{"Tails of a quantum: p50 / p99 / p999 of single operations, ns, the timer's included",
                  {"mechanism"},
                  {},
                  fmt::format("The timer alone: {:.0f} ns.", r.where.clock.floor_ns())};
    for (const std::size_t n : agent_counts) t.head.push_back(fmt::format("N = {}", n));
    for (mechanism const& m : all) {
        std::vector<std::string> row{std::string(m.what->name)};
        for (auto& text : by_agents(r, m.what->name, "quantum", [](outcome const& o) {
                 return fmt::format("{:.0f} / {:.0f} / {:.0f}", o.p50_ns, o.p99_ns, o.p999_ns);
             })) {
            row.push_back(std::move(text));
        }
        t.rows.push_back(std::move(row));
    }
    return t;
}

panel_table size_table(results const& r, std::vector<mechanism> const& all) {
    panel_table t{
        "What it takes",
        {"mechanism", "bytes per agent", "fixed bytes", "instructions a quantum, N = 1,000",
         "cache misses of a cold quantum, N = 1,000", "a price broadcast, ns at N = 10 / 10,000", "lines of code"},
        {},
        "Lines without blanks and comments, of the header and of those in its folder that it is made of."};
    for (mechanism const& m : all) {
        stated const* s = stated_of(m.what->name);
        const auto memory = r.memory_of(m.what->name);
        const auto warm =
            by_agents(r, m.what->name, "quantum", [](outcome const& o) { return cell(o.instructions, 0); });
        const auto cold =
            by_agents(r, m.what->name, "quantum@cold", [](outcome const& o) { return cell(o.l1_misses, 0); });
        const auto news =
            by_agents(r, m.what->name, "update_price", [](outcome const& o) { return cell(o.mean_ns, 1); });
        std::set<std::string> seen;
        const std::size_t lines =
            s == nullptr ? 0 : lines_of_code(source_folder() / "include/maxwell", std::string(s->header), seen);
        t.rows.push_back({std::string(m.what->name), memory ? cell(memory->bytes_per_agent, 1) : "-",
                          memory ? cell(memory->fixed_bytes, 0) : "-", warm[2], cold[2],
                          fmt::format("{} / {}", news.front(), news.back()), lines == 0 ? "-" : std::to_string(lines)});
    }
    return t;
}

panel_table worth_table(std::vector<mechanism> const& all) {
    panel_table t{
        "What its decisions are worth",
        {"mechanism", "fidelity", "welfare, uniform", "welfare, lognormal", "truthful cases", "worst regret, ticks",
         "wins as 1 / as 16 identities", "gain as 1 / as 16, ticks", "thermal-aware"},
        {},
        "Welfare: the winners' amounts over the best ones, N = 1,000, a temperature of 1 %. Truthful: cases without a "
        "profitable deviation, all markets of 4 agents and 8 ticks; samplers: 3 agents, 6 ticks, each of 8 draws. "
        "Identities: an agent of the top tenth among 15 others, a temperature of 10 %. Thermal-aware: what a price of "
        "heat can do; lanes are classes of agents by their watts, and scores of samplers don't compare across them."};
    for (mechanism const& m : all) {
        const std::string_view fidelity = m.what->order == fidelity::exact  ? "exact"
                                          : m.what->order == fidelity::tier ? "tier"
                                                                            : "sampled";
        auto const& s = m.split_with_stakes;
        t.rows.push_back(
            {std::string(m.what->name), std::string(fidelity), cell(m.welfare_uniform, 4), cell(m.welfare_lognormal, 4),
             fmt::format("{:.2f} %", 100 * m.truth.truthful_share()),
             cell(static_cast<double>(m.truth.worst_regret) / 4, 2),
             fmt::format("{:.3f} / {:.3f}{}", m.alone.wins, m.split.wins,
                         s ? fmt::format(", shared stake {:.3f}", s->wins) : ""),
             fmt::format("{:.0f} / {:.0f}{}", m.alone.gain, m.split.gain, s ? fmt::format(", {:.0f}", s->gain) : ""),
             m.what->order == fidelity::sampled ? "a reserve"
                                                : "a reserve, and a price and a power cap for each lane"});
    }
    return t;
}

}  // namespace

panel_result compare_mechanisms(panel_context const& at) {
    results const& r = at.cases;
    const std::vector<mechanism> all = examine_all(mechanisms{}, at);
    panel_result found;
    found.tables = {cost_table(r, all), tail_table(r, all), size_table(r, all), worth_table(all)};
    return found;
}

}  // namespace maxwell::bench
