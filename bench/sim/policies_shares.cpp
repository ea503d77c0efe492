// SPDX-License-Identifier: MIT
//
// Policies that look at no bid: turns, shares by weight, deadlines. Plain scans over the agents: baselines needn't be fast.

#include "sim/makers.hpp"

#include <maxwell/sim/baselines/eevdf.hpp>
#include <maxwell/sim/baselines/stride.hpp>

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

namespace maxwell::simulator {
namespace {

/// The agents that wait, the one that has waited longest first.
class round_robin_policy final : public policy {
public:
    explicit round_robin_policy(setting const& s) : policy(s), at_(s.capacity, queue_.end()) {}

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override { at_[slot] = queue_.insert(queue_.end(), slot); }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override {
        if (at_[slot] != queue_.end()) queue_.erase(at_[slot]);
        at_[slot] = queue_.end();
    }
    pick decide(std::uint32_t core, std::uint64_t) override {
        for (const std::uint32_t slot : queue_) {
            if (!may_run(slot, core)) continue;
            retire(slot);
            return {slot, 0, false};
        }
        return {};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

private:
    std::list<std::uint32_t> queue_;
    std::vector<std::list<std::uint32_t>::iterator> at_;  ///< by slot
};

/// A share scheduler: `Shares` has join, enter, leave, next and used.
template <class Shares>
class share_policy final : public policy {
public:
    share_policy(setting const& s, Shares shares, double unit_ns)
        : policy(s), shares_(std::move(shares)), unit_ns_(unit_ns), waits_(s.capacity), joined_(s.capacity) {}

    void admit(std::uint32_t slot) override { joined_[slot] = false; }
    void wake(std::uint32_t slot, std::uint64_t) override {
        waits_[slot] = true;
        if (joined_[slot]) return shares_.enter(slot);
        joined_[slot] = true;
        shares_.join(slot, agent(slot).weight);
    }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override {
        if (waits_[slot]) shares_.leave(slot);
        waits_[slot] = false;
    }
    pick decide(std::uint32_t core, std::uint64_t) override {
        const auto next =
            shares_.next([&](std::size_t i) { return waits_[i] && may_run(static_cast<std::uint32_t>(i), core); });
        if (!next) return {};
        waits_[*next] = false;
        return {static_cast<std::uint32_t>(*next), 0, false};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t used_ns, bool again) override {
        shares_.used(slot, static_cast<double>(used_ns) / unit_ns_);
        if (again)
            waits_[slot] = true;
        else
            shares_.leave(slot);
    }

private:
    Shares shares_;
    double unit_ns_;  ///< what the scheduler counts in
    std::vector<bool> waits_;
    std::vector<bool> joined_;
};

/// The earliest deadline first; arrivals in turn among equals.
class earliest_deadline_policy final : public policy {
public:
    explicit earliest_deadline_policy(setting const& s) : policy(s), waits_(s.capacity) {}

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override { waits_[slot] = ++wakes_; }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override { waits_[slot] = 0; }
    pick decide(std::uint32_t core, std::uint64_t) override {
        std::uint32_t best = no_slot;
        for (std::uint32_t slot = 0; slot < setting_.agents->size(); ++slot) {
            if (waits_[slot] == 0 || !may_run(slot, core)) continue;
            if (best == no_slot || before(slot, best)) best = slot;
        }
        if (best != no_slot) waits_[best] = 0;
        return {best, 0, false};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

private:
    bool before(std::uint32_t a, std::uint32_t b) const {
        if (agent(a).deadline_ns != agent(b).deadline_ns) return agent(a).deadline_ns < agent(b).deadline_ns;
        return waits_[a] < waits_[b];
    }

    std::vector<std::uint64_t> waits_;  ///< by slot: since which wake, 0 for one that doesn't wait
    std::uint64_t wakes_ = 0;
};

}  // namespace

std::unique_ptr<policy> make_round_robin(setting const& s) { return std::make_unique<round_robin_policy>(s); }
std::unique_ptr<policy> make_stride(setting const& s) {
    using sim::baselines::stride;
    return std::make_unique<share_policy<stride>>(s, stride(), s.quantum_ns);
}
std::unique_ptr<policy> make_eevdf(setting const& s) {
    using sim::baselines::eevdf;
    return std::make_unique<share_policy<eevdf>>(s, eevdf(1), s.quantum_ns);
}
std::unique_ptr<policy> make_earliest_deadline(setting const& s) {
    return std::make_unique<earliest_deadline_policy>(s);
}

}  // namespace maxwell::simulator
