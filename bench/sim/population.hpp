// SPDX-License-Identifier: MIT
//
// population: the agents of a machine: what they are worth, when they run and for how long. The same for every policy.
//
// Everything that an agent draws comes from a stream of its own, and every arrival's from its group's, in order of arrival. So which policy
// runs has no part in what agents want: policies are compared on the same events.

#pragma once

#include "sim/experiment.hpp"
#include "sim/pacing.hpp"
#include "sim/policy.hpp"

#include <maxwell/core/agent_registry.hpp>
#include <maxwell/sim/trace/workload.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {

enum class activity : std::uint8_t { vacant, blocked, waiting, running, leaving };

struct agent {
    sim::random_numbers random{0};
    price value = 0;    ///< ticks per microsecond
    price ran_for = 0;  ///< its value when its quantum began
    std::uint32_t group = 0;
    activity state = activity::vacant;
    bool arrived = false;       ///< it leaves when it is done
    std::uint64_t left_ns = 0;  ///< of its run; ~0: it runs for ever
    std::uint64_t run_ns = 0;
    std::uint64_t woke_ns = 0;  ///< its run could begin
    std::uint64_t waits_since_ns = 0;
};

/// A job that arrives.
struct arrival {
    std::uint32_t group;
    std::uint32_t owner;
    price value;
    std::uint64_t run_ns;
    std::uint64_t patience_ns;  ///< ~0: it waits for ever
    std::uint64_t at_ns;
};

