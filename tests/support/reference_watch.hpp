// SPDX-License-Identifier: MIT
//
// reference_watch: what a watch sees, by the sentences of market/watch.hpp alone, with a record for each agent that has won.
//
// Gaps count in 2^-20 of the bid, their mean in 2^-30, intervals in sixteenths of an award; divisions cut off towards zero.

#pragma once

#include <maxwell/market/watch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

namespace maxwell::test {

class reference_watch {
    using wide = std::int64_t;

    /// The mean of all values so far; from `memory` on each new one counts for one part of so many.
    struct running_mean {
        wide value = 0;
        std::uint64_t seen = 0;

        void take(wide x, std::uint64_t memory) { value += (x - value) / static_cast<wide>(std::min(++seen, memory)); }
    };
    struct intervals {
        std::uint64_t last_win;
        running_mean mean, deviation;
    };

public:
    static constexpr std::uint64_t to_learn = 131'072, to_judge = 64;

    suspicion observe(award const& won) {
        ++awards_;
        const wide lies_below = wide{won.winner.amount} - won.payment;
        const wide gap = lies_below * (1 << 20) / won.winner.amount;
        return {gap_is_suspicious(gap), agent_takes_turns(won.winner.agent)};
    }

    /// So many awards pass unseen.
    void pass(std::uint64_t awards) {
        awards_ += awards;
        gap_.seen += awards;
        variance_.seen += awards;
    }

private:
    bool gap_is_suspicious(wide gap) {
        const wide off = gap_.seen == 0 ? 0 : gap - (gap_.value >> 10);
        gap_.take(gap * 1024, to_learn);
        variance_.take(off * off, to_learn);
        if (gap_.seen % 1024 == 0) {
            deviation_ = std::max<wide>(256, static_cast<wide>(std::sqrt(static_cast<long double>(variance_.value))));
        }
        if (gap_.seen <= to_learn) return false;
        evidence_ = std::max<wide>(0, evidence_ + off - deviation_ * 15 / 128);
        const bool alarm = evidence_ > 49 * deviation_;
        if (alarm) evidence_ = 0;
        return alarm;
    }

    bool agent_takes_turns(agent_id agent) {
        const auto found = agents_.find(agent);
        const std::uint64_t last = found == agents_.end() ? 0 : found->second.last_win;
        if (found == agents_.end() || awards_ - last >= std::uint64_t{1} << 26) return begin(agent);
        intervals& its = found->second;
        its.last_win = awards_;
        const wide interval = static_cast<wide>(awards_ - last) * 16;
        const wide off = its.mean.seen == 0 ? 0 : interval - its.mean.value;
        its.mean.take(interval, to_judge);
        its.deviation.take(off < 0 ? -off : off, to_judge);
        if (its.mean.seen < to_judge || its.deviation.value * 4 >= its.mean.value) return false;
        begin(agent);
        return true;
    }
    bool begin(agent_id agent) {
        agents_[agent] = {awards_, {}, {}};
        return false;
    }

    std::uint64_t awards_ = 0;
    running_mean gap_, variance_;
    wide deviation_ = 0, evidence_ = 0;
    std::map<agent_id, intervals> agents_;
};

}  // namespace maxwell::test
