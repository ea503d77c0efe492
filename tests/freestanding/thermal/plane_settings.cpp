// SPDX-License-Identifier: MIT

#include <maxwell/thermal/plane_settings.hpp>

namespace maxwell {

template struct plane_settings<3, 2, 4>;
template struct plane_settings<1, 1, 1>;

plane_fault use(plane_settings<3, 2, 4> const& s) { return check_plane(s, 128); }
char const* use(plane_fault fault) { return sentence(fault); }

}  // namespace maxwell
