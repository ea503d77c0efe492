// SPDX-License-Identifier: MIT

#include <maxwell/thermal/headroom_prices.hpp>

namespace maxwell {

coupling_table<17, 17> measured;

template class headroom_prices<2, 4>;
template class headroom_prices<1, 1>;
template class headroom_prices<4, 8, measured>;

headroom_prices<2, 4> use(plane_settings<3, 2, 4> const& s) { return {s, 0}; }

}  // namespace maxwell
