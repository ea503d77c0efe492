// SPDX-License-Identifier: MIT

#include <maxwell/thermal/clearing_price.hpp>

namespace maxwell {

price next(view<power_bid const> bids, std::uint64_t cap_mw, price last) {
    return next_price(last, clearing_price(bids, cap_mw, 0).clearing_price, price_limits{});
}

}  // namespace maxwell
