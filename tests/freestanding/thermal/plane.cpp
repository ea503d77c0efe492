// SPDX-License-Identifier: MIT

#include <maxwell/thermal/plane.hpp>

namespace maxwell {

coupling_table<17, 17> measured;

template class plane<3, 128, 2, 4>;
template class plane<1, 1, 1, 1>;
template class plane<2, 64, 4, 8, measured>;

constinit plane<3, 128, 2, 4> in_bss;

plane<3, 128, 2, 4>::created at_run_time(plane_settings<3, 2, 4> const& s) { return plane<3, 128, 2, 4>::create(s, 0); }

}  // namespace maxwell
