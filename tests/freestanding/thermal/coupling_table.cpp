// SPDX-License-Identifier: MIT

#include <maxwell/thermal/coupling_table.hpp>

namespace maxwell {

template class coupling_table<33, 33>;
template class coupling_table<2, 257>;

plane_multipliers use(plane_state const& now) { return couple(scarcity<>, scarcity<17, 17>, now); }

}  // namespace maxwell
