// SPDX-License-Identifier: MIT

#include "audit/deviations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace maxwell::audit {
namespace {

/// The words and numbers of `text`, joined by `_`.
std::string as_name(std::string const& text) {
    std::string name;
    for (const char c : text) {
        const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (letter || (!name.empty() && name.back() != '_')) name += letter ? c : '_';
    }
    if (name.ends_with('_')) name.pop_back();
    return name;
}

/// The quarter of a tick above the bid, or whatever the space's steps are, at which the misreport of `found` gains most.
std::uint32_t best_step(rule const& r, sim::market const& lying, sim::deviation_report const& found,
                        sim::deviation_space const& space) {
    const std::size_t i = found.example_bidder;
    const auto lie = r.run(lying)[i], truth = r.run(found.example)[i];
    std::uint32_t best = 0;
    std::int64_t most = 0;
    for (std::uint32_t step = 0; step < space.steps; ++step) {
        const sim::detail::need n{found.example.units[i], std::int64_t{found.example.amounts[i]} * space.steps + step};
        const std::int64_t gain = sim::detail::utility(n, lie, lying.units[i], space) -
                                  sim::detail::utility(n, truth, found.example.units[i], space);
        if (gain > most) best = step;
        most = std::max(most, gain);
    }
    return best;
}

}  // namespace

std::string as_test(rule const& r, sim::deviation_report const& found, sim::deviation_space const& space) {
    sim::market const& m = found.example;
    const std::size_t i = found.example_bidder;
    std::string out = fmt::format(
        "TEST(counterexample, of_{}) {{\n"
        "    const auto rule = {};\n"
        "    const sim::market truthful{{{{{}}}, {{{}}}, {{{}}}, {}, {}}};  // amounts, slots, units, reserve, "
        "supply\n",
        as_name(r.text), r.text, fmt::join(m.amounts, ", "), fmt::join(m.slots, ", "), fmt::join(m.units, ", "),
        m.reserve, m.supply);
    if (found.worst_regret == 0) {
        return out + fmt::format("    EXPECT_LE(rule(truthful)[{0}].value(), truthful.amounts[{0}]);\n}}\n", i);
    }
    sim::market lying = m;
    lying.amounts[i] = found.example_deviation;
    lying.units[i] = found.example_units;
    const std::string used = space.units_have_value_by_themselves ? "std::min(m.units[bidder], need)"
                                                                  : "(m.units[bidder] < need ? 0 : need)";
    return out + fmt::format(
                     "    constexpr std::size_t bidder = {};\n"
                     "    constexpr double value = {};  // of a unit\n"
                     "    constexpr std::uint32_t need = {};\n"
                     "    sim::market lying = truthful;\n"
                     "    lying.amounts[bidder] = {};\n"
                     "    lying.units[bidder] = {};\n"
                     "    const auto utility = [&](sim::market const& m) {{\n"
                     "        const auto paid = rule(m)[bidder];\n"
                     "        return paid ? value * {} - 1.0 * *paid * m.units[bidder] : 0.0;\n"
                     "    }};\n"
                     "    EXPECT_LE(utility(lying), utility(truthful));\n"
                     "}}\n",
                     i, m.amounts[i] + static_cast<double>(best_step(r, lying, found, space)) / space.steps, m.units[i],
                     lying.amounts[i], lying.units[i], used);
}

finding found_in(sim::deviation_report const& report, sim::deviation_space const& space) {
    return {report.cases,
            report.profitable + report.overcharged,
            static_cast<double>(report.worst_regret) / space.steps,
            {}};
}

finding search_rule(rule const& r, sim::deviation_space const& space, bool has_example) {
    finding found = found_in(sim::search_deviations(r.run, space), space);
    if (found.against != 0 && !has_example)
        found.example = as_test(r, sim::find_smallest_counterexample(r.run, space), space);
    return found;
}

search searching(rule r, sim::deviation_space space) {
    return [r = std::move(r), space](effort) { return search_rule(r, space); };
}

}  // namespace maxwell::audit
