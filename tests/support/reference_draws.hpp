// SPDX-License-Identifier: MIT
//
// The oracles of choices_rule and lottery_rule, for reference_sampler: lists and loops. With the library they share the random bits
// and the order in which bidders stand before the draw, which has to be the same for the same draw to name the same winner.

#pragma once

#include "support/reference_sampler.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace maxwell::test {

/// The least amount of `w` at which `wins()` still holds, which it does now: by its definition, a search.
template <class Wins>
price least_winning(bid& offer, price reserve, Wins wins) {
    const price amount = offer.amount;
    std::uint64_t losing = reserve;
    std::uint64_t winning = amount;
    while (losing < winning) {
        const std::uint64_t middle = (losing + winning) / 2;
        offer.amount = static_cast<price>(middle);
        const bool still = wins();
        (still ? winning : losing) = still ? middle : middle + 1;
    }
    offer.amount = amount;
    return static_cast<price>(winning);
}

/// A vector whose copy is a copy of its bytes, as oracles have to be.
template <std::size_t Most>
class short_list {
public:
    std::uint32_t* begin() { return item_; }
    std::uint32_t* end() { return item_ + size_; }
    std::uint32_t const* begin() const { return item_; }
    std::uint32_t const* end() const { return item_ + size_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::uint32_t& operator[](std::size_t i) { return item_[i]; }
    std::uint32_t& front() { return item_[0]; }
    std::uint32_t& back() { return item_[size_ - 1]; }
    void clear() { size_ = 0; }
    void push_back(std::uint32_t value) { item_[size_++] = value; }
    void pop_back() { --size_; }
    void push_front(std::uint32_t value) {
        push_back(value);
        std::rotate(begin(), end() - 1, end());
    }
    void pop_front() {
        std::rotate(begin(), begin() + 1, end());
        pop_back();
    }

private:
    std::uint32_t item_[Most + 1] = {};  // one more for what moves from one list to the other
    std::size_t size_ = 0;
};

template <std::size_t Capacity, std::uint32_t D>
class flat_choices {
public:
    using agents = std::array<flat_agent, Capacity>;

    void entered(agents&, std::uint32_t slot) {
        drawn_.clear();
        auto found = std::find(barred_.begin(), barred_.end(), slot);
        if (found != barred_.end()) {
            std::swap(*found, barred_.front());
            barred_.pop_front();
        } else if (std::find(open_.begin(), open_.end(), slot) == open_.end()) {
            if (!barred_.empty()) {  // the newest takes the place of the first that is barred, which goes to the end
                barred_.push_back(barred_.front());
                barred_.pop_front();
            }
        } else {
            return;
        }
        open_.push_back(slot);
    }
    void left(agents&, std::uint32_t slot) {
        drawn_.clear();
        auto found = std::find(open_.begin(), open_.end(), slot);
        if (found != open_.end()) {
            *found = open_.back();
            open_.pop_back();
            if (!barred_.empty()) {
                const std::uint32_t last = barred_.back();
                barred_.pop_back();
                barred_.push_front(last);
            }
        } else {
            found = std::find(barred_.begin(), barred_.end(), slot);
            *found = barred_.back();
            barred_.pop_back();
        }
    }
    void awarded(agents&) { ++draws_; }
    void rekey(agents&, hash_key key) {
        key_ = key;
        drawn_.clear();
    }
    std::optional<award> top(agents& all, price reserve) {
        if (reserve < reserve_) {
            for (const std::uint32_t slot : barred_) open_.push_back(slot);
            barred_.clear();
        }
        if (reserve != reserve_) drawn_.clear();
        reserve_ = reserve;
        if (drawn_.empty()) draw(all);
        if (drawn_.empty()) return std::nullopt;
        const std::uint32_t w = best(all);
        const price paid = least_winning(all[w].offer, reserve, [&] { return best(all) == w; });
        return award{all[w].offer, paid};
    }

private:
    void draw(agents const& all) {
        std::uint64_t state = keyed_hash(key_, draws_, 0);
        while (!open_.empty() && drawn_.size() < D) {
            std::uint64_t z = state += 0x9E37'79B9'7F4A'7C15u;
            z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
            z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
            const std::size_t at = (z >> 32) * open_.size() >> 32;
            const std::uint32_t slot = open_[at];
            if (all[slot].offer.amount >= reserve_) {
                drawn_.push_back(slot);
            } else {
                open_[at] = open_.back();
                open_.pop_back();
                barred_.push_front(slot);
            }
        }
    }
    std::uint32_t best(agents const& all) const {
        return *std::max_element(drawn_.begin(), drawn_.end(), [&](std::uint32_t a, std::uint32_t b) {
            return all[a].offer.amount < all[b].offer.amount;
        });
    }

    hash_key key_{};
    std::uint64_t draws_ = 0;
    price reserve_ = 0;
    short_list<Capacity> open_, barred_;
    short_list<D> drawn_;
};

template <std::size_t Capacity>
class flat_lottery {
public:
    using agents = std::array<flat_agent, Capacity>;

    void entered(agents&, std::uint32_t) {}
    void left(agents&, std::uint32_t) {}
    void awarded(agents&) { ++draws_; }
    void rekey(agents&, hash_key key) { key_ = key; }
    std::optional<award> top(agents& all, price reserve) {
        std::uint64_t total = 0;
        for (auto const& a : all) total += tickets(a, reserve);
        if (total == 0) return std::nullopt;
        const auto wide = static_cast<long double>(keyed_hash(key_, draws_, 1));
        auto ticket =
            static_cast<std::uint64_t>(std::floor(wide * static_cast<long double>(total) / 18446744073709551616.0L));
        ticket = std::min(ticket, total - 1);
        for (std::size_t i = 0; i < Capacity; ++i) {
            flat_agent& a = all[(std::bit_ceil(Capacity) - Capacity + i) % Capacity];  // as leaves stand in a tree
            if (ticket < tickets(a, reserve)) return award{a.offer, paid(a.offer.amount, ticket, total, reserve)};
            ticket -= tickets(a, reserve);
        }
        return std::nullopt;
    }

private:
    static std::uint64_t tickets(flat_agent const& a, price reserve) {
        return a.live() && a.offer.amount >= reserve ? std::uint64_t{a.offer.amount} + 1 : 0;
    }
    /// The least T with P(T) / P(amount) >= (offset + 1) / (amount + 1): a search over the law itself.
    static price paid(price amount, std::uint64_t offset, std::uint64_t total, price reserve) {
        const std::uint64_t others = total - amount - 1;
        std::uint64_t losing = 0;
        std::uint64_t winning = amount;
        while (losing < winning) {
            const std::uint64_t z = (losing + winning) / 2;
            // (z + 1) / (z + 1 + others) >= (offset + 1) / total
            const bool enough = static_cast<long double>(z + 1) * static_cast<long double>(total - offset - 1) >=
                                static_cast<long double>(offset + 1) * static_cast<long double>(others);
            (enough ? winning : losing) = enough ? z : z + 1;
        }
        return std::max(static_cast<price>(winning), reserve);
    }

    hash_key key_{};
    std::uint64_t draws_ = 0;
};

}  // namespace maxwell::test
