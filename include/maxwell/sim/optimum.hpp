// SPDX-License-Identifier: MIT
//
// best_of_windows: what a planner that knows all arrivals would have made of jobs that can wait. The exact offline optimum.
//
//     slot        0   1   2   3   4        two processors: each slot serves two jobs
//     job 9       [-------]                value 9 a slot, needs one slot of 0 .. 1
//     job 7           [-----------]        needs two slots of 1 .. 3
//     job 4           [---]                needs one, of 1: it is served if job 7 moves to 2 and 3
//
// A job is served in at most one processor at a time, in any slots of its window, up to its length, and each slot that it gets is worth the
// same. Numbers of slots that can be given together are a polymatroid (of unit jobs: a transversal matroid), so the greedy order is optimal
// (Edmonds 1971): jobs by value, the greatest first, each given as many slots as augmenting paths find. A path moves jobs that have slots to
// other slots of theirs, and takes nothing away. Where no path is found, the slots that were reached are full for ever, and are left out.
//
// Complexity: O(slots given * (width of a window)^2 * processors) at worst; far less in practice, since full slots are left out.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace maxwell::sim {

struct window_job {
    std::uint32_t first;   ///< the first slot that it can use
    std::uint32_t last;    ///< the slot after the last one
    std::uint32_t length;  ///< slots that it needs
    double value;          ///< of each slot
};

class window_planner {
public:
    /// `processors` serve in each slot.
    window_planner(std::vector<window_job> const& jobs, std::uint32_t processors)
        : jobs_(jobs), processors_(processors), slots_of_(jobs.size()) {
        std::uint32_t end = 0;
        for (window_job const& j : jobs) end = std::max(end, j.last);
        in_.resize(end);
        full_.resize(end);
        seen_.assign(end, 0);
        came_.resize(end);
    }

    /// The greatest sum of values. Afterwards slots_of() says who is served when.
    double solve() {
        std::vector<std::uint32_t> order(jobs_.size());
        std::iota(order.begin(), order.end(), 0u);
        std::stable_sort(order.begin(), order.end(),
                         [this](std::uint32_t a, std::uint32_t b) { return jobs_[a].value > jobs_[b].value; });
        double sum = 0;
        for (const std::uint32_t j : order) {
            for (std::uint32_t unit = 0; unit < jobs_[j].length && augment(j); ++unit) sum += jobs_[j].value;
        }
        return sum;
    }

    /// The slots in which a job is served, in no order.
    std::vector<std::uint32_t> const& slots_of(std::size_t job) const { return slots_of_[job]; }

private:
    /// How a slot was reached: `job` would move here from `from`, or would begin here if that is `nowhere`.
    struct step {
        std::uint32_t job;
        std::uint32_t from;
    };
    static constexpr std::uint32_t nowhere = ~0u;

    bool has(std::uint32_t job, std::uint32_t slot) const {
        return std::find(slots_of_[job].begin(), slots_of_[job].end(), slot) != slots_of_[job].end();
    }

    /// Gives `job` one slot more, if that is possible.
    bool augment(std::uint32_t job) {
        ++round_;
        queue_.clear();
        reach(job, nowhere);
        for (std::size_t i = 0; i < queue_.size(); ++i) {
            const std::uint32_t slot = queue_[i];
            if (in_[slot].size() < processors_) {
                follow(slot);
                return true;
            }
            for (const std::uint32_t mover : in_[slot]) reach(mover, slot);
        }
        for (const std::uint32_t slot : queue_) full_[slot] = true;
        return false;
    }

    /// All slots that `job` could have besides its own.
    void reach(std::uint32_t job, std::uint32_t from) {
        for (std::uint32_t slot = jobs_[job].first; slot < jobs_[job].last; ++slot) {
            if (full_[slot] || seen_[slot] == round_ || has(job, slot)) continue;
            seen_[slot] = round_;
            came_[slot] = {job, from};
            queue_.push_back(slot);
        }
    }

    /// Moves everybody along the path that ends in the free `slot`.
    void follow(std::uint32_t slot) {
        for (;;) {
            const step s = came_[slot];
            in_[slot].push_back(s.job);
            slots_of_[s.job].push_back(slot);
            if (s.from == nowhere) return;
            in_[s.from].erase(std::find(in_[s.from].begin(), in_[s.from].end(), s.job));
            slots_of_[s.job].erase(std::find(slots_of_[s.job].begin(), slots_of_[s.job].end(), s.from));
            slot = s.from;
        }
    }

    std::vector<window_job> const& jobs_;
    std::uint32_t processors_;
    std::vector<std::vector<std::uint32_t>> slots_of_;  ///< by job
    std::vector<std::vector<std::uint32_t>> in_;        ///< by slot: the jobs served there
    std::vector<bool> full_;                            ///< no path leads from here to a free slot
    std::vector<std::uint64_t> seen_;                   ///< by slot: the last search that reached it
    std::vector<step> came_;
    std::vector<std::uint32_t> queue_;
    std::uint64_t round_ = 0;
};

/// The greatest value that can be had. See above.
inline double best_of_windows(std::vector<window_job> const& jobs, std::uint32_t processors) {
    return window_planner(jobs, processors).solve();
}

}  // namespace maxwell::sim
