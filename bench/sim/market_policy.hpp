// SPDX-License-Identifier: MIT
//
// The market as a policy: one for all processors, or one for each with stealing. Each container's is compiled in a file of its own.

#pragma once

#include "sim/policy.hpp"

#include <maxwell/market/ledger.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/market/steal.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::simulator {

/// `Fair`: agents don't pay and bid by their shares.
template <class Market, bool Fair>
class market_policy final : public policy {
    static constexpr bool per_core = Market::cores() == 1;

public:
    explicit market_policy(setting const& s)
        : policy(s), markets_(std::make_unique<Market[]>(per_core ? s.processors : 1)), home_(s.capacity) {
        if (per_core) waiting_.resize(s.processors);
        for (std::uint32_t m = 0; m < (per_core ? s.processors : 1); ++m) markets_[m].shares({0, 1u << 31, 1}, 4);
    }

    void admit(std::uint32_t slot) override {
        home_[slot] = !per_core ? 0 : agent(slot).pin != anywhere ? agent(slot).pin : slot % setting_.processors;
        at(slot).admit(agent(slot).id, {0, 0, agent(slot).weight, !Fair});
        rebid(slot);
    }
    void wake(std::uint32_t slot, std::uint64_t now_ns) override {
        at(slot).wake(agent(slot).id, now_ns);
        if (per_core) ++waiting_[home_[slot]];
    }
    void rebid(std::uint32_t slot) override {
        at(slot).offer({agent(slot).id, Fair ? 0 : agent(slot).bid, setting_.quantum_ns});
    }
    void retire(std::uint32_t slot) override {
        if (per_core && at(slot).table().state(agent(slot).id) == seat_state::waiting) --waiting_[home_[slot]];
        at(slot).retire(agent(slot).id);
    }

    pick decide(std::uint32_t core, std::uint64_t now_ns) override {
        if constexpr (!per_core) {
            return picked(markets_[0].decide(core, now_ns), false);
        } else {
            decision d = markets_[core].decide(0, now_ns);
            const bool stolen = !d.run && steal_for(core);
            if (stolen) d = markets_[core].decide(0, now_ns);
            if (d.run) --waiting_[core];
            return picked(d, stolen);
        }
    }

    void leave_idle(std::uint32_t core, std::uint64_t now_ns) override {
        Market& m = markets_[per_core ? core : 0];
        m.close();
        m.decide(per_core ? 0 : core, now_ns);  // what ran there waits again
        m.close(false);
    }

    void ended(std::uint32_t core, std::uint32_t slot, std::uint64_t used_ns, bool again) override {
        at(slot).charge(per_core ? 0 : core, used_ns, 0);
        if (!again) at(slot).block(agent(slot).id);
        if (per_core && again) ++waiting_[core];
    }

    void reserve(price p, std::uint64_t now_ns) override {
        price_schedule<1> flat{};
        flat.begin(now_ns, p);
        flat.set(0, unit_multiplier, unit_multiplier);
        for (std::uint32_t m = 0; m < (per_core ? setting_.processors : 1); ++m) markets_[m].schedule(flat);
    }

private:
    Market& at(std::uint32_t slot) { return markets_[home_[slot]]; }

    static pick picked(decision const& d, bool stolen) {
        if (!d.run) return {};
        return {slot_of(d.run->winner.agent), Fair ? 0. : static_cast<double>(d.run->payment), stolen};
    }

    /// Takes an agent that isn't pinned from the next processor that has one waiting.
    bool steal_for(std::uint32_t core) {
        if constexpr (per_core) {
            for (std::uint32_t i = 1; i < setting_.processors; ++i) {
                const std::uint32_t victim = (core + i) % setting_.processors;
                if (waiting_[victim] == 0) continue;
                const auto free = [this](std::uint32_t slot) { return agent(slot).pin == anywhere; };
                const auto got = steal(markets_[victim], markets_[core], free, 4);
                if (!got) continue;
                --waiting_[victim];
                ++waiting_[core];
                home_[slot_of(*got)] = core;
                return true;
            }
        }
        return false;
    }

    std::unique_ptr<Market[]> markets_;
    std::vector<std::uint32_t> home_;     ///< by slot: its market
    std::vector<std::uint32_t> waiting_;  ///< by market: agents that wait there
};

/// The market over a container of either size, for all processors or for each.
template <template <std::size_t> class Container, bool Fair>
std::unique_ptr<policy> make_market(setting const& s) {
    const bool small = s.capacity <= 1024;
    if (s.per_core) {
        if (small) return std::make_unique<market_policy<market<Container<1024>, 1, free_of_charge, 1>, Fair>>(s);
        return std::make_unique<market_policy<market<Container<most_agents>, 1, free_of_charge, 1>, Fair>>(s);
    }
    if (small)
        return std::make_unique<market_policy<market<Container<1024>, 1, free_of_charge, most_processors>, Fair>>(s);
    return std::make_unique<market_policy<market<Container<most_agents>, 1, free_of_charge, most_processors>, Fair>>(s);
}

}  // namespace maxwell::simulator
