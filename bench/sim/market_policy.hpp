// SPDX-License-Identifier: MIT
//
// The market as a policy: one for all processors, or one for each with stealing. One for all can have lanes, accounts, and a board from
// which it takes bids. Each container's is compiled in a file of its own.

#pragma once

#include "sim/policy.hpp"

#include <maxwell/market/ledger.hpp>
#include <maxwell/market/market.hpp>
#include <maxwell/market/steal.hpp>
#include <maxwell/ring/bid_board.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {

/// `Fair`: agents don't pay and bid by their shares.
template <class Market, bool Fair>
class market_policy final : public policy {
    static constexpr bool per_core = Market::cores() == 1;
    static constexpr bool has_accounts = Market::lane_count() > 1;

public:
    explicit market_policy(setting const& s)
        : policy(s), markets_(std::make_unique<Market[]>(per_core ? s.processors : 1)), home_(s.capacity) {
        if (per_core) waiting_.resize(s.processors);
        for (std::uint32_t m = 0; m < (per_core ? s.processors : 1); ++m) markets_[m].shares({0, 1u << 31, 1}, 4);
        if (s.market.from_board != 0) board_ = std::make_unique<bid_board<max_agents>>();
        if constexpr (has_accounts) {
            for (std::uint32_t owner = 0; owner < s.owners; ++owner)
                markets_[0].accounts().open(owner, terms_of(owner), 0);
            schedule(flat_prices(s.market.lanes, 1, 0, 0));
        }
    }

    void admit(std::uint32_t slot) override {
        home_[slot] = !per_core ? 0 : agent(slot).pin != anywhere ? agent(slot).pin : slot % setting_.processors;
        const std::uint32_t account = has_accounts ? agent(slot).owner : 0;
        at(slot).admit(agent(slot).id, {agent(slot).lane, account, agent(slot).weight, !Fair});
        if (board_) board_->admit(agent(slot).id);
        rebid(slot);
    }
    void wake(std::uint32_t slot, std::uint64_t now_ns) override {
        at(slot).wake(agent(slot).id, now_ns);
        if (per_core) ++waiting_[home_[slot]];
    }
    void rebid(std::uint32_t slot) override {
        const bid b{agent(slot).id, Fair ? 0 : agent(slot).bid, setting_.quantum_ns};
        if (board_)
            board_->submit(b);
        else
            at(slot).offer(b);
    }
    void retire(std::uint32_t slot) override {
        if (per_core && at(slot).table().state(agent(slot).id) == seat_state::waiting) --waiting_[home_[slot]];
        at(slot).retire(agent(slot).id);
        if (board_) board_->retire(agent(slot).id);
    }

    pick decide(std::uint32_t core, std::uint64_t now_ns) override {
        if constexpr (!per_core) {
            if (board_) markets_[0].take(*board_, setting_.market.from_board);
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
        const auto paid = at(slot).charge(per_core ? 0 : core, used_ns, 0);
        if (paid) paid_ = static_cast<double>(paid->payment);
        if (!again) at(slot).block(agent(slot).id);
        if (per_core && again) ++waiting_[core];
    }

    double paid(double picked) const override { return has_accounts && !Fair ? paid_ : picked; }

private:
    void schedule(lane_prices const& all) override {
        price_schedule<Market::lane_count()> mine;
        mine.begin(all.start_ns(), all.base_price());
        for (std::size_t l = 0; l < Market::lane_count(); ++l) mine.line(l) = all.line(l);
        for (std::uint32_t m = 0; m < (per_core ? setting_.processors : 1); ++m) markets_[m].schedule(mine);
    }

    Market& at(std::uint32_t slot) { return markets_[home_[slot]]; }

    /// An owner without a budget has one that no price uses up.
    account_terms terms_of(std::uint32_t owner) const {
        auto const& given = setting_.market.accounts;
        if (owner < given.size() && given[owner]) return *given[owner];
        return {account_terms::max_refill_per_ms, std::uint64_t{1} << 62, 0};
    }

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
    std::unique_ptr<bid_board<max_agents>> board_;
    double paid_ = 0;
    std::vector<std::uint32_t> home_;     ///< by slot: its market
    std::vector<std::uint32_t> waiting_;  ///< by market: agents that wait there
};

/// The market over a container of either size, for all processors or for each. An alias that is given as Container needs a name of its
/// own in the whole program: GCC 12 gives the instance external linkage even where the alias has none, so two of one name become one.
template <template <std::size_t> class Container, bool Fair>
std::unique_ptr<policy> make_market(setting const& s) {
    const bool small = s.capacity <= 1024;
    if (!s.market.lanes.empty() || !s.market.accounts.empty()) {
        using with_accounts = market<Container<max_agents>, max_lanes, ledger<max_owners>, max_processors>;
        return std::make_unique<market_policy<with_accounts, Fair>>(s);
    }
    if (s.per_core) {
        if (small) return std::make_unique<market_policy<market<Container<1024>, 1, free_of_charge, 1>, Fair>>(s);
        return std::make_unique<market_policy<market<Container<max_agents>, 1, free_of_charge, 1>, Fair>>(s);
    }
    if (small)
        return std::make_unique<market_policy<market<Container<1024>, 1, free_of_charge, max_processors>, Fair>>(s);
    return std::make_unique<market_policy<market<Container<max_agents>, 1, free_of_charge, max_processors>, Fair>>(s);
}

}  // namespace maxwell::simulator
