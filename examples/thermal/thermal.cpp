// SPDX-License-Identifier: MIT
//
// ./run thermal: a daemon that makes prices from this machine's temperatures and watts, or from a recording's, shows them, and publishes
// them every ten milliseconds on a page that other processes and guests can map.
//
//     sensors ──▶ power_meter, as_celsius ──▶ plane ──▶ price_page in sealed memory      examples/price_page.cpp reads such a page
//                                               └─▶ the terminal

#include "../../bench/harness/number_range.hpp"
#include "machine.hpp"

#include <maxwell/host/nvml_sensors.hpp>
#include <maxwell/host/polled_sensor.hpp>
#include <maxwell/host/power_meter.hpp>
#include <maxwell/host/replay_sensors.hpp>
#include <maxwell/host/shared_region.hpp>
#include <maxwell/host/sysfs_sensors.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <unistd.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace maxwell;
using namespace maxwell::examples;
using page_type = price_page<lane_count>;

volatile std::sig_atomic_t interrupted = 0;

/// What one die is measured by. A die without sensors is priced as one that nobody knows.
struct die_sensors {
    host::sensor* temperature = nullptr;
    host::sensor* power = nullptr;
    host::power_meter meter{host::quantity::power_uw};
    milliwatts drawn{0};
    std::optional<milli_celsius> newest;
};

/// The first sensor of that quantity whose name begins with one of `beginnings`, in their order.
host::sensor* find(std::vector<host::sensor>& all, std::initializer_list<std::string> beginnings,
                   std::initializer_list<host::quantity> wanted) {
    for (std::string const& beginning : beginnings) {
        for (host::sensor& s : all) {
            for (const host::quantity q : wanted) {
                if (s.what() == q && s.name().starts_with(beginning)) return &s;
            }
        }
    }
    return nullptr;
}

std::string bar(double share) {
    const int full = share < 0 ? 0 : share > 1 ? 20 : static_cast<int>(share * 20);
    std::string text;
    for (int i = 0; i < 20; ++i) text += i < full ? "█" : "░";
    return text;
}

/// What a person wants to see; on a terminal it stays in place, elsewhere it is a line each second.
void show(two_dies const& p, die_sensors const (&dies)[2], double seconds, bool terminal, bool again) {
    static constexpr char const* names[] = {"processor", "accelerator"};
    if (terminal && again) fmt::print("\033[4A");
    fmt::print("{:6.1f} s", seconds);
    for (std::size_t d = 0; d < 2; ++d) {
        const double mc = dies[d].newest ? dies[d].newest->value : milli_from_q32(p.die(d).observer().temperature());
        fmt::print("{} {} {:5.1f} C{} {} cap {:3} W, draws {:3}", terminal ? "\033[K\n  " : "  ", names[d], mc / 1e3,
                   dies[d].newest ? "" : " (by its model)", terminal ? bar(mc / 100e3) : "", p.die(d).cap_mw() / 1000,
                   dies[d].drawn.value / 1000);
    }
    fmt::print("{}", terminal ? "\033[K\n  " : "  ");
    for (std::size_t l = 0; l < lane_count; ++l) {
        fmt::print("{} x{:.2f} from {}  ", lane_names[l], p.prices().multiplier(l) / 65536.,
                   scaled_price(p.prices().schedule().base_price(), p.prices().multiplier(l)));
    }
    fmt::print("{}{}\n", p.prices().feeding_first() ? "feeding first" : "", terminal ? "\033[K" : "");
    std::fflush(stdout);
}

int refuse(std::string const& sentence, int code) {
    fmt::print(stderr, "thermal: {}\n", sentence);
    return code;
}

