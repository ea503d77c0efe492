// SPDX-License-Identifier: MIT

#include <maxwell/thermal/thermal_model.hpp>

namespace maxwell {

template class thermal_model<1>;
template class thermal_model<3>;
template class thermal_model<16>;

constinit thermal_model<3> in_bss;
constinit thermal_model<3> made_by_the_compiler({{30'000, 2'000}, {120'000, 1'000'000}, {200'000, 22'900'000}},
                                                1'000'000, 10);

std::uint32_t cap(q32 rise, q32 k_per_w) { return power_for(rise, k_per_w); }

}  // namespace maxwell
