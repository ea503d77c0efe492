// SPDX-License-Identifier: MIT
//
// policy: the rule that gives a processor to an agent. What is compared, and how a machine asks it.
//
//     admit ──▶ wake ──▶ decide ──▶ ended ──▶ decide ...        an agent's life
//                 ▲                   │ may not run
//                 └───────────────────┘
//
// A policy sees of an agent what a scheduler sees: its bid, weight, owner, deadline and pin. Its true value and what is left of its run are
// the machine's. An agent that runs is in no queue; ended() puts it back.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/market/ledger.hpp>
#include <maxwell/sim/random.hpp>
#include <maxwell/thermal/price_page.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maxwell::simulator {

inline constexpr std::size_t max_agents = 4096;
inline constexpr std::size_t max_processors = 64;
inline constexpr std::size_t max_lanes = 4;
inline constexpr std::size_t max_owners = 4096;  ///< with accounts
inline constexpr std::uint32_t no_slot = ~0u;
inline constexpr std::uint32_t anywhere = ~0u;

/// An agent as a policy sees it.
struct agent_view {
    agent_id id = 0;
    price bid = 0;             ///< ticks per microsecond
    std::uint32_t weight = 1;  ///< of its share
    std::uint32_t owner = 0;
    std::uint32_t lane = 0;
    std::uint32_t pin = anywhere;  ///< the processor that it may run on
    std::uint64_t deadline_ns = ~std::uint64_t{0};
};

using lane_prices = price_schedule<max_lanes>;

/// From `now_ns` on `base` times the multiplier of each lane, 1 where `lanes` is too short; `safe` times that once nobody publishes.
inline lane_prices flat_prices(std::vector<double> const& lanes, double safe, price base, std::uint64_t now_ns) {
    lane_prices flat;
    flat.begin(now_ns, base);
    for (std::size_t l = 0; l < max_lanes; ++l) {
        const double multiplier = (l < lanes.size() ? lanes[l] : 1.) * unit_multiplier;
        flat.set(l, static_cast<multiplier_q16>(std::lround(multiplier)),
                 static_cast<multiplier_q16>(std::lround(safe * multiplier)));
    }
    return flat;
}

/// What only markets look at.
struct market_setting {
    std::vector<double> lanes;                           ///< multipliers; empty: one lane
    std::vector<std::optional<account_terms>> accounts;  ///< by owner; empty: no budgets
    std::uint32_t from_board = 0;  ///< bids that a decision takes from a board at the most; 0: no board
};

/// What a policy is made for.
struct setting {
    std::uint32_t processors;
    bool per_core;
    std::uint32_t quantum_ns;
    std::uint64_t seed;
    price high;  ///< 99 of 100 values are below it
    price median;
    std::vector<double> speeds;             ///< of all processors, fastest first
    std::vector<agent_view> const* agents;  ///< by slot
    std::uint32_t owners;
    std::size_t capacity;  ///< slots that are used at most
    market_setting market = {};
    price_page<max_lanes> const* page = nullptr;  ///< of the machine's prices; null: there are none
};

struct pick {
    std::uint32_t slot = no_slot;
    double payment = 0;   ///< per microsecond
    bool stolen = false;  ///< from another processor's market
};

class policy {
public:
    explicit policy(setting const& s) : setting_(s) {}
    policy(policy const&) = delete;
    policy& operator=(policy const&) = delete;
    virtual ~policy() = default;

    virtual void admit(std::uint32_t slot) = 0;                       ///< a new agent has the slot, and may not run
    virtual void wake(std::uint32_t slot, std::uint64_t now_ns) = 0;  ///< it may run
    virtual void rebid(std::uint32_t slot) = 0;                       ///< its bid has changed
    virtual void retire(std::uint32_t slot) = 0;                      ///< it has left, and isn't running

    /// `core`'s quantum is over.
    virtual pick decide(std::uint32_t core, std::uint64_t now_ns) = 0;

    /// All processors are free: one pick for each, the fastest first.
    virtual void decide_all(std::uint64_t now_ns, std::vector<pick>& out) {
        for (std::uint32_t core = 0; core < out.size(); ++core) out[core] = decide(core, now_ns);
    }

    /// `core` doesn't run in the quantum that begins.
    virtual void leave_idle(std::uint32_t, std::uint64_t) {}

    /// The agent of `slot` has used `used_ns` of `core`; `again`: it may go on running.
    virtual void ended(std::uint32_t core, std::uint32_t slot, std::uint64_t used_ns, bool again) = 0;

    /// What the agent that ended last has paid per microsecond, where its pick said `picked`: less if its account had less.
    virtual double paid(double picked) const { return picked; }

    /// What agents have paid in ticks since the last call besides the payments of picks: what is known only when they leave.
    virtual double take_dues() { return 0; }

    /// A quantum begins: the newest schedule if the page has a newer one, and its price at this time.
    void look_at_page(std::uint64_t now_ns) {
        if (setting_.page == nullptr) return;
        if (const std::uint64_t newest = setting_.page->version(); newest != version_) {
            if (setting_.page->read(prices_) == price_read::ok) {
                version_ = newest;
                schedule(prices_);
            }
        }
        const price least = prices_.reserve(0, now_ns);
        if (least != reserve_) reserve(reserve_ = least);
    }

protected:
    /// A newer schedule. What looks its prices up by itself takes it; the others are told the price of lane 0 by reserve().
    virtual void schedule(lane_prices const&) {}
    /// From now on nobody is served below this price. What has no prices ignores it.
    virtual void reserve(price) {}

    agent_view const& agent(std::uint32_t slot) const { return (*setting_.agents)[slot]; }
    bool may_run(std::uint32_t slot, std::uint32_t core) const {
        return agent(slot).pin == anywhere || agent(slot).pin == core;
    }
    setting setting_;

private:
    lane_prices prices_;  ///< the newest that were read
    std::uint64_t version_ = 0;
    price reserve_ = 0;
};

/// What a policy can do, which a plan is checked against.
struct policy_info {
    std::string_view name;
    std::string_view about;
    bool per_core;       ///< can be one for each processor
    bool pins;           ///< keeps agents to their processors; what can be one for each processor, only if it is
    bool together_only;  ///< sells all processors at once
    bool unit_jobs;      ///< for one processor, and jobs of one quantum that can wait
    std::unique_ptr<policy> (*make)(setting const&);
};

/// All of them.
std::vector<policy_info> const& all_policies();

/// The policy of this name in a list of some kind of them; null if there is none.
template <class Info>
Info const* find_named(std::vector<Info> const& all, std::string_view name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](Info const& p) { return p.name == name; });
    return found == all.end() ? nullptr : &*found;
}

/// Null if there is none of this name.
policy_info const* find_policy(std::string_view name);

}  // namespace maxwell::simulator
