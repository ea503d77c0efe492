// SPDX-License-Identifier: MIT
//
// Prices of watts under a cap, as mechanisms for the deviation search: bidder i draws 1 W, the bidders of odd slots 2 W.

#pragma once

#include <maxwell/core/bid.hpp>
#include <maxwell/core/view.hpp>
#include <maxwell/sim/deviation.hpp>
#include <maxwell/thermal/clearing_price.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace maxwell::test {

inline std::vector<power_bid> power_bids(sim::market const& m) {
    std::vector<power_bid> bids;
    for (std::size_t i = 0; i < m.amounts.size(); ++i) bids.push_back({m.amounts[i], 1000 + 1000 * (m.slots[i] % 2)});
    return bids;
}

/// A bidder runs if it bids what the others leave room at, and pays that.
struct price_of_watts {
    std::uint32_t cap_w;
    sim::outcome operator()(sim::market const& m) const {
        const std::vector<power_bid> bids = power_bids(m);
        sim::outcome all(bids.size());
        for (std::size_t i = 0; i < bids.size(); ++i) {
            const clearing c = clearing_price({bids.data(), bids.size()}, std::uint64_t{cap_w} * 1000, i);
            if (!c.uncleared && bids[i].amount >= c.clearing_price) all[i] = c.clearing_price;
        }
        return all;
    }
};

/// Admits bidders in the order of their bids while their watts fit; each pays `price_of(i)`.
template <class Price>
sim::outcome admit_by_bid(std::vector<power_bid> const& bids, std::uint64_t cap_mw, Price price_of) {
    std::vector<std::size_t> order(bids.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return bids[a].amount > bids[b].amount; });
    sim::outcome all(bids.size());
    for (const std::size_t i : order) {
        const price due = price_of(i);
        if (bids[i].mw > cap_mw || bids[i].amount < due) continue;
        cap_mw -= bids[i].mw;
        all[i] = due;
    }
    return all;
}

/// The control: the others' price at the whole cap, with no room for the bidder's own watts.
struct price_without_room {
    std::uint32_t cap_w;
    sim::outcome operator()(sim::market const& m) const {
        const std::vector<power_bid> bids = power_bids(m);
        const std::uint64_t cap_mw = std::uint64_t{cap_w} * 1000;
        return admit_by_bid(bids, cap_mw, [&](std::size_t i) {
            std::vector<power_bid> others = bids;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            return clearing_price({others.data(), others.size()}, cap_mw).clearing_price;
        });
    }
};

/// The control: admission by bid at the greatest price at which demand still exceeds the cap.
struct price_of_all_bids {
    std::uint32_t cap_w;
    sim::outcome operator()(sim::market const& m) const {
        const std::vector<power_bid> bids = power_bids(m);
        const std::uint64_t cap_mw = std::uint64_t{cap_w} * 1000;
        const price due = clearing_price({bids.data(), bids.size()}, cap_mw).marginal_price;
        return admit_by_bid(bids, cap_mw, [due](std::size_t) { return due; });
    }
};

}  // namespace maxwell::test
