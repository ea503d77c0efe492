// SPDX-License-Identifier: MIT
//
// Every table on the terminal: what --verbose and filtered runs print.

#include "report/report.hpp"
#include "report/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::bench {
namespace {

/// Structures in the order of the list, as far as any case of `title` and `amounts` was timed.
std::vector<structure_info const*> structures_in(results const& r, std::string const& title, distribution amounts) {
    std::vector<structure_info const*> found;
    for (case_result const& c : r.cases) {
        if (!c.timed() || c.spec.amounts != amounts || c.spec.title() != title) continue;
        if (c.spec.structure->from == origin::variant) continue;  // in tables of their own
        if (std::find(found.begin(), found.end(), c.spec.structure) == found.end()) found.push_back(c.spec.structure);
    }
    return found;
}

std::vector<std::string> titles_in(results const& r) {
    std::vector<std::string> found;
    for (case_result const& c : r.cases) {
        if (c.timed() && std::find(found.begin(), found.end(), c.spec.title()) == found.end()) {
            found.push_back(c.spec.title());
        }
    }
    return found;
}

/// p999 of fewer than 1,000 operations would be their maximum.
std::string tails(outcome const& o) {
    return fmt::format("{}/{}/{}", tail_ns(o.p50_ns), o.samples < 100 ? "-" : tail_ns(o.p99_ns),
                       o.samples < 1000 ? "-" : tail_ns(o.p999_ns));
}

void print_table(results const& r, std::string const& title, distribution amounts, std::FILE* out) {
    const auto rows = structures_in(r, title, amounts);
    if (rows.empty()) return;
    fmt::print(out, "\n{}, {} amounts: mean ns, p50/p99/p999 ns of single operations\n", title, name_of(amounts));
    fmt::print(out, "  {:<20}", "");
    for (const std::size_t n : agent_counts) fmt::print(out, " | {:^26}", fmt::format("N = {}", n));
    fmt::print(out, "\n");
    for (structure_info const* s : rows) {
        fmt::print(out, "  {:<20}", s->name);
        for (const std::size_t n : agent_counts) {
            case_result const* c = r.find(title, s->name, amounts, n);
            fmt::print(out, " | {:>7} {:<18}", c != nullptr ? short_ns(c->median.mean_ns) : "-",
                       c != nullptr ? tails(c->median) : "");
        }
        fmt::print(out, "\n");
    }
    for (structure_info const* s : rows) {
        if (s->from != origin::maxwell) continue;
        const auto ratios = [&](std::string_view against, auto admits) {
            std::string line;
            for (const std::size_t n : agent_counts) {
                case_result const* own = r.find(title, s->name, amounts, n);
                case_result const* peer = r.best_peer(title, amounts, n, admits);
                std::string cell = "-";
                if (own != nullptr && peer != nullptr) {
                    cell = fmt::format("{:>6.2f}x {}", peer->median.mean_ns / own->median.mean_ns,
                                       peer->spec.structure->name);
                }
                line += fmt::format(" | {:<26}", cell);
            }
            fmt::print(out, "  {:<20}{}\n", against, line);
        };
        fmt::print(out, "  {} against\n", s->name);
        ratios("  best third-party", is_third_party_exact);
        ratios("  best equal fidelity", [&](structure_info const& other) { return other.order == s->order; });
    }
}

void print_counts(results const& r, std::FILE* out) {
    bool any = false;
    for (std::string const& title : titles_in(r)) {
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            const auto amounts = static_cast<distribution>(d);
            bool header = false;
            for (structure_info const* s : structures_in(r, title, amounts)) {
                std::string line;
                bool counted = false;
                for (const std::size_t n : agent_counts) {
                    case_result const* c = r.find(title, s->name, amounts, n);
                    const bool has = c != nullptr && c->median.instructions >= 0;
                    counted = counted || has;
                    line +=
                        fmt::format(" | {:<26}", !has ? "-"
                                                      : fmt::format("{:>7.0f} {:.1f}/{:.1f}", c->median.instructions,
                                                                    c->median.l1_misses, c->median.last_level_misses));
                }
                if (!counted) continue;
                if (!header) {
                    fmt::print(out, "\n{}, {} amounts: instructions, L1/last-level misses per operation\n", title,
                               name_of(amounts));
                }
                header = any = true;
                fmt::print(out, "  {:<20}{}\n", s->name, line);
            }
        }
    }
    if (any) fmt::print(out, "{}\n", r.where.counts_from);
}

