// SPDX-License-Identifier: MIT
//
// The market for agents that can wait: the best bid is served, and what it owes is known when its patience ends (deferred_payment.hpp).

#include "sim/makers.hpp"

#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/agent_registry.hpp>
#include <maxwell/market/deferred_payment.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <vector>

namespace maxwell::simulator {
namespace {

class deferred_policy final : public policy {
public:
    explicit deferred_policy(setting const& s) : policy(s), names_(s.capacity), slots_(capacity) {}

    void admit(std::uint32_t slot) override {
        names_[slot] = registry_->acquire();
        if (!names_[slot])
            return;  // of so many at a time some are not served: never seen with the patience that is possible
        slots_[slot_of(*names_[slot])] = slot;
        leaves_.push({agent(slot).deadline_ns, *names_[slot]});
    }
    void wake(std::uint32_t slot, std::uint64_t) override {
        if (!names_[slot]) return;
        auction_->insert({*names_[slot], agent(slot).bid, 1});
        payments_->enter(*names_[slot]);
    }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override {
        if (names_[slot]) auction_->expire(*names_[slot]);
        names_[slot].reset();
    }
    pick decide(std::uint32_t, std::uint64_t now_ns) override {
        while (!leaves_.empty() && leaves_.top().first <= now_ns) leave();
        const std::optional<award> won = auction_->extract_max();
        const std::optional<award> next = auction_->top();
        payments_->sold(won ? std::optional(won->winner) : std::nullopt,
                        next ? std::optional(next->winner) : std::nullopt, auction_->reserve());
        if (!won) return {};
        return {slots_[slot_of(won->winner.agent)], 0, false};
    }
    void ended(std::uint32_t, std::uint32_t, std::uint64_t, bool) override {}
    double take_dues() override {
        const double due = due_;
        due_ = 0;
        return due;
    }

private:
    static constexpr std::size_t capacity = 16'384;  ///< served agents stay until their patience ends
    static constexpr std::size_t longest_patience = 1024;

    void leave() {
        const agent_id id = leaves_.top().second;
        leaves_.pop();
        auction_->expire(id);
        if (const auto owed = payments_->leave(id)) due_ += *owed * (setting_.quantum_ns * 1e-3);
        auction_->retire(id);
        registry_->release(id);
    }

    using departure = std::pair<std::uint64_t, agent_id>;
    std::unique_ptr<tournament_tree<capacity>> auction_ = std::make_unique<tournament_tree<capacity>>();
    std::unique_ptr<deferred_payment<capacity, longest_patience>> payments_ =
        std::make_unique<deferred_payment<capacity, longest_patience>>();
    std::unique_ptr<agent_registry<capacity>> registry_ = std::make_unique<agent_registry<capacity>>();
    std::vector<std::optional<agent_id>> names_;  ///< by the machine's slot: the agent's name here
    std::vector<std::uint32_t> slots_;            ///< by the slot of a name: the machine's
    std::priority_queue<departure, std::vector<departure>, std::greater<>> leaves_;
    double due_ = 0;
};

}  // namespace

std::unique_ptr<policy> make_deferred(setting const& s) { return std::make_unique<deferred_policy>(s); }

}  // namespace maxwell::simulator
