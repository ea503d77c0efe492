// SPDX-License-Identifier: MIT
//
// lottery: an auction in which a bid is a number of tickets and a ticket is drawn (Waldspurger and Weihl 1994).
//
// Bids at or above the reserve win in proportion to their amounts. A lottery knows no price, so the winner pays the reserve. How a
// ticket is found is the index's matter; below are the ones that are measured:
//
//     move_to_front_list    the paper's list: walk until the tickets are passed, winners move to the front     O(N)
//     ticket_tree           the paper's tree of partial sums                                                  O(log N)
//     fenwick_tree          the same in N numbers (Fenwick 1994)                                               O(log N)
//     alias_table           two columns, one look (Walker 1977, Vose 1991); rebuilt when bids have changed      O(N)
//     reservoir             one bid kept of those that stream by (Chao 1982), read again when it leaves        O(N)
//
// An index keeps a weight for each slot: set(slot, weight) with 0 for none, total(), and draw(random), which is asked only of a
// total above 0.
//
//     insert, expire   one set()
//     top              a draw that stands until something changes
//     update_price     O(N): a set() for every bid that the reserve lets in or keeps out

#pragma once

#include "peers/peer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace maxwell::bench {

/// splitmix64 (Steele, Lea, Flood 2014): a lottery's random numbers, a few instructions each.
class ticket_draw {
public:
    /// A number below `n`, which is below 2^63. Off from uniform by n / 2^64 at the most.
    std::uint64_t below(std::uint64_t n) noexcept {
        std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15u;
        z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
        z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
        z ^= z >> 31;
        return static_cast<std::uint64_t>(static_cast<wide>(z) * n >> 64);
    }

private:
    __extension__ using wide = unsigned __int128;
    std::uint64_t state_ = 1;
};

/// What all lotteries say of themselves.
constexpr structure_info lottery_info(std::string_view name, std::string_view about, bool linear) {
    return {.name = name,
            .about = about,
            .from = origin::own,
            .order = fidelity::sampled,
            .keeps_fifo = false,
            .keeps_generations = false,
            .critical_payment = false,
            .linear = linear};
}

template <class Index>
class lottery {
public:
    static constexpr structure_info info = Index::info;

    explicit lottery(std::size_t capacity) : agent_(capacity), index_(capacity) {}

    std::size_t size() const noexcept { return size_; }

    status insert(bid b) noexcept {
        offer& o = agent_[slot_of(b.agent)];
        size_ += o.units == 0 ? 1 : 0;
        o = {b.amount, b.units};
        index_.set(slot_of(b.agent), weight(o));
        drawn_.reset();
        return status::ok;
    }

    status expire(agent_id id) noexcept {
        offer& o = agent_[slot_of(id)];
        if (o.units == 0) return status::no_bid;
        leave(slot_of(id));
        return status::ok;
    }

    void update_price(price p) noexcept {
        const price before = reserve_;
        reserve_ = p;
        for (std::uint32_t slot = 0; slot < agent_.size(); ++slot) {
            offer const& o = agent_[slot];
            if (o.units != 0 && (o.amount >= before) != (o.amount >= p)) index_.set(slot, weight(o));
        }
        drawn_.reset();
    }

    std::optional<award> top() noexcept {
        if (index_.total() == 0) return std::nullopt;
        if (!drawn_) drawn_ = index_.draw(random_);
        return award{{*drawn_, agent_[*drawn_].amount, agent_[*drawn_].units}, reserve_};
    }

    std::optional<award> extract_max() noexcept {
        const std::optional<award> won = top();
        if (won) leave(slot_of(won->winner.agent));
        return won;
    }

private:
    struct offer {
        price amount = 0;
        std::uint32_t units = 0;  ///< 0: no live bid
    };

    std::uint64_t weight(offer const& o) const noexcept { return o.amount >= reserve_ ? o.amount : 0; }

    void leave(std::uint32_t slot) noexcept {
        agent_[slot].units = 0;
        index_.set(slot, 0);
        drawn_.reset();
        --size_;
    }

    std::vector<offer> agent_;
    Index index_;
    ticket_draw random_;
    std::optional<std::uint32_t> drawn_;
    std::size_t size_ = 0;
    price reserve_ = 0;
};

}  // namespace maxwell::bench
