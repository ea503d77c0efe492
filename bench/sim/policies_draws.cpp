// SPDX-License-Identifier: MIT
//
// Policies that draw: this library's samplers as they are, without a market around them, and two that need no bids.

#include "sim/makers.hpp"

#include <maxwell/auction/choices_rule.hpp>
#include <maxwell/auction/lottery_rule.hpp>
#include <maxwell/auction/probabilistic_sampler.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

namespace maxwell::simulator {
namespace {

/// What an agent enters.
enum class ticket { bid, weight };

template <class Sampler, ticket By>
class draw_policy final : public policy {
public:
    explicit draw_policy(setting const& s) : policy(s), waits_(s.capacity) {
        sim::random_numbers random(s.seed);
        sampler_->rekey({random(), random()});
        if constexpr (std::is_same_v<Sampler, probabilistic_sampler<max_agents>>) {
            sampler_->temperature(std::max<price>(8, s.high / 100));
        }
    }

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override {
        waits_[slot] = true;
        enter(slot);
    }
    void rebid(std::uint32_t slot) override {
        if (By == ticket::bid && waits_[slot]) enter(slot);
    }
    void retire(std::uint32_t slot) override {
        waits_[slot] = false;
        sampler_->retire(agent(slot).id);
    }
    pick decide(std::uint32_t, std::uint64_t) override {
        const std::optional<award> won = sampler_->extract_max();
        if (!won) return {};
        waits_[slot_of(won->winner.agent)] = false;
        return {slot_of(won->winner.agent), By == ticket::bid ? static_cast<double>(won->payment) : 0, false};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

private:
    void reserve(price p) override {
        if (By == ticket::bid) sampler_->update_price(p);
    }
    void enter(std::uint32_t slot) {
        agent_view const& a = agent(slot);
        sampler_->insert({a.id, By == ticket::bid ? a.bid : a.weight - 1, 1});  // a lottery gives a ticket more
    }

    std::unique_ptr<Sampler> sampler_ = std::make_unique<Sampler>();
    std::vector<bool> waits_;
};

/// Any agent that waits, each as likely as the others.
class random_policy final : public policy {
public:
    explicit random_policy(setting const& s) : policy(s), at_(s.capacity, no_slot), random_(s.seed) {}

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override {
        at_[slot] = static_cast<std::uint32_t>(waiting_.size());
        waiting_.push_back(slot);
    }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override {
        if (at_[slot] != no_slot) take(slot);
    }
    pick decide(std::uint32_t, std::uint64_t) override {
        if (waiting_.empty()) return {};
        const std::uint32_t slot = waiting_[random_.below(static_cast<std::uint32_t>(waiting_.size()))];
        take(slot);
        return {slot, 0, false};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

private:
    void take(std::uint32_t slot) {
        waiting_[at_[slot]] = waiting_.back();
        at_[waiting_.back()] = at_[slot];
        waiting_.pop_back();
        at_[slot] = no_slot;
    }

    std::vector<std::uint32_t> waiting_;
    std::vector<std::uint32_t> at_;  ///< by slot: where in waiting_
    sim::random_numbers random_;
};

template <class Sampler, ticket By>
std::unique_ptr<policy> make(setting const& s) {
    return std::make_unique<draw_policy<Sampler, By>>(s);
}

}  // namespace

std::unique_ptr<policy> make_gumbel(setting const& s) {
    return make<probabilistic_sampler<max_agents>, ticket::bid>(s);
}
std::unique_ptr<policy> make_choices(setting const& s) {
    return make<probabilistic_sampler<max_agents, choices_rule<16>>, ticket::bid>(s);
}
std::unique_ptr<policy> make_lottery_by_bids(setting const& s) {
    return make<probabilistic_sampler<max_agents, lottery_rule>, ticket::bid>(s);
}
std::unique_ptr<policy> make_lottery_by_weights(setting const& s) {
    return make<probabilistic_sampler<max_agents, lottery_rule>, ticket::weight>(s);
}
std::unique_ptr<policy> make_random(setting const& s) { return std::make_unique<random_policy>(s); }

}  // namespace maxwell::simulator
