// SPDX-License-Identifier: MIT

#include "harness/single_step.hpp"
#include "panels/thermal/control.hpp"

#include <maxwell/sim/thermal/auction_governor.hpp>
#include <maxwell/sim/thermal/shared_sink.hpp>
#include <maxwell/thermal/plane.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace maxwell::bench {
namespace {

using regulator = controller<sim::most_stages, 128>;

/// What is measured, as the machine would do it.
enum operation : int { plain_step, window_step, plausible_reading, other_reading, admission, operations };
constexpr std::array<std::string_view, operations> operation_names{
    "step within a window", "step that opens a window", "reading that is believed", "reading that is not", "admit"};

std::optional<regulator> fresh() { return regulator::create(sim::settings_for(sim::server_machine())); }

/// Runs through warming up, holding, surprises, sensor faults and blindness, and tells `count(kind, f)` of every operation.
template <class Count>
void live(regulator& c, int quanta, Count count) {
    for (int k = 0; k < quanta; ++k) {
        bool admitted = true;
        count(admission, [&] { admitted = c.admit(3'125); });
        while (admitted) admitted = c.admit(3'125);
        const std::uint32_t burnt = c.cap_mw() - c.allowance_mw() % 3'125;
        const bool opens = k % 10 == 9;
        count(opens ? window_step : plain_step, [&] { c.step(burnt); });
        if (k % 100 != 99) continue;
        const int phase = k / 100 % 8;
        std::int32_t reading = milli_from_q32(c.observer().temperature());
        if (phase == 3) reading += 3'000;
        if (phase == 5) reading -= 40'000;
        if (phase == 6) reading = -273'000;
        regulator before = c;
        const bool believed = before.observe(reading, 0) == sensor_verdict::plausible;
        count(believed ? plausible_reading : other_reading, [&] { c.observe(reading, 0); });
    }
}

// --- a plane: two dies, four lanes -------------------------------------------------------------------------------------

constexpr std::size_t lanes = 4;
enum plane_operation : int { plane_quantum, plane_publishing };

/// Two dies that warm up to their targets; counts every step, and every publishing.
void live_plane(single_stepper const& stepper, int quanta) {
    static price_page<lanes> page;
    auto s = sim::shared_sink_settings<lanes>();
    s.lane[0] = {lane_kind::feeding, 0, unit_multiplier};
    s.lane[3] = {lane_kind::device, 1};
    s.chassis = {milli_celsius(35'000), milli_celsius(50'000)};
    auto p = *plane<sim::most_stages, 128, 2, lanes>::create(s, 0);
    page.publish(p.prices().schedule());
    for (int k = 1; k <= quanta; ++k) {
        const std::uint64_t now = static_cast<std::uint64_t>(k) * 1'000'000;
        const milliwatts drawn[] = {milliwatts(p.die(0).cap_mw()), milliwatts(p.die(1).cap_mw())};
        p.observe_load({{static_cast<share_q16>(k) % whole_share, whole_share}, now});
        p.observe_chassis({milli_celsius(30'000 + k), now});
        bool priced = false;
        stepper.count(plane_quantum, [&] { priced = p.step(now, drawn); });
        if (priced) stepper.count(plane_publishing, [&] { page.publish(p.prices().schedule()); });
        if (k % 100 != 0) continue;
        for (std::size_t d = 0; d < 2; ++d) {
            p.observe(d, {milli_celsius(milli_from_q32(p.die(d).observer().temperature())), now});
        }
    }
}

void count_plane(panel_result& r, bool full) {
    std::vector<long> steps, publishing;
    const int quanta = full ? 4'000 : 1'000;
    for (stepped_operation const& o : single_stepper::run([&](single_stepper const& s) { live_plane(s, quanta); })) {
        (o.kind == plane_quantum ? steps : publishing).push_back(o.instructions);
    }
    const auto goal = [&](std::string text, double figure, double limit) {
        const verdict v = steps.empty() ? verdict::not_measured : figure <= limit ? verdict::met : verdict::missed;
        r.goals.push_back({"plane", std::move(text), steps.empty() ? "-" : fmt::format("{:.0f}", figure), v});
    };
    double sum = 0;
    long most = 0;
    for (const long n : steps) sum += static_cast<double>(n), most = std::max(most, n);
    double published = 0;
    for (const long n : publishing) published += static_cast<double>(n);
    const double count = static_cast<double>(std::max<std::size_t>(1, steps.size()));
    goal("a quantum of two dies and four lanes at most 400 instructions on average, publishing included",
         (sum + published) / count, 400);
    goal("no single step above 400", static_cast<double>(most), 400);
    if (steps.empty()) return;
    r.tables.push_back(
        {"Instructions of a plane of two dies and four lanes",
         {"", "instructions"},
         {{"a step, mean", fmt::format("{:.0f}", sum / count)},
          {"a step, most", fmt::format("{}", most)},
          {"publishing a schedule", fmt::format("{:.0f}", published / static_cast<double>(publishing.size()))},
          {"a quantum, mean, publishing included", fmt::format("{:.0f}", (sum + published) / count)}},
         "Windows of ten quanta, whose work is spread over them. The compiler and its flags are those of the page."});
}

}  // namespace

panel_result measure_temperature_control(panel_context const& context) {
    panel_result r;
    std::array<std::vector<long>, operations> instructions;
    const int quanta = context.full ? 8'000 : 1'600;
    for (stepped_operation const& o : single_stepper::run([&](single_stepper const& stepper) {
             auto c = fresh();
             live(*c, quanta, [&](int kind, auto f) { stepper.count(kind, f); });
         })) {
        instructions[static_cast<std::size_t>(o.kind)].push_back(o.instructions);
    }
    context.progress(.7, "stepped");

    // A loop of a whole second: its mean per quantum holds a hundred windows and ten readings.
    constexpr int loop = 1'000;
    double best_ns = 0;
    for (int repetition = 0; repetition < 200; ++repetition) {
        auto c = fresh();
        for (int k = 0; k < 100; ++k) c->step(100'000);
        const std::uint64_t start = ticks_begin();
        for (int k = 0; k < loop; ++k) {
            c->step(100'000 + static_cast<std::uint32_t>(k & 63) * 500);
            if (k % 100 == 99) c->observe(60'000 + k, 99);
            asm volatile("" : : "r"(&*c) : "memory");
        }
        const double ns = context.clock.ns(ticks_end() - start) / loop;
        if (repetition == 0 || ns < best_ns) best_ns = ns;
    }
    std::vector<power_bid> bids;
    for (std::uint32_t i = 0; i < 1'000; ++i) bids.push_back({i * 2'654'435'761u, 200});
    double clearing_ns = 0;
    for (int repetition = 0; repetition < 100; ++repetition) {
        const std::uint64_t start = ticks_begin();
        const clearing cleared = clearing_price(bids, 100'000);
        asm volatile("" : : "r"(&cleared) : "memory");
        const double ns = context.clock.ns(ticks_end() - start);
        if (repetition == 0 || ns < clearing_ns) clearing_ns = ns;
    }

    panel_table costs{
        "Instructions of single operations, three stages",
        {"", "operations", "median", "most"},
        {},
        "Through warming up, holding, a hot and a cold surprise, a sensor out of range and the time without it."};
    long most = 0;
    for (std::size_t kind = 0; kind < operations; ++kind) {
        std::vector<long>& all = instructions[kind];
        if (all.empty()) continue;
        std::sort(all.begin(), all.end());
        costs.rows.push_back({std::string(operation_names[kind]), fmt::format("{}", all.size()),
                              fmt::format("{}", all[all.size() / 2]), fmt::format("{}", all.back())});
        most = std::max(most, all.back());
    }
    const bool stepped = !costs.rows.empty();
    if (stepped) r.tables.push_back(costs);
    r.tables.push_back({"Time",
                        {"", "ns"},
                        {{"a quantum's step, windows and readings included", fmt::format("{:.1f}", best_ns)},
                         {"a clearing price of 1,000 bids", fmt::format("{:.0f}", clearing_ns)}},
                        "The best of 200 loops of 1,000 quanta; of 100 clearings."});
    r.goals.push_back({"temperature control", "a step at most 200 ns", fmt::format("{:.1f} ns", best_ns),
                       best_ns <= 200 ? verdict::met : verdict::missed});
    r.goals.push_back({"temperature control", "no single operation above 400 instructions",
                       stepped ? fmt::format("{}", most) : "-",
                       !stepped      ? verdict::not_measured
                       : most <= 400 ? verdict::met
                                     : verdict::missed});
    count_plane(r, context.full);
    return r;
}

}  // namespace maxwell::bench
