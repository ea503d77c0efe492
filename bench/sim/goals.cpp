// SPDX-License-Identifier: MIT

#include "sim/goals.hpp"

#include "sim/campaign.hpp"
#include "sim/experiment.hpp"
#include "sim/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace maxwell::simulator {
namespace {

namespace fs = std::filesystem;

/// A goal's experiment, and what came of it.
struct outcome {
    experiment e;
    all_results results;

    std::size_t policy(std::string const& name) const {
        return static_cast<std::size_t>(std::find(e.policies.begin(), e.policies.end(), name) - e.policies.begin());
    }
    /// Means over seeds of a policy, by point.
    std::vector<double> means(std::string const& name, metric m) const {
        std::vector<double> out;
        for (std::size_t p = 0; p < e.points.size(); ++p)
            out.push_back(summary_of(e, results, p, policy(name), m).mean);
        return out;
    }
    /// Of each seed of a policy at a point.
    template <class Of>
    std::vector<double> of_seeds(std::size_t point, std::string const& name, Of of) const {
        std::vector<double> out;
        for (std::uint32_t s = 0; s < e.seeds; ++s)
            out.push_back(of(*results[(point * e.policies.size() + policy(name)) * e.seeds + s]));
        return out;
    }
};

double least(std::vector<double> const& x) { return *std::min_element(x.begin(), x.end()); }
double greatest(std::vector<double> const& x) { return *std::max_element(x.begin(), x.end()); }
double median(std::vector<double> x) {
    std::sort(x.begin(), x.end());
    return x[x.size() / 2];
}

class goals {
public:
    explicit goals(goal_settings const& s) : settings_(s) {
        fmt::print("{:<88}{:>12}{:>14}\n", "goal", "asked", "measured");
    }

    /// A goal's experiment, run anew on `threads`.
    outcome run(std::string const& name, unsigned threads, std::string const& folder = "goals") {
        reading read = read_experiment((settings_.experiments / (name + ".json")).string());
        if (!read.found) throw std::runtime_error(read.error);
        outcome o{std::move(*read.found), {}};
        const fs::path to = settings_.work / folder / name;
        std::error_code none;
        fs::remove_all(to, none);
        const std::atomic<bool> go_on = false;
        campaign_outcome c = run_campaign(o.e, to, {}, threads, go_on);
        if (!c.error.empty()) throw std::runtime_error(c.error);
        o.results = std::move(c.results);
        if (!write_csv(o.e, o.results, to)) throw std::runtime_error("can't write to " + to.string());
        return o;
    }
    outcome run(std::string const& name) { return run(name, settings_.threads); }

    void at_least(std::string const& what, double asked, double measured, int digits) {
        line(what, fmt::format(">= {:.{}f}", asked, digits), fmt::format("{:.{}f}", measured, digits),
             measured >= asked);
    }
    void at_most(std::string const& what, double asked, double measured, int digits) {
        line(what, fmt::format("<= {:.{}f}", asked, digits), fmt::format("{:.{}f}", measured, digits),
             measured <= asked);
    }
    void line(std::string const& what, std::string const& asked, std::string const& measured, bool met) {
        fmt::print("{:<88}{:>12}{:>14}  {}\n", what, asked, measured, met ? "met" : "MISSED");
        std::fflush(stdout);
        ++(met ? met_ : missed_);
    }
    void conclude() const { fmt::print("{} met, {} missed.\n", met_, missed_); }

