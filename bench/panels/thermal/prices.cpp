// SPDX-License-Identifier: MIT

#include "panels/thermal/prices.hpp"

#include "harness/clock.hpp"
#include "harness/pinned.hpp"
#include "harness/single_step.hpp"
#include "panels/thermal/coupling_rivals.hpp"

#include <maxwell/auction/stratified_buckets.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/price_page.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace maxwell::bench {
namespace {

constexpr std::size_t inputs = 1024;

/// Arguments drawn beforehand, and somewhere for answers to go.
struct drawn {
    std::array<std::uint32_t, inputs> a;
    std::array<std::uint32_t, inputs> b;
    std::array<std::uint64_t, inputs> time_ns;
};

/// One operation, measured: `run(n)` does it on the drawn arguments n, n + 1 ... of a block and returns something made of all
/// answers, `once(n)` does one.
struct operation {
    std::string name;
    std::function<std::uint64_t()> block;  ///< `inputs` operations
    std::function<std::uint64_t(std::size_t)> once;
    double ns = 0;
    long instructions = -1;  ///< the most of those stepped; -1 where that can't be done
};

std::uint64_t volatile sink;

template <class F>
operation make(std::string name, F f) {
    return {std::move(name),
            [f] {
                std::uint64_t sum = 0;
                for (std::size_t n = 0; n < inputs; ++n) sum += f(n);
                return sum;
            },
            [f](std::size_t n) { return f(n); }};
}

/// Medians over `rounds` of interleaved blocks; the empty operation, first of the list, is taken off all others.
void time_all(std::vector<operation>& all, clock_facts const& clock, int rounds) {
    std::vector<std::vector<double>> seen(all.size());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            sink = all[i].block();  // warm
            const std::uint64_t from = ticks_begin();
            for (int block = 0; block < 20; ++block) sink = sink + all[i].block();
            seen[i].push_back(clock.ns(ticks_end() - from) / (20.0 * inputs));
        }
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::nth_element(seen[i].begin(), seen[i].begin() + rounds / 2, seen[i].end());
        all[i].ns = seen[i][static_cast<std::size_t>(rounds / 2)];
    }
    for (std::size_t i = 1; i < all.size(); ++i) all[i].ns = std::max(0.0, all[i].ns - all[0].ns);
}

/// The same operations one instruction at a time, 8 of each; the empty one's count comes off.
void count_all(std::vector<operation>& all) {
    const auto counted = single_stepper::run([&](single_stepper const& stepper) {
        for (int kind = 0; kind < static_cast<int>(all.size()); ++kind) {
            operation const& o = all[static_cast<std::size_t>(kind)];
            sink = o.once(0);  // link and touch
            for (std::size_t n = 0; n < 8; ++n) stepper.count(kind, [&] { sink = o.once(n * 77); });
        }
    });
    for (stepped_operation const& o : counted) {
        long& most = all[static_cast<std::size_t>(o.kind)].instructions;
        most = std::max(most, o.instructions);
    }
    for (std::size_t i = 1; i < all.size() && !counted.empty(); ++i) all[i].instructions -= all[0].instructions;
}

std::string instructions_text(operation const& o) {
    return o.instructions >= 0 ? fmt::format("{}", o.instructions) : "not counted";
}

judged_goal at_most(std::string subject, std::string text, double limit_ns, double ns) {
    return {std::move(subject), std::move(text), fmt::format("{:.2f} ns", ns),
            ns <= limit_ns ? verdict::met : verdict::missed};
}

constexpr std::size_t lanes = 4;
constexpr std::uint64_t start_ns = 1'000'000'000;

price_schedule<lanes> example_schedule() {
    price_schedule<lanes> s;
    s.begin(start_ns, 1000);
    for (std::uint32_t lane = 0; lane < lanes; ++lane) s.set(lane, unit_multiplier + lane * 1000, 8 * unit_multiplier);
    return s;
}

template <class Container>
std::unique_ptr<Container> filled(std::size_t agents) {
    auto container = std::make_unique<Container>();
    std::mt19937 random(3);
    for (std::size_t n = 0; n < agents; ++n) container->insert({n, static_cast<price>(random()), 1});
    return container;
}

