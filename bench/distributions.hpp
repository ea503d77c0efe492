// SPDX-License-Identifier: MIT
//
// What is bid, and by whom: amounts and agents drawn beforehand, so that the measured loop only reads them.
//
//     uniform       every amount alike: the distribution that flatters heaps
//     lognormal     a few large, many small, as job weights are
//     equal         all the same: ties only
//     rising        every bid above all earlier ones: worst for trees and heaps that sift up
//     alternating   1 and 2^32 - 1 in the order low high high low, so that both operations of a pair see both
//
// Arrays of 16,384 are read round and round; rising amounts go on rising from one round to the next.

#pragma once

#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <string_view>
#include <vector>

namespace maxwell::bench {

enum class distribution : std::uint8_t { uniform, lognormal, equal, rising, alternating };

inline constexpr std::array<std::string_view, 5> distribution_names{"uniform", "lognormal", "equal", "rising",
                                                                    "alternating"};
inline std::string_view name_of(distribution d) { return distribution_names[static_cast<std::size_t>(d)]; }

/// The agents of one case and the bids that they will make.
class feed {
public:
    /// `agents` live agents on slots drawn from [0, capacity), on all of them when the numbers are equal.
    feed(distribution d, std::size_t agents, std::size_t capacity) : amount_(length), draw_(length) {
        std::mt19937_64 random(0x6D61'7877'656C'6Cu + agents);  // the same bids for every structure
        std::vector<std::uint32_t> slots(capacity);
        std::iota(slots.begin(), slots.end(), 0u);
        std::shuffle(slots.begin(), slots.end(), random);
        slots.resize(agents);
        agent_ = slots;
        for (auto& slot : draw_) slot = agent_[random() % agents];

        std::lognormal_distribution<double> lognormal(std::log(1e6), 1.0);
        for (std::size_t i = 0; i < length; ++i) {
            switch (d) {
                case distribution::uniform:
                    amount_[i] = static_cast<price>(1 + random() % 0xFFFF'FFFFu);
                    break;
                case distribution::lognormal:
                    amount_[i] = static_cast<price>(std::clamp(lognormal(random), 1.0, 4294967295.0));
                    break;
                case distribution::equal:
                    amount_[i] = 1u << 20;
                    break;
                case distribution::rising:
                    amount_[i] = static_cast<price>(1024 + i * step);
                    break;
                case distribution::alternating:
                    amount_[i] = ((i ^ (i >> 1)) & 1) == 0 ? 1u : 0xFFFF'FFFFu;
                    break;
            }
        }
        if (d == distribution::rising) lap_ = length * step;
    }

    /// The agents, each once, in random order.
    std::vector<std::uint32_t> const& agents() const noexcept { return agent_; }

    /// Any of the agents.
    std::uint32_t any_agent() noexcept { return draw_[draws_++ % length]; }

    /// The agents round and round, so that the same one does not come again before all others have.
    std::uint32_t next_agent() noexcept {
        const std::uint32_t slot = agent_[turn_];
        if (++turn_ == agent_.size()) turn_ = 0;
        return slot;
    }
    /// Makes the last `count` of next_agent() come again.
    void go_back(std::size_t count) noexcept {
        turn_ = (turn_ + agent_.size() - count % agent_.size()) % agent_.size();
    }

    price amount() noexcept {
        const std::size_t i = amounts_++;
        return amount_[i % length] + static_cast<price>(i / length * lap_);
    }

private:
    static constexpr std::size_t length = 16384;  ///< 128 KB in both arrays, read in order: the prefetcher hides them
    static constexpr std::size_t step = 16;       ///< 2^28 rising bids before the amounts wrap

    std::vector<price> amount_;
    std::vector<std::uint32_t> draw_;
    std::vector<std::uint32_t> agent_;
    std::size_t amounts_ = 0;
    std::size_t draws_ = 0;
    std::size_t turn_ = 0;
    std::size_t lap_ = 0;
};

}  // namespace maxwell::bench