    goal_settings const& settings() const { return settings_; }

private:
    goal_settings const& settings_;
    std::size_t met_ = 0, missed_ = 0;
};

void each_decision(goals& g) {
    const outcome stay = g.run("best_bid"), sleep = g.run("sleepers"), fresh = g.run("newcomers");
    const auto worst = [](outcome const& o, char const* name) {
        return least(o.of_seeds(0, name, [](run_result const& r) { return r[metric::over_best]; }));
    };
    const auto both = [&](char const* name) { return std::min(worst(stay, name), worst(sleep, name)); };
    g.at_least("the best of each quantum, worst seed: tournament_tree", 1, both("market/tournament_tree"), 3);
    g.at_least("  lazy_heap", 1, worst(stay, "market/lazy_heap"), 3);
    g.at_least("  stratified_buckets", .995, both("market/stratified_buckets"), 4);
    g.at_least("  adaptive_tiers", .995, both("market/adaptive_tiers"), 4);
    g.at_least("  gumbel at 1 % of the greatest value, mean: agents that stay", .99,
               stay.means("gumbel", metric::over_best)[0], 4);
    g.at_least("  the same, agents that sleep most of the time, once each has had a draw", .99,
               sleep.means("gumbel", metric::over_best)[0], 4);
    g.at_least("  the same, from the beginning: newcomers wait for their first draw", .99,
               fresh.means("gumbel", metric::over_best)[0], 4);
}

void waiting_jobs(goals& g) {
    const outcome o = g.run("waiting");
    const std::vector<double> cells = o.means("market/tournament_tree", metric::over_offline);
    double mean = 0;
    for (const double c : cells) mean += c / static_cast<double>(cells.size());
    g.at_least(fmt::format("deciding online over the offline optimum, load 0.8 to 4: worst of {} cells", cells.size()),
               .93, least(cells), 4);
    g.at_least("  mean of the cells", .97, mean, 4);
}

void equal_shares(goals& g) {
    const outcome o = g.run("equal_shares");
    for (std::size_t p = 0; p < o.e.points.size(); ++p) {
        const double agents = o.e.points[p].groups[0].agents;
        const double fair_ms = agents * o.e.points[p].machine.quantum_us / 1e3;
        const auto of = [&](metric m) {
            return o.of_seeds(p, "market/fair_share", [m](run_result const& r) { return r[m]; });
        };
        g.at_least(fmt::format("fair_share, {:g} agents of equal weight: Jain's index of the worst second", agents),
                   .98, least(of(metric::worst_jain)), 4);
        g.at_most("  longest wait over the fair interval", agents <= 10 ? 2 : 10,
                  greatest(of(metric::longest_wait)) / fair_ms, 2);
    }
}

/// Stride with whole passes, weights 1, 2, 4 and 8: the greatest distance from a part of the whole, and from a part of what two have had.
struct stride_errors {
    double whole = 0, pair = 0;
};
stride_errors exact_stride() {
    constexpr std::array<std::int64_t, 4> tickets = {1, 2, 4, 8};
    std::array<std::int64_t, 4> pass = {8, 4, 2, 1}, got = {};
    const auto stride = pass;
    stride_errors e;
    for (std::int64_t quanta = 1; quanta <= 15'000; ++quanta) {
        const auto who = static_cast<std::size_t>(std::min_element(pass.begin(), pass.end()) - pass.begin());
        pass[who] += stride[who];
        ++got[who];
        for (std::size_t i = 0; i < 4; ++i) {
            e.whole = std::max(e.whole, static_cast<double>(std::abs(15 * got[i] - tickets[i] * quanta)) / 15);
            for (std::size_t j = 0; j < i; ++j) {
                const auto both = static_cast<double>(tickets[i] + tickets[j]);
                const auto off = static_cast<double>(std::abs(tickets[j] * got[i] - tickets[i] * got[j]));
                e.pair = std::max(e.pair, off / both);
            }
        }
    }
    return e;
}

void weights(goals& g) {
    const outcome o = g.run("weights");
    const stride_errors exact = exact_stride();
    g.at_most("lag in quanta, weights 1:2:4:8: eevdf", 1, o.means("eevdf", metric::lag)[0], 2);
    g.at_most("  stride", 1, o.means("stride", metric::lag)[0], 2);
    g.at_most("  stride in whole numbers, as in its paper", 1, exact.whole, 2);
    g.at_most("  stride, of any two clients: what its paper proves", 1, exact.pair, 2);
}

void speed(goals& g) {
    const outcome o = g.run("speed", 1);
    for (std::string const& name : o.e.policies) {
        g.at_least("millions of quanta a second on one core, 1,000 agents, median: " + name, 1,
                   median(o.of_seeds(0, name, [](run_result const& r) { return r.quanta_per_s; })) / 1e6, 2);
    }
}

bool same_files(fs::path const& one, fs::path const& other) {
    const auto all_of = [](fs::path const& file) {
        std::ostringstream text;
        text << std::ifstream(file, std::ios::binary).rdbuf();
        return text.str();
    };
    for (char const* file : {"results.csv", "summary.csv", "groups.csv"}) {
        const std::string text = all_of(one / file);
        if (text.empty() || text != all_of(other / file)) return false;
    }
    return true;
}

void determinism(goals& g) {
    fs::path const& work = g.settings().work;
    g.run("same_bytes", 1, "one_thread");
    g.run("same_bytes", 8, "eight_threads");
    const fs::path one = work / "one_thread/same_bytes";
    bool same = same_files(one, work / "eight_threads/same_bytes");
    g.line("the same bytes with 1 and with 8 threads", "same", same ? "same" : "different", same);
    if (g.settings().other.empty()) {
        fmt::print("{:<88}{:>12}{:>14}\n", "the same bytes by another compiler: --other PROGRAM names one", "same",
                   "not tried");
        return;
    }
    const std::string command =
        fmt::format("'{}' '{}' --out '{}' > /dev/null", g.settings().other,
                    (g.settings().experiments / "same_bytes.json").string(), (work / "other").string());
    if (std::system(command.c_str()) != 0) throw std::runtime_error(g.settings().other + " doesn't run");
    same = same_files(one, work / "other/same_bytes");
    g.line("the same bytes by another compiler", "same", same ? "same" : "different", same);
}

}  // namespace

std::string print_goals(goal_settings const& s) {
    try {
        goals g(s);
        for (auto const goal : {each_decision, waiting_jobs, equal_shares, weights, speed, determinism}) goal(g);
        g.conclude();
    } catch (std::runtime_error const& error) {
        return error.what();
    }
    return {};
}

}  // namespace maxwell::simulator
