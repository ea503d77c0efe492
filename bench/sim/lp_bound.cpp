// SPDX-License-Identifier: MIT

#include "sim/lp_bound.hpp"

#ifdef MAXWELL_HAS_CLP
#include <coin/Clp_C_Interface.h>

#include <limits>
#include <memory>
#endif

namespace maxwell::simulator {

#ifdef MAXWELL_HAS_CLP

bool has_clp() { return true; }

std::optional<double> bound_of_whole_jobs(std::vector<sim::window_job> const& jobs, std::uint32_t processors) {
    std::size_t slots = 0;
    std::uint32_t end = 0;
    std::vector<sim::window_job> possible;
    for (sim::window_job const& j : jobs) {
        if (j.length == 0 || j.last < j.first + j.length) continue;
        possible.push_back(j);
        slots += j.last - j.first;
        end = std::max(end, j.last);
    }
    if (slots > most_bound_slots) return std::nullopt;
    if (possible.empty()) return 0;

    // Rows: the slots, then two kinds for each job: what it gets in all, and in each slot.
    const double infinite = std::numeric_limits<double>::infinity();
    std::vector<double> row_low(end, -infinite), row_high(end, processors);
    std::vector<double> cost, low, high, element;
    std::vector<CoinBigIndex> start = {0};
    std::vector<int> row;
    const auto add_column = [&](double worth, double most) {
        cost.push_back(worth);
        low.push_back(0);
        high.push_back(most);
        start.push_back(static_cast<CoinBigIndex>(row.size()));
    };
    const auto add_entry = [&](std::size_t in, double factor) {
        row.push_back(static_cast<int>(in));
        element.push_back(factor);
    };
    for (sim::window_job const& j : possible) {
        const std::size_t whole = row_low.size(), width = j.last - j.first;
        row_low.push_back(0);
        row_high.push_back(0);
        row_low.insert(row_low.end(), width, -infinite);
        row_high.insert(row_high.end(), width, 0);
        add_entry(whole, -static_cast<double>(j.length));
        for (std::size_t i = 0; i < width; ++i) add_entry(whole + 1 + i, -1);
        add_column(j.value * j.length, 1);
        for (std::size_t i = 0; i < width; ++i) {
            add_entry(j.first + i, 1);
            add_entry(whole, 1);
            add_entry(whole + 1 + i, 1);
            add_column(0, 1);
        }
    }
    const std::unique_ptr<Clp_Simplex, decltype(&Clp_deleteModel)> model(Clp_newModel(), Clp_deleteModel);
    Clp_setLogLevel(model.get(), 0);
    Clp_loadProblem(model.get(), static_cast<int>(cost.size()), static_cast<int>(row_low.size()), start.data(),
                    row.data(), element.data(), low.data(), high.data(), cost.data(), row_low.data(), row_high.data());
    Clp_setOptimizationDirection(model.get(), -1);  // the greatest
    Clp_initialSolve(model.get());
    if (Clp_status(model.get()) != 0) return std::nullopt;
    return Clp_objectiveValue(model.get());
}

#else

bool has_clp() { return false; }

std::optional<double> bound_of_whole_jobs(std::vector<sim::window_job> const&, std::uint32_t) { return std::nullopt; }

#endif

}  // namespace maxwell::simulator
