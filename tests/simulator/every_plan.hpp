// SPDX-License-Identifier: MIT
//
// The best plan of jobs with windows by trying every plan there is: what planners and bounds are compared with.

#pragma once

#include <maxwell/sim/optimum.hpp>
#include <maxwell/sim/random.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace maxwell::sim {

/// What counts of a job: each slot that it has had, or nothing unless it has had its whole length.
enum class counted { each_slot, whole_jobs };

/// Tries, slot by slot, every set of jobs that fits the processors.
class every_plan {
public:
    every_plan(std::vector<window_job> const& jobs, std::uint32_t processors, counted what = counted::each_slot)
        : jobs_(jobs), processors_(processors), what_(what) {
        for (window_job const& j : jobs) {
            left_.push_back(j.length);
            end_ = std::max(end_, j.last);
        }
    }
    double best(std::uint32_t slot = 0) {
        if (slot == end_) return value();
        const auto key = std::pair(slot, left_);
        if (const auto known = known_.find(key); known != known_.end()) return known->second;
        double most = 0;
        for (std::uint32_t set = 0; set < 1u << jobs_.size(); ++set) {
            bool possible = static_cast<std::uint32_t>(std::popcount(set)) <= processors_;
            for (std::size_t j = 0; j < jobs_.size() && possible; ++j) {
                if ((set >> j & 1) != 0) possible = left_[j] > 0 && jobs_[j].first <= slot && slot < jobs_[j].last;
            }
            if (!possible) continue;
            for (std::size_t j = 0; j < jobs_.size(); ++j) left_[j] -= set >> j & 1;
            most = std::max(most, best(slot + 1));
            for (std::size_t j = 0; j < jobs_.size(); ++j) left_[j] += set >> j & 1;
        }
        return known_[key] = most;
    }

private:
    double value() const {
        double sum = 0;
        for (std::size_t j = 0; j < jobs_.size(); ++j) {
            if (what_ == counted::each_slot || left_[j] == 0) sum += jobs_[j].value * (jobs_[j].length - left_[j]);
        }
        return sum;
    }

    std::vector<window_job> const& jobs_;
    std::uint32_t processors_;
    counted what_;
    std::uint32_t end_ = 0;
    std::vector<std::uint32_t> left_;
    std::map<std::pair<std::uint32_t, std::vector<std::uint32_t>>, double> known_;
};

/// 1 to `most` jobs of 1 to `longest` slots, within 5 slots or so; some can't be served at all.
inline std::vector<window_job> some_jobs(random_numbers& random, std::uint32_t most, std::uint32_t longest) {
    std::vector<window_job> jobs(1 + random.below(most));
    for (window_job& j : jobs) {
        j.first = random.below(5);
        j.last = j.first + random.below(6 - j.first);
        j.length = 1 + random.below(longest);
        j.value = random.below(10);
    }
    return jobs;
}

}  // namespace maxwell::sim
