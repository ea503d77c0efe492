// SPDX-License-Identifier: MIT
//
// Sales of units by their definitions, over a list of bids and without an auction: who is served, and the least amount with
// which a bidder still would be, found by trying all amounts.
//
//     reference_sale      the reference model of extract_units
//     reference_vickrey   the reference model of extract_vickrey

#pragma once

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace maxwell::test {

/// Which bids are eligible, best first, by position in `arrived`.
template <class Order>
std::vector<std::size_t> best_first(std::vector<bid> const& arrived, price reserve) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < arrived.size(); ++i) {
        if (Order::least_of_rank(Order::rank(arrived[i].amount)) >= reserve) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return Order::rank(arrived[a].amount) > Order::rank(arrived[b].amount);
    });
    return order;
}

/// The bids of a sale in their order of arrival, and the sale by its definition.
template <class Order>
struct reference_sale {
    std::vector<bid> arrived;
    price reserve = 0;
    std::uint64_t supply = 0;
    std::size_t considered = std::numeric_limits<std::size_t>::max();  ///< the best so many
    misfit rule = misfit::skip;

    /// By place in `arrived`: served or not.
    std::vector<bool> served() const {
        std::vector<std::size_t> order = best_first<Order>(arrived, reserve);
        order.resize(std::min(order.size(), considered));

        std::vector<bool> won(arrived.size());
        std::uint64_t left = supply;
        for (const std::size_t i : order) {
            if (arrived[i].units > supply) continue;
            if (arrived[i].units > left) {
                if (rule == misfit::stop) break;
                continue;
            }
            won[i] = true;
            left -= arrived[i].units;
        }
        return won;
    }

    /// The least amount with which `i`, which is served, would be.
    price least_amount(std::size_t i) const {
        reference_sale other = *this;
        for (price amount = 0;; ++amount) {
            other.arrived[i].amount = amount;
            if (other.served()[i]) return amount;
        }
    }
};

/// A sale in which a bid takes any number of units up to what it asks for.
template <class Order>
struct reference_vickrey {
    std::vector<bid> arrived;
    price reserve = 0;
    std::uint64_t supply = 0;

    /// By position in `arrived`: units that it gets.
    std::vector<std::uint64_t> served() const {
        std::vector<std::uint64_t> units(arrived.size());
        std::uint64_t left = supply;
        for (const std::size_t i : best_first<Order>(arrived, reserve)) {
            units[i] = std::min<std::uint64_t>(arrived[i].units, left);
            left -= units[i];
        }
        return units;
    }

    /// What `i` pays in all: for its j-th unit the least amount with which it would get j units.
    std::uint64_t total(std::size_t i) const {
        const std::uint64_t units = served()[i];
        reference_vickrey other = *this;
        other.arrived[i].amount = 0;
        std::uint64_t sum = 0;
        for (std::uint64_t j = 1; j <= units; ++j) {
            while (other.served()[i] < j) ++other.arrived[i].amount;
            sum += other.arrived[i].amount;
        }
        return sum;
    }
};

}  // namespace maxwell::test
