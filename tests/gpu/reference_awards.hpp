// SPDX-License-Identifier: MIT
//
// The awards that a batch has to get: those of a container into which its bids were inserted one by one.

#pragma once

#include "gpu/batches.hpp"

#include <maxwell/auction/clearing.hpp>
#include <maxwell/auction/tournament_tree.hpp>
#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace maxwell::test {

inline std::vector<award> in_order_of_arrival(std::vector<award> awards) {
    std::sort(awards.begin(), awards.end(),
              [](award const& a, award const& b) { return a.winner.agent < b.winner.agent; });
    return awards;
}

/// The awards of extract_top or extract_units.
template <std::size_t Capacity>
std::vector<award> reference_awards(batch const& m) {
    const auto a = std::make_unique<tournament_tree<Capacity>>();
    for (bid const& b : m.bids) a->insert(b);
    a->update_price(m.reserve);
    std::vector<award> out(m.bids.size() + 1);
    std::size_t winners = 0;
    if (m.how == rule::items) {
        winners = extract_top(
            *a, view<award>(out).first(static_cast<std::size_t>(std::min<std::uint64_t>(m.supply, m.bids.size()))));
    } else {
        winners = extract_units(*a, m.supply, view<award>(out), m.how == rule::stop ? misfit::stop : misfit::skip);
    }
    out.resize(winners);
    return in_order_of_arrival(out);
}

}  // namespace maxwell::test