/// Looking up, changing and passing on.
void measure_operations(panel_result& out, clock_facts const& clock, drawn const& d) {
    static price_schedule<lanes> schedule;
    static price_page<lanes> page;
    static price_page<12> large_page;
    static price_schedule<lanes> mine;
    static price_schedule<12> large;
    schedule = example_schedule();
    page.publish(schedule);
    large.begin(start_ns, 1000);
    large_page.publish(large);

    std::vector<operation> all;
    all.push_back(make("empty", [&d](std::size_t n) { return d.time_ns[n] + d.a[n] % lanes; }));
    all.push_back(make("look up a multiplier", [&d](std::size_t n) {
        return std::uint64_t{schedule.multiplier(d.a[n] % lanes, d.time_ns[n])};
    }));
    all.push_back(make("look up a reserve",
                       [&d](std::size_t n) { return std::uint64_t{schedule.reserve(d.a[n] % lanes, d.time_ns[n])}; }));
    all.push_back(make("look up a multiplier, late", [&d](std::size_t n) {
        const std::uint64_t late_ns = d.time_ns[n] + 25'000'000;
        return std::uint64_t{schedule.multiplier(d.a[n] % lanes, late_ns)};
    }));
    all.push_back(make("publish 4 lanes", [](std::size_t) { return std::uint64_t{page.publish(schedule)}; }));
    all.push_back(make("read 4 lanes", [](std::size_t) { return static_cast<std::uint64_t>(page.read(mine)); }));
    all.push_back(make("is there a newer version?", [](std::size_t) { return page.version(); }));
    all.push_back(make("publish 12 lanes", [](std::size_t) { return std::uint64_t{large_page.publish(large)}; }));
    all.push_back(
        make("read 12 lanes", [](std::size_t) { return static_cast<std::uint64_t>(large_page.read(large)); }));
    time_all(all, clock, 15);
    count_all(all);

    panel_table table{"Schedule and page",
                      {"operation", "ns", "instructions"},
                      {},
                      "Loops of independent operations, the loop taken off."};
    for (std::size_t i = 1; i < all.size(); ++i) {
        table.rows.push_back({all[i].name, fmt::format("{:.2f}", all[i].ns), instructions_text(all[i])});
    }
    out.tables.push_back(std::move(table));
    out.goals.push_back(at_most("price_schedule", "price lookup <= 2 ns", 2, all[1].ns));
}

/// A lane's new price, with N bidders in the lane: the schedule's line, the reserve, the container's reserve.
template <class Container>
void measure_lane_updates(panel_result& out, clock_facts const& clock, drawn const& d, std::string_view name) {
    constexpr std::array<std::size_t, 4> sizes{10, 100, 1'000, 10'000};
    std::vector<std::unique_ptr<Container>> containers;
    static price_schedule<lanes> schedule;
    schedule = example_schedule();
    std::vector<operation> all;
    all.push_back(make("empty", [&d](std::size_t n) { return d.time_ns[n] + d.a[n]; }));
    for (const std::size_t agents : sizes) {
        containers.push_back(filled<Container>(agents));
        Container* container = containers.back().get();
        all.push_back(make(fmt::format("{}", agents), [&d, container](std::size_t n) {
            schedule.set(1, d.a[n] | 1u, 8 * unit_multiplier);
            container->update_price(schedule.reserve(1, d.time_ns[n]));
            return std::uint64_t{container->reserve()};
        }));
    }
    time_all(all, clock, 15);
    count_all(all);
    panel_table table{
        fmt::format("Changing a lane's price, {}", name), {"bidders in the lane", "ns", "instructions"}, {}, ""};
    double most = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        table.rows.push_back({all[i].name, fmt::format("{:.2f}", all[i].ns), instructions_text(all[i])});
        most = std::max(most, all[i].ns);
    }
    out.tables.push_back(std::move(table));
    out.goals.push_back(at_most(std::string(name), "changing a lane's price <= 20 ns, whatever N", 20, most));
}

