// SPDX-License-Identifier: MIT
//
// The answer: what fits on a terminal's page. Everything else stands on the page in the browser, or in --verbose.

#include "report/report.hpp"
#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

/// Half the distance between the fastest and the slowest repetition, as a share of the median.
double spread(case_result const& c) {
    double least = c.median.mean_ns;
    double most = least;
    for (outcome const& o : c.repetitions) {
        least = std::min(least, o.mean_ns);
        most = std::max(most, o.mean_ns);
    }
    return (most - least) / 2 / c.median.mean_ns;
}

case_result const* quantum_of(results const& r, structure_info const* s, std::size_t agents) {
    return r.find("quantum", s->name, distribution::uniform, agents);
}

/// Maxwell's structures in the order of the list, then the others as far as they are among the four fastest at N = 1,000.
std::vector<structure_info const*> rows_of(results const& r) {
    std::vector<case_result const*> peers;
    std::vector<structure_info const*> rows;
    for (case_result const& c : r.cases) {
        if (&c != quantum_of(r, c.spec.structure, 1000)) continue;
        if (c.spec.structure->from == origin::maxwell) rows.push_back(c.spec.structure);
        if (r.is_peer(*c.spec.structure)) peers.push_back(&c);
    }
    std::sort(peers.begin(), peers.end(), [](auto a, auto b) { return a->median.mean_ns < b->median.mean_ns; });
    for (std::size_t i = 0; i < std::min<std::size_t>(4, peers.size()); ++i) rows.push_back(peers[i]->spec.structure);
    return rows;
}

void print_quantum(results const& r, std::FILE* out) {
    const auto rows = rows_of(r);
    if (rows.empty()) return;
    fmt::print(
        out,
        "\nA quantum: replace a bid, extract the best with its payment, insert it again. Uniform amounts, mean ns\n");
    fmt::print(out, "  {:<20} {:<8}", "", "order");
    for (const std::size_t n : agent_counts) fmt::print(out, " {:>16}", fmt::format("N = {}", n));
    fmt::print(out, "   times the best exact peer's speed at N = 1,000\n");
    for (structure_info const* s : rows) {
        fmt::print(out, "  {:<20} {:<8}", s->name, order_name(s->order));
        for (const std::size_t n : agent_counts) {
            case_result const* c = quantum_of(r, s, n);
            const std::string text =
                c == nullptr ? "-" : fmt::format("{} +-{:2.0f} %", short_ns(c->median.mean_ns), spread(*c) * 100);
            fmt::print(out, " {:>16}", text);
        }
        case_result const* best = r.best_peer("quantum", distribution::uniform, 1000, is_third_party_exact);
        case_result const* own = quantum_of(r, s, 1000);
        if (best != nullptr && own != nullptr) fmt::print(out, "   {:.2f}", best->median.mean_ns / own->median.mean_ns);
        fmt::print(out, "\n");
    }
}

void print_goals(results const& r, std::FILE* out) {
    constexpr std::size_t shown = 24;
    std::size_t met = 0;
    std::vector<judged_goal> missed;
    for (judged_goal const& g : judge_all(r)) {
        met += g.outcome == verdict::met ? 1 : 0;
        if (g.outcome == verdict::missed) missed.push_back(g);
    }
    fmt::print(out, "\nGoals: {} met, {} missed{}\n", met, missed.size(), missed.empty() ? "" : ":");
    for (std::size_t i = 0; i < std::min(shown, missed.size()); ++i) {
        fmt::print(out, "  {}: {}: {}\n", missed[i].subject, missed[i].text, missed[i].figures);
    }
    if (missed.size() > shown) fmt::print(out, "  and {} more\n", missed.size() - shown);
}

}  // namespace

void print_answer(results const& r, std::FILE* out) {
    fmt::print(out, "{}, load {} before and {} after, medians of {} repetitions\n", r.where.cpu, r.where.load_before,
               r.where.load_after, r.where.repetitions);
    if (!r.where.disturbances.empty()) fmt::print(out, "What disturbs this measurement:\n");
    for (std::string const& one : r.where.disturbances) fmt::print(out, "  {}\n", one);
    print_quantum(r, out);
    print_goals(r, out);
    fmt::print(out, "\nEverything else is on the page; --verbose prints it here.\n");
}

}  // namespace maxwell::bench
