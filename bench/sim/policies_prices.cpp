// SPDX-License-Identifier: MIT
//
// Policies whose prices come from no other bid: what is bid is paid, or a price is posted. Plain scans over the agents.

#include "sim/makers.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::simulator {
namespace {

/// `Posted`: of the agents that bid the posted price or more, the one that has waited longest runs and pays that price; else the best bid
/// wins and is paid.
template <bool Posted>
class plain_price_policy final : public policy {
public:
    explicit plain_price_policy(setting const& s) : policy(s), waits_(s.capacity), least_(Posted ? s.median : 0) {}

    void admit(std::uint32_t) override {}
    void wake(std::uint32_t slot, std::uint64_t) override { waits_[slot] = ++wakes_; }
    void rebid(std::uint32_t) override {}
    void retire(std::uint32_t slot) override { waits_[slot] = 0; }
    pick decide(std::uint32_t core, std::uint64_t) override {
        std::uint32_t best = no_slot;
        for (std::uint32_t slot = 0; slot < setting_.agents->size(); ++slot) {
            if (waits_[slot] == 0 || agent(slot).bid < least_ || !may_run(slot, core)) continue;
            if (best == no_slot || before(slot, best)) best = slot;
        }
        if (best == no_slot) return {};
        waits_[best] = 0;
        return {best, static_cast<double>(Posted ? least_ : agent(best).bid), false};
    }
    void ended(std::uint32_t, std::uint32_t slot, std::uint64_t, bool again) override {
        if (again) wake(slot, 0);
    }

private:
    void reserve(price p) override { least_ = Posted ? std::max(p, setting_.median) : p; }
    bool before(std::uint32_t a, std::uint32_t b) const {
        if (!Posted && agent(a).bid != agent(b).bid) return agent(a).bid > agent(b).bid;
        return waits_[a] < waits_[b];
    }

    std::vector<std::uint64_t> waits_;  ///< by slot: since which wake, 0 for one that doesn't wait
    std::uint64_t wakes_ = 0;
    price least_;
};

}  // namespace

std::unique_ptr<policy> make_first_price(setting const& s) { return std::make_unique<plain_price_policy<false>>(s); }
std::unique_ptr<policy> make_posted_price(setting const& s) { return std::make_unique<plain_price_policy<true>>(s); }

}  // namespace maxwell::simulator
