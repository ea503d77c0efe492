// SPDX-License-Identifier: MIT
//
// bookkeeping: what a run's metrics are counted from. The machine tells it what happens, from the end of the warm-up on.

#pragma once

#include "sim/population.hpp"
#include "sim/results.hpp"

#include <maxwell/core/latency_histogram.hpp>
#include <maxwell/sim/metrics.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace maxwell::simulator {

class bookkeeping {
public:
    bookkeeping(point const& p, std::uint32_t owners, std::size_t slots, double quantum_ns)
        : point_(p),
          lag_(slots),
          quantum_ns_(quantum_ns),
          used_(owners),
          before_(owners),
          weight_(owners),
          groups_(p.groups.size()) {}

    void owner(std::uint32_t who, std::uint32_t weight) { weight_[who] = weight; }

    /// The warm-up is over.
    void begin(std::uint64_t now_ns) {
        began_ns_ = second_ns_ = now_ns;
        counts_ = true;
        lag_.forget_worst();
    }

    void active(std::uint32_t slot, std::uint32_t weight) { lag_.enter(slot, weight); }
    void inactive(std::uint32_t slot) { lag_.leave(slot); }

    /// The best choice was worth `best` a microsecond, what was chosen `chosen`, for `ns`.
    void chose(double best, double chosen, std::uint64_t ns) {
        if (!counts_) return;
        best_ += best * static_cast<double>(ns);
        chosen_ += chosen * static_cast<double>(ns);
    }
    void starts(std::uint32_t slot, std::uint64_t waited_ns) {
        ++decisions_;
        lag_.note(slot);
        if (!counts_) return;
        waits_.record(waited_ns);
    }
    /// Of an agent that still waits at the end.
    void still_waits(std::uint64_t waited_ns) { longest_ns_ = std::max(longest_ns_, waited_ns); }

    void used(std::uint32_t slot, agent const& a, agent_view const& v, std::uint64_t ns, double speed, double payment) {
        lag_.used(slot, static_cast<double>(ns));
        if (!counts_) return;
        const double us = static_cast<double>(ns) * 1e-3;
        const double value = us * speed * a.ran_for;
        used_[v.owner] += us;
        busy_us_ += us;
        value_ += value;
        paid_ += us * payment;
        group_total& g = groups_[a.group];
        g.us += us;
        g.value += value;
        g.paid += us * payment;
    }
    /// A job has had its whole run, worth so many ticks.
    void whole(double ticks) { whole_ += counts_ ? ticks : 0; }
    void finished(std::uint64_t took_ns, std::uint64_t run_ns) {
        if (!counts_) return;
        ++finished_;
        const double slowdown = static_cast<double>(took_ns) / static_cast<double>(run_ns);
        slowdown_ += slowdown;
        slowdowns_.record(static_cast<std::uint64_t>(slowdown * 1000));
    }
    /// Paid after the fact; of one group if there is but one, else of nobody in particular.
    void paid(double ticks) {
        paid_ += ticks;
        if (groups_.size() == 1) groups_[0].paid += ticks;
    }
    void gave_up() { gave_up_ += counts_ ? 1 : 0; }

    /// Ends the second that is counted if it is over at `now_ns`.
    void end_second(std::uint64_t now_ns) {
        if (!counts_ || now_ns - second_ns_ < 1'000'000'000) return;
        second_ns_ += 1'000'000'000;
        std::vector<double> part(used_.size());
        for (std::size_t i = 0; i < used_.size(); ++i) part[i] = (used_[i] - before_[i]) / weight_[i];
        worst_jain_ = std::min(worst_jain_, sim::jain(part));
        before_ = used_;
        ++whole_seconds_;
    }

    std::uint64_t decisions() const { return decisions_; }
    double value() const { return value_; }
    double value_of_whole_jobs() const { return whole_; }

    run_result result(std::uint64_t now_ns) const {
        run_result r;
        const double us = static_cast<double>(now_ns - began_ns_) * 1e-3;
        std::vector<double> shares(used_.size());
        for (std::size_t i = 0; i < used_.size(); ++i) shares[i] = used_[i] / weight_[i];
        r[metric::value] = value_ / us;
        if (best_ > 0) r[metric::over_best] = chosen_ / best_;
        if (value_ > 0) r[metric::revenue] = paid_ / value_;
        if (used_.size() > 1) {
            r[metric::jain] = sim::jain(shares);
            r[metric::gini] = sim::gini(shares);
            r.lorenz = sim::lorenz(shares, 20);
            if (whole_seconds_ > 0) r[metric::worst_jain] = worst_jain_;
        }
        r[metric::longest_wait] = static_cast<double>(std::max(longest_ns_, waits_.maximum())) * 1e-6;
        r[metric::p99_wait] = static_cast<double>(waits_.percentile(990'000)) * 1e-6;
        for (const std::uint32_t p : {500'000u, 900'000u, 990'000u, 999'000u, 1'000'000u})
            r.waits.push_back(static_cast<double>(waits_.percentile(p)) * 1e-6);
        if (finished_ > 0) {
            r[metric::slowdown] = slowdown_ / static_cast<double>(finished_);
            r[metric::p99_slowdown] = static_cast<double>(slowdowns_.percentile(990'000)) * 1e-3;
            r[metric::finished] = static_cast<double>(finished_) / us * 1e6;
        }
        if (finished_ + gave_up_ > 0 && any_patience())
            r[metric::gave_up] = static_cast<double>(gave_up_) / static_cast<double>(finished_ + gave_up_);
        r[metric::lag] = lag_.worst() / quantum_ns_;
        r[metric::busy] = busy_us_ / us / point_.machine.processors;
        for (group_total const& g : groups_)
            r.groups.push_back({over(g.us, busy_us_), over(g.value, value_), over(g.value - g.paid, value_)});
        r.decisions = decisions_;
        return r;
    }

private:
    struct group_total {
        double us = 0, value = 0, paid = 0;
    };
    static double over(double part, double all) { return all > 0 ? part / all : 0; }
    bool any_patience() const {
        return std::any_of(point_.groups.begin(), point_.groups.end(),
                           [](group const& g) { return g.patience_us.has_value(); });
    }

    point const& point_;
    sim::fluid_lag lag_;
    double quantum_ns_;
    bool counts_ = false;
    std::uint64_t began_ns_ = 0;
    std::uint64_t second_ns_ = 0;
    std::vector<double> used_, before_, weight_;  ///< by owner, in microseconds
    std::vector<group_total> groups_;
    latency_histogram<> waits_;
    latency_histogram<> slowdowns_;  ///< in thousandths
    double best_ = 0, chosen_ = 0, value_ = 0, whole_ = 0, paid_ = 0, busy_us_ = 0, slowdown_ = 0;
    double worst_jain_ = 1;
    std::uint64_t longest_ns_ = 0, finished_ = 0, gave_up_ = 0, decisions_ = 0, whole_seconds_ = 0;
};

}  // namespace maxwell::simulator
