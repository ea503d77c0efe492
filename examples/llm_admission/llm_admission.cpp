// SPDX-License-Identifier: MIT
//
// ./run liar: the liar's test. Five admission policies of an LLM engine on the same requests, while one tenant misreports: tables, whether
// the goals are met, and a page with the picture.

#include "../../bench/harness/number_range.hpp"
#include "../page_parts.hpp"
#include "experiments.hpp"
#include "llm_page.hpp"
#include "picture.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace maxwell::llm;
namespace sim = maxwell::sim;

using namespace maxwell::examples;

std::vector<goal> judge(sweep const& s, std::vector<misreport_gains> const& gains, sale_times const& times,
                        settings const& with) {
    double rival = 0;
    for (std::size_t p = 0; p + 1 < policy_names.size(); ++p)
        rival = std::max(rival, s.all(static_cast<policy_kind>(p)));
    double best = -1;
    for (misreport_gains const& g : gains) {
        if (g.kind == policy_kind::market) best = std::max(best, g.best());
    }
    const double kept = s.kept(policy_kind::market);
    const double more = rival > 0 ? s.all(policy_kind::market) / rival : 0;
    return {{fmt::format("honest tenants keep at least .95 of their value while tenant 4 sends {:g} times as much and "
                         "calls all of it urgent",
                         with.most_flood),
             fmt::format("{:.3f}", kept), kept >= .95},
            {"all value is at least 1.2 times the best rival's", fmt::format("{:.3f}", more), more >= 1.2},
            {"no misreport of five gains tenant 4 more than 1 %, at speeds 1, 1.5 and 2",
             fmt::format("the best gains {:+.2f} %", 100 * best), best <= .01},
            {"a sale among 1,000 requests takes at most 25 us",
             fmt::format("{:.1f} us; entering the bids before it {:.1f} us", times.sale_us, times.enter_us),
             times.sale_us <= 25}};
}

void print(sweep const& s, std::vector<misreport_gains> const& gains, std::vector<goal> const& goals) {
    fmt::print("Value served in millions: all / honest tenants / share of their urgent requests in time\n{:<18}", "");
    for (double h : s.hardness) fmt::print("  {:^19}", fmt::format("hardness {:.2f}", h));
    fmt::print("  honest tenants keep\n");
    for (std::size_t p = 0; p < policy_names.size(); ++p) {
        fmt::print("{:<18}", policy_names[p]);
        for (result const& r : s.of[p])
            fmt::print("  {:5.1f}/{:5.1f}/{:5.1f} %", r.all() / 1e6, r.honest() / 1e6, 100 * r.honest_urgent_in_time());
        fmt::print("  {:.2f}\n", s.kept(static_cast<policy_kind>(p)));
    }
    fmt::print("\nWhat tenant 4 gains by a misreport, against truth\n{:<34}", "");
    for (std::size_t m = 1; m < misreport_names.size(); ++m) fmt::print("{:>14}", misreport_names[m]);
    fmt::print("\n");
    for (misreport_gains const& g : gains) {
        fmt::print("{:<34}", fmt::format("{}, speed {:g}, sends {:g} x", policy_names[static_cast<std::size_t>(g.kind)],
                                         g.speed, g.flood));
        for (std::size_t m = 1; m < misreport_names.size(); ++m) fmt::print("{:>12.1f} %", 100 * g.gain[m]);
        fmt::print("\n");
    }
    print_goals(goals);
}

