// SPDX-License-Identifier: MIT
//
// maxwell_sim EXPERIMENT: runs an experiment of the simulator on all cores and writes tables, CSV and a page.
//
// Exit codes: 0 all went well, 1 results could not be written or shards are missing, 2 wrong use or a file that can't be read, 130
// interrupted, and what is done is kept.

#include "harness/number_range.hpp"
#include "sim/campaign.hpp"
#include "sim/device.hpp"
#include "sim/experiment.hpp"
#include "sim/fleet.hpp"
#include "sim/goals.hpp"
#include "sim/output.hpp"
#include "sim/policy.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using namespace maxwell::simulator;
namespace fs = std::filesystem;

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler writes it");

extern "C" void interrupt(int) { interrupted = true; }

int refuse(std::string const& sentence) {
    fmt::print(stderr, "sim: {}{}\n", sentence, sentence.ends_with('.') ? "" : ".");
    return 2;
}

std::vector<fs::path> shipped() {
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(MAXWELL_SIM_EXPERIMENTS)) {
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

void list_all() {
    fmt::print("Experiments\n");
    for (fs::path const& file : shipped()) {
        const auto read = read_experiment(file.string());
        fmt::print("  {:<16}{}\n", file.stem().string(), read.found ? read.found->about : read.error);
    }
    fmt::print("\nPolicies\n");
    for (policy_info const& p : all_policies()) fmt::print("  {:<28}{}\n", p.name, p.about);
    for (device_policy_info const& p : device_policies()) fmt::print("  {:<28}{}\n", p.name, p.about);
    for (fleet_policy_info const& p : fleet_policies()) fmt::print("  {:<28}{}\n", p.name, p.about);
}

/// A shipped experiment by its name, or a file.
std::string file_of(std::string const& name) {
    const fs::path own = fs::path(MAXWELL_SIM_EXPERIMENTS) / (name + ".json");
    return name.find('/') == name.npos && fs::exists(own) ? own.string() : name;
}

/// "2/8".
bool read_shard(std::string const& text, shard& s) {
    int end = 0;
    const bool read = std::sscanf(text.c_str(), "%u/%u%n", &s.index, &s.count, &end) == 2 &&
                      static_cast<std::size_t>(end) == text.size();
    return read && s.count >= 1 && s.count <= 4096 && s.index >= 1 && s.index <= s.count;
}

struct options {
    std::string name;
    std::string out = "sim-results";
    std::string shard_text;
    std::string command = "./run sim";
    double seconds = 0;
    std::uint32_t seeds = 0;
    unsigned threads = std::max(1u, std::thread::hardware_concurrency());
    std::string other;
    bool list = false;
    bool merge = false;
    bool goals = false;
};

int conclude(experiment const& e, campaign_outcome const& c, std::string const& command, fs::path const& folder) {
    print_tables(e, c.results);
    if (!write_csv(e, c.results, folder) || !write_page(e, c.results, command, folder / "index.html")) {
        fmt::print(stderr, "sim: can't write to {}.\n", folder.string());
        return 1;
    }
    fmt::print("\nWritten to {}: results.csv, summary.csv, groups.csv, costs.csv\nThe page: {}\n", folder.string(),
               (folder / "index.html").string());
    return 0;
}

int simulate(options const& o) {
    shard part;
    if (!o.shard_text.empty() && !read_shard(o.shard_text, part))
        return refuse("--shard has to be i/n with 1 <= i <= n <= 4096, as 2/8");
    reading read = read_experiment(file_of(o.name));
    if (!read.found)
        return refuse(read.error + (read.error == o.name + " does not exist" ? "; --list names what is shipped" : ""));
    experiment& e = *read.found;
    if (o.seeds != 0) e.seeds = o.seeds;
    if (o.seconds != 0) {
        e.warm_up_s *= std::min(1., o.seconds / e.seconds);
        e.seconds = o.seconds;
    }
    const fs::path folder = fs::path(o.out) / e.name;
    if (o.merge) {
        const campaign_outcome c = merge_campaign(e, folder);
        if (c.error.empty()) return conclude(e, c, o.command, folder);
        fmt::print(stderr, "sim: {}.\n", c.error);
        return 1;
    }
    fmt::print("{}: {}\n{} points, {} policies, {} seeds, {:g} s each\n", e.name, e.about, e.points.size(),
               e.policies.size(), e.seeds, e.seconds);
    std::fflush(stdout);
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    const campaign_outcome c = run_campaign(e, folder, part, o.threads, interrupted);
    if (!c.error.empty()) return refuse(c.error);
    if (c.kept != 0) fmt::print("{} runs were there from before.\n", c.kept);
    if (c.missing != 0) {
        fmt::print(stderr,
                   "sim: interrupted; what is done is kept in {}, and the same command goes on with the {} runs that "
                   "are missing.\n",
                   folder.string(), c.missing);
        return 130;
    }
    if (part.count == 1) return conclude(e, c, o.command, folder);
    fmt::print("Shard {}/{} is complete: {}. When all are, --merge writes the results.\n", part.index, part.count,
               folder.string());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("./run sim: what a mechanism is worth on a workload, in virtual time");
    options o;
    app.add_option("EXPERIMENT", o.name, "a shipped one by its name, or a JSON file (docs/simulation.md)");
    app.add_flag("--list", o.list, "experiments and policies");
    app.add_flag("--goals", o.goals, "what the simulator has to reach, met or missed");
    app.add_option("--other", o.other, "for --goals: this program as another compiler made it");
    app.add_option("--out", o.out, "folder for the results")->capture_default_str();
    app.add_option("--seeds", o.seeds, "in place of the experiment's number")->check(CLI::Range(1, 1000));
    app.add_option("--seconds", o.seconds, "of virtual time, in place of the experiment's")
        ->check(maxwell::bench::number_range(1e-6, 1e6));
    app.add_option("--threads", o.threads, "runs at a time; all cores without it")->check(CLI::Range(1, 1024));
    app.add_option("--shard", o.shard_text, "only part i of n of the runs, as 2/8");
    app.add_flag("--merge", o.merge, "put the results of all shards together");
    try {
        app.parse(argc, argv);
    } catch (CLI::Success const& e) {
        return app.exit(e);
    } catch (CLI::ParseError const& e) {
        return refuse(fmt::format("{}; --help lists the options", e.what()));
    }
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--out")
            ++i;  // where the page is says nothing of how it was made
        else
            o.command += std::string(" ") + argv[i];
    }
    if (o.list) return list_all(), 0;
    if (o.goals) {
        const std::string error = print_goals({MAXWELL_SIM_GOALS, fs::path(o.out) / "goals", o.threads, o.other});
        return error.empty() ? 0 : refuse(error);
    }
    if (o.name.empty()) return refuse("which EXPERIMENT? --list names what is shipped");
    return simulate(o);
}