/// One line of the tables of variants.
void print_variant(results const& r, std::string_view name, std::string_view label, std::size_t n, std::FILE* out) {
    case_result const* c = r.find("quantum", name, distribution::uniform, n);
    if (c == nullptr) return;
    fmt::print(out, "  {:<42} {:>8} {:>14} {:>12}\n", label, short_ns(c->median.mean_ns), tails(c->median),
               c->median.instructions < 0 ? "-" : fmt::format("{:.0f}", c->median.instructions));
}

void print_variant_header(std::string_view title, std::FILE* out) {
    fmt::print(out, "\n{}\n  {:<42} {:>8} {:>14} {:>12}\n", title, "", "mean ns", "p50/p99/p999", "instructions");
}

void print_variants(results const& r, std::FILE* out) {
    bool groups = false;
    bool keys = false;
    for (case_result const& c : r.cases) {
        if (!c.timed() || c.spec.structure->from != origin::variant) continue;
        const bool of_keys = c.spec.structure->keeps_generations;
        groups = groups || of_keys;
        keys = keys || !of_keys;
    }
    if (groups) {
        print_variant_header("What a hierarchy costs: quantum, uniform amounts, N = 1,000, tournament_tree in K groups",
                             out);
        for (case_result const& c : r.cases) {
            if (c.spec.structure->from != origin::variant || !c.spec.structure->name.starts_with("tournament_tree_g")) {
                continue;
            }
            print_variant(
                r, c.spec.structure->name,
                fmt::format("K = {}", c.spec.structure->name.substr(std::string_view("tournament_tree_g").size())),
                c.spec.agents, out);
        }
        print_variant_header(
            "The textbook's hierarchy, O(sqrt N): sqrt(N) groups of sqrt(N), all scanned, against a tree", out);
        for (const std::size_t n : agent_counts) {
            const double root = std::sqrt(static_cast<double>(n));
            print_variant(r, "two_level_scan", fmt::format("two_level_scan, N = {}, sqrt(N) = {:.0f}", n, root), n,
                          out);
            print_variant(r, "tournament_tree",
                          fmt::format("tournament_tree, N = {}, log2(N) = {:.0f}", n, std::log2(n)), n, out);
        }
    }
    if (keys) {
        print_variant_header("What arrival order and generations cost: quantum, uniform amounts", out);
        for (const std::size_t n : agent_counts) {
            print_variant(r, "bare_winner_tree", fmt::format("N = {}: price and slot alone", n), n, out);
            print_variant(r, "fifo_winner_tree", fmt::format("N = {}: with arrival order", n), n, out);
            print_variant(r, "tournament_tree", fmt::format("N = {}: with generations, complete", n), n, out);
        }
    }
}

void print_worst(results const& r, std::FILE* out) {
    if (r.worst.empty()) return;
    fmt::print(out, "\nThe most expensive single operation at N = 10,000, instructions without any harness\n");
    fmt::print(out, "  {:<32} | {:<18} | {:<26} | {}\n", "", "usually", "where arrival numbers wrap", "ratio");
    for (worst_result const& w : r.worst) {
        const std::string label = fmt::format("{}, {}", w.spec.structure->name, name_of(w.spec.amounts));
        if (!w.counted()) {
            fmt::print(out, "  {:<32} | not counted: this system lets no process step another\n", label);
            continue;
        }
        fmt::print(out, "  {:<32} | {:<18} | {:<26} | {:.2f}\n", label, worst_text(w.costs.away),
                   worst_text(w.costs.across), w.ratio());
    }
}

