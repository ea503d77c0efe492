// SPDX-License-Identifier: MIT
//
// Policies that sell all processors at once, by the rules of sim/baselines/: exact VCG, GSP, proportional share, Karma's credits.

#include "sim/makers.hpp"

#include <maxwell/sim/baselines/gsp.hpp>
#include <maxwell/sim/baselines/karma.hpp>
#include <maxwell/sim/baselines/stride.hpp>
#include <maxwell/sim/baselines/vcg.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::simulator {
namespace {

/// The agents that wait, in order of arrival.
class sale_policy : public policy {
public:
    explicit sale_policy(setting const& s) : policy(s), waits_(s.capacity) {}

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override { waits_[slot] = ++wakes_; }
    void rebid(std::uint32_t slot) override {
        if (waits_[slot] != 0) waits_[slot] = ++wakes_;  // a new bid is a new arrival
    }
    void retire(std::uint32_t slot) override { waits_[slot] = 0; }
    pick decide(std::uint32_t, std::uint64_t) override { return {}; }  // never asked: it sells all at once
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

protected:
    bool waits(std::uint32_t slot) const { return waits_[slot] != 0; }
    void take(std::uint32_t slot) { waits_[slot] = 0; }

    /// The slots of those that wait, the earliest arrival first.
    std::vector<std::uint32_t> const& waiting() {
        order_.clear();
        for (std::uint32_t slot = 0; slot < setting_.agents->size(); ++slot) {
            if (waits(slot)) order_.push_back(slot);
        }
        std::sort(order_.begin(), order_.end(),
                  [this](std::uint32_t a, std::uint32_t b) { return waits_[a] < waits_[b]; });
        return order_;
    }

private:
    std::vector<std::uint64_t> waits_;  ///< by slot: since which wake, 0 for one that doesn't wait
    std::vector<std::uint32_t> order_;
    std::uint64_t wakes_ = 0;
};

/// Positions are processors, their weights the speeds. `Exact`: VCG, else GSP.
template <bool Exact>
class position_policy final : public sale_policy {
public:
    explicit position_policy(setting const& s) : sale_policy(s) {
        for (const double speed : s.speeds) weights_.push_back(static_cast<std::uint32_t>(std::lround(speed * whole)));
    }

    void decide_all(std::uint64_t, std::vector<pick>& out) override {
        std::fill(out.begin(), out.end(), pick{});
        std::vector<bid> arrived;
        for (const std::uint32_t slot : waiting()) arrived.push_back({slot, agent(slot).bid, 1});
        const std::vector<std::uint32_t> weights(weights_.begin(),
                                                 weights_.begin() + static_cast<std::ptrdiff_t>(out.size()));
        std::size_t core = 0;
        if constexpr (Exact) {
            for (auto const& won : sim::baselines::vcg_positions(arrived, weights))
                sell(out, core++, won.winner, static_cast<double>(won.total) / whole);
        } else {
            for (auto const& won : sim::baselines::gsp(arrived, weights))
                sell(out, core++, won.winner, static_cast<double>(won.payment) * won.weight / whole);
        }
    }

private:
    static constexpr double whole = 1000;  ///< a speed of 1

    void sell(std::vector<pick>& out, std::size_t core, bid const& winner, double payment) {
        out[core] = {slot_of(winner.agent), payment, false};
        take(slot_of(winner.agent));
    }

    std::vector<std::uint32_t> weights_;
};

/// Everybody has time in proportion to its bid, by stride, and pays its bid for each microsecond, served or not: so an agent that runs pays
/// the sum of the bids of all that want to.
class proportional_share_policy final : public sale_policy {
public:
    explicit proportional_share_policy(setting const& s) : sale_policy(s), wants_(s.capacity), bid_(s.capacity) {}

    void wake(std::uint32_t slot, std::uint64_t now_ns) override {
        sale_policy::wake(slot, now_ns);
        bid_[slot] = agent(slot).bid;
        sum_ += bid_[slot];
        wants_[slot] = true;
        stride_.join(slot, bid_[slot]);
    }
    void rebid(std::uint32_t slot) override {
        if (!wants_[slot]) return;
        sum_ += static_cast<double>(agent(slot).bid) - bid_[slot];
        bid_[slot] = agent(slot).bid;
        stride_.modify(slot, bid_[slot]);
    }
    void retire(std::uint32_t slot) override {
        sale_policy::retire(slot);
        gone(slot);
    }
    void decide_all(std::uint64_t, std::vector<pick>& out) override {
        for (pick& p : out) {
            const auto next = stride_.next([this](std::size_t i) { return waits(static_cast<std::uint32_t>(i)); });
            p = {};
            if (!next) continue;
            p = {static_cast<std::uint32_t>(*next), sum_ / setting_.processors, false};
            take(p.slot);
        }
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t used_ns, bool again) override {
        stride_.used(slot, static_cast<double>(used_ns) / setting_.quantum_ns);
        if (again)
            sale_policy::wake(slot, 0);
        else
            gone(slot);
    }

private:
    void gone(std::uint32_t slot) {
        if (!wants_[slot]) return;
        wants_[slot] = false;
        sum_ -= bid_[slot];
        stride_.leave(slot);
    }

    sim::baselines::stride stride_;
    std::vector<bool> wants_;
    std::vector<double> bid_;
    double sum_ = 0;
};

/// Owners borrow and lend processors; an owner's agents take turns. Half of a share is guaranteed, and all begin
/// with so many credits that nobody runs out, as in the paper.
class karma_policy final : public sale_policy {
public:
    explicit karma_policy(setting const& s)
        : sale_policy(s), credits_(s.owners, static_cast<double>(s.processors) / s.owners, .5, 1e9) {}

    void decide_all(std::uint64_t, std::vector<pick>& out) override {
        std::fill(out.begin(), out.end(), pick{});
        std::vector<std::uint32_t> demands(setting_.owners);
        for (const std::uint32_t slot : waiting()) ++demands[agent(slot).owner];
        for (std::uint32_t& d : demands) d = std::min(d, setting_.processors);
        std::vector<std::uint32_t> got = credits_.allocate(demands);
        std::size_t core = 0;
        for (const std::uint32_t slot : waiting()) {
            if (core == out.size()) break;
            if (got[agent(slot).owner] == 0) continue;
            --got[agent(slot).owner];
            out[core++] = {slot, 0, false};
        }
        for (std::size_t i = 0; i < core; ++i) take(out[i].slot);
    }

private:
    sim::baselines::karma credits_;
};

}  // namespace

std::unique_ptr<policy> make_vcg(setting const& s) { return std::make_unique<position_policy<true>>(s); }
std::unique_ptr<policy> make_gsp(setting const& s) { return std::make_unique<position_policy<false>>(s); }
std::unique_ptr<policy> make_proportional_share(setting const& s) {
    return std::make_unique<proportional_share_policy>(s);
}
std::unique_ptr<policy> make_karma(setting const& s) { return std::make_unique<karma_policy>(s); }

}  // namespace maxwell::simulator
