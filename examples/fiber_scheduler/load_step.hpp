// SPDX-License-Identifier: MIT
//
// A load step of a real kind, replayed: as the die gets warmer, fibers that heat it pay a multiple. Two fibers draw a value each for
// every quantum; one computes, in a lane whose multiplier follows the recorded temperature, the other waits for memory, in a lane
// that costs 1. Of values that are drawn alike the warm one wins 1 / (2 m) at a multiplier of m.

#pragma once

#include "measure.hpp"

#include <maxwell/host/replay_sensors.hpp>
#include <maxwell/thermal/coupling_table.hpp>
#include <maxwell/thermal/price_schedule.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

namespace fiber_market {

/// The processor's temperatures in `recording`, or none, and why.
inline std::vector<double> recorded_celsius(std::string const& recording, std::string& why) {
    std::vector<double> all;
    maxwell::host::sensor_list found = maxwell::host::replay_sensors(recording);
    why = found.not_available;
    for (maxwell::host::sensor& s : found.sensors) {
        if (!s.name().starts_with("replay/processor")) continue;
        while (const auto reading = maxwell::host::as_celsius(s.what(), s.read())) {
            all.push_back(static_cast<double>(reading->value.value) / 1000);
        }
        if (!all.empty()) return all;
    }
    if (why.empty()) why = recording + ": there is no temperature of a processor in it";
    return all;
}

/// Prints the warm fiber's share at each part of the recording; returns whether each is the one that its price asks for.
inline bool show_load_step(std::vector<double> const& celsius, double ms) {
    constexpr std::size_t parts = 8;
    constexpr double idle_c = 60, target_c = 85;
    std::printf(
        "a replayed load step: two fibers, one of which heats the die\n"
        "  temperature   its multiplier   its share   by price\n");
    bool all_right = true;
    const auto team = std::make_shared<crew>(1);
    on_a_thread(by_market(team, 0, 50), [&] {
        desk& d = team->desks[0];
        for (std::uint32_t account = 0; account < 2; ++account)
            d.m.accounts().open(account, {std::uint64_t{1} << 31, std::uint64_t{1} << 60, 0}, __rdtsc());
        std::mt19937_64 random(1);
        for (std::size_t part = 0; part < parts; ++part) {
            const double now_c = celsius[(2 * part + 1) * celsius.size() / (2 * parts)];
            const double left = std::clamp((target_c - now_c) / (target_c - idle_c), 0.0, 1.0);
            const auto headroom = static_cast<maxwell::share_q16>(left * maxwell::whole_share);
            // A busy device, as for the CPU's ordinary work beside it: the price is the headroom's.
            const maxwell::multiplier_q16 m = maxwell::scarcity<>.multiplier(maxwell::whole_share, headroom);
            maxwell::price_schedule<2> prices;
            prices.begin(__rdtsc(), 0);
            prices.set(0, maxwell::unit_multiplier, maxwell::unit_multiplier);
            prices.set(1, m, m);
            d.m.schedule(prices);
            long quanta[2] = {0, 0};
            bidder* both[2] = {};
            const double end = cpu_ns() + ms * 1e6 / parts;
            const auto work = [&](std::size_t lane) {
                return [&, lane] {
                    both[lane] = &boost::this_fiber::properties<bidder>();
                    while (cpu_ns() < end) {
                        while (!should_yield()) {
                        }
                        ++quanta[lane];
                        for (bidder* b : both)
                            if (b) b->bid(static_cast<maxwell::price>(1 + random() % 1'000'000), 1000);
                        yield();
                    }
                    both[lane] = nullptr;
                };
            };
            fiber cool = start(work(0), {0, 0, 0, true});
            fiber warm = start(work(1), {1, 1, 0, true});
            cool.join();
            warm.join();
            const auto n = static_cast<double>(quanta[0] + quanta[1]);
            const double share = static_cast<double>(quanta[1]) / n;
            const double by_price = maxwell::unit_multiplier / (2.0 * m);
            // Five standard deviations of independent draws, and the quanta in which one of them was alone.
            const bool right = std::abs(share - by_price) < 5 * std::sqrt(by_price / n) + 4 / n;
            std::printf("  %9.1f C   %14.2f   %7.1f %%   %6.1f %%%s\n", now_c, m / 65536.0, 100 * share, 100 * by_price,
                        right ? "" : "   not so");
            all_right = all_right && right;
        }
    });
    return all_right;
}

}  // namespace fiber_market
