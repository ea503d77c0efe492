// SPDX-License-Identifier: MIT
//
// shared_sink: a processor and an accelerator on one heat sink, as a plant and as the settings of a plane for it.
//
//     40 to 240 W ──▶ (die) ──.03── (spreader) ──.12──┐
//                                                    (sink, 114.5 J/K) ──.20 K/W── air 40 C
//     20 to 220 W ──▶ (die) ──.02── (spreader) ──.05──┘
//
// The plant is a ladder, its settings are the ladder's numbers taken for stages. The two differ by a few per cent, so the controller never
// has the exact plant. At 85 degrees the two can draw 65 W and 119 W for ever, or one of them more and the other less.

#pragma once

#include <maxwell/sim/thermal/heat_network.hpp>
#include <maxwell/thermal/plane_settings.hpp>

#include <cstddef>
#include <cstdint>

namespace maxwell::sim {

/// The plant, stepped each `step_s`.
class shared_sink {
public:
    explicit shared_sink(double step_s = .001)
        : heat_({{.002 / .03}, {1 / .12}, {22.9 / .2, 1 / .2}, {.005 / .02}, {.5 / .05}},
                {{0, 1, 1 / .03}, {1, 2, 1 / .12}, {3, 4, 1 / .02}, {4, 2, 1 / .05}}, 40, step_s) {}

    void step(double processor_w, double accelerator_w) { heat_.step({processor_w, 0, 0, accelerator_w, 0}); }
    void settle(double processor_w, double accelerator_w) { heat_.settle({processor_w, 0, 0, accelerator_w, 0}); }
    double processor() const { return heat_.temperature(0); }
    double sink() const { return heat_.temperature(2); }
    double accelerator() const { return heat_.temperature(3); }

    /// What is in it, to be changed.
    heat_network& network() { return heat_; }

private:
    heat_network heat_;
};

/// Of a plane whose die 0 is the processor and die 1 the accelerator. Without `coupled` it doesn't know of their common sink.
template <std::size_t Lanes>
plane_settings<3, 2, Lanes> shared_sink_settings(bool coupled = true) {
    plane_settings<3, 2, Lanes> s{};
    s.die[0] = {{{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}}};
    s.die[1] = {{{20'000, 5'000}, {50'000, 500'000}, {200'000, 22'900'000}}};
    s.die[0].idle_mw = 40'000;
    s.die[0].max_mw = 240'000;
    s.die[1].idle_mw = 20'000;
    s.die[1].max_mw = 220'000;
    if (coupled) s.coupling[0][1] = s.coupling[1][0] = {200'000, 22'900'000};
    return s;
}

}  // namespace maxwell::sim
