// SPDX-License-Identifier: MIT

#include <maxwell/thermal/detail/fixed_point.hpp>

namespace maxwell {

q63 share_at_run_time(std::uint64_t time, std::uint64_t tau) { return rise_within(time, tau); }
q32 of_a_kelvin(q32 a, q32 b, q63 part) { return sub_sat(add_sat(mul_q32(a, b), part_of(a, part)), clamped(a, 0, b)); }
std::int32_t there_and_back(std::int32_t milli) { return milli_from_q32(q32_from_milli(milli)); }

}  // namespace maxwell
