// SPDX-License-Identifier: MIT
//
// best_waiting: the greatest value among the agents that wait and may run on a processor. What a decision is compared with.
//
//     tree of slots     waiting anywhere    waiting, pinned to 0    to 1 ...      each a heap-shaped tree of maxima, a leaf a slot
//
// It knows true values and shares nothing with the auctions. Complexity: set O(log slots), best O(1) for a processor.

#pragma once

#include "sim/policy.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace maxwell::simulator {

class best_waiting {
public:
    best_waiting(std::size_t slots, std::uint32_t processors, bool pins)
        : leaves_(std::bit_ceil(std::max<std::size_t>(2, slots))),
          trees_(pins ? processors + 1 : 1, std::vector<price>(2 * leaves_)) {}

    /// The agent of `slot` waits and is worth `value`; 0: it doesn't wait.
    void set(std::uint32_t slot, std::uint32_t pin, price value) {
        std::vector<price>& t = trees_[pin == anywhere ? 0 : pin + 1];
        std::size_t i = leaves_ + slot;
        t[i] = value;
        while (i > 1) {
            const price up = std::max(t[i], t[i ^ 1]);
            i /= 2;
            if (t[i] == up) return;
            t[i] = up;
        }
    }

    /// 0 if no agent waits that may run on `core`.
    price best(std::uint32_t core) const {
        return trees_.size() == 1 ? trees_[0][1] : std::max(trees_[0][1], trees_[core + 1][1]);
    }

    /// The sum over the first `processors`, the fastest first, of speed times the greatest value that is left.
    double best_of_all(std::vector<double> const& speeds, std::size_t processors) {
        taken_.clear();
        double sum = 0;
        for (std::uint32_t core = 0; core < processors; ++core) {
            const price value = best(core);
            if (value == 0) continue;
            sum += value * speeds[core];
            const std::size_t tree = trees_[0][1] == value ? 0 : core + 1;
            std::size_t i = 1;
            while (i < leaves_) i = trees_[tree][2 * i] == trees_[tree][i] ? 2 * i : 2 * i + 1;
            const auto slot = static_cast<std::uint32_t>(i - leaves_);
            const std::uint32_t pin = tree == 0 ? anywhere : core;
            taken_.push_back({slot, pin, value});
            set(slot, pin, 0);
        }
        for (auto const& [slot, pin, value] : taken_) set(slot, pin, value);
        return sum;
    }

private:
    struct taken {
        std::uint32_t slot, pin;
        price value;
    };
    std::size_t leaves_;
    std::vector<std::vector<price>> trees_;
    std::vector<taken> taken_;
};

}  // namespace maxwell::simulator
