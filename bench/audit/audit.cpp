// SPDX-License-Identifier: MIT
//
// maxwell_audit: tries to cheat whatever this library promises, and fails when it succeeds. docs/incentives.md explains the table.

#include "audit/claim.hpp"
#include "audit/table.hpp"
#include "harness/progress.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace maxwell::audit;
using steady = std::chrono::steady_clock;

int refuse(std::string const& sentence) {
    fmt::print(stderr, "audit: {}\n", sentence);
    return 2;
}

double seconds_since(steady::time_point start) { return std::chrono::duration<double>(steady::now() - start).count(); }

std::vector<claim> all_claims(std::vector<std::string> const& traces) {
    std::vector<claim> all;
    const auto add = [&all](std::vector<claim> more) { std::move(more.begin(), more.end(), std::back_inserter(all)); };
    for (const auto part :
         {claims_on_items, claims_on_sales, claims_on_names, claims_on_markets, claims_on_moving_boundaries,
          claims_on_a_thousand, claims_on_quanta, claims_over_time, claims_on_samplers, claims_on_rings,
          claims_on_budgets, claims_on_timing, claims_on_learning})
        add(part());
    add(claims_on_traces(traces));
    return all;
}

/// Only the claims with `part` in their name or group, in groups.
std::vector<claim> chosen(std::vector<claim> claims, std::string const& part) {
    std::vector<std::string> groups;
    for (claim const& c : claims) {
        if (std::find(groups.begin(), groups.end(), c.group) == groups.end()) groups.push_back(c.group);
    }
    const auto place = [&](claim const& c) { return std::find(groups.begin(), groups.end(), c.group); };
    std::stable_sort(claims.begin(), claims.end(), [&](claim const& a, claim const& b) { return place(a) < place(b); });
    std::erase_if(claims, [&](claim const& c) {
        return c.name.find(part) == std::string::npos && c.group.find(part) == std::string::npos;
    });
    return claims;
}

row try_claim(claim const& c, effort e) {
    const auto start = steady::now();
    row r{&c, c.run(e), {}, verdict::not_found, 0};
    for (control const& known : c.controls) r.of_controls.push_back(known.run(e));
    r.result = judge(c, r.found, r.of_controls);
    r.seconds = seconds_since(start);
    return r;
}

/// Each claim is tried by itself, so they are shared out among the cores; the findings are the same on any number of them.
std::vector<row> try_all(std::vector<claim> const& claims, effort e, unsigned jobs) {
    std::vector<row> rows(claims.size());
    std::atomic<std::size_t> next = 0, done = 0;
    const auto work = [&] {
        for (std::size_t i; (i = next++) < claims.size(); ++done) rows[i] = try_claim(claims[i], e);
    };
    std::vector<std::thread> workers;
    for (unsigned n = 0; n < jobs; ++n) workers.emplace_back(work);
    {
        maxwell::bench::progress shown("audit", claims.size());
        for (std::size_t d; (d = done) < claims.size(); std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
            shown.at(d, claims[std::min(next.load(), claims.size()) - 1].name);
        }
    }
    for (std::thread& w : workers) w.join();
    return rows;
}

}  // namespace

int main(int argc, char** argv) {
    std::string only, out;
    std::vector<std::string> traces;
    bool quick = false, full = false, list = false, planted = false;
    unsigned jobs = std::max(1u, std::thread::hardware_concurrency());
    CLI::App app(
        "Tries to cheat whatever Maxwell promises: one line for each claim with what was tried, the worst gain, and "
        "what its "
        "controls found. Exit code 1, and the smallest counterexample, when a promise breaks.");
    app.add_option("--only", only, "only claims with this in their name or group");
    app.add_flag("--quick", quick, "fewer cases: what the tests run");
    app.add_flag("--full", full, "more cases")->excludes("--quick");
    app.add_flag("--list", list, "the claims, nothing is tried");
    app.add_flag("--planted", planted,
                 "ten wrong payment rules instead, as if they were promised: each has to be broken");
    app.add_option("--trace", traces, "count the false alarms of the watch on this trace too; may be repeated");
    app.add_option("--out", out, "the table as JSON, to this file");
    app.add_option("--jobs", jobs, "threads")->check(CLI::Range(1, 1024))->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        if (e.get_exit_code() == 0) return app.exit(e);
        return refuse(fmt::format("{} (--help tells more)", e.what()));
    }
    try {
        const std::vector<claim> claims = chosen(planted ? planted_faults() : all_claims(traces), only);
        if (claims.empty())
            return refuse(fmt::format("no claim has '{}' in its name or group; --list prints them", only));
        if (list) {
            print_list(claims);
            return 0;
        }
        if (!out.empty() && !std::ofstream(out, std::ios::app)) return refuse(fmt::format("{} can't be written", out));
        const effort e = quick ? effort::quick : full ? effort::full : effort::usual;
        const auto start = steady::now();
        const std::vector<row> rows = try_all(claims, e, jobs);
        const std::size_t failed = print_table(rows, seconds_since(start));
        if (!out.empty() && !write_json(out, rows, e)) return refuse(fmt::format("{} can't be written", out));
        return failed == 0 ? 0 : 1;
    } catch (std::exception const& e) {
        return refuse(e.what());
    }
}
