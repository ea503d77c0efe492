// SPDX-License-Identifier: MIT

#include <maxwell/thermal/price_schedule.hpp>

namespace maxwell {

template class price_schedule<1>;
template class price_schedule<12>;

price use(price base, multiplier_q16 multiplier) { return scaled_price(base, multiplier); }

}  // namespace maxwell
