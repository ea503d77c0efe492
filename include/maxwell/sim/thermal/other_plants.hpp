// SPDX-License-Identifier: MIT
//
// other_plants: machines that no controller here was tuned on. Each is the server of plant.hpp with something that its ladder leaves out.
//
//     lateral_cores    32 cores side by side; each is a thirty-second of the die, and the hottest is what the sensor shows
//     neighbour        an accelerator on the same sink, which draws more and less as it likes
//     leakage          watts that double with each few kelvin, so that heat makes heat; "loop gain" is what a kelvin of leakage warms
//     fan              a fan with three speeds, set by the sink's temperature every two seconds, with hysteresis
//     day              air that gets 8 K warmer and colder, and dust that takes .15 of what the sink gives to it
//
// Complexity: a step O(nodes^2), some 50 ns for three.

#pragma once

#include <maxwell/sim/thermal/heat_network.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace maxwell::sim {

/// Where the governed watts go: spread evenly over all dies, as frequencies do, or in whole dispatches, on dies in turn, at random, or
/// always on the first ones.
enum class placement { evenly, in_turn, at_random, on_the_first };

class other_plant {
public:
    /// The governed watts go to the first `dies` nodes; dispatches are of `whole_w` each. The idle power is spread evenly.
    other_plant(heat_network heat, std::size_t dies, double idle_w, placement where = placement::evenly,
                double whole_w = 0)
        : heat_(std::move(heat)),
          watts_(heat_.size()),
          order_(dies),
          idle_w_(idle_w),
          where_(where),
          whole_w_(whole_w) {
        std::iota(order_.begin(), order_.end(), std::size_t{0});
    }

    void step(double governed_w) {
        const double leaks = leakage_w();
        const std::size_t dies = order_.size();
        const double even = where_ == placement::evenly ? governed_w : idle_w_;
        for (std::size_t d = 0; d < dies; ++d) watts_[d] = (even + leaks) / static_cast<double>(dies);
        if (where_ != placement::evenly) {
            const auto whole = static_cast<std::size_t>(std::lround((governed_w - idle_w_) / whole_w_));
            if (where_ == placement::at_random) std::shuffle(order_.begin(), order_.end(), random_);
            for (std::size_t i = 0; i < whole; ++i) watts_[order_[(next_ + i) % dies]] += whole_w_;
            if (where_ == placement::in_turn) next_ = (next_ + whole) % dies;
        }
        heat_.step(watts_);
    }

    /// The hottest die.
    double temperature() const {
        double hottest = heat_.temperature(0);
        for (std::size_t d = 1; d < order_.size(); ++d) hottest = std::max(hottest, heat_.temperature(d));
        return hottest;
    }

    double leakage_w() const {
        return leak_w_ > 0 ? leak_w_ * std::exp(std::min((temperature() - 85) / leak_k_, 3.)) : 0;
    }

    /// What can be dispatched for ever at `celsius`, idle power included.
    double sustainable_w(double celsius) const { return sustainable(*this, celsius); }

    heat_network& heat() { return heat_; }
    heat_network const& heat() const { return heat_; }

    /// `node` beyond the dies draws so much from now on.
    void draw(std::size_t node, double watts) { watts_[node] = watts; }

    /// From now on `watts` leak at 85 degrees, and e times as much `kelvin` above; no more than e^3 times, since by then the die is gone.
    void leak(double watts, double kelvin) {
        leak_w_ = watts;
        leak_k_ = kelvin;
    }

    /// By default what the stated ladder would, in the air as it is.
    std::function<double(other_plant const&, double)> sustainable = [](other_plant const& p, double celsius) {
        return (celsius - p.heat().air()) / .35;
    };

private:
    heat_network heat_;
    std::vector<double> watts_;
    std::vector<std::size_t> order_;  ///< of dies, for dispatches
    double idle_w_;
    placement where_;
    double whole_w_;
    std::mt19937 random_{1};
    double leak_w_ = 0;
    double leak_k_ = 1;
    std::size_t next_ = 0;
};

/// Die, spreader, sink.
inline other_plant single_die(double step_s = .001) {
    return {{{{.002 / .03}, {1 / .12}, {22.9 / .2, 1 / .2}}, {{0, 1, 1 / .03}, {1, 2, 1 / .12}}, 40, step_s}, 1, 40};
}

