// SPDX-License-Identifier: MIT
//
// EEVDF, earliest eligible virtual deadline first (Stoica and Abdel-Wahab 1995): what Linux schedules by since 6.6.
//
//     virtual time   V, advances by time / (sum of weights): what a weight of 1 is entitled to
//     eligible       V at which a request may start: what the client has had, by its weight
//     deadline       eligible + request / weight
//
// Of the requests whose eligible time has come the one of the earliest deadline is served. No client is ever ahead of its share or behind it
// by more than a quantum. Linux adds heuristics; this is the paper's algorithm, with requests of one quantum. A client that leaves takes
// its lag out of V and brings it in again, so the lags of all that are there add up to 0, and leaving neither gains nor loses.
//
// Complexity: O(1) but next(), which is O(clients).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::sim::baselines {

class eevdf {
public:
    /// A request is `quantum` long.
    explicit eevdf(double quantum) : quantum_(quantum) {}

    /// Clients are numbered from 0 on. `weight` above 0. One begins with a lag of 0.
    void join(std::size_t client, double weight) {
        if (client >= of_.size()) of_.resize(client + 1);
        of_[client] = {weight, 0, 0, false};
        enter(client);
    }
    void leave(std::size_t client) {
        state& c = of_[client];
        if (!c.active) return;
        c.lag = c.weight * (virtual_ - c.eligible);
        c.active = false;
        weights_ -= c.weight;
        if (weights_ > 0) virtual_ += c.lag / weights_;
    }
    void enter(std::size_t client) {
        state& c = of_[client];
        c.active = true;
        if (weights_ > 0)
            virtual_ -= c.lag / weights_;
        else
            c.lag = 0;  // no other client is there to owe it
        weights_ += c.weight;
        c.eligible = virtual_ - c.lag / c.weight;
    }

    /// The active client that `allowed`, of the earliest deadline among those that are eligible; the lowest number among equals. Where
    /// none that is allowed is eligible, as with several processors, the one that will be first.
    template <class Allowed>
    std::optional<std::size_t> next(Allowed allowed) const {
        std::optional<std::size_t> best, soonest;
        for (std::size_t i = 0; i < of_.size(); ++i) {
            if (!of_[i].active || !allowed(i)) continue;
            if (of_[i].eligible <= virtual_ + tolerance && (!best || deadline(i) < deadline(*best))) best = i;
            if (!soonest || of_[i].eligible < of_[*soonest].eligible) soonest = i;
        }
        return best ? best : soonest;
    }

    /// An active client has had `time`: all of its request, or less, which then stays open for less.
    void used(std::size_t client, double time) {
        of_[client].eligible += time / of_[client].weight;
        virtual_ += time / weights_;
    }

    /// What an active client is due less what it had, in units of time.
    double lag(std::size_t client) const { return of_[client].weight * (virtual_ - of_[client].eligible); }

private:
    static constexpr double tolerance = 1e-6;  ///< of virtual time: sums of fractions that are equal on paper

    double deadline(std::size_t i) const { return of_[i].eligible + quantum_ / of_[i].weight; }

    struct state {
        double weight = 0;
        double eligible = 0;
        double lag = 0;  ///< while it isn't active
        bool active = false;
    };
    std::vector<state> of_;
    double quantum_;
    double virtual_ = 0;
    double weights_ = 0;
};

}  // namespace maxwell::sim::baselines