inline price as_price(double ticks) {
    return static_cast<price>(std::clamp(std::llround(ticks), 1ll, 1'000'000'000ll));
}
inline std::uint64_t as_ns(double us) { return static_cast<std::uint64_t>(std::max(1., std::round(us * 1e3))); }

class population {
public:
    static constexpr std::uint64_t for_ever = ~std::uint64_t{0};

    population(point const& p, std::vector<std::vector<sim::job>> const& traces, std::uint64_t seed)
        : point_(p), traces_(traces) {
        sim::random_numbers seeds(seed);
        for (group const& g : p.groups) {
            sim::random_numbers of_group(seeds());
            common_.push_back(of_group.normal());
            first_owner_.push_back(owners_);
            const std::uint32_t owners = g.owners != 0 ? g.owners : std::max(1u, g.agents);
            owners_ += owners;
            const auto index = static_cast<std::uint32_t>(common_.size() - 1);
            for (std::uint32_t i = 0; i < g.agents; ++i) {
                sim::random_numbers own(of_group());
                add(index, first_owner_.back() + i % owners, i, own);
            }
            source s{of_group, std::nullopt, 1, 0, 0};
            if (g.arrive) s.gaps.emplace(*g.arrive);
            if (g.load > 0) s.faster = g.load / offered(index);
            sources_.push_back(s);
        }
        std::vector<std::optional<std::uint64_t>> per_ms(owners_);
        for (std::uint32_t owner = 0; owner < owners_; ++owner) {
            auto const& budget = budget_of(owner);
            if (budget && budget->paced) per_ms[owner] = credits(budget->per_ms);
        }
        pacing_ = pacing(per_ms);
    }

    std::vector<agent> const& all() const { return agents_; }
    std::vector<agent_view> const& views() const { return views_; }
    agent& operator[](std::uint32_t slot) { return agents_[slot]; }
    agent_view& view(std::uint32_t slot) { return views_[slot]; }
    group const& group_of(std::uint32_t slot) const { return point_.groups[agents_[slot].group]; }
    std::uint32_t owners() const { return owners_; }

    /// Of an owner's shares: its group's weight for each agent that stays, or once for those that arrive.
    std::uint32_t weight_of_owner(std::uint32_t owner) const {
        const std::size_t g = group_of_owner(owner);
        group const& of = point_.groups[g];
        if (of.agents == 0 || of.owners == 0) return of.weight;
        return of.weight * ((of.agents - (owner - first_owner_[g]) + of.owners - 1) / of.owners);
    }

    /// By owner, in credits of a tick for a nanosecond; empty if no group has a budget.
    std::vector<std::optional<account_terms>> accounts() const {
        std::vector<std::optional<account_terms>> all;
        const auto has = [](group const& g) { return g.budget.has_value(); };
        if (!point_.machine.budget && std::none_of(point_.groups.begin(), point_.groups.end(), has)) return all;
        all.resize(owners_);
        for (std::uint32_t owner = 0; owner < owners_; ++owner) {
            auto const& b = budget_of(owner);
            if (b) all[owner] = {credits(b->per_ms), credits(b->cap), 0};
        }
        return all;
    }

    bool paces() const { return pacing_.any(); }

    /// The agent of `slot` has paid `per_us` ticks a microsecond for `ns`.
    void pays(std::uint32_t slot, double per_us, std::uint64_t ns) {
        pacing_.spent(views_[slot].owner, static_cast<std::uint64_t>(std::llround(per_us * static_cast<double>(ns))));
    }

    /// A period of the owners that pace themselves is over. Returns the slots of those that bid another amount now.
    std::vector<std::uint32_t> end_period() {
        pacing_.end_period();
        std::vector<std::uint32_t> changed;
        for (std::uint32_t slot = 0; slot < agents_.size(); ++slot) {
            if (agents_[slot].state == activity::vacant || views_[slot].bid == bid_of(slot)) continue;
            views_[slot].bid = bid_of(slot);
            changed.push_back(slot);
        }
        return changed;
    }

    /// Slots that will be used at most.
    std::size_t capacity() const {
        const bool open = std::any_of(point_.groups.begin(), point_.groups.end(),
                                      [](group const& g) { return g.arrive || !g.trace.empty(); });
        return open ? max_agents : std::max<std::size_t>(1, agents_.size());
    }

    /// A new value of the agent of `slot`, and its bid.
    void draw_value(std::uint32_t slot) {
        agent& a = agents_[slot];
        group const& g = point_.groups[a.group];
        a.value = as_price(correlated(g.value, g.correlation, common_[a.group], a.random));
        views_[slot].bid = bid_of(slot);
    }

    /// The length of its next run.
    void draw_run(std::uint32_t slot) {
        agent& a = agents_[slot];
        group const& g = point_.groups[a.group];
        a.run_ns = a.left_ns = g.run_us ? as_ns((*g.run_us)(a.random)) : for_ever;
    }

    /// The next job of group `g` after `after_ns`, or nothing if none comes.
    std::optional<arrival> next_arrival(std::uint32_t g, std::uint64_t after_ns) {
        source& s = sources_[g];
        group const& of = point_.groups[g];
        arrival a{g, 0, 0, 0, for_ever, after_ns};
        if (s.gaps) {
            a.at_ns += as_ns(s.gaps->next(s.random) * 1e6 / s.faster);
            a.run_ns = as_ns((*of.run_us)(s.random));
        } else if (!of.trace.empty() && s.next < traces_[g].size()) {
            sim::job const& j = traces_[g][s.next++];
            a.at_ns = static_cast<std::uint64_t>(static_cast<double>(j.arrival_us) * 1e3 / s.faster);
            a.run_ns = j.service_us * 1000;
        } else {
            return std::nullopt;
        }
        a.value = as_price(correlated(of.value, of.correlation, common_[g], s.random));
        if (of.patience_us) a.patience_ns = as_ns((*of.patience_us)(s.random));
        a.owner = first_owner_[g] + (of.owners != 0 ? s.count++ % of.owners : 0);
        return a;
    }

    /// A slot for `a`; nothing if all are taken.
    std::optional<std::uint32_t> admit(arrival const& a) {
        if (registry_->size() == max_agents) return std::nullopt;
        const std::uint32_t slot = add(a.group, a.owner, 0, sim::random_numbers(0));
        agents_[slot].value = a.value;
        agents_[slot].arrived = true;
        agents_[slot].run_ns = agents_[slot].left_ns = a.run_ns;
        views_[slot].bid = bid_of(slot);
        return slot;
    }
    void release(std::uint32_t slot) {
        registry_->release(views_[slot].id);
        agents_[slot].state = activity::vacant;
    }

    /// 99 of 100 values, and half of them, are below it: the highest of all groups.
    price high() const { return max_at(2.326348); }
    price median() const { return max_at(0); }

private:
    struct source {
        sim::random_numbers random;
        std::optional<sim::arrivals> gaps;
        double faster;
        std::size_t next;  ///< in the trace
        std::uint32_t count;
    };

    std::uint32_t add(std::uint32_t g, std::uint32_t owner, std::uint32_t turn, sim::random_numbers const& random) {
        const agent_id id = *registry_->acquire();
        const std::uint32_t slot = slot_of(id);
        if (slot >= agents_.size()) {
            agents_.resize(slot + 1);
            views_.resize(slot + 1);
        }
        group const& of = point_.groups[g];
        agents_[slot] = {};
        agents_[slot].random = random;
        agents_[slot].group = g;
        agents_[slot].state = activity::blocked;
        views_[slot] = {};
        views_[slot].id = id;
        views_[slot].weight = of.weight;
        views_[slot].owner = owner;
        views_[slot].lane = of.lane;
        if (of.pinned) views_[slot].pin = turn % point_.machine.processors;
        return slot;
    }

    price bid_of(std::uint32_t slot) const {
        agent const& a = agents_[slot];
        return pacing_.bid(views_[slot].owner, as_price(a.value * point_.groups[a.group].bids));
    }

    std::size_t group_of_owner(std::uint32_t owner) const {
        std::size_t g = 0;
        while (g + 1 < first_owner_.size() && first_owner_[g + 1] <= owner) ++g;
        return g;
    }

    std::optional<budget_settings> const& budget_of(std::uint32_t owner) const {
        group const& g = point_.groups[group_of_owner(owner)];
        return g.budget ? g.budget : point_.machine.budget;
    }

    /// Of ticks for a microsecond.
    static std::uint64_t credits(double ticks) { return static_cast<std::uint64_t>(ticks * 1e3); }

    /// The load that group `g` offers as it is.
    double offered(std::uint32_t g) const {
        group const& of = point_.groups[g];
        double work_per_s = 0;
        if (of.arrive) {
            work_per_s = of.arrive->rate() * of.run_us->mean() / 1e6;
        } else if (!traces_[g].empty()) {
            double work_us = 0;
            for (sim::job const& j : traces_[g]) work_us += static_cast<double>(j.service_us);
            work_per_s = work_us / static_cast<double>(std::max<std::uint64_t>(1, traces_[g].back().arrival_us));
        }
        return work_per_s / point_.machine.processors;
    }

    price max_at(double z) const {
        price most = 1;
        for (group const& g : point_.groups) most = std::max(most, as_price(g.value.at_normal(z)));
        return most;
    }

    point const& point_;
    std::vector<std::vector<sim::job>> const& traces_;
    std::unique_ptr<agent_registry<max_agents>> registry_ = std::make_unique<agent_registry<max_agents>>();
    std::vector<agent> agents_;      ///< by slot
    std::vector<agent_view> views_;  ///< by slot
    std::vector<double> common_;     ///< by group: what correlated values share
    std::vector<std::uint32_t> first_owner_;
    std::vector<source> sources_;
    std::uint32_t owners_ = 0;
    pacing pacing_{{}};
};

}  // namespace maxwell::simulator