/// Four rows of eight cores. Between neighbours flows half as much heat for a kelvin as from a core to the spreader.
inline other_plant lateral_cores(placement where, double whole_w, double step_s = .001) {
    constexpr std::size_t rows = 4, columns = 8, cores = rows * columns;
    constexpr double k_per_w = .03 * cores;
    std::vector<heat_node> nodes(cores, {.002 / k_per_w});
    nodes.push_back({1 / .12});
    nodes.push_back({22.9 / .2, 1 / .2});
    std::vector<heat_link> links{{cores, cores + 1, 1 / .12}};
    for (std::size_t i = 0; i < cores; ++i) {
        links.push_back({i, cores, 1 / k_per_w});
        if (i % columns + 1 < columns) links.push_back({i, i + 1, .5 / k_per_w});
        if (i + columns < cores) links.push_back({i, i + columns, .5 / k_per_w});
    }
    return {{nodes, links, 40, step_s}, cores, 40, where, whole_w};
}

/// Node 3 is an accelerator's die on the same sink: .02 K/W 5 ms, .05 K/W .5 s.
inline other_plant with_neighbour(double mean_neighbour_w, double step_s = .001) {
    other_plant p{{{{.002 / .03}, {1 / .12}, {22.9 / .2, 1 / .2}, {.005 / .02}, {.5 / .05}},
                   {{0, 1, 1 / .03}, {1, 2, 1 / .12}, {3, 4, 1 / .02}, {4, 2, 1 / .05}},
                   40,
                   step_s},
                  1,
                  40};
    p.sustainable = [mean_neighbour_w](other_plant const& it, double celsius) {
        return (celsius - it.heat().air() - .2 * mean_neighbour_w) / .35;
    };
    return p;
}

/// Leakage whose loop gain at 85 degrees is `gain`, and which grows e-fold in `kelvin`.
inline other_plant with_leakage(double gain, double kelvin, double step_s = .001) {
    other_plant p = single_die(step_s);
    const double watts = gain * kelvin / .35;
    p.leak(watts, kelvin);
    p.sustainable = [watts, kelvin](other_plant const& it, double celsius) {
        return (celsius - it.heat().air()) / .35 - watts * std::exp((celsius - 85) / kelvin);
    };
    return p;
}

/// Sets the sink's fan by its temperature; to be called before each step with the time.
class stepped_fan {
public:
    void operator()(other_plant& p, double t) {
        if (t < next_s_) return;
        next_s_ = t + 2;
        const double sink = p.heat().temperature(2);
        const int before = speed_;
        if (speed_ < 2 && sink > (speed_ == 0 ? 58 : 64)) ++speed_;
        if (speed_ > 0 && sink < (speed_ == 1 ? 54 : 60)) --speed_;
        if (speed_ == before && set_) return;
        set_ = true;
        constexpr double k_per_w[] = {.26, .20, .16};
        const double now = k_per_w[speed_];
        p.heat().node(2).air_w_per_k = 1 / now;
        p.sustainable = [now](other_plant const& it, double celsius) {
            return (celsius - it.heat().air()) / (.15 + now);
        };
    }

private:
    double next_s_ = -1e9;
    int speed_ = 1;
    bool set_ = false;
};

/// Air of 40 +- 8 degrees once in `seconds`, and dust that grows in sixty steps.
class air_and_dust {
public:
    explicit air_and_dust(double seconds) : seconds_(seconds) {}

    void operator()(other_plant& p, double t) {
        const double part = std::clamp(t / seconds_, 0., 1.);
        p.heat().air(40 + 8 * std::sin(2 * M_PI * part));
        const int layer = static_cast<int>(part * 60);
        if (layer == layer_) return;
        layer_ = layer;
        const double k_per_w = .2 / (1 - .15 * layer / 60);
        p.heat().node(2).air_w_per_k = 1 / k_per_w;
        p.sustainable = [k_per_w](other_plant const& it, double celsius) {
            return (celsius - it.heat().air()) / (.15 + k_per_w);
        };
    }

private:
    double seconds_;
    int layer_ = -1;
};

}  // namespace maxwell::sim