std::string write_page(sweep const& s, std::vector<misreport_gains> const& gains, std::vector<goal> const& goals,
                       settings const& with, std::string const& trace, std::string const& command) {
    std::string plots, value_rows, gain_rows;
    for (std::string const& chart : draw_charts(s, with.most_flood))
        plots += fmt::format("<div class=\"plot\">{}</div>", as_svg(chart, chart_width));
    std::string head = "<tr><th>Policy</th>";
    for (double h : s.hardness) head += fmt::format("<th>{:.2f}</th>", h);
    for (std::size_t p = 0; p < policy_names.size(); ++p) {
        const bool own = p + 1 == policy_names.size();
        value_rows += fmt::format("<tr{}><td>{}</td>", own ? " class=\"own\"" : "", policy_names[p]);
        for (result const& r : s.of[p]) {
            value_rows += fmt::format("<td>{:.1f} / {:.1f}<br><small>{:.1f} %</small></td>", r.all() / 1e6,
                                      r.honest() / 1e6, 100 * r.honest_urgent_in_time());
        }
        value_rows += fmt::format("<td>{:.2f}</td></tr>", s.kept(static_cast<policy_kind>(p)));
    }
    std::string gain_head = "<tr><th>Policy</th>";
    for (std::size_t m = 1; m < misreport_names.size(); ++m)
        gain_head += fmt::format("<th>{}</th>", misreport_names[m]);
    for (misreport_gains const& g : gains) {
        const bool own = g.kind == policy_kind::market;
        gain_rows +=
            fmt::format("<tr{}><td>{}<br><small>speed {:g}, sends {:g} x</small></td>", own ? " class=\"own\"" : "",
                        policy_names[static_cast<std::size_t>(g.kind)], g.speed, g.flood);
        for (std::size_t m = 1; m < misreport_names.size(); ++m)
            gain_rows += fmt::format("<td>{:+.1f} %</td>", 100 * g.gain[m]);
        gain_rows += "</tr>";
    }
    sim::serving_costs const& c = with.costs;
    std::string page(llm_page);
    replace(page, "MAXWELL_FLOOD", fmt::format("{:g}", with.most_flood));
    const policy_kind strongest = policy_kind::vtc_priority;
    replace(page, "MAXWELL_HEADLINE",
            fmt::format("At the hardest, honest tenants keep {:.0f} % of their value under the market, {:.0f} % under "
                        "VTC with priority, {:.0f} % under "
                        "declared priority and {:.0f} % under FCFS.",
                        100 * s.kept(policy_kind::market), 100 * s.kept(strongest), 100 * s.kept(policy_kind::priority),
                        100 * s.kept(policy_kind::fcfs)));
    replace(page, "MAXWELL_PLOTS", plots);
    replace(page, "MAXWELL_GOALS", goals_table(goals));
    replace(page, "MAXWELL_VALUES",
            "<table><thead>" + head + "<th>honest keep</th></tr></thead><tbody>" + value_rows + "</tbody></table>");
    replace(page, "MAXWELL_GAINS",
            "<table><thead>" + gain_head + "</tr></thead><tbody>" + gain_rows + "</tbody></table>");
    replace(page, "MAXWELL_MODEL",
            fmt::format("An iteration takes {:g} ms, {:g} us per prompt token read in it, and {:g} us per running "
                        "sequence. {} sequences run at a time, "
                        "the cache holds {} tokens, and an iteration reads {} prompt tokens. A fifth of the requests "
                        "is urgent (8 per token, first token "
                        "within 1 s), half is ordinary (2, 5 s), the rest is batch (1/2, 60 s).",
                        static_cast<double>(c.iteration_ns) / 1e6, static_cast<double>(c.prompt_token_ns) / 1e3,
                        static_cast<double>(c.sequence_ns) / 1e3, c.sequences, c.cache_tokens, c.prompt_tokens));
    replace(page, "MAXWELL_RUN",
            fmt::format("<dt>Command</dt><dd><code>{}</code></dd><dt>Requests</dt><dd>{}</dd><dt>Speed</dt><dd>{:g} "
                        "times the trace's</dd><dt>Seed</dt>"
                        "<dd>{}</dd><dt>Credits</dt><dd>{:g} per tenant and second, in halves of a token's worth</dd>",
                        escaped(command), escaped(trace), with.base.speed, with.base.seed, with.credits_per_s));
    return page;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("./run liar: admission policies of an LLM engine while one tenant misreports");
    settings with;
    std::string trace_file, out_folder, picture_file;
    double iteration_ms = 12, prompt_token_us = 50, sequence_us = 80;
    app.add_option("--trace", trace_file,
                   "Azure's conversation trace (github.com/Azure/AzurePublicDataset), or one of BurstGPT or Mooncake; "
                   "without one: a generated twin");
    app.add_option("--out", out_folder, "folder for the page, index.html; without one: no page");
    app.add_option("--picture", picture_file, "write the picture alone to this file, as SVG");
    app.add_option("--speed", with.base.speed, "the trace, so many times as fast")
        ->check(maxwell::bench::number_range(.01, 100.))
        ->capture_default_str();
    app.add_option("--seconds", with.base.seconds, "only so much of the trace; 0: all")
        ->check(maxwell::bench::number_range(0., 1e6))
        ->capture_default_str();
    app.add_option("--seed", with.base.seed, "of the deal")->capture_default_str();
    app.add_option("--flood", with.most_flood, "tenant 4 sends up to so many times as much")
        ->check(maxwell::bench::number_range(1., 8.))
        ->capture_default_str();
    app.add_option("--points", with.points, "steps of hardness")->check(CLI::Range(2, 50))->capture_default_str();
    app.add_option("--credits", with.credits_per_s, "of each tenant a second, in halves of a token's worth")
        ->check(maxwell::bench::number_range(1., 1e9))
        ->capture_default_str();
    app.add_option("--iteration-ms", iteration_ms, "an iteration alone")
        ->check(maxwell::bench::number_range(.001, 1e4))
        ->capture_default_str();
    app.add_option("--prompt-token-us", prompt_token_us, "each prompt token")
        ->check(maxwell::bench::number_range(0., 1e6))
        ->capture_default_str();
    app.add_option("--sequence-us", sequence_us, "each running sequence")
        ->check(maxwell::bench::number_range(0., 1e6))
        ->capture_default_str();
    app.add_option("--sequences", with.costs.sequences, "that run at a time")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--cache-tokens", with.costs.cache_tokens, "of all running sequences")
        ->check(CLI::Range(1, 1'000'000'000))
        ->capture_default_str();
    app.add_option("--prompt-tokens", with.costs.prompt_tokens, "read in an iteration")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (CLI::Success const& e) {
        return app.exit(e);
    } catch (CLI::ParseError const& e) {
        fmt::print(stderr, "liar: {}; --help lists the options.\n", e.what());
        return 2;
    }
    with.costs.iteration_ns = static_cast<std::uint64_t>(iteration_ms * 1e6);
    with.costs.prompt_token_ns = static_cast<std::uint64_t>(prompt_token_us * 1e3);
    with.costs.sequence_ns = static_cast<std::uint64_t>(sequence_us * 1e3);

    std::vector<sim::llm_request> trace;
    std::string about;
    if (trace_file.empty() && std::filesystem::exists(MAXWELL_LLM_TRACE)) trace_file = MAXWELL_LLM_TRACE;
    if (trace_file.empty()) {
        trace = generated_trace(with.base.seed);
        about = fmt::format(
            "{} generated ones, with the rates and lengths of Azure's conversation trace, which is not at hand "
            "(--trace)",
            trace.size());
    } else {
        sim::llm_reading read = sim::read_llm_requests(trace_file);
        if (!read.error.empty()) {
            fmt::print(stderr, "liar: {}.\n", read.error);
            return 2;
        }
        trace = std::move(read.requests);
        about = fmt::format("{} of {}, {} broken lines left out", trace.size(),
                            std::filesystem::path(trace_file).filename().string(), read.broken);
    }
    if (!out_folder.empty()) {
        std::error_code failure;
        std::filesystem::create_directories(out_folder, failure);
        if (failure || !write_file(std::filesystem::path(out_folder) / "index.html", "")) {
            fmt::print(stderr, "liar: can't write to {}.\n", out_folder);
            return 2;
        }
    }
    if (!picture_file.empty() && !write_file(picture_file, "")) {
        fmt::print(stderr, "liar: can't write to {}.\n", picture_file);
        return 2;
    }

    fmt::print("Requests: {}\n\n", about);
    std::fflush(stdout);
    const sale_times times = time_sales(trace, with);
    const sweep s = sweep_hardness(trace, with);
    const auto gains = try_misreports(trace, with);
    const auto goals = judge(s, gains, times, with);
    print(s, gains, goals);

    std::string command = "./run liar";
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--out") {
            ++i;  // where the page is says nothing of how it was made
        } else {
            command += std::string(" ") + argv[i];
        }
    }
    if (!picture_file.empty() && !write_file(picture_file, draw_picture(s, with.most_flood))) {
        fmt::print(stderr, "liar: can't write to {}.\n", picture_file);
        return 1;
    }
    if (!out_folder.empty()) {
        const auto page = std::filesystem::path(out_folder) / "index.html";
        if (!write_file(page, write_page(s, gains, goals, with, about, command))) {
            fmt::print(stderr, "liar: can't write to {}.\n", page.string());
            return 1;
        }
        fmt::print("\nThe page: {}\n", page.string());
    }
    return 0;
}
