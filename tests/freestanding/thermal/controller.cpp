// SPDX-License-Identifier: MIT

#include <maxwell/thermal/controller.hpp>

namespace maxwell {

template class controller<1, 1>;
template class controller<3, 128>;
template class controller<4, 1024>;

constinit controller<3, 128> in_bss;

controller<3, 128>::created at_run_time(controller_settings<3> const& s) { return controller<3, 128>::create(s); }

}  // namespace maxwell
