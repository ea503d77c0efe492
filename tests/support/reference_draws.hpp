// SPDX-License-Identifier: MIT
//
// The reference models of choices_rule and lottery_rule, for reference_sampler: lists and loops. With the library they share the
// random bits and the order in which bidders stand before the draw, which has to be the same for the same draw to name the same
// winner. That the laws hold is for tests/unit/draws_test.cpp, which shares nothing.

#pragma once

#include "support/reference_sampler.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace maxwell::test {

template <std::size_t Capacity, std::uint32_t D>
class reference_choices {
public:
    using agents = std::array<reference_agent, Capacity>;

    void entered(agents const&, std::uint32_t slot) {
        if (!row_.contains(slot)) row_.push_back(slot);
        const std::size_t at = index_of(slot);
        if (at >= open_) std::swap(row_[at], row_[open_++]);
    }
    void left(agents const&, std::uint32_t slot) {
        if (index_of(slot) < open_) std::swap(row_[index_of(slot)], row_[--open_]);
        std::swap(row_[index_of(slot)], row_[row_.size() - 1]);
        row_.pop_back();
    }
    void awarded(agents const&) { ++draws_; }
    void rekey(hash_key key) { key_ = key; }
    void reserve_changed(bool fell) {
        if (fell) open_ = row_.size();
    }
    std::optional<award> top(agents& all, price reserve) const {
        const auto drawn = draw(all, reserve);
        if (drawn.size() == 0) return std::nullopt;
        const auto best = [&] {
            return *std::max_element(drawn.begin(), drawn.end(), [&](std::uint32_t a, std::uint32_t b) {
                return all[a].offer.amount < all[b].offer.amount;
            });
        };
        const std::uint32_t w = best();
        const price paid = least_winning(all[w].offer, reserve, [&] { return best() == w; });
        return award{all[w].offer, paid};
    }
    /// The same; where D could not be drawn in so many tries, the barred go to the end of the row.
    std::optional<award> take(agents& all, price reserve) {
        const auto won = top(all, reserve);
        if (pick(all, reserve, 0, {row_.begin(), open_}, 4 * D + 16).size() < D) {
            std::size_t kept = 0;
            for (std::size_t i = 0; i < open_; ++i) {
                if (all[row_[i]].offer.amount >= reserve) std::swap(row_[kept++], row_[i]);
            }
            open_ = kept;
        }
        return won;
    }

private:
    std::size_t index_of(std::uint32_t slot) const {
        return static_cast<std::size_t>(std::find(row_.begin(), row_.end(), slot) - row_.begin());
    }
    /// Up to D eligible of `from`, by the random numbers `stream`, in so many tries.
    short_list<D> pick(agents const& all, price reserve, std::uint64_t stream, std::span<std::uint32_t const> from,
                       std::size_t tries) const {
        short_list<D> drawn;
        std::uint64_t state = keyed_hash(key_, draws_, stream);
        for (; !from.empty() && drawn.size() < D && tries > 0; --tries) {
            std::uint64_t z = state += 0x9E37'79B9'7F4A'7C15u;
            z = (z ^ z >> 30) * 0xBF58'476D'1CE4'E5B9u;
            z = (z ^ z >> 27) * 0x94D0'49BB'1331'11EBu;
            const std::uint32_t slot = from[(z >> 32) * from.size() >> 32];
            if (all[slot].offer.amount >= reserve) drawn.push_back(slot);
        }
        return drawn;
    }
    short_list<D> draw(agents const& all, price reserve) const {
        const auto drawn = pick(all, reserve, 0, {row_.begin(), open_}, 4 * D + 16);
        if (drawn.size() == D) return drawn;
        short_list<Capacity> eligible;
        for (std::size_t i = 0; i < open_; ++i) {
            if (all[row_[i]].offer.amount >= reserve) eligible.push_back(row_[i]);
        }
        return pick(all, reserve, 1, {eligible.begin(), eligible.end()}, D);
    }

    hash_key key_{};
    std::uint64_t draws_ = 0;
    short_list<Capacity> row_;
    std::size_t open_ = 0;
};

template <std::size_t Capacity>
class reference_lottery {
public:
    using agents = std::array<reference_agent, Capacity>;

    void entered(agents const&, std::uint32_t) {}
    void left(agents const&, std::uint32_t) {}
    void awarded(agents const&) { ++draws_; }
    void rekey(hash_key key) { key_ = key; }
    std::optional<award> take(agents const& all, price reserve) { return top(all, reserve); }
    std::optional<award> top(agents const& all, price reserve) const {
        std::uint64_t total = 0;
        for (auto const& a : all) total += tickets(a, reserve);
        if (total == 0) return std::nullopt;
        auto ticket = static_cast<std::uint64_t>(wide{keyed_hash(key_, draws_, 1)} * total >> 64);
        for (std::size_t i = 0; i < Capacity; ++i) {
            reference_agent const& a =
                all[(std::bit_ceil(Capacity) - Capacity + i) % Capacity];  // as leaves stand in a tree
            if (ticket < tickets(a, reserve)) return award{a.offer, paid(a.offer.amount, ticket, total, reserve)};
            ticket -= tickets(a, reserve);
        }
        return std::nullopt;
    }

private:
    __extension__ using wide = unsigned __int128;

    static std::uint64_t tickets(reference_agent const& a, price reserve) {
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
            const bool enough = wide{z + 1} * (total - offset - 1) >= wide{offset + 1} * others;
            (enough ? winning : losing) = enough ? z : z + 1;
        }
        return std::max(static_cast<price>(winning), reserve);
    }

    hash_key key_{};
    std::uint64_t draws_ = 0;
};

}  // namespace maxwell::test
