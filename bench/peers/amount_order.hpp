// SPDX-License-Identifier: MIT
//
// Which of two amounts ranks higher: by whole amounts or by tiers, for peers and reference models that rank bids.
//
//     rank(p)           a number; the higher one wins
//     lower_edge(rank)  the least amount of that rank
//     reserve_rank(p)   the least rank that is eligible under a reserve of p
//     reserve(p)        the reserve in force after update_price(p)
//
// As a type for structures that are timed or replayed, and as a table of functions for a test that is compiled once.

#pragma once

#include <maxwell/auction/concept.hpp>
#include <maxwell/auction/tiers.hpp>
#include <maxwell/core/bid.hpp>

#include <cstdint>

namespace maxwell::bench {

/// Higher amount first.
struct exact_order {
    static constexpr fidelity kind = fidelity::exact;
    static constexpr std::uint64_t rank(price p) noexcept { return p; }
    static constexpr price lower_edge(std::uint64_t rank) noexcept { return static_cast<price>(rank); }
    static constexpr std::uint64_t reserve_rank(price p) noexcept { return p; }
    static constexpr price reserve(price p) noexcept { return p; }
};

/// Higher tier first; a bid is eligible when its tier's lower edge is at or above the reserve.
template <tier_map Tiers = log_linear_tiers<7>>
struct tier_order {
    static constexpr fidelity kind = fidelity::tier;
    static constexpr std::uint64_t rank(price p) noexcept { return Tiers::index(p); }
    static constexpr price lower_edge(std::uint64_t rank) noexcept {
        return Tiers::lower_edge(static_cast<std::uint32_t>(rank));
    }
    static constexpr std::uint64_t reserve_rank(price p) noexcept {
        const std::uint32_t tier = Tiers::index(p);
        return Tiers::lower_edge(tier) < p ? tier + 1 : tier;
    }
    static constexpr price reserve(price p) noexcept {
        const std::uint64_t tier = reserve_rank(p);
        return tier < Tiers::count ? lower_edge(tier) : p;
    }
};

/// The same, chosen while the program runs.
struct amount_order {
    std::uint64_t (*rank)(price) noexcept;
    price (*lower_edge)(std::uint64_t) noexcept;
    std::uint64_t (*reserve_rank)(price) noexcept;
    price (*reserve)(price) noexcept;
};

template <class Order>
inline constexpr amount_order order_of{Order::rank, Order::lower_edge, Order::reserve_rank, Order::reserve};

}  // namespace maxwell::bench
