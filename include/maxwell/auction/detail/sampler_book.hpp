// SPDX-License-Identifier: MIT
//
// sampler_book: who bids, how much, in which generation; what the rules of probabilistic_sampler share.
//
// The book knows the agents and the secret; a rule keeps the slots in whatever order it draws from.
//
//     offer_[slot]        amount, units        units 0: no live bid; then amount 1: this generation has retired
//     generation_[slot]   the newest seen
//
// Invariants
//   1. size_ is the number of slots whose units are not 0.
//   2. The all-zero object is the empty book, under the key 0.
//
//     operation                           cost   why
//     enter, leave, retire, admits, find  O(1)   two words of the slot
//     memory                              12 B per agent

#pragma once

#include <maxwell/core/assert.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/keyed_hash.hpp>

#include <cstddef>  // size_t
#include <cstdint>  // uint32_t

namespace maxwell::detail {

/// A rule's decision: who wins and what it pays.
struct drawn {
    std::uint32_t slot_plus_one;  ///< 0: no bidder
    price payment;
};

/// A key of a winner_tree: greater for a higher price and, among equal prices, for a lower slot. 0 is no key.
struct price_key {
    static constexpr std::uint64_t of(price p, std::uint32_t slot) noexcept { return std::uint64_t{p} << 32 | ~slot; }
    static constexpr price price_of(std::uint64_t key) noexcept { return static_cast<price>(key >> 32); }
    static constexpr std::uint32_t slot_of(std::uint64_t key) noexcept { return ~static_cast<std::uint32_t>(key); }

    /// The greatest key of a price below `p`, or 0.
    static constexpr std::uint64_t below(price p) noexcept { return p == 0 ? 0 : (std::uint64_t{p} << 32) - 1; }
};

template <std::size_t Capacity>
class sampler_book {
    static_assert(Capacity > 0 && Capacity <= (std::size_t{1} << 24), "a slot is 24 bits in the wire format");

public:
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr price reserve() const noexcept { return reserve_; }
    constexpr void update_price(price p) noexcept { reserve_ = p; }
    constexpr hash_key key() const noexcept { return key_; }
    constexpr void rekey(hash_key key) noexcept { key_ = key; }

    constexpr bool live(std::uint32_t slot) const noexcept { return offer_[slot].units != 0; }
    constexpr price amount(std::uint32_t slot) const noexcept { return offer_[slot].amount; }
    constexpr bool eligible(std::uint32_t slot) const noexcept { return offer_[slot].amount >= reserve_; }
    constexpr price at_least_reserve(price p) const noexcept { return p > reserve_ ? p : reserve_; }
    constexpr std::uint32_t generation(std::uint32_t slot) const noexcept { return generation_[slot]; }
    constexpr agent_id id(std::uint32_t slot) const noexcept { return make_agent_id(slot, generation_[slot]); }
    constexpr bid bid_of(std::uint32_t slot) const noexcept {
        return {id(slot), offer_[slot].amount, offer_[slot].units};
    }
    constexpr bool has_bid(agent_id id) const noexcept {
        return live(slot_of(id)) && generation_[slot_of(id)] == generation_of(id);
    }

    /// May this agent, whose slot is below Capacity, bid?
    constexpr bool admits(agent_id id) const noexcept {
        const std::uint32_t slot = slot_of(id);
        if (generation_of(id) != generation_[slot]) return generation_of(id) > generation_[slot];
        return live(slot) || offer_[slot].amount != retired;
    }

    /// A new generation takes over a slot that has no live bid.
    constexpr void take_over(agent_id id) noexcept {
        MAXWELL_ASSERT(!live(slot_of(id)));
        generation_[slot_of(id)] = generation_of(id);
        offer_[slot_of(id)] = {};
    }
    constexpr void enter(bid b) noexcept {
        offer& o = offer_[slot_of(b.agent)];
        size_ += o.units == 0 ? 1 : 0;
        o = {b.amount, b.units};
    }
    constexpr void leave(std::uint32_t slot) noexcept {
        MAXWELL_ASSERT(live(slot) && size_ > 0);
        offer_[slot] = {};
        --size_;
    }
    /// The agent of `slot`, which has no live bid, has left.
    constexpr void retire(std::uint32_t slot) noexcept { offer_[slot] = {retired, 0}; }

    constexpr bool check_invariants() const noexcept {
        std::size_t found = 0;
        for (offer const& o : offer_) found += o.units != 0 ? 1 : 0;
        return found == size_;
    }

private:
    struct offer {
        price amount;
        std::uint32_t units;
    };
    static constexpr price retired = 1;

    hash_key key_ = {};
    price reserve_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t generation_[Capacity] = {};
    offer offer_[Capacity] = {};
};

}  // namespace maxwell::detail
