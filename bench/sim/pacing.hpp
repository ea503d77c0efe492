// SPDX-License-Identifier: MIT
//
// pacing: owners that keep within their budgets by one factor on all of their bids, as market/pacer.hpp moves it.
//
//     value ──▶ amount ──factor──▶ bid ──▶ policy ──what was paid──▶ spent ──end_period, each 100 ms──▶ factor
//
// Owners pace themselves under every policy, by what they pay there. Credits are ticks for a nanosecond, as in the market's accounts.
//
// The pacer is told of 15/16 of what an account gets. An empty account caps what its owner spends at what it gets; told of all of that, the
// pacer would never see an owner spend too much, and the factor would stay 1.

#pragma once

#include "sim/policy.hpp"

#include <maxwell/market/pacer.hpp>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace maxwell::simulator {

class pacing {
public:
    static constexpr std::uint64_t period_ns = 100'000'000;

    /// Credits a millisecond, by owner; nothing for one that isn't paced, as for all beyond the list.
    explicit pacing(std::vector<std::optional<std::uint64_t>> const& per_ms) : paced_(per_ms.size()) {
        for (std::size_t owner = 0; owner < per_ms.size(); ++owner) {
            if (!per_ms[owner]) continue;
            if (!factors_) factors_ = std::make_unique<pacer<max_owners>>();
            paced_[owner] = true;
            budgets_[owner] = *per_ms[owner] * (period_ns / 1'000'000) / 16 * 15;
        }
    }

    bool any() const { return factors_ != nullptr; }
    bool paces(std::uint32_t owner) const { return owner < paced_.size() && paced_[owner]; }

    /// What `owner` bids where it would bid `amount` if it had no budget.
    price bid(std::uint32_t owner, price amount) const {
        return paces(owner) ? std::max<price>(1, paced(amount, factors_->factor_q16(owner))) : amount;
    }

    void spent(std::uint32_t owner, std::uint64_t credits) {
        if (paces(owner)) factors_->spent(owner, credits);
    }

    void end_period() { factors_->end_period(view<std::uint64_t const>(budgets_.data(), budgets_.size())); }

private:
    std::vector<bool> paced_;  ///< by owner
    std::vector<std::uint64_t> budgets_ = std::vector<std::uint64_t>(max_owners);
    std::unique_ptr<pacer<max_owners>> factors_;
};

}  // namespace maxwell::simulator
