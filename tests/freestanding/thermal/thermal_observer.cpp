// SPDX-License-Identifier: MIT

#include <maxwell/thermal/thermal_observer.hpp>

namespace maxwell {

template class thermal_observer<1, 1>;
template class thermal_observer<3, 128>;
template class thermal_observer<4, 1024>;

constinit thermal_observer<3, 128> in_bss;

learning_gains for_a_fast_sensor() { return learning_gains{}.scaled_to(10); }

}  // namespace maxwell
