// SPDX-License-Identifier: MIT
//
// ./run planes: cores and an accelerator on one heat sink, with their prices coupled and not, and one agent that pretends to feed the
// accelerator: tables, whether the goals are met, and a page with charts.

#include "../../bench/harness/number_range.hpp"
#include "../page_parts.hpp"
#include "charts.hpp"
#include "machine.hpp"
#include "planes_page.hpp"

#include <maxwell/sim/trace/llm_requests.hpp>

#include <fmt/format.h>
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace maxwell::dual;
using namespace maxwell::examples;
namespace llm = maxwell::llm;
namespace sim = maxwell::sim;

constexpr std::size_t schemes = scheme_names.size();

struct results {
    std::array<outcome, schemes> honest;
    std::array<outcome, schemes> pretended;
    outcome cool;  ///< coupled, in cold air
    std::uint64_t alone_p99_ns = 0;
    std::uint64_t beside_p99_ns = 0;

    double gain(scheme s) const {
        const auto i = static_cast<std::size_t>(s);
        return honest[i].pretender_ms == 0 ? 0 : pretended[i].pretender_ms / honest[i].pretender_ms - 1;
    }
};

/// Decisions of a machine whose accelerator sells and serves, and of one without requests, in turns of a tenth of a second.
void time_decisions(std::vector<llm::request> const& requests, run_settings const& with, results& out) {
    const std::vector<llm::request> none;
    const auto beside = std::make_unique<machine>(requests, with);
    const auto alone = std::make_unique<machine>(none, with);
    maxwell::latency_histogram<7> beside_ns, alone_ns;
    for (int turn = 0; turn < 300; ++turn) {
        const bool counts = turn >= 20;
        for (int q = 0; q < 100; ++q) beside->quantum(counts ? &beside_ns : nullptr);
        for (int q = 0; q < 100; ++q) alone->quantum(counts ? &alone_ns : nullptr);
    }
    out.beside_p99_ns = beside_ns.percentile(990'000);
    out.alone_p99_ns = alone_ns.percentile(990'000);
}

results run_all(std::vector<llm::request> const& requests, run_settings const& base) {
    results out;
    const bool shows = isatty(fileno(stderr)) != 0;
    for (std::size_t s = 0; s < schemes; ++s) {
        if (shows) fmt::print(stderr, "\r\033[K{} ...", scheme_names[s]);
        run_settings with = base;
        with.how = static_cast<scheme>(s);
        out.honest[s] = run_machine(requests, with);
        with.pretends = true;
        out.pretended[s] = run_machine(requests, with);
    }
    run_settings cold = base;
    cold.air_c = 10;
    out.cool = run_machine(requests, cold);
    time_decisions(requests, base, out);
    if (shows) fmt::print(stderr, "\r\033[K");
    return out;
}

std::vector<goal> judge(results const& r) {
    outcome const& ours = r.honest[0];
    outcome const& lied = r.pretended[0];
    const double kept = r.cool.utilisation == 0 ? 0 : ours.utilisation / r.cool.utilisation;
    const double over = ours.over_limit_s + lied.over_limit_s;
    const double slower =
        r.alone_p99_ns == 0 ? 0 : static_cast<double>(r.beside_p99_ns) / static_cast<double>(r.alone_p99_ns);
    return {{"the accelerator is at least .98 times as busy as in cold air",
             fmt::format("{:.3f}, at a mean multiplier of {:.2f}", kept, ours.multiplier[ordinary]), kept >= .98},
            {"feeding work waits 2 quanta at p99 at the most", fmt::format("{}", ours.wait_p99), ours.wait_p99 <= 2},
            {"a pretender gets at most 1 % more of a core in 10 s",
             fmt::format("{:+.2f} %", 100 * r.gain(scheme::coupled)), r.gain(scheme::coupled) <= .01},
            {"it is found out within 20 ms", fmt::format("{} ms", lied.found_out_ms),
             lied.found_out_ms > 0 && lied.found_out_ms <= 20},
            {"no die is above its limit of 88 C", fmt::format("{:.3f} s", over), over == 0},
            {"the processor's sigma is at most .15 K", fmt::format("{:.3f} K", ours.processor_sigma),
             ours.processor_sigma <= .15},
            {"a decision on the cores is at most 1.1 times as slow at p99 as without the accelerator's sales",
             fmt::format("{:.2f} ({} and {} ns)", slower, r.beside_p99_ns, r.alone_p99_ns), slower <= 1.1}};
}

constexpr std::array<char const*, 9> heads{
    "prices of the cores", "accelerator busy", "first token in time", "feeders wait, p50", "p99",
    "processor",           "accelerator",      "ordinary lane",       "device lane"};

std::array<std::string, 9> row(std::string_view name, outcome const& o) {
    return {std::string(name),
            fmt::format("{:.1f} %", 100 * o.utilisation),
            fmt::format("{:.1f} %", 100 * o.in_time),
            fmt::format("{}", o.wait_p50),
            fmt::format("{}", o.wait_p99),
            fmt::format("{:.2f} C, sigma {:.3f}", o.processor_c, o.processor_sigma),
            fmt::format("{:.2f} C, sigma {:.3f}", o.accelerator_c, o.accelerator_sigma),
            fmt::format("{:.2f}", o.multiplier[ordinary]),
            fmt::format("{:.2f}", o.multiplier[device])};
}

std::vector<std::array<std::string, 9>> rows(results const& r) {
    std::vector<std::array<std::string, 9>> out;
    for (std::size_t s = 0; s < schemes; ++s) out.push_back(row(scheme_names[s], r.honest[s]));
    out.push_back(row("coupled, in air of 10 C", r.cool));
    return out;
}

void print(results const& r, std::vector<goal> const& goals) {
    const auto line = [](auto const& cells) {
        fmt::print("{:<24} {:>16} {:>19} {:>17} {:>4} {:>22} {:>22} {:>13} {:>11}\n", cells[0], cells[1], cells[2],
                   cells[3], cells[4], cells[5], cells[6], cells[7], cells[8]);
    };
    line(heads);
    for (auto const& cells : rows(r)) line(cells);
    fmt::print(
        "Waits in quanta of a millisecond, means of temperatures and multipliers; the feeding lane's multiplier is "
        "1.\n");
    fmt::print("\nA pretender: milliseconds of a core in 10 s\n{:<24} {:>8} {:>10} {:>8}\n", "", "honest", "pretending",
               "gain");
    for (const scheme s : {scheme::coupled, scheme::declared}) {
        const auto i = static_cast<std::size_t>(s);
        fmt::print("{:<24} {:>8.0f} {:>10.0f} {:>+7.1f} %\n", scheme_names[i], r.honest[i].pretender_ms,
                   r.pretended[i].pretender_ms, 100 * r.gain(s));
    }
    print_goals(goals);
}

std::string write_page(results const& r, std::vector<goal> const& goals, run_settings const& with,
                       std::string const& about, std::string const& command) {
    std::vector<bar> busy, waits;
    for (std::size_t s = 0; s < schemes; ++s) {
        busy.push_back(
            {scheme_names[s], r.honest[s].utilisation, fmt::format("{:.1f} %", 100 * r.honest[s].utilisation)});
        waits.push_back(
            {scheme_names[s], static_cast<double>(r.honest[s].wait_p99), fmt::format("{}", r.honest[s].wait_p99)});
    }
    auto const& history = r.honest[0].history;
    std::string plots;
    for (std::string const& chart :
         {draw_lines(history, "Temperature, coupled", 40, 90, " C",
                     {{"limit", "#868e96", [](sample const&) { return machine::limit_c; }},
                      {"processor", "#e8590c", [](sample const& s) { return s.processor_c; }},
                      {"accelerator", "#1c7ed6", [](sample const& s) { return s.accelerator_c; }}}),
          draw_lines(history, "Price multiplier of the cores, coupled", 0, 8, "",
                     {{"ordinary lane", "#9c36b5", [](sample const& s) { return s.multiplier; }},
                      {"feeding lane", "#2f9e44", [](sample const&) { return 1.; }}}),
          draw_bars(busy, "How busy the accelerator is"),
          draw_bars(waits, "Feeding work's wait at p99, in quanta of 1 ms")})
        plots += fmt::format("<div class=\"plot\">{}</div>", llm::as_svg(chart, llm::chart_width));

    std::string head, body;
    for (char const* h : heads) head += fmt::format("<th>{}</th>", h);
    for (auto const& cells : rows(r)) {
        body += body.empty() ? "<tr class=\"own\">" : "<tr>";
        for (std::string const& c : cells) body += fmt::format("<td>{}</td>", c);
        body += "</tr>";
    }
    std::string pretended;
    for (const scheme s : {scheme::coupled, scheme::declared}) {
        const auto i = static_cast<std::size_t>(s);
        pretended += fmt::format("<tr{}><td>{}</td><td>{:.0f}</td><td>{:.0f}</td><td>{:+.1f} %</td></tr>",
                                 s == scheme::coupled ? " class=\"own\"" : "", scheme_names[i],
                                 r.honest[i].pretender_ms, r.pretended[i].pretender_ms, 100 * r.gain(s));
    }
    std::string page(planes_page);
    replace(page, "MAXWELL_HEADLINE",
            fmt::format("With a lane for feeding work the accelerator is busy {:.0f} % of the time, without one {:.0f} "
                        "%. An agent that pretends to feed gains "
                        "{:+.1f} %, and {:+.0f} % where lanes are declared.",
                        100 * r.honest[0].utilisation, 100 * r.honest[1].utilisation, 100 * r.gain(scheme::coupled),
                        100 * r.gain(scheme::declared)));
    replace(page, "MAXWELL_PLOTS", plots);
    replace(page, "MAXWELL_GOALS", goals_table(goals));
    replace(page, "MAXWELL_SCHEMES", "<table><thead><tr>" + head + "</tr></thead><tbody>" + body + "</tbody></table>");
    replace(page, "MAXWELL_PRETENDER",
            "<table><thead><tr><th>Lanes</th><th>honest</th><th>pretending</th><th>gain</th></tr></thead><tbody>" +
                pretended + "</tbody></table>");
    replace(page, "MAXWELL_MODEL",
            "A core draws 6 W beside the processor's 40 W, the accelerator 80 W beside its 20 W; both dies stand on a "
            "sink of .2 K/W, held at 85 C by a plane "
            "with a sensor each of 1 K, ten times a second and 100 ms late. A quantum is a millisecond. A prompt's "
            "token takes 5 us of a core, an iteration's launch "
            "300 us and 20 us for each running sequence. The accelerator is the serving engine of the liar's test.");
    replace(page, "MAXWELL_RUN",
            fmt::format("<dt>Command</dt><dd><code>{}</code></dd><dt>Requests</dt><dd>{}</dd><dt>Measured</dt><dd>{:g} "
                        "s after {:g} s</dd><dt>Seed</dt><dd>{}</dd>"
                        "<dt>Accelerator</dt><dd>{}</dd>",
                        escaped(command), escaped(about), with.seconds, with.warm_up_s, with.seed,
                        escaped(with.device == nullptr ? model_device().name() : with.device->name())));
    return page;
}

/// A generated twin of the trace of code: half as many requests, with longer prompts and shorter answers.
std::vector<sim::llm_request> generated_code(std::uint64_t seed) {
    std::vector<sim::llm_request> out;
    const auto talk = llm::generated_trace(seed);
    for (std::size_t i = 0; i < talk.size(); i += 2)
        out.push_back({talk[i].arrival_us, std::min(7'500u, 2 * talk[i].context_tokens),
                       std::max(1u, talk[i].generated_tokens / 6)});
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("./run planes: cores and an accelerator on one heat sink, their prices coupled and not");
    run_settings with;
    double speed = 1.5;
    bool on_cuda = false;
    std::string out_folder, talk_file, code_file;
    app.add_option("--conversation", talk_file, "Azure's conversation trace; without one: a generated twin");
    app.add_option("--code", code_file, "Azure's code trace; without one: a generated twin");
    app.add_option("--out", out_folder, "folder for the page, index.html; without one: no page");
    app.add_option("--speed", speed, "the traces, so many times as fast")
        ->check(maxwell::bench::number_range(.01, 100.))
        ->capture_default_str();
    app.add_option("--seconds", with.seconds, "measured, after the warm-up")
        ->check(maxwell::bench::number_range(10., 1000.))
        ->capture_default_str();
    app.add_option("--warm-up", with.warm_up_s, "seconds before that")
        ->check(maxwell::bench::number_range(0., 1000.))
        ->capture_default_str();
    app.add_flag("--cuda", on_cuda, "run the accelerator's iterations as kernels on a GPU, in real time");
    app.add_option("--seed", with.seed, "of values and of the deal")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (CLI::Success const& e) {
        return app.exit(e);
    } catch (CLI::ParseError const& e) {
        fmt::print(stderr, "planes: {}; --help lists the options.\n", e.what());
        return 2;
    }

    std::vector<sim::llm_request> trace;
    std::string about;
    const auto add = [&](std::string file, char const* usual, char const* what, std::vector<sim::llm_request> twin) {
        const std::string found = std::string(MAXWELL_TRACES) + "/" + usual;
        if (file.empty() && std::filesystem::exists(found)) file = found;
        std::vector<sim::llm_request> requests = std::move(twin);
        std::string from = fmt::format("{} generated ones like Azure's {} trace", requests.size(), what);
        if (!file.empty()) {
            sim::llm_reading read = sim::read_llm_requests(file);
            if (!read.error.empty()) {
                fmt::print(stderr, "planes: {}.\n", read.error);
                return false;
            }
            requests = std::move(read.requests);
            from = fmt::format("{} of {}", requests.size(), std::filesystem::path(file).filename().string());
        }
        trace.insert(trace.end(), requests.begin(), requests.end());
        about += (about.empty() ? "" : ", ") + from;
        return true;
    };
    if (!add(talk_file, "AzureLLMInferenceTrace_conv.csv", "conversation", llm::generated_trace(with.seed)) ||
        !add(code_file, "AzureLLMInferenceTrace_code.csv", "code", generated_code(with.seed + 1)))
        return 2;
    std::stable_sort(trace.begin(), trace.end(),
                     [](auto const& a, auto const& b) { return a.arrival_us < b.arrival_us; });
    if (!out_folder.empty()) {
        std::error_code failure;
        std::filesystem::create_directories(out_folder, failure);
        if (failure || !write_file(std::filesystem::path(out_folder) / "index.html", "")) {
            fmt::print(stderr, "planes: can't write to {}.\n", out_folder);
            return 2;
        }
    }

    llm::scenario deal;
    deal.speed = speed;
    deal.seed = with.seed;
    const std::vector<llm::request> requests = llm::deal(trace, deal);
    about += fmt::format(", {:g} times as fast", speed);
    fmt::print("Requests: {}\n\n", about);
    std::fflush(stdout);
    std::unique_ptr<iteration_device> device;
    if (on_cuda) {
        std::string why;
        device = make_cuda_device(why);
        if (device == nullptr) fmt::print(stderr, "planes: {}; the accelerator is simulated.\n", why);
        with.device = device.get();
    }
    results r;
    try {
        r = run_all(requests, with);
    } catch (std::runtime_error const& e) {
        fmt::print(stderr, "planes: {}.\n", e.what());
        return 1;
    }
    const std::vector<goal> goals = judge(r);
    print(r, goals);
    if (out_folder.empty()) return 0;

    std::string command = "./run planes";
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--out") {
            ++i;  // where the page is says nothing of how it was made
        } else {
            command += std::string(" ") + argv[i];
        }
    }
    const auto page = std::filesystem::path(out_folder) / "index.html";
    if (!write_file(page, write_page(r, goals, with, about, command))) {
        fmt::print(stderr, "planes: can't write to {}.\n", page.string());
        return 1;
    }
    fmt::print("\nThe page: {}\n", page.string());
    return 0;
}