/// One attempt at a read as abi/price_page.h tells it, without the library: was the version still the same at the end?
bool one_attempt(price_page<lanes> const& page) {
    auto const* bytes = reinterpret_cast<unsigned char const*>(&page);
    auto const& header = *reinterpret_cast<maxwell_price_page const*>(bytes);
    const std::uint64_t version = __atomic_load_n(&header.latest, __ATOMIC_ACQUIRE);
    unsigned char const* at = bytes + maxwell_price_bank_offset(version, lanes);
    auto const& bank = *reinterpret_cast<maxwell_price_bank const*>(at);
    auto const* line = reinterpret_cast<maxwell_price_lane const*>(at + sizeof bank);
    std::uint32_t sum = 0;
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        for (auto const& m : line[lane].multiplier_q16) sum += __atomic_load_n(&m, __ATOMIC_ACQUIRE);
        sum += __atomic_load_n(&line[lane].safe_q16, __ATOMIC_ACQUIRE);
    }
    sink = sum;
    return __atomic_load_n(&bank.version, __ATOMIC_RELAXED) == version;
}

/// A reader beside a writer that pauses for so long between two versions.
void measure_contention(panel_result& out, bool full) {
    if (std::thread::hardware_concurrency() < 2) {
        out.notes.push_back(
            "With one processor a reader and a writer never run at the same time: contention was not measured.");
        return;
    }
    panel_table table{
        "A reader beside a writer",
        {"pause between versions", "versions/s", "attempts overtaken, per million", "reads that gave up, per million"},
        {},
        "A read gives up after four attempts and keeps what it has; in earnest a version comes each 10 ms."};
    for (const int pause_us : {0, 1, 10, 100, 10'000}) {
        static price_page<lanes> page;
        const price_schedule<lanes> schedule = example_schedule();
        page.publish(schedule);
        std::atomic<bool> done = false;
        const std::uint64_t before = page.version();
        const auto start = std::chrono::steady_clock::now();
        std::thread writer([&] {
            const pinned there(1);
            while (!done.load(std::memory_order_relaxed)) {
                page.publish(schedule);
                const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(pause_us);
                while (pause_us != 0 && std::chrono::steady_clock::now() < until &&
                       !done.load(std::memory_order_relaxed)) {
                }
            }
        });
        const pinned here(0);
        std::uint64_t reads = 0;
        std::uint64_t busy = 0;
        std::uint64_t overtaken = 0;
        price_schedule<lanes> mine;
        const auto length = std::chrono::milliseconds(full ? 2'000 : 300);
        while (std::chrono::steady_clock::now() - start < length) {
            for (int n = 0; n < 100; ++n) busy += page.read(mine) == price_read::too_busy ? 1 : 0;
            for (int n = 0; n < 100; ++n) overtaken += one_attempt(page) ? 0 : 1;
            reads += 100;
        }
        done = true;
        writer.join();
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const auto versions = static_cast<double>(page.version() - before);
        table.rows.push_back({pause_us == 0 ? std::string("none") : fmt::format("{} us", pause_us),
                              fmt::format("{:.0f}", versions / seconds),
                              fmt::format("{:.1f}", static_cast<double>(overtaken) / static_cast<double>(reads) * 1e6),
                              fmt::format("{:.1f}", static_cast<double>(busy) / static_cast<double>(reads) * 1e6)});
    }
    out.tables.push_back(std::move(table));
}

struct surface_error {
    double worst = 0;
    double mean = 0;
    bool monotone = true;
};

template <class Model>
surface_error error_of(Model const& model, share_q16 step) {
    surface_error e;
    double count = 0;
    std::vector<multiplier_q16> row_before(whole_share / step + 1, 0);
    for (share_q16 use = 0; use <= whole_share; use += step) {
        multiplier_q16 left = ~multiplier_q16{0};
        for (share_q16 headroom = 0; headroom <= whole_share; headroom += step) {
            const multiplier_q16 m = model.multiplier(use, headroom);
            const double exact = scarcity_surface(use / 65536.0, headroom / 65536.0);
            const double error = std::abs(m / 65536.0 - exact) / exact;
            e.worst = std::max(e.worst, error);
            e.mean += error;
            count += 1;
            if (m > left || m < row_before[headroom / step]) e.monotone = false;
            left = m;
            row_before[headroom / step] = m;
        }
    }
    e.mean /= count;
    return e;
}

/// The table against what one could take instead.
void measure_coupling(panel_result& out, clock_facts const& clock, drawn const& d, bool full) {
    static const coupling_table<17, 17> small = scarcity<17, 17>;
    static const coupling_table<33, 33> table = scarcity<33, 33>;
    static const coupling_table<65, 65> large = scarcity<65, 65>;
    static const coupling_formula formula;
    static const coupling_perceptron<8> eight(full ? 20'000 : 4'000);
    static const coupling_perceptron<16> sixteen(full ? 20'000 : 4'000);

    std::vector<operation> all;
    all.push_back(make("empty", [&d](std::size_t n) { return std::uint64_t{d.a[n]} + d.b[n]; }));
    const auto add = [&](std::string name, auto const& model) {
        all.push_back(make(std::move(name),
                           [&d, &model](std::size_t n) { return std::uint64_t{model.multiplier(d.a[n], d.b[n])}; }));
    };
    add("table of 17 x 17 knots", small);
    add("table of 33 x 33 knots", table);
    add("table of 65 x 65 knots", large);
    add("closed formula", formula);
    add("perceptron, 8 hidden", eight);
    add("perceptron, 16 hidden", sixteen);
    time_all(all, clock, 15);
    count_all(all);

    const share_q16 step = full ? 16 : 64;
    const std::array errors{error_of(small, step),   error_of(table, step), error_of(large, step),
                            error_of(formula, step), error_of(eight, step), error_of(sixteen, step)};
    const std::array<std::size_t, 6> bytes{sizeof small, sizeof table, sizeof large, 0, sizeof eight, sizeof sixteen};
    panel_table shown{"A multiplier from another plane's load, three ways",
                      {"way", "ns", "instructions", "worst error %", "mean error %", "monotone", "bytes"},
                      {},
                      "Random points; errors are relative, on a grid. Only a table holds a surface that is not known "
                      "when it is compiled."};
    for (std::size_t i = 0; i < errors.size(); ++i) {
        operation const& o = all[i + 1];
        shown.rows.push_back({o.name, fmt::format("{:.2f}", o.ns), instructions_text(o),
                              fmt::format("{:.4f}", 100 * errors[i].worst), fmt::format("{:.4f}", 100 * errors[i].mean),
                              errors[i].monotone ? "yes" : "no", fmt::format("{}", bytes[i])});
    }
    out.tables.push_back(std::move(shown));
    const double worst = 100 * errors[1].worst;
    out.goals.push_back({"coupling_table", "coupling error <= .35 %, 33 x 33 knots", fmt::format("{:.3f} %", worst),
                         worst <= 0.35 ? verdict::met : verdict::missed});
    out.goals.push_back({"coupling_table", "monotone where the surface is",
                         errors[1].monotone ? "monotone" : "not monotone",
                         errors[1].monotone ? verdict::met : verdict::missed});
}

}  // namespace

panel_result measure_prices(panel_context const& context) {
    panel_result out;
    static drawn d;
    std::mt19937 random(1);
    for (std::size_t n = 0; n < inputs; ++n) {
        d.a[n] = static_cast<std::uint32_t>(random() % (whole_share + 1));
        d.b[n] = static_cast<std::uint32_t>(random() % (whole_share + 1));
        d.time_ns[n] = start_ns + random() % price_schedule<lanes>::horizon_ns;
    }
    {
        const pinned here;
        context.progress(0, "schedule and page");
        measure_operations(out, context.clock, d);
        context.progress(0.2, "lanes");
        measure_lane_updates<stratified_buckets<16384>>(out, context.clock, d, "stratified_buckets");
        measure_lane_updates<tournament_tree<16384>>(out, context.clock, d, "tournament_tree");
        context.progress(0.5, "coupling");
        measure_coupling(out, context.clock, d, context.full);
    }
    context.progress(0.8, "contention");
    measure_contention(out, context.full);
    out.notes.push_back(
        "ns are medians of 15 interleaved rounds. Instructions are the most of eight single operations, stepped by "
        "ptrace, less an empty one.");
    return out;
}

}  // namespace maxwell::bench
