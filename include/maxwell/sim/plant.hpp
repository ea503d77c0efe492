// SPDX-License-Identifier: MIT
//
// plant: a machine to be kept cool, in floating point, and the sensor that looks at it. What controllers are tried on.
//
// The plant is a ladder of resistances and capacities in its Foster form, stepped exactly: the same mathematics as
// thermal_model, written down independently, with other numbers. What a real machine does to a model is done to it:
// resistances and capacities that are not as stated, air that is warmer, a fan that stops. The sensor is late, coarse,
// noisy and can fail.
//
//     watts ──▶ plant ──▶ temperature() ──▶ sensor ──▶ thousandths of a degree, each period, about the time one delay ago
//
// Two machines, after figures in HotSpot (Skadron et al., 2003) and of graphics processors:
//
//     server_machine    .03 K/W 2 ms, .12 K/W 1 s, .20 K/W 22.9 s, air 40 C, 40 to 240 W: 128.6 W hold it at 85 C
//     stress_machine    .20 K/W 20 ms, .25 K/W 20 s,               air 35 C, 40 to 240 W: a die that a sensor can't follow
//
// Complexity: step O(stages), measure O(1).

#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace maxwell::sim {

struct plant_stage {
    double k_per_w;
    double tau_s;
};

/// A machine as its makers describe it.
struct machine {
    std::vector<plant_stage> stages;
    double surroundings_c;
    double idle_w;
    double most_w;

    double resistance() const {
        double total = 0;
        for (plant_stage const& s : stages) total += s.k_per_w;
        return total;
    }
};

inline machine server_machine() { return {{{.03, .002}, {.12, 1.}, {.20, 22.9}}, 40, 40, 240}; }
inline machine stress_machine() { return {{{.20, .020}, {.25, 20.}}, 35, 40, 240}; }

/// The machine as it is.
class plant {
public:
    /// As cold as its surroundings, stepped each `step_s` seconds.
    plant(machine const& m, double step_s)
        : stages_(m.stages),
          share_(m.stages.size()),
          rise_(m.stages.size()),
          ambient_(m.surroundings_c),
          step_s_(step_s) {
        for (std::size_t i = 0; i < stages_.size(); ++i) scale(i, 1, 1);
    }

    /// Multiplies the resistance and the capacity of a stage; what it holds of heat stays.
    void scale(std::size_t stage, double resistance, double capacity) {
        stages_[stage].k_per_w *= resistance;
        stages_[stage].tau_s *= resistance * capacity;
        share_[stage] = -std::expm1(-step_s_ / stages_[stage].tau_s);
    }
    void warm_air(double kelvin) { ambient_ += kelvin; }

    /// The state in which `watts` have been burnt for ever.
    void settle(double watts) {
        for (std::size_t i = 0; i < rise_.size(); ++i) rise_[i] = stages_[i].k_per_w * watts;
    }

    void step(double watts) {
        for (std::size_t i = 0; i < rise_.size(); ++i) {
            rise_[i] += (stages_[i].k_per_w * watts - rise_[i]) * share_[i];
        }
    }

    double temperature() const {
        double t = ambient_;
        for (const double x : rise_) t += x;
        return t;
    }

    double resistance() const {
        double total = 0;
        for (plant_stage const& s : stages_) total += s.k_per_w;
        return total;
    }

    /// Of its own accord it burns nothing.
    static double leakage_w() { return 0; }

    /// What it can burn for ever at `celsius`.
    double sustainable_w(double celsius) const { return (celsius - ambient_) / resistance(); }

private:
    std::vector<plant_stage> stages_;
    std::vector<double> share_;  ///< of the way to the end that a stage goes in a step
    std::vector<double> rise_;
    double ambient_;
    double step_s_;
};

/// How a sensor fails.
enum class sensor_fault : std::uint8_t {
    none,
    missing,    ///< says nothing
    stuck,      ///< says the same
    colder,     ///< says 20 K too little
    hotter,     ///< says 20 K too much
    wild,       ///< each tenth reading is anything
    off_scale,  ///< says -273
    repeating,  ///< each reading comes twice, the second time for the next
};

struct sensor_settings {
    double noise_k = .25;        ///< standard deviation, before quantisation
    double resolution_k = 1;     ///< rounds to the nearest
    std::uint32_t period = 100;  ///< steps between readings
    std::uint32_t delay = 100;   ///< steps from the measurement to the reading
};

class sensor {
public:
    sensor(sensor_settings const& settings, std::uint64_t seed) : settings_(settings), engine_(seed) {}

    /// What it says after a step at whose end the plant has `celsius`; nothing between readings. The reading is `delay`
    /// old.
    std::optional<std::int32_t> measure(double celsius, sensor_fault fault = sensor_fault::none) {
        pipe_.push_back(celsius);
        if (pipe_.size() > std::size_t{settings_.delay} + 1) pipe_.pop_front();
        if (++steps_ % settings_.period != 0 || pipe_.size() <= settings_.delay) return std::nullopt;
        const double true_c = pipe_.front() + settings_.noise_k * normal_(engine_);
        const auto say = [this](double c) {
            return static_cast<std::int32_t>(
                std::lround(std::round(c / settings_.resolution_k) * settings_.resolution_k * 1000));
        };
        const std::int32_t honest = say(true_c);
        switch (fault) {
            case sensor_fault::none:
                return last_ = honest;
            case sensor_fault::missing:
                return std::nullopt;
            case sensor_fault::stuck:
                return last_;
            case sensor_fault::colder:
                return honest - 20'000;
            case sensor_fault::hotter:
                return honest + 20'000;
            case sensor_fault::wild:
                return engine_() % 10 == 0 ? static_cast<std::int32_t>(engine_() % 125'000) : honest;
            case sensor_fault::off_scale:
                return -273'150;
            case sensor_fault::repeating:
                return steps_ / settings_.period % 2 == 0 ? last_ : last_ = honest;
        }
        return honest;
    }

private:
    sensor_settings settings_;
    std::mt19937_64 engine_;
    std::normal_distribution<double> normal_{0, 1};
    std::deque<double> pipe_;
    std::uint64_t steps_ = 0;
    std::int32_t last_ = 0;
};

}  // namespace maxwell::sim
