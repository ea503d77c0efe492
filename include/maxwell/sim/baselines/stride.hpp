// SPDX-License-Identifier: MIT
//
// stride: each client is served at regular intervals, the shorter the more tickets it has (Waldspurger and Weihl 1995).
//
//     tickets   3 2 1      stride 2 3 6 (of 6)     pass: when it is due next; the least is served, and moves on by its stride
//
//     served    A B A  A B C  A B A ...
//
// Deterministic. Of what two clients have had together each has its part to a quantum; a client's part of the whole is off by half as many
// quanta as there are clients at worst. A client that leaves keeps how
// far it was from the global pass and comes back with it, so leaving neither gains nor loses.
//
// Complexity: O(1) but next(), which is O(clients).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace maxwell::sim::baselines {

class stride {
public:
    /// Clients are numbered from 0 on. One begins with a whole stride to go, as in the paper. `tickets` above 0.
    void join(std::size_t client, double tickets) {
        if (client >= of_.size()) of_.resize(client + 1);
        of_[client] = {1 / tickets, 1 / tickets, true};
        enter(client);
    }
    /// May not run; what was left of its interval is kept for enter().
    void leave(std::size_t client) {
        state& c = of_[client];
        if (!c.active) return;
        c.pass -= global_;
        c.active = false;
        tickets_ -= 1 / c.stride;
    }
    void enter(std::size_t client) {
        state& c = of_[client];
        c.active = true;
        c.pass += global_;
        tickets_ += 1 / c.stride;
    }

    /// The client has `tickets` from now on; the part of its interval that is left stays the same part.
    void modify(std::size_t client, double tickets) {
        state& c = of_[client];
        const double left = c.active ? c.pass - global_ : c.pass;
        if (c.active) tickets_ += tickets - 1 / c.stride;
        c.pass = (c.active ? global_ : 0) + left / (tickets * c.stride);
        c.stride = 1 / tickets;
    }

    /// The active client of the least pass that `allowed`, the lowest number among equals.
    template <class Allowed>
    std::optional<std::size_t> next(Allowed allowed) const {
        std::optional<std::size_t> best;
        for (std::size_t i = 0; i < of_.size(); ++i) {
            if (of_[i].active && (!best || of_[i].pass < of_[*best].pass - tolerance) && allowed(i)) best = i;
        }
        return best;
    }

    /// An active client has used `quanta`, which need not be whole.
    void used(std::size_t client, double quanta) {
        of_[client].pass += of_[client].stride * quanta;
        if (tickets_ > 0) global_ += quanta / tickets_;
    }

private:
    static constexpr double tolerance = 1e-9;  ///< sums of fractions that are equal on paper

    struct state {
        double stride = 0;
        double pass = 0;  ///< while it isn't active: less global_
        bool active = false;
    };
    std::vector<state> of_;
    double global_ = 0;
    double tickets_ = 0;
};

}  // namespace maxwell::sim::baselines