void print_structures(results const& r, std::FILE* out) {
    if (r.cases.empty()) return;
    fmt::print(out, "\n{:<22} {:<11} {:<7} {:<5} {:<11} {:<9} {:>8} {:>9}\n", "structure", "from", "order", "FIFO",
               "generations", "payment", "B/agent", "fixed B");
    std::vector<structure_info const*> seen;
    for (case_result const& c : r.cases) {
        structure_info const* s = c.spec.structure;
        if (s->from == origin::harness || s->from == origin::variant ||
            std::find(seen.begin(), seen.end(), s) != seen.end())
            continue;
        seen.push_back(s);
        const auto memory = r.memory_of(s->name);
        fmt::print(out, "{:<22} {:<11} {:<7} {:<5} {:<11} {:<9} {:>8} {:>9}{}\n", s->name,
                   s->from == origin::maxwell       ? "maxwell"
                   : s->from == origin::third_party ? "third party"
                                                    : "own peer",
                   order_name(s->order), s->keeps_fifo ? "yes" : "no", s->keeps_generations ? "yes" : "no",
                   payment_name(*s), memory ? fmt::format("{:.1f}", memory->bytes_per_agent) : "-",
                   memory ? fmt::format("{:.0f}", memory->fixed_bytes) : "-",
                   c.failed ? "   FAILED the differential test, not timed" : "");
    }
}

/// Columns as wide as their widest cell: the first to the left, figures to the right.
void print_panel(panel_outcome const& p, std::FILE* out) {
    fmt::print(out, "\n{} ({})\n", p.what.about, p.what.name);
    for (panel_table const& t : p.found.tables) {
        std::vector<std::size_t> width(t.head.size(), 0);
        const auto widen = [&](std::vector<std::string> const& cells) {
            for (std::size_t i = 0; i < std::min(cells.size(), width.size()); ++i) {
                width[i] = std::max(width[i], cells[i].size());
            }
        };
        const auto print = [&](std::vector<std::string> const& cells) {
            for (std::size_t i = 0; i < std::min(cells.size(), width.size()); ++i) {
                if (i == 0) {
                    fmt::print(out, "  {:<{}}", cells[i], width[i]);
                } else {
                    fmt::print(out, "  {:>{}}", cells[i], width[i]);
                }
            }
            fmt::print(out, "\n");
        };
        widen(t.head);
        for (auto const& row : t.rows) widen(row);
        fmt::print(out, "\n  {}\n", t.title);
        print(t.head);
        for (auto const& row : t.rows) print(row);
        if (!t.note.empty()) fmt::print(out, "  {}\n", t.note);
    }
    for (std::string const& note : p.found.notes) fmt::print(out, "  {}\n", note);
}

}  // namespace

void print_tables(results const& r, std::FILE* out) {
    for (std::string const& title : titles_in(r)) {
        for (std::size_t d = 0; d < distribution_names.size(); ++d) {
            print_table(r, title, static_cast<distribution>(d), out);
        }
    }
    print_counts(r, out);
    print_variants(r, out);
    print_worst(r, out);
    print_structures(r, out);
    for (panel_outcome const& p : r.panels) print_panel(p, out);
    fmt::print(out, "\n");
    for (std::string const& note : r.where.notes) fmt::print(out, "{}\n", note);
    for (std::string const& one : r.where.disturbances) fmt::print(out, "Disturbed: {}\n", one);
    fmt::print(out, "\nGoals\n");
    std::size_t not_measured = 0;
    for (judged_goal const& g : judge_all(r)) {
        if (g.outcome == verdict::not_measured) {
            ++not_measured;
        } else {
            fmt::print(out, "  {:<6} {}: {}: {}\n", name_of(g.outcome), g.subject, g.text, g.figures);
        }
    }
    if (not_measured != 0) fmt::print(out, "  {} more were not measured in this run\n", not_measured);
}

}  // namespace maxwell::bench
