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
// 16,384 amounts are read round and round; rising amounts go on rising from one round to the next. Arrays are stored twice, one
// after the other, so that a loop that starts in the first half can go on without looking for the end.

#pragma once

#include <maxwell/core/bid.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace maxwell::bench {

enum class distribution : std::uint8_t { uniform, lognormal, equal, rising, alternating };

inline constexpr std::array<std::string_view, 5> distribution_names{"uniform", "lognormal", "equal", "rising",
                                                                    "alternating"};
inline std::string_view name_of(distribution d) { return distribution_names[static_cast<std::size_t>(d)]; }

/// Where a loop reads its bids from: pointers that only move on. It lives in registers while the loop runs.
struct bid_stream {
    price const* amounts;
    std::uint32_t const* draws;
    std::uint32_t const* turns;
    agent_id* gone;  ///< where extracted agents are written down
    price offset;
    std::uint32_t incumbent;  ///< who won last, in the workload that remembers

    price amount() noexcept { return *amounts++ + offset; }
    std::uint32_t any_agent() noexcept { return *draws++; }
    /// Any but the incumbent: the next one's draw in its place, without a branch, which leaves one in N^2 cases.
    std::uint32_t other_agent() noexcept {
        const std::uint32_t drawn = any_agent();
        return drawn == incumbent ? *draws : drawn;
    }
    /// The agents round and round, so that the same one does not come again before all others have.
    std::uint32_t next_agent() noexcept { return *turns++; }
};

/// The agents of one case and the bids that they will make.
class feed {
public:
    static constexpr std::size_t length = 16384;       ///< bids that one stream can make
    static constexpr std::size_t longest_loop = 8192;  ///< steps

    /// `agents` live agents on slots drawn from [0, capacity), on all of them when the numbers are equal.
    feed(distribution d, std::size_t agents, std::size_t capacity);

    /// How many agents there are.
    std::size_t agents() const noexcept { return agent_.size() / 2; }

    /// For a loop that makes at most `length` bids, at most one turn of all agents.
    bid_stream open() noexcept {
        return {amount_.data() + amounts_ % length,
                draw_.data() + draws_ % length,
                agent_.data() + turn_,
                gone_.data() + gone_count_,
                static_cast<price>(amounts_ / length * lap_),
                incumbent_};
    }
    /// What the stream has used up will not come again at once.
    void close(bid_stream const& s) noexcept {
        amounts_ += static_cast<std::size_t>(s.amounts - amount_.data()) - amounts_ % length;
        draws_ += static_cast<std::size_t>(s.draws - draw_.data()) - draws_ % length;
        turn_ = static_cast<std::size_t>(s.turns - agent_.data()) % agents();
        incumbent_ = s.incumbent;
        gone_count_ = static_cast<std::size_t>(s.gone - gone_.data());
    }
    /// Makes the last `count` of next_agent(), at most agents(), come again.
    void go_back(std::size_t count) noexcept { turn_ = (turn_ + agents() - count) % agents(); }

    /// Who was written down since everybody was forgotten.
    agent_id gone(std::size_t i) const noexcept { return gone_[i]; }
    std::size_t gone_count() const noexcept { return gone_count_; }
    void forget_gone() noexcept { gone_count_ = 0; }

private:
    static constexpr std::size_t step = 16;  ///< 2^28 rising bids before the amounts wrap

    std::vector<price> amount_;
    std::vector<std::uint32_t> draw_;
    std::vector<std::uint32_t> agent_;
    std::vector<agent_id> gone_;
    std::size_t amounts_ = 0;
    std::size_t draws_ = 0;
    std::size_t turn_ = 0;
    std::size_t lap_ = 0;
    std::size_t gone_count_ = 0;
    std::uint32_t incumbent_ = ~0u;
};

}  // namespace maxwell::bench
