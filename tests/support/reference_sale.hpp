// SPDX-License-Identifier: MIT
//
// reference_sale: a sale of units written down by its definition, over a list of bids and without an auction. The oracle of
// extract_units: who is served, and the least amount with which a bidder still would be, by trying all amounts.

#pragma once

#include <maxwell/auction/clearing_units.hpp>
#include <maxwell/core/bid.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace maxwell::test {

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
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < arrived.size(); ++i) {
            if (Order::least_of_rank(Order::rank(arrived[i].amount)) >= reserve) order.push_back(i);
        }
        std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
            return Order::rank(arrived[a].amount) > Order::rank(arrived[b].amount);
        });
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

}  // namespace maxwell::test