/// Runs until the sensors end, `seconds` are over, or somebody interrupts. `speed`: of a recording, 0 without waiting.
int run(two_dies& p, std::vector<host::sensor>& sensors, page_type& page, double seconds, std::optional<double> speed) {
    using q = host::quantity;
    die_sensors dies[2];
    dies[0].temperature =
        find(sensors, {"replay/processor", "hwmon/k10temp", "hwmon/coretemp", "thermal/x86_pkg", "thermal/cpu"},
             {q::temperature_mk});
    dies[0].power = find(sensors, {"replay/processor", "rapl/package", "hwmon/"}, {q::energy_uj, q::power_uw});
    dies[1].temperature = find(sensors, {"replay/accelerator", "nvml/"}, {q::temperature_mk});
    dies[1].power = find(sensors, {"replay/accelerator", "nvml/"}, {q::power_uw});
    host::sensor* load = find(sensors, {"replay/accelerator", "nvml/"}, {q::utilisation_q16});
    host::sensor* chassis = find(sensors, {"replay/chassis", "hwmon/acpitz", "thermal/acpitz"}, {q::temperature_mk});
    if (dies[0].temperature == nullptr || dies[0].power == nullptr) {
        return refuse(
            "no sensor of the processor's temperature, or none of its watts; ./run sensors lists what there is.", 1);
    }
    for (die_sensors& d : dies) {
        if (d.power != nullptr) d.meter = host::power_meter(d.power->what());
    }
    const bool terminal = isatty(STDOUT_FILENO) != 0;
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t first_ns = 0, last_ns = 0, shown_ns = 0, schedules = 0;
    while (interrupted == 0) {
        std::optional<host::sample> heat[2];
        std::uint64_t now = speed ? 0 : host::now_ns();
        for (std::size_t d = 0; d < 2; ++d) {
            if (dies[d].power != nullptr) {
                if (const auto s = dies[d].power->read()) dies[d].meter.take(*s), now = std::max(now, s->time_ns);
                if (const auto mean = dies[d].meter.mean()) dies[d].drawn = mean->value;
            }
            if (dies[d].temperature != nullptr) heat[d] = dies[d].temperature->read();
            if (heat[d]) now = std::max(now, heat[d]->time_ns);
        }
        if (speed && dies[0].power->trouble().ends_with("has ended")) break;
        if (first_ns == 0 && now != 0) {  // the machine has run for a while
            first_ns = last_ns = now;
            milli_celsius found[2];
            for (std::size_t d = 0; d < 2; ++d) {
                const q32 modelled = p.die(d).observer().temperature();
                found[d] = heat[d] ? to_celsius(milli_kelvin(heat[d]->value)) : milli_celsius(milli_from_q32(modelled));
            }
            p.warm_start(found);
        }
        const double time_s = static_cast<double>(now - first_ns) / 1e9;
        if (seconds > 0 && time_s >= seconds) break;
        const milliwatts drawn[] = {dies[0].drawn, dies[1].drawn};
        if (now > last_ns + 1'000'000'000) p.sleep(now, drawn), last_ns = now;  // nobody called for a second
        for (; last_ns + quantum_ns <= now; last_ns += quantum_ns) {
            if (p.step(last_ns + quantum_ns, drawn) && page.publish(p.prices().schedule())) ++schedules;
        }
        for (std::size_t d = 0; d < 2; ++d) {
            const auto t = dies[d].temperature ? host::as_celsius(dies[d].temperature->what(), heat[d]) : std::nullopt;
            dies[d].newest = t ? std::optional(t->value) : std::nullopt;
            if (t) p.observe(d, *t);
        }
        if (load != nullptr) {
            const auto use = host::as_share(load->what(), load->read());
            if (use) p.observe_load({{use->value, use->value}, use->time_ns});
        } else {
            p.observe_load({{0, 0}, now});  // no accelerator
        }
        if (chassis != nullptr) {
            if (const auto t = host::as_celsius(chassis->what(), chassis->read())) p.observe_chassis(*t);
        }
        if (schedules != 0 && (shown_ns == 0 || now >= shown_ns + (terminal ? 100'000'000 : 1'000'000'000))) {
            show(p, dies, time_s, terminal, shown_ns != 0);
            shown_ns = now;
        }
        if (!speed) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        if (speed && *speed > 0) std::this_thread::sleep_until(begin + std::chrono::duration<double>(time_s / *speed));
    }
    fmt::print("{} schedules published.\n", schedules);
    return schedules != 0 ? 0 : refuse("no reading ever came: " + dies[0].power->trouble(), 1);
}

}  // namespace

int main(int argc, char** argv) {
    std::string replay, machine_file, root;
    double seconds = 0, speed = 10;
    price base = 100;
    bool example = false;
    CLI::App app("Makes prices from temperatures and watts, shows and publishes them.", "thermal");
    app.add_option("--replay", replay, "take the sensors of this recording (./run sensors --record makes one)");
    app.add_option("--machine", machine_file,
                   "what the dies are like, as JSON; without it those of the shipped recording");
    app.add_option("--base", base, "ticks per unit at a multiplier of 1")->capture_default_str();
    app.add_option("--seconds", seconds, "how long; 0: until the recording ends or somebody interrupts")
        ->check(maxwell::bench::number_range(0, 1e9));
    app.add_option("--speed", speed, "of a recording, as a factor; 0: as fast as it goes")
        ->check(maxwell::bench::number_range(0, 1e9))
        ->capture_default_str();
    app.add_option("--root", root, "the folder that stands for /");
    app.add_flag("--example", example, "print a recording of two simulated dies on one sink instead");
    try {
        app.parse(argc, argv);
    } catch (CLI::CallForHelp const&) {
        fmt::print("{}", app.help());
        return 0;
    } catch (CLI::ParseError const& e) {
        return refuse(fmt::format("{}; --help lists the options.", e.what()), 2);
    }
    if (example) return print_recording(), 0;
    std::string why;
    const std::optional<machine> settings = read_machine(machine_file, why);
    if (!settings) return refuse(why, 2);
    const auto begin_ns = replay.empty() ? host::now_ns() : 0;
    auto p = two_dies::create(*settings, begin_ns);
    if (!p) return refuse(fmt::format("{}: {}.", machine_file, explain(*settings, p.fault)), 2);
    p->base_price(base);

    std::vector<host::sensor> sensors;
    if (!replay.empty()) {
        host::sensor_list list = host::replay_sensors(replay);
        if (list.sensors.empty()) return refuse(list.not_available + ".", 2);
        sensors = std::move(list.sensors);
    } else {
        for (auto list :
             {host::find_hwmon(root), host::find_thermal_zones(root), host::find_rapl(root), host::find_nvml()}) {
            for (host::sensor& s : list.sensors)
                sensors.push_back(host::unblocked(std::move(s), std::chrono::milliseconds(50)));
        }
    }
    region_error error;
    const auto region = shared_region::create_anonymous<page_type>("maxwell prices", sharing::read_only, error);
    if (!region) return refuse(error.what, 1);
    fmt::print("The price page of {} lanes is /proc/{}/fd/{}.\n", lane_count, getpid(), region->descriptor());
    std::signal(SIGINT, [](int) { interrupted = 1; });
    std::signal(SIGTERM, [](int) { interrupted = 1; });
    return run(*p, sensors, *region->get<page_type>(), seconds, replay.empty() ? std::nullopt : std::optional(speed));
}
